"""P3: a derived holding is readable only by those who may read everything it was computed from."""

from __future__ import annotations

import itertools
import random

import msgspec
import pytest

from fairlead import errors
from fairlead.agreement import decide
from fairlead.agreement.gate import Facts
from fairlead.label import join, label_hash, narrower_or_equal
from fairlead.report.holding import Holding, derived
from tests.model import world
from tests.model.machine import Machine


def joined(left: Facts, right: Facts) -> Facts:
    """What the gate would be told of something made of these two and nothing else, named by no override."""
    return Facts(
        label=join([left.label, right.label]),
        not_before_ms=max(left.not_before_ms, right.not_before_ms),
        expires_ms=min(left.expires_ms, right.expires_ms),
        held=left.held | right.held,
        distress=left.distress or right.distress,
    )


def test_p3_deciding_on_a_join_is_deciding_on_every_part():
    asked = permits = 0
    for seed in range(30):
        machine = Machine(seed)
        for _ in range(8):
            machine.step()
        house = machine.house()
        # Two things an order may say look at all a record was made from, and at none of its parts alone.
        loose = any("co_originators" in order.carve_outs for order in house.slice.orders)
        tight = any("future_subscriptions" in order.reach for order in house.slice.orders)
        for request in machine.requests():
            if request.form == "distress" or loose:
                continue
            parts = [msgspec.structs.replace(machine.facts(name), digest="") for name in machine.records]
            alone = [decide(house, request, facts).permitted for facts in parts]
            for (left, one), (right, other) in itertools.combinations(zip(parts, alone, strict=True), 2):
                whole = decide(house, request, joined(left, right)).permitted
                assert whole == (one and other) or (tight and not whole), (seed, request, left, right)
                asked += one or other  # else there was nothing to lose by joining
                permits += whole
    assert asked > 3_000
    assert 0.20 <= permits / asked <= 0.40, permits / asked


def test_p3_join_is_commutative_associative_idempotent_and_only_narrows():
    for seed in range(50):
        labels = list(world.labels(random.Random(seed), world.book()).values())
        for a, b, c in itertools.combinations(labels, 3):
            assert join([a, b]) == join([b, a])
            assert join([join([a, b]), c]) == join([a, join([b, c])]) == join([a, b, c])
            assert join([a, a]) == a
            assert narrower_or_equal(join([a, b]), a)
            assert set(join([a, b]).recipients) <= set(a.recipients) & set(b.recipients)
            assert set(join([a, b]).originators) == set(a.originators) | set(b.originators)
            assert join([a, b]).lease_s == min(a.lease_s, b.lease_s)
            assert label_hash(join([a, b])) == label_hash(join([b, a]))


def test_p3_the_join_of_nothing_is_an_error_and_never_a_label_without_originator():
    with pytest.raises(errors.LabelFault, match="nothing to join"):
        join([])


def holding(id: str, label, parents=(), nb=0, exp=100) -> Holding:
    return Holding(
        id=id,
        kind="lead" if parents else "segment",
        label=label,
        digest="0" * 64,
        t_min_ms=0,
        t_max_ms=1,
        not_before_ms=nb,
        expires_ms=exp,
        created_ms=0,
        parents=tuple(parents),
    )


def test_p3_a_derived_holding_wider_than_the_join_of_its_parents_cannot_be_made():
    wider = 0
    for seed in range(30):
        labels = world.labels(random.Random(seed), world.book())
        a, b = labels[frozenset({"a-radar"})], labels[frozenset({"b-ais"})]
        parents = [holding("a", a), holding("b", b)]
        assert derived(holding("c", join([a, b]), ("a", "b")), parents)
        for wrong in (a, b):
            if wrong != join([a, b]):
                wider += 1
                with pytest.raises(errors.LabelFault, match="wider"):
                    derived(holding("c", wrong, ("a", "b")), parents)
        for late in ({"nb": 0, "exp": 101}, {"nb": -1, "exp": 100}):
            with pytest.raises(errors.LabelFault, match="outlives"):
                derived(holding("c", join([a, b]), ("a", "b"), **late), parents)
        with pytest.raises(errors.LabelFault, match="parents given"):
            derived(holding("c", join([a, b]), ("a", "b")), parents[:1])
    assert wider > 20


def test_p3_a_lead_without_parents_cannot_be_made():
    label = world.labels(random.Random(1), world.book())[frozenset({"a-radar"})]
    with pytest.raises(errors.LabelFault, match="no parents"):
        Holding(id="x", kind="lead", label=label, digest="0" * 64, t_min_ms=0, t_max_ms=1, not_before_ms=0, expires_ms=1, created_ms=0)
