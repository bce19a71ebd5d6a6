"""What every act of a case carries, whoever takes it, and who signed it.

1. Every act names its case, instant, clock, author and unit; a position when there is one. Integers only, absent is absent.
2. A field that is not declared is refused: nothing can travel in an act that this room does not know.
3. There is no act that edits or deletes another; `correct` appends words that cite it (P9).
4. Free text never quotes a lead: a lead is cited by digest. Text that quotes one is derived and belongs in a holding, not here.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from fairlead.envelope import Digest

LIST_MAX: Final = 64
TEXT_MAX: Final = 2000

Code: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Words: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_MAX)]
Note: TypeAlias = Annotated[str, msgspec.Meta(max_length=TEXT_MAX)]
Hex: TypeAlias = Annotated[Digest, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Hexes: TypeAlias = Annotated[tuple[Hex, ...], msgspec.Meta(max_length=LIST_MAX)]
SomeHexes: TypeAlias = Annotated[tuple[Hex, ...], msgspec.Meta(min_length=1, max_length=LIST_MAX)]
Lines: TypeAlias = Annotated[tuple[Words, ...], msgspec.Meta(max_length=LIST_MAX)]
Ms: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
Grams: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=10**10)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=10**6)]
LatE7: TypeAlias = Annotated[int, msgspec.Meta(ge=-900_000_000, le=900_000_000)]
LonE7: TypeAlias = Annotated[int, msgspec.Meta(ge=-1_800_000_000, le=1_800_000_000)]
Clock: TypeAlias = Literal["node", "gnss", "device", "stated"]


def _tag(name: str) -> str:
    """`OpenCase` travels as `open_case`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class BaseAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="act", tag=_tag):
    """Fields of every act. `person` is the author's code; times are Unix milliseconds UTC, positions 1e-7 degree."""

    case: Code
    at_ms: Ms
    clock: Clock
    person: Code
    unit: Code
    lat_e7: LatE7 | None = None
    lon_e7: LonE7 | None = None
    note: Note = ""

    @property
    def act(self) -> str:
        """The tag it travels under."""
        return _tag(type(self).__name__)

    @property
    def verb(self) -> str:
        """The key of its row in the tables: the tag, and where the outcome decides the step, the outcome."""
        return self.act


class PersonAct(BaseAct, frozen=True, kw_only=True):
    """An act on one person met; `subject` is a code inside the case, not a name."""

    subject: Code


class ExhibitAct(BaseAct, frozen=True, kw_only=True):
    """An act on one exhibit; `exhibit` is a code inside the case."""

    exhibit: Code


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose signature over the act held: who, with which certified roles, for which unit."""

    person: str
    roles: tuple[str, ...]
    unit: str
