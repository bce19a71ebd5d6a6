"""The verbs halt and resume: an originator previews the reach and what goes on, signs, and from the commit on it holds.

1. The order is signed by a releasing officer of the originator, over the exact value that is stored and rendered in words.
2. One write transaction appends the event, its receipt, and `grounds_withdrawn` to every case whose lead the order closes.
   Reads take the same transaction, so no use commits after the order without having seen it (P4).
3. Nothing is rewritten: masks and holds are judged at each use, on what was shared and derived alike. What the acting party
   recorded about persons and things is its own and stays (red line 15).
"""

from __future__ import annotations

import msgspec

from fairlead.agreement import Gatehouse, Order, Request, Resume, decide, make_order, words
from fairlead.agreement.gate import below_ceiling
from fairlead.agreement.lists import Row, facts_of
from fairlead.agreement.selector import stops_reader
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker, signed_by
from fairlead.desk.authority import asked_as, entitled, party_of, refuse
from fairlead.desk.interdict import restore_grounds, state_of, withdraw_grounds
from fairlead.desk.node import Node, supposing
from fairlead.envelope import Digest, JsonValue, envelope_to_json, new_id, sha256_hex
from fairlead.errors import BadInput
from fairlead.store import cases, events, holdings, ledger
from fairlead.store.database import Tx

ID_BYTES = 16


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The axes of an order as somebody fills them in; an axis left empty means every one."""

    partners: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    until_ms: int = 0
    carve_outs: tuple[str, ...] = ()
    fears: str = ""


def draft_order(node: Node, asker: Asker, wish: Wish, *, at_ms: int) -> Order:
    """The order this wish compiles to. Raises UnknownCode, ExcludedUse, BadInput."""
    return make_order(
        node.coalition.book,
        {name: feed.facts.originator for name, feed in node.coalition.feeds.items()},
        id=new_id(node.random_bytes(ID_BYTES)),
        originator=party_of(node, asker) or "nobody",
        ordered_at_ms=at_ms,
        **msgspec.structs.asdict(wish),
    )


def preview_order(node: Node, asker: Asker, wish: Wish) -> Outcome:
    """What the order would close and what goes on, before anybody signs. To an originator only descendants of its own."""
    at_ms = node.clock.now_ms()
    reasons = entitled(node, asker, act="order")
    if reasons:
        return refuse(node, asker, act="order", reasons=reasons)
    order = draft_order(node, asker, wish, at_ms=at_ms)
    with node.db.read() as tx:
        return answer(
            {"order": msgspec.to_builtins(order), "words": words(order, node.coalition.book), **_reach(node, tx, order, at_ms)}
        )


def halt(node: Node, asker: Asker, wish: Wish) -> Outcome:
    """Sign the order and put it in force. Raises UnknownCode, ExcludedUse, BadInput, BadSignature, LogFault."""
    at_ms = node.clock.now_ms()
    reasons = entitled(node, asker, act="order")
    if reasons:
        return refuse(node, asker, act="order", reasons=reasons)
    with node.db.order() as tx:
        order = draft_order(node, asker, wish, at_ms=at_ms)
        reach = _reach(node, tx, order, at_ms)
        standing = node.standing(tx)
        envelope = signed_by(node, tx, asker.person, "order", msgspec.to_builtins(order))
        raw = envelope_to_json(envelope)
        epoch = events.add_event(tx, order, envelope, at_ms=at_ms, clock=node.clock.source)
        asked = asked_as(asker, act="order", at_ms=at_ms, evidence=sha256_hex(raw))
        record.event(node, tx, asked, party=order.originator, subject=sha256_hex(raw), kind="order", output=raw)
        withdrawn = withdraw_grounds(node, tx, standing=standing, order=order, digest=sha256_hex(raw), signer=asker)
        text = words(order, node.coalition.book)
        given = answer(
            {"order": order.id, "words": text, "in_force_ms": at_ms, "grounds_withdrawn": withdrawn, "epoch": epoch, **reach}
        )
    node.home(order.originator).deliver("order", sha256_hex(raw), raw)
    node.publish()
    return given


def resume(node: Node, asker: Asker, order_id: str) -> Outcome:
    """Lift an order of one's own. Raises BadInput when no such order is in force."""
    at_ms = node.clock.now_ms()
    reasons = entitled(node, asker, act="order")
    if reasons:
        return refuse(node, asker, act="order", reasons=reasons)
    with node.db.write() as tx:
        lifted = Resume(order=order_id, originator=party_of(node, asker), at_ms=at_ms)
        supposing(node.standing(tx), lifted)  # raises before anything is written
        envelope = signed_by(node, tx, asker.person, "resume", msgspec.to_builtins(lifted))
        raw = envelope_to_json(envelope)
        events.add_event(tx, lifted, envelope, at_ms=at_ms, clock=node.clock.source)
        asked = asked_as(asker, act="order", at_ms=at_ms, evidence=sha256_hex(raw))
        record.event(node, tx, asked, party=lifted.originator, subject=sha256_hex(raw), kind="resume", output=raw)
        digest = _order_digest(tx, order_id)
        restored = restore_grounds(node, tx, order=digest, resume=sha256_hex(raw), at_ms=at_ms, signer=asker)
        given = answer({"resumed": order_id, "in_force_ms": at_ms, "grounds_restored": restored})
    node.home(lifted.originator).deliver("resume", sha256_hex(raw), raw)
    node.publish()
    return given


def _order_digest(tx: Tx, order_id: str) -> Digest:
    """The digest of the signed order, by which cases cite it."""
    for stored in events.all_events(tx):
        if isinstance(stored.event, Order) and stored.event.id == order_id:
            return sha256_hex(envelope_to_json(stored.envelope))
    raise BadInput("no such order", where=order_id)


def orders_in_force(node: Node, asker: Asker) -> Outcome:
    """One's own orders in force and agreements given, in words; oversight sees everybody's orders."""
    at_ms = node.clock.now_ms()
    reasons = entitled(node, asker, act="audit")
    if reasons:
        return refuse(node, asker, act="audit", reasons=reasons)
    party, book = party_of(node, asker), node.coalition.book
    oversees = book.units[asker.unit].regime == "oversight"
    with node.db.read() as tx:
        standing = node.standing(tx)
    return answer(
        {
            "orders": [
                {"id": order.id, "originator": order.originator, "words": words(order, book), "ordered_at_ms": order.ordered_at_ms}
                for order in node.house_of(standing, at_ms).slice.orders
                if oversees or order.originator == party
            ],
            "agreements": [
                {
                    "id": grant.id,
                    "originator": grant.originator,
                    "recipients": list(grant.recipients),
                    "purposes": list(grant.purposes),
                    "operations": list(grant.operations),
                    "categories": list(grant.categories),
                    "not_before_ms": grant.not_before_ms,
                    "expires_ms": grant.expires_ms,
                }
                for grant in standing.grants
                if oversees or grant.originator == party
            ],
        }
    )


def exposure(node: Node, asker: Asker, order_id: str) -> Outcome:
    """Who had read, before the order, what it closes: from the originator's own receipts. Raises BadInput for an unknown order."""
    reasons = entitled(node, asker, act="exposure")
    if reasons:
        return refuse(node, asker, act="exposure", reasons=reasons)
    party = party_of(node, asker)
    with node.db.read() as tx:
        found = [
            stored
            for stored in events.all_events(tx)
            if isinstance(stored.event, Order) and stored.event.id == order_id and stored.event.originator == party
        ]
        if not found:
            raise BadInput("no such order of this originator", where=order_id, do="list the orders")
        order = found[0].event
        assert isinstance(order, Order)
        digest = sha256_hex(envelope_to_json(found[0].envelope))
        readers = _earlier_readers(node, tx, order, before=digest)
    return answer(
        {
            "order": order_id,
            "words": words(order, node.coalition.book),
            "ordered_at_ms": order.ordered_at_ms,
            "durable_at_ms": found[0].durable_at_ms,
            "earlier_readers": readers,
            "not_claimed": "what a reader remembers, printed or copied is not gone; these are the uses that were logged",
        }
    )


def _touched(node: Node, tx: Tx, order: Order) -> list[Row]:
    """The originator's own holdings, and what descends from them, that the order names."""
    found = []
    for row in holdings.owned_by(tx, order.originator):
        own = [category for party, category in row.holding.label.originators if party == order.originator]
        named = bool(own) and (not order.categories or bool(set(own).intersection(order.categories)))
        if named and (not order.feeds or row.feeds.intersection(order.feeds)):
            found.append(row)
    return found


def _reach(node: Node, tx: Tx, order: Order, at_ms: int) -> dict[str, JsonValue]:
    before = node.house(tx, at_ms)
    after = node.house_of(supposing(node.standing(tx), order), at_ms)
    rows = _touched(node, tx, order)
    alike: dict[tuple[object, ...], list[Row]] = {}  # rows the gate cannot tell apart are judged once
    for row in rows:
        one = row.holding
        key = (one.label, row.feeds, one.kind == "lead", one.not_before_ms <= at_ms < one.expires_ms)
        alike.setdefault(key, []).append(row)
    closed: dict[str, set[str]] = {}
    goes_on: dict[str, set[str]] = {}
    hit: set[str] = set()
    for unit, purpose, operation in sorted(before.slice.open_to):
        for same in alike.values():
            if _may(after, unit, purpose, operation, same[0], at_ms):
                goes_on.setdefault(unit, set()).add(purpose)
            elif _may(before, unit, purpose, operation, same[0], at_ms):
                closed.setdefault(unit, set()).add(purpose)
                hit.update(row.holding.id for row in same)
    leads = [row for row in rows if row.holding.kind == "lead" and row.holding.id in hit]
    digests = {row.holding.digest for row in leads}
    return {
        "closes": {
            "units": {unit: sorted(purposes) for unit, purposes in sorted(closed.items())},
            "holdings": len(hit),
            "leads": [row.holding.id for row in leads],
            "cases": sum(1 for case in cases.all_cases(tx) if digests.intersection(state_of(node, tx, case).leads)),
        },
        "goes_on": {"units": {unit: sorted(purposes) for unit, purposes in sorted(goes_on.items())}},
        "earlier_readers": _earlier_readers(node, tx, order),
    }


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


def _earlier_readers(node: Node, tx: Tx, order: Order, *, before: Digest | None = None) -> list[JsonValue]:
    """From the originator's log: uses, by readers the order stops, of holdings it touches, before the entry of the order `before`.

    By place in the log, not by a clock: the log is in one order with the halt (P4)."""
    touched = {row.holding.digest for row in _touched(node, tx, order)}
    tally: dict[tuple[str, str, str, str], list[int]] = {}
    for receipt in ledger.use_receipts(tx, order.originator):
        if receipt.act == "order" and before is not None and receipt.holdings and receipt.holdings[0].digest == before:
            break
        if receipt.act not in ("picture", "list", "read", "lead"):
            continue
        if not any(held.digest in touched for held in receipt.holdings):
            continue
        if not stops_reader(order, node.coalition.book, unit=receipt.unit, purpose=receipt.purpose, operation=receipt.operation):
            continue
        key = (receipt.unit, receipt.purpose, receipt.operation, receipt.act)
        tally.setdefault(key, []).append(receipt.at_ms)
    return [
        {
            "unit": unit,
            "purpose": purpose,
            "operation": operation,
            "act": act,
            "uses": len(times),
            "first_ms": min(times),
            "last_ms": max(times),
        }
        for (unit, purpose, operation, act), times in sorted(tally.items())
    ]
