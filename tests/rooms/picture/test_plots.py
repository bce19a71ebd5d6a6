"""Radar tracks of a view: filtered states, ellipses, contributions, storms, and what a radar states of itself."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rooms.picture.worlds import Row, feed, row, segment

from fairlead.picture import Parameters, Track, View, ViewSegment, Window, view
from fairlead.picture import plots as plots_room
from fairlead.picture.view import view_bytes
from fairlead.report.characteristics import Characteristics
from fairlead.report.detection import FeedFacts

START = 1_600_000_020_000
WINDOW = Window(from_ms=START, to_ms=START + 4 * 3_600_000)
RADAR = feed("radar", "radar")
OTHER = feed("radar-2", "radar")
METRE_DEG = 1 / 111_195


def way(
    count: int,
    *,
    step_s: int = 10,
    lat: float = 20.0,
    lon: float = -75.0,
    speed: float = 8.0,
    seed: int = 1,
    err_m: int = 20,
    late_s: float = 0,
) -> list[Row]:
    """Plots of one contact that goes east at `speed` m/s."""
    dice = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        t_s = number * 10 + late_s
        north, east = dice.normal(0, err_m), speed * t_s + dice.normal(0, err_m)
        turned = (lon + east * METRE_DEG / math.cos(math.radians(lat)) + 180) % 360 - 180
        rows.append(row(START + round(t_s * 1000), lat + north * METRE_DEG, turned, err_m=err_m))
    return rows


def radars(shown: View) -> list[Track]:
    return [track for track in shown.tracks if track.kind == "radar"]


def seen(*segments: ViewSegment, parameters: Parameters | None = None) -> View:
    return view(segments, WINDOW, parameters or Parameters(), ())


@pytest.mark.parametrize(("lat", "lon"), [(20.0, -75.0), (75.0, 179.95), (-60.0, -179.99), (84.0, 10.0)])
@pytest.mark.parametrize("association", [1, 2])
def test_a_contact_is_filtered_anywhere_and_says_how_well_it_is_known(lat: float, lon: float, association: int) -> None:
    shown = seen(segment(RADAR, way(120, lat=lat, lon=lon)), parameters=Parameters(association=association))
    (track,) = radars(shown)
    assert len(track.points) == len(track.ellipses) == len(track.given) == 41
    assert track.exists is not None
    assert track.exists > 990
    speeds = [point[3] for point in track.points[8:]]
    assert all(abs(speed - 156) <= 45 for speed in speeds)  # 8 m/s
    assert all(abs(point[4] - 900) <= 100 for point in track.points[8:])
    assert all(abs(point[1] - lat * 1e7) * 0.011 < 40 for point in track.points[8:])
    assert all(0 < minor <= major < 40 and 0 <= axis < 1800 for major, minor, axis in track.ellipses[8:])
    assert [point[5] for point in track.points] == [major for major, _, _ in track.ellipses]


def test_filtering_is_better_than_the_plots() -> None:
    (track,) = radars(seen(segment(RADAR, way(300, err_m=60))))
    off = [(point[1] - 20.0 * 1e7) * 0.0111 for point in track.points[10:]]
    assert float(np.sqrt(np.mean(np.square(off)))) < 45


def test_two_radars_make_one_track_and_each_state_says_which_it_rests_on() -> None:
    first, second = way(60, late_s=0), way(60, late_s=4, seed=2)
    (track,) = radars(seen(segment(RADAR, first), segment(OTHER, second), parameters=Parameters(point_step_s=1)))
    assert track.feeds == ("radar", "radar-2")
    assert len(track.points) == 120
    assert set(track.given) == {((0, 1000),), ((1, 1000),)}


def test_a_track_shared_by_close_plots_says_their_weights() -> None:
    close = [*way(40, seed=1), *way(40, seed=2, lat=20.0004)]
    shown = seen(segment(RADAR, close), segment(OTHER, way(40, seed=5)), parameters=Parameters(association=2))
    for track in radars(shown):
        for state in track.given:
            assert sum(weight for _, weight in state) <= 1001
            assert all(0 <= place < len(track.feeds) for place, _ in state)


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_p5_order_and_chunks_leave_no_trace(dice: object, parts: int) -> None:
    rows = [*way(40, seed=1), *way(40, seed=2, lat=20.05), *way(30, seed=3, lat=20.001)]
    whole = view_bytes(seen(segment(RADAR, rows), segment(OTHER, way(40, seed=9, late_s=3))))
    dice.shuffle(rows)  # type: ignore[attr-defined]
    chunks: Sequence[list[Row]] = [rows[one::parts] for one in range(parts)]
    assert view_bytes(seen(*(segment(RADAR, chunk) for chunk in chunks), segment(OTHER, way(40, seed=9, late_s=3)))) == whole


def test_a_plot_that_comes_late_into_the_log_is_as_if_it_had_come_in_time() -> None:
    rows = way(60)
    late = rows[30:35]
    assert view_bytes(seen(segment(RADAR, rows[:30] + rows[35:]), segment(RADAR, late))) == view_bytes(seen(segment(RADAR, rows)))


def test_a_storm_is_thinned_evenly_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots_room, "PLOTS_MAX", 50)
    dice = np.random.default_rng(1)
    storm = [row(START + 300_000, 20 + dice.uniform(-1, 1), -75 + dice.uniform(-1, 1), err_m=20) for _ in range(400)]
    shown = seen(segment(RADAR, way(60) + storm), segment(OTHER, way(60, lat=21.5)))
    assert {one.name: one.left_out for one in shown.feeds} == {"radar": 351, "radar-2": 0}
    assert len(radars(shown)) >= 2
    assert b"left_out" not in view_bytes(seen(segment(RADAR, way(10))))


def station(**told: int) -> FeedFacts:
    return FeedFacts(
        name="radar",
        kind="radar",
        originator="ISLA",
        category="maritime",
        gaps_meaningful=False,
        station_lat_e7=199_000_000,
        station_lon_e7=-750_000_000,
        range_m=60_000,
        characteristics=Characteristics(**told) if told else None,
    )


def test_what_a_radar_states_of_itself_is_used_and_part_of_the_view() -> None:
    plain = seen(segment(station(), way(60)))
    sharp = seen(segment(station(range_sigma_m=20, bearing_sigma_mdeg=100, turn_ms=10_000), way(60)))
    (before,), (after,) = radars(plain), radars(sharp)
    assert before.id != after.id
    assert before.ellipses != after.ellipses
    moved = seen(segment(station(bias_range_m=500), way(60)))
    off = [(a[1] - b[1]) * 0.0111 for a, b in zip(before.points[5:], radars(moved)[0].points[5:], strict=True)]
    assert all(abs(one - 500) < 60 for one in off)  # the radar stands south: what it measures too far is brought back


def test_a_radar_that_looks_and_misses_ends_a_track_sooner() -> None:
    gap = [one for one in way(60) if not START + 200_000 < one[0] < START + 420_000]
    blind = seen(segment(station(), gap))
    told = msgspec.structs.replace(station(turn_ms=10_000), name="radar")
    sentinel = [one for number, one in enumerate(way(60, lat=20.3, seed=4)) if number]
    looking = seen(segment(told, gap + sentinel))
    assert len(radars(blind)) == 1
    assert len(radars(looking)) == 3
