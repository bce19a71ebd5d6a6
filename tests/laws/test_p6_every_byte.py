"""P6: each byte of each file under log/, and of each receipt delivered, flipped one at a time, is found, and file and entry are named.

The judging of a log is pure, so the flips are made in memory; a sample goes through files and the command line.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fairlead.desk import look, read
from fairlead.desk.halt import Wish, halt, resume
from fairlead.envelope import PublicKey
from fairlead.errors import FairleadError, ProofFailed
from fairlead.receipt.audit import check_receipt, entry_named
from fairlead.receipt.log_keys import only
from fairlead.receipt.rebuild import rebuild
from tests.rooms.desk.tiny import MONITOR, PARTIES, Tiny, value

HASH_BYTES = 32
ENTRIES = "tile/entries"


class Log:
    """One party's log as it lies on the disk, with what its home trusts, kept and was delivered."""

    def __init__(self, tiny: Tiny, party: str) -> None:
        folder, home = tiny.root / "log" / party, tiny.root / "homes" / party
        self.party, self.key, self.origin = party, tiny.node.logs[party].key.public, tiny.node.logs[party].origin
        self.files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
        self.kept = (home / "kept" / f"{party}.checkpoint").read_bytes()
        self.receipts = {path.name: path.read_bytes() for path in sorted((home / "receipts" / party).iterdir())}

    def rebuilt(self, **changed: bytes) -> Any:
        return rebuild({**self.files, **changed}, keys=only(self.origin, self.key), kept=self.kept)

    def entries_at(self, name: str) -> list[int | None]:
        """For each byte of a file, the entry that it belongs to; none for the checkpoint."""
        raw = self.files[name]
        if name == "checkpoint":
            return [None] * len(raw)
        if not name.startswith(ENTRIES):
            return [place // HASH_BYTES for place in range(len(raw))]
        owners: list[int | None] = []
        while len(owners) < len(raw):
            size = 2 + int.from_bytes(raw[len(owners) : len(owners) + 2], "big")
            owners += [owners[-1] + 1 if owners and owners[-1] is not None else 0] * size
        return owners


@pytest.fixture(scope="module")
def tiny(shared_memory: Path) -> Tiny:
    """A night's use: sources, leads, reads given and refused, a halt and its resume; as many entries as the demo has."""
    one = Tiny(shared_memory / "node").see()
    made = [one.lead(), one.lead("alfa-radar", "bravo-air")]
    order = value(halt(one.node, one.who("alfa-release"), Wish(units=("support",))))["order"]
    for person, purpose in (("cutter-watch", "interdiction"), ("support-watch", MONITOR), ("port-custody", "interdiction")):
        look.look(one.node, one.who(person, purpose))
        for name in (*made, "0" * 32):
            read.read(one.node, one.who(person, purpose), name)
    value(resume(one.node, one.who("alfa-release"), order))
    return one


@pytest.mark.parametrize("party", PARTIES)
def test_p6_each_byte_of_each_file_under_log_flipped_is_found_in_that_file_and_at_that_entry(tiny: Tiny, party: str) -> None:
    log = Log(tiny, party)
    assert log.rebuilt().findings == ()
    for name, raw in log.files.items():
        owners = log.entries_at(name)
        assert len(owners) == len(raw)
        for place, owner in enumerate(owners):
            body = bytearray(raw)
            body[place] ^= 1 << (place % 8)
            here = [one for one in log.rebuilt(**{name: bytes(body)}).findings if one.file == name]
            assert here, (name, place)
            assert owner is None or owner in {one.entry for one in here}, (name, place, here)


@pytest.mark.parametrize("party", PARTIES)
def test_p6_each_byte_of_each_receipt_flipped_is_found(tiny: Tiny, party: str) -> None:
    log = Log(tiny, party)
    rebuilt = log.rebuilt()
    for name, raw in log.receipts.items():
        held(log, name, raw, rebuilt)
        for place in range(0, len(raw), 1 if len(raw) < 1_500 else 13):
            body = bytearray(raw)
            body[place] ^= 1 << (place % 8)
            with pytest.raises(FairleadError):
                held(log, name, bytes(body), rebuilt)


def held(log: Log, name: str, raw: bytes, rebuilt: Any) -> None:
    check_receipt(name, raw, keys=only(log.origin, log.key), log=rebuilt)


def test_p6_another_key_and_another_partys_receipts_hold_nothing(tiny: Tiny) -> None:
    alfa, bravo = Log(tiny, "alfa"), Log(tiny, "bravo")
    name = next(iter(alfa.receipts))
    with pytest.raises(FairleadError):
        held(alfa, name, bravo.receipts[name], alfa.rebuilt())
    foreign = rebuild(alfa.files, keys=only(alfa.origin, bravo.key), kept=alfa.kept)
    assert foreign.checkpoint is None
    assert foreign.findings
    assert isinstance(bravo.key, PublicKey)
    with pytest.raises(ProofFailed, match="lies under another name"):
        held(alfa, "000000002.json", alfa.receipts["000000001.json"], alfa.rebuilt())
    assert entry_named("000000002.json") == 2


def verified(root: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fairlead", "verify", str(root), *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_p6_the_command_ends_with_6_and_names_the_file_and_the_entry(tiny: Tiny) -> None:
    assert verified(tiny.root).returncode == 0
    log = Log(tiny, "alfa")
    for name, raw in log.files.items():
        place = len(raw) // 2
        path = tiny.root / "log" / "alfa" / name
        body = bytearray(raw)
        body[place] ^= 0x10
        path.write_bytes(bytes(body))
        try:
            done = verified(tiny.root, "--party", "alfa")
        finally:
            path.write_bytes(raw)
        owner = log.entries_at(name)[place]
        assert done.returncode == 6, name
        assert name in done.stdout + done.stderr
        if owner is not None:
            assert f"{name}, entry {owner}" in done.stdout
    assert verified(tiny.root).returncode == 0
