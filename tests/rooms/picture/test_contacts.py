"""Lines and what is said of them: shared identities, radar plots, matches, sightings, the dateline."""

from __future__ import annotations

import random

import pytest
from tests.rooms.picture.worlds import MINUTE_MS, Row, feed, row, segment

from fairlead.picture import Card, Parameters, Place, Track, View, Window, view

START = 1_600_000_020_000  # a whole minute
WINDOW = Window(from_ms=START, to_ms=START + 600 * MINUTE_MS)
SHORT = Parameters(slow_transfer_min_s=1200)
AIS, RADAR, EYES = feed("ais"), feed("radar", "radar"), feed("eyes", "sighting")


def ship(minutes: range, mmsi: int, *, lat: float = 19.0, lon: float = -74.0, step: float = 0.003, sog: int = 100) -> list[Row]:
    """East along a parallel by `step` degrees a minute."""
    return [row(START + minute * MINUTE_MS, lat, lon + step * minute, sog_dkn=sog, mmsi=mmsi) for minute in minutes]


def plots(minutes: range, *, lat: float = 19.0, lon: float = -74.0, step: float = 0.003, seed: int = 1, err_m: int = 60) -> list[Row]:
    dice = random.Random(seed)
    noise = err_m / 111_000
    return [
        row(START + minute * MINUTE_MS, lat + dice.gauss(0, noise), lon + step * minute + dice.gauss(0, noise), err_m=err_m)
        for minute in minutes
    ]


def tracks(shown: View, kind: str) -> list[Track]:
    return [track for track in shown.tracks if track.kind == kind]


def test_two_vessels_under_one_number_are_two_tracks_and_no_zigzag() -> None:
    rows = ship(range(0, 100, 2), 700_000_001) + ship(range(1, 100, 2), 700_000_001, lat=21.0, step=-0.002)
    found = tracks(view([segment(AIS, rows)], WINDOW, Parameters(), ()), "ais")
    assert sorted(len(track.points) for track in found) == [50, 50]
    assert all(len({round(point[1] / 1e7) for point in track.points}) == 1 for track in found)
    assert {track.mmsi for track in found} == {"700000001"}


def test_one_wild_position_stands_apart_and_says_so() -> None:
    rows = [*ship(range(30), 700_000_001), row(START + 15 * MINUTE_MS + 5000, 30.0, -60.0, mmsi=700_000_001)]
    found = tracks(view([segment(AIS, rows)], WINDOW, Parameters(), ()), "ais")
    assert sorted((len(track.points), track.words or "") for track in found) == [(1, "one position only"), (30, "")]


def test_two_radars_that_see_one_vessel_make_one_track() -> None:
    second = feed("radar-2", "radar")
    late = [(one[0] + 20_000, *one[1:]) for one in plots(range(60), seed=2)]
    shown = view([segment(RADAR, plots(range(60))), segment(second, late)], WINDOW, Parameters(), ())
    (track,) = shown.tracks
    assert track.feeds == ("radar", "radar-2")
    assert track.words == "AIS coverage unknown"
    assert track.moving


def test_crossing_contacts_keep_their_tracks() -> None:
    going = plots(range(60), lat=19.0, step=0.004)
    coming = []
    for minute in range(60):
        spot = 19.004 + (minute - 30) * 0.0004, -73.88 - 0.003 * (minute - 30)
        coming.append(row(START + minute * MINUTE_MS, *spot, err_m=60))
    found = tracks(view([segment(RADAR, going + coming)], WINDOW, Parameters(), ()), "radar")
    assert len(found) == 2
    assert all(abs(track.points[-1][2] - track.points[0][2]) > 1_500_000 for track in found)


def test_fewer_than_three_plots_are_clutter() -> None:
    assert view([segment(RADAR, plots(range(2)))], WINDOW, Parameters(), ()).tracks == ()
    far = [row(START + minute * MINUTE_MS, 18.0 + minute, -70.0, err_m=50) for minute in range(10)]
    assert view([segment(RADAR, far)], WINDOW, Parameters(), ()).tracks == ()


def test_plots_that_are_too_rare_make_no_track() -> None:
    assert view([segment(RADAR, plots(range(0, 50, 8)))], WINDOW, Parameters(), ()).tracks == ()
    assert len(view([segment(RADAR, plots(range(0, 50, 7)))], WINDOW, Parameters(), ()).tracks) == 1


def test_two_slow_contacts_side_by_side_are_not_exchanged() -> None:
    kept = 0
    for seed in range(20):
        south, north = ((lat, seed + number) for number, lat in ((0, 19.0), (100, 19.002)))
        rows = [one for lat, dice in (south, north) for one in plots(range(60), lat=lat, step=0.0001, seed=dice, err_m=25)]
        found = tracks(view([segment(RADAR, rows)], WINDOW, Parameters(), ()), "radar")
        kept += len(found) == 2 and all(max(p[1] for p in one.points) - min(p[1] for p in one.points) < 15_000 for one in found)
    assert kept == 20


def test_a_radar_track_goes_with_its_ship_and_never_pairs_with_it() -> None:
    heard_rows = ship(range(120), 700_000_001, step=0.0001, sog=3)
    shown = view([segment(AIS, heard_rows), segment(RADAR, plots(range(120), step=0.0001))], WINDOW, SHORT, ())
    (heard,), (seen,) = tracks(shown, "ais"), tracks(shown, "radar")
    assert seen.match == heard.id
    assert seen.words is None
    assert shown.cards == ()


def boat_meets_ship(stay: range) -> tuple[list[Row], list[Row]]:
    """A ship that drifts with AIS; a boat without, that comes from the north at 20 kn, stays 150 m off, and goes back."""
    dice = random.Random(7)
    vessel = ship(range(180), 700_000_001, step=0.0002, sog=6)
    boat = []
    for minute in range(180):
        away = max(0, stay.start - minute, minute - stay.stop) * 0.0055
        spot = 19.0 + 0.00135 + away + dice.gauss(0, 0.0004), -74.0 + 0.0002 * minute + dice.gauss(0, 0.0004)
        if away < 0.4:
            boat.append(row(START + minute * MINUTE_MS, *spot, err_m=50))
    return vessel, boat


@pytest.mark.parametrize("stay", [range(60, 90), range(60, 150)])
def test_a_boat_without_ais_that_meets_a_ship_is_an_open_slow_transfer(stay: range) -> None:
    vessel, boat = boat_meets_ship(stay)
    shown = view([segment(AIS, vessel), segment(RADAR, boat)], WINDOW, SHORT, ())
    (card,) = shown.cards
    assert (card.rule, card.status) == ("B1", "open")
    assert card.feeds == ("ais", "radar")
    assert abs(card.from_ms - START - stay.start * MINUTE_MS) <= 4 * MINUTE_MS
    assert abs(card.to_ms - START - stay.stop * MINUTE_MS) <= 4 * MINUTE_MS
    (seen,) = tracks(shown, "radar")
    assert seen.match is None
    assert seen.words is not None
    assert "for a time" in seen.words
    assert "AIS contact" in card.sentence
    assert "radar contact" in card.sentence


def test_without_the_radar_nothing_of_the_meeting_is_left() -> None:
    vessel, _ = boat_meets_ship(range(60, 90))
    assert view([segment(AIS, vessel)], WINDOW, SHORT, ()).cards == ()


def test_a_radar_track_far_from_every_ship_says_that_none_was_heard() -> None:
    shown = view([segment(AIS, ship(range(60), 700_000_001)), segment(RADAR, plots(range(60), lat=20.0))], WINDOW, Parameters(), ())
    assert tracks(shown, "radar")[0].words == "no AIS heard near this radar track"
    assert shown.cards == ()


def test_a_sighting_is_linked_in_words_only() -> None:
    seen = [row(START + 30 * MINUTE_MS, 19.002, -74.0 + 0.09, err_m=200), row(START + 30 * MINUTE_MS, 25.0, -74.0, err_m=200)]
    shown = view([segment(AIS, ship(range(60), 700_000_001)), segment(EYES, seen)], WINDOW, Parameters(), ())
    words = sorted(track.words or "" for track in tracks(shown, "sighting"))
    assert words[0].startswith("222 m from AIS contact ")
    assert words[1] == "no track near this sighting at that time"
    assert all(len(track.points) == 1 and track.match is None for track in tracks(shown, "sighting"))


def pair(lon: float, apart_deg: float = 0.002, *, minutes: range = range(180), second: int = 700_000_002) -> list[Row]:
    """Two vessels that drift east together at 0.7 kn."""
    rows = []
    for minute in minutes:
        east = (lon + 0.0002 * minute + 180) % 360 - 180
        rows.append(row(START + minute * MINUTE_MS, -17.0, east, sog_dkn=7, mmsi=700_000_001))
        rows.append(row(START + minute * MINUTE_MS, -17.0 + apart_deg, east, sog_dkn=7, mmsi=second))
    return rows


def still(minutes: range, status: int = -1) -> list[Row]:
    """Two vessels that lie still 110 m apart."""
    spots = [(minute, other) for minute in minutes for other in (0, 1)]
    return [
        row(START + minute * MINUTE_MS, 19.0 + 0.001 * other, -74.0, sog_dkn=1, mmsi=700_000_001 + other, status=status)
        for minute, other in spots
    ]


def cards_of(rows: list[Row], parameters: Parameters = SHORT, places: tuple[Place, ...] = ()) -> tuple[Card, ...]:
    return view([segment(AIS, rows)], WINDOW, parameters, places).cards


def test_the_dateline_is_nowhere_special() -> None:
    (there,), (here,) = cards_of(pair(179.985)), cards_of(pair(-74.0))
    assert there.criteria == tuple(
        one if "top speed" not in one.criterion else mine for one, mine in zip(here.criteria, there.criteria, strict=True)
    )
    assert abs(abs(there.lon_e7) - 1_800_000_000) < 300_000


def test_thresholds_hold_at_their_edges() -> None:
    assert len(cards_of(pair(-74.0, 0.00449))) == 1
    assert len(cards_of(pair(-74.0, 0.00451))) == 0
    assert len(cards_of(pair(-74.0, minutes=range(21)))) == 1
    assert len(cards_of(pair(-74.0, minutes=range(20)))) == 0


def test_a_break_longer_than_allowed_ends_the_episode() -> None:
    def with_break(minutes: range) -> list[Row]:
        gone = {START + minute * MINUTE_MS for minute in minutes}
        return [(one[0], one[1] + 100_000, *one[2:]) if one[5] == 700_000_002 and one[0] in gone else one for one in pair(-74.0)]

    assert len(cards_of(with_break(range(80, 85)))) == 1
    assert len(cards_of(with_break(range(80, 90)))) == 2


def test_two_tracks_under_one_number_are_no_pair() -> None:
    assert cards_of(pair(-74.0, second=700_000_001)) == ()


@pytest.mark.parametrize(("distance_deg", "found"), [(0.05, 0), (0.2, 1)])
def test_near_a_port_or_anchorage_it_is_no_slow_transfer(distance_deg: float, found: int) -> None:
    place = Place(kind="anchorage", name="Lee Bay", lat_e7=round((-17.0 + distance_deg) * 1e7), lon_e7=-739_820_000, radius_m=500)
    cards = cards_of(pair(-74.0), places=(place,))
    assert len(cards) == found
    assert all(card.criteria[-1].met and "port or anchorage" in card.criteria[-1].criterion for card in cards)


@pytest.mark.parametrize("number", [941_203_527, 979_000_001, 992_000_001])
def test_numbers_of_gear_explain(number: int) -> None:
    (card,) = cards_of(pair(-74.0, second=number))
    assert card.explained_by == "gear buoy"


@pytest.mark.parametrize("number", [970_000_001, 982_000_001, 700_000_009])
def test_numbers_of_distress_devices_and_daughter_craft_do_not(number: int) -> None:
    (card,) = cards_of(pair(-74.0, second=number))
    assert card.status == "open"


NAMES = [(b"NET 12 83%", 7, "explained"), (b"JANET", 7, "open"), (b"NET MARK", -1, "open")]


@pytest.mark.parametrize(("name", "sog_dkn", "expected"), NAMES)
def test_a_name_of_gear_explains_only_what_is_known_to_be_slow(name: bytes, sog_dkn: int, expected: str) -> None:
    named = [(*one[:3], sog_dkn, *one[4:9], name) if one[5] == 700_000_002 else one for one in pair(-74.0)]
    (card,) = cards_of(named)
    assert card.status == expected


def test_a_short_stop_at_one_point_is_not_called_moored() -> None:
    (card,) = cards_of(still(range(60)))
    assert card.status == "open"
    assert {one.explanation: one.result for one in card.explanations}["moored"] == "cannot tell"
    assert [card.explained_by for card in cards_of(still(range(300)))] == ["moored"]
    assert [card.explained_by for card in cards_of(still(range(60), status=5))] == ["moored"]
