"""Go's sumdb/note and sumdb/tlog, as Debian packages them, on our notes, proofs and tiles, and on every mutant of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

from fairlead.envelope import SigningKey
from fairlead.receipt.checkpoint import open_checkpoint, sign_checkpoint
from fairlead.receipt.log_keys import only
from fairlead.receipt.note import cosign, vkey
from fairlead.receipt.rebuild import rebuild
from fairlead.receipt.tiles import ENTRIES, WIDTH, bundle_bytes, tile_bytes, tiles_for
from fairlead.receipt.tree import consistency_proof, inclusion_proof
from tests.outside.driven import ask, go_driver
from tests.outside.logs import LOGS, Log, b64, cases, compare, flipped, line_of, random_log

SEED = 7_1
SHELVES = 24


def test_go_agrees_on_every_proof_and_note_and_on_every_mutant() -> None:
    asked = cases(SEED)
    counted = compare(asked, ask(go_driver(), [line_of(case.asked) for case in asked]))
    for kind in ("Inclusion", "Consistency", "Signed"):
        assert counted[f"{kind}: as made"] == LOGS
    assert counted["held"] == 3 * LOGS + counted["open and held"]
    assert counted["open and held"] > 50
    assert counted["open and refused"] > 500
    assert counted["refused"] > 10_000
    assert min(counted.values()) > 50, counted


def test_go_opens_a_cosigned_head_and_passes_over_the_witness() -> None:
    rng = random.Random(SEED + 1)
    lines = []
    for _ in range(20):
        log = random_log(rng)
        text, witness = log.head.text, SigningKey(rng.randbytes(32))
        raw = sign_checkpoint(log.head, log.key) + cosign(text, "witness/one", witness, at_s=rng.randrange(2**40))
        assert open_checkpoint(raw, log.origin, log.key.public) == log.head
        key = vkey(log.origin, log.key.public)
        lines.append(json.dumps({"kind": "note", "note": raw.decode(), "text": text, "keys": [key]}))
    assert ask(go_driver(), lines) == [True] * 20


def shelf(log: Log) -> dict[str, bytes]:
    """The log's folder without its checkpoint."""
    return {
        tile.path: bundle_bytes(log.entries[tile.number * WIDTH :][: tile.width])
        if tile.level == ENTRIES
        else tile_bytes(tile, log.hashes)
        for tile in tiles_for(log.size)
    }


def shelf_line(log: Log, files: dict[str, bytes]) -> str:
    return json.dumps(
        {
            "kind": "tiles",
            "size": log.size,
            "root": b64(log.head.root),
            "index": log.index,
            "old": log.old,
            "proof": [b64(one) for one in inclusion_proof(log.hashes, log.index, log.size)],
            "growth": [b64(one) for one in consistency_proof(log.hashes, log.old, log.size)],
            "tiles": {path: b64(raw) for path, raw in files.items() if "entries" not in path},
        }
    )


def shelf_mutants(files: dict[str, bytes], rng: random.Random) -> Iterator[dict[str, bytes]]:
    """A bit of each tile of hashes flipped, each cut by a hash, each gone."""
    for path, raw in files.items():
        if "entries" not in path:
            yield {**files, path: flipped(raw, rng)}
            yield {**files, path: raw[:-32]}
            yield {name: one for name, one in files.items() if name != path}


def test_go_makes_our_proofs_out_of_our_tiles_and_refuses_a_flipped_one() -> None:
    rng = random.Random(SEED + 2)
    logs = [random_log(rng, least=size) for size in (1, 200, 256, 257, 511, 512, 513, 600)] + [random_log(rng) for _ in range(SHELVES)]
    lines, expected = [], []
    for log in logs:
        files = shelf(log)
        for number, folder in enumerate((files, *shelf_mutants(files, rng))):
            lines.append(shelf_line(log, folder))
            expected.append(number == 0)
            checkpoint = {"checkpoint": sign_checkpoint(log.head, log.key)}
            ours = rebuild({**folder, **checkpoint}, keys=only(log.origin, log.key.public), kept=None)
            assert (not ours.findings) == (number == 0), ours.findings
    assert sum(expected) == len(logs)
    assert len(expected) > 4 * len(logs)
    assert ask(go_driver(), lines) == expected
