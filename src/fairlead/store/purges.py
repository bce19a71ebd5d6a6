"""How far the segments of each feed were purged: a place in the order of writes, an instant, and the newest tombstone.

1. A purge takes every segment of its feed that was there and whose time had passed, so two numbers say which are gone for ever: no row
   of a holding changes, and what came after the purge is not gone.
2. The newest tombstone of a feed is kept until its home has it; the older ones were delivered before.
"""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from fairlead.store.memory import wrote
from fairlead.store.schema import holdings, meta

KEY: Final = "purged:"


class Purged(msgspec.Struct, frozen=True, kw_only=True):
    """Segments of a feed up to the number `num` that ended at `at_ms` or before are gone."""

    num: int
    at_ms: int
    tombstone: str = ""  # the signed envelope, as text

    def has(self, num: int, expires_ms: int) -> bool:
        return num <= self.num and expires_ms <= self.at_ms


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A segment whose time has passed."""

    id: str
    digest: str
    manifest: bytes
    from_ms: int
    to_ms: int
    expires_ms: int


def purged(tx: Connection) -> dict[str, Purged]:
    """How far each feed was purged; feeds that never were are not in it."""
    rows = tx.execute(select(meta.c.key, meta.c.value).where(meta.c.key.startswith(KEY, autoescape=True)))
    return {row.key.removeprefix(KEY): msgspec.json.decode(row.value, type=Purged) for row in rows}


def due(tx: Connection, feed: str, at_ms: int) -> list[Due]:
    """The segments of a feed whose time has passed and whose bytes are still there, in the order they came."""
    past = purged(tx).get(feed)
    columns = [holdings.c[name] for name in ("num", "id", "digest", "envelope", "t_min_ms", "t_max_ms", "expires_ms")]
    own = (holdings.c.feed == feed, holdings.c.kind == "segment", holdings.c.expires_ms <= at_ms)
    return [
        Due(
            id=row.id,
            digest=row.digest,
            manifest=bytes(row.envelope),
            from_ms=row.t_min_ms,
            to_ms=row.t_max_ms,
            expires_ms=row.expires_ms,
        )
        for row in tx.execute(select(*columns).where(*own).order_by(holdings.c.num))
        if past is None or not past.has(row.num, row.expires_ms)
    ]


def mark(tx: Connection, feed: str, at_ms: int, tombstone: bytes) -> None:
    """From here on everything that `due` gave for this instant is gone."""
    wrote(tx)
    before = purged(tx).get(feed)
    newest = int(tx.execute(select(func.coalesce(func.max(holdings.c.num), 0))).scalar_one())
    latest = max(at_ms, before.at_ms if before else 0)
    value = msgspec.json.encode(Purged(num=newest, at_ms=latest, tombstone=tombstone.decode()))
    tx.execute(delete(meta).where(meta.c.key == KEY + feed))
    tx.execute(insert(meta).values(key=KEY + feed, value=value.decode()))
