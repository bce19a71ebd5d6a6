"""One-time tokens and the sessions they opened, as stored: hashes only, so that reading the database signs nobody in.

A token's row is written once and changed once, when it is used: `used_ms` and the session's hash. A session lives as long as that
row says; it survives a restart.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, insert, select, update

from fairlead.envelope import Digest
from fairlead.store.schema import tokens


class StoredToken(msgspec.Struct, frozen=True, kw_only=True):
    """One token: for whom it was made, until when it may be used, and the session it opened (empty: none yet)."""

    hash: str
    person: str
    unit: str
    expires_ms: int
    used_ms: int
    session: str


def add_token(tx: Connection, *, token_hash: Digest, person: str, unit: str, expires_ms: int) -> None:
    """Remember a token that was just made."""
    tx.execute(insert(tokens).values(hash=token_hash, person=person, unit=unit, expires_ms=expires_ms, used_ms=0, session=""))


def spend(tx: Connection, *, token_hash: Digest, session_hash: Digest, at_ms: int) -> StoredToken | None:
    """Use a token, once: compare and swap in the caller's write transaction. Nothing when it is unknown, used, or too old."""
    swapped = tx.execute(
        update(tokens)
        .where(tokens.c.hash == token_hash, tokens.c.used_ms == 0, tokens.c.expires_ms > at_ms)
        .values(used_ms=at_ms, session=session_hash)
    )
    if swapped.rowcount != 1:
        return None
    return _one(tx, tokens.c.hash == token_hash)


def by_session(tx: Connection, session_hash: Digest) -> StoredToken | None:
    """The token that opened this session."""
    return _one(tx, tokens.c.session == session_hash) if session_hash else None


def end_session(tx: Connection, session_hash: Digest) -> None:
    """Sign out: the session's hash is forgotten, so no cookie matches it again; the token stays used."""
    tx.execute(update(tokens).where(tokens.c.session == session_hash).values(session=""))


def _one(tx: Connection, clause: object) -> StoredToken | None:
    row = tx.execute(select(tokens).where(clause)).one_or_none()  # type: ignore[arg-type]
    return StoredToken(**row._asdict()) if row else None
