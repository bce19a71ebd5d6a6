"""Heads as stored: the cosigned ones of this node's own logs, those it cosigned for others, the lies it found, and changes of keys."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from fairlead.envelope import Envelope, envelope_from_json, envelope_to_json
from fairlead.receipt.checkpoint import checkpoint_of
from fairlead.receipt.log_keys import KeyEvent
from fairlead.receipt.witness import Seen, Split
from fairlead.store.schema import cosigned, log_keys, splits, witnessed


def newest_witnessed(tx: Connection, origin: str) -> Seen | None:
    """The newest head of this log that this node cosigned as a witness."""
    row = tx.execute(select(witnessed).where(witnessed.c.origin == origin)).one_or_none()
    if row is None:
        return None
    note = bytes(row.note)
    return Seen(checkpoint=checkpoint_of(text_of(note)), note=note)


def all_witnessed(tx: Connection) -> list[Seen]:
    """The newest head cosigned of each log."""
    return [seen for row in tx.execute(select(witnessed.c.origin)).all() if (seen := newest_witnessed(tx, row.origin)) is not None]


def keep_witnessed(tx: Connection, seen: Seen) -> None:
    """From now on this is the head that the log's next one has to extend."""
    origin, size = seen.checkpoint.origin, seen.checkpoint.size
    changed = tx.execute(update(witnessed).where(witnessed.c.origin == origin).values(size=size, note=seen.note))
    if not changed.rowcount:
        tx.execute(insert(witnessed).values(origin=origin, size=size, note=seen.note))


def keep_split(tx: Connection, split: Split, *, at_ms: int) -> None:
    """Keep the proof that a log showed two histories; the first proof of each size is enough."""
    known = tx.execute(select(splits.c.size).where(splits.c.origin == split.origin, splits.c.size == split.size)).first()
    if known is None:
        tx.execute(insert(splits).values(origin=split.origin, size=split.size, one=split.one, other=split.other, at_ms=at_ms))


def all_splits(tx: Connection) -> list[Split]:
    """Every proof kept."""
    rows = tx.execute(select(splits).order_by(splits.c.origin, splits.c.size)).all()
    return [Split(origin=row.origin, size=row.size, one=bytes(row.one), other=bytes(row.other)) for row in rows]


def cosigned_head(tx: Connection, party: str) -> tuple[int, bytes] | None:
    """Size and note of the newest head of an own log that its witnesses cosigned."""
    row = tx.execute(select(cosigned).where(cosigned.c.log == party)).one_or_none()
    return (int(row.size), bytes(row.note)) if row else None


def keep_cosigned(tx: Connection, party: str, *, size: int, note: bytes) -> None:
    """Keep a cosigned head; an older one than is there changes nothing."""
    known = cosigned_head(tx, party)
    if known is None:
        tx.execute(insert(cosigned).values(log=party, size=size, note=note))
    elif known[0] <= size:
        tx.execute(update(cosigned).where(cosigned.c.log == party).values(size=size, note=note))


def add_key_event(tx: Connection, party: str, event: KeyEvent, envelope: Envelope) -> None:
    """The log's key changes."""
    tx.execute(insert(log_keys).values(log=party, from_size=event.from_size, envelope=envelope_to_json(envelope)))


def key_events(tx: Connection, party: str) -> list[Envelope]:
    """Every change of this log's key, oldest first."""
    rows = tx.execute(select(log_keys.c.envelope).where(log_keys.c.log == party).order_by(log_keys.c.from_size)).scalars().all()
    return [envelope_from_json(bytes(raw)) for raw in rows]


def text_of(note: bytes) -> str:
    """The signed text of a note that was checked before it was kept."""
    return note.decode("utf-8").rpartition("\n\n")[0] + "\n"
