"""The label: what its originators allow, as one immutable value, and `join`, the only way to make one from others.

Laws (tests/laws/test_p3_narrowing.py; proved with a solver beside the agreements' proofs):
1. `join` is commutative, associative and idempotent, and it only narrows.
2. decide(join(a, b)) = decide(a) and decide(b): a derived holding is readable only by those who may read all of it (P3).
3. No label is ever without an originator. The join of nothing is an error: "no originator, so nobody objects" is the bug to fear.
4. Time is not in a label: `not_before` and `expires` are columns of the holding.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final

import msgspec

from fairlead.envelope import Digest, JsonValue, decode, encode, sha256_hex
from fairlead.errors import LabelFault, MalformedBytes, UnknownCode
from fairlead.label.codebook import CodeBook, need, need_all
from fairlead.label.level import LEVELS, Level, level_rank
from fairlead.label.purpose import PURPOSES, Purpose, expand, purpose_of

LEASE_MIN_S: Final = 60
LEASE_MAX_S: Final = 72 * 3600
LEASE_DEFAULT_S: Final = 15 * 60
REMEMBERED_MAX: Final = 100_000  # canonical bytes and hashes kept


class Label(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """An immutable label; every set is a sorted tuple without repeats."""

    originators: tuple[tuple[str, str], ...]  # (party, category) pairs, each with a veto; never empty
    level: Level
    recipients: tuple[str, ...]  # units that may hold it
    purposes: tuple[Purpose, ...]  # leaves, implications expanded
    operations: tuple[str, ...]
    handling: tuple[str, ...]  # obligations a reading unit must have accepted
    lease_s: int  # how long an offline copy stays readable, seconds

    def __post_init__(self) -> None:
        if not self.originators:
            raise LabelFault("a label has no originator", why="nobody would be left to object")
        for field in ("originators", "recipients", "purposes", "operations", "handling"):
            codes: tuple[str | tuple[str, str], ...] = getattr(self, field)
            if not _are_codes(codes, each=2 if field == "originators" else 1):
                raise LabelFault("a set in a label is not a tuple of codes", where=field)
            if list(codes) != sorted(set(codes)):
                raise LabelFault("a set in a label is not sorted or repeats a code", where=field)
        if not isinstance(self.level, str) or type(self.lease_s) is not int:
            raise LabelFault("a label has no level or no lease")
        level_rank(self.level)
        unknown = set(self.purposes) - PURPOSES
        if unknown:
            raise LabelFault("a label names what is not a purpose", where=", ".join(sorted(unknown)))
        if expand(self.purposes) != frozenset(self.purposes):
            raise LabelFault("a label's purposes are not closed under implication")
        if not LEASE_MIN_S <= self.lease_s <= LEASE_MAX_S:
            raise LabelFault("a lease is out of range", where=f"{self.lease_s} s", do=f"{LEASE_MIN_S} to {LEASE_MAX_S} s")

    @property
    def readable_by_nobody(self) -> bool:
        """Whether some required set is empty, so that no request can ever satisfy it."""
        return not (self.recipients and self.purposes and self.operations)


def make_label(
    book: CodeBook,
    *,
    originator: str,
    category: str,
    level: str,
    recipients: Iterable[str],
    purposes: Iterable[str],
    operations: Iterable[str],
    handling: Iterable[str] = (),
    lease_s: int = LEASE_DEFAULT_S,
) -> Label:
    """A source label of one originator. A recipient that is a party is expanded to its units. Raises UnknownCode, ExcludedUse,
    LabelFault."""
    need(book.parties, originator, what="party", where="label")
    need(book.categories, category, what="category", where="label")
    need(LEVELS, level, what="level", where="label")
    units: set[str] = set()
    for code in recipients:
        units.update(book.units_of(code) if code in book.parties else [need(book.units, code, what="unit", where="label")])
    return Label(
        originators=((originator, category),),
        level=Level(level),
        recipients=tuple(sorted(units)),
        purposes=tuple(sorted(expand(purpose_of(code) for code in purposes))),
        operations=tuple(sorted(set(need_all(book.operations, operations, what="operation", where="label")))),
        handling=tuple(sorted(set(need_all(book.handling, handling, what="handling template", where="label")))),
        lease_s=lease_s,
    )


def join(labels: Collection[Label]) -> Label:
    """The label of what is computed from all of `labels`. Raises LabelFault for none, and when one of them is no label."""
    if not labels:
        raise LabelFault("nothing to join", why="a derived holding without parents would have no originator")
    if not all(isinstance(one, Label) for one in labels):
        raise LabelFault("a parent has no label", why="what nobody has labelled, nobody has permitted")
    first, *rest = dict.fromkeys(labels)  # the same label twice says nothing more
    if not rest:
        return first
    return Label(
        originators=tuple(sorted(set(first.originators).union(*(one.originators for one in rest)))),
        level=max((one.level for one in labels), key=level_rank),
        recipients=tuple(sorted(set(first.recipients).intersection(*(one.recipients for one in rest)))),
        purposes=tuple(sorted(set(first.purposes).intersection(*(one.purposes for one in rest)))),
        operations=tuple(sorted(set(first.operations).intersection(*(one.operations for one in rest)))),
        handling=tuple(sorted(set(first.handling).union(*(one.handling for one in rest)))),
        lease_s=min(one.lease_s for one in labels),
    )


def _are_codes(codes: object, *, each: int) -> bool:
    """Whether this is a tuple of strings, or of tuples of `each` strings."""
    if not isinstance(codes, tuple):
        return False
    flat = (
        codes if each == 1 else [one for pair in codes for one in (pair if isinstance(pair, tuple) and len(pair) == each else (None,))]
    )
    return all(isinstance(one, str) for one in flat)


def narrower_or_equal(child: Label, parent: Label) -> bool:
    """Whether `child` allows nothing that `parent` does not: joining the parent in changes nothing."""
    return join([child, parent]) == child


def label_value(label: Label) -> JsonValue:
    """The label as a JSON value, the form that is hashed."""
    value: JsonValue = msgspec.to_builtins(label)
    return value


def read_label(raw: bytes) -> Label:
    """The label whose canonical bytes are `raw`. Raises LabelFault: a label that does not read lets nobody in."""
    try:
        return msgspec.convert(decode(raw), Label)
    except (MalformedBytes, UnknownCode, msgspec.ValidationError) as error:
        raise LabelFault(
            "a stored label does not read", why=str(error), do="restore it from a copy; nothing derives from it"
        ) from error


@lru_cache(maxsize=REMEMBERED_MAX)
def label_bytes(label: Label) -> bytes:
    """The canonical bytes of a label, remembered: labels are few and asked for often."""
    return encode(label_value(label))


@lru_cache(maxsize=REMEMBERED_MAX)
def label_hash(label: Label) -> Digest:
    """The global name of a label: SHA-256 of its canonical bytes."""
    return sha256_hex(label_bytes(label))
