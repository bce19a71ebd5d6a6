"""B3, loading under way, B4, loitering and circling, and B5's sentence: what makes a card, what just misses it, what explains it."""

from __future__ import annotations

import numpy as np
import pytest
from tests.rooms.picture.scenes import AIS, KN, at, cards, coast, explained, named, one_card, part, port, sail, says
from tests.rooms.picture.worlds import Row, feed

from fairlead.picture import Card
from fairlead.picture.chart import Territory, chart_of
from fairlead.report.detection import FeedFacts

A, B, C = 256_000_001, 256_000_002, 256_000_003
# B3
BEFORE_AND_AFTER = "AIS contact A made 12.0 kn, slowed by night to as little as 5.0 kn for 30 min and then went on as before"


def slowing(
    minutes: int = 30, before: float = 12.0, during: float = 5.0, after: float = 12.0, start: int = 0, *, kind: int = -1
) -> list[Row]:
    """A vessel that slows down at minute 120 from `start`, which is two in the morning there."""
    return sail(A, [(120, before, 90), (minutes, during, 90), (60, after, 90)], minute=start, kind=kind)


def loading(rows: list[Row], **given: object) -> list[Card]:
    return cards([part(rows)], "B3", **given)  # type: ignore[arg-type]


def test_b3_reads_like_this() -> None:
    (card,) = loading(slowing())
    assert card.status == "open"
    assert named(card) == BEFORE_AND_AFTER
    assert [(line.criterion, line.observed) for line in card.criteria[:5]] == [
        ("speed before, median of two hours", "12.0 kn"),
        ("speed during, of the speed before", "41 %"),
        ("at its slowest", "5.0 kn"),
        ("time slowed", "30 min"),
        ("time slowed, at the longest", "30 min"),
    ]
    assert card.criteria[5].criterion == "night, sun below the horizon by"
    assert (card.from_ms, card.to_ms) == (at(120, 0, 0)[0], at(150, 0, 0)[0])


@pytest.mark.parametrize(("minutes", "found"), [(15, 1), (10, 0), (90, 1), (95, 0)])
def test_b3_lasts_fifteen_to_ninety_minutes(minutes: int, found: int) -> None:
    assert len(loading(slowing(minutes))) == found


@pytest.mark.parametrize(("before", "during", "found"), [(10.0, 8.0, 1), (10.1, 8.1, 0), (8.0, 6.4, 1), (7.9, 6.3, 0), (9.0, 7.3, 0)])
def test_b3_falls_from_eight_knots_by_a_fifth_to_eight(before: float, during: float, found: int) -> None:
    assert len(loading(slowing(before=before, during=during, after=before))) == found


@pytest.mark.parametrize(("after", "found"), [(9.0, 1), (8.9, 0)])
def test_b3_comes_back_to_nine_tenths(after: float, found: int) -> None:
    assert len(loading(slowing(before=10.0, after=after))) == found


@pytest.mark.parametrize(("heard", "found"), [(90, 1), (85, 0)])
def test_b3_knows_the_speed_of_most_of_the_two_hours_before(heard: int, found: int) -> None:
    assert len(loading([one for one in slowing() if one[0] >= at(120 - heard, 0, 0)[0]])) == found


def test_b3_is_by_night() -> None:
    assert loading(slowing(start=600)) == []


@pytest.mark.parametrize(("shore", "found"), [(22_300, 1), (22_100, 0)])
def test_b3_is_twelve_miles_off_shore_where_a_coast_is_known(shore: float, found: int) -> None:
    assert len(loading(slowing(), chart=coast(shore))) == found


def test_b3_is_not_near_a_port_and_near_one_a_pilot_explains_it() -> None:
    there = 12.0 * KN * 120
    assert loading(slowing(), places=(port(9_000, there),)) == []
    (card,) = loading(slowing(), places=(port(20_000, there),))
    assert (card.status, card.explained_by) == ("explained", "time of a pilot or a berth")
    (card,) = loading(slowing(), places=(port(60_000, there),))
    assert (card.status, explained(card, "time of a pilot or a berth").result) == ("open", "excluded")


def test_b3_says_that_it_stopped_and_stays_open() -> None:
    (card,) = loading(slowing(during=0.5))
    assert (card.status, explained(card, "engine trouble or a stop").result) == ("open", "fits")
    assert explained(loading(slowing(during=1.0))[0], "engine trouble or a stop").result == "excluded"


def test_b3_is_explained_by_weather_when_others_slow_down_with_it_and_by_no_single_one() -> None:
    legs = [(120, 10.0, 90), (30, 4.0, 90), (60, 10.0, 90)]
    others = [sail(mmsi, legs, north_m=north) for mmsi, north in ((B, 15_000), (C, -15_000))]
    (card,) = [card for card in loading([*slowing(), *others[0], *others[1]]) if card.from_ms == at(120, 0, 0)[0]][:1]
    assert (card.explained_by, explained(card, "weather").result) == ("weather", "fits")
    assert explained(card, "weather").tested == "2 of 2 other vessels under way within 50 km slowed down at the same time"
    pair = loading([*slowing(), *others[0]])
    assert [(one.status, explained(one, "weather").result) for one in pair] == [("open", "excluded")] * 2


def test_b3_is_explained_by_traffic_close_by() -> None:
    crossing = sail(B, [(300, 10.0, 0)], north_m=-135 * 10.0 * KN, east_m=120 * 12.0 * KN)
    (card,) = loading([*slowing(), *crossing])
    assert (card.explained_by, explained(card, "traffic").tested) == (
        "traffic",
        "1 vessels with AIS under way within 2 nm at its middle",
    )


@pytest.mark.parametrize(("kind", "name"), [(30, "fishing"), (31, "tug, pilot or work craft"), (65, "ferry or high-speed craft")])
def test_b3_is_explained_by_what_it_is(kind: int, name: str) -> None:
    assert [card.explained_by for card in loading(slowing(kind=kind))] == [name]


@pytest.mark.parametrize(("off_m", "words"), [(3_600, "; 1 contact without AIS came within 2 nm"), (3_800, "")])
def test_b3_says_how_many_contacts_without_ais_came_near(off_m: float, words: str) -> None:
    plots = [at(minute, off_m, 120 * 12 * KN + (minute - 120) * 5 * KN) for minute in range(121, 150)]
    (card,) = cards([part(slowing()), part(plots, facts=feed("radar", "radar"))], "B3")
    assert (
        named(card)
        == f"AIS contact A made 12.0 kn, slowed by night to as little as 5.0 kn for 30 min and then went on as before{words}"
    )


# B4


def dawdling(hours: int = 5, knots: float = 1.0, *, kind: int = -1, status: int = -1) -> list[Row]:
    return sail(A, [(hours * 60, knots, 30), (60, 9.0, 30)], kind=kind, status=status)


def loitering(rows: list[Row], **given: object) -> list[Card]:
    return cards([part(rows)], "B4", **given)  # type: ignore[arg-type]


def round_and_round(hours: int = 25, side: float = 6.0, knots: float = 3.0) -> list[Row]:
    legs = [(side * 60 / 4, knots, 90.0 * (number % 4)) for number in range(round(hours * 4 / side))]
    return sail(A, legs)


def test_b4_reads_like_this() -> None:
    (card,) = loitering(dawdling())
    assert (card.title, card.status) == ("Loitering", "open")
    assert named(card) == "AIS contact A stayed out for 4 h 59 min at 1.0 kn on average, inside 9229 m"
    assert [line.observed for line in card.criteria] == ["1.0 kn", "5 h", "9229 m"]


def test_b4_circling_reads_like_this() -> None:
    (card,) = loitering(round_and_round(side=4.0))
    assert (card.title, card.status) == ("Circling", "open")
    assert named(card) == "AIS contact A went 139 km in 24 h 59 min and ended 5463 m from where it began"
    assert [line.observed for line in card.criteria] == ["3 %", "25 h", "7857 m"]


def test_b4_says_how_far_ports_and_territorial_seas_are() -> None:
    square = np.array([[121_500_000, -10_000_000], [121_500_000, 10_000_000], [125_000_000, 10_000_000], [125_000_000, -10_000_000]])
    chart = chart_of([], territories=[Territory(code="HTI", rings=(square,))])
    (card,) = loitering(dawdling(), places=(port(-20_000, 0),), chart=chart)
    assert named(card) == (
        "AIS contact A stayed out for 4 h 59 min at 1.0 kn on average, inside 9229 m, 24 km from the nearest port or anchorage;"
        " 6.8 nm from that of HTI"
    )


@pytest.mark.parametrize(("hours", "found"), [(4, 1), (3, 0)])
def test_b4_lasts_four_whole_hours(hours: int, found: int) -> None:
    assert len(loitering(dawdling(hours))) == found


@pytest.mark.parametrize(("knots", "found"), [(1.9, 1), (2.0, 0)])
def test_b4_is_below_two_knots_every_hour(knots: float, found: int) -> None:
    assert len(loitering(dawdling(knots=knots))) == found


@pytest.mark.parametrize(("knots", "found"), [(0.07, 1), (0.06, 0)])
def test_b4_moves_about_by_half_a_kilometre(knots: float, found: int) -> None:
    assert len(loitering(dawdling(4, knots)[:240])) == found


@pytest.mark.parametrize(("hours", "found"), [(24, 1), (23, 0)])
def test_b4_circles_for_a_day(hours: int, found: int) -> None:
    assert len(loitering(round_and_round(hours, side=4.0))) == found


@pytest.mark.parametrize(("knots", "found"), [(2.1, 1), (2.0, 0)])
def test_b4_circles_over_ninety_kilometres(knots: float, found: int) -> None:
    assert len(loitering(round_and_round(24, side=4.0, knots=knots))) == found


@pytest.mark.parametrize(("back", "found"), [(9.7, 1), (9.5, 0)])
def test_b4_circles_where_the_net_is_below_a_fifth_of_the_path(back: float, found: int) -> None:
    rows = sail(A, [((24 - back) * 60, 4.0, 0), (back * 60, 4.0, 180)])
    assert len(loitering(rows)) == found


@pytest.mark.parametrize(("shore", "found"), [(42_000, 1), (41_000, 0)])
def test_b4_is_twenty_miles_off_shore_where_a_coast_is_known(shore: float, found: int) -> None:
    assert len(loitering(dawdling(), chart=coast(shore))) == found


def test_b4_is_not_near_a_port() -> None:
    assert loitering(dawdling(), places=(port(12_000, 0),)) == []
    assert len(loitering(dawdling(), places=(port(20_000, 0),))) == 1


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (30, "fishing"),
        (33, "survey or offshore work"),
        (70, "merchant ship waiting"),
        (89, "merchant ship waiting"),
        (37, "sailing or pleasure craft"),
    ],
)
def test_b4_is_explained_by_what_it_is(kind: int, name: str) -> None:
    assert [card.explained_by for card in loitering(dawdling(kind=kind))] == [name]


def test_b4_is_explained_by_its_status_and_by_gear_near_it() -> None:
    assert [card.explained_by for card in loitering(dawdling(status=7))] == ["fishing"]
    marker = [at(minute, 4_000, 2_000, 992_560_002, 0) for minute in range(360)]
    assert [card.explained_by for card in loitering([*dawdling(), *marker])] == ["tending its gear"]
    far = [at(minute, 4_000, 9_000, 992_560_002, 0) for minute in range(360)]
    assert [card.explained_by for card in loitering([*dawdling(), *far])] == [None]
    card = one_card(dawdling(), "B4", [says(A, name=b"FISHNET 3")])
    assert (card.status, explained(card, "gear buoy").result) == ("open", "cannot tell")
    assert one_card(dawdling()[:300], "B4", [says(A, name=b"FISHNET 3")]).explained_by == "gear buoy"


def test_b4_of_a_vessel_at_anchor_that_swings_wide_is_explained_as_moored() -> None:
    rows = [at(minute, 0 if minute % 20 else 600, 0, A, 1, status=1) for minute in range(300)]
    assert [card.explained_by for card in loitering(rows)] == ["moored"]


# B5


def silent(facts: FeedFacts | None = None, until: int = 700) -> list[Card]:
    rows = [one for one in sail(A, [(1440, 6.0, 90)]) if not at(300, 0, 0)[0] < one[0] < at(until, 0, 0)[0]]
    others = [one for number in range(3) for one in sail(B + number, [(1440, 6.0, 90)], north_m=1000.0 * number + 1000)]
    return cards([part([*rows, *others], facts=facts or feed("coast", gaps_meaningful=True))], "B5")


def test_b5_reads_like_this() -> None:
    (card,) = silent()
    assert named(card) == (
        "AIS contact A was not heard for 6 h 40 min while 1045 messages of others were heard where it was;"
        " it was next heard 74 km away, and at 6.0 kn can have been up to 37 km from the midpoint"
    )
    assert [line.observed for line in card.criteria] == ["400 min", "1045 messages", "333 messages"]
    assert [one.result for one in card.explanations] == ["cannot tell", "excluded", "excluded", "cannot tell", "excluded"]


@pytest.mark.parametrize(("until", "found"), [(660, 1), (659, 0)])
def test_b5_lasts_six_hours_to_the_minute(until: int, found: int) -> None:
    assert len(silent(until=until)) == found


def test_b5_never_comes_from_an_extract_or_from_radar() -> None:
    assert silent(AIS) == []
    assert silent(feed("coast", "radar", gaps_meaningful=True)) == []
