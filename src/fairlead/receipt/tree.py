"""The RFC 6962 Merkle tree: hashes, roots and proofs over leaf hashes (RFC 9162 section 2.1 keeps the same tree).

1. A leaf hash and a node hash can never be confused: their inputs begin with another byte.
2. Whoever writes the log keeps only a `Frontier`; whoever reads it recomputes from the leaves.
3. A check answers yes or no and never raises: a proof comes from outside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from fairlead.errors import BadInput, MalformedBytes

HASH_BYTES: Final = 32
SIZE_BYTES: Final = 8
PROOF_MAX: Final = 64  # hashes; a proof in a tree of 2^63 leaves is shorter
EMPTY_ROOT: Final = hashlib.sha256().digest()


# RFC 6962 section 2.1: MTH({d(0)}) = SHA-256(0x00 || d(0)).
def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


# RFC 6962 section 2.1: SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n])).
def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier(msgspec.Struct, frozen=True, kw_only=True):
    """The right edge of a tree: the root of each perfect subtree that `size` is the sum of, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count() or any(len(peak) != HASH_BYTES for peak in self.peaks):
            raise BadInput("a frontier does not fit its size", where=f"size {self.size}", why=f"{len(self.peaks)} hashes")

    def append(self, hashed: bytes) -> Frontier:
        """The frontier with one more leaf hash: one merge for each trailing one bit of the size."""
        peaks, size = list(self.peaks), self.size
        while size & 1:
            hashed = node_hash(peaks.pop(), hashed)
            size >>= 1
        return Frontier(size=self.size + 1, peaks=(*peaks, hashed))

    def extended(self, hashes: Iterable[bytes]) -> Frontier:
        """The frontier with all of `hashes` appended in order."""
        return grow(self, hashes)[0]

    def root(self) -> bytes:
        """The Merkle tree hash: peaks folded from the right (RFC 6962 section 2.1)."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def to_bytes(self) -> bytes:
        """Size as eight big-endian bytes, then the peaks."""
        return self.size.to_bytes(SIZE_BYTES, "big") + b"".join(self.peaks)


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """The root of a perfect subtree of 2^height leaves, the number `place` of its kind from the left."""

    height: int
    place: int
    hashed: bytes


def grow(frontier: Frontier, hashes: Iterable[bytes], *, every: int = 0) -> tuple[Frontier, list[Node]]:
    """The frontier with all of `hashes` appended, and the nodes this completes on each level whose height is a multiple of `every`
    (none when it is 0). Level by level, so that a batch costs one hash an entry and no bookkeeping an entry."""
    sha, peaks, made = hashlib.sha256, list(frontier.peaks), list[Node]()
    row, height, size, left = list(hashes), 0, frontier.size, list[bytes]()
    total = size + len(row)
    while row or size >> height:
        # 1. What the old tree left over on this level stands to the left of what is new.
        first = size >> height
        if every and height and height % every == 0:
            made += [Node(height=height, place=first + at, hashed=one) for at, one in enumerate(row)]
        if first & 1:
            row.insert(0, peaks.pop())
        # 2. Pairs go up; an odd one stays, the peak of this height.
        if len(row) & 1:
            left.append(row.pop())
        row = [sha(b"\x01" + one + other).digest() for one, other in zip(row[::2], row[1::2], strict=True)]
        height += 1
    return Frontier(size=total, peaks=tuple(reversed(left))), made


def frontier_from_bytes(raw: bytes) -> Frontier:
    """The frontier whose `to_bytes` is `raw`. Raises MalformedBytes."""
    size = int.from_bytes(raw[:SIZE_BYTES], "big")
    if len(raw) != SIZE_BYTES + HASH_BYTES * size.bit_count():
        raise MalformedBytes("bytes are not a frontier", why=f"{len(raw)} bytes for size {size}")
    return Frontier(size=size, peaks=tuple(raw[at : at + HASH_BYTES] for at in range(SIZE_BYTES, len(raw), HASH_BYTES)))


# RFC 6962 section 2.1 (Merkle tree hash), RFC 9162 section 2.1.1.
def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root of the tree over these leaf hashes."""
    return Frontier().extended(leaf_hashes).root()


# RFC 9162 section 2.1.3.1: PATH(m, D[n]).
def inclusion_proof(leaf_hashes: Sequence[bytes], index: int, size: int) -> tuple[bytes, ...]:
    """The audit path of leaf `index` in the tree of the first `size` leaves. Raises BadInput when there is no such leaf."""
    if not 0 <= index < size <= len(leaf_hashes):
        raise BadInput("no such leaf to prove", where=f"leaf {index} of {size}", why=f"{len(leaf_hashes)} leaves are here")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(root_of(leaf_hashes[middle:end]))
            end = middle
        else:
            proof.append(root_of(leaf_hashes[start:middle]))
            start = middle
    return tuple(reversed(proof))


# RFC 9162 section 2.1.4.1: PROOF(m, D[n]) = SUBPROOF(m, D[n], true).
def consistency_proof(leaf_hashes: Sequence[bytes], old: int, new: int) -> tuple[bytes, ...]:
    """The proof that the tree of `new` leaves extends that of `old`. Raises BadInput when it does not reach that far."""
    if not 0 <= old <= new <= len(leaf_hashes):
        raise BadInput("no such trees to compare", where=f"{old} to {new}", why=f"{len(leaf_hashes)} leaves are here")
    if old in (0, new):
        return ()
    proof: list[bytes] = []
    start, end = 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(root_of(leaf_hashes[middle:end]))
            end = middle
        else:
            proof.append(root_of(leaf_hashes[start:middle]))
            start = middle
    if start > 0:  # the old tree is not itself a node of the new one: its last subtree is told
        proof.append(root_of(leaf_hashes[start:end]))
    return tuple(reversed(proof))


# RFC 9162 section 2.1.3.2.
def check_inclusion(*, leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the leaf hash `leaf` stands at `index` in the tree of `size` leaves under `root`."""
    # 1. The leaf is inside the tree, and every hash is a hash.
    if not 0 <= index < size or not _hashes(leaf, root, *proof):
        return False
    # 2. fn is the place of the node on its level, sn that of the last node there.
    fn, sn, found = index, size - 1, leaf
    # 4. Climb, one hash of the proof at a time.
    for sibling in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = node_hash(sibling, found)
            fn, sn = _skip(fn, sn)
        else:
            found = node_hash(found, sibling)
        fn, sn = fn >> 1, sn >> 1
    # 5. At the top, and at the root.
    return sn == 0 and found == root


# RFC 9162 section 2.1.4.2; the empty tree, which the RFC leaves out, is extended by every tree with an empty proof.
def check_consistency(*, old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree (new, new_root) extends the tree (old, old_root)."""
    if not 0 <= old <= new or not _hashes(old_root, new_root, *proof):
        return False
    if old in (0, new):
        return not proof and old_root == (new_root if old == new else EMPTY_ROOT)
    # 1-2. An old tree that is a whole node of the new one stands first itself.
    path = [old_root, *proof] if old.bit_count() == 1 else list(proof)
    if len(path) < (2 if old.bit_count() == 1 else 1):
        return False
    # 3-4. Start where the old tree's last whole node is.
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    # 5-6. Climb with both roots at once.
    older = newer = path[0]
    for sibling in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            fn, sn = _skip(fn, sn)
        else:
            newer = node_hash(newer, sibling)
        fn, sn = fn >> 1, sn >> 1
    # 7. Both roots come out, and nothing is left.
    return sn == 0 and older == old_root and newer == new_root


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (RFC 6962 section 2.1: k)."""
    return 1 << (count - 1).bit_length() - 1


def _skip(fn: int, sn: int) -> tuple[int, int]:
    """Levels on which the node is the last and has no sibling are passed over."""
    while fn and not fn & 1:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _hashes(*found: bytes) -> bool:
    return len(found) <= PROOF_MAX + 2 and all(len(one) == HASH_BYTES for one in found)
