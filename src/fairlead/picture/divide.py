"""A shared number into vessels: which of its positions can be of one, and why each line stands apart from its neighbour.

1. Each position goes to the nearest of the lines that can reach it; none can, a new line begins. A tie goes to the line that began
   first.
2. A line reaches as far as `speed_max_dkn` goes in `hole_max_s` at most, or `shared_dkn` all the time, whichever is farther: nobody
   keeps the highest speed for hours, and over a long silence it would join everything with everything.
3. A line that is silent for `shared_break_s` has ended; only what lies where it lay (within `moored_away_m`) goes on up to
   `shared_stay_s`.
4. Over a silence of more than `hole_max_s` a line does not go on as somebody who says another name, call sign, IMO number or length.
5. The cause of a line is that for which the line heard last before it could not go on. A line that keeps to the path of another, some
   minutes before or behind it, is most likely the same vessel, heard late or with another clock: it stays apart, and is called late.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.picture.ground import HALF_E7, METRES_PER_E7, RADIANS_PER_E7, TURN_E7, Ints, Whole, apart_k, cosine_k
from fairlead.picture.parameters import Parameters
from fairlead.picture.said import around
from fairlead.report.compiled import kernel
from fairlead.report.statement import Statements

SPEED: Final = 1
TWICE: Final = 2
SAID: Final = 3
BREAK: Final = 4
LATE: Final = 5
CAUSES: Final = ("", "implied speed", "two places at once", "another identity said", "a break too long", "late or another clock")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Divided:
    """The line of each position, by first position; and of each line its cause, the line it stands apart from, and the step between."""

    line: Ints
    cause: Ints
    beside: Ints
    apart_m: Ints
    span_ms: Ints


def divide(stated: Statements, mmsi: int, t_ms: Ints, lat: Ints, lon: Ints, parameters: Parameters) -> Divided:
    """The vessels of one shared number, its positions given in order of time."""
    before, after = around(stated, mmsi, t_ms)
    limits = np.array(
        [
            parameters.speed_max_dkn,
            parameters.shared_dkn,
            parameters.jump_slack_m,
            parameters.hole_max_s * 1000,
            parameters.shared_break_s * 1000,
            parameters.shared_stay_s * 1000,
            parameters.moored_away_m,
        ],
        dtype=np.int64,
    )
    line = np.empty(len(t_ms), dtype=np.int64)
    facts = np.zeros((len(t_ms), 4), dtype=np.int64)
    count = _lines(t_ms, lat, lon, before, after, limits, line, facts)
    cause, beside, apart, span = (facts[:count, column].copy() for column in range(4))
    order = np.argsort(line, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(line, minlength=count))]).astype(np.int64)
    _look_again(start, t_ms[order], lat[order], lon[order], parameters.jump_slack_m, parameters.late_max_s * 1000, cause, beside)
    return Divided(line=line, cause=cause, beside=beside, apart_m=apart, span_ms=span)


@kernel
def _lines(
    t_ms: Ints,
    lat: Ints,
    lon: Ints,
    before: npt.NDArray[np.int32],
    after: npt.NDArray[np.int32],
    limits: Ints,
    line: Ints,
    facts: Ints,
) -> int:
    """The line of each position, and cause, neighbour, metres and milliseconds of each line. How many lines there are."""
    last = np.empty(len(t_ms), dtype=np.int64)  # of each line its last position so far
    open_ = np.empty(len(t_ms), dtype=np.int64)  # lines that may go on, by number
    count = opened = 0
    for here in range(len(t_ms)):
        best, best_m, lately, why, kept = -1, 0, -1, 0, 0
        for place in range(opened):
            number = open_[place]
            there = last[number]
            if t_ms[here] - t_ms[there] <= limits[5]:
                open_[kept] = number
                kept += 1
            apart = apart_k(lat[there], lon[there], lat[here], lon[here])
            refused = _refused(apart, t_ms[here] - t_ms[there], before[there], after[here], limits)
            if refused == 0 and (best < 0 or apart < best_m):
                best, best_m = number, apart
            if refused and (lately < 0 or t_ms[there] >= t_ms[last[lately]]):
                lately, why = number, refused
        opened = kept
        if best < 0:
            if lately < 0 and here > 0:  # nothing is open: the one heard last has ended
                lately, why = line[here - 1], BREAK
            best = count
            facts[count, 0], facts[count, 1] = why, lately
            if lately >= 0:
                there = last[lately]
                facts[count, 2] = apart_k(lat[there], lon[there], lat[here], lon[here])
                facts[count, 3] = t_ms[here] - t_ms[there]
            open_[opened] = count
            opened += 1
            count += 1
        line[here] = best
        last[best] = here
    return count


@kernel
def _refused(apart_m: int, span_ms: int, before: npt.NDArray[np.int32], after: npt.NDArray[np.int32], limits: Ints) -> int:
    """Why a line does not go on after so long at so far; 0 when it does."""
    reach = max(min(span_ms, limits[3]) * limits[0], span_ms * limits[1]) * 514_444 // 10**10
    if apart_m > reach + limits[2]:
        return SPEED
    if span_ms > limits[4] and (apart_m > limits[6] or span_ms > limits[5]):
        return BREAK
    if span_ms > limits[3]:
        for field in range(len(before)):
            if before[field] and after[field] and before[field] != after[field]:
                return SAID
    return 0


@kernel
def _look_again(start: Ints, t_ms: Ints, lat: Ints, lon: Ints, slack_m: int, late_ms: int, cause: Ints, beside: Ints) -> None:
    """Among lines that speed set apart: those heard while the other was heard, and those that keep to the path of another."""
    largest = 0
    for number in range(len(cause)):
        if start[number + 1] - start[number] > start[largest + 1] - start[largest]:
            largest = number
    for number in range(len(cause)):
        if cause[number] != SPEED:
            continue
        first, end = start[number], start[number + 1]
        for other in (beside[number], np.int64(largest)):
            longer = start[other + 1] - start[other] >= end - first
            if other != number and longer and _keeps_to(start, number, other, t_ms, lat, lon, slack_m, late_ms):
                cause[number], beside[number] = LATE, other
                break
        if cause[number] == SPEED and end - first > 1 and t_ms[start[beside[number] + 1] - 1] > t_ms[first]:
            cause[number] = TWICE


@kernel
def _keeps_to(start: Ints, number: int, other: Whole, t_ms: Ints, lat: Ints, lon: Ints, slack_m: int, late_ms: int) -> bool:
    """Whether four of five positions that can be compared lie within the slack of where the other was, late_ms earlier to later, and at
    least two. Positions before its beginning, after its end, or while it was silent for long are not compared."""
    begin, end = start[other], start[other + 1]
    if end - begin < 2 or start[number + 1] - start[number] < 2:
        return False
    compared = kept = 0
    left = begin
    for at in range(start[number], start[number + 1]):
        if t_ms[at] < t_ms[begin] or t_ms[at] > t_ms[end - 1]:
            continue
        while left + 1 < end and t_ms[left + 1] < t_ms[at] - late_ms:
            left += 1
        leg, heard, near = left, 0, 0
        while leg + 1 < end and t_ms[leg] <= t_ms[at] + late_ms and not near:
            if t_ms[leg + 1] - t_ms[leg] <= late_ms:
                heard = 1
                near = 1 if _beside_leg(lat[at], lon[at], lat[leg], lon[leg], lat[leg + 1], lon[leg + 1], slack_m) else 0
            leg += 1
        compared += heard
        kept += near
    return kept >= 2 and kept * 5 >= compared * 4


@kernel
def _beside_leg(lat: int, lon: int, lat_a: int, lon_a: int, lat_b: int, lon_b: int, slack_m: int) -> bool:
    """Whether a position lies within slack_m of a leg; a plane about the position."""
    scale = METRES_PER_E7 * cosine_k(lat * RADIANS_PER_E7)
    north_a, north_b = (lat_a - lat) * METRES_PER_E7, (lat_b - lat) * METRES_PER_E7
    east_a = ((lon_a - lon + HALF_E7) % TURN_E7 - HALF_E7) * scale
    east_b = ((lon_b - lon + HALF_E7) % TURN_E7 - HALF_E7) * scale
    north, east = north_b - north_a, east_b - east_a
    square = north * north + east * east
    part = 0.0 if square == 0 else min(max(-(north_a * north + east_a * east) / square, 0.0), 1.0)
    off_n, off_e = north_a + part * north, east_a + part * east
    return math.sqrt(off_n * off_n + off_e * off_e) <= slack_m
