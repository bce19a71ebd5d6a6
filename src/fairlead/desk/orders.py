"""The verb orders: what is in force, or was at an instant, with its state and how far its recalls have come.

1. What was in force at an instant is the fold of the events durable by then, never a stored state.
2. One's own orders, and everybody's to oversight (red line 12), confidential ones too. Nobody else is told that there is one.
3. An order of somebody else and one that never was are refused alike, and the refusal is in every log (P6, P7).
"""

from __future__ import annotations

from fairlead.agreement import Order, Reason, fold, words
from fairlead.agreement.events import RecallAnswer
from fairlead.agreement.order import in_force
from fairlead.agreement.order_states import Recipient, history, recipients
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.authority import entitled, party_of, refuse
from fairlead.desk.node import Node
from fairlead.envelope import Digest, JsonValue, envelope_to_json, sha256_hex
from fairlead.errors import BadInput
from fairlead.store import events
from fairlead.store.database import Tx

ID_MAX = 64


def orders_in_force(node: Node, asker: Asker, *, at_ms: int | None = None, ended: bool = False) -> Outcome:
    """One's own orders and agreements given, in words; oversight sees everybody's. `at_ms`: as of then; `ended`: past orders too."""
    reasons = entitled(node, asker, act="audit")
    if reasons:
        return refuse(node, asker, act="audit", reasons=reasons)
    now_ms = node.clock.now_ms()
    when = now_ms if at_ms is None else at_ms
    if when > now_ms:
        raise BadInput("what will be in force is not known", do="ask about now or a time before it")
    with node.db.read() as tx:
        node.standing(tx)  # every signature is checked before anything is shown
        stored = events.all_events(tx, until_ms=when)
    party, book = party_of(node, asker), node.coalition.book
    oversees = book.units[asker.unit].regime == "oversight"
    standing = fold(one.event for one in stored)
    answers = tuple(one.event for one in stored if isinstance(one.event, RecallAnswer))
    dated = [(one.event, one.durable_at_ms) for one in stored]
    alive = {order.id for order in standing.orders if in_force(order, when)}
    shown: list[JsonValue] = []
    for one in stored:
        order = one.event
        if isinstance(order, Order) and (oversees or order.originator == party) and (ended or order.id in alive):
            stages = history(order, dated, book, when)
            shown.append(
                {
                    "id": order.id,
                    "originator": order.originator,
                    "words": words(order, book),
                    "ordered_at_ms": order.ordered_at_ms,
                    "durable_at_ms": one.durable_at_ms,
                    "state": stages[-1].state,
                    "closed": order.id in alive,
                    "history": [{"state": stage.state, "at_ms": stage.at_ms, "by": stage.happening} for stage in stages],
                    "confidential": order.confidential,
                    "freeze_until_ms": order.freeze_until_ms,
                    "replaces": order.replaces,
                    "recipients": [_recipient(one) for one in recipients(order, answers, when)],
                }
            )
    given: list[JsonValue] = [
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
    ]
    return answer({"at_ms": when, "orders": shown, "agreements": given})


def _recipient(one: Recipient) -> JsonValue:
    return {
        "party": one.party,
        "state": one.state,
        "overdue": one.overdue,
        "answered_ms": one.answered_ms,
        "statement": one.statement,
        "kept": one.kept,
    }


def find_order(node: Node, tx: Tx, order_id: str) -> Order | None:
    """The order of this id that is in force or waits for a resume."""
    return next((one for one in node.standing(tx).orders if one.id == order_id[:ID_MAX]), None)


def own_order(node: Node, tx: Tx, asker: Asker, order_id: str) -> Order:
    """The order of this id, which is the asker's party's own. Raises BadInput."""
    order = find_order(node, tx, order_id)
    if order is None or order.originator != party_of(node, asker):
        raise BadInput("no such order of this originator is in force", where=order_id, do="list the orders in force")
    return order


def no_such_order(node: Node, asker: Asker, order_id: str) -> tuple[Reason, ...]:
    """Why an order of another party, or of nobody, cannot be acted on; empty for one's own that is in force."""
    with node.db.read() as tx:
        order = find_order(node, tx, order_id)
    if order is not None and order.originator == party_of(node, asker):
        return ()
    return (Reason(conjunct="codes", detail="no such order of this party is in force"),)


def chain_of(tx: Tx, order_id: str) -> list[tuple[Order, Digest]]:
    """An order, the one it stands in place of, and so on to the first, each with the digest by which cases cite it."""
    signed = orders_signed(tx)
    chain: list[tuple[Order, Digest]] = []
    while order_id in signed:
        chain.append(signed[order_id])
        order_id = signed[order_id][0].replaces
    return chain


def orders_signed(tx: Tx) -> dict[str, tuple[Order, Digest]]:
    """Every order there ever was, by its id, with the digest of its envelope."""
    return {
        one.event.id: (one.event, sha256_hex(envelope_to_json(one.envelope)))
        for one in events.all_events(tx)
        if isinstance(one.event, Order)
    }


def digest_of_order(tx: Tx, order_id: str) -> Digest:
    """The digest of the signed order, by which cases cite it."""
    for stored in events.all_events(tx):
        if isinstance(stored.event, Order) and stored.event.id == order_id:
            return sha256_hex(envelope_to_json(stored.envelope))
    raise BadInput("no such order", where=order_id)
