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
YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, BOW, STERN, PORT, STARBOARD = range(20, 30)  # as sent, for what stands before them
ROW: Final = 30
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
# numbers of a type: column, first bit, bits (below zero for two's complement)
AT_61: Final = ((ACCURATE, 60, 1), (LON, 61, -28), (LAT, 89, -27), (SOG, 50, 10), (COG, 116, 12))
AT_57: Final = ((ACCURATE, 56, 1), (LON, 57, -28), (LAT, 85, -27), (SOG, 46, 10), (COG, 112, 12))
AT_79: Final = ((ACCURATE, 78, 1), (LON, 79, -28), (LAT, 107, -27))
DATED: Final = ((YEAR, 38, 14), (MONTH, 52, 4), (DAY, 56, 5), (HOUR, 61, 5), (MINUTE, 66, 6), (SECOND, 72, 6))
NUMBERS: Final[dict[int, tuple[tuple[int, int, int], ...]]] = {
    **dict.fromkeys((1, 2, 3), ((STATUS, 38, 4), *AT_61)),
    **dict.fromkeys((4, 11), (*AT_79, *DATED)),
    5: (
        *((IMO, 40, 30), (SHIP_TYPE, 232, 8), (BOW, 240, 9), (STERN, 249, 9), (PORT, 258, 6), (STARBOARD, 264, 6)),
        *((MONTH, 274, 4), (DAY, 278, 5), (HOUR, 283, 5), (MINUTE, 288, 6), (DRAUGHT, 294, 8)),
    ),
    9: AT_61,
    18: AT_57,
    19: (*AT_57, (SHIP_TYPE, 263, 8), (BOW, 271, 9), (STERN, 280, 9), (PORT, 289, 6), (STARBOARD, 295, 6)),
    21: (
        *((ACCURATE, 163, 1), (LON, 164, -28), (LAT, 192, -27)),
        *((BOW, 219, 9), (STERN, 228, 9), (PORT, 237, 6), (STARBOARD, 243, 6)),
    ),
    24: ((PART, 38, 2),),
    25: ((SHIP_TYPE, 40, 8), (BOW, 132, 9), (STERN, 141, 9), (PORT, 150, 6), (STARBOARD, 156, 6), (CRAFT_OF, 132, 30)),
    27: ((ACCURATE, 38, 1), (STATUS, 40, 4), (LON, 44, -18), (LAT, 62, -17), (SOG, 79, 6), (COG, 85, 9)),
}
LISTED: Final = np.array([field for fields in NUMBERS.values() for field in fields], dtype=np.int64)
_BEGINS: Final = np.cumsum([0, *(len(fields) for fields in NUMBERS.values())]).tolist()
SPANS: Final = np.zeros((28, 2), dtype=np.int64)  # where a type's numbers stand in LISTED
for _place_of, _kind in enumerate(NUMBERS):
    SPANS[_kind] = _BEGINS[_place_of], _BEGINS[_place_of + 1]
STATION_OF: Final = np.array([0, 1, 1, 1, 3, 0, 0, 0, 0, 5, 0, 1, 0, 0, 0, 0, 0, 0, 2, 2, 0, 4, 0, 0, 0, 0, 0, 6], dtype=np.int64)
LEAST_BITS: Final = np.array(
    [0, 149, 149, 149, 168, 420, 0, 0, 0, 134, 0, 168, 0, 0, 0, 0, 0, 0, 139, 301, 0, 258, 0, 0, 160, 0, 0, 95], dtype=np.int64
)


@inlined
def _high(words: Words, start: Whole) -> np.uint64:
    """The 64 bits from `start` on."""
    word, off = start // WORD_BITS, start % WORD_BITS
    found: np.uint64 = (words[word] << np.uint64(16 + off)) | ((words[word + 1] << np.uint64(16)) >> np.uint64(WORD_BITS - off))
    return found


@inlined
def bits(words: Words, start: Whole, length: int) -> Whole:
    """An unsigned field."""
    return np.int64(_high(words, start) >> np.uint64(64 - length))


@inlined
def _numbers(words: Words, kind: Whole, row: Row) -> None:
    """All numbers of a type (of 24 a second part as type 25), as sent."""
    for which in range(SPANS[kind, 0], SPANS[kind, 1]):
        column, length = LISTED[which, 0], LISTED[which, 2]
        found = _high(words, LISTED[which, 1])
        row[column] = np.int64(found >> np.uint64(64 - length)) if length > 0 else np.int64(found) >> (64 + length)


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
    row[BOW], row[STERN], row[PORT], row[STARBOARD] = 0, 0, 0, 0
    row[SHIP_TYPE], row[LENGTH], row[BEAM], row[DRAUGHT], row[ETA] = -1, -1, -1, -1, -1


@inlined
def _place(row: Row, lon: Whole, lat: Whole, per_e7: Whole, east: Whole, north: Whole) -> None:
    """A position in units of which `per_e7` thirds make 1e-7 degree; `east` and `north` are what "not available" is in them."""
    row[LON], row[LAT] = (lon * per_e7 + 1) // 3, (lat * per_e7 + 1) // 3
    row[HAS_POSITION] = POSITION
    if lon == east or lat == north:
        row[HAS_POSITION] = NO_POSITION
    elif abs(row[LAT]) > 900_000_000 or abs(row[LON]) > 1_800_000_000:
        row[HAS_POSITION] = OUT_OF_RANGE


@inlined
def _way(row: Row, kind: Whole) -> None:
    """Speed and course as sent into 0.1 knot and 0.1 degree; whole knots in 9 and 27, whole degrees in 27."""
    knots, course = row[SOG], row[COG]
    if kind == 27:
        knots, course = 1023 if knots == 63 else 10 * knots, 10 * course
    elif kind == 9 and knots < 1023:
        knots = min(10 * knots, 1022)
    row[SOG] = -1 if knots == 1023 else knots
    row[COG] = -1 if course >= 3600 else course


@kernel
def _stated(words: Words, kind: Whole, row: Row, texts: Texts) -> bool:
    """What a message of type 5, 19, 21 or 24 states, into its row; no for a part of 24 that is none."""
    if kind == 24:
        if row[PART] > 1:
            return False
        row[PART] += 1
        if row[PART] == 2:
            kind = np.int64(25)
            _numbers(words, kind, row)
            if row[MMSI] // 10_000_000 == 98:
                row[BOW], row[STERN], row[PORT], row[STARBOARD] = 0, 0, 0, 0
            else:
                row[CRAFT_OF] = 0
    long, wide = row[BOW] + row[STERN], row[PORT] + row[STARBOARD]
    row[LENGTH] = long if long > 0 else -1
    row[BEAM] = wide if wide > 0 else -1
    if row[DRAUGHT] == 0:
        row[DRAUGHT] = -1
    if kind == 5:
        row[ETA] = _eta(row[MONTH], row[DAY], row[HOUR], row[MINUTE])
    _texts(words, kind, texts)
    return True


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
    states = kind == 5 or kind == 19 or kind == 21 or kind == 24
    if states:
        _blank(row)
    _numbers(words, kind, row)
    row[STATION] = STATION_OF[kind]
    if states and not _stated(words, kind, row, texts):
        return OTHER_TYPE
    if kind == 27:
        _place(row, row[LON], row[LAT], 50_000, 108_600, 54_600)
    elif kind != 5 and kind != 24:
        _place(row, row[LON], row[LAT], 50, 108_600_000, 54_600_000)
    if row[SOG] >= 0:
        _way(row, kind)
    if kind == 4 or kind == 11:
        row[UTC_MS] = utc_ms(row[YEAR], row[MONTH], row[DAY], row[HOUR], row[MINUTE], row[SECOND])
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
