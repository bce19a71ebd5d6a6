"""What a feed has brought before: a detection or statement that stands in one of its segments already is not stored again.

1. Only segments of the same feed whose time meets that of the new rows are read, each at most once for a file.
2. Rows are compared by a key of 128 bits over all that a detection's digest covers; a statement by everything that it says.
3. Segments are counted whoever may read them: whether something is held, ended or hidden changes nothing here (P7).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from fairlead.intake.segment_file import read_segment, read_statements, segment_path
from fairlead.report.derivation import mixed
from fairlead.report.detection import MEASURED, Detections
from fairlead.report.statement import COLUMNS, Statements
from fairlead.store import holdings
from fairlead.store.database import Tx

Words: TypeAlias = npt.NDArray[np.uint64]  # (n,)
Keys: TypeAlias = npt.NDArray[np.uint64]  # (n, 2)


@dataclass(slots=True, kw_only=True)
class Brought:
    """The memory of one reading of one file; `known` fills as segments are met."""

    root: Path
    feed: str
    known: dict[str, tuple[Keys, Keys]] = field(default_factory=dict)

    def fresh(self, tx: Tx, rows: Detections, statements: Statements) -> tuple[Detections, Statements]:
        """Those rows and statements that the feed has not brought before. Raises BadFile for a segment that cannot be read."""
        times = [times for times in (rows.t_ms, statements.first_ms, statements.last_ms) if len(times)]
        if not times:
            return rows, statements
        met = holdings.segments_of(tx, self.feed, int(min(one.min() for one in times)), int(max(one.max() for one in times)))
        keys, said = _keys(_measured(rows)), _keys(_said(statements))
        new, unsaid = np.ones(len(rows), dtype=np.bool_), np.ones(len(statements), dtype=np.bool_)
        for holding in met:
            old, old_said = self._of(holding)
            new &= ~_among(keys, old)
            unsaid &= ~_among(said, old_said)
        self.known = {holding: self.known[holding] for holding in met}  # a file in order of time goes back to none of the others
        return rows.rows(new), statements.rows(unsaid)

    def _of(self, holding: str) -> tuple[Keys, Keys]:
        found = self.known.get(holding)
        if found is None:
            path = segment_path(self.root, holding)
            keys, said = _keys(_measured(read_segment(path))), _keys(_said(read_statements(path)))
            found = keys[np.argsort(keys[:, 0], kind="stable")], said[np.argsort(said[:, 0], kind="stable")]
            self.known[holding] = found
        return found


def _measured(rows: Detections) -> list[Words]:
    """All that a detection's digest covers, as 64-bit columns."""
    return [getattr(rows, name).astype(np.int64).view(np.uint64) for name in MEASURED]


def _said(statements: Statements) -> list[Words]:
    """All that a statement says and when, as 64-bit columns; a text is as many columns as it has words."""
    found: list[Words] = []
    for name in COLUMNS:
        column = getattr(statements, name)
        if column.dtype.kind == "S":
            wide = column.astype(f"S{-(-column.dtype.itemsize // 8) * 8}")
            found += list(np.ascontiguousarray(wide).view(np.uint64).reshape(len(column), wide.dtype.itemsize // 8).T)
        else:
            found.append(column.astype(np.int64).view(np.uint64))
    return found


def _keys(columns: list[Words]) -> Keys:
    keys = np.zeros((len(columns[0]), 2), np.uint64)
    for half, salt in enumerate((0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)):
        key = np.full(len(columns[0]), salt, np.uint64)
        for column in columns:
            key = mixed(key * np.uint64(3) ^ mixed(column + np.uint64(salt)))
        keys[:, half] = key
    return keys


def _among(keys: Keys, old: Keys) -> npt.NDArray[np.bool_]:
    """Which keys stand in `old`, whose first halves are sorted."""
    found = np.zeros(len(keys), dtype=np.bool_)
    if not len(old):
        return found
    first = np.searchsorted(old[:, 0], keys[:, 0])
    left = np.flatnonzero((first < len(old)) & (old[np.minimum(first, len(old) - 1), 0] == keys[:, 0]))
    place = first[left]
    while len(left):  # equal first halves are as good as always one row; the loop ends after that one
        hit = old[place, 1] == keys[left, 1]
        found[left[hit]] = True
        left, place = left[~hit], place[~hit] + 1
        more = (place < len(old)) & (old[np.minimum(place, len(old) - 1), 0] == keys[left, 0])
        left, place = left[more], place[more]
    return found
