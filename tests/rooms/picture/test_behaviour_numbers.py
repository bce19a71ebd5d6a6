"""B6, identity and false position, and B7, declared against actual course: what makes a card, what misses it, what explains it."""

from __future__ import annotations

import msgspec
import pytest
from tests.rooms.picture.scenes import KN, at, cards, coast, explained, named, one_card, part, port, sail, says
from tests.rooms.picture.worlds import Row, feed

from fairlead.picture import Card
from fairlead.report.statement import Statements

A, B, C = 256_000_001, 256_000_002, 256_000_003
# B6, two places


def doubled(minutes: int = 40, north_m: float = 20_000, mmsi: int = A) -> list[Row]:
    """One number from two places for so many minutes, and from one before and after."""
    one = sail(mmsi, [(200, 6.0, 90)])
    other = sail(mmsi, [(minutes, 6.0, 90)], minute=60.25, north_m=north_m, east_m=60 * 6 * KN)
    return [*one, *other]


def numbered(rows: list[Row], **given: object) -> list[Card]:
    return cards([part(rows)], "B6", **given)  # type: ignore[arg-type]


def test_b6_two_places_reads_like_this() -> None:
    (card,) = numbered(doubled())
    assert (card.title, card.status) == ("One number, two places", "open")
    assert named(card) in {
        f"one AIS number was heard from two places at once for 38 min, as AIS contact {order}, at least 20 km apart"
        for order in ("A and as AIS contact B", "B and as AIS contact A")
    }
    assert [line.observed for line in card.criteria] == ["38 min", "20 km"]


@pytest.mark.parametrize(("minutes", "found"), [(32, 1), (31, 0)])
def test_b6_two_places_lasts_half_an_hour(minutes: int, found: int) -> None:
    assert len(numbered(doubled(minutes))) == found


def test_b6_two_places_are_at_once_and_not_twice_for_a_moment() -> None:
    one = sail(A, [(1200, 6.0, 90)])
    moments = [row for minute in (60, 1000) for row in sail(A, [(20, 6.0, 90)], minute=minute, north_m=20_000, east_m=minute * 6 * KN)]
    assert numbered([*one, *moments]) == []
    (card,) = numbered([*one, *moments, *sail(A, [(40, 6.0, 90)], minute=500, north_m=20_000, east_m=500 * 6 * KN)])
    assert (card.from_ms, card.to_ms) == (at(500, 0, 0)[0], at(539, 0, 0)[0])


@pytest.mark.parametrize(("north", "found"), [(10_010, 1), (9_990, 0)])
def test_b6_two_places_are_ten_kilometres_apart(north: float, found: int) -> None:
    assert len(numbered(doubled(north_m=north))) == found


@pytest.mark.parametrize("mmsi", [123_456_789, 1_193_046, 100_000_001])
def test_b6_a_number_that_nobody_gives_out_explains_it(mmsi: int) -> None:
    assert [card.explained_by for card in numbered(doubled(mmsi=mmsi))] == ["a number that nobody gives out"]


def test_b6_a_country_code_of_nobody_does_not_explain_it() -> None:
    (card,) = numbered(doubled(mmsi=200_999_999))
    assert (card.status, explained(card, "a number that nobody gives out").result) == ("open", "cannot tell")


def test_b6_a_marker_s_number_explains_it() -> None:
    assert [card.explained_by for card in numbered(doubled(mmsi=992_560_002))] == ["gear buoy"]


def test_b6_says_that_many_sets_use_one_number_and_stays_open() -> None:
    more = [row for number in range(3) for row in sail(A, [(40, 6.0, 90)], minute=60.1 + number / 4, north_m=60_000.0 * (number + 1))]
    (card,) = numbered([*doubled(), *more])
    assert (card.status, explained(card, "many sets with one number").result) == ("open", "fits")
    assert explained(card, "many sets with one number").tested == "the number was heard as 5 different tracks in the window"


# B6, identity


def changing(old: bytes = b"QUEEN OF SHEBA", new: bytes = b"SILVER LINING", **given: object) -> list[Card]:
    rows = sail(A, [(300, 9.0, 90)])
    return cards([part(rows, [says(A, 10, name=old), says(A, 200, name=new)])], "B6", **given)  # type: ignore[arg-type]


def test_b6_identity_reads_like_this() -> None:
    (card,) = changing()
    assert (card.title, card.status) == ("Identity changed", "open")
    assert (
        named(card) == "AIS contact A went on sending under the same number and said another name, call sign or IMO number than before"
    )
    assert card.from_ms == card.to_ms == at(200, 0, 0)[0]
    assert card.lon_e7 == at(200, 0, 200 * 9 * KN)[2]


def test_b6_identity_says_how_many_fields_and_that_they_go_by_turns() -> None:
    rows = sail(A, [(400, 9.0, 90)])
    one, other = {"name": b"QUEEN OF SHEBA", "imo": 9_074_729}, {"name": b"SILVER LINING", "imo": 9_319_466}
    stated = [says(A, minute, **said) for minute, said in ((10, one), (100, other), (200, one))]
    (card,) = cards([part(rows, stated)], "B6")
    assert (
        named(card) == "AIS contact A went on sending under the same number and said by turns another identity in 2 fields than before"
    )
    assert card.criteria[0].observed == "4 changes"


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"QUEEN OF SHEBA", b"QUEEN OF SHIBA"), (b"QUEEN OF SHEBA", b"QUEEN OF SHXXA"), (b"QUEEN", b"QUEEN OF SHEBA"), (b"", b"QUEEN")],
)
def test_b6_a_typing_error_or_what_was_empty_is_no_card(old: bytes, new: bytes) -> None:
    assert changing(old, new) == []


def test_b6_three_letters_are_another_name() -> None:
    assert len(changing(b"QUEEN OF SHEBA", b"QUEEN OF SXXXA")) == 1


@pytest.mark.parametrize(("off_m", "status"), [(9_900, "explained"), (10_100, "open")])
def test_b6_a_new_name_in_port_explains_it(off_m: float, status: str) -> None:
    (card,) = changing(places=(port(off_m, 200 * 9 * KN),))
    assert (card.status, card.explained_by) == (status, "renamed in port" if status == "explained" else None)


def test_b6_what_a_receiver_remembers_is_no_change() -> None:
    rows = sail(A, [(300, 9.0, 90)])
    assert cards([part(rows, [says(A, 10, name=b"QUEEN OF SHEBA"), says(A, 200, name=b"SILVER LINING", part=3)])], "B6") == []


# B6, positions that cannot be


@pytest.mark.parametrize(("inland", "found"), [(2_010, 1), (1_990, 0)])
def test_b6_positions_on_land(inland: float, found: int) -> None:
    way = {49: 1000, 50: inland, 51: inland, 52: inland, 53: 1000}
    rows = [at(minute, way.get(minute, -500), 20 * minute, A, 6) for minute in range(120)]
    seen = numbered(rows, chart=coast(0))
    assert len(seen) == found
    for card in seen:
        assert named(card) == "3 of 120 positions that AIS contact A sent in 2 min lie on land"


def test_b6_two_positions_on_land_are_not_enough() -> None:
    way = {49: 1000, 50: 2500, 51: 2500, 52: 1000}
    rows = [at(minute, way.get(minute, -500), 20 * minute, A, 6) for minute in range(120)]
    assert numbered(rows, chart=coast(0)) == []


def test_b6_on_land_all_the_time_is_a_river() -> None:
    rows = [at(minute, 5000, 20 * minute, A, 6) for minute in range(120)]
    assert [card.explained_by for card in numbered(rows, chart=coast(0))] == ["inland water"]


@pytest.mark.parametrize(("range_m", "found"), [(40_000, 1), (41_000, 0)])
def test_b6_positions_beyond_what_the_receiver_can_hear(range_m: int, found: int) -> None:
    facts = msgspec.structs.replace(feed("coast"), station_lat_e7=120_000_000, station_lon_e7=0, range_m=range_m)
    rows = [at(minute, 60_500, 20 * minute, A, 6) for minute in range(20)]
    seen = cards([part(rows, facts=facts)], "B6")
    assert len(seen) == found
    for card in seen:
        assert named(card) == "20 of 20 positions that AIS contact A sent in 19 min lie beyond what the receiver can hear"


def test_b6_null_island_and_a_disturbed_signal() -> None:
    def null(mmsi: int, count: int = 4) -> list[Row]:
        return [(at(minute, 0, 0)[0] + mmsi % 7 * 1000, 0, 0, 0, -1, mmsi, 10, -1, -1, b"") for minute in range(count)]

    (card,) = numbered(null(A))
    assert (card.status, named(card)) == ("open", "4 of 4 positions that AIS contact A sent in 3 min are 0 north 0 east")
    pair = numbered([*null(A), *null(B)])
    assert [card.status for card in pair] == ["open", "open"]
    three = numbered([*null(A, 9), *null(B, 9), *null(C, 9)])
    assert {card.explained_by for card in three} == {"satellite signal disturbed"}
    told = {explained(card, "satellite signal disturbed").tested for card in three}
    assert told == {"2 other numbers had such positions within an hour and 50 km"}


# B7


def leaving(minutes: int = 150, knots: float = 8.0, start_m: float = 60_000, *, kind: int = -1) -> tuple[list[Row], list[Statements]]:
    """A vessel that says HAVEN and goes away from it eastward."""
    rows = sail(A, [(minutes, knots, 90)], east_m=start_m, kind=kind)
    return rows, [says(A, minutes - 30, destination=b"HAVEN VIA CANAL")]


def declared(given: tuple[list[Row], list[Statements]], **more: object) -> list[Card]:
    return cards([part(*given)], "B7", places=(port(0, 0),), **more)  # type: ignore[arg-type]


def test_b7_reads_like_this() -> None:
    (card,) = declared(leaving())
    assert card.status == "open"
    assert named(card) == (
        "AIS contact A went away from the port that it declares as its destination for 2 h 20 min and is 18.6 nm farther from it"
    )
    assert [line.observed for line in card.criteria] == ["140 min", "18.6 nm"]


@pytest.mark.parametrize(("minutes", "found"), [(121, 1), (120, 0)])
def test_b7_lasts_two_hours(minutes: int, found: int) -> None:
    assert len(declared(leaving(minutes))) == found


@pytest.mark.parametrize(("minutes", "knots", "found"), [(121, 5.5, 1), (121, 5.3, 0), (150, 5.0, 1), (150, 4.9, 0)])
def test_b7_makes_five_knots_and_twenty_kilometres(minutes: int, knots: float, found: int) -> None:
    assert len(declared(leaving(minutes, knots))) == found


def test_b7_needs_the_whole_name_of_one_place_only() -> None:
    rows, _ = leaving()
    assert declared((rows, [says(A, 120, destination=b"HAVENTON")])) == []
    assert declared((rows, [says(A, 120, destination=b"FOR ORDERS")])) == []
    assert cards([part(*leaving())], "B7", places=(port(0, 0), port(90_000, 0))) == [], "two places of that name"


def test_b7_that_comes_nearer_is_none() -> None:
    assert declared((sail(A, [(150, 8.0, 270)], east_m=80_000), leaving()[1])) == []


@pytest.mark.parametrize(("start", "closes"), [(19_900, True), (20_100, False)])
def test_b7_is_explained_by_a_destination_that_was_not_changed_yet(start: float, closes: bool) -> None:
    (card,) = declared(leaving(start_m=start))
    assert card.explained_by == ("destination not changed yet" if closes else None)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(30, "fishing"), (60, "ferry or high-speed craft"), (52, "tug, pilot or work craft"), (36, "sailing or pleasure craft")],
)
def test_b7_is_explained_by_what_it_is(kind: int, name: str) -> None:
    assert [card.explained_by for card in declared(leaving(kind=kind))] == [name]


def test_b7_says_that_no_weather_is_known() -> None:
    (card,) = declared(leaving())
    assert explained(card, "weather routing").result == "cannot tell"


def test_a_name_in_a_remembered_statement_stands_on_no_card() -> None:
    card = one_card(doubled(), "B6", [says(A, 5, name=b"GOLDEN FLEECE", part=3)])
    assert "GOLDEN FLEECE" not in str(card)
