"""What the gate keeps is said again only to the same reader, in the same epoch, between the same two dates, by the same path."""

from __future__ import annotations

import msgspec
import pytest

from fairlead.agreement import Assurance, Decision, Facts, Gatehouse, Request, compile_slice, decide, fold
from fairlead.agreement.order import Order
from tests.laws.test_p1_conjuncts import AT, END, FACTS, asked, grant, house, label
from tests.model import world

WIDE = msgspec.structs.replace(
    FACTS, label=label(purposes=["interdiction", "search_and_rescue"], operations=["north", "south"], handling=[])
)
OPEN = (
    grant(purposes=["interdiction"], operations=["north"], assurances=[]),
    grant("g2", purposes=["search_and_rescue"], operations=["north"], recipients=["c1"], assurances=[]),
)
RESCUE = asked(person="cas", unit="c1", purpose="search_and_rescue", form="distress")
DISTRESS = msgspec.structs.replace(WIDE, distress=True)


def test_p1_what_was_said_to_one_reader_is_not_said_to_another():
    at = house(*OPEN)
    assert decide(at, asked(), WIDE).permitted
    for other in (
        {"purpose": "search_and_rescue"},
        {"operation": "south"},
        {"person": "nobody"},
        {"act": "lead"},
        {"form": "distress"},
    ):
        assert not decide(at, asked(**other), WIDE).permitted, other
        assert decide(at, asked(), WIDE).permitted


def test_p1_what_was_said_of_one_label_is_not_said_of_another():
    at = house(*OPEN)
    assert decide(at, asked(), WIDE).permitted
    for other in (label(level="secret"), label(recipients=["c1"]), label(category="ais"), label(originator="bravo")):
        assert not decide(at, asked(), msgspec.structs.replace(WIDE, label=other)).permitted
    assert decide(at, asked(), WIDE).permitted


@pytest.mark.parametrize(("at_ms", "permitted"), [(AT, True), (AT + 49, True), (AT + 50, False), (AT + 51, False)])
def test_p4_a_slice_ends_where_an_assurance_does(at_ms: int, permitted: bool):
    events = (grant(), Assurance(party="bravo", assurance="treatment", expires_ms=AT + 50))
    compiled = compile_slice(fold(events), world.book(), AT)
    assert (compiled.from_ms, compiled.to_ms) == (0, AT + 50)
    known = Gatehouse(book=world.book(), people=world.PEOPLE, slice=compiled)
    decision = decide(known, asked(at_ms=at_ms), FACTS)
    assert decision.permitted is permitted
    assert decision.is_fault is not permitted, "the slice is of another instant: it has to be compiled anew"
    anew = Gatehouse(book=world.book(), people=world.PEOPLE, slice=compile_slice(fold(events), world.book(), at_ms))
    assert decide(anew, asked(at_ms=at_ms), FACTS).permitted is permitted


def rescued(order: Order, facts: Facts = DISTRESS, request: Request = RESCUE) -> Decision:
    return decide(house(*OPEN, order), request, facts)


@pytest.mark.parametrize("feeds", [(), ("a-radar",)])
@pytest.mark.parametrize("carve_outs", [(), ("safety_of_life",)])
def test_p4_the_path_of_rescue_is_open_where_the_order_leaves_it_open_and_nowhere_else(
    feeds: tuple[str, ...], carve_outs: tuple[str, ...]
):
    order = Order(id="o", originator="alfa", ordered_at_ms=1, feeds=feeds, carve_outs=carve_outs)
    held = msgspec.structs.replace(DISTRESS, held=frozenset({"o"} if feeds else ()))
    assert rescued(order, held).permitted is bool(carve_outs)
    assert not rescued(order, held, asked(person="cas", unit="c1", purpose="search_and_rescue")).permitted, "in full it is stopped"
    assert not rescued(order, held, asked(form="distress")).permitted, "no rescue centre"
    reasons = {reason.conjunct for reason in rescued(order, held, msgspec.structs.replace(RESCUE, form="full")).reasons}
    assert reasons == ({"holds"} if feeds else {"grants"})


@pytest.mark.parametrize("stated", [False, None, 1, "yes"])
def test_p4_what_states_no_distress_is_not_read_in_that_form(stated: object):
    order = Order(id="o", originator="alfa", ordered_at_ms=1, carve_outs=("safety_of_life",))
    assert rescued(order).permitted
    decision = rescued(order, msgspec.structs.replace(DISTRESS, distress=stated))
    assert {reason.conjunct for reason in decision.reasons} == {"distress"}


def test_p4_between_two_dates_the_same_gatehouse_says_the_same_of_the_same():
    at = house(*OPEN)
    first = decide(at, asked(), WIDE)
    assert decide(at, asked(at_ms=AT + 1), WIDE) is first, "nothing is judged twice"
    assert decide(at, asked(at_ms=END - 1), WIDE) is first


def test_p4_what_was_said_of_one_hold_or_instant_is_not_said_of_another():
    orders = [Order(id=name, originator="alfa", ordered_at_ms=1, feeds=(f"feed-{name}",), units=("b1",)) for name in ("o", "p")]
    elsewhere = Order(id="q", originator="alfa", ordered_at_ms=1, feeds=("feed-q",), units=("c1",))
    kept, seen = house(*OPEN, *orders, elsewhere), set()
    cases = [
        (msgspec.structs.replace(WIDE, held=frozenset(held), expires_ms=AT + 10), at_ms)
        for held in ((), ("o",), ("p",), ("q",), ("o", "p"), ("nobody's",))
        for at_ms in (AT, AT + 10, AT + 9, AT + 11)
    ]
    for _ in range(2):
        for facts, at_ms in (*cases, *reversed(cases)):
            said = decide(kept, asked(at_ms=at_ms), facts)
            assert said == decide(house(*OPEN, *orders, elsewhere), asked(at_ms=at_ms), facts)
            seen.add(tuple(sorted({reason.conjunct for reason in said.reasons})))
    assert seen == {(), ("holds",), ("time",), ("holds", "time")}
