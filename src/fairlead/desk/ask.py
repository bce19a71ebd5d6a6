"""Who asks: a signed request, or a session bound to one person and one unit; never a claim.

1. A request is signed by the person's own key and checked against the certificate the person's party signed, also when the key
   lies in this folder.
2. A session was opened by a one-time token and is bound to (person, unit); its requests are evidenced by the session's digest.
"""

from __future__ import annotations

import msgspec

from fairlead.agreement import Person, Request
from fairlead.desk.node import Node
from fairlead.envelope import Digest, Envelope, JsonValue, digest_of, envelope_to_json, sha256_hex, sign, verify
from fairlead.errors import BadSignature, MalformedBytes
from fairlead.store.database import Tx

NONCE_BYTES = 16


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """One person for one unit, with one purpose inside one operation; codes may be unknown, the gate says so."""

    person: str
    unit: str
    purpose: str
    operation: str
    session: str = ""  # digest of the session; empty when the person's key signs


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request with the evidence that this person made it."""

    request: Request
    evidence: Digest


def ask(node: Node, tx: Tx, asker: Asker, *, act: str, form: str = "full", at_ms: int) -> Asked:
    """The request of this asker at this instant. Raises BadSignature when there is no key or it is not the certified one."""
    request = Request(
        person=asker.person,
        unit=asker.unit,
        purpose=asker.purpose,
        operation=asker.operation,
        act=act,
        form=form,
        at_ms=at_ms,
    )
    value: JsonValue = {"nonce": node.random_bytes(NONCE_BYTES).hex(), "request": msgspec.to_builtins(request)}
    if asker.session:
        return Asked(request=request, evidence=digest_of({"ask": value, "session": asker.session}))
    envelope = signed_by(node, tx, asker.person, "request", value)
    return Asked(request=request, evidence=sha256_hex(envelope_to_json(envelope)))


def signed_by(node: Node, tx: Tx, person: str, kind: str, value: JsonValue) -> Envelope:
    """An envelope signed by a person whose key lies in this folder, checked against the person's certificate."""
    envelope = sign(kind, value, [node.person_key(person)])
    certified = node.public_keys(tx).get(person)
    if certified is None:
        raise BadSignature("nobody certified this person", where=person)
    verify(envelope, [certified], kind=kind)
    return envelope


def signers_of(node: Node, tx: Tx, envelope: Envelope) -> tuple[Person, ...]:
    """Everybody whose certified key signed these bytes, once for each signature that holds."""
    keys = node.public_keys(tx)
    person_of = {key.keyid: node.coalition.people[code] for code, key in keys.items()}
    found: list[Person] = []
    for signature in envelope.signatures:
        alone = msgspec.structs.replace(envelope, signatures=(signature,))
        try:
            found += [person_of[keyid] for keyid in verify(alone, keys.values(), kind=envelope.kind)]
        except (BadSignature, MalformedBytes):
            continue  # a signature that does not hold counts for nobody
    return tuple(found)
