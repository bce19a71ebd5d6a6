"""The rulebook of an originator's offline check: log files, key, receipts and a kept checkpoint in, a report out.

1. Pure and total: the caller fetches bytes, this says what they prove; whatever does not hold is a finding that names file and entry.
2. What was logged is complete and unaltered (P6): entries 0..n-1 under the signed root, a receipt for each, each receipt in the log.
3. No log proves that nothing was served off it, and without a witness another party may be shown another log; the caller says so.
4. Receipts are read one by one, and in parts that may be read apart: a caller with many shares the parts among processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

import msgspec

from fairlead.envelope import PublicKey, envelope_from_json
from fairlead.errors import BadSignature, FairleadError, ProofFailed
from fairlead.receipt.leaf import leaf_from
from fairlead.receipt.log_keys import LogKeys, only
from fairlead.receipt.quorum import NOBODY, Quorum
from fairlead.receipt.rebuild import Finding, Rebuilt, rebuild
from fairlead.receipt.receipt import INDEX_DIGITS, Receipt, RefusalReceipt, UseReceipt, open_receipt, parse_receipt, receipt_name
from fairlead.receipt.tree import leaf_hash

# Which signatures of receipts are checked. With "none" a receipt still is, to the byte, the entry under the head the log's key signed:
# its leaf binds what was signed, signature and key. Where the log does not give its signed root, all are checked.
Signatures: TypeAlias = Literal["all", "none"]


class LogReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the files proved, in the order of the log, and everything that did not hold."""

    origin: str
    size: int  # entries under the signed checkpoint; 0 when it did not open
    root: str  # hex; empty when the checkpoint did not open
    kept_size: int | None  # size of the kept checkpoint the log was held against; nothing when there was none to hold it against
    cosigned_size: int | None = None  # entries of the newest head that witnesses cosigned
    cosigned_by: tuple[str, ...] = ()  # the witnesses of it that are known here
    files: int
    receipts: int  # receipts that held
    signatures: int = 0  # those of them whose own signature was checked this time
    uses: tuple[UseReceipt, ...]
    refusals: tuple[RefusalReceipt, ...]  # told to this originator
    covers: int
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return not self.findings


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What some receipts proved."""

    names: tuple[str, ...]
    uses: tuple[UseReceipt, ...]
    refusals: tuple[RefusalReceipt, ...]
    signatures: int
    findings: tuple[Finding, ...]


def audit_log(
    files: Mapping[str, bytes],
    *,
    origin: str,
    key: PublicKey,
    kept: bytes | None,
    receipts: Iterable[tuple[str, bytes]],
    keys: LogKeys | None = None,
    quorum: Quorum = NOBODY,
    checked_to: int = 0,
    signatures: Signatures = "all",
) -> LogReport:
    """Check one log. `files`: path from the log's folder -> bytes. `receipts`: file name -> bytes, as delivered. Total.

    `key`: the one its reader began with, unless `keys` says how it changed since. `quorum`: which witnesses must have seen it.
    `checked_to`: below this entry the reader checked each signature before and kept a head over them; that each is still the entry it
    was is enough then.
    """
    known = keys or only(origin, key)
    # 1-4, 7. The folder itself.
    log = rebuild(files, keys=known, kept=kept, quorum=quorum)
    # 5. Every receipt. 6. A receipt for every entry.
    part = read_part(receipts, keys=known, log=log, checked_to=signed_from(log, signatures, checked_to))
    return report_of(log, [part], origin=origin, files=len(files))


def signed_from(log: Rebuilt, signatures: Signatures, checked_to: int = 0) -> int:
    """The entry from which signatures are checked: those before it must lie under a root, one that this reader kept unless it asks
    for no signatures."""
    if log.leaf_hashes is None or log.checkpoint is None:
        return 0
    if signatures == "none":
        return log.checkpoint.size
    return checked_to if log.kept_size is not None and checked_to <= log.kept_size else 0


def read_part(receipts: Iterable[tuple[str, bytes]], *, keys: LogKeys, log: Rebuilt, checked_to: int) -> Part:
    """Some receipts: form, signature, place, and the leaf of each in the log. Total."""
    names, findings, signatures = list[str](), list[Finding](), 0
    uses, refusals = list[UseReceipt](), list[RefusalReceipt]()
    for name, raw in receipts:
        names.append(name)
        try:
            receipt = check_receipt(name, raw, keys=keys, log=log, checked_to=checked_to)
        except FairleadError as error:
            findings.append(Finding(file=name, entry=entry_named(name), what=str(error)))
            continue
        signatures += receipt.index >= checked_to
        if isinstance(receipt, UseReceipt):
            uses.append(receipt)
        else:
            refusals.append(receipt)
    return Part(names=tuple(names), uses=tuple(uses), refusals=tuple(refusals), signatures=signatures, findings=tuple(findings))


def check_receipt(name: str, raw: bytes, *, keys: LogKeys, log: Rebuilt, checked_to: int = 0) -> Receipt:
    """The receipt in a delivered file, once all of it held. Below `checked_to` its leaf in the log stands for its signature, which is
    a part of it. Raises BadSignature, MalformedBytes, ProofFailed."""
    named = entry_named(name)
    origin, key = keys.origin, keys.for_entry(named or 0)
    # 5.1 One canonical envelope, one signature, by the log's key for this place, which it names.
    envelope = envelope_from_json(raw)
    if [signature.keyid for signature in envelope.signatures] != [key.keyid]:
        raise BadSignature("envelope is not signed by this log's key alone", where=origin)
    seen = named is not None and named < checked_to
    payload = envelope.payload_bytes
    receipt = parse_receipt(envelope.kind, payload) if seen else open_receipt(envelope, key)
    # 5.2 It is of this log, and lies under its own number.
    if receipt.log != origin:
        raise ProofFailed("receipt is of another log", where=receipt.log[:200], why=f"this one is {origin}")
    if receipt.index != named or name.rpartition("/")[2] != receipt_name(receipt.index):
        raise ProofFailed(
            "receipt lies under another name", where=f"entry {receipt.index}", why=f"its name is {receipt_name(receipt.index)}"
        )
    # 5.3 P6: its leaf is, to the byte, the entry at its place.
    if log.checkpoint is not None and receipt.index >= log.checkpoint.size:
        raise ProofFailed(
            "receipt is not under the checkpoint", where=f"entry {receipt.index}", why=f"it ends at {log.checkpoint.size}"
        )
    leaf = leaf_hash(leaf_from(envelope.payload_type, payload, envelope.signatures[0].sig, key))
    if log.leaf_hashes is not None and leaf != log.leaf_hashes[receipt.index]:
        raise ProofFailed("receipt is not the entry the log holds at its place", where=f"entry {receipt.index}")
    if log.leaf_hashes is None and log.entries.get(receipt.index, leaf) != leaf:
        raise ProofFailed("receipt and entry differ, and the log does not give its signed root", where=f"entry {receipt.index}")
    return receipt


def about(log: Rebuilt, names: Iterable[str]) -> Rebuilt:
    """As much of a log as the receipts of these names are held against: little enough to hand to another process."""
    size = log.checkpoint.size if log.checkpoint is not None else 0
    asked = [named for name in names if (named := entry_named(name)) is not None and named < size]
    hashes = None if log.leaf_hashes is None else {index: log.leaf_hashes[index] for index in asked}
    entries = {index: log.entries[index] for index in asked if index in log.entries} if hashes is None else {}
    return msgspec.structs.replace(log, entries=entries, leaf_hashes=hashes, findings=())


def entry_named(name: str) -> int | None:
    """The entry a receipt's file name claims, or nothing when it is not such a name."""
    stem, _, ending = name.rpartition("/")[2].partition(".")
    digits = stem.isascii() and stem.isdigit() and len(stem) >= INDEX_DIGITS and ending == "json"
    return int(stem) if digits and receipt_name(int(stem)) == f"{stem}.json" else None


def report_of(log: Rebuilt, parts: Iterable[Part], *, origin: str, files: int) -> LogReport:
    """What the parts prove together: each entry has its receipt, and no more than one."""
    findings = list(log.findings)
    uses, refusals = list[UseReceipt](), list[RefusalReceipt]()
    held, there, signatures = set[int](), set[int](), 0
    for part in parts:
        findings += part.findings
        signatures += part.signatures
        spoiled = {finding.file for finding in part.findings}
        for name in part.names:
            index = entry_named(name)
            if index is None:
                continue
            there.add(index)
            if name in spoiled:
                continue
            if index in held:
                findings.append(Finding(file=name, entry=index, what="a receipt of this entry was already there"))
            held.add(index)
        uses += part.uses
        refusals += part.refusals
    if len(uses) + len(refusals) != len(held):
        uses, refusals = list({one.index: one for one in uses}.values()), list({one.index: one for one in refusals}.values())
    # An entry whose receipt is there and did not hold is a finding already.
    size = log.checkpoint.size if log.checkpoint is not None else 0
    what = "the receipt of this entry is missing"
    findings += [Finding(file=receipt_name(index), entry=index, what=what) for index in range(size) if index not in there]
    return LogReport(
        origin=origin,
        size=size,
        root=log.checkpoint.root.hex() if log.checkpoint is not None else "",
        kept_size=log.kept_size,
        cosigned_size=log.cosigned_size,
        cosigned_by=tuple(one.name for one in log.cosigned_by),
        files=files,
        receipts=len(held),
        signatures=signatures,
        uses=tuple(sorted(uses, key=_place)),
        refusals=tuple(receipt for receipt in sorted(refusals, key=_place) if receipt.outcome == "refused"),
        covers=sum(receipt.outcome == "cover" for receipt in refusals),
        findings=tuple(findings),
    )


def _place(receipt: Receipt) -> int:
    return receipt.index
