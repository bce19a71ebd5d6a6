"""What an accepted act changes: one new value of the case, the person or the exhibit, and one more entry in the trails.

Nothing here decides: `fold.propose` has. Nothing here takes an entry away (P9).
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from fairlead.case import exhibit_acts as x
from fairlead.case import person_acts as p
from fairlead.case import vessel_acts as v
from fairlead.case.act import BaseAct, ExhibitAct, PersonAct
from fairlead.case.acts import Act, SignedAct
from fairlead.case.state import Basis, CaseState, Entry, ExhibitState, Incident, PersonState, Withdrawal
from fairlead.case.steps import PREVIOUS, START, Step
from fairlead.envelope import Digest

# Acts that open an incident by themselves.
ALARMS = frozenset({"ill", "complaint", "died", "encounter:deceased", "seal_broken", "unaccounted"})
INTERRUPTED = frozenset({"under_legal_review", "became_rescue"})


def apply(state: CaseState, signed: SignedAct, steps: Iterable[Step], of: Iterable[str]) -> CaseState:
    """The case after an accepted act. `steps` are the rows it takes, `of` the table each is from."""
    act = signed.act
    rows = dict(zip(of, steps, strict=True))
    entries = {name: entry(signed, step, state.previous) for name, step in rows.items()}
    if "person" in rows and isinstance(act, PersonAct):
        state = replace(state, people={**state.people, act.subject: _person(state, signed, entries["person"])})
    if "exhibit" in rows and isinstance(act, ExhibitAct):
        state = replace(state, exhibits={**state.exhibits, act.exhibit: _exhibit(state, signed, entries["exhibit"])})
    if "case" in rows:
        state = _case(state, signed, entries["case"])
    shown = entries.get("case") or next(iter(entries.values()))
    return replace(
        state,
        trail=(*state.trail, shown),
        digests=state.digests | {signed.digest},
        incidents=state.incidents + _incidents(state, signed),
    )


def entry(signed: SignedAct, step: Step, previous: str) -> Entry:
    """The line a trail keeps of an act."""
    act = signed.act
    return Entry(
        digest=signed.digest,
        verb=act.verb,
        at_ms=act.at_ms,
        recorded_ms=signed.known_ms,
        clock=act.clock,
        person=act.person,
        unit=act.unit,
        signers=tuple(sorted({one.person for one in signed.signers})),
        from_state=step.from_state,
        to_state=(previous or START) if step.to_state == PREVIOUS else step.to_state,
        words=told(signed.act),
    )


def told(act: Act) -> str:
    """What the act itself says beyond who, when and where, in a line; digests are shortened, nested values left to the act."""
    own = [name for name in act.__struct_fields__ if name not in BaseAct.__struct_fields__ and name not in ("subject", "exhibit")]
    values = [(name.replace("_", " "), getattr(act, name)) for name in own]
    said = [f"{name} {_short(value)}" for name, value in values if isinstance(value, str | int) and value != ""]
    return "; ".join([*said, act.note] if act.note else said)


def _short(value: str | int) -> str:
    text = str(value)
    return f"{text[:12]}..." if len(text) == 64 and " " not in text else text


def _incidents(state: CaseState, signed: SignedAct) -> tuple[Incident, ...]:
    act = signed.act
    what, of = act.verb, state.case
    if isinstance(act, PersonAct):
        of = act.subject
    elif isinstance(act, ExhibitAct):
        of = act.exhibit
    if isinstance(act, v.LogForce):
        covered = state.basis is not None and state.basis.stands(act.at_ms) and state.basis.scope.force == "covered"
        what = "force" if covered else "force not covered by the legal basis"
    elif act.verb not in ALARMS:
        return ()
    return (Incident(what=what, of=of, at_ms=act.at_ms, digest=signed.digest),)


def _case(state: CaseState, signed: SignedAct, line: Entry) -> CaseState:
    act, before = signed.act, state.state
    moved = {"state": line.to_state, "last_ms": max(state.last_ms, act.at_ms)}
    if line.to_state in INTERRUPTED and before not in INTERRUPTED:
        moved["previous"] = before
    if isinstance(act, v.LogForce | v.Sight | v.Correct | v.GroundsWithdrawn | v.BasisWithdrawn | v.GroundsRestored | v.BecameRescue):
        moved["last_ms"] = state.last_ms  # facts and withdrawals may come late or early: they shift no later act
    state = replace(state, **moved)
    match act:
        case v.OpenCase():
            return replace(state, case=act.case, operation=act.operation, vessel=act.vessel, leads=_more((), act.leads))
        case v.SeekBasis():
            voided = _void(state, "a new one is sought")
            return replace(voided, seeking=act.person, handed_to="", leads=_more(state.leads, act.leads))
        case v.SignBasis():
            return replace(state, bases=(*state.bases, _basis(signed, act)), leads=_more(state.leads, act.leads))
        case v.LegalReview():
            return replace(state, leads=_more(state.leads, act.leads))
        case v.Sight():
            return replace(state, sightings=(*state.sightings, line))
        case v.HandOff():
            return replace(state, handed_to=act.to_unit)
        case v.Board():
            return replace(state, boarded_ms=act.at_ms)
        case v.Close():
            return replace(state, outcome=act.outcome)
        case v.NoContraband():
            return replace(state, outcome="no contraband")
        case v.BasisWithdrawn():
            return _void(state, f"withdrawn by {act.authority}")
        case v.GroundsWithdrawn():
            taken = Withdrawal(order=act.order, leads=act.leads, at_ms=act.at_ms)
            state = replace(state, withdrawn=(*state.withdrawn, taken), sightings=())  # red line 7: what is cited next is of after this
            # Before boarding what rested on the grounds stops with them; after it a legal adviser rules.
            return state if state.boarded_ms else _void(state, "the grounds it rested on were withdrawn")
        case v.GroundsRestored():
            return replace(state, withdrawn=tuple(one for one in state.withdrawn if one.order != act.order))
    return state


def _more(leads: tuple[Digest, ...], further: tuple[Digest, ...]) -> tuple[Digest, ...]:
    return tuple(sorted({*leads, *further}))


def _basis(signed: SignedAct, act: v.SignBasis) -> Basis:
    return Basis(
        digest=signed.digest,
        adviser=act.adviser,
        citation=act.citation,
        scope=act.scope,
        conditions=act.conditions,
        leads=act.leads,
        signed_ms=act.at_ms,
        valid_until_ms=act.valid_until_ms,
    )


def _void(state: CaseState, why: str) -> CaseState:
    """The case with its present basis no longer standing; the finding stays in the record with the reason."""
    basis = state.basis
    if basis is None or basis.void:
        return state
    return replace(state, bases=(*state.bases[:-1], replace(basis, void=why)))


def _person(state: CaseState, signed: SignedAct, line: Entry) -> PersonState:
    act = signed.act
    if isinstance(act, p.Encounter):
        return PersonState(
            subject=act.subject,
            category=act.category,
            identity=act.identity,
            nationality=act.nationality,
            language=act.language,
            state=line.to_state,
            unit=act.unit,
            custodian="",
            met_ms=act.at_ms,
            last_ms=act.at_ms,
            trail=(line,),
        )
    assert isinstance(act, PersonAct)
    old = state.people[act.subject]
    person = replace(old, state=line.to_state, trail=(*old.trail, line))
    if not isinstance(act, p.Complaint | p.WelfareCheck | p.Ill):
        person = replace(person, last_ms=max(old.last_ms, act.at_ms))
    match act:
        case p.Rescue():
            return replace(person, category="rescued" if old.category == "crew" else old.category)
        case p.Detain():
            since_ms = act.deprived_of_liberty_ms
            return replace(person, unit=act.unit, custodian=act.person, deprived_of_liberty_ms=since_ms)
        case p.InformRights():
            return replace(person, rights_ms=act.at_ms, rights_recorded_ms=signed.known_ms)
        case p.NotifyConsul():
            return replace(person, consul_ms=act.at_ms, consul_recorded_ms=signed.known_ms, consul_outcome=act.outcome)
        case p.TakeCustody():
            return replace(person, custodian=act.to_person)
        case p.HandOverPerson():
            return replace(person, custodian=act.to_person, unit=act.to_unit)
        case p.BringBeforeJudge():
            return replace(person, judge_ms=act.at_ms, judge_recorded_ms=signed.known_ms)
        case p.ReleasePerson() | p.Repatriate() | p.Died():
            return replace(person, free_ms=act.at_ms, free_recorded_ms=signed.known_ms, custodian="")
    return person


def _exhibit(state: CaseState, signed: SignedAct, line: Entry) -> ExhibitState:
    act = signed.act
    if isinstance(act, v.Find):
        return ExhibitState(
            exhibit=act.exhibit,
            item=act.item,
            state=line.to_state,
            unit=act.unit,
            custodian=act.person,
            last_ms=act.at_ms,
            place=act.place,
            trail=(line,),
        )
    assert isinstance(act, ExhibitAct)
    old = state.exhibits[act.exhibit]
    thing = replace(old, state=line.to_state, trail=(*old.trail, line))
    if not isinstance(act, x.SealBroken | x.Unaccounted):
        thing = replace(thing, last_ms=max(old.last_ms, act.at_ms))
    match act:
        case x.Seize():
            weights = {"gross_g": act.gross_g or 0, "net_g": act.net_g or 0, "scale": act.scale}
            return replace(thing, seizure_number=act.seizure_number, item=act.item, packages=act.packages, **weights)
        case x.Seal():
            return replace(thing, seal=act.seal)
        case x.Weigh():
            return replace(thing, gross_g=act.gross_g, net_g=act.net_g, scale=act.scale)
        case x.Test() | x.Sample():
            return replace(thing, seal=act.seal_after or old.seal)
        case x.Store() | x.Locate():
            return replace(thing, place=act.place)
        case x.Transfer():
            return replace(thing, custodian=act.to_person, unit=act.to_unit, place=act.place, seal=act.seal_after or act.seal_before)
        case x.Destroy() | x.ReturnItem() | x.Forfeit() | x.LeaveInPlace():
            return replace(thing, custodian="")
    return thing
