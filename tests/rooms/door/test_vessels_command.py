"""The command vessels: the reader's own contacts, receipted, and as records that carry their label."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fairlead.desk.answer import Refused
from fairlead.desk.cards import show_vessel
from fairlead.desk.observe import observe
from fairlead.desk.vessels import list_vessels
from fairlead.door.cli import app
from fairlead.door.shell import guarded
from fairlead.receipt.receipt import UseReceipt
from tests.rooms.desk.tiny import MONITOR, Tiny, stamp, value
from tests.rooms.door.conftest import Site

REFUSED, BAD_INPUT = 1, 3


def run(*argv: object) -> int:
    return guarded(lambda: app([str(one) for one in argv]))


def shared() -> str:
    """One number sent from two places, under two names, and a ship beside them."""
    lines = ["MMSI,BaseDateTime,LAT,LON,SOG,COG,VesselName"]
    for minute in range(0, 60, 2):
        lines.append(f"219000003,{stamp(minute)},{21 + minute / 1000:.4f},-75.00000,5.0,0.0,NORTH WIND")
        lines.append(f"219000003,{stamp(minute + 1)},{24 + minute / 1000:.4f},-78.00000,5.0,0.0,NORTH WIND")
        lines.append(f"219000004,{stamp(minute)},{22 + minute / 1000:.4f},-75.00000,5.0,0.0,QUIET WATER")
    return "\n".join(lines) + "\n"


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    one = Tiny(tmp_path / "node")
    path = tmp_path / "shared.csv"
    path.write_text(shared())
    observe(one.node, one.who("bravo-air"), path, "bravo-ais")
    return one


def test_the_list_is_receipted_and_holds_identities_without_positions(tiny: Tiny) -> None:
    asker = tiny.who("cell-analyst")
    with tiny.logged(bravo=1):
        outcome = list_vessels(tiny.node, asker)
    found = value(outcome)["vessels"]
    assert sorted(one["name"] for one in found) == ["NORTH WIND", "NORTH WIND", "QUIET WATER"]
    assert not [one for one in found if "points" in one]
    newest = tiny.newest("bravo")
    assert isinstance(newest, UseReceipt)
    assert value(list_vessels(tiny.node, asker, found[0]["id"][:8]))["vessels"] == [found[0]]


def test_a_number_sent_from_two_places_is_two_tracks_that_say_why(tiny: Tiny) -> None:
    asker = tiny.who("cell-analyst")
    twice = [one for one in value(list_vessels(tiny.node, asker))["vessels"] if one["mmsi"] == "219000003"]
    assert [[(why["reason"], why["other"]) for why in one["split"]] for one in twice] == [
        [("two places at once", twice[1]["id"])],
        [("two places at once", twice[0]["id"])],
    ]
    track = value(show_vessel(tiny.node, asker, twice[0]["id"]))["track"]
    assert track["split"] == twice[0]["split"]
    assert "both were heard at the same time" in track["split"][0]["words"]
    assert "NORTH WIND" not in track["split"][0]["words"]


def test_the_command_lists_and_writes_records_with_their_banner(tiny: Tiny, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny.node.close()
    who = ["--as", "cell-analyst", "--purpose", "interdiction", "--operation", "patrol", "--node", tiny.root]
    assert run("vessels", *who) == 0
    said = capsys.readouterr().out
    assert "ORIGINATOR CONTROLLED bravo" in said
    assert "same number as AIS contact" in said
    assert "3 AIS contacts" in said
    path = tmp_path / "out.ftm.json"
    assert run("vessels", *who, "--ftm", path) == 0
    assert "3 records" in capsys.readouterr().err
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert sorted(one["properties"]["name"][0] for one in records) == ["NORTH WIND", "NORTH WIND", "QUIET WATER"]
    assert all("ORIGINATOR CONTROLLED bravo" in one["properties"]["notes"][0] for one in records)
    assert run("vessels", *who, "--ftm", path) == BAD_INPUT
    assert run("vessels", *who, "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["vessels"]) == 3


def test_who_may_not_see_gets_a_refusal_and_no_file(tiny: Tiny, tmp_path: Path) -> None:
    tiny.node.close()
    path = tmp_path / "none.json"
    who = ["--as", "cell-analyst", "--purpose", "prosecution", "--operation", "lifeline", "--node", tiny.root]
    assert run("vessels", *who, "--ftm", path) == REFUSED
    assert not path.exists()


def test_a_unit_below_the_ceiling_gets_no_vessel(tiny: Tiny) -> None:
    outcome = list_vessels(tiny.node, tiny.who("support-watch", MONITOR))
    assert isinstance(outcome, Refused) or value(outcome)["vessels"] == []
    assert b"219000003" not in outcome.body


def test_the_vessel_s_page_says_why_its_number_has_several_tracks_and_links_them(tiny: Tiny) -> None:
    found = value(list_vessels(tiny.node, tiny.who("cell-analyst")))["vessels"]
    tiny.node.close()
    site = Site(tiny.root, lead="", case="")
    with site.client:
        site.sign_in("cell-analyst")
        asked = "purpose=interdiction&operation=patrol"
        pages = {one["id"]: site.client.get(f"/as/cell-analyst/vessel/{one['id']}?{asked}") for one in found}
    assert {page.status_code for page in pages.values()} == {200}
    for one in found:
        text = pages[one["id"]].text
        assert ("Other tracks of this number" in text) is ("split" in one)
        for why in one.get("split", ()):
            assert why["words"] in text
            assert f"/vessel/{why['other']}?" in text
