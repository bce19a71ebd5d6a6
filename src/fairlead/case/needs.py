"""What a step needs, each under one key: a function that says nothing when it holds, or in words why it does not (P8, P9).

1. STATE_NEEDS look only at the case, the one concerned and the instant, so they also tell which steps are lawful next.
2. ACT_NEEDS look at the act, who signed it, and what this room was told of the world.
3. REMEDIES name the steps by which somebody can lawfully get to where a need holds.
4. A need that cannot be judged does not hold: the caller turns any error into a refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.case import exhibit_acts as x
from fairlead.case import person_acts as p
from fairlead.case import vessel_acts as v
from fairlead.case.act import Signer
from fairlead.case.acts import SignedAct
from fairlead.case.state import CaseState, ExhibitState, Known, PersonState
from fairlead.case.steps import Step
from fairlead.case.tables import ABOARD, EARLY, PEOPLE_SETTLED, THINGS_SETTLED

Concerned: TypeAlias = CaseState | PersonState | ExhibitState | None
StateNeed: TypeAlias = Callable[[CaseState, Concerned, int], str]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One proposal as the needs see it: the case, the one concerned (none when new), the act, the row, the world."""

    state: CaseState
    concerned: Concerned
    signed: SignedAct
    step: Step
    known: Known


ActNeed: TypeAlias = Callable[[Asked], str]


# ---- what looks only at the state and the instant


def has_basis(state: CaseState, concerned: Concerned, at_ms: int) -> str:
    return "" if state.basis else "no legal basis was ever signed"


def basis_valid(state: CaseState, concerned: Concerned, at_ms: int) -> str:
    """P8: red line 7."""
    basis = state.basis
    if basis is None:
        return "no legal basis is signed"
    if basis.void:
        return f"the legal basis no longer stands: {basis.void}"
    return "" if basis.stands(at_ms) else "the legal basis has expired, or is not yet valid"


def _covers(what: Literal["vessel", "cargo", "persons"]) -> StateNeed:
    def need(state: CaseState, concerned: Concerned, at_ms: int) -> str:
        basis = state.basis
        covered = basis is not None and getattr(basis.scope, what) == "covered"
        return "" if covered else f"the legal basis does not cover {what}"

    return need


def vessel_boarded(state: CaseState, concerned: Concerned, at_ms: int) -> str:
    aboard = state.state in ABOARD and 0 < state.boarded_ms <= at_ms
    return "" if aboard else "the vessel is not boarded, or the case is past that"


def contact_made(state: CaseState, concerned: Concerned, at_ms: int) -> str:
    return "" if state.state not in EARLY else "nobody can have been met yet"


def may_be_detained(state: CaseState, concerned: Concerned, at_ms: int) -> str:
    """P8: red line 9, a rescued person or survivor is never defaulted to suspect."""
    category = concerned.category if isinstance(concerned, PersonState) else "unknown"
    return "" if category in ("crew", "minor") else f"a person met as {category} cannot be detained"


def all_accounted(state: CaseState, concerned: Concerned, at_ms: int) -> str:
    left = [one.subject for one in state.people.values() if one.state not in PEOPLE_SETTLED]
    left += [one.exhibit for one in state.exhibits.values() if one.state not in THINGS_SETTLED]
    return f"not yet accounted for: {', '.join(sorted(left))}" if left else ""


STATE_NEEDS: Final[dict[str, StateNeed]] = {
    "has_basis": has_basis,
    "basis_valid": basis_valid,
    "covers_vessel": _covers("vessel"),
    "covers_cargo": _covers("cargo"),
    "covers_persons": _covers("persons"),
    "vessel_boarded": vessel_boarded,
    "contact_made": contact_made,
    "may_be_detained": may_be_detained,
    "all_accounted": all_accounted,
}

# ---- what looks at the act and its signers


def signer(asked: Asked, person: str) -> Signer | None:
    """The signature of this person over the act, if there is one."""
    return next((one for one in asked.signed.signers if one.person == person), None)


def in_time(asked: Asked) -> str:
    concerned = asked.concerned
    last_ms = concerned.last_ms if concerned is not None else 0
    return "" if asked.signed.act.at_ms >= last_ms else "it is dated before the act it follows"


def adviser_signed(asked: Asked) -> str:
    act = asked.signed.act
    if not isinstance(act, v.SignBasis | v.LegalReview):
        return "it names no legal adviser"
    found = signer(asked, act.adviser)
    if found is None or "legal_adviser" not in found.roles:
        return f"{act.adviser} has not signed it as legal adviser"
    return "" if act.adviser == act.person else f"{act.adviser} is named but {act.person} is its author"


def adviser_not_seeker(asked: Asked) -> str:
    act = asked.signed.act
    seeking = isinstance(act, v.SignBasis) and act.adviser == asked.state.seeking
    return "who seeks a basis cannot sign it" if seeking else ""


def basis_ahead(asked: Asked) -> str:
    act = asked.signed.act
    ahead = isinstance(act, v.SignBasis) and act.valid_until_ms > act.at_ms
    return "" if ahead else "the legal basis ends before it begins"


def grounds_stand(asked: Asked) -> str:
    act = asked.signed.act
    leads = act.leads if isinstance(act, v.SeekBasis | v.SignBasis) else ()
    gone = asked.state.withdrawn_leads.intersection(leads)
    return f"{len(gone)} of the leads it rests on were withdrawn by their originator" if gone else ""


def cites_basis(asked: Asked) -> str:
    act, basis = asked.signed.act, asked.state.basis
    cited = act.basis if isinstance(act, v.Board | p.Detain | x.Seize) else ""
    return "" if basis is not None and cited == basis.digest else "it does not cite the legal basis in force"


def enforcement_unit(asked: Asked) -> str:
    act = asked.signed.act
    unit = act.to_unit if isinstance(act, v.HandOff) else ""
    return "" if unit in asked.known.enforcement_units else f"{unit} is not a unit of law enforcement"


def unit_handed_to(asked: Asked) -> str:
    unit, to = asked.signed.act.unit, asked.state.handed_to
    return "" if unit == to else f"the case was not handed to {unit}"


def cites_own_leads(asked: Asked) -> str:
    act = asked.signed.act
    own = isinstance(act, v.GroundsWithdrawn) and set(act.leads) <= set(asked.state.leads)
    return "" if own else "it cites a lead that this case does not rest on"


def cites_order(asked: Asked) -> str:
    act = asked.signed.act
    known = isinstance(act, v.GroundsRestored) and any(one.order == act.order for one in asked.state.withdrawn)
    return "" if known else "no order of that digest reached this case"


def cites_act(asked: Asked) -> str:
    act = asked.signed.act
    return "" if isinstance(act, v.Correct) and act.of in asked.state.digests else "no act of that digest is in this case"


def both_sign(asked: Asked) -> str:
    """P9: two distinct people, each in a role that may hold it, each for the unit named."""
    act = asked.signed.act
    if not isinstance(act, v.HandOverCase | p.TakeCustody | p.HandOverPerson | x.Transfer):
        return "it names no two sides"
    if act.from_person == act.to_person:
        return "from and to are the same person"
    for person in (act.from_person, act.to_person):
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


def number_new(asked: Asked) -> str:
    act = asked.signed.act
    number = act.seizure_number if isinstance(act, x.Seize) else ""
    own = {one.seizure_number for one in asked.state.exhibits.values()}
    return f"seizure number {number} is already taken" if not number or number in own | asked.known.seizure_numbers else ""


def weights_sound(asked: Asked) -> str:
    act = asked.signed.act
    return "" if isinstance(act, x.Weigh) and act.net_g <= act.gross_g else "the net weight is above the gross weight"


def seal_matches(asked: Asked) -> str:
    act, concerned = asked.signed.act, asked.concerned
    same = isinstance(act, x.Transfer) and isinstance(concerned, ExhibitState) and act.seal_before == concerned.seal
    return "" if same else "the seal is not the one recorded: raise seal_broken first"


def two_signers(asked: Asked) -> str:
    return "" if len({one.person for one in asked.signed.signers}) >= 2 else "a second person must see it and sign"


ACT_NEEDS: Final[dict[str, ActNeed]] = {
    need.__name__: need
    for need in (
        in_time,
        adviser_signed,
        adviser_not_seeker,
        basis_ahead,
        grounds_stand,
        cites_basis,
        enforcement_unit,
        unit_handed_to,
        cites_own_leads,
        cites_order,
        cites_act,
        both_sign,
        to_unit_signed,
        same_unit,
        from_custodian,
        custodian_signs,
        holding_unit,
        holding_or_adviser,
        not_met_detained,
        adviser_for_minor,
        liberty_known,
        number_new,
        weights_sound,
        seal_matches,
        two_signers,
    )
}

# The steps of the case that lead to where a need holds.
REMEDIES: Final[dict[str, tuple[str, ...]]] = {
    "basis_valid": ("seek_basis", "sign_basis", "renew_basis"),
    "covers_vessel": ("renew_basis",),
    "covers_cargo": ("renew_basis",),
    "covers_persons": ("renew_basis",),
    "unit_handed_to": ("hand_off",),
    "vessel_boarded": ("board",),
}
