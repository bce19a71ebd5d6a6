"""Sentences made for the tests, all of numbers that no administration gives out, and tiny readers of the published logs."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pyais
import pytest

from fairlead.intake.nmea.decode import Decoder
from fairlead.intake.read import Chunk
from fairlead.report.detection import COLUMNS, stack
from fairlead.report.statement import hourly

SHARED = Path(__file__).resolve().parents[5] / "shared" / "data" / "nmea"
NOON_MS = 1_593_518_400_000  # 2020-06-30T12:00:00Z
SHIP = 290_000_001  # 290 is given to nobody


def sentence(**fields: Any) -> bytes:
    """One message as a line or several."""
    return "\n".join(pyais.encode_dict({"mmsi": SHIP, **fields}, radio_channel="A", talker_id="AI")).encode() + b"\n"


def position(lat: float = 24.5, lon: float = -82.1, **fields: Any) -> bytes:
    return sentence(**{"type": 1, "lat": lat, "lon": lon, "speed": 10.5, "course": 90.0, **fields})


def tagged(line: bytes, t_ms: int) -> bytes:
    """A line with its time in a tag block."""
    body = f"s:r1,c:{t_ms // 1000}".encode()
    total = 0
    for one in body:
        total ^= one
    return b"\\" + body + b"*%02X\\" % total + line


def read(raw: bytes, at_ms: int | None = NOON_MS, pieces: int = 1) -> Chunk:
    """A log decoded in so many pieces, put together again."""
    decoder = Decoder(at_ms)
    cuts = [len(raw) * number // pieces for number in range(pieces + 1)]
    chunks = [decoder.push(raw[begin:end]) for begin, end in itertools.pairwise(cuts)] + [decoder.finish()]
    aside: dict[str, int] = {}
    for one in chunks:
        for kind, number in one.set_aside.items():
            aside[kind] = aside.get(kind, 0) + number
    return Chunk(
        detections=stack([one.detections for one in chunks]),
        statements=hourly([one.statements for one in chunks]),
        rejected=tuple(reject for one in chunks for reject in one.rejected),
        set_aside={kind: number for kind, number in aside.items() if number},
        lines=sum(one.lines for one in chunks),
    )


def adds_up(read: Chunk) -> bool:
    return read.lines == len(read.detections) + len(read.rejected) + sum(read.set_aside.values())


def same(one: Chunk, other: Chunk) -> bool:
    columns = all(np.array_equal(getattr(one.detections, name), getattr(other.detections, name)) for name in COLUMNS)
    return columns and (one.rejected, one.set_aside, one.lines) == (other.rejected, other.set_aside, other.lines)


def published(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"published log {name} is not here")
    raw = path.read_bytes()
    return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
