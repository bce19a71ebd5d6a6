"""Judging one proposed act against the tables, and folding acts into a case (P8, P9).

 1 form       the act is one of the closed union, its fields in range, its digest that of its payload
 2 case       it is of this case, and not one already recorded
 3 row        its table has a row for this verb in the present state of the one concerned
 4 open       a closed case takes only what appends to it
 5 author     the author signed, for the unit named, in a role of the row
 6 needs      every need of the row holds
All are values: a refusal says why and names the lawful next steps. `propose` is total: whatever errs is a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import msgspec

from fairlead.case.act import ExhibitAct, PersonAct
from fairlead.case.acts import SignedAct, act_digest, act_from, act_payload
from fairlead.case.asked import Asked, Concerned
from fairlead.case.effects import apply
from fairlead.case.needs import ACT_NEEDS, REMEDIES, STATE_NEEDS
from fairlead.case.state import CaseState, Known
from fairlead.case.steps import START, Table
from fairlead.case.tables import CASE, EXHIBIT, PERSON

EMPTY: Final = CaseState()


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The act is lawful; this is the case after it."""

    state: CaseState


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """The act is not lawful now: every reason in words, and the steps that are lawful."""

    reason: str
    needs: tuple[str, ...]  # the keys of what did not hold
    lawful_next: tuple[str, ...]


Answer: TypeAlias = Accepted | Refusal


def propose(state: CaseState, signed: SignedAct, known: Known) -> Answer:
    """Whether this act may follow, and the case after it. Total: never raises, and an error is never an acceptance."""
    try:
        return _propose(state, signed, known)
    except Exception as error:  # the table cannot fail open: whatever errs is a refusal
        return Refusal(reason=f"it could not be judged: {type(error).__name__}", needs=("form",), lawful_next=_safe_next(state))


def replay(acts: Sequence[SignedAct], known: Known) -> tuple[CaseState, tuple[Answer, ...]]:
    """The case after the acts that were lawful where they stood, and the answer to each. `known` is of other cases only."""
    state, answers = EMPTY, []
    for signed in acts:
        answer = propose(state, signed, known)
        answers.append(answer)
        if isinstance(answer, Accepted):
            state = answer.state
    return state, tuple(answers)


def fold(acts: Sequence[SignedAct], known: Known) -> CaseState:
    """The case after those acts that were lawful where they stood; the others change nothing."""
    return replay(acts, known)[0]


def retell(accepted: Sequence[SignedAct]) -> CaseState:
    """The case after acts that were judged and accepted when they were committed, in that order.

    Needs are not judged again: roles, units, regimes and numbers may be others today, and what was done stays done (red line 15).
    An act without a row where it stands changes nothing; `replay` with the world of the time is the check of a whole record.
    """
    state = EMPTY
    for signed in accepted:
        found = [
            (table, table.find(concerned.state if concerned is not None else START, signed.act.verb))
            for table, code in _tables_of(signed)
            for concerned in (_concerned(state, table, code),)
        ]
        steps = [step for _, step in found if step is not None]
        opened = state.state != START or signed.act.verb == "open_case"
        if opened and steps and len(steps) == len(found) and signed.digest not in state.digests:
            state = apply(state, signed, steps, [table.name for table, _ in found])
    return state


def lawful_next(state: CaseState, at_ms: int, *, table: Table = CASE, code: str = "") -> tuple[str, ...]:
    """The verbs whose needs of the state hold now: of the case, or of the person or exhibit named by `code`."""
    concerned = _concerned(state, table, code)
    present = concerned.state if concerned is not None else START
    return tuple(
        step.act
        for step in table.leaving(present)
        if (state.state != "closed" or step.kind == "append")
        and not any(need in STATE_NEEDS and STATE_NEEDS[need](state, concerned, at_ms) for need in step.needs)
    )


def _propose(state: CaseState, signed: SignedAct, known: Known) -> Answer:
    act = signed.act
    # 1. The digest names exactly these bytes, and they say exactly this act.
    if act_from(act_payload(act)) != act or act_digest(act) != signed.digest:
        return _refusal(state, "it is not the act its digest names", ("form",), _safe_next(state))
    # 2. No act counts twice, and none counts in another case.
    if state.case and act.case != state.case:
        return _refusal(state, f"it belongs to case {act.case}", ("case",), _safe_next(state))
    if signed.digest in state.digests:
        return _refusal(state, "it is already recorded", ("case",), _safe_next(state))
    steps, names = [], []
    for table, code in _tables_of(signed):
        concerned = _concerned(state, table, code)
        present = concerned.state if concerned is not None else START
        following = lawful_next(state, act.at_ms, table=table, code=code)
        # 3. P8: no row, no step.
        step = table.find(present, act.verb)
        if step is None:
            of = f" {code}" if code else ""
            return _refusal(state, f"{act.verb} is not lawful while the {table.name}{of} is {present}", ("row",), following)
        # 4. Nothing but words is added to a closed case, and nothing to one that was never opened.
        if (state.state == "closed" and step.kind != "append") or (table is not CASE and state.state == START):
            return _refusal(state, f"the case is {state.state}", ("open",), _safe_next(state))
        # 5 and 6. P8, P9: the right people signed, on a basis that stands, from both sides where there are two.
        asked = Asked(state=state, concerned=concerned, signed=signed, step=step, known=known)
        failed = tuple(_failed(asked))
        if failed:
            keys = tuple(key for key, _ in failed)
            return _refusal(state, "; ".join(words for _, words in failed), keys, _with_remedies(state, act.at_ms, keys, following))
        steps.append(step)
        names.append(table.name)
    return Accepted(state=apply(state, signed, steps, names))


def _tables_of(signed: SignedAct) -> Iterator[tuple[Table, str]]:
    """The tables this act takes a step in, and whose: a find is a step of the case and the first of an exhibit."""
    act = signed.act
    if act.verb in CASE.verbs:
        yield CASE, ""
    if isinstance(act, PersonAct):
        yield PERSON, act.subject
    if isinstance(act, ExhibitAct):
        yield EXHIBIT, act.exhibit


def _concerned(state: CaseState, table: Table, code: str) -> Concerned:
    if table is PERSON:
        return state.people.get(code)
    return state.exhibits.get(code) if table is EXHIBIT else state


def _failed(asked: Asked) -> Iterator[tuple[str, str]]:
    """Every need that does not hold, with its words; the author first."""
    act, step = asked.signed.act, asked.step
    own = [one for one in asked.signed.signers if one.person == act.person]
    if not own:
        yield "author", f"it is not signed by {act.person}"
    elif not any(one.unit == act.unit for one in own):
        yield "author", f"{act.person} did not sign for {act.unit}"
    elif not any(set(one.roles).intersection(step.roles) for one in own if one.unit == act.unit):
        yield "author", f"{act.verb} is for {' or '.join(step.roles)}, and {act.person} is none"
    for need in step.needs:
        # A need that no key names would be a KeyError here, and so a refusal.
        words = STATE_NEEDS[need](asked.state, asked.concerned, act.at_ms) if need in STATE_NEEDS else ACT_NEEDS[need](asked)
        if words:
            yield need, words


def _with_remedies(state: CaseState, at_ms: int, failed: tuple[str, ...], following: tuple[str, ...]) -> tuple[str, ...]:
    """The lawful next steps, those of the case that would cure what failed first."""
    open_now = lawful_next(state, at_ms)
    cures = [verb for need in failed for verb in REMEDIES.get(need, ()) if verb in open_now]
    return tuple(dict.fromkeys([*cures, *following]))


def _safe_next(state: CaseState) -> tuple[str, ...]:
    """The lawful next steps of the case at the instant of its last act; empty when even that cannot be told."""
    try:
        return lawful_next(state, state.last_ms)
    except Exception:  # a broken state has no lawful step
        return ()


def _refusal(state: CaseState, reason: str, needs: tuple[str, ...], following: tuple[str, ...]) -> Refusal:
    return Refusal(reason=reason, needs=needs, lawful_next=following)
