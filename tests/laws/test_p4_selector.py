"""P4, what a hold falls on: the pure rules equal the reference model on random sources, boxes and lines of descent."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairlead.agreement import Order, make_order
from fairlead.agreement.area import HALF_TURN_E7, meet
from fairlead.agreement.selector import ROOTED, SourceFacts, lying, matches, sets_of
from tests.laws.test_p1_conjuncts import label
from tests.model import gate_model, orders, world

EDGES = [-HALF_TURN_E7, -HALF_TURN_E7 + 1, -1, 0, 1, HALF_TURN_E7 - 1, HALF_TURN_E7]
LONGITUDE = st.one_of(st.sampled_from(EDGES), st.integers(-HALF_TURN_E7, HALF_TURN_E7))


@st.composite
def boxes(draw: st.DrawFn) -> tuple[int, int, int, int]:
    south, north = sorted(draw(st.lists(st.integers(-9, 9), min_size=2, max_size=2)))
    return south, draw(LONGITUDE), north, draw(LONGITUDE)


@settings(max_examples=600, deadline=None)
@given(boxes(), boxes())
def test_p4_boxes_meet_as_they_do_on_a_globe(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> None:
    assert meet(one, other) == meet(other, one) == gate_model.met(one, other)
    assert meet(one, one)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((0, 1_790_000_000, 1, -1_790_000_000), (0, 1_799_000_000, 1, 1_799_000_001), True),  # inside, before the line
        ((0, 1_790_000_000, 1, -1_790_000_000), (0, -1_795_000_000, 1, -1_792_000_000), True),  # inside, behind it
        ((0, 1_790_000_000, 1, -1_790_000_000), (0, -10, 1, 10), False),
        ((0, 1_700_000_000, 1, HALF_TURN_E7), (0, -HALF_TURN_E7, 1, -1_700_000_000), True),  # one meridian
        ((0, 0, 1, 1), (1, 1, 2, 2), True),  # a corner
        ((0, 0, 1, 1), (2, 0, 3, 1), False),
    ],
)
def test_p4_boxes_at_the_dateline_and_at_their_edges(one: tuple[int, ...], other: tuple[int, ...], expected: bool) -> None:
    assert meet(one, other) is expected  # type: ignore[arg-type]


def source(rng: random.Random) -> SourceFacts:
    feed = rng.choice(sorted(world.FEEDS))
    begin = rng.randint(0, 40)
    return SourceFacts(
        label=label(originator=world.FEEDS[feed], category=world.CATEGORY[feed], handling=[]),
        feed=feed,
        t_min_ms=begin,
        t_max_ms=begin + rng.randint(0, 10),
        sensor=rng.choice(["x-band", "s-band"]),
        channel=rng.choice(["direct", "liaison"]),
        asset=rng.choice(["mast", "plane", ""]),
        box=rng.choice([None, (520_000_000, 0, 520_000_001, 1), (0, 1_799_999_999, 1, 1_799_999_999), (0, 0, 0, 0)]),
        objects=frozenset(rng.sample(["7", "8", "0" * 64], rng.randint(0, 2))),
    )


def hold(rng: random.Random, id: str) -> Order:
    """An order over one or two axes labels do not know, now and then over part of the reach."""
    choices = {
        "feeds": ["a-radar"],
        "sensors": ["x-band"],
        "channels": ["liaison"],
        "assets": ["mast"],
        "objects": rng.choice([["7"], ["0" * 64], ["7", "8"]]),
        "regions": rng.choice([["north-sea"], ["dateline"]]),
        "window_from_ms": rng.randint(1, 30),
        "window_to_ms": rng.randint(31, 40),
    }
    axes = {name: choices[name] for name in rng.sample(sorted(choices), rng.randint(1, 2))}
    if rng.random() < 0.2:
        axes["categories"] = ["ais"]
    return make_order(
        orders.book(),
        world.FEEDS,
        declared=orders.DECLARED,
        id=id,
        originator="alfa",
        ordered_at_ms=1,
        reach=rng.choice([[], [], ["new"], ["already_shared"], ["derived"], ["new", "derived"], ["future_subscriptions"]]),
        **axes,
    )


def test_p4_a_rule_selects_what_the_reference_rule_selects() -> None:
    rng, selected, asked = random.Random(4), 0, 0
    for number in range(3_000):
        one, order = source(rng), hold(rng, f"o{number}")
        assert matches(order, one) == gate_model.selects(order, one), (order, one)
        selected, asked = selected + matches(order, one), asked + 1
    assert 0.1 < selected / asked < 0.5


def test_p4_a_hold_is_closed_under_descent_and_lies_where_the_reference_says() -> None:
    """Random lines of descent, holds signed in between: the sets handed from parents to children are those of the recursion."""
    counted = {"held": 0, "rooted only": 0, "free": 0}
    for seed in range(120):
        rng = random.Random(seed)
        events: list[Order] = []
        records: dict[str, gate_model.Record] = {}
        sets: dict[str, frozenset[str]] = {}
        for step in range(14):
            if rng.random() < 0.25:
                events.append(hold(rng, f"o{len(events)}"))
                for name, record in records.items():  # a hold is placed on all there is, in the order it was stored
                    above = frozenset[str]().union(*(sets[parent] for parent in record.parents))
                    sets[name] |= lying(events[-1], record.source, above, stored="before")
                continue
            parents = tuple(rng.sample(sorted(records), min(len(records), rng.choice([0, 1, 2, 3]))))
            record = gate_model.Record(None, 0, 9, None if parents else source(rng), parents, len(events))
            above = frozenset[str]().union(*(sets[parent] for parent in parents))
            records[f"r{step:02d}"] = record
            sets[f"r{step:02d}"] = frozenset[str]().union(*(lying(one, record.source, above, stored="after") for one in events))
        a_world = gate_model.World(orders.book(), {}, events, records)
        for name, record in records.items():
            for seq, order in enumerate(events, 1):
                held, rooted = order.id in sets[name], order.id + ROOTED in sets[name]
                assert held == gate_model.lies(a_world, seq, order, record), (seed, name, order)
                if order.reach:
                    assert rooted == gate_model.rooted(a_world, order, record), (seed, name, order)
                assert not record.parents or held or not any(order.id in sets[one] for one in record.parents)
                counted["held" if held else "rooted only" if rooted else "free"] += 1
    assert min(counted.values()) > 60, counted


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(orders.orders())
def test_p4_an_order_needs_records_exactly_when_a_label_cannot_know(order: Order) -> None:
    assert order.is_hold == gate_model.is_hold(order)
    assert bool(sets_of(order)) == order.is_hold
    assert (len(sets_of(order)) == 2) == bool(order.reach)
