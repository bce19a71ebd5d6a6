"""A process with everything imported that forks, and breaks the fork at one chosen call: the k-th change it makes to the disk.

It reads one JSON order a line and answers one line: how the fork ended and how many breakable calls it made. Breakable are
`os.write`, `fsync`, `replace`, `unlink`, `mkdir`, and the database's commit, counted once before and once after.

`kill`: SIGKILL just before the call. `torn`: a write is half done, then SIGKILL; any other call is done, then SIGKILL. `full`:
this write and every later one fails for lack of space, in the database too. `eio`: this one call fails with an input/output
error. With `strace` the kernel's calls are broken instead, those that SQLite makes included.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from fairlead.door import cli

STRACE_WAIT_S = 5
NAMES = ("write", "fsync", "replace", "unlink", "mkdir")


class Breaker:
    """Counts the calls of this process and breaks the one it was told to."""

    def __init__(self, at: int, how: str, tally: Path) -> None:
        self.at, self.how, self.tally, self.calls = at, how, tally, 0
        for name in NAMES:
            setattr(os, name, self._around(getattr(os, name), name))
        commit = DefaultDialect.do_commit

        def counted(dialect: DefaultDialect, connection: Any) -> None:
            self._here("commit")
            commit(dialect, connection)
            self._here("committed")

        DefaultDialect.do_commit = counted  # type: ignore[method-assign]

    def _around(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def broken(*args: Any, **kwargs: Any) -> Any:
            if self._is_it() and self.how == "torn":
                call(args[0], bytes(args[1])[: len(args[1]) // 2]) if name == "write" else call(*args, **kwargs)
                os.kill(os.getpid(), signal.SIGKILL)
            self._here(name)
            return call(*args, **kwargs)

        return broken

    def _is_it(self) -> bool:
        return self.calls + 1 == self.at

    def _here(self, name: str) -> None:
        self.calls += 1
        self.tally.write_text(str(self.calls))
        reached = self.at and (self.calls == self.at or (self.how == "full" and self.calls > self.at))
        if not reached:
            return
        if self.how in ("kill", "torn"):
            os.kill(os.getpid(), signal.SIGKILL)
        if name == "commit":
            raise sqlite3.OperationalError("database or disk is full" if self.how == "full" else "disk I/O error")
        if self.how == "full" and name in ("write", "mkdir"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self.how == "eio" and name != "committed":
            raise OSError(errno.EIO, os.strerror(errno.EIO))


def _child(order: dict[str, Any], folder: Path) -> None:
    for number, name in ((1, "out"), (2, "err")):
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(descriptor, number)
        os.close(descriptor)
    if order["strace"]:
        os.kill(os.getpid(), signal.SIGSTOP)
    else:
        Breaker(order["at"], order["how"], folder / "tally")
    sys.argv = ["fairlead", *order["argv"]]
    code = 99
    try:
        cli.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BaseException:
        import traceback

        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _attach(child: int, strace: list[str], trace: Path) -> subprocess.Popen[str]:
    os.waitpid(child, os.WUNTRACED)
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", str(trace), "-p", str(child), *strace], stderr=subprocess.DEVNULL, text=True
    )
    until = time.monotonic() + STRACE_WAIT_S
    while "TracerPid:\t0" in Path(f"/proc/{child}/status").read_text():
        if tracer.poll() is not None or time.monotonic() > until:
            break
        time.sleep(0.002)
    os.kill(child, signal.SIGCONT)
    return tracer


def _obey(order: dict[str, Any], folder: Path) -> dict[str, Any]:
    (folder / "tally").write_text("0")
    child = os.fork()
    if child == 0:
        _child(order, folder)
    tracer = _attach(child, order["strace"], folder / "trace") if order["strace"] else None
    _, status = os.waitpid(child, 0)
    if tracer is not None:
        tracer.wait(timeout=STRACE_WAIT_S)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "out": (folder / "out").read_text(errors="replace"),
        "err": (folder / "err").read_text(errors="replace"),
        "calls": int((folder / "tally").read_text() or 0),
        "trace": (folder / "trace").read_text(errors="replace") if tracer is not None else "",
    }


def _warm() -> None:
    """Have imported what a command imports on its way, so that a fork need not."""
    sys.argv = ["fairlead", "read", "x", "--as", "x", "--purpose", "x", "--node", os.devnull]
    with contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
        cli.main()


def main() -> None:
    """Obey orders until there are no more."""
    _warm()
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            sys.stdout.write(json.dumps(_obey(json.loads(line), Path(folder))) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
