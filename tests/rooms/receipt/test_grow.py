"""A batch appended at once: the frontier and every node against levels hashed one by one, over the edges of the tiles."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.receipt.tiles import WIDTH_BITS, Tile, tile_bytes, tiles_for
from fairlead.receipt.tree import Frontier, Node, grow, leaf_hash, node_hash, root_of

LEAVES = [leaf_hash(b"entry %d" % number) for number in range(65_537)]
EDGES = (0, 1, 255, 256, 257, 511, 513, 65_535, 65_536, 65_537)


def levels(leaves: list[bytes]) -> list[list[bytes]]:
    """Every perfect subtree's root, by height and place: the second, simple way."""
    rows = [leaves]
    while len(rows[-1]) > 1:
        row = rows[-1]
        rows.append([node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)])
    return rows


ROWS = levels(LEAVES)


def one_by_one(leaves: list[bytes]) -> Frontier:
    frontier = Frontier()
    for one in leaves:
        frontier = frontier.append(one)
    return frontier


def completed(old: int, new: int, every: int) -> list[Node]:
    """The nodes there are at `new` and were not at `old`, on each level whose height is a multiple of `every`."""
    return [
        Node(height=height, place=place, hashed=row[place])
        for height, row in enumerate(ROWS)
        if height and height % every == 0
        for place in range(old >> height, new >> height)
    ]


@pytest.mark.parametrize("size", EDGES)
def test_a_tree_grown_at_once_and_in_random_batches_is_the_tree_grown_leaf_by_leaf(size: int) -> None:
    drawn = random.Random(size)
    cuts = [0, *sorted(drawn.sample(range(size), min(size, 7))), size]
    frontier, made = Frontier(), list[Node]()
    for start, end in pairwise(cuts):
        frontier, nodes = grow(frontier, LEAVES[start:end], every=WIDTH_BITS)
        assert nodes == completed(start, end, WIDTH_BITS)
        made += nodes
    assert (frontier, sorted(made, key=str)) == (one_by_one(LEAVES[:size]), sorted(completed(0, size, WIDTH_BITS), key=str))
    assert grow(Frontier(), iter(LEAVES[:size]), every=WIDTH_BITS) == (frontier, completed(0, size, WIDTH_BITS))


@pytest.mark.parametrize(
    ("old", "new"), [(0, 256), (255, 256), (255, 257), (256, 512), (1, 65_536), (65_535, 65_536), (65_536, 65_537)]
)
def test_the_step_over_an_edge_completes_just_the_nodes_there(old: int, new: int) -> None:
    nodes = grow(one_by_one(LEAVES[:old]), LEAVES[old:new], every=WIDTH_BITS)[1]
    assert nodes == completed(old, new, WIDTH_BITS)
    assert {(one.height, one.place) for one in nodes} == {
        (height, place) for height in (8, 16) for place in range(old >> height, new >> height)
    }


@given(st.integers(0, 700), st.lists(st.integers(0, 300), max_size=5), st.sampled_from((1, 2, 3, 8)))
@settings(max_examples=60)
def test_any_batches_give_the_reference_and_every_node_once(first: int, batches: list[int], every: int) -> None:
    frontier, size = Frontier().extended(LEAVES[:first]), first
    for count in batches:
        frontier, nodes = grow(frontier, LEAVES[size : size + count], every=every)
        assert nodes == completed(size, size + count, every)
        size += count
        assert frontier.size == size
    assert frontier == one_by_one(LEAVES[:size])


def test_nothing_appended_changes_nothing_and_no_node_is_told_unasked() -> None:
    for size in (0, 1, 6, 255, 256):
        frontier = one_by_one(LEAVES[:size])
        assert grow(frontier, [], every=WIDTH_BITS) == (frontier, [])
        assert grow(frontier, LEAVES[size : size + 600])[1] == []


def test_nodes_of_every_eighth_height_are_the_hashes_of_the_tiles() -> None:
    size = 65_537
    made = {(one.height, one.place): one.hashed for one in grow(Frontier(), LEAVES, every=WIDTH_BITS)[1]}
    upper = [tile for tile in tiles_for(size) if tile.level > 0]
    assert [tile.path for tile in upper] == ["tile/1/000", "tile/2/000.p/1"]
    for tile in upper:
        own = b"".join(made.pop((tile.level * WIDTH_BITS, tile.number * 256 + at)) for at in range(tile.width))
        assert own == tile_bytes(tile, LEAVES)
    assert not made
    assert tile_bytes(Tile(level=2, number=0, width=1), LEAVES) == root_of(LEAVES[:65_536])
