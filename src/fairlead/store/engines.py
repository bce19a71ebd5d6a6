"""The two databases a node can stand on, as far as they differ: how one is opened, made, begun, and what its faults mean.

1. SQLite before 3.51.3 can corrupt a write-ahead-log database in a reset race, so an older library uses the rollback journal
   with synchronous=EXTRA; a newer one uses WAL with synchronous=FULL. Either way a commit that returned is on the disk.
2. PostgreSQL: `synchronous_commit` is on for every write, whatever the server says. A read is one snapshot (repeatable read). A write
   first waits for one lock over the whole database, so that writes have one order there too, and then sees all that was committed.
3. The address of a shared database names no password where it is kept: a password file, PGPASSWORD or FAIRLEAD_DATABASE has it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from fairlead.errors import BadInput, NodeBusy, NodeError, NotANode, SyncFault
from fairlead.store import barrier
from fairlead.store.schema import metadata

WAL_SAFE_FROM: Final = (3, 51, 3)
BUSY_TIMEOUT_MS: Final = 15_000
DRIVER: Final = "postgresql+psycopg"
WRITERS_LOCK: Final = 0x66_6C_65_61_64  # one number every process asks for
REACH_DO: Final = "start it, or correct its address (database in node.toml, or FAIRLEAD_DATABASE)"


class Sqlite:
    """A file of the node's folder."""

    name = "node.sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine = _sqlite(path)

    def there(self) -> None:
        """Raises NotANode when there is no database."""
        if not self.path.is_file():
            raise NotANode("the folder holds no node database", where=str(self.path.parent), do="make one with fairlead init")

    def make(self, tx: Connection) -> None:
        metadata.create_all(tx)

    def begin_read(self, tx: Connection) -> None:
        tx.exec_driver_sql("BEGIN")

    def begin_write(self, tx: Connection) -> None:
        tx.exec_driver_sql("BEGIN IMMEDIATE")

    def fault(self, error: DatabaseError, otherwise: NodeError) -> Exception:
        """What a fault is called outside this room. An error in what we asked for stays what it is."""
        text = str(error.orig)
        if "locked" in text or "busy" in text:
            return NodeBusy("another process holds the write transaction", why=text, do="try again")
        if "not a database" in text or "malformed" in text or "no such table" in text:
            return NodeError("the node's database does not read", where=self.name, why=text, do="restore the folder from a copy")
        if getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_IOERR"):
            return SyncFault(otherwise.what, why=f"{text}: what the disk holds is not known", do="check the disk, then start again")
        return otherwise if isinstance(error, OperationalError) else error


class Postgres:
    """A database of a server, for a node that several machines or many people share."""

    def __init__(self, address: str) -> None:
        self.name = without_password(address)
        try:
            self.engine = create_engine(address, pool_pre_ping=True, pool_size=4, max_overflow=16)
        except ModuleNotFoundError as error:
            raise NodeError("the driver of PostgreSQL is not installed", why=str(error), do="install fairlead[postgres]") from error

    def there(self) -> None:
        """Raises NotANode when the database holds no node, NodeError when it cannot be reached."""
        if not self._made():
            raise NotANode("the database holds no node", where=self.name, do="make one with fairlead init --database")

    def _made(self) -> bool:
        try:
            with self.engine.connect() as connection:
                return inspect(connection).has_table("meta")
        except DatabaseError as error:
            raise self.fault(error, NodeError("the node's database cannot be read", where=self.name, why=str(error.orig))) from error

    def make(self, tx: Connection) -> None:
        """The tables, and the reader's role with its row-level security. Raises NodeError when there are tables already."""
        if inspect(tx).has_table("meta"):
            raise NodeError("the database holds a node already", where=self.name, do="name an empty database")
        metadata.create_all(tx)
        barrier.make(tx)

    def begin_read(self, tx: Connection) -> None:
        tx.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def begin_write(self, tx: Connection) -> None:
        tx.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}")
        tx.exec_driver_sql("SET LOCAL synchronous_commit = on")
        tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")

    def fault(self, error: DatabaseError, otherwise: NodeError) -> Exception:
        state = getattr(error.orig, "sqlstate", None) or ""
        text = str(error.orig).partition("\n")[0]
        if state in ("55P03", "40001", "40P01"):
            return NodeBusy("another process holds the write transaction", why=text, do="try again")
        if state in ("42P01", "3F000"):
            return NodeError("the node's database does not read", where=self.name, why=text, do="restore it from a copy")
        if state[:2] in ("08", "57", "28", "3D") or (not state and isinstance(error, OperationalError)):
            return NodeError("the node's database cannot be reached", where=self.name, why=text, do=REACH_DO)
        if state == "58030":
            return SyncFault(otherwise.what, why=f"{text}: what the disk holds is not known", do="check the disk, then start again")
        return otherwise if state[:2] == "53" or isinstance(error, OperationalError) else error


def without_password(address: str) -> str:
    """The address as it may be kept and shown. Raises BadInput for one of another database."""
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise BadInput("this is not the address of a database", why=str(error), do=f"write {DRIVER}://HOST/NAME") from error
    if url.drivername != DRIVER:
        raise BadInput("a shared node stands on PostgreSQL", where=url.drivername, do=f"write {DRIVER}://HOST/NAME")
    return url.set(password=None).render_as_string()


def _sqlite(path: Path) -> Engine:
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
