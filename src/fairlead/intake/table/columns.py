"""Whole lines of delimiter-separated ASCII text to columns, compiled: what it is sure of is filled in, every other line is marked.

1. The kernel never rejects. A line with a quote, an odd byte, another number of cells, or a cell that it does not read for certain is
   marked UNSURE and belongs to the parser of one line, so that reasons and results are that parser's.
2. What a line says of its number (name, call sign, ...) is kept once for each number, hour and wording inside a block: the cells'
   places are noted when the wording is new, and read at the end. A wording noted twice is joined later (`statement.hourly`).
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
BATCH: Final = 2_048  # lines whose cells are held at once: they stay in the processor's cache
FIELDS: Final = 15  # of a row, by role; not all are used
FAR: Final = 2**62
MINUS: Final = 45
WINDOW: Final = 98_304  # bytes that are cut at once; above LINE_BYTES_MAX
LINE_BYTES_MAX: Final = 65_536  # as intake.lines
WORDINGS_MAX: Final = 32  # that are looked at before one is noted again
SLOW_ONLY: Final = -1  # in `top`: this column is always read by the parser of one line


class Plan(NamedTuple):
    """How the cells of a line are read; the arrays have a row for each variant, filled up with column -1."""

    delimiter: int
    lines: I64  # fewest cells, most cells, the column that says the variant (or -1), midnight_ms, 1 where courses below 0 are wrapped
    read: I64  # variant, column, of: place, role, low, high, top, bottom; see below
    fixed: I64  # variant, field (by its role): what stands in a row where no column says it
    said: I64  # variant, column that a statement is made of, of: place, role
    spans: I64  # variant, run of these columns that stand side by side, of: first, last, as places in `said`
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
WORDING: Final = 4  # of a wording: number, first_ms, last_ms, variant
Records = npt.NDArray[np.void]


class Rows(NamedTuple):
    """What is filled in: room for every line of a block, of which the first are used."""

    row: Records
    fate: npt.NDArray[np.uint8]  # of a line
    start: I64  # of a line: where it begins; one more than there are lines
    wording: I64
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
def numbers(
    chunk: Bytes,
    ends: I32,
    at: I32,
    count: int,
    fate: Bytes,
    variant: Bytes,
    v: int,
    spec: I64,
    wrapped: int,
    value: I64,
    nowhere: Bytes,
) -> None:
    """One column of numbers: into `value`, of the lines of this variant that nothing was unsure of."""
    place, role, low, high, top, bottom = spec[PLACE], spec[ROLE], spec[LOW], spec[HIGH], spec[TOP], spec[BOTTOM]
    needed = role in (LAT, LON, ERROR)
    no_value = 910_000_000 if role == LAT else (1_810_000_000 if role == LON else FAR)
    unknown = 1023 if role == SOG else (3600 if role == COG else FAR)
    for i in range(count):
        if fate[i] == UNSURE or variant[i] != v:
            continue
        a, b = trimmed(chunk, ends[at[i] + place] + 1, ends[at[i] + place + 1])
        if a == b and not needed:
            value[i] = -1
            continue
        if bottom == 1:
            sure, one = decimal(chunk, a, b, top)
        else:
            sure, one = ratio(chunk, a, b, top, bottom)
        if sure and wrapped and role == COG and chunk[a] == MINUS:
            sure = -2048 <= one < 0
            one += 4096
        if one == no_value:
            nowhere[i] = 1
            one = 0
        if not sure or one < low or one > high:
            fate[i] = UNSURE
        if one >= unknown:
            one = -1
        value[i] = (one + 999) // 1000 if role == ERROR else one


@kernel
def others(
    chunk: Bytes,
    ends: I32,
    at: I32,
    count: int,
    fate: Bytes,
    variant: Bytes,
    v: int,
    spec: I64,
    pattern: Bytes,
    midnight_ms: int,
    words: Bytes,
    word: I64,
    value: I64,
) -> None:
    """One column of times, MMSI, words or accuracy flags."""
    place, role, top = spec[PLACE], spec[ROLE], spec[TOP]
    for i in range(count):
        if fate[i] == UNSURE or variant[i] != v:
            continue
        a, b = trimmed(chunk, ends[at[i] + place] + 1, ends[at[i] + place + 1])
        if role == TIME:
            if len(pattern):
                sure, one = stamp(chunk, a, b, pattern)
                one += midnight_ms
            else:
                sure, one = decimal(chunk, a, b, top)
            sure = sure and EARLIEST_MS <= one < LATEST_MS
        elif role == MMSI:
            sure, one = whole(chunk, a, b, 9)
            sure = sure and one > 0
        elif role == ACCURACY:
            sure, one = True, spec[LOW] if b - a == 1 and chunk[a] == 49 else spec[HIGH]
        else:
            one = word_of(chunk, a, b, role, words, word)
            sure = one != -2
            one = max(one, 0) if role == STATION_WORD else one
        if not sure:
            fate[i] = UNSURE
        value[i] = one


@kernel
def field_of(role: int) -> int:
    """Which field of a row a column of this role fills."""
    if role == SHIP_WORD:
        return SHIP
    if role == STATUS_WORD:
        return STATUS
    return ERROR if role == ACCURACY else role


@kernel
def slot_of(mmsi: int, hour: int, v: int) -> int:
    """Where a number's wordings of an hour are looked for; to be cut to the table's size."""
    return (mmsi * 1_000_003 + hour * 7919 + v) * 0x9E3779B1 >> 15


@kernel
def note(
    chunk: Bytes,
    ends: I32,
    at: I32,
    count: int,
    fate: Bytes,
    variant: Bytes,
    said: I64,
    spans: I64,
    value: I64,
    wording: I64,
    cells: I32,
    slots: I32,
    entries: int,
) -> int:
    """Note what the lines of a batch say of their numbers; how many wordings are noted then."""
    mask, touched = len(slots) - 1, 0
    for i in range(count):  # what the loop below waits for is fetched here, many lines at once
        entry = slots[slot_of(value[MMSI, i], value[TIME, i] // HOUR_MS, variant[i]) & mask] - 1
        if entry >= 0:
            touched ^= wording[entry, 0] ^ chunk[cells[entry, 0, 0]] ^ chunk[cells[entry, said.shape[1] // 2, 0]]
    value[0, 0] = touched
    for i in range(count):
        mmsi, t_ms, v, j = value[MMSI, i], value[TIME, i], variant[i], at[i]
        if fate[i] == UNSURE or mmsi <= 0:
            continue
        hour = t_ms // HOUR_MS
        slot = slot_of(mmsi, hour, v) & mask
        met, known = 0, False
        while met < WORDINGS_MAX and slots[slot] > 0 and not known:
            entry, met = slots[slot] - 1, met + 1
            if wording[entry, 0] == mmsi and wording[entry, 1] // HOUR_MS == hour and wording[entry, 3] == v:
                unlike = 0
                for index in range(spans.shape[1]):  # side by side in the line: compared in one piece, without a branch
                    first, last = spans[v, index, 0], spans[v, index, 1]
                    if first < 0:
                        break
                    a, b, old = ends[j + said[v, first, 0]] + 1, ends[j + said[v, last, 0] + 1], cells[entry, first, 0]
                    if cells[entry, last, 1] - old != b - a:
                        unlike = 1
                        break
                    for k in range(b - a):
                        unlike |= chunk[old + k] ^ chunk[a + k]
                if unlike == 0:
                    wording[entry, 1] = min(wording[entry, 1], t_ms)
                    wording[entry, 2] = max(wording[entry, 2], t_ms)
                    known = True
            slot = (slot + 1) & mask
        if known:
            continue
        if met < WORDINGS_MAX:
            slots[slot] = entries + 1
        wording[entries, 0], wording[entries, 1], wording[entries, 2], wording[entries, 3] = mmsi, t_ms, t_ms, v
        for index in range(said.shape[1]):
            c = said[v, index, 0]
            cells[entries, index, 0] = ends[j + c] + 1 if c >= 0 else 0
            cells[entries, index, 1] = ends[j + c + 1] if c >= 0 else 0
        entries += 1
    return entries


@kernel
def variant_of(chunk: Bytes, a: int, b: int) -> int:
    """0 for a message type of class A, 1 for 18, -1 for any other."""
    sure, value = whole(chunk, a, b, 2)
    if not sure or b - a != (2 if value == 18 else 1):
        return -1
    return 0 if 1 <= value <= 3 else (1 if value == 18 else -1)


@kernel
def marked(chunk: Bytes, p: int, end: int, delimiter: int, mark: Bytes, ends: I32) -> int:
    """Where delimiters, line ends and odd bytes stand in chunk[p:end], from ends[1] on; how many. Without a branch, so that the length
    of a cell costs nothing: first every byte is marked, then the places of the marked are kept."""
    cut = np.uint8(delimiter)
    for i in range(end - p):
        c = chunk[p + i]
        mark[i] = (c == cut) | (c < 32) | (c == 34) | (c > 126)
    count = 1
    for i in range(end - p):
        ends[count] = p + i
        count += mark[i]
    return count - 1


@kernel
def split(
    chunk: Bytes, p: int, lines: I64, delimiter: int, mark: Bytes, ends: I32, at: I32, start: I64, line: int, fate: Bytes
) -> tuple[int, int]:
    """Cells of the next lines from byte p on, as many as there is room for; where the next line begins, and how many there were. Cell c
    of line i is chunk[ends[at[i] + c] + 1 : ends[at[i] + c + 1]]. Shapes: mark w, ends w + 2, w above the longest line that is read."""
    end = min(len(chunk), p + len(mark))
    found = marked(chunk, p, end, delimiter, mark, ends)
    ends[0] = p - 1
    count, j = 0, 1
    while count < len(fate) and p < end:
        q = j
        while q <= found and chunk[ends[q]] == delimiter:
            q += 1
        cells, odd = q - j + 1, False
        if q < found and chunk[ends[q]] == 13 and chunk[ends[q] + 1] == 10:
            q += 1
        while q <= found and chunk[ends[q]] != 10:
            odd = True
            q += 1
        if q > found:
            break  # the rest of this line is beyond what was looked at
        start[line + count] = p
        odd = odd or cells < lines[LEAST] or cells > lines[MOST] or ends[q] - p >= LINE_BYTES_MAX
        fate[count], at[count] = UNSURE if odd else KEPT, j - 1
        p, j, count = ends[q] + 1, q + 1, count + 1
    if count == 0 and p < len(chunk):  # a line that is too long
        start[line], fate[0], at[0], count = p, UNSURE, 0, 1
        while chunk[p] != 10:
            p += 1
        p += 1
    return p, count


@kernel
def read_lines(
    chunk: Bytes,
    lines: I64,
    read: I64,
    fixed: I64,
    said: I64,
    spans: I64,
    pattern: Bytes,
    words: Bytes,
    word: I64,
    rows: Records,
    fate: Bytes,
    start: I64,
    wording: I64,
    cells: I32,
    slots: I32,
    delimiter: int,
) -> tuple[int, int]:
    """All lines of a block, which ends with a line end; how many rows and wordings there are. Shapes: slots a power of two, zero; the
    fewer there are, the more often a wording is noted again; the others as in Plan and Rows."""
    kept, entries, line, p, n, pick = 0, 0, 0, 0, len(chunk), lines[PICK]
    mark, ends, at = np.empty(WINDOW, np.uint8), np.empty(WINDOW + 2, np.int32), np.empty(BATCH, np.int32)
    become, variant, nowhere = np.empty(BATCH, np.uint8), np.zeros(BATCH, np.uint8), np.empty(BATCH, np.uint8)
    value = np.empty((FIELDS, BATCH + 40), dtype=np.int64)  # not a power of two: fields would share cache lines
    while p < n:
        p, count = split(chunk, p, lines, delimiter, mark, ends, at, start, line, become)
        nowhere[:count] = 0
        for i in range(count if pick >= 0 else 0):
            if become[i] != UNSURE:
                v = variant_of(chunk, ends[at[i] + pick] + 1, ends[at[i] + pick + 1])
                variant[i] = max(v, 0)
                become[i] = UNSURE if v < 0 else KEPT
        for v in range(len(read)):
            for field in range(FIELDS):
                for i in range(count):
                    if variant[i] == v:
                        value[field, i] = fixed[v, field]
            for index in range(read.shape[1]):
                spec = read[v, index]
                role = spec[ROLE]
                if spec[PLACE] < 0:
                    break
                if spec[TOP] == SLOW_ONLY:
                    become[:count] = UNSURE
                elif role in (TIME, MMSI, ACCURACY, SHIP_WORD, STATUS_WORD, STATION_WORD):
                    into = value[field_of(role)]
                    others(chunk, ends, at, count, become, variant, v, spec, pattern, lines[MIDNIGHT_MS], words, word, into)
                else:
                    numbers(chunk, ends, at, count, become, variant, v, spec, lines[WRAPPED], value[role], nowhere)
        if said.shape[1]:
            entries = note(chunk, ends, at, count, become, variant, said, spans, value, wording, cells, slots, entries)
        for i in range(count):
            if become[i] == KEPT and nowhere[i]:
                become[i] = NOWHERE
            fate[line + i] = become[i]
            if become[i] == KEPT:
                row = rows[kept]
                row.t_ms, row.mmsi, row.line = value[TIME, i], value[MMSI, i], line + i
                row.lat_e7, row.lon_e7, row.err_m = value[LAT, i], value[LON, i], value[ERROR, i]
                row.sog_dkn, row.cog_ddeg = value[SOG, i], value[COG, i]
                row.ship_type, row.length_m = value[SHIP, i], value[LENGTH, i]
                row.status, row.station = value[STATUS, i], value[STATION_WORD, i]
                kept += 1
        line += count
    start[line] = n
    return kept, entries
