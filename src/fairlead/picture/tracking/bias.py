"""How far a radar is off, found in a view from the vessels that tell their own position in it: registration of range and bearing.

1. Compared are plots with the only position told near them, by messages on both sides of the plot in time; a plot with two vessels
   near is left out, since it could be either.
2. The bias is the median of the differences, of VESSELS_MIN vessels and PAIRS_MIN plots at least; it is used when it is larger than
   what so many plots leave open. Medians take a third of wrong pairs without moving far (Huber and Ronchetti 2009, Robust Statistics).
3. Found in each view from what that view holds, so a bias learnt from a source that is gone is gone with it (P5).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from fairlead.picture.ground import Floats, Ints
from fairlead.picture.tracking.measured import polar
from fairlead.report.compiled import kernel

PAIRS_MIN: Final = 30
VESSELS_MIN: Final = 3
NEAR_M: Final = 1500.0
HOLE_MAX_MS: Final = 180_000
REACH_M: Final = 10_000.0  # beyond the furthest plot: no vessel comes as far between two messages
SPREAD_OF_MEDIAN: Final = 1.2533  # of a normal sample, against that of its mean
SIGMAS: Final = 4.0


class Heard(NamedTuple):
    """Positions that vessels told: earth-centred (n, 3), times, and the bounds (vessels + 1,) of each vessel, times in order."""

    place: Floats
    t_ms: Ints
    start: Ints


class Bias(NamedTuple):
    """Measured minus true: metres, radians."""

    range_m: float
    bearing_rad: float


def bias_of(station: Floats, place: Floats, t_ms: Ints, heard: Heard) -> Bias:
    """The bias of one radar at `station` (9,) by its plots: `place` (n, 3), `t_ms` (n,). Zero where too little is known."""
    order = np.argsort(t_ms, kind="stable")
    vessel, off_m, off_rad = _differences(station, place[order], t_ms[order], heard)
    return Bias(_middle(off_m, vessel), _middle(off_rad, vessel))


def corrected(station: Floats, place: Floats, bias: Bias) -> Floats:
    """The positions without the bias (n, 3)."""
    if bias.range_m == 0.0 and bias.bearing_rad == 0.0:
        return place
    found = np.empty_like(place)
    _shifted(station, place, bias.range_m, bias.bearing_rad, found)
    return found


def _middle(values: Floats, vessel: Ints) -> float:
    if len(values) < PAIRS_MIN or len(np.unique(vessel)) < VESSELS_MIN:
        return 0.0
    middle = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - middle)))  # of a normal sample, by its median deviation
    open_by = SIGMAS * SPREAD_OF_MEDIAN * spread / math.sqrt(len(values))
    return middle if abs(middle) > open_by else 0.0


def heard_of(lines: Sequence[tuple[Floats, Ints]]) -> Heard:
    """Vessels by their positions and times."""
    sizes = [len(t_ms) for _, t_ms in lines]
    return Heard(
        place=np.concatenate([place for place, _ in lines]) if lines else np.zeros((0, 3)),
        t_ms=np.concatenate([t_ms for _, t_ms in lines]) if lines else np.zeros(0, dtype=np.int64),
        start=np.cumsum([0, *sizes]).astype(np.int64),
    )


@kernel
def _differences(station: Floats, place: Floats, t_ms: Ints, heard: Heard) -> tuple[Ints, Floats, Floats]:
    """Of each plot with one told position near it: the vessel, range and bearing measured minus told."""
    plots = len(t_ms)
    nearest, count = np.full(plots, -1, dtype=np.int64), np.zeros(plots, dtype=np.int64)
    where = np.empty((plots, 3))
    furthest = 0.0
    for plot in range(plots):
        furthest = max(furthest, polar(station, place[plot, 0], place[plot, 1], place[plot, 2])[0])
    for vessel in range(len(heard.start) - 1):
        begin, end = heard.start[vessel], heard.start[vessel + 1]
        for fix in range(begin, end - 1):
            span_ms = heard.t_ms[fix + 1] - heard.t_ms[fix]
            if span_ms <= 0 or span_ms > HOLE_MAX_MS:
                continue
            if polar(station, heard.place[fix, 0], heard.place[fix, 1], heard.place[fix, 2])[0] > furthest + REACH_M:
                continue
            plot = np.searchsorted(t_ms, heard.t_ms[fix])
            while plot < plots and t_ms[plot] < heard.t_ms[fix + 1]:
                part = (t_ms[plot] - heard.t_ms[fix]) / span_ms
                square = 0.0
                for axis in range(3):
                    told = heard.place[fix, axis] + part * (heard.place[fix + 1, axis] - heard.place[fix, axis])
                    square += (told - place[plot, axis]) ** 2
                if square <= NEAR_M * NEAR_M:
                    count[plot] += 1
                    nearest[plot] = vessel
                    for axis in range(3):
                        where[plot, axis] = heard.place[fix, axis] + part * (heard.place[fix + 1, axis] - heard.place[fix, axis])
                plot += 1
    sole = np.flatnonzero(count == 1)
    off_m, off_rad = np.empty(len(sole)), np.empty(len(sole))
    for at in range(len(sole)):
        plot = sole[at]
        measured_m, measured_rad = polar(station, place[plot, 0], place[plot, 1], place[plot, 2])
        true_m, true_rad = polar(station, where[plot, 0], where[plot, 1], where[plot, 2])
        off_m[at] = measured_m - true_m
        off_rad[at] = (measured_rad - true_rad + math.pi) % (2.0 * math.pi) - math.pi
    return nearest[sole], off_m, off_rad


@kernel
def _shifted(station: Floats, place: Floats, range_m: float, bearing_rad: float, found: Floats) -> None:
    """Each position turned around the station and moved along its line of sight, back over the bias."""
    size = math.sqrt(station[0] ** 2 + station[1] ** 2 + station[2] ** 2)
    for plot in range(len(place)):
        reach, bearing = polar(station, place[plot, 0], place[plot, 1], place[plot, 2])
        angle, turn = (reach - range_m) / size, bearing - bearing_rad
        across, ahead = math.sin(angle) * math.sin(turn), math.sin(angle) * math.cos(turn)
        for axis in range(3):
            up = station[axis] / size
            found[plot, axis] = size * (math.cos(angle) * up + across * station[3 + axis] + ahead * station[6 + axis])
