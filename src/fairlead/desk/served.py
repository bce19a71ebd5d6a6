"""A party's log for whoever holds its address: the published files, the receipts in bundles, the signed records of that party.

1. The address holds a secret made from the log's first key, and is written into the party's home (`log.address`): nobody else can tell
   how much of whose data is used. Whoever has it reads all of this one log and receipts, and nothing else of the node.
2. `checkpoint`, `cosigned`, `tile/...` are C2SP tlog-tiles. `tile/receipts/N[.p/W]` are the receipts of the same entries, each with
   four big-endian bytes of length before it. `records` lists the party's signed records as `[kind, digest]`, `records/KIND/DIGEST.json`
   is one.
3. An address that is wrong in any way is no address: the same answer for all of them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from fairlead.desk.node import Node
from fairlead.envelope import SigningKey, encode
from fairlead.errors import BadInput
from fairlead.receipt.tiles import ENTRIES, Tile, tile_at
from fairlead.store import ledger

RECORD: Final = re.compile(r"records/([a-z-]{1,40})/([0-9a-f]{64})\.json", re.ASCII)
LENGTH_BYTES: Final = 4
ADDRESS: Final = "log.address"
PATH_MAX: Final = 200


def secret_of(key: SigningKey) -> str:
    """The part of the address that nobody guesses: 128 bits, from the log's first key."""
    return hmac.new(key.seed, b"fairlead log address", hashlib.sha256).hexdigest()[:32]


def address(node: Node, party: str) -> str:
    """The path under which a party's log is served."""
    return f"/log/{secret_of(node.logs[party].key)}/{party}/"


def served(node: Node, secret: str, party: str, path: str) -> bytes:
    """The bytes at this place. Raises BadInput, the same for everything that is not there."""
    log = node.logs.get(party)
    own = secret_of(log.key) if log is not None else "0" * 32
    if log is None or not hmac.compare_digest(own.encode(), secret.encode("utf-8", "replace")) or len(path) > PATH_MAX:
        raise _nothing()
    if path in (ledger.CHECKPOINT, ledger.COSIGNED) or tile_at(path) is not None:
        file = node.root / "log" / party / path
        if not file.is_file():
            raise _nothing()
        return file.read_bytes()
    if path.startswith("tile/receipts/"):
        tile = tile_at(path.replace("receipts", "entries", 1))
        if tile is not None:
            return _receipts(node, party, tile)
    home = node.home(party).path
    if path == "records":
        return encode([[one.parent.name, one.stem] for one in sorted((home / "records").glob("*/*.json"))])
    found = RECORD.fullmatch(path)
    if found is not None and (home / path).is_file():
        return (home / path).read_bytes()
    raise _nothing()


def _receipts(node: Node, party: str, tile: Tile) -> bytes:
    assert tile.level == ENTRIES
    with node.db.read() as tx:
        size, _ = ledger.head(tx, party)
        if tile.first_entry + tile.width > size:
            raise _nothing()
        raws = ledger.raw_receipts(tx, party, tile.first_entry, tile.first_entry + tile.width)
    return b"".join(len(raw).to_bytes(LENGTH_BYTES, "big") + raw for raw in raws)


def receipts_in(raw: bytes, count: int) -> list[bytes]:
    """The receipts of such a bundle. Raises BadInput unless there are exactly `count`."""
    found: list[bytes] = []
    at = 0
    while at + LENGTH_BYTES <= len(raw) and len(found) < count:
        end = at + LENGTH_BYTES + int.from_bytes(raw[at : at + LENGTH_BYTES], "big")
        found.append(raw[at + LENGTH_BYTES : end])
        at = end
    if at != len(raw) or len(found) != count:
        raise BadInput("a bundle of receipts does not hold them", why=f"{len(found)} of {count}, {len(raw) - at} bytes left over")
    return found


def _nothing() -> BadInput:
    return BadInput("there is nothing at this address")
