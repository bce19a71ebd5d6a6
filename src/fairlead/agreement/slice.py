"""The standing at one instant, compiled: which (originator, category) pairs are open to which reader, as bit masks.

1. Covering is positive: a pair is open for (unit, purpose, operation) only when some grant covers it now and no order of that
   originator stops it. An order is the absence of a grant, not a rule that could fail to load (P4).
2. A slice holds until the next date boundary: a grant that begins, ends or winds down, an order or an override that ends.
3. A grant stays bound to the units and operations it was signed for: a changed regime, command, mission or crew voids it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

import msgspec

from fairlead.agreement.events import Assurance, Denounce, Override
from fairlead.agreement.order import Order, in_force
from fairlead.agreement.selector import shuts_pair
from fairlead.agreement.standing import Standing
from fairlead.agreement.terms import Grant
from fairlead.label import CodeBook, Label

Pair: TypeAlias = tuple[str, str]
Reader: TypeAlias = tuple[str, str, str]  # unit, purpose, operation
FOREVER_MS: Final = 2**53 - 1


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """One epoch between two date boundaries, compiled: which pairs are open to which reader."""

    epoch: int
    from_ms: int
    to_ms: int
    bits: Mapping[Pair, int]
    open_to: Mapping[Reader, int]  # mask of the pairs some grant covers and no order stops
    grants: tuple[Grant, ...]
    orders: tuple[Order, ...]
    assurances: tuple[Assurance, ...]
    overrides: tuple[Override, ...] = ()
    seq_of: Mapping[str, int] = {}
    rescue_to: Mapping[Reader, int] = {}  # the same for rescue centres, but for orders that leave open what states distress

    def mask(self, label: Label) -> int:
        """The label's originator pairs as a mask; a pair no grant has ever named gets a bit that is never open."""
        mask = 0
        for pair in label.originators:
            mask |= self.bits.get(pair, 1)  # bit 0 is kept shut
        return mask

    def blocked(self, label: Label, reader: Reader, *, rescue: bool = False) -> int:
        """The label's pairs that are not open to the reader, as a mask; 0 means every originator permits. `rescue`: in the form
        that a carve-out leaves to rescue centres."""
        return self.mask(label) & ~(self.rescue_to if rescue else self.open_to).get(reader, 0)


def ends_of(grant: Grant, denounced: Mapping[str, Denounce]) -> int:
    """When the grant ends: its own date, or the end of its winding down when that comes first."""
    notice = denounced.get(grant.id)
    return min(grant.expires_ms, notice.ends_ms) if notice else grant.expires_ms


def covers_now(grant: Grant, book: CodeBook, at_ms: int, denounced: Mapping[str, Denounce]) -> bool:
    """Whether the grant's interval holds (half-open); what it is bound to is checked per unit and operation."""
    return grant.not_before_ms <= at_ms < ends_of(grant, denounced) and grant.originator in book.parties


def bound_units(grant: Grant, book: CodeBook) -> tuple[str, ...]:
    """Recipients whose regime, command and mission are those the grant was signed for; others are void until signed anew."""
    return tuple(unit for unit in grant.recipients if unit in book.units and book.unit_fingerprint(unit) == grant.unit_prints.get(unit))


def bound_operations(grant: Grant, book: CodeBook) -> tuple[str, ...]:
    """Operations whose units and mission are those the grant was signed for."""
    return tuple(
        code
        for code in grant.operations
        if code in book.operations and book.operations[code].fingerprint == grant.operation_prints.get(code)
    )


def compile_slice(standing: Standing, book: CodeBook, at_ms: int) -> Slice:
    """The slice that holds at `at_ms`. Cost: grants x recipients x purposes x operations, once per slice."""
    pairs = sorted({(grant.originator, category) for grant in standing.grants for category in grant.categories})
    bits = {pair: 1 << (index + 1) for index, pair in enumerate(pairs)}
    orders = tuple(order for order in standing.orders if in_force(order, at_ms))
    grants = tuple(grant for grant in standing.grants if covers_now(grant, book, at_ms, standing.denounced))
    open_to = _open(grants, orders, book, bits, rescue=False)
    from_ms, to_ms = _boundaries(standing, at_ms)
    return Slice(
        epoch=standing.epoch,
        from_ms=from_ms,
        to_ms=to_ms,
        bits=bits,
        open_to=open_to,
        rescue_to=_open(grants, tuple(one for one in orders if "safety_of_life" not in one.carve_outs), book, bits, rescue=True),
        grants=grants,
        orders=orders,
        assurances=standing.assurances,
        overrides=tuple(one for one in standing.overrides if one.not_before_ms <= at_ms < one.expires_ms),
        seq_of=standing.seq_of,
    )


def _open(
    grants: tuple[Grant, ...], orders: tuple[Order, ...], book: CodeBook, bits: Mapping[Pair, int], *, rescue: bool
) -> dict[Reader, int]:
    """What some grant covers and none of these orders stops; of rescue centres searching and rescuing only, if `rescue`."""
    open_to: dict[Reader, int] = {}
    for grant in grants:
        for reader in _readers(grant, book):
            if rescue and (reader[1] != "search_and_rescue" or book.units[reader[0]].regime != "rescue"):
                continue
            given = 0
            for category in grant.categories:
                pair = (grant.originator, category)
                if not any(_shuts(order, book, pair, reader) for order in orders):  # P4
                    given |= bits[pair]
            open_to[reader] = open_to.get(reader, 0) | given
    return open_to


def _readers(grant: Grant, book: CodeBook) -> Iterable[Reader]:
    for unit in bound_units(grant, book):
        for operation in bound_operations(grant, book):
            for purpose in grant.purposes:
                yield unit, purpose, operation


def _shuts(order: Order, book: CodeBook, pair: Pair, reader: Reader) -> bool:
    unit, purpose, operation = reader
    return shuts_pair(order, book, pair, unit=unit, purpose=purpose, operation=operation)


def _boundaries(standing: Standing, at_ms: int) -> tuple[int, int]:
    dates = {0, FOREVER_MS}
    for grant in standing.grants:
        dates.update((grant.not_before_ms, ends_of(grant, standing.denounced)))
    for one in standing.overrides:
        dates.update((one.not_before_ms, one.expires_ms))
    dates.update(order.until_ms for order in standing.orders if order.until_ms)
    return max(date for date in dates if date <= at_ms), min(date for date in dates if date > at_ms)
