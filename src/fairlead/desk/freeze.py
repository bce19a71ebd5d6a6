"""The verb confirm: a second officer of the originator confirms an emergency freeze, which then stands like any order.

Without it a freeze lapses to review, never to open (2-label). The notices of its recall go out with the second officer's word.
"""

from __future__ import annotations

import msgspec

from fairlead.agreement.events import Confirm
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker, signed_by
from fairlead.desk.authority import asked_as, entitled, party_of, refuse
from fairlead.desk.node import Node, supposing
from fairlead.desk.orders import digest_of_order, no_such_order, own_order
from fairlead.desk.reach import earlier_uses
from fairlead.desk.recall import deliver, send_notices
from fairlead.envelope import envelope_to_json, sha256_hex
from fairlead.store import events


def confirm(node: Node, asker: Asker, order_id: str) -> Outcome:
    """Confirm a freeze of one's own party. Raises BadInput for the officer who signed it, and for an order that is no freeze."""
    at_ms = node.clock.now_ms()
    reasons = entitled(node, asker, act="order") or no_such_order(node, asker, order_id)
    if reasons:
        return refuse(node, asker, act="order", reasons=reasons)
    made = Confirm(order=order_id, originator=party_of(node, asker), officer=asker.person, at_ms=at_ms)
    with node.db.write() as tx:
        supposing(node.standing(tx), made)  # raises before anything is written
        order = own_order(node, tx, asker, order_id)
        uses = earlier_uses(node, tx, order, before=digest_of_order(tx, order.id))
        envelope = signed_by(node, tx, asker.person, "confirm", msgspec.to_builtins(made))
        raw = envelope_to_json(envelope)
        events.add_event(tx, made, envelope, at_ms=at_ms, clock=node.clock.source)
        asked = asked_as(asker, act="order", at_ms=at_ms, evidence=sha256_hex(raw))
        record.event(node, tx, asked, party=made.originator, subject=sha256_hex(raw), kind="confirm", output=raw)
        notices = send_notices(node, tx, asker, order, uses, at_ms=at_ms)
        given = answer({"confirmed": order.id, "at_ms": at_ms, "recalls": list(order.recalls)})
    node.home(made.originator).deliver("confirm", sha256_hex(raw), raw)
    deliver(node, notices)
    node.publish()
    return given
