"""Every record with what it came from, in the order of writes, a part at a time: for who checks the whole store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, func, select

from fairlead.store.schema import holdings, parents, releases
from fairlead.store.schema import labels as table

PART: Final = 2_000


class Parent(msgspec.Struct, frozen=True, kw_only=True):
    """A link up: to a record as it stands, or to nothing (`num` 0)."""

    num: int
    restricted: bool
    label: int = 0
    digest: str = ""
    not_before_ms: int = 0
    expires_ms: int = 0


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it stands in the store, with its links up."""

    num: int
    id: str
    kind: str
    label: int
    digest: str
    not_before_ms: int
    expires_ms: int
    feed: str
    depth: int
    body: bytes
    envelope: bytes
    salt: str
    parents: tuple[Parent, ...]


FIELDS: Final = ("num", "id", "kind", "label", "digest", "not_before_ms", "expires_ms", "feed", "depth", "body", "envelope")


def how_many(tx: Connection) -> int:
    """How many records there are."""
    return int(tx.execute(select(func.count()).select_from(holdings)).scalar_one())


def part_after(tx: Connection, num: int) -> list[Stored]:
    """The next records by number; none at the end."""
    query = select(*(holdings.c[name] for name in FIELDS)).where(holdings.c.num > num).order_by(holdings.c.num).limit(PART)
    rows = tx.execute(query).all()
    if not rows:
        return []
    nums = [row.num for row in rows]
    above = _above(tx, nums)
    salts = {row.num: row.salt for row in tx.execute(select(releases).where(releases.c.num.between(nums[0], nums[-1])))}
    return [_stored(row._asdict(), salts.get(row.num, ""), above.get(row.num, [])) for row in rows]


def _stored(fields: dict[str, Any], salt: str, above: list[Parent]) -> Stored:
    raw = {name: octets(fields[name]) for name in ("body", "envelope")}
    return Stored(**fields | raw, salt=salt, parents=tuple(above))


def labels(tx: Connection) -> dict[int, tuple[str, bytes]]:
    """Hash and bytes of every label as stored, by number; from the table, whatever this process remembers."""
    return {row.id: (row.hash, octets(row.body)) for row in tx.execute(select(table.c.id, table.c.hash, table.c.body))}


def _above(tx: Connection, nums: Sequence[int]) -> dict[int, list[Parent]]:
    query = (
        select(parents.c.child, parents.c.restricted, *(holdings.c[name] for name in ("num", "label", "digest")))
        .add_columns(holdings.c.not_before_ms, holdings.c.expires_ms)
        .select_from(parents.outerjoin(holdings, holdings.c.num == parents.c.parent))
        .where(parents.c.child.between(nums[0], nums[-1]))
        .order_by(parents.c.child, parents.c.parent)
    )
    found: dict[int, list[Parent]] = {}
    for row in tx.execute(query):
        there = (
            {name: getattr(row, name) for name in ("num", "label", "digest", "not_before_ms", "expires_ms")}
            if row.num is not None
            else {"num": 0}
        )
        found.setdefault(row.child, []).append(Parent(restricted=bool(row.restricted), **there))
    return found


def octets(stored: object) -> bytes:
    """Bytes as stored; whatever else somebody put there, as the bytes of its text."""
    return stored if isinstance(stored, bytes) else str(stored).encode()


def parts(tx: Connection) -> Iterator[list[Stored]]:
    """The whole store, a part at a time."""
    num = 0
    while found := part_after(tx, num):
        yield found
        num = found[-1].num
