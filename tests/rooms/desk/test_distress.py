"""Red line 5: what states distress stays readable to rescue centres, the minimum of it and nothing else, whatever was halted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fairlead.desk.audit import inbox, receipts
from fairlead.desk.halt import Wish, halt, preview_order
from fairlead.desk.observe import Count, observe
from fairlead.desk.read import list_holdings, read
from fairlead.intake.layout.sighting import parse_sighting
from fairlead.report.detection import empty
from fairlead.report.distress import BEACONS, NATURES, of_detections, of_report
from fairlead.store import holdings
from tests.rooms.desk.tiny import AIS_HEAD, Tiny, no, sighting, stamp, value

SART = 970123456
MINIMUM = {"t_ms", "lat_e7", "lon_e7", "distress"}


def beacon(tiny: Tiny, mmsi: int = SART, status: int = 14) -> None:
    """A distress beacon among a ship's own positions, in Bravo's AIS feed."""
    path = tiny.root / "in" / "beacon.csv"
    path.parent.mkdir(exist_ok=True)
    lines = [f"{mmsi},{stamp(minute)},23.20000,-76.90000,0.5,0.0,0,{status},0,SECRET" for minute in (10, 11)]
    lines += [f"299000007,{stamp(minute)},23.40000,-76.70000,9.0,0.0,70,0,90,SHIP" for minute in (10, 11)]
    path.write_text("\n".join([AIS_HEAD, *lines]) + "\n")
    count = observe(tiny.node, tiny.who("bravo-air"), path, "bravo-ais")
    assert isinstance(count, Count)
    assert count.kept == 4, count


def segment(tiny: Tiny) -> str:
    with tiny.node.db.read() as tx:
        (row,) = holdings.of_kind(tx, ["segment"], from_ms=0, to_ms=2**53)
    return row.holding.id


def rescue(tiny: Tiny) -> Any:
    return tiny.who("rescue-watch", "search_and_rescue", "lifeline")


WISHES = {
    "masks": Wish(),
    "masks for the unit": Wish(units=("rescue",), purposes=("search_and_rescue",)),
    "a hold": Wish(feeds=("bravo-ais",)),
    "a hold by place": Wish(regions=("south-shoal",)),
    "derived and new": Wish(reach=("already_shared",)),
    "confidential": Wish(feeds=("bravo-ais",), confidential=True),
    "a freeze": Wish(freeze_hours=1),
}


@pytest.mark.parametrize("name", WISHES)
def test_p4_the_rescue_path_survives_every_order_with_the_minimum_and_no_other_reader_gains(tiny: Tiny, name: str) -> None:
    beacon(tiny)
    held = segment(tiny)
    value(read(tiny.node, rescue(tiny), held))
    value(halt(tiny.node, tiny.who("bravo-release"), WISHES[name]))
    no(read(tiny.node, rescue(tiny), held))
    assert value(list_holdings(tiny.node, rescue(tiny), kind="report"))["items"] == []
    with tiny.logged(bravo=1):
        shown = value(read(tiny.node, rescue(tiny), held, form="distress"))
    assert [set(one) for one in shown["distress"]] == [MINIMUM] * 2
    assert {one["distress"] for one in shown["distress"]} == {"undesignated"}
    for secret in ("299000007", str(SART), "SECRET", "SHIP"):
        assert secret not in json.dumps(shown)
    newest = tiny.newest("bravo")
    assert (newest.form, newest.unit, newest.outcome) == ("distress", "rescue", "given"), "marked, to be reviewed"
    shown_receipts = value(receipts(tiny.node, tiny.who("inspector"), party="bravo"))["receipts"]
    assert shown_receipts[0]["form"] == "distress"
    told = value(inbox(tiny.node, tiny.who("bravo-release")))
    assert [(one["unit"], one["form"]) for one in told["for_rescue"]] == [("rescue", "distress")]
    listed = value(list_holdings(tiny.node, rescue(tiny), form="distress"))
    assert [one["id"] for one in listed["items"]] == [held]
    assert all(set(point) == MINIMUM for one in listed["items"] for point in one["distress"])
    for person, purpose, operation in (
        ("cutter-watch", "search_and_rescue", "lifeline"),  # no rescue centre
        ("cutter-watch", "interdiction", "patrol"),
        ("rescue-watch", "interdiction", "lifeline"),  # a rescue centre, for something else
        ("support-watch", "search_and_rescue", "lifeline"),
    ):
        no(read(tiny.node, tiny.who(person, purpose, operation), held, form="distress"))
        no(list_holdings(tiny.node, tiny.who(person, purpose, operation), form="distress"))


def test_p4_an_order_that_says_why_leaves_nothing_to_rescue_centres(tiny: Tiny) -> None:
    beacon(tiny)
    held = segment(tiny)
    wish = Wish(no_rescue_because="the beacon is a lure", units=("rescue",))
    shown = value(preview_order(tiny.node, tiny.who("bravo-release"), wish))
    assert '"the beacon is a lure"' in shown["words"]
    assert any("oversight reviews" in one for one in shown["warnings"])
    value(read(tiny.node, rescue(tiny), held, form="distress"))
    value(halt(tiny.node, tiny.who("bravo-release"), wish))
    no(read(tiny.node, rescue(tiny), held, form="distress"))
    assert value(list_holdings(tiny.node, rescue(tiny), form="distress"))["items"] == []


@pytest.mark.parametrize(("mmsi", "status"), [(299000008, 14), (SART, 0), (SART, 15)])
def test_p4_what_states_no_distress_has_no_such_form(tiny: Tiny, mmsi: int, status: int) -> None:
    """A ship that is no beacon, a beacon that is being tested or says nothing."""
    beacon(tiny, mmsi, status)
    held = segment(tiny)
    value(read(tiny.node, rescue(tiny), held))
    absent = no(read(tiny.node, rescue(tiny), "0" * 32, form="distress"))
    assert no(read(tiny.node, rescue(tiny), held, form="distress")) == absent
    assert value(list_holdings(tiny.node, rescue(tiny), form="distress"))["items"] == []


def test_the_minimum_of_a_report_is_what_it_states_and_no_more() -> None:
    plain = json.loads(sighting())
    report, _ = parse_sighting({**plain, "distress": "sinking", "people_seen": 4}, "s.json")
    body = json.loads(
        json.dumps({name: getattr(report, name) for name in ("t_ms", "lat_e7", "lon_e7", "distress", "people_seen", "marks")})
    )
    (shown,) = of_report({**body, "reporter": "patrol-7", "sensor": "camera"})
    assert isinstance(shown, dict)
    assert set(shown) == {*MINIMUM, "people"}
    assert shown["people"] == 4
    (unknown,) = of_report({**body, "people_seen": -1})
    assert isinstance(unknown, dict)
    assert set(unknown) == MINIMUM
    for nothing in ({}, {**body, "distress": ""}, {**body, "distress": "bored"}, None, [], "sinking"):
        assert of_report(nothing) == []  # type: ignore[arg-type]
    assert of_detections(empty()) == []
    assert set(BEACONS.values()) <= NATURES
