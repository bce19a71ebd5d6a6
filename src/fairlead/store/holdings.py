"""Holdings as stored: label, times, ancestry; the second place where a derived label is checked (P3).

1. A holding is added with its parents in one transaction. Its ancestry (every feed it came from) is written with it, so a hold on a
   feed needs no list of records and catches what is derived while it is being signed.
2. A stored label wider than the join of its parents is rejected here even though the maker checked it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, Integer, Row, Select, insert, literal_column, select

from fairlead.agreement import lists
from fairlead.envelope import Digest, Envelope, HoldingId, decode, encode, envelope_to_json
from fairlead.errors import LabelFault
from fairlead.label import Label, label_hash
from fairlead.label.label import label_value
from fairlead.report.holding import Holding, Kind, derived
from fairlead.store.schema import ancestry, holdings, labels, parents, seen

CHUNK = 500  # values in one IN list


def intern_label(tx: Connection, label: Label) -> int:
    """The small number of a label inside this node."""
    name = label_hash(label)
    found = tx.execute(select(labels.c.id).where(labels.c.hash == name)).scalar_one_or_none()
    if found is not None:
        return int(found)
    made = tx.execute(insert(labels).values(hash=name, body=encode(label_value(label))))
    key = made.inserted_primary_key
    assert key is not None  # SQLite gives the rowid of every insert
    return int(key[0])


def add_holding(tx: Connection, holding: Holding, *, body: bytes, envelope: Envelope) -> None:
    """Store a holding. Raises LabelFault when a parent is missing or the label is wider than theirs."""
    feeds = {holding.feed} if holding.feed else set()
    if holding.parents:
        found = by_ids(tx, holding.parents)
        if len(found) != len(set(holding.parents)):
            raise LabelFault("a parent is unknown, so the holding cannot be labelled", where=holding.id)
        derived(holding, [row.holding for row in found])  # P3, second place
        for row in found:
            feeds |= row.feeds
    tx.execute(
        insert(holdings).values(
            id=holding.id,
            kind=holding.kind,
            label=intern_label(tx, holding.label),
            digest=holding.digest,
            t_min_ms=holding.t_min_ms,
            t_max_ms=holding.t_max_ms,
            not_before_ms=holding.not_before_ms,
            expires_ms=holding.expires_ms,
            created_ms=holding.created_ms,
            feed=holding.feed,
            body=body,
            envelope=envelope_to_json(envelope),
        )
    )
    if holding.parents:
        tx.execute(insert(parents), [{"child": holding.id, "parent": parent} for parent in holding.parents])
    if feeds:
        tx.execute(insert(ancestry), [{"holding": holding.id, "feed": feed} for feed in sorted(feeds)])


def by_ids(tx: Connection, ids: Sequence[str]) -> list[lists.Row]:
    """The holdings of these ids that exist, in no particular order."""
    found: list[lists.Row] = []
    for start in range(0, len(ids), CHUNK):
        found += _rows(tx, select(holdings).where(holdings.c.id.in_(ids[start : start + CHUNK])))
    return found


def by_digest(tx: Connection, digest: str) -> lists.Row | None:
    """The holding whose content has this digest, the newest when there are several."""
    query = select(holdings).where(holdings.c.digest == digest).order_by(holdings.c.created_ms.desc()).limit(1)
    found = _rows(tx, query)
    return found[0] if found else None


def of_kind(tx: Connection, kinds: Iterable[Kind], *, from_ms: int, to_ms: int) -> list[lists.Row]:
    """Holdings of these kinds whose content overlaps [from_ms, to_ms)."""
    query = select(holdings).where(holdings.c.kind.in_(list(kinds)), holdings.c.t_min_ms < to_ms, holdings.c.t_max_ms >= from_ms)
    return _rows(tx, query)


def owned_by(tx: Connection, party: str) -> list[lists.Row]:
    """Every holding that this party is an originator of, derived ones included."""
    return [row for row in _rows(tx, select(holdings)) if any(one == party for one, _ in row.holding.label.originators)]


def with_segments(tx: Connection) -> set[str]:
    """The ids of the holdings whose detections lie in a segment file: those that came from a feed."""
    return set(tx.execute(select(holdings.c.id).where(holdings.c.feed != "")).scalars())


def newest_manifests(tx: Connection, *, most: int) -> list[tuple[str, bytes]]:
    """Feed and signed manifest of the holdings that came last from feeds."""
    rowid = literal_column("holdings.rowid", Integer)
    query = select(holdings.c.feed, holdings.c.envelope).where(holdings.c.feed != "").order_by(rowid.desc()).limit(most)
    return [(row.feed, bytes(row.envelope)) for row in tx.execute(query)]


def body_of(tx: Connection, holding_id: str) -> bytes:
    """The canonical bytes stored for a holding. The caller has asked the gate."""
    return bytes(tx.execute(select(holdings.c.body).where(holdings.c.id == holding_id)).scalar_one())


def unseen(tx: Connection, feed: str, digests: Sequence[bytes]) -> set[bytes]:
    """Those of the detection digests that this feed has not brought before; they are remembered from now on."""
    fresh: set[bytes] = set(digests)
    for start in range(0, len(digests), CHUNK):
        part = digests[start : start + CHUNK]
        old = tx.execute(select(seen.c.digest).where(seen.c.feed == feed, seen.c.digest.in_(part))).scalars()
        fresh.difference_update(bytes(one) for one in old)
    if fresh:
        tx.execute(insert(seen), [{"feed": feed, "digest": digest} for digest in sorted(fresh)])
    return fresh


def _rows(tx: Connection, query: Select[tuple[object, ...]]) -> list[lists.Row]:
    raw: Sequence[Row[tuple[object, ...]]] = tx.execute(query).all()
    if not raw:
        return []
    named = {row.label for row in raw}
    known = {
        row.id: msgspec.convert(decode(bytes(row.body)), Label)
        for row in tx.execute(select(labels).where(labels.c.id.in_(named))).all()
    }
    ids = [row.id for row in raw]
    above: dict[str, list[str]] = {}
    feeds: dict[str, set[str]] = {}
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        for link in tx.execute(select(parents).where(parents.c.child.in_(part))).all():
            above.setdefault(link.child, []).append(link.parent)
        for link in tx.execute(select(ancestry).where(ancestry.c.holding.in_(part))).all():
            feeds.setdefault(link.holding, set()).add(link.feed)
    return [
        lists.Row(
            holding=Holding(
                id=HoldingId(row.id),
                kind=row.kind,
                label=known[row.label],
                digest=Digest(row.digest),
                t_min_ms=row.t_min_ms,
                t_max_ms=row.t_max_ms,
                not_before_ms=row.not_before_ms,
                expires_ms=row.expires_ms,
                created_ms=row.created_ms,
                feed=row.feed,
                parents=tuple(HoldingId(parent) for parent in sorted(above.get(row.id, []))),
            ),
            feeds=frozenset(feeds.get(row.id, ())),
        )
        for row in raw
    ]
