"""A day's table to Parquet in the one order of a segment: by number and time.

1. The rows are those that `read_table` gives, all of them, in `in_order`: the same file whatever order or pieces they came in.
2. What is held in memory is the columns, about 40 bytes a row, and once more while they are put in order.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from fairlead.intake.read import Reject
from fairlead.intake.table.out import write_parquet
from fairlead.intake.table.read import read_table
from fairlead.report.detection import COLUMNS, Detections, FeedFacts, in_order, stack
from fairlead.report.statement import Statements, hourly

WORKERS = 2


class Sorted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file: how many rows stand in the sorted one, what its numbers said, and what was not kept."""

    rows: int
    statements: Statements
    rejected: tuple[Reject, ...]
    set_aside: Mapping[str, int]
    lines: int


def sort_rows(rows: Detections) -> Detections:
    """The rows in order, as `rows.rows(in_order(rows))`; two columns are moved at a time."""
    order = in_order(rows)
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        moved = pool.map(lambda name: getattr(rows, name).take(order, mode="clip"), COLUMNS)
        return Detections(**dict(zip(COLUMNS, moved, strict=True)))


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
    chunks = list(read_table(path, layout=layout, feed=feed, date=date, mapping=mapping, workers=workers))
    aside: Counter[str] = Counter()
    for one in chunks:
        aside.update(one.set_aside)
    rejected = tuple(reject for one in chunks for reject in one.rejected)
    statements = hourly([one.statements for one in chunks])
    lines = sum(one.lines for one in chunks)
    rows = stack([one.detections for one in chunks])
    del chunks
    rows = sort_rows(rows)
    write_parquet(to, rows, label=label, feed=feed.name)
    return Sorted(rows=len(rows), statements=statements, rejected=rejected, set_aside=dict(aside), lines=lines)
