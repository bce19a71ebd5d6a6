"""Proofs out of tiles against proofs out of all leaf hashes; what wrong tiles give is never accepted under the true root."""

from __future__ import annotations

import functools
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.errors import BadInput, MalformedBytes
from fairlead.receipt import prove
from fairlead.receipt.tiles import ENTRIES, Tile, tile_bytes, tiles_for
from fairlead.receipt.tree import (
    EMPTY_ROOT,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
)

LEAVES = [leaf_hash(b"entry %d" % number) for number in range(65_537)]
OTHERS = [leaf_hash(b"another's entry %d" % number) for number in range(1_000)]
LARGE = (65_535, 65_536, 65_537)


@functools.cache
def files(size: int, other: str = "") -> dict[Tile, bytes]:
    """Every hash tile of the log of this size, or of another log."""
    return {tile: tile_bytes(tile, OTHERS if other else LEAVES) for tile in tiles_for(size) if tile.level != ENTRIES}


def shelf(size: int) -> prove.Shelf:
    """A shelf that has just the files of this size: another width or number is a KeyError."""
    return files(size).__getitem__


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 511, 512, 513, 600])
def test_every_kind_of_place_is_proved_as_by_the_reference(size: int) -> None:
    places = {0, 1, 254, 255, 256, 257, 511, size // 2, size - 2, size - 1}
    assert prove.root(shelf(size), size) == root_of(LEAVES[:size])
    for place in sorted(place for place in places if 0 <= place < size):
        assert prove.inclusion(shelf(size), index=place, size=size) == inclusion_proof(LEAVES, place, size)
        assert prove.consistency(shelf(size), old=place + 1, new=size) == consistency_proof(LEAVES, place + 1, size)


@pytest.mark.parametrize("size", LARGE)
def test_the_edges_of_large_trees_are_proved_as_by_the_reference(size: int) -> None:
    root = root_of(LEAVES[:size])
    assert prove.root(shelf(size), size) == root
    for index in (0, 255, 32_768, 65_279, size - 1):
        proof = prove.inclusion(shelf(size), index=index, size=size)
        assert check_inclusion(leaf=LEAVES[index], index=index, size=size, root=root, proof=proof)
    assert proof == inclusion_proof(LEAVES, size - 1, size)
    for old in (1, 256, 257, 65_280, 65_534):
        proof = prove.consistency(shelf(size), old=old, new=size)
        assert check_consistency(old=old, old_root=root_of(LEAVES[:old]), new=size, new_root=root, proof=proof)
    assert proof == consistency_proof(LEAVES, 65_534, size)


@given(st.integers(1, 900), st.integers(0, 899), st.integers(0, 899))
@settings(max_examples=60)
def test_any_place_and_any_growth_is_proved_as_by_the_reference(size: int, one: int, other: int) -> None:
    index, old = one % size, other % (size + 1)
    assert prove.inclusion(shelf(size), index=index, size=size) == inclusion_proof(LEAVES, index, size)
    assert prove.consistency(shelf(size), old=old, new=size) == consistency_proof(LEAVES, old, size)


def test_nothing_is_read_where_there_is_nothing_to_prove() -> None:
    for old, new in ((0, 0), (0, 7), (7, 7)):
        assert prove.consistency({}.__getitem__, old=old, new=new) == ()
    assert prove.inclusion({}.__getitem__, index=0, size=1) == ()
    assert prove.root({}.__getitem__, 0) == EMPTY_ROOT


def test_what_is_not_there_is_not_proved() -> None:
    for index, size in ((0, 0), (3, 3), (-1, 3), (0, prove.SIZE_MAX + 1)):
        with pytest.raises(BadInput):
            prove.inclusion(shelf(600), index=index, size=size)
    for old, new in ((4, 3), (-1, 3), (1, prove.SIZE_MAX + 1)):
        with pytest.raises(BadInput):
            prove.consistency(shelf(600), old=old, new=new)


@pytest.mark.parametrize("size", [2**20, 2**20 - 1, 2**20 - 255, 655_361, 65_793])
def test_a_proof_over_a_million_entries_reads_at_most_eight_tiles(size: int) -> None:
    drawn = random.Random(size)
    there = set(tiles_for(size))
    for _ in range(40):
        asked: set[Tile] = set()
        index = drawn.randrange(size)

        def reads(tile: Tile, asked: set[Tile] = asked) -> bytes:
            asked.add(tile)
            return bytes(32 * tile.width)

        prove.inclusion(reads, index=index, size=size)
        assert 1 <= len(asked) <= 8
        assert asked <= there
        asked.clear()
        prove.consistency(reads, old=index, new=size)
        assert len(asked) <= 8
        assert asked <= there


def test_a_wider_tile_that_begins_with_the_one_asked_for_serves_as_well() -> None:
    old, new = 300, 600
    wider = {(tile.level, tile.number): raw for tile, raw in files(new).items()}
    for index in (0, 255, 256, 299):
        proof = prove.inclusion(lambda tile: wider[tile.level, tile.number], index=index, size=old)
        assert proof == inclusion_proof(LEAVES, index, old)


def harmed(kind: str, size: int, drawn: random.Random) -> dict[Tile, bytes]:
    """The files of a log with one of them, or two, not what they should be."""
    found = dict(files(size))
    one, other = drawn.choice(list(found)), drawn.choice(list(found))
    raw = found[one]
    if kind == "flipped":
        at = drawn.randrange(len(raw))
        found[one] = raw[:at] + bytes([raw[at] ^ 1 << drawn.randrange(8)]) + raw[at + 1 :]
    elif kind == "short":
        found[one] = raw[: drawn.choice([0, 31, len(raw) - 32, len(raw) - 1, drawn.randrange(len(raw))])]
    elif kind == "shifted":
        found[one] = raw[32:] + raw[:32]
    elif kind == "foreign":
        found[one] = files(size, "another log")[one]
    elif kind == "another's":
        found = dict(files(size, "another log"))
    else:
        found[one], found[other] = found[other], raw
    return found


@pytest.mark.parametrize("cut", [1, 31, 32, 33, 64, 255 * 32])
def test_a_tile_that_lacks_what_is_asked_of_it_is_refused(cut: int) -> None:
    for size, place in ((256, 0), (511, 300)):
        short = {tile: raw[:-cut] for tile, raw in files(size).items()}.__getitem__
        with pytest.raises(MalformedBytes, match="too short"):
            prove.inclusion(short, index=place, size=size)
        with pytest.raises(MalformedBytes, match="too short"):
            prove.consistency(short, old=place + 1, new=size)
        with pytest.raises(MalformedBytes, match="too short"):
            prove.root(short, size)


@pytest.mark.parametrize("kind", ["flipped", "short", "shifted", "foreign", "another's", "swapped"])
def test_what_wrong_tiles_give_is_accepted_only_where_it_is_the_true_proof(kind: str) -> None:
    said: Counter[str] = Counter()
    for seed in range(120):
        drawn = random.Random(f"{kind} {seed}")
        size = drawn.choice([2, 9, 255, 256, 257, 300, 513, 777])
        index, old = drawn.randrange(size), drawn.randrange(1, size)
        shelf, root = harmed(kind, size, drawn).__getitem__, root_of(LEAVES[:size])
        try:
            path = prove.inclusion(shelf, index=index, size=size)
        except MalformedBytes:
            said["refused"] += 1
        else:
            held = check_inclusion(leaf=LEAVES[index], index=index, size=size, root=root, proof=path)
            assert held == (path == inclusion_proof(LEAVES, index, size))
            said["true" if held else "not accepted"] += 1
        try:
            path = prove.consistency(shelf, old=old, new=size)
        except MalformedBytes:
            said["refused"] += 1
        else:
            held = check_consistency(old=old, old_root=root_of(LEAVES[:old]), new=size, new_root=root, proof=path)
            assert held == (path == consistency_proof(LEAVES, old, size))
            said["true" if held else "not accepted"] += 1
    assert said["refused" if kind == "short" else "not accepted"] > 30, said
    if kind == "another's":
        assert not said["true"]
