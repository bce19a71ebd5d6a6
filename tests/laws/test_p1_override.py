"""An override lets through what two officers of every originator signed for, and nothing beside it: each thing it names is needed."""

from __future__ import annotations

import msgspec
import pytest

from fairlead.agreement import Assurance, Decision, Facts, Gatehouse, Override, Request, Resume, compile_slice, decide, fold, make_order
from fairlead.agreement.order import Order
from fairlead.label import join
from tests.laws.test_p1_conjuncts import AT, END, FACTS, asked, grant, label
from tests.model import world

RECORD = "a" * 64
# Shut five ways: not released to the unit, for the purpose or inside the operation; no agreement; a hold lies on it.
SHUT = label(recipients=["a1"], purposes=["prosecution"], operations=["south"])
HOLD = Order(id="h", originator="alfa", ordered_at_ms=1, feeds=("a-radar",))
MADE = Override(
    id="v",
    originators=("alfa",),
    holdings=(RECORD,),
    units=("b1",),
    purpose="interdiction",
    operation="north",
    reason="a boat is sinking",
    legal_basis="the duty to render assistance",
    requester="cas",
    not_before_ms=AT,
    expires_ms=AT + 100,
    at_ms=AT,
)
HELD = msgspec.structs.replace(FACTS, label=SHUT, digest=RECORD, held=frozenset({"h"}))


def house(*events: object, at_ms: int = AT) -> Gatehouse:
    return Gatehouse(book=world.book(), people=world.PEOPLE, slice=compile_slice(fold(events), world.book(), at_ms))


def said(override: Override = MADE, request: Request | None = None, facts: Facts = HELD, *more: object) -> Decision:
    request = request or asked()
    return decide(house(HOLD, override, *more, at_ms=request.at_ms), request, facts)


def conjuncts(*given: object) -> set[str]:
    return {reason.conjunct for reason in said(*given).reasons}


def test_p1_an_override_lets_through_recipients_purposes_operations_grants_and_holds_and_is_named():
    without = {reason.conjunct for reason in decide(house(HOLD), asked(), HELD).reasons}
    assert without == {"recipients", "purposes", "operations", "grants", "holds"}
    assert said().permitted
    assert said().agreements == ("v",)


def test_p1_an_override_lets_through_an_assurance_that_is_not_given():
    facts = msgspec.structs.replace(FACTS, digest=RECORD)
    assert [one.conjunct for one in decide(house(grant()), asked(), facts).reasons] == ["assurances"]
    decision = decide(house(grant(), MADE), asked(), facts)
    assert decision.permitted
    assert decision.agreements == ("g", "v")


def test_p1_an_override_that_was_not_needed_is_not_named():
    accepted = Assurance(party="bravo", assurance="treatment", expires_ms=END)
    decision = decide(house(grant(), accepted, MADE), asked(), msgspec.structs.replace(FACTS, digest=RECORD))
    assert decision.permitted
    assert decision.agreements == ("g",)


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        ({"label": label(level="confidential")}, {"level"}),
        ({"label": label(handling=["care", "quiet"])}, {"handling"}),
        ({"not_before_ms": AT + 1}, {"time"}),
        ({"expires_ms": AT}, {"time"}),
    ],
)
def test_p1_an_override_lifts_no_level_no_handling_and_no_time(facts: dict[str, object], kept: set[str]):
    assert conjuncts(MADE, asked(), msgspec.structs.replace(HELD, **facts)) == kept


@pytest.mark.parametrize(
    ("request_", "kept"),
    [
        (asked(purpose="commercial"), "excluded"),
        (asked(act="lead"), "role"),
        (asked(unit="b2"), "ceiling"),
        (asked(person="nobody"), "codes"),
        (asked(operation="nowhere"), "codes"),
    ],
)
def test_p2_an_override_lifts_no_excluded_use_no_role_no_ceiling_and_no_code(request_: Request, kept: str):
    forged = msgspec.structs.replace(
        MADE, purpose=request_.purpose, units=(*MADE.units, "b2"), operation=request_.operation, holdings=(RECORD,)
    )
    assert kept in conjuncts(forged, request_)


@pytest.mark.parametrize(
    "changed",
    [
        {"holdings": ("b" * 64,)},
        {"units": ("c1",)},
        {"purpose": "search_and_rescue"},
        {"operation": "south"},
        {"originators": ("bravo",)},
    ],
)
def test_p1_an_override_for_another_record_unit_purpose_operation_or_by_another_originator_lets_nothing_through(
    changed: dict[str, object],
):
    assert not said(msgspec.structs.replace(MADE, **changed)).permitted


def test_p1_an_override_for_a_record_is_for_no_other_though_another_override_names_that():
    """Two are in force; the other's record is read by the units of this one."""
    other = msgspec.structs.replace(MADE, id="w", holdings=("b" * 64,), units=("c1",))
    there = msgspec.structs.replace(HELD, digest="b" * 64)
    assert not decide(house(HOLD, MADE, other), asked(), there).permitted
    assert decide(house(HOLD, MADE, other), asked(), HELD).permitted


@pytest.mark.parametrize(("at_ms", "permitted"), [(AT - 1, False), (AT, True), (AT + 99, True), (AT + 100, False), (AT + 101, False)])
def test_p1_an_override_holds_from_its_first_instant_and_not_at_its_last(at_ms: int, permitted: bool):
    assert said(MADE, asked(at_ms=at_ms)).permitted is permitted
    now = house(HOLD, MADE)  # also in a slice that was compiled while it was in force
    late = msgspec.structs.replace(now, slice=msgspec.structs.replace(now.slice, from_ms=0, to_ms=END))
    assert decide(late, asked(at_ms=at_ms), HELD).permitted is permitted


def test_p1_an_override_by_one_originator_of_two_lets_nothing_through():
    both = join([SHUT, label(originator="bravo", category="ais")])
    facts = msgspec.structs.replace(HELD, label=both)
    assert not said(MADE, asked(), facts).permitted
    assert said(msgspec.structs.replace(MADE, originators=("alfa", "bravo")), asked(), facts).permitted


def test_p4_any_later_order_of_one_of_its_originators_voids_an_override_for_good():
    accepted = [grant(assurances=[])]
    later = make_order(world.book(), world.FEEDS, id="later", originator="alfa", ordered_at_ms=AT, units=["c1"])
    assert not said(MADE, asked(), HELD, *accepted, later).permitted
    lifted = Resume(order="later", originator="alfa", at_ms=AT)
    assert not said(MADE, asked(), HELD, *accepted, later, lifted).permitted
    others = make_order(world.book(), world.FEEDS, id="later", originator="bravo", ordered_at_ms=AT, units=["c1"])
    assert said(MADE, asked(), HELD, *accepted, others).permitted


def test_p1_what_has_no_digest_or_no_label_is_let_through_by_no_override():
    assert not said(MADE, asked(), msgspec.structs.replace(HELD, digest="")).permitted
    assert conjuncts(MADE, asked(), msgspec.structs.replace(HELD, label=None)) == {"label"}
