"""The receipt logs as stored, and their publication as files: one log per originator on this node.

The write order, and what a crash leaves behind:
1. Entries, receipts, nodes of the tree, its frontier and the signed checkpoint are committed in the verb's transaction, which it may
   share with others (group.py). A crash before leaves nothing: the use did not happen.
2. Then bundles, tiles and receipts are written as files, then the checkpoint that covers them, each synced and renamed into place.
   A crash here leaves the database ahead of the files; the next command or start publishes the rest and says how much.
3. Only then does the answer go out (P6). Files that a smaller tree needed are removed last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import msgspec
from sqlalchemy import Column, Connection, insert, select, update

from fairlead.envelope import Envelope, SigningKey, envelope_from_json, envelope_to_json
from fairlead.errors import LogFault
from fairlead.receipt.checkpoint import Checkpoint, sign_checkpoint
from fairlead.receipt.leaf import leaf_of
from fairlead.receipt.receipt import RefusalReceipt, UseReceipt, parse_receipt
from fairlead.receipt.tiles import ENTRIES, WIDTH, WIDTH_BITS, Tile, bundle_bytes, new_tiles, tiles_for
from fairlead.receipt.tree import Frontier, frontier_from_bytes, leaf_hash
from fairlead.store.files import PUBLISHING, one_at_a_time, sync_folder, write_durably, write_together
from fairlead.store.pending import Growing, growing
from fairlead.store.schema import log_entries, log_heads, log_nodes

Maker: TypeAlias = Callable[[int], Envelope]
CHECKPOINT = "checkpoint"
COSIGNED = "cosigned"  # the newest head that enough witnesses cosigned
TOGETHER_FROM = 16  # so many files and more are written with one sync


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """One originator's log on this node, with the key its readers began with and those that came after it."""

    party: str
    origin: str
    key: SigningKey
    ring: Callable[[str], SigningKey] | None = None  # any key of this log by its id; a log that never changed its key needs none


def begin(tx: Connection, logs: Iterable[Log]) -> None:
    """The empty tree of every log, signed: a log has a checkpoint from the start."""
    for log in logs:
        frontier = Frontier()
        tx.execute(
            insert(log_heads).values(
                log=log.party,
                size=0,
                keyid=log.key.public.keyid,
                frontier=frontier.to_bytes(),
                checkpoint=signed(log, frontier),
            )
        )


def current(tx: Connection, log: Log) -> Log:
    """The log with the key that signs its next entry, whichever process changed it. Raises LogFault."""
    grows = growing(tx).get(log.party)
    keyid = grows.keyid if grows is not None else tx.execute(select(log_heads.c.keyid).where(log_heads.c.log == log.party)).scalar()
    if keyid is None or keyid == log.key.public.keyid:
        return log
    if log.ring is None:
        raise LogFault("the log's key has changed, and the new one is not here", where=log.origin)
    return msgspec.structs.replace(log, key=log.ring(keyid))


def rekey(tx: Connection, log: Log) -> None:
    """From the head this transaction signs, the log's key is this one. The caller has recorded the signed event that says so."""
    grows = growing(tx)[log.party]
    grows.keyid, grows.sign = log.key.public.keyid, lambda frontier: signed(log, frontier)


def append(tx: Connection, log: Log, make: Maker) -> int:
    """One entry, under the head that the caller's transaction signs when it commits; the entry's index. Raises LogFault."""
    grows = growing(tx).get(log.party)
    if grows is None:
        row = tx.execute(select(log_heads).where(log_heads.c.log == log.party)).one_or_none()
        if row is None:
            raise LogFault("the node has no such log", where=log.origin)
        grows = Growing(frontier_from_bytes(bytes(row.frontier)), str(row.keyid), lambda frontier: signed(log, frontier))
        growing(tx)[log.party] = grows
    if grows.keyid != log.key.public.keyid:
        raise LogFault("the log's key has changed", where=log.origin, do="run the command again")
    index = grows.size
    envelope = make(index)
    leaf = leaf_of(envelope, log.key.public)
    grows.rows.append((leaf, leaf_hash(leaf), envelope_to_json(envelope)))
    return index


def seal(tx: Connection) -> None:
    """Write what the transaction appended, with the nodes of the tree it completes and one signed head a log. Raises LogFault."""
    for party, grows in growing(tx).items():
        if not grows.rows:
            continue
        start = grows.frontier.size
        grown, nodes = grows.grown()
        rows = [
            {"log": party, "idx": start + at, "leaf": leaf, "leaf_hash": hashed, "receipt": receipt}
            for at, (leaf, hashed, receipt) in enumerate(grows.rows)
        ]
        tx.execute(insert(log_entries), rows)
        if nodes:
            tx.execute(
                insert(log_nodes),
                [{"log": party, "level": one.height // WIDTH_BITS, "place": one.place, "hash": one.hashed} for one in nodes],
            )
        swapped = tx.execute(
            update(log_heads)
            .where(log_heads.c.log == party, log_heads.c.size == start)  # compare and swap: one writer, one next entry
            .values(size=grown.size, keyid=grows.keyid, frontier=grown.to_bytes(), checkpoint=grows.sign(grown))
        )
        if swapped.rowcount != 1:
            raise LogFault("the log's head moved inside a write transaction", where=party, do="run fairlead fsck")
    growing(tx).clear()


def head(tx: Connection, party: str) -> tuple[int, bytes]:
    """Size and signed checkpoint, with what this transaction appended. Raises LogFault for a log the node does not have."""
    grows = growing(tx).get(party)
    if grows is not None and grows.rows:
        return grows.size, grows.sign(grows.grown()[0])
    row = tx.execute(select(log_heads).where(log_heads.c.log == party)).one_or_none()
    if row is None:
        raise LogFault("the node has no such log", where=party)
    return int(row.size), bytes(row.checkpoint)


def frontier(tx: Connection, party: str) -> Frontier:
    """The right edge of a log's tree as committed. Raises LogFault."""
    raw = tx.execute(select(log_heads.c.frontier).where(log_heads.c.log == party)).scalar_one_or_none()
    if raw is None:
        raise LogFault("the node has no such log", where=party)
    return frontier_from_bytes(bytes(raw))


def _rows(tx: Connection, party: str) -> list[tuple[bytes, bytes, bytes]]:
    grows = growing(tx).get(party)
    return grows.rows if grows is not None else []


def receipts(tx: Connection, party: str, *, newest: int, skip: int) -> list[UseReceipt | RefusalReceipt]:
    """The receipts of a log, newest first. The caller is entitled to them."""
    own = [receipt for _, _, receipt in reversed(_rows(tx, party))]
    first, rest = own[skip : skip + newest], max(0, skip - len(own))
    stored = tx.execute(
        select(log_entries.c.receipt)
        .where(log_entries.c.log == party)
        .order_by(log_entries.c.idx.desc())
        .limit(newest - len(first))
        .offset(rest)
    ).scalars()
    return [_opened(bytes(raw)) for raw in (*first, *stored)]


def use_receipts(tx: Connection, party: str) -> Iterator[UseReceipt]:
    """Every use in a log, oldest first."""
    rows = tx.execute(select(log_entries.c.receipt).where(log_entries.c.log == party).order_by(log_entries.c.idx)).scalars()
    for raw in (*rows.all(), *(receipt for _, _, receipt in _rows(tx, party))):
        opened = _opened(bytes(raw))
        if isinstance(opened, UseReceipt):
            yield opened


def publish(tx: Connection, root: Path, logs: Iterable[Log]) -> int:
    """Write what the files lack, from a snapshot of the database; the number of entries published. Raises LogFault.

    The snapshot is let go before a file is written: a commit, an order's above all, does not wait for a disk (P4).
    """
    with one_at_a_time(root / PUBLISHING), _said(root):
        due = [part for log in logs if (part := _due(tx, root, log)) is not None]
        tx.rollback()
        many = [file for part in due for file in part.files]
        if len(many) > TOGETHER_FROM:  # one sync for all of them; the heads that cover them come after it
            write_together(many, folder=root)
        else:
            for path, body in many:
                write_durably(path, body)
        for part in due:
            write_durably(part.folder / CHECKPOINT, part.checkpoint)
            _drop_narrower(part.folder, part.done, part.size)
        return sum(part.size - part.done for part in due)


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What the files of one log lack: bundles, tiles and receipts, and the checkpoint, which is written last."""

    folder: Path
    done: int
    size: int
    files: list[tuple[Path, bytes]]
    checkpoint: bytes


def _due(tx: Connection, root: Path, log: Log) -> Due | None:
    size, checkpoint = head(tx, log.party)
    folder = root / "log" / log.party
    old = _published(folder / CHECKPOINT)
    if old is not None and old[1] == checkpoint:
        return None
    done = old[0] if old is not None else 0
    if done > size:
        raise LogFault(
            "the published log is longer than the database",
            where=str(folder),
            why=f"{done} entries published, {size} stored: the database was restored from an older copy",
            do="put the newer database back; a shorter tree is never signed",
        )
    files = [(folder / tile.path, content(tx, log, tile)) for tile in new_tiles(done, size)]
    delivered = enumerate(_column(tx, log, log_entries.c.receipt, done, size), done)
    files += [(receipt_path(root, log.party, index), raw) for index, raw in delivered]
    return Due(folder=folder, done=done, size=size, files=files, checkpoint=checkpoint)


def content(tx: Connection, log: Log, tile: Tile) -> bytes:
    """The bytes of a bundle or tile, from the entries it covers and no others."""
    first = tile.number * WIDTH
    if tile.level == ENTRIES:
        return bundle_bytes(_column(tx, log, log_entries.c.leaf, first, first + tile.width))
    if tile.level == 0:
        return b"".join(_column(tx, log, log_entries.c.leaf_hash, first, first + tile.width))
    own = (log_nodes.c.log == log.party, log_nodes.c.level == tile.level, log_nodes.c.place.between(first, first + tile.width - 1))
    rows = tx.execute(select(log_nodes.c.hash).where(*own).order_by(log_nodes.c.place)).scalars().all()
    if len(rows) != tile.width:
        raise LogFault("nodes of the log's tree are missing", where=f"{log.party} {tile.path}", do="run fairlead fsck")
    return b"".join(bytes(one) for one in rows)


def _column(tx: Connection, log: Log, column: Column[bytes], first: int, end: int) -> list[bytes]:
    """One value of each entry from `first` to before `end`, in order."""
    wanted = select(column).where(log_entries.c.log == log.party, log_entries.c.idx >= first, log_entries.c.idx < end)
    return [bytes(one) for one in tx.execute(wanted.order_by(log_entries.c.idx)).scalars().all()]


def raw_receipts(tx: Connection, party: str, first: int, end: int) -> list[bytes]:
    """The envelopes of the entries from `first` to before `end`, as they lie in the log."""
    own = (log_entries.c.log == party, log_entries.c.idx >= first, log_entries.c.idx < end)
    return [bytes(raw) for raw in tx.execute(select(log_entries.c.receipt).where(*own).order_by(log_entries.c.idx)).scalars().all()]


def receipt_path(root: Path, party: str, index: int) -> Path:
    """Where the receipt of an entry is delivered: the home of the originator it is for, and nowhere else."""
    return root / "homes" / party / "receipts" / party / f"{index:09d}.json"


def _drop_narrower(folder: Path, done: int, size: int) -> None:
    """Remove the partial files of the smaller tree; the new checkpoint no longer needs them."""
    keep = {tile.path for tile in tiles_for(size)}
    for tile in tiles_for(done):
        if tile.path not in keep:
            (folder / tile.path).unlink(missing_ok=True)
            parent = (folder / tile.path).parent
            if parent.name.endswith(".p") and not any(parent.iterdir()):
                parent.rmdir()
                parent = parent.parent
            sync_folder(parent)


def sweep(root: Path, logs: Iterable[Log]) -> int:
    """Remove what a crash left half made under `log/`: files no tree of the published size has; how many."""
    removed = 0
    with one_at_a_time(root / PUBLISHING), _said(root):
        for log in logs:
            folder = root / "log" / log.party
            old = _published(folder / CHECKPOINT)
            keep = {tile.path for tile in tiles_for(old[0] if old else 0)} | {CHECKPOINT, COSIGNED}
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.relative_to(folder).as_posix() not in keep:
                    path.unlink()
                    removed += 1
    return removed


def _published(path: Path) -> tuple[int, bytes] | None:
    """Size and bytes of the published checkpoint; nothing when there is none or it does not read."""
    try:
        raw = path.read_bytes()
        return int(raw.split(b"\n")[1]), raw
    except (OSError, ValueError, IndexError):
        return None


@contextmanager
def _said(root: Path) -> Iterator[None]:
    """A disk that will not list or remove a file is a fault of the log too. Raises LogFault."""
    try:
        yield
    except OSError as error:
        raise LogFault(
            "the log's files could not be put in order", where=str(root / "log"), why=str(error), do="check the disk"
        ) from error


def signed(log: Log, frontier: Frontier) -> bytes:
    """The head of this tree by the log's key."""
    return sign_checkpoint(Checkpoint(origin=log.origin, size=frontier.size, root=frontier.root()), log.key)


def _opened(raw: bytes) -> UseReceipt | RefusalReceipt:
    envelope = envelope_from_json(raw)
    return parse_receipt(envelope.kind, envelope.payload_bytes)


__all__ = [
    "Log",
    "Maker",
    "append",
    "begin",
    "content",
    "current",
    "head",
    "publish",
    "receipt_path",
    "receipts",
    "rekey",
    "seal",
    "sweep",
    "use_receipts",
]
