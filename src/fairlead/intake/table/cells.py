"""One cell of ASCII text to one integer, compiled: each function says whether it is sure, and is right when it is.

1. What is read here has the value that `intake.parsed` gives for the same text. Where a text is unusual (more digits, a zone, another
   order) the function is not sure, and the line goes to the parser of one line, which decides.
2. No float on the way. A cell is `chunk[a:b]`, without its delimiter.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from fairlead.report.compiled import kernel

Bytes: TypeAlias = npt.NDArray[np.uint8]

WHOLE_MAX: Final = 12  # digits before the point, as parsed.DECIMAL
DIGITS_MAX: Final = 18  # an int64 holds them
PART_MAX: Final = 20  # as parsed.DECIMAL
RATIO_DIGITS_MAX: Final = 14  # digits in all of a number that is converted; times at most 9000
EARLIEST_MS: Final = 631_152_000_000  # as parsed.EARLIEST_MS
LATEST_MS: Final = 4_102_444_800_000
YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, MS, LOOSE, END = range(1, 10)  # codes of a time's pattern
SPACE, ZERO, POINT, PLUS, MINUS = 32, 48, 46, 43, 45


@kernel
def trimmed(chunk: Bytes, a: int, b: int) -> tuple[int, int]:
    """The cell without spaces around it."""
    while a < b and chunk[a] == SPACE:
        a += 1
    while b > a and chunk[b - 1] == SPACE:
        b -= 1
    return a, b


@kernel
def decimal(chunk: Bytes, a: int, b: int, digits: int) -> tuple[bool, int]:
    """`parsed.scaled`: the number times 10^digits, rounded half to even."""
    a, b = trimmed(chunk, a, b)
    if a == b:
        return False, 0
    minus = chunk[a] == MINUS
    if minus or chunk[a] == PLUS:
        a += 1
    value, start = 0, a
    while a < b and ZERO <= chunk[a] <= ZERO + 9:
        value = value * 10 + int(np.int64(chunk[a])) - ZERO
        a += 1
    if a == start or a - start > WHOLE_MAX or a - start + digits > DIGITS_MAX:
        return False, 0
    left, first, more = digits, 0, False
    if a < b:
        if chunk[a] != POINT or b - a > PART_MAX + 1:
            return False, 0
        a += 1
        while a < b:
            digit = int(np.int64(chunk[a])) - ZERO
            if digit < 0 or digit > 9:
                return False, 0
            if left > 0:
                value = value * 10 + digit
            elif left == 0:
                first = digit
            else:
                more = more or digit != 0
            left -= 1
            a += 1
    while left > 0:
        value *= 10
        left -= 1
    if first > 5 or (first == 5 and (more or value % 2 == 1)):
        value += 1
    return True, -value if minus else value


@kernel
def ratio(chunk: Bytes, a: int, b: int, top: int, bottom: int) -> tuple[bool, int]:
    """The number times top/bottom as a whole number, rounded half to even; 0 < top <= 9000, 0 < bottom <= 1000."""
    a, b = trimmed(chunk, a, b)
    if a == b:
        return False, 0
    minus = chunk[a] == MINUS
    if minus or chunk[a] == PLUS:
        a += 1
    value, start, whole = 0, a, 0
    while a < b and ZERO <= chunk[a] <= ZERO + 9:
        value = value * 10 + int(np.int64(chunk[a])) - ZERO
        a += 1
    whole = a - start
    if whole == 0 or whole > WHOLE_MAX or (a < b and chunk[a] != POINT) or b - start > RATIO_DIGITS_MAX + 1:
        return False, 0
    under = bottom
    for at in range(a + 1, b):
        digit = int(np.int64(chunk[at])) - ZERO
        if digit < 0 or digit > 9:
            return False, 0
        value = value * 10 + digit
        under *= 10
    over = value * top
    quotient = over // under
    rest = 2 * (over - quotient * under)
    if rest > under or (rest == under and quotient % 2 == 1):
        quotient += 1
    return True, -quotient if minus else quotient


@kernel
def whole(chunk: Bytes, a: int, b: int, digits_max: int) -> tuple[bool, int]:
    """One to `digits_max` digits (at most 18) and nothing else."""
    a, b = trimmed(chunk, a, b)
    if a == b or b - a > digits_max:
        return False, 0
    value = 0
    for at in range(a, b):
        digit = int(np.int64(chunk[at])) - ZERO
        if digit < 0 or digit > 9:
            return False, 0
        value = value * 10 + digit
    return True, value


@kernel
def days_of(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a date of the Gregorian calendar; -1 when there is no such day. Years 1970 to 9999."""
    if year < 1970 or month < 1 or month > 12 or day < 1:
        return -1
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = 31
    if month == 2:
        longest = 29 if leap else 28
    elif month == 4 or month == 6 or month == 9 or month == 11:
        longest = 30
    if day > longest:
        return -1
    before = year - 1
    past = 365 * (year - 1970) + before // 4 - before // 100 + before // 400 - 477
    through = (367 * month - 362) // 12  # days before the month, as if February had 30
    if month > 2:
        through -= 1 if leap else 2
    return past + through + day - 1


@kernel
def stamp(chunk: Bytes, a: int, b: int, pattern: Bytes) -> tuple[bool, int]:
    """Milliseconds of a text that follows the pattern to the letter. In it stand YEAR to MS, four, two or three digits each; LOOSE, a T
    or a space; END, a fraction of one to six digits and a Z, each if it is there; every other byte is itself. With YEAR since 1970,
    without since midnight; below a millisecond is cut."""
    a, b = trimmed(chunk, a, b)
    year, month, day, hour, minute, second, ms = -1, 1, 1, 0, 0, 0, 0
    at = a
    for code in pattern:
        if code == END:
            at, ms = _fraction(chunk, at, b)
        elif code < LOOSE:
            digits = 4 if code == YEAR else (3 if code == MS else 2)
            if b - at < digits:
                return False, 0
            value = 0
            for place in range(at, at + digits):
                digit = int(np.int64(chunk[place])) - ZERO
                if digit < 0 or digit > 9:
                    return False, 0
                value = value * 10 + digit
            at += digits
            if code == YEAR:
                year = value
            elif code == MONTH:
                month = value
            elif code == DAY:
                day = value
            elif code == HOUR:
                hour = value
            elif code == MINUTE:
                minute = value
            elif code == SECOND:
                second = value
            else:
                ms = value
        elif at < b and (chunk[at] == code or (code == LOOSE and (chunk[at] == 84 or chunk[at] == SPACE))):
            at += 1
        else:
            return False, 0
    if at != b or hour > 23 or minute > 59 or second > 59:
        return False, 0
    past_ms = ((hour * 60 + minute) * 60 + second) * 1000 + ms
    if year < 0:
        return True, past_ms
    days = days_of(year, month, day)
    return days >= 0, days * 86_400_000 + past_ms


@kernel
def _fraction(chunk: Bytes, at: int, b: int) -> tuple[int, int]:
    """Past a fraction of a second and a Z, and its milliseconds; where it stood when there is something else."""
    begin, ms = at, 0
    if at < b and chunk[at] == POINT:
        start, weight = at + 1, 100
        at += 1
        while at < b and ZERO <= chunk[at] <= ZERO + 9:
            ms += weight * (int(np.int64(chunk[at])) - ZERO)
            weight //= 10
            at += 1
        if at == start or at - start > 6:
            return begin, 0
    if at < b and chunk[at] == 90:
        at += 1
    return at, ms


@kernel
def clean(chunk: Bytes, a: int, b: int, out: Bytes) -> None:
    """`parsed.name_of` into `out` (its length is the most that is kept; the rest of it is zero), for bytes 32 to 126."""
    at = a
    while at < b and chunk[at] != 64:
        at += 1
    a, b = trimmed(chunk, a, at)
    kept = min(b - a, len(out))
    a, b = trimmed(chunk, a, a + kept)
    for place in range(b - a):
        out[place] = chunk[a + place]
