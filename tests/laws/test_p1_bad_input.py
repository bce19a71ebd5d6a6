"""P1: whatever is asked of the gate, it answers; what it cannot judge is a fault, counted apart, and never a permit."""

from __future__ import annotations

import itertools
import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.agreement import Decision, Facts, Gatehouse, Request, admit, compile_slice, decide
from fairlead.agreement.gate import CODES, REMEMBERED_MAX
from fairlead.agreement.reason import QUOTED_MAX, quoted, tally
from fairlead.agreement.render import full, full_for, redacted
from fairlead.envelope import encode
from fairlead.label import Label
from tests.model.machine import Machine

KINDS = {"refusal", "fault"}


class AnObject:
    """Something no code is; shown alike in every worker."""

    def __repr__(self) -> str:
        return "AnObject()"


ODD_CODES = [None, True, 7, 1.5, math.nan, b"b1", ["b1"], ("b1",), {"b1"}, frozenset({"b1"}), {"b1": 1}, AnObject(), Ellipsis]
ODD_TEXT = ["", " ", "b1 ", "B1", "\x00", "\ud800", "b1\ud800", "é", "x" * 10_000, "b1\n", "../b1", "nowhere"]


def permitted(seed: int = 3) -> tuple[Gatehouse, Request, Facts]:
    """A question that is answered with a permit."""
    machine = Machine(seed)
    house = machine.house()
    for request, name in itertools.product(machine.requests(), machine.records):
        if decide(house, request, machine.facts(name)).permitted:
            return house, request, machine.facts(name)
    raise AssertionError("a world without a permit says nothing")


HOUSE, REQUEST, FACTS = permitted()


def refused(decision: Decision) -> set[str]:
    """The conjuncts of a refusal, once it is seen to be one that can be logged and shown."""
    assert not decision.permitted
    assert decision.agreements == ()
    assert {reason.kind for reason in decision.reasons} <= KINDS
    assert encode(msgspec.to_builtins(decision))
    assert encode([*full(decision), *full_for(decision, "alfa")])
    return {reason.conjunct for reason in decision.reasons}


def asked(**changed: object) -> Request:
    return msgspec.structs.replace(REQUEST, **changed)


def facts(**changed: object) -> Facts:
    return msgspec.structs.replace(FACTS, **changed)


def test_p1_the_question_all_others_differ_from_is_permitted():
    assert decide(HOUSE, REQUEST, FACTS).permitted
    assert decide(HOUSE, REQUEST, FACTS).label
    assert decide(HOUSE, REQUEST, FACTS).agreements


@pytest.mark.parametrize("field", CODES)
@pytest.mark.parametrize("wrong", ODD_CODES, ids=repr)
def test_p1_a_set_a_number_or_nothing_where_one_code_is_required_is_the_fault_types(field: str, wrong: object):
    for _ in range(2):  # also when something like it was asked before
        decision = decide(HOUSE, asked(**{field: wrong}), FACTS)
        assert refused(decision) == {"types"}
        assert decision.is_fault
        assert field in decision.reasons[0].detail
    assert [reason.conjunct for reason in admit(HOUSE, asked(**{field: wrong}))] == ["types"]
    assert encode(redacted(admit(HOUSE, asked(**{field: wrong}))))
    assert decide(HOUSE, REQUEST, FACTS).permitted, "what was asked before is not spoilt"


@pytest.mark.parametrize("wrong", [None, True, 1.5, math.nan, "500", [500], (500,), {500}], ids=repr)
def test_p1_an_instant_is_one_whole_number(wrong: object):
    decision = decide(HOUSE, asked(at_ms=wrong), FACTS)
    assert refused(decision) == {"types"}
    assert decision.is_fault


@pytest.mark.parametrize("field", CODES)
@pytest.mark.parametrize("wrong", ODD_TEXT, ids=ascii)
def test_p1_a_code_in_no_code_book_is_refused_and_quoted_so_that_it_can_be_logged(field: str, wrong: str):
    decision = decide(HOUSE, asked(**{field: wrong}), FACTS)
    assert "codes" in refused(decision)
    assert not decision.is_fault
    assert max(len(reason.detail) for reason in decision.reasons) < 3 * 10 * QUOTED_MAX


@pytest.mark.parametrize("label", [None, "open", 7, {}, [], ("alfa", "ais"), {"alfa"}, frozenset(), AnObject()], ids=repr)
def test_p1_what_has_no_label_is_a_fault_and_no_permit(label: object):
    decision = decide(HOUSE, REQUEST, facts(label=label))
    assert refused(decision) <= {"label", "error"}
    assert decision.is_fault
    assert decision.label == ""


# A lease says how long a copy stays, not who may read: the gate does not look at it.
@pytest.mark.parametrize("field", [field for field in Label.__struct_fields__ if field != "lease_s"])
@pytest.mark.parametrize("damage", [None, 7, "x", (), (None,), [("alfa", "ais")]], ids=repr)
def test_p1_a_label_damaged_past_every_constructor_never_raises_and_never_gives_more(field: str, damage: object):
    """As a bad row or a bit flipped in memory would have it."""
    assert FACTS.label is not None
    damaged = msgspec.structs.replace(FACTS.label)
    msgspec.structs.force_setattr(damaged, field, damage)
    fresh = Gatehouse(book=HOUSE.book, people=HOUSE.people, slice=HOUSE.slice)
    decision = decide(fresh, REQUEST, facts(label=damaged))
    if field == "handling" and damage == ():
        return  # a label without obligations is a label
    refused(decision)


@pytest.mark.parametrize(
    "changed",
    [
        {"not_before_ms": None},
        {"expires_ms": None},
        {"not_before_ms": "0"},
        {"expires_ms": (9_000,)},
        {"expires_ms": math.nan},
        {"held": None},
        {"held": "o1"},
        {"held": ["o1"]},
        {"digest": ["x"]},
        {"digest": None, "expires_ms": None},
    ],
    ids=repr,
)
def test_p1_facts_with_nulls_or_of_wrong_types_are_never_a_permit(changed: dict[str, object]):
    refused(decide(HOUSE, REQUEST, facts(**changed)))


@pytest.mark.parametrize("house", [None, 7, AnObject(), Facts(label=None, not_before_ms=0, expires_ms=1)], ids=repr)
def test_p1_without_a_gatehouse_nothing_is_permitted_and_nothing_raises(house: object):
    decision = decide(house, REQUEST, FACTS)
    assert refused(decision) == {"error"}
    assert admit(house, REQUEST)


@pytest.mark.parametrize("request_", [None, 7, FACTS, AnObject()], ids=repr)
def test_p1_what_is_no_request_is_refused(request_: object):
    assert refused(decide(HOUSE, request_, FACTS)) == {"types"}


@pytest.mark.parametrize("part", ["units", "commands", "operations", "parties"])
def test_p1_a_missing_table_is_a_fault_or_a_refusal(part: str):
    book = msgspec.structs.replace(HOUSE.book)
    msgspec.structs.force_setattr(book, part, None)
    if part != "parties":  # nothing in a decision looks up a party: units and pairs carry it
        refused(decide(Gatehouse(book=book, people=HOUSE.people, slice=HOUSE.slice), REQUEST, facts()))
    slice = msgspec.structs.replace(HOUSE.slice)
    for table in ("bits", "open_to", "given_to"):
        msgspec.structs.force_setattr(slice, table, {})
        refused(decide(Gatehouse(book=HOUSE.book, people=HOUSE.people, slice=slice), REQUEST, FACTS))
    assert refused(decide(Gatehouse(book=HOUSE.book, people={}, slice=HOUSE.slice), REQUEST, FACTS)) == {"codes"}


def test_p4_a_slice_of_another_epoch_or_code_book_decides_nothing():
    newer = msgspec.structs.replace(HOUSE.book, version=HOUSE.book.version + 1)
    for house in (msgspec.structs.replace(HOUSE, epoch=HOUSE.slice.epoch + 1), msgspec.structs.replace(HOUSE, book=newer)):
        decision = decide(house, REQUEST, FACTS)
        assert "epoch" in refused(decision)
        assert decision.is_fault
    same = msgspec.structs.replace(HOUSE, epoch=HOUSE.slice.epoch)
    assert decide(same, REQUEST, FACTS).permitted
    assert same.memory.askers is HOUSE.memory.askers, "what was judged is kept while nothing has changed"


def test_p4_an_instant_outside_the_slice_decides_nothing():
    late, early = HOUSE.slice.to_ms, HOUSE.slice.from_ms - 1
    for at_ms in (late, early, -1, 2**53):
        decision = decide(HOUSE, asked(at_ms=at_ms), facts(not_before_ms=-10, expires_ms=2**60))
        assert "epoch" in refused(decision)
        assert decision.is_fault


def test_p1_made_up_codes_do_not_fill_the_memory():
    house = Gatehouse(book=HOUSE.book, people=HOUSE.people, slice=HOUSE.slice)
    house.memory.kept = REMEMBERED_MAX - 20
    for number in range(100):
        decide(house, asked(purpose=f"made-up-{number}"), FACTS)
    assert len(house.memory.askers) < 100
    assert decide(house, REQUEST, FACTS) == decide(HOUSE, REQUEST, FACTS)


ANY_VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.binary(max_size=4),
    st.lists(st.text(max_size=3), max_size=2),
    st.sampled_from(["ben", "b1", "interdiction", "north", "read", "full", "\ud800", "commercial"]),
)


@settings(max_examples=400)
@given(
    changed=st.dictionaries(st.sampled_from([*CODES, "at_ms"]), ANY_VALUE, max_size=4),
    held=st.dictionaries(st.sampled_from(Facts.__struct_fields__), ANY_VALUE, max_size=2),
)
def test_p1_whatever_is_put_to_it_the_gate_answers_and_what_is_not_one_good_request_is_refused(changed, held):
    same = all(getattr(REQUEST, name) == value and type(getattr(REQUEST, name)) is type(value) for name, value in changed.items())
    decision = decide(HOUSE, asked(**changed), facts(**held))
    if not decision.permitted:
        refused(decision)
    moved = {**changed}
    if not same and set(moved) - {"at_ms"}:
        other = [name for name in moved if name != "at_ms" and moved[name] != getattr(REQUEST, name)]
        known = all(isinstance(moved[name], str) for name in other)
        assert not decision.permitted or known, (changed, decision)


def test_p1_faults_are_counted_apart_from_refusals_and_from_what_was_given():
    counts: dict[str, int] = {}
    questions = [(REQUEST, FACTS)] * 3 + [(asked(purpose="prosecution"), FACTS)] * 2
    questions += [(asked(unit=None), FACTS), (REQUEST, facts(label=None)), (asked(at_ms=10**9), FACTS)]
    for request, one in questions:
        counts = tally(decide(HOUSE, request, one).reasons, counts)
    assert counts == {"given": 3, "refused": 2, "fault types": 1, "fault label": 1, "fault epoch": 1}


def test_what_a_reason_quotes_is_short_and_printable():
    for text in ODD_TEXT:
        said = quoted(text)
        assert said.isprintable() or said == ""
        assert len(said) <= 10 * QUOTED_MAX
    assert quoted("interdiction") == "interdiction"


def test_a_slice_of_no_events_is_shut_to_all():
    empty = compile_slice(type(Machine(1).standing)(), HOUSE.book, 500)
    house = Gatehouse(book=HOUSE.book, people=HOUSE.people, slice=empty)
    assert refused(decide(house, REQUEST, FACTS)) == {"grants"}
