"""The states of an agreement: the table is well formed, every state comes about, and what is computed is what a simple account says."""

from __future__ import annotations

import random
from typing import Any, get_args

import msgspec
import pytest

from fairlead.agreement import apply, compile_slice, fold, make_order
from fairlead.agreement.events import Denounce, Review
from fairlead.agreement.order import Order
from fairlead.agreement.states import GIVES, MEANING, START, STEPS, TERMINAL, State, diagram, faults, state_of, state_of_draft, walk
from fairlead.agreement.terms import Grant, make_grant
from fairlead.errors import BadInput
from tests.model import world

DAY = world.DAY
BOOK = world.book()


def grant(**changed: Any) -> Grant:
    terms: dict[str, Any] = {
        "id": "g",
        "originator": "alfa",
        "recipients": ["a1", "b1", "c1"],
        "purposes": ["interdiction", "search_and_rescue"],
        "operations": ["north", "south"],
        "categories": ["radar", "ais"],
        "not_before_ms": 2 * DAY,
        "expires_ms": 9 * DAY,
        "lease_s": 60,
    }
    return make_grant(BOOK, **{**terms, **changed})


def order(**axes: Any) -> Order:
    return make_order(BOOK, world.FEEDS, id="o", originator="alfa", ordered_at_ms=1, **axes)


def notice(ends_ms: int) -> Denounce:
    return Denounce(agreement="g", originator="alfa", at_ms=1, ends_ms=ends_ms)


def reviewed(*decisions: str) -> State:
    reviews = [
        Review(
            agreement="g", version=1, originator="alfa", reviewer="r", question="?", findings="", mitigations="", decision=one, at_ms=1
        )  # type: ignore[arg-type]
        for one in decisions
    ]
    return state_of_draft(reviews)


def test_the_table_is_well_formed_and_has_every_state() -> None:
    assert faults() == ()
    assert set(MEANING) == set(get_args(State)) - {START}
    assert {step.to_state for step in STEPS} == set(MEANING)


def test_the_diagram_draws_each_step_and_each_end() -> None:
    drawn = diagram()
    for step in STEPS:
        if step.from_state != step.to_state:
            assert f"    {step.from_state} --> {step.to_state}: {step.happening}\n" in drawn
    assert drawn.count("--> [*]") == len(TERMINAL)


def test_a_draft_is_where_its_newest_review_left_it() -> None:
    assert reviewed() == "draft"
    assert reviewed("open", "open") == "in_review"
    assert reviewed("open", "approved") == "approved"
    assert reviewed("approved", "open") == "in_review"
    assert reviewed("approved", "returned") == "draft"
    assert reviewed("approved", "rejected") == "rejected"


def test_each_state_comes_about_from_terms_orders_notice_and_dates() -> None:
    part, whole = order(units=["b1"]), order()
    cases: list[tuple[State, tuple[Order, ...], Denounce | None, int]] = [
        ("approved", (), None, 2 * DAY - 1),
        ("approved", (whole,), None, 2 * DAY - 1),
        ("in_force", (), None, 2 * DAY),
        ("in_force", (order(units=["b2"]),), None, 3 * DAY),
        ("partly_suspended", (part,), None, 3 * DAY),
        ("partly_suspended", (order(categories=["radar"]),), None, 3 * DAY),
        ("partly_suspended", (order(feeds=["a-radar"]),), None, 3 * DAY),
        ("suspended", (whole,), None, 3 * DAY),
        ("suspended", (part, msgspec.structs.replace(order(units=["c1"]), id="o2")), None, 3 * DAY),
        ("in_force", (order(until_ms=3 * DAY),), None, 3 * DAY),
        ("denounced", (), notice(5 * DAY), 5 * DAY - 1),
        ("denounced", (whole,), notice(5 * DAY), 3 * DAY),
        ("winding_down", (), notice(5 * DAY), 5 * DAY),
        ("winding_down", (), notice(5 * DAY), 5 * DAY + 59_999),
        ("ended", (), notice(5 * DAY), 5 * DAY + 60_000),
        ("expired", (whole,), None, 9 * DAY),
        ("expired", (), notice(10 * DAY), 9 * DAY),
    ]
    for state, orders, ends, at_ms in cases:
        assert state_of(grant(), BOOK, orders, ends, at_ms) == state, (state, at_ms)
    assert {state for state, _, _, _ in cases} | {"draft", "in_review", "rejected"} == set(MEANING)


def test_what_is_computed_is_what_the_compiled_agreements_give() -> None:
    """A state that gives opens something to somebody else, and one that does not opens nothing, over a world of random orders."""
    rng, seen = random.Random(3), set()
    for _ in range(300):
        made = grant(
            recipients=rng.sample(["b1", "b2", "c1"], rng.choice([1, 2])),
            purposes=rng.sample(world.PURPOSES, rng.choice([1, 2])),
            operations=rng.sample(["north", "south"], rng.choice([1, 2])),
            categories=rng.sample(["radar", "ais"], rng.choice([1, 2])),
        )
        orders = []
        for number in range(rng.choice([0, 1, 1, 2])):
            drawn = world.order(rng, BOOK, f"o{number}")
            if not drawn.is_hold:
                orders.append(drawn)
        ends = notice(rng.choice([3 * DAY, 6 * DAY])) if rng.random() < 0.3 else None
        events = [made, *orders, *([ends] if ends else [])]
        at_ms = rng.choice([DAY, 2 * DAY, 4 * DAY, 7 * DAY, 9 * DAY])
        state = state_of(made, BOOK, orders, ends, at_ms)
        slice = compile_slice(fold(events), BOOK, at_ms)
        open_to = {reader for reader, mask in slice.open_to.items() if mask}
        if state == "denounced":
            assert ends is not None
            assert at_ms < ends.ends_ms
        elif state in GIVES:
            assert open_to, state
        else:
            assert not open_to, state
        if state == "in_force":
            assert len(open_to) == len(made.recipients) * len(made.purposes) * len(made.operations)
        seen.add(state)
    assert seen >= {"approved", "in_force", "partly_suspended", "suspended", "expired", "denounced", "winding_down"}


def test_a_happening_the_table_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        walk(["founded", "the last lease runs out"])


def test_ten_thousand_agreements_are_folded_compiled_and_told_apart() -> None:
    base = grant(recipients=["b1", "c1"])
    made = [
        msgspec.structs.replace(base, id=f"g{number}", not_before_ms=number, expires_ms=20_000 + number) for number in range(10_000)
    ]
    standing = fold(made)
    slice = compile_slice(standing, BOOK, 5_000)
    assert (standing.epoch, len(slice.grants)) == (10_000, 5_001)
    assert (slice.from_ms, slice.to_ms) == (5_000, 5_001)
    assert all(slice.open_to[unit, "search_and_rescue", "north"] for unit in ("b1", "c1"))
    with pytest.raises(BadInput, match="stands already"):
        apply(standing, made[-1])
    states = [state_of(one, BOOK, (), None, 20_100) for one in made]
    assert (states.count("expired"), states.count("in_force")) == (101, 9_899)
