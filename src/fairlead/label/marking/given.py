"""What a carrier is given, what it says of what it loses, and the safe reading of JSON that every JSON carrier shares.

1. What becomes of a field in a carrier is one of: kept (a system that reads only this carrier can enforce it), coarser (it can enforce
   something blunter), words (the value is there, but nothing in the carrier makes a reader act on it), lost (it is not there).
2. A statement of loss is computed for one label: what the label does not have cannot be lost.
3. Some conditions of use are in no carrier at all: an order signed later, the receipt of a use, the label of what is derived.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Final, Literal, NoReturn, TypeAlias

import msgspec

from fairlead.envelope import JsonValue, encode
from fairlead.errors import BadInput
from fairlead.label.codebook import CodeBook, need
from fairlead.label.label import Label
from fairlead.label.marking.grammar import DISSEMINATION, NON_IC, Vocabulary

Fate: TypeAlias = Literal["kept", "coarser", "words", "lost"]
Fates: TypeAlias = Mapping[str, tuple[Fate, str]]

FIELDS: Final = ("originators", "level", "recipients", "purposes", "operations", "handling", "lease_s")
CONDITIONS: Final = ("expires", "suspension", "receipts", "derivation")
NOWHERE: Final[Fates] = {
    "expires": ("lost", "it does not end when the holding does"),
    "suspension": ("lost", "an order signed later does not reach it"),
    "receipts": ("lost", "what is done with it there leaves no receipt here"),
    "derivation": ("lost", "what is made from it there does not inherit the label"),
}
SPECIAL: Final = (DISSEMINATION.keys() | NON_IC.keys()) - {"FOUO", "NF", "OC"}  # what a mark says of itself is not a template's to say
TEXT_MAX: Final = 262_144
YEAR_MAX_MS: Final = 253_402_300_800_000  # 10000-01-01
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_/-]{0,95}")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Codes(msgspec.Struct, frozen=True, kw_only=True):
    """How parties and handling templates are called in marks: party -> country code, template -> control (`LES`, `PR`)."""

    vocabulary: Vocabulary
    parties: Mapping[str, str] = {}
    handling: Mapping[str, str] = {}

    def __post_init__(self) -> None:
        for code in self.parties.values():
            self.vocabulary.need(code)
        for code in self.handling.values():
            need(SPECIAL, code, what="control that a handling template can be written as", where="marks")


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """How a report was graded by the 4x4 (europol.py): a letter A, B, C or X for the source, a figure 1 to 4 for the information."""

    source: str
    information: str


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be marked: a label, the instant, the one purpose it goes out for, until when, and how its parties are called."""

    label: Label
    book: CodeBook
    at_ms: int
    purpose: str
    expires_ms: int
    codes: Codes | None = None
    evaluation: Evaluation | None = None


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """One field or condition that a system reading only this carrier cannot enforce as the label has it."""

    field: str
    fate: Fate
    why: str


def lost(label: Label, fates: Fates) -> tuple[Loss, ...]:
    """What is lost of this label in a carrier with these fates; a field nobody gave a fate is lost."""
    told = {**NOWHERE, **fates}
    found = []
    for name in (*FIELDS, *CONDITIONS):
        fate, why = told.get(name, ("lost", "the carrier has no place for it"))
        if fate != "kept" and not (name == "handling" and not label.handling):
            found.append(Loss(field=name, fate=fate, why=why))
    return tuple(found)


def plain_codes(label: Label) -> Label:
    """The label itself when every code in it is one any format can carry. Raises BadInput."""
    pairs = [code for pair in label.originators for code in pair]
    for code in (*pairs, label.level, *label.recipients, *label.purposes, *label.operations, *label.handling):
        if not _CODE.fullmatch(code):
            raise BadInput("a label has a code that carriers cannot hold", where=ascii(code[:80]), do="use lower case, digits, _ and -")
    return label


def read_json(text: str, what: str) -> Mapping[str, JsonValue]:
    """The object in this text: no floats, no null, no repeated keys, no great depth. Raises BadInput, MalformedBytes."""
    if len(text) > TEXT_MAX:
        raise BadInput(f"{what} is too long", why=f"{len(text)} characters, more than {TEXT_MAX}")
    try:
        value = json.loads(text, parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{what} is not JSON", why=str(error)[:200]) from error
    if not isinstance(value, dict):
        raise BadInput(f"{what} is not a JSON object")
    encode(value)  # what has no canonical form (null, a lone half of a character, depth) is none of ours
    return value


def same(found: Mapping[str, JsonValue], rebuilt: JsonValue, what: str) -> None:
    """Nothing may stand in a carrier that the label it names does not make. Raises BadInput."""
    if not _equal(found, rebuilt):
        raise BadInput(f"{what} does not say what its label says", why="something was added, left out or changed")


def _equal(left: object, right: object) -> bool:
    """Equal as JSON: true is not 1, a list is a list."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(_equal(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(_equal(one, other) for one, other in zip(left, right, strict=True))
    return type(left) is type(right) and left == right


def instant_text(at_ms: int) -> str:
    """`2020-06-30T02:10:00.000Z`. Raises BadInput outside the years 1970 to 9999."""
    if not 0 <= at_ms < YEAR_MAX_MS:
        raise BadInput("an instant is out of range", where=str(at_ms), do="1970 to 9999")
    return (_EPOCH + dt.timedelta(milliseconds=at_ms)).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}Z"


def instant_ms(text: object, what: str) -> int:
    """Unix milliseconds of an instant written as above. Raises BadInput."""
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        raise BadInput(f"{what} has no instant of the right form", where=ascii(str(text)[:40]), do="write 2020-06-30T02:10:00.000Z")
    try:
        return (dt.datetime.fromisoformat(text) - _EPOCH) // dt.timedelta(milliseconds=1)
    except ValueError as error:
        raise BadInput(f"{what} has no instant of the right form", where=text, why=str(error)) from error


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is not an integer")


def _once(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found
