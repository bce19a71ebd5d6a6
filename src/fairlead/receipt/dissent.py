"""The dissent register: who disagreed is never dropped, and that nobody did can be shown too (red line 11).

1. Each dissent of a party's people is a signed record. The register is the RFC 6962 tree over its leaves, in the order they were said;
   a leaf holds the digest of what it is about and the digest of the record, so it tells nobody what was said.
2. Each addition signs the new count and root into the party's log (`dissent-register`), so the register cannot shrink unseen.
3. Presence: the leaf, its path, and the count and root in the log. Absence: all leaves, which give that root and number that count, and
   none of which is about the thing in question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated

import msgspec

from fairlead.envelope import JsonValue, encode
from fairlead.receipt.tree import check_inclusion, leaf_hash, root_of

Hex = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Dissent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A leaf: digest of the name of what it is about, digest of the signed record."""

    about: Hex
    note: Hex


class Register(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed into the log: so many dissents, under this root (hex)."""

    party: str
    count: Annotated[int, msgspec.Meta(ge=0)]
    root: Hex
    at_ms: int


def about_of(name: str) -> str:
    """The digest a leaf says in place of a name; names are random ids, so it tells nothing to who does not know them."""
    return hashlib.sha256(name.encode("utf-8")).hexdigest()


def leaf_bytes(dissent: Dissent) -> bytes:
    """The leaf as hashed: canonical JSON."""
    value: JsonValue = msgspec.to_builtins(dissent)
    return encode(value)


def register_of(party: str, leaves: Sequence[Dissent], *, at_ms: int) -> Register:
    """Count and root over these leaves."""
    hashes = [leaf_hash(leaf_bytes(one)) for one in leaves]
    return Register(party=party, count=len(leaves), root=root_of(hashes).hex(), at_ms=at_ms)


def is_there(register: Register, leaf: Dissent, index: int, path: Sequence[bytes]) -> bool:
    """Whether the leaf stands at `index` of the register. Total."""
    hashed = leaf_hash(leaf_bytes(leaf))
    return check_inclusion(leaf=hashed, index=index, size=register.count, root=bytes.fromhex(register.root), proof=path)


def nobody_dissented(register: Register, leaves: Sequence[Dissent], name: str) -> bool:
    """Whether these are all leaves of the register and none of them is about `name`. Total."""
    same = register_of(register.party, leaves, at_ms=register.at_ms) == register
    return same and all(one.about != about_of(name) for one in leaves)
