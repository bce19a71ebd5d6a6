"""The runner of seeded faults, tested on a few of them: it kills, it tells a survivor, and it never judges a tree that is not whole."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import mutants
from tests.mutants import Broken, Tree, check_texts, check_unharmed, judge, main
from tests.seeded import FAULTS, Fault

FAULTS_MIN = 150
QUICK = ("join-unions-recipients", "suspension-direction-swapped", "no-ceiling", "leaf-hash-without-prefix")
# What the design and the issue name: each must be among the faults, by one name or several.
NAMED = {
    *("join-unions-recipients", "join-unions-purposes", "join-keeps-first-originators-only", "derived-takes-latest-expiry"),
    *("no-excluded-check", "suspension-direction-swapped", "originators-own-units-are-hit", "expires-inclusive"),
    *("cached-slice-without-epoch", "cached-slice-without-time", "empty-permitted-set-means-all", "resume-without-epoch"),
    *("kept-without-epoch", "kept-without-time", "kept-for-any-operation", "stale-slice-decides", "remembered-join-forgets-a-source"),
    *("an-override-lifts-the-level", "an-override-never-expires", "an-override-for-every-record", "an-override-survives-a-later-order"),
    *("one-originator-missing-from-an-override", "one-person-signs-twice", "the-requester-signs", "the-gate-fails-open"),
    *("label-without-originator", "no-originator-nobody-objects", "any-of-purposes", "no-ceiling", "ceiling-ignores-parent-command"),
    *("holds-missing-from-lists", "holds-do-not-reach-derived", "implication-not-expanded", "handling-not-checked"),
    *("level-compare-reversed", "unit-fingerprint-ignored", "operation-fingerprint-ignored", "refusal-only-in-concerned-logs"),
    *("read-without-receipt", "answer-before-its-receipt-is-published", "receipt-for-one-originator-only"),
    *("checkpoint-without-the-last-entry", "leaf-hash-without-prefix", "audit-without-completeness", "consistency-not-checked"),
    *("boarding-without-basis", "detention-without-persons-scope", "custody-with-one-signature"),
    *("redacted-reason-tells-hidden-from-absent", "decoder-takes-other-key-orders", "base64-padding-bits-accepted"),
}


def fault(name: str) -> Fault:
    return next(one for one in FAULTS if one.name == name)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A copy in which the tests of the quick faults pass."""
    made = Tree(tmp_path_factory.mktemp("mutants"))
    check_unharmed(made, sorted({fault(name).test for name in QUICK}))
    return made


def test_every_seeded_fault_can_be_made_and_none_the_design_names_is_missing():
    check_texts(FAULTS)
    assert len(FAULTS) >= FAULTS_MIN
    assert {one.name for one in FAULTS} >= NAMED


def test_every_seeded_fault_names_a_test_there_is():
    for one in FAULTS:
        file, _, name = one.test.partition("::")
        defined = {
            node.name for node in ast.walk(ast.parse(Path(mutants.ROOT / file).read_text())) if isinstance(node, ast.FunctionDef)
        }
        assert name.partition("[")[0] in defined, one.name


@pytest.mark.parametrize("name", QUICK)
def test_a_seeded_fault_is_killed_by_the_test_named_for_it_and_leaves_the_copy_whole(tree: Tree, name: str):
    before = tree.file(fault(name)).read_bytes()
    verdict = judge(tree, fault(name))
    assert verdict.killed
    assert "killed by tests/" in verdict.line
    assert tree.file(fault(name)).read_bytes() == before == (mutants.ROOT / "src/fairlead" / fault(name).file).read_bytes()


def test_a_fault_that_no_test_notices_is_told_as_a_survivor(tree: Tree):
    harmless = dataclasses.replace(fault("no-ceiling"), new="if below_ceiling(book, request.unit) is True and")
    verdict = judge(tree, harmless)
    assert not verdict.killed
    assert "SURVIVED" in verdict.line


def test_a_fault_that_breaks_the_import_or_names_no_test_is_an_error_and_no_kill(tree: Tree):
    for change in ({"new": "if below_ceiling(("}, {"test": "tests/laws/test_p1_conjuncts.py::test_nothing"}):
        with pytest.raises(Broken, match="pytest ended with"):
            judge(tree, dataclasses.replace(fault("no-ceiling"), **change))


def test_an_old_text_that_is_gone_or_there_twice_stops_everything():
    for old in ("this text is nowhere", "Reason(", fault("no-ceiling").new):
        with pytest.raises(Broken, match="occurs .* times"):
            check_texts([dataclasses.replace(fault("no-ceiling"), old=old)])
    with pytest.raises(Broken, match="changes nothing"):
        check_texts([dataclasses.replace(fault("no-ceiling"), new=fault("no-ceiling").old)])
    with pytest.raises(Broken, match="names two faults"):
        check_texts([fault("no-ceiling"), fault("no-ceiling")])


def test_a_named_test_that_fails_unharmed_stops_everything(tree: Tree):
    with tree.harmed(fault("no-ceiling")), pytest.raises(Broken, match="does not pass unharmed"):
        check_unharmed(tree, [fault("no-ceiling").test])


def test_the_command_lists_and_refuses_what_it_does_not_know(capsys: pytest.CaptureFixture[str]):
    assert main(["--list", "--only", "no-ceiling"]) == 0
    assert capsys.readouterr().out == f"no-ceiling: agreement/gate.py: {fault('no-ceiling').test}\n"
    assert main(["--only", "nothing-of-the-kind"]) == 2
    assert "no such fault: nothing-of-the-kind" in capsys.readouterr().err


def test_the_exit_code_says_whether_a_fault_survived(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def hunted(faults: list[Fault]) -> Iterator[mutants.Verdict]:
        yield from (mutants.Verdict(one, one.name != "no-ceiling", 0.1) for one in faults)

    monkeypatch.setattr(mutants, "hunt", hunted)
    assert main(["--only", "no-ceiling", "--only", "any-of-purposes"]) == 1
    assert main(["--only", "any-of-purposes"]) == 0
    assert "1 of 2 seeded faults killed" in capsys.readouterr().out
