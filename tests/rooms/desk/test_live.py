"""A live stream gives the cards that its file gives, however it was cut, shuffled, doubled or late; and its chain joins up."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairlead.desk.live import HOUR_MS, Live
from fairlead.intake.read import Chunk
from fairlead.picture import Card, Parameters, ViewSegment, Window, view
from fairlead.report.detection import Detections, stack
from fairlead.report.statement import hourly
from tests.rooms.picture.worlds import SHARED, Row, feed, row, segment

START = 1_592_524_800_000  # 2020-06-19T00:00:00Z
FEED = feed("own", gaps_meaningful=True)
LIMITS = Parameters(slow_transfer_min_s=1800, gap_min_s=7200, gap_heard_min=5, gap_expected_min=2, loiter_min_s=7200)


def world(seed: int) -> ViewSegment:
    """Pairs that drift together for a while, one that falls silent among others, one that runs on."""
    dice = random.Random(seed)
    rows: list[Row] = []
    for craft in range(dice.randint(2, 5)):
        lat, lon = 12 + craft * 0.002, -75.0
        silent = (dice.randint(60, 120), dice.randint(200, 330)) if craft == 1 else (0, 0)
        for minute in range(0, 360, dice.randint(2, 5)):
            if silent[0] < minute < silent[1]:
                continue
            at = START + minute * 60_000 + dice.randint(0, 30_000)
            rows.append(row(at, lat + minute * 1e-5, lon + minute * 2e-5, sog_dkn=dice.randint(2, 12), mmsi=290_000_001 + craft))
    return segment(FEED, rows)


def batch(whole: ViewSegment) -> tuple[Card, ...]:
    rows = whole.detections
    return view([whole], Window(from_ms=int(rows.t_ms.min()), to_ms=int(rows.t_ms.max()) + 1), LIMITS, ()).cards


def chunk(rows: Detections, stated: ViewSegment | None = None) -> Chunk:
    said = stated.statements if stated is not None else hourly([])
    return Chunk(detections=rows, statements=said, rejected=(), set_aside={}, lines=len(rows))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), parts=st.integers(1, 6), late=st.integers(0, 40), twice=st.booleans())
def test_after_the_last_look_the_cards_are_those_of_the_file(seed: int, parts: int, late: int, twice: bool) -> None:
    whole = world(seed)
    dice = np.random.default_rng(seed)
    count = len(whole.detections)
    order = np.argsort(np.arange(count) + dice.integers(0, late + 1, count), kind="stable")
    pieces = [whole.detections.rows(piece) for piece in np.array_split(order, parts)]
    live = Live(feed=FEED, parameters=LIMITS)
    live.add(chunk(pieces[0], whole))
    known: dict[str, Card] = {}
    for piece in [*pieces[1:], *(pieces[:1] if twice else [])]:
        for change in live.look():
            assert not change.was or change.was in known
            known.pop(change.was, None)
            if change.card:
                known[change.card] = next(card for card in live.cards if card.id == change.card)
        live.add(chunk(piece))
    live.look()
    assert msgspec.json.encode(live.cards) == msgspec.json.encode(batch(whole))


def test_the_worlds_hold_cards_and_not_always() -> None:
    found = [len(batch(world(seed))) for seed in range(12)]
    assert sum(count > 0 for count in found) >= 6
    assert len(set(found)) > 2


def test_following_the_changes_one_knows_the_cards_that_are_there() -> None:
    whole = world(3)
    ordered = whole.detections.rows(np.argsort(whole.detections.t_ms, kind="stable"))
    live = Live(feed=FEED, parameters=LIMITS)
    known: set[str] = set()
    told: list[str] = []
    for piece in np.array_split(np.arange(len(ordered)), 30):
        live.add(chunk(ordered.rows(piece), whole if not known else None))
        for change in live.look():
            told.append(change.became)
            known -= {change.was}
            known |= {change.card} - {""}
        assert known == {card.id for card in live.cards}
    assert {"opened", "superseded"} <= set(told)


def test_what_is_older_than_the_horizon_goes_and_its_card_is_closed_not_retracted() -> None:
    whole = world(3)
    live = Live(feed=FEED, parameters=LIMITS, horizon_ms=HOUR_MS)
    live.add(chunk(whole.detections, whole))
    live.look()
    first = len(live.held()[0])
    much_later = segment(FEED, [row(START + 30 * HOUR_MS, 40.0, -20.0, sog_dkn=100, mmsi=290_000_099)])
    live.cards = batch(whole)
    live.add(chunk(much_later.detections))
    changes = live.look()
    assert {change.became for change in changes} == {"closed"}
    assert len(live.held()[0]) == 1
    assert 0 < first < live.forgotten == len(whole.detections)


def test_beyond_the_most_rows_the_oldest_go_and_are_counted() -> None:
    whole = world(4)
    live = Live(feed=FEED, parameters=LIMITS, rows_max=100)
    live.add(chunk(whole.detections, whole))
    live.look()
    kept = live.held()[0]
    assert len(kept) == 100
    assert live.forgotten == len(whole.detections) - 100
    assert kept.t_ms.min() >= np.sort(whole.detections.t_ms)[-100]


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared real files")
def test_a_real_log_through_the_command_gives_what_the_file_gives(tmp_path: Path) -> None:
    log = SHARED / "nmea" / "dma_ais-sample.txt.gz"
    run = [sys.executable, "-m", "fairlead"]
    streamed = subprocess.run(
        [*run, "watch", str(log), "--status", "all", "--json", "--tick-s", "0.1"], capture_output=True, check=True
    )
    assert b"80246 lines = 25947 positions + 0 rejected + 54299 set aside" in streamed.stderr
    read = subprocess.run([*run, "detect", str(log), "--layout", "nmea", "--status", "all", "--json"], capture_output=True, check=True)
    cards = msgspec.json.decode(read.stdout)["view"]["cards"]
    known: set[str] = set()
    for line in streamed.stdout.splitlines():
        change = msgspec.json.decode(line)
        known -= {change.get("was", "")}
        known |= {change.get("card", "")} - {""}
    assert known == {card["id"] for card in cards}


def test_an_interrupted_watch_tells_what_it_counted_and_ends_well(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "fairlead", "watch", "udp://127.0.0.1:0"[:-1] + str(_free())],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stderr is not None
    assert b"watching udp://" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 0
    assert b"0 lines = 0 positions" in told


def _free() -> int:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


def test_stacked_pieces_are_the_whole() -> None:
    whole = world(1).detections
    assert len(stack([whole.rows(np.arange(5)), whole.rows(np.arange(5, len(whole)))])) == len(whole)
