"""Whole lines of delimiter-separated ASCII text to columns, compiled: what it is sure of is filled in, every other line is marked.

1. The kernel never rejects. A line with a quote, an odd byte, another number of cells, or a cell that it does not read for certain is
   marked UNSURE and belongs to the parser of one line, so that reasons and results are that parser's.
2. What a line says of its number (name, call sign, ...) is kept once for each number, hour and wording inside a block: the cells' places
   are noted when the wording is new, and read at the end. A wording met again under another entry is joined later (`statement.hourly`).
3. A plan says which column is read as what; `table.plans` makes them. Lines of different shape have a variant each, chosen by one cell.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from fairlead.intake.table.cells import EARLIEST_MS, LATEST_MS, Bytes, decimal, ratio, stamp, trimmed, whole
from fairlead.report.compiled import kernel

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

# what a column is read as
TIME, LAT, LON, MMSI, SOG, COG, SHIP, LENGTH, STATUS, ACCURACY, ERROR = range(1, 12)
SHIP_WORD, STATUS_WORD, STATION_WORD = 12, 13, 14
NAME, CALL_SIGN, IMO, BEAM, DRAUGHT, DESTINATION, ETA = range(20, 27)

KEPT, UNSURE, NOWHERE = 0, 1, 2  # what became of a line

HOUR_MS: Final = 3_600_000
CELLS_MAX: Final = 256
LINE_BYTES_MAX: Final = 65_536  # as intake.lines
WORDINGS_MAX: Final = 64  # that are looked at before one is noted again
SLOW_ONLY: Final = -1  # in `top`: this column is always read by the parser of one line


class Plan(NamedTuple):
    """How the cells of a line are read; the arrays have a row for each variant, filled up with column -1."""

    delimiter: int
    lines: I64  # fewest cells, most cells, the column that says the variant (or -1), midnight_ms, 1 where courses below 0 are wrapped
    read: I64  # variant, column, of: place, role, low, high, top, bottom; see below
    fixed: I64  # variant, of: speed, course, error, ship type, length, status, station, number where no column says them
    said: I64  # variant, column that a statement is made of, of: place, role
    pattern: Bytes  # of the time, see cells.stamp; empty: a number
    eta: Bytes  # pattern of the arrival
    words: Bytes
    word: I64  # word, of: where it ends in `words`, role, value


# `top` and `bottom` are the factor of a number; with bottom 1 the factor is 10^top. low and high limit the result.
PLACE, ROLE, LOW, HIGH, TOP, BOTTOM = range(6)
LEAST, MOST, PICK, MIDNIGHT_MS, WRAPPED = range(5)

ROW: Final = np.dtype(
    [
        ("t_ms", "i8"),
        ("mmsi", "i8"),
        ("lat_e7", "i4"),
        ("lon_e7", "i4"),
        ("err_m", "i4"),
        ("line", "i4"),  # the place of its line in the block
        ("sog_dkn", "i2"),
        ("cog_ddeg", "i2"),
        ("ship_type", "i2"),
        ("length_m", "i2"),
        ("status", "i1"),
        ("station", "i1"),
    ],
    align=True,
)
WORDING: Final = np.dtype([("mmsi", "i8"), ("first_ms", "i8"), ("last_ms", "i8"), ("variant", "i8")])
Records = npt.NDArray[np.void]


class Rows(NamedTuple):
    """What is filled in: room for every line of a block, of which the first are used."""

    row: Records
    fate: npt.NDArray[np.uint8]  # of a line
    start: I64  # of a line: where it begins; one more than there are lines
    wording: Records
    cells: I32  # wording, its cells, of: beginning, end


@kernel
def word_of(chunk: Bytes, a: int, b: int, role: int, words: Bytes, word: I64) -> int:
    """The value of a word of this role; -2 when there is none such. An empty cell is unknown."""
    a, b = trimmed(chunk, a, b)
    if a == b:
        return -1
    begin = 0
    for index in range(len(word)):
        end = word[index, 0]
        if word[index, 1] == role and end - begin == b - a:
            same = True
            for at in range(b - a):
                if chunk[a + at] != words[begin + at]:
                    same = False
                    break
            if same:
                return int(word[index, 2])
        begin = end
    return -2


@kernel
def one_line(
    chunk: Bytes, ends: I32, read: I64, fixed: I64, lines: I64, pattern: Bytes, words: Bytes, word: I64, rows: Records, k: int
) -> int:
    """Read the cells of a line into row k. Cell c is chunk[ends[c] + 1 : ends[c + 1]]."""
    row = rows[k]
    row.sog_dkn, row.cog_ddeg, row.err_m = fixed[0], fixed[1], fixed[2]
    row.ship_type, row.length_m, row.status = fixed[3], fixed[4], fixed[5]
    row.station, row.mmsi = fixed[6], fixed[7]
    nowhere = False
    for index in range(len(read)):
        c, role, top, bottom = read[index, PLACE], read[index, ROLE], read[index, TOP], read[index, BOTTOM]
        if c < 0:
            break
        if top == SLOW_ONLY:
            return UNSURE
        a, b = ends[c] + 1, ends[c + 1]
        if role == MMSI:
            sure, value = whole(chunk, a, b, 9)
            if not sure or value == 0:
                return UNSURE
            row.mmsi = value
            continue
        if role == TIME:
            if len(pattern):
                sure, value = stamp(chunk, a, b, pattern)
                value += lines[MIDNIGHT_MS]
            else:
                sure, value = decimal(chunk, a, b, top)
            if not sure or value < EARLIEST_MS or value >= LATEST_MS:
                return UNSURE
            row.t_ms = value
            continue
        if role in (SHIP_WORD, STATUS_WORD, STATION_WORD):
            value = word_of(chunk, a, b, role, words, word)
            if value == -2:
                return UNSURE
            if role == SHIP_WORD:
                row.ship_type = value
            elif role == STATUS_WORD:
                row.status = value
            else:
                row.station = max(value, 0)
            continue
        a, b = trimmed(chunk, a, b)
        if role == ACCURACY:
            row.err_m = read[index, LOW] if b - a == 1 and chunk[a] == 49 else read[index, HIGH]
            continue
        if a == b and role not in (LAT, LON, ERROR):
            value = -1
        else:
            if bottom == 1:
                sure, value = decimal(chunk, a, b, top)
            else:
                sure, value = ratio(chunk, a, b, top, bottom)
            if not sure:
                return UNSURE
            if role == COG and lines[WRAPPED] and chunk[a] == 45:
                if value == 0 or value < -2048:
                    return UNSURE
                value += 4096
            if (role == LAT and value == 910_000_000) or (role == LON and value == 1_810_000_000):
                nowhere = True
                value = 0
            if value < read[index, LOW] or value > read[index, HIGH]:
                return UNSURE
        if role == LAT:
            row.lat_e7 = value
        elif role == LON:
            row.lon_e7 = value
        elif role == SOG:
            row.sog_dkn = -1 if value == 1023 else value
        elif role == COG:
            row.cog_ddeg = -1 if value >= 3600 else value
        elif role == SHIP:
            row.ship_type = value
        elif role == LENGTH:
            row.length_m = value
        elif role == STATUS:
            row.status = value
        else:
            row.err_m = (value + 999) // 1000
    return NOWHERE if nowhere else KEPT


@kernel
def note(
    chunk: Bytes, ends: I32, v: int, said: I64, mmsi: int, t_ms: int, wording: Records, cells: I32, slots: I32, entries: int
) -> int:
    """Note what a line says of its number; how many wordings are noted then."""
    hour = t_ms // HOUR_MS
    mask = len(slots) - 1
    slot = ((mmsi * 1_000_003 + hour * 7919 + v) * 0x9E3779B1 >> 15) & mask
    met = 0
    while slots[slot] > 0 and met < WORDINGS_MAX:
        entry, met = slots[slot] - 1, met + 1
        one = wording[entry]
        if one.mmsi == mmsi and one.first_ms // HOUR_MS == hour and one.variant == v:
            same = True
            for index in range(len(said)):
                c = said[index, 0]
                if c < 0:
                    break
                a, b, old = ends[c] + 1, ends[c + 1], cells[entry, index, 0]
                if cells[entry, index, 1] - old != b - a:
                    same = False
                    break
                for at in range(b - a):
                    if chunk[old + at] != chunk[a + at]:
                        same = False
                        break
                if not same:
                    break
            if same:
                one.first_ms = min(one.first_ms, t_ms)
                one.last_ms = max(one.last_ms, t_ms)
                return entries
        slot = (slot + 1) & mask
    if met < WORDINGS_MAX:
        slots[slot] = entries + 1
    new = wording[entries]
    new.mmsi, new.variant, new.first_ms, new.last_ms = mmsi, v, t_ms, t_ms
    for index in range(len(said)):
        c = said[index, 0]
        if c < 0:
            break
        cells[entries, index, 0], cells[entries, index, 1] = ends[c] + 1, ends[c + 1]
    return entries + 1


@kernel
def variant_of(chunk: Bytes, a: int, b: int) -> int:
    """0 for a message type of class A, 1 for 18, -1 for any other."""
    sure, value = whole(chunk, a, b, 2)
    if not sure or b - a != (2 if value == 18 else 1):
        return -1
    return 0 if 1 <= value <= 3 else (1 if value == 18 else -1)


@kernel
def read_lines(
    chunk: Bytes,
    lines: I64,
    read: I64,
    fixed: I64,
    said: I64,
    pattern: Bytes,
    words: Bytes,
    word: I64,
    rows: Records,
    fate: npt.NDArray[np.uint8],
    start: I64,
    wording: Records,
    cells: I32,
    slots: I32,
    sort_of: Bytes,
) -> tuple[int, int]:
    """All lines of a block; how many rows and wordings there are. `sort_of[byte]`: 0 of a cell, 1 delimiter, 2 line end, 3 carriage
    return, 4 odd. Shapes: slots a power of two, at least twice as many as lines, zero; the others as in Plan and Rows."""
    count, entries, line, p, n = 0, 0, 0, 0, len(chunk)
    ends = np.empty(CELLS_MAX + 2, dtype=np.int32)
    least, most, pick = lines[LEAST], lines[MOST], lines[PICK]
    while p < n:
        begin, cell, odd = p, 0, False
        ends[0] = p - 1
        while True:
            sort = sort_of[chunk[p]]
            if sort != 0:
                if sort == 1:
                    cell += 1
                    ends[min(cell, CELLS_MAX)] = p
                elif sort == 2:
                    break
                elif sort == 4 or chunk[p + 1] != 10:
                    odd = True
            p += 1
        cell += 1
        start[line] = begin
        become = UNSURE
        if not odd and least <= cell <= most and p - begin < LINE_BYTES_MAX:
            ends[cell] = p - 1 if p > begin and chunk[p - 1] == 13 else p
            v = 0 if pick < 0 else variant_of(chunk, ends[pick] + 1, ends[pick + 1])
            if v >= 0:
                become = one_line(chunk, ends, read[v], fixed[v], lines, pattern, words, word, rows, count)
                if become != UNSURE and said.shape[1] and rows[count].mmsi > 0:
                    mmsi, t_ms = rows[count].mmsi, rows[count].t_ms
                    entries = note(chunk, ends, v, said[v], mmsi, t_ms, wording, cells, slots, entries)
        fate[line] = become
        if become == KEPT:
            rows[count].line = line
            count += 1
        line += 1
        p += 1
    start[line] = n
    return count, entries
