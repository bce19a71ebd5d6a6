"""The verb fsck: everything the node stores of its logs recomputed and held against the files; and a log made whole from a mirror.

1. Checking changes nothing and signs nothing. It takes a node that will not open for anything else.
2. A node put back from an older copy has a shorter tree than it once signed. It is refilled from whoever has the rest: an originator's
   mirror, or its own published files. Entries, keys and signed events come back as they were, to the byte; nothing is signed anew but
   the head they always had. What no log carries (observations, leads, case acts themselves) is counted and named, never made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from fairlead.agreement.events import KINDS, Event
from fairlead.desk.node import Node
from fairlead.desk.receipts import Files
from fairlead.desk.verify import key_events, trusted
from fairlead.envelope import Envelope, decode, envelope_from_json, sha256_hex
from fairlead.errors import FairleadError, LogFault, ProofFailed
from fairlead.receipt.checkpoint import checkpoint_of
from fairlead.receipt.leaf import leaf_of
from fairlead.receipt.log_keys import LogKeys, read_key_event
from fairlead.receipt.rebuild import Finding, Rebuilt, rebuild
from fairlead.receipt.receipt import UseReceipt, parse_receipt, receipt_name
from fairlead.receipt.tree import leaf_hash, root_of
from fairlead.store import check, events, heads, ledger
from fairlead.store.database import Tx
from fairlead.store.pending import Growing, growing

SHOWN_MAX: Final = 200


class Refilled(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: entries by party, signed events entered again, and acts whose content no log carries, by kind."""

    entries: dict[str, int]
    events: int
    lost: dict[str, int]


def fsck(node: Node) -> list[Finding]:
    """Everything that does not hold, log by log, at most two hundred findings each."""
    found: list[Finding] = []
    with node.db.read() as tx:
        for party, log in sorted(node.logs.items()):
            found += list(_checked(node, tx, party, log))[:SHOWN_MAX]
        try:
            node.standing(tx)
        except FairleadError as error:
            found.append(Finding(file="events", what=str(error)))
    return found


def _checked(node: Node, tx: Tx, party: str, log: ledger.Log) -> Iterator[Finding]:
    try:
        keys = node.keys_of(tx, party)
    except FairleadError as error:
        yield Finding(file=party, what=f"the changes of its key do not hold: {error}")
        return
    inside = False
    for finding in check.whole(tx, party, keys):
        inside = True
        yield finding
    if not inside:
        try:
            yield from check.published(tx, node.root, log)
        except FairleadError as error:
            yield Finding(file=party, what=str(error))


def refill(node: Node, mirror: Path) -> Refilled:
    """Bring every log of which `mirror` has more than the database up to it. Raises LogFault when it is of another history, ProofFailed
    when the mirror itself does not hold."""
    found: dict[str, int] = {}
    missed: dict[str, UseReceipt] = {}
    lost: dict[str, int] = {}
    with node.db.order() as tx:
        for party in sorted(node.logs):
            if (mirror / "log" / party / ledger.CHECKPOINT).is_file():
                for use in _refill_log(node, tx, mirror, party, found):
                    missed.update({f"{held.kind} {held.digest}": use for held in use.holdings if use.act not in _USES})
        entered = _enter_again(node, tx, mirror, missed, lost)
    node.recover()
    return Refilled(entries=found, events=entered, lost=lost)


_USES: Final = frozenset({"picture", "list", "read", "lead", "explain", "export", "audit"})


def _refill_log(node: Node, tx: Tx, mirror: Path, party: str, found: dict[str, int]) -> list[UseReceipt]:
    """Append what the mirror has and the database lacks; the uses among it."""
    keys = trusted(mirror / "homes" / party, party)
    rebuilt = _rebuilt(mirror, party, keys)
    assert rebuilt.checkpoint is not None  # asserted by _rebuilt
    assert rebuilt.leaf_hashes is not None
    size, note = ledger.head(tx, party)
    if rebuilt.checkpoint.size <= size:
        return []
    if root_of(rebuilt.leaf_hashes[at] for at in range(size)) != checkpoint_of(heads.text_of(note)).root:
        where, do = f"{mirror}/log/{party}", "name another mirror; this one and the database were never one log"
        raise LogFault("the mirror is of another history", where=where, do=do)
    log = node.logs[party]
    known = {read_key_event(one).from_size for one in heads.key_events(tx, party)}
    for envelope in key_events(mirror / "homes" / party, log.origin):
        event = read_key_event(envelope)
        if event.from_size not in known and event.from_size <= rebuilt.checkpoint.size:
            heads.add_key_event(tx, party, event, envelope)
    _append(node, tx, party, keys, rebuilt, mirror, size)
    found[party] = rebuilt.checkpoint.size - size
    return [use for raw in _rows(tx, party) if isinstance(use := _opened(raw), UseReceipt)]


def _append(node: Node, tx: Tx, party: str, keys: LogKeys, rebuilt: Rebuilt, mirror: Path, size: int) -> None:
    assert rebuilt.checkpoint is not None
    log = node.logs[party]
    newest = keys.for_head(rebuilt.checkpoint.size).key.keyid
    final = msgspec.structs.replace(log, key=log.ring(newest) if log.ring and newest != log.key.public.keyid else log.key)
    grows = Growing(ledger.frontier(tx, party), newest, lambda frontier: ledger.signed(final, frontier))
    folder = mirror / "homes" / party / "receipts" / party
    for index in range(size, rebuilt.checkpoint.size):
        raw = (folder / receipt_name(index)).read_bytes()
        leaf = leaf_of(envelope_from_json(raw), keys.for_entry(index))
        if leaf_hash(leaf) != rebuilt.entries.get(index):
            raise ProofFailed("a receipt of the mirror is not the entry of its log", where=str(folder / receipt_name(index)))
        grows.rows.append((leaf, leaf_hash(leaf), raw))
    growing(tx)[party] = grows


def _rebuilt(mirror: Path, party: str, keys: LogKeys) -> Rebuilt:
    folder = mirror / "log" / party
    rebuilt = rebuild(Files(folder), keys=keys, kept=None)
    if rebuilt.checkpoint is None or rebuilt.leaf_hashes is None or len(rebuilt.entries) != rebuilt.checkpoint.size:
        why = "; ".join(str(one) for one in rebuilt.findings[:3])
        raise ProofFailed("the mirror does not hold", where=str(folder), why=why, do="name another mirror")
    return rebuilt


def _rows(tx: Tx, party: str) -> list[bytes]:
    return [receipt for _, _, receipt in growing(tx)[party].rows]


def _opened(raw: bytes) -> object:
    envelope = envelope_from_json(raw)
    return parse_receipt(envelope.kind, envelope.payload_bytes)


def _enter_again(node: Node, tx: Tx, mirror: Path, missed: dict[str, UseReceipt], lost: dict[str, int]) -> int:
    """Signed events the log tells of and the sequence lacks, in the order of their instants; the rest is counted by kind."""
    entered = 0
    for name, use in sorted(missed.items(), key=lambda pair: (pair[1].at_ms, pair[1].index)):
        kind, _, digest = name.partition(" ")
        if kind not in KINDS:
            lost[kind] = lost.get(kind, 0) + 1
            continue
        found = _record(mirror, kind, digest)
        if found is None:
            lost[kind] = lost.get(kind, 0) + 1
            continue
        event, envelope = found
        if events.is_there(tx, event):
            continue
        standing = node.standing(tx)
        draft = next((one for one in standing.drafts if one.terms.id == getattr(event, "agreement", getattr(event, "id", ""))), None)
        node.check_signed(tx, event, envelope, draft=draft, book=standing.book)
        events.add_event(tx, event, envelope, at_ms=use.at_ms, clock=use.clock)
        entered += 1
    return entered


def _record(mirror: Path, kind: str, digest: str) -> tuple[Event, Envelope] | None:
    for path in sorted(mirror.glob(f"homes/*/records/{kind}/{digest}.json")):
        raw = path.read_bytes()
        if sha256_hex(raw) == digest:
            envelope = envelope_from_json(raw)
            return msgspec.convert(decode(envelope.payload_bytes), KINDS[kind]), envelope
    return None
