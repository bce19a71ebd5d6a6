"""The one predicate as SQL: pages, counts and facets of what a request may see, and nothing that depends on anything else.

1. A row shows when its label is open to the request, not_before <= t < expires, and it lies in no set of holds that shuts this label.
   Labels and times are asked of the database; the sets are bitmaps and are asked here.
2. A page is read label by label, newest first, by index: what it costs grows with what the reader may see, not with the rest (P7).
3. An empty set of labels means no rows, never "no filter".
4. A page begins after a place: a time and an id that the reader was given. A place says nothing about rows in between.
5. On PostgreSQL all of it is asked in the reader's role, so that a predicate forgotten here is not forgotten there (barrier.py).
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

import msgspec
from pyroaring import BitMap
from sqlalchemy import ColumnElement, Connection, Integer, Select, any_, cast, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from fairlead.agreement.lists import Judged, Known
from fairlead.report.holding import KINDS, Kind
from fairlead.store import barrier
from fairlead.store.memory import columns_at_hand, newest, shelf_of
from fairlead.store.schema import holdings
from fairlead.store.words import folded

FAR_MS: Final = 2**53 - 1
FIRST: Final = 16  # with more streams than this a page looks at the head of each before it reads on
GROWTH: Final = 8
READ_MAX: Final = 50_000  # rows of one stream read at a time
DAY_MS: Final = 86_400_000
DAY_ONE: Final = datetime.date(1970, 1, 1).toordinal()


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is of; everything left out means all that the reader may see."""

    kinds: tuple[Kind, ...] = KINDS
    text: str = ""  # a piece of text, in any case
    originator: str = ""
    from_ms: int = 0  # content that overlaps [from_ms, to_ms)
    to_ms: int = FAR_MS


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ends: after this row, in the order of lists."""

    t_max_ms: int
    id: str


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a list may depend on, of one transaction: what was judged, the sets of holds, the rows that overrides let through."""

    at_ms: int
    judged: Judged
    known: dict[int, Known]
    placed: dict[str, BitMap]
    let_through: tuple[int, ...] = ()  # rows that an override names and lets through

    def labels(self, wish: Wish) -> list[int]:
        """The labels open to the request and asked for."""
        return [
            number
            for number in self.judged.open
            if not wish.originator or any(party == wish.originator for party, _ in self.known[number].label.originators)
        ]

    def shuts(self) -> dict[int, BitMap]:
        """The numbers that holds keep back among rows of each open label; a label of which they keep nothing is left out."""
        made: dict[frozenset[str], BitMap] = {}
        found = {}
        for label, names in self.judged.open.items():
            if names not in made:
                made[names] = BitMap().union(*(self.placed[name] for name in names if name in self.placed))
            if made[names]:
                found[label] = made[names]
        return found


class Stream:
    """The rows of one kind and label, read newest first as far as they were needed."""

    __slots__ = ("after", "done", "grow", "kind", "label", "rows")

    def __init__(self, kind: str, label: int, after: Place, grow: int) -> None:
        self.kind, self.label, self.after, self.grow = kind, label, after, grow
        self.rows: list[tuple[int, str, int]] = []  # (-t_max_ms, id, num)
        self.done = False


def page(tx: Connection, sight: Sight, wish: Wish, *, after: Place | None, most: int) -> list[int]:
    """The numbers of the next rows, newest first."""
    with _as_reader(tx, sight):
        return _page(tx, sight, wish, after, most)


def _page(tx: Connection, sight: Sight, wish: Wish, after: Place | None, most: int) -> list[int]:
    start = after or Place(t_max_ms=FAR_MS, id="")
    labels = sight.labels(wish)
    grow = most if len(labels) * len(wish.kinds) <= FIRST else 1
    streams = [Stream(kind, label, start, grow) for kind in wish.kinds for label in labels]
    shuts = sight.shuts()
    apart = {(-row.t_max_ms, row.id, row.num) for row in _named(tx, sight, wish)}
    rows = {one for one in apart if one[:2] > (-start.t_max_ms, start.id)}
    while True:
        ready = sorted(rows.union(*(stream.rows for stream in streams)))[:most]
        last = ready[-1] if len(ready) == most else None
        waiting = [one for one in streams if not one.done and (last is None or (-one.after.t_max_ms, one.after.id) < last[:2])]
        if not waiting:
            return [num for _, _, num in ready]
        for size in sorted({one.grow for one in waiting}):
            _read_on(tx, sight, wish, [one for one in waiting if one.grow == size], size, shuts)


def _read_on(tx: Connection, sight: Sight, wish: Wish, streams: list[Stream], size: int, shuts: dict[int, BitMap]) -> None:
    got = [0] * len(streams)
    for number, num, t_max_ms, id in _run(tx, sight, wish, streams, size):
        stream = streams[number]
        got[number] += 1
        stream.after = Place(t_max_ms=t_max_ms, id=id)
        if num not in shuts.get(stream.label, ()):
            stream.rows.append((-t_max_ms, id, num))
    for stream, count in zip(streams, got, strict=True):
        stream.done = count < size
        stream.grow = min(size * GROWTH, READ_MAX)


SQLITE_RUN: Final = text(
    """
    SELECT s.key, h.num, h.t_max_ms, h.id
    FROM json_each(:streams) AS s JOIN holdings AS h ON h.num IN (
        SELECT x.num FROM holdings AS x
        WHERE x.kind = json_extract(s.value, '$[0]') AND x.label = json_extract(s.value, '$[1]')
          AND x.t_max_ms <= json_extract(s.value, '$[2]')
          AND (x.t_max_ms < json_extract(s.value, '$[2]') OR x.id > json_extract(s.value, '$[3]'))
          AND x.not_before_ms <= :at AND x.expires_ms > :at
          AND x.t_max_ms >= :from AND (:to = :far OR x.t_min_ms < :to)
          AND (:words = '' OR instr(x.words, :words) > 0)
        ORDER BY x.t_max_ms DESC, x.id LIMIT :most)
    ORDER BY s.key, h.t_max_ms DESC, h.id
    """
)
POSTGRES_RUN: Final = text(
    """
    SELECT s.key - 1, x.num, x.t_max_ms, x.id
    FROM unnest(CAST(:kinds AS text[]), CAST(:labels AS int[]), CAST(:ends AS bigint[]), CAST(:ids AS text[]))
         WITH ORDINALITY AS s(kind, label, ends, id, key)
    CROSS JOIN LATERAL (
        SELECT h.num, h.t_max_ms, h.id FROM holdings AS h
        WHERE h.kind = s.kind AND h.label = s.label
          AND h.t_max_ms <= s.ends AND (h.t_max_ms < s.ends OR h.id > s.id COLLATE "C")
          AND h.not_before_ms <= :at AND h.expires_ms > :at
          AND h.t_max_ms >= :from AND (:to = :far OR h.t_min_ms < :to)
          AND (:words = '' OR position(:words IN h.words) > 0)
        ORDER BY h.t_max_ms DESC, h.id LIMIT :most) AS x
    ORDER BY s.key, x.t_max_ms DESC, x.id
    """
)


def _run(tx: Connection, sight: Sight, wish: Wish, streams: Sequence[Stream], size: int) -> Iterable[Any]:
    """The next rows of each stream: (place of the stream, num, t_max_ms, id)."""
    given: dict[str, Any] = {
        "at": sight.at_ms,
        "from": wish.from_ms,
        "to": wish.to_ms,
        "far": FAR_MS,
        "words": folded(wish.text),
        "most": size,
    }
    if tx.dialect.name == "sqlite":
        asked = [[one.kind, one.label, one.after.t_max_ms, one.after.id] for one in streams]
        return tx.execute(SQLITE_RUN, given | {"streams": msgspec.json.encode(asked).decode()}).all()
    columns = {
        "kinds": [one.kind for one in streams],
        "labels": [one.label for one in streams],
        "ends": [one.after.t_max_ms for one in streams],
        "ids": [one.after.id for one in streams],
    }
    return tx.execute(POSTGRES_RUN, given | columns).all()


def numbers(tx: Connection, sight: Sight, wish: Wish) -> BitMap:
    """The numbers of all rows that show. Never leaves the node."""
    labels = sight.labels(wish)
    columns = columns_at_hand(tx) if wish == Wish(kinds=wish.kinds, originator=wish.originator) else None
    if columns is None:
        with _as_reader(tx, sight):
            found = BitMap(row.num for row in _shown(tx, sight, wish, labels))
    else:
        shuts = sight.shuts()
        found = columns.showing({shelf_of(label, kind): shuts.get(label) for label in labels for kind in wish.kinds}, sight.at_ms)
        found.remove_range(newest(tx) + 1, columns.upto + 1)  # what came after this transaction's snapshot
    with _as_reader(tx, sight):
        found.update(row.num for row in _named(tx, sight, wish))
    return found


def _as_reader(tx: Connection, sight: Sight) -> AbstractContextManager[None]:
    """The reader's role, where the database has one, set for exactly this sight."""
    if tx.dialect.name == "sqlite":
        return nullcontext()
    held = _kept_back(tx, sight)
    return barrier.reading(tx, labels=list(sight.judged.open), at_ms=sight.at_ms, held=held, through=sight.let_through)


def _kept_back(tx: Connection, sight: Sight) -> BitMap:
    """The numbers of rows of open labels that holds keep back; what keeps back one label's rows need not another's."""
    shuts = sight.shuts()
    if not shuts:
        return BitMap()
    first = next(iter(shuts.values()))
    if len(shuts) == len(sight.judged.open) and all(one is first for one in shuts.values()):
        return first
    rows = tx.execute(select(holdings.c.num, holdings.c.label).where(_among(tx, list(shuts))))
    return BitMap(row.num for row in rows if row.num in shuts[row.label])


def count(tx: Connection, sight: Sight, wish: Wish) -> int:
    """How many rows show."""
    with _as_reader(tx, sight):
        return sum(number for *_, number in _tally(tx, sight, wish))


class Facets(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the rows that show are of each kind, month and originator; a row of two originators counts with both."""

    kinds: dict[str, int]
    months: dict[str, int]
    originators: dict[str, int]


def facets(tx: Connection, sight: Sight, wish: Wish) -> Facets:
    """Counts of what shows, by kind, by month of its end, and by originator."""
    kinds, months, parties = Counter[str](), Counter[str](), Counter[str]()
    with _as_reader(tx, sight):
        counted = list(_tally(tx, sight, wish))
    for kind, label, day, number in counted:
        kinds[kind] += number
        months[datetime.date.fromordinal(DAY_ONE + day).strftime("%Y-%m")] += number
        for party in {party for party, _ in sight.known[label].label.originators}:
            parties[party] += number
    return Facets(kinds=dict(sorted(kinds.items())), months=dict(sorted(months.items())), originators=dict(sorted(parties.items())))


def _tally(tx: Connection, sight: Sight, wish: Wish) -> Iterator[tuple[str, int, int, int]]:
    """Kind, label, day and how many rows: by the database where no hold keeps anything back, else row by row."""
    shuts, labels = sight.shuts(), sight.labels(wish)
    free = [label for label in labels if label not in shuts]
    where = _predicate(tx, sight, wish).where(_among(tx, free))
    columns = (holdings.c.kind, holdings.c.label, holdings.c.t_max_ms // DAY_MS)
    yield from (tuple(row) for row in tx.execute(where.with_only_columns(*columns, func.count()).group_by(*columns)).all())
    if len(free) < len(labels):
        for row in _shown(tx, sight, wish, [label for label in labels if label in shuts]):
            yield row.kind, row.label, row.t_max_ms // DAY_MS, 1
    for row in _named(tx, sight, wish):
        if row.label not in sight.judged.open or row.num in shuts.get(row.label, ()):
            yield row.kind, row.label, row.t_max_ms // DAY_MS, 1


def _shown(tx: Connection, sight: Sight, wish: Wish, labels: Sequence[int]) -> Iterator[Any]:
    """The rows of these open labels that show."""
    shuts = sight.shuts()
    for row in tx.execute(_predicate(tx, sight, wish).where(_among(tx, labels))):
        if row.num not in shuts.get(row.label, ()):
            yield row


def _named(tx: Connection, sight: Sight, wish: Wish) -> list[Any]:
    """The rows let through by an override that are asked for; no label speaks for them."""
    if not sight.let_through:
        return []
    rows = tx.execute(_predicate(tx, sight, wish).where(holdings.c.num.in_(sight.let_through))).all()
    return [
        row
        for row in rows
        if not wish.originator or any(party == wish.originator for party, _ in sight.known[row.label].label.originators)
    ]


def _predicate(tx: Connection, sight: Sight, wish: Wish) -> Select[Any]:
    """Rows by time and wish; the caller adds which labels, or which numbers."""
    query = select(holdings.c.num, holdings.c.kind, holdings.c.label, holdings.c.t_max_ms, holdings.c.id).where(
        holdings.c.kind.in_(wish.kinds), holdings.c.not_before_ms <= sight.at_ms, holdings.c.expires_ms > sight.at_ms
    )
    if wish.from_ms > 0:
        query = query.where(holdings.c.t_max_ms >= wish.from_ms)
    if wish.to_ms < FAR_MS:
        query = query.where(holdings.c.t_min_ms < wish.to_ms)
    if wish.text:
        find = func.instr if tx.dialect.name == "sqlite" else func.strpos
        query = query.where(find(holdings.c.words, folded(wish.text)) > 0)
    return query


def _among(tx: Connection, labels: Sequence[int]) -> ColumnElement[bool]:
    """Whether the label is one of these, however many there are; never true of none."""
    if tx.dialect.name == "sqlite":
        each = func.json_each(msgspec.json.encode(list(labels)).decode()).table_valued("value")
        return holdings.c.label.in_(select(each.c.value))
    return holdings.c.label == any_(cast(list(labels), ARRAY(Integer)))
