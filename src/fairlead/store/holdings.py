"""Holdings as stored: label, times, ancestry; the second place where a derived label is checked (P3).

1. A holding is added with its parents in one transaction, and with every hold that lies on it: one that its source facts match, or
   that lies on a parent. So what is derived while an order is being signed was never visible without it (P4).
2. A stored label wider than the join of its parents is rejected here even though the maker checked it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, Row, Select, insert, select

from fairlead.agreement import lists
from fairlead.agreement.selector import SourceFacts
from fairlead.envelope import Digest, Envelope, HoldingId, envelope_to_json
from fairlead.errors import LabelFault
from fairlead.report.holding import Holding, Kind, derived
from fairlead.store import holds
from fairlead.store.labels import intern_label, known_labels
from fairlead.store.memory import wrote
from fairlead.store.purges import purged
from fairlead.store.schema import holdings, parents, seen
from fairlead.store.words import described

CHUNK = 500  # values in one IN list
COLUMNS = (
    *("num", "id", "kind", "label", "digest", "t_min_ms", "t_max_ms", "not_before_ms", "expires_ms", "created_ms", "feed", "depth"),
)
ROW = tuple(holdings.c[name] for name in COLUMNS)  # what is judged of a holding; never its body


def add_holding(
    tx: Connection,
    holding: Holding,
    *,
    body: bytes,
    envelope: Envelope,
    source: SourceFacts | None = None,
    distress: bool = False,
    released_from: Sequence[HoldingId] = (),
) -> int:
    """Store a holding; its number. Raises LabelFault when a parent is missing or the label is wider than theirs.

    `source`: what the rules of holds look at in a source, when more is known of it than the holding says; `distress`: it states that
    somebody is in distress; `released_from`: what a sanitised release was made from, which holds follow and its label does not.
    """
    above, behind = by_ids(tx, holding.parents), by_ids(tx, released_from)
    if len(behind) != len(set(released_from)):
        raise LabelFault("what a sanitised release was made from is unknown", where=holding.id)
    if holding.parents:
        if len(above) != len(set(holding.parents)):
            raise LabelFault("a parent is unknown, so the holding cannot be labelled", where=holding.id)
        derived(holding, [row.holding for row in above])  # P3, second place
    if holding.feed and (above or behind):
        raise LabelFault("what was made from others comes from no feed", where=holding.id)
    feeds = frozenset({holding.feed} if holding.feed else ()).union(*(row.feeds for row in above))
    depth = 1 + max((row.depth for row in (*above, *behind)), default=-1)
    facts = None if above else source or _source(holding)
    title, words = described(body, otherwise=holding.feed or holding.kind)
    wrote(tx)
    made = tx.execute(
        insert(holdings).values(
            id=holding.id,
            kind=holding.kind,
            label=intern_label(tx, holding.label, feeds, distress=distress),
            digest=holding.digest,
            t_min_ms=holding.t_min_ms,
            t_max_ms=holding.t_max_ms,
            not_before_ms=holding.not_before_ms,
            expires_ms=holding.expires_ms,
            created_ms=holding.created_ms,
            feed=holding.feed,
            depth=depth,
            title=title,
            words=words,
            source=holds.about(facts) if facts else b"",
            body=body,
            envelope=envelope_to_json(envelope),
        )
    )
    key = made.inserted_primary_key
    assert key is not None  # both databases give the key of every insert
    num = int(key[0])
    links = [(row.num, 0) for row in above] + [(row.num, 1) for row in behind]
    if links:
        tx.execute(insert(parents), [{"child": num, "parent": one, "depth": depth, "restricted": kept} for one, kept in links])
    inherited = frozenset[str]().union(*(row.held for row in (*above, *behind)))
    holds.on_insert(tx, num, inherited=inherited, source=facts)  # P4: before it is visible
    return num


def _source(holding: Holding) -> SourceFacts:
    return SourceFacts(
        label=holding.label,
        feed=holding.feed,
        t_min_ms=holding.t_min_ms,
        t_max_ms=holding.t_max_ms,
        objects=frozenset({holding.digest}),
    )


def by_ids(tx: Connection, ids: Sequence[str]) -> list[lists.Row]:
    """The holdings of these ids that exist, in no particular order."""
    found: list[lists.Row] = []
    for start in range(0, len(ids), CHUNK):
        found += _rows(tx, select(*ROW).where(holdings.c.id.in_(ids[start : start + CHUNK])))
    return found


def by_nums(tx: Connection, nums: Sequence[int]) -> list[lists.Row]:
    """The holdings of these numbers, in the order given."""
    found: dict[int, lists.Row] = {}
    for start in range(0, len(nums), CHUNK):
        found |= {row.num: row for row in _rows(tx, select(*ROW).where(holdings.c.num.in_(nums[start : start + CHUNK])))}
    return [found[num] for num in nums]


def by_digests(tx: Connection, digests: Collection[str]) -> list[lists.Row]:
    """Every holding whose content has one of these digests."""
    return _rows(tx, select(*ROW).where(holdings.c.digest.in_(digests))) if digests else []


def titles_of(tx: Connection, nums: Sequence[int]) -> dict[int, str]:
    """One line for each of these holdings. The caller has asked the gate."""
    return {row.num: row.title for row in tx.execute(select(holdings.c.num, holdings.c.title).where(holdings.c.num.in_(nums)))}


def by_digest(tx: Connection, digest: str) -> lists.Row | None:
    """The holding whose content has this digest, the newest when there are several."""
    query = select(*ROW).where(holdings.c.digest == digest).order_by(holdings.c.created_ms.desc()).limit(1)
    found = _rows(tx, query)
    return found[0] if found else None


def of_kind(tx: Connection, kinds: Iterable[Kind], *, from_ms: int, to_ms: int) -> list[lists.Row]:
    """Holdings of these kinds whose content overlaps [from_ms, to_ms)."""
    query = select(*ROW).where(holdings.c.kind.in_(list(kinds)), holdings.c.t_min_ms < to_ms, holdings.c.t_max_ms >= from_ms)
    return _rows(tx, query)


def owned_by(tx: Connection, party: str) -> list[lists.Row]:
    """Every holding that this party is an originator of, derived ones included."""
    return [row for row in _rows(tx, select(*ROW)) if any(one == party for one, _ in row.holding.label.originators)]


def with_segments(tx: Connection) -> set[str]:
    """The ids of the holdings whose detections lie in a segment file: those that came from a feed and were not purged."""
    return set(_kept(tx, holdings.c.feed != ""))


def newest_manifests(tx: Connection, *, most: int) -> list[tuple[str, bytes]]:
    """Feed and signed manifest of the holdings that came last from feeds."""
    query = select(holdings.c.feed, holdings.c.envelope).where(holdings.c.feed != "").order_by(holdings.c.num.desc()).limit(most)
    return [(row.feed, bytes(row.envelope)) for row in tx.execute(query)]


def body_of(tx: Connection, holding_id: str) -> bytes:
    """The canonical bytes stored for a holding. The caller has asked the gate."""
    return bytes(tx.execute(select(holdings.c.body).where(holdings.c.id == holding_id)).scalar_one())


def segments_of(tx: Connection, feed: str, from_ms: int, to_ms: int) -> list[str]:
    """Ids of all segments of a feed that meet the span, ends included, whatever holds lie on them; none that was purged."""
    meets = (holdings.c.t_min_ms <= to_ms) & (holdings.c.t_max_ms >= from_ms)
    return list(_kept(tx, (holdings.c.feed == feed) & (holdings.c.kind == "segment") & meets))


def _kept(tx: Connection, which: ColumnElement[bool]) -> dict[str, None]:
    """Those not purged, in the order they came. A purge takes segments only."""
    query = select(holdings.c.id, holdings.c.kind, holdings.c.feed, holdings.c.num, holdings.c.expires_ms).where(which)
    gone = purged(tx)
    return {
        row.id: None
        for row in tx.execute(query.order_by(holdings.c.num))
        if row.kind != "segment" or row.feed not in gone or not gone[row.feed].has(row.num, row.expires_ms)
    }


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
    raw: Sequence[Row[tuple[object, ...]]] = tx.execute(query).all()  # P7: what follows is asked for nothing as for something
    known, placed = known_labels(tx), holds.sets(tx)
    above: dict[int, list[str]] = {}
    derived_nums = [row.num for row in raw if row.depth]
    for start in range(0, max(1, len(derived_nums)), CHUNK):
        links = (
            select(parents.c.child, holdings.c.id)
            .join(holdings, holdings.c.num == parents.c.parent)
            .where(parents.c.child.in_(derived_nums[start : start + CHUNK] or [0]), parents.c.restricted == 0)
        )
        for link in tx.execute(links):
            above.setdefault(link.child, []).append(link.id)
    return [
        lists.Row(
            num=row.num,
            depth=row.depth,
            holding=Holding(
                id=HoldingId(row.id),
                kind=row.kind,
                label=known[row.label].label,
                digest=Digest(row.digest),
                t_min_ms=row.t_min_ms,
                t_max_ms=row.t_max_ms,
                not_before_ms=row.not_before_ms,
                expires_ms=row.expires_ms,
                created_ms=row.created_ms,
                feed=row.feed,
                parents=tuple(HoldingId(parent) for parent in sorted(above.get(row.num, []))),
            ),
            feeds=known[row.label].feeds,
            distress=known[row.label].distress,
            held=holds.names_of(placed, row.num),
        )
        for row in raw
    ]
