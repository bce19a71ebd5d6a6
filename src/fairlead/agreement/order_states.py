"""The states of an order and of each recall it sends, as tables: where they are follows from signed events and from dates.

1. A step is one row: in this state, this happening leads there. What has no row does not happen; nothing stores a state.
2. In every state of `CLOSED` the order keeps shut what it names. A freeze that nobody confirmed and a condition reported met lead
   to `under_review`, which is one of them: neither opens anything by itself.
3. `narrowed`, `widened` and `replaced` end an order in the event that puts another in its place; nothing is open in between.
4. A recall is answered by each party for itself. One that was not complied with by its date is overdue, and stays so to be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.agreement.events import ConditionReport, Confirm, Event, RecallAnswer, Resume
from fairlead.agreement.order import Order, change_of
from fairlead.label import CodeBook

State: TypeAlias = Literal[
    "drafted", "ordered", "frozen", "notified", "condition_reported", "under_review",
    "narrowed", "widened", "replaced", "lifted", "lapsed",
]  # fmt: skip
Answered: TypeAlias = Literal["asked", "acknowledged", "complied"]

MEANING: Final[dict[State, str]] = {
    "drafted": "previewed, signed by nobody; it closes nothing",
    "ordered": "signed and in force",
    "frozen": "in force as an emergency freeze of one officer; a second is to confirm it",
    "notified": "in force, and the parties it recalls copies from have their notices",
    "condition_reported": "in force; somebody reported that its condition is met",
    "under_review": "in force; its originator is to confirm, narrow, widen, replace or lift it",
    "narrowed": "another order that stops less stands in its place",
    "widened": "another order that stops more stands in its place",
    "replaced": "another order that stops something else stands in its place",
    "lifted": "resumed by its originator",
    "lapsed": "its own date has passed",
}
CLOSED: Final[tuple[State, ...]] = ("ordered", "frozen", "notified", "condition_reported", "under_review")
TERMINAL: Final[frozenset[State]] = frozenset({"narrowed", "widened", "replaced", "lifted", "lapsed"})


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One row: in this state, this happening leads there."""

    from_state: State
    happening: str
    to_state: State


def _rows(froms: Iterable[State], happening: str, to_state: State) -> tuple[Step, ...]:
    return tuple(Step(from_state=state, happening=happening, to_state=to_state) for state in froms)


STEPS: Final[tuple[Step, ...]] = (
    *_rows(("drafted",), "signed", "ordered"),
    *_rows(("drafted",), "signed as a freeze", "frozen"),
    *_rows(("frozen", "under_review"), "confirmed", "ordered"),
    *_rows(("frozen",), "its hours end", "under_review"),
    *_rows(("ordered",), "recalls sent", "notified"),
    *_rows(("ordered", "notified"), "its date", "lapsed"),
    *_rows(("ordered", "notified", "frozen", "under_review"), "condition reported", "condition_reported"),
    *_rows(("condition_reported",), "taken up", "under_review"),
    *_rows(CLOSED, "narrowed", "narrowed"),
    *_rows(CLOSED, "widened", "widened"),
    *_rows(CLOSED, "replaced", "replaced"),
    *_rows(CLOSED, "resumed", "lifted"),
)
TABLE: Final[dict[tuple[State, str], State]] = {(step.from_state, step.happening): step.to_state for step in STEPS}

ANSWERS: Final[dict[tuple[Answered, str], Answered]] = {
    ("asked", "acknowledged"): "acknowledged",
    ("acknowledged", "complied"): "complied",
}
REPLACED_AS: Final[dict[str, str]] = {"narrows": "narrowed", "widens": "widened", "replaces": "replaced", "repeats": "replaced"}


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A state an order came to, when, and by what."""

    state: State
    at_ms: int
    happening: str


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Where one party is with the recall of an order."""

    party: str
    state: Answered
    overdue: bool
    answered_ms: int = 0
    statement: str = ""
    kept: str = ""


def history(order: Order, events: Iterable[tuple[Event, int]], book: CodeBook, at_ms: int) -> tuple[Stage, ...]:
    """Every state the order came to by this instant, oldest first. `events`: all there are with the instant each was durable.

    Raises KeyError for a happening the table has no row for: the fold lets none through.
    """
    found: list[tuple[int, str]] = []
    for event, durable_ms in events:
        if durable_ms <= at_ms:
            found += [(durable_ms, happening) for happening in _happenings(order, event, book)]
    if order.freeze_until_ms and order.freeze_until_ms <= at_ms:
        found.append((order.freeze_until_ms, "its hours end"))
    if order.until_ms and order.until_ms <= at_ms:
        found.append((order.until_ms, "its date"))
    state: State = "drafted"
    stages: list[Stage] = []
    for when, happening in sorted(found, key=lambda one: one[0]):
        if state in TERMINAL or (happening == "its hours end" and state != "frozen"):
            continue  # a date that comes after the end, or after the second officer, is no happening
        state = TABLE[state, happening]
        stages.append(Stage(state=state, at_ms=when, happening=happening))
    return tuple(stages)


def _happenings(order: Order, event: Event, book: CodeBook) -> Sequence[str]:
    recalled = ("recalls sent",) if order.recalls else ()
    match event:
        case Order() if event.id == order.id:
            return ("signed as a freeze",) if order.freeze_until_ms else ("signed", *recalled)
        case Order() if event.replaces == order.id:
            return (REPLACED_AS[change_of(order, event, book)],)
        case Resume() if event.order == order.id:
            return ("resumed",)
        case Confirm() if event.order == order.id:
            return ("confirmed", *recalled)
        case ConditionReport() if event.order == order.id:
            return ("condition reported", "taken up")
        case _:
            return ()


def recipients(order: Order, answers: Iterable[RecallAnswer], at_ms: int) -> tuple[Recipient, ...]:
    """Where each party that the order recalls from is, at this instant."""
    given = [one for one in answers if one.order == order.id and one.at_ms <= at_ms]
    found = []
    for party in order.recalls:
        state: Answered = "asked"
        last: RecallAnswer | None = None
        for one in given:
            if one.party == party and (state, one.answer) in ANSWERS:
                state, last = ANSWERS[state, one.answer], one
        found.append(
            Recipient(
                party=party,
                state=state,
                overdue=state != "complied" and order.answer_by_ms <= at_ms,
                answered_ms=last.at_ms if last else 0,
                statement=last.statement if last else "",
                kept=last.kept if last else "",
            )
        )
    return tuple(found)


def faults() -> tuple[str, ...]:
    """What is wrong with the table, in words; nothing when it is well formed."""
    keys = [(step.from_state, step.happening) for step in STEPS]
    found = [f"{state} has two rows for {happening}" for state, happening in sorted(set(keys)) if keys.count((state, happening)) > 1]
    reached: set[State] = {"drafted"}
    while fresh := {step.to_state for step in STEPS if step.from_state in reached} - reached:
        reached |= fresh
    found += [f"{state} cannot be reached" for state in sorted(set(MEANING) - reached)]
    found += [f"{step.from_state} is an end and has a step" for step in STEPS if step.from_state in TERMINAL]
    found += [f"{state} has no way out" for state in CLOSED if (state, "resumed") not in TABLE]
    return tuple(found)


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> drafted"]
    lines += [f"    {step.from_state} --> {step.to_state}: {step.happening}" for step in STEPS]
    lines += [f"    {state} --> [*]" for state in sorted(TERMINAL)]
    return "\n".join(lines) + "\n"
