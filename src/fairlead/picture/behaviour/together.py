"""Two contacts together: kernels that find runs of slots at which a pair is close, and what was observed over such a run.

1. A slow pair (B1) can only be where both lines are slow for long: spells of slow slots are found first, and only spells whose boxes
   meet are compared slot by slot. No pair is lost by that, because every slot of an episode lies in a spell of each line.
2. A pair under way (B2) is close at every slot of its run, so it is close at a mark, every fifth slot: marks are swept by latitude.
3. No cells: no pair is lost at the edge of one. Lines under one number are never a pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fairlead.picture.fleet import Steps
from fairlead.picture.ground import HALF_E7, METRES_PER_E7, TURN_E7, Ints, apart_k, apart_m, cosine_k, wrap_e7
from fairlead.picture.growing import put
from fairlead.report.compiled import kernel

Small = npt.NDArray[np.int32]
Tiny = npt.NDArray[np.int16]
MARK: int = 5  # slots between marks


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Meeting:
    """Two lines at the slots of a run at which both are known: numbers, distance, positions, speeds, and where the middle is."""

    slot: Ints
    apart_m: Ints
    one_at: npt.NDArray[np.intp]  # places in the steps
    other_at: npt.NDArray[np.intp]
    lat_e7: Ints
    lon_e7: Ints


def meeting(steps: Steps, one: int, other: int, from_slot: int, to_slot: int) -> Meeting:
    """What both lines did from one slot to another, ends included."""
    a, b = _part(steps, one, from_slot, to_slot), _part(steps, other, from_slot, to_slot)
    slot, at_a, at_b = np.intersect1d(steps.slot[a], steps.slot[b], assume_unique=True, return_indices=True)
    one_at, other_at = at_a + a.start, at_b + b.start
    lat_a, lon_a = steps.lat_e7[one_at].astype(np.int64), steps.lon_e7[one_at].astype(np.int64)
    lat_b, lon_b = steps.lat_e7[other_at].astype(np.int64), steps.lon_e7[other_at].astype(np.int64)
    return Meeting(
        slot=slot.astype(np.int64),
        apart_m=apart_m(lat_a, lon_a, lat_b, lon_b),
        one_at=one_at,
        other_at=other_at,
        lat_e7=(lat_a + lat_b) // 2,
        lon_e7=wrap_e7(lon_a + wrap_e7(lon_b - lon_a) // 2),
    )


def _part(steps: Steps, line: int, from_slot: int, to_slot: int) -> slice:
    begin, end = int(steps.start[line]), int(steps.start[line + 1])
    own = steps.slot[begin:end]
    return slice(begin + int(np.searchsorted(own, from_slot, "left")), begin + int(np.searchsorted(own, to_slot, "right")))


@kernel
def slow_spells(start: Ints, slot: Small, lat: Small, lon: Small, speed: Tiny, below_dkn: int, step_max: int, least: int) -> Ints:
    """Runs of slow slots, breaks of at most `step_max`, from first to last at least `least` slots: rows of line, first and last
    place in the steps, south, north, and the longitude of the first place with the farthest west and east of it (unwrapped)."""
    found = np.empty((64, 8), dtype=np.int64)
    total = 0
    for line in range(len(start) - 1):
        first = -1
        last = -1
        for at in range(start[line], start[line + 1] + 1):
            end = at == start[line + 1]
            slow = not end and 0 <= speed[at] < below_dkn
            if first >= 0 and (end or (slow and slot[at] - slot[last] > step_max)):
                if slot[last] - slot[first] >= least:
                    south, north, west, east = lat[first], lat[first], 0, 0
                    for place in range(first, last + 1):
                        south, north = min(south, lat[place]), max(north, lat[place])
                        off = (np.int64(lon[place]) - lon[first] + HALF_E7) % TURN_E7 - HALF_E7
                        west, east = min(west, off), max(east, off)
                    box = (np.int64(south), np.int64(north), np.int64(lon[first]), np.int64(west), np.int64(east))
                    found, total = put(found, total, (np.int64(line), np.int64(first), np.int64(last), *box))
                first = -1
            if slow:
                first = at if first < 0 else first
                last = at
    return found[:total]


@kernel
def slow_pairs(
    spells: Ints, mmsi: Ints, slot: Small, lat: Small, lon: Small, speed: Tiny, below_dkn: int, within_m: int, step_max: int, least: int
) -> Ints:
    """Runs of slots at which two lines are both slow and at most `within_m` apart; `spells` sorted by their south. Rows of line,
    other line, first and last slot."""
    found = np.empty((64, 4), dtype=np.int64)
    total = 0
    north_e7 = int((within_m + 1) / METRES_PER_E7) + 2
    for i in range(len(spells)):
        one = spells[i]
        for j in range(i + 1, len(spells)):
            other = spells[j]
            if other[3] > one[4] + north_e7:
                break
            if one[0] == other[0] or (mmsi[one[0]] == mmsi[other[0]] and mmsi[one[0]] != 0):
                continue
            if min(slot[one[2]], slot[other[2]]) - max(slot[one[1]], slot[other[1]]) < least:
                continue
            highest = max(abs(one[3]), abs(one[4]), abs(other[3]), abs(other[4])) + north_e7
            east_e7 = TURN_E7 if highest > 890_000_000 else int(north_e7 / max(cosine_k(highest * 1.7453292519943295e-9), 0.001)) + 2
            off = (other[5] - one[5] + HALF_E7) % TURN_E7 - HALF_E7
            if off + other[6] > one[7] + east_e7 or off + other[7] < one[6] - east_e7:
                continue
            pair = (min(one[0], other[0]), max(one[0], other[0]))
            a, b = one[1], other[1]
            first = -1
            last = -1
            while a <= one[2] and b <= other[2]:
                if slot[a] < slot[b]:
                    a += 1
                elif slot[b] < slot[a]:
                    b += 1
                else:
                    if 0 <= speed[a] < below_dkn and 0 <= speed[b] < below_dkn:
                        apart = apart_k(np.int64(lat[a]), np.int64(lon[a]), np.int64(lat[b]), np.int64(lon[b]))
                        if apart <= within_m:
                            if first >= 0 and slot[a] - last > step_max:
                                if last - first >= least:
                                    found, total = put(found, total, (*pair, np.int64(first), np.int64(last)))
                                first = -1
                            first = slot[a] if first < 0 else first
                            last = slot[a]
                    a += 1
                    b += 1
            if first >= 0 and last - first >= least:
                found, total = put(found, total, (*pair, np.int64(first), np.int64(last)))
    return found[:total]


@kernel
def marks(start: Ints, slot: Small, speed: Tiny, least_dkn: int, every: int) -> tuple[Ints, Ints]:
    """Line and place in the steps of every slot that is a mark and at which the line makes at least `least_dkn`."""
    total = 0
    for at in range(len(slot)):
        if slot[at] % every == 0 and speed[at] >= least_dkn:
            total += 1
    line_of, place = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int64)
    filled = 0
    for line in range(len(start) - 1):
        for at in range(start[line], start[line + 1]):
            if slot[at] % every == 0 and speed[at] >= least_dkn:
                line_of[filled] = line
                place[filled] = at
                filled += 1
    return line_of, place


@kernel
def close_marks(line_of: Ints, place: Ints, mmsi: Ints, slot: Small, lat: Small, lon: Small, within_m: int) -> Ints:
    """Pairs of rows of one slot at most `within_m` apart; rows come sorted by slot and latitude. Rows of line, other line, places."""
    found = np.empty((64, 4), dtype=np.int64)
    total = 0
    north_e7 = int((within_m + 1) / METRES_PER_E7) + 2
    for i in range(len(place)):
        here = place[i]
        for j in range(i + 1, len(place)):
            there = place[j]
            if slot[there] != slot[here] or lat[there] - lat[here] > north_e7:
                break
            one, other = line_of[i], line_of[j]
            if one == other or (mmsi[one] == mmsi[other] and mmsi[one] != 0):
                continue
            if apart_k(np.int64(lat[here]), np.int64(lon[here]), np.int64(lat[there]), np.int64(lon[there])) <= within_m:
                if one < other:
                    found, total = put(found, total, (one, other, here, there))
                else:
                    found, total = put(found, total, (other, one, there, here))
    return found[:total]


@kernel
def close_runs(pairs: Ints, start: Ints, slot: Small, lat: Small, lon: Small, speed: Tiny, least_dkn: int, within_m: int) -> Ints:
    """For each pair of places (sorted by lines and place) the whole run of following slots around it at which both make way and are
    close; a run that was given already is not given again. Rows of line, other line, first and last slot."""
    found = np.empty((64, 4), dtype=np.int64)
    total = 0
    for row in range(len(pairs)):
        one, other, here, there = pairs[row]
        if total and found[total - 1][0] == one and found[total - 1][1] == other and slot[here] <= found[total - 1][3]:
            continue
        first, a, b = slot[here], here, there
        while _on(a - 1, b - 1, start[one], start[other], first - 1, slot, lat, lon, speed, least_dkn, within_m):
            a, b, first = a - 1, b - 1, first - 1
        last, a, b = slot[here], here, there
        while a + 1 < start[one + 1] and b + 1 < start[other + 1]:
            if not _on(a + 1, b + 1, start[one], start[other], last + 1, slot, lat, lon, speed, least_dkn, within_m):
                break
            a, b, last = a + 1, b + 1, last + 1
        found, total = put(found, total, (np.int64(one), np.int64(other), np.int64(first), np.int64(last)))
    return found[:total]


@kernel
def _on(
    a: int, b: int, begin_a: int, begin_b: int, number: int, slot: Small, lat: Small, lon: Small, speed: Tiny, least: int, within: int
) -> bool:
    if a < begin_a or b < begin_b or slot[a] != number or slot[b] != number or speed[a] < least or speed[b] < least:
        return False
    return bool(apart_k(np.int64(lat[a]), np.int64(lon[a]), np.int64(lat[b]), np.int64(lon[b])) <= within)
