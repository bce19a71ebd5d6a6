"""Clocks that run for a person deprived of liberty. The holding unit cannot pause them: no act stops one but what it waits for (P9).

1. A clock starts when liberty was taken, and is computed from the record and the instant asked; nothing stores it.
2. Handing a person over does not stop it; it goes on against whoever holds them. Liberty, a judge or death ends it.
3. Terms are parameters with their source. None has been signed by a lawyer: each is `unverified`, and shown so.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from fairlead.case.state import CaseState, PersonState

HOUR_MS: Final = 3_600_000


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """How long something may take, and who says so."""

    name: str
    within_ms: int
    source: str
    standing: Literal["verified", "unverified"] = "unverified"


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One clock of one person at the instant asked. `met_ms` is 0 until what it waits for happened."""

    subject: str
    name: str
    started_ms: int
    elapsed_ms: int
    due_ms: int
    met_ms: int
    status: Literal["running", "overdue", "met", "met late", "ended"]
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
    met_ms = {"rights": person.rights_ms, "consul": person.consul_ms, "judge": person.judge_ms}.get(term.name, 0)
    ended_ms = met_ms or person.free_ms
    status: Literal["running", "overdue", "met", "met late", "ended"]
    if met_ms:
        status = "met" if met_ms <= due_ms else "met late"
    elif person.free_ms and person.free_ms <= due_ms:
        status = "ended"
    else:
        status = "overdue" if (ended_ms or now_ms) > due_ms else "running"
    return Clock(
        subject=person.subject,
        name=term.name,
        started_ms=started_ms,
        elapsed_ms=max(0, (ended_ms or now_ms) - started_ms),
        due_ms=due_ms,
        met_ms=met_ms,
        status=status,
        source=term.source,
        standing=term.standing,
    )
