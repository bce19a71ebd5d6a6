"""A folder in memory where the machine has one: the laws ask many questions, and each waits for the disk several times."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path("/dev/shm")
ROOM_BYTES = 512 * 2**20  # a container may have next to none there


@pytest.fixture
def memory() -> Iterator[Path]:
    """An empty folder for one test."""
    yield from _folder()


@pytest.fixture(scope="module")
def shared_memory() -> Iterator[Path]:
    """An empty folder for all tests of a file."""
    yield from _folder()


def _folder() -> Iterator[Path]:
    roomy = SHARED.is_dir() and shutil.disk_usage(SHARED).free > ROOM_BYTES
    path = Path(tempfile.mkdtemp(prefix="fairlead-laws-", dir=SHARED if roomy else None))
    yield path
    shutil.rmtree(path)
