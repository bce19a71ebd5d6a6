"""Cards of a whole window: independent of chunks and order, drawn from exactly their sources, without a name or a number (P5)."""

from __future__ import annotations

import random

import numpy as np
import pytest
from tests.rooms.picture.scenes import KN, WINDOW, at, check, coast, part, port, sail, says, shown
from tests.rooms.picture.worlds import Row, feed

from fairlead.picture import Parameters, ViewSegment, view, view_bytes
from fairlead.picture.shapes import SOURCES_EXPLAINED_MAX, SOURCES_MAX, View

LIMITS = Parameters(gap_heard_min=20)
CHART = coast(60_000)
PLACES = (port(10_000, 300_000),)
HEARD = feed("heard", gaps_meaningful=True)
RADAR = feed("radar", "radar")


def everything() -> list[ViewSegment]:
    """One window in which nine rules find something."""
    rows: list[Row] = []
    rows += sail(256_000_001, [(300, 0.8, 90)], north_m=-10_000) + sail(256_000_002, [(300, 0.8, 90)], north_m=-10_200)
    rows += sail(256_000_003, [(120, 12.0, 90), (30, 5.0, 90), (60, 12.0, 90)], north_m=-30_000)
    silent = sail(256_000_004, [(900, 5.0, 90)], north_m=-60_000)
    rows += [one for one in silent if not at(200, 0, 0)[0] < one[0] < at(700, 0, 0)[0]]
    rows += [one for number in range(3) for one in sail(256_000_010 + number, [(900, 5.0, 90)], north_m=-61_000.0 - 1500 * number)]
    rows += sail(256_000_005, [(200, 6.0, 90)], north_m=-80_000) + sail(256_000_005, [(60, 6.0, 90)], minute=60.3, north_m=-120_000)
    for mmsi, minute in ((256_000_006, 100), (256_000_007, 300)):
        rows += sail(mmsi, [(30, 10.0, 90), (11, 0.0, 90), (30, 10.0, 90)], minute=minute, north_m=-140_000)
    landing = [(minute, 59_600 - abs(60 - minute) * 100 if abs(60 - minute) > 5 else 59_600) for minute in range(20, 100)]
    rows += [at(minute, north, -40_000, 256_000_008, 5 if north == 59_600 else 60) for minute, north in landing]
    rows += sail(256_000_009, [(200, 8.0, 270)], north_m=-20_000, east_m=250_000)
    fast = sail(0, [(40, 30.0, 90)], north_m=-170_000)
    rows += sail(256_000_020, [(300, 0.8, 90)], north_m=-200_000, kind=30)
    said = [says(256_000_009, 120, destination=b"HAVEN")]
    said += [says(256_000_001, minute, name=name) for minute, name in ((20, b"ONE NAME"), (220, b"BOOJUM"))]
    return [part(rows, said, HEARD), part(fast, facts=RADAR)]


WORLD = everything()


def seen(parts: list[ViewSegment]) -> View:
    return view(parts, WINDOW, LIMITS, PLACES, CHART)


WHOLE = seen(WORLD)


def test_the_window_holds_nearly_every_rule() -> None:
    assert {card.rule for card in WHOLE.cards} >= {"B1", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10"}
    assert {card.status for card in WHOLE.cards} == {"open", "explained"}


def test_no_card_holds_a_name_or_a_number_and_all_draw_their_sources() -> None:
    check(WHOLE, WORLD)


@pytest.mark.parametrize("seed", range(4))
def test_p5_cards_are_independent_of_chunks_and_order(seed: int) -> None:
    dice = random.Random(seed)
    chunks = []
    for one in WORLD:
        order = np.array(dice.sample(range(len(one.detections)), len(one.detections)), dtype=np.intp)
        for piece in np.array_split(order, dice.randint(2, 6)):
            some = one.statements.rows(np.array(dice.sample(range(len(one.statements)), len(one.statements)), dtype=np.intp))
            chunks.append(ViewSegment(feed=one.feed, digest="", detections=one.detections.rows(piece), statements=some))
    dice.shuffle(chunks)
    assert view_bytes(seen(chunks)) == view_bytes(WHOLE)


def test_sources_are_thinned_evenly_with_both_ends_and_told() -> None:
    for card in WHOLE.cards:
        most = SOURCES_MAX if card.status == "open" else SOURCES_EXPLAINED_MAX
        assert len(card.sources) == sum(len(points) for points in card.drawn) <= most
        assert len(card.sources) <= card.source_count == card.quality.messages
    (card,) = [one for one in WHOLE.cards if one.rule == "B1"]
    assert card.source_count == 600
    assert len(card.sources) == SOURCES_MAX
    for points in card.drawn:
        times = [point[0] for point in points]
        assert (times[0], times[-1]) == (card.from_ms, card.to_ms)
        assert set(np.diff(times).tolist()) == {60_000, 120_000}


def test_ids_of_cards_differ_and_follow_from_rule_tracks_and_time() -> None:
    ids = [card.id for card in WHOLE.cards]
    assert len(set(ids)) == len(ids)
    later = shown(
        [part(sail(256_000_001, [(300, 0.8, 90)], minute=1)), part(sail(256_000_002, [(300, 0.8, 90)], minute=1, north_m=KN))]
    )
    sooner = shown([part(sail(256_000_001, [(300, 0.8, 90)])), part(sail(256_000_002, [(300, 0.8, 90)], north_m=KN))])
    assert not {card.id for card in later.cards} & {card.id for card in sooner.cards}
