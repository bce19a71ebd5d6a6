"""The tables themselves: well formed, wholly reachable, and drawn."""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec
import pytest

import fairlead.case
from fairlead.agreement.people import ROLES
from fairlead.case import ACT_TYPES, CASE, EXHIBIT, PERSON, TABLES, diagram
from fairlead.case.needs import ACT_NEEDS, REMEDIES, STATE_NEEDS
from fairlead.case.steps import START, Table, faults, rows
from fairlead.case.tables import AFTER_BOARDING, BEFORE_BOARDING, HALTED, NODE, OPENED, PEOPLE_SETTLED, THINGS_SETTLED

NEEDS = frozenset({*STATE_NEEDS, *ACT_NEEDS})
WHO = frozenset({*ROLES, NODE})


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_well_formed(table: Table) -> None:
    assert faults(table, NEEDS, WHO) == ()


def test_every_need_is_used_and_every_remedy_is_a_step() -> None:
    used = {need for table in TABLES for step in table.steps for need in step.needs}
    assert used == NEEDS
    assert not set(STATE_NEEDS) & set(ACT_NEEDS)
    assert {verb for verbs in REMEDIES.values() for verb in verbs} <= CASE.verbs
    assert set(REMEDIES) <= NEEDS


def test_every_act_has_a_row_and_every_row_an_act() -> None:
    verbs = {verb.partition(":")[0] for table in TABLES for verb in table.verbs}
    assert verbs == set(ACT_TYPES)


def test_the_states_are_those_the_design_names() -> None:
    assert CASE.states == {START, "closed", *OPENED}
    assert PERSON.states >= PEOPLE_SETTLED
    assert EXHIBIT.states >= THINGS_SETTLED


def test_rescue_and_withdrawal_leave_from_anywhere() -> None:
    for state in (*BEFORE_BOARDING, *AFTER_BOARDING, *HALTED, "under_legal_review"):
        assert CASE.find(state, "became_rescue") is not None, state
        step = CASE.find(state, "grounds_withdrawn")
        assert step is not None
        assert step.to_state == ("under_legal_review" if state in (*AFTER_BOARDING, "under_legal_review") else "grounds_withdrawn")


def test_no_act_edits_or_deletes() -> None:
    assert not [tag for tag in ACT_TYPES if any(word in tag for word in ("edit", "delete", "remove", "amend", "erase", "void"))]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (Table(name="t", terminal=frozenset({"b"}), steps=rows((START, START), "go", "b", roles=("r",))), "two rows"),
        (
            Table(
                name="t",
                terminal=frozenset({"b", "d"}),
                steps=(*rows(START, "go", "b", roles=("r",)), *rows("c", "go", "d", roles=("r",))),
            ),
            "cannot be reached",
        ),
        (Table(name="t", terminal=frozenset(), steps=rows(START, "go", "b", roles=("r",))), "not declared terminal"),
        (Table(name="t", terminal=frozenset({START}), steps=rows(START, "go", "b", roles=("r",))), "declared terminal and has steps"),
        (Table(name="t", terminal=frozenset({"b"}), steps=rows(START, "go", "b", roles=("q",))), "no such role"),
        (Table(name="t", terminal=frozenset({"b"}), steps=rows(START, "go", "b", roles=())), "nobody may take it"),
        (Table(name="t", terminal=frozenset({"b"}), steps=rows(START, "go", "b", roles=("r",), needs=("n",))), "no such need"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_fault_of_a_table_is_found(table: Table, words: str) -> None:
    assert any(words in fault for fault in faults(table, frozenset(), frozenset({"r"})))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_diagram_names_every_state_and_every_verb(table: Table) -> None:
    drawn = diagram(table)
    assert drawn.startswith("stateDiagram-v2\n")
    for state in table.states:
        assert state in drawn
    for verb in table.verbs:
        assert verb in drawn


def test_acts_have_no_float_and_no_field_for_a_weapon_or_an_aim() -> None:
    for tag, kind in ACT_TYPES.items():
        for field in msgspec.structs.fields(kind):
            assert "float" not in str(field.type), (tag, field.name)
            assert not {"weapon", "aim", "engage", "fire"} & set(field.name.split("_")), (tag, field.name)


def test_the_room_takes_the_clock_from_nobody() -> None:
    for path in Path(fairlead.case.__file__).parent.glob("*.py"):
        named = {
            alias.name.partition(".")[0]
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        assert not named & {"os", "time", "random", "datetime", "secrets", "uuid"}, path.name
