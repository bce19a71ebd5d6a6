"""A day's table to Parquet in the one order of a segment: by number and time.

1. The rows are those that `read_table` gives, all of them, in `in_order`: the same file whatever order or pieces they came in.
2. What is held in memory is the columns, about 40 bytes a row, and once more while they are put in order.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from fairlead.intake.read import Reject
from fairlead.intake.table.out import ROWS_A_GROUP, write_parquet
from fairlead.intake.table.read import read_table
from fairlead.report.detection import COLUMNS, Detections, FeedFacts, in_order, stack
from fairlead.report.statement import COLUMNS as STATED
from fairlead.report.statement import Statements, nothing_stated

WORKERS = 2
CHUNK_BYTES = 8 * 1024 * 1024  # small enough that memory is used again


class Sorted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file: how many rows stand in the sorted one, what its numbers said (as read, to be joined by
    `statement.hourly`), and what was not kept."""

    rows: int
    statements: Statements
    rejected: tuple[Reject, ...]
    set_aside: Mapping[str, int]
    lines: int


def sort_rows(rows: Detections) -> Detections:
    """The rows in order, as `rows.rows(in_order(rows))`."""
    return _taken(rows, in_order(rows), _alike(rows))


def sorted_parts(rows: Detections) -> Iterator[Detections]:
    """The rows in order, a row group at a time; while one is used, the next is put together."""
    order, alike = in_order(rows), _alike(rows)
    starts = range(0, max(len(rows), 1), ROWS_A_GROUP)
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(_taken, rows, order[:ROWS_A_GROUP], alike)
        for start in starts:
            part = coming.result()
            if start + ROWS_A_GROUP < len(rows):
                coming = pool.submit(_taken, rows, order[start + ROWS_A_GROUP : start + 2 * ROWS_A_GROUP], alike)
            yield part


def _alike(rows: Detections) -> frozenset[str]:
    """Columns with one value in all rows: these need no moving."""
    columns = {name: getattr(rows, name) for name in COLUMNS}
    return frozenset(name for name, one in columns.items() if len(one) and one[0] == one[-1] and bool((one == one[0]).all()))


def _taken(rows: Detections, order: npt.NDArray[np.intp], alike: frozenset[str]) -> Detections:
    columns = {name: getattr(rows, name) for name in COLUMNS}
    return Detections(**{name: one[: len(order)] if name in alike else one.take(order, mode="clip") for name, one in columns.items()})


def joined(parts: Sequence[Statements]) -> Statements:
    """All rows of all parts, in order."""
    given = [part for part in parts if len(part)]
    return (
        Statements(**{name: np.concatenate([getattr(part, name) for part in given]) for name in STATED}) if given else nothing_stated()
    )


def sort_file(
    path: Path,
    to: Path,
    *,
    layout: str,
    feed: FeedFacts,
    date: datetime.date | None = None,
    mapping: Path | None = None,
    label: str = "",
    workers: int = WORKERS,
) -> Sorted:
    """The file's detections in order as Parquet at `to`. Raises BadFile; then nothing is written."""
    chunks = list(read_table(path, layout=layout, feed=feed, date=date, mapping=mapping, workers=workers, chunk_bytes=CHUNK_BYTES))
    aside: Counter[str] = Counter()
    for one in chunks:
        aside.update(one.set_aside)
    rejected = tuple(reject for one in chunks for reject in one.rejected)
    statements = joined([one.statements for one in chunks])
    lines = sum(one.lines for one in chunks)
    rows = stack([one.detections for one in chunks])
    del chunks
    write_parquet(to, sorted_parts(rows), label=label, feed=feed.name)
    return Sorted(rows=len(rows), statements=statements, rejected=rejected, set_aside=dict(aside), lines=lines)
