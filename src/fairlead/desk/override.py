"""The verbs of an override: drafted by one originator, signed by two officers of every one, put in force, and shown with its uses.

1. The draft is an envelope without signatures; it goes from officer to officer as a file, each adds one over the same bytes.
2. Whoever drafts is a releasing officer of an originator of every record named, so a draft tells nobody that a record exists (P7).
3. Putting it in force checks everything again inside its own write transaction: form, window, records and their originators, that
   no order of one of them came since it was drafted, all signatures, and every declared invariant (desk/prove.py).
4. It is receipted to every originator, and so is each use (desk/record.py). At each use the gate asks for it anew.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fairlead.agreement import Order, Override, Person, Reason, Request, decide
from fairlead.agreement.lists import Row, facts_of
from fairlead.agreement.override import ID_PREFIX, check_override, lacking, make_override, not_among, override_words
from fairlead.desk import record
from fairlead.desk.answer import Outcome, Refused, answer, refused
from fairlead.desk.ask import Asker, signers_of
from fairlead.desk.authority import asked_as, entitled, party_of, refuse
from fairlead.desk.node import Node, supposing
from fairlead.desk.prove import unbroken
from fairlead.envelope import Digest, Envelope, JsonValue, decode, digest_of, encode, envelope_to_json, new_id, sha256_hex, sign
from fairlead.errors import BadInput, BadSignature, MalformedBytes
from fairlead.label.codebook import need
from fairlead.store import events, holdings, ledger
from fairlead.store.database import Tx

KIND = "override"
ID_BYTES = 16
HOUR_MS = 3_600_000
NAME_MAX = 64


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An override as somebody fills it in; records by id or digest."""

    records: tuple[str, ...]
    units: tuple[str, ...]
    purpose: str
    operation: str
    reason: str
    legal_basis: str
    requester: str
    hours: int


def draft(node: Node, asker: Asker, wish: Wish) -> Outcome:
    """The envelope to sign, unsigned, with its words and what it would not open. Raises UnknownCode, ExcludedUse, BadInput."""
    at_ms = node.clock.now_ms()
    reasons = entitled(node, asker, act="order")
    if reasons:
        return refuse(node, asker, act=KIND, reasons=reasons)
    need(node.coalition.people, wish.requester, what="person", where="requester")
    with node.db.read() as tx:
        rows = [_named(tx, name, party_of(node, asker)) for name in wish.records]
        made = make_override(
            node.coalition.book,
            id=ID_PREFIX + new_id(node.random_bytes(ID_BYTES)),
            originators={party for row in rows for party, _ in row.holding.label.originators},
            holdings=[row.holding.digest for row in rows],
            units=wish.units,
            purpose=wish.purpose,
            operation=wish.operation,
            reason=wish.reason,
            legal_basis=wish.legal_basis,
            requester=wish.requester,
            not_before_ms=at_ms,
            expires_ms=at_ms + wish.hours * HOUR_MS,
            at_ms=at_ms,
        )
        shut = _still_shut(node, tx, made, rows, at_ms)
    envelope = sign(KIND, msgspec.to_builtins(made), [])
    return answer({**_told(node, made, envelope, ()), "still_shut": shut})


def show(node: Node, asker: Asker, envelope: Envelope) -> Outcome:
    """What a file says, who has signed it, who is missing; to officers of its originators. Raises MalformedBytes, BadInput."""
    made, reasons = _opened(node, envelope), entitled(node, asker, act="order")
    reasons = reasons or _concerned(node, asker, made)
    if reasons:
        return refuse(node, asker, act=KIND, reasons=reasons)
    with node.db.read() as tx:
        return answer(_told(node, made, envelope, signers_of(node, tx, envelope)))


def sign_draft(node: Node, asker: Asker, envelope: Envelope) -> Outcome:
    """The envelope with one more signature: the asker's. Raises MalformedBytes, BadInput, BadSignature."""
    at_ms = node.clock.now_ms()
    made, reasons = _opened(node, envelope), entitled(node, asker, act="order")
    reasons = reasons or _concerned(node, asker, made) or _barred(node, asker, made)
    if reasons:
        return _refuse(node, asker, made, reasons)
    with node.db.read() as tx:
        _in_time(tx, made, at_ms)
        if asker.person in {one.code for one in signers_of(node, tx, envelope)}:
            raise BadInput("this officer has signed it already", where=asker.person, do="a second officer has to sign")
        own = sign(KIND, decode(envelope.payload_bytes), [node.person_key(asker.person)])
        grown = msgspec.structs.replace(envelope, signatures=(*envelope.signatures, *own.signatures))
        signers = signers_of(node, tx, grown)
    if asker.person not in {one.code for one in signers}:
        raise BadSignature("nobody certified this person's key", where=asker.person)
    return answer(_told(node, made, grown, signers))


def activate(node: Node, asker: Asker, envelope: Envelope) -> Outcome:
    """Put a signed override in force. Raises MalformedBytes, UnknownCode, ExcludedUse, BadInput."""
    at_ms = node.clock.now_ms()
    made, reasons = _opened(node, envelope), entitled(node, asker, act="order")
    reasons = reasons or _concerned(node, asker, made)
    if reasons:
        return _refuse(node, asker, made, reasons)
    raw = envelope_to_json(envelope)
    with node.db.write() as tx:
        _in_time(tx, made, at_ms)
        reasons = lacking(made, signers_of(node, tx, envelope))
        if not reasons:  # P7: who has not all signatures learns nothing of the records named
            for digest in made.holdings:
                _record(tx, digest, made)
            supposing(node.standing(tx), made)  # raises for an id that was signed before
            unbroken(node, asker, tx, made, at_ms=at_ms)
            node.check_signed(tx, made, envelope)  # the same again, where every event is checked
            events.add_event(tx, made, envelope, at_ms=at_ms, clock=node.clock.source)
            asked = asked_as(asker, act=KIND, at_ms=at_ms, evidence=sha256_hex(raw))
            for party in made.originators:
                record.event(node, tx, asked, party=party, subject=sha256_hex(raw), kind=KIND, output=raw)
    if reasons:
        return _refuse(node, asker, made, reasons)
    for party in made.originators:
        node.home(party).deliver(KIND, sha256_hex(raw), raw)
    node.publish()
    book = node.coalition.book
    return answer({"override": made.id, "words": override_words(made, book), "in_force_ms": at_ms, "until_ms": made.expires_ms})


def overrides(node: Node, asker: Asker) -> Outcome:
    """Every override that names the asker's party as originator or their unit as gaining, newest first; to oversight all of them.

    An originator also sees who signed and each use of what is its own; a unit sees what it was given (P7).
    """
    at_ms = node.clock.now_ms()
    person, unit = node.coalition.people.get(asker.person), node.coalition.book.units.get(asker.unit)
    if person is None or unit is None or asker.unit not in person.units:
        return refuse(node, asker, act=KIND, reasons=entitled(node, asker, act="order"))
    audits = person.may("audit") and person.party == unit.party
    with node.db.read() as tx:
        standing = node.standing(tx)
        alive = {one.id for one in standing.overrides}
        items: list[JsonValue] = []
        for stored in reversed(events.all_events(tx)):
            one = stored.event
            if not isinstance(one, Override):
                continue
            whole = audits and (unit.party in one.originators or unit.regime == "oversight")
            if whole or asker.unit in one.units:
                item = {"id": one.id, **_terms(node, one), "state": _state(one, alive, at_ms)}
                if whole:
                    item["signed_by"] = [signer.code for signer in signers_of(node, tx, stored.envelope)]
                    item["uses"] = _uses(tx, one, one.originators if unit.regime == "oversight" else (unit.party,))
                items.append(item)
    return answer({"items": items, "count": len(items)})


def overrides_ever(tx: Tx) -> frozenset[str]:
    """The ids of all overrides there ever were: a use receipt that names one is shown to its originator without asking."""
    return frozenset(stored.event.id for stored in events.all_events(tx) if isinstance(stored.event, Override))


def _opened(node: Node, envelope: Envelope) -> Override:
    """The override in the file, every field checked; who signed is not said yet. Raises MalformedBytes, BadInput."""
    if envelope.kind != KIND:
        raise MalformedBytes("the file holds no override", where=envelope.payload_type[:200])
    try:
        made = msgspec.convert(decode(envelope.payload_bytes), Override)
    except msgspec.ValidationError as error:
        raise MalformedBytes("an override does not read", why=str(error)) from error
    if encode(msgspec.to_builtins(made)) != envelope.payload_bytes:
        raise MalformedBytes("an override is not in its one form", where=made.id[:NAME_MAX])
    need(node.coalition.people, made.requester, what="person", where="requester")
    return check_override(node.coalition.book, made)


def _named(tx: Tx, name: str, party: str) -> Row:
    """A record by id or digest that this party is an originator of; hidden and absent are refused alike. Raises BadInput."""
    found = holdings.by_ids(tx, [name[:NAME_MAX]])
    row = found[0] if found else holdings.by_digest(tx, name[:NAME_MAX])
    if row is None or party not in {one for one, _ in row.holding.label.originators}:
        raise BadInput("no such record of this originator", where=name[:NAME_MAX], do="name it by its id or digest")
    return row


def _record(tx: Tx, digest: Digest, made: Override) -> Row:
    """A record the override names, all of whose originators it names too. Raises BadInput, the same for hidden and absent."""
    row = holdings.by_digest(tx, digest)
    if row is None or not {party for party, _ in row.holding.label.originators} <= set(made.originators):
        raise BadInput("no such record of these originators alone", where=digest, do="draft it anew; every originator has to sign")
    return row


def _in_time(tx: Tx, made: Override, at_ms: int) -> None:
    """Raises BadInput when its hours are over, or an order of one of its originators came since it was drafted."""
    if not made.not_before_ms <= at_ms < made.expires_ms:
        raise BadInput("the override's hours are over, or have not begun", where=made.id, do="draft it anew")
    for stored in events.all_events(tx):
        if isinstance(stored.event, Order) and stored.event.originator in made.originators and stored.durable_at_ms >= made.at_ms:
            why = f"{stored.event.originator} has signed an order since it was drafted"
            raise BadInput("the override is void", where=made.id, why=why, do="draft it anew")


def _concerned(node: Node, asker: Asker, made: Override) -> tuple[Reason, ...]:
    if party_of(node, asker) in made.originators:
        return ()
    return (Reason(conjunct="role", detail=f"only {' and '.join(made.originators)} can do this with what they originated"),)


def _barred(node: Node, asker: Asker, made: Override) -> tuple[Reason, ...]:
    """Who asked for it, or acts for a unit that gains by it, does not sign it."""
    signer = node.coalition.people[asker.person]
    if not_among(made).isdisjoint((signer.code, *signer.units)):
        return ()
    return (Reason(conjunct="signatures", detail=f"{signer.code} asked for it or gains by it, and cannot sign it"),)


def _still_shut(node: Node, tx: Tx, made: Override, rows: Iterable[Row], at_ms: int) -> list[JsonValue]:
    """What the override would not open, and why: clearance, accepted obligations, retention and the ceiling stay as they are."""
    house = node.house_of(supposing(node.standing(tx), made), at_ms)
    found: list[JsonValue] = []
    for unit in made.units:
        readers = [code for code, person in house.people.items() if unit in person.units and person.may("read")]
        request = Request(
            person=readers[0] if readers else "",
            unit=unit,
            purpose=made.purpose,
            operation=made.operation,
            act="read",
            form="full",
            at_ms=at_ms,
        )
        for row in rows:
            reasons = decide(house, request, facts_of(row)).reasons
            if reasons:
                found.append({"unit": unit, "record": row.holding.digest, "reasons": [one.detail for one in reasons]})
    return found


def _told(node: Node, made: Override, envelope: Envelope, signers: tuple[Person, ...]) -> dict[str, JsonValue]:
    shape: JsonValue = msgspec.to_builtins(envelope)
    return {
        "envelope": shape,
        "override": made.id,
        **_terms(node, made),
        "signed_by": [one.code for one in signers],
        "missing": [reason.detail for reason in lacking(made, signers)],
    }


def _terms(node: Node, made: Override) -> dict[str, JsonValue]:
    terms: dict[str, JsonValue] = msgspec.to_builtins(made)
    terms.pop("id")
    return {**terms, "words": override_words(made, node.coalition.book)}


def _state(one: Override, alive: set[str], at_ms: int) -> str:
    if one.id not in alive:
        return "voided"
    return "expired" if at_ms >= one.expires_ms else "in force"


def _uses(tx: Tx, one: Override, logs: Iterable[str]) -> list[JsonValue]:
    """The uses that rested on it, from the logs of these originators; one that is in several logs is told once."""
    found = {use.request: use for party in logs for use in ledger.use_receipts(tx, party) if one.id in use.agreements}
    return [
        {"unit": use.unit, "person": use.person, "act": use.act, "at_ms": use.at_ms}
        for use in sorted(found.values(), key=lambda use: (use.at_ms, use.request))
    ]


def _refuse(node: Node, asker: Asker, made: Override, reasons: tuple[Reason, ...]) -> Refused:
    """Refused with its reasons, which rest on the file alone; every originator it names is told that somebody tried."""
    at_ms = node.clock.now_ms()
    evidence = digest_of({"override": made.id, "person": asker.person, "at_ms": at_ms})
    asked = asked_as(asker, act=KIND, at_ms=at_ms, evidence=evidence)
    with node.db.write() as tx:
        record.refusal(node, tx, asked, house=node.house(tx, at_ms), rows=(), also=made.originators)
    node.publish()
    return refused({"answer": "refused", "reasons": [reason.detail for reason in reasons]})
