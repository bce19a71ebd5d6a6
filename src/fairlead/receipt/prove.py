"""Proofs out of tiles: the log's files, or whatever gives their bytes, are enough to prove any entry and any growth.

1. A tile is asked for at its width in the tree of the size named; a wider one that begins with it serves as well.
2. What a tile says is not believed: a proof made of wrong tiles does not give the signed root, so whoever hands it on checks it.
3. A proof over 2^20 entries reads at most eight tiles, whatever their number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from fairlead.errors import BadInput, MalformedBytes
from fairlead.receipt.tiles import WIDTH, WIDTH_BITS, Tile
from fairlead.receipt.tree import EMPTY_ROOT, HASH_BYTES, Frontier, node_hash

Shelf: TypeAlias = Callable[[Tile], bytes]
SIZE_MAX: Final = 2**48


# RFC 9162 section 2.1.3.1: PATH(m, D[n]).
def inclusion(shelf: Shelf, *, index: int, size: int) -> tuple[bytes, ...]:
    """The audit path of entry `index` in the tree of `size`. Raises BadInput for no such entry, MalformedBytes for a tile too short."""
    if not 0 <= index < size <= SIZE_MAX:
        raise BadInput("no such entry to prove", where=f"entry {index} of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if index < middle:
            path.append(subtree(shelf, size, middle, end))
            end = middle
        else:
            path.append(subtree(shelf, size, start, middle))
            start = middle
    return tuple(reversed(path))


# RFC 9162 section 2.1.4.1: PROOF(m, D[n]).
def consistency(shelf: Shelf, *, old: int, new: int) -> tuple[bytes, ...]:
    """The proof that the tree of `new` extends that of `old`. Raises BadInput, MalformedBytes."""
    if not 0 <= old <= new <= SIZE_MAX:
        raise BadInput("no such trees to compare", where=f"{old} to {new}")
    if old in (0, new):
        return ()
    path: list[bytes] = []
    start, end = 0, new
    while old != end:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if old <= middle:
            path.append(subtree(shelf, new, middle, end))
            end = middle
        else:
            path.append(subtree(shelf, new, start, middle))
            start = middle
    if start:  # the old tree is no node of the new one: its last part is told
        path.append(subtree(shelf, new, start, end))
    return tuple(reversed(path))


def root(shelf: Shelf, size: int) -> bytes:
    """The root of the tree of `size`, from its right edge. Raises BadInput, MalformedBytes."""
    return subtree(shelf, size, 0, size) if size else EMPTY_ROOT


def subtree(shelf: Shelf, size: int, start: int, end: int) -> bytes:
    """The hash over entries `start` to before `end`, a range that a proof of this tree splits into."""
    peaks: list[bytes] = []
    at = start
    while at < end:  # the perfect subtrees the range is the sum of, largest first
        height = (end - at).bit_length() - 1
        peaks.append(_perfect(shelf, size, height, at >> height))
        at += 1 << height
    found = peaks.pop()
    while peaks:
        found = node_hash(peaks.pop(), found)
    return found


def _perfect(shelf: Shelf, size: int, height: int, place: int) -> bytes:
    """The root of one perfect subtree, from the one tile its leaves' ancestors stand in."""
    level, inside = divmod(height, WIDTH_BITS)
    first = place << inside  # the first of its hashes on the tile's level
    number, offset = divmod(first, WIDTH)
    width = min(WIDTH, (size >> WIDTH_BITS * level) - number * WIDTH)
    raw = shelf(Tile(level=level, number=number, width=width))
    count = 1 << inside
    own = raw[offset * HASH_BYTES : (offset + count) * HASH_BYTES]
    if len(own) != count * HASH_BYTES:
        raise MalformedBytes("a tile is too short", where=Tile(level=level, number=number, width=width).path, why=f"{len(raw)} bytes")
    return Frontier().extended(own[at : at + HASH_BYTES] for at in range(0, len(own), HASH_BYTES)).root()
