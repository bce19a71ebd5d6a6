"""A label as a national mark, and back as far as it goes.

Source of the grammar as in grammar.py. A label is written by somebody of the own country, who may read it.
1. Levels: open, restricted, confidential, secret become UNCLASSIFIED, RESTRICTED, CONFIDENTIAL, SECRET; where the grammar has no
   RESTRICTED (the own country's marks) it is rounded up, never down.
2. Holdings of one other party are foreign marks; of several parties, the own country's with FGI.
3. Originator control is a field of its own, beside the mark: it says whose word is needed, whatever the level. ORCON is one rendering
   of it, on classified marks only.
4. Units become countries, so a mark releases to more than the label does: what is lost is said (`loss`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from fairlead.errors import BadInput, UnknownCode
from fairlead.label.codebook import need
from fairlead.label.level import Level
from fairlead.label.marking.banner import parse_banner, render_banner
from fairlead.label.marking.given import Codes, Fates, Loss, Outgoing, lost
from fairlead.label.marking.grammar import DISSEMINATION, Mark, Vocabulary, make_mark

CONTROL_LINE: Final = "ORIGINATOR CONTROL: "
LEVEL_OF: Final = {"open": "U", "restricted": "R", "confidential": "C", "secret": "S"}
FATES: Final[Fates] = {
    "originators": ("words", "ORCON and the line beneath name countries, not which kinds of source each controls"),
    "level": ("kept", ""),
    "recipients": ("coarser", "REL TO releases to countries, the label to units"),
    "purposes": ("lost", "a mark has no purposes"),
    "operations": ("lost", "a mark has no operations"),
    "handling": ("lost", "a mark has no such obligations"),
    "lease_s": ("lost", "a mark does not end"),
}


class NationalMark(msgspec.Struct, frozen=True, kw_only=True):
    """A mark, and the countries whose control it is under."""

    mark: Mark
    control: tuple[str, ...]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a national mark still says of a label: the level at least, whose it is, which parties may have it (none told: empty)."""

    level: Level
    originators: tuple[str, ...]
    recipients: tuple[str, ...]


def national_mark(out: Outgoing) -> NationalMark:
    """The mark of this label. Raises UnknownCode for a party without a code, BadInput when the own country may not read it."""
    codes = out.codes
    if codes is None:
        raise UnknownCode("no codes of countries are given", do="say which party is called what in marks")
    own = codes.vocabulary.own
    origins = {_country(codes, party) for party, _ in out.label.originators}
    owners = tuple(origins) if len(origins) == 1 and own not in origins else ()
    readers = {_country(codes, need_unit(out, unit)) for unit in out.label.recipients}
    if readers and own not in readers:
        raise BadInput("the own country is not among those it is released to", where=own, do="let somebody who may read it mark it")
    level = LEVEL_OF[out.label.level]
    if level == "R" and not owners:
        level = "C"
    others = readers - {own}
    special = {codes.handling[code] for code in out.label.handling if code in codes.handling}
    controls = (special & DISSEMINATION.keys()) | (set() if others else {"NF"}) | (set() if level == "U" else {"OC"})
    mark = make_mark(
        codes.vocabulary,
        level=level,
        owners=owners,
        fgi=() if owners or level == "U" else origins - {own},
        dissemination=controls,
        rel_to={own, *owners, *others} if others else (),
        non_ic=special - DISSEMINATION.keys(),
    )
    return NationalMark(mark=mark, control=codes.vocabulary.in_order(origins))


def need_unit(out: Outgoing, unit: str) -> str:
    """The party of a unit. Raises UnknownCode."""
    need(out.book.units, unit, what="unit", where="label")
    return out.book.units[unit].party


def terms_of(national: NationalMark, codes: Codes) -> Terms:
    """Back from a mark, as far as it goes: silent about units, purposes, operations and obligations. Raises UnknownCode."""
    if national.mark.level == "TS":
        raise UnknownCode("no label has so high a level", where="TOP SECRET", do="keep it out of this system")
    level = next(name for name, code in LEVEL_OF.items() if code == national.mark.level)
    return Terms(
        level=Level(level),
        originators=_parties(codes, national.control),
        recipients=_parties(codes, codes.vocabulary.members(national.mark.rel_to)),
    )


def write(national: NationalMark) -> str:
    """Two lines: the banner, and originator control."""
    return f"{render_banner(national.mark)}\n{CONTROL_LINE}{' '.join(national.control)}\n"


def parse(text: str, vocabulary: Vocabulary) -> NationalMark:
    """The mark and its control. Raises BadInput, UnknownCode."""
    lines = text.split("\n")
    if len(lines) != 3 or lines[2] or not lines[1].startswith(CONTROL_LINE):
        raise BadInput("a marked head is not of two lines", do=f"write the banner, then {CONTROL_LINE.strip()} and the countries")
    mark = parse_banner(lines[0], vocabulary)
    listed = lines[1][len(CONTROL_LINE) :].split(" ")
    control = vocabulary.in_order(vocabulary.need(code) for code in listed)
    if list(control) != listed:
        raise BadInput("a line of originator control is not in order", where=lines[1][:200], do=f"write {' '.join(control)}")
    return NationalMark(mark=mark, control=control)


def loss(out: Outgoing) -> tuple[Loss, ...]:
    """What a reader of the mark alone cannot enforce of this label."""
    fates = dict(FATES)
    codes = out.codes
    if codes is not None:
        mark = national_mark(out).mark
        if mark.level != LEVEL_OF[out.label.level]:
            fates["level"] = ("coarser", "the own country has no level RESTRICTED: it is written CONFIDENTIAL")
        if not mark.classified:
            fates["originators"] = ("words", "ORCON is not legal on what is unclassified; only the line beneath says whose it is")
        if out.label.handling and all(code in codes.handling for code in out.label.handling):
            fates["handling"] = ("coarser", "a control of the register stands for it")
    return lost(out.label, fates)


def _country(codes: Codes, party: str) -> str:
    need(codes.parties, party, what="country code for party", where="marks")
    return codes.vocabulary.need(codes.parties[party])


def _parties(codes: Codes, countries: Iterable[str]) -> tuple[str, ...]:
    """Every party of those countries."""
    wanted = {need(codes.parties.values(), code, what="country code of a party", where="marks") for code in countries}
    return tuple(sorted(party for party, code in codes.parties.items() if code in wanted))
