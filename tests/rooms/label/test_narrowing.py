"""What a join would take away: exact by brute force over every set of sources to leave out."""

from __future__ import annotations

import itertools
import random

from fairlead.label import in_the_way, join, narrowings
from tests.model import world

READERS = list(itertools.product(["a1", "b1", "b2", "c1"], [*world.PURPOSES, "nationality_verification"], ["north", "south"]))


def sources(seed: int):
    rng = random.Random(seed)
    made = {f"{n}-{feed}": world.labels(rng, world.book())[frozenset({feed})] for n in range(2) for feed in sorted(world.FEEDS)}
    return {name: made[name] for name in rng.sample(sorted(made), rng.randint(1, 5))}


def narrow(seed: int):
    """Sources with fewer codes each, so that joins are often empty."""
    rng = random.Random(seed)
    units = sorted(world.book().units)
    some = sources(seed)
    return {
        name: type(label)(
            **{**{f: getattr(label, f) for f in label.__struct_fields__}, "recipients": tuple(sorted(rng.sample(units, 2)))}
        )
        for name, label in some.items()
    }


def test_each_field_says_what_is_left_what_is_lost_and_the_fewest_sources_to_leave_out():
    emptied = 0
    for seed in range(150):
        found = narrow(seed) if seed % 2 else sources(seed)
        whole = join(list(found.values()))
        for one in narrowings(found):
            assert one.left == getattr(whole, one.field)
            assert set(one.lost) == set().union(*(getattr(label, one.field) for label in found.values())) - set(one.left)
            if one.left:
                assert one.leave_out == ()
                continue
            emptied += 1
            rest = [label for name, label in found.items() if name not in one.leave_out]
            assert rest
            assert getattr(join(rest), one.field)
            for fewer in itertools.combinations(found, len(one.leave_out) - 1):
                kept = [label for name, label in found.items() if name not in fewer]
                assert not getattr(join(kept), one.field), "fewer would have done"
    assert emptied > 30


def test_what_stands_in_one_readers_way_is_exactly_what_must_go():
    shut = 0
    for seed in range(60):
        found = narrow(seed) if seed % 2 else sources(seed)
        for unit, purpose, operation in READERS:
            away = in_the_way(found, unit=unit, purpose=purpose, operation=operation)
            shut += bool(away)

            def lets_in(names, found=found, unit=unit, purpose=purpose, operation=operation) -> bool:
                label = join([found[name] for name in names])
                return unit in label.recipients and purpose in label.purposes and operation in label.operations

            kept = [name for name in found if name not in away]
            assert not kept or lets_in(kept)
            assert not any(lets_in([*kept, name]) for name in away)
    assert shut > 100


def test_nothing_is_said_of_no_sources():
    assert all(one.left == one.lost == one.leave_out == () for one in narrowings({}))
