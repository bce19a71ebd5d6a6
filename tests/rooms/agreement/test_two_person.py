"""Two-person rules: who counts, who does not, and what is said when they are too few."""

from __future__ import annotations

import pytest

from fairlead.agreement import Person
from fairlead.agreement.two_person import enough


def person(
    code: str, *, party: str = "alfa", units: tuple[str, ...] = ("a1",), roles: tuple[str, ...] = ("releasing_officer",)
) -> Person:
    return Person(code=code, name=code, party=party, units=units, roles=roles)


ANN, AMY = person("ann"), person("amy")


def asked(*signers: Person, not_among: tuple[str, ...] = (), count: int = 2) -> list[str]:
    return [one.detail for one in enough(signers, party="alfa", role="releasing_officer", count=count, not_among=not_among)]


def test_two_different_officers_of_the_party_are_enough_in_any_company():
    assert asked(ANN, AMY) == []
    assert asked(ANN, ANN, AMY) == []
    assert asked(person("ben", party="bravo"), AMY, person("cas", roles=()), ANN) == []


@pytest.mark.parametrize(
    ("signers", "not_among", "said"),
    [
        ((), (), "0 did"),
        ((ANN,), (), "1 did"),
        ((ANN, ANN), (), "ann signed more than once"),
        ((ANN, person("ben", party="bravo")), (), "1 did"),
        ((ANN, person("cas", roles=("analyst",))), (), "cas is no releasing_officer"),
        ((ANN, AMY), ("amy",), "amy asked for it or gains by it"),
        ((ANN, person("liv", units=("a2", "b1"))), ("b1",), "liv acts for b1, which gains by it"),
    ],
)
def test_too_few_are_refused_and_each_who_does_not_count_is_named(signers, not_among, said):
    reasons = asked(*signers, not_among=not_among)
    assert reasons
    assert any(said in reason for reason in reasons)


def test_one_is_enough_where_one_is_asked_and_none_never_is():
    assert asked(ANN, count=1) == []
    assert asked(ANN, AMY, count=0)
    assert asked(count=0)


def test_reasons_are_refusals_of_the_party_whose_signatures_are_missing():
    reasons = enough([ANN], party="alfa", role="releasing_officer", count=2, not_among=())
    assert {(one.conjunct, one.originator, one.kind) for one in reasons} == {("signatures", "alfa", "refusal")}
