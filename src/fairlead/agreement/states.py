"""The states of an agreement, as a table: where it is at an instant follows from what stands then and from the dates.

1. A step is one row: in this state, this happening leads there. What has no row does not happen.
2. Signed events and dates are the only happenings; nothing stores a state, so "what was it at t" is asked of the fold by t.
3. `denounced` still gives, until the notice ends; `winding_down` gives nothing, and copies on lease run out; `ended` is after that.
4. A draft of the next version has a state of its own beside that of the version in force.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.agreement.events import Denounce, Review
from fairlead.agreement.order import Order, in_force
from fairlead.agreement.selector import shuts_pair, stops_reader
from fairlead.agreement.terms import Grant
from fairlead.label import CodeBook

START: Final = "unrecorded"
State: TypeAlias = Literal[
    "unrecorded", "draft", "in_review", "rejected", "approved", "in_force", "partly_suspended", "suspended",
    "expired", "denounced", "winding_down", "ended",
]  # fmt: skip

MEANING: Final[dict[State, str]] = {
    "draft": "terms put forward by a releasing officer; they give nothing",
    "in_review": "a reviewer who is not the drafter has opened the risk review",
    "rejected": "the review said no; only a new draft goes on from here",
    "approved": "reviewed and waiting for the second officer, or signed and waiting for its first day",
    "in_force": "it gives what it says",
    "partly_suspended": "an order of its originator stops part of what it gives",
    "suspended": "orders of its originator stop everything it gives",
    "expired": "its own last day has passed",
    "denounced": "its originator ended it with notice; it gives until the notice ends",
    "winding_down": "it gives nothing more; copies on lease may be read until the lease has run out",
    "ended": "the last lease has run out",
}
TERMINAL: Final[frozenset[State]] = frozenset({"rejected", "expired", "ended"})
GIVES: Final[frozenset[State]] = frozenset({"in_force", "partly_suspended", "denounced"})


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One row: in this state, this happening leads there."""

    from_state: State
    happening: str
    to_state: State


def _rows(froms: Iterable[State], happening: str, to_state: State) -> tuple[Step, ...]:
    return tuple(Step(from_state=state, happening=happening, to_state=to_state) for state in froms)


RUNNING: Final[tuple[State, ...]] = ("in_force", "partly_suspended", "suspended")

STEPS: Final[tuple[Step, ...]] = (
    *_rows(("unrecorded",), "draft", "draft"),
    *_rows(("draft",), "review open", "in_review"),
    *_rows(("in_review", "approved"), "review open", "in_review"),
    *_rows(("draft", "in_review", "approved"), "review approved", "approved"),
    *_rows(("draft", "in_review", "approved"), "review returned", "draft"),
    *_rows(("draft", "in_review", "approved"), "review rejected", "rejected"),
    *_rows(("unrecorded",), "founded", "approved"),
    *_rows(("approved",), "its first day", "in_force"),
    *_rows(("in_force",), "an order stops part", "partly_suspended"),
    *_rows(("in_force",), "orders stop all", "suspended"),
    *_rows(("partly_suspended", "suspended"), "resume", "in_force"),
    *_rows(("approved", *RUNNING), "denounce", "denounced"),
    *_rows(("approved", *RUNNING, "denounced"), "its last day", "expired"),
    *_rows(("denounced",), "the notice ends", "winding_down"),
    *_rows(("winding_down",), "the last lease runs out", "ended"),
)
TABLE: Final[dict[tuple[State, str], State]] = {(step.from_state, step.happening): step.to_state for step in STEPS}


def walk(happenings: Iterable[str]) -> State:
    """Where these happenings lead, in order. Raises KeyError for a step the table does not have."""
    state: State = "unrecorded"
    for happening in happenings:
        state = TABLE[state, happening]
    return state


def state_of_draft(reviews: Iterable[Review]) -> State:
    """The state of a draft with these reviews of it."""
    return walk(["draft", *(f"review {review.decision}" for review in reviews)])


def state_of(grant: Grant, book: CodeBook, orders: Iterable[Order], notice: Denounce | None, at_ms: int) -> State:
    """The state, at this instant, of an agreement that was signed. `orders` and `notice`: those that stand by then."""
    return walk(happenings(grant, book, orders, notice, at_ms))


def happenings(grant: Grant, book: CodeBook, orders: Iterable[Order], notice: Denounce | None, at_ms: int) -> tuple[str, ...]:
    """What happened to a signed agreement until this instant, newest last; what a resume undid is left out."""
    found = ["founded"]  # drafted, reviewed and signed twice, or signed when the node was founded: alike from here on
    begun = at_ms >= grant.not_before_ms
    if begun:
        found.append("its first day")
    if notice is not None:
        found.append("denounce")
        if at_ms >= notice.ends_ms and notice.ends_ms <= grant.expires_ms:
            found.append("the notice ends")
            if at_ms >= notice.ends_ms + grant.lease_s * 1000:
                found.append("the last lease runs out")
            return tuple(found)
    if at_ms >= grant.expires_ms:
        found.append("its last day")
    elif begun and notice is None:
        found += stopped(grant, book, (order for order in orders if in_force(order, at_ms)))
    return tuple(found)


def stopped(grant: Grant, book: CodeBook, orders: Iterable[Order]) -> tuple[str, ...]:
    """Whether orders stop all, part or nothing of what the grant gives: the happening, or none."""
    against = [order for order in orders if touches(order, grant, book)]
    if not against:
        return ()
    masks = [order for order in against if not order.is_hold]
    readers = itertools.product([unit for unit in grant.recipients if unit in book.units], grant.purposes, grant.operations)
    open_somewhere = any(
        not any(
            shuts_pair(order, book, (grant.originator, category), unit=unit, purpose=purpose, operation=operation) for order in masks
        )
        for unit, purpose, operation in readers
        if book.units[unit].party != grant.originator
        for category in grant.categories
    )
    return ("an order stops part" if open_somewhere else "orders stop all",)


def touches(order: Order, grant: Grant, book: CodeBook) -> bool:
    """Whether the order stops anything the grant gives. A hold counts by its readers and categories alone."""
    return (
        order.originator == grant.originator
        and (not order.categories or not set(order.categories).isdisjoint(grant.categories))
        and (not order.purposes or not set(order.purposes).isdisjoint(grant.purposes))
        and (not order.operations or not set(order.operations).isdisjoint(grant.operations))
        and any(
            stops_reader(order, book, unit=unit, purpose=purpose, operation=operation)
            for unit in grant.recipients
            if unit in book.units
            for purpose in (order.purposes or grant.purposes)[:1]
            for operation in (order.operations or grant.operations)[:1]
        )
    )


def faults() -> tuple[str, ...]:
    """What is wrong with the table, in words; nothing when it is well formed."""
    keys = [(step.from_state, step.happening) for step in STEPS]
    found = [f"{state} has two rows for {happening}" for state, happening in sorted(set(keys)) if keys.count((state, happening)) > 1]
    reached: set[str] = {START}
    while fresh := {step.to_state for step in STEPS if step.from_state in reached} - reached:
        reached |= fresh
    found += [f"{state} cannot be reached" for state in sorted(set(MEANING) - reached)]
    found += [f"{state} has no meaning" for state in sorted(reached - set(MEANING) - {START})]
    for state in MEANING:
        out = {step.to_state for step in STEPS if step.from_state == state} - {state}
        if bool(out) == (state in TERMINAL):
            found.append(f"{state} is {'declared terminal and has steps' if out else 'not declared terminal and leads nowhere'}")
    return tuple(found)


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {START}"]
    lines += [f"    {step.from_state} --> {step.to_state}: {step.happening}" for step in STEPS if step.from_state != step.to_state]
    lines += [f"    {state} --> [*]" for state in sorted(TERMINAL)]
    return "\n".join(lines) + "\n"
