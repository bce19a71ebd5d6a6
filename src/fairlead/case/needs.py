"""What a step needs, each under one key: a function that says nothing when it holds, or in words why it does not (P8, P9).

1. STATE_NEEDS look only at the case, the one concerned and the instant, so they also tell which steps are lawful next.
2. ACT_NEEDS look at the act, who signed it, and what this room was told of the world.
3. REMEDIES name the steps by which somebody can lawfully get to where a need holds.
4. A need that cannot be judged does not hold: the caller turns any error into a refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from fairlead.case import exhibit_acts as x
from fairlead.case import hands
from fairlead.case import person_acts as p
from fairlead.case import vessel_acts as v
from fairlead.case.asked import Asked, Concerned, signer
from fairlead.case.state import CaseState, PersonState
from fairlead.case.tables import ABOARD, EARLY, PEOPLE_SETTLED, THINGS_SETTLED

StateNeed: TypeAlias = Callable[[CaseState, Concerned, int], str]
ActNeed: TypeAlias = Callable[[Asked], str]


# ---- what looks only at the state and the instant


def has_basis(state: CaseState, concerned: Concerned, at_ms: int) -> str:
    return "" if state.basis else "no legal basis was ever signed"


def basis_valid(state: CaseState, concerned: Concerned, at_ms: int) -> str:
    """P8: red line 7."""
    basis = state.basis
    if basis is None:  # P8
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
    """P8: red lines 5 and 7. Whatever is cited stands now; once grounds were withdrawn, something that stands is cited."""
    act, state = asked.signed.act, asked.state
    if not isinstance(act, v.SeekBasis | v.SignBasis | v.LegalReview):
        return "it cites no grounds"
    gone = state.withdrawn_leads.intersection(act.leads)
    if gone:
        return f"{len(gone)} of the leads it rests on were withdrawn by their originator"
    unread = set(act.leads) - asked.known.readable_leads
    if unread:
        return f"{len(unread)} of the leads it rests on cannot be read by the acting unit now"
    since_ms = max((one.at_ms for one in state.withdrawn), default=0)
    own = {one.digest for one in state.sightings if one.at_ms >= since_ms}
    if not own.issuperset(act.sightings):
        return "a sighting it rests on is not of this case, or not of after the withdrawal"
    if state.withdrawn and not act.leads and not act.sightings:  # P8
        return "grounds were withdrawn: cite a lead the acting unit can read now, or a sighting of its own recorded since"
    return ""


def own_eyes(asked: Asked) -> str:
    """The unit that acts saw it; while the case is handed to nobody, a unit that it could be handed to counts too."""
    state, unit = asked.state, asked.signed.act.unit
    mine = unit in state.acting_units or (not state.handed_to and unit in asked.known.enforcement_units)
    return "" if mine else f"{unit} is not the unit that acts in this case"


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


ACT_NEEDS: Final[dict[str, ActNeed]] = {
    need.__name__: need
    for need in (
        in_time,
        adviser_signed,
        adviser_not_seeker,
        basis_ahead,
        grounds_stand,
        own_eyes,
        cites_basis,
        enforcement_unit,
        unit_handed_to,
        cites_own_leads,
        cites_order,
        cites_act,
        hands.both_sign,
        hands.to_unit_signed,
        hands.same_unit,
        hands.from_custodian,
        hands.custodian_signs,
        hands.holding_unit,
        hands.holding_or_adviser,
        hands.not_met_detained,
        hands.adviser_for_minor,
        hands.liberty_known,
        hands.number_new,
        hands.weights_sound,
        hands.seal_matches,
        hands.two_signers,
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
    "grounds_stand": ("sight",),
}
