"""The log held against itself: what the database stores recomputed from its own bytes, and the published files against it.

1. Before anything is signed on top of it, the newest part is recomputed at every start; `whole` recomputes all of it.
2. A leaf is made anew from its receipt, its hash from the leaf, each node from the hashes below it, frontier and root from those; the
   root is the one the stored checkpoint signs.
3. What does not hold is named by log and entry, never mended here: `fairlead fsck` says what can be done.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from fairlead.envelope import envelope_from_json
from fairlead.errors import FairleadError
from fairlead.receipt.checkpoint import open_head
from fairlead.receipt.leaf import leaf_of
from fairlead.receipt.log_keys import LogKeys
from fairlead.receipt.rebuild import Finding
from fairlead.receipt.tiles import WIDTH, WIDTH_BITS, tiles_for
from fairlead.receipt.tree import Frontier, Node, frontier_from_bytes, grow, leaf_hash
from fairlead.store import ledger
from fairlead.store.schema import log_entries, log_heads, log_nodes

PART: Final = 4096  # entries read at a time


def newest_part(tx: Connection, party: str, keys: LogKeys) -> list[Finding]:
    """The entries of the last tile and every stored node, up to the signed root: what a start can afford on a log of any size."""
    opened = _head(tx, party, keys)
    if isinstance(opened, Finding):
        return [opened]
    size, frontier, root = opened
    full = size >> WIDTH_BITS
    hashes = [row[1] for row in _entries(tx, party, full * WIDTH, size)]
    findings = [*_leaves(tx, party, keys, full * WIDTH, size)]
    nodes = _nodes(tx, party, 1)
    if len(nodes) != full:
        return [*findings, Finding(file=party, what=f"{len(nodes)} nodes are stored for {full} full tiles")]
    if _joined(nodes, hashes, size) != root or frontier.root() != root:
        findings.append(Finding(file=party, entry=full * WIDTH, what="what is stored does not give the signed root"))
    return findings


def whole(tx: Connection, party: str, keys: LogKeys) -> Iterator[Finding]:
    """All of one log in the database. Total: whatever is stored gives findings."""
    opened = _head(tx, party, keys)
    if isinstance(opened, Finding):
        yield opened
        return
    size, frontier, root = opened
    grown, seen = Frontier(), 0
    for start in range(0, size, PART):
        end = min(size, start + PART)
        yield from _leaves(tx, party, keys, start, end)
        rows = _entries(tx, party, start, end)
        grown, made = grow(grown, (leaf_hash(row[0]) for row in rows), every=WIDTH_BITS)
        seen += len(rows)
        yield from _wrong_nodes(tx, party, made)
    extra = tx.execute(select(log_entries.c.idx).where(log_entries.c.log == party, log_entries.c.idx >= size).limit(1)).first()
    if extra is not None:
        yield Finding(file=party, entry=int(extra.idx), what="an entry is stored that no head covers")
    if seen == size and grown.root() != root:
        yield Finding(file=party, what="the entries do not give the signed root")
    if seen == size and grown != frontier:
        yield Finding(file=party, what="the stored frontier is not that of the entries")


def published(tx: Connection, root: Path, log: ledger.Log) -> Iterator[Finding]:
    """The files of one log, each against what the database would write."""
    folder = root / "log" / log.party
    size, checkpoint = ledger.head(tx, log.party)
    if _bytes(folder / ledger.CHECKPOINT) != checkpoint:
        yield Finding(file=f"log/{log.party}/{ledger.CHECKPOINT}", what="is not the stored head")
        return
    for tile in tiles_for(size):
        if _bytes(folder / tile.path) != ledger.content(tx, log, tile):
            yield Finding(file=f"log/{log.party}/{tile.path}", entry=tile.first_entry, what="is not what the database holds")
    for start in range(0, size, PART):
        rows = _entries(tx, log.party, start, min(size, start + PART))
        for index, (_, _, receipt) in enumerate(rows, start):
            path = ledger.receipt_path(root, log.party, index)
            if _bytes(path) != receipt:
                yield Finding(file=path.relative_to(root).as_posix(), entry=index, what="is not the receipt in the database")


def _head(tx: Connection, party: str, keys: LogKeys) -> tuple[int, Frontier, bytes] | Finding:
    row = tx.execute(select(log_heads).where(log_heads.c.log == party)).one_or_none()
    if row is None:
        return Finding(file=party, what="the node has no such log")
    try:
        head = open_head(bytes(row.checkpoint), keys).checkpoint
        frontier = frontier_from_bytes(bytes(row.frontier))
    except FairleadError as error:
        return Finding(file=party, what=str(error))
    if not head.size == int(row.size) == frontier.size:
        return Finding(file=party, what=f"head, frontier and size differ: {head.size}, {frontier.size}, {row.size}")
    return head.size, frontier, head.root


def _leaves(tx: Connection, party: str, keys: LogKeys, start: int, end: int) -> Iterator[Finding]:
    rows = _entries(tx, party, start, end)
    if len(rows) != end - start:
        yield Finding(file=party, entry=start, what=f"{len(rows)} of the entries {start} to {end - 1} are stored")
        return
    for index, (leaf, hashed, receipt) in enumerate(rows, start):
        if leaf_hash(leaf) != hashed:
            yield Finding(file=party, entry=index, what="the stored hash is not that of the leaf")
        try:
            again = leaf_of(envelope_from_json(receipt), keys.for_entry(index))
        except FairleadError as error:
            yield Finding(file=party, entry=index, what=f"the stored receipt does not read: {error}")
        else:
            if again != leaf:
                yield Finding(file=party, entry=index, what="the stored receipt is not that of the leaf")


def _entries(tx: Connection, party: str, start: int, end: int) -> list[tuple[bytes, bytes, bytes]]:
    wanted = select(log_entries.c.leaf, log_entries.c.leaf_hash, log_entries.c.receipt)
    own = (log_entries.c.log == party, log_entries.c.idx >= start, log_entries.c.idx < end)
    return [(bytes(row[0]), bytes(row[1]), bytes(row[2])) for row in tx.execute(wanted.where(*own).order_by(log_entries.c.idx)).all()]


def _nodes(tx: Connection, party: str, level: int) -> list[bytes]:
    own = (log_nodes.c.log == party, log_nodes.c.level == level)
    return [bytes(one) for one in tx.execute(select(log_nodes.c.hash).where(*own).order_by(log_nodes.c.place)).scalars().all()]


def _joined(nodes: list[bytes], tail: list[bytes], size: int) -> bytes:
    """The root over full tiles and the hashes after them: the tiles' roots are perfect subtrees, so they go in as such."""
    above = Frontier().extended(nodes)  # its peaks are those of the first full << 8 entries
    below = Frontier().extended(tail)
    return Frontier(size=size, peaks=(*above.peaks, *below.peaks)).root()


def _wrong_nodes(tx: Connection, party: str, made: list[Node]) -> Iterator[Finding]:
    for one in made:
        level = one.height // WIDTH_BITS
        own = (log_nodes.c.log == party, log_nodes.c.level == level, log_nodes.c.place == one.place)
        stored = tx.execute(select(log_nodes.c.hash).where(*own)).scalar_one_or_none()
        if stored is None or bytes(stored) != one.hashed:
            yield Finding(file=party, entry=one.place << one.height, what=f"the stored node of level {level} is not the recomputed one")


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
