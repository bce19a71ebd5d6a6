"""The record of a case for pages, the command line and a court: what was done, on what basis, to whom and what, and what may follow.

1. It rests on the case alone: leads appear by digest, and no text of theirs can appear, so a suspension changes none of it.
2. It names what is missing next before what is lawful next.
"""

from __future__ import annotations

import msgspec

from fairlead.case.clocks import clocks
from fairlead.case.fold import lawful_next
from fairlead.case.state import Basis, CaseState, ExhibitState, PersonState
from fairlead.case.steps import Table
from fairlead.case.tables import CASE, EXHIBIT, IN_CUSTODY, PEOPLE_SETTLED, PERSON, THINGS_SETTLED
from fairlead.envelope import JsonValue

_WAITS = {
    "detained": "rights to be read",
    "informed": "screening",
    "screened": "consul to be notified",
    "notified": "a place and conditions of holding to be recorded",
    "held": "a judge, a handing over, or release",
}


def summary(state: CaseState, now_ms: int) -> JsonValue:
    """The whole record as canonical JSON at an instant; absent is absent."""
    value: dict[str, JsonValue] = {
        "case": state.case,
        "state": state.state,
        "operation": state.operation,
        "vessel": state.vessel,
        "words": words(state),
        "leads": list(state.leads),
        "withdrawn": [{"order": one.order, "leads": list(one.leads), "at_ms": one.at_ms} for one in state.withdrawn],
        "sightings": [one.digest for one in state.sightings],
        "bases": [_basis(basis, now_ms) for basis in state.bases],
        "people": [_person(state, person, now_ms) for _, person in sorted(state.people.items())],
        "exhibits": [_exhibit(state, thing, now_ms) for _, thing in sorted(state.exhibits.items())],
        "incidents": _plain(state.incidents),
        "clocks": _plain(clocks(state, now_ms)),
        "missing": list(missing(state, now_ms)),
        "next": _next(state, CASE, "", now_ms),
        "trail": _plain(state.trail),
    }
    optional: dict[str, JsonValue] = {
        "handed_to": state.handed_to,
        "outcome": state.outcome,
        "boarded_ms": state.boarded_ms,
        "previous": state.previous,
    }
    return value | {name: item for name, item in optional.items() if item}


def missing(state: CaseState, now_ms: int) -> tuple[str, ...]:
    """What somebody still owes this case, in words."""
    found = []
    basis = state.basis
    if state.state in ("basis_sought", "authorised", "handed_off", "intercepting", "signalled", "stopped") and (
        basis is None or not basis.stands(now_ms)
    ):
        found.append("a legal basis in force, signed by a named legal adviser")
    if basis is not None and basis.stands(now_ms) and basis.scope.persons != "covered":
        found.append("a legal basis that covers persons, before anybody may be detained")
    if state.state in ("grounds_withdrawn", "basis_sought", "under_legal_review") and state.withdrawn and not state.sightings:
        found.append("grounds that stand: a lead that can be read now, or a sighting of the acting unit's own since the withdrawal")
    if state.state == "under_legal_review":
        found.append("the ruling of a named legal adviser; people and exhibits stay in care and custody meanwhile")
    for code, person in sorted(state.people.items()):
        if person.state in _WAITS:
            found.append(f"{code}: {_WAITS[person.state]}")
        elif person.state not in PEOPLE_SETTLED:
            found.append(f"{code}: to be freed, landed or otherwise accounted for")
    found += [f"{c}: {t.state}, alarm open" for c, t in sorted(state.exhibits.items()) if t.state in ("seal_broken", "unaccounted")]
    found += [f"{one.subject}: {one.name} overdue" for one in clocks(state, now_ms) if one.status == "overdue"]
    found += [f"{one.subject}: {one.name} {one.words}" for one in clocks(state, now_ms) if one.status == "recorded late"]
    return tuple(found)


def words(state: CaseState) -> str:
    """The case in one paragraph."""
    if not state.case:
        return "No case was opened."
    parts = [f"Case {state.case} in {state.operation} is {_said(state.state)}: {state.vessel}."]
    basis = state.basis
    if basis is None:
        parts.append("No legal basis is signed.")
    else:
        covered, not_covered = _scope(basis)
        parts.append(
            f"The legal basis ({basis.citation}) was signed by {basis.adviser}; it covers {covered or 'nothing'}"
            + (f" and not {not_covered}" if not_covered else "")
            + (f"; it no longer stands: {basis.void}." if basis.void else ".")
        )
    if state.boarded_ms:
        held = sum(person.state in IN_CUSTODY for person in state.people.values())
        taken = sum(person.deprived_of_liberty_ms > 0 for person in state.people.values())
        parts.append(f"{state.handed_to} boarded; {len(state.people)} recorded, {taken} detained, {held} still in its custody.")
    seized = [thing for thing in state.exhibits.values() if thing.seizure_number]
    if seized:
        numbers = ", ".join(sorted(thing.seizure_number for thing in seized))
        parts.append(f"{sum(thing.net_g for thing in seized)} g net seized under {numbers}.")
    if state.state == "grounds_withdrawn":
        parts.append("Its grounds were withdrawn: the unit stands off.")
    if state.state == "under_legal_review":
        parts.append("A legal adviser rules on what remains; the records of people and things are untouched.")
    if state.incidents:
        parts.append(f"{len(state.incidents)} incident(s) opened by themselves.")
    return " ".join(parts)


def _said(state: str) -> str:
    return state.replace("_", " ")


def _scope(basis: Basis) -> tuple[str, str]:
    scope = {"vessel": basis.scope.vessel, "cargo": basis.scope.cargo, "persons": basis.scope.persons, "force": basis.scope.force}
    covered = [name for name, cover in scope.items() if cover == "covered"]
    return ", ".join(covered), ", ".join(name for name in scope if name not in covered)


def _basis(basis: Basis, now_ms: int) -> JsonValue:
    built: dict[str, JsonValue] = msgspec.to_builtins(basis)
    if not basis.void:
        del built["void"]
    return built | {"stands": basis.stands(now_ms)}


def _person(state: CaseState, person: PersonState, now_ms: int) -> JsonValue:
    built: dict[str, JsonValue] = msgspec.to_builtins(person)
    kept = {name: item for name, item in built.items() if item not in ("", 0)}
    settled = person.state in PEOPLE_SETTLED
    return kept | {"settled": settled, "next": _next(state, PERSON, person.subject, now_ms)}


def _exhibit(state: CaseState, thing: ExhibitState, now_ms: int) -> JsonValue:
    built: dict[str, JsonValue] = msgspec.to_builtins(thing)
    kept = {name: item for name, item in built.items() if item not in ("", 0)}
    settled = thing.state in THINGS_SETTLED
    return kept | {"settled": settled, "next": _next(state, EXHIBIT, thing.exhibit, now_ms)}


def _next(state: CaseState, table: Table, code: str, now_ms: int) -> JsonValue:
    """Each lawful next step with who may sign it."""
    present = state.state
    if table is PERSON:
        present = state.people[code].state
    elif table is EXHIBIT:
        present = state.exhibits[code].state
    verbs = lawful_next(state, now_ms, table=table, code=code)
    return [
        {"act": step.act, "to": step.to_state, "kind": step.kind, "roles": list(step.roles)}
        for step in table.leaving(present)
        if step.act in verbs
    ]


def _plain(values: object) -> JsonValue:
    built: JsonValue = msgspec.to_builtins(values)
    return built
