"""What came from what, in memory: one forward pass over all links answers "what descends from these" (P4).

1. A parent's number is smaller than its child's, and the links are kept by depth, so every parent is settled before its children are
   asked. A pass touches each link once, whatever was asked.
2. Wide depths are done by numpy at a stroke; long thin stretches, a chain for example, link by link.
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

from fairlead.store.bitmaps import bitmap_of

NARROW_MAX: Final = 64  # links of one depth below which numpy costs more than it saves
BEHIND_MAX: Final = 65_536

Links = npt.NDArray[np.int64]  # rows of (child, parent, depth of the child)


class Lineage:
    """The links of one database up to one number; grown from outside, in the order of writes."""

    def __init__(self) -> None:
        self.upto = 0  # every link of a child up to this number is here
        self._child = np.zeros(0, np.uint32)
        self._parent = np.zeros(0, np.uint32)
        self._depth = np.zeros(0, np.int32)
        self._runs: list[tuple[int, int]] = []  # of the arrays: one depth, or several narrow ones
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
        room = max(size, self.upto, sources.max(), *(child for child, _, _ in more), 0) + 1
        raw = bytearray(room)
        held = np.frombuffer(raw, dtype=np.bool_)
        held[np.frombuffer(sources.to_array(), dtype=np.uint32)] = True
        for start, end in self._runs:
            child, parent = self._child[start:end], self._parent[start:end]
            if end - start >= NARROW_MAX and self._depth[start] == self._depth[end - 1]:
                held[child[held[parent]]] = True
            else:
                for one, above in zip(child.tolist(), parent.tolist(), strict=True):
                    if raw[above]:
                        raw[one] = 1
        for one, above, _ in (*self._behind, *more):
            if raw[above]:
                raw[one] = 1
        return bitmap_of(held[: size + 1])

    def _build(self, fresh: Links) -> None:
        child = np.concatenate([self._child, fresh[:, 0].astype(np.uint32)])
        parent = np.concatenate([self._parent, fresh[:, 1].astype(np.uint32)])
        depth = np.concatenate([self._depth, fresh[:, 2].astype(np.int32)])
        order = np.argsort(depth, kind="stable")
        self._child, self._parent, self._depth = child[order], parent[order], depth[order]
        edges = np.flatnonzero(np.diff(self._depth)) + 1
        bounds = [0, *edges.tolist(), len(order)]
        runs: list[tuple[int, int]] = []
        narrow = False
        for start, end in itertools.pairwise(bounds):
            thin = end - start < NARROW_MAX
            if thin and narrow:
                runs[-1] = (runs[-1][0], end)
            else:
                runs.append((start, end))
            narrow = thin
        self._runs = runs
