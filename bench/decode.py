"""A log of NMEA sentences into columns, against pyais in one thread, both from the same file.

1. `decode`: the time of pyais over ours on a seeded log of all types we keep and some that we leave, with parts, tag blocks and wrong
   checksums, written by pyais's own encoder. Both verify checksums, join parts, take times, and decode the types that we keep.
2. pyais goes the way of its README and of its own benchmark, `FileReaderStream` and `decode()`; other types are not decoded on either
   side. `pyais.decode(line)` for lines already split is shown beside it, and the figure is over the faster of the two.
3. Equal messages are asserted first: each position to 1e-6 degree with time, speed, course, status and accuracy, and each statement.
4. Compilation is shown apart: a first run pays it once, for all later ones it is kept on disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyais
from pyais.exceptions import AISBaseException
from pyais.messages import NMEASentenceFactory

from bench.figure import figure, quick
from fairlead.intake.nmea.decode import read_nmea
from fairlead.intake.parsed import AIS_ERROR_HIGH_M
from fairlead.intake.read import Chunk

KEPT = frozenset((1, 2, 3, 4, 5, 9, 11, 18, 19, 21, 24, 27))
PLACED = KEPT - {5, 24}
SHARES = {1: 50, 2: 2, 3: 13, 4: 5, 5: 6, 9: 1, 11: 1, 18: 10, 19: 1, 21: 2, 24: 5, 27: 1, 8: 1, 10: 1, 20: 1}
VESSELS, FIRST_S = 6000, 1_593_518_400
CLASS_A, CLASS_B, MARKS, STATIONS = (0, 3500), (3500, 2000), (5500, 400), (5900, 100)  # first, how many
SENDERS = {4: STATIONS, 20: STATIONS, 18: CLASS_B, 19: CLASS_B, 24: CLASS_B, 21: MARKS}
OTHERS = {8: {"dac": 200, "fid": 10, "data": b"\x12\x34\x56"}, 10: {"dest_mmsi": 290_000_077}, 20: {"offset1": 100, "number1": 3}}
Row = tuple[object, ...]


def make(path: Path, count: int) -> int:
    """A seeded log of so many messages; how many lines it has."""
    rng = np.random.default_rng(11)
    kinds = rng.choice(list(SHARES), count, p=np.array(list(SHARES.values())) / sum(SHARES.values())).tolist()
    who = rng.integers(0, VESSELS, count).tolist()
    draws = rng.random((count, 4))
    lines = 0
    with path.open("wb") as log:
        for nth, (kind, draw) in enumerate(zip(kinds, who, strict=True)):
            first, numbers = SENDERS.get(kind, CLASS_A)
            ship = first + draw % numbers
            at_s = FIRST_S + nth // 100
            sentences = [one.encode() for one in encoded(kind, ship, at_s, draws[nth].tolist(), nth)]
            if nth % 7 == 0 or nth < 1:
                sentences[0] = tag(at_s) + sentences[0]
            elif nth % 97 == 0 and len(sentences) == 1:
                sentences[0] = sentences[0][:-1] + (b"0" if sentences[0][-1:] != b"0" else b"1")
            log.write(b"\r\n".join(sentences) + b"\r\n")
            lines += len(sentences)
    return lines


def encoded(kind: int, ship: int, at_s: int, draw: list[float], nth: int) -> list[str]:
    """One message of a type as pyais encodes it."""
    at = time.gmtime(at_s)
    fields: dict[str, object] = {
        "lat": draw[0] * 160 - 80,
        "lon": draw[1] * 340 - 170,
        "speed": round(draw[2] * 40, 1) if kind not in (9, 27) else int(draw[2] * 60),
        "course": round(draw[3] * 359, 1) if kind != 27 else int(draw[3] * 359),
        "status": ship % 9,
        "accuracy": ship % 2,
        "heading": ship % 360,
        "second": nth % 60,
    }
    if kind in (4, 11):
        fields |= {"year": at.tm_year, "month": at.tm_mon, "day": at.tm_mday, "hour": at.tm_hour, "minute": at.tm_min}
        fields["second"] = at.tm_sec
    if kind in (5, 19, 21, 24):
        fields |= {"shipname": f"VESSEL {ship}", "name": f"MARK {ship}", "callsign": f"C{ship}", "ship_type": 30 + ship % 60}
        fields |= {
            "to_bow": 10 + ship % 200,
            "to_stern": ship % 50,
            "to_port": ship % 20,
            "to_starboard": ship % 9,
            "imo": 9_000_000 + ship,
        }
        fields |= {"destination": f"PORT {ship % 300}", "draught": ship % 150 / 10, "month": 1 + ship % 12, "day": 1 + ship % 28}
        fields |= {"hour": ship % 24, "minute": ship % 60, "partno": nth % 2}
    said = {"type": kind, "mmsi": 290_000_000 + ship, **fields, **OTHERS.get(kind, {})}
    if kind in OTHERS:
        said = {"type": kind, "mmsi": 290_000_000 + ship, **OTHERS[kind]}
    return pyais.encode_dict(said, talker_id="AI", sentence_type="VDM", radio_channel="AB"[nth % 2], seq_id=nth % 9 + 1)


def tag(at_s: int) -> bytes:
    """A tag block with a time."""
    body = b"s:r003669945,c:%d" % at_s
    total = 0
    for one in body:
        total ^= one
    return b"\\" + body + b"*%02X\\" % total


def ours(path: Path) -> list[Chunk]:
    """The whole path: file to columns."""
    return list(read_nmea(path))


def streamed(path: Path) -> Iterator[tuple[object, int]]:
    """pyais as its README and its benchmark read a file: what it decodes, and the time in force (0 before any)."""
    now_s = 0
    with pyais.FileReaderStream(str(path)) as stream:
        for sentence in stream:
            if not sentence.is_valid:
                continue
            block = sentence.tag_block
            if block is not None:
                block.init()
                if block.receiver_timestamp:
                    now_s = int(block.receiver_timestamp)
            if sentence.ais_id in KEPT:
                yield sentence.decode(), now_s


def by_stream(path: Path) -> int:
    """How many messages pyais decodes from a file."""
    return sum(1 for _ in streamed(path))


def by_line(path: Path) -> int:
    """The same with `pyais.decode` a message at a time, for parts that follow each other, as in this log."""
    count, parts, wanted = 0, [], False
    for line in path.read_bytes().splitlines():
        sentence = NMEASentenceFactory.produce(line)
        wanted = sentence.ais_id in KEPT if sentence.frag_num == 1 else wanted
        parts.append(line)
        if sentence.frag_num < sentence.frag_cnt:
            continue
        try:
            if wanted:
                pyais.decode(*parts, error_if_checksum_invalid=True)
                count += 1
        except AISBaseException:
            pass  # its checksum is wrong
        parts = []
    return count


def assert_equal(path: Path) -> tuple[int, int]:
    """Raise where a position or a statement differs; how many of each there are."""
    chunks = ours(path)
    places: list[Row] = []
    said: set[Row] = set()
    for one, now_s in streamed(path):
        if one.msg_type in PLACED:
            places.append(_place(one, now_s))
        if one.msg_type in KEPT - PLACED | {19, 21}:
            said.add(_said(one))
    mine = [row for chunk in chunks for row in _rows(chunk)]
    if len(mine) != len(places):
        raise AssertionError(f"positions: {len(places)}, ours {len(mine)}")
    for left, right in zip(mine, places, strict=True):
        if left[2:] != right[2:] or abs(left[0] - right[0]) > 1e-6 or abs(left[1] - right[1]) > 1e-6:
            raise AssertionError(f"a position differs: {left} and {right}")
    told = {row for chunk in chunks for row in _told(chunk)}
    if told != said:
        raise AssertionError(f"statements differ: {len(said)}, ours {len(told)}; {list(told ^ said)[:4]}")
    return len(mine), len(told)


def _place(one: object, now_s: int) -> Row:
    speed, course = getattr(one, "speed", None), getattr(one, "course", None)
    status = int(one.status) if one.msg_type in (1, 2, 3, 27) else -1
    sog = -1 if speed is None else round(float(speed) * 10)
    cog = -1 if course is None else round(float(course) * 10)
    return float(one.lat), float(one.lon), int(one.mmsi), now_s * 1000, sog, cog, status, bool(one.accuracy) and one.msg_type != 27


def _rows(chunk: Chunk) -> Iterator[Row]:
    rows = chunk.detections
    columns = (rows.mmsi, rows.t_ms, rows.sog_dkn, rows.cog_ddeg, rows.status)
    rest = [column.tolist() for column in columns]
    return zip(
        (rows.lat_e7 / 1e7).tolist(), (rows.lon_e7 / 1e7).tolist(), *rest, (rows.err_m == AIS_ERROR_HIGH_M).tolist(), strict=True
    )


def _said(one: object) -> Row:
    name = getattr(one, "shipname", getattr(one, "name", "")) or ""
    size = [int(getattr(one, side, 0) or 0) for side in ("to_bow", "to_stern", "to_port", "to_starboard")]
    part = 1 + int(one.partno) if one.msg_type == 24 else 0
    draught = round(float(getattr(one, "draught", 0) or 0) * 10)
    kind = int(getattr(one, "ship_type", 0) or 0)
    long, wide = size[0] + size[1], size[2] + size[3]
    words = name, getattr(one, "callsign", "") or "", getattr(one, "destination", "") or ""
    return int(one.mmsi), part, *words, int(getattr(one, "imo", 0) or 0), kind or -1, long or -1, wide or -1, draught or -1


def _told(chunk: Chunk) -> Iterator[Row]:
    rows = chunk.statements
    texts = [[bytes(one).decode() for one in column] for column in (rows.name, rows.call_sign, rows.destination)]
    numbers = (rows.imo, rows.ship_type, rows.length_m, rows.beam_m, rows.draught_dm)
    return zip(rows.mmsi.tolist(), rows.part.tolist(), *texts, *(column.tolist() for column in numbers), strict=True)


def best_s(work: object, path: Path, times: int) -> float:
    """The least of so many runs: the machine may be shared."""
    taken = []
    for _ in range(times):
        start_s = time.perf_counter()
        work(path)
        taken.append(time.perf_counter() - start_s)
    return min(taken)


def compile_s(path: Path) -> float:
    """Seconds of a first run in a fresh process and with nothing kept on disk."""
    with tempfile.TemporaryDirectory() as kept:
        code = (
            "import sys, time; from pathlib import Path; from fairlead.intake.nmea.decode import read_nmea; s = time.perf_counter()\n"
        )
        code += "list(read_nmea(Path(sys.argv[1]))); print(time.perf_counter() - s)"
        made = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            env={**os.environ, "NUMBA_CACHE_DIR": kept},
            capture_output=True,
            text=True,
            check=True,
        )
    return float(made.stdout)


def main() -> None:
    """Make the log, assert equal messages, measure each in turn."""
    count = 60_000 if quick() else 400_000
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "log.nmea"
        lines = make(path, count)
        print(f"{count} messages in {lines} lines, {path.stat().st_size} bytes", flush=True)
        placed, told = assert_equal(path)
        print(f"equal: {placed} positions, {told} different statements", flush=True)
        times = 3 if quick() else 5
        taken = {
            "ours": best_s(ours, path, 4 * times),
            "pyais stream": best_s(by_stream, path, times),
            "pyais decode": best_s(by_line, path, 2),
        }
        first_s = compile_s(path)
        print(f"a first run with nothing compiled: {first_s:.1f} s", flush=True)
        print(", ".join(f"{who} {1e6 * value / lines:.3f} us a sentence" for who, value in taken.items()), flush=True)
        peer = min((who for who in taken if who != "ours"), key=lambda who: taken[who])
        details = {"messages": count, "lines": lines, "seconds": taken, "first_s": first_s, "positions": placed, "statements": told}
        figure("decode", taken[peer] / taken["ours"], "x", peer=peer, goal=">=25, aim 60", **details)


if __name__ == "__main__":
    sys.exit(main())
