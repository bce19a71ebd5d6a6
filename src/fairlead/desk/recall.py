"""The verbs of a recall: notices to those who had used what an order closes, their answers, and who is overdue.

1. A notice goes to a party whose units had used records the order closes; it names that party's own uses and the handles of the
   records, never the order's other terms (P7). A confidential order sends none.
2. A recipient acknowledges, then certifies compliance: signed by its own releasing officer, for its own party. What it could not
   give back it says. Nothing here claims that a copy elsewhere is gone (red line 6).
3. Answers are entered in the logs of both parties. Where nobody answers by the date, that is a state and is shown.
4. Whoever verifies the condition of an order reports it met; the order then is under review and stays closed.
"""

from __future__ import annotations

import msgspec

from fairlead.agreement import Order, Reason
from fairlead.agreement.events import ConditionReport, Event, RecallAnswer, kind_of
from fairlead.agreement.order_states import recipients
from fairlead.agreement.wording import recall_words
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker, signed_by
from fairlead.desk.authority import asked_as, entitled, party_of, refuse
from fairlead.desk.node import Node, supposing
from fairlead.desk.orders import digest_of_order, find_order
from fairlead.desk.reach import Uses, earlier_uses
from fairlead.envelope import Digest, JsonValue, envelope_to_json, sha256_hex
from fairlead.errors import BadInput
from fairlead.store import events
from fairlead.store.database import Tx

NOTICE = "recall-notice"
TEXT_MAX = 2000


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice as it was signed and entered, to be put into the recipient's home after the commit."""

    party: str
    digest: Digest
    raw: bytes


def send_notices(node: Node, tx: Tx, asker: Asker, order: Order, uses: list[Uses], *, at_ms: int) -> list[Notice]:
    """Sign a notice to every party the order recalls from, and enter it in its log and the originator's."""
    sent = []
    for party in order.recalls:
        envelope = signed_by(node, tx, asker.person, NOTICE, notice(node, order, party, uses))
        raw = envelope_to_json(envelope)
        digest = sha256_hex(raw)
        asked = asked_as(asker, act="order", at_ms=at_ms, evidence=digest)
        for told in (order.originator, party):
            record.event(node, tx, asked, party=told, subject=digest, kind=NOTICE, output=raw)
        sent.append(Notice(party=party, digest=digest, raw=raw))
    return sent


def deliver(node: Node, notices: list[Notice]) -> None:
    """Put notices into the homes of those they are for."""
    for one in notices:
        node.home(one.party).deliver(NOTICE, one.digest, one.raw)


def notice(node: Node, order: Order, party: str, uses: list[Uses]) -> JsonValue:
    """What one party is told: its own uses and the handles of what it is to give back."""
    book = node.coalition.book
    own = [one for one in uses if book.units[one.unit].party == party]
    return {
        "order": order.id,
        "originator": order.originator,
        "party": party,
        "words": recall_words(order, book, party),
        "answer_by_ms": order.answer_by_ms,
        "uses": [
            {"unit": one.unit, "purpose": one.purpose, "operation": one.operation, "act": one.act, "uses": one.uses} for one in own
        ],
        "records": sorted({digest for one in own for digest in one.records}),
    }


def recalls(node: Node, asker: Asker) -> Outcome:
    """The recalls that ask something of the asker's party, and those its own orders sent, with who is overdue; to oversight all."""
    reasons = entitled(node, asker, act="audit")
    if reasons:
        return refuse(node, asker, act="audit", reasons=reasons)
    at_ms = node.clock.now_ms()
    party = party_of(node, asker)
    oversees = node.coalition.book.units[asker.unit].regime == "oversight"
    with node.db.read() as tx:
        standing = node.standing(tx)
        to_us: list[JsonValue] = []
        of_ours: list[JsonValue] = []
        for order in standing.orders:
            if order.freeze_until_ms and order.id not in standing.confirmed:
                continue  # notices go out when the freeze is confirmed
            for one in recipients(order, standing.answers, at_ms):
                item: dict[str, JsonValue] = {
                    **msgspec.structs.asdict(one),
                    "order": order.id,
                    "originator": order.originator,
                    "answer_by_ms": order.answer_by_ms,
                }
                if one.party == party:
                    uses = earlier_uses(node, tx, order, before=digest_of_order(tx, order.id))
                    to_us.append({**item, "notice": notice(node, order, party, uses)})
                elif oversees or order.originator == party:
                    of_ours.append(item)
    return answer({"to_us": to_us, "of_ours": of_ours, "overdue": sum(1 for one in (*to_us, *of_ours) if _overdue(one))})


def _overdue(item: JsonValue) -> bool:
    return isinstance(item, dict) and item["overdue"] is True


def acknowledge(node: Node, asker: Asker, order_id: str) -> Outcome:
    """Say that the notice has come. Raises BadInput when it was said before."""
    return _answer(node, asker, order_id, "acknowledged", statement="", kept="")


def comply(node: Node, asker: Asker, order_id: str, *, statement: str, kept: str = "") -> Outcome:
    """Certify what was given back or destroyed, and what was kept and why. Raises BadInput before it is acknowledged."""
    if not statement.strip():
        raise BadInput("a certificate of compliance says nothing", do="state what was given back or destroyed")
    return _answer(node, asker, order_id, "complied", statement=statement[:TEXT_MAX], kept=kept[:TEXT_MAX])


def _answer(node: Node, asker: Asker, order_id: str, said: str, *, statement: str, kept: str) -> Outcome:
    reasons = entitled(node, asker, act="order") or _not_asked(node, asker, order_id)
    if reasons:
        return refuse(node, asker, act="order", reasons=reasons)
    at_ms, party = node.clock.now_ms(), party_of(node, asker)
    event = RecallAnswer(
        order=order_id,
        party=party,
        answer="complied" if said == "complied" else "acknowledged",
        at_ms=at_ms,
        statement=statement,
        kept=kept,
    )
    return _enter(node, asker, order_id, event, at_ms, {"recall": order_id, "party": party, "answer": said, "at_ms": at_ms})


def _not_asked(node: Node, asker: Asker, order_id: str) -> tuple[Reason, ...]:
    """Why there is no recall for this party to answer: the same for an order of others and one that never was (P7)."""
    with node.db.read() as tx:
        order, confirmed = find_order(node, tx, order_id), node.standing(tx).confirmed
    sent = order is not None and (not order.freeze_until_ms or order.id in confirmed)
    if order is not None and sent and party_of(node, asker) in order.recalls:
        return ()
    return (Reason(conjunct="codes", detail="no such recall asks anything of this party"),)


def report_condition(node: Node, asker: Asker, order_id: str, *, words: str) -> Outcome:
    """Report that the condition of an order is met; by the party that verifies it, or by its originator. It stays closed."""
    reasons = entitled(node, asker, act="order") or _not_verifier(node, asker, order_id)
    if reasons:
        return refuse(node, asker, act="order", reasons=reasons)
    if not words.strip():
        raise BadInput("a report of a condition says nothing", do="state what has come about")
    at_ms, party = node.clock.now_ms(), party_of(node, asker)
    event = ConditionReport(order=order_id, party=party, at_ms=at_ms, words=words[:TEXT_MAX])
    return _enter(node, asker, order_id, event, at_ms, {"order": order_id, "state": "under_review", "at_ms": at_ms})


def _not_verifier(node: Node, asker: Asker, order_id: str) -> tuple[Reason, ...]:
    with node.db.read() as tx:
        order = find_order(node, tx, order_id)
    if order is not None and order.condition and party_of(node, asker) in (order.verified_by, order.originator):
        return ()
    return (Reason(conjunct="codes", detail="no such order has a condition that this party verifies"),)


def _enter(node: Node, asker: Asker, order_id: str, event: Event, at_ms: int, said: JsonValue) -> Outcome:
    """Sign the event, enter it in the logs of its party and of the order's originator, and deliver it to both."""
    kind = kind_of(event)
    with node.db.write() as tx:
        supposing(node.standing(tx), event)  # raises before anything is written
        order = find_order(node, tx, order_id)
        assert order is not None  # the fold took the event
        envelope = signed_by(node, tx, asker.person, kind, msgspec.to_builtins(event))
        raw = envelope_to_json(envelope)
        digest = sha256_hex(raw)
        events.add_event(tx, event, envelope, at_ms=at_ms, clock=node.clock.source)
        asked = asked_as(asker, act="order", at_ms=at_ms, evidence=digest)
        parties = dict.fromkeys((party_of(node, asker), order.originator))
        for party in parties:
            record.event(node, tx, asked, party=party, subject=digest, kind=kind, output=raw)
        given = answer({**said, "certificate": digest} if isinstance(said, dict) else said)
    for party in parties:
        node.home(party).deliver(kind, digest, raw)
    node.publish()
    return given
