"""Is the probability that no AIS goes with a radar track true? Reliability on played worlds, and the time against numpy and scipy.

1. Vessels whose speed wanders, some with AIS that is silent around the radar's look for up to so many minutes, some without AIS at the
   density that the parameters state. A reliability bin compares the probability told with how often it was so.
2. The peer of the timing scores every pair with numpy and assigns with scipy's linear_sum_assignment; it must choose the same pairs.
3. SAR: detections displaced by the vessel's own speed, found again with and without knowing that.
"""

from __future__ import annotations

import math
import sys
import time
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from bench.figure import figure, quick
from fairlead.picture.correlate import LEAST, _columns, azimuth_shift_m, correlate, ratios, wander_of
from fairlead.picture.ground import METRES_PER_E7, Floats
from fairlead.picture.line import Line
from fairlead.picture.parameters import Parameters

LIMITS: Final = Parameters(dark_per_kkm2=20)  # a crowded sea, where it is hard
START_MS: Final = 1_600_000_000_000
SIDE_M: Final = 60_000.0
LAT_DEG, LON_DEG = 20.0, -75.0
BINS: Final = 10


def wandering(dice: np.random.Generator, steps: int, step_s: float) -> Floats:
    """A way (steps, 2), metres: a mean speed, and an Ornstein-Uhlenbeck speed around it."""
    mean, memory_s = dice.normal(0, 4, 2), LIMITS.wander_s
    sigma = LIMITS.wander_dkn * 0.0514444
    keep = math.exp(-step_s / memory_s)
    off = dice.normal(0, sigma, 2)
    speeds = np.empty((steps, 2))
    for step in range(steps):
        off = keep * off + dice.normal(0, sigma * math.sqrt(1 - keep * keep), 2)
        speeds[step] = mean + off
    return dice.uniform(0, SIDE_M, 2) + np.cumsum(speeds * step_s, axis=0)


def line(kind: str, number: int, t_s: Floats, way: Floats, err_m: int) -> Line:
    """Positions as a line of the picture."""
    lat = LAT_DEG * 1e7 + way[:, 1] / METRES_PER_E7
    lon = LON_DEG * 1e7 + way[:, 0] / METRES_PER_E7 / math.cos(math.radians(LAT_DEG))
    count = len(t_s)
    return Line(
        id=f"{kind}{number:05d}",
        kind="ais" if kind == "ais" else "radar",
        mmsi=0,
        rows=np.arange(count),
        t_ms=(START_MS + t_s * 1000).astype(np.int64),
        lat_e7=np.round(lat).astype(np.int64),
        lon_e7=np.round(lon).astype(np.int64),
        sog_dkn=np.full(count, -1, dtype=np.int64),
        err_m=np.full(count, err_m, dtype=np.int64),
    )


def world(dice: np.random.Generator, gap_max_s: float, senders: int = 70) -> tuple[list[Line], list[Line], list[int]]:
    """Radar lines, AIS lines, and of each radar line the AIS line that it is, -1 for none."""
    step_s, steps = 30.0, 720  # six hours
    t_s = np.arange(steps) * step_s
    dark = dice.poisson(LIMITS.dark_per_kkm2 * SIDE_M * SIDE_M / 1e9)
    radar, ais, truth = [], [], []
    look = (t_s >= 10_000) & (t_s < 10_000 + 60 * dice.integers(4, 16)) & (t_s % 60 == 0)
    for number in range(senders + dark):
        way = wandering(dice, steps, step_s)
        if number < senders:
            gap_s = dice.uniform(0, gap_max_s)
            begin = 10_000 - dice.uniform(0, 1) * gap_s
            heard = ((t_s < begin) | (t_s > begin + gap_s)) & (dice.random(steps) < 0.5)
            ais.append(line("ais", number, t_s[heard], way[heard] + dice.normal(0, 8, (int(heard.sum()), 2)), 10))
        if dice.random() < 0.9:
            seen = way[look] + dice.normal(0, 40, (int(look.sum()), 2)) + dice.normal(0, 40, 2)
            radar.append(line("radar", number, t_s[look], seen, 40))
            truth.append(number if number < senders else -1)
    return radar, ais, truth


def calibration(gap_max_s: int, worlds: int) -> tuple[float, float, float, int]:
    """Largest error of a bin with samples enough, the mean error, the share of right matches, and how many were judged."""
    dice = np.random.default_rng(gap_max_s)
    told, true, right = [], [], 0
    for _ in range(worlds):
        radar, ais, truth = world(dice, gap_max_s)
        found = correlate(radar, ais, LIMITS)
        told += found.none.tolist()
        true += [one < 0 for one in truth]
        right += sum(int(one) == want for one, want in zip(found.match, truth, strict=True))
    probability, none = np.array(told), np.array(true)
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    worst = mean = 0.0
    print(f"  gaps up to {gap_max_s // 60} min: {len(told)} radar tracks")
    for number in range(BINS):
        own = bins == number
        if own.any():
            said, was = float(probability[own].mean()), float(none[own].mean())
            print(f"    told {said:5.2f}  was {was:5.2f}  {int(own.sum())}")
            mean += abs(said - was) * own.sum() / len(told)
            if own.sum() >= 200:
                worst = max(worst, abs(said - was))
    return worst, mean, right / len(told), len(told)


def reliability() -> None:
    """The probability against how often it was so."""
    for minutes in (10, 60, 180):
        worst, mean, right, count = calibration(minutes * 60, 40 if quick() else 400)
        goal = "<=0.05" if minutes <= 60 else "-"
        figure(f"correlate-calibration-{minutes}", worst, "largest error of a bin", peer="what was so", goal=goal, tracks=count)
        figure(f"correlate-mean-{minutes}", mean, "mean error", peer="what was so", goal="-")
        figure(f"correlate-right-{minutes}", 100 * right, "% right", peer="truth", goal="-")


def slow(radar: list[Line], ais: list[Line]) -> dict[int, int]:
    """Every pair by itself with numpy, then scipy."""
    wander, table = wander_of(LIMITS), np.zeros((len(radar), len(ais) + len(radar)))
    for one, plots in enumerate(radar):
        table[one, : len(ais)] = 1e6
        for other, heard in enumerate(ais):
            start, _, ratio = ratios.py_func(_columns([plots], LIMITS.plot_error_m), _columns([heard], 0), wander)  # type: ignore[attr-defined]
            if start[-1] and ratio[0] > LEAST:
                table[one, other] = -ratio[0]
    rows, columns = linear_sum_assignment(table)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True) if column < len(ais)}


def speed() -> None:
    """300 radar lines against 1000 AIS lines; the peer on a part, by the pair."""
    dice = np.random.default_rng(3)
    radar: list[Line] = []
    ais: list[Line] = []
    while len(ais) < 1000:
        more, heard, _ = world(dice, 600, senders=70)
        radar, ais = radar + more, ais + heard
    radar = radar[:300]
    correlate(radar[:3], ais[:3], LIMITS)
    started_s = time.perf_counter()
    found = correlate(radar, ais, LIMITS)
    ours_s = time.perf_counter() - started_s
    figure("correlate-300x1000", 1000 * ours_s, "ms", peer="none", goal="<=1000", matched=int((found.match >= 0).sum()))
    part, other = radar[:6], ais[:14]
    started_s = time.perf_counter()
    theirs = slow(part, other)
    theirs_s = time.perf_counter() - started_s
    started_s = time.perf_counter()
    mine = correlate(part, other, LIMITS)
    ours_s = time.perf_counter() - started_s
    chosen = {row: int(one) for row, one in enumerate(mine.match) if one >= 0}
    assert chosen.items() <= theirs.items(), "other pairs"
    figure("correlate-speed", theirs_s / ours_s, "x", peer="pair by pair in Python, scipy linear_sum_assignment", goal="-")


def sar() -> None:
    """Vessels in one picture of a satellite, displaced by their speed; right pairs with and without
    knowing it, each at its best gate."""
    dice = np.random.default_rng(5)
    gates = (100.0, 200.0, 300.0, 500.0, 800.0, 1200.0, 2000.0)
    right = {known: dict.fromkeys(gates, 0) for known in (True, False)}
    count = 0
    for _ in range(10 if quick() else 100):
        at = dice.uniform(0, SIDE_M, (150, 2))
        speed_dkn, course_ddeg = dice.integers(20, 200, 150), dice.integers(0, 3600, 150)
        shift = np.array([azimuth_shift_m(int(s), int(c), 900, 115_000) for s, c in zip(speed_dkn, course_ddeg, strict=True)])
        seen = at + np.column_stack([np.zeros(150), shift]) + dice.normal(0, 40, (150, 2))  # the satellite flies north, looks east
        for known in (True, False):
            expected = at + np.column_stack([np.zeros(150), shift]) if known else at
            off = np.hypot(*(seen[:, None, :] - expected[None, :, :]).transpose(2, 0, 1))
            for gate in gates:
                rows, columns = linear_sum_assignment(np.where(off < gate, off, 1e6))
                right[known][gate] += int(((rows == columns) & (off[rows, columns] < gate)).sum())
        count += 150
    found = {known: 100 * max(right[known].values()) / count for known in (True, False)}
    figure("correlate-sar-shift", found[True] - found[False], "points of recall", peer="without it", goal=">=12", recall=found[True])


if __name__ == "__main__":
    reliability()
    speed()
    sar()
    sys.stdout.flush()
