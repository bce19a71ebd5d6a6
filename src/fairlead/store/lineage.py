"""What came from what, in memory: "what descends from these" in time that goes with the answer (P4).

1. A short answer is found from the sources down, one step after another: all children of what the last step found.
2. When that grows long, or deep, the rest is settled by one forward pass over all links by depth: a parent's number is smaller than its
   child's and so is its depth, so every parent is settled before its children are asked.
3. Links that came since the arrays were built lie in a list behind them and are walked in order; when that list has grown the
   arrays are built anew. Nothing is ever taken out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from fairlead.store.bitmaps import bitmap_of, numbers

STEPS_MAX: Final = 48  # steps down before the rest is settled in one pass
FEW_MAX: Final = 20_000  # links looked at on the way down, likewise
NARROW_MAX: Final = 64  # links of one depth below which numpy costs more than it saves
BEHIND_MAX: Final = 65_536

Links = npt.NDArray[np.int64]  # rows of (child, parent, depth of the child)
Held = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


class Lineage:
    """The links of one database up to one number; grown from outside, in the order of writes."""

    def __init__(self) -> None:
        self.upto = 0  # every link of a child up to this number is here
        self._child = np.zeros(0, np.int32)  # by depth
        self._parent = np.zeros(0, np.intp)
        self._depth = np.zeros(0, np.int32)
        self._runs: list[tuple[int, int]] = []  # of the arrays: one depth, or several narrow ones
        self._first = np.zeros(1, np.int32)  # by parent: where its children begin
        self._children = np.zeros(0, np.int32)
        self._behind: list[tuple[int, int, int]] = []

    def extend(self, links: Links, upto: int) -> None:
        """Take in the links of children after `self.upto`, by child."""
        if len(links) + len(self._behind) > BEHIND_MAX:
            self._build(np.concatenate([np.array(self._behind, np.int64).reshape(-1, 3), links]))
            self._behind = []
        else:
            self._behind += [(child, parent, depth) for child, parent, depth in links.tolist()]
        self.upto = max(self.upto, upto)

    def descend(self, sources: BitMap, *, size: int, more: Iterable[tuple[int, int, int]] = ()) -> BitMap:
        """The sources and everything that descends from them, among the numbers up to `size`. `more`: links not taken in yet."""
        if not sources:
            return BitMap()
        more = tuple(more)
        raw = bytearray(max(size, self.upto, sources.max(), *(child for child, _, _ in more), 0) + 1)
        held = np.frombuffer(raw, dtype=np.bool_)
        begin = numbers(sources)
        held[begin] = True
        if not self._step_down(held, begin.astype(np.intp)):
            self._pass_over(held, raw)
        for one, above, _ in (*self._behind, *more):
            if raw[above]:
                raw[one] = 1
        return bitmap_of(held[: size + 1])

    def _step_down(self, held: Held, found: Places) -> bool:
        """Mark the children of what was found, and theirs, for some steps; whether that was all."""
        looked_at = 0
        for _ in range(STEPS_MAX):
            found = found[found < len(self._first) - 1]
            begin = self._first[found]
            counts = self._first[found + 1] - begin
            total = int(counts.sum())
            looked_at += total
            if not total or looked_at > FEW_MAX:
                return not total
            ends = np.cumsum(counts)
            places = np.arange(total, dtype=np.intp) + np.repeat(begin - (ends - counts), counts)
            children = self._children[places].astype(np.intp)
            found = np.unique(children[~held[children]])
            held[found] = True
        return not len(found)

    def _pass_over(self, held: Held, raw: bytearray) -> None:
        for start, end in self._runs:
            child, parent = self._child[start:end], self._parent[start:end]
            if end - start >= NARROW_MAX and self._depth[start] == self._depth[end - 1]:
                held[child.take(np.flatnonzero(held.take(parent)))] = True
            else:
                for one, above in zip(child.tolist(), parent.tolist(), strict=True):
                    if raw[above]:
                        raw[one] = 1

    def _build(self, fresh: Links) -> None:
        child = np.concatenate([self._child, fresh[:, 0].astype(np.int32)])
        parent = np.concatenate([self._parent, fresh[:, 1].astype(np.intp)])
        depth = np.concatenate([self._depth, fresh[:, 2].astype(np.int32)])
        order = np.argsort(depth, kind="stable")
        self._child, self._parent, self._depth = child[order], parent[order], depth[order]
        by_parent = np.argsort(parent, kind="stable")
        self._children = child[by_parent]
        self._first = np.searchsorted(parent[by_parent], np.arange(int(parent.max()) + 2)).astype(np.int32)
        self._runs = _runs(self._depth)


def _runs(depth: npt.NDArray[np.int32]) -> list[tuple[int, int]]:
    """Stretches of one depth, those with few links put together."""
    edges = np.flatnonzero(np.diff(depth)) + 1
    runs: list[tuple[int, int]] = []
    narrow = False
    for start, end in itertools.pairwise([0, *edges.tolist(), len(depth)]):
        thin = end - start < NARROW_MAX
        if thin and narrow:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
        narrow = thin
    return runs
