"""A feed's file line by line, the exact reading that compiled ones are held to: detections in order, rejected lines with reasons, lines
set aside by type; the sum is the lines read.

1. The layout is the feed's own; a header that does not fit is an error of the file, a line that does not fit is one of the line.
2. Memory is bounded by the chunk, not by the file.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
import numpy as np

from fairlead.errors import BadFile, BadInput
from fairlead.intake.layout import marinecadastre, radar_plot, santa_barbara
from fairlead.intake.lines import Line, read_lines
from fairlead.intake.parsed import Aside, Row
from fairlead.report.detection import CLOCKS, COLUMNS, Detections, FeedFacts
from fairlead.report.statement import COLUMNS as STATEMENT_COLUMNS
from fairlead.report.statement import Statements, hourly, nothing_stated

CHUNK_LINES: Final = 20_000
TEXT_MAX: Final = 500
STATED_CLOCK: Final = CLOCKS.index("stated")
ENCODING: Final = {"marinecadastre": "utf-8", "sbarc": "latin-1", "radar": "utf-8"}

Parse: TypeAlias = Callable[[str], Row | Aside]


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """A line that could not be used: its number, why, and its beginning."""

    line: int
    reason: str
    text: str


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A run of lines, each accounted for once."""

    detections: Detections
    statements: Statements
    rejected: tuple[Reject, ...]
    set_aside: Mapping[str, int]
    lines: int


def read_detections(
    path: Path, *, layout: str, feed: FeedFacts, date: datetime.date | None = None, chunk: int = CHUNK_LINES
) -> Iterator[Chunk]:
    """The file as chunks of at most `chunk` lines. Raises BadFile; for a cut file, after the lines before the cut."""
    if layout not in ENCODING:
        raise BadFile("no reader for this layout", where=layout, do=f"one of {', '.join(sorted(ENCODING))}")
    day = (date or santa_barbara.date_of(path.name)) if layout == "sbarc" else None
    parse: Parse | None = santa_barbara.parser(day) if day else None
    rows: list[Row] = []
    rejected: list[Reject] = []
    aside: dict[str, int] = {}
    lines = 0
    broken: BadFile | None = None
    source = read_lines(path, ENCODING[layout])
    while True:
        try:
            line = next(source)
        except StopIteration:
            break
        except BadFile as error:
            broken = error
            break
        lines += 1
        if parse is None and line.number == 1 and not line.fault:
            parse = _with_header(layout, line.text, feed, path.name)
            aside["header"] = 1
        else:
            _take(line, parse, rows, rejected, aside)
        if lines >= chunk:
            yield _chunk(feed, rows, rejected, aside, lines)
            rows, rejected, aside, lines = [], [], {}, 0
    if lines:
        yield _chunk(feed, rows, rejected, aside, lines)
    if broken is not None:
        raise broken


def _with_header(layout: str, text: str, feed: FeedFacts, where: str) -> Parse:
    if layout == "marinecadastre":
        return marinecadastre.parser(marinecadastre.header(text, where), len(marinecadastre.cells_of(text)))
    return radar_plot.parser(radar_plot.header(text, feed, where), feed)


def _take(line: Line, parse: Parse | None, rows: list[Row], rejected: list[Reject], aside: dict[str, int]) -> None:
    """One line ends in exactly one place."""
    if not line.fault and not line.text.strip():
        aside["blank"] = aside.get("blank", 0) + 1
        return
    reason = line.fault
    if not reason:
        try:
            if parse is None:
                raise BadInput("there is no header to read it by")
            made = parse(line.text)
        except BadInput as error:
            reason = error.what
        except (ValueError, OverflowError, IndexError) as error:
            reason = f"it cannot be read: {error}"
        else:
            if isinstance(made, Aside):
                aside[made.kind] = aside.get(made.kind, 0) + 1
            else:
                rows.append(made)
            return
    rejected.append(Reject(line=line.number, reason=reason, text=line.text[:TEXT_MAX]))


def _chunk(feed: FeedFacts, rows: list[Row], rejected: list[Reject], aside: dict[str, int], lines: int) -> Chunk:
    stated = statements_of(rows) if feed.kind == "ais" else nothing_stated()
    return Chunk(detections=detections_of(rows), statements=stated, rejected=tuple(rejected), set_aside=aside, lines=lines)


def detections_of(rows: Sequence[Row]) -> Detections:
    """Rows as columns."""
    columns = {name: np.array([getattr(row, name) for row in rows], dtype=dtype) for name, dtype in COLUMNS.items() if name != "clock"}
    return Detections(**columns, clock=np.full(len(rows), STATED_CLOCK, dtype=np.int8))


def statements_of(rows: Sequence[Row]) -> Statements:
    """What the rows state of their numbers, for each hour once."""
    telling = [row for row in rows if row.mmsi and (row.name or row.ship_type >= 0 or row.length_m >= 0)]
    told = {name: np.zeros(len(telling), dtype=dtype) for name, dtype in STATEMENT_COLUMNS.items()}
    for name in ("beam_m", "draught_dm", "eta"):
        told[name] -= 1
    for name in ("mmsi", "name", "ship_type", "length_m"):
        told[name] = np.array([getattr(row, name) for row in telling], dtype=STATEMENT_COLUMNS[name])
    told["first_ms"] = np.array([row.t_ms for row in telling], dtype=np.int64)
    return hourly([Statements(**told | {"last_ms": told["first_ms"]})])
