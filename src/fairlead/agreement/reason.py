"""What a decision consists of: the reasons against it, each with whose word it was, or none and the agreements it rests on.

1. A refusal says what did not hold; a fault says that something could not be judged. Both refuse; faults are counted apart.
2. What a reason quotes of a request is short and printable, so that it can be logged whatever was asked.
3. Nothing here can be part of a cycle, so the garbage collector need not look at it (`gc=False`): a node keeps many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

QUOTED_MAX: Final = 64


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One conjunct that did not hold, and whose word it was."""

    conjunct: str
    detail: str
    originator: str = ""
    category: str = ""
    agreement: str = ""
    kind: Literal["refusal", "fault"] = "refusal"


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Permitted only when no conjunct failed; `agreements` are the grants it rests on, and the override when it needed one."""

    reasons: tuple[Reason, ...]
    agreements: tuple[str, ...] = ()
    label: str = ""  # hash of the label that was judged; empty when there was none
    epoch: int = 0
    book_version: int = 0

    @property
    def permitted(self) -> bool:
        return not self.reasons

    @property
    def is_fault(self) -> bool:
        return any(reason.kind == "fault" for reason in self.reasons)


def quoted(code: str) -> str:
    """A code as a reason may say it: as it is when it is short and printable, else escaped and cut."""
    return code if code.isprintable() and len(code) <= QUOTED_MAX else ascii(code[:QUOTED_MAX])


def tally(reasons: Iterable[Reason], counted: Mapping[str, int] | None = None) -> dict[str, int]:
    """The counts with one more decision: `given` when nothing failed, `refused`, or `fault <conjunct>` for each kind of fault."""
    counts = dict(counted or {})
    said = tuple(reasons)
    faults = sorted({f"fault {reason.conjunct}" for reason in said if reason.kind == "fault"})
    for name in faults or (["refused"] if said else ["given"]):
        counts[name] = counts.get(name, 0) + 1
    return counts
