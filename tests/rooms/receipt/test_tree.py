"""The tree against a second, recursive one; proofs verify, and no changed proof does."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.errors import BadInput, MalformedBytes
from fairlead.receipt.tree import (
    EMPTY_ROOT,
    Frontier,
    check_consistency,
    check_inclusion,
    consistency_proof,
    frontier_from_bytes,
    inclusion_proof,
    leaf_hash,
    root_of,
)

LEAVES = [leaf_hash(b"entry %d" % number) for number in range(600)]
SIZES = st.integers(min_value=0, max_value=len(LEAVES))


def recursive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1 as it is written, for comparison."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + recursive_root(leaves[:split]) + recursive_root(leaves[split:])).digest()


def test_every_small_frontier_has_the_recursive_root_and_survives_its_bytes() -> None:
    frontier = Frontier()
    for size in range(140):
        assert frontier.size == size
        assert frontier.root() == recursive_root(LEAVES[:size]) == root_of(LEAVES[:size])
        assert frontier_from_bytes(frontier.to_bytes()) == frontier
        frontier = frontier.append(LEAVES[size])


@given(SIZES, SIZES)
@settings(max_examples=40, deadline=None)
def test_appending_at_once_or_in_two_parts_is_the_same(one: int, other: int) -> None:
    first, size = sorted((one, other))
    assert Frontier().extended(LEAVES[:first]).extended(LEAVES[first:size]) == Frontier().extended(LEAVES[:size])
    assert root_of(LEAVES[:size]) == recursive_root(LEAVES[:size])


def test_a_frontier_that_does_not_fit_its_size_is_refused() -> None:
    raw = Frontier().extended(LEAVES[:11]).to_bytes()
    for wrong in (b"", raw[:-1], raw + b"\x00", raw[:-32], raw + bytes(32), b"\xff" * 8):
        with pytest.raises(MalformedBytes):
            frontier_from_bytes(wrong)
    with pytest.raises(BadInput):
        Frontier(size=3, peaks=(LEAVES[0],))
    with pytest.raises(BadInput):
        Frontier(size=1, peaks=(b"short",))


def test_every_inclusion_proof_of_small_trees_verifies_only_at_its_place() -> None:
    for size in range(1, 34):
        root = root_of(LEAVES[:size])
        for index in range(size):
            proof = inclusion_proof(LEAVES, index, size)
            assert check_inclusion(leaf=LEAVES[index], index=index, size=size, root=root, proof=proof)
            for other in range(-1, size + 2):
                held = check_inclusion(leaf=LEAVES[index], index=other, size=size, root=root, proof=proof)
                assert held == (other == index)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_changed_inclusion_proof_verifies(data: st.DataObject) -> None:
    size = data.draw(st.integers(min_value=1, max_value=len(LEAVES)))
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    root, proof = root_of(LEAVES[:size]), inclusion_proof(LEAVES, index, size)
    told = {"leaf": LEAVES[index], "index": index, "size": size, "root": root}
    assert check_inclusion(**told, proof=proof)
    for changed in mutants(proof):
        assert not check_inclusion(**told, proof=changed)
    assert not check_inclusion(**{**told, "leaf": LEAVES[(index + 1) % len(LEAVES)]}, proof=proof)
    assert not check_inclusion(**{**told, "root": flipped(root)}, proof=proof)
    assert not check_inclusion(**{**told, "leaf": LEAVES[index] + b"\x00"}, proof=proof)


def test_every_consistency_proof_of_small_trees_verifies_and_no_changed_one() -> None:
    roots = [root_of(LEAVES[:size]) for size in range(34)]
    for new in range(34):
        for old in range(new + 1):
            proof = consistency_proof(LEAVES, old, new)
            told = {"old": old, "old_root": roots[old], "new": new, "new_root": roots[new]}
            assert check_consistency(**told, proof=proof)
            for changed in mutants(proof):
                assert not check_consistency(**told, proof=changed)
            assert not check_consistency(**{**told, "old_root": flipped(roots[old])}, proof=proof)
            if old:  # of the empty tree nothing is proved but that it is empty
                assert not check_consistency(**{**told, "new_root": flipped(roots[new])}, proof=proof)
            if 0 < old < new:  # a proof is of its own sizes
                assert not check_consistency(**{**told, "new": 4 * new}, proof=proof)
            if old < new:
                assert not check_consistency(old=new, old_root=roots[new], new=old, new_root=roots[old], proof=proof)


def test_a_forked_tree_has_no_consistency_proof() -> None:
    forked = [*LEAVES[:6], LEAVES[99], *LEAVES[7:20]]
    for new in range(8, 20):
        told = {"old": 7, "old_root": root_of(LEAVES[:7]), "new": new, "new_root": root_of(forked[:new])}
        assert not check_consistency(**told, proof=consistency_proof(forked, 7, new))
        assert not check_consistency(**told, proof=consistency_proof(LEAVES, 7, new))


def test_what_is_not_there_is_not_proved() -> None:
    for index, size in ((0, 0), (3, 3), (-1, 3), (0, 601)):
        with pytest.raises(BadInput):
            inclusion_proof(LEAVES, index, size)
    for old, new in ((4, 3), (-1, 3), (1, 601)):
        with pytest.raises(BadInput):
            consistency_proof(LEAVES, old, new)
    assert not check_inclusion(leaf=EMPTY_ROOT, index=0, size=0, root=EMPTY_ROOT, proof=())
    assert not check_consistency(old=1, old_root=LEAVES[0], new=2, new_root=root_of(LEAVES[:2]), proof=())
    assert not check_inclusion(leaf=LEAVES[0], index=0, size=1, root=LEAVES[0], proof=[LEAVES[0]] * 65)


def flipped(hashed: bytes) -> bytes:
    return bytes([hashed[0] ^ 1]) + hashed[1:]


def mutants(proof: tuple[bytes, ...]) -> list[tuple[bytes, ...]]:
    """The proof with a hash changed, dropped, repeated, cut short or added, and two swapped."""
    found = [(*proof, bytes(32)), (bytes(32), *proof)]
    for at, one in enumerate(proof):
        found += [
            (*proof[:at], flipped(one), *proof[at + 1 :]),
            (*proof[:at], *proof[at + 1 :]),
            (*proof[: at + 1], *proof[at:]),
            (*proof[:at], one[:-1], *proof[at + 1 :]),
        ]
        if at and proof[at - 1] != one:
            found.append((*proof[: at - 1], one, proof[at - 1], *proof[at + 1 :]))
    return found
