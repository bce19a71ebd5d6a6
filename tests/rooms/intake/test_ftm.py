"""FollowTheMoney vessels: registers in, identities out, nothing made up on the way."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from fairlead.desk.observe import Count, observe
from fairlead.errors import UnknownCode
from fairlead.intake.ftm import KEPT, NUMBERLESS, read_ftm, vessels_out
from fairlead.picture import Parameters, ViewSegment, Window, view
from fairlead.picture.flag import FLAG, SEVERAL
from fairlead.picture.mid import ADMINISTRATION
from fairlead.report.statement import REGISTER
from tests.rooms.desk.tiny import Tiny
from tests.rooms.picture.worlds import feed as feed_of
from tests.rooms.picture.worlds import row, segment

DAY = datetime.date(2020, 6, 30)
DAY_MS = 1_593_475_200_000
BANNER = "RESTRICTED // ORIGINATOR CONTROLLED alfa // interdiction // patrol"


def record(**properties: Any) -> str:
    return json.dumps({"id": "x", "schema": "Vessel", "properties": properties})


GOOD = record(name=["Sea Star"], mmsi=["299000001"], imoNumber=["IMO9074729"], callSign=["abcd"], type=["Fishing"])


def given(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "register.ftm.json"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_vessel_becomes_a_statement_of_a_register(tmp_path: Path) -> None:
    (chunk,) = read_ftm(given(tmp_path, GOOD), date=DAY)
    said = chunk.statements
    assert (said.mmsi.tolist(), said.imo.tolist(), said.part.tolist()) == ([299_000_001], [9_074_729], [REGISTER])
    assert (said.name.tolist(), said.call_sign.tolist(), said.ship_type.tolist()) == ([b"SEA STAR"], [b"ABCD"], [30])
    assert said.first_ms.tolist() == said.last_ms.tolist() == [DAY_MS]
    assert len(chunk.detections) == 0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "this is no JSON"),
        ("[" * 50_000, "this is no JSON"),
        ("[]", "the schema is not Vessel"),
        ('{"schema": "Person", "properties": {}}', "the schema is not Vessel"),
        ('{"schema": "Vessel"}', "there are no properties"),
        (record(name="Sea Star", mmsi=["299000001"]), "name is no list of texts"),
        (record(name=["Sea Star"], mmsi=[299000001]), "mmsi is no list of texts"),
        (record(name=["A"], mmsi=["299000001"], imoNumber=["9074728"]), "the IMO number has not seven digits or not its check digit"),
        (record(name=["A"], mmsi=["299000001"], imoNumber=["90747290"]), "the IMO number has not seven digits or not its check digit"),
        (record(name=["A"], mmsi=["29900000"]), "the MMSI has not nine digits or is of no kind"),
        (record(name=["A"], mmsi=["\u0662" * 9]), "the MMSI has not nine digits or is of no kind"),
        (record(name=["A"], mmsi=["100000000"]), "the MMSI has not nine digits or is of no kind"),
    ],
)
def test_a_line_that_cannot_be_used_is_rejected_with_its_reason_and_nothing_else_is_lost(
    line: str, reason: str, tmp_path: Path
) -> None:
    (chunk,) = read_ftm(given(tmp_path, GOOD, line, "", record(name=["B"]), GOOD), date=DAY)
    assert [(one.line, one.reason) for one in chunk.rejected] == [(2, reason)]
    assert chunk.set_aside == {KEPT: 2, NUMBERLESS: 1, "blank": 1}
    assert chunk.lines == 5
    assert len(chunk.statements) == 1


@pytest.mark.parametrize(
    ("properties", "day_ms"),
    [
        ({"retrievedAt": ["2020-06-30T11:00:00"]}, DAY_MS),
        ({"modifiedAt": ["2020"]}, 1_577_836_800_000),
        ({"modifiedAt": ["2020-06"]}, 1_590_969_600_000),
    ],
)
def test_without_a_day_named_it_is_of_the_day_that_the_register_gives(properties: Any, day_ms: int, tmp_path: Path) -> None:
    (chunk,) = read_ftm(given(tmp_path, record(name=["A"], mmsi=["299000001"], **properties)))
    assert chunk.statements.first_ms.tolist() == [day_ms]


@pytest.mark.parametrize("properties", [{}, {"modifiedAt": ["soon"]}, {"modifiedAt": ["20200"]}])
def test_of_no_day_it_is_rejected(properties: Any, tmp_path: Path) -> None:
    (chunk,) = read_ftm(given(tmp_path, record(name=["A"], mmsi=["299000001"], **properties)))
    assert [one.reason for one in chunk.rejected] == ["it is of no day; name one for the file"]


def test_a_register_is_no_change_and_stands_behind_what_the_vessel_says(tmp_path: Path) -> None:
    rows = [row(DAY_MS + minute * 60_000, 23.0, -76.0 + minute / 1000, mmsi=299_000_001, name=b"OTHER") for minute in range(10)]
    rows += [row(DAY_MS + minute * 60_000, 24.0, -76.0 + minute / 1000, mmsi=299_000_002) for minute in range(10)]
    (chunk,) = read_ftm(given(tmp_path, GOOD, GOOD.replace("299000001", "299000002")), date=DAY)
    register = ViewSegment(feed=feed_of("register"), digest="", detections=chunk.detections, statements=chunk.statements)
    shown = view([segment(feed_of("ais"), rows), register], Window(from_ms=DAY_MS, to_ms=DAY_MS + 3_600_000), Parameters(), ())
    tracks = {track.mmsi: track for track in shown.tracks}
    assert (tracks["299000001"].name, tracks["299000002"].name) == ("OTHER", "SEA STAR")
    assert tracks["299000001"].imo == 9_074_729
    assert tracks["299000001"].changes == ()
    assert [card for card in shown.cards if card.rule == "B6"] == []


def track(**fields: Any) -> dict[str, Any]:
    return {"id": "ab" * 16, "kind": "ais", "mmsi": "219000001", "name": "SEA STAR", **fields}


def test_an_identity_becomes_a_vessel_with_its_banner_and_its_changes() -> None:
    changed = {"field": "name", "old": "NIGHT OWL", "new": "SEA STAR", "from_ms": DAY_MS, "to_ms": DAY_MS, "weight": "another"}
    typed = {**changed, "old": "SEA STER", "weight": "typing"}
    (line,), aside = vessels_out([track(call_sign="OABC", imo=9_074_729, ship_type=71, changes=(changed, typed))], BANNER)
    made = json.loads(line)
    assert (made["schema"], made["id"]) == ("Vessel", "fairlead-" + "ab" * 16)
    assert made["properties"] == {
        "name": ["SEA STAR"],
        "previousName": ["NIGHT OWL"],
        "imoNumber": ["IMO9074729"],
        "mmsi": ["219000001"],
        "callSign": ["OABC"],
        "flag": ["dk"],
        "type": ["Cargo"],
        "notes": [
            BANNER,
            "2020-06-30T00:00:00Z: name NIGHT OWL became SEA STAR (another)",
            "2020-06-30T00:00:00Z: name SEA STER became SEA STAR (typing)",
        ],
    }
    assert aside == {}


def test_what_is_no_named_ship_is_set_aside_and_a_wrong_imo_number_is_no_imo_number() -> None:
    buoy, nameless, numberless = track(mmsi="992190001"), track(name=None), {"id": "cd" * 16, "name": "X"}
    lines, aside = vessels_out([buoy, nameless, numberless, track(imo=9_074_728)], BANNER)
    assert aside == {"the number is no ship's": 1, "no name was said": 1, "no number": 1}
    assert "imoNumber" not in json.loads(lines[0])["properties"]


def test_what_goes_out_comes_in_again(tmp_path: Path) -> None:
    lines, _ = vessels_out([track(call_sign="OABC", imo=9_074_729, ship_type=30)], BANNER)
    (chunk,) = read_ftm(given(tmp_path, *lines), date=DAY)
    said = chunk.statements
    assert (said.mmsi[0], said.name[0], said.call_sign[0], said.imo[0], said.ship_type[0]) == (
        219_000_001,
        b"SEA STAR",
        b"OABC",
        9_074_729,
        30,
    )


def test_every_administration_has_a_code() -> None:
    assert set(FLAG) | SEVERAL == set(ADMINISTRATION)
    assert all(len(code) == 2 and code.islower() for code in FLAG.values())
    assert (FLAG[219], FLAG[338], FLAG[416], FLAG[255]) == ("dk", "us", "tw", "pt")


def test_the_schema_s_own_software_takes_what_goes_out() -> None:
    ftm = pytest.importorskip("followthemoney", reason="the oracle is not installed: pip install followthemoney")
    (line,), _ = vessels_out([track(call_sign="OABC", imo=9_074_729, ship_type=71)], BANNER)
    made = json.loads(line)
    proxy = ftm.model.get_proxy(made, cleaned=False)
    assert proxy.schema.name == "Vessel"
    proxy.schema.validate(made)
    for name, values in made["properties"].items():
        assert sorted(proxy.get(name)) == sorted(values), name


def test_a_register_comes_beside_a_feed_s_own_layout_and_its_lines_are_all_counted(tmp_path: Path) -> None:
    tiny = Tiny(tmp_path / "node").see("bravo-ais")
    path = given(tmp_path, GOOD, "{", record(name=["B"]))
    count = observe(tiny.node, tiny.who("bravo-air"), path, "bravo-ais", layout="ftm", date=DAY)
    assert isinstance(count, Count)
    assert (count.lines, count.kept, count.rejected, count.set_aside) == (3, 0, 1, {KEPT: 1, NUMBERLESS: 1})
    assert count.segments == 1
    again = observe(tiny.node, tiny.who("bravo-air"), path, "bravo-ais", layout="ftm", date=DAY)
    assert isinstance(again, Count)
    assert again.segments == 0
    with pytest.raises(UnknownCode, match="layout beside the feed's own"):
        observe(tiny.node, tiny.who("bravo-air"), path, "bravo-ais", layout="danish")
    with pytest.raises(UnknownCode, match="layout beside the feed's own"):
        observe(tiny.node, tiny.who("alfa-sensor"), path, "alfa-radar", layout="ftm")
