"""What a sentence is made of: digits, checksums, and the times that logs state."""

from __future__ import annotations

import numpy as np

from fairlead.intake.nmea.message import utc_ms
from fairlead.intake.nmea.wide import Bytes, kernel
from fairlead.picture.ground import Ints, Whole


@kernel
def digits(log: Bytes, begin: Whole, end: Whole) -> Whole:
    """A whole number of up to 18 digits; -1 where anything else stands."""
    if end <= begin or end - begin > 18:
        return -1
    value = np.int64(0)
    for at in range(begin, end):
        if log[at] < 48 or log[at] > 57:
            return -1
        value = value * 10 + log[at] - 48
    return value


@kernel
def hexed(log: Bytes, at: Whole) -> int:
    """Two hexadecimal digits; -1 where they are none."""
    value = 0
    for place in range(at, at + 2):
        if place >= len(log):
            return -1
        one = log[place]
        if 48 <= one <= 57:
            value = value * 16 + one - 48
        elif 65 <= one <= 70:
            value = value * 16 + one - 55
        elif 97 <= one <= 102:
            value = value * 16 + one - 87
        else:
            return -1
    return value


@kernel
def epoch_ms(log: Bytes, begin: Whole, end: Whole) -> Whole:
    """Unix milliseconds of a time in seconds (with a fraction or not) or in milliseconds; 0 for none between 1990 and 2099."""
    whole = end
    for at in range(begin, end):
        if log[at] == 46:
            whole = at
            break
    value = digits(log, begin, whole)
    if value < 0:
        return 0
    if value < 100_000_000_000:
        value *= 1000
        scale = 100
        for at in range(whole + 1, min(end, whole + 4)):
            if log[at] < 48 or log[at] > 57:
                return 0
            value += (log[at] - 48) * scale
            scale //= 10
    return value if 631_152_000_000 <= value < 4_102_444_800_000 else 0


@kernel
def tag_ms(log: Bytes, begin: Whole, end: Whole) -> Whole:
    """The time in a tag block between its backslashes: 0 without one, -1 when its checksum is wrong."""
    star, total = begin, 0
    while star < end and log[star] != 42:
        total ^= log[star]
        star += 1
    if star == end or hexed(log, star + 1) != total:
        return -1
    at = begin
    while at < star:
        stop = at
        while stop < star and log[stop] != 44:
            stop += 1
        if stop - at > 2 and log[at] == 99 and log[at + 1] == 58:
            return epoch_ms(log, at + 2, stop)
        at = stop + 1
    return 0


@kernel
def trailing_ms(log: Bytes, begin: Whole, end: Whole) -> Whole:
    """An epoch behind the checksum, in the last field that is one; 0 for none."""
    at = end
    while at > begin:
        start = at - 1
        while start > begin and log[start] != 44:
            start -= 1
        if log[start] != 44:
            return 0
        found = epoch_ms(log, start + 1, at) if at - start - 1 >= 9 else 0
        if found:
            return found
        at = start
    return 0


@kernel
def pghp_ms(log: Bytes, count: int, cuts: Ints) -> Whole:
    """The time of `$PGHP,1,year,month,day,hour,minute,second,millisecond,...`; 0 for none."""
    if count < 9 or digits(log, cuts[1], cuts[2] - 1) != 1:
        return 0
    for number in range(2, 9):  # each place is read before it is written
        cuts[number] = digits(log, cuts[number], cuts[number + 1] - 1)
        if cuts[number] < 0:
            return 0
    found = utc_ms(cuts[2], cuts[3], cuts[4], cuts[5], cuts[6], cuts[7])
    return found + min(cuts[8], 999) if found else 0
