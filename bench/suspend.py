"""How long from an originator's order to the first request that heeds it, against rewriting the affected records?

1. A store of 1 M records in SQLite: sources of ten feeds, the rest derived from them. Each feed has a sensor, a water and a vessel of
   its own, so a hold by any of these lies on the same records: on all that was computed from the feed, however far down.
2. `suspend`: a hold on the feed. One write transaction with the event, the closure and its bitmap, committed and synced to the disk,
   and after it the sets as the next request has them. The process has links and sources in memory, as one that serves has;
   `suspend_cold` is the same in a process that must read them first. `suspend_sensor`, `suspend_region`, `suspend_object`: a hold by
   that axis. `suspend_mask`: an order by unit and purpose, which is one event; what it takes is the disk's, and `mask_ms` everywhere.
3. `suspend_window`: a hold on a tenth of the time, which lies on fewer records: ours costs much the same, the peer less.
4. The peer rewrites the label of every affected record to one that is closed, in one transaction, in the same file with the same
   indexes and all of its pages in memory, and syncs; which records those are it is told for nothing. That both touch the same ones is
   asserted.
5. `suspend_processes`: how many processes' very next request heeded the order: this one, and one that had the store open all along.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pyroaring import BitMap

from bench.figure import figure, quick
from bench.stores import Derived
from fairlead.agreement import Order
from fairlead.agreement.area import Area
from fairlead.agreement.selector import SourceFacts
from fairlead.envelope import SigningKey, sign
from fairlead.label import Label
from fairlead.store import events, holds
from fairlead.store.bitmaps import bitmap
from fairlead.store.database import Database
from fairlead.store.labels import intern_label
from fairlead.store.memory import keep_families, keep_sources

DERIVED = 400_000 if quick() else 1_000_000
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
AXES: dict[str, dict[str, Any]] = {
    "": {"feeds": ("feed-3",)},
    "_sensor": {"sensors": ("sensor-3",)},
    "_region": {"regions": (Area(code="water-3", box=(0, 30, 9, 39)),)},
    "_object": {"objects": ("230000003",)},
}
WINDOW = {"window_from_ms": SOURCES * 4 // 10, "window_to_ms": SOURCES // 2}
ABOUT = [
    holds.about(
        SourceFacts(
            label=LABEL,
            feed=f"feed-{number}",
            t_min_ms=0,
            t_max_ms=0,
            sensor=f"sensor-{number}",
            box=(1, 10 * number + 1, 2, 10 * number + 2),
            objects=frozenset({f"23000000{number}"}),
        )
    )
    for number in range(FEEDS)
]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "node" / "node.sqlite"
        path.parent.mkdir()
        made = Derived(SOURCES, DERIVED)
        _fill(path, made)
        print(f"filled: {path.stat().st_size / 1e6:.0f} MB", flush=True)
        peers = _rewritten(path, Path(folder))
        _suspended(path, made, peers)


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
    return (
        num,
        id,
        kind,
        1,
        id,
        num,
        num + 60,
        0,
        4_102_444_800_000,
        num,
        feed,
        depth,
        "",
        "",
        b"" if depth else ABOUT[num % FEEDS],
        BODY,
        BODY,
    )


def _rewritten(path: Path, folder: Path) -> dict[str, tuple[float, BitMap]]:
    """Of the feed and of the window: seconds to write another label into every affected row of a copy, and which rows those were."""
    copy = folder / "rewritten.sqlite"
    shutil.copy(path, copy)
    raw = sqlite3.connect(copy, isolation_level=None)
    raw.execute("PRAGMA synchronous=FULL")
    raw.execute("PRAGMA cache_size=-2000000")
    raw.execute("CREATE INDEX by_parent ON parents (parent, child)")
    raw.execute("CREATE TABLE affected (num INTEGER PRIMARY KEY)")
    window = "depth = 0 AND t_min_ms < {window_to_ms} AND t_max_ms >= {window_from_ms}".format(**WINDOW)
    asked = {"feed": "feed = 'feed-3'", "window": window}
    found = {name: _rewriting(raw, where) for name, where in asked.items()}
    raw.close()
    copy.unlink()
    return found


def _rewriting(raw: sqlite3.Connection, where: str) -> tuple[float, BitMap]:
    raw.execute("DELETE FROM affected")
    raw.execute(
        f"""INSERT INTO affected WITH RECURSIVE found(num) AS (
             SELECT num FROM holdings WHERE {where} UNION SELECT child FROM parents JOIN found ON parent = found.num
           ) SELECT num FROM found"""  # noqa: S608
    )
    start_s = time.perf_counter()
    raw.execute("BEGIN IMMEDIATE")
    raw.execute("UPDATE holdings SET label = 3 - label WHERE num IN (SELECT num FROM affected)")
    raw.execute("COMMIT")
    taken_s = time.perf_counter() - start_s
    return taken_s, bitmap(np.array(raw.execute("SELECT num FROM affected").fetchall(), np.uint32).ravel())


def _suspended(path: Path, made: Derived, peers: dict[str, tuple[float, BitMap]]) -> None:
    rewritten_s, rewritten = peers["feed"]
    cold_s = _order_s(Database(path), "cold", AXES[""], rewritten, close=True)
    other = subprocess.Popen([sys.executable, "-m", "bench.suspend", "--watch", str(path)], stdin=-1, stdout=-1, text=True)
    warm = Database(path)
    start_s = time.perf_counter()
    with warm.read() as tx:
        keep_families(tx)
        keep_sources(tx)
    ready_s = time.perf_counter() - start_s
    assert _asked(other) == 0
    mask_s = sorted(_mask_s(warm, number) for number in range(9))[4]
    for axis, axes in (*AXES.items(), ("_window", WINDOW)):
        peer_s, affected = peers["window" if axes is WINDOW else "feed"]
        taken = []
        for number in range(7):
            name = f"warm{axis}-{number}"
            taken.append(_order_s(warm, name, axes, affected))
            assert _asked(other) == len(affected), "the other process's next request heeds it"
            with warm.write() as tx:
                holds.release(tx, name)
            assert _asked(other) == 0
        _said(f"suspend{axis}", sorted(taken)[len(taken) // 2], peer_s, made, affected, mask_ms=mask_s * 1e3, ready_ms=ready_s * 1e3)
    _said("suspend_mask", mask_s, rewritten_s, made, rewritten)
    _said("suspend_cold", cold_s, rewritten_s, made, rewritten, goal="none")
    figure("suspend_processes", 2, "processes at their next request", peer="none", goal="2", records=made.size, affected=len(rewritten))
    assert other.stdin is not None
    other.stdin.close()
    other.wait()


def _said(name: str, ours_s: float, peer_s: float, made: Derived, affected: BitMap, *, goal: str = ">= 1000", **more: float) -> None:
    details = {"records": made.size, "affected": len(affected), "rewriting_ms": peer_s * 1e3, "ours_ms": ours_s * 1e3, **more}
    figure(name, peer_s / ours_s, "x faster", peer="rewriting the rows in SQLite", goal=goal, **details)


def _order_s(database: Database, name: str, axes: Mapping[str, Any], affected: BitMap, *, close: bool = False) -> float:
    """Seconds from an order to the sets of the next request."""
    order = Order(id=name, originator="alfa", ordered_at_ms=1, **axes)
    start_s = time.perf_counter()
    with database.order() as tx:
        events.add_event(tx, order, ENVELOPE, at_ms=1, clock="bench")
    with database.read() as tx:
        held = holds.held_by(tx, [name])
    taken_s = time.perf_counter() - start_s
    assert held == affected
    if close:
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
