"""Which plots of a scan each track could have made: inside its gate, at the plot's own time.

A cheap radius finds candidates, the Mahalanobis distance to the mixture of all modes decides, and the likelihood is that of the modes.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from fairlead.picture.ground import Floats, Ints
from fairlead.picture.tracking.measured import inverted, off, polar, seen
from fairlead.picture.tracking.models import Live, Room, Rules, Scan
from fairlead.picture.tracking.motion import mixed_into, predict
from fairlead.picture.tracking.pairs import PAIRS_MAX, around
from fairlead.picture.tracking.plane import lifted
from fairlead.picture.tracking.states import error_m, late
from fairlead.report.compiled import kernel

Flags: TypeAlias = npt.NDArray[np.bool_]

NEAREST: Final = 0
LATE_MAX_MS: Final = 10_000  # scans of several feeds overlap in time by so much
TINY: Final = 1e-300
LOG_2PI: Final = math.log(2.0 * math.pi)


class Near(NamedTuple):
    """Pairs by track: `start` (tracks + 1,) bounds them, `plot`, squared distance `away` and log-likelihood per m2 `likely` (pairs,);
    `covered` (tracks,) whether the feed looks there in a known time."""

    start: Ints
    plot: Ints
    away: Floats
    likely: Floats
    covered: Flags


@kernel
def near_pairs(
    live: Live,
    rules: Rules,
    scan: Scan,
    room: Room,
    own: Ints,
    gone: Flags,
    cube: Ints,
    first: Ints,
    following: Ints,
    cube_m: float,
) -> Near:
    """Every pair of one of the tracks `own` and a plot that is not `gone`, inside the gate."""
    plots, worst_m = len(scan.t_ms), 0.0
    for plot in range(plots):
        worst_m = max(worst_m, error_m(scan, plot))
    first_ms, last_ms = scan.t_ms[0], scan.t_ms[0]
    for plot in range(1, plots):
        first_ms, last_ms = min(first_ms, scan.t_ms[plot]), max(last_ms, scan.t_ms[plot])
    middle_ms = (first_ms + last_ms) // 2
    half_s = max(middle_ms - first_ms, last_ms - middle_ms) / 1000.0
    start, covered = np.zeros(len(own) + 1, dtype=np.int64), np.zeros(len(own), dtype=np.bool_)
    capacity = 4 * len(own) + 64
    plot_of, away, likely = np.empty(capacity, dtype=np.int64), np.empty(capacity), np.empty(capacity)
    candidates = np.empty(plots, dtype=np.int64)
    count = 0
    for at in range(len(own)):
        track = own[at]
        begin, frame = count, live.frame[track]
        # 1. where it would be at the middle of the scan, and how far from there a plot of its own can lie
        at_ms, whole, spread = max(middle_ms, live.t_ms[track]), room.whole, room.spread
        expected(live, rules, track, at_ms, room)
        x, y, z = lifted(frame, whole[0], whole[2])
        covered[at] = _covered(scan, x, y, z)
        wide_m = math.sqrt(spread[0, 0] + spread[2, 2]) + math.sqrt(spread[1, 1] + spread[3, 3]) * half_s + worst_m
        radius_m = rules.gate * wide_m + math.sqrt(whole[1] * whole[1] + whole[3] * whole[3]) * half_s
        found = around(scan.place, cube, first, following, cube_m, x, y, z, radius_m, candidates)
        for number in range(found):
            plot = candidates[number]
            if gone[plot] or live.t_ms[track] - scan.t_ms[plot] > LATE_MAX_MS:
                continue
            # 2. the gate, at the plot's own time, or at the state's where a plot of another feed is a little newer
            if max(scan.t_ms[plot], live.t_ms[track]) != at_ms:
                at_ms = max(scan.t_ms[plot], live.t_ms[track])
                expected(live, rules, track, at_ms, room)
            late(room.whole, frame, scan, plot, at_ms, room)
            size = seen(room.whole, room.spread, frame, room.place, scan, plot, room)
            det = inverted(room, size)
            square = off(room, size)
            if not (det > 0.0 and square < rules.gate * rules.gate):
                continue
            if count - begin == PAIRS_MAX:
                worst = begin
                for pair in range(begin + 1, count):
                    if away[pair] > away[worst]:
                        worst = pair
                if square >= away[worst]:
                    continue
                for pair in range(worst, count - 1):
                    plot_of[pair], away[pair], likely[pair] = plot_of[pair + 1], away[pair + 1], likely[pair + 1]
                count -= 1
            if count == capacity:
                capacity *= 2
                plot_of, away, likely = _longer(plot_of, capacity), _longer(away, capacity), _longer(likely, capacity)
            plot_of[count], away[count] = plot, square
            likely[count] = 0.0 if rules.kind == NEAREST else _likely(rules, frame, scan, plot, at_ms, room, square, det, size)
            count += 1
        start[at + 1] = count
    return Near(start, plot_of[:count], away[:count], likely[:count], covered)


@kernel
def expected(live: Live, rules: Rules, track: int, at_ms: int, room: Room) -> None:
    """Predict a track into the scratch: its modes, and the mixture of all."""
    span_s = (at_ms - live.t_ms[track]) / 1000.0
    predict(live.mean[track], live.cov[track], live.weight[track], span_s, rules, room)
    mixed_into(room.mean, room.cov, room.weight, room.whole, room.spread)


@kernel
def _likely(rules: Rules, frame: Floats, scan: Scan, plot: int, at_ms: int, room: Room, square: float, det: float, size: int) -> float:
    """Log-likelihood of a plot over all modes, per square metre."""
    if len(rules.prior) == 1:
        found = -0.5 * (square + math.log(det) + size * LOG_2PI)
    else:
        total = 0.0
        for mode in range(len(rules.prior)):
            late(room.mean[mode], frame, scan, plot, at_ms, room)
            size = seen(room.mean[mode], room.cov[mode], frame, room.place, scan, plot, room)
            det = inverted(room, size)
            total += room.weight[mode] * math.exp(-0.5 * (off(room, size) + math.log(det) + size * LOG_2PI))
        found = math.log(max(total, TINY))
    if scan.sigma[0] > 0.0:  # what is dense in range and bearing is dense on the surface by the range
        reach, _ = polar(scan.station, scan.place[plot, 0], scan.place[plot, 1], scan.place[plot, 2])
        found -= math.log(max(reach, 1.0))
    return found


@kernel
def _covered(scan: Scan, x: float, y: float, z: float) -> bool:
    """Whether the feed looks there at all, in a known time."""
    if scan.turn_s <= 0.0:
        return False
    reach, bearing = polar(scan.station, x, y, z)
    wide = (scan.sector_to - scan.sector_from) % (2.0 * math.pi)
    inside: bool = wide == 0.0 or (bearing - scan.sector_from) % (2.0 * math.pi) <= wide
    return reach <= scan.range_m and inside


@kernel
def _longer(values: npt.NDArray, capacity: int) -> npt.NDArray:  # type: ignore[type-arg]
    wider = np.empty(capacity, dtype=values.dtype)
    for at in range(len(values)):
        wider[at] = values[at]
    return wider
