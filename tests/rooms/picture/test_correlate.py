"""Which AIS goes with which radar track, and how probable it is that none does."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.tracker_model import cheapest, pair_chances

from fairlead.picture.correlate import _between, _beyond, _columns, azimuth_shift_m, correlate, ratios, wander_of
from fairlead.picture.ground import METRES_PER_E7, Floats
from fairlead.picture.line import Line
from fairlead.picture.parameters import Parameters

START_MS = 1_600_000_000_000
LIMITS = Parameters()


def line(name: str, t_s: Floats, way: Floats, *, err_m: int = 10, mmsi: int = 0, lat: float = 20.0, lon: float = -75.0) -> Line:
    """A line of positions east and north of a place, metres."""
    lat_e7 = lat * 1e7 + way[:, 1] / METRES_PER_E7
    lon_e7 = lon * 1e7 + way[:, 0] / METRES_PER_E7 / math.cos(math.radians(lat))
    return Line(
        id=name,
        kind="radar" if name.startswith("r") else "ais",
        mmsi=mmsi,
        rows=np.arange(len(t_s)),
        t_ms=(START_MS + np.asarray(t_s) * 1000).astype(np.int64),
        lat_e7=np.round(lat_e7).astype(np.int64),
        lon_e7=np.round(lon_e7).astype(np.int64),
        sog_dkn=np.full(len(t_s), -1, dtype=np.int64),
        err_m=np.full(len(t_s), err_m, dtype=np.int64),
    )


def steady(t_s: Floats, east: float, north: float, *, speed: float = 5.0, seed: int = 1, noise_m: float = 5.0) -> Floats:
    """A way that goes east."""
    off = np.random.default_rng(seed).normal(0, noise_m, (len(t_s), 2))
    return np.column_stack([east + speed * np.asarray(t_s), np.full(len(t_s), north)]) + off


LOOK = np.arange(3600.0, 4800.0, 60.0)
HEARD = np.arange(0.0, 7200.0, 90.0)


@pytest.mark.parametrize(("lat", "lon"), [(20.0, -75.0), (0.0, 180.0), (75.0, -179.95), (-60.0, 179.9)])
def test_the_vessel_that_tells_its_place_is_found_anywhere(lat: float, lon: float) -> None:
    radar = [line("r", LOOK, steady(LOOK, 0, 0, seed=2, noise_m=40), err_m=40, lat=lat, lon=lon)]
    ais = [line(f"a{one}", HEARD, steady(HEARD, 0, 4000.0 * one, seed=one), lat=lat, lon=lon) for one in range(3)]
    found = correlate(radar, ais, LIMITS)
    assert found.match.tolist() == [0]
    assert found.none[0] < 0.01


def test_a_vessel_beside_another_that_tells_its_place_is_none_of_it() -> None:
    radar = [line("r", LOOK, steady(LOOK, 0, 3000, seed=2, noise_m=40), err_m=40)]
    found = correlate(radar, [line("a", HEARD, steady(HEARD, 0, 0))], LIMITS)
    assert found.match.tolist() == [-1]
    assert found.none[0] > 0.99
    crossing = [line("r", LOOK, steady(LOOK, 21_000 + 4200, 0, speed=-1.0, seed=2, noise_m=40), err_m=40)]
    assert correlate(crossing, [line("a", HEARD, steady(HEARD, 0, 0))], LIMITS).none[0] > 0.99


def test_the_longer_a_vessel_is_silent_the_less_is_known() -> None:
    radar = [line("r", LOOK, steady(LOOK, 0, 400, seed=2, noise_m=40), err_m=40)]
    told = []
    for silent_s in (0.0, 1200.0, 3600.0, 3 * 3600.0, 5 * 3600.0):
        t_s = np.concatenate([HEARD[:1] - silent_s - 600, HEARD[:8] - silent_s]) if silent_s else HEARD
        told.append(float(correlate(radar, [line("a", t_s, steady(t_s, 0, 0, noise_m=1))], LIMITS).none[0]))
    near = [float(correlate([line("r", LOOK, steady(LOOK, 0, 60, seed=2, noise_m=40), err_m=40)], [], LIMITS).none[0])]
    assert near == [1.0]
    assert told[0] > 0.9  # heard all the time, and 400 m beside: another vessel
    assert told[2] < 0.5  # silent for an hour: it may well be it
    assert 0.1 < told[4] < 0.995  # silent for hours: nobody knows
    assert told[2] < told[3] < told[4]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(1, 3))
def test_small_worlds_are_weighed_as_every_way_to_pair_says(seed: int, radars: int, vessels: int) -> None:
    dice = np.random.default_rng(seed)
    crowded = msgspec.structs.replace(LIMITS, dark_per_kkm2=2000)
    heard_s = np.concatenate([np.arange(0.0, 2700.0, 90.0), np.arange(5700.0, 7200.0, 90.0)])
    radar = [line(f"r{one}", LOOK, steady(LOOK, 0, dice.uniform(0, 1500), seed=one, noise_m=40), err_m=40) for one in range(radars)]
    ais = [line(f"a{one}", heard_s, steady(heard_s, 0, dice.uniform(0, 1500), seed=one + 9)) for one in range(vessels)]
    start, other, ratio = ratios(_columns(radar, 100), _columns(ais, 0), wander_of(crowded))
    table = np.full((radars, vessels), -np.inf)
    for one in range(radars):
        table[one, other[start[one] : start[one + 1]]] = ratio[start[one] : start[one + 1]]
    exact, none = pair_chances(np.exp(table))
    found = correlate(radar, ais, crowded)
    assert np.abs(found.none - none).max() < 0.15
    # decided for all at once: nothing cheaper, and only what is rather one of the vessels than none
    sure = found.none < 0.5
    total = sum(-table[one, pick] for one, pick in enumerate(found.match) if pick >= 0)
    if sure.all():
        assert total == pytest.approx(cheapest(-table, np.zeros(radars)), abs=1e-9)
    picked = [pick for pick in found.match.tolist() if pick >= 0]
    assert len(picked) == len(set(picked))
    assert all(pick < 0 for pick, one in zip(found.match.tolist(), sure, strict=True) if not one)
    assert exact.shape == (radars, vessels)


def test_the_order_of_lines_does_not_matter() -> None:
    radar = [line(f"r{one}", LOOK, steady(LOOK, 0, 900.0 * one, seed=one, noise_m=40), err_m=40) for one in range(4)]
    ais = [line(f"a{one}", HEARD, steady(HEARD, 0, 900.0 * one, seed=one + 9)) for one in range(5)]
    found, other = correlate(radar, ais, LIMITS), correlate(radar[::-1], ais[::-1], LIMITS)
    assert [ais[one].id for one in found.match] == [ais[::-1][one].id for one in other.match[::-1]] == ["a0", "a1", "a2", "a3"]
    assert np.allclose(found.none, other.none[::-1])


def test_two_parts_of_a_track_may_be_one_vessel_in_turn_and_two_at_once_may_not() -> None:
    ais = [line("a", HEARD, steady(HEARD, 0, 0))]
    parts = [line(f"r{one}", t_s, steady(t_s, 0, 0, seed=one, noise_m=40), err_m=40) for one, t_s in enumerate((LOOK[:10], LOOK[10:]))]
    assert correlate(parts, ais, LIMITS).match.tolist() == [0, 0]
    both = [line(f"r{one}", LOOK, steady(LOOK, 0, 60.0 * one, seed=one, noise_m=40), err_m=40) for one in range(2)]
    found = correlate(both, ais, LIMITS)
    assert sorted(found.match.tolist()) == [-1, 0]
    assert 0.9 < found.none.sum() < 1.1


def test_a_number_that_a_plot_carries_counts_and_decides_nothing_alone() -> None:
    # silent for hours, and somewhere near: the number tips the scale
    t_s = HEARD[:8] - 2 * 3600.0
    plot = steady(LOOK, 0, 900, seed=2, noise_m=40)

    def none(own: int, other: int) -> float:
        radar = [line("r", LOOK, plot, err_m=40, mmsi=own)]
        return float(correlate(radar, [line("a", t_s, steady(t_s, 0, 0, noise_m=1), mmsi=other)], LIMITS).none[0])

    assert none(217_000_001, 217_000_001) < none(0, 217_000_001) < none(217_000_002, 217_000_001)
    radar = [line("r", LOOK, steady(LOOK, 0, 1500, seed=2), mmsi=217_000_001)]
    beside = correlate(radar, [line("a", HEARD, steady(HEARD, 0, 0), mmsi=217_000_001)], LIMITS)
    assert beside.match.tolist() == [-1]


@given(st.integers(1, 5), st.floats(600, 7200), st.floats(600, 7200))
def test_where_a_wandering_vessel_can_be_is_what_playing_it_shows(seed: int, since_s: float, until_s: float) -> None:
    """Against the integral of the covariance of the speed, on a grid."""
    wander = wander_of(LIMITS)
    gap_s = since_s + until_s
    grid = (np.arange(400) + 0.5) * gap_s / 400
    cov = wander.speed**2 * np.exp(-np.abs(grid[:, None] - grid[None, :]) / wander.memory_s)
    weight = (np.where(grid < since_s, 1.0, 0.0) - since_s / gap_s) * gap_s / 400
    place, speed = _between(wander, since_s, until_s)
    assert place == pytest.approx(float(weight @ cov @ weight), rel=0.06, abs=5.0)
    assert 0.0 <= speed <= 4 * wander.speed**2
    # beyond a leg of which the ends are known: on as on the leg
    ahead, leg = since_s, until_s
    weight = np.where(grid > leg * gap_s / gap_s, 1.0, -ahead / leg) * gap_s / 400
    place, speed = _beyond(wander, ahead, leg)
    assert place == pytest.approx(float(weight @ cov @ weight), rel=0.06, abs=20.0 * (1 + (ahead / leg) ** 2))
    assert 0.0 <= speed <= 4 * wander.speed**2
    assert seed


def test_a_satellite_sees_a_vessel_that_comes_nearer_ahead_of_its_place() -> None:
    # R/V of 100 s, looking east: 10 knots westward are 5.14 m/s towards it
    assert azimuth_shift_m(100, 2700, 900, 100_000) == pytest.approx(514.4, abs=0.1)
    assert azimuth_shift_m(100, 900, 900, 100_000) == pytest.approx(-514.4, abs=0.1)
    assert azimuth_shift_m(100, 0, 900, 100_000) == pytest.approx(0.0, abs=1e-9)
