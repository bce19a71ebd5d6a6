"""Columns of sources: what they select at a stroke is what the rule says of each source in turn (P4)."""

from __future__ import annotations

import random
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from fairlead.agreement import Order
from fairlead.agreement.area import HALF_TURN_E7, Area, Box
from fairlead.agreement.selector import SourceFacts, matches
from fairlead.store.sources import Sources, about, facts_of
from tests.laws.test_p1_conjuncts import label

LABELS = {
    1: label(),
    2: label(category="ais"),
    3: label(originator="bravo", category="ais"),
}
EDGES = (-HALF_TURN_E7, -HALF_TURN_E7 + 1, -5, 0, 5, HALF_TURN_E7 - 1, HALF_TURN_E7)


def box(rng: random.Random) -> Box:
    south, north = sorted(rng.choices(range(-3, 4), k=2))
    return (south, rng.choice(EDGES), north, rng.choice(EDGES))


def source(rng: random.Random, num: int) -> SimpleNamespace:
    start = rng.randrange(-20, 100)
    of = rng.choice(sorted(LABELS))
    facts = SourceFacts(
        label=LABELS[of],
        feed=rng.choice(["", "north-feed", "south-feed"]),
        t_min_ms=start,
        t_max_ms=start + rng.choice([0, 5, 50]),
        sensor=rng.choice(["", "north"]),
        channel=rng.choice(["", "vhf"]),
        asset=rng.choice(["", "rig"]),
        box=box(rng) if rng.random() < 0.8 else None,
        objects=frozenset(rng.choices(["230000001", "230000002", "230000003"], k=rng.choice([0, 1, 2]))),
    )
    return SimpleNamespace(
        num=num,
        label=of,
        feed=facts.feed,
        t_min_ms=facts.t_min_ms,
        t_max_ms=facts.t_max_ms,
        digest=f"{num:064x}",
        source=about(facts),
    )


def order(rng: random.Random, size: int) -> Order:
    axes = {
        "categories": ("ais",),
        "feeds": ("north-feed",),
        "sensors": ("north",),
        "channels": ("vhf",),
        "assets": ("rig",),
        "regions": tuple(Area(code=f"a{number}", box=box(rng)) for number in range(rng.choice([1, 2]))),
        "objects": (f"{rng.randint(1, size):064x}", "230000001"),
        "window_from_ms": rng.randrange(1, 100),
        "window_to_ms": rng.randrange(1, 100),
    }
    chosen = rng.sample(sorted(axes), rng.choice([0, 1, 1, 1, 2, 2, 3]))
    return Order(id="x", originator=rng.choice(["alfa", "bravo"]), ordered_at_ms=1, **{name: axes[name] for name in chosen})


def walked(rng: random.Random) -> tuple[int, int]:
    """Sources taken in by parts, and orders asked between; how many were selected, of how many."""
    rows = [source(rng, num) for num in sorted(rng.sample(range(1, 5_000), rng.choice([5, 40, 60])))]
    kept, at, selected, asked = Sources(), 0, 0, 0
    for _ in range(3):
        part = rows[at : at + rng.randint(0, len(rows))]
        at += len(part)
        kept.add(part, part[-1].num if part else kept.upto)
        for _ in range(8):
            one = order(rng, rows[-1].num)
            digests = BitMap(row.num for row in rows if row.digest in one.objects)
            should = [row.num for row in rows[:at] if matches(one, facts_of(row, LABELS[row.label]))]
            assert list(kept.select(one, LABELS, digests)) == should, one
            selected, asked = selected + len(should), asked + at
    return selected, asked


@settings(max_examples=150)
@given(seed=st.integers(0, 10**6))
def test_p4_columns_select_what_the_rule_selects_one_by_one(seed: int) -> None:
    walked(random.Random(seed))


def test_p4_the_orders_above_select_some_and_leave_some() -> None:
    totals = [walked(random.Random(seed)) for seed in range(60)]
    share = sum(selected for selected, _ in totals) / sum(asked for _, asked in totals)
    assert 0.1 < share < 0.5, share


def test_p4_columns_grow_past_their_room() -> None:
    rng = random.Random(3)
    rows = [source(rng, num) for num in range(1, 3_001)]
    kept = Sources()
    for start in range(0, 3_000, 500):
        kept.add(rows[start : start + 500], start + 500)
    one = Order(id="x", originator="alfa", ordered_at_ms=1, window_from_ms=40)
    assert list(kept.select(one, LABELS, BitMap())) == [row.num for row in rows if matches(one, facts_of(row, LABELS[row.label]))]


def test_p4_a_label_that_this_transaction_does_not_see_selects_nothing() -> None:
    kept = Sources()
    kept.add([source(random.Random(seed), seed) for seed in range(1, 20)], 20)
    one = Order(id="x", originator="alfa", ordered_at_ms=1, window_from_ms=1)
    seen = kept.select(one, LABELS, BitMap())
    assert kept.select(one, {1: LABELS[1]}, BitMap()) < seen
    assert not kept.select(one, {}, BitMap())
