"""One file that shows chosen receipts to whoever has never seen the node: receipts, proofs, head, witnesses, timestamps, keys.

1. Canonical JSON of `Bundle`. Every entry carries its receipt's envelope and a tlog-proof under one and the same head.
2. Who checks it names the keys they trust; keys that only the bundle names prove that it holds together, and nothing about who made it.
3. A bundle shows what is in it. That nothing else happened, only the whole log shows (`audit`).
4. Timestamps are RFC 3161 tokens over the head's signed note; checking them takes a library that this room does not import, so they
   are handed back to the caller.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from fairlead.envelope import Envelope, JsonValue, PublicKey, encode, envelope_to_json
from fairlead.envelope.base64 import unbase64
from fairlead.envelope.canonical import read_as
from fairlead.errors import FairleadError, MalformedBytes
from fairlead.receipt.checkpoint import Head, open_head
from fairlead.receipt.leaf import leaf_of
from fairlead.receipt.log_keys import LogKeys, history
from fairlead.receipt.proof import check_proof, read_proof
from fairlead.receipt.quorum import NOBODY, Quorum
from fairlead.receipt.rebuild import Finding
from fairlead.receipt.receipt import Receipt, open_receipt

FORM: Final = "fairlead-bundle/1"
ENTRIES_MAX: Final = 100_000
BYTES_MAX: Final = 512 * 1024 * 1024


class Shown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry: its place, its receipt, and the proof that it stands there."""

    index: Annotated[int, msgspec.Meta(ge=0)]
    receipt: Envelope
    proof: str  # a tlog-proof file


class Bundle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The file."""

    form: str
    log: str  # origin line
    first_key: str  # base64: the key the log began with
    operator_key: str
    checkpoint: str  # the signed note, with its cosignatures
    entries: tuple[Shown, ...]
    key_events: tuple[Envelope, ...] = ()
    timestamps: tuple[str, ...] = ()  # base64 of RFC 3161 responses over the note
    records: tuple[Envelope, ...] = ()  # signed records the receipts speak of


class Anchors(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever checks trusts beforehand."""

    log_keys: tuple[PublicKey, ...] = ()  # one of these must be the log's first key
    operator: PublicKey | None = None
    quorum: Quorum = NOBODY


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle proved."""

    log: str
    head: Head | None
    receipts: tuple[Receipt, ...]
    findings: tuple[Finding, ...]
    anchored: str  # empty: by no key the reader trusts
    stamped: bytes  # what its timestamps are over
    timestamps: tuple[bytes, ...]
    keys: LogKeys | None = None

    @property
    def holds(self) -> bool:
        return not self.findings


def bundle_bytes(bundle: Bundle) -> bytes:
    """The file of a bundle."""
    value: JsonValue = msgspec.to_builtins(bundle)
    return encode(value)


def read_bundle(raw: bytes) -> Bundle:
    """The bundle in a file, not yet checked. Raises MalformedBytes."""
    if len(raw) > BYTES_MAX:
        raise MalformedBytes("a bundle is too long", why=f"more than {BYTES_MAX} bytes")
    bundle = read_as(raw, Bundle)
    if bundle.form != FORM or len(bundle.entries) > ENTRIES_MAX:
        raise MalformedBytes("a bundle is of another form", where=bundle.form[:40], why=f"this reader knows {FORM}")
    return bundle


def check_bundle(bundle: Bundle, anchors: Anchors) -> Checked:
    """Everything a bundle proves, and everything in it that does not hold. Total."""
    findings: list[Finding] = []
    keys, head = _head(bundle, anchors, findings)
    receipts: list[Receipt] = []
    if keys is not None and head is not None:
        for shown in bundle.entries:
            try:
                receipts.append(_entry(shown, bundle, keys, anchors.quorum))
            except FairleadError as error:
                findings.append(Finding(file="entries", entry=shown.index, what=str(error)))
        if len({shown.index for shown in bundle.entries}) != len(bundle.entries):
            findings.append(Finding(file="entries", what="an entry is shown twice"))
    stamps: list[bytes] = []
    for at, text in enumerate(bundle.timestamps):
        try:
            stamps.append(unbase64(text))
        except FairleadError as error:
            findings.append(Finding(file="timestamps", entry=at, what=str(error)))
    return Checked(
        log=bundle.log,
        head=head,
        receipts=tuple(receipts),
        findings=tuple(findings),
        anchored=_anchored(keys, anchors) if keys is not None else "",
        stamped=own_note(bundle.checkpoint.encode()),
        timestamps=tuple(stamps),
        keys=keys,
    )


def own_note(note: bytes) -> bytes:
    """The note with its first signature alone, the log's own: what a timestamp is over, whoever cosigned later."""
    text, _, tail = note.partition(b"\n\n")
    return text + b"\n\n" + tail.split(b"\n")[0] + b"\n"


def _head(bundle: Bundle, anchors: Anchors, findings: list[Finding]) -> tuple[LogKeys | None, Head | None]:
    """The log's keys and the head, or findings in their place."""
    try:
        first, operator = PublicKey.from_text(bundle.first_key), PublicKey.from_text(bundle.operator_key)
        if anchors.operator is not None:
            operator = anchors.operator
        keys = history(bundle.log, first, operator, bundle.key_events)
    except FairleadError as error:
        findings.append(Finding(file="key_events", what=str(error)))
        return None, None
    if anchors.log_keys and first not in anchors.log_keys:
        findings.append(Finding(file="first_key", what="the log's key is none of those you named"))
    try:
        head = open_head(bundle.checkpoint.encode(), keys, anchors.quorum.verifiers)
    except FairleadError as error:
        findings.append(Finding(file="checkpoint", what=str(error)))
        return keys, None
    if not anchors.quorum.met([one.key for one in head.cosigned]):
        findings.append(Finding(file="checkpoint", what=f"is not cosigned by the quorum {anchors.quorum.name}"))
    return keys, head


def _entry(shown: Shown, bundle: Bundle, keys: LogKeys, quorum: Quorum) -> Receipt:
    """One receipt, signed by the key for its place, and its leaf at that place under the bundle's head."""
    key = keys.for_entry(shown.index)
    if [one.keyid for one in shown.receipt.signatures] != [key.keyid]:
        raise MalformedBytes("a receipt is not signed by the log's key for its place alone", where=bundle.log)
    receipt = open_receipt(shown.receipt, key)
    if (receipt.log, receipt.index) != (bundle.log, shown.index):
        raise MalformedBytes("a receipt is of another place", where=f"{receipt.log[:80]}, entry {receipt.index}")
    proof = read_proof(shown.proof.encode())
    if proof.index != shown.index or proof.checkpoint != bundle.checkpoint.encode():
        raise MalformedBytes("a proof is of another entry or another head", where=f"entry {proof.index}")
    check_proof(proof, leaf_of(shown.receipt, key), keys, quorum)
    return receipt


def _anchored(keys: LogKeys, anchors: Anchors) -> str:
    first = keys.held[0].key
    return f"the log's first key {first.keyid[:16]}" if first in anchors.log_keys else ""


def record_names(records: Sequence[Envelope]) -> dict[str, str]:
    """Kind of each signed record in the bundle, by its digest."""
    import hashlib

    return {hashlib.sha256(envelope_to_json(one)).hexdigest(): one.kind for one in records}


def stamp_text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
