"""What a feed has brought before: a detection or statement that stands in one of its segments already is not stored again.

1. Only segments of the same feed whose time meets that of the new rows are read, each at most once for a file.
2. Rows are compared by a key of 128 bits over all that a detection's digest covers; a statement by everything that it says.
3. Segments are counted whoever may read them: whether something is held, ended or hidden changes nothing here (P7).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fairlead.intake.segment_file import read_segment, read_statements, segment_path
from fairlead.report.derivation import mixed
from fairlead.report.detection import MEASURED, Detections
from fairlead.report.statement import COLUMNS, Statements
from fairlead.store import holdings
from fairlead.store.database import Tx

Keys = npt.NDArray[np.uint64]  # (n, 2)


@dataclass(slots=True, kw_only=True)
class Brought:
    """The memory of one reading of one file; `known` fills as segments are met."""

    root: Path
    feed: str
    known: dict[str, tuple[Keys, frozenset[bytes]]] = field(default_factory=dict)

    def fresh(self, tx: Tx, rows: Detections, statements: Statements) -> tuple[Detections, Statements]:
        """Those rows and statements that the feed has not brought before. Raises BadFile for a segment that cannot be read."""
        times = [times for times in (rows.t_ms, statements.first_ms, statements.last_ms) if len(times)]
        if not times:
            return rows, statements
        met = holdings.segments_of(tx, self.feed, int(min(one.min() for one in times)), int(max(one.max() for one in times)))
        keys, said = _keys(rows), _said(statements)
        new, unsaid = np.ones(len(rows), dtype=np.bool_), np.ones(len(statements), dtype=np.bool_)
        for holding in met:
            old, old_said = self._of(holding)
            new &= ~_among(keys, old)
            unsaid &= np.array([one not in old_said for one in said], dtype=np.bool_)
        return rows.rows(new), statements.rows(unsaid)

    def _of(self, holding: str) -> tuple[Keys, frozenset[bytes]]:
        found = self.known.get(holding)
        if found is None:
            path = segment_path(self.root, holding)
            keys = _keys(read_segment(path))
            found = keys[np.argsort(keys[:, 0], kind="stable")], frozenset(_said(read_statements(path)))
            self.known[holding] = found
        return found


def _keys(rows: Detections) -> Keys:
    keys = np.zeros((len(rows), 2), np.uint64)
    for half, salt in enumerate((0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)):
        key = np.full(len(rows), salt, np.uint64)
        for name in MEASURED:
            key = mixed(key * np.uint64(3) ^ mixed(getattr(rows, name).astype(np.int64).view(np.uint64) + np.uint64(salt)))
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


def _said(statements: Statements) -> list[bytes]:
    if not len(statements):
        return []
    table = np.zeros(len(statements), dtype=[(name, kind) for name, kind in COLUMNS.items()])
    for name in COLUMNS:
        table[name] = getattr(statements, name)
    width = table.dtype.itemsize
    raw = table.tobytes()
    return [raw[start : start + width] for start in range(0, len(raw), width)]
