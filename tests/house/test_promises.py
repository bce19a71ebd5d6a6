"""Each promise stands in three places: on its page with what it does not cover, at the line that holds it, and in a law test."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import ROOT, name_of, python_files

PROMISES = tuple(f"P{number}" for number in range(1, 10))
STATUSES = ("held", "held on one node", "not yet")


def chapters(page: str) -> dict[str, str]:
    """The page cut at its `## P<n>` headings."""
    parts = re.split(r"^## (P\d) .*$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def status_of(chapter: str) -> str:
    """What the chapter says about itself; empty when it says nothing."""
    found = re.search(r"^\*\*Status:\*\* (.+?)\.?$", chapter, re.MULTILINE)
    return found[1] if found else ""


def limits_of(chapter: str) -> str:
    """What the chapter says it does not cover; empty when it says nothing."""
    found = re.search(r"^\*\*Does not cover:\*\* (.+)", chapter, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def lines_citing(promise: str, source: str) -> list[int]:
    """The lines that carry the promise's number in a comment."""
    return [n for n, line in enumerate(source.splitlines(), start=1) if re.search(rf"#[^\n\"']*\b{promise}\b", line)]


def _page() -> dict[str, str]:
    return chapters((ROOT / "docs" / "promises.md").read_text())


def test_the_page_has_the_nine_promises_and_no_other():
    assert tuple(_page()) == PROMISES


@pytest.mark.parametrize("promise", PROMISES)
def test_each_promise_says_its_status_and_what_it_does_not_cover(promise):
    chapter = _page()[promise]
    assert status_of(chapter) in STATUSES
    assert len(limits_of(chapter).split()) >= 10


@pytest.mark.parametrize("promise", PROMISES)
def test_each_promise_stands_at_the_line_that_holds_it(promise):
    cited = [f"{name_of(path)}:{n}" for path in python_files("src/") for n in lines_citing(promise, path.read_text())]
    assert cited, f"no line of src carries a comment with {promise}"


@pytest.mark.parametrize("promise", PROMISES)
def test_each_promise_is_the_name_of_a_law_test(promise):
    number = promise[1:]
    laws = [path for path in python_files("tests/laws/") if path.name.startswith(f"test_p{number}_")]
    assert laws, f"no tests/laws/test_p{number}_*.py"
    for path in laws:
        assert re.search(rf"^(async )?def test_\w*p{number}_", path.read_text(), re.MULTILINE), (
            f"{name_of(path)} names no test after it"
        )


def test_a_promise_not_held_is_not_called_held():
    broken = "## P1 Purpose\n\nText.\n\n**Status:** mostly\n\n## P2 Never\n\n**Status:** held.\n\n**Does not cover:** x\n"
    found = chapters(broken)
    assert status_of(found["P1"]) not in STATUSES
    assert limits_of(found["P1"]) == ""
    assert status_of(found["P2"]) == "held"
    assert lines_citing("P1", 'x = "P1"\n') == []
    assert lines_citing("P1", "x = 1  # P1\n") == [1]
    assert lines_citing("P1", "x = 1  # P10\n") == []
