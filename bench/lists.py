"""What does it cost to know everything a reader may see, and to show the newest of it?

1. `lists_ids`: the numbers of the permitted records among 1 M (label and interval, 8 % permitted), against DuckDB evaluating a bitmask
   predicate row by row, and `lists_ids_postgres`: against a PostgreSQL scan of the same predicate. Labels were judged before, as
   they are once a slice; what that took is in the details. All three hand over the numbers; the answers are compared first.
2. `lists_page_*`: the newest 100 at 10 M records, as a multiple of the same at 1 M, through the store's own function.
3. `lists_scan`: one pass over label and times of 10 M records, as a multiple of reading the columns once.
Short runs take 100,000 and 400,000 records, and say so.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import numpy as np
import psycopg
import pyarrow
from sqlalchemy import make_url
from tests.postgres import binaries, cluster

from bench.figure import figure, quick, seconds_of
from bench.stores import AT_MS, Mix, in_postgres, in_sqlite
from fairlead.store import listed
from fairlead.store.bitmaps import numbers
from fairlead.store.database import Database
from fairlead.store.listed import Wish
from fairlead.store.memory import shelf_of

SMALL = 100_000 if quick() else 1_000_000
LARGE = 400_000 if quick() else 10_000_000
LABELS = 1_000
PAGE = 100
SERVER = "-c fsync=off -c full_page_writes=off -c shared_buffers=1GB -c work_mem=64MB -c max_wal_size=8GB -c listen_addresses=''"
SCAN = "SELECT num FROM rows WHERE (pairs & 1) = 0 AND (units & 1) <> 0 AND not_before <= {at} AND expires > {at}"


def main() -> None:
    small = Mix(SMALL, LABELS)
    _ids(small)
    _scan()
    with tempfile.TemporaryDirectory() as folder:
        large = Mix(LARGE, LABELS)
        root = Path(folder)
        (root / "small").mkdir()
        (root / "large").mkdir()
        _page("sqlite", in_sqlite(root / "small/node.sqlite", small), in_sqlite(root / "large/node.sqlite", large), small, large)
        if binaries() is not None:
            with cluster(SERVER) as server:
                few, many = (in_postgres(root / name, server.database(), mix) for name, mix in (("small", small), ("large", large)))
                _page("postgres", few, many, small, large)
                few.close()
                many.close()


def _masked(mix: Mix) -> dict[str, np.ndarray]:
    """The same predicate for a database: by row, the pairs that must be open and the units that may read, as 40-bit masks."""
    rng = np.random.default_rng(3)
    pairs, units = rng.integers(0, 2**40, (2, mix.labels + 1))
    pairs, units = pairs | 1, units & ~np.int64(1)
    pairs[mix.open] &= ~np.int64(1)
    units[mix.open] |= 1
    return {
        "num": mix.num.astype(np.int64),
        "pairs": pairs[mix.label],
        "units": units[mix.label],
        "not_before": mix.not_before,
        "expires": mix.expires,
    }


def _ids(mix: Mix) -> None:
    columns, table = mix.columns(), _masked(mix)
    is_open = {label * shelf_of(1, "segment"): None for label in mix.open}
    moment = [AT_MS]

    def ours() -> np.ndarray:
        moment[0] ^= 1  # the clock moves between any two requests, to and fro
        return numbers(columns.showing(is_open, moment[0]))

    duck = duckdb.connect()
    duck.register("given", pyarrow.table(table))
    duck.execute("CREATE TABLE rows AS SELECT * FROM given")
    query = SCAN.format(at=AT_MS)

    def theirs() -> np.ndarray:
        found: np.ndarray = duck.execute(query).fetchnumpy()["num"]
        return found

    assert numbers(columns.showing(is_open, AT_MS)).tolist() == sorted(theirs().tolist()) == list(mix.answer)
    our_s = seconds_of(ours, repeats=21)
    details = {"records": SMALL, "permitted": len(mix.answer), "labels": LABELS, "open": len(mix.open), "ours_ms": our_s * 1e3}
    their_s = seconds_of(theirs, repeats=11)
    figure("lists_ids", their_s / our_s, "x faster", peer="DuckDB", goal=">= 10, aim 30", peer_ms=their_s * 1e3, **details)
    if binaries() is None:
        print("no PostgreSQL: its figures are left out (apt-get install postgresql)")
        return
    with cluster(SERVER) as server:
        url = make_url(server.database())
        with psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database, autocommit=True) as raw:
            raw.execute("CREATE TABLE rows (num bigint, pairs bigint, units bigint, not_before bigint, expires bigint)")
            with raw.cursor().copy("COPY rows FROM STDIN") as copy:
                for row in zip(*(column.tolist() for column in table.values()), strict=True):
                    copy.write_row(row)
            raw.execute("VACUUM ANALYZE rows")

            def scanned() -> list[tuple[int]]:
                return raw.cursor(binary=True).execute(query.encode()).fetchall()

            assert sorted(num for (num,) in scanned()) == list(mix.answer)
            scan_s = seconds_of(scanned)
    figure(
        "lists_ids_postgres", scan_s / our_s, "x faster", peer="PostgreSQL scan", goal=">= 50, aim 200", peer_ms=scan_s * 1e3, **details
    )


def _scan() -> None:
    mix = Mix(LARGE, LABELS)
    columns = mix.columns()
    is_open = {label * shelf_of(1, "segment"): None for label in mix.open}
    read = (mix.label, mix.not_before, mix.expires)
    assert columns.scan(is_open, AT_MS) == mix.answer
    read_s = seconds_of(lambda: [int(column.sum()) for column in read], repeats=9)
    scan_s = seconds_of(lambda: columns.scan(is_open, AT_MS), repeats=9)
    figure(
        "lists_scan", scan_s / read_s, "x of reading once", peer="numpy sum", goal="<= 3, aim 1.5", records=LARGE, scan_ms=scan_s * 1e3
    )


def _page(name: str, few: Database, many: Database, small: Mix, large: Mix) -> None:
    taken = []
    for database, mix in ((few, small), (many, large)):
        sight, wish = mix.sight(), Wish(kinds=("lead",))
        with database.read() as tx:
            newest = listed.page(tx, sight, wish, after=None, most=PAGE)
            should = np.fromiter(mix.answer, np.int64)
            assert set(newest) <= set(should.tolist())
            assert mix.t_max[np.array(newest) - 1].tolist() == np.sort(mix.t_max[should - 1])[::-1][:PAGE].tolist()
            taken.append(
                seconds_of(lambda tx=tx, sight=sight, wish=wish: listed.page(tx, sight, wish, after=None, most=PAGE), repeats=15)
            )
    figure(
        f"lists_page_{name}",
        taken[1] / taken[0],
        "x of the small",
        peer=f"itself at {SMALL}",
        goal="<= 1.5",
        records=LARGE,
        page_ms=taken[1] * 1e3,
        small_ms=taken[0] * 1e3,
    )


if __name__ == "__main__":
    main()
