"""Opening the node's database, SQLite or PostgreSQL (engines.py), and its kinds of transaction.

1. A commit that returned is on the disk.
2. `write` takes the write lock at its start: what it decides, it decides at its place in the one order of writes.
3. Who writes waits for one turn, over all processes; an order waits for nobody but the one whose turn it is (`files.in_turn`).
   Verbs of one process that wait together are committed together (`group.py`).
4. With SQLite's rollback journal an open cursor makes a commit fail, so everything is fetched before it is used.
5. Tables of another version are not opened: what they mean is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DatabaseError

from fairlead.errors import LogFault, NodeError
from fairlead.store import ledger
from fairlead.store.engines import BUSY_TIMEOUT_MS, Postgres, Sqlite, without_password
from fairlead.store.files import ahead, in_turn, order_waits
from fairlead.store.group import group_of
from fairlead.store.memory import begin
from fairlead.store.schema import VERSION, meta, metadata

Tx: TypeAlias = Connection  # a transaction, as the desk hands it back to this room


class Database:
    """One node database, reachable from several processes."""

    def __init__(self, path: Path, *, create: bool = False, address: str = "") -> None:
        """`path` is where the file of an embedded database lies, or would: its folder is the node's. `address`: of a shared one."""
        self.path = path
        self._on = Postgres(address) if address else Sqlite(path)
        self._group = group_of(path.parent)
        if create:
            with self.write() as tx:
                self._on.make(tx)
                tx.execute(insert(meta).values(key="tables", value=VERSION))
        else:
            self._on.there()
            self._check_version()

    def _check_version(self) -> None:
        with self.read() as tx:
            found = tx.execute(select(meta.c.value).where(meta.c.key == "tables")).scalar_one_or_none()
        if found != VERSION:
            do = "open it with the version that made it, or found the node anew"
            raise NodeError("the node's tables are of another version", where=self._on.name, why=f"{found}, not {VERSION}", do=do)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent snapshot. Raises NodeBusy, NodeError."""
        try:
            with self._on.engine.connect() as connection:
                self._on.begin_read(connection)
                begin(connection)
                try:
                    yield connection
                finally:
                    connection.rollback()
        except DatabaseError as error:
            raise self._on.fault(
                error, LogFault("the node could not be read", why=str(error.orig), do="check the disk, then run the command again")
            ) from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The write transaction, in its turn, with whatever else this process writes just now (group.py); committed and synced when
        the block ends. Raises NodeBusy, LogFault, NodeError."""
        waits_s = BUSY_TIMEOUT_MS / 1000
        try:
            with self._group.join(self._turn, order_waits=lambda: order_waits(self.path.parent), within_s=waits_s) as tx:
                yield tx
        except DatabaseError as error:
            raise self._fault(error) from error

    @contextmanager
    def _turn(self) -> Iterator[Connection]:
        with in_turn(self.path.parent, within_s=BUSY_TIMEOUT_MS / 1000), self._written() as tx:
            yield tx

    @contextmanager
    def order(self) -> Iterator[Connection]:
        """The write transaction of an order: it goes before every other that has not begun (P4). Raises as `write` does."""
        with self._group.ahead(), ahead(self.path.parent, within_s=BUSY_TIMEOUT_MS / 1000), self._written() as tx:
            yield tx

    @contextmanager
    def _written(self) -> Iterator[Connection]:
        try:
            with self._on.engine.connect() as connection:
                self._on.begin_write(connection)
                begin(connection)
                try:
                    yield connection
                    ledger.seal(connection)
                    connection.commit()
                    self._group.committed()
                except BaseException:
                    connection.rollback()
                    raise
        except DatabaseError as error:
            raise self._fault(error) from error

    def _fault(self, error: DatabaseError) -> Exception:
        do = "check the disk, then run the command again"
        return self._on.fault(error, LogFault("the node could not write, so nothing happened", why=str(error.orig), do=do))

    def publish(self, root: Path, logs: Iterable[ledger.Log]) -> int:
        """Write log files and receipts of everything committed by now, once for all who wait for it; the number of entries. Raises as
        `ledger.publish` does."""

        def work() -> int:
            with self.read() as tx:
                return ledger.publish(tx, root, logs)

        return self._group.publish(work)

    def discard(self) -> None:
        """Take the tables out of a shared database again, when a founding did not come to its end. A file goes with its folder."""
        if isinstance(self._on, Postgres):
            with self.write() as tx:
                metadata.drop_all(tx)

    def close(self) -> None:
        self._on.engine.dispose()


__all__ = ["BUSY_TIMEOUT_MS", "Database", "Tx", "without_password"]
