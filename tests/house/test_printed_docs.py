"""Printed pages say what the source says: a stale page fails here, and so do a code, a command or a setting that no page explains."""

from __future__ import annotations

import re
import shlex

import msgspec
import pytest
from tools import print_docs, printed_cases, printed_cli, printed_codes

from fairlead.case import needs
from fairlead.desk.node import Config
from tests.house.tree import ROOT

SETTINGS = ROOT / "docs" / "reference" / "settings.md"


def test_every_printed_page_is_what_the_source_says_now():
    assert print_docs.stale() == [], "run: make docs"


def test_the_check_names_a_page_that_was_changed_by_hand(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(print_docs, "FOLDER", tmp_path)
    monkeypatch.setattr(print_docs, "ROOT", tmp_path)
    assert print_docs.main([]) == 0
    assert print_docs.main(["--check"]) == 0
    page = tmp_path / "codes.md"
    page.write_text(page.read_text().replace("persecution", "prosecution"))
    assert print_docs.main(["--check"]) == 1
    assert "docs/reference/codes.md is not what the source says" in capsys.readouterr().err


def test_printing_twice_gives_the_same_bytes():
    assert print_docs.printed() == print_docs.printed()


def test_every_need_has_words_and_no_words_are_left_over():
    assert set(printed_cases.NEEDS) == {*needs.STATE_NEEDS, *needs.ACT_NEEDS}


def test_the_page_lists_every_conjunct_that_the_gate_can_give_as_a_reason():
    source = "".join((ROOT / "src/fairlead/agreement" / name).read_text() for name in ("gate.py", "reading.py"))
    given = set(re.findall(r'conjunct="([a-z]+)"', source)) - {"types", "error"}
    assert given == {name for _, name, _ in printed_codes.conjuncts()}


@pytest.mark.parametrize("name", sorted(printed_cli.EXAMPLES))
def test_each_example_is_a_command_that_parses(name):
    command = dict(printed_cli.commands())[name]
    words = shlex.split(printed_cli.EXAMPLES[name])
    given = words[1 + len(name.split()) :]
    assert words[: 1 + len(name.split())] == ["fairlead", *name.split()]
    with command.make_context(name, given):
        pass


def test_settings_lists_each_key_of_a_node_and_no_other():
    chapter = SETTINGS.read_text().partition("## node.toml")[2].partition("\n## ")[0]
    keys = re.findall(r"^\| `(\w+)` \|", chapter, re.MULTILINE)
    assert keys == [field.name for field in msgspec.structs.fields(Config)]
