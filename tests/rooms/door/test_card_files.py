"""Cards as files: what partners' tools read is what was given, with its label, and its digest is the receipt's."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.desk.answer import Answer
from fairlead.desk.ask import Asker
from fairlead.desk.cards import file_cards
from fairlead.desk.clock import SetClock
from fairlead.desk.found import found
from fairlead.desk.node import Node
from fairlead.desk.observe import observe
from fairlead.door.card_out import cut, file_bytes, form_of, geojson_bytes, write_new
from fairlead.envelope import decode, encode, sha256_hex
from fairlead.errors import BadFile, BadInput
from fairlead.intake.scenario import load_scenario
from fairlead.store import ledger

INTAKE = Path(__file__).resolve().parents[1] / "intake"
AT_MS = 1_593_511_200_000  # 2020-06-30T10:00:00Z
LISTENER = Asker(person="listener", unit="shore", purpose="detection_and_monitoring/interdiction", operation="listen")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node with one slow pair that drifts over the dateline."""
    root = tmp_path / "node"
    found(root, load_scenario(str(INTAKE / "two_harbours.toml")))
    one = Node(root, clock=SetClock(AT_MS))
    lines = ["MMSI,BaseDateTime,LAT,LON,SOG,COG"]
    for minute in range(60, 300):
        when = f"2020-06-30T{minute // 60:02d}:{minute % 60:02d}:00"
        east = 179.99 + minute * 0.0001
        lon = east if east < 180 else east - 360
        lines += [f"290000001,{when},20.0,{lon:.5f},0.8,90.0", f"290000002,{when},20.002,{lon:.5f},0.8,90.0"]
    path = tmp_path / "drift.csv"
    path.write_text("\n".join(lines) + "\n")
    observe(one, LISTENER, path, "harbour")
    yield one
    one.close()


def filed(node: Node, form: str) -> Answer:
    def pairs(cards: Any) -> list[Any]:
        return [card for card in cards if card["rule"] == "B1"]

    outcome = file_cards(node, LISTENER, pairs, to=f"file {form}", from_ms=AT_MS - 10 * 3_600_000, to_ms=AT_MS)
    assert isinstance(outcome, Answer)
    return outcome


def test_the_digest_in_a_geojson_is_that_of_the_answer_in_it_and_stands_in_the_receipt(node: Node) -> None:
    outcome = filed(node, "geojson")
    value = json.loads(file_bytes(outcome, "geojson"))
    assert sha256_hex(encode(value["answer"])) == value["receipt"]["answer_sha256"] == outcome.etag
    with node.db.read() as tx:
        (party,) = value["receipt"]["in_the_logs_of"]
        last = ledger.receipts(tx, party, newest=1, skip=0)[0]
    assert (last.output, last.given_to) == (outcome.etag, "file geojson")  # type: ignore[union-attr]
    assert value["label"]["originators"] == [party]
    assert all(feature["properties"]["label"] == value["label"]["text"] for feature in value["features"])


def test_a_map_tool_reads_both_forms_alike_and_no_line_crosses_the_dateline(node: Node, tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas", reason="geopandas is not installed: make dev")
    for form in ("geojson", "parquet"):
        write_new(tmp_path / f"cards.{form}", file_bytes(filed(node, form), form))
    one, other = geopandas.read_file(tmp_path / "cards.geojson"), geopandas.read_parquet(tmp_path / "cards.parquet")
    assert one.geometry.geom_type.tolist() == ["Point", "MultiLineString", "MultiLineString"]
    assert [a.equals(b) for a, b in zip(one.geometry, other.geometry, strict=True)] == [True] * 3
    for shape in one.geometry[1:]:
        assert len(shape.geoms) == 2
        assert all(max(line.xy[0]) - min(line.xy[0]) < 1 for line in shape.geoms)


def test_a_geoparquet_carries_its_label_and_the_whole_answer(node: Node, tmp_path: Path) -> None:
    outcome = filed(node, "parquet")
    write_new(tmp_path / "cards.parquet", file_bytes(outcome, "parquet"))
    table = pq.read_table(tmp_path / "cards.parquet")
    said = table.schema.metadata
    assert sha256_hex(said[b"fairlead.answer"]) == json.loads(said[b"fairlead.receipt"])["answer_sha256"] == outcome.etag
    assert set(table["label"].to_pylist()) == {json.loads(said[b"fairlead.label"])["text"]}


def test_a_pdf_is_one_with_the_answer_attached(node: Node) -> None:
    pytest.importorskip("weasyprint", reason="weasyprint is not installed: pip install fairlead[pdf]")
    made = file_bytes(filed(node, "pdf"), "pdf")
    assert made.startswith(b"%PDF-")
    assert b"/EmbeddedFile" in made


def test_no_name_and_no_number_stands_in_what_a_card_says(node: Node) -> None:
    value: Any = decode(filed(node, "geojson").body)
    words = json.dumps([{key: card[key] for key in ("sentence", "criteria", "explanations")} for card in value["cards"]])
    assert "29000000" not in words


def test_no_card_is_still_a_file_that_says_so(node: Node) -> None:
    outcome = file_cards(node, LISTENER, lambda cards: [], to="file geojson", from_ms=AT_MS - 3_600_000, to_ms=AT_MS)
    assert isinstance(outcome, Answer)
    value: Any = decode(outcome.body)
    assert json.loads(geojson_bytes(value, outcome))["features"] == []


def test_a_file_is_never_put_in_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "cards.pdf"
    assert form_of(path) == "pdf"
    write_new(path, b"first")
    with pytest.raises(BadFile, match="nothing is overwritten"):
        write_new(path, b"second")
    with pytest.raises(BadFile, match="there already"):
        form_of(path)
    assert path.read_bytes() == b"first"
    assert [one.name for one in tmp_path.iterdir()] == ["cards.pdf"]


def test_a_form_nobody_makes_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"\.geojson, \.parquet, \.pdf"):
        form_of(tmp_path / "cards.docx")


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-80, 80)), min_size=1, max_size=12))
def test_a_cut_line_has_every_point_and_never_spans_half_the_world(points: list[tuple[float, float]]) -> None:
    lines = cut(points)
    assert all(abs(a[0] - b[0]) <= 180 for line in lines for a, b in itertools.pairwise(line))
    if len(points) > 1:
        kept = [point for line in lines for point in line]
        assert [point for point in points if point not in kept] == []
