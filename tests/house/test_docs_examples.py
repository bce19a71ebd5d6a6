"""The verifier printed in docs/reference/receipts.md runs as it stands, on a node it knows nothing of, and sees what was changed."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys

import pytest

from fairlead.agreement.people import ROLES
from fairlead.desk import audit, read
from fairlead.desk.answer import Answer, Refused
from fairlead.desk.ask import Asker
from fairlead.desk.clock import SetClock
from fairlead.desk.found import found
from fairlead.desk.node import Node
from fairlead.intake.scenario import load_scenario
from fairlead.label import PURPOSES
from tests.house.tree import ROOT

LINES_MAX = 50
OUTSIDE = {"base64", "hashlib", "json", "pathlib", "sys", "cryptography"}


def printed_verifier() -> str:
    """The one Python block of the page."""
    (block,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs/reference/receipts.md").read_text(), re.DOTALL | re.MULTILINE)
    return block


@pytest.fixture(scope="module")
def node_folder(tmp_path_factory):
    """A tiny node after one answer and one refusal."""
    root = tmp_path_factory.mktemp("docs") / "node"
    scenario = load_scenario("tiny")
    found(root, scenario)
    node = Node(root, clock=SetClock(scenario.clock_start_ms))
    try:
        operation = next(code for code, one in sorted(scenario.book.operations.items()) if "support" in one.units)
        aims = Asker(person="support-watch", unit="support", purpose="use_of_force_targeting", operation=operation)
        assert isinstance(read.read(node, aims, "0" * 32), Refused)
        officer = Asker(person="alfa-release", unit="alfa-radar", purpose="", operation="")
        assert isinstance(audit.receipts(node, officer), Answer)
        sizes = {party: len(list((root / "homes" / party / "receipts" / party).iterdir())) for party in node.logs}
    finally:
        node.close()
    return root, sizes


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp("script") / "one_receipt.py"
    path.write_text(printed_verifier())
    return path


def run(script, root, party, entry):
    # Isolated: neither this repository nor a site folder of ours is on its path by way of the working folder.
    command = [sys.executable, "-I", str(script), str(root), party, str(entry)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=root.parent, check=False)


def test_the_printed_verifier_is_short_and_imports_nothing_of_ours():
    block = printed_verifier()
    assert block.count("\n") <= LINES_MAX
    named = set()
    for node in ast.walk(ast.parse(block)):
        if isinstance(node, ast.Import):
            named |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            named.add((node.module or "").partition(".")[0])
    assert named <= OUTSIDE


def test_it_accepts_every_receipt_of_every_log(node_folder, script):
    root, sizes = node_folder
    assert sum(sizes.values()) > len(sizes)
    for party, size in sizes.items():
        done = run(script, root, party, size - 1)
        assert done.returncode == 0, done.stderr
        assert f"{party} entry {size - 1} of {size} holds" in done.stdout
    assert run(script, root, "alfa", 0).returncode == 0


def test_it_refuses_an_entry_the_log_does_not_have(node_folder, script):
    root, sizes = node_folder
    assert run(script, root, "alfa", sizes["alfa"]).returncode != 0


@pytest.mark.parametrize("what", ["checkpoint", "tile/entries", "receipt", "trust"])
def test_it_sees_a_flipped_byte(node_folder, script, tmp_path, what):
    root, _ = node_folder
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    path = {
        "checkpoint": copy / "log/alfa/checkpoint",
        "tile/entries": next(one for one in (copy / "log/alfa/tile/entries").rglob("*") if one.is_file()),
        "receipt": copy / "homes/alfa/receipts/alfa/000000000.json",
        "trust": copy / "homes/alfa/trust.json",
    }[what]
    raw = path.read_bytes()
    if what == "trust":
        raw = raw.replace(b"fairlead/", b"fairlead-", 1)
    else:
        raw = raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1 :]
    path.write_bytes(raw)
    assert run(script, copy, "alfa", 0).returncode != 0


def test_coverage_answers_for_every_need_of_the_charter():
    page = (ROOT / "docs/coverage.md").read_text()
    chapters = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE))
    table = re.compile(r"^\| (?!need|purpose \||red line|promise|role|---)(.+)\|$", re.MULTILINE)
    cells = {title: [[cell.strip() for cell in row.split("|")] for row in table.findall(text)] for title, text in chapters.items()}
    for title, rows in cells.items():
        assert rows, title
        assert {row[2] for row in rows} <= {"works", "thin", "not yet"}, title
    first = {title: [row[0] for row in rows] for title, rows in cells.items()}
    assert [name.split()[0] for name in first["The main job, step by step"]] == [str(n) for n in range(1, 11)]
    assert [name.split()[0] for name in first["Red lines"]] == [str(n) for n in range(1, 16)]
    assert [name.split()[0] for name in first["Promises"]] == [f"P{n}" for n in range(1, 10)]
    assert {name.strip("`") for name in first["Purposes"]} == {code.partition("/")[0] for code in PURPOSES}
    assert {role for name in first["People"] for role in re.findall(r"`(\w+)`", name)} == ROLES
