"""Writing files so that a crash leaves the old bytes or the new, never a part; one process at a time where two could meet."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fairlead.errors import LogFault, NodeBusy, SyncFault

# Lock files in the node's folder. Whoever delivers may hold the write transaction, so its lock is never held while waiting for one.
PUBLISHING: Final = "publishing.lock"
DELIVERING: Final = "delivering.lock"
SERVING: Final = "serving.lock"
WRITING: Final = "writing.lock"
ORDERING: Final = "ordering.lock"
WAIT_S: Final = 0.002
_LIBC: Final = ctypes.CDLL(None, use_errno=True)  # for syncfs(2), which Python does not offer


def write_durably(path: Path, body: bytes) -> None:
    """Write beside, sync, rename over, sync the folder. Raises LogFault when the disk will not take it, SyncFault."""
    side = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(side, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            view = memoryview(body)
            while view:
                view = view[os.write(descriptor, view) :]
            _sync(descriptor, path)
        finally:
            os.close(descriptor)
        os.replace(side, path)
        sync_folder(path.parent)
    except OSError as error:
        raise LogFault("a file could not be written", where=str(path), why=str(error), do="check the disk") from error


def sync_folder(path: Path) -> None:
    """Make the folder's names durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _sync(descriptor, path)
    finally:
        os.close(descriptor)


def write_together(files: Iterable[tuple[Path, bytes]], *, folder: Path) -> None:
    """Write many files beside, rename them over, and make all durable with one sync of the file system that `folder` lies on.

    A crash leaves of each file the old bytes, the new ones, or, if the machine itself went down, a part of the new: whoever publishes
    writes what no checkpoint covers again. Raises LogFault, SyncFault.
    """
    path = folder
    try:
        for path, body in files:
            side = path.with_name(path.name + ".new")
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(side, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            try:
                view = memoryview(body)
                while view:
                    view = view[os.write(descriptor, view) :]
            finally:
                os.close(descriptor)
            os.replace(side, path)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            if _LIBC.syncfs(descriptor) != 0:
                error = ctypes.get_errno()
                raise OSError(error, os.strerror(error))
        finally:
            os.close(descriptor)
    except OSError as error:
        if path == folder or error.errno in (errno.EIO, errno.EDQUOT):
            why = f"{error.strerror or error}: what the disk holds is not known"
            do = "check the disk, then start again"
            raise SyncFault("the disk did not confirm a write", where=str(path), why=why, do=do) from error
        raise LogFault("a file could not be written", where=str(path), why=str(error), do="check the disk") from error


def _sync(descriptor: int, path: Path) -> None:
    """Raises SyncFault: after a failed sync the system may forget what it could not write, so trying again would prove nothing."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        why = f"{error.strerror or error}: what the disk holds is not known"
        raise SyncFault("the disk did not confirm a write", where=str(path), why=why, do="check the disk, then start again") from error


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Wait for the lock file and hold it; the operating system lets go of it when the process ends. Raises LogFault."""
    with _opened(lock) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def in_turn(folder: Path, *, within_s: float) -> Iterator[None]:
    """The one turn there is to write, once no order is ahead. So at most one write is done between an order's coming and its own
    (red line 5). Raises NodeBusy when the turn does not come in time, LogFault."""
    until_s = time.monotonic() + within_s
    with _opened(folder / WRITING) as turn:
        _hold(turn, fcntl.LOCK_EX, folder / WRITING, until_s)
        with _opened(folder / ORDERING) as orders:
            _hold(orders, fcntl.LOCK_SH, folder / ORDERING, until_s)
        yield


@contextmanager
def ahead(folder: Path, *, within_s: float) -> Iterator[None]:
    """An order's place: from here to its end no other write begins. Raises NodeBusy, LogFault."""
    with _opened(folder / ORDERING) as orders:
        _hold(orders, fcntl.LOCK_EX, folder / ORDERING, time.monotonic() + within_s)
        yield


def order_waits(folder: Path) -> bool:
    """Whether an order of any process has its place ahead of whoever would write next. Raises LogFault."""
    with _opened(folder / ORDERING) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@contextmanager
def held_now(lock: Path) -> Iterator[bool]:
    """Hold the lock file if nobody does; whether it is held. Raises LogFault."""
    with _opened(lock) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _opened(lock: Path) -> Iterator[int]:
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LogFault("a lock file could not be opened", where=str(lock), why=str(error), do="check the disk") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _hold(descriptor: int, mode: int, lock: Path, until_s: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until_s:
                raise NodeBusy("another process holds the write transaction", where=str(lock), do="try again") from error
            time.sleep(WAIT_S)
        else:
            return
