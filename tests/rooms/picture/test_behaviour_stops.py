"""B8, go-fast, B9, night landing, B10, drop-off and pick-up, and B11, mother ship: what makes a card or just misses it."""

from __future__ import annotations

import pytest
from tests.rooms.picture.scenes import KN, at, cards, coast, explained, named, part, port, sail, says
from tests.rooms.picture.worlds import Row, feed

from fairlead.picture import Card

A, B, C, D = 256_000_001, 256_000_002, 256_000_003, 256_000_004
RADAR = feed("radar", "radar")
# B8


def running(minutes: int = 20, knots: float = 30.0) -> list[Row]:
    return sail(0, [(30, 15.0, 90), (minutes, knots, 90), (30, 15.0, 90)])


def fast(rows: list[Row], **given: object) -> list[Card]:
    return cards([part(rows, facts=RADAR if not rows[0][5] else feed("coast"))], "B8", **given)  # type: ignore[arg-type]


def test_b8_reads_like_this() -> None:
    (card,) = fast(running())
    assert (card.title, card.status) == ("Go-fast", "open")
    assert named(card) == "radar contact A held 30.0 kn on average, 30.0 kn at most, for 19 min"
    assert [line.observed for line in card.criteria] == ["30.0 kn", "19 min"]
    assert {one.explanation: one.result for one in card.explanations} == {
        "ferry or high-speed craft": "cannot tell",
        "patrol, rescue or pilot craft": "cannot tell",
        "sailing or pleasure craft": "cannot tell",
        "shows itself on AIS": "excluded",
    }


@pytest.mark.parametrize(("minutes", "knots", "found"), [(11, 25.0, 1), (10, 25.0, 0), (20, 24.9, 0)])
def test_b8_holds_twenty_five_knots_for_ten_minutes(minutes: int, knots: float, found: int) -> None:
    assert len(fast(running(minutes, knots))) == found


@pytest.mark.parametrize(("shore", "found"), [(5_600, 1), (5_500, 0)])
def test_b8_is_three_miles_off_shore_where_a_coast_is_known(shore: float, found: int) -> None:
    assert len(fast(running(), chart=coast(shore))) == found


def test_b8_is_not_near_a_port() -> None:
    assert fast(running(), places=(port(5_000, 20_000),)) == []


def test_b8_of_a_vessel_that_shows_itself_is_explained_by_what_it_is_or_by_that() -> None:
    for kind, name in ((42, "ferry or high-speed craft"), (55, "patrol, rescue or pilot craft"), (37, "sailing or pleasure craft")):
        rows = [(*one[:5], A, one[6], kind, *one[8:]) for one in running()]
        assert [card.explained_by for card in fast(rows)] == [name]
    assert [card.explained_by for card in fast([(*one[:5], A, *one[6:]) for one in running()])] == ["shows itself on AIS"]


@pytest.mark.parametrize(("knots", "hours", "found"), [(15.5, 3, 1), (14.5, 3, 0), (15.5, 1, 0)])
def test_b8_runs_by_night_and_drifts_by_day(knots: float, hours: int, found: int) -> None:
    seen = fast(sail(0, [(120, knots, 90)], minute=120) + sail(0, [(hours * 60, 0.5, 90)], minute=600, east_m=120 * knots * KN))
    whole = fast(
        [
            row
            for row in sail(0, [(240, knots, 90), (360, 6.0, 90), (hours * 60, 0.5, 90)], minute=60)
            if row[0] < at(660 + hours * 60, 0, 0)[0]
        ]
    )
    assert (len(seen), len(whole)) == (0, found), "a radar track that ended is another contact"
    for card in whole:
        assert card.title == "Night run and day drift"
        assert named(card) == "radar contact A ran at 15.5 kn by night and lay drifting for 3 h by day"


# B9


def landing(
    minutes: int = 20, off_m: float = 400.0, start: int = 60, back_m: float = 2_000.0, *, kind: int = -1, status: int = -1
) -> list[Row]:
    """From the sea to a stop `off_m` south of the coast, and back out, an hour after midnight."""
    out = [min(back_m, minute * 10 * KN) for minute in range(1, 41)]
    ways = [(start + minute, -off_m - off, 100) for minute, off in enumerate(reversed(out))]
    ways += [(start + 40 + minute, -off_m, 5) for minute in range(minutes)]
    ways += [(start + 40 + minutes + minute, -off_m - off, 100) for minute, off in enumerate(out)]
    return [at(minute, north, 0, A, sog, kind=kind, status=status) for minute, north, sog in ways]


def landed(rows: list[Row], **given: object) -> list[Card]:
    return cards([part(rows)], "B9", **{"chart": coast(0), **given})  # type: ignore[arg-type]


def test_b9_reads_like_this() -> None:
    (card,) = landed(landing(), places=(port(0, 20_000),))
    assert (card.title, card.status) == ("Night landing", "open")
    assert named(card) == (
        "AIS contact A came in from the sea by night, stopped for 19 min at 0.2 nm from shore and left for the sea again,"
        " 20 km from the nearest port or anchorage"
    )
    assert [line.observed for line in card.criteria[:1]] == ["0.2 nm"]
    assert [line.observed for line in card.criteria[2:5]] == ["19 min", "2000 m", "2000 m"]


@pytest.mark.parametrize(("minutes", "found"), [(3, 1), (2, 0), (61, 1), (62, 0)])
def test_b9_stops_for_two_minutes_to_an_hour(minutes: int, found: int) -> None:
    assert len(landed(landing(minutes))) == found


@pytest.mark.parametrize(("off_m", "found"), [(925, 1), (928, 0)])
def test_b9_stops_within_half_a_mile_of_shore(off_m: float, found: int) -> None:
    assert len(landed(landing(off_m=off_m))) == found


@pytest.mark.parametrize(("back_m", "found"), [(928, 1), (924, 0)])
def test_b9_comes_from_the_sea_and_leaves_for_it(back_m: float, found: int) -> None:
    assert len(landed(landing(back_m=back_m))) == found


def test_b9_is_by_night_with_a_coast_away_from_ports_and_known_before_and_after() -> None:
    assert landed(landing(start=700)) == []
    assert landed(landing(), chart=None) == []
    assert landed(landing(), places=(port(-400, 2_990),)) == []
    assert len(landed(landing(), places=(port(-400, 3_010),))) == 1
    late = [one for one in landing() if one[0] >= at(60 + 31, 0, 0)[0]]
    assert landed(late) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (30, "fishing"),
        (37, "sailing or pleasure craft"),
        (34, "tug, pilot or work craft"),
        (51, "patrol, rescue or pilot craft"),
        (69, "ferry or high-speed craft"),
    ],
)
def test_b9_is_explained_by_what_it_is(kind: int, name: str) -> None:
    assert [card.explained_by for card in landed(landing(kind=kind))] == [name]


def test_b9_is_explained_by_lying_at_anchor() -> None:
    still = [(*one[:3], 0 if one[3] == 5 else one[3], *one[4:]) for one in landing(status=1)]
    assert [card.explained_by for card in landed(still)] == ["moored"]


# B10


def stop(mmsi: int, minute: int, minutes: int = 11, north_m: float = 0.0, *, kind: int = -1, knots: float = 10.0) -> list[Row]:
    """A boat that comes from the west, stops at minute `minute` and leaves eastward."""
    legs = [(30, knots, 90.0), (minutes, 0.0, 90.0), (30, 10.0, 90.0)]
    return sail(mmsi, legs, minute=minute - 30, north_m=north_m, east_m=-30 * knots * KN, kind=kind)


def dropped(rows: list[Row], **given: object) -> list[Card]:
    return cards([part(rows)], "B10", **given)  # type: ignore[arg-type]


def test_b10_reads_like_this() -> None:
    (card,) = dropped([*stop(A, 100), *stop(B, 230, north_m=350.0)])
    assert (card.title, card.status) == ("Drop-off and pick-up", "open")
    first, second = ("A", "B") if card.drawn[0][0][0] < card.drawn[1][0][0] else ("B", "A")
    assert named(card) == (
        f"AIS contact {first} stopped at sea for 10 min; 2 h 0 min later AIS contact {second} stopped for 10 min 350 m from there"
    )
    assert [line.observed for line in card.criteria] == ["350 m", "120 min", "2 h"]
    assert card.criteria[0].threshold == "at most 700 m"


@pytest.mark.parametrize(("minutes", "found"), [(6, 1), (5, 0), (46, 1), (47, 0)])
def test_b10_stops_for_five_to_forty_five_minutes(minutes: int, found: int) -> None:
    assert len(dropped([*stop(A, 100, minutes), *stop(B, 300)])) == found


@pytest.mark.parametrize(("later", "found"), [(30, 1), (29, 0), (4320, 1), (4321, 0)])
def test_b10_is_half_an_hour_to_three_days_later(later: int, found: int) -> None:
    assert len(dropped([*stop(A, 100), *stop(B, 110 + later)])) == found


@pytest.mark.parametrize(("off_m", "found"), [(499.4, 1), (501.0, 0)])
def test_b10_allows_for_an_hour_of_drift(off_m: float, found: int) -> None:
    assert len(dropped([*stop(A, 100), *stop(B, 170, north_m=off_m)])) == found


def test_b10_drift_is_never_more_than_ten_gates() -> None:
    assert len(dropped([*stop(A, 100), *stop(B, 3000, north_m=2_990)])) == 1
    assert dropped([*stop(A, 100), *stop(B, 3000, north_m=3_010)]) == []


def test_b10_is_of_two_contacts_that_came_and_left_under_way() -> None:
    assert dropped([*stop(A, 100), *stop(A, 300)]) == []
    assert dropped([*stop(A, 100), *stop(B, 300, knots=4.9)]) == []
    assert len(dropped([*stop(A, 100), *stop(B, 300, knots=5.0)])) == 1


@pytest.mark.parametrize(("shore", "found"), [(5_600, 1), (5_500, 0)])
def test_b10_is_three_miles_off_shore_where_a_coast_is_known(shore: float, found: int) -> None:
    assert len(dropped([*stop(A, 100), *stop(B, 300)], chart=coast(shore))) == found


def test_b10_is_not_near_a_port() -> None:
    assert dropped([*stop(A, 100), *stop(B, 300)], places=(port(9_900, 0),)) == []


@pytest.mark.parametrize(("kind", "name"), [(30, "fishing"), (52, "tug, pilot or work craft"), (36, "sailing or pleasure craft")])
def test_b10_is_explained_by_what_both_are(kind: int, name: str) -> None:
    assert [card.explained_by for card in dropped([*stop(A, 100, kind=kind), *stop(B, 300, kind=kind)])] == [name]


def test_b10_is_explained_by_a_ground_where_many_stop_within_two_kilometres() -> None:
    def ground(north_m: float) -> list[Card]:
        others = [row for number in range(3) for row in stop(C + number, 100, north_m=-north_m - number)]
        return dropped([*stop(A, 100), *stop(B, 300, north_m=500.0), *others])

    pair = [card for card in ground(1_950.0) if len(card.drawn) == 2]
    assert {card.explained_by for card in pair} == {"ground that many stop at"}
    assert explained(pair[0], "ground that many stop at").tested.startswith("3 other short stops within 2 km")
    far = ground(2_050.0)
    assert {explained(card, "ground that many stop at").tested.split()[0] for card in far} == {"0"}
    assert {card.status for card in far} == {"open"}


# B11


def meeting_many(
    meetings: int = 3, every: int = 200, *, craft: int = 3, ship_m: int = 180, craft_m: int = 12, kind: int = -1, trade: int = -1
) -> list[Card]:
    """A ship that drops something which small craft fetch one after another, each at its own place."""
    rows, stated = [], [says(A, 1, length_m=ship_m, ship_type=kind)]
    for number in range(meetings):
        rows += stop(A, 100 + every * number, north_m=20_000.0 * number)
        rows += stop(B + number % craft, 160 + every * number, north_m=20_000.0 * number)
    stated += [says(B + number, 1, length_m=craft_m, ship_type=trade) for number in range(craft)]
    return cards([part(rows, stated)], "B11")


def test_b11_reads_like_this() -> None:
    (card,) = meeting_many()
    assert (card.title, card.status) == ("Mother ship", "open")
    ship = next(letter for letter, points in zip("ABCD", card.drawn, strict=True) if len(points) > 150)
    assert named(card) == (f"AIS contact {ship} was met by 3 different small craft within 7 h 50 min, each time as a card of B10 says")
    assert [line.observed for line in card.criteria] == ["3 craft", "7 h"]


def test_b11_counts_craft_and_not_meetings() -> None:
    assert meeting_many(4, craft=2) == []
    (card,) = meeting_many(4)
    assert card.criteria[0].observed == "3 craft"


@pytest.mark.parametrize(("every", "found"), [(1400, 1), (1410, 0)])
def test_b11_is_within_two_days(every: int, found: int) -> None:
    assert len(meeting_many(every=every)) == found


@pytest.mark.parametrize(("ship_m", "craft_m", "found"), [(30, 29, 1), (29, 29, 0), (180, 30, 0)])
def test_b11_is_of_a_ship_and_of_craft_shorter_than_thirty_metres(ship_m: int, craft_m: int, found: int) -> None:
    assert len(meeting_many(ship_m=ship_m, craft_m=craft_m)) == found


def test_b11_takes_an_ais_vessel_without_a_length_for_a_ship() -> None:
    assert len(meeting_many(ship_m=-1)) == 1
    assert meeting_many(craft_m=-1) == []


@pytest.mark.parametrize(("kind", "name"), [(69, "ferry or high-speed craft"), (52, "tug, pilot or work craft")])
def test_b11_rests_on_open_cards_only(kind: int, name: str) -> None:
    seen = meeting_many(kind=kind)
    assert [card.explained_by for card in seen] == ([name] if name.startswith("ferry") else [])


def test_b11_is_explained_where_all_craft_fish_and_stays_open_for_a_merchant_ship() -> None:
    (card,) = meeting_many(trade=30)
    assert card.explained_by == "catch taken over"
    (card,) = meeting_many(kind=70)
    assert (card.status, explained(card, "merchant ship waiting").result) == ("open", "fits")


def test_b11_links_contacts_without_ais_near_a_vessel_that_loads_under_way() -> None:
    rows: list[Row] = []
    plots: list[Row] = []
    for number, minute in enumerate((60, 1500, 2880)):
        legs = [(120, 12.0, 90), (30, 5.0, 90), (60, 12.0, 90)]
        rows += sail(A, legs, minute=minute, east_m=number * 80_000.0)
        plots += [at(minute + 121 + off, 1000, number * 80_000 + 120 * 12 * KN + off * 5 * KN) for off in range(28)]
    seen = cards([part(rows, [says(A, 1, length_m=180)]), part(plots, facts=RADAR)], "B11")
    loads = cards([part(rows, [says(A, 1, length_m=180)]), part(plots, facts=RADAR)], "B3")
    assert [card.sentence.endswith("1 contact without AIS came within 2 nm") for card in loads] == [True] * 3
    assert [card.sentence.split(" was met by ")[1] for card in seen] == [
        "3 different small craft within 47 h 30 min, each time as a card of B3 says"
    ]


def test_b10_is_explained_by_a_marker_of_gear() -> None:
    assert [card.explained_by for card in dropped([*stop(A, 100), *stop(992_560_002, 300)])] == ["gear buoy"]
