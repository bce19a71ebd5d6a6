"""A chunk of an NMEA log line by line: sentences joined to messages, put at their times, decoded into columns, everything counted.

1. A record ends in exactly one place: OUTCOMES says which. A message in several parts is counted at its last one; the others are parts.
2. A time that comes with a message is stated: tag block `c:`, an epoch after the checksum, or the `$PGHP` line before it. It holds for
   the lines after it until the next, carried over. Without any, the UTC of a base station is carried over, else nothing is known.
3. Memory is bounded: so many open messages, so many remembered payloads; the oldest open message gives way and its parts are missing.
4. The same payload again within half a minute is the same message heard by another receiver.
5. The scan stops when a column is full, and goes on from there when it is called again: columns have one size for logs of any size.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.intake.nmea import message as m
from fairlead.intake.nmea.reading import tag_ms
from fairlead.intake.nmea.sentence import (
    AGAIN,
    AT,
    BANGS,
    BEGIN,
    CHANNEL,
    END,
    FILL,
    KEPT,
    KIND,
    LINE,
    MADE,
    NEVER,
    NOWHERE,
    NUMBER,
    PART,
    PART_BYTES,
    PARTLY,
    PARTS,
    PARTS_MAX,
    RANGE,
    READY,
    RECORDS,
    REJECTED_FROM,
    SAID,
    SEQUENCE,
    SHORT,
    STATE_FROM,
    STATE_ORDER,
    STATE_TIME,
    STATED,
    STOP,
    TOLD,
    TURNED,
    general,
    line_end,
    only_end,
    pack,
    plain,
    record_end,
    tag_end,
    told,
)
from fairlead.intake.nmea.wide import Bytes, inlined, kernel
from fairlead.intake.parsed import AIS_ERROR_HIGH_M, AIS_ERROR_LOW_M
from fairlead.picture.ground import Ints, Whole

OPEN_MAX: Final = 64  # messages whose parts are still coming
REMEMBERED: Final = 1 << 16
AGAIN_MS: Final = 30_000
ROUGH_M: Final = 185  # type 27 comes in tenths of a minute: half of one is 93 m north and as much east, and a fix is old (ours)
# head of an open message: key, parts seen, order, time
KEY, SEEN, ORDER, TIME = range(4)
HEADS: Final = 4
# columns by the width of their numbers
T_MS, MMSI = range(2)
LAT_E7, LON_E7, ERR_M = range(3)
SOG_DKN, COG_DDEG = range(2)
STATUS, STATION, CLOCKED, KIND_OF = range(4)
# what is counted: records by outcome, then messages by type that are left to others, then statements by type that have no position
LEFT, SPOKEN, TALLIES = 32, 96, 160


@kernel
def scan(
    log: Bytes,
    size: int,
    state: Ints,
    heads: Ints,
    parts: Bytes,
    lengths: Ints,
    memory: Ints,
    words: m.Words,
    cut: Ints,
    cuts: Ints,
    row: Ints,
    texts: Bytes,
    longs: Ints,
    wholes: npt.NDArray[np.int32],
    halves: npt.NDArray[np.int16],
    bytes_: npt.NDArray[np.int8],
    said: Ints,
    said_texts: Bytes,
    turned: Ints,
    tally: Ints,
) -> None:
    """Decode whole lines, `size` bytes of `log`, from where `state` stands. `longs`, `wholes`, `halves` and `bytes_` take positions,
    `said` and `said_texts` statements, `turned` what was rejected (begin, end, line, outcome)."""
    at: Whole = state[AT]
    stop: Whole = state[STOP]
    line, bangs = state[LINE], state[BANGS]
    made, spoken, rejected, records = state[MADE], state[TOLD], state[TURNED], state[RECORDS]
    rooms, said_rooms, turned_rooms = longs.shape[1], len(said), len(turned)
    while at < size and made < rooms and spoken < said_rooms and rejected < turned_rooms:
        found, end = KIND, stop
        if stop < 0:  # the beginning of a line
            start: Whole = at
            stated: Whole = np.int64(0)
            if log[at] == 92:
                close = tag_end(log, at + 1, size)
                stated = tag_ms(log, at + 1, close) if close and log[close + 1] == 33 else np.int64(-1)
                start = close + 1
            if stated >= 0 and log[start] == 33:
                after = plain(log, start, words, cut)
                if after:
                    end = after if log[after] == 10 or log[after] == 13 else only_end(log, after, size)
                    if end >= 0:
                        found = READY
                        stop = end
                        cut[STATED] = told(log, stated, after, end, state)
        if found != READY:
            if stop < 0:
                stop, bangs = line_end(log, at, size)
            end = stop if bangs < 2 else record_end(log, at, stop)
            found = general(log, at, end, state, words, cut, cuts)
        if found == READY and cut[PARTS] == 1:
            cut[END] = 6 * (cut[END] - cut[BEGIN]) - cut[FILL]
        elif found == READY:
            found = _joined(log, state, heads, parts, lengths, words, cut)
        if found == READY:
            found = _known(state, memory, words, row, texts, cut)
            if found == KEPT:
                longs[T_MS, made], longs[MMSI, made] = cut[STATED], row[m.MMSI]
                wholes[LAT_E7, made], wholes[LON_E7, made] = row[m.LAT], row[m.LON]
                error = AIS_ERROR_HIGH_M if row[m.ACCURATE] == 1 else AIS_ERROR_LOW_M
                wholes[ERR_M, made] = ROUGH_M if row[m.TYPE] == 27 else error
                halves[SOG_DKN, made], halves[COG_DDEG, made] = row[m.SOG], row[m.COG]
                bytes_[STATUS, made], bytes_[STATION, made], bytes_[CLOCKED, made] = row[m.STATUS], row[m.STATION], cut[PARTS]
                bytes_[KIND_OF, made] = row[m.TYPE]
                made += 1
            if found == SAID or (found == KEPT and row[m.STATES]):
                row[m.UTC_MS] = cut[STATED]
                for number in range(m.WIDTH):
                    said[spoken, number] = row[number]
                for number in range(m.TEXTS):
                    said_texts[spoken, number] = texts[number]
                spoken += 1
            if found == SAID:
                tally[SPOKEN + row[m.TYPE]] += 1
            elif found == KIND:
                tally[LEFT + row[m.TYPE]] += 1
        tally[found] += 1
        records += 1
        if found >= REJECTED_FROM:
            turned[rejected, 0], turned[rejected, 1], turned[rejected, 2], turned[rejected, 3] = at, end, line, found
            rejected += 1
        at = end
        if end >= stop:
            at = end + 2 if log[end] == 13 and log[end + 1] == 10 else end + 1
            line += 1
            stop = -1
    state[AT], state[LINE], state[STOP], state[BANGS] = at, line, stop, bangs
    state[MADE], state[TOLD], state[TURNED], state[RECORDS] = made, spoken, rejected, records


@kernel
def _joined(log: Bytes, state: Ints, heads: Ints, parts: Bytes, lengths: Ints, words: m.Words, cut: Ints) -> int:
    """The part of a message: READY when that is whole, with its bits in `words`, their number in `cut[END]`, its time in
    `cut[STATED]`; else PARTLY."""
    total, number, width = cut[PARTS], cut[PART], cut[END] - cut[BEGIN]
    key = ((cut[SEQUENCE] + 1) * 256 + cut[CHANNEL]) * 16 + total
    slot = oldest = 0
    while slot < OPEN_MAX and heads[slot, KEY] != key:
        if heads[slot, ORDER] < heads[oldest, ORDER]:
            oldest = slot
        slot += 1
    if number == 1 or slot == OPEN_MAX or (heads[slot, SEEN] >> number) & 1:
        # a first part begins anew; a later one without its first waits for it in vain, and is said so
        slot = oldest if slot == OPEN_MAX else slot
        for part in range(1, PARTS_MAX + 1):  # its lines were counted as parts; that they came to nothing is counted here
            lengths[slot, PARTS_MAX] += (heads[slot, SEEN] >> part) & 1
        state[STATE_ORDER] += 1
        heads[slot, KEY], heads[slot, SEEN], heads[slot, ORDER], heads[slot, TIME] = key, 0, state[STATE_ORDER], 0
    base = (slot * PARTS_MAX + number - 1) * PART_BYTES
    for place in range(width):
        parts[base + place] = log[cut[BEGIN] + place]
    lengths[slot, number - 1] = width
    heads[slot, SEEN] |= 1 << number
    if cut[STATED] and heads[slot, TIME] == 0:
        heads[slot, TIME] = cut[STATED]
    if heads[slot, SEEN] != (1 << (total + 1)) - 2:
        return PARTLY
    base, put = slot * PARTS_MAX * PART_BYTES, lengths[slot, 0]
    for part in range(1, total):
        for place in range(lengths[slot, part]):
            parts[base + put + place] = parts[base + part * PART_BYTES + place]
        put += lengths[slot, part]
    pack(parts, base, base + put, words)
    cut[STATED], cut[END] = heads[slot, TIME], 6 * put - cut[FILL]
    heads[slot, KEY], heads[slot, SEEN], heads[slot, ORDER] = -1, 0, -1
    return READY


@inlined
def _known(state: Ints, memory: Ints, words: m.Words, row: Ints, texts: Bytes, cut: Ints) -> int:
    """A whole message: decoded, put at its time (`cut[STATED]`, with its clock in `cut[PARTS]`), and known again."""
    kind = m.message(words, cut[END], row, texts)
    if kind == m.OTHER_TYPE:
        return KIND
    if kind == m.TOO_SHORT:
        return SHORT
    if kind == m.NO_NUMBER:
        return NUMBER
    if row[m.HAS_POSITION] == m.OUT_OF_RANGE:
        return RANGE
    stated = cut[STATED]
    clock = 1 if stated else 2 if state[STATE_FROM] else 0
    if clock == 0 and row[m.UTC_MS]:
        state[STATE_TIME], state[STATE_FROM] = row[m.UTC_MS], 1
        clock = 2
    elif state[STATE_FROM] == 1 and row[m.UTC_MS] and not stated:
        state[STATE_TIME] = max(state[STATE_TIME], row[m.UTC_MS])
    now: Whole = stated if stated else state[STATE_TIME]
    if clock == 0:
        clock = 3
        if now == 0:
            return NEVER
    seal = np.uint64(0xCBF29CE484222325)
    for place in range((cut[END] + m.WORD_BITS - 1) // m.WORD_BITS):
        seal = (seal ^ words[place]) * np.uint64(0x9E3779B97F4A7C15)
        seal ^= seal >> np.uint64(29)
    spot = np.int64(seal >> np.uint64(48))
    if memory[spot, 0] != np.int64(seal) and (memory[spot ^ 1, 0] == np.int64(seal) or memory[spot ^ 1, 1] < memory[spot, 1]):
        spot ^= 1  # each payload has two places; of those of others the older gives way
    if memory[spot, 0] == np.int64(seal) and abs(now - memory[spot, 1]) <= AGAIN_MS:
        return AGAIN
    memory[spot, 0], memory[spot, 1] = np.int64(seal), now
    cut[STATED], cut[PARTS] = now, clock
    if row[m.HAS_POSITION] == m.POSITION:
        return KEPT
    return SAID if row[m.STATES] else NOWHERE
