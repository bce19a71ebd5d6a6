"""A log folder rebuilt from its bytes: entries, every hash of every level, root, and what the originator kept from before.

1. Nothing is believed but the trusted key: entries are hashed anew, tiles recomputed, the root compared with the signed one.
2. When entries and tiles disagree, the signed root says which of them is wrong, so the finding names the right file.
3. A narrower tile of an earlier size may still lie there (C2SP tlog-tiles lets a log keep it), if the present one begins with it.
4. Total: any bytes give findings, never an exception.
5. Every file is read once, entries are not held on to, and a log is hashed once: 32 bytes an entry stay, however long entries are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from fairlead.errors import FairleadError
from fairlead.receipt.checkpoint import Checkpoint, open_head
from fairlead.receipt.log_keys import LogKeys
from fairlead.receipt.note import Cosigned
from fairlead.receipt.quorum import NOBODY, Quorum
from fairlead.receipt.tiles import ENTRIES, WIDTH, WIDTH_BITS, Tile, leading_entries, tile_at, tiles_for
from fairlead.receipt.tree import HASH_BYTES, Frontier, grow, leaf_hash

CHECKPOINT: Final = "checkpoint"
KEPT: Final = "kept checkpoint"
SIZE_MAX: Final = 2**24  # entries this reader takes
COSIGNED: Final = "cosigned"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that does not hold: in which file, at which entry (or the first one concerned), and what."""

    file: str
    entry: int | None = None
    what: str

    def __str__(self) -> str:
        place = "" if self.entry is None else f", entry {self.entry}"
        return f"{self.file}{place}: {self.what}"


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What the folder proved to hold."""

    checkpoint: Checkpoint | None
    entries: Mapping[int, bytes]  # leaf hashes of those that could be read
    leaf_hashes: (
        Sequence[bytes] | Mapping[int, bytes] | None
    )  # those under the signed root; nothing when neither entries nor tiles give it
    kept_size: int | None
    cosigned_size: int | None = None  # of the newest head that witnesses cosigned
    cosigned_by: tuple[Cosigned, ...] = ()  # those of them that are known here
    findings: tuple[Finding, ...]


def rebuild(files: Mapping[str, bytes], *, keys: LogKeys, kept: bytes | None, quorum: Quorum = NOBODY) -> Rebuilt:
    """Rebuild a log from the files of its folder (paths from that folder). `kept` is a checkpoint the originator held on to."""
    # 1. The checkpoint: strict form, this origin, the key for its size. Without it nothing below can be judged.
    head, findings = _opened(files.get(CHECKPOINT), CHECKPOINT, keys, quorum)
    before, more = _opened(kept, KEPT, keys.as_kept(), quorum) if kept is not None else (None, [])
    findings += more
    seen, seen_by, more = _cosigned(files.get(COSIGNED), keys, quorum)
    findings += more
    kept_size = None if before is None else before.size
    if head is None or head.size > SIZE_MAX:
        if head is not None:
            findings.append(Finding(file=CHECKPOINT, what=f"says {head.size} entries, more than this reader takes"))
        return Rebuilt(checkpoint=None, entries={}, leaf_hashes=None, kept_size=kept_size, findings=tuple(findings))
    # 2. Every bundle and tile that a log of this size has, read as far as it goes.
    tiles = tiles_for(head.size)
    findings += [Finding(file=tile.path, entry=tile.first_entry, what="is missing") for tile in tiles if tile.path not in files]
    bundles = {tile: _bundle(files[tile.path]) for tile in tiles if tile.level == ENTRIES and tile.path in files}
    raws = {tile: files[tile.path] for tile in tiles if tile.level != ENTRIES and tile.path in files}
    # 3. Leaf hashes recomputed, then every level, up to the signed root.
    tree = _under_root(head, bundles, raws)
    if tree is None:
        findings.append(Finding(file=CHECKPOINT, what="neither the entries nor the tiles give its root"))
        findings += _disagreement(bundles, raws)
    else:
        findings += _wrong_bundles(bundles, tree)
        findings += _wrong_tiles(raws, tree)
    # 4. What was there before is still there (RFC 9162 section 2.1.4, by the leaves themselves).
    if before is not None:
        findings += _consistent(before, head, tree)
    # 5. What witnesses saw is a part of it.
    if seen is not None:
        findings += _consistent(seen, head, tree, COSIGNED)
    # 7. Nothing else lies in the folder.
    findings += _strangers(files, tiles, tree)
    return Rebuilt(
        checkpoint=head,
        entries={tile.first_entry + at: hashed for tile, one in bundles.items() for at, hashed in enumerate(one.hashes[: tile.width])},
        leaf_hashes=None if tree is None else tree.leaves,
        kept_size=kept_size,
        cosigned_size=seen.size if seen else None,
        cosigned_by=seen_by,
        findings=tuple(findings),
    )


def _opened(raw: bytes | None, file: str, keys: LogKeys, quorum: Quorum) -> tuple[Checkpoint | None, list[Finding]]:
    if raw is None:
        return None, [Finding(file=file, what="is missing")]
    try:
        found = open_head(raw, keys, quorum.verifiers)
    except FairleadError as error:
        return None, [Finding(file=file, what=str(error))]
    if found.lines != 1 + len(found.cosigned):
        return found.checkpoint, [Finding(file=file, what="carries signature lines that nothing here can check")]
    return found.checkpoint, []


def _cosigned(raw: bytes | None, keys: LogKeys, quorum: Quorum) -> tuple[Checkpoint | None, tuple[Cosigned, ...], list[Finding]]:
    """The newest head that witnesses cosigned. A reader who asks for a quorum finds its absence; another leaves unknown lines alone."""
    if raw is None:
        missing = [] if quorum.met(()) else [Finding(file=COSIGNED, what="no head was cosigned by enough witnesses")]
        return None, (), missing
    try:
        head = open_head(raw, keys, quorum.verifiers)
    except FairleadError as error:
        return None, (), [Finding(file=COSIGNED, what=str(error))]
    if not quorum.met([one.key for one in head.cosigned]):
        what = f"the head of {head.checkpoint.size} entries is not cosigned by the quorum {quorum.name}"
        return head.checkpoint, head.cosigned, [Finding(file=COSIGNED, what=what)]
    return head.checkpoint, head.cosigned, []


class _Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle's file holds: the hash of each whole entry, and how many bytes follow them."""

    hashes: tuple[bytes, ...]
    rest: int


class _Tree:
    """The leaf hashes under the root, and the hashes of every higher level of tiles, each computed once."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.frontier, nodes = grow(Frontier(), leaves, every=WIDTH_BITS)
        self.levels: dict[int, list[bytes]] = {0: list(leaves)}
        for node in nodes:
            self.levels.setdefault(node.height // WIDTH_BITS, []).append(node.hashed)

    @property
    def leaves(self) -> Sequence[bytes]:
        return self.levels[0]

    def wanted(self, tile: Tile) -> list[bytes]:
        """The hashes of a tile, or of the entries of a bundle."""
        first = tile.number * WIDTH
        return self.levels[max(tile.level, 0)][first : first + tile.width]

    def root_at(self, size: int) -> bytes:
        """The root when the log had so many entries."""
        whole = size >> WIDTH_BITS
        above = grow(Frontier(), self.levels[1][:whole])[0] if whole else Frontier()
        begun = Frontier(size=whole << WIDTH_BITS, peaks=above.peaks)
        return begun.extended(self.leaves[whole << WIDTH_BITS : size]).root()


def _bundle(raw: bytes) -> _Bundle:
    entries, rest = leading_entries(raw)
    return _Bundle(hashes=tuple(map(leaf_hash, entries)), rest=rest)


def _under_root(head: Checkpoint, bundles: Mapping[Tile, _Bundle], raws: Mapping[Tile, bytes]) -> _Tree | None:
    """The tree under the signed root: recomputed from the entries or, when those are damaged, as the tiles give it."""
    own = [hashed for tile, one in bundles.items() for hashed in one.hashes[: tile.width]]
    told = [raw for tile, raw in raws.items() if tile.level == 0 and len(raw) == tile.width * HASH_BYTES]
    for leaves in (own, _hashes(b"".join(told))):
        if len(leaves) != head.size:
            continue
        tree = _Tree(leaves)
        if tree.frontier.root() == head.root:
            return tree
    return None


def _hashes(raw: bytes) -> list[bytes]:
    return [raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES)]


def _wrong_bundles(bundles: Mapping[Tile, _Bundle], tree: _Tree) -> Iterable[Finding]:
    """Bundles that do not hold exactly the entries under the root, each with its first wrong entry."""
    for tile, found in bundles.items():
        wanted = tree.wanted(tile)
        wrong = [at for at, hashed in enumerate(wanted) if at >= len(found.hashes) or found.hashes[at] != hashed]
        if wrong:
            yield Finding(file=tile.path, entry=tile.first_entry + wrong[0], what="entry is not the one under the signed root")
        elif found.rest or len(found.hashes) != tile.width:
            yield Finding(file=tile.path, entry=tile.first_entry + tile.width - 1, what="bytes follow its last entry")


def _wrong_tiles(raws: Mapping[Tile, bytes], tree: _Tree) -> Iterable[Finding]:
    """Tiles that are not the recomputed ones, each with the first entry that its first wrong hash covers."""
    for tile, raw in raws.items():
        wanted = b"".join(tree.wanted(tile))
        if raw != wanted:
            yield Finding(file=tile.path, entry=_first_difference(tile, raw, wanted), what="hash is not the recomputed one")


def _first_difference(tile: Tile, raw: bytes, wanted: bytes) -> int:
    size = len(wanted) // tile.width
    at = next(
        (at for at in range(tile.width) if raw[at * size : (at + 1) * size] != wanted[at * size : (at + 1) * size]), tile.width - 1
    )
    return tile.first_entry + at * tile.span


def _disagreement(bundles: Mapping[Tile, _Bundle], raws: Mapping[Tile, bytes]) -> Iterable[Finding]:
    """Without a root to judge by: bundles and level 0 tiles that contradict each other, or do not parse."""
    for tile, raw in raws.items():
        if tile.level != 0:
            continue
        bundle = Tile(level=ENTRIES, number=tile.number, width=tile.width)
        own = bundles[bundle].hashes if bundle in bundles else ()
        told = _hashes(raw)
        for at in range(tile.width):
            if at >= len(own) or at >= len(told) or own[at] != told[at]:
                what = f"entry and the hash in {tile.path} differ, and neither gives the signed root"
                yield Finding(file=bundle.path, entry=tile.first_entry + at, what=what)
                break


def _consistent(before: Checkpoint, head: Checkpoint, tree: _Tree | None, name: str = "kept") -> Iterable[Finding]:
    if before.size > head.size:
        what = f"is older than the {name} one: {head.size} entries, {before.size} were there before"
        yield Finding(file=CHECKPOINT, entry=head.size, what=what)
    elif before.size == head.size and before.root != head.root:
        yield Finding(file=CHECKPOINT, what=f"is of another history: the {name} one of the same {head.size} entries has another root")
    elif tree is not None and tree.root_at(before.size) != before.root:
        yield Finding(file=CHECKPOINT, what=f"is of another history: its first {before.size} entries are not those of the {name} one")


def _strangers(files: Mapping[str, bytes], tiles: Iterable[Tile], tree: _Tree | None) -> Iterable[Finding]:
    """Files that the log does not have; an earlier, narrower tile is one only when it is not the beginning of the present one."""
    present = {(tile.level, tile.number): tile for tile in tiles}
    known = {CHECKPOINT, COSIGNED, *(tile.path for tile in present.values())}
    for path in sorted(files.keys() - known):
        tile = tile_at(path)
        now = present.get((tile.level, tile.number)) if tile is not None else None
        if tile is None or now is None or tile.width > now.width:
            yield Finding(file=path, what="does not belong to the log")
        elif tree is not None and not _begins(files[path], tile, tree):
            yield Finding(file=path, entry=tile.first_entry, what="is not the beginning of the present tile")


def _begins(raw: bytes, tile: Tile, tree: _Tree) -> bool:
    if tile.level != ENTRIES:
        return raw == b"".join(tree.wanted(tile))
    found = _bundle(raw)
    return not found.rest and list(found.hashes) == tree.wanted(tile)
