"""The verifiers printed in docs/reference/log.md run as they stand, on nodes they know nothing of, and see what was changed."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys

import pytest

from fairlead.agreement.people import ROLES
from fairlead.desk import audit, log_key, read, witnessing
from fairlead.desk.answer import Answer, Refused
from fairlead.desk.ask import Asker
from fairlead.desk.clock import SetClock
from fairlead.desk.found import found
from fairlead.desk.node import Node
from fairlead.envelope import SigningKey
from fairlead.intake.scenario import load_scenario
from fairlead.label import PURPOSES
from fairlead.receipt.note import COSIGNATURE
from fairlead.receipt.note import vkey as note_vkey
from tests.house.tree import ROOT

LINES_MAX = 50
WHOLE_LINES_MAX = 150
OUTSIDE = {"base64", "hashlib", "json", "pathlib", "sys", "cryptography"}


def printed_verifiers() -> tuple[str, str]:
    """The two Python blocks of the page: for one receipt, for a whole log."""
    one, whole = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs/reference/log.md").read_text(), re.DOTALL | re.MULTILINE)
    return one, whole


def modules(block: str) -> set[str]:
    named = set()
    for node in ast.walk(ast.parse(block)):
        if isinstance(node, ast.Import):
            named |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            named.add((node.module or "").partition(".")[0])
    return named


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
    path.write_text(printed_verifiers()[0])
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("script") / "whole_log.py"
    path.write_text(printed_verifiers()[1])
    return path


@pytest.fixture(scope="module")
def long_log(tmp_path_factory):
    """A node whose log of alfa has two tiles, changed its key once by rotation and once after a compromise, and has a witness."""
    root = tmp_path_factory.mktemp("long") / "node"
    scenario = load_scenario("tiny")
    found(root, scenario)
    node = Node(root, clock=SetClock(scenario.clock_start_ms))
    vkey = witnessing.witness_vkey(node)
    for log in node.logs.values():
        witnessing.watch_log(node, note_vkey(log.origin, log.key.public))
    (root / witnessing.WITNESSES).write_text(f"witness w {vkey} http://localhost\nquorum w\n")
    operator = Asker(person="charlie-release", unit="cutter", purpose="", operation="")
    nobody = Asker(person="cell-analyst", unit="cell", purpose="", operation="")
    try:
        changes = {40: "rotation", 90: "compromise"}
        for turn in range(300):
            assert isinstance(audit.receipts(node, nobody), Refused)
            if turn in changes:
                send(node)
                done = log_key.change_key(node, operator, "alfa", reason=changes[turn], why="told so")
                assert isinstance(done, Answer), done
                watched = (root / witnessing.WATCHED).read_text()
                with node.db.read() as tx:
                    fresh = node.keys_of(tx, "alfa").newest
                (root / witnessing.WATCHED).write_text(f"log {note_vkey('fairlead/tiny/alfa', fresh)}\n{watched}")
        assert all(one.cosigned for one in send(node))
    finally:
        node.close()
    return root, vkey


def send(node):
    """Ask the node's own witness, without a network between."""

    def across(url, body):
        reply = witnessing.cosign_for(node, body)
        return reply.status, reply.content_type, reply.body

    return witnessing.ask_witnesses(node, across)


def run(script, root, party, entry):
    # Isolated: neither this repository nor a site folder of ours is on its path by way of the working folder.
    command = [sys.executable, "-I", str(script), str(root), party, str(entry)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=root.parent, check=False)


def test_the_printed_verifiers_are_short_and_import_nothing_of_ours():
    one, whole = printed_verifiers()
    assert one.count("\n") <= LINES_MAX
    assert whole.count("\n") < WHOLE_LINES_MAX
    assert modules(one) | modules(whole) <= OUTSIDE


def run_whole(script, root, party, *witnesses):
    command = [sys.executable, "-I", str(script), str(root), party, *witnesses]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=root.parent, check=False)


def test_a_whole_log_verifies_with_its_changes_of_key_and_its_witness(long_log, whole):
    root, vkey = long_log
    done = run_whole(whole, root, "alfa", vkey)
    assert done.returncode == 0, done.stderr
    size = len(list((root / "homes/alfa/receipts/alfa").iterdir()))
    assert size > 300
    assert f"fairlead/tiny/alfa: {size} entries, {size} receipts, 3 keys, 1 witnesses" in done.stdout
    assert run_whole(whole, root, "bravo").returncode == 0


@pytest.mark.parametrize(
    "what",
    ["checkpoint", "cosigned", "kept", "tile/0", "tile/1", "entries", "receipt", "key-event", "no key-event", "one receipt more",
     "other witness", "one entry less"],
)  # fmt: skip
def test_the_whole_verifier_sees_what_was_changed(long_log, whole, tmp_path, what):
    root, vkey = long_log
    copy = tmp_path / "copy"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("node.sqlite", "*.key"))
    log, home = copy / "log/alfa", copy / "homes/alfa"
    files = {
        "checkpoint": log / "checkpoint",
        "cosigned": log / "cosigned",
        "kept": home / "kept/alfa.checkpoint",
        "tile/0": next(one for one in sorted((log / "tile/0").rglob("*")) if one.is_file()),
        "tile/1": next(one for one in sorted((log / "tile/1").rglob("*")) if one.is_file()),
        "entries": next(one for one in sorted((log / "tile/entries").rglob("*")) if one.is_file()),
        "receipt": home / "receipts/alfa/000000123.json",
        "key-event": sorted((home / "records/key-event").iterdir())[0],
    }
    if what in files:
        raw = files[what].read_bytes()
        at = len(raw) // 2
        files[what].write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
    elif what == "no key-event":
        shutil.rmtree(home / "records/key-event")
    elif what == "one receipt more":
        shutil.copy(home / "receipts/alfa/000000123.json", home / "receipts/alfa/000099999.json")
    elif what == "one entry less":
        (home / "receipts/alfa/000000007.json").unlink()
    else:
        vkey = note_vkey("fairlead/tiny/witness", SigningKey(bytes(32)).public, COSIGNATURE)
    assert run_whole(whole, copy, "alfa", vkey).returncode != 0


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
