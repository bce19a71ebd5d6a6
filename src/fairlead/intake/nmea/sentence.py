"""A record of a log taken apart: `plain` for the form that nearly all sentences have, `general` for every other one.

1. `plain` reads eight bytes at a time, in one pass: form, checksum, payload. What it does not know it leaves to `general`, which
   decides what is an error; what it takes, `general` would take the same way (a test holds them together).
2. A line may hold several sentences glued together: a record ends before the next one that follows a whole one.
3. The payload is packed behind the call either way, whatever number of parts the message has.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from fairlead.intake.nmea.message import Row, Words
from fairlead.intake.nmea.reading import digits, hexed, pghp_ms, tag_ms, trailing_ms
from fairlead.intake.nmea.wide import ALL, ZERO, Bytes, first, folded, inlined, kernel, load, packed, six, with_byte, zeros_below
from fairlead.picture.ground import Ints, Whole

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
READY: Final = -1  # taken apart; not yet an outcome
KEPT, SAID, NOWHERE, NEVER, PARTLY, AGAIN, CLOCK, OTHER, COMMENT, BLANK, KIND = range(11)
SUM, NO_SUM, NOTHING, CUT, LETTER, SHORT, RANGE, NUMBER, TAG_SUM = range(11, 20)
REJECTED_FROM: Final = SUM
PARTS_MAX: Final = 9
PART_BYTES: Final = 128

# state: newest time, where it is from (0 none, 1 a base station, 2 stated), order of open messages, time stated for the next line; then
# where the scan stands: byte, line, end of that line when it was looked for (else -1), sentences begun in it, and what was written
STATE_TIME, STATE_FROM, STATE_ORDER, STATE_NEXT, AT, LINE, STOP, BANGS, MADE, TOLD, TURNED, RECORDS = range(12)
# a sentence taken apart
PARTS, PART, SEQUENCE, CHANNEL, BEGIN, END, FILL, STATED = range(8)

FORM: Final = np.uint64(0x00FFFDFFFF0000FF)  # ! two of any, V D, M or O, a comma, one of any
VDM: Final = np.uint64(0x002C4D4456000021)
LINE_FEED, RETURN, BANG, SLASH = (np.uint64(one * ALL) for one in (10, 13, 33, 92))
BYTE: Final = np.uint64(255)


@inlined
def plain(log: Bytes, start: Whole, words: Words, cut: Row) -> Whole:
    """Where a sentence of the common form ends, behind its checksum; 0 for any other. `cut` and `words` take what it holds."""
    head, more = load(log, start), load(log, start + 8)
    if head & FORM != VDM or not (48 <= log[start + 1] <= 90 and 48 <= log[start + 2] <= 90):
        return 0
    parts, part = np.int64(head >> np.uint64(56)) - 48, np.int64((more >> np.uint64(8)) & BYTE) - 48
    if not (1 <= parts <= 9 and 1 <= part <= parts) or more & np.uint64(0xFF00FF) != np.uint64(0x2C002C):
        return 0
    cut[PARTS], cut[PART] = parts, part
    begin = start + 12
    cut[SEQUENCE] = -1
    if log[start + 11] != 44:
        if not (48 <= log[start + 11] <= 57) or log[start + 12] != 44:
            return 0
        cut[SEQUENCE] = np.int64(log[start + 11]) - 48
        begin = start + 13
    cut[CHANNEL] = 0
    if log[begin] != 44:
        if log[begin] < 48 or log[begin + 1] != 44:
            return 0
        cut[CHANNEL] = np.int64(log[begin])
        begin += 1
    begin += 1
    sums = (head & ~BYTE) ^ (more & first(begin - start - 8))
    at, put = begin, 0
    found = load(log, at)
    value, bad = six(found)
    while bad == ZERO:
        sums ^= found
        words[put] = packed(value)
        at, put = at + 8, put + 1
        if at - begin > PART_BYTES:
            return 0
        found = load(log, at)
        value, bad = six(found)
    rest = zeros_below(bad) >> 3
    mask = first(rest)
    sums ^= found & mask
    words[put] = packed(value & mask)
    words[put + 1] = words[put + 2] = ZERO
    at += rest
    fill = np.int64(log[at + 1]) - 48
    if at - begin > PART_BYTES or log[at] != 44 or not (0 <= fill <= 5) or log[at + 2] != 42:
        return 0
    total = folded(sums) ^ 44 ^ (fill + 48)
    high, low = total >> 4, total & 15
    if log[at + 3] != high + (48 if high < 10 else 55) or log[at + 4] != low + (48 if low < 10 else 55):
        return 0
    cut[BEGIN], cut[END], cut[FILL] = begin, at, fill
    return at + 5


@kernel
def pack(log: Bytes, begin: Whole, end: Whole, words: Words) -> bool:
    """Payload characters as bits, with zeros behind them; no for a character that none can be."""
    at, put, faults = begin, 0, ZERO
    while at + 8 <= end:
        value, bad = six(load(log, at))
        faults |= bad
        words[put] = packed(value)
        at, put = at + 8, put + 1
    mask = first(end - at)
    value, bad = six(load(log, at))
    words[put] = packed(value & mask)
    words[put + 1] = words[put + 2] = ZERO
    return bool((faults | (bad & mask)) == ZERO)


@kernel
def line_end(log: Bytes, at: Whole, size: Whole) -> tuple[Whole, Whole]:
    """Where a line ends, and how many ! stand in it."""
    bangs = 0
    while at < size:
        found = load(log, at)
        marks = with_byte(found, BANG)
        ends = with_byte(found, LINE_FEED) | with_byte(found, RETURN)
        if ends != ZERO:
            rest = zeros_below(ends)
            marks &= first(rest >> 3)
        while marks != ZERO:
            bangs += 1
            marks &= marks - np.uint64(1)
        if ends != ZERO:
            return min(at + (rest >> 3), size), bangs
        at += 8
    return size, bangs


@kernel
def only_end(log: Bytes, at: Whole, size: Whole) -> Whole:
    """Where a line ends that holds no other sentence and no tag block from here on; -1 when it does."""
    while at < size:
        found = load(log, at)
        marks = with_byte(found, LINE_FEED) | with_byte(found, RETURN) | with_byte(found, BANG) | with_byte(found, SLASH)
        if marks != ZERO:
            at += zeros_below(marks) >> 3
            return size if at >= size else at if log[at] < 32 else -1
        at += 8
    return size


@kernel
def tag_end(log: Bytes, at: Whole, size: Whole) -> Whole:
    """Where a tag block ends that nothing odd stands in; 0 for any other."""
    while at < size:
        found = load(log, at)
        marks = with_byte(found, LINE_FEED) | with_byte(found, RETURN) | with_byte(found, BANG) | with_byte(found, SLASH)
        if marks != ZERO:
            at += zeros_below(marks) >> 3
            return at if at < size and log[at] == 92 else 0
        at += 8
    return 0


@kernel
def record_end(log: Bytes, begin: Whole, end: Whole) -> Whole:
    """Where a record ends: at the end of the line, or before the next sentence that is glued to a whole one."""
    whole, inside, began = False, False, False  # a sentence with its star is behind; in a tag block; a sentence began
    for at in range(begin, end):
        one = log[at]
        if one == 42:
            whole = whole or began
        elif whole and (one == 33 or one == 92) and at + 6 < end:
            return at
        if one == 92:
            inside = not inside
        elif not inside and (one == 33 or one == 36):
            began = True
    return end


@inlined
def told(log: Bytes, stated: Whole, begin: Whole, end: Whole, state: Ints) -> Whole:
    """The time stated with a sentence: its tag block's, that of the line before, or one behind its checksum; 0 for none."""
    if stated == 0:
        stated = state[STATE_NEXT]
    state[STATE_NEXT] = 0
    if stated == 0 and begin < end:
        stated = trailing_ms(log, begin, end)
    if stated:
        state[STATE_TIME], state[STATE_FROM] = stated, 2
    return stated


@kernel
def general(log: Bytes, begin: Whole, end: Whole, state: Ints, words: Words, cut: Row, cuts: Ints) -> int:
    """Any record: READY with `cut` and `words` filled, or what becomes of it."""
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
        clock = pghp_ms(log, count, cuts)
        if clock == 0:
            return OTHER
        state[STATE_NEXT] = clock
        return CLOCK
    if star - start < 7 or log[start + 3] != 86 or log[start + 4] != 68 or (log[start + 5] != 77 and log[start + 5] != 79):
        return OTHER
    cut[STATED] = told(log, stated, star + 3, end, state)
    # 4. the fields
    if count != 7:
        return CUT
    parts, part = digits(log, cuts[1], cuts[2] - 1), digits(log, cuts[2], cuts[3] - 1)
    fill: Whole = digits(log, cuts[6], cuts[7] - 1) if cuts[7] - 1 > cuts[6] else np.int64(0)
    if not (1 <= parts <= PARTS_MAX and 1 <= part <= parts) or fill < 0 or fill > 5 or cuts[6] - 1 - cuts[5] > PART_BYTES:
        return CUT
    if not pack(log, cuts[5], cuts[6] - 1, words):
        return LETTER
    cut[PARTS], cut[PART], cut[FILL], cut[BEGIN], cut[END] = parts, part, fill, cuts[5], cuts[6] - 1
    cut[SEQUENCE] = digits(log, cuts[3], cuts[4] - 1)
    cut[CHANNEL] = np.int64(log[cuts[4]]) if cuts[5] - 1 > cuts[4] else 0
    return READY
