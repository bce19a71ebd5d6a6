"""The verb exposure: who had used what an order closes, from the originator's own receipts, with the gap between ordering and signing.

It tells uses that were logged. What a reader remembers, printed or copied is not gone, and nothing here says so (red line 6).
"""

from __future__ import annotations

from fairlead.agreement import Order, Reason, words
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.authority import entitled, party_of, refuse
from fairlead.desk.node import Node
from fairlead.desk.reach import earlier_uses, readers
from fairlead.envelope import Digest, envelope_to_json, sha256_hex
from fairlead.store import events
from fairlead.store.database import Tx


def exposure(node: Node, asker: Asker, order_id: str) -> Outcome:
    """Who had used, before the order, what it closes; an order of another party is refused like one that never was."""
    party = party_of(node, asker)
    reasons = entitled(node, asker, act="exposure")
    found = None
    if not reasons:
        with node.db.read() as tx:
            found = _signed(tx, order_id, party)
            if found is not None:
                order, durable_ms = found[0], found[1]
                uses = earlier_uses(node, tx, order, before=found[2])
    if reasons or found is None:
        unknown = (Reason(conjunct="codes", detail="no such order of this party"),)
        return refuse(node, asker, act="exposure", reasons=reasons or unknown)
    return answer(
        {
            "order": order_id,
            "words": words(order, node.coalition.book),
            "ordered_at_ms": order.ordered_at_ms,
            "durable_at_ms": durable_ms,
            "gap_ms": durable_ms - order.ordered_at_ms,
            "uses": sum(one.uses for one in uses),
            "uses_in_the_gap": sum(one.after_ordered for one in uses),
            "earlier_readers": readers(uses),
            "not_claimed": "what a reader remembers, printed or copied is not gone; these are the uses that were logged",
        }
    )


def _signed(tx: Tx, order_id: str, party: str) -> tuple[Order, int, Digest] | None:
    """An order of this party, in force or not, when it was durable, and the digest of its envelope."""
    for one in events.all_events(tx):
        if isinstance(one.event, Order) and one.event.id == order_id and one.event.originator == party:
            return one.event, one.durable_at_ms, sha256_hex(envelope_to_json(one.envelope))
    return None
