"""What came from what, in memory: "what descends from these" in time that goes with the answer (P4).

1. A short answer is found from the sources down, one step after another: all children of what the last step found.
2. When that grows long, or deep, the rest is settled in two parts. All children of what has no parents itself come first, at a stroke:
   nothing can be added to such a parent. Then one forward pass over the other links by depth: a parent's number is smaller than its
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
STEP_COST: Final = 200  # a link looked at on the way down costs as much as so many in the pass
GATHER_COST: Final = 4  # the same for a link gathered from its parent, and one swept over
NARROW_MAX: Final = 64  # links of one depth below which numpy costs more than it saves
BEHIND_MAX: Final = 65_536

Links = npt.NDArray[np.int64]  # rows of (child, parent, depth of the child)
Held = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Counts = npt.NDArray[np.int32]


class Lineage:
    """The links of one database up to one number; grown from outside, in the order of writes."""

    def __init__(self) -> None:
        self.upto = 0  # every link of a child up to this number is here
        self._first = np.zeros(1, np.int32)  # by parent: where its children begin
        self._children = np.zeros(0, np.int32)
        self._depth = np.zeros(0, np.int32)  # by number
        self._roots = np.zeros(0, np.intp)  # parents that have none
        self._top = (np.zeros(0, np.int32), np.zeros(0, np.intp))  # children and parents of the links below these, by parent
        self._child = np.zeros(0, np.int32)  # of all other links, by depth of the child
        self._parent = np.zeros(0, np.intp)
        self._runs: list[tuple[int, int, bool]] = []  # of these: one depth, or (true) several narrow ones
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
            counts = self._counts(found)
            total = int(counts.sum())
            looked_at += total
            if not total or looked_at * STEP_COST > len(self._children):
                return not total
            children = self._children_of(found, counts)
            found = np.unique(children[~held[children]]).astype(np.intp)
            held[found] = True
        return not len(found)

    def _counts(self, above: Places) -> Counts:
        return self._first.take(above + 1) - self._first.take(above)

    def _children_of(self, above: Places, counts: Counts) -> Counts:
        ends = np.cumsum(counts, dtype=np.int32)
        places = np.repeat(self._first.take(above) - (ends - counts), counts)
        places += np.arange(len(places), dtype=np.int32)
        return self._children.take(places)

    def _pass_over(self, held: Held, raw: bytearray) -> None:
        self._below_roots(held)
        for start, end, narrow in self._runs:
            child, parent = self._child[start:end], self._parent[start:end]
            if narrow:
                for one, above in zip(child.tolist(), parent.tolist(), strict=True):
                    if raw[above]:
                        raw[one] = 1
            else:
                held[child.take(np.flatnonzero(held.take(parent)))] = True

    def _below_roots(self, held: Held) -> None:
        """Mark the children of all roots that are marked."""
        above = self._roots.compress(held.take(self._roots))
        counts = self._counts(above)
        child, parent = self._top
        if int(counts.sum()) * GATHER_COST < len(child):
            held[self._children_of(above, counts)] = True
        else:
            held[child.take(np.flatnonzero(held.take(parent)))] = True

    def _build(self, fresh: Links) -> None:
        parent = np.concatenate([np.repeat(np.arange(len(self._first) - 1), np.diff(self._first)), fresh[:, 1]])
        child = np.concatenate([self._children, fresh[:, 0].astype(np.int32)])
        order = np.argsort(parent, kind="stable")
        parent, self._children = parent[order], child[order]
        size = int(child.max()) + 1
        self._first = np.concatenate([[0], np.cumsum(np.bincount(parent, minlength=size))]).astype(np.int32)
        self._depth = np.concatenate([self._depth, np.zeros(size - len(self._depth), np.int32)])
        self._depth[fresh[:, 0]] = fresh[:, 2]
        has_parents = np.zeros(size, np.bool_)
        has_parents[child] = True
        self._roots = np.flatnonzero((np.diff(self._first) > 0) & ~has_parents)
        inside = has_parents.take(parent)
        top, inner = np.flatnonzero(~inside), np.flatnonzero(inside)
        self._top = (self._children.take(top), parent.take(top).astype(np.intp))
        depth = self._depth.take(self._children.take(inner))
        by_depth = np.argsort(depth, kind="stable")
        inner = inner[by_depth]
        self._child, self._parent = self._children.take(inner), parent.take(inner).astype(np.intp)
        self._runs = _runs(depth[by_depth])


def _runs(depth: npt.NDArray[np.int32]) -> list[tuple[int, int, bool]]:
    """Stretches of one depth, those with few links put together."""
    if not len(depth):
        return []
    edges = np.flatnonzero(np.diff(depth)) + 1
    runs: list[tuple[int, int, bool]] = []
    for start, end in itertools.pairwise([0, *edges.tolist(), len(depth)]):
        thin = end - start < NARROW_MAX
        if thin and runs and runs[-1][2]:
            runs[-1] = (runs[-1][0], end, True)
        else:
            runs.append((start, end, thin))
    return runs
