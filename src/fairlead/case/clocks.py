"""Clocks that run for a person deprived of liberty. The holding unit cannot pause them: no act stops one but what it waits for (P9).

1. A clock starts when liberty was taken, and is computed from the record and the instant asked; nothing stores it.
2. A clock is met by what was recorded in time. What was done in time and recorded after the limit is shown as that, with both times:
   an act says itself when it was done, and a team away from the node may be late, or wrong.
3. Handing a person over does not stop it; it goes on against whoever holds them. Liberty, a judge or death ends it.
4. Terms are parameters with their source. None has been signed by a lawyer: each is `unverified`, and shown so.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.case.state import CaseState, PersonState

HOUR_MS: Final = 3_600_000
Status: TypeAlias = Literal["running", "overdue", "met", "met late", "recorded late", "ended"]


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """How long something may take, and who says so."""

    name: str
    within_ms: int
    source: str
    standing: Literal["verified", "unverified"] = "unverified"


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One clock of one person at the instant asked. `met_ms`, as the act says, and `recorded_ms` are 0 until what it waits for came."""

    subject: str
    name: str
    started_ms: int
    elapsed_ms: int
    due_ms: int
    met_ms: int
    recorded_ms: int
    status: Status
    words: str
    source: str
    standing: Literal["verified", "unverified"]


# [G] general knowledge, to be checked against the instrument before it ships as verified.
TERMS: Final = (
    Term(name="rights", within_ms=1 * HOUR_MS, source="ICCPR art. 9(2): reasons at the time of arrest; the hour is a default [G]"),
    Term(name="consul", within_ms=72 * HOUR_MS, source="VCCR 1963 art. 36(1)(b): without delay; the 72 hours are a default [G]"),
    Term(name="judge", within_ms=48 * HOUR_MS, source="ICCPR art. 9(3): promptly; 48 hours after General Comment 35, less at sea [G]"),
)


def clocks(state: CaseState, now_ms: int, terms: tuple[Term, ...] = TERMS) -> tuple[Clock, ...]:
    """Every clock of everybody who was deprived of liberty in this case, by subject, then in the order of `terms`."""
    held = [person for _, person in sorted(state.people.items()) if person.deprived_of_liberty_ms]
    return tuple(_clock(person, term, now_ms) for person in held for term in terms)


def _clock(person: PersonState, term: Term, now_ms: int) -> Clock:
    started_ms = person.deprived_of_liberty_ms
    due_ms = started_ms + term.within_ms
    met_ms, recorded_ms = {
        "rights": (person.rights_ms, person.rights_recorded_ms),
        "consul": (person.consul_ms, person.consul_recorded_ms),
        "judge": (person.judge_ms, person.judge_recorded_ms),
    }[term.name]
    over_ms, over_recorded_ms = (met_ms, recorded_ms) if met_ms else (person.free_ms, person.free_recorded_ms)
    status: Status
    if not over_ms:
        status = "overdue" if now_ms > due_ms else "running"
    elif over_ms > due_ms:
        status = "met late" if met_ms else "overdue"
    elif over_recorded_ms > due_ms:  # P9: what an act says of its own time stops no clock that had run out by then
        status = "recorded late"
    else:
        status = "met" if met_ms else "ended"
    return Clock(
        subject=person.subject,
        name=term.name,
        started_ms=started_ms,
        elapsed_ms=max(0, (over_ms or now_ms) - started_ms),
        due_ms=due_ms,
        met_ms=met_ms,
        recorded_ms=recorded_ms,
        status=status,
        words=_words(over_ms, over_recorded_ms, due_ms),
        source=term.source,
        standing=term.standing,
    )


def _words(over_ms: int, recorded_ms: int, due_ms: int) -> str:
    if not over_ms:
        return ""
    return f"done {_to_limit(over_ms, due_ms)}, recorded {_to_limit(recorded_ms, due_ms)}"


def _to_limit(at_ms: int, due_ms: int) -> str:
    """`12 min before the limit`; a minute begun after it counts as one."""
    whole_min = (due_ms - at_ms) // 60_000
    return f"{whole_min} min before the limit" if whole_min >= 0 else f"{-whole_min} min after the limit"
