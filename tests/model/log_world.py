"""A seeded world of one node, its witnesses and its crashes, on the real code: real SQLite, real files, clock and network injected.

What happens is drawn: verbs that write, batches of them, crashes that put the folder back to what it was between two steps of a write,
whole folders restored from any earlier state, witnesses that are down, lose their answer, or answer rubbish, clocks two hours off.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from fairlead.desk import witnessing
from fairlead.desk.clock import SetClock
from fairlead.desk.fsck import refill
from fairlead.desk.monitor import fetch_log
from fairlead.desk.node import Node
from fairlead.desk.read import read
from fairlead.desk.restored import check_place
from fairlead.desk.served import secret_of, served
from fairlead.desk.verify import verify_folder
from fairlead.errors import BadInput, FairleadError, LogFault, ProofFailed
from fairlead.receipt.checkpoint import Checkpoint, checkpoint_of
from fairlead.receipt.note import vkey
from fairlead.store import heads, ledger
from tests.rooms.desk.tiny import PARTIES, START_MS, Tiny

ABSENT = "0" * 32
HOUR_MS = 3_600_000


class World:
    """The node in `root`, a witness that is another node, a mirror of one party, and every state the folder ever had."""

    def __init__(self, folder: Path, founded: Tiny, partner: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.folder = folder
        self.clock = SetClock(START_MS)
        self.root = Path(shutil.copytree(founded.root, folder / "node"))
        self.partner = Node(Path(shutil.copytree(partner, folder / "partner")), clock=SetClock(START_MS))
        self.node = self.opened()
        self.who = founded.who
        rule = f"witness w {witnessing.witness_vkey(self.partner)} http://partner\nquorum w\n"
        (self.root / witnessing.WITNESSES).write_text(rule)
        for log in self.node.logs.values():
            witnessing.watch_log(self.partner, vkey(log.origin, log.key.public))
        self.mirror = folder / "mirror"
        for party in PARTIES:
            (self.mirror / "homes" / party).mkdir(parents=True)
            shutil.copy(self.root / "homes" / party / "trust.json", self.mirror / "homes" / party / "trust.json")
        self.acknowledged = dict.fromkeys(PARTIES, 0)  # entries somebody was told of
        self.cosigned: dict[tuple[str, int], bytes] = {}
        self.states: list[tuple[Path, dict[str, int]]] = []
        self.refused = 0
        self.put_back = 0
        self.refilled = 0
        check_place(self.node, self.send)

    def opened(self) -> Node:
        return Node(self.root, clock=self.clock, random_bytes=self.rng.randbytes)

    # What the network does.
    def send(self, url: str, body: bytes) -> tuple[int, str, bytes]:
        mood = self.rng.random()
        if mood < 0.12:
            raise BadInput("a witness cannot be reached", where=url)
        reply = witnessing.cosign_for(self.partner, body)
        if reply.record is not None:
            self._remember(reply.record.checkpoint)
        if mood < 0.24:
            raise BadInput("a witness cannot be reached", where=url, why="its answer was lost")
        if mood < 0.32:
            return self.rng.choice(
                [(200, "text/plain", b"rubbish\n"), (409, "text/x.tlog.size", b"x\n"), (500, "", b""), (200, "", b"")]
            )
        return reply.status, reply.content_type, reply.body

    def _remember(self, head: Checkpoint) -> None:
        """No two heads of one size that differ are ever cosigned, and each extends those before it."""
        known = self.cosigned.setdefault((head.origin, head.size), head.root)
        assert known == head.root, f"two heads of {head.origin} at {head.size} were cosigned"

    # What happens.
    def step(self) -> None:
        what = self.rng.choices(["verb", "ask", "fetch", "crash", "restore", "drift", "check"], weights=[10, 4, 3, 3, 1.5, 2, 2])[0]
        getattr(self, what)()

    def verb(self) -> None:
        for _ in range(self.rng.choice([1, 1, 3, 9])):
            read(self.node, self.who("port-custody"), ABSENT)
        self._told()
        if self.rng.random() < 0.5:
            self._keep_state()

    def ask(self) -> None:
        witnessing.ask_witnesses(self.node, self.send)

    def fetch(self) -> None:
        for party in PARTIES:
            secret = secret_of(self.node.logs[party].key)
            try:
                fetch_log(self.mirror, party, lambda path, party=party, secret=secret: served(self.node, secret, party, path))  # type: ignore[misc]
            except ProofFailed:
                assert self.put_back, "another history, though nothing was ever put back"
                raise Ended from None  # the mirror has what a restore took away, and the log's own signatures to show for it

    def drift(self) -> None:
        self.clock.at_ms += self.rng.choice([-2, 2]) * HOUR_MS

    def check(self) -> None:
        """An originator's own check finds nothing, and everything somebody was told of is there."""
        for verdict in verify_folder(self.root):
            assert verdict.report.holds, [str(one) for one in verdict.report.findings]
            assert verdict.report.size >= self.acknowledged[verdict.party], verdict.party

    def crash(self) -> None:
        """The process dies after the commit and before some of the files are out: those newest ones are gone."""
        self.node.close()
        party = self.rng.choice(PARTIES)
        log = self.root / "log" / party
        size = int((log / ledger.CHECKPOINT).read_bytes().split(b"\n")[1])
        (log / ledger.CHECKPOINT).unlink(missing_ok=True)  # it comes after what it covers, so it is missing first
        if self.rng.random() < 0.6 and size:
            ledger.receipt_path(self.root, party, size - 1).unlink(missing_ok=True)
        self.node = self.opened()
        self.node.recover()
        check_place_or_none(self)

    def restore(self) -> None:
        """Somebody puts the whole folder, or the database alone, back to an earlier state."""
        if not self.states:
            return
        saved, sizes = self.rng.choice(self.states)
        self.put_back += 1
        self.node.close()
        if self.rng.random() < 0.5:
            shutil.copy(saved / "node.sqlite", self.root / "node.sqlite.back")
            (self.root / "node.sqlite.back").replace(self.root / "node.sqlite")
        else:
            shutil.rmtree(self.root)
            shutil.copytree(saved, self.root)
        self._come_back(sizes)

    def _come_back(self, sizes: dict[str, int]) -> None:
        """The node signs nothing until it is known to be whole: by its own files, by its witness, or refilled from the mirror."""
        self.node = self.opened()
        whole = False
        for _ in range(40):
            try:
                self.node.recover()
                check_place(self.node, self.send)
                whole = True
                break
            except LogFault:
                self.refused += 1
                for source in (self.root, self.mirror):
                    try:
                        self.refilled += bool(refill(self.node, source).entries)
                    except (FairleadError, OSError):
                        continue
        if not whole:  # nobody has the rest: the log has ended here, and so does this history
            raise Ended
        now = self._sizes()
        self.acknowledged = {party: min(known, now[party]) for party, known in self.acknowledged.items()}
        if now != sizes:
            self._keep_state()

    # What is kept.
    def _keep_state(self) -> None:
        saved = self.folder / f"state-{len(self.states)}"
        shutil.copytree(self.root, saved)
        self.states.append((saved, self._sizes()))

    def _sizes(self) -> dict[str, int]:
        with self.node.db.read() as tx:
            return {party: ledger.head(tx, party)[0] for party in PARTIES}

    def _told(self) -> None:
        self.acknowledged = self._sizes()

    def end(self) -> None:
        """Whatever happened: what the witness holds is a prefix of what lies here, or the node refused."""
        with self.partner.db.read() as tx:
            seen = {one.checkpoint.origin: one.checkpoint for one in heads.all_witnessed(tx)}
            assert heads.all_splits(tx) == []
        with self.node.db.read() as tx:
            for party, log in self.node.logs.items():
                size, note = ledger.head(tx, party)
                own = checkpoint_of(heads.text_of(note))
                if log.origin in seen and seen[log.origin].size == size:
                    assert seen[log.origin].root == own.root
        self.node.close()
        self.partner.close()


class Ended(Exception):
    """The rest of a log is nowhere to be had."""


def check_place_or_none(world: World) -> None:
    """A crash is no restore: the file is the same, and nobody has to be asked."""

    def nobody(url: str, body: bytes) -> tuple[int, str, bytes]:
        raise AssertionError("a witness was asked after a mere crash")

    check_place(world.node, nobody)
