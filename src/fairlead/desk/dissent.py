"""The verb dissent: somebody disagrees, in signed words that nobody can drop; and the proof that somebody did, or that nobody did."""

from __future__ import annotations

from typing import Final

import msgspec

from fairlead.agreement.events import Review
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker, signed_by
from fairlead.desk.authority import asked_as, entitled, party_of, refuse
from fairlead.desk.node import Node
from fairlead.envelope import Envelope, JsonValue, envelope_from_json, envelope_to_json, sha256_hex
from fairlead.errors import BadInput
from fairlead.receipt.dissent import Dissent, about_of, leaf_bytes, register_of
from fairlead.receipt.tree import inclusion_proof, leaf_hash
from fairlead.store import dissents
from fairlead.store.database import Tx

NOTE: Final = "dissent-note"
REGISTER: Final = "dissent-register"
WORDS_MAX: Final = 4096
NAME_MAX: Final = 128


def dissent(node: Node, asker: Asker, *, about: str, words: str) -> Outcome:
    """Sign a dissent about anything that has a name (an order, an agreement, a case, a lead). Everybody of the coalition may."""
    reasons = entitled(node, asker, act="dissent")
    if reasons:
        return refuse(node, asker, act="dissent", reasons=reasons)
    if not words.strip() or len(words) > WORDS_MAX or not 0 < len(about) <= NAME_MAX:
        raise BadInput("a dissent says about what it is, and what it is", why=f"up to {WORDS_MAX} characters", do="give both")
    at_ms = node.clock.now_ms()
    party = party_of(node, asker)
    with node.db.write() as tx:
        value: dict[str, JsonValue] = {
            "about": about,
            "words": words.strip(),
            "person": asker.person,
            "unit": asker.unit,
            "party": party,
            "at_ms": at_ms,
            "clock": node.clock.source,
        }
        envelope = signed_by(node, tx, asker.person, NOTE, value)
        raw = envelope_to_json(envelope)
        records = [(NOTE, raw), add(node, tx, asker, party=party, about=about, envelope=envelope, at_ms=at_ms)]
        for kind, one in records:
            asked = asked_as(asker, act="dissent", at_ms=at_ms, evidence=sha256_hex(one))
            record.event(node, tx, asked, party=party, subject=sha256_hex(one), kind=kind, output=one)
        given = answer({"dissent": sha256_hex(raw), "about": about, **_register(tx, party, at_ms)})
    for kind, one in records:
        node.home(party).deliver(kind, sha256_hex(one), one)
    node.publish()
    return given


def add(node: Node, tx: Tx, asker: Asker, *, party: str, about: str, envelope: Envelope, at_ms: int) -> tuple[str, bytes]:
    """Put a signed record that holds a dissent into the party's register; the signed register as kind and bytes, to be recorded."""
    dissents.add(tx, party, about=about_of(about), envelope=envelope_to_json(envelope))
    register = register_of(party, leaves(tx, party), at_ms=at_ms)
    signed = signed_by(node, tx, asker.person, REGISTER, msgspec.to_builtins(register))
    return REGISTER, envelope_to_json(signed)


def of_review(node: Node, tx: Tx, asker: Asker, review: Review, raw: bytes) -> list[bytes]:
    """A review that holds a dissent stands in its party's register too; `raw` is its signed envelope."""
    if not review.dissent:
        return []
    envelope = envelope_from_json(raw)
    kind, made = add(node, tx, asker, party=review.originator, about=review.agreement, envelope=envelope, at_ms=review.at_ms)
    asked = asked_as(asker, act="dissent", at_ms=review.at_ms, evidence=sha256_hex(made))
    record.event(node, tx, asked, party=review.originator, subject=sha256_hex(made), kind=kind, output=made)
    return [made]


def keep_registers(node: Node, party: str, signed: list[bytes]) -> None:
    """Deliver signed registers to their party's home."""
    for raw in signed:
        node.home(party).deliver(REGISTER, sha256_hex(raw), raw)


def prove_dissent(node: Node, asker: Asker, *, about: str, party: str = "") -> Outcome:
    """Who dissented about this in a party's register, each with its path; or all leaves, which show that nobody did. The party's own
    people and oversight only."""
    reasons = entitled(node, asker, act="audit")
    if reasons:
        return refuse(node, asker, act="audit", reasons=reasons)
    oversees = node.coalition.book.units[asker.unit].regime == "oversight"
    wanted = party if party in node.logs and oversees else party_of(node, asker)
    with node.db.read() as tx:
        all_leaves = leaves(tx, wanted)
        raws = dissents.envelopes(tx, wanted)
        register = _register(tx, wanted, node.clock.now_ms())
    hashes = [leaf_hash(leaf_bytes(one)) for one in all_leaves]
    there: list[JsonValue] = [
        {
            "index": at,
            "leaf": msgspec.to_builtins(leaf),
            "path": [one.hex() for one in inclusion_proof(hashes, at, len(hashes))],
            "record": raws[at].decode("utf-8"),
        }
        for at, leaf in enumerate(all_leaves)
        if leaf.about == about_of(about)
    ]
    value: dict[str, JsonValue] = {"about": about, "party": wanted, **register, "dissents": there}
    if not there:
        value["leaves"] = [msgspec.to_builtins(one) for one in all_leaves]
    return answer(value)


def leaves(tx: Tx, party: str) -> list[Dissent]:
    """The leaves of a party's register, in order."""
    return [Dissent(about=about, note=sha256_hex(raw)) for about, raw in dissents.all_of(tx, party)]


def _register(tx: Tx, party: str, at_ms: int) -> dict[str, JsonValue]:
    register = register_of(party, leaves(tx, party), at_ms=at_ms)
    return {"count": register.count, "root": register.root}
