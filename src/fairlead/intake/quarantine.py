"""Rejected lines, kept with their reasons: one CSV for a file and feed, written anew each time that file is read.

1. The new file is written beside the old one, synced, and renamed over it, so that a crash leaves one of the two whole.
2. A reading that breaks off publishes what it rejected so far. One that ends well and rejects nothing takes the old file away.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from fairlead.errors import LogFault
from fairlead.intake.read import Reject

HEADER = ("file", "line", "reason", "text")


class Quarantine:
    """Collects a file's rejects as they come; memory stays bounded, and an empty one leaves no file."""

    def __init__(self, folder: Path, file: str, feed: str) -> None:
        self.path = folder / f"{Path(file).name}-{feed}.rejects.csv"
        self._side = self.path.with_name(self.path.name + ".new")
        self._file = file
        self._stream: io.TextIOWrapper | None = None
        self.count = 0

    def __enter__(self) -> Quarantine:
        return self

    def add(self, rejects: Sequence[Reject]) -> None:
        """Write these lines. Raises LogFault when the disk will not take them."""
        if not rejects:
            return
        try:
            if self._stream is None:
                self._side.parent.mkdir(parents=True, exist_ok=True)
                self._stream = self._side.open("w", newline="", encoding="utf-8", errors="backslashreplace")
                csv.writer(self._stream).writerow(HEADER)
            writer = csv.writer(self._stream)
            writer.writerows((self._file, one.line, one.reason, one.text) for one in rejects)
            self._stream.flush()
        except OSError as error:
            raise self._fault(error) from error
        self.count += len(rejects)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if self._stream is not None:
                self._publish(self._stream)
            elif kind is None and (self.path.exists() or self._side.exists()):
                self._side.unlink(missing_ok=True)  # left by a reading that was killed
                self.path.unlink(missing_ok=True)
                self._sync_folder()
        except OSError as fault:
            if kind is None:  # otherwise what went wrong first is what is said
                raise self._fault(fault) from fault

    def _publish(self, stream: io.TextIOWrapper) -> None:
        with stream:
            stream.flush()
            os.fsync(stream.fileno())
        self._side.replace(self.path)
        self._sync_folder()

    def _sync_folder(self) -> None:
        descriptor = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _fault(self, error: OSError) -> LogFault:
        return LogFault("the quarantine could not be written", where=str(self.path), why=str(error), do="check the disk")
