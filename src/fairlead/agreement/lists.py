"""Lists through one predicate: each distinct label is judged once, then rows are filtered by time and holds.

An empty permitted set means no rows, never "no filter". Tiles, counts, facets and pictures are lists too (P7).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from fairlead.agreement.gate import Facts, Gatehouse, Request, decide
from fairlead.label import Label
from fairlead.report.holding import FOREVER_MS, Holding

T = TypeVar("T")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A holding with every feed in its ancestry, as lists judge it."""

    holding: Holding
    feeds: frozenset[str]


def facts_of(row: Row) -> Facts:
    """What the gate judges of this row."""
    holding = row.holding
    return Facts(label=holding.label, not_before_ms=holding.not_before_ms, expires_ms=holding.expires_ms, feeds=row.feeds)


def permitted(house: Gatehouse, request: Request, rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows this request may see, in the order given. The label part of the answer is judged once per (label, feeds)."""
    judged: dict[tuple[Label, frozenset[str]], bool] = {}
    chosen = []
    for row in rows:
        key = (row.holding.label, row.feeds)
        if key not in judged:
            timeless = Facts(label=row.holding.label, not_before_ms=0, expires_ms=FOREVER_MS, feeds=row.feeds)
            judged[key] = decide(house, request, timeless).permitted
        if judged[key] and row.holding.not_before_ms <= request.at_ms < row.holding.expires_ms:
            chosen.append(row)
    return tuple(chosen)


def newest_first(rows: Sequence[Row]) -> tuple[Row, ...]:
    """By end of content, then id: an order that depends on nothing hidden."""
    return tuple(sorted(rows, key=lambda row: (-row.holding.t_max_ms, row.holding.id)))
