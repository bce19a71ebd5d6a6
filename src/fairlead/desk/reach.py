"""What an order closes, what goes on, and who had used what it closes: asked before it is signed, and told again when it is.

1. An originator sees only descendants of its own data, as handles and counts (2-label); of other parties' terms nothing is said.
2. What closes is what a unit could use before and cannot after, by the gate itself; nothing here decides on its own.
3. Earlier readers are counted by place in the originator's log, not by a clock: the log is in one order with the order (P4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec
from pyroaring import BitMap

from fairlead.agreement import Gatehouse, Order, Request, Standing, decide
from fairlead.agreement.gate import below_ceiling
from fairlead.agreement.lists import Row, facts_of
from fairlead.agreement.selector import ROOTED, stops_reader
from fairlead.desk.interdict import state_of
from fairlead.desk.node import Node, supposing
from fairlead.envelope import Digest, JsonValue
from fairlead.receipt.receipt import UseReceipt
from fairlead.store import cases, holdings, holds, ledger
from fairlead.store.database import Tx

USES = ("picture", "list", "read", "lead")


class Uses(msgspec.Struct, frozen=True, kw_only=True):
    """Uses of one kind by one unit, of records an order touches."""

    unit: str
    purpose: str
    operation: str
    act: str
    uses: int
    first_ms: int
    last_ms: int
    after_ordered: int  # so many of them after the order was given, before it was signed in
    records: tuple[Digest, ...]


def reach(
    node: Node, tx: Tx, order: Order, at_ms: int, *, standing: Standing, units: Collection[str] | None = None
) -> dict[str, JsonValue]:
    """What the order would close and what goes on. `standing`: without it. `units`: for these units, and their cases, alone."""
    before, after = node.house_of(standing, at_ms), node.house_of(supposing(standing, order), at_ms)
    sets = holds.again(tx, order)
    own = holdings.owned_by(tx, order.originator)
    closed: dict[str, set[str]] = {}
    opened: dict[str, set[str]] = {}
    goes_on: dict[str, set[str]] = {}
    hit: dict[str, Row] = {}
    on: dict[str, Row] = {}
    named = frozenset(digest for one in before.slice.overrides for digest in one.holdings)
    for same in _alike(own, order, sets, named, at_ms):
        row = same[0]
        held = msgspec.structs.replace(row, held=row.held | _in(sets, row))
        for unit, purpose, operation in sorted({*before.slice.open_to, *after.slice.open_to}):
            if units is not None and unit not in units:
                continue
            was, will = (_may(house, unit, purpose, operation, one, at_ms) for house, one in ((before, row), (after, held)))
            if will:
                goes_on.setdefault(unit, set()).add(purpose)
                on.update((one.holding.id, one) for one in same)
            if was and not will:
                closed.setdefault(unit, set()).add(purpose)
                hit.update((one.holding.id, one) for one in same)
            if will and not was:
                opened.setdefault(unit, set()).add(purpose)
    leads = [row for row in hit.values() if row.holding.kind == "lead"]
    digests = {row.holding.digest for row in leads}
    return {
        "closes": {
            "units": _named(closed),
            "holdings": len(hit),
            "labels": len({row.holding.label for row in hit.values()}),
            "leads": sorted(row.holding.id for row in leads),
            "cases": sum(
                1
                for case in cases.all_cases(tx)
                if (units is None or case.unit in units) and digests.intersection(state_of(node, tx, case).leads)
            ),
        },
        "goes_on": {"units": _named(goes_on), "holdings": len(on), "labels": len({row.holding.label for row in on.values()})},
        "opens_again": {"units": _named(opened)},
    }


def _named(units: dict[str, set[str]]) -> dict[str, JsonValue]:
    return {unit: sorted(purposes) for unit, purposes in sorted(units.items())}


def _alike(rows: Iterable[Row], order: Order, sets: dict[str, BitMap], named: frozenset[str], at_ms: int) -> Sequence[list[Row]]:
    """The rows the order touches, those that the gate cannot tell apart together: each lot is judged once."""
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        if touches(order, row, sets):
            one = row.holding
            in_time = one.not_before_ms <= at_ms < one.expires_ms
            key = (one.label, row.held, _in(sets, row), one.kind == "lead", in_time, one.digest if one.digest in named else "")
            found.setdefault(key, []).append(row)
    return list(found.values())


def _in(sets: dict[str, BitMap], row: Row) -> frozenset[str]:
    return frozenset(name for name, nums in sets.items() if row.num in nums)


def touches(order: Order, row: Row, sets: dict[str, BitMap]) -> bool:
    """Whether the order names this record, whoever reads it. `sets`: those of the order."""
    if order.is_hold:
        return row.num in sets.get(order.id + ROOTED, sets[order.id])
    own = {category for party, category in row.holding.label.originators if party == order.originator}
    return bool(own.intersection(order.categories) if order.categories else own)


def _may(house: Gatehouse, unit: str, purpose: str, operation: str, row: Row, at_ms: int) -> bool:
    """Whether the unit could use the holding, in whatever form its regime allows (a picture is the least of them)."""
    form = "coarse" if below_ceiling(house.book, unit) else "full"
    if form == "coarse" and row.holding.kind == "lead":
        return False
    people = [code for code, person in house.people.items() if unit in person.units and person.may("picture")]
    if not people:
        return False
    request = Request(person=people[0], unit=unit, purpose=purpose, operation=operation, act="picture", form=form, at_ms=at_ms)
    return decide(house, request, facts_of(row)).permitted


def earlier_uses(node: Node, tx: Tx, order: Order, *, before: Digest | None = None) -> list[Uses]:
    """From the originator's log: uses, by readers the order stops, of records it touches, before the entry of the order `before`."""
    sets = holds.again(tx, order)
    touched = {row.holding.digest for row in holdings.owned_by(tx, order.originator) if touches(order, row, sets)}
    tally: dict[tuple[str, str, str, str], list[UseReceipt]] = {}
    for receipt in ledger.use_receipts(tx, order.originator):
        if receipt.act == "order" and before is not None and receipt.holdings and receipt.holdings[0].digest == before:
            break
        if receipt.act not in USES or not any(held.digest in touched for held in receipt.holdings):
            continue
        if receipt.unit not in node.coalition.book.units:
            continue
        if stops_reader(order, node.coalition.book, unit=receipt.unit, purpose=receipt.purpose, operation=receipt.operation):
            tally.setdefault((receipt.unit, receipt.purpose, receipt.operation, receipt.act), []).append(receipt)
    return [
        Uses(
            unit=unit,
            purpose=purpose,
            operation=operation,
            act=act,
            uses=len(found),
            first_ms=min(one.at_ms for one in found),
            last_ms=max(one.at_ms for one in found),
            after_ordered=sum(1 for one in found if one.at_ms >= order.ordered_at_ms),
            records=tuple(sorted({Digest(held.digest) for one in found for held in one.holdings if held.digest in touched})),
        )
        for (unit, purpose, operation, act), found in sorted(tally.items())
    ]


def readers(uses: Iterable[Uses]) -> list[JsonValue]:
    """Earlier uses as an originator is shown them: counts, no list of records."""
    return [
        {key: value for key, value in msgspec.structs.asdict(one).items() if key != "records"} | {"records": len(one.records)}
        for one in uses
    ]
