"""The verb separate: a signed certificate, from an originator's receipts, of which units used what in two operations.

It names the log, its size and its checkpoint, so whoever has the originator's receipts makes the same statement again from them
(receipt/separation.py), and whoever has none can tell that it is about that log and no other.
"""

from __future__ import annotations

from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker, signed_by
from fairlead.desk.authority import asked_as, entitled, party_of, refuse
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue, decode, envelope_to_json, sha256_hex
from fairlead.errors import BadInput
from fairlead.label.codebook import need
from fairlead.receipt.separation import separation
from fairlead.store import ledger

KIND = "separation-certificate"


def separate(node: Node, asker: Asker, one: str, other: str, *, party: str = "") -> Outcome:
    """The certificate for the asker's party, or for any originator when oversight asks. Raises UnknownCode, BadInput."""
    reasons = entitled(node, asker, act="audit")
    if reasons:
        return refuse(node, asker, act="audit", reasons=reasons)
    book = node.coalition.book
    for operation in (one, other):
        need(book.operations, operation, what="operation")
    if one == other:
        raise BadInput("an operation cannot be kept apart from itself", where=one, do="name two operations")
    wanted = party if party in node.logs and book.units[asker.unit].regime == "oversight" else party_of(node, asker)
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        size, checkpoint = ledger.head(tx, wanted)
        said: dict[str, JsonValue] = {
            "log": node.logs[wanted].origin,
            "size": size,
            "checkpoint": checkpoint.decode("utf-8"),
            "at_ms": at_ms,
            **separation(ledger.use_receipts(tx, wanted), one, other),
        }
        envelope = signed_by(node, tx, asker.person, KIND, said)
        raw = envelope_to_json(envelope)
        asked = asked_as(asker, act="audit", at_ms=at_ms, evidence=sha256_hex(raw))
        record.event(node, tx, asked, party=wanted, subject=sha256_hex(raw), kind=KIND, output=raw)
        given = answer({"statement": said, "certificate": decode(raw), "digest": sha256_hex(raw)})
    node.home(party_of(node, asker)).deliver(KIND, sha256_hex(raw), raw)
    node.publish()
    return given
