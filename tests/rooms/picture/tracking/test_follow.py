"""All scans in one pass: states, contributions, beginnings and ends, against a second tracker and against Stone Soup."""

from __future__ import annotations

import datetime
import importlib.util
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.tracker_model import one_contact
from tests.rooms.picture.tracking.flat import STRAIGHT, T0_MS, TURNING, models, plots, sea

from fairlead.errors import BadInput
from fairlead.picture.tracking.follow import Followed, follow
from fairlead.picture.tracking.models import Mode, Models, Plots, Sensor
from fairlead.picture.tracking.plane import FLAT, anchored, lifted, placed


def bytes_of(found: Followed) -> tuple[bytes, ...]:
    columns = (found.number, found.t_ms, found.state, found.spread, found.frame, found.exists, found.given, found.plot, found.share)
    return tuple(column.tobytes() for column in columns)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from([STRAIGHT, TURNING]), st.sampled_from(["nearest", "likeliest"]))
def test_one_contact_is_filtered_as_matrices_written_out_say(seed: int, modes: tuple[Mode, ...], association: str) -> None:
    dice = np.random.default_rng(seed)
    way = np.cumsum(dice.normal(8, 2, (30, 2)), axis=0)
    seen = dice.random(30) < 0.8
    seen[:3] = True
    scans = [way[one : one + 1] + dice.normal(0, 10, (1, 2)) if seen[one] else np.empty((0, 2)) for one in range(30)]
    told = models(association, modes, gate=50.0)
    found = follow(plots(scans, sensor=Sensor(frame=FLAT, detection=0.9, clutter=1e-12)), told)
    looks = [(2.0 * one, scans[one][0]) for one in range(30) if seen[one]]
    assert found.sure.tolist() == [True]
    assert np.allclose(found.state, one_contact(looks, 10.0, told), atol=1e-6)


@pytest.mark.parametrize("association", ["nearest", "likeliest", "joint"])
def test_the_same_plots_give_the_same_bytes(association: str) -> None:
    scans = sea(3)
    assert bytes_of(follow(plots(scans), models(association, TURNING))) == bytes_of(follow(plots(scans), models(association, TURNING)))


@pytest.mark.parametrize("association", ["likeliest", "joint"])
def test_every_vessel_is_found_and_every_state_says_what_it_rests_on(association: str) -> None:
    scans = sea(4, vessels=5, side_m=6000.0, seen=0.95, false=0.5)
    found = follow(plots(scans), models(association, plots_min=4, missed_max=3))
    states = np.bincount(found.number[found.sure[found.number]])
    assert (states > 10).sum() == 5
    assert (np.diff(found.given) >= 1).all()
    told = np.add.reduceat(found.share, found.given[:-1])
    assert (told <= 1.0 + 1e-9).all()
    assert (told > 0.5).mean() > 0.9
    assert not len(follow(plots(scans), models(association), keep="states").plot)


def test_what_a_track_does_not_take_leaves_no_trace_in_it() -> None:
    alone = [np.array([[8.0 * one, 0.0]]) for one in range(20)]
    far = [np.vstack([scan, [[50_000.0 + 7.0 * one, 9.0]]]) for one, scan in enumerate(alone)]
    more = plots(far)
    one, both = follow(plots(alone), models("joint", TURNING)), follow(more, models("joint", TURNING))
    first = both.number == 0
    assert both.state[first].tobytes() == one.state.tobytes()
    assert both.spread[first].tobytes() == one.spread.tobytes()


def test_too_few_plots_in_time_are_no_track() -> None:
    rare = [np.array([[0.0, 0.0]]) if one % 10 == 0 else np.empty((0, 2)) for one in range(40)]
    assert follow(plots(rare), models(initiate_s=15.0)).sure.tolist() == [False, False, False, False]
    assert follow(plots(rare), models(initiate_s=61.0)).sure.tolist() == [True]


def test_a_track_ends_after_misses_only_where_the_radar_looks() -> None:
    scans = [np.array([[1000.0, 0.0]]) for _ in range(5)] + [np.array([[-3000.0, 0.0]]) for _ in range(5)] + [np.array([[1000.0, 0.0]])]
    looking = Sensor(frame=FLAT, turn_s=2.0, clutter=1e-7)
    away = Sensor(frame=FLAT, turn_s=2.0, clutter=1e-7, sector=(math.radians(225), math.radians(315)))
    told = models(missed_max=3)
    assert len(follow(plots(scans, sensor=looking), told).sure) == 3
    assert len(follow(plots(scans, sensor=away), told).sure) == 2
    assert len(follow(plots(scans, sensor=Sensor(frame=FLAT, clutter=1e-7)), told).sure) == 2


def test_existence_grows_with_plots_and_falls_with_misses() -> None:
    own = np.array([[1000.0, 0.0]])
    else_where = np.array([[-3000.0, 0.0]])
    seen = follow(plots([own] * 8), models(birth=0.2))
    assert seen.exists[0] == pytest.approx(0.2)
    assert (np.diff(seen.exists) >= 0).all()
    assert seen.exists[-1] > 0.99
    assert len(follow(plots([own] * 4 + [else_where] * 12 + [own]), models(exists_min=0.01)).sure) == 3


def test_a_little_late_plot_of_another_radar_is_taken_and_no_ghost_begins() -> None:
    first, second = Sensor(frame=FLAT, clutter=1e-9), Sensor(frame=FLAT, clutter=1e-9)
    t_ms, places, start, sensor = [], [], [0], []
    for turn in range(10):
        for which, offsets in ((0, (9000,)), (1, (2000,))):  # the second radar's plot is seven seconds older, and comes after
            for offset in offsets:
                at_ms = turn * 10_000 + offset
                t_ms.append(T0_MS + at_ms)
                places.append([0.008 * at_ms, 500.0, 0.0])
            start.append(len(t_ms))
            sensor.append(which)
    count = len(t_ms)
    given_ = Plots(
        place=np.array(places),
        t_ms=np.array(t_ms),
        error=np.tile([100.0, 0.0, 100.0], (count, 1)),
        rate=np.full(count, np.nan),
        start=np.array(start),
        sensor=np.array(sensor),
        sensors=[first, second],
    )
    found = follow(given_, models())
    assert found.sure.tolist() == [True]
    assert found.state[-1, 1] == pytest.approx(8.0, abs=1.0)
    assert (np.diff(found.t_ms) >= 0).all()


@pytest.mark.parametrize(("lat", "lon"), [(0.0, 179.99), (75.0, -179.99), (89.95, 10.0), (-60.0, 0.0)])
@pytest.mark.parametrize("polar", [False, True])
def test_a_straight_way_stays_straight_anywhere(lat: float, lon: float, polar: bool) -> None:
    """Across the dateline and beside a pole, over several anchors, by position and by range and bearing."""
    frame = np.empty(9)
    la, lo = math.radians(lat), math.radians(lon)
    anchored(frame, *(6_371_008.8 * np.array([math.cos(la) * math.cos(lo), math.cos(la) * math.sin(lo), math.sin(la)])))
    dice = np.random.default_rng(2)
    way = [(15.0 * 10 * one - 30_000.0, 4.0 * 10 * one + 3000.0) for one in range(400)]
    place = np.array([lifted(frame, x + dice.normal(0, 10), y + dice.normal(0, 10)) for x, y in way])
    count = len(place)
    sigma = np.array([10.0, 0.004, 0.0]) if polar else np.zeros(3)
    given_ = Plots(
        place=place,
        t_ms=T0_MS + np.arange(count, dtype=np.int64) * 10_000,
        error=np.tile([100.0, 0.0, 100.0], (count, 1)),
        rate=np.full(count, np.nan),
        start=np.arange(count + 1, dtype=np.int64),
        sensor=np.zeros(count, dtype=np.int64),
        sensors=[Sensor(frame=frame, sigma=sigma, clutter=1e-9)],
    )
    found = follow(given_, models(modes=(Mode(turn=0.0, noise=0.001, share=1.0),)))
    assert found.sure.tolist() == [True]
    assert len({tuple(one) for one in found.frame}) >= 3
    for row in range(50, count, 25):
        x, y, z = lifted(found.frame[row], found.state[row, 0], found.state[row, 2])
        truth = np.array(lifted(frame, *way[row]))
        assert np.linalg.norm(truth - (x, y, z)) < 25.0
        speed = math.hypot(found.state[row, 1], found.state[row, 3])
        assert speed == pytest.approx(math.hypot(15, 4), abs=0.8)
    assert placed(found.frame[-1], found.state[-1, 0], found.state[-1, 2])


def test_a_plot_that_is_no_number_is_refused() -> None:
    given_ = plots([np.array([[0.0, 0.0]]), np.array([[1.0, math.nan]])])
    with pytest.raises(BadInput, match="a place or an error that is none"):
        follow(given_, models())
    given_ = plots([np.array([[0.0, 0.0]])])
    given_.error[0] = (1.0, 2.0, 1.0)
    with pytest.raises(BadInput, match="a place or an error that is none"):
        follow(given_, models())


def test_a_storm_of_clutter_is_bounded() -> None:
    dice = np.random.default_rng(1)
    scans = [dice.uniform(0, 20_000, (3000, 2)) for _ in range(4)]
    found = follow(plots(scans), models("joint", TURNING, exists_min=1e-3, plots_min=3))
    assert len(found.t_ms) <= 12_000 + 3000 * 3


@pytest.mark.skipif(importlib.util.find_spec("stonesoup") is None, reason="needs stonesoup: make check installs it")
def test_single_association_is_that_of_stone_soup_state_for_state() -> None:
    from bench.tracker import models as bench_models
    from bench.tracker import ours, peer, same, world

    made = world(12, 25, seed=9)
    assert same(ours(made, bench_models("nearest"))[1], peer(made)[1]) <= 1e-6


@pytest.mark.skipif(importlib.util.find_spec("stonesoup") is None, reason="needs stonesoup: make check installs it")
def test_range_and_bearing_are_filtered_as_by_stone_soup() -> None:
    from stonesoup.models.measurement.nonlinear import CartesianToBearingRange
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
    from stonesoup.predictor.kalman import ExtendedKalmanPredictor
    from stonesoup.types.detection import Detection
    from stonesoup.types.hypothesis import SingleHypothesis
    from stonesoup.types.state import GaussianState
    from stonesoup.updater.kalman import ExtendedKalmanUpdater

    dice = np.random.default_rng(4)
    station = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0])  # its first direction is y: bearings from x to y
    way = np.array([[3000.0 + 16 * one, -1500.0 + 9 * one] for one in range(40)])
    measured = way + dice.normal(0, 15, way.shape)
    given_ = plots(
        [one.reshape(1, 2) for one in measured], sensor=Sensor(frame=station, sigma=np.array([15.0, 0.004, 0.0]), clutter=1e-12)
    )
    found = follow(given_, models("nearest", gate=50.0))
    zero = datetime.datetime(2023, 11, 14)
    measuring = CartesianToBearingRange(4, (0, 2), np.diag([0.004**2, 15.0**2]))
    predictor = ExtendedKalmanPredictor(CombinedLinearGaussianTransitionModel([ConstantVelocity(0.05), ConstantVelocity(0.05)]))
    updater = ExtendedKalmanUpdater(measuring)
    first = found.state[0]
    spread = found.spread[0]  # in the station's frame, whose directions are y and x
    cov = np.zeros((4, 4))
    cov[0, 0], cov[0, 2], cov[2, 0], cov[2, 2], cov[1, 1], cov[3, 3] = spread[2], spread[1], spread[1], spread[0], 100.0, 100.0
    state = GaussianState(np.array([[first[2]], [first[3]], [first[0]], [first[1]]]), cov, timestamp=zero)
    for one in range(1, 40):
        at = zero + datetime.timedelta(seconds=2.0 * one)
        x, y = measured[one]
        plot = Detection(np.array([[math.atan2(y, x)], [math.hypot(x, y)]]), timestamp=at, measurement_model=measuring)
        state = updater.update(SingleHypothesis(predictor.predict(state, timestamp=at), plot))
        theirs = state.state_vector.ravel().astype(float)
        assert np.allclose(theirs[[2, 3, 0, 1]], found.state[one], atol=1e-2)  # theirs differentiates by small steps


def test_models_that_are_none_are_refused() -> None:
    with pytest.raises(BadInput, match="shares of the modes"):
        Models(modes=(Mode(turn=0.0, noise=1.0, share=0.5),))
    with pytest.raises(BadInput, match="not positive"):
        models(gate=math.nan)
