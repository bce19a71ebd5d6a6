"""Small facts a node keeps about itself, by name."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from fairlead.store.schema import meta


def get(tx: Connection, name: str) -> str:
    """The fact; empty when it was never put."""
    return str(tx.execute(select(meta.c.value).where(meta.c.key == name)).scalar_one_or_none() or "")


def put(tx: Connection, name: str, value: str) -> None:
    if not tx.execute(update(meta).where(meta.c.key == name).values(value=value)).rowcount:
        tx.execute(insert(meta).values(key=name, value=value))
