"""The interner: every distinct label once in a process, under a small number, with its joins remembered.

1. A number is good inside one process only and is never shown: the global name of a label is its hash.
2. What is remembered is what `join` said: a join is commutative, associative and idempotent, so that of many labels is that of the
   distinct ones taken two at a time, and each pair is computed once (P3).
3. Labels that are nearly as many as the records they stand on are a mistake in how they are made: `label_alarm` says so.
Numbers and labels are handed out by steps that cannot be half done, so that threads may share one interner.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import reduce
from typing import Final

import msgspec

from fairlead.envelope import Digest
from fairlead.errors import LabelFault
from fairlead.label.label import Label, join, label_hash

JOINS_MAX: Final = 1_000_000  # joins remembered before they are forgotten and learned anew
ALARM_PERCENT: Final = 1
ALARM_RECORDS_MIN: Final = 1_000  # below this many records a share says nothing


class Interner:
    """Labels by number, numbers by label, and the number of the join of two."""

    def __init__(self) -> None:
        self._ids: dict[Label, int] = {}
        self._labels: dict[int, Label] = {}
        self._joins: dict[tuple[int, ...], int] = {}  # by ascending numbers: pairs, and whole sets that were asked for
        self._next = itertools.count()

    def __len__(self) -> int:
        return len(self._ids)

    def intern(self, label: Label) -> int:
        """The number of this label. Raises LabelFault for anything else than a label with an originator."""
        found = self._ids.get(label) if isinstance(label, Label) else None
        if found is not None:
            return found
        if not isinstance(label, Label) or not label.originators:
            raise LabelFault("what is to be interned is no label with an originator", do="make labels with make_label or join")
        fresh = next(self._next)
        self._labels[fresh] = label
        given = self._ids.setdefault(label, fresh)
        if given != fresh:  # another thread was first
            del self._labels[fresh]
        return given

    def label(self, number: int) -> Label:
        """The one label of this number. Raises LabelFault for a number never given out: an unknown parent is no parent."""
        try:
            return self._labels[number]
        except KeyError:
            raise LabelFault("no label has this number", where=str(number)) from None

    def hash(self, number: int) -> Digest:
        """The global name of the label of this number. Raises LabelFault."""
        return label_hash(self.label(number))

    def join(self, numbers: Iterable[int]) -> int:
        """The number of the join of these labels (P3). Raises LabelFault for none, and for a number never given out."""
        distinct = tuple(sorted(set(numbers)))
        found = self._joins.get(distinct)
        if found is None:
            if not distinct:
                raise LabelFault("nothing to join", why="a derived holding without parents would have no originator")
            self.label(distinct[0])
            found = self._remember(distinct, reduce(self._pair, distinct))
        return found

    def joined(self, labels: Iterable[Label]) -> Label:
        """The join of these labels, remembered. Raises LabelFault for none."""
        return self.label(self.join(self.intern(label) for label in labels))

    def _pair(self, one: int, other: int) -> int:
        if one == other:
            return one
        key = (one, other) if one < other else (other, one)
        found = self._joins.get(key)
        return found if found is not None else self._remember(key, self.intern(join([self.label(one), self.label(other)])))

    def _remember(self, key: tuple[int, ...], number: int) -> int:
        if len(self._joins) >= JOINS_MAX:
            self._joins.clear()
        self._joins[key] = number
        return number


class LabelCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many distinct labels stand on how many records, and the alarm when that is too many; empty: none."""

    distinct: int
    records: int
    alarm: str


def label_alarm(distinct: int, records: int) -> LabelCount:
    """An alarm when more than one record in a hundred has a label of its own: decisions are made once a label, so lists slow down."""
    too_many = records >= ALARM_RECORDS_MIN and distinct * 100 > records * ALARM_PERCENT
    said = f"{distinct} labels on {records} records: more than {ALARM_PERCENT} in 100; give sources fewer, coarser labels"
    return LabelCount(distinct=distinct, records=records, alarm=said if too_many else "")
