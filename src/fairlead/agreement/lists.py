"""Lists through one predicate: each distinct label is judged once, then rows are filtered by time and holds.

1. `permitted` is the predicate as the gate says it, row by row; every other form of it is tested equal to this one.
2. `judge` says the same ahead of the rows: which labels are open to a request, and which sets of holds still shut each of them. Then a
   row shows when its label is open, not_before <= t < expires, and it lies in none of those sets. Databases and arrays do that part.
3. An empty answer means no rows, never "no filter". Tiles, counts, facets, searches and pictures are lists too (P7).
4. A row that an override names is judged by itself: no label says anything about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from fairlead.agreement.gate import Facts, Gatehouse, Request, decide
from fairlead.agreement.selector import sets_of
from fairlead.label import Label
from fairlead.report.holding import FOREVER_MS, Holding


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A holding as lists judge it: with its place in the order of writes, the feeds behind it and the holds that lie on it."""

    holding: Holding
    feeds: frozenset[str]
    num: int = 0  # never shown to a reader
    depth: int = 0  # steps down from the farthest source
    held: frozenset[str] = frozenset()  # the sets of hold orders that it belongs to (selector.py)
    distress: bool = False  # whether it states that somebody is in distress


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A label as holdings have it: with the feeds behind it, and whether they state distress. Rows that share one are judged once."""

    label: Label
    feeds: frozenset[str]
    distress: bool = False


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What one request may read, by the store's numbers of labels: a label that is not here is not open.

    It holds for the slice it was judged in, at any instant of it.
    """

    epoch: int
    upto: int  # labels up to this number were judged
    open: Mapping[int, frozenset[str]]  # the sets of holds that shut rows of this label to this request

    def shows(self, label: int, held: frozenset[str]) -> bool:
        """Whether a row of this label, in these sets, shows at a time when it is readable at all."""
        return label in self.open and self.open[label].isdisjoint(held)


def facts_of(row: Row) -> Facts:
    """What the gate judges of this row."""
    holding = row.holding
    return Facts(
        label=holding.label,
        not_before_ms=holding.not_before_ms,
        expires_ms=holding.expires_ms,
        feeds=row.feeds,
        digest=holding.digest,
        held=row.held,
        distress=row.distress,
    )


def permitted(house: Gatehouse, request: Request, rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows this request may see, in the order given. Rows the gate cannot tell apart but by their times are judged once."""
    named = named_in(house)
    judged: dict[tuple[object, ...], bool] = {}
    chosen = []
    for row in rows:
        facts = facts_of(row)
        key = (facts.label, facts.feeds, facts.held, facts.distress, facts.digest if facts.digest in named else "")
        if key not in judged:
            timeless = msgspec.structs.replace(facts, not_before_ms=0, expires_ms=FOREVER_MS)
            judged[key] = decide(house, request, timeless).permitted
        if judged[key] and row.holding.not_before_ms <= request.at_ms < row.holding.expires_ms:
            chosen.append(row)
    return tuple(chosen)


def judge(house: Gatehouse, request: Request, known: Mapping[int, Known], before: Judged | None = None) -> Judged:
    """Every label judged for this request; `before`: what was judged of the older ones in this slice.

    The holds of one order are a conjunct of their own, so each set is judged by itself and the answers hold for any mixture.
    """
    names = tuple(name for order in house.slice.orders for name in sets_of(order))
    upto = before.upto if before else 0
    if before and max(known, default=upto) == upto:
        return before
    found = dict(before.open) if before else {}
    for number, one in known.items():
        if number > upto and _open(house, request, one, frozenset()):
            found[number] = frozenset(_shutting(house, request, one, names))
    return Judged(epoch=house.slice.epoch, upto=max(known, default=upto), open=found)


def _shutting(house: Gatehouse, request: Request, one: Known, names: tuple[str, ...]) -> list[str]:
    """Those of these sets that shut the label, by halves: most sets shut nothing, so most of them are asked about together."""
    if not names or _open(house, request, one, frozenset(names)):
        return []
    if len(names) == 1:
        return list(names)
    half = len(names) // 2
    return _shutting(house, request, one, names[:half]) + _shutting(house, request, one, names[half:])


def _open(house: Gatehouse, request: Request, one: Known, held: frozenset[str]) -> bool:
    facts = Facts(label=one.label, not_before_ms=0, expires_ms=FOREVER_MS, feeds=one.feeds, held=held, distress=one.distress)
    return decide(house, request, facts).permitted


def named_in(house: Gatehouse) -> frozenset[str]:
    """The digests of the records that overrides in force name."""
    return frozenset(digest for override in house.slice.overrides for digest in override.holdings)


def newest_first(rows: Sequence[Row]) -> tuple[Row, ...]:
    """By end of content, then id: an order that depends on nothing hidden."""
    return tuple(sorted(rows, key=lambda row: (-row.holding.t_max_ms, row.holding.id)))
