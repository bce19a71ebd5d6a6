"""The key of the decision quiz is what the gate says: each question is read from its page and put to it."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import msgspec
import pytest

from fairlead.agreement import (
    Assurance,
    Facts,
    Gatehouse,
    Order,
    Override,
    Person,
    Request,
    Resume,
    compile_slice,
    decide,
    fold,
    make_grant,
)
from fairlead.agreement.events import Event
from fairlead.label import CodeBook, Command, Label, Operation, Party, Unit, expand, join, purpose_of
from tests.house.tree import ROOT

PAGE = (ROOT / "docs/quiz/questions.md").read_text()
KEY = (ROOT / "docs/quiz/key.md").read_text()
CAST = tomllib.loads(PAGE.partition("```toml\n")[2].partition("```")[0])
WORLDS = {int(number): tomllib.loads(text) for number, text in re.findall(r"## (\d+)\n.*?```toml\n(.*?)```", PAGE, re.DOTALL)}
ANSWERS = {int(number): said for number, said in re.findall(r"^\| (\d+) \| ([a-z, ]+) \|", KEY, re.MULTILINE)}
END = 1_000


def book() -> CodeBook:
    codes = ("alfa", "bravo", "charlie")
    return CodeBook(
        version=1,
        parties={code: Party(code=code, name=code) for code in codes},
        commands={code: Command(code=code, name=code, **said) for code, said in CAST["commands"].items()},
        units={code: Unit(code=code, name=code, **said) for code, said in CAST["units"].items()},
        operations={
            code: Operation(code=code, name=code, mission=said["mission"], units=tuple(said["units"]))
            for code, said in CAST["operations"].items()
        },
        categories={"radar": "radar", "ais": "ais"},
        handling={},
    )


PEOPLE = {
    code: Person(code=code, name=code, party=said["party"], units=tuple(said["units"]), roles=tuple(said["roles"]))
    for code, said in CAST["people"].items()
}


def tuples(said: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in said.items() if name != "kind"}


def event(said: dict[str, Any]) -> Event:
    fields = tuples(said)
    match said["kind"]:
        case "grant":
            return make_grant(book(), **{"not_before_ms": 0, "expires_ms": END, **fields})
        case "order":
            return Order(ordered_at_ms=1, **fields)
        case "assurance":
            return Assurance(**fields)
        case "resume":
            return Resume(at_ms=1, **fields)
        case "override":
            words = {"reason": "r", "legal_basis": "l", "requester": "cas"}
            return Override(not_before_ms=0, expires_ms=END, at_ms=1, **words, **fields)
    raise AssertionError(said["kind"])


def label(said: dict[str, Any]) -> Label:
    fields = {name: tuple(sorted(value)) if isinstance(value, list) else value for name, value in said.items()}
    fields["originators"] = tuple(sorted(tuple(pair) for pair in said["originators"]))
    fields["purposes"] = tuple(sorted(expand(purpose_of(code) for code in said["purposes"])))
    return Label(**{"handling": (), "lease_s": 900, **fields})


def answer(world: dict[str, Any]) -> set[str]:
    """The conjuncts that fail."""
    now = book()
    for code, changes in world.get("changed", {}).get("units", {}).items():
        now = msgspec.structs.replace(now, units={**now.units, code: msgspec.structs.replace(now.units[code], **changes)})
    request = Request(**world["request"])
    slice = compile_slice(fold(event(one) for one in world.get("events", ())), now, request.at_ms)
    record = {"not_before_ms": 0, "expires_ms": END, **world.get("record", {})}
    record["held"] = frozenset(record.get("held", ()))
    facts = Facts(label=join([label(one) for one in world["labels"]]), **record)
    return {reason.conjunct for reason in decide(Gatehouse(book=now, people=PEOPLE, slice=slice), request, facts).reasons}


def test_there_are_twenty_questions_with_an_answer_each_and_a_third_to_two_thirds_are_permits() -> None:
    assert sorted(WORLDS) == sorted(ANSWERS) == list(range(1, 21))
    assert 6 <= sum(said == "permitted" for said in ANSWERS.values()) <= 13


@pytest.mark.parametrize("number", sorted(WORLDS))
def test_the_key_is_what_the_gate_says(number: int) -> None:
    expected = set() if ANSWERS[number] == "permitted" else set(ANSWERS[number].split(", "))
    assert answer(WORLDS[number]) == expected
