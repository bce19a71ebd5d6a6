"""How long does it take to list everything that was computed from some sources, against SQLite's recursive query?

1. 1 M derived records, three parents each on average, leads upon leads among them; a tenth of the sources is asked about, as of one
   feed among ten; then a hundredth (`cascade_few`).
2. Ours walks links kept in memory, as a process keeps them; what building that costs once is in the details. SQLite has both columns of
   the links in the key of the table it walks, and its pages in memory.
3. Both hand over the numbers of the records; the answers are compared first.
"""

from __future__ import annotations

import sqlite3
import time

import numpy as np
from pyroaring import BitMap

from bench.figure import figure, quick, seconds_of
from bench.stores import Derived
from fairlead.store.bitmaps import bitmap, numbers
from fairlead.store.lineage import Lineage

DERIVED = 500_000 if quick() else 1_000_000
SOURCES = DERIVED // 20
WALK = """
    WITH RECURSIVE found(num) AS (
        SELECT num FROM asked UNION SELECT child FROM links JOIN found ON links.parent = found.num
    ) SELECT num FROM found
"""


def main() -> None:
    made = Derived(SOURCES, DERIVED)
    rows = made.rows()
    start_s = time.perf_counter()
    lineage = Lineage()
    lineage.extend(rows, made.size)
    built_s = time.perf_counter() - start_s
    rng = np.random.default_rng(5)
    for share in (0.1, 0.01):
        asked = bitmap(np.sort(rng.choice(SOURCES, int(SOURCES * share), replace=False) + 1).astype(np.uint32))
        _against(made, lineage, asked, rows, built_s, share)


def _against(made: Derived, lineage: Lineage, asked: BitMap, rows: np.ndarray, built_s: float, share: float) -> None:
    raw = sqlite3.connect(":memory:")
    raw.execute("CREATE TABLE links (parent INTEGER, child INTEGER, PRIMARY KEY (parent, child)) WITHOUT ROWID")
    raw.executemany("INSERT INTO links VALUES (?, ?)", rows[:, [1, 0]].tolist())
    raw.execute("CREATE TABLE asked (num INTEGER PRIMARY KEY)")
    raw.executemany("INSERT INTO asked VALUES (?)", [(num,) for num in asked])
    raw.execute("ANALYZE")

    def theirs() -> list[tuple[int]]:
        return raw.execute(WALK).fetchall()

    def ours() -> np.ndarray:
        return numbers(lineage.descend(asked, size=made.size))

    assert sorted(num for (num,) in theirs()) == ours().tolist()
    our_s, their_s = seconds_of(ours, repeats=11), seconds_of(theirs, repeats=3)
    figure(
        "cascade" if share > 0.05 else "cascade_few",
        their_s / our_s,
        "x faster",
        peer="SQLite recursive query",
        goal=">= 50, aim 200",
        derived=DERIVED,
        links=len(rows),
        asked=len(asked),
        found=len(ours()),
        deepest=max(made.depth),
        ours_ms=our_s * 1e3,
        peer_ms=their_s * 1e3,
        built_ms=built_s * 1e3,
    )


if __name__ == "__main__":
    main()
