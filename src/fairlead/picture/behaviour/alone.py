"""One contact over time: kernels that cut its steps into bins, find drops of speed, hours of loitering and short stops.

1. A bin's speed is the mean of its slots, rounded down; a bin with too few slots is not there.
2. Everything is counted in whole numbers, and bins lie at absolute times: another window moves no bin.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fairlead.picture.ground import Ints, apart_k
from fairlead.picture.growing import put
from fairlead.report.compiled import kernel

Small = npt.NDArray[np.int32]
Tiny = npt.NDArray[np.int16]


@kernel
def speed_bins(start: Ints, slot: Small, speed: Tiny, width: int, least: int) -> tuple[Ints, Ints, Ints]:
    """Mean speed of every bin of `width` slots with at least `least` known speeds: start (L + 1), bin number, speed 0.1 kn."""
    begin = np.zeros(len(start), dtype=np.int64)
    most = 0
    for line in range(len(start) - 1):
        if start[line + 1] > start[line]:
            most += slot[start[line + 1] - 1] // width - slot[start[line]] // width + 1
    number, mean = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    put = 0
    for line in range(len(start) - 1):
        at = start[line]
        while at < start[line + 1]:
            here = slot[at] // width
            total = 0
            known = 0
            while at < start[line + 1] and slot[at] // width == here:
                if speed[at] >= 0:
                    total += speed[at]
                    known += 1
                at += 1
            if known >= least:
                number[put] = here
                mean[put] = total // known
                put += 1
        begin[line + 1] = put
    return begin, number[:put], mean[:put]


@kernel
def drops(
    begin: Ints, number: Ints, mean: Ints, behind: int, behind_min: int, before_dkn: int, fall: int, back: int, least: int, most: int
) -> Ints:
    """Where the speed fell to `fall` percent or less of the median of the `behind` bins before, and came back to `back` percent or
    more after `least` to `most` bins, and stayed there for one bin more. Rows of line, first bin, bin of return, twice the median,
    lowest and highest mean in between."""
    found = np.empty((64, 6), dtype=np.int64)
    total = 0
    window = np.empty(behind, dtype=np.int64)
    for line in range(len(begin) - 1):
        at = begin[line] + 1
        while at < begin[line + 1]:
            # 1. a candidate follows the bin before it, and is slower: that one was above the threshold that this one is under
            if number[at] != number[at - 1] + 1 or mean[at] >= mean[at - 1]:
                at += 1
                continue
            # 2. the median of what lies behind
            known = 0
            place = at - 1
            while place >= begin[line] and number[place] >= number[at] - behind:
                window[known] = mean[place]
                known += 1
                place -= 1
            if known < behind_min:
                at += 1
                continue
            ordered = np.sort(window[:known])
            twice = ordered[(known - 1) // 2] + ordered[known // 2]
            if twice < 2 * before_dkn or mean[at] * 200 > twice * fall or mean[at - 1] * 200 <= twice * fall:
                at += 1
                continue
            # 3. the return, without a missing bin
            end = at
            low = mean[at]
            high = mean[at]
            while (
                end < begin[line + 1] and number[end] == number[at] + (end - at) and mean[end] * 200 < twice * back and end - at <= most
            ):
                low, high = min(low, mean[end]), max(high, mean[end])
                end += 1
            whole = end + 1 < begin[line + 1] and number[end] == number[at] + (end - at) and number[end + 1] == number[end] + 1
            if whole and least <= end - at <= most and mean[end] * 200 >= twice * back and mean[end + 1] * 200 >= twice * back:
                found, total = put(
                    found,
                    total,
                    (np.int64(line), np.int64(number[at]), np.int64(number[end]), np.int64(twice), np.int64(low), np.int64(high)),
                )
            at += 1
    return found[:total]


@kernel
def hours_of(start: Ints, slot: Small, lat: Small, lon: Small, speed: Tiny, width: int, least: int) -> Ints:
    """Every hour of every line with at least `least` known speeds: rows of line, hour, mean speed, way made in it in metres, first and
    last place in the steps."""
    most = 0
    for line in range(len(start) - 1):
        if start[line + 1] > start[line]:
            most += slot[start[line + 1] - 1] // width - slot[start[line]] // width + 1
    found = np.empty((most, 6), dtype=np.int64)
    put = 0
    for line in range(len(start) - 1):
        at = start[line]
        while at < start[line + 1]:
            here = slot[at] // width
            first = at
            total = 0
            known = 0
            way = 0
            while at < start[line + 1] and slot[at] // width == here:
                if speed[at] >= 0:
                    total += speed[at]
                    known += 1
                if at > start[line] and slot[at - 1] == slot[at] - 1:
                    way += apart_k(np.int64(lat[at - 1]), np.int64(lon[at - 1]), np.int64(lat[at]), np.int64(lon[at]))
                at += 1
            if known >= least:
                found[put] = (line, here, total // known, way, first, at - 1)
                put += 1
    return found[:put]


@kernel
def stops(start: Ints, slot: Small, lat: Small, lon: Small, speed: Tiny, below_dkn: int, least: int, most: int, away_dkn: int) -> Ints:
    """Short stops: a run of following slots below `below_dkn`, `least` to `most` slots long, that the line came to and left again
    making at least `away_dkn` within ten slots. Rows of line, first and last place in the steps."""
    found = np.empty((64, 3), dtype=np.int64)
    total = 0
    for line in range(len(start) - 1):
        at = start[line]
        while at < start[line + 1]:
            if not 0 <= speed[at] < below_dkn:
                at += 1
                continue
            end = at
            while end + 1 < start[line + 1] and slot[end + 1] == slot[end] + 1 and 0 <= speed[end + 1] < below_dkn:
                end += 1
            came, left = False, False
            for off in range(1, 11):
                came = came or (at - off >= start[line] and slot[at - off] >= slot[at] - 10 and speed[at - off] >= away_dkn)
                left = left or (end + off < start[line + 1] and slot[end + off] <= slot[end] + 10 and speed[end + off] >= away_dkn)
            if came and left and least <= slot[end] - slot[at] <= most:
                found, total = put(found, total, (np.int64(line), np.int64(at), np.int64(end)))
            at = end + 1
    return found[:total]


@kernel
def fast_runs(start: Ints, slot: Small, speed: Tiny, least_dkn: int, least: int, step_max: int) -> Ints:
    """Runs of slots at `least_dkn` or more, breaks of at most `step_max`, at least `least` slots long: rows of line, first and last
    place in the steps."""
    found = np.empty((64, 3), dtype=np.int64)
    total = 0
    for line in range(len(start) - 1):
        first = -1
        last = -1
        for at in range(start[line], start[line + 1] + 1):
            end = at == start[line + 1]
            fast = not end and speed[at] >= least_dkn
            if first >= 0 and (end or (fast and slot[at] - slot[last] > step_max)):
                if slot[last] - slot[first] >= least:
                    found, total = put(found, total, (np.int64(line), np.int64(first), np.int64(last)))
                first = -1
            if fast:
                first = at if first < 0 else first
                last = at
    return found[:total]
