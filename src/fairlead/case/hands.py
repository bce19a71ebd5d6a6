"""Needs about hands: who holds a person or a thing, who signed for which side, and what passes between them (P9).

1. What has two sides carries two signatures of two people, each for the unit named and each in a role that may hold it.
2. What has one side carries that of its custodian, or of the unit that holds the person.
3. Seals, weights and numbers are compared with what stands in the record, never taken on trust. A seizure number is one of its
   party: another party's are not looked at, so none of theirs is told (P7).
"""

from __future__ import annotations

import unicodedata
from typing import Final

from fairlead.case import exhibit_acts as x
from fairlead.case import person_acts as p
from fairlead.case import vessel_acts as v
from fairlead.case.asked import Asked, signer
from fairlead.case.state import ExhibitState, PersonState

UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Pd", "Pc", "Cc", "Cf", "Mn"})  # spaces, dashes, underscores, controls, joiners


def both_sign(asked: Asked) -> str:
    """P9: two distinct people, each in a role that may hold it, each for the unit named."""
    act = asked.signed.act
    if not isinstance(act, v.HandOverCase | p.TakeCustody | p.HandOverPerson | x.Transfer):
        return "it names no two sides"
    if act.from_person == act.to_person:
        return "from and to are the same person"
    for person in (act.from_person, act.to_person):  # P9
        found = signer(asked, person)
        if found is None:
            return f"{person} has not signed it: both sides must"
        if not set(found.roles).intersection(asked.step.roles):
            return f"no role of {person} lets them hold it"
    return "" if act.person in (act.from_person, act.to_person) else f"{act.person} is neither side of it"


def to_unit_signed(asked: Asked) -> str:
    act = asked.signed.act
    if not isinstance(act, v.HandOverCase | p.HandOverPerson | x.Transfer):
        return "it names no unit to go to"
    found = signer(asked, act.to_person)
    return "" if found is not None and found.unit == act.to_unit else f"{act.to_person} did not sign for {act.to_unit}"


def same_unit(asked: Asked) -> str:
    act, concerned = asked.signed.act, asked.concerned
    found = signer(asked, act.to_person) if isinstance(act, p.TakeCustody) else None
    within = isinstance(concerned, PersonState) and found is not None and found.unit == concerned.unit
    return "" if within else "another unit takes over only by a handing over with its assurance"


def from_custodian(asked: Asked) -> str:
    act, concerned = asked.signed.act, asked.concerned
    if not isinstance(concerned, PersonState | ExhibitState):
        return "nobody has custody"
    if not isinstance(act, p.TakeCustody | p.HandOverPerson | x.Transfer) or act.from_person != concerned.custodian:
        return f"the custodian is {concerned.custodian or 'nobody'}"
    return custodian_signs(asked)


def custodian_signs(asked: Asked) -> str:
    concerned = asked.concerned
    if not isinstance(concerned, PersonState | ExhibitState) or not concerned.custodian:
        return "nobody has custody"
    found = signer(asked, concerned.custodian)
    held = found is not None and found.unit == concerned.unit
    return "" if held else f"the custodian, {concerned.custodian}, has not signed it for {concerned.unit}"


def holding_unit(asked: Asked) -> str:
    concerned, unit = asked.concerned, asked.signed.act.unit
    held_by = concerned.unit if isinstance(concerned, PersonState) else ""
    return "" if unit == held_by else f"{held_by or 'nobody'} holds the person, not {unit}"


def holding_or_adviser(asked: Asked) -> str:
    """A legal adviser, of whatever unit, may free a person, call the consul or bring them before a judge."""
    author = signer(asked, asked.signed.act.person)
    return "" if author is not None and "legal_adviser" in author.roles else holding_unit(asked)


def not_met_detained(asked: Asked) -> str:
    act = asked.signed.act
    met = isinstance(act, p.Encounter) and act.category == "detained"
    return "nobody is met as detained: record them as crew, then detain on a basis that covers persons" if met else ""


def adviser_for_minor(asked: Asked) -> str:
    concerned = asked.concerned
    if not isinstance(concerned, PersonState) or concerned.category != "minor":
        return ""
    advised = any("legal_adviser" in one.roles for one in asked.signed.signers)
    return "" if advised else "a minor is detained only when a legal adviser signs too"


def liberty_known(asked: Asked) -> str:
    act = asked.signed.act
    known = isinstance(act, p.Detain) and act.deprived_of_liberty_ms <= act.at_ms
    return "" if known else "liberty cannot have been taken later than the act that records it"


def plain_number(text: str) -> str:
    """A seizure number as it is compared: one form of each letter and digit, no case, no spaces, dashes or marks that do not show."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in folded if unicodedata.category(letter) not in UNSEEN)


def number_new(asked: Asked) -> str:
    act = asked.signed.act
    number = act.seizure_number if isinstance(act, x.Seize) else ""
    plain = plain_number(number)
    if not plain:
        return "a seizure number has a letter or a digit"
    taken = {plain_number(one.seizure_number) for one in asked.state.exhibits.values() if one.seizure_number}
    taken |= {plain_number(one) for one in asked.known.seizure_numbers}
    return f"seizure number {number} is already taken" if plain in taken else ""


def weights_sound(asked: Asked) -> str:
    act = asked.signed.act
    return "" if isinstance(act, x.Weigh) and act.net_g <= act.gross_g else "the net weight is above the gross weight"


def seal_matches(asked: Asked) -> str:
    act, concerned = asked.signed.act, asked.concerned
    same = isinstance(act, x.Transfer) and isinstance(concerned, ExhibitState) and act.seal_before == concerned.seal
    return "" if same else "the seal is not the one recorded: raise seal_broken first"


def two_signers(asked: Asked) -> str:
    return "" if len({one.person for one in asked.signed.signers}) >= 2 else "a second person must see it and sign"
