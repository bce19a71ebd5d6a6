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
from fairlead.intake.nmea import scan as c
from fairlead.intake.nmea import sentence as s
from fairlead.intake.nmea.wide import PAD, Bytes
from fairlead.intake.read import Chunk, Reject
from fairlead.picture.ground import Ints
from fairlead.report.detection import Detections, stack
from fairlead.report.statement import Statements, hourly, nothing_stated

TEXT_MAX: Final = 500
LOST: Final = "part of a message whose rest is missing"
PIECE_BYTES: Final = 8 << 20
WAITING_MAX: Final = 1 << 20  # bytes without a line end; more is no text
SLICE: Final = 1 << 18  # bytes that are scanned at once: they stay near the processor
ROOMS: Final = 1 << 16  # positions, then statements and rejects, before the scan stops to have them taken out
TOLD_ROOMS: Final = 1 << 13
TURNED_ROOMS: Final = 1 << 13
WORDS_MAX: Final = s.PARTS_MAX * s.PART_BYTES // 8 + 8


class Decoder:
    """Decodes one log or stream; what it remembers between pieces is bounded."""

    def __init__(self, at_ms: int | None = None) -> None:
        """`at_ms` is the time assumed for messages before any clock is known: the beginning of the log, or now for a stream."""
        self._state = np.zeros(12, dtype=np.int64)
        self._state[s.LINE], self._state[s.STOP] = 1, -1
        if at_ms is not None:
            self._state[s.STATE_TIME] = at_ms
        self._heads = np.zeros((c.OPEN_MAX, c.HEADS), dtype=np.int64)
        self._heads[:, c.KEY] = self._heads[:, c.ORDER] = -1
        self._parts = np.zeros(c.OPEN_MAX * s.PARTS_MAX * s.PART_BYTES + PAD, dtype=np.uint8)
        self._lengths = np.zeros((c.OPEN_MAX, s.PARTS_MAX + 1), dtype=np.int64)
        self._memory = np.zeros((c.REMEMBERED, 2), dtype=np.int64)
        self._log = np.zeros(PAD, dtype=np.uint8)
        self._held = 0  # bytes of a line whose end has not come
        self._words = np.zeros(WORDS_MAX, dtype=np.uint64)
        self._cut, self._cuts = np.zeros(8, dtype=np.int64), np.zeros(24, dtype=np.int64)
        self._row, self._texts = np.zeros(m.ROW, dtype=np.int64), np.zeros(m.TEXTS, dtype=np.uint8)
        self._longs, self._wholes = np.empty((2, ROOMS), dtype=np.int64), np.empty((3, ROOMS), dtype=np.int32)
        self._halves, self._bytes = np.empty((2, ROOMS), dtype=np.int16), np.empty((4, ROOMS), dtype=np.int8)
        self._said, self._said_texts = np.empty((TOLD_ROOMS, m.WIDTH), dtype=np.int64), np.empty((TOLD_ROOMS, m.TEXTS), dtype=np.uint8)
        self._tally = np.zeros(c.TALLIES, dtype=np.int64)
        self._rows: list[Detections] = []
        self._told: list[Statements] = []
        self._rejects: list[Reject] = []
        self._turned = np.empty((TURNED_ROOMS, 4), dtype=np.int64)

    def arrived(self, at_ms: int) -> None:
        """Say when the next piece arrived: the time of its messages where the log states none."""
        if self._state[s.STATE_FROM] == 0:
            self._state[s.STATE_TIME] = at_ms

    def push(self, piece: bytes) -> Chunk:
        """Decode all whole lines that there are now."""
        for begin in range(0, len(piece), SLICE):
            self._fed(piece, begin, min(begin + SLICE, len(piece)))
        return self._taken()

    def finish(self) -> Chunk:
        """Decode the last line, when it has no end."""
        rest, self._held = self._held, 0
        self._log[rest : rest + PAD] = 0
        self._scan(rest)
        last = self._taken()
        lost = int(self._lengths[:, s.PARTS_MAX].sum()) + sum(int(seen).bit_count() for seen in self._heads[:, c.SEEN])
        if not lost:
            return last
        self._lengths[:, s.PARTS_MAX] = 0
        self._heads[:, c.SEEN] = 0
        aside = dict(last.set_aside)
        partly = s.OUTCOMES[s.PARTLY]
        aside[partly] = aside.get(partly, 0) - lost  # they were counted as parts when they came
        return msgspec.structs.replace(last, set_aside={**aside, LOST: lost})

    def _fed(self, piece: bytes, begin: int, end: int) -> None:
        """A slice of a piece behind what is held, scanned up to its last line end."""
        held, ended = self._held, bool(self._held) and self._log[self._held - 1] == 13
        size = held + end - begin
        if size + PAD > len(self._log):
            grown = np.zeros(size + size // 8 + PAD, dtype=np.uint8)
            grown[:held] = self._log[:held]
            self._log = grown
        self._log[held:size] = np.frombuffer(piece, dtype=np.uint8, count=end - begin, offset=begin)
        self._log[size : size + PAD] = 0
        last = end - (piece[end - 1] == 13)  # its line feed may come with the next piece
        feed = piece.rfind(b"\n", begin, last)
        found = max(feed, piece.rfind(b"\r", max(feed + 1, begin), last)) + 1
        cut = held + found - begin if found else held if ended else 0
        if not cut and size > WAITING_MAX:
            cut = size
        self._scan(cut)
        self._held = size - cut
        self._log[: self._held] = self._log[cut:size].copy()

    def _scan(self, size: int) -> None:
        state = self._state
        state[s.AT] = 0
        while state[s.AT] < size:
            c.scan(
                self._log, size, state, self._heads, self._parts, self._lengths, self._memory, self._words, self._cut, self._cuts,
                self._row, self._texts, self._longs, self._wholes, self._halves, self._bytes, self._said, self._said_texts,
                self._turned, self._tally,
            )  # fmt: skip
            if state[s.TURNED]:
                self._rejects += [_reject(self._log, *one) for one in self._turned[: state[s.TURNED]].tolist()]
                state[s.TURNED] = 0
            if state[s.MADE] == ROOMS or state[s.TOLD] == TOLD_ROOMS:
                self._drain()

    def _drain(self) -> None:
        state = self._state
        if state[s.MADE]:
            self._rows.append(self._detections(int(state[s.MADE])))
        if state[s.TOLD]:
            self._told.append(_statements(self._said[: state[s.TOLD]], self._said_texts[: state[s.TOLD]]))
        state[s.MADE] = state[s.TOLD] = 0

    def _taken(self) -> Chunk:
        """All that was decoded since the last time."""
        self._drain()
        chunk = Chunk(
            detections=stack(self._rows),
            statements=hourly(self._told) if self._told else nothing_stated(),
            rejected=tuple(self._rejects),
            set_aside=_aside(self._tally.tolist()),
            lines=int(self._state[s.RECORDS]),
        )
        self._rows, self._told, self._rejects = [], [], []
        self._tally[:] = 0
        self._state[s.RECORDS] = 0
        return chunk

    def _detections(self, made: int) -> Detections:
        none = np.full(made, -1, dtype=np.int16)
        return Detections(
            t_ms=self._longs[c.T_MS, :made].copy(),
            lat_e7=self._wholes[c.LAT_E7, :made].copy(),
            lon_e7=self._wholes[c.LON_E7, :made].copy(),
            sog_dkn=self._halves[c.SOG_DKN, :made].copy(),
            cog_ddeg=self._halves[c.COG_DDEG, :made].copy(),
            mmsi=self._longs[c.MMSI, :made].copy(),
            err_m=self._wholes[c.ERR_M, :made].copy(),
            ship_type=none,
            length_m=none.copy(),
            status=self._bytes[c.STATUS, :made].copy(),
            station=self._bytes[c.STATION, :made].copy(),
            clock=self._bytes[c.CLOCKED, :made].copy(),
        )


def _aside(tally: list[int]) -> dict[str, int]:
    """What was set aside by name; types that are left to others, and statements, by type."""
    aside = {s.OUTCOMES[code]: tally[code] for code in range(s.SAID + 1, s.REJECTED_FROM) if tally[code] and code != s.KIND}
    aside |= {f"type {number - c.LEFT}": tally[number] for number in range(c.LEFT, c.SPOKEN) if tally[number]}
    return aside | {f"statement of type {number - c.SPOKEN}": tally[number] for number in range(c.SPOKEN, c.TALLIES) if tally[number]}


def _reject(log: Bytes, begin: int, end: int, line: int, outcome: int) -> Reject:
    return Reject(line=line, reason=s.OUTCOMES[outcome], text=log[begin : min(end, begin + TEXT_MAX)].tobytes().decode("latin-1"))


def _statements(rows: Ints, texts: Bytes) -> Statements:
    call_sign, name, destination = (
        np.ascontiguousarray(texts[:, begin:end]).view(f"S{end - begin}").reshape(-1) for begin, end in ((0, 7), (7, 27), (27, 47))
    )
    return Statements(
        mmsi=rows[:, m.MMSI].copy(),
        part=rows[:, m.PART].astype(np.int8),
        first_ms=rows[:, m.UTC_MS].copy(),
        last_ms=rows[:, m.UTC_MS].copy(),
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
