"""What a process remembers of a database between transactions; never more than was committed.

1. Only what can no longer change is remembered: labels, links between holdings, sets of holds by their digest. Rows are numbered in
   the order of writes, so each transaction asks for what came after the last number it knows, in its own snapshot.
2. A transaction that has itself added holdings remembers nothing: it may still be rolled back, and its numbers given out again.
3. Another process's writes are seen at the next transaction, because nothing is answered from memory alone.
4. A family is kept for each feed and label that was asked for: its sources and all that was computed from them. It grows by what came
   since, so that an order over a feed finds its set ready (P4).
"""

from __future__ import annotations

import itertools
import threading
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from pyroaring import BitMap
from sqlalchemy import Connection, Engine, func, select

from fairlead.report.holding import KINDS, Kind
from fairlead.store import pending
from fairlead.store.arrays import Columns
from fairlead.store.lineage import Lineage, Links
from fairlead.store.schema import holdings, parents
from fairlead.store.sources import Sources

WROTE: Final = "fairlead_wrote"
PART: Final = 200_000  # links fetched at a time
SOURCE: Final = tuple(holdings.c[name] for name in ("num", "label", "feed", "t_min_ms", "t_max_ms", "digest", "source"))
FAMILY_LINKS_MAX: Final = 20_000  # links since, above which a family is made anew in one pass


class Memory:
    """One database as one process remembers it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.lineage = Lineage()
        self.labels: dict[int, Any] = {}  # Known of labels.py
        self.placed: dict[str, BitMap] = {}  # by digest
        self.later: dict[str, BitMap] = {}  # by name
        self.later_upto = 0
        self.families: dict[tuple[str, int], tuple[BitMap, int]] = {}  # by feed and label: the numbers, and up to which
        self.columns: Columns | None = None  # where `keep_columns` was asked for
        self.sources: Sources | None = None  # where `keep_sources` was asked for


_OF: WeakKeyDictionary[Engine, Memory] = WeakKeyDictionary()
_MAKING = threading.Lock()


def memory(tx: Connection) -> Memory:
    """The memory of the database this transaction is of."""
    with _MAKING:
        return _OF.setdefault(tx.engine, Memory())


def wrote(tx: Connection) -> None:
    """This transaction has added holdings or labels: nothing it reads may be remembered."""
    tx.info[WROTE] = True


def begin(tx: Connection) -> None:
    """A transaction begins on this connection."""
    tx.info.pop(WROTE, None)
    pending.begin(tx)


def may_remember(tx: Connection) -> bool:
    return WROTE not in tx.info


def newest(tx: Connection) -> int:
    """The largest number given out, as this transaction sees it; 0 in an empty store."""
    return int(tx.execute(select(func.coalesce(func.max(holdings.c.num), 0))).scalar_one())


def descendants(tx: Connection, sources: BitMap) -> BitMap:
    """The sources and everything computed from them, as this transaction sees the store."""
    kept = memory(tx)
    size = newest(tx)
    with kept.lock:
        links = _links(tx, kept.lineage.upto)
        if may_remember(tx):
            kept.lineage.extend(links, size)
            more: list[tuple[int, int, int]] = []
        else:
            more = [(child, parent, depth) for child, parent, depth in links.tolist()]
        return kept.lineage.descend(sources, size=size, more=more)


def family(tx: Connection, feed: str, label: int) -> BitMap:
    """The sources of this feed with this label and everything computed from them, as this transaction sees the store."""
    kept, size = memory(tx), newest(tx)
    with kept.lock:
        known, upto = kept.families.get((feed, label), (BitMap(), 0))
        if upto > size:  # another transaction saw more
            known, upto = BitMap(), 0
        if upto == size:
            return known.copy()
        own = (holdings.c.feed == feed, holdings.c.label == label, holdings.c.depth == 0, holdings.c.num > upto)
        sources = BitMap(tx.execute(select(holdings.c.num).where(*own)).scalars())
        links = _links(tx, upto) if upto else None
        if links is None or len(links) > FAMILY_LINKS_MAX:
            found = descendants(tx, known | sources)
        else:
            found = known | sources
            for child, parent, _ in links.tolist():  # by child, and parents have smaller numbers: each is settled before it is asked
                if parent in found:
                    found.add(child)
        if may_remember(tx):
            kept.families[feed, label] = (found, size)
        return found.copy()


def keep_families(tx: Connection) -> None:
    """Every family there is, made ready: for a process that lives."""
    query = select(holdings.c.feed, holdings.c.label).where(holdings.c.depth == 0, holdings.c.feed != "").distinct()
    for feed, label in tx.execute(query).all():
        family(tx, feed, label)


def keep_columns(tx: Connection) -> None:
    """From now on this process keeps labels and times of all rows at hand: for a process that lives, not for one command."""
    kept = memory(tx)
    with kept.lock:
        kept.columns = kept.columns or Columns()


def columns_at_hand(tx: Connection) -> Columns | None:
    """Labels and times as this transaction sees them, or more; nothing where none are kept, or the transaction wrote holdings."""
    kept = memory(tx)
    if kept.columns is None or not may_remember(tx):
        return None
    with kept.lock:
        wanted = (holdings.c.num, holdings.c.label, holdings.c.kind, holdings.c.not_before_ms, holdings.c.expires_ms)
        query = select(*wanted).where(holdings.c.num > kept.columns.upto).order_by(holdings.c.num)
        for part in tx.execute(query).partitions(PART):
            num, label, kind, begin, end = zip(*part, strict=True)
            shelf = np.array([shelf_of(*one) for one in zip(label, kind, strict=True)], np.int32)
            kept.columns.add(np.array(num, np.uint32), shelf, np.array(begin, np.int64), np.array(end, np.int64))
        return kept.columns


def keep_sources(tx: Connection) -> None:
    """From now on this process keeps what holds look at in sources at hand: for a process that lives."""
    kept = memory(tx)
    with kept.lock:
        kept.sources = kept.sources or Sources()
    sources_at_hand(tx)


def sources_at_hand(tx: Connection) -> Sources | None:
    """What holds look at in sources, as this transaction sees them, or more; less by what it has itself written. None: not kept."""
    kept = memory(tx)
    with kept.lock:
        if kept.sources is not None and may_remember(tx):
            size = newest(tx)
            fresh = (holdings.c.num > kept.sources.upto, holdings.c.num <= size, holdings.c.source != b"")
            kept.sources.add(tx.execute(select(*SOURCE).where(*fresh).order_by(holdings.c.num)).all(), size)
        return kept.sources


def shelf_of(label: int, kind: Kind) -> int:
    """Label and kind as one number, never 0."""
    return label * len(KINDS) + KINDS.index(kind)


def _links(tx: Connection, after: int) -> Links:
    """The links of children after this number, by child."""
    query = select(parents.c.child, parents.c.parent, parents.c.depth).where(parents.c.child > after).order_by(parents.c.child)
    said = str(query.compile(tx.engine, compile_kwargs={"literal_binds": True}))
    cursor = tx.connection.cursor()  # the driver's own: a million rows that nobody looks at one by one
    try:
        cursor.execute(said)
        parts = []
        while part := cursor.fetchmany(PART):
            parts.append(np.fromiter(itertools.chain.from_iterable(part), np.int64, count=3 * len(part)).reshape(-1, 3))
    finally:
        cursor.close()
    return np.concatenate(parts) if parts else np.zeros((0, 3), np.int64)
