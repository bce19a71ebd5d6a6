"""NMEA bytes that nobody would send on purpose: nothing breaks, hangs or grows, every record is accounted for, pyais agrees.

A short slice of examples in `make check`, the same each time; `--hypothesis-profile=fuzz` runs thousands of other ones.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter

import numpy as np
import pyais
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.intake.nmea import decode, others
from fairlead.intake.nmea import sentence as s
from fairlead.intake.nmea.decode import ROOMS, TURNED_ROOMS, Decoder
from fairlead.intake.nmea.wide import PAD
from fairlead.report.detection import COLUMNS
from tests.rooms.intake.nmea.logs import NOON_MS, adds_up, position, read, same, sentence, tagged
from tests.rooms.intake.nmea.test_decode import summed

KINDS = (1, 2, 3, 4, 5, 8, 9, 10, 11, 18, 19, 20, 21, 24, 27)
MARKS = b",*!\\$#\n\r\t 09AFafW`w~\x00\x80\xff@:csg"


def some(kind: int, nth: int) -> bytes:
    """A message of a type, in one line or several; no two alike."""
    fields = {"lat": nth % 80 + 0.25, "lon": -(nth % 170) - 0.5, "speed": nth % 30, "course": nth % 360, "shipname": f"S{nth}"}
    fields |= {"dac": 200, "fid": 10, "data": b"\x12\x34"} if kind == 8 else {}
    fields |= {"dest_mmsi": 290_000_077} if kind == 10 else {"offset1": 5, "number1": 2} if kind == 20 else {}
    return sentence(type=kind, mmsi=290_000_000 + nth, seq_id=nth % 10, **fields)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """One line, good or bad, with its end or without."""
    line = some(draw(st.sampled_from(KINDS)), draw(st.integers(1, 999)))
    way = draw(st.sampled_from(("good", "good", "tag", "epoch", "cut", "changed", "mended", "one part", "noise", "long", "glued")))
    body = line.rstrip(b"\n")
    if way == "tag":
        line = tagged(line, NOON_MS + 1000 * draw(st.integers(0, 99)))
    elif way == "epoch":
        line = body + b",%d\n" % draw(st.integers(0, 2_000_000_000))
    elif way == "cut":
        line = body[: draw(st.integers(0, len(body)))] + b"\n"
    elif way == "one part":
        line = draw(st.sampled_from(line.splitlines(keepends=True)))
    elif way == "noise":
        line = draw(st.binary(max_size=200))
    elif way == "long":
        line = draw(st.sampled_from((b"*", b"\\", b"!", b"0", b",", b"$GP*00"))) * draw(st.integers(1, 4000)) + b"\n"
    elif way == "glued":
        line = body + line
    elif way in ("changed", "mended"):
        changed = bytearray(draw(st.sampled_from(line.splitlines())))
        for _ in range(draw(st.integers(1, 3))):
            changed[draw(st.integers(0, len(changed) - 1))] = draw(st.sampled_from(MARKS) | st.integers(0, 255))
        begun, star = changed.find(b"!"), changed.find(b"*")
        line = bytes(changed)
        if way == "mended" and 0 <= begun < star:
            line = line[:begun] + summed(line[begun : star + 3])
        line += b"\n"
    return line.replace(b"\n", draw(st.sampled_from((b"\n", b"\n", b"\r\n", b"\r", b"\n\n"))))


@given(st.lists(lines(), max_size=25), st.integers(1, 60), st.sampled_from((None, NOON_MS)))
def test_any_log_is_accounted_for_and_the_same_in_any_pieces(log, pieces, at_ms):
    raw = b"".join(log)
    whole = read(raw, at_ms)
    assert adds_up(whole)
    assert all(number > 0 for number in whole.set_aside.values())
    assert same(whole, read(raw, at_ms, pieces=pieces))
    assert all(one.text in raw.decode("latin-1") and 1 <= one.line <= whole.lines for one in whole.rejected)
    rows = whole.detections
    assert (np.abs(rows.lat_e7) <= 900_000_000).all()
    assert (np.abs(rows.lon_e7.astype(np.int64)) <= 1_800_000_000).all()


@given(st.lists(lines(), max_size=25))
def test_every_position_is_one_that_pyais_decodes_too(log):
    raw = b"".join(log)
    rows = read(raw).detections
    theirs: Counter[tuple[int, int, int]] = Counter()
    parts: dict[tuple[bytes, ...], dict[int, bytes]] = {}
    for found in others.SENTENCE.finditer(raw):
        if summed(found.group())[-2:] != found.group()[-2:].upper():
            continue
        total, number, _, _, payload, fill, _ = found.groups()  # what else stands there pyais is stricter about
        plain = summed(b"!AIVDM,%d,%d,,A,%b,%d*00" % (int(total), int(number), payload, int(fill or b"0")))
        pieces = [plain]
        if int(total) > 1:
            held = parts.setdefault((found.group(1), found.group(3), found.group(4)), {})
            held[int(number)] = plain
            pieces = [held[at] for at in sorted(held)]
        try:
            made = pyais.decode(*pieces, error_if_checksum_invalid=True)
        except Exception:  # pyais refuses in many ways
            continue
        if getattr(made, "lat", None) is not None and getattr(made, "lon", None) is not None:
            theirs[made.mmsi, round(float(made.lat) * 1e5), round(float(made.lon) * 1e5)] += 1
    for mmsi, lat, lon in zip(rows.mmsi.tolist(), rows.lat_e7.tolist(), rows.lon_e7.tolist(), strict=True):
        near = itertools.product((-1, 0, 1), repeat=2)
        assert any((mmsi, round(lat / 100) + north, round(lon / 100) + east) in theirs for north, east in near)


@given(st.lists(lines(), min_size=1, max_size=12))
def test_the_short_way_through_a_sentence_and_the_general_one_agree(log):
    raw = b"".join(log)
    padded = np.zeros(len(raw) + PAD, dtype=np.uint8)
    padded[: len(raw)] = np.frombuffer(raw, dtype=np.uint8)
    begins = [at for at in range(len(raw)) if raw[at : at + 1] == b"!"]
    for at in begins:
        state, cuts = np.zeros(12, dtype=np.int64), np.zeros(24, dtype=np.int64)
        short, words = np.full(8, -9, dtype=np.int64), np.full(160, 7, dtype=np.uint64)
        after = s.plain(padded, at, words, short)
        if not after:
            continue
        long, other = np.full(8, -9, dtype=np.int64), np.full(160, 7, dtype=np.uint64)
        assert s.general(padded, at, int(after), state, other, long, cuts) == s.READY
        assert short[: s.STATED].tolist() == long[: s.STATED].tolist()
        used = (long[s.END] - long[s.BEGIN]) // 8 + 3
        assert words[:used].tolist() == other[:used].tolist()


@given(st.lists(lines(), max_size=25))
def test_messages_of_other_types_are_those_of_pyais(log):
    reader = others.Others()
    told = list(reader(b"".join(log).replace(b"\r", b"\n").split(b"\n")))
    assert len(told) == reader.types.total()
    assert {one["type"] for one in told} <= others.OTHERS


@pytest.mark.parametrize("one", [b"*", b"\\", b"!", b"!*", b"!\\*", b"$*", b",", b"\r", b"\n", b"!AIVDM,", b"\x00", b"# "])
def test_a_huge_line_of_anything_takes_no_longer_than_its_length(one):
    raw = one * (600_000 // len(one)) + b"!\n" + position()
    read(raw[:2000])
    begin_s = time.process_time()
    got = read(raw)
    assert time.process_time() - begin_s < 5
    assert adds_up(got)
    assert len(got.detections) == 1


def test_open_messages_and_remembered_bytes_have_a_bound():
    decoder = Decoder(NOON_MS)
    sizes = []
    for turn in range(4):
        first = [some(5, nth).splitlines(keepends=True)[nth % 2] for nth in range(400 * turn, 400 * turn + 400)]
        decoder.push(b"".join(first) + b"x" * 3_000_000)
        held = [getattr(decoder, name) for name in vars(decoder)]
        sizes.append(sum(one.nbytes for one in held if isinstance(one, np.ndarray)))
    assert sizes[1] == sizes[-1] < 16 << 20
    reader = others.Others()
    list(reader(b"!AIVDM,9,1,%d,%c,0,0*00" % (nth % 10, 32 + nth % 90) for nth in range(5000)))
    assert len(reader._open) <= others.OPEN_MAX


def test_a_log_with_more_messages_and_rejects_than_there_is_room_for_loses_none(monkeypatch):
    made = [position(lat=nth % 80 + nth / 1e5, mmsi=290_000_000 + nth) for nth in range(300)]
    bad = [b"!AIVDM,1,1,,A,~%d,0*00\n" % nth for nth in range(300)]
    raw = b"".join(itertools.chain.from_iterable(zip(made, bad, strict=True)))
    whole = read(raw)
    assert (ROOMS, TURNED_ROOMS) == (decode.ROOMS, decode.TURNED_ROOMS)
    for name in ("ROOMS", "TOLD_ROOMS", "TURNED_ROOMS"):
        monkeypatch.setattr(decode, name, 16)
    small = read(raw)
    assert (len(whole.detections), len(whole.rejected)) == (300, 300)
    assert all(np.array_equal(getattr(whole.detections, name), getattr(small.detections, name)) for name in COLUMNS)
    assert whole.rejected == small.rejected
