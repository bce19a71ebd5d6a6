"""The logs as stored and published: one next entry, a checkpoint over all of them, files only ever extended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from fairlead import errors
from fairlead.envelope import Envelope, envelope_to_json, sign
from fairlead.receipt.audit import audit_log
from fairlead.receipt.checkpoint import open_checkpoint
from fairlead.receipt.receipt import receipt_value
from fairlead.store import ledger
from fairlead.store.database import Database, Tx
from fairlead.store.schema import log_heads
from tests.rooms.receipt.folder import KEY, ORIGIN, use

LOG = ledger.Log(party="isla", origin=ORIGIN, key=KEY)


def made(index: int) -> Envelope:
    return sign("use-receipt", receipt_value(use(index)), [KEY])


class Stored:
    """A database with one log, and the folder it is published to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.database = Database(root / "node.sqlite", create=True)
        with self.database.write() as tx:
            ledger.begin(tx, [LOG])

    def append(self, count: int, make: Callable[[int], Envelope] = made) -> None:
        with self.database.write() as tx:
            for _ in range(count):
                ledger.append(tx, LOG, make)

    def publish(self) -> int:
        with self.database.read() as tx:
            return ledger.publish(tx, self.root, [LOG])

    def checkpoint(self) -> bytes:
        return (self.root / "log" / "isla" / "checkpoint").read_bytes()

    def findings(self, kept: bytes | None = None) -> list[str]:
        """What an originator finds in the files alone."""
        folder, home = self.root / "log" / "isla", self.root / "homes" / "isla" / "receipts" / "isla"
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        receipts = [(path.name, path.read_bytes()) for path in sorted(home.glob("*"))]
        report = audit_log(files, origin=ORIGIN, key=KEY.public, kept=kept, receipts=receipts)
        return [str(finding) for finding in report.findings]


@pytest.fixture
def log(tmp_path: Path) -> Stored:
    """An empty log, nothing published."""
    return Stored(tmp_path)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_p6_the_checkpoint_covers_the_entry_just_appended(log: Stored, count: int) -> None:
    log.append(count)
    with log.database.read() as tx:
        size, raw = ledger.head(tx, "isla")
    assert size == count
    assert open_checkpoint(raw, ORIGIN, KEY.public).size == count


def test_p6_what_is_published_in_any_steps_proves_itself_and_extends_what_was_kept(log: Stored) -> None:
    kept = None
    for step in (0, 1, 1, 3, 250, 2, 0):
        log.append(step)
        log.publish()
        assert log.findings(kept) == [], step
        kept = log.checkpoint()
    assert log.publish() == 0


def test_p6_a_head_that_moved_inside_the_transaction_stops_the_append_and_everything_with_it(log: Stored) -> None:
    log.append(2)

    def moved() -> None:
        with log.database.write() as tx:

            def moving(index: int) -> Envelope:
                tx.execute(update(log_heads).values(size=7))
                return made(index)

            ledger.append(tx, LOG, moving)

    with pytest.raises(errors.LogFault, match="head moved"):
        moved()
    log.append(1)
    log.publish()
    assert log.findings() == []


def test_p6_a_database_put_back_to_an_older_copy_publishes_no_shorter_log(log: Stored, tmp_path: Path) -> None:
    log.append(2)
    log.publish()
    older = (tmp_path / "node.sqlite").read_bytes()
    log.append(1)
    log.publish()
    published = log.checkpoint()
    log.database.close()
    (tmp_path / "node.sqlite").write_bytes(older)
    with pytest.raises(errors.LogFault, match="longer than the database"):
        log.publish()
    assert log.checkpoint() == published
    assert log.findings() == []


def test_nothing_of_a_transaction_that_failed_is_in_the_log(log: Stored) -> None:
    log.append(1)

    def broken(index: int) -> Envelope:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        log.append(2, lambda index: made(index) if index == 1 else broken(index))
    with log.database.read() as tx:
        assert ledger.head(tx, "isla")[0] == 1
    assert log.publish() == 1


def test_a_receipt_is_delivered_to_its_originators_home_as_it_was_signed(log: Stored) -> None:
    log.append(2)
    log.publish()
    for index in (0, 1):
        assert ledger.receipt_path(log.root, "isla", index).read_bytes() == envelope_to_json(made(index))


def test_what_a_crash_left_half_made_is_swept_and_the_log_holds(log: Stored) -> None:
    log.append(3)
    log.publish()
    stray = log.root / "log" / "isla" / "tile" / "0" / "000.p" / "9"
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"half")
    assert log.findings() != []
    assert ledger.sweep(log.root, [LOG]) == 1
    assert log.findings() == []


def test_a_log_the_node_does_not_have_is_a_fault(log: Stored) -> None:
    other = ledger.Log(party="nobody", origin="fairlead/test/nobody", key=KEY)

    def of(ask: Callable[[Tx], object]) -> None:
        with pytest.raises(errors.LogFault, match="no such log"), log.database.write() as tx:
            ask(tx)

    of(lambda tx: ledger.append(tx, other, made))
    of(lambda tx: ledger.head(tx, "nobody"))


def steps_to_publish_one(log: Stored) -> int:
    """Instructions the database runs to publish one entry more: a count, not a time."""
    log.append(1)
    steps = 0

    def counted() -> int:
        nonlocal steps
        steps += 1
        return 0

    with log.database.read() as tx:
        tx.connection.driver_connection.set_progress_handler(counted, 10)  # type: ignore[union-attr]
        ledger.publish(tx, log.root, [LOG])
    return steps


def test_publishing_an_entry_costs_the_same_in_a_long_log_as_in_a_short_one(log: Stored) -> None:
    log.append(300)
    log.publish()
    short = steps_to_publish_one(log)
    log.append(256 * 3)
    log.publish()
    assert steps_to_publish_one(log) <= 1.2 * short
    assert log.findings() == []


def test_p4_no_snapshot_is_held_while_files_are_written(log: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the rollback journal a reader's snapshot holds up every commit: that of an order would wait for the disk."""
    log.append(3)
    written: list[str] = []

    def writing(path: Path, body: bytes) -> None:
        with log.database.write() as tx:  # raises NodeBusy after the time-out when the publisher still reads
            tx.execute(update(log_heads).values(size=log_heads.c.size))
        written.append(path.name)

    monkeypatch.setattr(ledger, "write_durably", writing)
    monkeypatch.setattr("fairlead.store.database.BUSY_TIMEOUT_MS", 50)
    log.database = Database(log.root / "node.sqlite")
    assert log.publish() == 3
    assert written[-1] == "checkpoint"
