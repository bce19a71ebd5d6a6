"""A fleet: the lines of many contacts side by side in columns, and where each was at every slot; what all rules read.

1. Line k has rows start[k] to start[k + 1]; inside a line time strictly grows and longitudes are unwrapped.
2. Slots are absolute multiples of `slot_s`, so two contacts are compared at the same instants whatever the window.
3. Between messages a position lies on the straight line, never across a hole longer than `hole_max_s`.
4. A speed is the one reported, interpolated; where none was, it is measured over a leg before and a leg after, and the slower counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fairlead.picture.gather import Gathered
from fairlead.picture.ground import HALF_E7, TURN_E7, Ints, apart_k
from fairlead.picture.line import SOG_MAX_DKN, UNKNOWN
from fairlead.picture.parameters import Parameters
from fairlead.report.compiled import kernel

Small: type = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fleet:
    """Lines side by side: start (L + 1), mmsi (L, 0 for none), and columns over all rows; `row` counts into the gathered rows."""

    start: Ints
    mmsi: Ints
    row: Ints
    t_ms: Ints
    lat_e7: Ints
    lon_e7: Ints
    sog_dkn: Ints
    south_e7: Ints  # (L,) the least and the most latitude of each line; of one without rows, the poles the other way round
    north_e7: Ints

    def __len__(self) -> int:
        return len(self.mmsi)

    def of(self, line: int) -> slice:
        """The rows of one line."""
        return slice(int(self.start[line]), int(self.start[line + 1]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """Every line at every slot where it is known: start (L + 1), slot number, position (longitude wrapped), speed 0.1 kn or -1."""

    start: Ints
    slot: npt.NDArray[np.int32]
    lat_e7: npt.NDArray[np.int32]
    lon_e7: npt.NDArray[np.int32]
    speed_dkn: npt.NDArray[np.int16]


def fleet_of(gathered: Gathered, mmsi: Sequence[int], lines: Sequence[npt.NDArray[np.intp]]) -> Fleet:
    """Lines given as row numbers in time order; of messages of a line at one instant the first stands."""
    row = np.concatenate([np.zeros(0, dtype=np.intp), *lines]).astype(np.int64)
    start = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64)
    return fleet_from(gathered, np.array(mmsi, dtype=np.int64), row, start)


def fleet_from(gathered: Gathered, mmsi: Ints, row: Ints, start: Ints) -> Fleet:
    """The same from concatenated row numbers (n) and where each line starts (L + 1)."""
    t_ms, lon = gathered.rows.t_ms[row], gathered.lon_e7[row]
    keep = np.ones(len(row), dtype=np.bool_)
    if _thin(start, t_ms, lon, keep):
        kept = np.concatenate([[0], np.cumsum(keep)])
        start = kept[start].astype(np.int64)
        row, t_ms, lon = row[keep], t_ms[keep], lon[keep]
    sog = gathered.rows.sog_dkn[row].astype(np.int64)
    sog[sog > SOG_MAX_DKN] = UNKNOWN
    lat = gathered.lat_e7[row]
    south, north = np.full(len(mmsi), 900_000_000, dtype=np.int64), np.full(len(mmsi), -900_000_000, dtype=np.int64)
    _bounds(start, lat, south, north)
    return Fleet(start=start, mmsi=mmsi, row=row, t_ms=t_ms, lat_e7=lat, lon_e7=lon, sog_dkn=sog, south_e7=south, north_e7=north)


@kernel
def _bounds(start: Ints, lat: Ints, south: Ints, north: Ints) -> None:
    """The least and the most latitude of each line."""
    for line in range(len(start) - 1):
        for at in range(start[line], start[line + 1]):
            south[line] = min(south[line], lat[at])
            north[line] = max(north[line], lat[at])


@kernel
def _thin(start: Ints, t_ms: Ints, lon: Ints, keep: npt.NDArray[np.bool_]) -> int:
    """Mark messages after the first of one instant; unwrap longitudes in place. How many were marked."""
    marked = 0
    for line in range(len(start) - 1):
        for at in range(start[line] + 1, start[line + 1]):
            lon[at] = lon[at - 1] + (lon[at] - lon[at - 1] + HALF_E7) % TURN_E7 - HALF_E7
            if t_ms[at] <= t_ms[at - 1]:
                keep[at] = False
                marked += 1
    return marked


def steps_of(fleet: Fleet, parameters: Parameters) -> Steps:
    """All lines at all slots. Raises nothing; empty for a fleet without rows."""
    step_ms, hole_ms = parameters.slot_s * 1000, parameters.hole_max_s * 1000
    start = np.zeros(len(fleet.start), dtype=np.int64)
    _count(fleet.start, fleet.t_ms, step_ms, hole_ms, start)
    np.cumsum(start, out=start)
    total = int(start[-1])
    slot, lat, lon = (np.empty(total, dtype=np.int32) for _ in range(3))
    speed = np.empty(total, dtype=np.int16)
    _fill(fleet.start, fleet.t_ms, fleet.lat_e7, fleet.lon_e7, fleet.sog_dkn, step_ms, hole_ms, start, slot, lat, lon, speed)
    legs = max(1, parameters.speed_baseline_s // parameters.slot_s)
    _measure(start, slot, lat, lon, speed, legs, legs * step_ms)
    return Steps(start=start, slot=slot, lat_e7=lat, lon_e7=lon, speed_dkn=speed)


@kernel
def _count(start: Ints, t_ms: Ints, step_ms: int, hole_ms: int, found: Ints) -> None:
    """How many slots line k is known at, into found[k + 1]."""
    for line in range(len(start) - 1):
        total = 0
        for at in range(start[line], start[line + 1]):
            last = at + 1 == start[line + 1]
            here = t_ms[at]
            if last or t_ms[at + 1] - here > hole_ms:
                total += 1 if here % step_ms == 0 else 0
            else:  # slots in [here, next)
                total += (t_ms[at + 1] + step_ms - 1) // step_ms - (here + step_ms - 1) // step_ms
        found[line + 1] = total


@kernel
def _fill(
    start: Ints,
    t_ms: Ints,
    lat_e7: Ints,
    lon_e7: Ints,
    sog_dkn: Ints,
    step_ms: int,
    hole_ms: int,
    begin: Ints,
    slot: npt.NDArray[np.int32],
    lat: npt.NDArray[np.int32],
    lon: npt.NDArray[np.int32],
    speed: npt.NDArray[np.int16],
) -> None:
    for line in range(len(start) - 1):
        put = begin[line]
        for at in range(start[line], start[line + 1]):
            last = at + 1 == start[line + 1]
            here = t_ms[at]
            end = here + 1 if last or t_ms[at + 1] - here > hole_ms else t_ms[at + 1]
            number = (here + step_ms - 1) // step_ms
            while number * step_ms < end:
                off = number * step_ms - here
                slot[put] = number
                if off == 0:
                    lat[put] = lat_e7[at]
                    lon[put] = (lon_e7[at] + HALF_E7) % TURN_E7 - HALF_E7
                    speed[put] = sog_dkn[at]
                else:
                    part = off / (t_ms[at + 1] - here)
                    lat[put] = lat_e7[at] + math.floor(part * (lat_e7[at + 1] - lat_e7[at]) + 0.5)
                    where = lon_e7[at] + math.floor(part * (lon_e7[at + 1] - lon_e7[at]) + 0.5)
                    lon[put] = (where + HALF_E7) % TURN_E7 - HALF_E7
                    if sog_dkn[at] < 0 or sog_dkn[at + 1] < 0:
                        speed[put] = -1
                    else:
                        speed[put] = sog_dkn[at] + math.floor(part * (sog_dkn[at + 1] - sog_dkn[at]) + 0.5)
                put += 1
                number += 1


@kernel
def _measure(
    start: Ints,
    slot: npt.NDArray[np.int32],
    lat: npt.NDArray[np.int32],
    lon: npt.NDArray[np.int32],
    speed: npt.NDArray[np.int16],
    legs: int,
    span_ms: int,
) -> None:
    """Where no speed was reported: the slower of the leg before and the leg after, `legs` slots each; unknown without either."""
    per_metre = 10**10 / (514_444 * span_ms)
    for line in range(len(start) - 1):
        begin, end = start[line], start[line + 1]
        for at in range(begin, end):
            if speed[at] != -1:
                continue
            slowest = -1
            ahead = at + 1  # slots ascend and each stands once, so the one `legs` later is at most `legs` places away
            while ahead < end and slot[ahead] < slot[at] + legs:
                ahead += 1
            if ahead < end and slot[ahead] == slot[at] + legs:
                apart = apart_k(np.int64(lat[at]), np.int64(lon[at]), np.int64(lat[ahead]), np.int64(lon[ahead]))
                slowest = math.floor(apart * per_metre + 0.5)
            behind = at - 1
            while behind >= begin and slot[behind] > slot[at] - legs:
                behind -= 1
            if behind >= begin and slot[behind] == slot[at] - legs:
                apart = apart_k(np.int64(lat[behind]), np.int64(lon[behind]), np.int64(lat[at]), np.int64(lon[at]))
                measured = math.floor(apart * per_metre + 0.5)
                slowest = measured if slowest < 0 else min(slowest, measured)
            if slowest >= 0:
                speed[at] = min(slowest, 32767)
