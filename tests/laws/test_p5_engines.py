"""P5, what the comparison is worth: engines that forget badly are plugged into a real node, and the same comparison fails for them.

1. The engines are the kindest of their sort: ids, parameters and list of feeds are those of the smaller world, so that what differs
   is the picture itself. Worlds are seeded: two radars that see the same boats, two receivers that hear one MMSI from two vessels.
2. *Hide-only* computes everything and leaves out what touches a feed that may not be seen. *Keep-association* takes the feed's
   detections out and keeps which detections belonged together while it was there, filtering each line anew. *Subtract* keeps the
   states and takes out those that rest on the feed, with its plots.
"""

from __future__ import annotations

import dataclasses
import importlib
import itertools
import math
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from fairlead.agreement.lists import Row
from fairlead.desk import halt, look
from fairlead.desk.clock import SetClock
from fairlead.desk.found import found
from fairlead.desk.node import Node
from fairlead.desk.observe import Count, observe
from fairlead.envelope import digest_of
from fairlead.intake.scenario import load_scenario, scenario_bytes, without_feed
from fairlead.picture import View, ViewSegment, Window
from fairlead.picture import plots as plots_room
from fairlead.picture.chain import chained, chains
from fairlead.picture.gather import Gathered, gather
from fairlead.picture.tracking.follow import Followed, follow
from fairlead.picture.tracking.models import Models, Plots
from fairlead.store import holdings
from tests.rooms.desk.tiny import START_MS, Tiny, ais, radar, value

engine = importlib.import_module("fairlead.picture.view")  # the module; the package has the function under this name
true_contacts = plots_room.contacts
SEEDS = (3, 5)  # worlds in which each engine is wrong about each feed, found by trying; the law holds for any
MINUTES = 45
RADARS, RECEIVERS = ("alfa-radar", "alfa-second"), ("bravo-ais", "bravo-second")
FEEDS = (*RADARS, *RECEIVERS)
SECOND = """
[feeds.{new}]
kind = "{kind}"
originator = "{party}"
category = "{category}"
unit = "{unit}"
layout = "{layout}"
gaps_meaningful = false

[feeds.{new}.label]
level = "restricted"
recipients = ["alfa", "bravo", "cell", "cutter"]
purposes = ["interdiction", "detection_and_monitoring/interdiction"]
operations = ["patrol"]
lease_s = 900
"""


# ---- worlds


class Twice(Tiny):
    """The tiny coalition with a second radar and a second receiver, or without one of the four."""

    def __init__(self, root: Path, *, seed: int, without: str = "") -> None:
        _, raw = scenario_bytes("tiny")
        more = SECOND.format(
            new="alfa-second", kind="radar", party="alfa", category="radar", unit="alfa-radar", layout="radar"
        ) + SECOND.format(new="bravo-second", kind="ais", party="bravo", category="ais", unit="bravo-patrol", layout="marinecadastre")
        path = root.with_suffix(".toml")
        path.write_bytes(raw + more.encode())
        scenario = load_scenario(str(path))
        self.root, self.clock, self.random = root, SetClock(START_MS), random.Random(seed)
        found(root, without_feed(scenario, without) if without else scenario, clock=self.clock, random_bytes=self.random.randbytes)
        self.node: Node = self.opened()

    def fill(self, seed: int) -> Twice:
        """What the four sensors saw in the world of this seed, in any order."""
        texts = sea(seed)
        names = [feed for feed in texts if feed in self.node.coalition.feeds]
        self.random.shuffle(names)
        for feed in names:
            path = self.root / f"{feed}.csv"
            path.write_text(texts[feed])
            count = observe(self.node, self.who("alfa-sensor" if feed in RADARS else "bravo-air"), path, feed)
            assert isinstance(count, Count)
            assert not count.rejected
        return self

    def picture(self) -> bytes:
        return look.look(self.node, self.who("cell-analyst")).body


def sea(seed: int) -> dict[str, str]:
    """Boats that cross each other's wakes; each radar misses some of each, and two of them send one MMSI, heard now and then."""
    rng = random.Random(seed)
    boats = [(rng.uniform(-400, 400), rng.uniform(-400, 400), rng.uniform(3, 9), rng.uniform(0, 2 * math.pi)) for _ in range(4)]
    plots: dict[str, list[str]] = {feed: [radar().splitlines()[0]] for feed in RADARS}
    heard: dict[str, list[str]] = {feed: [ais().splitlines()[0]] for feed in RECEIVERS}
    for second in range(0, MINUTES * 60, 60):
        for number, (north, east, speed, course) in enumerate(boats):
            far = (second - MINUTES * 30) * speed * 0.5
            lat = 23.3 + (north + far * math.cos(course) + rng.gauss(0, 40)) / 111_195
            lon = -76.8 + (east + far * math.sin(course) + rng.gauss(0, 40)) / 102_000
            for feed, shift in zip(RADARS, (0, 30), strict=True):
                if rng.random() < 0.55:
                    plots[feed].append(f"{stamp(second + shift)}Z,{lat:.5f},{lon:.5f},60")
            for feed, shift in zip(RECEIVERS, (5, 35), strict=True):
                if rng.random() < 0.25:
                    mmsi = 299000001 + number // 2  # two boats a number
                    at = lat + number % 2 * 0.03, lon  # ... three kilometres apart: too far for a step of one boat, near enough for two
                    heard[feed].append(f"{mmsi},{stamp(second + shift)},{at[0]:.5f},{at[1]:.5f},{speed:.1f},0.0,70,0,20,")
    return {feed: "\n".join(lines) + "\n" for feed, lines in (plots | heard).items()}


def stamp(second: int) -> str:
    minute, rest = divmod(second, 60)
    return f"2020-06-30T{1 + minute // 60:02d}:{minute % 60:02d}:{rest:02d}"


# ---- engines


def segments(node: Node, rows: Sequence[Row]) -> list[ViewSegment]:
    return [look.segment_of(node, row) for row in rows]


def everything(node: Node, window: Window) -> list[ViewSegment]:
    """What the node holds, whoever may see it."""
    with node.db.read() as tx:
        return segments(node, holdings.of_kind(tx, ["segment", "report"], from_ms=window.from_ms, to_ms=window.to_ms))


def hide_only(node: Node, rows: Sequence[Row], window: Window) -> View:
    """The whole picture, under the key of the smaller one, without the tracks and cards that touch what may not be seen."""
    mine = {row.holding.feed for row in rows}

    def key(value: Any) -> Any:
        return digest_of({**value, "feeds": sorted(mine)} if "engine" in value else value)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "digest_of", key)
        full: View = engine.view(everything(node, window), window, node.parameters, node.places)
    tracks = [track for track in full.tracks if mine.issuperset(track.feeds)]
    shown = {track.id for track in tracks}
    return msgspec.structs.replace(
        full,
        feeds=tuple(feed for feed in full.feeds if feed.name in mine),
        tracks=tuple(msgspec.structs.replace(track, match=track.match if track.match in shown else None) for track in tracks),
        cards=tuple(card for card in full.cards if mine.issuperset(card.feeds)),
    )


def keep_association(node: Node, rows: Sequence[Row], window: Window) -> View:
    """The smaller picture, except that positions belong together as they did in the whole one."""
    whole = gather(everything(node, window), window)
    together = [names(whole, line) for line in radar_lines(whole, node)]
    called = [(mmsi, names(whole, line)) for mmsi, line in chains(whole, node.parameters)]

    def left(gathered: Gathered, line: Iterable[tuple[str, str]]) -> Any:
        place = {name: row for row, name in enumerate(names(gathered, range(len(gathered.rows))))}
        return np.array([place[name] for name in line if name in place], dtype=np.intp)

    def forced(gathered: Gathered, order: Any) -> Callable[[Plots, Models], Followed]:
        """The filter over lines that are given, each by itself."""
        return lambda plots, models: joined([only(plots, models, order, left(gathered, line)) for line in together])

    def contacts(gathered: Gathered, *rest: Any) -> Any:
        order = plots_room._scans(gathered, node.parameters, gathered.of_kind("radar"))[0]
        patch.setattr(plots_room, "follow", forced(gathered, order))
        return true_contacts(gathered, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "contacts", contacts)
        patch.setattr(
            engine,
            "chains",
            lambda gathered, _: chained([(mmsi, kept) for mmsi, line in called if len(kept := left(gathered, line))]),
        )
        shown: View = engine.view(segments(node, rows), window, node.parameters, node.places)
        return shown


def radar_lines(gathered: Gathered, node: Node) -> list[Any]:
    """The rows of each radar contact of the whole picture."""
    return [contact.rows for contact in true_contacts(gathered, node.parameters, ()).contacts]


def only(plots: Plots, models: Models, order: Any, rows: Any) -> tuple[Any, Followed] | None:
    """The filter over these plots alone, with a gate that lets all of them through; and their places among all plots."""
    mine = np.flatnonzero(np.isin(order, rows))
    if not len(mine):
        return None
    scan = np.searchsorted(plots.start, mine, "right") - 1
    alone = Plots(
        place=plots.place[mine],
        t_ms=plots.t_ms[mine],
        error=plots.error[mine],
        rate=plots.rate[mine],
        start=np.arange(len(mine) + 1, dtype=np.int64),
        sensor=plots.sensor[scan],
        sensors=plots.sensors,
    )
    wide = dataclasses.replace(models, gate=1e6, association="nearest", initiate_s=1e9, coast_s=1e9, missed_max=10**9)
    return mine, follow(alone, wide)


def joined(parts: Iterable[tuple[Any, Followed] | None]) -> Followed:
    """Several filters' answers as one."""
    found = [part for part in parts if part is not None]
    tracks = np.cumsum([0, *(len(one.sure) for _, one in found)])
    rows = np.cumsum([0, *(len(one.plot) for _, one in found)])

    def side_by_side(name: str) -> Any:
        return np.concatenate([getattr(one, name) for _, one in found])

    return Followed(
        number=np.concatenate([one.number + first for (_, one), first in zip(found, tracks, strict=False)]),
        given=np.concatenate([*(one.given[:-1] + first for (_, one), first in zip(found, rows, strict=False)), rows[-1:]]),
        plot=np.concatenate([mine[one.plot] for mine, one in found]),
        **{name: side_by_side(name) for name in ("t_ms", "state", "spread", "frame", "exists", "share", "sure")},
    )


def subtract(node: Node, rows: Sequence[Row], window: Window) -> View:
    """The smaller picture, except that its radar tracks are those of the whole one without the states that rest on what is gone."""
    mine = {row.holding.feed for row in rows}
    whole = gather(everything(node, window), window)
    kept = []
    for contact in true_contacts(whole, node.parameters, ()).contacts:
        own = [name for name in names(whole, contact.rows) if name[0] in mine]
        stay = [all(contact.feeds[place] in mine for place, _ in state) for state in contact.given]
        if own and any(stay):
            kept.append((contact, own, stay))

    def contacts(gathered: Gathered, *_: Any) -> Any:
        place = {name: row for row, name in enumerate(names(gathered, range(len(gathered.rows))))}
        made = [
            dataclasses.replace(
                contact,
                rows=np.array([place[name] for name in own], dtype=np.intp),
                feeds=tuple(sorted({name[0] for name in own})),
                points=tuple(itertools.compress(contact.points, stay)),
                ellipses=tuple(itertools.compress(contact.ellipses, stay)),
                given=tuple(((0, 1000),) for one in stay if one),
            )
            for contact, own, stay in kept
        ]
        return plots_room.Plotted(contacts=tuple(made), left_out={})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "contacts", contacts)
        shown: View = engine.view(segments(node, rows), window, node.parameters, node.places)
        return shown


def names(gathered: Gathered, rows: Iterable[int]) -> list[tuple[str, str]]:
    return [(gathered.feeds[gathered.feed_of[row]].name, gathered.digest_hex(row)) for row in rows]


# ---- the comparison


@pytest.fixture(scope="module", params=SEEDS)
def worlds(request: pytest.FixtureRequest, shared_memory: Path) -> tuple[Twice, dict[str, Twice]]:
    """A node with all four feeds, and four that never had one of them."""
    seed = request.param
    whole = Twice(shared_memory / f"whole-{seed}", seed=seed).fill(seed)
    return whole, {feed: Twice(shared_memory / f"{feed}-{seed}", seed=seed + 50, without=feed).fill(seed) for feed in FEEDS}


def unlearned(whole: Twice, never: Twice, feed: str) -> bool:
    """The law itself: after a hold on the feed the picture is that of the node which never had it. It restores what it found."""
    officer = whole.who("alfa-release" if feed in RADARS else "bravo-release")
    order = value(halt.halt(whole.node, officer, halt.Wish(feeds=(feed,))))["order"]
    try:
        return whole.picture() == never.picture()
    finally:
        value(halt.resume(whole.node, officer, order))


@pytest.mark.parametrize("feed", FEEDS)
def test_p5_the_comparison_holds_where_radars_and_receivers_overlap(worlds: tuple[Twice, dict[str, Twice]], feed: str) -> None:
    whole, never = worlds
    before = whole.picture()
    assert unlearned(whole, never[feed], feed)
    assert whole.picture() == before != never[feed].picture()


@pytest.mark.parametrize(
    ("forgets", "feed"),
    [*itertools.product((hide_only, keep_association), FEEDS), *itertools.product((subtract,), RADARS)],
)
def test_p5_the_same_comparison_fails_for_an_engine_that_forgets_badly(
    worlds: tuple[Twice, dict[str, Twice]], monkeypatch: pytest.MonkeyPatch, forgets: Callable[..., View], feed: str
) -> None:
    whole, never = worlds
    monkeypatch.setattr(look, "sight", forgets)
    assert not unlearned(whole, never[feed], feed)
