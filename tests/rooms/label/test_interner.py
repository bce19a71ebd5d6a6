"""The interner: one number a label, joins as `join` says, and nothing that is no label gets in."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from fairlead import errors
from fairlead.label import Interner, join, label_alarm, label_hash
from fairlead.label.label import Label, label_bytes
from tests.model import world


def some_labels(seeds: int = 12) -> list[Label]:
    found = {label for seed in range(seeds) for label in world.labels(random.Random(seed), world.book()).values()}
    return sorted(found, key=label_hash)


def test_a_label_has_one_number_and_a_number_one_label():
    interner = Interner()
    labels = some_labels()
    numbers = [interner.intern(label) for label in labels]
    assert len(set(numbers)) == len(labels) == len(interner)
    copies = [msgspec.convert(msgspec.to_builtins(label), Label) for label in labels]
    assert [interner.intern(copy) for copy in copies] == numbers
    for label, number in zip(labels, numbers, strict=True):
        assert interner.label(number) == label
        assert interner.hash(number) == label_hash(label)


def test_p3_the_remembered_join_is_the_join_in_any_order_and_of_any_many():
    interner = Interner()
    labels = some_labels(6)
    rng = random.Random(7)
    for many in (1, 2, 3, 5, 8):
        for _ in range(60):
            chosen = [rng.choice(labels) for _ in range(many)]
            for _ in range(2):  # computed, then remembered
                assert interner.joined(chosen) == join(chosen)
                rng.shuffle(chosen)


def test_the_join_of_nothing_of_an_unknown_number_or_of_no_label_is_refused():
    interner = Interner()
    known = interner.intern(some_labels(1)[0])
    for numbers in ([], [known + 1], [known, known + 1]):
        with pytest.raises(errors.LabelFault):
            interner.join(numbers)
    for wrong in (None, "open", 0, {"level": "open"}, msgspec.to_builtins(some_labels(1)[0])):
        with pytest.raises(errors.LabelFault, match="no label"):
            interner.intern(wrong)
    assert len(interner) == 1


def test_a_label_damaged_after_it_was_made_is_not_taken_in():
    damaged = msgspec.structs.replace(some_labels(1)[0])
    msgspec.structs.force_setattr(damaged, "originators", ())
    with pytest.raises(errors.LabelFault, match="no label with an originator"):
        Interner().intern(damaged)


def test_threads_that_intern_the_same_labels_agree_on_every_number():
    interner = Interner()
    labels = some_labels(20)
    copies = [[msgspec.convert(msgspec.to_builtins(label), Label) for label in labels] for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda mine: [interner.intern(label) for label in mine], copies))
    assert all(one == numbers[0] for one in numbers)
    assert [interner.label(number) for number in numbers[0]] == labels


@pytest.mark.parametrize(
    ("distinct", "records", "alarmed"),
    [(1_000, 100_000, False), (1_001, 100_000, True), (10, 1_000, False), (11, 1_000, True), (999, 999, False), (0, 0, False)],
)
def test_more_than_one_distinct_label_in_a_hundred_records_is_an_alarm(distinct: int, records: int, alarmed: bool):
    counted = label_alarm(distinct, records)
    assert (counted.distinct, counted.records) == (distinct, records)
    assert bool(counted.alarm) is alarmed


def test_canonical_bytes_and_hash_are_the_same_for_equal_labels_and_differ_for_others():
    labels = some_labels()
    copies = [msgspec.convert(msgspec.to_builtins(label), Label) for label in labels]
    assert [label_bytes(one) for one in copies] == [label_bytes(one) for one in labels]
    assert len({label_hash(one) for one in labels}) == len(labels)
    for one, other in itertools.pairwise(labels):
        assert label_bytes(one) != label_bytes(other)
