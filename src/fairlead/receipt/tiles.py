"""C2SP tlog-tiles: the log as static files, 256 hashes or entries each.

1. `tile/<level>/<number>` holds hashes, `tile/entries/<number>` the entries; a file not yet full carries `.p/<width>`.
2. A hash on level n + 1 is the tree hash of one full tile on level n; a partial tile is never hashed upwards.
3. A number is written in groups of three digits, all but the last led by `x`: 1234067 is `x001/x234/067`.
4. An entry bundle is entries with a two-byte big-endian length before each; parsing takes every byte or fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from fairlead.errors import BadInput, MalformedBytes
from fairlead.receipt.tree import HASH_BYTES, root_of

WIDTH: Final = 256
WIDTH_BITS: Final = 8
LEVEL_MAX: Final = 63
ENTRY_BYTES_MAX: Final = 65_535
LENGTH_BYTES: Final = 2
ENTRIES: Final = -1  # the level of entry bundles, which lie beside level 0

PATH: Final = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


class Tile(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One file: its level (ENTRIES for a bundle), its number on that level, and how many hashes or entries it holds."""

    level: int
    number: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not ENTRIES <= self.level <= LEVEL_MAX or self.number < 0 or not 1 <= self.width <= WIDTH:
            raise BadInput("there is no such tile", where=f"level {self.level}, number {self.number}, width {self.width}")

    @property
    def path(self) -> str:
        """Where the file lies, from the log's folder."""
        shelf = "entries" if self.level == ENTRIES else str(self.level)
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{shelf}/{_grouped(self.number)}{part}"

    @property
    def span(self) -> int:
        """How many entries one hash of it covers."""
        return 1 << WIDTH_BITS * max(self.level, 0)

    @property
    def first_entry(self) -> int:
        return self.number * WIDTH * self.span


# C2SP tlog-tiles, "Merkle Tree".
def tile_at(path: str) -> Tile | None:
    """The tile a path names, or nothing when it is not the one spelling of any."""
    found = PATH.fullmatch(path)
    if found is None:
        return None
    shelf, groups, width = found.groups()
    level = ENTRIES if shelf == "entries" else int(shelf)
    wide = int(width) if width else WIDTH
    if level > LEVEL_MAX or wide > WIDTH:
        return None
    tile = Tile(level=level, number=int(groups.replace("x", "").replace("/", "")), width=wide)
    return tile if tile.path == path else None


# C2SP tlog-tiles, "Partial Tiles": the partial tile at level l has floor(s / 256^l) mod 256 hashes.
def tiles_for(size: int) -> tuple[Tile, ...]:
    """Every file of a log of `size` entries but its checkpoint: bundles first, then each level; full ones and the last partial."""
    return new_tiles(0, size)


def new_tiles(old: int, new: int) -> tuple[Tile, ...]:
    """The files a log has at `new` entries and did not have, or had narrower, at `old`."""
    if not 0 <= old <= new:
        raise BadInput("a log does not shrink", where=f"{old} to {new}")
    found: list[Tile] = []
    level = ENTRIES
    while level <= 0 or new >> WIDTH_BITS * level:
        before, count = old >> WIDTH_BITS * max(level, 0), new >> WIDTH_BITS * max(level, 0)
        if count > before:
            numbers = range(before // WIDTH, -(-count // WIDTH))
            found += [Tile(level=level, number=number, width=min(WIDTH, count - number * WIDTH)) for number in numbers]
        level += 1
    return tuple(found)


def tile_bytes(tile: Tile, leaf_hashes: Sequence[bytes]) -> bytes:
    """The content of a hash tile of the log with these leaf hashes. Raises BadInput when it does not reach that far."""
    if tile.level == ENTRIES or tile.first_entry + tile.width * tile.span > len(leaf_hashes):
        raise BadInput("the log does not fill this tile", where=tile.path, why=f"{len(leaf_hashes)} entries")
    if tile.level == 0:
        return b"".join(leaf_hashes[tile.first_entry : tile.first_entry + tile.width])
    starts = range(tile.first_entry, tile.first_entry + tile.width * tile.span, tile.span)
    return b"".join(root_of(leaf_hashes[start : start + tile.span]) for start in starts)


# C2SP tlog-tiles, "Log entries".
def bundle_bytes(entries: Iterable[bytes]) -> bytes:
    """The content of an entry bundle. Raises BadInput for an entry longer than two bytes can say."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > ENTRY_BYTES_MAX:
            raise BadInput("an entry is too long for a bundle", why=f"{len(entry)} bytes")
        parts += [len(entry).to_bytes(LENGTH_BYTES, "big"), entry]
    if not 1 <= len(parts) // 2 <= WIDTH:
        raise BadInput("a bundle holds 1 to 256 entries", where=str(len(parts) // 2))
    return b"".join(parts)


def parse_tile(raw: bytes, width: int) -> tuple[bytes, ...]:
    """The hashes of a tile. Raises MalformedBytes unless there are exactly `width`."""
    if len(raw) != width * HASH_BYTES:
        raise MalformedBytes("a tile has another length", why=f"{len(raw)} bytes for {width} hashes")
    return tuple(raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES))


def parse_bundle(raw: bytes, width: int) -> tuple[bytes, ...]:
    """The entries of a bundle. Raises MalformedBytes unless there are exactly `width` and nothing is left over."""
    entries, rest = leading_entries(raw)
    if rest or len(entries) != width:
        raise MalformedBytes("a bundle does not hold its entries", why=f"{len(entries)} of {width} whole, {rest} bytes left over")
    return entries


def leading_entries(raw: bytes) -> tuple[tuple[bytes, ...], int]:
    """The whole entries `raw` begins with, at most 256, and the number of bytes after them."""
    entries: list[bytes] = []
    at = 0
    while len(entries) < WIDTH and at + LENGTH_BYTES <= len(raw):
        end = at + LENGTH_BYTES + int.from_bytes(raw[at : at + LENGTH_BYTES], "big")
        if end > len(raw):
            break
        entries.append(raw[at + LENGTH_BYTES : end])
        at = end
    return tuple(entries), len(raw) - at


def _grouped(number: int) -> str:
    text = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        text = f"x{number % 1000:03d}/{text}"
    return text
