"""Where the verifiers of others lie, and one process for a whole batch of questions. Set-up is `make outside`; tests fetch nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GO_SOURCE = HERE / "driver.go"
GO_DRIVER = ROOT / "build" / "outside" / "driver"
NPM_DRIVER = HERE / "npm" / "driver.mjs"
SECONDS_MAX = 120


def go_driver() -> list[str]:
    """The command that asks Go's sumdb packages."""
    if not GO_DRIVER.is_file() or GO_DRIVER.stat().st_mtime < GO_SOURCE.stat().st_mtime:
        pytest.skip("Go's sumdb/note and sumdb/tlog are not built: make outside")
    return [str(GO_DRIVER)]


def npm_driver() -> list[str]:
    """The command that asks npm's @sigstore/verify."""
    node = shutil.which("node")
    if node is None or not (NPM_DRIVER.parent / "node_modules" / "@sigstore" / "verify").is_dir():
        pytest.skip("@sigstore/verify is not installed, or node is not: make outside")
    return [node, str(NPM_DRIVER)]


def openssl() -> str:
    """The openssl command."""
    found = shutil.which("openssl")
    if found is None:
        pytest.skip("there is no openssl: apt-get install openssl, or make outside")
    return found


def ask(command: Sequence[str], lines: Iterable[str]) -> list[bool]:
    """What the command answers to each line, all in one process."""
    ran = subprocess.run(
        command,
        input="".join(f"{line}\n" for line in lines).encode(),
        capture_output=True,
        check=False,
        timeout=SECONDS_MAX,
        env={name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}},
    )
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    said = ran.stdout.decode().split()
    assert set(said) <= {"true", "false"}, said[:5]
    return [one == "true" for one in said]
