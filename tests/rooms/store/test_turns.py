"""One turn to write over all threads and processes, and an order that goes before everybody who has not begun."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead.errors import NodeBusy
from fairlead.store import files
from fairlead.store.database import Database

WRITERS = 12


class Queue:
    """Writers that wait behind one that is held, and the order in which they wrote."""

    def __init__(self, root: Path) -> None:
        self.database = Database(root / "node.sqlite", create=True)
        self.wrote: list[str] = []
        self.threads: list[threading.Thread] = []

    def begin(self, name: str, enter: Callable[[Database], object], *, until: threading.Event | None = None) -> threading.Event:
        """A thread that writes in its turn; the event is set when it has its turn."""
        has_turn = threading.Event()

        def run() -> None:
            with enter(self.database):  # type: ignore[attr-defined]
                self.wrote.append(name)
                has_turn.set()
                assert until is None or until.wait(10)

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()
        return has_turn

    def end(self) -> None:
        for thread in self.threads:
            thread.join()


def test_p4_an_order_is_written_next_whoever_waits(tmp_path: Path) -> None:
    queue, release = Queue(tmp_path), threading.Event()
    assert queue.begin("first", lambda db: db.write(), until=release).wait(10)
    for number in range(WRITERS):
        queue.begin(f"waiting-{number}", lambda db: db.write())
    ordered = queue.begin("order", lambda db: db.order())
    release_after_it_came(tmp_path, release)
    assert ordered.wait(10)
    queue.end()
    assert queue.wrote[:2] == ["first", "order"]
    assert len(queue.wrote) == WRITERS + 2


def release_after_it_came(root: Path, release: threading.Event) -> None:
    """Let the first writer end once the order stands in line, which the lock itself tells; also when it never does."""
    for _ in range(1000):
        try:
            with files._opened(root / files.ORDERING) as descriptor:
                files._hold(descriptor, files.fcntl.LOCK_SH, root / files.ORDERING, 0)
        except NodeBusy:
            break
        time.sleep(files.WAIT_S)
    release.set()


def test_a_turn_that_does_not_come_is_told_as_a_busy_node(tmp_path: Path) -> None:
    with files.in_turn(tmp_path, within_s=1):
        with pytest.raises(NodeBusy, match=r"writing\.lock"), files.in_turn(tmp_path, within_s=0.01):
            pytest.fail("two had the turn")
        with files.ahead(tmp_path, within_s=1), pytest.raises(NodeBusy, match=r"ordering\.lock"), files.ahead(tmp_path, within_s=0.01):
            pytest.fail("two were ahead")
