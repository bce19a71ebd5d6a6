"""A feared use in words, compiled to a *proposed* selector: something to edit and sign, never signed by anything here.

1. The table is closed: words of the trade to axes, names and codes of the coalition to what they name. Nothing is guessed.
2. A word that names an excluded use selects no purpose, because nobody can be granted one. What it fears is that something given for
   a lawful end serves it; so the proposal stops, for every purpose, the units the words name, or else every unit below the ceiling.
3. Words that selected nothing are said, so that nobody signs an order believing that they count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from fairlead.agreement.gate import below_ceiling
from fairlead.label import EXCLUDED_USES, PURPOSES, CodeBook

# A word, or the words of a phrase, to the axis and codes they propose. `excluded` selects readers, never a purpose.
TABLE: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "targeting": ("excluded", ("use_of_force_targeting",)),
    "strike": ("excluded", ("use_of_force_targeting",)),
    "strikes": ("excluded", ("use_of_force_targeting",)),
    "weapon": ("excluded", ("use_of_force_targeting",)),
    "weapons": ("excluded", ("use_of_force_targeting",)),
    "detention without process": ("excluded", ("detention_without_legal_process",)),
    "detention without legal process": ("excluded", ("detention_without_legal_process",)),
    "torture": ("excluded", ("mistreatment_or_rendition",)),
    "mistreatment": ("excluded", ("mistreatment_or_rendition",)),
    "rendition": ("excluded", ("mistreatment_or_rendition",)),
    "persecution": ("excluded", ("persecution",)),
    "commercial": ("excluded", ("commercial",)),
    "sale": ("excluded", ("commercial",)),
    "boarding": ("purposes", ("interdiction",)),
    "boardings": ("purposes", ("interdiction",)),
    "stopping": ("purposes", ("interdiction",)),
    "tracking": ("purposes", ("detection_and_monitoring",)),
    "detection and monitoring": ("purposes", ("detection_and_monitoring",)),
    "monitoring": ("purposes", ("detection_and_monitoring",)),
    "surveillance": ("purposes", ("detection_and_monitoring",)),
    "custody": ("purposes", ("custody_and_transfer",)),
    "transfer": ("purposes", ("custody_and_transfer",)),
    "handover": ("purposes", ("custody_and_transfer",)),
    "trial": ("purposes", ("prosecution",)),
    "court": ("purposes", ("prosecution",)),
    "investigation": ("purposes", ("criminal_investigation",)),
    "seizure of assets": ("purposes", ("asset_recovery",)),
    "fisheries": ("purposes", ("fisheries_control",)),
    "customs": ("purposes", ("customs_border",)),
    "immigration": ("purposes", ("customs_border",)),
}
_SMALL: Final = frozenset(
    {"the", "a", "an", "by", "of", "for", "in", "and", "or", "use", "any", "to", "with", "at", "our", "unit", "units"}
)
_WORD: Final = re.compile(r"[a-z0-9][a-z0-9_'-]*")


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A selector to edit, and what was made of each part of the words."""

    partners: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()


def propose(text: str, book: CodeBook, originator: str) -> Proposal:
    """What these words propose that `originator` order. Changes nothing, and signs nothing."""
    found: dict[str, set[str]] = {"partners": set(), "units": set(), "purposes": set(), "operations": set(), "categories": set()}
    because: list[str] = []
    feared = False
    rest = _plain(text)
    for phrase, axis, codes in sorted(_phrases(book, originator), key=lambda one: (-len(one[0].split()), -len(one[0]), one[0])):
        if f" {phrase} " not in f" {rest} ":
            continue
        rest = " ".join(f" {rest} ".replace(f" {phrase} ", " ").split())
        if axis == "excluded":
            feared = True
            because.append(
                f"{phrase}: {', '.join(codes)} is an excluded use, which nobody can be granted; stop the units it is feared of"
            )
        else:
            found[axis].update(codes)
            because.append(f"{phrase}: {axis} {', '.join(codes)}")
    if feared and not found["units"] and not found["partners"]:
        below = [code for code, unit in book.units.items() if unit.party != originator and below_ceiling(book, code)]
        found["units"].update(below)
        because.append("no unit is named: every unit whose regime or command is not law enforcement, rescue or oversight")
    if found["units"]:
        found["partners"].clear()  # a unit named says more than its party
    return Proposal(
        **{axis: tuple(sorted(codes)) for axis, codes in found.items()},
        because=tuple(because),
        not_understood=tuple(dict.fromkeys(word for word in rest.split() if word not in _SMALL)),
    )


def _phrases(book: CodeBook, originator: str) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    """Every phrase that means something here: the table, and codes and names of the coalition."""
    for phrase, (axis, codes) in TABLE.items():
        yield phrase, axis, _monitoring(codes) if axis == "purposes" else codes
    for use in EXCLUDED_USES:
        yield _plain(use), "excluded", (use,)
    for purpose in PURPOSES:
        if "/" not in purpose:
            yield _plain(purpose), "purposes", _monitoring((purpose,))
    for code, unit in book.units.items():
        if unit.party != originator:
            yield from ((phrase, "units", (code,)) for phrase in _names(code, unit.name))
    for code, party in book.parties.items():
        if code != originator:
            yield from ((phrase, "partners", (code,)) for phrase in _names(code, party.name))
    for code, operation in book.operations.items():
        yield from ((phrase, "operations", (code,)) for phrase in _names(code, operation.name))
    for code in book.categories:
        yield from ((phrase, "categories", (code,)) for phrase in _names(code, code))


def _names(code: str, name: str) -> set[str]:
    """How a text may name it: its code, its name, either without "the", and a code's first word before "group", "unit" or "cell"."""
    plain = {_plain(code), _plain(name), _plain(name).removeprefix("the ")}
    first, _, last = code.rpartition("-")
    if first and last in ("group", "unit", "cell", "team"):
        plain |= {_plain(first), f"{_plain(first)} unit"}
    else:
        plain.add(f"{_plain(code)} unit")
    return {one for one in plain if one}


def _monitoring(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Detection and monitoring names the end it serves: all of its leaves."""
    if codes != ("detection_and_monitoring",):
        return codes
    return tuple(sorted(one for one in PURPOSES if one.startswith("detection_and_monitoring/")))


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold().replace("_", " ").replace("-", " ")))
