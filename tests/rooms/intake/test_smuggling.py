"""Played smuggling: one seed one sea, numbers of nobody, each act found by its rule, each twin spared, also among real traffic."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from bench.behaviour import AIS, NOON_MS, chart, judge, seen

from fairlead.intake.smuggling import LAWFUL, SMUGGLING, play
from fairlead.picture import Card, Parameters, ViewSegment, Window, view
from fairlead.picture.identity import kind_of_number
from fairlead.picture.mid import ADMINISTRATION
from fairlead.report.detection import Detections, stack
from fairlead.report.statement import hourly
from tests.rooms.picture.worlds import DAY_MS, santa_barbara, segment
from tests.rooms.picture.worlds import feed as fed

SEAS = 3
MID_DIGITS = 1_000_000


def columns(rows: Detections) -> list[list[int]]:
    return [getattr(rows, name).tolist() for name in rows.__dataclass_fields__]


def test_the_same_seed_plays_the_same_sea_and_another_another() -> None:
    one, same, other = play(5, from_ms=NOON_MS), play(5, from_ms=NOON_MS), play(6, from_ms=NOON_MS)
    assert columns(one.ais) == columns(same.ais)
    assert columns(one.radar) == columns(same.radar)
    assert one.acts == same.acts
    assert columns(one.ais) != columns(other.ais)


def test_every_number_is_of_an_administration_that_is_none_or_of_a_marker() -> None:
    sea = play(1, from_ms=NOON_MS)
    for number in set(sea.ais.mmsi.tolist()):
        known = kind_of_number(number)
        assert known.kind == "marker" or number // MID_DIGITS not in ADMINISTRATION, number
    assert set(sea.radar.mmsi.tolist()) == {0}


def test_each_rule_but_b12_is_acted_and_each_but_b11_has_a_lawful_twin() -> None:
    sea = play(1, from_ms=NOON_MS)
    assert len(SMUGGLING) + len(LAWFUL) >= 34
    assert {act.rule for act in sea.acts if not act.look_alike} == {f"B{number}" for number in range(1, 12)}
    assert {act.rule for act in sea.acts if act.look_alike} == {f"B{number}" for number in range(1, 11)}


def test_acts_are_found_and_twins_are_named_and_spared() -> None:
    coast = chart()
    counts = sum((judge(sea, seen(sea, coast)) for sea in (play(seed, from_ms=NOON_MS) for seed in range(SEAS))), start=Counter[str]())
    for rule, least in (
        ("B2", 1.0),
        ("B3", 1.0),
        ("B4", 1.0),
        ("B5", 1.0),
        ("B6", 1.0),
        ("B7", 1.0),
        ("B8", 0.6),
        ("B9", 0.6),
        ("B11", 1.0),
    ):
        assert counts[f"found {rule}"] >= least * counts[f"acted {rule}"] > 0, rule
    false = {rule: counts[f"open {rule}"] - counts[f"true {rule}"] for rule in (f"B{number}" for number in range(1, 12))}
    assert {rule for rule, number in false.items() if number} <= {"B1"}
    assert false["B1"] <= SEAS  # tankers that lighter: lawful, named, and by design open
    assert counts["named"] >= 0.95 * counts["twins"]


def test_injected_on_a_real_day_the_played_and_the_real_cards_are_those_of_each_alone() -> None:
    start = 1_528_070_400_000  # 2018-06-04
    rows = santa_barbara("180604")
    real = segment(fed("coast", gaps_meaningful=True), rows)
    acted = play(2, from_ms=start - DAY_MS // 2)
    window = Window(from_ms=start, to_ms=start + DAY_MS)
    sea = ViewSegment(feed=AIS, digest="", detections=acted.ais, statements=acted.statements)
    both = ViewSegment(
        feed=AIS, digest="", detections=stack([real.detections, acted.ais]), statements=hourly([real.statements, acted.statements])
    )
    alone = ViewSegment(feed=AIS, digest="", detections=real.detections, statements=real.statements)
    found = [{_said(card) for card in view([part], window, Parameters(), ()).cards} for part in (alone, sea, both)]
    assert min(len(found[0]), len(found[1])) > 5
    assert found[2] == found[0] | found[1]


def _said(card: Card) -> tuple[str, str, int, str]:
    return card.rule, card.status, card.from_ms, card.sentence


def test_the_command_writes_files_that_detect_reads_and_a_truth(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "fairlead"]
    subprocess.run([*run, "play", "--seed", "3", "--into", str(tmp_path / "sea")], check=True, capture_output=True)
    truth = json.loads((tmp_path / "sea" / "truth.json").read_text())
    files = [tmp_path / "sea" / name for name in ("ais.csv", "coast.geojson", "ports.csv")]
    charts = [argument for path in files[1:] for argument in ("--chart", str(path))]
    detect = [*run, "detect", str(files[0]), *charts, "--whole-log", "yes", "--json"]
    found = json.loads(subprocess.run(detect, check=True, capture_output=True).stdout)
    assert found["rejected"] == 0
    numbers = {track["id"]: int(track["mmsi"]) for track in found["view"]["tracks"]}
    spoken_of = {numbers[track] for card in found["view"]["cards"] if card["rule"] == "B2" for track in card["tracks"]}
    assert {number for act in truth if act["rule"] == "B2" and not act["look_alike"] for number in act["numbers"]} <= spoken_of
    again = subprocess.run([*run, "play", "--into", str(tmp_path / "sea")], capture_output=True, check=False)
    assert again.returncode != 0
    assert b"nothing is overwritten" in again.stderr


@pytest.mark.parametrize("day", ["today", "2020-13-01", "2020-06-29T01:00:00"])
def test_a_day_that_is_none_is_refused(tmp_path: Path, day: str) -> None:
    run = [sys.executable, "-m", "fairlead", "play", "--from", day, "--into", str(tmp_path / "sea")]
    ended = subprocess.run(run, capture_output=True, check=False)
    assert ended.returncode == 2 or b"not a" in ended.stderr
    assert not (tmp_path / "sea").exists()
