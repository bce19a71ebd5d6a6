"""A disk that is really full: no answer, exit code 5, a message; with room again everything goes on and nothing was lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.stage import Night, Zygote, ais_csv, sizes_stored, verified
from tests.faults.test_killed import AS_CUTTER, SUSPEND

DISK_BYTES = 4_000_000
PAGE = 4096


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)], capture_output=True)
    if made.returncode:
        pytest.skip("needs the right to mount a small file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, free_bytes: int) -> None:
    """Leave this much room and no more."""
    with (disk / "ballast").open("wb") as file:
        while (room := _free(disk) - free_bytes) >= PAGE:
            file.write(b"\x00" * min(room, 256 * PAGE))
            file.flush()


def _free(disk: Path) -> int:
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


@pytest.mark.parametrize("verb", ["read", "suspend", "ingest", "refused read"])
def test_on_a_full_disk_nothing_is_answered_and_with_room_again_nothing_was_lost(verb, disk, night: Night, zygote: Zygote):
    root = disk / "node"
    shutil.copytree(night.root, root)
    (disk / "more.csv").write_text(ais_csv(first_min=131, last_min=135))
    argv = {
        "read": ("read", night.lead, *AS_CUTTER),
        "suspend": SUSPEND,
        "ingest": ("ingest", str(disk / "more.csv"), "--feed", "bravo-ais", "--json"),
        "refused read": ("read", "0" * 32, *AS_CUTTER),
    }[verb]
    failed = 0
    for free_bytes in (0, 2 * PAGE, 6 * PAGE, 12 * PAGE, 20 * PAGE):
        fill(disk, free_bytes)
        ended = zygote.run(*argv, "--node", str(root))
        assert "Traceback" not in ended.err
        assert ended.code in (0, 1, 5), ended
        if ended.code == 5:
            failed += 1
            assert ended.out == ""
            assert "check the disk" in ended.err
        (disk / "ballast").unlink()
    assert failed > 1
    again = zygote.run(*argv, "--node", str(root))
    assert again.code == (1 if verb == "refused read" else 0), again.err
    assert json.loads(again.out)
    verified(root)
    before = sizes_stored(night.root)
    assert all(size >= before[log] for log, size in sizes_stored(root).items())
