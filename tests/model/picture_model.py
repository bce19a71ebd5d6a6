"""Slow transfer the plain way: every pair, every slot, no sorting, no arrays; the specification of rule B1 as a second reading.

It shares nothing with fairlead.picture but the meaning of the parameters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Fix = tuple[int, float, float, int]  # t_ms, lat_deg, lon_deg, sog_dkn (always reported)
SLOT_MS = 60_000


def apart_m(one: tuple[float, float], other: tuple[float, float]) -> int:
    east = (other[1] - one[1] + 180) % 360 - 180
    middle = math.radians((one[0] + other[0]) / 2)
    return round(6_371_008.8 * math.hypot(math.radians(other[0] - one[0]), math.radians(east) * math.cos(middle)))


def known_at(track: Sequence[Fix], t_ms: int, hole_ms: int) -> tuple[float, float, int] | None:
    """Position and speed, on a straight line between two fixes not too far apart in time."""
    for before, after in zip(track, [*track[1:], track[-1]], strict=True):
        if before[0] == t_ms:
            return before[1:]
        if before[0] < t_ms < after[0]:
            if after[0] - before[0] > hole_ms:
                return None
            part = (t_ms - before[0]) / (after[0] - before[0])
            lat = before[1] + part * (after[1] - before[1])
            lon = before[2] + part * ((after[2] - before[2] + 180) % 360 - 180)
            return lat, lon, before[3] + round(part * (after[3] - before[3]))
    return None


def meetings(
    tracks: Mapping[int, Sequence[Fix]], *, within_m: int, below_dkn: int, min_s: int, break_s: int, hole_s: int
) -> set[tuple[int, int, int, int]]:
    """(number, number, from_ms, to_ms) of every meeting."""
    found: set[tuple[int, int, int, int]] = set()
    for one in tracks:
        for other in tracks:
            if one < other:
                slots = together(tracks[one], tracks[other], within_m, below_dkn, hole_s * 1000)
                found.update((one, other, *run) for run in runs(slots, min_s * 1000, break_s * 1000))
    return found


def together(one: Sequence[Fix], other: Sequence[Fix], within_m: int, below_dkn: int, hole_ms: int) -> list[int]:
    first = max(one[0][0], other[0][0]) // SLOT_MS * SLOT_MS
    times = []
    for t_ms in range(first, min(one[-1][0], other[-1][0]) + 1, SLOT_MS):
        here, there = known_at(one, t_ms, hole_ms), known_at(other, t_ms, hole_ms)
        if here and there and here[2] < below_dkn and there[2] < below_dkn and apart_m(here[:2], there[:2]) <= within_m:
            times.append(t_ms)
    return times


def runs(times: Sequence[int], min_ms: int, break_ms: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for t_ms in times:
        if found and t_ms - found[-1][1] <= break_ms + SLOT_MS:
            found[-1] = (found[-1][0], t_ms)
        else:
            found.append((t_ms, t_ms))
    return [run for run in found if run[1] - run[0] >= min_ms]
