"""B6: positions that cannot be, each kind with what is not one; and why tracks of one number stand apart."""

from __future__ import annotations

import gzip
import math
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rooms.picture.worlds import MINUTE_MS, Row, feed, published, row, santa_barbara, segment, stated_by

from fairlead.picture import Card, Parameters, Track, ViewSegment, Window, view
from fairlead.picture.behaviour.numbers import same_spot
from fairlead.picture.chain import chains
from fairlead.picture.divide import CAUSES, SAID
from fairlead.picture.gather import gather
from fairlead.picture.ground import Ints, apart_m, reach_m
from fairlead.picture.view import NO_COAST
from fairlead.report.detection import FeedFacts

START = 1_600_000_020_000
HOURS = 60 * MINUTE_MS
WINDOW = Window(from_ms=START, to_ms=START + 72 * HOURS)
LIMITS = Parameters()


class Island:
    """Land north of 20 degrees, for the tests."""

    digest = "island"

    def seas_near(self, lat_e7: int, lon_e7: int, most_m: int) -> tuple[tuple[str, int], ...]:
        return ()

    def shore_m(self, lat_e7: Ints, lon_e7: Ints, most_m: int) -> Ints:
        return np.minimum(np.abs(lat_e7 - 200_000_000) // 90, most_m + 1)

    def inland_m(self, lat_e7: Ints, lon_e7: Ints, most_m: int) -> Ints:
        return np.minimum(np.maximum(lat_e7 - 200_000_000, 0) // 90, most_m + 1)


def sail(mmsi: int, minutes: Sequence[int], lat: float = 19.0, lon: float = -74.0, step: float = 0.002) -> list[Row]:
    return [row(START + minute * MINUTE_MS, lat, lon + step * minute, sog_dkn=60, mmsi=mmsi) for minute in minutes]


def cards(rows: list[Row], facts: FeedFacts | None = None, *, coast: Island | None = None) -> list[Card]:
    shown = view([segment(facts or feed("ais"), rows)], WINDOW, LIMITS, (), coast or NO_COAST)
    return [card for card in shown.cards if card.rule == "B6" and card.title == "Positions that cannot be"]


def test_positions_on_land_are_told() -> None:
    inland = sail(290_000_001, range(0, 60, 5)) + sail(290_000_001, range(61, 80, 5), lat=20.1)
    (card,) = cards(inland, coast=Island())
    assert "4 of 4 positions" in card.sentence or "4 of 16 positions" in card.sentence
    assert card.sentence.endswith("lie on land")
    assert cards(inland) == []  # without a chart nothing is known of land


def test_positions_beyond_half_as_far_again_as_a_receiver_hears_are_told() -> None:
    station = msgspec.structs.replace(feed("ais"), station_lat_e7=190_000_000, station_lon_e7=-740_000_000, range_m=100_000)
    assert cards(sail(290_000_001, range(0, 60, 5), lat=20.3), station) == []  # 145 km: heard farther than declared
    (card,) = cards(sail(290_000_001, range(0, 60, 5), lat=20.5), station)
    assert card.sentence.endswith("lie beyond what the receiver can hear")


def test_nothing_north_and_nothing_east_is_told() -> None:
    (card,) = cards(sail(290_000_001, range(0, 60, 5)) + [row(START + at, 0, 0, mmsi=290_000_001) for at in (1, 2, 3, 4)])
    assert card.sentence.endswith("are 0 north 0 east")


def test_strays_that_a_vessel_cannot_have_reached_are_told_and_two_of_them_are_not() -> None:
    wild = [row(START + minute * MINUTE_MS + 9000, 25.0 + minute / 10, -60.0, mmsi=290_000_001) for minute in (10, 30, 50)]
    own = sail(290_000_001, range(0, 60, 5))
    (card,) = cards(own + wild)
    assert "3 of 15 positions" in card.sentence
    assert card.sentence.endswith("are where it cannot have been between the others")
    assert len(card.tracks) == 4
    assert card.status == "open"
    assert cards(own + wild[:2]) == []


def test_strays_of_several_numbers_together_are_the_signal_and_not_the_vessel() -> None:
    rows: list[Row] = []
    for number in range(4):
        rows += sail(290_000_001 + number, range(0, 60, 5), lat=19.0 + number / 50)
        rows += [
            row(START + at * MINUTE_MS + 9000 + number, 25 + at / 10, -60 - number, mmsi=290_000_001 + number) for at in (10, 30, 50)
        ]
    found = cards(rows)
    assert len(found) == 4
    assert {card.explained_by for card in found} == {"satellite signal disturbed"}


@pytest.mark.parametrize(("numbers", "told"), [(4, 0), (6, 6)])
def test_exactly_one_position_sent_by_many_numbers_is_the_signal(numbers: int, told: int) -> None:
    rows: list[Row] = []
    for number in range(numbers):
        rows += sail(290_000_001 + number, range(0, 30, 5), lat=19.0 + number / 50)
        rows += [row(START + minute * MINUTE_MS + number, 19.5, -74.0, mmsi=290_000_001 + number) for minute in (60, 70, 80, 90)]
    found = [card for card in cards(rows) if card.sentence.endswith("several other numbers were in the same hour")]
    assert len(found) == told
    assert {card.explained_by for card in found} <= {"satellite signal disturbed"}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 8), st.integers(0, 2), st.integers(0, 2)), max_size=60))
def test_the_same_spot_is_what_counting_says(rows: list[tuple[int, int, int]]) -> None:
    rows = sorted(rows)
    columns = [np.array([one[place] for one in rows], dtype=np.int64) for place in range(3)]
    found = same_spot(columns[0], columns[1] * 3_600_000, columns[2], columns[2] * 7, 5)
    expected = [at for at, one in enumerate(rows) if len({other[0] for other in rows if other[1:] == one[1:]}) >= 5]
    assert sorted(found.tolist()) == expected


def test_the_logged_range_of_the_channel_s_receiver_follows_from_the_position_and_is_no_check_of_it() -> None:
    """Range and bearing in this log are computed by the receiver's software from what the vessel sent (in statute miles, from one
    place), so they cannot disagree with it; what checks a position is the declared range of the station."""
    apart = []
    with gzip.open(published("ais_sbarc", "AIS_SBARC_180604.txt.gz"), "rt", encoding="latin-1") as lines:
        for line in lines:
            cells = line.split(";")
            if len(cells) > 14 and cells[5] in {"1", "2", "3"} and abs(float(cells[13])) <= 90:
                north = (float(cells[13]) - 34.4086) * 60
                east = (float(cells[12]) + 119.6922) * 60 * math.cos(math.radians((float(cells[13]) + 34.4) / 2))
                far = math.hypot(north, east)
                if 20 < far < 300:
                    apart.append(float(cells[3]) / far)
    assert abs(float(np.median(apart)) - 1.15) < 0.02
    assert float(np.mean(np.abs(np.array(apart) - 1.15) < 0.05)) > 0.9


def test_in_the_channel_s_log_a_declared_range_tells_what_came_from_too_far() -> None:
    rows = santa_barbara("180604")
    station = FeedFacts(
        name="channel",
        kind="ais",
        originator="ISLA",
        category="ais",
        gaps_meaningful=False,
        station_lat_e7=344_086_000,
        station_lon_e7=-1_196_922_000,
        range_m=400_000,
    )
    window = Window(from_ms=rows[0][0] // 86_400_000 * 86_400_000, to_ms=rows[0][0] // 86_400_000 * 86_400_000 + 86_400_000)
    shown = view([segment(station, rows)], window, LIMITS, ())
    far = [card for card in shown.cards if card.sentence.endswith("lie beyond what the receiver can hear")]
    tracks = {track.id: track for track in shown.tracks}
    assert far
    for card in far:
        points = tracks[card.tracks[0]].points
        lat, lon = (np.array([point[place] for point in points], dtype=np.int64) for place in (1, 2))
        away = apart_m(lat, lon, np.full(len(lat), 344_086_000), np.full(len(lon), -1_196_922_000))
        assert away.max() > 600_000


# ---- why tracks of one number stand apart


def tracks(rows: list[Row], names: Sequence[tuple[int, int, bytes]] = ()) -> list[Track]:
    one = segment(feed("ais"), rows)
    if names:
        one = ViewSegment(feed=one.feed, digest="", detections=one.detections, statements=stated_by(names))
    return sorted(view([one], WINDOW, LIMITS, ()).tracks, key=lambda track: track.points[0])


def test_each_cause_is_told_on_both_tracks_and_names_the_other() -> None:
    torn = [row(START + 30 * MINUTE_MS + 5000, 30.0, -60.0, mmsi=290_000_001)]
    main, stray = tracks(sail(290_000_001, range(0, 60, 5)) + torn)
    assert [(one.reason, one.other) for one in stray.split] == [("implied speed", main.id)]
    assert [(one.reason, one.other) for one in main.split] == [("implied speed", stray.id)]
    assert "km in 5 s would be" in stray.split[0].words
    later = sail(290_000_001, range(720, 780, 5), lat=20.0)  # twelve hours after, where 25 kn would have brought it
    found = tracks(sail(290_000_001, range(0, 60, 5)) + torn + later)
    assert [one.reason for one in found[-1].split] == ["a break too long"]
    assert "of silence are too long" in found[-1].split[0].words


def test_what_lies_where_it_lay_goes_on_after_a_long_silence() -> None:
    torn = [row(START + 30 * MINUTE_MS + 5000, 30.0, -60.0, mmsi=290_000_001)]
    berth = sail(290_000_001, range(0, 60, 5), step=0) + sail(290_000_001, range(1000, 1060, 5), step=0)
    assert [len(track.points) for track in tracks(berth + torn)] == [24, 1]


@pytest.mark.parametrize(("after", "apart"), [(b"NIGHT OWL", True), (b"SEA STER", False)])
def test_another_name_after_a_silence_ends_a_line_of_a_shared_number_only(after: bytes, apart: bool) -> None:
    torn = [row(START + 30 * MINUTE_MS + 5000, 30.0, -60.0, mmsi=290_000_001)]
    both = sail(290_000_001, range(0, 60, 5)) + sail(290_000_001, range(200, 260, 5))
    names = [(START + 10 * MINUTE_MS, 290_000_001, b"SEA STAR"), (START + 210 * MINUTE_MS, 290_000_001, after)]
    assert len(tracks(both, names)) == 1
    causes = [one.reason for track in tracks(both + torn, names) for one in track.split]
    assert (CAUSES[SAID] in causes) is apart


def plain(rows: list[Row]) -> dict[int, list[list[int]]]:
    """The loop in numpy for numbers that are not shared; those that are map to nothing."""
    gathered = gather([segment(feed("ais"), rows)], WINDOW)
    found: dict[int, list[list[int]]] = {}
    for mmsi in np.unique(gathered.rows.mmsi).tolist():
        own = np.flatnonzero(gathered.rows.mmsi == mmsi)
        lat, lon = gathered.lat_e7[own], gathered.lon_e7[own]
        span = np.maximum(np.diff(gathered.rows.t_ms[own]), 0)
        torn = apart_m(lat[:-1], lon[:-1], lat[1:], lon[1:]) > reach_m(LIMITS.speed_max_dkn, span) + LIMITS.jump_slack_m
        found[mmsi] = [] if torn.any() else [own.tolist()]
    return found


near = st.tuples(st.integers(1, 5), st.integers(0, 300), st.integers(-60, 60), st.integers(-60, 60))


@settings(max_examples=150, deadline=None)
@given(st.lists(near, min_size=1, max_size=40))
def test_a_number_without_a_step_too_fast_is_one_line_and_every_position_is_in_one_line(drawn: list[tuple[int, int, int, int]]) -> None:
    rows = [
        row(START + at * MINUTE_MS, 60 + north / 150, 179.9 + east / 150 - 360 * (east > 15), mmsi=290_000_000 + who)
        for who, at, north, east in drawn
    ]
    gathered = gather([segment(feed("ais"), rows)], WINDOW)
    found = chains(gathered, LIMITS)
    assert sorted(found.row.tolist()) == list(range(len(gathered.rows)))
    lines: dict[int, list[list[int]]] = {}
    for number, (mmsi, own) in enumerate(found):
        lines.setdefault(mmsi, []).append(own.tolist())
        assert own.tolist() == sorted(own.tolist())
        assert (found.cause[number] == 0) == (found.beside[number] < 0)
        assert found.beside[number] < 0 or found.mmsi[found.beside[number]] == mmsi
    for mmsi, one in plain(rows).items():
        if one:
            assert lines[mmsi] == one
        else:
            assert len(lines[mmsi]) > 1
