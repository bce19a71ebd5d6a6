"""OSPA, GOSPA and SIAP of all scans at once, against Stone Soup; equal answers asserted first.

Stone Soup's OSPA assigns by distance, not by its power, so at power 1 the two are the same definition and are compared there.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from tests.rooms.picture.test_siap import theirs as siap_theirs
from tests.rooms.picture.test_siap import values, world

from bench.figure import figure, quick
from fairlead.picture.ground import Floats
from fairlead.picture.measure import Scans, gospa, ospa
from fairlead.picture.siap import siap


def scans_of(parts: list[Floats]) -> Scans:
    """Positions scan by scan."""
    return Scans(start=np.cumsum([0, *map(len, parts)]).astype(np.int64), xy_m=np.vstack(parts))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds and answer of the best of three."""
    best, found = np.inf, work()
    for _ in range(3):
        started_s = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - started_s)
    return best, found


def distances() -> None:
    """100 scans of about 50 positions."""
    from stonesoup.metricgenerator.ospametric import GOSPAMetric, OSPAMetric
    from stonesoup.types.state import State

    dice = np.random.default_rng(1)
    truth = [dice.uniform(0, 5000, (50 + dice.integers(-5, 6), 2)) for _ in range(20 if quick() else 100)]
    shown = [np.vstack([one[:40] + dice.normal(0, 30, (40, 2)), dice.uniform(0, 5000, (dice.integers(0, 10), 2))]) for one in truth]
    now = datetime.datetime(2026, 1, 1)
    states = [[[State(np.array([[x], [y]]), timestamp=now) for x, y in part] for part in parts] for parts in (shown, truth)]
    mine, other = scans_of(shown), scans_of(truth)
    ours_s, found = timed(lambda: gospa(mine, other, cutoff_m=100.0).distance_m)
    metric = GOSPAMetric(c=100, p=2)
    started_s = time.perf_counter()
    theirs = [metric.compute_gospa_metric(a, b)[0].value["distance"] for a, b in zip(*states, strict=True)]
    theirs_s = time.perf_counter() - started_s
    assert np.abs(found - np.array(theirs, dtype=np.float64)).max() <= 1e-9, "other GOSPA"
    figure("metrics-gospa", theirs_s / ours_s, "x", peer="stonesoup GOSPAMetric", goal=">=50")
    ours_s, found = timed(lambda: ospa(mine, other, cutoff_m=100.0, power=1.0))
    plain = OSPAMetric(c=100, p=1)
    started_s = time.perf_counter()
    theirs = [plain.compute_OSPA_distance(a, b).value for a, b in zip(*states, strict=True)]
    theirs_s = time.perf_counter() - started_s
    assert np.abs(found - np.array(theirs, dtype=np.float64)).max() <= 1e-9, "other OSPA"
    figure("metrics-ospa", theirs_s / ours_s, "x", peer="stonesoup OSPAMetric, power 1", goal=">=50")


def picture() -> None:
    """SIAP of 30 vessels and 60 tracks."""
    tracks, truth = world(3, 12 if quick() else 30, 60)
    ours_s, found = timed(lambda: siap(tracks, truth, threshold_m=30.0))
    started_s = time.perf_counter()
    theirs = siap_theirs(tracks, truth, 30.0)
    theirs_s = time.perf_counter() - started_s
    for name, value in values(found).items():
        assert abs(value - theirs[name]) <= 1e-9, name
    figure("metrics-siap", theirs_s / ours_s, "x", peer="stonesoup SIAPMetrics with TrackToTruth", goal=">=50")


if __name__ == "__main__":
    distances()
    picture()
