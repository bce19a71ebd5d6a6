"""What a verb hands over: an answer or a refusal, both as final bytes, both already in the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from fairlead.envelope import Digest, JsonValue, encode, sha256_hex
from fairlead.label import Label


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes a reader gets. Their digest is in the receipt and is the ETag."""

    body: bytes
    etag: Digest


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """The redacted refusal, equal for hidden and absent (P7)."""

    body: bytes
    etag: Digest


Outcome: TypeAlias = Answer | Refused


def answer(value: JsonValue) -> Answer:
    body = encode(value)
    return Answer(body=body, etag=sha256_hex(body))


def refused(value: JsonValue) -> Refused:
    body = encode(value)
    return Refused(body=body, etag=sha256_hex(body))


def banner(label: Label, *, purpose: str, operation: str) -> JsonValue:
    """What stands on every page, row and file: level, whose it is, what for. Never who else may read it."""
    owners = sorted({party for party, _ in label.originators})
    text = f"{label.level.upper()} // ORIGINATOR CONTROLLED {', '.join(owners)} // {purpose} // {operation}"
    if label.handling:
        text += f" // {', '.join(label.handling)}"
    return {
        "level": label.level,
        "originators": owners,
        "handling": list(label.handling),
        "purpose": purpose,
        "operation": operation,
        "text": text,
    }


def no_banner(*, purpose: str, operation: str) -> JsonValue:
    """The banner of an answer that holds nothing."""
    return {
        "level": "open",
        "originators": [],
        "handling": [],
        "purpose": purpose,
        "operation": operation,
        "text": f"NOTHING HELD // {purpose} // {operation}",
    }


def plain(items: Sequence[str]) -> JsonValue:
    return list(items)
