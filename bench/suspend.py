"""How long from an originator's order to the first request that heeds it, against rewriting the affected records?

1. A store of 1 M records in SQLite: sources of ten feeds, the rest derived from them. The order is a hold on one feed; it lies on all
   that was computed from it, however far down.
2. `suspend`: one write transaction with the event, the closure and its bitmap, committed and synced to the disk, and after it the sets
   as the next request has them. The process has what was made from each feed in memory, as one that serves has; `suspend_cold` is the
   same in a process that must read it first. `suspend_mask`: an order by unit and purpose, which is one event.
3. The peer rewrites the label of every affected record to one that is closed, in one transaction, in the same file with the same
   indexes, and syncs; which records those are it is told for nothing. That both touch the same ones is asserted.
4. `suspend_processes`: how many processes' very next request heeded the order: this one, and one that had the store open all along.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from pyroaring import BitMap

from bench.figure import figure, quick
from bench.stores import Derived
from fairlead.agreement import Order
from fairlead.envelope import SigningKey, sign
from fairlead.label import Label
from fairlead.store import events, holds
from fairlead.store.bitmaps import bitmap
from fairlead.store.database import Database
from fairlead.store.labels import intern_label
from fairlead.store.memory import keep_families

DERIVED = 500_000 if quick() else 1_000_000
SOURCES = DERIVED // 20
FEEDS = 10
BODY = b'{"card":{"sentence":"' + b"a boat and another stayed close for an hour " * 8 + b'"}}'
ENVELOPE = sign("order", {"order": "x"}, [SigningKey(b"\x01" * 32)])
LABEL = Label(
    originators=(("alfa", "radar"),),
    level="restricted",
    recipients=("b1",),
    purposes=("interdiction", "nationality_verification"),
    operations=("north",),
    handling=(),
    lease_s=900,
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "node" / "node.sqlite"
        path.parent.mkdir()
        made = Derived(SOURCES, DERIVED)
        _fill(path, made)
        print(f"filled: {path.stat().st_size / 1e6:.0f} MB", flush=True)
        rewritten_s, rewritten = _rewritten(path, Path(folder))
        _suspended(path, made, rewritten_s, rewritten)


def _fill(path: Path, made: Derived) -> None:
    database = Database(path, create=True)
    with database.write() as tx:
        assert intern_label(tx, LABEL) == 1
        assert intern_label(tx, LABEL, ["closed"]) == 2
    database.close()
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-200000"):
        raw.execute(f"PRAGMA {pragma}")
    raw.execute("BEGIN")
    names = "num,id,kind,label,digest,t_min_ms,t_max_ms,not_before_ms,expires_ms,created_ms,feed,depth,title,words,source,body,envelope"
    raw.executemany(
        f"INSERT INTO holdings ({names}) VALUES ({','.join('?' * 17)})",  # noqa: S608
        (_row(num, made.depth[num]) for num in range(1, made.size + 1)),
    )
    raw.executemany("INSERT INTO parents (child, parent, depth) VALUES (?, ?, ?)", made.rows().tolist())
    raw.execute("COMMIT")
    raw.close()


def _row(num: int, depth: int) -> tuple[object, ...]:
    id = f"{num * 2_654_435_761 % 2**64:032x}"
    feed = "" if depth else f"feed-{num % FEEDS}"
    kind = "lead" if depth else "segment"
    return (num, id, kind, 1, id, num, num + 60, 0, 4_102_444_800_000, num, feed, depth, "", "", b"" if depth else b"{}", BODY, BODY)


def _rewritten(path: Path, folder: Path) -> tuple[float, BitMap]:
    """Seconds to write another label into every affected row of a copy, and which rows those were."""
    copy = folder / "rewritten.sqlite"
    shutil.copy(path, copy)
    raw = sqlite3.connect(copy, isolation_level=None)
    raw.execute("PRAGMA synchronous=FULL")
    raw.execute("CREATE INDEX by_parent ON parents (parent, child)")
    raw.execute("CREATE TABLE affected (num INTEGER PRIMARY KEY)")
    raw.execute(
        """INSERT INTO affected WITH RECURSIVE found(num) AS (
             SELECT num FROM holdings WHERE feed = 'feed-3' UNION SELECT child FROM parents JOIN found ON parent = found.num
           ) SELECT num FROM found"""
    )
    start_s = time.perf_counter()
    raw.execute("BEGIN IMMEDIATE")
    raw.execute("UPDATE holdings SET label = 2 WHERE num IN (SELECT num FROM affected)")
    raw.execute("COMMIT")
    taken_s = time.perf_counter() - start_s
    found = np.array(raw.execute("SELECT num FROM affected").fetchall(), np.uint32).ravel()
    raw.close()
    copy.unlink()
    return taken_s, bitmap(found)


def _suspended(path: Path, made: Derived, rewritten_s: float, rewritten: BitMap) -> None:
    details = {"records": made.size, "affected": len(rewritten), "rewriting_ms": rewritten_s * 1e3}
    cold = _order_s(Database(path), "cold", rewritten)
    other = subprocess.Popen([sys.executable, "-m", "bench.suspend", "--watch", str(path)], stdin=-1, stdout=-1, text=True)
    warm = Database(path)
    with warm.read() as tx:
        keep_families(tx)
    assert _asked(other) == 0
    taken = []
    for number in range(7):
        taken.append(_order_s(warm, f"warm-{number}", rewritten))
        assert _asked(other) == len(rewritten), "the other process's next request heeds it"
        with warm.write() as tx:
            holds.release(tx, f"warm-{number}")
        assert _asked(other) == 0
    hold_s = sorted(taken)[len(taken) // 2]
    mask = sorted(_mask_s(warm, number) for number in range(9))[4]
    peer, goal = "rewriting the rows in SQLite", ">= 1000"
    figure("suspend", rewritten_s / hold_s, "x faster", peer=peer, goal=goal, ours_ms=hold_s * 1e3, **details)
    figure("suspend_mask", rewritten_s / mask, "x faster", peer=peer, goal=goal, ours_ms=mask * 1e3, **details)
    figure("suspend_cold", rewritten_s / cold, "x faster", peer=peer, goal="none", ours_ms=cold * 1e3, **details)
    figure("suspend_processes", 2, "processes at their next request", peer="none", goal="2", **details)
    assert other.stdin is not None
    other.stdin.close()
    other.wait()


def _order_s(database: Database, name: str, affected: BitMap) -> float:
    """Seconds from an order to the sets of the next request."""
    order = Order(id=name, originator="alfa", ordered_at_ms=1, feeds=("feed-3",))
    start_s = time.perf_counter()
    with database.order() as tx:
        events.add_event(tx, order, ENVELOPE, at_ms=1, clock="bench")
    with database.read() as tx:
        held = holds.held_by(tx, [name])
    taken_s = time.perf_counter() - start_s
    assert held == affected
    if name == "cold":
        with database.write() as tx:
            holds.release(tx, name)
        database.close()
    return taken_s


def _mask_s(database: Database, number: int) -> float:
    order = Order(id=f"mask-{number}", originator="alfa", ordered_at_ms=1, units=("b1",), purposes=("interdiction",))
    start_s = time.perf_counter()
    with database.order() as tx:
        events.add_event(tx, order, ENVELOPE, at_ms=1, clock="bench")
    with database.read() as tx:
        assert events.epoch(tx)
    return time.perf_counter() - start_s


def _asked(other: subprocess.Popen[str]) -> int:
    assert other.stdin is not None
    assert other.stdout is not None
    other.stdin.write("ask\n")
    other.stdin.flush()
    return int(other.stdout.readline())


def watch(path: Path) -> None:
    """Another process: how many records are held, each time it is asked."""
    database = Database(path)
    for _ in sys.stdin:
        with database.read() as tx:
            print(len(holds.held_by(tx, holds.sets(tx))), flush=True)


if __name__ == "__main__":
    if "--watch" in sys.argv:
        watch(Path(sys.argv[-1]))
    else:
        main()
