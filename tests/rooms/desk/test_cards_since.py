"""What late data does to cards: opened, superseded, retracted, told of permitted feeds only; the chain follows from the files alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairlead.desk.answer import Answer
from fairlead.desk.ask import Asker
from fairlead.desk.cards import list_cards
from fairlead.desk.clock import SetClock
from fairlead.desk.found import found
from fairlead.desk.node import Node
from fairlead.desk.observe import Count, observe
from fairlead.envelope import decode
from fairlead.intake.scenario import load_scenario

INTAKE = Path(__file__).resolve().parents[1] / "intake"
AT_MS = 1_593_511_200_000  # 2020-06-30T10:00:00Z
HOUR_MS = 3_600_000
LISTENER = Asker(person="listener", unit="shore", purpose="detection_and_monitoring/interdiction", operation="listen")
HEADER = "MMSI,BaseDateTime,LAT,LON,SOG,COG\n"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    root = tmp_path / "node"
    found(root, load_scenario(str(INTAKE / "two_harbours.toml")))
    one = Node(root, clock=SetClock(AT_MS))
    yield one
    one.close()


def drift(minutes: range, *, knots: float = 0.8) -> str:
    """Two contacts side by side, far out."""
    lines = []
    for minute in minutes:
        when = f"2020-06-30T{minute // 60:02d}:{minute % 60:02d}:00"
        lines.append(f"290000001,{when},{20 + minute * 0.00005:.5f},-60.0,{knots},90.0\n")
        lines.append(f"290000002,{when},{20.002 + minute * 0.00005:.5f},-60.0,{knots},90.0\n")
    return "".join(lines)


def brought(node: Node, tmp_path: Path, name: str, lines: str) -> None:
    path = tmp_path / name
    path.write_text(HEADER + lines)
    assert isinstance(observe(node, LISTENER, path, "harbour"), Count)


def told(node: Node, since_ms: int) -> dict[str, Any]:
    outcome = list_cards(node, LISTENER, from_ms=AT_MS - 10 * HOUR_MS, to_ms=AT_MS, since_ms=since_ms)
    assert isinstance(outcome, Answer)
    value: dict[str, Any] = decode(outcome.body)
    return value


def of_pairs(value: dict[str, Any]) -> list[tuple[str, bool, bool]]:
    return [(one["became"], bool(one.get("was")), bool(one.get("card"))) for one in value["changes"] if one["rule"] == "B1"]


def later(node: Node, at_ms: int) -> None:
    node.clock = SetClock(at_ms)


def test_a_card_that_late_data_lengthens_is_superseded(node: Node, tmp_path: Path) -> None:
    brought(node, tmp_path, "first.csv", drift(range(60, 240)))
    before = told(node, AT_MS)
    assert before["changes"] == []
    later(node, AT_MS + 60_000)
    brought(node, tmp_path, "late.csv", drift(range(240, 300)))
    value = told(node, AT_MS + 30_000)
    assert of_pairs(value) == [("superseded", True, True)]
    chain = next(one for one in value["changes"] if one["rule"] == "B1")
    assert chain["was"] in {card["id"] for card in before["picture"]["cards"]}
    assert chain["card"] in {card["id"] for card in value["picture"]["cards"]}
    assert "its end" in chain["why"]


def test_a_card_that_late_data_refutes_is_retracted(node: Node, tmp_path: Path) -> None:
    brought(node, tmp_path, "first.csv", drift(range(60, 240, 20)))
    assert [card["rule"] for card in told(node, AT_MS)["picture"]["cards"] if card["rule"] == "B1"] == ["B1"]
    later(node, AT_MS + 60_000)
    fast = [line for minute in range(70, 240, 20) for line in (drift(range(minute, minute + 1), knots=9.0),)]
    brought(node, tmp_path, "late.csv", "".join(fast))
    assert of_pairs(told(node, AT_MS + 30_000)) == [("retracted", True, False)]


def test_a_card_that_only_late_data_shows_is_opened(node: Node, tmp_path: Path) -> None:
    brought(node, tmp_path, "first.csv", drift(range(60, 120)))
    later(node, AT_MS + 60_000)
    brought(node, tmp_path, "late.csv", drift(range(120, 240)))
    assert of_pairs(told(node, AT_MS + 30_000)) == [("opened", False, True)]


def test_without_late_data_nothing_became_of_any_card(node: Node, tmp_path: Path) -> None:
    brought(node, tmp_path, "first.csv", drift(range(60, 240)))
    assert told(node, AT_MS + 1)["changes"] == []
    assert "changes" not in told_plain(node)


def told_plain(node: Node) -> dict[str, Any]:
    outcome = list_cards(node, LISTENER, from_ms=AT_MS - 10 * HOUR_MS, to_ms=AT_MS)
    assert isinstance(outcome, Answer)
    value: dict[str, Any] = decode(outcome.body)
    return value
