"""What a join would take away, before it is made: which sources leave nobody, nothing or nowhere, and which to leave out.

1. Fields narrow apart from one another: recipients, purposes and operations each keep what every source allows.
2. For one reader the answer is exact: a source stands in the way when its label alone does. Agreements are the gate's to judge.
3. What this says are the sources' terms: it is shown to their originators and to oversight, not to whoever asks (2-label).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from fairlead.label.label import Label

FIELDS: Final = ("recipients", "purposes", "operations")


class Narrowing(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a join: what all sources allow, and, when that is nothing, the fewest sources to leave out so that it is not."""

    field: str
    left: tuple[str, ...]
    lost: tuple[str, ...]  # what some source allows and another does not
    leave_out: tuple[str, ...]


def narrowings(sources: Mapping[str, Label]) -> tuple[Narrowing, ...]:
    """Recipients, purposes and operations of the join of these sources, each with what empties it."""
    return tuple(_field(field, {name: frozenset(getattr(label, field)) for name, label in sources.items()}) for field in FIELDS)


def in_the_way(sources: Mapping[str, Label], *, unit: str, purpose: str, operation: str) -> tuple[str, ...]:
    """The sources whose labels keep this reader out. Without them the join lets the reader in, and with any of them it does not."""
    return tuple(
        name
        for name, label in sorted(sources.items())
        if unit not in label.recipients or purpose not in label.purposes or operation not in label.operations
    )


def _field(field: str, allowed: Mapping[str, frozenset[str]]) -> Narrowing:
    any_of = sorted(frozenset().union(*allowed.values()))
    without = {code: tuple(sorted(name for name, codes in allowed.items() if code not in codes)) for code in any_of}
    left = tuple(code for code in any_of if not without[code])
    fewest = min(without.values(), key=lambda names: (len(names), names), default=tuple(sorted(allowed)))
    return Narrowing(
        field=field,
        left=left,
        lost=tuple(code for code in any_of if without[code]),
        leave_out=() if left else fewest,
    )
