"""Proof at the command line: declared, proved, written to a file, checked without a node; simulated; what is wrong says so and how."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead.desk.found import found
from fairlead.door.cli import app
from fairlead.door.shell import guarded
from fairlead.intake.scenario import load_scenario

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command at a tiny node: its exit code, output and errors, each in one line."""
    found(tmp_path / "node", load_scenario("tiny"))
    monkeypatch.setenv("FAIRLEAD_NODE", str(tmp_path / "node"))

    def one(*argv: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fairlead", *argv])
        code = guarded(app)
        told = capsys.readouterr()
        return code, told.out, " ".join(told.err.split())

    return one


def test_p3_an_invariant_is_declared_proved_written_checked_and_withdrawn(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("invariant", "declare", "--as", "alfa-release", "--category", "radar", "--never-unit", "rescue", "--json")
    told = json.loads(out)
    assert (code, told["outcome"]) == (0, "proved")
    file = tmp_path / "alfa.proof"
    code, out, _ = run("prove", told["declared"], "--as", "alfa-release", "--certificate", str(file))
    assert code == 0
    assert "proved: nothing of category radar that Alfa originated ever reaches" in out
    assert "not proved: what somebody remembers" in out
    assert file.read_bytes().count(b"\n") == 2
    code, out, _ = run("prove", "--check", str(file))
    assert (code, "nothing of category radar that alfa originated ever reaches rescue" in out) == (0, True)
    code, out, _ = run("prove", "--check", str(file), "--as", "inspector")
    assert (code, "these are the terms that stand now" in out) == (0, True)
    code, out, _ = run("invariant", "withdraw", told["declared"], "--as", "alfa-release")
    assert (code, out.strip()) == (0, f"withdrawn {told['declared']}")
    code, out, _ = run("prove", "--check", str(file), "--as", "inspector")
    assert "the invariant is not declared any more" in out


def test_p3_a_broken_invariant_shows_its_path(run: Run) -> None:
    code, out, _ = run("invariant", "declare", "--as", "alfa-release", "--never-unit", "support", "--preview")
    assert code == 0
    assert "broken: nothing that Alfa originated ever reaches Charlie's support unit." in out
    assert "1. from " in out
    assert "agreement alfa-support lets Charlie's support unit (Charlie) hold radar of alfa" in out
    assert run("prove", "--as", "alfa-release")[1].startswith("no invariant is declared")


def test_p3_a_certificate_that_was_changed_does_not_verify(run: Run, tmp_path: Path) -> None:
    told = json.loads(run("invariant", "declare", "--as", "alfa-release", "--never-unit", "rescue", "--category", "radar", "--json")[1])
    file = tmp_path / "alfa.proof"
    run("prove", told["declared"], "--as", "alfa-release", "--certificate", str(file))
    file.write_bytes(file.read_bytes().replace(b'"since_ms":', b'"since_ms":1', 1))
    code, _, err = run("prove", "--check", str(file))
    assert code == 6
    assert "certificate" in err


def test_p4_a_simulation_says_what_would_be_lost_and_signs_nothing(run: Run) -> None:
    code, out, _ = run("simulate", "--as", "cell-analyst", "--party", "alfa", "--for-unit", "cutter")
    assert code == 0
    assert out.startswith("if Alfa (alfa) halts everything it originated")
    assert out.rstrip().endswith("nothing was signed")
    assert json.loads(run("orders", "--as", "alfa-release", "--json")[1])["orders"] == []


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (("prove",), 3, "nobody asks"),
        (("prove", "--as", "alfa-release", "--certificate", "x"), 3, "a certificate is of one invariant"),
        (("prove", "--as", "nobody"), 1, "does not act for"),
        (("prove", "f" * 32, "--as", "alfa-release"), 3, "no such invariant of this originator"),
        (("prove", "--check", "/nowhere/at/all"), 3, "no certificate can be read there"),
        (("prove", "--check", __file__), 6, "a certificate does not read"),
        (("invariant", "declare", "--as", "alfa-release"), 3, "an invariant forbids nothing"),
        (("invariant", "declare", "--as", "alfa-release", "--never-unit", "zulu"), 3, "no such unit"),
        (("invariant", "declare", "--as", "alfa-release", "--never-unit", "alfa-radar"), 3, "the originator's own units"),
        (("invariant", "declare", "--as", "alfa-release", "--never-purpose", "persecution"), 3, "this holds by construction (P2)"),
        (("invariant", "declare", "--as", "cell-analyst", "--never-unit", "rescue"), 1, "no role of cell-analyst"),
        (("invariant", "withdraw", "f" * 32, "--as", "alfa-release"), 3, "no such invariant of this originator"),
        (("simulate", "--as", "bravo-release", "--party", "alfa"), 1, "only alfa, oversight, or the party that operates"),
        (("simulate", "--as", "cell-analyst", "--party", "zulu"), 3, "no such party"),
    ],
)
def test_p3_what_is_wrong_says_so_and_ends_with_the_documented_code(run: Run, argv: tuple[str, ...], code: int, words: str) -> None:
    ended, _, err = run(*argv)
    assert ended == code, err
    assert words in err
