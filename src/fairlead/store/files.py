"""Writing files so that a crash leaves the old bytes or the new, never a part."""

from __future__ import annotations

import os
from pathlib import Path

from fairlead.errors import LogFault


def write_durably(path: Path, body: bytes) -> None:
    """Write beside, sync, rename over, sync the folder. Raises LogFault when the disk will not take it."""
    side = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(side, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            view = memoryview(body)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
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
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
