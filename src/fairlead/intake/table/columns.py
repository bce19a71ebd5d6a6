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

I16 = npt.NDArray[np.int16]
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
    least: int  # cells a line must have
    most: int
    pick: int  # the column that says which variant it is: 1, 2, 3 the first, 18 the second; -1 when there is one variant
    column: I16
    role: I16
    low: I64
    high: I64
    top: I64  # factor of a number, digits of a time since 1970
    bottom: I64  # 1 for a number whose factor is a power of ten, which `top` then is the power of
    fixed: I64  # speed, course, error, ship type, length, status, station where no column says them
    said: I16  # columns that a statement is made of
    said_role: I16
    pattern: Bytes  # of the time, see cells.stamp; empty: a number
    midnight_ms: int
    eta: Bytes  # pattern of the arrival
    wrapped: int  # 1: courses below 0 are the 12 bits read as signed
    words: Bytes
    word_end: I32
    word_role: I16
    word_value: I16


class Rows(NamedTuple):
    """What is filled in; one place for every line of a block, of which the first are used."""

    t_ms: I64
    lat_e7: I32
    lon_e7: I32
    sog_dkn: I16
    cog_ddeg: I16
    mmsi: I64
    err_m: I32
    ship_type: I16
    length_m: I16
    status: npt.NDArray[np.int8]
    station: npt.NDArray[np.int8]
    line: I32  # of a row: the place of its line in the block
    fate: npt.NDArray[np.uint8]  # of a line
    start: I64  # of a line: where it begins; one more than there are lines
    first_ms: I64  # of a wording
    last_ms: I64
    whose: I64
    variant: I16
    cells: I32  # of a wording: beginning and end of each of its cells


@kernel
def word_of(chunk: Bytes, a: int, b: int, role: int, plan: Plan) -> int:
    """The value of a word of this role; -2 when there is none such. An empty cell is unknown."""
    a, b = trimmed(chunk, a, b)
    if a == b:
        return -1
    begin = 0
    for index in range(len(plan.word_end)):
        end = plan.word_end[index]
        if plan.word_role[index] == role and end - begin == b - a:
            same = True
            for at in range(b - a):
                if chunk[a + at] != plan.words[begin + at]:
                    same = False
                    break
            if same:
                return int(plan.word_value[index])
        begin = end
    return -2


@kernel
def one_line(chunk: Bytes, ends: I32, v: int, plan: Plan, out: Rows, k: int) -> int:
    """Read the cells of a line into row k. `ends[c]` is where cell c ends and `ends[c - 1] + 1` where it begins."""
    out.sog_dkn[k], out.cog_ddeg[k], out.err_m[k] = plan.fixed[v, 0], plan.fixed[v, 1], plan.fixed[v, 2]
    out.ship_type[k], out.length_m[k], out.status[k] = plan.fixed[v, 3], plan.fixed[v, 4], plan.fixed[v, 5]
    out.station[k], out.mmsi[k] = plan.fixed[v, 6], plan.fixed[v, 7]
    nowhere = False
    for index in range(plan.column.shape[1]):
        c = plan.column[v, index]
        if c < 0:
            break
        role, a, b = plan.role[v, index], ends[c] + 1, ends[c + 1]
        top, bottom = plan.top[v, index], plan.bottom[v, index]
        if top == SLOW_ONLY:
            return UNSURE
        if role == MMSI:
            sure, value = whole(chunk, a, b, 9)
            if not sure or value == 0:
                return UNSURE
            out.mmsi[k] = value
            continue
        if role == TIME:
            if len(plan.pattern):
                sure, value = stamp(chunk, a, b, plan.pattern)
                value += plan.midnight_ms
            else:
                sure, value = decimal(chunk, a, b, top)
            if not sure or value < EARLIEST_MS or value >= LATEST_MS:
                return UNSURE
            out.t_ms[k] = value
            continue
        if role == SHIP_WORD or role == STATUS_WORD or role == STATION_WORD:
            value = word_of(chunk, a, b, role, plan)
            if value == -2:
                return UNSURE
            if role == SHIP_WORD:
                out.ship_type[k] = value
            elif role == STATUS_WORD:
                out.status[k] = value
            else:
                out.station[k] = max(value, 0)
            continue
        if role == ACCURACY:
            a, b = trimmed(chunk, a, b)
            out.err_m[k] = plan.low[v, index] if b - a == 1 and chunk[a] == 49 else plan.high[v, index]
            continue
        first, last = trimmed(chunk, a, b)
        if first == last and role != LAT and role != LON and role != ERROR:
            value = -1
        else:
            if bottom == 1:
                sure, value = decimal(chunk, first, last, top)
            else:
                sure, value = ratio(chunk, first, last, top, bottom)
            if not sure:
                return UNSURE
            if role == COG and plan.wrapped and chunk[first] == 45:
                if value == 0 or value < -2048:
                    return UNSURE
                value += 4096
            if (role == LAT and value == 910_000_000) or (role == LON and value == 1_810_000_000):
                nowhere = True
                value = 0
            if value < plan.low[v, index] or value > plan.high[v, index]:
                return UNSURE
        if role == LAT:
            out.lat_e7[k] = value
        elif role == LON:
            out.lon_e7[k] = value
        elif role == SOG:
            out.sog_dkn[k] = -1 if value == 1023 else value
        elif role == COG:
            out.cog_ddeg[k] = -1 if value >= 3600 else value
        elif role == SHIP:
            out.ship_type[k] = value
        elif role == LENGTH:
            out.length_m[k] = value
        elif role == STATUS:
            out.status[k] = value
        else:
            out.err_m[k] = (value + 999) // 1000
    return NOWHERE if nowhere else KEPT


@kernel
def note(chunk: Bytes, ends: I32, v: int, plan: Plan, out: Rows, k: int, slots: I32, entries: int) -> int:
    """Note what row k says of its number; how many wordings are noted then."""
    hour = out.t_ms[k] // HOUR_MS
    count = plan.said.shape[1]
    mask = len(slots) - 1
    slot = ((out.mmsi[k] * 1_000_003 + hour * 7919 + v) * 0x9E3779B1 >> 15) & mask
    met = 0
    while slots[slot] > 0 and met < WORDINGS_MAX:
        entry, met = slots[slot] - 1, met + 1
        if out.whose[entry] == out.mmsi[k] and out.first_ms[entry] // HOUR_MS == hour and out.variant[entry] == v:
            same = True
            for index in range(count):
                c = plan.said[v, index]
                if c < 0:
                    break
                a, b, old = ends[c] + 1, ends[c + 1], out.cells[2 * (entry * count + index)]
                if out.cells[2 * (entry * count + index) + 1] - old != b - a:
                    same = False
                    break
                for at in range(b - a):
                    if chunk[old + at] != chunk[a + at]:
                        same = False
                        break
                if not same:
                    break
            if same:
                out.first_ms[entry] = min(out.first_ms[entry], out.t_ms[k])
                out.last_ms[entry] = max(out.last_ms[entry], out.t_ms[k])
                return entries
        slot = (slot + 1) & mask
    if met < WORDINGS_MAX:
        slots[slot] = entries + 1
    out.whose[entries], out.variant[entries] = out.mmsi[k], v
    out.first_ms[entries] = out.last_ms[entries] = out.t_ms[k]
    for index in range(count):
        c = plan.said[v, index]
        if c < 0:
            break
        out.cells[2 * (entries * count + index)] = ends[c] + 1
        out.cells[2 * (entries * count + index) + 1] = ends[c + 1]
    return entries + 1


@kernel
def variant_of(chunk: Bytes, a: int, b: int) -> int:
    """0 for a message type of class A, 1 for 18, -1 for any other."""
    sure, value = whole(chunk, a, b, 2)
    if not sure or b - a != (2 if value == 18 else 1):
        return -1
    return 0 if 1 <= value <= 3 else (1 if value == 18 else -1)


@kernel
def read_lines(chunk: Bytes, plan: Plan, out: Rows, slots: I32, sort_of: Bytes) -> tuple[int, int]:
    """All lines of a block into `out`; how many rows and wordings there are. `sort_of[byte]`: 0 of a cell, 1 delimiter, 2 line end,
    3 carriage return, 4 odd. Shapes: slots a power of two, at least twice as many as lines, zero."""
    rows, entries, line, p, n = 0, 0, 0, 0, len(chunk)
    ends = np.empty(CELLS_MAX + 2, dtype=np.int32)
    speaks = plan.said.shape[1] > 0
    while p < n:
        start, cell, odd = p, 0, False
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
        end = p - 1 if p > start and chunk[p - 1] == 13 else p
        cell += 1
        out.start[line] = start
        fate = UNSURE
        if not odd and plan.least <= cell <= plan.most and cell <= CELLS_MAX and p - start < LINE_BYTES_MAX:
            ends[cell] = end
            v = 0 if plan.pick < 0 else variant_of(chunk, ends[plan.pick] + 1, ends[plan.pick + 1])
            if v >= 0:
                fate = one_line(chunk, ends, v, plan, out, rows)
                if fate != UNSURE and speaks and out.mmsi[rows] > 0:
                    entries = note(chunk, ends, v, plan, out, rows, slots, entries)
        out.fate[line] = fate
        if fate == KEPT:
            out.line[rows] = line
            rows += 1
        line += 1
        p += 1
    out.start[line] = n
    return rows, entries
