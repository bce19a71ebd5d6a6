"""Group commit: verbs of one process that come together share one write transaction, one signed head a log, and one sync.

1. Each verb runs alone, at its serial place, and sees what those before it wrote; its own failure undoes its own writes only.
2. Nobody waits for company: a batch is what came while another verb had the turn. It closes when nobody waits, when it holds
   `ENTRIES` verbs or has been open `OPEN_S`, and at once when an order wants to go first (P4).
3. A verb is answered only after the commit of its batch returned; if the commit fails, every verb of it failed and nothing happened.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

from sqlalchemy import Connection, NestedTransaction
from sqlalchemy.exc import DatabaseError

from fairlead.errors import NodeBusy
from fairlead.store import pending

ENTRIES: Final = 256
OPEN_S: Final = 0.1


class Batch:
    """One open transaction and whoever waits for its end."""

    def __init__(self, begin: Callable[[], AbstractContextManager[Connection]]) -> None:
        self.stack = ExitStack()
        self.tx = self.stack.enter_context(begin())
        self.since_s = time.monotonic()
        self.verbs = 0
        self.done = threading.Event()
        self.error: BaseException | None = None

    def full(self) -> bool:
        return self.verbs >= ENTRIES or time.monotonic() - self.since_s >= OPEN_S


class Group:
    """The writers of one database in one process."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._count = threading.Lock()
        self._waiting = 0
        self._orders = 0
        self._open: Batch | None = None
        self._committed = 0  # how many commits this process has made, and up to which of them everything is published
        self._published = 0
        self._publishing = threading.Lock()

    def committed(self) -> None:
        """A commit returned."""
        with self._count:
            self._committed += 1

    def publish(self, work: Callable[[], int]) -> int:
        """Publish what was committed, unless another verb of this process did since: whoever comes first does it for all who wait."""
        wanted = self._committed
        with self._publishing:
            if self._published >= wanted:
                return 0
            upto = self._committed
            done = work()
            self._published = upto
            return done

    @contextmanager
    def join(
        self, begin: Callable[[], AbstractContextManager[Connection]], *, order_waits: Callable[[], bool], within_s: float
    ) -> Iterator[Connection]:
        """A verb's place in the open batch, or in a new one. Raises NodeBusy, and what the commit raises."""
        self._take_turn(within_s)
        try:
            if self._open is None:
                self._open = Batch(begin)
            batch = self._open
            point = batch.tx.begin_nested() if batch.verbs else None
            before = pending.mark(batch.tx)
            try:
                yield batch.tx
                if point is not None:
                    point.commit()
            except BaseException as error:
                self._failed(batch, point, before, error, order_waits)
                raise
            batch.verbs += 1
            self._settle(batch, order_waits)
        finally:
            self._turn.release()
        batch.done.wait()
        if batch.error is not None:
            raise batch.error

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """An order of this process wants to go first: the open batch takes nobody more."""
        with self._count:
            self._orders += 1
        try:
            yield
        finally:
            with self._count:
                self._orders -= 1

    def _take_turn(self, within_s: float) -> None:
        with self._count:
            self._waiting += 1
        got = self._turn.acquire(timeout=within_s)
        with self._count:
            self._waiting -= 1
        if got:
            return
        if self._turn.acquire(blocking=False):  # whoever had the turn may have left the batch open for us
            try:
                if self._open is not None:
                    self._settle(self._open, lambda: True)
            finally:
                self._turn.release()
        raise NodeBusy("too many writes wait for their turn", do="try again")

    def _failed(
        self,
        batch: Batch,
        point: NestedTransaction | None,
        before: pending.Mark,
        error: BaseException,
        order_waits: Callable[[], bool],
    ) -> None:
        """Undo one verb. The first of a batch takes the transaction with it; a later one leaves the batch as it found it."""
        if point is not None:
            try:
                point.rollback()
                pending.undo(batch.tx, before)
            except DatabaseError as broken:  # the database gave up the whole transaction
                self._end(batch, broken)
            else:
                self._settle(batch, order_waits)
            return
        self._end(batch, error)

    def _settle(self, batch: Batch, order_waits: Callable[[], bool]) -> None:
        """Close the batch unless another verb is about to take the turn in it."""
        with self._count:
            alone = not self._waiting or self._orders > 0
        if alone or batch.full() or order_waits():
            self._end(batch, None)

    def _end(self, batch: Batch, why: BaseException | None) -> None:
        """Commit, or roll back because of `why`; then everybody in the batch goes on."""
        self._open = None
        try:
            if why is None:
                batch.stack.close()
            else:
                batch.stack.__exit__(type(why), why, why.__traceback__)
                batch.error = why
        except BaseException as error:
            batch.error = error
            if why is not None and not batch.verbs:
                raise
        finally:
            batch.done.set()


_OF: WeakValueDictionary[Path, Group] = WeakValueDictionary()
_MAKING = threading.Lock()


def group_of(folder: Path) -> Group:
    """The one group of this process for the node in `folder`."""
    with _MAKING:
        return _OF.setdefault(folder.resolve(), Group())
