"""The verb compact: the files of many small segments of one feed and one label become one, and no reader can tell.

1. A segment stays a holding of its own, with the digest, label, manifest, times and holds it had: receipts name what they always named,
   an order holds what it always held, and retention ends when it ended (docs/decisions/0007-compaction.md). So nothing is signed.
2. Nobody is shown anything, so nobody has to be entitled to it: it is care of the folder, as fsck is.
3. Each pack is made in a write transaction of its own, durable before one of its segments' own files is removed.
"""

from __future__ import annotations

from typing import Final

from fairlead.agreement.lists import Row
from fairlead.desk import packing
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue
from fairlead.intake.segment_file import stated_path
from fairlead.label import label_hash
from fairlead.label.codebook import need
from fairlead.report.holding import FOREVER_MS
from fairlead.store import holdings
from fairlead.store.database import Tx

SMALL: Final = 1_048_576  # bytes of the detections of a segment that is worth packing
PACK_MAX: Final = 64 * SMALL
DAY_MS: Final = 86_400_000


def compact_preview(node: Node, *, feed: str = "") -> Outcome:
    """What would be packed. Raises UnknownCode."""
    with node.db.read() as tx:
        groups = _groups(node, tx, feed)
    return answer({"compacted": False, "packs": [_told(node, group) for group in groups]})


def compact(node: Node, *, feed: str = "") -> Outcome:
    """Pack them. Raises UnknownCode, BadFile, LogFault, NodeBusy."""
    with node.db.read() as tx:
        count = len(_groups(node, tx, feed))
    told: list[JsonValue] = []
    for _ in range(count):
        with node.db.write() as tx:  # so that no ingest, purge or other packing is on its way
            groups = _groups(node, tx, feed)
            if not groups:
                break
            before = _told(node, groups[0])
            made = packing.pack(node.root / "segments", [row.holding.id for row in groups[0]])
            told.append({**before, "bytes_after": made.stat().st_size + stated_path(made).stat().st_size})
    return answer({"compacted": True, "packs": told})


def _groups(node: Node, tx: Tx, feed: str) -> list[list[Row]]:
    """Segments that stand by themselves and are small, by feed, label and the day on which they end; two or more, in their order."""
    if feed:
        need(node.coalition.feeds, feed, what="feed")
    there = holdings.with_segments(tx)
    by: dict[tuple[str, str, int], list[Row]] = {}
    sizes: dict[tuple[str, str, int], int] = {}
    done: list[list[Row]] = []
    for row in sorted(holdings.of_kind(tx, ["segment"], from_ms=-(2**53), to_ms=2**53), key=lambda row: row.num):
        one = row.holding
        path = packing.single(node.root / "segments", one.id)
        if feed not in ("", one.feed) or one.id not in there or not path.is_file() or path.stat().st_size > SMALL:
            continue
        day = one.expires_ms // DAY_MS if one.expires_ms < FOREVER_MS else -1  # what ends together is purged together
        key = (one.feed, label_hash(one.label), day)
        if sizes.get(key, 0) + path.stat().st_size > PACK_MAX:
            done.append(by.pop(key))
            sizes[key] = 0
        by.setdefault(key, []).append(row)
        sizes[key] = sizes.get(key, 0) + path.stat().st_size
    return [group for group in (*done, *by.values()) if len(group) > 1]


def _told(node: Node, group: list[Row]) -> dict[str, JsonValue]:
    paths = [packing.single(node.root / "segments", row.holding.id) for row in group]
    size = sum(one.stat().st_size for path in paths for one in (path, stated_path(path)) if one.is_file())
    return {"feed": group[0].holding.feed, "segments": len(group), "bytes": size}
