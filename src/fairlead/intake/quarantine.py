"""Rejected lines, kept with their reasons: one CSV for a file and feed, written anew each time that file is read."""

from __future__ import annotations

import csv
import io
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
                self._stream = self._side.open("w", newline="", encoding="utf-8", errors="replace")
                csv.writer(self._stream).writerow(HEADER)
            writer = csv.writer(self._stream)
            writer.writerows((self._file, one.line, one.reason, one.text) for one in rejects)
            self._stream.flush()
        except OSError as error:
            raise LogFault("the quarantine could not be written", where=str(self.path), why=str(error), do="check the disk") from error
        self.count += len(rejects)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._stream is not None:
            self._stream.close()
            self._side.replace(self.path)
