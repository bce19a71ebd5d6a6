"""Lists through one predicate: each distinct label is judged once, then rows are filtered by time and holds.

An empty permitted set means no rows, never "no filter". Tiles, counts, facets and pictures are lists too (P7).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from fairlead.agreement.gate import Facts, Gatehouse, Request, decide
from fairlead.report.holding import FOREVER_MS, Holding

T = TypeVar("T")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A holding as lists judge it: with its place in the order of writes, the feeds behind it and the holds that lie on it."""

    holding: Holding
    feeds: frozenset[str]
    num: int = 0  # never shown to a reader
    depth: int = 0  # steps down from the farthest source
    held: frozenset[str] = frozenset()  # the sets of hold orders that it belongs to (selector.py)
    distress: bool = False  # whether it states that somebody is in distress


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
    named = {digest for override in house.slice.overrides for digest in override.holdings}
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


def newest_first(rows: Sequence[Row]) -> tuple[Row, ...]:
    """By end of content, then id: an order that depends on nothing hidden."""
    return tuple(sorted(rows, key=lambda row: (-row.holding.t_max_ms, row.holding.id)))
