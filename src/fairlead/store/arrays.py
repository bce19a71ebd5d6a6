"""The one predicate over columns in memory, in two ways: one pass over everything, or a union of what is kept by label.

1. Columns are laid out by number, so a bitmap of numbers is a bitmap of places. Rows never change; the columns only grow. A number that
   was never used has label 0, which is never open.
2. `scan` goes block by block through labels and times. A block keeps the bounds of its times: where all of it is readable, or none, no
   time is compared.
3. `showing` joins the bitmaps of the open labels with that of what is readable at this instant. The latter moves with the clock: only
   rows whose first or last instant lies between then and now are touched, and it does not matter which way time went.
4. An empty set of open labels shows nothing, never everything.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from fairlead.report.holding import FOREVER_MS
from fairlead.store.bitmaps import Containers, bitmap, bitmap_of, numbers

BLOCK: Final = 1 << 16  # as many numbers as one container of a bitmap
LOOSE_MAX: Final = 1 << 16  # rows not yet in the sorted bounds
SHUT_MAX: Final = 250  # different bitmaps of holds in one pass

Longs: TypeAlias = npt.NDArray[np.int64]
Nums: TypeAlias = npt.NDArray[np.uint32]


class Columns:
    """Label and times of every row, by number; taken in by ascending number."""

    def __init__(self) -> None:
        self.upto = 0
        self._label = np.zeros(BLOCK, np.int32)
        self._not_before = np.zeros(BLOCK, np.int64)
        self._expires = np.zeros(BLOCK, np.int64)
        self._bounds = np.zeros((1, 4), np.int64)  # of each block: least and greatest not_before, least and greatest expires
        self._shelves: dict[int, BitMap] = {}
        self._bounded = _Bounded()
        self._lock = threading.Lock()

    def add(self, num: Nums, label: npt.NDArray[np.int32], not_before_ms: Longs, expires_ms: Longs) -> None:
        """Take in rows, by ascending number, after all that are here."""
        if not len(num):
            return
        with self._lock:
            self._room(int(num[-1]) + 1)
            self._label[num], self._not_before[num], self._expires[num] = label, not_before_ms, expires_ms
            for block in range(int(num[0]) // BLOCK, int(num[-1]) // BLOCK + 1):
                self._bound(block)
            order = np.argsort(label, kind="stable")
            ordered, edges = num[order], np.flatnonzero(np.diff(label[order])) + 1
            for part in np.split(ordered, edges):
                self._shelves.setdefault(int(self._label[part[0]]), BitMap()).update(bitmap(part))
            self.upto = int(num[-1])

    def scan(self, is_open: Mapping[int, BitMap | None], at_ms: int) -> BitMap:
        """The numbers of the rows that show: `is_open` has the open labels, each with what holds keep back among its rows."""
        table, shut = self._table(is_open)
        found = Containers()
        for block in range(self.upto // BLOCK + 1):
            least, latest, soonest, last = self._bounds[block].tolist()
            if least > at_ms or last <= at_ms:
                continue
            here = slice(block * BLOCK, min((block + 1) * BLOCK, self.upto + 1))
            seen = table.take(self._label[here])
            for number, held in enumerate(shut, start=2):
                seen[(seen == number) & held[here]] = 0
            mask = seen.view(np.bool_) if not shut else seen > 0
            if latest > at_ms:
                mask &= self._not_before[here] <= at_ms
            if soonest <= at_ms:
                mask &= self._expires[here] > at_ms
            found.add(block, mask)
        return found.bitmap()

    def showing(self, is_open: Mapping[int, BitMap | None], at_ms: int) -> BitMap:
        """The same, from what is kept by label."""
        free = [self._shelves[label] for label, held in is_open.items() if held is None and label in self._shelves]
        found = BitMap().union(*free) if free else BitMap()
        alike: dict[int, tuple[BitMap, list[BitMap]]] = {}
        for label, held in is_open.items():
            if held is not None and label in self._shelves:
                alike.setdefault(id(held), (held, []))[1].append(self._shelves[label])
        for held, shelves in alike.values():
            found |= BitMap().union(*shelves) - held
        with self._lock:
            found &= self._bounded.readable(self._not_before, self._expires, self.upto, at_ms)
        return found

    def _table(self, is_open: Mapping[int, BitMap | None]) -> tuple[npt.NDArray[np.uint8], list[npt.NDArray[np.bool_]]]:
        """By label: 0 shut, 1 open, more: open but for what the mask of that place has."""
        table = np.zeros(max((0, *self._shelves, *is_open)) + 1, np.uint8)
        places: dict[int, int] = {}
        shut: list[npt.NDArray[np.bool_]] = []
        for label, held in is_open.items():
            if held is not None and id(held) not in places and len(shut) < SHUT_MAX:
                mask = np.zeros(len(self._label), np.bool_)
                mask[numbers(held & BitMap(range(self.upto + 1)))] = True
                shut.append(mask)
                places[id(held)] = len(shut) + 1
            table[label] = 1 if held is None else places.get(id(held), 0)
        return table, shut

    def _room(self, size: int) -> None:
        """Columns of whole blocks, at least twice as long as before when they grow."""
        if size <= len(self._label):
            return
        blocks = max(-(-size // BLOCK), 2 * len(self._label) // BLOCK)
        for name in ("_label", "_not_before", "_expires"):
            old = getattr(self, name)
            new = np.zeros(blocks * BLOCK, old.dtype)
            new[: len(old)] = old
            setattr(self, name, new)
        self._bounds = np.concatenate([self._bounds, np.zeros((blocks - len(self._bounds), 4), np.int64)])

    def _bound(self, block: int) -> None:
        here = slice(block * BLOCK, (block + 1) * BLOCK)
        used = self._label[here] > 0
        begin, end = self._not_before[here][used], self._expires[here][used]
        self._bounds[block] = (begin.min(), begin.max(), end.min(), end.max()) if len(begin) else (1, 1, 0, 0)


class _Bounded:
    """Which rows are readable at an instant, kept for the last instant that was asked and moved from there."""

    def __init__(self) -> None:
        self._sorted_upto = -1
        self._at_ms = 0
        self._readable: BitMap | None = None
        self._begin: tuple[Longs, Nums] = (np.zeros(0, np.int64), np.zeros(0, np.uint32))
        self._end: tuple[Longs, Nums] = (np.zeros(0, np.int64), np.zeros(0, np.uint32))

    def readable(self, not_before: Longs, expires: Longs, upto: int, at_ms: int) -> BitMap:
        if upto - self._sorted_upto > max(LOOSE_MAX, self._sorted_upto // 4):
            self._sort(not_before, expires, upto)
        self._move(not_before, expires, at_ms)
        assert self._readable is not None
        loose = slice(self._sorted_upto + 1, upto + 1)
        more = (not_before[loose] <= at_ms) & (expires[loose] > at_ms)
        return self._readable | bitmap((np.flatnonzero(more) + loose.start).astype(np.uint32))

    def _sort(self, not_before: Longs, expires: Longs, upto: int) -> None:
        begins = np.flatnonzero(not_before[: upto + 1] > 0).astype(np.uint32)
        begins = begins[np.argsort(not_before[begins], kind="stable")]
        ends = np.flatnonzero((expires[: upto + 1] < FOREVER_MS) & (expires[: upto + 1] > 0)).astype(np.uint32)
        ends = ends[np.argsort(expires[ends], kind="stable")]
        self._begin, self._end = (not_before[begins], begins), (expires[ends], ends)
        self._sorted_upto, self._readable = upto, None

    def _move(self, not_before: Longs, expires: Longs, at_ms: int) -> None:
        """From the instant kept to the one asked for: rows that begin or end in between come and go."""
        low, high = sorted((self._at_ms, at_ms))
        begun, ended = _between(self._begin, low, high), _between(self._end, low, high)
        size = self._sorted_upto + 1
        if self._readable is None or len(begun) + len(ended) > size // 16:
            self._readable = bitmap_of((not_before[:size] <= at_ms) & (expires[:size] > at_ms))
        elif at_ms > self._at_ms:
            self._readable |= bitmap(begun)
            self._readable -= bitmap(ended)
        elif at_ms < self._at_ms:
            self._readable |= bitmap(ended)
            self._readable -= bitmap(begun)
        self._at_ms = at_ms


def _between(bounds: tuple[Longs, Nums], low: int, high: int) -> Nums:
    """The numbers whose bound lies in (low, high]."""
    start, end = np.searchsorted(bounds[0], (low, high), side="right")
    return bounds[1][start:end]
