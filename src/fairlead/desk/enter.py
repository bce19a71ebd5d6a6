"""The one way an event of an agreement, an assurance or a code-book gets into the sequence: checked whole, then appended and receipted.

1. The signed bytes are the one form of the event. 2. It was not signed in before. 3. Its codes, dates and reviews hold
(agreement/lawful.py). 4. It fits what stands. 5. Enough officers of every party it binds have signed. 6. It breaks no declared
invariant (agreement/proof). What fails any of these is refused with its reason and changes nothing: all of it happens in the
caller's write transaction, which is rolled back. What it takes from cases, or gives back, is recorded there (desk/grounds.py).
An event may come signed by keys that lie here, or as an envelope in a file, signed elsewhere by one officer after another.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from fairlead.agreement.events import KINDS, Amend, Assurance, BookChange, Denounce, Draft, Event, Review, kind_of, parties_told
from fairlead.agreement.lawful import check
from fairlead.agreement.signing import needed, signers
from fairlead.agreement.standing import apply
from fairlead.agreement.terms import Grant
from fairlead.desk import record
from fairlead.desk.ask import Asker, signed_by, signers_of
from fairlead.desk.authority import asked_as
from fairlead.desk.grounds import shift_grounds
from fairlead.desk.interdict import deliver_acts
from fairlead.desk.node import Node
from fairlead.desk.prove import unbroken
from fairlead.envelope import Digest, Envelope, JsonValue, decode, encode, envelope_to_json, sha256_hex, sign
from fairlead.errors import BadInput, BadSignature, MalformedBytes
from fairlead.store import events
from fairlead.store.database import Tx

# What comes in this way; orders, overrides and invariants have verbs of their own.
ENTERED: Final = (Grant, Draft, Review, Amend, Denounce, Assurance, BookChange)
# What may take from a case the leads it rests on, or give them back.
REGROUNDING: Final = (Grant, Amend, Denounce, Assurance, BookChange)


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """An event that is in the sequence, to be delivered after the commit."""

    event: Event
    raw: bytes  # of its envelope
    digest: Digest
    epoch: int
    at_ms: int
    grounds: dict[str, JsonValue] = {}  # of how many cases withdrawn, and restored


def enter(node: Node, tx: Tx, asker: Asker, event: Event, envelope: Envelope, *, at_ms: int) -> Entered:
    """Append a signed event. Raises BadInput, UnknownCode, ExcludedUse, BadSignature, MalformedBytes; then nothing has changed."""
    if not isinstance(event, ENTERED) or envelope.kind != kind_of(event):
        raise MalformedBytes("this is no event that comes in this way", where=envelope.kind or envelope.payload_type[:200])
    if encode(msgspec.to_builtins(event)) != envelope.payload_bytes:
        raise MalformedBytes("an event is not in its one form", where=envelope.kind, why="a field more or less than it has")
    if events.is_there(tx, event):
        raise BadInput("this event was signed in before", where=envelope.kind, why="it was replayed")
    standing = node.standing(tx)
    check(event, standing, node.coalition.book, at_ms)
    after = apply(standing, event)
    node.check_signed(tx, event, envelope, draft=_drafted(standing.drafts, event), book=standing.book)
    unbroken(node, asker, tx, event, at_ms=at_ms)
    raw = envelope_to_json(envelope)
    digest = sha256_hex(raw)
    epoch = events.add_event(tx, event, envelope, at_ms=at_ms, clock=node.clock.source)
    asked = asked_as(asker, act="agree", at_ms=at_ms, evidence=digest)
    for party in parties_told(event):
        record.event(node, tx, asked, party=party, subject=digest, kind=kind_of(event), output=raw)
    shifted = (0, 0)
    if isinstance(event, REGROUNDING):
        shifted = shift_grounds(node, tx, before=standing, after=after, digest=digest, at_ms=at_ms, signer=asker)
    grounds: dict[str, JsonValue] = {"grounds_withdrawn": shifted[0], "grounds_restored": shifted[1]}
    return Entered(event=event, raw=raw, digest=digest, epoch=epoch, at_ms=at_ms, grounds=grounds)


def sign_in(node: Node, tx: Tx, asker: Asker, event: Event, *, at_ms: int, beside: Iterable[str] = ()) -> Entered:
    """Sign an event with the asker's key, and with those of the people `beside`, and append it. Raises as `enter` does."""
    envelope = signed_by(node, tx, asker.person, kind_of(event), msgspec.to_builtins(event))
    for person in beside:
        envelope = one_more(node, tx, person, envelope)
    return enter(node, tx, asker, event, envelope, at_ms=at_ms)


def hand_over(node: Node, done: Entered) -> None:
    """After the commit: to the homes of those it concerns, and into the published logs."""
    for party in parties_told(done.event):
        node.home(party).deliver(kind_of(done.event), done.digest, done.raw)
    deliver_acts(node, since_ms=done.at_ms)
    node.publish()


def event_in(envelope: Envelope) -> Event:
    """The event an envelope carries, not yet believed. Raises MalformedBytes, ExcludedUse, UnknownCode, BadInput."""
    kind = KINDS.get(envelope.kind)
    if kind is None or kind not in ENTERED:
        raise MalformedBytes("the file holds no event that comes in this way", where=envelope.payload_type[:200])
    try:
        return msgspec.convert(decode(envelope.payload_bytes), kind)
    except msgspec.ValidationError as error:
        raise MalformedBytes("an event does not read", where=envelope.kind, why=str(error)) from error


def one_more(node: Node, tx: Tx, person: str, envelope: Envelope) -> Envelope:
    """The envelope with this person's signature added. Raises BadInput when it is there already, BadSignature."""
    if person in {one.code for one in signers_of(node, tx, envelope)}:
        raise BadInput("this officer has signed it already", where=person, do="another officer has to sign")
    own = sign(envelope.kind, decode(envelope.payload_bytes), [node.person_key(person)])
    grown = msgspec.structs.replace(envelope, signatures=(*envelope.signatures, *own.signatures))
    if person not in {one.code for one in signers_of(node, tx, grown)}:
        raise BadSignature("nobody certified this person's key", where=person)
    return grown


def missing(node: Node, tx: Tx, event: Event, envelope: Envelope) -> list[str]:
    """Which parties have yet to sign, and who of them may."""
    standing = node.standing(tx)
    have = {one.code for one in signers_of(node, tx, envelope)}
    may = signers(event, node.coalition.people, draft=_drafted(standing.drafts, event), book=standing.book)
    lacking = []
    for party, count in needed(event, node.coalition.people, book=standing.book).items():
        if len(have & may[party]) < count:
            who = ", ".join(sorted(may[party] - have)) or "nobody of it can"
            lacking.append(f"{party}: {who}")
    return lacking


def _drafted(drafts: Iterable[Draft], event: Event) -> Draft | None:
    id = event.agreement if isinstance(event, Review) else _terms_id(event)
    return next((draft for draft in drafts if draft.terms.id == id), None)


def _terms_id(event: Event) -> str:
    if isinstance(event, Grant):
        return event.id
    return event.terms.id if isinstance(event, Amend) else ""
