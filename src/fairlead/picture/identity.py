"""Who a number says it is: what kind of number it is, and how what it said of itself changed over time.

1. A change is a value said after another by the same number. Two letters or fewer apart is a typing error, something after nothing
   fills in; only the rest is another identity.
2. Values that are said in turns, each again after the other, are alternating: two transmitters, or a set that is being fought over.
3. What a receiver remembers or a register holds of a number is not what the number says, and is no change.
4. Nothing here judges: a vessel may be sold and renamed, and a crew may mistype.
"""

from __future__ import annotations

import itertools
from typing import Final, Literal, TypeAlias

import msgspec
import numpy as np

from fairlead.picture.mid import ADMINISTRATION
from fairlead.report.statement import MEMORY, Statements

NumberKind: TypeAlias = Literal[
    "ship",
    "group",
    "coast station",
    "aircraft",
    "aid to navigation",
    "craft of a ship",
    "distress device",
    "handheld",
    "marker",
    "none",
]
Weight: TypeAlias = Literal["another", "typing", "filled in", "voyage"]
FIELDS: Final = ("name", "call_sign", "imo", "ship_type", "length_m", "beam_m", "destination", "draught_dm")
VOYAGE: Final = ("destination", "draught_dm")
TYPING_MAX: Final = 2


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """What an MMSI is by its digits (ITU-R M.585): `country` is empty where the digits are given to no administration."""

    kind: NumberKind
    mid: int
    country: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one number said differently: the old value last said before `from_ms`, the new from then to `to_ms`."""

    mmsi: int
    field: str
    old: str
    new: str
    from_ms: int
    to_ms: int
    weight: Weight
    alternating: bool


def kind_of_number(mmsi: int) -> Number:
    """What a number is by its digits. Source: ITU-R M.585-9, annex 1."""
    text = f"{mmsi:09d}"
    kind: NumberKind
    if not 0 < mmsi <= 999_999_999:
        kind, mid = "none", 0
    elif text[:3] in {"970", "972", "974"}:
        kind, mid = "distress device", 0
    elif text[:2] == "98":
        kind, mid = "craft of a ship", int(text[2:5])
    elif text[:2] == "99":
        kind, mid = "aid to navigation", int(text[2:5])
    elif text[:3] == "111":
        kind, mid = "aircraft", int(text[3:6])
    elif text[:2] == "00":
        kind, mid = "coast station", int(text[2:5])
    elif text[0] == "0":
        kind, mid = "group", int(text[1:4])
    elif text[0] == "8":
        kind, mid = "handheld", int(text[1:4])
    elif text[0] in "234567":
        kind, mid = "ship", int(text[:3])
    elif text[0] == "9":
        kind, mid = "marker", 0  # no series of its own: what fishing gear is sold with
    else:
        kind, mid = "none", 0
    return Number(kind=kind, mid=mid, country=ADMINISTRATION.get(mid, ""))


def imo_holds(imo: int) -> bool:
    """Whether a seven-digit ship number has its check digit: the last of the sum of the others times 7 to 2 (IMO A.1117(30))."""
    text = f"{imo:07d}"
    return 1_000_000 <= imo <= 9_999_999 and sum(
        int(digit) * weight for digit, weight in zip(text, range(7, 1, -1), strict=False)
    ) % 10 == int(text[6])


def changes(own: Statements) -> list[Change]:
    """All changes that one number's statements show, in order of time. `own` is of one number, in order of time."""
    own = own.rows(own.part < MEMORY)
    found: list[Change] = []
    for field in FIELDS:
        said = [
            (int(first), int(last), value)
            for first, last, value in zip(own.first_ms.tolist(), own.last_ms.tolist(), texts(own, field), strict=True)
            if value
        ]
        runs: list[tuple[int, int, str]] = []
        for first, last, value in sorted(said):
            if runs and runs[-1][2] == value:
                runs[-1] = (runs[-1][0], max(runs[-1][1], last), value)
            else:
                runs.append((first, last, value))
        values = [value for _, _, value in runs]
        for before, after in itertools.pairwise(runs):
            found.append(
                Change(
                    mmsi=int(own.mmsi[0]),
                    field=field,
                    old=before[2],
                    new=after[2],
                    from_ms=after[0],
                    to_ms=after[1],
                    weight=_weight(field, before[2], after[2]),
                    alternating=values.count(before[2]) > 1 or values.count(after[2]) > 1,
                )
            )
    return sorted(found, key=lambda one: (one.from_ms, one.field))


def texts(own: Statements, field: str) -> list[str]:
    """A column as printable text, empty where nothing was said."""
    column = getattr(own, field)
    if column.dtype.kind == "S":
        return ["".join(one for one in bytes(value).decode("latin-1") if one.isprintable()).strip() for value in column]
    return [str(int(value)) if value > 0 else "" for value in np.asarray(column)]


def alike(field: str, old: str, new: str) -> bool:
    """Whether two values may be of one vessel: the same, a typing error apart, or one filling in the other."""
    return old == new or _weight(field, old, new) != "another"


def _weight(field: str, old: str, new: str) -> Weight:
    if field in VOYAGE:
        return "voyage"
    if old.startswith(new) or new.startswith(old):
        return "filled in"
    if field == "imo":
        return "another" if imo_holds(int(old)) and imo_holds(int(new)) else "typing"
    return "typing" if distance(old, new) <= TYPING_MAX else "another"


def distance(one: str, other: str) -> int:
    """How many letters must be put in, left out or replaced to make one text the other (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, against in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (letter != against))
    return row[-1]
