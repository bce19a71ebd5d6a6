"""B1, slow transfer, and B2, short transfer under way: what makes a card, what just misses it, and what explains it."""

from __future__ import annotations

import math

import pytest
from tests.rooms.picture.scenes import KN, at, cards, coast, explained, named, one_card, part, port, sail, says
from tests.rooms.picture.worlds import Row, feed

from fairlead.picture import Card, Parameters

A, B, C = 256_000_001, 256_000_002, 256_000_003
# B1


def drifting(minutes: int = 125, off_m: float = 300.0, knots: float = 0.8, pace: float = 0.8, *, kind: int = -1) -> list[Row]:
    """Two vessels that come together at minute 100, drift side by side and part."""
    legs = [(100.0, 8.0, 0.0), (float(minutes), knots, 0.0), (60.0, 8.0, 0.0)]
    north = -100 * 8.0 * KN
    other = [(100.0, 8.0, 180.0), (float(minutes), pace, 0.0), (60.0, 8.0, 180.0)]
    return [*sail(A, legs, north_m=north, kind=kind), *sail(B, other, north_m=-north, east_m=off_m, kind=kind)]


def slow(rows: list[Row], **given: object) -> list[Card]:
    return cards([part(rows)], "B1", **given)  # type: ignore[arg-type]


def test_b1_reads_like_this() -> None:
    card = one_card(drifting(), "B1")
    assert card.status == "open"
    assert named(card) == (
        "AIS contact A and AIS contact B stayed within 300 m of each other for 2 h 4 min at no more than 0.8 kn,"
        " no port or anchorage is declared"
    )
    assert [line.observed for line in card.criteria] == ["300 m", "124 min", "0.8 kn", "0.8 kn", "0 s"]
    assert (card.quality.messages, card.quality.largest_hole_s) == (250, 60)


def test_b1_names_the_nearest_port() -> None:
    card = one_card(drifting(), "B1", places=(port(40_000, 0),))
    assert named(card).endswith("at no more than 0.8 kn, 38 km from the nearest port or anchorage")


@pytest.mark.parametrize(("minutes", "found"), [(121, 1), (120, 0)])
def test_b1_lasts_two_hours_to_the_minute(minutes: int, found: int) -> None:
    assert len(slow(drifting(minutes))) == found


@pytest.mark.parametrize(("off_m", "found"), [(499.4, 1), (500.6, 0)])
def test_b1_is_within_five_hundred_metres(off_m: float, found: int) -> None:
    assert len(slow(drifting(off_m=off_m))) == found


@pytest.mark.parametrize(("knots", "pace", "found"), [(1.9, 1.9, 1), (2.0, 2.0, 0), (1.9, 2.0, 0)])
def test_b1_asks_both_to_be_below_two_knots(knots: float, pace: float, found: int) -> None:
    assert len(slow(drifting(knots=knots, pace=pace))) == found


@pytest.mark.parametrize(("gone", "found"), [(5, 1), (6, 0)])
def test_b1_bears_a_break_of_five_minutes(gone: int, found: int) -> None:
    rows = [one for one in drifting(130, kind=-1) if one[5] == A]
    other = [one for one in drifting(130) if one[5] == B]
    fast = [(*one[:3], 25, *one[4:]) if 160 <= place < 160 + gone else one for place, one in enumerate(other)]
    found_cards = slow(rows + fast)
    assert len(found_cards) == found
    if found:
        assert next(line for line in found_cards[0].criteria if line.criterion == "longest break").observed == "300 s"


@pytest.mark.parametrize(("north", "found"), [(13_300, 1), (11_500, 0)])
def test_b1_is_ten_kilometres_from_any_port(north: float, found: int) -> None:
    assert len(slow(drifting(), places=(port(north, 0),))) == found


def test_b1_is_not_inside_a_port_with_a_large_radius() -> None:
    assert slow(drifting(), places=(port(20_000, 0, radius_m=25_000),)) == []


def test_b1_is_not_between_two_lines_of_one_number() -> None:
    both = [(*one[:5], A, *one[6:]) for one in drifting()]
    assert slow(both) == []


def test_b1_is_explained_where_both_lie_moored() -> None:
    rows = [at(minute, 0, off, mmsi, 0, status=5) for minute in range(300) for mmsi, off in ((A, 0), (B, 100))]
    (card,) = slow(rows)
    assert (card.status, card.explained_by) == ("explained", "moored")
    assert len(card.sources) == 40
    assert card.source_count == 600


def test_b1_is_explained_by_a_marker_of_gear_and_not_by_its_name_alone_when_it_is_fast() -> None:
    gear = [(*one[:5], 992_560_002 if one[5] == B else A, *one[6:]) for one in drifting()]
    assert [card.explained_by for card in slow(gear)] == ["gear buoy"]
    fast = one_card(drifting(), "B1", [says(B, name=b"NET BUOY 12%")])
    assert explained(fast, "gear buoy").result == "cannot tell"
    still = [one for one in drifting(400) if one[5] == A or 100 <= (one[0] - drifting()[0][0]) // 60_000 < 500]
    assert one_card(still, "B1", [says(B, name=b"NET BUOY 12%")]).explained_by == "gear buoy"


@pytest.mark.parametrize(("kind", "name", "closes"), [(82, "tanker lightering", False), (52, "tug, pilot or work craft", False)])
def test_b1_says_that_a_lawful_trade_fits_and_stays_open(kind: int, name: str, closes: bool) -> None:
    (card,) = slow(drifting(kind=kind))
    assert explained(card, name).result == "fits"
    assert (card.status == "explained") == closes


def test_b1_tests_every_look_alike_and_says_what_cannot_be_told() -> None:
    card = one_card(drifting(), "B1")
    assert {one.explanation: one.result for one in card.explanations} == {
        "port or anchorage": "cannot tell",
        "moored": "excluded",
        "gear buoy": "excluded",
        "tug, pilot or work craft": "cannot tell",
        "tanker lightering": "cannot tell",
    }


# B2


def abreast(
    minutes: int = 21,
    off_m: float = 200.0,
    knots: float = 6.0,
    turn: float = 40.0,
    apart: float = 0.0,
    *,
    kind: int = -1,
    status: int = -1,
) -> list[Row]:
    """Two vessels that come from two courses, go side by side to the north for so many minutes from 120 on, and part at once."""
    rows = []
    for number, mmsi in enumerate((A, B)):
        wide = off_m * number + 400.0 * number
        course, own = math.radians(turn if not number else -turn), math.radians(apart * number)
        for minute in range(-120, minutes + 60):
            way = KN * knots * min(minute, minutes - 1)
            spot = way * math.cos(own), way * math.sin(own) + off_m * number
            if minute < 0:
                spot = way * math.cos(course), way * math.sin(course) + wide
            elif minute >= minutes:
                spot = spot[0], spot[1] + (400.0 + KN * knots * (minute - minutes)) * (2 * number - 1)
            rows.append(at(120 + minute, *spot, mmsi, round(knots * 10), kind=kind, status=status))
    return rows


def short(rows: list[Row], **given: object) -> list[Card]:
    return cards([part(rows)], "B2", **given)  # type: ignore[arg-type]


def test_b2_reads_like_this() -> None:
    (card,) = short(abreast())
    assert card.status == "open"
    assert named(card) == (
        "AIS contact A and AIS contact B went side by side for 20 min within 200 m of each other at 6.0 kn;"
        " both had left the course and speed that they had before"
    )
    assert [line.observed for line in card.criteria] == ["200 m", "20 min", "6.0 kn", "68 %", "68 %"]


def test_b2_says_who_was_not_heard_before() -> None:
    rows = [one for one in abreast() if one[5] == A or one[0] >= at(115, 0, 0)[0]]
    (card,) = short(rows)
    called = {track[:4] for track in card.tracks}
    assert "not heard in the time before" in card.sentence
    assert len([one for one in called if f"; AIS contact {one} was not heard in the time before" in card.sentence]) == 1
    assert sorted(line.observed for line in card.criteria if "velocity" in line.criterion) == ["68 %", "not heard before"]


@pytest.mark.parametrize(("minutes", "found"), [(16, 1), (14, 0)])
def test_b2_lasts_a_quarter_of_an_hour(minutes: int, found: int) -> None:
    assert len(short(abreast(minutes))) == found


@pytest.mark.parametrize(("off_m", "found"), [(249.4, 1), (250.6, 0)])
def test_b2_is_within_two_hundred_and_fifty_metres(off_m: float, found: int) -> None:
    assert len(short(abreast(off_m=off_m))) == found


@pytest.mark.parametrize(("knots", "found"), [(1.0, 1), (0.9, 0)])
def test_b2_asks_both_to_make_way(knots: float, found: int) -> None:
    assert len(short(abreast(knots=knots, minutes=17))) == found


def test_b2_ends_where_one_of_them_stops_making_way() -> None:
    slowed = [(*one[:3], 9, *one[4:]) if one[5] == B and one[0] >= at(130, 0, 0)[0] else one for one in abreast()]
    assert short(slowed) == []


@pytest.mark.parametrize(("turn", "found"), [(15.0, 1), (14.0, 0)])
def test_b2_asks_both_to_have_left_their_own_course(turn: float, found: int) -> None:
    assert len(short(abreast(turn=turn, knots=2.0))) == found


@pytest.mark.parametrize(("apart", "found"), [(29.5, 1), (30.5, 0)])
def test_b2_asks_for_one_course_within_thirty_degrees(apart: float, found: int) -> None:
    assert len(short(abreast(minutes=17, off_m=-100.0, knots=1.0, apart=apart))) == found


def test_b2_bears_a_short_break_without_taking_it_for_the_distance() -> None:
    rows = abreast(61)
    begin, end = at(150, 0, 0)[0], at(153, 0, 0)[0]
    gone = [(one[0], one[1], one[2] + 40_000, *one[3:]) if one[5] == B and begin <= one[0] < end else one for one in rows]
    (card,) = short(gone)
    assert (card.to_ms - card.from_ms) // 60_000 == 60
    assert card.criteria[0].observed == "200 m"


@pytest.mark.parametrize(("shore", "found"), [(8_000, 1), (4_000, 0)])
def test_b2_is_three_miles_off_shore_where_a_coast_is_known(shore: float, found: int) -> None:
    assert len(short(abreast(17, knots=2.0), chart=coast(shore))) == found


def test_b2_is_not_near_a_port() -> None:
    assert short(abreast(), places=(port(0, 5000),)) == []
    assert len(short(abreast(), places=(port(0, 20_000),))) == 1


@pytest.mark.parametrize(
    ("kind", "name"),
    [(52, "tug, pilot or work craft"), (60, "ferry or high-speed craft"), (30, "fishing"), (36, "sailing or pleasure craft")],
)
def test_b2_is_explained_by_what_both_are(kind: int, name: str) -> None:
    (card,) = short(abreast(kind=kind))
    assert (card.status, card.explained_by) == ("explained", name)


def test_b2_is_explained_by_fishing_by_status_of_both_and_not_of_one() -> None:
    assert [card.explained_by for card in short(abreast(status=7))] == ["fishing"]
    half = [(*one[:8], -1, *one[9:]) if one[5] == B else one for one in abreast(status=7)]
    (card,) = short(half)
    assert (card.status, explained(card, "fishing").result) == ("open", "cannot tell")


def test_b2_says_that_tankers_lighter_and_stays_open() -> None:
    (card,) = short(abreast(kind=80))
    assert (card.status, explained(card, "tanker lightering").result) == ("open", "fits")
    assert [one.explanation for one in card.explanations] == [
        "tug, pilot or work craft",
        "ferry or high-speed craft",
        "fishing",
        "sailing or pleasure craft",
        "gear buoy",
        "tanker lightering",
    ]


def test_b1_and_b2_are_of_contacts_without_ais_too() -> None:
    own, other = [one for one in drifting() if one[5] == A], [one for one in drifting() if one[5] == B]
    radar = [(*one[:3], -1, -1, 0, 30, -1, -1, b"") for one in other]
    (card,) = cards([part(own), part(radar, facts=feed("radar", "radar"))], "B1", Parameters(plots_min=3))
    assert "radar contact" in card.sentence
    assert explained(card, "gear buoy").result == "cannot tell"
