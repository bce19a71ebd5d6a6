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
    utc_ms,
)
from fairlead.picture.ground import Ints
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
def _digits(data: Bytes, begin: int, end: int) -> int:
    """A whole number of up to 18 digits; -1 where anything else stands."""
    if end <= begin or end - begin > 18:
        return -1
    value = np.int64(0)
    for at in range(begin, end):
        if data[at] < 48 or data[at] > 57:
            return -1
        value = value * 10 + data[at] - 48
    return value


@kernel
def _hex(data: Bytes, at: int) -> int:
    """Two hexadecimal digits; -1 where they are none."""
    value = 0
    for place in range(at, at + 2):
        if place >= len(data):
            return -1
        one = data[place]
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
def _epoch_ms(data: Bytes, begin: int, end: int) -> int:
    """Unix milliseconds of a time in seconds (with a fraction or not) or in milliseconds; 0 for none between 1990 and 2099."""
    whole = end
    for at in range(begin, end):
        if data[at] == 46:
            whole = at
            break
    value = _digits(data, begin, whole)
    if value < 0:
        return 0
    if value < 100_000_000_000:
        value *= 1000
        scale = 100
        for at in range(whole + 1, min(end, whole + 4)):
            if data[at] < 48 or data[at] > 57:
                return 0
            value += (data[at] - 48) * scale
            scale //= 10
    return value if 631_152_000_000 <= value < 4_102_444_800_000 else 0


@kernel
def _tag_ms(data: Bytes, begin: int, end: int) -> int:
    """The time in a tag block between its backslashes: 0 without one, -1 when its checksum is wrong."""
    star = -1
    total = 0
    for at in range(begin, end):
        if data[at] == 42:
            star = at
            break
        total ^= data[at]
    if star < 0 or _hex(data, star + 1) != total:
        return -1
    at = begin
    while at < star:
        stop = at
        while stop < star and data[stop] != 44:
            stop += 1
        if stop - at > 2 and data[at] == 99 and data[at + 1] == 58:
            return _epoch_ms(data, at + 2, stop)
        at = stop + 1
    return 0


@kernel
def _trailing_ms(data: Bytes, begin: int, end: int) -> int:
    """An epoch behind the checksum, in the last field that is one; 0 for none."""
    at = end
    while at > begin:
        start = at - 1
        while start > begin and data[start] != 44:
            start -= 1
        if data[start] != 44:
            return 0
        found = _epoch_ms(data, start + 1, at) if at - start - 1 >= 9 else 0
        if found:
            return found
        at = start
    return 0


@kernel
def _pghp_ms(data: Bytes, count: int, cuts: Ints) -> int:
    """The time of `$PGHP,1,year,month,day,hour,minute,second,millisecond,...`; 0 for none."""
    if count < 9 or _digits(data, cuts[1], cuts[2] - 1) != 1:
        return 0
    at = np.empty(7, dtype=np.int64)
    for number in range(7):
        at[number] = _digits(data, cuts[number + 2], cuts[number + 3] - 1)
        if at[number] < 0:
            return 0
    found = utc_ms(at[0], at[1], at[2], at[3], at[4], at[5])
    return found + min(at[6], 999) if found else 0


@kernel
def _unarmour(data: Bytes, begin: int, end: int, six: Bytes, put: int) -> bool:
    """Payload characters as six-bit values, from `put` on; no for a character that none can be."""
    for at in range(begin, end):
        one = data[at]
        if one < 48 or one > 119 or 87 < one < 96:
            return False
        six[put + at - begin] = one - 48 if one < 88 else one - 56
    return True


@kernel
def _packed(data: Bytes, begin: int, end: int, words: Words) -> bool:
    """Payload characters of a message in one part, ten to a word."""
    word, held, acc = 0, 0, np.uint64(0)
    for at in range(begin, end):
        one = data[at]
        if one < 48 or one > 119 or 87 < one < 96:
            return False
        acc = (acc << np.uint64(6)) | np.uint64(one - 48 if one < 88 else one - 56)
        held += 1
        if held == 10:
            words[word] = acc
            word, held, acc = word + 1, 0, np.uint64(0)
    words[word] = acc << np.uint64(6 * (10 - held))
    for number in range(word + 1, min(word + 8, len(words))):  # a field that begins behind the end reads zeros
        words[number] = np.uint64(0)
    return True


@kernel
def _pack(words: Words, six: Bytes, begin: int, count: int, put: int) -> None:
    """Six-bit values behind the `put` that are packed already."""
    for number in range(count):
        word, place = (put + number) // 10, (put + number) % 10
        if place == 0:
            words[word] = np.uint64(0)
            if word + 1 < len(words):
                words[word + 1] = np.uint64(0)
        words[word] |= np.uint64(six[begin + number]) << np.uint64(54 - 6 * place)


@kernel
def scan(
    data: Bytes,
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
    size = len(data)
    while at < size:
        end, bangs = at, 0
        while end < size and data[end] != 10 and data[end] != 13:
            bangs += data[end] == 33
            end += 1
        begin = at
        while True:
            stop = end if bangs < 2 else _record_end(data, begin, end)
            spans[records, 0], spans[records, 1], spans[records, 2] = begin, stop, line
            found = _record(
                data, begin, stop, state, open_heads, open_parts, open_lengths, memory, memory_ms, rows, texts, when, clocks, made,
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
        at = end + 2 if end + 1 < size and data[end] == 13 and data[end + 1] == 10 else end + 1
        line += 1
    return made, records


@kernel
def _record_end(data: Bytes, begin: int, end: int) -> int:
    """Where a record ends: at the end of the line, or before the next sentence that is glued to a whole one."""
    star = False
    for at in range(begin, end):
        if data[at] == 42 and (at == begin or data[begin] != 92 or at > begin + 1):
            star = star or _sentence_began(data, begin, at)
        elif star and (data[at] == 33 or data[at] == 92) and at + 6 < end:
            return at
    return end


@kernel
def _sentence_began(data: Bytes, begin: int, at: int) -> bool:
    """Whether a sentence's ! or $ stands between, so that the star is the sentence's and not its tag block's."""
    inside = False
    for place in range(begin, at):
        if data[place] == 92:
            inside = not inside
        elif not inside and (data[place] == 33 or data[place] == 36):
            return True
    return False


@kernel
def _record(
    data: Bytes, begin: int, end: int, state: Ints, open_heads: Ints, open_parts: Bytes, open_lengths: Ints,
    memory: Words, memory_ms: Ints, rows: Ints, texts: Bytes, when: Ints, clocks: Ints, made: int, words: Words, cuts: Ints,
) -> int:  # fmt: skip
    # 1. what stands before the sentence: blanks, a comment, a tag block
    while begin < end and (data[begin] == 32 or data[begin] == 9):
        begin += 1
    if begin >= end:
        return BLANK
    if data[begin] == 35:
        return COMMENT
    stated = np.int64(0)
    start = begin
    while start < end and data[start] != 33 and data[start] != 36 and data[start] != 92:
        start += 1
    if start < end and data[start] == 92:
        close = start + 1
        while close < end and data[close] != 92:
            close += 1
        stated = _tag_ms(data, start + 1, close)
        if stated < 0:
            return TAG_SUM
        start = close + 1
        while start < end and data[start] != 33 and data[start] != 36:
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
    while star < end and data[star] != 42:
        total ^= data[star]
        if data[star] == 44 and count < len(cuts) - 1:
            cuts[count] = star + 1
            count += 1
        star += 1
    cuts[count] = star + 1
    if star >= end:
        return NO_SUM
    if _hex(data, star + 1) != total or star + 3 > end:
        return SUM
    # 3. a line that tells the time, or another sentence
    if star - start > 5 and data[start + 1] == 80 and data[start + 2] == 71 and data[start + 3] == 72 and data[start + 4] == 80:
        told = _pghp_ms(data, count, cuts)
        if told == 0:
            return OTHER
        state[STATE_NEXT] = told
        return CLOCK
    if star - start < 7 or data[start + 3] != 86 or data[start + 4] != 68 or (data[start + 5] != 77 and data[start + 5] != 79):
        return OTHER
    if stated == 0:
        stated = state[STATE_NEXT]
    state[STATE_NEXT] = 0
    if stated == 0:
        stated = _trailing_ms(data, star + 3, end)
    if stated:
        state[STATE_TIME], state[STATE_FROM] = stated, 2
    # 4. the fields, and the parts of a longer message
    if count != 7:
        return CUT
    parts, number = _digits(data, cuts[1], cuts[2] - 1), _digits(data, cuts[2], cuts[3] - 1)
    fill = _digits(data, cuts[6], cuts[7] - 1) if cuts[7] - 1 > cuts[6] else 0
    if not (1 <= parts <= PARTS_MAX and 1 <= number <= parts) or fill < 0 or fill > 5 or cuts[6] - 1 - cuts[5] > PART_BYTES:
        return CUT
    if parts == 1:
        if not _packed(data, cuts[5], cuts[6] - 1, words):
            return LETTER
        clock = 1 if stated else 2 if state[STATE_FROM] else 0
        long = 6 * (cuts[6] - 1 - cuts[5]) - fill
        return _whole(words, long, state, stated, clock, memory, memory_ms, rows, texts, when, clocks, made)
    sequence = _digits(data, cuts[3], cuts[4] - 1)
    channel = np.int64(data[cuts[4]]) if cuts[5] - 1 > cuts[4] else np.int64(0)
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
    if not _unarmour(data, cuts[5], cuts[6] - 1, open_parts, base):
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
        _pack(words, open_parts, (slot * PARTS_MAX + part) * PART_BYTES, open_lengths[slot, part], put)
        put += open_lengths[slot, part]
    for number in range(-(-put // 10), min(-(-put // 10) + 8, len(words))):
        words[number] = np.uint64(0)
    stated = open_heads[slot, TIME]
    open_heads[slot, KEY], open_heads[slot, SEEN], open_heads[slot, ORDER] = -1, 0, -1
    clock = 1 if stated else 2 if state[STATE_FROM] else 0
    return _whole(words, 6 * put - fill, state, stated, clock, memory, memory_ms, rows, texts, when, clocks, made)


@kernel
def _whole(
    words: Words, length: int, state: Ints, stated: int, clock: int, memory: Words, memory_ms: Ints, rows: Ints, texts: Bytes,
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
