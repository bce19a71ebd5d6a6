"""One seeded fault: a small wrong change of the source, and the test that must fail when it is made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """`old` occurs exactly once in `file` (below src/fairlead) and becomes `new`; `test` is the pytest id that must then fail."""

    name: str
    file: str
    old: str
    new: str
    test: str
