"""Logs made for the tests: every third entry a use, a refusal told, a cover; the files and receipts as a node publishes them."""

from __future__ import annotations

import functools

import msgspec

from fairlead.envelope import Envelope, SigningKey, envelope_to_json, sha256_hex, sign
from fairlead.receipt.audit import LogReport, audit_log
from fairlead.receipt.checkpoint import Checkpoint, sign_checkpoint
from fairlead.receipt.leaf import leaf_of
from fairlead.receipt.receipt import HeldRef, RefusalReceipt, UseReceipt, padded, receipt_name, receipt_value
from fairlead.receipt.tiles import ENTRIES, WIDTH, bundle_bytes, tile_bytes, tiles_for
from fairlead.receipt.tree import leaf_hash, root_of

ORIGIN = "fairlead/test/isla"
KEY = SigningKey(b"\x07" * 32)
STRANGER = SigningKey(b"\x08" * 32)


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """One log as files, and what was delivered with it."""

    files: dict[str, bytes]
    receipts: dict[str, bytes]
    leaves: tuple[bytes, ...]

    def kept(self, size: int) -> bytes:
        """The checkpoint as it was at an earlier size."""
        return checkpoint(self.leaves[:size])

    def audit(self, kept: bytes | None = None) -> LogReport:
        return audit_log(self.files, origin=ORIGIN, key=KEY.public, kept=kept, receipts=tuple(self.receipts.items()))

    def with_file(self, path: str, raw: bytes) -> Folder:
        return msgspec.structs.replace(self, files={**self.files, path: raw})

    def without_file(self, path: str) -> Folder:
        return msgspec.structs.replace(self, files={name: raw for name, raw in self.files.items() if name != path})

    def with_receipt(self, name: str, raw: bytes) -> Folder:
        return msgspec.structs.replace(self, receipts={**self.receipts, name: raw})


def use(index: int, *, log: str = ORIGIN, at_ms: int = 1_700_000_000_000, unit: str = "cutter") -> UseReceipt:
    return UseReceipt(
        log=log,
        index=index,
        sequence=index,
        salt=f"{index:032x}",
        act="read",
        person="kestrel-analyst",
        unit=unit,
        purpose="interdiction",
        operation="dusk",
        form="full",
        at_ms=at_ms + index,
        clock="story",
        request=sha256_hex(b"request %d" % index),
        outcome="given",
        output=sha256_hex(b"output %d" % index),
        output_bytes=100 + index,
        holdings=(HeldRef(digest=sha256_hex(b"lead"), label=sha256_hex(b"label"), kind="lead"),),
        agreements=("a1", "a2"),
    )


def refused(index: int) -> RefusalReceipt:
    return RefusalReceipt(
        log=ORIGIN,
        index=index,
        sequence=index,
        salt=f"{index:032x}",
        at_ms=1_700_000_000_000 + index,
        clock="story",
        outcome="refused",
        act="read",
        person="support-officer",
        unit="support",
        purpose="use_of_force_targeting",
        operation="dusk",
        form="full",
        request=sha256_hex(b"request %d" % index),
        excluded="use_of_force_targeting",
        holdings=(HeldRef(digest=sha256_hex(b"lead"), label=sha256_hex(b"label"), kind="lead"),),
        reason=("excluded: use_of_force_targeting is an excluded use: nobody can grant it",),
    )


def cover(index: int) -> RefusalReceipt:
    return RefusalReceipt(
        log=ORIGIN, index=index, sequence=index, salt=f"{index:032x}", at_ms=1_700_000_000_000, clock="story", outcome="cover"
    )


def envelope_at(index: int, *, unit: str = "cutter") -> Envelope:
    if index % 3 == 0:
        return sign("use-receipt", receipt_value(use(index, unit=unit)), [KEY])
    return sign("refusal-receipt", padded(refused(index) if index % 3 == 1 else cover(index)), [KEY])


def checkpoint(leaves: tuple[bytes, ...]) -> bytes:
    root = root_of(leaf_hash(leaf) for leaf in leaves)
    return sign_checkpoint(Checkpoint(origin=ORIGIN, size=len(leaves), root=root), KEY)


def files_of(leaves: tuple[bytes, ...]) -> dict[str, bytes]:
    hashes = [leaf_hash(leaf) for leaf in leaves]
    files = {"checkpoint": checkpoint(leaves)}
    for tile in tiles_for(len(leaves)):
        first = tile.number * WIDTH
        own = leaves[first : first + tile.width]
        files[tile.path] = bundle_bytes(own) if tile.level == ENTRIES else tile_bytes(tile, hashes)
    return files


@functools.cache
def folder(size: int, forked_at: int = -1) -> Folder:
    """A log of `size` entries; with `forked_at`, the entries from there on are of another history."""
    envelopes = [envelope_at(index, unit="cutter" if forked_at < 0 or index < forked_at else "other") for index in range(size)]
    leaves = tuple(leaf_of(envelope, KEY.public) for envelope in envelopes)
    receipts = {receipt_name(index): envelope_to_json(envelope) for index, envelope in enumerate(envelopes)}
    return Folder(files=files_of(leaves), receipts=receipts, leaves=leaves)
