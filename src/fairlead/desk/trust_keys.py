"""The file `keys.json` of a trust root: which key each log, witness and party signs with.

1. It is canonical JSON:
   `{"logs": {ORIGIN: [{"from": first size signed, "key": b64}, ...]}, "parties": {PARTY: b64}, "witnesses": {NAME: b64}}`.
2. A log's keys follow each other by size: one key signs from its first size up to the next one's. No key comes back.
3. The file says nothing about who vouches for it; that is `trust_root`.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from fairlead.envelope import PublicKey, encode, read_as
from fairlead.errors import BadInput, BadSignature, MalformedBytes

KEYS_FILE: Final = "keys.json"
BYTES_MAX: Final = 1 << 20
NAMES_MAX: Final = 4096
LOG_KEYS_MAX: Final = 256
SIZE_MAX: Final = 2**53 - 1
FORM: Final = "docs/reference/trust-root.md shows the form"

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    first: Annotated[int, msgspec.Meta(ge=0, le=SIZE_MAX)] = msgspec.field(name="from")
    key: str


_Rows = Annotated[tuple[_Row, ...], msgspec.Meta(min_length=1, max_length=LOG_KEYS_MAX)]


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    logs: Annotated[dict[_Name, _Rows], msgspec.Meta(max_length=NAMES_MAX)]
    witnesses: Annotated[dict[_Name, str], msgspec.Meta(max_length=NAMES_MAX)]
    parties: Annotated[dict[_Name, str], msgspec.Meta(max_length=NAMES_MAX)]


class LogKey(msgspec.Struct, frozen=True, kw_only=True):
    """A log's key, and the first size it signs."""

    first_size: int
    key: PublicKey


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says, each key read as one."""

    logs: Mapping[str, tuple[LogKey, ...]]
    witnesses: Mapping[str, PublicKey]
    parties: Mapping[str, PublicKey]

    def log_key(self, origin: str, size: int) -> PublicKey:
        """The one key that may sign this log's checkpoint of this size. Raises BadSignature when there is none."""
        keys = [one.key for one in self.logs.get(origin, ()) if one.first_size <= size]
        if not keys:
            raise BadSignature("the trust root names no key for this log", where=origin, why=f"at size {size}")
        return keys[-1]


def read_keys(raw: bytes) -> Keys:
    """Raises MalformedBytes, BadSignature (a key that is none)."""
    if len(raw) > BYTES_MAX:
        raise MalformedBytes("there are too many keys", where=KEYS_FILE, why=f"more than {BYTES_MAX} bytes")
    try:
        found = read_as(raw, _File)
    except MalformedBytes as error:
        raise MalformedBytes(error.what, where=KEYS_FILE, why=error.why or error.where, do=FORM) from error
    return Keys(
        logs={origin: _in_order(rows, origin) for origin, rows in found.logs.items()},
        witnesses={name: _key(text, name) for name, text in found.witnesses.items()},
        parties={party: _key(text, party) for party, text in found.parties.items()},
    )


def keys_bytes(raw: bytes) -> bytes:
    """The one form of a `keys.json` that somebody wrote by hand. Raises BadInput, MalformedBytes, BadSignature."""
    try:
        told = encode(json.loads(raw))
    except (ValueError, RecursionError) as error:
        raise BadInput("the keys are not JSON", where=KEYS_FILE, why=str(error), do=FORM) from error
    read_keys(told)
    return told


def _in_order(rows: tuple[_Row, ...], origin: str) -> tuple[LogKey, ...]:
    follows = all(one.first < after.first for one, after in itertools.pairwise(rows))
    if not follows or len({one.key for one in rows}) < len(rows):
        why = "each key stands once, in the order of the first size it signs"
        raise MalformedBytes("the keys of a log do not follow each other", where=f"{KEYS_FILE}: {origin}", why=why)
    return tuple(LogKey(first_size=one.first, key=_key(one.key, origin)) for one in rows)


def _key(text: str, name: str) -> PublicKey:
    try:
        return PublicKey.from_text(text)
    except BadSignature as error:
        why = error.why or f"{error.where} bytes"
        raise BadSignature(error.what, where=f"{KEYS_FILE}: {name}", why=why, do="give base64 of the 32 bytes") from error
