"""The files of a log and the receipts of a home, read one at a time; many receipts are checked by several processes.

1. What is not looked at now is not in memory: a file of the log is read when its turn comes, a receipt is let go with its part.
2. A process that helps gets names, keys, and the leaf hashes of those names, reads the files itself, and gives back what held. The
   judging is `receipt.audit`, whichever process does it, and the parts come back in order.
3. When a process that helps is ended from outside, this one checks what is left by itself.
4. Only a command line asks for more than one process: each is started anew and shares nothing with a node that serves.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import msgspec

from fairlead.receipt.audit import Part, about, read_part
from fairlead.receipt.log_keys import LogKeys
from fairlead.receipt.rebuild import Rebuilt

PART: Final = 1024  # receipts
ALONE_TO: Final = 8 * PART  # so many one process has checked before others have started
AHEAD: Final = 3  # parts waiting for each process
PROCESSES_MAX: Final = 16


class Files(Mapping[str, bytes]):
    """The files below a folder, by path from there, each read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}

    def __getitem__(self, path: str) -> bytes:
        return self._paths[path].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self._paths


def processes_here() -> int:
    """As many as this machine has processors."""
    return min(os.cpu_count() or 1, PROCESSES_MAX)


def checked(folder: Path, *, keys: LogKeys, log: Rebuilt, checked_to: int, processes: int) -> Iterator[Part]:
    """Every receipt in a folder, in parts and in the order of their names."""
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    parts = (names[at : at + PART] for at in range(0, len(names), PART))
    if processes < 2 or len(names) <= ALONE_TO:
        for part in parts:
            yield read_part(_raws(folder, part), keys=keys, log=log, checked_to=checked_to)
        return
    decoder = msgspec.msgpack.Decoder(Part)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        begun: deque[tuple[list[str], Future[bytes] | None]] = deque()

        def begin(most: int) -> None:
            for part in islice(parts, most):
                try:
                    begun.append((part, pool.submit(_apart, str(folder), part, keys, about(log, part), checked_to)))
                except BrokenProcessPool:
                    begun.append((part, None))

        begin(AHEAD * processes)
        while begun:
            part, asked = begun.popleft()
            begin(1)
            try:
                found = decoder.decode(asked.result()) if asked is not None else None
            except BrokenProcessPool:
                found = None
            yield found or read_part(_raws(folder, part), keys=keys, log=log, checked_to=checked_to)


def _apart(folder: str, names: list[str], keys: LogKeys, log: Rebuilt, checked_to: int) -> bytes:
    """One part, in a process of its own."""
    return msgspec.msgpack.encode(read_part(_raws(Path(folder), names), keys=keys, log=log, checked_to=checked_to))


def _raws(folder: Path, names: list[str]) -> Iterator[tuple[str, bytes]]:
    for name in names:
        with open(folder / name, "rb") as file:
            yield name, file.read()
