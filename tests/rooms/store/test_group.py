"""Group commit: many writers at once, some of them failing, orders among them; what was acknowledged is there, and nothing else."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from fairlead import errors
from fairlead.envelope import Envelope, sign
from fairlead.receipt.receipt import receipt_value
from fairlead.store import ledger
from fairlead.store.database import Database
from tests.rooms.receipt.folder import KEY, use
from tests.rooms.store.test_ledger import LOG, Stored


def made(index: int) -> Envelope:
    return sign("use-receipt", receipt_value(use(index)), [KEY])


class Crowd:
    """So many threads, each with a database handle of its own as the console has, appending one after another."""

    def __init__(self, stored: Stored, threads: int) -> None:
        self.stored = stored
        self.threads = threads
        self.given: list[int] = []
        self.refused: list[BaseException] = []
        self._lock = threading.Lock()

    def run(self, each: int, fails: int = 0) -> None:
        gate = threading.Barrier(self.threads)

        def work(number: int) -> None:
            database = Database(self.stored.root / "node.sqlite")
            gate.wait()
            for turn in range(each):
                try:
                    with database.write() as tx:
                        index = ledger.append(tx, LOG, made)
                        if fails and (number + turn) % fails == 0:
                            raise errors.BadInput("this verb fails after it wrote")
                except BaseException as error:
                    with self._lock:
                        self.refused.append(error)
                else:
                    with self._lock:
                        self.given.append(index)
            database.close()

        workers = [threading.Thread(target=work, args=(number,)) for number in range(self.threads)]
        for one in workers:
            one.start()
        for one in workers:
            one.join(60)


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    return Stored(tmp_path)


def commits(stored: Stored) -> int:
    """How often the database file was written, by SQLite's own change counter."""
    return int.from_bytes((stored.root / "node.sqlite").read_bytes()[24:28], "big")


def test_verbs_that_come_together_are_committed_together_and_each_is_there(stored: Stored) -> None:
    before = commits(stored)
    crowd = Crowd(stored, 16)
    crowd.run(20)
    assert crowd.refused == []
    assert sorted(crowd.given) == list(range(320)), "each has a place of its own, and none is left out"
    assert commits(stored) - before < 160, "at least two verbs a commit"
    stored.publish()
    assert stored.findings() == []


def test_a_verb_that_fails_takes_its_own_entry_with_it_and_no_other(stored: Stored) -> None:
    crowd = Crowd(stored, 8)
    crowd.run(20, fails=3)
    assert 40 <= len(crowd.refused) <= 70
    assert {type(error) for error in crowd.refused} == {errors.BadInput}
    assert sorted(crowd.given) == list(range(160 - len(crowd.refused)))
    stored.publish()
    assert stored.findings() == []


def test_when_the_commit_fails_every_verb_of_the_batch_failed_and_nothing_is_there(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = ledger.seal

    def full(tx: object) -> None:
        time.sleep(0.05)  # others come to wait meanwhile
        raise errors.LogFault("the disk is full")

    monkeypatch.setattr(ledger, "seal", full)
    crowd = Crowd(stored, 8)
    crowd.run(3)
    assert crowd.given == []
    assert {type(error) for error in crowd.refused} == {errors.LogFault}
    monkeypatch.setattr(ledger, "seal", honest)
    crowd.run(3)
    assert sorted(crowd.given) == list(range(24))
    stored.publish()
    assert stored.findings() == []


def test_a_statement_the_database_refuses_fails_its_own_verb_only(stored: Stored) -> None:
    database = Database(stored.root / "node.sqlite")
    opened, joined = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def first() -> None:
        with database.write() as tx:
            ledger.append(tx, LOG, made)
            opened.set()
            joined.wait(5)
            time.sleep(0.02)

    def second() -> None:
        opened.wait(5)
        joined.set()
        try:
            with database.write() as tx:
                ledger.append(tx, LOG, made)
                tx.execute(text("INSERT INTO tokens (hash) VALUES ('x')"))
        except BaseException as error:
            failed.append(error)

    workers = [threading.Thread(target=first), threading.Thread(target=second)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(20)
    assert len(failed) == 1
    with database.read() as tx:
        assert ledger.head(tx, "isla")[0] == 1


def test_p4_an_order_waits_for_the_verb_that_has_the_turn_and_for_no_other(stored: Stored) -> None:
    database = Database(stored.root / "node.sqlite")
    order: list[str] = []
    inside, leave = threading.Event(), threading.Event()

    def verb(name: str, first: bool) -> None:
        with database.write() as tx:
            if first:
                inside.set()
                leave.wait(5)
            ledger.append(tx, LOG, made)
            order.append(name)

    def halting() -> None:
        with Database(stored.root / "node.sqlite").order() as tx:
            ledger.append(tx, LOG, made)
            order.append("order")

    workers = [threading.Thread(target=verb, args=("first", True))]
    workers[0].start()
    inside.wait(5)
    workers += [threading.Thread(target=verb, args=(f"later {n}", False)) for n in range(5)]
    for one in workers[1:]:
        one.start()
    time.sleep(0.1)
    workers.append(threading.Thread(target=halting))
    workers[-1].start()
    time.sleep(0.1)
    leave.set()
    for one in workers:
        one.join(20)
    assert order[:2] == ["first", "order"], order
    assert len(order) == 7
    stored.publish()
    assert stored.findings() == []
