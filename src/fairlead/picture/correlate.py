"""Which AIS line a radar line goes with, and how probable it is that none does: evidence weighed, never a flag.

1. Compared are plots of the radar line, one in STEP_MS at most, with where the AIS vessel was at that time: between its messages on a
   straight line, before and after them by its last speed. How far it can be from there grows with the time to the next message as a
   vessel's speed wanders around its mean (Ornstein-Uhlenbeck: Millefiori, Braca, Bryan and Willett 2016, IEEE Transactions on Aerospace
   and Electronic Systems 52:2313); a message on the other side bounds it.
2. The offsets have a mean and a drift. Both are judged for "it is that vessel" against "it is a vessel without AIS, of which there are
   so many on a square kilometre": a stated density, not a threshold. Offsets that neither explains count against the pair. What all
   plots share (antenna, registration) is not averaged away by many plots.
3. One to one at any instant, decided for all at once (`assign`); the probability that none goes is over every way to pair (`joint`).
   Two parts of a contact that follow each other may go with one AIS line in turn.
4. A number that a plot carries is evidence that can be forged: it counts, and decides nothing alone.
5. Where an AIS vessel that could be here has been silent for long, the answer drifts to "cannot tell" by itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from fairlead.picture.ground import METRES_PER_E7, TURN_E7, Floats, Ints, cosine_k
from fairlead.picture.line import Line
from fairlead.picture.parameters import Parameters
from fairlead.picture.tracking.joint import chances
from fairlead.picture.tracking.pairs import shared_out
from fairlead.report.compiled import kernel

STEP_MS: Final = 60_000
SAMPLES_MAX: Final = 60
INDEPENDENT: Final = 10.0  # as many plots count in what neither mean nor drift explains
DRIFT_SIGMA: Final = 8.0  # m/s, of vessels against each other (ours)
DRIFT_FLOOR: Final = 0.2  # m/s, of a vessel against its own AIS
SILENT_MAX_MS: Final = 6 * 3_600_000  # longer than this before or after its messages a vessel may be anywhere
SIGMAS: Final = 5.0
LEAST: Final = -30.0  # pairs less likely than e to this are none
MOST: Final = 60.0


class Wander(NamedTuple):
    """How the speed of a vessel wanders: standard deviation (m/s), time to forget (s), what plot and message share (m), dark per m2,
    logarithms of what a number told by both sides is worth, and of the odds that a vessel with AIS has a radar track."""

    speed: float
    memory_s: float
    shared_m: float
    dark: float
    number: float
    tracked: float


class Columns(NamedTuple):
    """Lines side by side: bounds (lines + 1,), and of each position time, latitude, longitude, error; the number of each line."""

    start: Ints
    t_ms: Ints
    lat_e7: Ints
    lon_e7: Ints
    err_m: Floats
    number: Ints


class Correlation(NamedTuple):
    """`match` (radar lines,) is the AIS line that each goes with, -1 for none; `none` (radar lines,) the probability of none."""

    match: Ints
    none: Floats


def wander_of(parameters: Parameters) -> Wander:
    """The model by the parameters of the view."""
    spoofed, tracked = (min(one, 999) / 1000 for one in (parameters.spoofed_permille, parameters.tracked_permille))
    return Wander(
        speed=parameters.wander_dkn * 0.0514444,
        memory_s=float(parameters.wander_s),
        shared_m=float(parameters.same_place_m),
        dark=parameters.dark_per_kkm2 / 1e9,
        number=math.log((1 - spoofed) / spoofed),
        tracked=math.log(tracked / (1 - tracked)),
    )


def correlate(radar: Sequence[Line], ais: Sequence[Line], parameters: Parameters) -> Correlation:
    """Every radar line against every AIS line."""
    if not radar or not ais:
        return Correlation(match=np.full(len(radar), -1, dtype=np.int64), none=np.ones(len(radar)))
    plots = _columns(radar, parameters.plot_error_m)
    heard = _columns(ais, 0)
    start, line, ratio = ratios(plots, heard, wander_of(parameters))
    column = _instants(plots, start, line)
    odds, cost = np.exp(ratio), -ratio
    share, none = np.empty(len(line)), np.empty(len(radar))
    chances(start, column, odds, int(column.max(initial=-1)) + 1, share, none)
    given = np.empty(len(radar), dtype=np.int64)
    shared_out(start, column, cost, np.zeros(len(radar)), int(column.max(initial=-1)) + 1, given)
    match = np.full(len(radar), -1, dtype=np.int64)
    likely = (given >= 0) & (none < 0.5)  # rather one of the AIS vessels than none, and of those the cheapest for all
    match[likely] = line[given[likely]]
    return Correlation(match=match, none=none)


def azimuth_shift_m(speed_dkn: int, course_ddeg: int, look_ddeg: int, range_over_velocity_ms: int) -> float:
    """How far a moving vessel is displaced along the flight path in a SAR picture, metres, positive ahead: -(R/V) times its speed away
    from the sensor. `look_ddeg` is the bearing from the sensor to the scene (Raney 1971, IEEE Transactions on Aerospace and
    Electronic Systems 7:499)."""
    away = speed_dkn * 0.0514444 * math.cos(math.radians((course_ddeg - look_ddeg) / 10))
    return -range_over_velocity_ms / 1000 * away


def _columns(lines: Sequence[Line], error_m: int) -> Columns:
    errors = np.concatenate([line.err_m for line in lines]).astype(np.float64)
    return Columns(
        start=np.cumsum([0, *(len(line.t_ms) for line in lines)]).astype(np.int64),
        t_ms=np.concatenate([line.t_ms for line in lines]),
        lat_e7=np.concatenate([line.lat_e7 for line in lines]),
        lon_e7=np.concatenate([line.lon_e7 for line in lines]),
        err_m=np.where(errors > 0, errors, float(error_m)),
        number=np.array([line.mmsi for line in lines], dtype=np.int64),
    )


def _instants(plots: Columns, start: Ints, line: Ints) -> Ints:
    """For each pair a column that only pairs share whose radar lines could be the AIS vessel at the same instant."""
    first, last = plots.t_ms[plots.start[:-1]], plots.t_ms[plots.start[1:] - 1]
    radar = np.repeat(np.arange(len(start) - 1), np.diff(start))
    order = np.lexsort((radar, first[radar], line))
    column = np.empty(len(line), dtype=np.int64)
    current, until, vessel = -1, -1, -1
    for pair in order.tolist():
        if line[pair] != vessel or first[radar[pair]] > until:
            current, until, vessel = current + 1, -1, int(line[pair])
        until = max(until, int(last[radar[pair]]))
        column[pair] = current
    return column


@kernel
def ratios(plots: Columns, heard: Columns, wander: Wander) -> tuple[Ints, Ints, Floats]:
    """Bounds (radar lines + 1,), AIS line and log likelihood ratio against a vessel without AIS of every pair worth naming."""
    lines, vessels = len(plots.start) - 1, len(heard.start) - 1
    start = np.zeros(lines + 1, dtype=np.int64)
    capacity = 64
    line, ratio = np.empty(capacity, dtype=np.int64), np.empty(capacity)
    samples = np.empty((SAMPLES_MAX, 6))
    boxes = _boxes(heard)
    count = 0
    for radar in range(lines):
        begin, end = plots.start[radar], plots.start[radar + 1]
        step = max(STEP_MS, (plots.t_ms[end - 1] - plots.t_ms[begin]) // (SAMPLES_MAX - 1) + 1)
        for vessel in range(vessels):
            if not _near(plots, begin, end, heard, vessel, boxes[vessel]):
                continue
            found = _ratio(plots, begin, end, step, heard, heard.start[vessel], heard.start[vessel + 1], wander, samples)
            if plots.number[radar] > 0 and heard.number[vessel] > 0:
                found += wander.number if plots.number[radar] == heard.number[vessel] else -wander.number
            if found <= LEAST:
                continue
            if count == capacity:
                capacity *= 2
                wider_line, wider = np.empty(capacity, dtype=np.int64), np.empty(capacity)
                wider_line[:count], wider[:count] = line[:count], ratio[:count]
                line, ratio = wider_line, wider
            line[count], ratio[count] = vessel, min(found, MOST)
            count += 1
        start[radar + 1] = count
    return start, line[:count], ratio[:count]


@kernel
def _boxes(heard: Columns) -> Ints:
    """South, north, west, east of each vessel, and its greatest speed in 1e-7 degree a second."""
    vessels = len(heard.start) - 1
    found = np.empty((vessels, 4), dtype=np.int64)
    for vessel in range(vessels):
        begin, end = heard.start[vessel], heard.start[vessel + 1]
        found[vessel, 0], found[vessel, 1] = heard.lat_e7[begin:end].min(), heard.lat_e7[begin:end].max()
        found[vessel, 2], found[vessel, 3] = heard.lon_e7[begin:end].min(), heard.lon_e7[begin:end].max()
    return found


@kernel
def _near(plots: Columns, begin: int, end: int, heard: Columns, vessel: int, box: Ints) -> bool:
    """A cheap no: too far away at all times for a vessel of 60 knots."""
    first, last = heard.t_ms[heard.start[vessel]], heard.t_ms[heard.start[vessel + 1] - 1]
    silent_ms = max(plots.t_ms[begin] - last, first - plots.t_ms[end - 1], 0)
    if silent_ms > SILENT_MAX_MS:
        return False
    outside_ms = max(plots.t_ms[end - 1] - last, first - plots.t_ms[begin], 0)
    reach_e7 = (20_000.0 + outside_ms / 1000.0 * 30.0) / METRES_PER_E7
    middle = begin + (end - begin) // 2
    if plots.lat_e7[begin:end].min() - reach_e7 > box[1] or box[0] - reach_e7 > plots.lat_e7[begin:end].max():
        return False
    wide = reach_e7 / max(cosine_k(min(abs(plots.lat_e7[middle]) * (math.pi / 180e7), 1.5)), 0.01)
    east = plots.lon_e7[begin:end].max() - plots.lon_e7[begin:end].min() + box[3] - box[2]
    apart = (plots.lon_e7[middle] - (box[2] + box[3]) // 2 + TURN_E7 // 2) % TURN_E7 - TURN_E7 // 2
    return bool(abs(apart) <= wide + east)


@kernel
def _roams(wander: Wander, span_s: float) -> float:
    """Variance (m2, each axis) of the way that a wandering speed makes in a time: V(t) = 2 s2 m2 (t/m - 1 + exp(-t/m))."""
    part = abs(span_s) / wander.memory_s
    grown = part - 1.0 + math.exp(-part) if part > 1e-4 else part * part / 2.0
    return 2.0 * wander.speed * wander.speed * wander.memory_s * wander.memory_s * grown


@kernel
def _between(wander: Wander, since_s: float, until_s: float) -> tuple[float, float]:
    """Variances of place (m2) and speed (m2/s2), each axis, around the straight line between two messages: increments of the way are
    stationary, so Cov(I(s), I(t)) = (V(s) + V(t) - V(t - s)) / 2."""
    gap_s = since_s + until_s
    part = since_s / gap_s
    whole = _roams(wander, gap_s)
    place = (1.0 - part) * _roams(wander, since_s) + part * _roams(wander, until_s) - part * (1.0 - part) * whole
    own, memory = wander.speed * wander.speed, wander.memory_s
    shared = own * memory * (2.0 - math.exp(-since_s / memory) - math.exp(-until_s / memory)) / gap_s
    return max(place, 0.0), max(own + whole / (gap_s * gap_s) - 2.0 * shared, 0.0)


@kernel
def _beyond(wander: Wander, span_s: float, leg_s: float) -> tuple[float, float]:
    """The same, a time after (or before) the end of a leg of which only the ends are known, going on as on that leg."""
    part = span_s / leg_s
    leg, own, memory = _roams(wander, leg_s), wander.speed * wander.speed, wander.memory_s
    ahead = _roams(wander, span_s)
    place = ahead + part * part * leg - part * (_roams(wander, span_s + leg_s) - ahead - leg)
    shared = own * memory * math.exp(-span_s / memory) * (1.0 - math.exp(-leg_s / memory)) / leg_s
    return max(place, 0.0), max(own + leg / (leg_s * leg_s) - 2.0 * shared, 0.0)


@kernel
def _ratio(
    plots: Columns, begin: int, end: int, step_ms: int, heard: Columns, first: int, last: int, wander: Wander, samples: Floats
) -> float:
    """Log likelihood ratio of one pair; LEAST when it cannot be."""
    # 1. offsets east and north, with the variances of vessel and plot, at plots one step apart
    count, next_ms, fix = 0, plots.t_ms[begin], first
    best = np.inf
    for plot in range(begin, end):
        at_ms = plots.t_ms[plot]
        if at_ms < next_ms or count == SAMPLES_MAX:
            continue
        next_ms = at_ms + step_ms
        while fix + 1 < last and heard.t_ms[fix + 1] <= at_ms:
            fix += 1
        lat, lon, stray, turn = _expected(heard, first, last, fix, at_ms, wander)
        if stray < 0.0:
            continue
        scale = cosine_k(min(abs(plots.lat_e7[plot] + lat) * (math.pi / 360e7), 1.5707))
        east = ((plots.lon_e7[plot] - lon + TURN_E7 / 2) % TURN_E7 - TURN_E7 / 2) * METRES_PER_E7 * scale
        samples[count, 0], samples[count, 1] = east, (plots.lat_e7[plot] - lat) * METRES_PER_E7
        samples[count, 2], samples[count, 3] = stray, plots.err_m[plot] ** 2
        samples[count, 4], samples[count, 5] = at_ms / 1000.0, turn
        best = min(best, stray)
        count += 1
    if count == 0:
        return LEAST
    # 2. only where the vessel is known about as well as it ever is: the rest adds nothing but doubt
    kept = 0
    for sample in range(count):
        if samples[sample, 2] <= 4.0 * best + wander.shared_m**2:
            samples[kept] = samples[sample]
            kept += 1
    mean_e = mean_n = middle_s = stray = noise = turn = 0.0
    for sample in range(kept):
        mean_e += samples[sample, 0] / kept
        mean_n += samples[sample, 1] / kept
        middle_s += samples[sample, 4] / kept
        stray += samples[sample, 2] / kept
        noise += samples[sample, 3] / kept
        turn += samples[sample, 5] / kept
    spread_s2 = drift_e = drift_n = 0.0
    for sample in range(kept):
        span_s = samples[sample, 4] - middle_s
        spread_s2 += span_s * span_s
        drift_e += span_s * samples[sample, 0]
        drift_n += span_s * samples[sample, 1]
    # 3. mean offset: this vessel's own, or one of a vessel anywhere
    var = wander.shared_m**2 + stray + noise / kept
    found = wander.tracked - math.log(2.0 * math.pi * var * wander.dark) - (mean_e * mean_e + mean_n * mean_n) / (2.0 * var)
    # 4. drift, when there is time for one: slow for the same vessel, that of two vessels otherwise
    rest = 0.0
    if kept > 2 and spread_s2 > 0.0:
        drift_e, drift_n = drift_e / spread_s2, drift_n / spread_s2
        known = noise / spread_s2
        same = known + DRIFT_FLOOR**2 + turn
        other = known + DRIFT_SIGMA**2
        square = drift_e * drift_e + drift_n * drift_n
        found += math.log(other / same) - 0.5 * square * (1.0 / same - 1.0 / other)
        for sample in range(kept):
            span_s = samples[sample, 4] - middle_s
            rest += (samples[sample, 0] - mean_e - span_s * drift_e) ** 2 + (samples[sample, 1] - mean_n - span_s * drift_n) ** 2
        rest /= 2.0 * (kept - 2) * (noise + stray)
        # 5. what neither explains
        if rest > 1.0:
            found -= min(INDEPENDENT, kept - 2.0) * math.log(rest)
    return max(found, LEAST)


@kernel
def _expected(heard: Columns, first: int, last: int, fix: int, at_ms: int, wander: Wander) -> tuple[float, float, float, float]:
    """Latitude, longitude (1e-7 degree), variance of place (m2) and of speed (m2/s2) of a vessel at a time; a variance below zero:
    nobody knows. `fix` is the last message at or before the time, or the first of all."""
    own = heard.err_m[fix] ** 2
    if at_ms < heard.t_ms[fix]:  # before all messages
        return _drifted(heard, fix, min(fix + 1, last - 1), (at_ms - heard.t_ms[fix]) / 1000.0, own, wander)
    if fix == last - 1:  # after all messages
        return _drifted(heard, max(fix - 1, first), fix, (at_ms - heard.t_ms[fix]) / 1000.0, own, wander)
    span_ms = heard.t_ms[fix + 1] - heard.t_ms[fix]
    part = (at_ms - heard.t_ms[fix]) / span_ms
    place, speed = _between(wander, part * span_ms / 1000.0, (1.0 - part) * span_ms / 1000.0)
    lat = heard.lat_e7[fix] + part * (heard.lat_e7[fix + 1] - heard.lat_e7[fix])
    lon = heard.lon_e7[fix] + part * (heard.lon_e7[fix + 1] - heard.lon_e7[fix])
    return lat, lon, own + place, speed


@kernel
def _drifted(heard: Columns, one: int, other: int, span_s: float, own: float, wander: Wander) -> tuple[float, float, float, float]:
    """A vessel that goes on as between two messages, from the outer of both; the errors of both weigh on its speed."""
    at = one if span_s < 0.0 else other
    if abs(span_s) * 1000.0 > SILENT_MAX_MS:
        return 0.0, 0.0, -1.0, 0.0
    gap_s = (heard.t_ms[other] - heard.t_ms[one]) / 1000.0
    if gap_s <= 0.0:  # one message: its speed is not known
        return float(heard.lat_e7[at]), float(heard.lon_e7[at]), own + (DRIFT_SIGMA * span_s) ** 2, DRIFT_SIGMA**2
    part = span_s / gap_s
    place, speed = _beyond(wander, abs(span_s), gap_s)
    lat = heard.lat_e7[at] + part * (heard.lat_e7[other] - heard.lat_e7[one])
    lon = heard.lon_e7[at] + part * (heard.lon_e7[other] - heard.lon_e7[one])
    return lat, lon, own * (1.0 + 2.0 * part * part) + place, speed + 2.0 * own / (gap_s * gap_s)
