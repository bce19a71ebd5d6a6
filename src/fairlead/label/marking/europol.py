"""Handling and evaluation codes of police exchange: Europol's 4x4 with H0 to H3, and the 3x5x2 of the United Kingdom.

Sources: Regulation (EU) 2016/794, Articles 19 and 29, and the handling codes in the Council's public "Manual on Law Enforcement
Information Exchange"; College of Policing, "Intelligence report" (3x5x2), Authorised Professional Practice.

1. H1: not in judicial proceedings without the provider, unless the label permits prosecution. H2: not to be passed on without the
   provider, always. H3: the other limits, in words. H0, no limit but the law, is never written for a label.
2. 3x5x2 has two handling codes; a label is always `C`, sharing under conditions, with the same words.
3. A report's 4x4 grade is turned into the 3x5x2 by a table that is this project's own reading. What has no grade cannot be assessed.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from fairlead.envelope import JsonValue, encode
from fairlead.errors import BadInput
from fairlead.label.codebook import need
from fairlead.label.label import Label
from fairlead.label.marking.given import Evaluation, Fates, Outgoing, plain_codes, read_json, same

WHAT: Final = "a police handling record"
WORDS_MAX: Final = 65_536
# 4x4: A no doubt, B mostly reliable, C mostly unreliable, X cannot be assessed; 1 not in doubt, 2 known personally to the source,
# 3 not known personally but corroborated, 4 neither. A report here is graded by it (report/sighting.py).
SOURCE_4: Final = ("A", "B", "C", "X")
INFORMATION_4: Final = ("1", "2", "3", "4")
UNGRADED: Final = Evaluation(source="X", information="4")
# 3x5x2: 1 reliable, 2 untested, 3 not reliable; A known directly, B indirectly but corroborated, C indirectly, D not known,
# E suspected to be false.
SOURCE_3: Final = {"A": "1", "B": "1", "C": "3", "X": "2"}
INFORMATION_5: Final = {"1": "A", "2": "A", "3": "B", "4": "D"}
FATES: Final[Fates] = {
    "originators": ("coarser", "H2 asks the provider, who may not be every originator"),
    "level": ("lost", "the codes are no classification"),
    "recipients": ("words", "named in words"),
    "purposes": ("coarser", "H1 keeps out of court what is not for prosecution; the rest is in words"),
    "operations": ("words", "named in words"),
    "handling": ("words", "named in words"),
    "lease_s": ("lost", "the codes do not end"),
}


class Record4x4(msgspec.Struct, frozen=True, kw_only=True):
    """Two evaluation codes and the handling codes."""

    source: Literal["A", "B", "C", "X"]
    information: Literal["1", "2", "3", "4"]
    handling: tuple[Literal["H1", "H2", "H3"], ...]
    conditions: Annotated[str, msgspec.Meta(min_length=1, max_length=WORDS_MAX)]


class Record3x5x2(msgspec.Struct, frozen=True, kw_only=True):
    """Two evaluation codes and the handling code."""

    source: Literal["1", "2", "3"]
    information: Literal["A", "B", "C", "D", "E"]
    handling: Literal["C"]
    conditions: Annotated[str, msgspec.Meta(min_length=1, max_length=WORDS_MAX)]


class Police(msgspec.Struct, frozen=True, kw_only=True):
    """The same holding under both schemes."""

    four: Record4x4
    three: Record3x5x2


def conditions_of(label: Label) -> str:
    """The limits that no code has, in words."""
    parts = [
        f"originators {', '.join(sorted({party for party, _ in label.originators}))}",
        f"only for {', '.join(label.recipients) or 'nobody'}",
        f"only for the purposes {', '.join(label.purposes) or 'none'}",
        f"only inside {', '.join(label.operations) or 'no operation'}",
        *([f"obligations {', '.join(label.handling)}"] if label.handling else []),
    ]
    return "; ".join(parts)


def carried(out: Outgoing) -> Police:
    """The codes of this label, and of its report's grade when it has one. Raises UnknownCode, BadInput."""
    label, grade = plain_codes(out.label), out.evaluation or UNGRADED
    need(SOURCE_4, grade.source, what="grade of a source", where="4x4")
    need(INFORMATION_4, grade.information, what="grade of information", where="4x4")
    words = conditions_of(label)
    if len(words) > WORDS_MAX:
        raise BadInput(f"{WHAT} would be too long", why=f"{len(words)} characters of conditions")
    handling: tuple[Literal["H1", "H2", "H3"], ...] = ("H2", "H3") if "prosecution" in label.purposes else ("H1", "H2", "H3")
    return Police(
        four=Record4x4(
            source=grade.source,  # type: ignore[arg-type]  # checked above
            information=grade.information,  # type: ignore[arg-type]
            handling=handling,
            conditions=words,
        ),
        three=Record3x5x2(
            source=SOURCE_3[grade.source],  # type: ignore[arg-type]
            information=INFORMATION_5[grade.information],  # type: ignore[arg-type]
            handling="C",
            conditions=words,
        ),
    )


def _value(one: Police) -> dict[str, JsonValue]:
    four: JsonValue = msgspec.to_builtins(one.four)
    three: JsonValue = msgspec.to_builtins(one.three)
    return {"4x4": four, "3x5x2": three}


def write(one: Police) -> str:
    """Both records, as canonical JSON."""
    return encode(_value(one)).decode("utf-8")


def parse(text: str) -> Police:
    """Both records. Raises BadInput."""
    value = read_json(text, WHAT)
    try:
        one = msgspec.convert({"four": value.get("4x4", {}), "three": value.get("3x5x2", {})}, Police)
    except msgspec.ValidationError as error:
        raise BadInput(f"{WHAT} has a code that is none of theirs", why=str(error)[:200]) from error
    listed = one.four.handling
    if list(listed) != sorted(set(listed)) or "H2" not in listed or "H3" not in listed:
        raise BadInput(f"{WHAT} has handling codes out of order, or leaves out one a label always has", where=" ".join(listed))
    if one.four.conditions != one.three.conditions:
        raise BadInput(f"{WHAT} says other conditions under each scheme")
    same(value, _value(one), WHAT)
    return one
