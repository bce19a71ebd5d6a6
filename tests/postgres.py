"""A private PostgreSQL for tests: a cluster in a folder of its own, on a socket, gone afterwards. Without PostgreSQL they skip by name.

PostgreSQL refuses to run as root, so as root it is run as `postgres`. What the node connects as is no superuser and owns its database,
as an administrator would set it up: to a superuser row-level security does not apply.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

USER = "fairlead"
SPEED = "-c fsync=off -c full_page_writes=off -c shared_buffers=64MB -c max_connections=40 -c listen_addresses=''"
_NUMBER = itertools.count()


def binaries() -> Path | None:
    """Where initdb and pg_ctl lie: on the path, or where Debian puts them."""
    found = shutil.which("pg_ctl")
    if found and (Path(found).parent / "initdb").is_file():
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


class Cluster:
    """A running server; each node gets a database of its own."""

    def __init__(self, folder: Path, bin: Path, extra: str = SPEED) -> None:
        self.folder, self.bin = folder, bin
        self.owner = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(folder, self.owner)
        self._run("initdb", "-D", f"{folder}/base", "-A", "trust", "-U", self.owner, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        self._run("pg_ctl", "-D", f"{folder}/base", "-w", "-l", f"{folder}/log", "-o", f"-k {folder} {extra}", "start")
        self.ask("postgres", f"CREATE ROLE {USER} LOGIN CREATEROLE")

    def _run(self, name: str, *argv: str) -> str:
        as_owner = ["setpriv", f"--reuid={self.owner}", f"--regid={self.owner}", "--init-groups"] if os.geteuid() == 0 else []
        ran = subprocess.run([*as_owner, str(self.bin / name), *argv], capture_output=True, text=True, check=False, cwd=self.folder)
        assert ran.returncode == 0, f"{name}: {ran.stdout}{ran.stderr}"
        return ran.stdout

    def ask(self, database: str, statement: str) -> str:
        """What the server says to one statement of its owner's."""
        with psycopg.connect(host=str(self.folder), user=self.owner, dbname=database, autocommit=True) as raw:
            asked = raw.execute(statement.encode())
            return str(asked.fetchone()[0] or "") if asked.description else ""

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"node{next(_NUMBER)}"
        self.ask("postgres", f"CREATE DATABASE {name} OWNER {USER}")
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def stop(self) -> None:
        self._run("pg_ctl", "-D", f"{self.folder}/base", "-w", "-m", "immediate", "stop")


@contextmanager
def cluster(extra: str = SPEED) -> Iterator[Cluster]:
    """A server for as long as the block runs. Skips the test where PostgreSQL is not installed."""
    bin = binaries()
    if bin is None:
        pytest.skip("no PostgreSQL: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="fairlead-pg-"))
    try:
        running = Cluster(folder, bin, extra)
        try:
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
