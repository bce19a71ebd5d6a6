"""A command line that is loaded once: a server forks itself for each `fairlead`, so that pages with a hundred commands run quickly.

Run as a script with a folder: it puts a `fairlead` and a `python` there, for the front of PATH, says so, and serves until it is ended.
The command is the real one, `fairlead.door.cli.main`, with the caller's own working folder, standard output and standard error.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LIFE_S = 1800
COMMAND = """#!/bin/bash
own=$(mktemp -d "{folder}/call.XXXXXX")
mkfifo "$own/ended"
printf '%s\\0' $$ "$PWD" "$@" > "$own/asked"
echo "$own" > "{folder}/calls"
read -r code < "$own/ended"
exit "$code"
"""
PYTHON = """#!/bin/bash
exec "{python}" "$@"
"""


@contextlib.contextmanager
def commands(folder: Path) -> Iterator[Path]:
    """A folder for the front of PATH, while the server runs."""
    folder.mkdir()
    with subprocess.Popen([sys.executable, "-m", "tests.house.forked", str(folder)], stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            yield folder
        finally:
            server.terminate()


def serve(folder: Path) -> None:
    from fairlead.door import cli, demo  # noqa: F401  # loaded once, before any fork

    for name, text in (("fairlead", COMMAND), ("python", PYTHON)):
        (folder / name).write_text(text.format(folder=folder, python=sys.executable))
        (folder / name).chmod(0o755)
    os.mkfifo(folder / "calls")
    signal.alarm(LIFE_S)  # should nobody be left to end it
    print("ready", flush=True)
    while True:
        for line in (folder / "calls").read_text().splitlines():
            if os.fork() == 0:
                answer(Path(line))
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def answer(call: Path) -> None:
    """Run one command as the caller's own, tell its exit code, and end this process."""
    from fairlead.door import cli

    pid, folder, *arguments = (call / "asked").read_text().split("\0")[:-1]
    code = 70
    try:
        os.chdir(folder)
        for number in (1, 2):  # the caller's own pipe, file or terminal
            os.dup2(os.open(f"/proc/{pid}/fd/{number}", os.O_WRONLY | os.O_APPEND), number)
        sys.argv = ["fairlead", *arguments]
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        sys.stdout.flush()
    finally:
        (call / "ended").write_text(f"{code}\n")
        os._exit(0)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
