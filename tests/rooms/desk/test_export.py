"""The verb export: refused unless every originator said so for this carrier, receipted with the system's name, silent otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fairlead import errors
from fairlead.desk.export import Way, export
from fairlead.desk.halt import Wish, halt
from fairlead.desk.read import list_holdings
from fairlead.envelope import sha256_hex
from fairlead.intake.scenario import Scenario, parse_scenario, scenario_bytes
from fairlead.label import Label, label_hash
from fairlead.label.marking import stix
from fairlead.label.marking.carriers import CARRIERS
from fairlead.receipt.receipt import RefusalReceipt, UseReceipt
from fairlead.store import holdings
from tests.rooms.desk import tiny as tinies
from tests.rooms.desk.tiny import PARTIES, Tiny, no, value

ABSENT = "0" * 32
STIX = Way(carrier="stix", to="northern-registry")
CALLED = {"alfa": "ALF", "bravo": "BRV", "charlie": "CHA"}


def allowing(**carriers: list[str]) -> Scenario:
    """The tiny scenario, these of its agreements naming these carriers; a name's underscores stand for hyphens."""
    text = scenario_bytes("tiny")[1].decode()
    for code, listed in carriers.items():
        head = f"[agreements.{code.replace('_', '-')}]\n"
        assert head in text
        text = text.replace(head, f"{head}export_to = {json.dumps(listed)}\n")
    return parse_scenario(text.encode(), "tiny.toml")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A tiny node founded from a changed scenario, everything seen."""

    def make(**carriers: list[str]) -> Tiny:
        monkeypatch.setattr(tinies, "load_scenario", lambda _: allowing(**carriers))
        return Tiny(tmp_path / "node").see()

    return make


def open_all(made: Any) -> Tiny:
    every = sorted(CARRIERS)
    return made(alfa_own=every, alfa_partners=every, bravo_partners=every)


def test_nothing_goes_out_where_no_agreement_says_so(made: Any) -> None:
    tiny = made()
    lead = tiny.lead()
    for carrier in sorted(CARRIERS):
        with tiny.logged(alfa=1, bravo=1, charlie=1):
            no(export(tiny.node, tiny.who("alfa-release"), lead, Way(carrier=carrier, to="northern-registry", countries=CALLED)))
    for party in ("alfa", "bravo"):
        told = tiny.newest(party)
        assert isinstance(told, RefusalReceipt)
        assert any("for northern-registry" in text for text in told.reason)
        assert any(f"no agreement of {party} lets" in text for text in told.reason)
        other = {"alfa": "bravo", "bravo": "alfa"}[party]
        assert not any(f"agreement of {other}" in text for text in told.reason), "another's terms stay unsaid"


def test_p6_an_export_is_a_release_with_a_receipt_that_says_to_whom_in_what(made: Any) -> None:
    tiny = open_all(made)
    lead = tiny.lead()
    with tiny.logged(alfa=1, bravo=1):
        outcome = export(tiny.node, tiny.who("alfa-release"), lead, STIX)
    given = value(outcome)
    label = stix.parse(given["text"]).label
    assert isinstance(label, Label)
    assert {party for party, _ in label.originators} == {"alfa", "bravo"}
    assert {"suspension", "receipts", "purposes"} <= {loss["field"] for loss in given["loss"]}
    assert (given["to"], given["carrier"], given["banner"]["level"]) == ("northern-registry", "stix", label.level)
    assert "card" in given["body"]
    assert given["left_out"] == ["feeds"]
    assert not any(feed in json.dumps(given) for feed in ('alfa-radar"]', "bravo-ais", "bravo-air")), "red line 14: no source is named"
    for party in ("alfa", "bravo"):
        receipt = tiny.newest(party)
        assert isinstance(receipt, UseReceipt)
        assert (receipt.act, receipt.given_to, receipt.output) == ("export", "stix northern-registry", sha256_hex(outcome.body))
        assert receipt.holdings[0].label == label_hash(label)


@pytest.mark.parametrize(
    "carriers",
    [
        {"alfa_own": ["stix"]},
        {"bravo_partners": ["stix"]},
        {"alfa_own": ["odrl"], "bravo_partners": ["stix"]},
        {"alfa_partners": ["stix"], "bravo_partners": ["stix"]},  # given to others, not to this reader
        {"alfa_own": ["stix"], "bravo_own": ["stix"], "bravo_support": ["stix"], "bravo_rescue": ["stix"]},
    ],
)
def test_every_originator_has_to_say_so_for_this_carrier_and_this_reader(made: Any, carriers: dict[str, list[str]]) -> None:
    tiny = made(**carriers)
    lead = tiny.lead()
    no(export(tiny.node, tiny.who("alfa-release"), lead, STIX))
    assert value(list_holdings(tiny.node, tiny.who("alfa-release")))["count"] == 1, "it may be read all the same"


def test_each_carrier_is_its_own_word(made: Any) -> None:
    tiny = made(alfa_own=["odrl", "stix"], bravo_partners=["cise", "odrl"])
    lead = tiny.lead()
    out = {
        carrier: type(export(tiny.node, tiny.who("alfa-release"), lead, Way(carrier=carrier, to="north", countries=CALLED))).__name__
        for carrier in sorted(CARRIERS)
    }
    assert out == {**dict.fromkeys(sorted(CARRIERS), "Refused"), "odrl": "Answer"}


def test_every_carrier_gives_its_text_and_its_loss(made: Any) -> None:
    tiny = open_all(made)
    lead = tiny.lead()
    for name in CARRIERS:
        given = value(export(tiny.node, tiny.who("alfa-release"), lead, Way(carrier=name, to="north", countries=CALLED)))
        assert given["text"]
        assert given["loss"]
    heads = value(export(tiny.node, tiny.who("alfa-release"), lead, Way(carrier="banner", to="north", countries=CALLED)))["text"]
    assert heads == "CONFIDENTIAL//FGI BRV//ORCON/REL TO ALF, BRV, CHA\nORIGINATOR CONTROL: ALF BRV\n"


def test_p7_hidden_absent_and_not_let_out_say_and_leave_the_same(made: Any) -> None:
    tiny = made(alfa_own=["stix"])
    lead, bodies = tiny.lead(), set()
    asked = [("alfa-release", "interdiction", lead), ("alfa-release", "prosecution", lead), ("alfa-release", "interdiction", ABSENT)]
    for person, purpose, wanted in asked:
        with tiny.logged(alfa=1, bravo=1, charlie=1):
            outcome = export(tiny.node, tiny.who(person, purpose), wanted, STIX)
        no(outcome)
        bodies.add(outcome.body)
        lengths = {len(json.dumps(msgspec.to_builtins(tiny.newest(party)))) for party in PARTIES}
        assert max(lengths) - min(lengths) < 2048
    assert len(bodies) == 1


def test_p4_a_halt_stops_an_export_at_once(made: Any) -> None:
    tiny = open_all(made)
    lead = tiny.lead()
    value(export(tiny.node, tiny.who("alfa-release"), lead, STIX))
    value(halt(tiny.node, tiny.who("bravo-release"), Wish(partners=("alfa",))))
    no(export(tiny.node, tiny.who("alfa-release"), lead, STIX))


def test_only_liaison_and_releasing_officers_export(made: Any) -> None:
    tiny = open_all(made)
    lead = tiny.lead()
    for person in ("cell-analyst", "cutter-watch", "keeper", "inspector", "alfa-sensor"):
        said = no(export(tiny.node, tiny.who(person), lead, STIX))
        assert "no role" in said["reasons"][0], person
    assert value(export(tiny.node, tiny.who("cell-liaison", unit="cell"), lead, STIX))["to"] == "northern-registry"


def test_p1_a_unit_below_the_ceiling_never_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = scenario_bytes("tiny")[1].decode()
    text = text.replace('units = ["support"]\nroles = ["watch_officer"]', 'units = ["support"]\nroles = ["liaison_officer"]')
    for code in ("alfa-support", "bravo-support"):
        text = text.replace(f"[agreements.{code}]\n", f'[agreements.{code}]\nexport_to = ["stix"]\n')
    monkeypatch.setattr(tinies, "load_scenario", lambda _: parse_scenario(text.encode(), "tiny.toml"))
    tiny = Tiny(tmp_path / "node").see()
    lead = tiny.lead(purpose=tinies.MONITOR)
    said = no(export(tiny.node, tiny.who("support-watch", tinies.MONITOR), lead, STIX))
    assert any("10 km cells" in reason for reason in said["reasons"])


def test_p2_an_export_for_an_excluded_use_is_told_to_all(made: Any) -> None:
    tiny = open_all(made)
    no(export(tiny.node, tiny.who("alfa-release", "use_of_force_targeting"), tiny.lead(), STIX))
    assert {tiny.newest(party).excluded for party in PARTIES} == {"use_of_force_targeting"}


WRONG = [
    (Way(carrier="telegram", to="north"), "no such carrier"),
    (Way(carrier="stix", to=""), "name of a system"),
    (Way(carrier="stix", to="North Registry"), "name of a system"),
    (Way(carrier="stix", to="x" * 65), "name of a system"),
    (Way(carrier="banner", to="north"), "country code"),
    (Way(carrier="banner", to="north", countries={"bravo": "BRV"}), "country code"),
    (Way(carrier="stix", to="north", countries={"nobody": "BRV"}), "no such party"),
    (Way(carrier="stix", to="north", countries={"alfa": "al"}), "country code"),
    (Way(carrier="stix", to="north", countries=CALLED, controls={"report_back": "NF"}), "no such control"),
]


def test_what_is_wrong_about_the_way_is_said_before_anything_is_looked_up(made: Any) -> None:
    tiny = open_all(made)
    for way, said in WRONG:
        with tiny.logged(), pytest.raises(errors.BadInput, match=said):
            export(tiny.node, tiny.who("alfa-release"), ABSENT, way)


def test_p6_no_export_goes_out_when_its_receipt_cannot_be_written(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = open_all(made)
    lead = tiny.lead()

    def full(*_: object, **__: object) -> None:
        raise errors.LogFault("no space is left", where="log")

    monkeypatch.setattr("fairlead.store.ledger.append", full)
    with pytest.raises(errors.LogFault):
        export(tiny.node, tiny.who("alfa-release"), lead, STIX)


def test_a_report_goes_out_with_its_grade_and_a_segment_never(made: Any) -> None:
    tiny = made(bravo_own=["europol", "stix"])
    own = tiny.who("bravo-release")
    (report,) = value(list_holdings(tiny.node, own, kind="report"))["items"]
    given = value(export(tiny.node, own, report["id"], Way(carrier="europol", to="police")))
    four = json.loads(given["text"])["4x4"]
    assert (four["source"], four["information"]) == ("B", "2"), "as the sighting was graded"
    assert given["left_out"] == ["feed", "reporter", "sensor"]
    assert "patrol-7" not in json.dumps(given)
    assert given["body"]["report"]["vessel_type"] == "go-fast"
    with tiny.node.db.read() as tx:
        segments = [row.holding.id for row in holdings.of_kind(tx, ["segment"], from_ms=0, to_ms=2**53)]
    assert segments
    for segment in segments:
        no(export(tiny.node, own, segment, STIX))
