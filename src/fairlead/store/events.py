"""The signed events between parties, in their one sequence, and the certificates of the people who may sign them.

An order that is a hold is placed where it is appended, and released where what lifts or replaces it is: no verb can forget it (P4).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select

from fairlead.agreement.events import KINDS, Event, Resume, kind_of, party_bound, subject_of
from fairlead.agreement.order import Order
from fairlead.envelope import Digest, Envelope, PublicKey, digest_of, envelope_from_json, envelope_to_json, read_as
from fairlead.errors import BadInput, MalformedBytes, NotANode
from fairlead.store import holds as hold_sets
from fairlead.store.schema import certificates, events


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event with the instant from which it held."""

    seq: int
    event: Event
    envelope: Envelope
    raw: bytes  # of the envelope
    durable_at_ms: int


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """The newest event: its place and its digest. Two nodes with the same one have the same sequence."""

    seq: int = 0
    digest: str = ""


def last(tx: Connection) -> Last:
    """The newest event there is."""
    row = tx.execute(select(events.c.seq, events.c.digest).order_by(events.c.seq.desc()).limit(1)).first()
    return Last(seq=row.seq, digest=row.digest) if row else Last()


def holds(tx: Connection, known: Last) -> bool:
    """Whether this very event is in the sequence, so that what was folded up to it still stands."""
    return tx.execute(select(events.c.digest).where(events.c.seq == known.seq)).scalar_one_or_none() == known.digest


def digest_of_event(event: Event) -> Digest:
    """What makes an event itself, however it is wrapped: the same one is signed in once only."""
    return digest_of({"event": msgspec.to_builtins(event), "kind": kind_of(event)})


def is_there(tx: Connection, event: Event) -> bool:
    """Whether this very event was signed in before."""
    found = tx.execute(select(events.c.seq).where(events.c.digest == digest_of_event(event))).first()
    return found is not None


def epoch(tx: Connection) -> int:
    """The number of events so far."""
    return int(tx.execute(select(func.coalesce(func.max(events.c.seq), 0))).scalar_one())


def add_event(tx: Connection, event: Event, envelope: Envelope, *, at_ms: int, clock: str) -> int:
    """Append one event; its sequence number. The caller has checked signature and signer. Raises BadInput for one that is there."""
    seq = epoch(tx) + 1
    if is_there(tx, event):
        raise BadInput("this event was signed in before", where=f"{kind_of(event)} {subject_of(event)}", why="it was replayed")
    tx.execute(
        insert(events).values(
            seq=seq,
            kind=kind_of(event),
            originator=party_bound(event),
            subject=subject_of(event),
            digest=digest_of_event(event),
            envelope=envelope_to_json(envelope),
            durable_at_ms=at_ms,
            clock=clock,
        )
    )
    _hold(tx, event)
    return seq


def _hold(tx: Connection, event: Event) -> None:
    if isinstance(event, Order):
        if event.replaces:
            hold_sets.release(tx, event.replaces)
        if event.is_hold:
            hold_sets.place(tx, event)
    elif isinstance(event, Resume):
        hold_sets.release(tx, event.order)


def all_events(tx: Connection, *, until_ms: int | None = None, after: int = 0) -> list[StoredEvent]:
    """Every event in sequence `after` a place, or those durable by an instant. Raises MalformedBytes for one that does not read."""
    query = select(events).where(events.c.seq > after).order_by(events.c.seq)
    if until_ms is not None:
        query = query.where(events.c.durable_at_ms <= until_ms)
    return _read(tx.execute(query).all())


def events_of(tx: Connection, subject: str, *, until_ms: int) -> list[StoredEvent]:
    """The events about one agreement, order or assurance that were durable by then, in sequence."""
    query = select(events).where(events.c.subject == subject, events.c.durable_at_ms <= until_ms).order_by(events.c.seq)
    return _read(tx.execute(query).all())


def _read(rows: Iterable[Row[Any]]) -> list[StoredEvent]:
    found = []
    for row in rows:
        raw = bytes(row.envelope)
        envelope = envelope_from_json(raw)
        try:
            event = read_as(envelope.payload_bytes, KINDS[row.kind])
        except (MalformedBytes, KeyError) as error:
            raise MalformedBytes("an agreement event does not read", where=f"event {row.seq}", why=str(error)) from error
        found.append(StoredEvent(seq=row.seq, event=event, envelope=envelope, raw=raw, durable_at_ms=row.durable_at_ms))
    return found


def add_certificate(tx: Connection, *, person: str, party: str, key: PublicKey, envelope: Envelope) -> None:
    tx.execute(insert(certificates).values(person=person, party=party, public_key=key.text(), envelope=envelope_to_json(envelope)))


def certificates_of(tx: Connection) -> list[tuple[str, str, PublicKey, Envelope]]:
    """Person, party, key and certificate of everybody; the caller checks the signatures. Raises NotANode when there is nobody."""
    rows = tx.execute(select(certificates)).all()
    if not rows:
        raise NotANode("the node has no people", do="make one with fairlead init")
    return [(row.person, row.party, PublicKey.from_text(row.public_key), envelope_from_json(bytes(row.envelope))) for row in rows]
