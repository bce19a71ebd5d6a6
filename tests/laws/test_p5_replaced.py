"""P5: whatever a feed that is held says, random, adversarial, doubled, moved or nothing, no reader's picture knows of it; and every
subset of four feeds is the picture of those that are left.

How many replacements are tried: FAIRLEAD_REPLACED, 60 where it is not set; `make unlearn` tries 1,000.
"""

from __future__ import annotations

import itertools
import math
import os
import random
from pathlib import Path

import pytest

from fairlead.desk import halt
from fairlead.desk.observe import Count, observe
from fairlead.envelope import decode
from tests.laws.test_p5_engines import FEEDS, MINUTES, RADARS, Twice, sea, stamp
from tests.rooms.desk.tiny import radar, value

TRIES = int(os.environ.get("FAIRLEAD_REPLACED", "60"))
SEED = 3
GONE = "alfa-second"
HEADER = radar().splitlines()[0]


def plots(rows: list[tuple[int, float, float]]) -> str:
    return "\n".join([HEADER, *(f"{stamp(second)}Z,{lat:.5f},{lon:.5f},60" for second, lat, lon in rows)]) + "\n"


def told(text: str) -> list[tuple[int, float, float]]:
    """The rows of a file of plots: second, latitude, longitude."""
    rows = []
    for line in text.splitlines()[1:]:
        time, lat, lon, _ = line.split(",")
        hours, minutes, seconds = (int(part) for part in time[11:19].split(":"))
        rows.append(((hours - 1) * 3600 + minutes * 60 + seconds, float(lat), float(lon)))
    return rows


def replacement(number: int) -> str:
    """What the held feed says instead: one of six sorts in turn, all different."""
    dice, near = random.Random(number), told(sea(SEED)["alfa-radar"])
    sort = number % 6
    if sort == 0:  # anything anywhere
        return plots(
            [(dice.randrange(MINUTES * 60), 23.3 + dice.uniform(-0.2, 0.2), -76.8 + dice.uniform(-0.2, 0.2)) for _ in range(40)]
        )
    if sort == 1:  # beside every plot of the other radar, a second later: to take its tracks over
        off = dice.uniform(10, 400) / 111_195
        turn = dice.uniform(0, 2 * math.pi)
        return plots([(second + 1, lat + off * math.sin(turn), lon + off * math.cos(turn)) for second, lat, lon in near])
    if sort == 2:  # the other radar's own words
        return plots(near)
    if sort == 3:  # the same, moved in time and place
        return plots(
            [(second + dice.randrange(1, 30), lat + 0.01 * dice.random(), lon) for second, lat, lon in near[: 20 + number % 30]]
        )
    if sort == 4:  # a wall of plots in one turn
        return plots([(600, 23.25 + 0.1 * dice.random(), -76.85 + 0.1 * dice.random()) for _ in range(120)])
    return plots([])


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Twice, bytes]:
    """A node with all four feeds, one of them held; and the picture of a node that never had it."""
    root = tmp_path_factory.mktemp("replaced")
    whole = Twice(root / "whole", seed=1).fill(SEED)
    never = Twice(root / "never", seed=2, without=GONE).fill(SEED)
    return whole, never.picture()


def test_p5_whatever_a_held_feed_says_nobodys_picture_knows_of_it(pair: tuple[Twice, bytes], tmp_path: Path) -> None:
    whole, never = pair
    order = value(halt.halt(whole.node, whole.who("alfa-release"), halt.Wish(feeds=(GONE,))))["order"]
    assert whole.picture() == never
    kept = 0
    for number in range(TRIES):
        path = tmp_path / f"{number}.csv"
        path.write_text(replacement(number))
        count = observe(whole.node, whole.who("alfa-sensor"), path, GONE)
        assert isinstance(count, Count)
        kept += count.kept
        assert whole.picture() == never, (number, number % 6)
    assert kept > 20 * TRIES  # the node did take all of it in
    value(halt.resume(whole.node, whole.who("alfa-release"), order))
    assert whole.picture() != never


def test_p5_every_subset_of_four_feeds_is_the_picture_of_what_is_left(tmp_path: Path) -> None:
    whole = Twice(tmp_path / "whole", seed=1).fill(SEED)
    before, seen = whole.picture(), {}
    for size in range(1, 5):
        for gone in itertools.combinations(FEEDS, size):
            orders = []
            for feed in gone:
                by = whole.who("alfa-release" if feed in RADARS else "bravo-release")
                orders.append((by, value(halt.halt(whole.node, by, halt.Wish(feeds=(feed,))))["order"]))
            seen[gone] = whole.picture()
            shown = decode(seen[gone])
            assert isinstance(shown, dict)
            assert {one["name"] for one in shown["picture"]["feeds"]} == set(FEEDS) - set(gone)
            for by, order in orders:
                value(halt.resume(whole.node, by, order))
            assert whole.picture() == before
    assert len(set(seen.values())) == 15
    for gone in (("alfa-radar", "bravo-ais"), ("alfa-radar", "alfa-second")):
        other = Twice(tmp_path / "-".join(gone), seed=9, without=gone[0]).fill(SEED)
        officer = other.who("alfa-release" if gone[1] in RADARS else "bravo-release")
        value(halt.halt(other.node, officer, halt.Wish(feeds=(gone[1],))))
        assert other.picture() == seen[gone]
