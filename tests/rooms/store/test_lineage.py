"""Descent in memory: equal to walking the links one by one, for wide, thin and mixed graphs, grown in any steps."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from fairlead.store import bitmaps, lineage
from fairlead.store.lineage import Lineage


def graph(rng: random.Random, size: int, shape: str) -> list[tuple[int, int, int]]:
    depth = dict.fromkeys(range(1, size + 1), 0)
    links = []
    for child in range(2, size + 1):
        first = {"wide": 1, "chain": max(1, child - 2), "mixed": max(1, child - rng.choice([2, size]))}[shape]
        if rng.random() < 0.7:
            above = sorted(set(rng.choices(range(first, child), k=rng.choice([1, 2, 3]))))
            depth[child] = 1 + max(depth[parent] for parent in above)
            links += [(child, parent, depth[child]) for parent in above]
    return links


def walked(links: list[tuple[int, int, int]], sources: set[int]) -> set[int]:
    found = set(sources)
    for child, parent, _ in links:
        if parent in found:
            found.add(child)
    return found


@settings(max_examples=150)
@given(
    seed=st.integers(0, 10**6),
    size=st.integers(2, 60),
    shape=st.sampled_from(["wide", "chain", "mixed"]),
    behind=st.sampled_from([0, 5, 10**6]),
)
def test_p4_descent_is_that_of_a_walk_link_by_link(seed: int, size: int, shape: str, behind: int) -> None:
    rng = random.Random(seed)
    links = graph(rng, size, shape)
    grown = Lineage()
    cuts = sorted(rng.sample(range(size + 1), min(size, 3)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lineage, "BEHIND_MAX", behind)
        patch.setattr(lineage, "NARROW_MAX", rng.choice([1, 3, 64]))
        patch.setattr(lineage, "STEPS_MAX", rng.choice([0, 1, 2, 48]))
        patch.setattr(lineage, "STEP_COST", rng.choice([0, 1, 200]))
        patch.setattr(lineage, "GATHER_COST", rng.choice([0, 1, 8, 10**6]))
        for start, end in zip([0, *cuts], [*cuts, size], strict=True):
            part = [link for link in links if start < link[0] <= end]
            if rng.random() < 0.2:
                break
            grown.extend(np.array(part, np.int64).reshape(-1, 3), end)
        more = [link for link in links if link[0] > grown.upto]
        sources = set(rng.sample(range(1, size + 1), rng.randint(0, size // 2)))
        assert set(grown.descend(BitMap(sources), size=size, more=more)) == walked(links, sources)


def test_numbers_and_bitmaps_are_the_same_thing() -> None:
    mask = np.zeros(200_000, bool)
    mask[[0, 1, 65_535, 65_536, 199_999]] = True
    assert bitmaps.numbers(bitmaps.bitmap_of(mask)).tolist() == [0, 1, 65_535, 65_536, 199_999]


@pytest.mark.parametrize("share", [0.0, 0.004, 0.01, 0.03, 0.06, 0.07, 0.5, 1.0])
@pytest.mark.parametrize("size", [4_000, 4_097, 4_098, 65_536, 65_537, 200_000])
def test_a_bitmap_of_a_mask_has_the_places_where_it_is_true(share: float, size: int) -> None:
    """With few numbers in a container, some, and many: in each way in which it is written."""
    mask = np.random.default_rng(size).random(size) < share
    made = bitmaps.bitmap_of(mask)
    should = np.flatnonzero(mask)
    assert len(made) == len(should)
    assert bitmaps.numbers(made).tolist() == should.tolist()
    assert made == BitMap(should.tolist())
    assert BitMap.deserialize(made.serialize()) == made
