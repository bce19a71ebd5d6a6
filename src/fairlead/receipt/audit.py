"""The rulebook of an originator's offline check: log files, key, receipts and a kept checkpoint in, a report out.

1. Pure and total: the caller fetches bytes, this says what they prove; whatever does not hold is a finding that names file and entry.
2. What was logged is complete and unaltered (P6): entries 0..n-1 under the signed root, a receipt for each, each receipt in the log.
3. No log proves that nothing was served off it, and without a witness another party may be shown another log; the caller says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from fairlead.envelope import PublicKey, envelope_from_json
from fairlead.errors import BadSignature, FairleadError, ProofFailed
from fairlead.receipt.leaf import leaf_from
from fairlead.receipt.log_keys import LogKeys, only
from fairlead.receipt.quorum import NOBODY, Quorum
from fairlead.receipt.rebuild import Finding, Rebuilt, rebuild
from fairlead.receipt.receipt import INDEX_DIGITS, Receipt, RefusalReceipt, UseReceipt, open_receipt, parse_receipt, receipt_name
from fairlead.receipt.tree import leaf_hash


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
    uses: tuple[UseReceipt, ...]
    refusals: tuple[RefusalReceipt, ...]  # told to this originator
    covers: int
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return not self.findings


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
) -> LogReport:
    """Check one log. `files`: path from the log's folder -> bytes. `receipts`: file name -> bytes, as delivered. Total.

    `key`: the one its reader began with, unless `keys` says how it changed since. `quorum`: which witnesses must have seen it.
    `checked_to`: below this entry the reader checked each signature before and kept a head over them; that each is still the entry it
    was is enough then.
    """
    known = keys or only(origin, key)
    # 1-4, 7. The folder itself.
    log = rebuild(files, keys=known, kept=kept, quorum=quorum)
    before = checked_to if log.leaf_hashes is not None and log.kept_size is not None and checked_to <= log.kept_size else 0
    findings = list(log.findings)
    # 5. Every receipt: form, signature, place, and its leaf in the log.
    held: dict[int, Receipt] = {}
    names: list[str] = []
    for name, raw in receipts:
        names.append(name)
        try:
            receipt = check_receipt(name, raw, keys=known, log=log, checked_to=before)
        except FairleadError as error:
            findings.append(Finding(file=name, entry=entry_named(name), what=str(error)))
            continue
        if receipt.index in held:
            findings.append(Finding(file=name, entry=receipt.index, what="a receipt of this entry was already there"))
        held[receipt.index] = receipt
    # 6. A receipt for every entry.
    findings += _missing(log, held, names)
    return _report(files, origin, log, held, findings)


def check_receipt(name: str, raw: bytes, *, keys: LogKeys, log: Rebuilt, checked_to: int = 0) -> Receipt:
    """The receipt in a delivered file, once all of it held. Below `checked_to` its leaf in the log stands for its signature, which is
    a part of it. Raises BadSignature, MalformedBytes, ProofFailed."""
    origin, key = keys.origin, keys.for_entry(entry_named(name) or 0)
    # 5.1 One canonical envelope, one signature, by the log's key for this place, which it names.
    envelope = envelope_from_json(raw)
    if [signature.keyid for signature in envelope.signatures] != [key.keyid]:
        raise BadSignature("envelope is not signed by this log's key alone", where=origin)
    named = entry_named(name)
    seen = named is not None and named < checked_to
    payload = envelope.payload_bytes
    receipt = parse_receipt(envelope.kind, payload) if seen else open_receipt(envelope, key)
    # 5.2 It is of this log, and lies under its own number.
    if receipt.log != origin:
        raise ProofFailed("receipt is of another log", where=receipt.log[:200], why=f"this one is {origin}")
    if name.rpartition("/")[2] != receipt_name(receipt.index):
        raise ProofFailed(
            "receipt lies under another name", where=f"entry {receipt.index}", why=f"its name is {receipt_name(receipt.index)}"
        )
    # 5.3 P6: its leaf is, to the byte, the entry at its place.
    if log.checkpoint is not None and receipt.index >= log.checkpoint.size:
        raise ProofFailed(
            "receipt is not under the checkpoint", where=f"entry {receipt.index}", why=f"it ends at {log.checkpoint.size}"
        )
    leaf = leaf_from(envelope.payload_type, payload, envelope.signatures[0].sig, key)
    if log.leaf_hashes is not None and leaf_hash(leaf) != log.leaf_hashes[receipt.index]:
        raise ProofFailed("receipt is not the entry the log holds at its place", where=f"entry {receipt.index}")
    if log.leaf_hashes is None and log.entries.get(receipt.index, leaf) != leaf:
        raise ProofFailed("receipt and entry differ, and the log does not give its signed root", where=f"entry {receipt.index}")
    return receipt


def entry_named(name: str) -> int | None:
    """The entry a receipt's file name claims, or nothing when it is not such a name."""
    stem, _, ending = name.rpartition("/")[2].partition(".")
    digits = stem.isascii() and stem.isdigit() and len(stem) >= INDEX_DIGITS and ending == "json"
    return int(stem) if digits and receipt_name(int(stem)) == f"{stem}.json" else None


def _missing(log: Rebuilt, held: Mapping[int, Receipt], names: Iterable[str]) -> Iterable[Finding]:
    """Entries without a receipt; one whose receipt is there and did not hold is a finding already."""
    there = {entry_named(name) for name in names}
    for index in range(log.checkpoint.size if log.checkpoint is not None else 0):
        if index not in held and index not in there:
            yield Finding(file=receipt_name(index), entry=index, what="the receipt of this entry is missing")


def _report(
    files: Mapping[str, bytes], origin: str, log: Rebuilt, held: Mapping[int, Receipt], findings: Sequence[Finding]
) -> LogReport:
    in_order = [held[index] for index in sorted(held)]
    refusals = [receipt for receipt in in_order if isinstance(receipt, RefusalReceipt)]
    return LogReport(
        origin=origin,
        size=log.checkpoint.size if log.checkpoint is not None else 0,
        root=log.checkpoint.root.hex() if log.checkpoint is not None else "",
        kept_size=log.kept_size,
        cosigned_size=log.cosigned_size,
        cosigned_by=tuple(one.name for one in log.cosigned_by),
        files=len(files),
        receipts=len(held),
        uses=tuple(receipt for receipt in in_order if isinstance(receipt, UseReceipt)),
        refusals=tuple(receipt for receipt in refusals if receipt.outcome == "refused"),
        covers=sum(receipt.outcome == "cover" for receipt in refusals),
        findings=tuple(findings),
    )
