"""The measures of a picture against the truth: small worlds by hand, random ones against Stone Soup."""

from __future__ import annotations

import datetime
import importlib.util

import numpy as np
import pytest

from fairlead.errors import BadInput
from fairlead.picture.siap import Siap, Ways, siap

ZERO = datetime.datetime(2026, 1, 1)


def ways(parts: list[list[tuple[int, float]]]) -> Ways:
    """Ways along one line at 1 m/s: scan and place."""
    rows = [one for part in parts for one in part]
    return Ways(
        start=np.cumsum([0, *map(len, parts)]).astype(np.int64),
        scan=np.array([one[0] for one in rows], dtype=np.int64),
        state=np.array([[one[1], 1.0, 0.0, 0.0] for one in rows]).reshape(len(rows), 4),
    )


def on(scans: range, place: float = 0.0) -> list[tuple[int, float]]:
    return [(scan, scan + place) for scan in scans]


def test_a_perfect_picture() -> None:
    found = siap(ways([on(range(10))]), ways([on(range(10))]), threshold_m=5)
    assert (found.completeness, found.ambiguity, found.spuriousness, found.position_m, found.longest) == (1, 1, 0, 0, 1)
    assert found.changes_per_s == 0


def test_nothing_shown_and_nothing_there() -> None:
    none = ways([])
    assert siap(none, ways([on(range(5))]), threshold_m=5).completeness == 0
    assert siap(ways([on(range(5))]), none, threshold_m=5).spuriousness == 1
    assert siap(none, none, threshold_m=5).ambiguity == 1


def test_two_tracks_on_one_vessel_a_false_one_and_an_offset() -> None:
    tracks = ways([on(range(10), 2.0), on(range(10), -1.0), on(range(10), 500.0)])
    found = siap(tracks, ways([on(range(10)), on(range(10), 1000.0)]), threshold_m=5)
    assert found.completeness == pytest.approx(0.5)
    assert found.ambiguity == pytest.approx(2.0)
    assert found.spuriousness == pytest.approx(1 / 3)
    assert found.position_m == pytest.approx(1.5)
    assert found.velocity_m_s == 0


def test_a_track_that_is_lost_and_taken_up_again() -> None:
    tracks = ways([on(range(8)), on(range(10, 20))])
    found = siap(tracks, ways([on(range(20))]), threshold_m=5, step_s=2.0)
    assert found.completeness == pytest.approx(18 / 20)
    assert found.changes_per_s == pytest.approx(1 / (16 * 2.0))
    assert found.longest == pytest.approx(9 / 19)


def test_a_track_that_wanders_off_ends_at_its_last_match() -> None:
    way = on(range(6)) + on(range(6, 12), 100.0)
    found = siap(ways([way]), ways([on(range(12)), on(range(12), 100.0)]), threshold_m=5)
    assert found.completeness_at.tolist() == [0.5] * 12  # three scans on the other vessel count from the first of them
    assert siap(ways([way]), ways([on(range(12))]), threshold_m=5).completeness_at.tolist() == [1.0] * 6 + [0.0] * 6
    short = on(range(2)) + on(range(2, 4), 100.0)
    assert siap(ways([short]), ways([on(range(4))]), threshold_m=5).completeness == 0  # two scans are no pairing


def test_what_is_no_world_is_refused() -> None:
    good = ways([on(range(3))])
    with pytest.raises(BadInput, match="not positive"):
        siap(good, good, threshold_m=0)
    with pytest.raises(BadInput, match="do not grow"):
        ways([[(2, 0.0), (1, 0.0)]])
    with pytest.raises(BadInput, match="finite"):
        ways([[(1, float("nan"))]])
    with pytest.raises(BadInput, match="cover"):
        Ways(start=np.array([0, 5]), scan=np.zeros(1, dtype=np.int64), state=np.zeros((1, 4)))
    assert len(ways([on(range(3)), [], on(range(2))]).start) == 4


def world(seed: int, vessels: int, scans: int) -> tuple[Ways, Ways]:
    """Vessels that drift about, tracks that follow one for a time, are late, jump to another, or follow nothing."""
    dice = np.random.default_rng(seed)
    truth, shown = [], []
    for _ in range(vessels):
        begin, end = sorted(dice.choice(scans, 2, replace=False).tolist())
        truth.append((begin, dice.uniform(0, 300, 4) + np.cumsum(dice.normal(0, 3, (end - begin + 1, 4)), axis=0)))
    for _ in range(vessels * 2):
        begin, rows = truth[int(dice.integers(vessels))]
        first = int(dice.integers(len(rows)))
        part = rows[first : first + int(dice.integers(1, scans))]
        off = dice.normal(0, 12, part.shape) + (dice.random(len(part)) < 0.15)[:, None] * 200.0
        shown.append((begin + first, part + off))
    return tuple(  # type: ignore[return-value]
        Ways(
            start=np.cumsum([0, *(len(rows) for _, rows in parts)]).astype(np.int64),
            scan=np.concatenate([np.arange(begin, begin + len(rows)) for begin, rows in parts]).astype(np.int64),
            state=np.concatenate([rows for _, rows in parts]),
        )
        for parts in (shown, truth)
    )


def theirs(tracks: Ways, truth: Ways, threshold_m: float) -> dict[str, float]:
    """The same by Stone Soup."""
    from stonesoup.dataassociator.tracktotrack import TrackToTruth
    from stonesoup.measures import Euclidean
    from stonesoup.metricgenerator.manager import MultiManager
    from stonesoup.metricgenerator.tracktotruthmetrics import SIAPMetrics
    from stonesoup.types.groundtruth import GroundTruthPath, GroundTruthState
    from stonesoup.types.state import State
    from stonesoup.types.track import Track

    def paths(given: Ways, path: type, state: type) -> set[object]:
        found = set()
        for one in range(len(given.start) - 1):
            rows = range(given.start[one], given.start[one + 1])
            times = [ZERO + datetime.timedelta(seconds=int(given.scan[row])) for row in rows]
            found.add(path([state(given.state[row].reshape(4, 1), timestamp=at) for row, at in zip(rows, times, strict=True)]))
        return found

    measure = Euclidean(mapping=[0, 2])
    generator = SIAPMetrics(position_measure=measure, velocity_measure=Euclidean(mapping=[1, 3]))
    manager = MultiManager([generator], TrackToTruth(association_threshold=threshold_m, measure=measure))
    manager.add_data({"tracks": paths(tracks, Track, State), "groundtruth_paths": paths(truth, GroundTruthPath, GroundTruthState)})
    return {name: metric.value for name, metric in manager.generate_metrics()["siap_generator"].items()}


def values(found: Siap) -> dict[str, float]:
    return {
        "SIAP Completeness": found.completeness,
        "SIAP Ambiguity": found.ambiguity,
        "SIAP Spuriousness": found.spuriousness,
        "SIAP Position Accuracy": found.position_m,
        "SIAP Velocity Accuracy": found.velocity_m_s,
        "SIAP Longest Track Segment": found.longest,
    }


@pytest.mark.skipif(importlib.util.find_spec("stonesoup") is None, reason="needs stonesoup: make check installs it")
@pytest.mark.parametrize("seed", range(12))
def test_random_worlds_are_measured_as_by_stone_soup(seed: int) -> None:
    tracks, truth = world(seed, 6, 40)
    found, other = siap(tracks, truth, threshold_m=30.0), theirs(tracks, truth, 30.0)
    for name, value in values(found).items():
        assert value == pytest.approx(other[name], abs=1e-9), name
    # theirs stops counting where a pairing ends in the very scan it is looked for: never more changes than ours
    assert found.changes_per_s >= other["SIAP Rate of Track Number Change"] - 1e-9
