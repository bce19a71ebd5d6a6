"""Own files to cards and to an engine's tables: every line accounted for, the same cards on each engine, nothing overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from fairlead.desk.detect import detect, prepare
from fairlead.desk.prepared import prepared_events, read_about, write_events
from fairlead.errors import BadFile, BadInput, UnknownCode
from fairlead.picture import Parameters
from fairlead.store.sql_parts import Cut

HEAD = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass"
LIMITS = Parameters(slow_transfer_min_s=3600)


@pytest.fixture
def traffic(tmp_path: Path) -> Path:
    """Two contacts that drift side by side over midnight, one that passes, one line cut."""
    rows = [HEAD]
    for minute in range(0, 240, 2):
        day, hour = (30, 22 + minute // 60) if minute < 120 else (31, minute // 60 - 2)
        at = f"2020-07-{day}T{hour:02d}:{minute % 60:02d}:00"
        drift = minute * 0.00005
        rows.append(f"290000001,{at},{15 + drift:.5f},-75.00000,0.8,90,90,,,,80,0,180,30,,,A")
        rows.append(f"290000002,{at},{15.002 + drift:.5f},-75.00000,0.7,90,90,,,,80,0,180,30,,,A")
        rows.append(f"290000003,{at},{14 + minute * 0.004:.5f},-74.00000,15.0,0,0,,,,70,0,150,20,,,A")
    rows.append("290000003,2020-07-31T02:00:00,north,-74,15.0,0,0,,,,70,0,150,20,,,A")
    path = tmp_path / "traffic.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_every_line_is_accounted_for_and_the_pair_is_a_card(traffic: Path) -> None:
    seen = detect([traffic], layout="marinecadastre", parameters=LIMITS)
    assert (seen.lines, seen.kept, seen.rejected, seen.duplicate, seen.set_aside) == (362, 360, 1, 0, {"header": 1})
    by_rule = sorted((card.rule, card.status, card.explained_by) for card in seen.view.cards)
    waits = ("B4", "explained", "merchant ship waiting")
    assert by_rule == [("B1", "open", None), waits, waits]


def test_duckdb_words_the_same_cards(traffic: Path) -> None:
    pytest.importorskip("ibis", reason="the extra cluster is not installed: pip install fairlead[cluster]")
    native = detect([traffic], layout="marinecadastre", parameters=LIMITS)
    other = detect([traffic], layout="marinecadastre", parameters=LIMITS, engine="duckdb")
    assert msgspec.json.encode(native) == msgspec.json.encode(other)


def test_an_engine_nobody_knows_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UnknownCode, match="take native, duckdb or spark"):
        detect([tmp_path / "none.csv"], layout="marinecadastre", engine="abacus")


def test_prepared_tables_give_the_event_whole_over_midnight(traffic: Path, tmp_path: Path) -> None:
    pytest.importorskip("ibis", reason="the extra cluster is not installed: pip install fairlead[cluster]")
    folder = tmp_path / "tables"
    about = prepare([traffic], folder, layout="marinecadastre", parameters=LIMITS)
    assert read_about(folder) == about
    assert sorted(path.parent.name for path in (folder / "fixes").glob("*/*")) == ["day=2020-07-30", "day=2020-07-31"]
    whole = prepared_events(folder, "duckdb")
    pair = (290_000_001, 290_000_002)
    assert [(one.event.rule, one.mmsi) for one in whole] == [("B1", pair), ("B4", pair[:1]), ("B4", pair[1:])]
    assert prepared_events(folder, "duckdb", cut=Cut(hours=24, cell_deg=5)) == whole
    write_events(tmp_path / "events.jsonl", whole)
    line = json.loads((tmp_path / "events.jsonl").read_text().splitlines()[0])
    assert line["to_ms"] - line["from_ms"] == (whole[0].event.to_ms - whole[0].event.from_ms) > 3 * 3_600_000
    with pytest.raises(BadInput, match="jsonl or"):
        write_events(tmp_path / "events.txt", whole)


def test_nothing_is_overwritten(traffic: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "mine").write_text("kept")
    with pytest.raises(BadFile, match="nothing is overwritten"):
        prepare([traffic], folder, layout="marinecadastre")
    assert (folder / "mine").read_text() == "kept"


def test_a_folder_that_is_none_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="fairlead prepare"):
        prepared_events(tmp_path, "duckdb")
