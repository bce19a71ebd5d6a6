"""The how-to pages are run: every pasteable block, page after page on one demo node, and what a page shows is what is printed."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.house.forked import commands
from tests.house.tree import ROOT

HOWTO = ROOT / "docs" / "howto"
PAGES = re.findall(r"^\d+\. \[.*?\]\((.+?)\)", (HOWTO / "README.md").read_text(), re.MULTILINE)
MARK = "---- block {} ----"
SECONDS_MAX = 240


def blocks(page: str) -> list[tuple[str, str]]:
    """The page's commands, each with what the page says they print (empty when it says nothing)."""
    fenced = re.findall(r"^```(sh|text)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    found: list[tuple[str, str]] = []
    for kind, text in fenced:
        if kind == "sh":
            found.append((text, ""))
        else:
            found[-1] = (found[-1][0], found[-1][1] + text)
    return found


def unlike(shown: str, printed: str) -> list[str]:
    """The lines a page shows that are not printed, in that order; `...` stands for anything."""
    lines = iter(printed.splitlines())
    missing = []
    for line in shown.splitlines():
        pattern = ".*".join(re.escape(part) for part in line.rstrip().split("..."))
        kept = list(lines)
        at = next((number for number, one in enumerate(kept) if re.fullmatch(pattern, one.rstrip())), None)
        if at is None:
            missing.append(line)
            at = -1
        lines = iter(kept[at + 1 :])
    return missing


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a node as `make demo ARGS=--headless` leaves it, and the commands for it."""
    folder = tmp_path_factory.mktemp("howto")
    with commands(folder / "bin") as bin_folder:
        told = shell("fairlead demo --headless --node demo-node", folder, bin_folder)
        assert told.returncode == 0, told.stdout + told.stderr
        yield folder, bin_folder


def shell(script: str, folder: Path, bin_folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in that folder, with the commands in front of everything else."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
    path = f"{bin_folder}{os.pathsep}{own.get('PATH', '')}"
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        env={**own, "PATH": path},
        check=False,
    )


def run(page: str, folder: Path, bin_folder: Path) -> list[str]:
    """What each block of the page printed, the page being pasted into one shell that stops at the first failure."""
    script = "set -euo pipefail\n" + "\n".join(f"echo '{MARK.format(n)}'\n{text}" for n, (text, _) in enumerate(blocks(page)))
    done = shell(script, folder, bin_folder)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return re.split(r"^---- block \d+ ----\n", done.stdout, flags=re.MULTILINE)[1:]


def test_every_page_is_in_the_list_and_has_commands():
    assert sorted(PAGES) == sorted(path.name for path in HOWTO.glob("*.md") if path.name != "README.md")
    assert all(blocks((HOWTO / name).read_text()) for name in PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_the_page_works_as_pasted(name, place):
    page = (HOWTO / name).read_text()
    for (command, shown), printed in zip(blocks(page), run(page, *place), strict=True):
        assert unlike(shown, printed) == [], f"{name}: after\n{command}\nwas printed\n{printed}"


def test_a_page_that_shows_something_else_is_seen():
    assert unlike("case ...: seized\n", "case 4f: sealed\n") == ["case ...: seized"]
    assert unlike("one\nthree\n", "one\ntwo\nthree\n") == []
    assert unlike("three\none\n", "one\ntwo\nthree\n") == ["one"]
