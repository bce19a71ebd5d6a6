"""One AIS message out of its payload: bit fields of ITU-R M.1371-5 as kernels, into a row of whole numbers.

1. A payload is packed into words of 48 bits, eight characters each. What is not there reads as zero, so lengths are checked.
2. Positions come in 1/10000 minute (1/10 in type 27) and leave in 1e-7 degree, rounded: v * 50 / 3 has no halves.
3. A row says only what the message says: unknown is -1 in numbers, and a position of 91 north or 181 east is none.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from fairlead.intake.nmea.wide import inlined, kernel
from fairlead.picture.ground import Whole

Row: TypeAlias = npt.NDArray[np.int64]
Texts: TypeAlias = npt.NDArray[np.uint8]
Words: TypeAlias = npt.NDArray[np.uint64]  # a payload, eight six-bit values to a word, the first in the highest of its 48 bits

# columns of a row
TYPE, MMSI, LAT, LON, SOG, COG, ACCURATE, STATUS, STATION, HAS_POSITION, STATES, PART = range(12)
IMO, SHIP_TYPE, LENGTH, BEAM, DRAUGHT, ETA, CRAFT_OF, UTC_MS = range(12, 20)
WIDTH: Final = 20
# faults of a row, in HAS_POSITION
NO_POSITION, POSITION, OUT_OF_RANGE = range(3)
OTHER_TYPE, TOO_SHORT, NO_NUMBER = -1, -2, -3
WORD_BITS: Final = 48
TEXTS: Final = 47  # call sign 7, name 20, destination 20
# text: first bit, characters, where it goes, type
FIELDS: Final = np.array(
    [(70, 7, 0, 5), (112, 20, 7, 5), (302, 20, 27, 5), (143, 20, 7, 19), (43, 20, 7, 21), (40, 20, 7, 24), (90, 7, 0, 25)],
    dtype=np.int64,
)
LEAST_BITS: Final = np.array(
    [0, 149, 149, 149, 168, 420, 0, 0, 0, 134, 0, 168, 0, 0, 0, 0, 0, 0, 139, 301, 0, 258, 0, 0, 160, 0, 0, 95], dtype=np.int64
)


@inlined
def bits(words: Words, start: int, length: int) -> Whole:
    """An unsigned field of at most 42 bits."""
    word = start // WORD_BITS
    left = WORD_BITS - start % WORD_BITS
    ones = (np.uint64(1) << np.uint64(length)) - np.uint64(1)
    if length <= left:
        return np.int64((words[word] >> np.uint64(left - length)) & ones)
    rest = length - left
    return np.int64(((words[word] << np.uint64(rest)) | (words[word + 1] >> np.uint64(WORD_BITS - rest))) & ones)


@inlined
def signed(words: Words, start: int, length: int) -> Whole:
    """A field in two's complement."""
    return (bits(words, start, length) << (64 - length)) >> (64 - length)


@kernel
def text(words: Words, which: int, out: Texts) -> None:
    """A field of six-bit text of FIELDS: ended by the first @, trailing spaces dropped, what cannot be printed too."""
    start, count, begin = FIELDS[which, 0], FIELDS[which, 1], FIELDS[which, 2]
    end = begin
    for number in range(count):
        value = bits(words, start + 6 * number, 6)
        if value == 0:
            break
        out[end] = value + 64 if value < 32 else value
        end += 1
    while end > begin and out[end - 1] == 32:
        end -= 1
        out[end] = 0
    first = begin
    while first < end and out[first] == 32:
        first += 1
    if first > begin:
        for place in range(begin, begin + count):
            out[place] = out[place + first - begin] if place + first - begin < end else 0


@kernel
def _texts(words: Words, kind: Whole, out: Texts) -> None:
    """All text of a type (of 24 a second part as type 25), from none."""
    out[:] = 0
    for which in range(len(FIELDS)):
        if FIELDS[which, 3] == kind:
            text(words, which, out)


@kernel
def _blank(row: Row) -> None:
    """A row that states something, before it does."""
    row[STATES], row[PART], row[IMO], row[CRAFT_OF] = 1, 0, 0, 0
    row[SHIP_TYPE], row[LENGTH], row[BEAM], row[DRAUGHT], row[ETA] = -1, -1, -1, -1, -1


@kernel
def _place(row: Row, lon: Whole, lat: Whole, per_e7: Whole, east: Whole, north: Whole) -> None:
    """A position in units of which `per_e7` thirds make 1e-7 degree; `east` and `north` are what "not available" is in them."""
    row[LON], row[LAT] = (lon * per_e7 + 1) // 3, (lat * per_e7 + 1) // 3
    row[HAS_POSITION] = POSITION
    if lon == east or lat == north:
        row[HAS_POSITION] = NO_POSITION
    elif abs(row[LAT]) > 900_000_000 or abs(row[LON]) > 1_800_000_000:
        row[HAS_POSITION] = OUT_OF_RANGE


@kernel
def _way(row: Row, sog: Whole, cog: Whole) -> None:
    row[SOG] = -1 if sog == 1023 else sog
    row[COG] = -1 if cog >= 3600 else cog


@kernel
def _size(row: Row, words: Words, start: int) -> None:
    """Bow and stern of nine bits, port and starboard of six."""
    long, wide = bits(words, start, 9) + bits(words, start + 9, 9), bits(words, start + 18, 6) + bits(words, start + 24, 6)
    row[LENGTH] = long if long > 0 else -1
    row[BEAM] = wide if wide > 0 else -1


@inlined
def message(words: Words, length: Whole, row: Row, texts: Texts) -> Whole:
    """Fill a row and its texts from a payload of `length` bits; the type, or one of the faults below zero."""
    row[HAS_POSITION], row[STATES], row[UTC_MS], row[SOG], row[COG], row[ACCURATE], row[STATUS] = NO_POSITION, 0, 0, -1, -1, 0, -1
    if length < 38:
        return TOO_SHORT
    kind = bits(words, 0, 6)
    row[TYPE], row[MMSI] = kind, bits(words, 8, 30)
    if kind > 27 or LEAST_BITS[kind] == 0:
        return OTHER_TYPE
    if length < LEAST_BITS[kind]:
        return TOO_SHORT
    if row[MMSI] == 0 or row[MMSI] > 999_999_999:
        return NO_NUMBER
    if kind <= 3:
        row[STATION], row[STATUS], row[ACCURATE] = 1, bits(words, 38, 4), bits(words, 60, 1)
        _place(row, signed(words, 61, 28), signed(words, 89, 27), 50, 108_600_000, 54_600_000)
        _way(row, bits(words, 50, 10), bits(words, 116, 12))
    elif kind == 4 or kind == 11:
        row[STATION], row[ACCURATE] = 3 if kind == 4 else 1, bits(words, 78, 1)
        _place(row, signed(words, 79, 28), signed(words, 107, 27), 50, 108_600_000, 54_600_000)
        row[UTC_MS] = utc_ms(
            bits(words, 38, 14), bits(words, 52, 4), bits(words, 56, 5), bits(words, 61, 5), bits(words, 66, 6), bits(words, 72, 6)
        )
    elif kind == 5:
        _blank(row)
        row[STATION], row[IMO], row[SHIP_TYPE] = 0, bits(words, 40, 30), bits(words, 232, 8)
        _size(row, words, 240)
        row[ETA] = _eta(bits(words, 274, 4), bits(words, 278, 5), bits(words, 283, 5), bits(words, 288, 6))
        row[DRAUGHT] = bits(words, 294, 8) if bits(words, 294, 8) > 0 else -1
    elif kind == 9:
        row[STATION], row[ACCURATE] = 5, bits(words, 60, 1)
        _place(row, signed(words, 61, 28), signed(words, 89, 27), 50, 108_600_000, 54_600_000)
        knots = bits(words, 50, 10)
        _way(row, 1023 if knots == 1023 else min(10 * knots, 1022), bits(words, 116, 12))
    elif kind == 18 or kind == 19:
        row[STATION], row[ACCURATE] = 2, bits(words, 56, 1)
        _place(row, signed(words, 57, 28), signed(words, 85, 27), 50, 108_600_000, 54_600_000)
        _way(row, bits(words, 46, 10), bits(words, 112, 12))
        if kind == 19:
            _blank(row)
            row[SHIP_TYPE] = bits(words, 263, 8)
            _size(row, words, 271)
    elif kind == 21:
        _blank(row)
        row[STATION], row[ACCURATE] = 4, bits(words, 163, 1)
        _place(row, signed(words, 164, 28), signed(words, 192, 27), 50, 108_600_000, 54_600_000)
        _size(row, words, 219)
    elif kind == 24:
        part = bits(words, 38, 2)
        if part > 1:
            return OTHER_TYPE
        _blank(row)
        row[STATION], row[PART] = 0, part + 1
        if part == 1:
            row[SHIP_TYPE] = bits(words, 40, 8)
            if row[MMSI] // 10_000_000 == 98:
                row[CRAFT_OF] = bits(words, 132, 30)
            else:
                _size(row, words, 132)
    else:  # 27
        row[STATION], row[ACCURATE], row[STATUS] = 6, bits(words, 38, 1), bits(words, 40, 4)
        _place(row, signed(words, 44, 18), signed(words, 62, 17), 50_000, 108_600, 54_600)
        knots, course = bits(words, 79, 6), bits(words, 85, 9)
        _way(row, 1023 if knots == 63 else 10 * knots, 3600 if course >= 360 else 10 * course)
    if row[STATES]:
        _texts(words, kind + (kind == 24 and row[PART] == 2), texts)
    if row[MMSI] // 1_000_000 == 970 or row[MMSI] // 1_000_000 == 972 or row[MMSI] // 1_000_000 == 974:
        row[STATION] = 7
    return kind


@kernel
def _eta(month: Whole, day: Whole, hour: Whole, minute: Whole) -> Whole:
    """Minutes since the beginning of a year of 366 days; -1 where month, day, hour or minute is not available."""
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60):
        return -1
    return ((days_before(month, 2024) + day - 1) * 24 + hour) * 60 + minute


@kernel
def days_before(month: Whole, year: Whole) -> Whole:
    """Days of a year before the first of a month (proleptic Gregorian)."""
    days = 0
    for number in range(1, month):
        days += 31 - (1 if number in (4, 6, 9, 11) else 0)
        if number == 2:
            days -= 2 if (year % 4 == 0 and year % 100 != 0) or year % 400 == 0 else 3
    return days


@kernel
def utc_ms(year: Whole, month: Whole, day: Whole, hour: Whole, minute: Whole, second: Whole) -> Whole:
    """Unix milliseconds of a date and time; 0 for one that is none, or not between 1990 and 2099."""
    if not (1990 <= year < 2100 and 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 60):
        return 0
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 - 719_162 + days_before(month, year) + day - 1
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000
