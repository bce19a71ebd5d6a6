"""Stores for the benches: the node's own tables, filled at a stroke with as many records as asked, in SQLite or PostgreSQL.

The mix is the same at every size: labels drawn by Zipf's law, times that follow the order of writes, one record in ten out of date, and
a reader to whom labels with about 8 % of the records are open.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import psycopg
from pyroaring import BitMap
from sqlalchemy import Index, make_url

from fairlead.agreement.lists import Judged
from fairlead.store.arrays import Columns
from fairlead.store.database import Database
from fairlead.store.listed import Sight
from fairlead.store.memory import shelf_of
from fairlead.store.schema import holdings

AT_MS: Final = 1_600_000_000_000
DAY_MS: Final = 86_400_000
PART: Final = 100_000
SHARE: Final = 0.08
FIELDS: Final = tuple(column.name for column in holdings.c)
INDEXES: Final = ("holdings_listed", "holdings_newest", "holdings_feed", "holdings_digest")

Longs = npt.NDArray[np.int64]


class Mix:
    """Records by number: label and times, and the labels that are open to the reader."""

    def __init__(self, size: int, labels: int, seed: int = 7) -> None:
        rng = np.random.default_rng(seed)
        weight = 1 / np.arange(1, labels + 1)
        self.size, self.labels = size, labels
        self.num = np.arange(1, size + 1, dtype=np.uint32)
        self.label = (rng.permutation(labels)[rng.choice(labels, size, p=weight / weight.sum())] + 1).astype(np.int32)
        self.t_max = AT_MS - (size - np.arange(size)) * 1_000 + rng.integers(0, 3_600_000, size)
        self.not_before = np.where(rng.random(size) < 0.05, self.t_max - 1_000, 0)
        self.expires = np.where(rng.random(size) < 0.1, AT_MS - 1, AT_MS + rng.integers(1, 400 * DAY_MS, size))
        counts = np.bincount(self.label, minlength=labels + 1)
        readable = (self.not_before <= AT_MS) & (self.expires > AT_MS)
        self.open: list[int] = []
        wanted = SHARE * size / readable.mean()
        for label in (rng.permutation(labels) + 1).tolist():
            if counts[label] <= wanted:
                self.open.append(label)
                wanted -= counts[label]
        mask = np.zeros(labels + 1, bool)
        mask[self.open] = True
        self.answer = BitMap(self.num[mask[self.label] & readable].tolist())

    def sight(self) -> Sight:
        """What the desk would hand to a list."""
        judged = Judged(epoch=1, upto=self.labels, open=dict.fromkeys(self.open, frozenset[str]()))
        return Sight(at_ms=AT_MS, judged=judged, known={}, placed={})

    def columns(self) -> Columns:
        """As a process that serves keeps them."""
        made = Columns()
        for start in range(0, self.size, 1 << 20):
            part = slice(start, start + (1 << 20))
            shelf = self.label[part] * shelf_of(1, "segment")
            made.add(self.num[part], shelf, self.not_before[part], self.expires[part])
        return made

    def rows(self) -> Iterator[list[tuple[object, ...]]]:
        """Rows of `holdings`, in parts: small ones, because a list does not look at bodies."""
        for start in range(0, self.size, PART):
            end = min(start + PART, self.size)
            columns = (self.label, self.t_max, self.not_before, self.expires)
            drawn = zip(range(start + 1, end + 1), *(column[start:end].tolist() for column in columns), strict=True)
            yield [
                (num, f"{num:032x}", "lead", label, "", t_max, t_max, begin, until, t_max, "", 1, "a lead", "a lead", b"", b"{}", b"{}")
                for num, label, t_max, begin, until in drawn
            ]


def in_sqlite(path: Path, mix: Mix) -> Database:
    """The mix in a file."""
    made = Database(path, create=True)
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-200000", "foreign_keys=OFF"):
        raw.execute(f"PRAGMA {pragma}")
    for name in INDEXES:
        raw.execute(f"DROP INDEX {name}")
    raw.execute("BEGIN")
    marks = ",".join("?" * len(FIELDS))
    for part in mix.rows():
        raw.executemany(f"INSERT INTO holdings ({','.join(FIELDS)}) VALUES ({marks})", part)  # noqa: S608
    raw.execute("COMMIT")
    raw.close()
    _index(made)
    return made


def in_postgres(folder: Path, address: str, mix: Mix) -> Database:
    """The mix in a database of a server."""
    made = Database(folder / "node.sqlite", create=True, address=address)
    url = make_url(address)
    with psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database) as raw:
        for name in INDEXES:
            raw.execute(f"DROP INDEX {name}".encode())
        raw.execute("ALTER TABLE holdings DROP CONSTRAINT holdings_label_fkey")
        with raw.cursor().copy(f"COPY holdings ({','.join(FIELDS)}) FROM STDIN".encode()) as copy:
            for part in mix.rows():
                for row in part:
                    copy.write_row(row)
    _index(made)
    with psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database, autocommit=True) as raw:
        raw.execute("VACUUM ANALYZE holdings")
    return made


def _index(database: Database) -> None:
    with database.write() as tx:
        for index in holdings.indexes:
            assert isinstance(index, Index)
            index.create(tx)


class Derived:
    """Sources, and what was derived from them: leads rest on sources of their time and now and then on earlier leads."""

    def __init__(self, sources: int, derived: int, seed: int = 11) -> None:
        rng = np.random.default_rng(seed)
        self.sources, self.size = sources, sources + derived
        child = np.repeat(np.arange(sources + 1, self.size + 1), rng.integers(1, 6, derived))
        of_source = rng.random(len(child)) < 0.8
        from_source = np.clip((child - sources) * sources // derived - rng.geometric(0.02, len(child)), 1, sources)
        from_lead = np.maximum(child - rng.geometric(0.001, len(child)), sources + 1)
        parent = np.where(of_source | (from_lead >= child), from_source, from_lead)
        self.links = np.unique(np.stack([child, parent], 1), axis=0)
        self.depth = self._depths()

    def _depths(self) -> list[int]:
        depth = [0] * (self.size + 1)
        for child, parent in self.links.tolist():
            if depth[parent] >= depth[child]:
                depth[child] = depth[parent] + 1
        return depth

    def rows(self) -> npt.NDArray[np.int64]:
        """Child, parent, depth of the child."""
        depths = np.array(self.depth)[self.links[:, 0]]
        return np.column_stack([self.links, depths])
