"""What plots say: positions with ellipses, range, bearing and rate, and how a state follows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.picture.ground import Floats
from fairlead.picture.tracking.measured import follow_one, follow_some, gain, inverted, off, polar, seen
from fairlead.picture.tracking.models import Room, Scan, room_of
from fairlead.picture.tracking.plane import EARTH_M, FLAT, anchored, lifted, vectors


def scan(place: Floats, error: tuple[float, float, float], station: Floats, sigma: tuple[float, float, float], rate: float) -> Scan:
    return Scan(
        place=place.reshape(1, 3),
        t_ms=np.zeros(1, dtype=np.int64),
        error=np.array([error]),
        rate=np.array([rate]),
        station=station,
        sigma=np.array(sigma),
        turn_s=0.0,
        detection=0.9,
        clutter=1e-8,
        range_m=np.inf,
        sector_from=0.0,
        sector_to=0.0,
        first_plot=0,
    )


def some_cov(seed: int) -> Floats:
    root = np.random.default_rng(seed).normal(0, 5, (4, 4))
    return root @ root.T + np.eye(4)


def expected(station: Floats, frame: Floats, state: Floats) -> Floats:
    """Range, bearing and rate of a state, written out."""
    x, y, z = lifted(frame, state[0], state[2])
    reach, bearing = polar(station, x, y, z)
    ahead, _ = polar(station, *lifted(frame, state[0] + state[1] * 0.01, state[2] + state[3] * 0.01))
    behind, _ = polar(station, *lifted(frame, state[0] - state[1] * 0.01, state[2] - state[3] * 0.01))
    return np.array([reach, bearing, (ahead - behind) / 0.02])


@given(st.integers(0, 500), st.floats(-8000, 8000), st.floats(-8000, 8000), st.sampled_from(["flat", "globe"]))
def test_range_bearing_and_rate_bend_as_small_differences_do(seed: int, along: float, across: float, where: str) -> None:
    station = FLAT
    if where == "globe":
        station = np.empty(9)
        anchored(station, *vectors(np.array([700_000_000]), np.array([1_799_000_000]))[0])
    if math.hypot(along, across) < 500:
        along += 1000
    dice = np.random.default_rng(seed)
    state = np.array([along, *dice.uniform(-15, 15, 1), across, *dice.uniform(-15, 15, 1)])
    cov, room = some_cov(seed), room_of(1)
    place = np.array(lifted(station, along + 30, across - 20))
    size = seen(state, cov, station, place, scan(place, (1.0, 0.0, 1.0), station, (20.0, 0.01, 0.5), 3.0), 0, room)
    assert size == 3
    slopes = np.zeros((3, 4))
    for axis, step in enumerate((1.0, 0.01, 1.0, 0.01)):
        shift = np.zeros(4)
        shift[axis] = step
        apart = expected(station, station, state + shift) - expected(station, station, state - shift)
        apart[1] = math.remainder(apart[1], 2 * math.pi)
        slopes[:, axis] = apart / (2 * step)
    among = slopes @ cov @ slopes.T + np.diag([400.0, 1e-4, 0.25])
    assert np.allclose(room.cross, cov @ slopes.T, rtol=2e-3, atol=2e-3)
    assert np.allclose(room.among, among, rtol=2e-3, atol=2e-3)
    reach, bearing = polar(station, *place)
    off_by = np.array([reach, bearing, 3.0]) - expected(station, station, state)
    off_by[1] = math.remainder(off_by[1], 2 * math.pi)
    assert np.allclose(room.residual, off_by, atol=1e-3)


def test_a_bearing_across_north_or_south_is_a_small_difference() -> None:
    room = room_of(1)
    for across in (5000.0, -5000.0):
        state, place = np.array([-30.0, 0, across, 0]), np.array([30.0, across, 0.0])
        seen(state, np.eye(4), FLAT, place, scan(place, (1.0, 0.0, 1.0), FLAT, (20.0, 0.01, 0.0), math.nan), 0, room)
        assert abs(room.residual[1]) == pytest.approx(0.012, abs=1e-3)


def test_an_ellipse_is_turned_into_the_directions_of_the_track() -> None:
    frame, room = np.empty(9), room_of(1)
    anchored(frame, 0.0, 0.0, EARTH_M)  # the pole: its first direction is no east
    state = np.array([10_000.0, 0, 0, 0])
    place = np.array(lifted(frame, 10_000.0, 0.0))
    seen(state, np.zeros((4, 4)), frame, place, scan(place, (100.0, 0.0, 1.0), frame, (0.0, 0.0, 0.0), math.nan), 0, room)
    # away from the pole along the first direction is south or north there, so east lies along the second
    assert np.allclose(room.among[:2, :2], [[1.0, 0.0], [0.0, 100.0]], atol=1e-6)


@given(st.integers(0, 500), st.sampled_from([2, 3]))
def test_the_inverse_undoes_a_covariance(seed: int, size: int) -> None:
    room = room_of(1)
    whole = some_cov(seed)[:size, :size]
    room.among[:size, :size] = whole
    room.residual[:] = (1.0, -2.0, 0.5)
    assert inverted(room, size) == pytest.approx(np.linalg.det(whole), rel=1e-6)
    assert np.allclose(room.inverse[:size, :size] @ whole, np.eye(size), atol=1e-6)
    assert off(room, size) == pytest.approx(room.residual[:size] @ np.linalg.inv(whole) @ room.residual[:size], rel=1e-6)


def with_gain(cov: Floats, residual: tuple[float, float]) -> Room:
    room = room_of(1)
    place = np.array([*residual, 0.0])
    seen(np.zeros(4), cov, FLAT, place, scan(place, (9.0, 2.0, 4.0), FLAT, (0.0, 0.0, 0.0), math.nan), 0, room)
    inverted(room, 2)
    gain(room, 2)
    return room


@given(st.integers(0, 500), st.floats(-30, 30), st.floats(-30, 30))
def test_one_plot_pulls_a_state_as_the_matrices_say(seed: int, dx: float, dy: float) -> None:
    cov = some_cov(seed)
    measuring = np.array([[1.0, 0, 0, 0], [0, 0, 1.0, 0]])
    among = measuring @ cov @ measuring.T + [[9.0, 2.0], [2.0, 4.0]]
    pull = cov @ measuring.T @ np.linalg.inv(among)
    mean, after = np.zeros(4), cov.copy()
    follow_one(mean, after, with_gain(cov, (dx, dy)), 2)
    assert np.allclose(mean, pull @ [dx, dy], atol=1e-9)
    assert np.allclose(after, cov - pull @ among @ pull.T, atol=1e-9)


@given(st.integers(0, 500), st.lists(st.tuples(st.floats(0.01, 1), st.floats(-30, 30), st.floats(-30, 30)), min_size=1, max_size=4))
def test_several_plots_pull_as_the_mixture_of_each_alone(seed: int, plots: list[tuple[float, float, float]]) -> None:
    cov, left = some_cov(seed), 0.3
    total = left + sum(weight for weight, _, _ in plots)
    means, covs, weights = [np.zeros(4)], [cov], [left / total]
    for weight, dx, dy in plots:
        mean, after = np.zeros(4), cov.copy()
        follow_one(mean, after, with_gain(cov, (dx, dy)), 2)
        means.append(mean)
        covs.append(after)
        weights.append(weight / total)
    whole = sum(weight * mean for weight, mean in zip(weights, means, strict=True))
    spread = sum(weight * (one + np.outer(mean - whole, mean - whole)) for weight, mean, one in zip(weights, means, covs, strict=True))
    mean, after = np.zeros(4), cov.copy()
    residual, scatter = np.zeros(3), np.zeros((3, 3))
    for weight, dx, dy in plots:
        one = np.array([dx, dy, 0.0])
        residual += weight / total * one
        scatter += weight / total * np.outer(one, one)
    follow_some(mean, after, residual, scatter, left / total, with_gain(cov, (0.0, 0.0)), 2)
    assert np.allclose(mean, whole, atol=1e-9)
    assert np.allclose(after, spread, atol=1e-8)
