"""The public grammar of classification marks as values: levels, owners, foreign government information, dissemination controls.

Sources: ODNI, "Intelligence Community Authorized Classification and Control Markings: Register and Manual" (CAPCO, public versions 5.1
to 6.0), sections A (formatting), B (portions and banners), G (register); ISM vocabularies of the same office for the order of codes.
What this vocabulary does not have (compartments, special access, atomic energy) is refused, never skipped.

1. `make_mark` is the only way to a Mark: it orders every list and refuses what the grammar does not allow.
2. The own country is an argument. It is written first in REL TO, never in FGI, and not at all as the sole owner.
3. Countries stand in vocabulary order: as the vocabulary lists them, or else three letters before longer codes, by the alphabet.
4. ORCON is not legal on what is unclassified. Originator control of such holdings is a field of its own (national.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from fairlead.errors import BadInput, UnknownCode

LEVELS: Final = ("U", "R", "C", "S", "TS")
LEVEL_WORDS: Final[Mapping[str, str]] = {
    "U": "UNCLASSIFIED",
    "R": "RESTRICTED",
    "C": "CONFIDENTIAL",
    "S": "SECRET",
    "TS": "TOP SECRET",
}
# Portion form -> banner form, in the order of the register. REL TO comes after these.
DISSEMINATION: Final[Mapping[str, str]] = {"FOUO": "FOUO", "OC": "ORCON", "NF": "NOFORN", "PR": "PROPIN"}
NON_IC: Final[Mapping[str, str]] = {"DS": "LIMDIS", "LES": "LES", "SBU": "SBU"}
CONCEALED: Final = "FGI"  # foreign government information whose source is not told
COUNTRIES_MAX: Final = 64
_CODE: Final = re.compile(r"[A-Z]{3}|[A-Z][A-Z0-9]{3,7}")
_RESERVED: Final = frozenset(
    {CONCEALED, "JOINT", "REL", "TOP", *LEVEL_WORDS.values(), *DISSEMINATION.values(), *NON_IC.values(), *NON_IC}
)


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """Whose marks these are, and which countries and groups may stand in them; no countries listed: any code of the right form."""

    own: str
    countries: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = {}  # a longer code -> the countries it stands for

    def __post_init__(self) -> None:
        for code in (self.own, *self.countries, *self.groups, *(one for members in self.groups.values() for one in members)):
            if not _CODE.fullmatch(code) or code in _RESERVED:
                raise BadInput("this is not a country code", where=code[:40], do="write three letters, or four to eight for a group")
        for group, members in self.groups.items():
            for member in members:
                if member in self.groups or self.need(member) == group:
                    raise BadInput("a group holds a group", where=group, do="list its countries")

    def need(self, code: str) -> str:
        """The code itself. Raises UnknownCode when no such country or group is in the vocabulary."""
        known = not self.countries or code in self.countries or code in self.groups or code == self.own
        if not known or not _CODE.fullmatch(code) or code in _RESERVED:
            raise UnknownCode("no such country or group in marks", where=code[:40], do="write its code as the vocabulary has it")
        return code

    def in_order(self, codes: Iterable[str]) -> tuple[str, ...]:
        """The codes without repeats, as the vocabulary lists them."""
        place = {code: index for index, code in enumerate(self.countries)}
        return tuple(sorted(set(codes), key=lambda code: (place.get(code, len(place)), len(code) > 3, code)))

    def own_first(self, codes: Iterable[str]) -> tuple[str, ...]:
        """The codes without repeats: the own country, then vocabulary order."""
        ordered = self.in_order(codes)
        return tuple(sorted(ordered, key=lambda code: code != self.own))

    def members(self, codes: Iterable[str]) -> frozenset[str]:
        """The codes with every group replaced by its countries."""
        return frozenset(member for code in codes for member in self.groups.get(code, (code,)))


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One mark, of a banner or of a portion: the same value, two spellings (banner.py). Codes are in portion form."""

    level: str
    owners: tuple[str, ...] = ()  # none: the own country; one: foreign; more: JOINT
    fgi: tuple[str, ...] = ()  # other governments' information within
    dissemination: tuple[str, ...] = ()
    rel_to: tuple[str, ...] = ()
    non_ic: tuple[str, ...] = ()

    @property
    def classified(self) -> bool:
        return self.level != "U"


def make_mark(
    vocabulary: Vocabulary,
    *,
    level: str,
    owners: Iterable[str] = (),
    fgi: Iterable[str] = (),
    dissemination: Iterable[str] = (),
    rel_to: Iterable[str] = (),
    non_ic: Iterable[str] = (),
) -> Mark:
    """A legal mark, its lists in order. Raises UnknownCode, BadInput."""
    _known(LEVELS, [level], "level")
    mark = Mark(
        level=level,
        owners=vocabulary.in_order(_countries(vocabulary, owners)),
        fgi=vocabulary.in_order(_countries(vocabulary, fgi)),
        dissemination=_known(DISSEMINATION, dissemination, "dissemination control"),
        rel_to=vocabulary.own_first(_countries(vocabulary, rel_to, concealed="")),
        non_ic=_known(NON_IC, non_ic, "control"),
    )
    _owned_legally(vocabulary, mark)
    _disseminated_legally(vocabulary, mark)
    return mark


def _countries(vocabulary: Vocabulary, codes: Iterable[str], concealed: str = CONCEALED) -> tuple[str, ...]:
    listed = tuple(codes)
    if len(listed) > COUNTRIES_MAX:
        raise BadInput("a mark lists too many countries", why=f"{len(listed)}, more than {COUNTRIES_MAX}")
    if concealed and concealed in listed:
        return (concealed,)  # told once that the source is concealed, no other may be told
    return tuple(vocabulary.need(code) for code in listed)


def _known(order: Iterable[str], codes: Iterable[str], what: str) -> tuple[str, ...]:
    ordered, given = tuple(order), set(codes)
    for code in sorted(given - set(ordered)):
        raise UnknownCode(f"no such {what} in marks", where=code[:40], do=f"known: {', '.join(ordered)}")
    return tuple(code for code in ordered if code in given)


def _owned_legally(vocabulary: Vocabulary, mark: Mark) -> None:
    own = vocabulary.own
    if not mark.owners and mark.level == "R":
        raise BadInput("the own country has no level RESTRICTED in marks", do="mark it CONFIDENTIAL, or name the foreign owner")
    if mark.owners == (own,):
        raise BadInput("the own country is not written as the sole owner of a mark", where=own, do="leave the owner out")
    if len(mark.owners) > 1 and own not in mark.owners:
        raise BadInput("a JOINT mark does not name the own country", where=" ".join(mark.owners), do=f"add {own}")
    if mark.fgi and mark.owners:
        raise BadInput("FGI stands in marks of the own country only", where=" ".join(mark.owners), do="leave FGI out")
    if mark.fgi and not mark.classified:
        raise BadInput("FGI stands on classified marks only", do="leave FGI out")
    if own in mark.fgi:
        raise BadInput("the own country is not foreign", where=own, do="leave it out of FGI")


def _disseminated_legally(vocabulary: Vocabulary, mark: Mark) -> None:
    if "OC" in mark.dissemination and not mark.classified:
        raise BadInput("ORCON is not legal on what is unclassified", do="say originator control in a field of its own")
    if "FOUO" in mark.dissemination and (mark.classified or mark.owners):
        raise BadInput("FOUO stands on unclassified marks of the own country only", do="leave it out")
    if "NF" in mark.dissemination and mark.rel_to:
        raise BadInput("NOFORN and REL TO exclude each other", do="write one of them")
    if "NF" in mark.dissemination and len(mark.owners) > 1:
        raise BadInput("NOFORN is not legal on a JOINT mark", do="leave it out")
    if mark.rel_to:
        released = vocabulary.members(mark.rel_to) | {CONCEALED}
        missing = [code for code in mark.owners if code not in released]
        if missing or vocabulary.own not in mark.rel_to:
            raise BadInput("REL TO leaves out the own country or an owner", where=", ".join(missing or [vocabulary.own]), do="list it")
        if len(mark.rel_to) < 2:
            raise BadInput("REL TO names nobody but the own country", do="write NOFORN, or nothing")
