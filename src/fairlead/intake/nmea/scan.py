"""A chunk of an NMEA log line by line: tag blocks, checksums, fragments, times; messages handed to `message`, everything counted.

1. A line ends in exactly one place: OUTCOMES says which. A message in several parts is counted at its last part; the others are parts.
2. A time that comes with a message is stated: tag block `c:`, an epoch after the checksum, or the `$PGHP` line before it. It holds for
   the lines after it until the next, carried over. Without any, the UTC of a base station is carried over, else nothing is known.
3. Memory is bounded: so many open messages, so many remembered payloads; the oldest open message gives way and its parts are missing.
4. The same payload again within half a minute is the same message heard by another receiver.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.intake.nmea.message import (
    HAS_POSITION,
    NO_NUMBER,
    OTHER_TYPE,
    OUT_OF_RANGE,
    POSITION,
    STATES,
    TOO_SHORT,
    TYPE,
    UTC_MS,
    WORDS_MAX,
    Bytes,
    Words,
    message,
)
from fairlead.intake.nmea.reading import digits, hexed, pack, packed, pghp_ms, tag_ms, trailing_ms, unarmour
from fairlead.picture.ground import Ints, Whole
from fairlead.report.compiled import kernel

OUTCOMES: Final = (
    "position",
    "statement",
    "no position",
    "no time",
    "part of a message",
    "heard again",
    "time or tag line",
    "other sentence",
    "comment",
    "blank",
    "other type",
    "the checksum is wrong",
    "there is no checksum",
    "there is no sentence in it",
    "the sentence is cut or has other fields",
    "the payload holds a character that none can",
    "the message is too short for its type",
    "the position is out of range",
    "the number is none",
    "the checksum of the tag block is wrong",
)
KEPT, SAID, NOWHERE, NEVER, PARTLY, AGAIN, CLOCK, OTHER, COMMENT, BLANK, KIND = range(11)
SUM, NO_SUM, NOTHING, CUT, LETTER, SHORT, RANGE, NUMBER, TAG_SUM = range(11, 20)
REJECTED_FROM: Final = SUM

OPEN_MAX: Final = 64  # messages whose parts are still coming
PARTS_MAX: Final = 9
PART_BYTES: Final = 128
REMEMBERED: Final = 1 << 16
AGAIN_MS: Final = 30_000
# state: newest time, where it is from (0 none, 1 a base station, 2 stated), order of open messages, time stated for the next line
STATE_TIME, STATE_FROM, STATE_ORDER, STATE_NEXT = range(4)
# head of an open message: key, parts, parts seen, order, time, from, line
KEY, TOTAL, SEEN, ORDER, TIME, FROM, LINE = range(7)


@kernel
def scan(
    log: Bytes,
    first_line: int,
    state: Ints,
    open_heads: Ints,
    open_parts: Bytes,
    open_lengths: Ints,
    memory: Words,
    memory_ms: Ints,
    rows: Ints,
    texts: Bytes,
    when: Ints,
    clocks: Ints,
    lines: Ints,
    outcome: npt.NDArray[np.int16],
    spans: Ints,
    kinds: Ints,
) -> tuple[int, int]:
    """Decode whole lines. `rows`, `texts`, `when`, `clocks` and `lines` take the messages, `outcome` and `spans` (begin, end, line)
    every record, `kinds` how many of each type were left. How many messages and how many records there are."""
    made, records, at, line = 0, 0, 0, first_line
    words = np.zeros(WORDS_MAX, dtype=np.uint64)
    cuts = np.empty(24, dtype=np.int64)
    size = len(log)
    while at < size:
        end, bangs = at, 0
        while end < size and log[end] != 10 and log[end] != 13:
            bangs += log[end] == 33
            end += 1
        begin = at
        while True:
            stop = end if bangs < 2 else _record_end(log, begin, end)
            spans[records, 0], spans[records, 1], spans[records, 2] = begin, stop, line
            found = _record(
                log, begin, stop, state, open_heads, open_parts, open_lengths, memory, memory_ms, rows, texts, when, clocks, made,
                words, cuts,
            )  # fmt: skip
            outcome[records] = found
            if found in (KEPT, SAID) or (found == NOWHERE and rows[made, STATES] == 1):
                lines[made] = line
                made += 1
            elif found == KIND:
                kinds[rows[made, TYPE]] += 1
            records += 1
            if stop >= end:
                break
            begin = stop
        at = end + 2 if end + 1 < size and log[end] == 13 and log[end + 1] == 10 else end + 1
        line += 1
    return made, records


@kernel
def _record_end(log: Bytes, begin: int, end: int) -> int:
    """Where a record ends: at the end of the line, or before the next sentence that is glued to a whole one."""
    star = False
    for at in range(begin, end):
        if log[at] == 42 and (at == begin or log[begin] != 92 or at > begin + 1):
            star = star or _sentence_began(log, begin, at)
        elif star and (log[at] == 33 or log[at] == 92) and at + 6 < end:
            return at
    return end


@kernel
def _sentence_began(log: Bytes, begin: int, at: int) -> bool:
    """Whether a sentence's ! or $ stands between, so that the star is the sentence's and not its tag block's."""
    inside = False
    for place in range(begin, at):
        if log[place] == 92:
            inside = not inside
        elif not inside and (log[place] == 33 or log[place] == 36):
            return True
    return False


@kernel
def _record(
    log: Bytes, begin: int, end: int, state: Ints, open_heads: Ints, open_parts: Bytes, open_lengths: Ints,
    memory: Words, memory_ms: Ints, rows: Ints, texts: Bytes, when: Ints, clocks: Ints, made: int, words: Words, cuts: Ints,
) -> int:  # fmt: skip
    # 1. what stands before the sentence: blanks, a comment, a tag block
    while begin < end and (log[begin] == 32 or log[begin] == 9):
        begin += 1
    if begin >= end:
        return BLANK
    if log[begin] == 35:
        return COMMENT
    stated: Whole = np.int64(0)
    start = begin
    while start < end and log[start] != 33 and log[start] != 36 and log[start] != 92:
        start += 1
    if start < end and log[start] == 92:
        close = start + 1
        while close < end and log[close] != 92:
            close += 1
        stated = tag_ms(log, start + 1, close)
        if stated < 0:
            return TAG_SUM
        start = close + 1
        while start < end and log[start] != 33 and log[start] != 36:
            start += 1
        if start >= end:  # a tag block on a line of its own speaks of the next sentence
            if stated:
                state[STATE_NEXT] = stated
            return CLOCK
    if start >= end:
        return NOTHING
    # 2. the checksum, and where the fields begin
    star, total, count = start + 1, 0, 1
    cuts[0] = start + 1
    while star < end and log[star] != 42:
        total ^= log[star]
        if log[star] == 44 and count < len(cuts) - 1:
            cuts[count] = star + 1
            count += 1
        star += 1
    cuts[count] = star + 1
    if star >= end:
        return NO_SUM
    if hexed(log, star + 1) != total or star + 3 > end:
        return SUM
    # 3. a line that tells the time, or another sentence
    if star - start > 5 and log[start + 1] == 80 and log[start + 2] == 71 and log[start + 3] == 72 and log[start + 4] == 80:
        told = pghp_ms(log, count, cuts)
        if told == 0:
            return OTHER
        state[STATE_NEXT] = told
        return CLOCK
    if star - start < 7 or log[start + 3] != 86 or log[start + 4] != 68 or (log[start + 5] != 77 and log[start + 5] != 79):
        return OTHER
    if stated == 0:
        stated = state[STATE_NEXT]
    state[STATE_NEXT] = 0
    if stated == 0:
        stated = trailing_ms(log, star + 3, end)
    if stated:
        state[STATE_TIME], state[STATE_FROM] = stated, 2
    # 4. the fields, and the parts of a longer message
    if count != 7:
        return CUT
    parts, number = digits(log, cuts[1], cuts[2] - 1), digits(log, cuts[2], cuts[3] - 1)
    fill = digits(log, cuts[6], cuts[7] - 1) if cuts[7] - 1 > cuts[6] else 0
    if not (1 <= parts <= PARTS_MAX and 1 <= number <= parts) or fill < 0 or fill > 5 or cuts[6] - 1 - cuts[5] > PART_BYTES:
        return CUT
    if parts == 1:
        if not packed(log, cuts[5], cuts[6] - 1, words):
            return LETTER
        clock = 1 if stated else 2 if state[STATE_FROM] else 0
        long = 6 * (cuts[6] - 1 - cuts[5]) - fill
        return _whole(words, long, state, stated, clock, memory, memory_ms, rows, texts, when, clocks, made)
    sequence = digits(log, cuts[3], cuts[4] - 1)
    channel = np.int64(log[cuts[4]]) if cuts[5] - 1 > cuts[4] else np.int64(0)
    key = ((sequence + 1) * 256 + channel) * 16 + parts
    slot = -1
    for place in range(OPEN_MAX):
        if open_heads[place, KEY] == key and (open_heads[place, SEEN] >> number) & 1 == 0:
            slot = place
            break
    if number == 1 or slot < 0:  # a first part begins anew; a later one without its first waits for it in vain, and is said so
        slot = 0
        for place in range(OPEN_MAX):
            if open_heads[place, KEY] == key:
                slot = place
                break
            if open_heads[place, ORDER] < open_heads[slot, ORDER]:
                slot = place
        for part in range(1, PARTS_MAX + 1):  # its lines were counted as parts; that they came to nothing is counted here
            open_lengths[slot, PARTS_MAX] += (open_heads[slot, SEEN] >> part) & 1
        state[STATE_ORDER] += 1
        open_heads[slot, KEY], open_heads[slot, TOTAL], open_heads[slot, SEEN] = key, parts, 0
        open_heads[slot, ORDER], open_heads[slot, TIME], open_heads[slot, FROM] = state[STATE_ORDER], 0, 0
    width = cuts[6] - 1 - cuts[5]
    base = (slot * PARTS_MAX + number - 1) * PART_BYTES
    if not unarmour(log, cuts[5], cuts[6] - 1, open_parts, base):
        return LETTER
    open_lengths[slot, number - 1] = width
    open_heads[slot, SEEN] |= 1 << number
    if stated and open_heads[slot, TIME] == 0:
        open_heads[slot, TIME] = stated
    for part in range(1, parts + 1):
        if (open_heads[slot, SEEN] >> part) & 1 == 0:
            return PARTLY
    put = 0
    for part in range(parts):
        pack(words, open_parts, (slot * PARTS_MAX + part) * PART_BYTES, open_lengths[slot, part], put)
        put += open_lengths[slot, part]
    for number in range(-(-put // 10), min(-(-put // 10) + 8, len(words))):
        words[number] = np.uint64(0)
    stated = open_heads[slot, TIME]
    open_heads[slot, KEY], open_heads[slot, SEEN], open_heads[slot, ORDER] = -1, 0, -1
    clock = 1 if stated else 2 if state[STATE_FROM] else 0
    return _whole(words, 6 * put - fill, state, stated, clock, memory, memory_ms, rows, texts, when, clocks, made)


@kernel
def _whole(
    words: Words, length: Whole, state: Ints, stated: Whole, clock: int, memory: Words, memory_ms: Ints, rows: Ints, texts: Bytes,
    when: Ints, clocks: Ints, made: int,
) -> int:  # fmt: skip
    """A whole message: decoded, put at its time, and known again."""
    row = rows[made]
    kind = message(words, length, row, texts[made])
    if kind == OTHER_TYPE:
        return KIND
    if kind == TOO_SHORT:
        return SHORT
    if kind == NO_NUMBER:
        return NUMBER
    if row[HAS_POSITION] == OUT_OF_RANGE:
        return RANGE
    if clock == 0 and row[UTC_MS]:
        state[STATE_TIME], state[STATE_FROM] = row[UTC_MS], 1
        clock = 2
    elif state[STATE_FROM] == 1 and row[UTC_MS] and not stated:
        state[STATE_TIME] = max(state[STATE_TIME], row[UTC_MS])
    now = stated if stated else state[STATE_TIME]
    if clock == 0:
        now, clock = state[STATE_TIME], 3
        if now == 0:
            return NEVER
    seal = np.uint64(0xCBF29CE484222325)
    for place in range(-(-length // 60)):
        seal = (seal ^ words[place]) * np.uint64(0x9E3779B97F4A7C15)
        seal ^= seal >> np.uint64(29)
    spot = np.int64(seal >> np.uint64(48))
    if memory[spot] == seal and abs(now - memory_ms[spot]) <= AGAIN_MS:
        return AGAIN
    memory[spot], memory_ms[spot] = seal, now
    when[made], clocks[made] = now, clock
    if row[HAS_POSITION] == POSITION:
        return KEPT
    return SAID if row[STATES] else NOWHERE
