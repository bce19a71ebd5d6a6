"""The standing at one instant, compiled: which (originator, category) pairs are open to which reader, as bit masks.

1. Covering is positive: a pair is open for (unit, purpose, operation) only when some grant covers it now and no order of that
   originator stops it. An order is the absence of a grant, not a rule that could fail to load (P4).
2. A slice holds until the next date boundary: a grant that begins, ends or winds down, an order, an override or an assurance
   that ends.
3. A grant stays bound to the units and operations it was signed for: a changed regime, command, mission or crew voids it. A
   category that the code-book has dropped opens nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.agreement.events import Assurance, Denounce, Override
from fairlead.agreement.order import Order, in_force
from fairlead.agreement.selector import stops_reader
from fairlead.agreement.standing import Standing
from fairlead.agreement.terms import Grant
from fairlead.envelope import Digest
from fairlead.label import CodeBook, Label

Pair: TypeAlias = tuple[str, str]
Reader: TypeAlias = tuple[str, str, str]  # unit, purpose, operation
Way: TypeAlias = Literal["ordinary", "rescue"]  # `rescue`: the path that orders leave open to rescue centres
FOREVER_MS: Final = 2**53 - 1


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """One epoch between two date boundaries, compiled: which pairs are open to which reader."""

    epoch: int
    book_version: int
    from_ms: int
    to_ms: int
    bits: Mapping[Pair, int]
    open_to: Mapping[Reader, int]  # mask of the pairs some grant covers and no order stops
    rescue_to: Mapping[Reader, int]  # the same for rescue centres, but for orders that leave open what states distress
    grants: tuple[Grant, ...]
    given_to: Mapping[tuple[str, str], tuple[Grant, ...]]  # by unit and originator, those bound to the unit as it is now
    operation_prints: Mapping[str, Digest]
    orders: tuple[Order, ...]
    assurances: Mapping[tuple[str, str], tuple[Assurance, ...]]  # by party and kind
    overrides: tuple[Override, ...]
    seq_of: Mapping[str, int]

    def mask(self, label: Label) -> int:
        """The label's originator pairs as a mask; a pair no grant has ever named gets a bit that is never open."""
        mask = 0
        for pair in label.originators:
            mask |= self.bits.get(pair, 1)  # bit 0 is kept shut
        return mask

    def blocked(self, mask: int, reader: Reader, way: Way = "ordinary") -> int:
        """Those of the pairs that are not open to the reader; 0 means every originator permits."""
        return mask & ~(self.rescue_to if way == "rescue" else self.open_to).get(reader, 0)

    def covering(self, reader: Reader, originator: str) -> tuple[Grant, ...]:
        """The grants of an originator that give something to this reader, whatever an order says."""
        unit, purpose, operation = reader
        bound_to = self.operation_prints.get(operation)
        return tuple(
            grant
            for grant in self.given_to.get((unit, originator), ())
            if purpose in grant.purposes and bound_to is not None and grant.operation_prints.get(operation) == bound_to
        )


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
    bound = _Bound(book)
    given_to: dict[tuple[str, str], list[Grant]] = {}
    for grant in grants:
        for unit in bound.units(grant):
            given_to.setdefault((unit, grant.originator), []).append(grant)
    from_ms, to_ms = _boundaries(standing, at_ms)
    return Slice(
        epoch=standing.epoch,
        book_version=book.version,
        from_ms=from_ms,
        to_ms=to_ms,
        bits=bits,
        open_to=_open(grants, orders, bound, bits, "ordinary"),
        rescue_to=_open(grants, tuple(one for one in orders if "safety_of_life" not in one.carve_outs), bound, bits, "rescue"),
        grants=grants,
        given_to={key: tuple(found) for key, found in given_to.items()},
        operation_prints=bound.operation_prints,
        orders=orders,
        assurances=_by_kind(standing.assurances),
        overrides=tuple(one for one in standing.overrides if one.not_before_ms <= at_ms < one.expires_ms),
        seq_of=standing.seq_of,
    )


class _Bound:
    """The fingerprints of a code-book, each made once: which units and operations a grant still binds."""

    def __init__(self, book: CodeBook) -> None:
        self.book = book
        self.unit_prints = {unit: book.unit_fingerprint(unit) for unit in book.units}
        self.operation_prints = {code: operation.fingerprint for code, operation in book.operations.items()}

    def units(self, grant: Grant) -> list[str]:
        return [unit for unit in grant.recipients if unit in self.unit_prints and self.unit_prints[unit] == grant.unit_prints.get(unit)]

    def operations(self, grant: Grant) -> list[str]:
        known = self.operation_prints
        return [code for code in grant.operations if code in known and known[code] == grant.operation_prints.get(code)]


def _open(grants: Iterable[Grant], orders: Iterable[Order], bound: _Bound, bits: Mapping[Pair, int], way: Way) -> dict[Reader, int]:
    """What some grant covers and none of these orders stops; of rescue centres searching and rescuing only, if that is the way."""
    masking: dict[str, list[tuple[Order, int]]] = {}
    for order in orders:
        if not order.is_hold:
            masking.setdefault(order.originator, []).append((order, _pairs_of(order, bits)))
    open_to: dict[Reader, int] = {}
    shut: dict[tuple[str, Reader], int] = {}
    for grant in grants:
        units, purposes = bound.units(grant), grant.purposes
        if way == "rescue":
            units = [unit for unit in units if bound.book.units[unit].regime == "rescue"]
            purposes = tuple(purpose for purpose in purposes if purpose == "search_and_rescue")
        given = sum(bits[grant.originator, category] for category in grant.categories if category in bound.book.categories)
        against = masking.get(grant.originator, ())
        for reader in itertools.product(units, purposes, bound.operations(grant)):
            key = (grant.originator, reader)
            if against and key not in shut:
                shut[key] = _shut(against, bound.book, reader)
            open_to[reader] = open_to.get(reader, 0) | (given & ~shut[key] if against else given)  # P4
    return open_to


def _pairs_of(order: Order, bits: Mapping[Pair, int]) -> int:
    """The pairs that the order closes to those it stops, as a mask."""
    own = (pair for pair in bits if pair[0] == order.originator and (not order.categories or pair[1] in order.categories))
    return sum(bits[pair] for pair in own)


def _shut(orders: Iterable[tuple[Order, int]], book: CodeBook, reader: Reader) -> int:
    """The pairs that some of these orders close to this reader, as a mask."""
    unit, purpose, operation = reader
    shut = 0
    for order, pairs in orders:
        if stops_reader(order, book, unit=unit, purpose=purpose, operation=operation):
            shut |= pairs
    return shut


def _by_kind(assurances: Iterable[Assurance]) -> dict[tuple[str, str], tuple[Assurance, ...]]:
    found: dict[tuple[str, str], tuple[Assurance, ...]] = {}
    for one in assurances:
        key = (one.party, one.assurance)
        found[key] = (*found.get(key, ()), one)
    return found


def _boundaries(standing: Standing, at_ms: int) -> tuple[int, int]:
    dates = {0, FOREVER_MS}
    for grant in standing.grants:
        dates.update((grant.not_before_ms, ends_of(grant, standing.denounced)))
    for one in standing.overrides:
        dates.update((one.not_before_ms, one.expires_ms))
    dates.update(order.until_ms for order in standing.orders if order.until_ms)
    dates.update(one.expires_ms for one in standing.assurances)
    return max(date for date in dates if date <= at_ms), min(date for date in dates if date > at_ms)
