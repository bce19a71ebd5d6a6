"""The verb that changes a log's key: a signed key event, an entry of the old key that says so, a head of the new one over it.

1. A rotation is signed by the old key and the new; after a compromise the operating party's key signs in the old one's place and says
   which head the old key is still believed for: the newest that witnesses cosigned.
2. Key file first, then the transaction: a crash between leaves a key nobody uses, never a head nobody can extend.
3. Whose log it is gets the event delivered; everybody else finds it where the log's files are fetched.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.authority import asked_as, entitled, refuse
from fairlead.desk.home import read_key, write_key
from fairlead.desk.node import Node
from fairlead.envelope import SigningKey, envelope_to_json, sha256_hex
from fairlead.errors import BadInput
from fairlead.label.codebook import need
from fairlead.receipt.checkpoint import checkpoint_of
from fairlead.receipt.log_keys import KIND, KeyEvent, history, sign_key_event
from fairlead.store import heads, ledger

Why = Literal["rotation", "compromise"]
SEED_BYTES = 32


def change_key(node: Node, asker: Asker, party: str, *, reason: Why, why: str) -> Outcome:
    """Give the log of `party` a new key. Only the operating party's releasing officers may. Raises UnknownCode, BadInput, LogFault."""
    reasons = entitled(node, asker, act="order", party=node.config.operating_party)
    if reasons:
        return refuse(node, asker, act="order", reasons=reasons)
    need(node.logs, party, what="party")
    if not why.strip():
        raise BadInput("a change of key needs its reason", do="say why in a few words")
    at_ms = node.clock.now_ms()
    fresh = SigningKey(node.random_bytes(SEED_BYTES))
    write_key(node.root / "keys" / f"log-{party}.{fresh.public.keyid[:16]}.key", fresh)
    with node.db.write() as tx:
        log = ledger.current(tx, node.logs[party])
        size, _ = ledger.head(tx, party)
        event = KeyEvent(
            log=log.origin,
            old=log.key.public.text(),
            new=fresh.public.text(),
            from_size=size + 1,  # the entry that tells of it is the old key's last
            reason=reason,
            at_ms=at_ms,
            clock=node.clock.source,
            why=why.strip(),
        )
        if reason == "compromise":
            believed = heads.cosigned_head(tx, party)
            if believed is not None:
                root = checkpoint_of(heads.text_of(believed[1])).root.hex()
                event = msgspec.structs.replace(event, trusted_size=believed[0], trusted_root=root)
        authority = log.key if reason == "rotation" else read_key(node.home(node.config.operating_party).path / "party.key")
        envelope = sign_key_event(event, [authority, fresh])
        raw = envelope_to_json(envelope)
        asked = asked_as(asker, act="order", at_ms=at_ms, evidence=sha256_hex(raw))
        record.event(node, tx, asked, party=party, subject=sha256_hex(raw), kind=KIND, output=raw)
        heads.add_key_event(tx, party, event, envelope)
        ledger.rekey(tx, msgspec.structs.replace(log, key=fresh))
        operator = node.home(node.config.operating_party).public_key()
        history(log.origin, node.logs[party].key.public, operator, heads.key_events(tx, party))  # raises before anything is kept
        given = answer(
            {"log": log.origin, "from_size": event.from_size, "new": event.new, "reason": reason, "trusted_size": event.trusted_size}
        )
    node.home(party).deliver(KIND, sha256_hex(raw), raw)
    node.publish()
    return given
