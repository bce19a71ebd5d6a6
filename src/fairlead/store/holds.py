"""The sets of the holds in force: every source a rule selects, and all that was or will be computed from them (P4).

1. A hold is placed in the transaction of its order: its sources are found by the signed rule, closed under descent, and kept as
   compressed bitmaps. No record is touched.
2. A later insert is tested against every rule in force, and takes on the sets of its parents, inside its own write transaction: it
   was never visible without them. Writes have one order, so nothing slips between placing and inserting.
3. The sets are an index of the rule: `again` makes them anew from rule and parents, and an audit compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import msgspec
from pyroaring import BitMap
from sqlalchemy import Connection, delete, insert, select

from fairlead.agreement.order import Order
from fairlead.agreement.selector import ROOTED, SourceFacts, lying, matches, sets_of
from fairlead.envelope import JsonValue, decode, encode, sha256_hex
from fairlead.errors import NodeError
from fairlead.store.labels import known_labels
from fairlead.store.memory import SOURCE, descendants, family, may_remember, memory, newest, sources_at_hand
from fairlead.store.schema import held_later, holdings, holds
from fairlead.store.sources import About, about, facts_of

CHUNK: Final = 500  # values in one IN list


def place(tx: Connection, order: Order) -> BitMap:
    """Put the hold of this order in force; the numbers it lies on."""
    found = again(tx, order)
    rule: JsonValue = msgspec.to_builtins(order)
    for name, nums in found.items():
        nums.run_optimize()
        raw = nums.serialize()
        digest = sha256_hex(raw)
        tx.execute(insert(holds).values(name=name, order_id=order.id, rule=encode(rule), nums=raw, digest=digest))
        memory(tx).placed[digest] = nums  # true of this digest whatever becomes of the transaction
    return found.get(order.id, BitMap()).copy()


def release(tx: Connection, order_id: str) -> None:
    """The order is lifted or replaced: its sets are dropped."""
    tx.execute(delete(holds).where(holds.c.order_id == order_id))


def again(tx: Connection, order: Order) -> dict[str, BitMap]:
    """The sets of an order signed now, by name: `lying` of every record stored, taken at a stroke. Also before it is signed."""
    if not order.is_hold:
        return {}
    if by_feed_alone(order) and not order.reach:
        found = (family(tx, feed, number) for feed, number in _feeds_matched(tx, order))
        return {order.id: BitMap().union(*found)}
    sources = selected(tx, order)
    rooted = descendants(tx, sources)
    if not order.reach:
        return {order.id: rooted}
    own = BitMap()
    if "already_shared" in order.reach:
        own |= sources
    if "derived" in order.reach:
        own |= rooted - sources
    return {order.id: descendants(tx, own), order.id + ROOTED: rooted}


def selected(tx: Connection, order: Order) -> BitMap:
    """The sources the rule itself selects, from what is at hand as far as that goes."""
    if by_feed_alone(order) or memory(tx).sources is None:
        return sources_of(tx, order)
    with memory(tx).lock:
        kept = sources_at_hand(tx)
        assert kept is not None
        labels = {number: one.label for number, one in known_labels(tx).items()}
        found = kept.select(order, labels, _of_digests(tx, order.objects))
        upto = kept.upto
    found &= BitMap(range(newest(tx) + 1))  # what is at hand may be of a later snapshot
    return found if may_remember(tx) else found | sources_of(tx, order, after=upto)


def _of_digests(tx: Connection, objects: Sequence[str]) -> BitMap:
    """The records that these digests name."""
    found = BitMap()
    for start in range(0, len(objects), CHUNK):
        query = select(holdings.c.num).where(holdings.c.digest.in_(objects[start : start + CHUNK]))
        found.update(tx.execute(query).scalars().all())
    return found


def sources_of(tx: Connection, order: Order, *, after: int = 0) -> BitMap:
    """The sources the rule itself selects, asked of each row after this number."""
    known = known_labels(tx)
    own = [number for number, one in known.items() if any(party == order.originator for party, _ in one.label.originators)]
    if by_feed_alone(order):
        return _of_feeds(tx, order)
    query = select(*SOURCE).where(holdings.c.source != b"", holdings.c.label.in_(own), holdings.c.num > after)
    if order.feeds:
        query = query.where(holdings.c.feed.in_(order.feeds))
    if order.window_to_ms:
        query = query.where(holdings.c.t_min_ms < order.window_to_ms)
    return BitMap(row.num for row in tx.execute(query) if matches(order, facts_of(row, known[row.label].label)))


def by_feed_alone(order: Order) -> bool:
    """Whether all that the rule looks at in a source is its feed and its label."""
    finer = order.sensors or order.regions or order.channels or order.assets or order.objects
    return bool(order.feeds) and not (finer or order.window_from_ms or order.window_to_ms)


def _feeds_matched(tx: Connection, order: Order) -> list[tuple[str, int]]:
    """The rule asked once for each feed and label: those it selects."""
    return [
        (feed, number)
        for number, one in known_labels(tx).items()
        if any(party == order.originator for party, _ in one.label.originators)
        for feed in order.feeds
        if matches(order, SourceFacts(label=one.label, feed=feed, t_min_ms=0, t_max_ms=0))
    ]


def _of_feeds(tx: Connection, order: Order) -> BitMap:
    """The sources of these feeds. Only sources have a feed."""
    found = BitMap()
    for feed, number in _feeds_matched(tx, order):
        query = select(holdings.c.num).where(holdings.c.feed == feed, holdings.c.label == number, holdings.c.depth == 0)
        found.update(tx.execute(query).scalars().all())
    return found


def on_insert(tx: Connection, num: int, *, inherited: frozenset[str], source: SourceFacts | None) -> frozenset[str]:
    """Put a record just inserted into every set of the holds in force that it belongs to; their names. `source`: none for what is
    derived; `inherited`: the sets of its parents."""
    names = frozenset[str]().union(*(lying(rule, source, inherited, stored="after") for rule in rules(tx)))
    if names:
        tx.execute(insert(held_later), [{"num": num, "name": name} for name in sorted(names)])
    return names


def rules(tx: Connection) -> list[Order]:
    """The holds in force."""
    return [_rule(bytes(raw)) for raw in dict.fromkeys(tx.execute(select(holds.c.rule)).scalars())]


@lru_cache(maxsize=4096)
def _rule(raw: bytes) -> Order:
    return msgspec.convert(decode(raw), Order)


def held_by(tx: Connection, order_ids: Iterable[str]) -> BitMap:
    """The numbers that any of these orders lies on."""
    placed = sets(tx)
    return BitMap().union(*(placed[order_id] for order_id in set(order_ids) & placed.keys()))


def sets(tx: Connection) -> dict[str, BitMap]:
    """Every set of the holds in force, by name. Not to be changed by the caller."""
    placed = {row.name: row.digest for row in tx.execute(select(holds.c.name, holds.c.digest))}
    if not placed:
        return {}
    kept = memory(tx)
    with kept.lock:
        bases = {name: _base(tx, name, digest) for name, digest in placed.items()}
        fresh = tx.execute(select(held_later).where(held_later.c.num > kept.later_upto).order_by(held_later.c.num)).all()
        later = kept.later if may_remember(tx) else {name: nums.copy() for name, nums in kept.later.items()}
        for row in fresh:
            later.setdefault(row.name, BitMap()).add(row.num)
        if fresh and may_remember(tx):
            kept.later_upto = fresh[-1].num
        return {name: base | later[name] if name in later else base for name, base in bases.items()}


def _base(tx: Connection, name: str, digest: str) -> BitMap:
    kept = memory(tx)
    if digest not in kept.placed:
        raw = tx.execute(select(holds.c.nums).where(holds.c.name == name)).scalar_one()
        if sha256_hex(bytes(raw)) != digest:
            do = "restore the database from a copy; nothing is listed while a hold is in doubt"
            raise NodeError("the set of a hold is not what was stored", where=name, do=do)
        kept.placed[digest] = BitMap.deserialize(bytes(raw))
    return kept.placed[digest]


def names_of(placed: dict[str, BitMap], num: int) -> frozenset[str]:
    """The names of the sets that have this number."""
    return frozenset(name for name, nums in placed.items() if num in nums)


def check(tx: Connection) -> dict[str, tuple[int, int]]:
    """The audit: sets that are not what their rule makes of the store as it stands, with how many numbers are missing and how many
    are too many. Only a hold without a reach in parts can be made anew: the others depend on when each record came."""
    placed = sets(tx)
    found = {}
    for rule in rules(tx):
        if not rule.reach:
            should = descendants(tx, sources_of(tx, rule))  # from the rows, whatever is remembered
            there = placed[rule.id]
            if should != there:
                found[rule.id] = (len(should - there), len(there - should))
    return found


__all__ = [
    "About",
    "about",
    "again",
    "check",
    "held_by",
    "names_of",
    "on_insert",
    "place",
    "release",
    "rules",
    "sets",
    "sets_of",
    "sources_of",
]
