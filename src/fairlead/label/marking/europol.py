"""Handling and evaluation codes of police exchange: Europol's 4x4 with H0 to H3, and the 3x5x2 of the United Kingdom.

Sources: Regulation (EU) 2016/794, Articles 19 and 29, and the handling codes in the Council's public "Manual on Law Enforcement
Information Exchange"; College of Policing, "Intelligence report" (3x5x2), Authorised Professional Practice.

1. H1: not in judicial proceedings without the provider, unless the label permits prosecution. H2: not to be passed on without the
   provider, always. H3: the other limits, in words. H0, no limit but the law, is never written for a label.
2. 3x5x2 has two handling codes; a label is always `C`, sharing under conditions, with the same words.
3. The grading of a report by letter and figure is turned into each scheme by a table that is this project's own reading; what a grade
   does not say (whether the source knew it at first hand) is put down as not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

from fairlead.envelope import JsonValue, encode
from fairlead.errors import BadInput, UnknownCode
from fairlead.label.label import Label
from fairlead.label.marking.given import Evaluation, Fates, Outgoing, plain_codes, read_json, same

WHAT: Final = "a police handling record"
WORDS_MAX: Final = 65_536
# 4x4: A no doubt, B mostly reliable, C mostly unreliable, X cannot be assessed; 1 not in doubt, 2 known personally to the source,
# 3 not known personally but corroborated, 4 neither.
SOURCE_4: Final = {"A": "A", "B": "B", "C": "B", "D": "C", "E": "C", "F": "X"}
INFORMATION_4: Final = {"1": "3", "2": "4", "3": "4", "4": "4", "5": "4", "6": "4"}
# 3x5x2: 1 reliable, 2 untested, 3 not reliable; A known directly, B indirectly but corroborated, C indirectly, D not known,
# E suspected to be false.
SOURCE_3: Final = {"A": "1", "B": "1", "C": "2", "D": "3", "E": "3", "F": "2"}
INFORMATION_5: Final = {"1": "B", "2": "D", "3": "D", "4": "D", "5": "E", "6": "D"}
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
    label, grade = plain_codes(out.label), out.evaluation or Evaluation(source="F", information="6")
    words = conditions_of(label)
    if len(words) > WORDS_MAX:
        raise BadInput(f"{WHAT} would be too long", why=f"{len(words)} characters of conditions")
    handling: tuple[Literal["H1", "H2", "H3"], ...] = ("H2", "H3") if "prosecution" in label.purposes else ("H1", "H2", "H3")
    return Police(
        four=Record4x4(
            source=_graded(SOURCE_4, grade.source),  # type: ignore[arg-type]
            information=_graded(INFORMATION_4, grade.information),  # type: ignore[arg-type]
            handling=handling,
            conditions=words,
        ),
        three=Record3x5x2(
            source=_graded(SOURCE_3, grade.source),  # type: ignore[arg-type]
            information=_graded(INFORMATION_5, grade.information),  # type: ignore[arg-type]
            handling="C",
            conditions=words,
        ),
    )


def _graded(table: Mapping[str, str], grade: str) -> str:
    if grade not in table:
        raise UnknownCode("no such grade", where=ascii(grade[:20]), do="a letter A to F and a figure 1 to 6")
    return table[grade]


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
