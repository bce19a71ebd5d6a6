"""A feed's table in chunks of columns: detections and statements in order, rejected lines with reasons, lines set aside by type.

1. Lines that the compiled reading is sure of never become Python objects; every other line goes through the parser of one line, and its
   row is put back in its place. So the result does not depend on which way a line went, nor on how the file is cut.
2. Two workers read two blocks at once and hand them on in the order of the file. Memory is bounded by the size of a block.
3. Errors are those of `intake.read`: BadFile for a file that cannot be read, and after the lines before it for one that is cut.
"""

from __future__ import annotations

import datetime
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np

from fairlead.errors import BadFile, BadInput
from fairlead.intake.lines import LINE_BYTES_MAX, Line, line_of
from fairlead.intake.parsed import Aside, Row
from fairlead.intake.read import TEXT_MAX, Chunk, Reject
from fairlead.intake.table import danish, mapped, marine, santa_barbara, tracks
from fairlead.intake.table.blocks import CHUNK_BYTES, Block, read_blocks
from fairlead.intake.table.columns import NOWHERE, ROW, UNSURE, WORDING, Plan, Rows, read_lines
from fairlead.intake.table.parquet import read_parquet
from fairlead.intake.table.plans import Layout, Told
from fairlead.intake.table.stated import Said, noted, statements_of
from fairlead.report.detection import CLOCKS, Detections, FeedFacts
from fairlead.report.detection import COLUMNS as DETECTED
from fairlead.report.statement import COLUMNS as STATED
from fairlead.report.statement import Statements

STATED_CLOCK: Final = CLOCKS.index("stated")
LAYOUTS: Final = ("danish", "mapped", "marinecadastre", "parquet", "sbarc", "tracktable")


def read_table(
    path: Path,
    *,
    layout: str,
    feed: FeedFacts,
    date: datetime.date | None = None,
    mapping: Path | None = None,
    chunk_bytes: int = CHUNK_BYTES,
    workers: int = 1,
) -> Iterator[Chunk]:
    """The file as chunks in order. `feed` is whose file it is, `date` the day of a Santa Barbara log, `mapping` the mapping file of the
    layouts `mapped` and `parquet`. Raises BadFile; for a cut file after the lines before the cut."""
    if layout not in LAYOUTS:
        raise BadFile("no reader for this layout", where=layout, do=f"one of {', '.join(LAYOUTS)}")
    if feed.kind != "ais" and layout not in ("mapped", "parquet"):
        raise BadFile(f"layout {layout} is of AIS", where=path.name, why=f"feed {feed.name} is {feed.kind}", do="name another layout")
    if (mapping is None) == (layout in ("mapped", "parquet")):
        do = "give a mapping file with the layouts mapped and parquet, and with no other"
        raise BadFile("the mapping file does not fit the layout", where=path.name, why=f"layout {layout}", do=do)
    if layout == "parquet" and mapping is not None:
        for table in read_parquet(path, mapped.read_mapping(mapping)):
            yield Chunk(
                detections=table.detections,
                statements=table.statements,
                rejected=tuple(Reject(line=line, reason=reason, text=text[:TEXT_MAX]) for line, reason, text in table.rejected),
                set_aside=table.set_aside,
                lines=table.rows,
            )
        return
    if layout == "tracktable":
        blocks = read_blocks(path, chunk_bytes=chunk_bytes, line_bytes_max=tracks.LINE_BYTES_MAX)
        yield from in_turn(blocks, _trajectories, workers)
        return
    blocks = read_blocks(path, chunk_bytes=chunk_bytes, line_bytes_max=LINE_BYTES_MAX)
    yield from in_turn(blocks, _Reading(path, layout, date, mapping), workers)


class _Reading:
    """Blocks of text to chunks; the first block, which comes first, gives the header."""

    def __init__(self, path: Path, layout: str, date: datetime.date | None, mapping: Path | None) -> None:
        self.where = path.name
        self.layout: Layout | None = None
        self.headed: Callable[[str, str], Layout] | None = None
        if layout == "sbarc":
            self.layout = santa_barbara.layout(date or santa_barbara.date_of(path.name))
        elif layout == "marinecadastre":
            self.headed = marine.layout
        elif layout == "danish":
            self.headed = danish.layout
        elif mapping is not None:
            made = mapped.read_mapping(mapping)
            self.encoding = made.encoding
            if made.header:
                self.headed = made.layout
            else:
                self.layout = made.layout("", self.where)

    encoding = "utf-8"

    def prepare(self, block: Block) -> None:
        """Look at the header, when this is the first block."""
        if self.headed is None or block.first > 1:
            return
        end = int(np.argmax(block.chunk == 10)) + 1
        line = _text(block.chunk[:end].tobytes(), 1, self.encoding)
        if not line.fault:
            self.layout = self.headed(line.text, self.where)

    def __call__(self, block: Block) -> Chunk:
        if self.layout is None:  # the first line could not be read
            return _headless(block, self.encoding)
        return chunk_of(block, self.layout)


def in_turn(blocks: Iterator[Block], work: Callable[[Block], Chunk], workers: int) -> Iterator[Chunk]:
    """The work done on each block, in their order, by so many threads. An error of the file comes after the chunks before it."""
    if workers <= 1:
        for block in blocks:
            _prepare(work, block)
            yield work(block)
        return
    broken: BadFile | None = None
    waiting: deque[Future[Chunk]] = deque()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            for block in blocks:
                _prepare(work, block)
                waiting.append(pool.submit(work, block))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
        except BadFile as error:
            broken = error
        while waiting:
            yield waiting.popleft().result()
    if broken is not None:
        raise broken


def _prepare(work: Callable[[Block], Chunk], block: Block) -> None:
    if isinstance(work, _Reading):
        work.prepare(block)


def chunk_of(block: Block, layout: Layout) -> Chunk:
    """One block read."""
    plan = layout.plan
    rows = rows_for(block.lines, plan)
    slots = np.zeros(1 << max(10, (block.lines // 4).bit_length()), dtype=np.int32)
    count, entries = read_lines(
        block.chunk,
        plan.lines,
        plan.read,
        plan.fixed,
        plan.said,
        plan.spans,
        plan.pattern,
        plan.words,
        plan.word,
        rows.row,
        rows.fate,
        rows.start,
        rows.wording,
        rows.cells,
        slots,
        plan.delimiter,
    )
    aside: Counter[str] = Counter()
    nowhere = int(np.count_nonzero(rows.fate == NOWHERE))
    if nowhere:
        aside["no position"] = nowhere
    slow = _Slow(layout, aside)
    for place in np.flatnonzero(rows.fate == UNSURE).tolist():
        number = block.first + place
        raw = block.chunk[rows.start[place] : rows.start[place + 1]].tobytes()
        slow.take(raw, number, place)
    statements = noted(block.chunk, plan, rows, entries, layout.blank, layout.part)
    if slow.said:
        statements = _joined(statements, statements_of(slow.said))
    return Chunk(
        detections=_detections(rows, count, slow),
        statements=statements,
        rejected=tuple(slow.rejected),
        set_aside=dict(aside),
        lines=block.lines,
    )


class _Slow:
    """Lines that are read one by one: each ends in exactly one place."""

    def __init__(self, layout: Layout, aside: Counter[str]) -> None:
        self.layout, self.aside = layout, aside
        self.rows: list[Row] = []
        self.stations: list[int] = []
        self.places: list[int] = []
        self.said: list[Said] = []
        self.rejected: list[Reject] = []

    def take(self, raw: bytes, number: int, place: int) -> None:
        line = _text(raw, number, self.layout.encoding)
        if self.layout.headed and number == 1 and not line.fault:
            self.aside["header"] += 1
            return
        if not line.fault and not line.text.strip():
            self.aside["blank"] += 1
            return
        reason, told = line.fault, Told()
        made: Row | Aside = Aside(kind="")
        if not reason:
            try:
                made = self.layout.parse(line.text)
                told = self.layout.tell(line.text)
            except BadInput as error:
                reason = error.what
            except (ValueError, OverflowError, IndexError) as error:
                reason = f"it cannot be read: {error}"
        if reason:
            self.rejected.append(Reject(line=number, reason=reason, text=line.text[:TEXT_MAX]))
            return
        if isinstance(made, Aside):
            self.aside[told.aside or made.kind] += 1
        else:
            self.rows.append(made)
            self.stations.append(told.station)
            self.places.append(place)
        if told.said is not None:
            self.said.append(told.said)


def rows_for(lines: int, plan: Plan) -> Rows:
    """Room for what a block of so many lines can give."""
    speaks = lines if plan.said.shape[1] else 0
    return Rows(
        row=np.empty(lines, dtype=ROW),
        fate=np.empty(lines, dtype=np.uint8),
        start=np.empty(lines + 1, dtype=np.int64),
        wording=np.empty((speaks, WORDING), dtype=np.int64),
        cells=np.empty((speaks, plan.said.shape[1], 2), dtype=np.int32),
    )


def _detections(rows: Rows, count: int, slow: _Slow) -> Detections:
    columns = {name: rows.row[name][:count] for name in DETECTED if name != "clock"}
    if slow.rows:
        where = np.argsort(np.concatenate([rows.row["line"][:count], np.array(slow.places, dtype=np.int32)]), kind="stable")
        more = {name: [getattr(row, name) for row in slow.rows] for name in columns if name != "station"}
        more["station"] = slow.stations
        columns = {name: np.concatenate([one, np.array(more[name], dtype=one.dtype)])[where] for name, one in columns.items()}
    else:
        columns = {name: np.ascontiguousarray(one) for name, one in columns.items()}
    return Detections(**columns, clock=np.full(len(columns["t_ms"]), STATED_CLOCK, dtype=np.int8))


def _joined(one: Statements, other: Statements) -> Statements:
    return Statements(**{name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in STATED})


def _text(raw: bytes, number: int, encoding: str) -> Line:
    body = raw[:-1] if raw.endswith(b"\n") else raw
    return line_of(number, raw[:LINE_BYTES_MAX], encoding, rest=len(body) >= LINE_BYTES_MAX)


def _headless(block: Block, encoding: str) -> Chunk:
    """Lines of a file whose first could not be read: every one is rejected, but for blank ones."""
    aside: Counter[str] = Counter()
    slow = _Slow(Layout(tracks.NO_PLAN, encoding, (), _no_header, lambda _: Told(), False), aside)
    for place, raw in enumerate(block.chunk.tobytes().split(b"\n")[:-1]):
        slow.take(raw, block.first + place, place)
    rows = rows_for(0, tracks.NO_PLAN)
    return Chunk(
        detections=_detections(rows, 0, slow),
        statements=statements_of(()),
        rejected=tuple(slow.rejected),
        set_aside=dict(aside),
        lines=block.lines,
    )


def _no_header(text: str) -> Row | Aside:
    raise BadInput("there is no header to read it by")


def _trajectories(block: Block) -> Chunk:
    found = tracks.read_tracks(block)
    return Chunk(
        detections=found.detections,
        statements=statements_of(()),
        rejected=tuple(Reject(line=line, reason=reason, text=text[:TEXT_MAX]) for line, reason, text in found.rejected),
        set_aside=found.set_aside,
        lines=found.units,
    )
