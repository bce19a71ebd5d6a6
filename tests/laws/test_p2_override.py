"""P2: no override carries an excluded use or lifts a unit above the ceiling; it takes two officers of every originator to make one."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.agreement import Facts, Gatehouse, Override, Person, Request, below_ceiling, compile_slice, decide, fold
from fairlead.agreement.events import OVERRIDE_MAX_MS
from fairlead.agreement.override import check_override, lacking, make_override, override_words
from fairlead.errors import BadInput
from fairlead.label import EXCLUDED_USES, PURPOSES
from tests.laws.test_p1_conjuncts import AT, label
from tests.model import world

BOOK = world.book()
RECORD = "a" * 64
SOUND = {
    "id": "v",
    "originators": ["alfa", "bravo"],
    "holdings": [RECORD],
    "units": ["b1"],
    "purpose": "interdiction",
    "operation": "north",
    "reason": "a boat is sinking",
    "legal_basis": "the duty to render assistance",
    "requester": "cas",
    "not_before_ms": AT,
    "expires_ms": AT + 100,
    "at_ms": AT,
}
NAMES = st.sampled_from(
    [
        *sorted(PURPOSES)[:4],
        *sorted(EXCLUDED_USES),
        *(f"detection_and_monitoring/{use}" for use in sorted(EXCLUDED_USES)),
        "detection_and_monitoring",
        "interdiction",
        "",
    ]
)


@given(
    purpose=NAMES,
    units=st.lists(st.sampled_from(["a1", "b1", "b2", "c1", "x"]), max_size=3),
    hours_ms=st.sampled_from([-1, 0, 1, OVERRIDE_MAX_MS, OVERRIDE_MAX_MS + 1]),
    holdings=st.lists(st.sampled_from([RECORD, "b" * 64, "b" * 63, "Z" * 64]), max_size=2),
)
def test_p2_whatever_is_asked_for_an_override_has_a_permitted_purpose_units_above_the_ceiling_and_72_hours(
    purpose: str, units: list[str], hours_ms: int, holdings: list[str]
) -> None:
    changed = {"purpose": purpose, "units": units, "expires_ms": AT + hours_ms, "holdings": holdings}
    try:
        made = make_override(BOOK, **(SOUND | changed))  # type: ignore[arg-type]
    except BadInput:
        assert (
            purpose not in PURPOSES
            or not units
            or not holdings
            or set(holdings) - {RECORD, "b" * 64}
            or not 0 < hours_ms <= OVERRIDE_MAX_MS
            or any(unit == "x" or below_ceiling(BOOK, unit) or unit not in BOOK.operations["north"].units for unit in units)
        )
        return
    assert made.purpose in PURPOSES
    assert not any(below_ceiling(BOOK, unit) for unit in made.units)
    assert 0 < made.expires_ms - made.not_before_ms <= OVERRIDE_MAX_MS
    assert check_override(BOOK, made) == made
    said = override_words(made, BOOK)
    assert all(BOOK.units[unit].name in said for unit in made.units)
    assert made.purpose in said


@pytest.mark.parametrize("length_ms", [-1, 0, OVERRIDE_MAX_MS + 1])
def test_p2_an_override_lasts_72_hours_at_most(length_ms: int) -> None:
    assert make_override(BOOK, **(SOUND | {"expires_ms": AT + OVERRIDE_MAX_MS}))  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="72 hours"):
        make_override(BOOK, **(SOUND | {"expires_ms": AT + length_ms}))  # type: ignore[arg-type]


@pytest.mark.parametrize("use", sorted(EXCLUDED_USES))
def test_p2_an_override_forged_with_an_excluded_use_lets_nothing_through(use: str) -> None:
    forged = msgspec.convert(SOUND | {"purpose": use}, Override)
    facts = Facts(label=label(), not_before_ms=0, expires_ms=AT + 1000, feeds=frozenset(), digest=RECORD)
    house = Gatehouse(book=BOOK, people=world.PEOPLE, slice=compile_slice(fold([forged]), BOOK, AT))
    person = next(code for code, one in world.PEOPLE.items() if "b1" in one.units and one.may("read"))
    request = Request(person=person, unit="b1", purpose=use, operation="north", act="read", form="full", at_ms=AT)
    assert "excluded" in {reason.conjunct for reason in decide(house, request, facts).reasons}
    with pytest.raises(BadInput):
        check_override(BOOK, forged)


PEOPLE = [
    Person(code=f"{party}{number}", name="", party=party, units=units, roles=(role,))
    for party in ("alfa", "bravo")
    for number, (units, role) in enumerate(
        [(("a1",), "releasing_officer"), (("a1",), "releasing_officer"), (("b1",), "releasing_officer"), (("a1",), "analyst")]
    )
]
shares: list[bool] = []


@given(
    signed=st.lists(st.sampled_from([*PEOPLE, *PEOPLE[:2], *PEOPLE[4:6]]), min_size=4, max_size=16),
    requester=st.sampled_from(["cas", "alfa0", "bravo1"]),
    originators=st.sampled_from([["alfa"], ["bravo"], ["alfa", "bravo"]]),
)
def test_p2_two_officers_of_every_originator_and_nobody_who_asked_or_gains(
    signed: list[Person], requester: str, originators: list[str]
) -> None:
    made = make_override(BOOK, **(SOUND | {"originators": originators, "requester": requester}))  # type: ignore[arg-type]
    count = {
        party: len(
            {
                one.code
                for one in signed
                if one.party == party and "releasing_officer" in one.roles and one.code != requester and "b1" not in one.units
            }
        )
        for party in originators
    }
    enough = all(number >= 2 for number in count.values())
    shares.append(enough)
    assert (lacking(made, signed) == ()) == enough


def test_p2_the_law_of_signatures_has_seen_enough_of_both() -> None:
    assert 0.1 < sum(shares) / len(shares) < 0.6, sum(shares) / len(shares)
