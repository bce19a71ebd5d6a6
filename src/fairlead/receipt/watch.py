"""What an originator reads out of its own verified log: uses by unit and purpose, and whether any came after it halted them.

1. Everything here rests on receipts that `audit` accepted and on what the originator keeps at home: its orders, the manifests of
   its own segments, which unit belongs to which party.
2. A use counts as "after" by its place in the log, not by a clock: the log is in one order with the halt.
3. A product is counted as touched unless the order leaves products to their co-originators: it errs towards showing too much.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from fairlead.agreement.order import Order
from fairlead.receipt.receipt import HeldRef, UseReceipt

READS = frozenset({"picture", "list", "read", "lead"})


class OwnSegment(msgspec.Struct, frozen=True, kw_only=True):
    """One of the originator's own segments: its feed and category."""

    feed: str
    category: str


class Halted(msgspec.Struct, frozen=True, kw_only=True):
    """One order as the log shows it: where it stands, what was used before it, and what after (which should be nothing)."""

    order: Order
    entry: int
    lifted_at: int | None  # the entry of the resume that lifted it
    before: tuple[UseReceipt, ...]
    after: tuple[UseReceipt, ...]


def tally(uses: Iterable[UseReceipt]) -> dict[tuple[str, str, str, str], int]:
    """Uses of holdings by (unit, purpose, operation, act)."""
    counts: dict[tuple[str, str, str, str], int] = {}
    for use in uses:
        if use.act in READS:
            key = (use.unit, use.purpose, use.operation, use.act)
            counts[key] = counts.get(key, 0) + 1
    return counts


def halted(
    order: Order,
    *,
    entry: int,
    lifted_at: int | None,
    uses: Iterable[UseReceipt],
    own: Mapping[str, OwnSegment],
    units: Mapping[str, str],
) -> Halted:
    """Split the uses an order names into those before and those after it (until it was lifted)."""
    named = [use for use in uses if use.act in READS and _names(order, use, own, units)]
    end = lifted_at if lifted_at is not None else 2**62
    return Halted(
        order=order,
        entry=entry,
        lifted_at=lifted_at,
        before=tuple(use for use in named if use.index < entry),
        after=tuple(use for use in named if entry < use.index < end and not _ended(order, use)),
    )


def _ended(order: Order, use: UseReceipt) -> bool:
    return order.until_ms != 0 and use.at_ms >= order.until_ms


def _names(order: Order, use: UseReceipt, own: Mapping[str, OwnSegment], units: Mapping[str, str]) -> bool:
    """Whether the order stops this reader from at least one holding the use lists (P4)."""
    party = units.get(use.unit, "")
    axes = (
        (order.partners, party),
        (order.units, use.unit),
        (order.purposes, use.purpose),
        (order.operations, use.operation),
    )
    if party == order.originator or any(axis and value not in axis for axis, value in axes):
        return False
    return any(_touches(order, held, own) for held in use.holdings)


def _touches(order: Order, held: HeldRef, own: Mapping[str, OwnSegment]) -> bool:
    segment = own.get(held.digest)
    if segment is None:
        return held.kind == "lead" and "co_originators" not in order.carve_outs
    return (not order.feeds or segment.feed in order.feeds) and (not order.categories or segment.category in order.categories)
