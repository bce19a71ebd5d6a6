"""Opening the node's database, and its kinds of transaction.

1. SQLite before 3.51.3 can corrupt a write-ahead-log database in a reset race, so an older library uses the rollback journal
   with synchronous=EXTRA; a newer one uses WAL with synchronous=FULL. Either way a commit that returned is on the disk.
2. `write` takes the write lock at its start (BEGIN IMMEDIATE): what it decides, it decides at its place in the one order of writes.
3. Who writes waits for one turn, over all processes; an order waits for nobody but the one whose turn it is (`files.in_turn`).
4. With the rollback journal an open cursor makes a commit fail, so everything is fetched before it is used.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from fairlead.errors import LogFault, NodeBusy, NodeError, NotANode
from fairlead.store.files import ahead, in_turn
from fairlead.store.memory import begin
from fairlead.store.schema import metadata

Tx: TypeAlias = Connection  # a transaction, as the desk hands it back to this room

WAL_SAFE_FROM: Final = (3, 51, 3)
BUSY_TIMEOUT_MS: Final = 15_000


class Database:
    """One node database, reachable from several processes."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not create and not path.is_file():
            raise NotANode("the folder holds no node database", where=str(path.parent), do="make one with fairlead init")
        self.path = path
        self._engine = _engine(path)
        if create:
            with self.write() as tx:
                metadata.create_all(tx)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent snapshot. Raises NodeBusy, NodeError."""
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                begin(connection)
                try:
                    yield connection
                finally:
                    connection.rollback()
        except DatabaseError as error:
            raise _fault(
                error, LogFault("the node could not be read", why=str(error.orig), do="check the disk, then run the command again")
            ) from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The write transaction, in its turn; committed and synced when the block ends. Raises NodeBusy, LogFault, NodeError."""
        with in_turn(self.path.parent, within_s=BUSY_TIMEOUT_MS / 1000), self._written() as tx:
            yield tx

    @contextmanager
    def order(self) -> Iterator[Connection]:
        """The write transaction of an order: it goes before every other that has not begun (P4). Raises as `write` does."""
        with ahead(self.path.parent, within_s=BUSY_TIMEOUT_MS / 1000), self._written() as tx:
            yield tx

    @contextmanager
    def _written(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                begin(connection)
                try:
                    yield connection
                    connection.commit()
                except BaseException:
                    connection.rollback()
                    raise
        except DatabaseError as error:
            do = "check the disk, then run the command again"
            raise _fault(error, LogFault("the node could not write, so nothing happened", why=str(error.orig), do=do)) from error

    def close(self) -> None:
        self._engine.dispose()


def _fault(error: DatabaseError, otherwise: NodeError) -> Exception:
    """What a fault of the database is called outside this room. An error in what we asked for stays what it is."""
    text = str(error.orig)
    if "locked" in text or "busy" in text:
        return NodeBusy("another process holds the write transaction", why=text, do="try again")
    if "not a database" in text or "malformed" in text or "no such table" in text:
        return NodeError("the node's database does not read", where="node.sqlite", why=text, do="restore the folder from a copy")
    return otherwise if isinstance(error, OperationalError) else error


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite+pysqlite:///{path}", poolclass=NullPool, connect_args={"check_same_thread": False})
    wal = sqlite3.sqlite_version_info >= WAL_SAFE_FROM

    @event.listens_for(engine, "connect")
    def _settle(raw: Any, _record: object) -> None:  # the driver's own connection type
        raw.isolation_level = None  # transactions begin where we say
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA journal_mode={'WAL' if wal else 'DELETE'}")
        cursor.execute(f"PRAGMA synchronous={'FULL' if wal else 'EXTRA'}")
        cursor.close()

    return engine
