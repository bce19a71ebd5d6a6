"""P1: nothing is read except for one named purpose that every originator of it permits for that unit."""

from __future__ import annotations

import itertools
import random

import msgspec
import pytest

from fairlead.agreement import compile_slice, decide, fold, make_grant
from tests.model import gate_model, world
from tests.model.machine import Machine

SHARE = (0.20, 0.40)


def answers(seed: int, moments: int = 3):
    """Every question a tiny world can be asked, a few steps on each time, with the reference gate's answer."""
    machine = Machine(seed)
    for _ in range(moments):
        for _ in range(4):
            machine.step()
        world, house = machine.world(), machine.house()
        for request in machine.requests():
            for name, record in world.records.items():
                yield request, machine.facts(name), house, gate_model.permits(world, request, record)


def test_p1_the_gate_equals_the_reference_gate_exhaustively_on_the_tiny_universe():
    asked = permits = 0
    for seed in range(24):
        for request, facts, house, expected in answers(seed):
            decision = decide(house, request, facts)
            assert decision.permitted == expected, (seed, request, facts, decision)
            assert not decision.is_fault
            asked += 1
            permits += expected
    assert asked > 20_000
    assert SHARE[0] <= permits / asked <= SHARE[1], permits / asked


def test_p1_every_permit_names_a_covering_agreement_of_every_originator():
    seen = 0
    for seed in range(10):
        for request, facts, house, expected in answers(seed):
            if expected:
                whose = {grant.id: (grant.originator,) for grant in house.slice.grants}
                whose |= {one.id: one.originators for one in house.slice.overrides}
                named = {party for code in decide(house, request, facts).agreements for party in whose[code]}
                assert named >= {party for party, _ in facts.label.originators}
                seen += 1
    assert seen > 500


@pytest.mark.parametrize("field", ["person", "unit", "purpose", "operation", "act", "form"])
def test_p1_an_unknown_code_in_any_place_turns_a_permit_into_a_refusal(field):
    turned = 0
    for request, facts, house, _ in itertools.islice((a for a in answers(3) if a[3]), 200):
        wrong = msgspec.structs.replace(request, **{field: "nowhere"})
        decision = decide(house, wrong, facts)
        assert not decision.permitted
        turned += 1
    assert turned > 50


def test_p1_a_set_where_one_value_is_required_is_refused_and_never_raises():
    request, facts, house, _ = next(a for a in answers(3) if a[3])
    for wrong in (("interdiction", "prosecution"), None, 7, ["a1"], b"a1", {"a1"}):
        for field in ("person", "unit", "purpose", "operation", "act", "form", "at_ms"):
            assert not decide(house, msgspec.structs.replace(request, **{field: wrong}), facts).permitted or (
                field == "at_ms" and wrong == 7
            )


def test_p1_a_holding_without_label_is_refused_as_a_fault():
    request, facts, house, _ = next(a for a in answers(3) if a[3])
    decision = decide(house, request, msgspec.structs.replace(facts, label=None))
    assert not decision.permitted
    assert decision.is_fault


def test_p1_a_stale_slice_decides_nothing():
    request, facts, house, _ = next(a for a in answers(3) if a[3])
    late = msgspec.structs.replace(request, at_ms=house.slice.to_ms)
    decision = decide(house, late, msgspec.structs.replace(facts, expires_ms=house.slice.to_ms + 1))
    assert not decision.permitted
    assert decision.is_fault


@pytest.mark.parametrize("change", [{"regime": "military"}, {"command": "cm"}, {"mission": "other"}])
def test_p1_a_change_of_regime_command_or_mission_voids_the_units_grants(change):
    book = world.book()
    after = world.book(b1=msgspec.structs.replace(book.units["b1"], **change))
    grant = make_grant(
        book,
        id="g",
        originator="alfa",
        recipients=["b1", "c1"],
        purposes=["interdiction"],
        operations=["north"],
        categories=["ais"],
        not_before_ms=0,
        expires_ms=9_000,
    )
    for the_book, open_to_b1 in ((book, True), (after, False)):
        made = compile_slice(fold([grant]), the_book, 10)
        assert (made.open_to.get(("b1", "interdiction", "north"), 0) > 0) is open_to_b1
        assert made.open_to.get(("c1", "interdiction", "north"), 0) > 0
    assert (
        grant.unit_prints["b1"]
        != make_grant(
            after,
            id="g",
            originator="alfa",
            recipients=["b1"],
            purposes=["interdiction"],
            operations=["north"],
            categories=["ais"],
            not_before_ms=0,
            expires_ms=9_000,
        ).unit_prints["b1"]
    )


def test_p1_more_than_64_originator_pairs_keep_apart():
    parties = {f"p{n}": msgspec.structs.replace(world.book().parties["alfa"], code=f"p{n}") for n in range(100)}
    book = msgspec.structs.replace(world.book(), parties={**world.book().parties, **parties})
    grants = [
        make_grant(
            book,
            id=f"g{n}",
            originator=f"p{n}",
            recipients=["b1"],
            purposes=["interdiction"],
            operations=["north"],
            categories=["ais"],
            not_before_ms=0,
            expires_ms=9_000,
        )
        for n in range(100)
        if n != 77
    ]
    made = compile_slice(fold(grants), book, 10)
    reader = ("b1", "interdiction", "north")
    label = world.labels(random.Random(1), world.book())[frozenset({"b-ais"})]
    for n in range(100):
        one = msgspec.structs.replace(label, originators=((f"p{n}", "ais"),))
        assert (made.blocked(made.mask(one), reader) == 0) is (n != 77)
