"""NMEA bytes in any pieces into detections and statements, with an account of every line.

1. The same bytes in other pieces give the same columns: a piece is decoded up to its last line end, the rest waits for the next.
2. Types that carry no position and no statement of a vessel are set aside by type; `others` reads them with pyais for who wants them.
3. Parts of messages whose rest never came are told at the end: their lines move from one kind of set aside to another.
4. A payload that was rejected stands in the account with its line number, its reason and its first 500 characters.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from fairlead.errors import BadFile
from fairlead.intake.lines import read_pieces
from fairlead.intake.nmea import message as m
from fairlead.intake.nmea.scan import (
    KIND,
    OPEN_MAX,
    OUTCOMES,
    PART_BYTES,
    PARTLY,
    PARTS_MAX,
    REJECTED_FROM,
    REMEMBERED,
    SAID,
    SEEN,
    STATE_FROM,
    STATE_TIME,
    scan,
)
from fairlead.intake.parsed import AIS_ERROR_HIGH_M, AIS_ERROR_LOW_M
from fairlead.intake.read import Chunk, Reject
from fairlead.picture.ground import Ints
from fairlead.report.detection import Detections
from fairlead.report.statement import Statements, hourly, nothing_stated

TEXT_MAX: Final = 500
ROUGH_M: Final = 185  # type 27 comes in tenths of a minute: half of one is 93 m north and as much east, and a fix is old (ours)
LOST: Final = "part of a message whose rest is missing"
PIECE_BYTES: Final = 8 << 20
WAITING_MAX: Final = 1 << 20  # bytes without a line end; more is no text


class Decoder:
    """Decodes one log or stream; what it remembers between pieces is bounded."""

    def __init__(self, at_ms: int | None = None) -> None:
        """`at_ms` is the time assumed for messages before any clock is known: the beginning of the log, or now for a stream."""
        self._state = np.zeros(4, dtype=np.int64)
        if at_ms is not None:
            self._state[STATE_TIME] = at_ms
        self._heads = np.full((OPEN_MAX, 7), -1, dtype=np.int64)
        self._heads[:, 2] = 0
        self._parts = np.zeros(OPEN_MAX * PARTS_MAX * PART_BYTES, dtype=np.uint8)
        self._lengths = np.zeros((OPEN_MAX, PARTS_MAX + 1), dtype=np.int64)
        self._memory = np.zeros(REMEMBERED, dtype=np.uint64)
        self._memory_ms = np.zeros(REMEMBERED, dtype=np.int64)
        self._waiting = b""
        self._line = 1

    def arrived(self, at_ms: int) -> None:
        """Say when the next piece arrived: the time of its messages where the log states none."""
        if self._state[STATE_FROM] == 0:
            self._state[STATE_TIME] = at_ms

    def push(self, piece: bytes) -> Chunk:
        """Decode all whole lines that there are now."""
        whole = self._waiting + piece
        cut = max(whole.rfind(b"\n"), whole.rfind(b"\r")) + 1
        if whole.endswith(b"\r"):  # its line feed may come with the next piece
            cut = max(whole.rfind(b"\n", 0, -1), whole.rfind(b"\r", 0, -1)) + 1
        if not cut and len(whole) > WAITING_MAX:
            cut = len(whole)
        self._waiting = whole[cut:]
        return self._decode(whole[:cut])

    def finish(self) -> Chunk:
        """Decode the last line, when it has no end."""
        rest, self._waiting = self._waiting, b""
        last = self._decode(rest)
        lost = int(self._lengths[:, PARTS_MAX].sum()) + sum(int(seen).bit_count() for seen in self._heads[:, SEEN])
        if not lost:
            return last
        self._lengths[:, PARTS_MAX] = 0
        self._heads[:, SEEN] = 0
        aside = dict(last.set_aside)
        aside[OUTCOMES[PARTLY]] = aside.get(OUTCOMES[PARTLY], 0) - lost  # they were counted as parts when they came
        return msgspec.structs.replace(last, set_aside={**aside, LOST: lost})

    def _decode(self, raw: bytes) -> Chunk:
        log = np.frombuffer(raw, dtype=np.uint8)
        ends = raw.count(b"\n") + raw.count(b"\r") + 1
        most = ends + raw.count(b"!") + raw.count(b"\\") + 1
        rows = np.empty((most, m.WIDTH), dtype=np.int64)
        texts = np.empty((most, m.TEXTS), dtype=np.uint8)
        when, clocks, lines = (np.empty(most, dtype=np.int64) for _ in range(3))
        kinds = np.zeros(64, dtype=np.int64)
        outcome, spans = np.empty(most, dtype=np.int16), np.empty((most, 3), dtype=np.int64)
        made, records = scan(
            log, self._line, self._state, self._heads, self._parts, self._lengths, self._memory, self._memory_ms,
            rows, texts, when, clocks, lines, outcome, spans, kinds,
        )  # fmt: skip
        outcome, spans = outcome[:records], spans[:records]
        if records:
            self._line = int(spans[-1, 2]) + 1
        aside, rejects = _accounted(raw, outcome, spans)
        aside.update({f"type {kind}": number for kind, number in enumerate(kinds.tolist()) if number})
        rows, texts, when, clocks = rows[:made], texts[:made], when[:made], clocks[:made]
        at = rows[:, m.HAS_POSITION] == m.POSITION
        said = rows[:, m.STATES] == 1
        for kind in np.unique(rows[said & ~at, m.TYPE]).tolist():
            aside[f"statement of type {kind}"] = int((said & ~at & (rows[:, m.TYPE] == kind)).sum())
        return Chunk(
            detections=_detections(rows[at], when[at], clocks[at]),
            statements=_statements(rows[said], texts[said], when[said]),
            rejected=rejects,
            set_aside=aside,
            lines=records,
        )


def _accounted(raw: bytes, outcome: np.typing.NDArray[np.int16], spans: Ints) -> tuple[dict[str, int], tuple[Reject, ...]]:
    """What was set aside by name, and what was rejected; types that are left to others are counted by type."""
    counts = np.bincount(outcome, minlength=len(OUTCOMES))
    aside = {OUTCOMES[code]: int(counts[code]) for code in range(SAID + 1, REJECTED_FROM) if counts[code] and code != KIND}
    rejects = [
        Reject(line=line, reason=OUTCOMES[code], text=raw[begin:end][:TEXT_MAX].decode("latin-1"))
        for code, (begin, end, line) in zip(
            outcome[outcome >= REJECTED_FROM].tolist(), spans[outcome >= REJECTED_FROM].tolist(), strict=True
        )
    ]
    return aside, tuple(rejects)


def _detections(rows: Ints, when: Ints, clocks: Ints) -> Detections:
    errors = np.where(rows[:, m.ACCURATE] == 1, AIS_ERROR_HIGH_M, AIS_ERROR_LOW_M)
    none = np.full(len(rows), -1, dtype=np.int16)
    return Detections(
        t_ms=when,
        lat_e7=rows[:, m.LAT].astype(np.int32),
        lon_e7=rows[:, m.LON].astype(np.int32),
        sog_dkn=rows[:, m.SOG].astype(np.int16),
        cog_ddeg=rows[:, m.COG].astype(np.int16),
        mmsi=rows[:, m.MMSI].copy(),
        err_m=np.where(rows[:, m.TYPE] == 27, ROUGH_M, errors).astype(np.int32),
        ship_type=none,
        length_m=none.copy(),
        status=rows[:, m.STATUS].astype(np.int8),
        station=rows[:, m.STATION].astype(np.int8),
        clock=clocks.astype(np.int8),
    )


def _statements(rows: Ints, texts: m.Bytes, when: Ints) -> Statements:
    if not len(rows):
        return nothing_stated()
    words = np.ascontiguousarray(texts)
    call_sign, name, destination = (
        np.ascontiguousarray(words[:, begin:end]).view(f"S{end - begin}").reshape(-1) for begin, end in ((0, 7), (7, 27), (27, 47))
    )
    return hourly(
        [
            Statements(
                mmsi=rows[:, m.MMSI].copy(),
                part=rows[:, m.PART].astype(np.int8),
                first_ms=when,
                last_ms=when,
                imo=rows[:, m.IMO].astype(np.int32),
                call_sign=call_sign,
                name=name,
                ship_type=np.where(rows[:, m.SHIP_TYPE] > 0, rows[:, m.SHIP_TYPE], -1).astype(np.int16),
                length_m=rows[:, m.LENGTH].astype(np.int16),
                beam_m=rows[:, m.BEAM].astype(np.int16),
                draught_dm=rows[:, m.DRAUGHT].astype(np.int16),
                destination=destination,
                eta=rows[:, m.ETA].astype(np.int32),
                craft_of=rows[:, m.CRAFT_OF].astype(np.int32),
            )
        ]
    )


def read_nmea(path: Path, *, at_ms: int | None = None, piece_bytes: int = PIECE_BYTES) -> Iterator[Chunk]:
    """A log file, plain or gzip, in pieces. Raises BadFile as `lines.read_lines` does: for a cut file, after what came before it."""
    decoder = Decoder(at_ms)
    broken: BadFile | None = None
    pieces = read_pieces(path, piece_bytes)
    while True:
        try:
            piece = next(pieces)
        except StopIteration:
            break
        except BadFile as error:
            broken = error
            break
        yield decoder.push(piece)
    yield decoder.finish()
    if broken is not None:
        raise broken
