"""What an order falls on: which readers it stops, which sources it selects, which records its hold then lies on.

1. Axes of the reader (partner, unit, purpose, operation) are judged at every request by `stops_reader`; an empty axis means all.
2. Axes a label does not know (feed, sensor, region, channel, asset, objects, window) select *sources*, by `matches`. Axes are
   joined by "and", the values of one axis by "or". It falls on the safe side: a source that overlaps is selected whole, one that
   names no place lies in every region.
3. A hold is closed under descent: `lying` says which of the order's sets a record belongs to, from the record itself and its
   parents. `Facts.held` carries the names of all sets a record belongs to (P4). The names, `sets_of`, are
     <id>          the hold lies on it: it is rooted and of a part the order reaches, or descends from what is
     <id>/rooted   only for an order with a reach in parts: it is a source that `matches`, or descends from one
4. Reach, in parts: `new` are sources stored after the order, `already_shared` those stored before it, `derived` what is no source
   itself, `future_subscriptions` that no grant signed or amended after the order opens what is rooted.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.agreement.area import Box, meet
from fairlead.agreement.order import Order
from fairlead.label import CodeBook, Label

Stored: TypeAlias = Literal["before", "after"]
ROOTED: Final = "/rooted"


class SourceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules of holds look at in a source: its label, where it came from, and what it is about. Times are inclusive."""

    label: Label
    feed: str
    t_min_ms: int
    t_max_ms: int
    sensor: str = ""
    channel: str = ""
    asset: str = ""
    box: Box | None = None  # none: it names no place
    objects: frozenset[str] = frozenset()  # vessel numbers, and the digest of the record


def matches(order: Order, source: SourceFacts) -> bool:
    """Whether the order selects this source. Never one of another originator."""
    own = {category for party, category in source.label.originators if party == order.originator}
    return (
        bool(own.intersection(order.categories) if order.categories else own)
        and _one_of(source.feed, order.feeds)
        and _one_of(source.sensor, order.sensors)
        and _one_of(source.channel, order.channels)
        and _one_of(source.asset, order.assets)
        and (not order.objects or not source.objects.isdisjoint(order.objects))
        and (not order.regions or source.box is None or any(meet(area.box, source.box) for area in order.regions))
        and (not order.window_to_ms or source.t_min_ms < order.window_to_ms)
        and order.window_from_ms <= source.t_max_ms
    )


def sets_of(order: Order) -> tuple[str, ...]:
    """The names of the sets of records this order needs; none for an order that is no hold."""
    if not order.is_hold:
        return ()
    return (order.id, order.id + ROOTED) if order.reach else (order.id,)


def lying(order: Order, source: SourceFacts | None, inherited: Container[str], *, stored: Stored) -> frozenset[str]:
    """The sets of this order that a record belongs to. `source`: none for what is derived; `inherited`: the sets of its parents;
    `stored`: before or after the order. A sanitised release is a source with parents: selected as one, and derived from them."""
    if not order.is_hold:
        return frozenset()
    own = source is not None and matches(order, source)
    rooted = own or order.id in inherited or order.id + ROOTED in inherited
    part = "derived" if not own else "new" if stored == "after" else "already_shared"
    held = order.id in inherited or (rooted and (not order.reach or part in order.reach))
    return frozenset(name for name, inside in ((order.id, held), (order.id + ROOTED, rooted and bool(order.reach))) if inside)


def stops_reader(order: Order, book: CodeBook, *, unit: str, purpose: str, operation: str) -> bool:
    """Whether the order reaches this reader. The originator's own units never; an empty axis means every one (P4)."""
    party = book.units[unit].party
    if party == order.originator:
        return False
    return (
        (not order.partners or party in order.partners)
        and (not order.units or unit in order.units)
        and (not order.purposes or purpose in order.purposes)
        and (not order.operations or operation in order.operations)
    )


def shuts_pair(order: Order, book: CodeBook, pair: tuple[str, str], *, unit: str, purpose: str, operation: str) -> bool:
    """Whether the order, without looking at any record, closes the (originator, category) pair to this reader: a mask."""
    return (
        not order.is_hold
        and order.originator == pair[0]
        and (not order.categories or pair[1] in order.categories)
        and stops_reader(order, book, unit=unit, purpose=purpose, operation=operation)
    )


def holds_against(
    order: Order,
    book: CodeBook,
    *,
    label: Label,
    unit: str,
    held: Container[str],
    opened_by: Mapping[tuple[str, str], Iterable[int]],
    signed: int,
) -> bool:
    """Whether a hold keeps a record from this unit (the reader's axes are judged by `stops_reader`).

    `opened_by`: the sequence numbers of the grants that open each pair of the record to the reader; `signed`: that of the order.
    """
    if "co_originators" in order.carve_outs and any(party == book.units[unit].party for party, _ in label.originators):
        return False
    if order.id in held:
        return True
    if "future_subscriptions" not in order.reach or order.id + ROOTED not in held:
        return False
    own = [pair for pair in label.originators if pair[0] == order.originator]
    return any(not any(seq < signed for seq in opened_by.get(pair, ())) for pair in own)


def _one_of(value: str, axis: tuple[str, ...]) -> bool:
    return not axis or value in axis
