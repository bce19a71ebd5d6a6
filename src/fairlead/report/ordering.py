"""Row numbers by number and time, compiled: rows are counted into their vessel's place, and a vessel is sorted only where it must be.

1. The order is that of a stable sort by number, then time: `np.lexsort((t_ms, mmsi))`, whatever the numbers are.
2. Time is O(rows) where each vessel's rows come in order, as in a log, and O(rows log rows) where they do not. Numbers that were chosen
   to collide in the table are noticed, and the plain sort is used.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.report.compiled import kernel

Places = npt.NDArray[np.int64]
RUN: Final = 24  # rows that are put in order by insertion before they are merged
PROBES_A_ROW_MAX: Final = 16
FULL, TOO_LONG = -1, -2
SLOTS: Final = 1 << 17  # of a first try: a day has some ten thousand numbers


@kernel
def ranked(mmsi: npt.NDArray[np.int64], slots: Places, found: Places, seat: npt.NDArray[np.int32]) -> int:
    """The different numbers into `found` in the order met, and each row's place among them into `seat`; how many there are, FULL when
    the table is too small, TOO_LONG when looking them up takes too many steps. Shapes: slots a power of two, zero; found and seat n."""
    mask, count, probes, left = len(slots) - 1, 0, 0, PROBES_A_ROW_MAX * len(mmsi) + 1024
    for row in range(len(mmsi)):
        number = mmsi[row]
        slot = ((number ^ (number >> 32)) * 0x9E3779B1 >> 7) & mask
        while slots[slot] != 0 and found[slots[slot] - 1] != number:
            slot = (slot + 1) & mask
            probes += 1
        if probes > left:
            return TOO_LONG
        if slots[slot] == 0:
            if 2 * count >= mask:
                return FULL
            found[count] = number
            count += 1
            slots[slot] = count
        seat[row] = slots[slot] - 1
    return count


@kernel
def placed(seat: npt.NDArray[np.int32], rank: Places, t_ms: npt.NDArray[np.int64], order: Places, starts: Places) -> None:
    """Rows of each number side by side, in time. `rank[seat]` is the number's place in order; starts has one more than there are
    numbers, zero; order n."""
    for row in range(len(seat)):
        starts[rank[seat[row]] + 1] += 1
    for number in range(len(rank)):
        starts[number + 1] += starts[number]
    free = starts[:-1].copy()
    for row in range(len(seat)):
        number = rank[seat[row]]
        order[free[number]] = row
        free[number] += 1
    spare = np.empty(0, dtype=np.int64)
    for number in range(len(rank)):
        first, last = starts[number], starts[number + 1]
        for at in range(first + 1, last):
            if t_ms[order[at]] < t_ms[order[at - 1]]:
                if len(spare) < last - first:
                    spare = np.empty(2 * (last - first), dtype=np.int64)
                _by_time(order, first, last, t_ms, spare)
                break


@kernel
def _by_time(order: Places, first: int, last: int, t_ms: npt.NDArray[np.int64], spare: Places) -> None:
    """A stable sort of order[first:last] by time: short runs by insertion, then merged."""
    for begin in range(first, last, RUN):
        for at in range(begin + 1, min(begin + RUN, last)):
            row, back = order[at], at
            while back > begin and t_ms[order[back - 1]] > t_ms[row]:
                order[back] = order[back - 1]
                back -= 1
            order[back] = row
    width = RUN
    while width < last - first:
        for begin in range(first, last - width, 2 * width):
            middle, end = begin + width, min(begin + 2 * width, last)
            for at in range(begin, middle):
                spare[at - begin] = order[at]
            left, right, to = 0, middle, begin
            while left < width and right < end:
                if t_ms[order[right]] < t_ms[spare[left]]:
                    order[to] = order[right]
                    right += 1
                else:
                    order[to] = spare[left]
                    left += 1
                to += 1
            while left < width:
                order[to] = spare[left]
                left += 1
                to += 1
        width *= 2


@kernel
def in_place(mmsi: npt.NDArray[np.int64], t_ms: npt.NDArray[np.int64]) -> bool:
    """Whether each row comes after the one before it, by number and then time, and no two are equal."""
    for row in range(1, len(mmsi)):
        if mmsi[row] < mmsi[row - 1] or (mmsi[row] == mmsi[row - 1] and t_ms[row] <= t_ms[row - 1]):
            return False
    return True


@kernel
def ties(mmsi: npt.NDArray[np.int64], t_ms: npt.NDArray[np.int64], order: Places, found: Places) -> int:
    """Places in an order by number and time whose row has the number and time of a neighbour, into `found`; how many. Shapes: n."""
    count, before = 0, False
    for place in range(len(order)):
        row, after = order[place], False
        if place + 1 < len(order):
            following = order[place + 1]
            after = mmsi[row] == mmsi[following] and t_ms[row] == t_ms[following]
        if before or after:
            found[count] = place
            count += 1
        before = after
    return count


def tied(mmsi: npt.NDArray[np.int64], t_ms: npt.NDArray[np.int64], order: Places) -> Places:
    """Places in an order by number and time whose row has the number and time of a neighbour. Shapes: n to at most n."""
    found = np.empty(len(order), dtype=np.int64)
    return found[: ties(np.ascontiguousarray(mmsi), np.ascontiguousarray(t_ms), order, found)]


def by_number_and_time(mmsi: npt.NDArray[np.int64], t_ms: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Row numbers in the order of `np.lexsort((t_ms, mmsi))`. Shapes: n and n to n."""
    count = len(mmsi)
    mmsi, t_ms = np.ascontiguousarray(mmsi), np.ascontiguousarray(t_ms)
    found, seat = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int32)
    size, numbers = SLOTS, FULL if count < 2**31 else TOO_LONG
    while numbers == FULL:
        numbers = ranked(mmsi, np.zeros(size, dtype=np.int64), found, seat)
        size *= 16
    if numbers < 0:
        return np.lexsort((t_ms, mmsi))
    rank = np.empty(numbers, dtype=np.int64)
    rank[np.argsort(found[:numbers])] = np.arange(numbers)
    order = np.empty(count, dtype=np.int64)
    placed(seat, rank, t_ms, order, np.zeros(numbers + 1, dtype=np.int64))
    return order
