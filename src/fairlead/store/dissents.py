"""The leaves of each party's dissent register, as stored: rows are added and never change."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

from fairlead.store.schema import dissents


def add(tx: Connection, party: str, *, about: str, envelope: bytes) -> int:
    """Append one; its index."""
    index = int(tx.execute(select(func.count()).select_from(dissents).where(dissents.c.party == party)).scalar_one())
    tx.execute(insert(dissents).values(party=party, idx=index, about=about, envelope=envelope))
    return index


def all_of(tx: Connection, party: str) -> list[tuple[str, bytes]]:
    """About what, and the signed record, in order."""
    rows = tx.execute(select(dissents.c.about, dissents.c.envelope).where(dissents.c.party == party).order_by(dissents.c.idx)).all()
    return [(str(row.about), bytes(row.envelope)) for row in rows]


def envelopes(tx: Connection, party: str) -> list[bytes]:
    """The signed records, in order."""
    return [raw for _, raw in all_of(tx, party)]
