"""The commands of a suspension at the command line: the same words for people, the answer's own bytes with --json."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.stage import Copies, Zygote, make_night
from tests.rooms.door.test_cli_bad_input import BAD_INPUT, REFUSED, Bench, says

BRAVO = ("--as", "bravo-release")
CHARLIE = ("--as", "charlie-release")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    zygote = Zygote()
    copies = Copies(make_night(tmp_path_factory.mktemp("halt") / "node"))
    yield Bench(copies.night, copies.fresh(), zygote)
    zygote.stop()
    copies.clear()


def said(bench: Bench, *argv: str) -> Any:
    ended = bench.run(*argv, "--json")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def shown(bench: Bench, *argv: str) -> str:
    ended = bench.run(*argv)
    assert ended.code == 0, ended.err
    return ended.out


def test_the_whole_way_of_an_order_at_the_command_line(bench: Bench) -> None:
    axes = ("--feed", "bravo-ais", "--for-unit", "cutter", "--window-from", "2020-06-30T00:00:00Z", "--reach", "all")
    text = shown(bench, "suspend", *BRAVO, *axes, "--preview")
    assert "Bravo (bravo) halts feed bravo-ais it originated and observed from 2020-06-30T00:00:00Z" in text
    assert "in force since" not in text
    proposal = said(bench, "suspend", *BRAVO, "--fears", "boarding by the cutter", "--propose")
    assert proposal["proposed"]["units"] == ["cutter"]
    assert "nothing is signed" in shown(bench, "suspend", *BRAVO, "--fears", "boarding by the cutter", "--propose")
    assert said(bench, "orders", *BRAVO)["orders"] == []
    first = said(bench, "suspend", *BRAVO, *axes, "--freeze", "2", "--ordered-at", "2020-06-30T00:00:00Z")
    order = first["order"]
    says(bench.run("confirm", order, *BRAVO), BAD_INPUT, "another officer")
    assert said(bench, "orders", *BRAVO)["orders"][0]["state"] == "frozen"
    assert "confirmed" in shown(bench, "confirm", order, "--as", "bravo-second")
    says(bench.run("acknowledge", order, "--as", "alfa-release"), REFUSED, "no such recall")
    if first["recalls"]:
        assert "asked, by" in shown(bench, "recalls", *CHARLIE)
        assert "acknowledged" in shown(bench, "acknowledge", order, *CHARLIE)
        assert said(bench, "comply", order, *CHARLIE, "--statement", "burnt", "--kept", "one log")["answer"] == "complied"
        assert "kept: one log" in shown(bench, "recalls", *BRAVO)
    gap = said(bench, "exposure", order, *BRAVO)
    assert gap["gap_ms"] > 0
    assert "before it was signed in" in shown(bench, "exposure", order, *BRAVO)
    second = said(
        bench,
        "suspend",
        *BRAVO,
        "--feed",
        "bravo-ais",
        "--condition",
        "the case is closed",
        "--verified-by",
        "alfa",
        "--replace",
        order,
    )
    assert second["change"] in ("widens", "replaces")
    says(bench.run("condition", second["order"], *CHARLIE, "--words", "it is"), REFUSED, "no such order has a condition")
    assert "under_review" in shown(bench, "condition", second["order"], "--as", "alfa-release", "--words", "it is")
    assert said(bench, "orders", *BRAVO, "--at", "2020-06-30T00:00:00Z")["orders"] == []
    assert len(said(bench, "orders", *BRAVO, "--ended")["orders"]) == 2
    apart = said(bench, "separate", "patrol", "lifeline", *BRAVO)
    assert apart["statement"]["log"].endswith("/bravo")
    assert "units in both" in shown(bench, "separate", "patrol", "lifeline", *BRAVO)
    assert "resumed" in shown(bench, "resume", second["order"], *BRAVO)
    bench.grown()


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("--region", "nowhere"), "no such region"),
        (("--object", "ship"), "no vessel number"),
        (("--window-from", "2020-06-30T02:00:00Z", "--window-to", "2020-06-30T01:00:00Z"), "window"),
        (("--ordered-at", "2090-01-01T00:00:00Z"), "in the future"),
        (("--answer-by", "1999-01-01T00:00:00Z"), "over already"),
        (("--answer-by", "2090-01-01T00:00:00Z", "--no-recall"), "not to be"),
        (("--propose",), "no words"),
        (("--freeze", "99"), "72 hours"),
        (("--channel", "direct", "--asset", "alfa-mast"), "somebody else"),
        (("--reach", "sideways"), "no such reach"),
    ],
)
def test_what_cannot_be_ordered_is_said_with_its_reason_and_changes_nothing(bench: Bench, argv: tuple[str, ...], words: str) -> None:
    before = bench.grown()
    says(bench.run("suspend", *BRAVO, *argv), BAD_INPUT, words)
    assert bench.grown() == before
