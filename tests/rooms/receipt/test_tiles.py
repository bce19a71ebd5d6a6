"""Which files a log of a size has, how they are named, and that every byte of them is read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.errors import BadInput, MalformedBytes
from fairlead.receipt.tiles import (
    ENTRIES,
    Tile,
    bundle_bytes,
    leading_entries,
    new_tiles,
    parse_bundle,
    parse_tile,
    tile_at,
    tile_bytes,
    tiles_for,
)
from fairlead.receipt.tree import leaf_hash, root_of

LEAVES = [leaf_hash(b"%d" % number) for number in range(700)]


def test_the_examples_of_the_specification() -> None:
    assert Tile(level=0, number=1234067).path == "tile/0/x001/x234/067"
    assert Tile(level=2, number=0, width=1).path == "tile/2/000.p/1"
    widths: dict[int, list[int]] = {}
    for tile in tiles_for(70_000):
        widths.setdefault(tile.level, []).append(tile.width)
    assert widths[0] == widths[ENTRIES] == [256] * 273 + [112]
    assert widths[1] == [256, 17]
    assert widths[2] == [1]
    assert sorted(widths) == [ENTRIES, 0, 1, 2]


@pytest.mark.parametrize(
    ("size", "paths"),
    [
        (0, []),
        (1, ["tile/entries/000.p/1", "tile/0/000.p/1"]),
        (255, ["tile/entries/000.p/255", "tile/0/000.p/255"]),
        (256, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]),
        (300, ["tile/entries/000", "tile/entries/001.p/44", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"]),
    ],
)
def test_the_files_of_small_logs(size: int, paths: list[str]) -> None:
    assert [tile.path for tile in tiles_for(size)] == paths


def test_a_large_log_uses_grouped_numbers() -> None:
    paths = [tile.path for tile in tiles_for(256 * 1001 + 7)]
    assert "tile/entries/x001/000" in paths
    assert "tile/entries/x001/001.p/7" in paths
    assert len(set(paths)) == len(paths)


@given(st.integers(0, 200_000), st.integers(0, 2_000))
@settings(max_examples=60, deadline=None)
def test_what_is_new_is_what_was_not_there(old: int, more: int) -> None:
    before, now = tiles_for(old), tiles_for(old + more)
    assert new_tiles(old, old + more) == tuple(tile for tile in now if tile not in before)
    assert all(tile_at(tile.path) == tile for tile in new_tiles(old, old + more))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "checkpoint",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",  # a shorter spelling exists
        "tile/0/x1/001",
        "tile/0/001/002",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/",
        "tile/0/000.p/1/",
        "tile/entry/000",
        "tile/0/٠٠٠",
        "tile/0/000\n",
        "/tile/0/000",
        "tile/0/../0/000",
        "tile/0/000.new",
    ],
)
def test_no_other_spelling_names_a_tile(path: str) -> None:
    assert tile_at(path) is None


def test_impossible_tiles_cannot_be_made() -> None:
    for level, number, width in ((-2, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)):
        with pytest.raises(BadInput):
            Tile(level=level, number=number, width=width)
    with pytest.raises(BadInput):
        new_tiles(5, 4)
    with pytest.raises(BadInput):
        tile_bytes(Tile(level=0, number=2, width=200), LEAVES)
    with pytest.raises(BadInput):
        tile_bytes(Tile(level=1, number=0, width=3), LEAVES)
    with pytest.raises(BadInput):
        tile_bytes(Tile(level=ENTRIES, number=0, width=3), LEAVES)


def test_tiles_hold_leaf_hashes_and_the_roots_of_full_tiles() -> None:
    assert parse_tile(tile_bytes(Tile(level=0, number=2, width=188), LEAVES), 188) == tuple(LEAVES[512:700])
    upper = parse_tile(tile_bytes(Tile(level=1, number=0, width=2), LEAVES), 2)
    assert upper == (root_of(LEAVES[:256]), root_of(LEAVES[256:512]))
    for raw in (b"", bytes(31), bytes(33), bytes(96)):
        with pytest.raises(MalformedBytes):
            parse_tile(raw, 2)


@given(st.lists(st.binary(max_size=70), min_size=1, max_size=20))
@settings(deadline=None)
def test_a_bundle_reads_back_and_nothing_shorter_or_longer_does(entries: list[bytes]) -> None:
    raw = bundle_bytes(entries)
    assert parse_bundle(raw, len(entries)) == tuple(entries)
    for wrong in (raw[:-1], raw + b"\x00", raw + b"\x00\x00", raw[1:]):
        with pytest.raises(MalformedBytes):
            parse_bundle(wrong, len(entries))
    with pytest.raises(MalformedBytes):
        parse_bundle(raw, len(entries) + 1)


def test_a_bundle_has_bounds() -> None:
    assert parse_bundle(bundle_bytes([b"x" * 65_535]), 1) == (b"x" * 65_535,)
    assert leading_entries(b"") == ((), 0)
    assert leading_entries(b"\x00\x00" * 300) == ((b"",) * 256, 88)
    for entries in ([], [b""] * 257, [b"x" * 65_536]):
        with pytest.raises(BadInput):
            bundle_bytes(entries)
