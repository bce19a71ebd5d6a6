"""The scenario file: what parses, and what is said when it does not."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import msgspec
import pytest

from fairlead.agreement.slice import bound_operations, bound_units
from fairlead.envelope import decode, sha256_hex
from fairlead.errors import BadInput, BadScenario, ExcludedUse, LabelFault, UnknownCode, UnreadableLabel
from fairlead.intake import scenario_file
from fairlead.intake.scenario import (
    LAYOUTS,
    SHIPPED,
    Scenario,
    coalition_bytes,
    load_scenario,
    parse_scenario,
    scenario_bytes,
    without_feed,
)
from fairlead.label import EXCLUDED_USES

TINY = scenario_bytes("tiny")[1].decode()
REFERENCE = pathlib.Path(__file__).parents[3] / "docs" / "reference" / "scenario.md"


def parsed(text: str) -> Scenario:
    return parse_scenario(text.encode(), "file.toml")


def changed(old: str, new: str, *, after: str = "") -> str:
    """The tiny scenario with the first `old` behind `after` replaced."""
    at = TINY.index(old, TINY.index(after))
    return TINY[:at] + new + TINY[at + len(old) :]


def refusal(text: str, kind: type[BadInput]) -> str:
    with pytest.raises(kind) as caught:
        parsed(text)
    assert type(caught.value) is kind
    assert caught.value.exit_code == 3
    assert "file.toml" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_parses_and_survives_canonical_json(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.code == name
    assert scenario.demo
    assert scenario.clock == "demo"
    assert scenario.clock_start_ms == 1_593_483_000_000  # 2020-06-30T02:10:00Z
    assert scenario.digest == sha256_hex(scenario_bytes(name)[1])
    assert msgspec.convert(decode(coalition_bytes(scenario)), Scenario) == scenario


def test_tiny_has_one_of_every_kind_of_thing() -> None:
    tiny = load_scenario("tiny")
    assert {feed.facts.kind for feed in tiny.feeds.values()} == {"ais", "radar", "sighting"}
    assert {feed.label.level for feed in tiny.feeds.values()} == {"restricted", "confidential"}
    assert {"law_enforcement", "rescue", "oversight"} <= {unit.regime for unit in tiny.book.units.values()}
    assert "military" in {command.regime for command in tiny.book.commands.values()}
    assert (len(tiny.book.parties), len(tiny.book.operations), len(tiny.book.handling)) == (3, 2, 2)
    assert {place.kind for place in tiny.places} == {"port", "anchorage"}
    assert tiny.seas


def test_the_caribbean_coalition_is_as_its_story_needs_it() -> None:
    caribbean = load_scenario("caribbean")
    assert (caribbean.node, caribbean.operating_party) == ("jtf", "taskforce")
    lead = set.intersection(*(set(feed.label.recipients) for feed in caribbean.feeds.values()))
    assert {"cutter-halcyon", "fusion-cell", "isla-radar-station", "kestrel-maritime-patrol", "support-group"} <= lead
    to_support = [terms.grant for terms in caribbean.grants if "support-group" in terms.grant.recipients]
    assert {grant.originator for grant in to_support} == {"isla", "kestrel"}
    assert {purpose for grant in to_support for purpose in grant.purposes} == {"detection_and_monitoring/interdiction"}
    assert not any(feed.facts.gaps_meaningful for feed in caribbean.feeds.values())
    own = {terms.grant.originator for terms in caribbean.grants if "isla-radar-station" in terms.grant.recipients}
    assert own == {"isla", "kestrel"}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_grant_is_bound_to_the_units_and_operations_as_they_stand(name: str) -> None:
    scenario = load_scenario(name)
    for terms in scenario.grants:
        assert bound_units(terms.grant, scenario.book) == terms.grant.recipients
        assert bound_operations(terms.grant, scenario.book) == terms.grant.operations
        signer = scenario.people[terms.signer]
        assert signer.party == terms.grant.originator
        assert "releasing_officer" in signer.roles


def test_a_changed_mission_unbinds_the_grant() -> None:
    before, after = load_scenario("tiny"), parsed(changed('mission = "counter-smuggling"', 'mission = "strikes"'))
    grant = next(terms.grant for terms in before.grants if terms.grant.id == "alfa-support")
    assert bound_operations(grant, after.book) == ()
    moved = parsed(changed('command = "charlie-forces"', 'command = "charlie-guard"', after="[units.support]"))
    assert bound_units(grant, moved.book) == ()


def test_without_feed_takes_the_feed_and_nothing_else() -> None:
    tiny = load_scenario("tiny")
    for name in tiny.feeds:
        less = without_feed(tiny, name)
        assert set(less.feeds) == set(tiny.feeds) - {name}
        assert less.digest != tiny.digest
        assert msgspec.structs.replace(less, feeds=tiny.feeds, digest=tiny.digest) == tiny
    with pytest.raises(UnknownCode, match="no such feed: 'nowhere'"):
        without_feed(tiny, "nowhere")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param('= "x', "file.toml: the file is not TOML", id="not-toml"),
        pytest.param(TINY + "\n[extra]\na = 1\n", "unknown key 'extra'", id="unknown-table"),
        pytest.param(TINY.replace("[clock]", "[clocks]"), "unknown key 'clocks'", id="misspelt-table"),
        pytest.param(TINY.split("[clock]")[0], "the table [clock] is missing", id="missing-table"),
        pytest.param(changed("demo = true", "demo = true\ncolour = 1"), "file.toml: scenario: unknown key 'colour'", id="unknown-key"),
        pytest.param(changed("lease_s", "leases", after="[feeds"), "feeds.alfa-radar.label: unknown key 'leases'", id="in-label"),
        pytest.param(changed('level = "confidential"\n', ""), "feeds.alfa-radar.label: the key 'level' is missing", id="missing-key"),
        pytest.param(changed("version = 1", 'version = "1"'), "scenario.version: wrong type: expected int, got str", id="wrong-type"),
        pytest.param(changed('units = ["cell"]', 'units = "cell"'), "people.cell-analyst.units: wrong type", id="not-a-list"),
        pytest.param(changed("[parties.alfa]", "[parties.Alfa]"), "parties: 'Alfa' is not a code", id="not-a-code"),
        pytest.param(changed('node = "tiny"', 'node = "../tiny"'), "scenario.node: this is not a code", id="node-code"),
        pytest.param(changed("02:10:00Z", "02:10:00"), "clock.start: a time without its offset", id="local-time"),
        pytest.param(changed('kind = "demo"', 'kind = "slow"'), "clock.kind: invalid enum value 'slow'", id="clock-kind"),
        pytest.param(changed("lat_deg = 23.1", "lat_deg = 91.0"), "feeds.alfa-radar.station: 91.0 is not within 90", id="latitude"),
        pytest.param(changed("lat_deg = 23.1", "lat_deg = nan"), "is not within 90 degrees", id="nan"),
        pytest.param(changed("lat_deg = 23.1", "lat_deg = 23.12345678"), "finer than 1e-7 degree", id="too-fine"),
        pytest.param(changed("range_m = 60000", "range_m = 0"), "station.range_m: a range is out of range", id="range"),
        pytest.param(
            changed("range_m = 60000 }", "range_m = 60000 }\ncharacteristics = { colour = 1 }"),
            "no such characteristic",
            id="unknown-sense",
        ),
        pytest.param(
            changed("range_m = 60000 }", "range_m = 60000 }\ncharacteristics = { detection_permille = 1000 }"),
            "characteristics.detection_permille: a characteristic of a sensor is out of range",
            id="sure-sensor",
        ),
        pytest.param(changed("radius_m = 3000", "radius_m = -1"), "places[0].radius_m: a radius is out of range", id="radius"),
        pytest.param(changed("retention_s = 7776000", "retention_s = -1"), "retention_s: a retention is negative", id="retention"),
        pytest.param(changed(", [22.9, -76.9], [22.9, -77.3]]", "]"), "seas[0].ring: a ring has fewer than three", id="ring"),
        pytest.param(changed('unit = "alfa-radar"', 'unit = "cutter"'), "cutter is not a unit of alfa", id="not-its-unit"),
        pytest.param(TINY.replace("bravo-patrol", "bravo"), "units: 'bravo' is a party and a unit", id="party-and-unit"),
        pytest.param(
            changed('signer = "alfa-release"', 'signer = "bravo-release"'), "bravo-release may not sign for alfa", id="signer"
        ),
        pytest.param(
            changed('signer = "alfa-release"', 'signer = "alfa-sensor"'), "name a releasing_officer of alfa", id="signer-role"
        ),
        pytest.param(
            changed('categories = ["radar"]', "categories = []"), "agreements.alfa-own: agreement alfa-own: an agr", id="empty"
        ),
        pytest.param(
            changed("expires = 2021", "expires = 2019"), "agreements.alfa-own: agreement alfa-own: an agreement ends before", id="over"
        ),
        pytest.param(changed("slow_transfer_min_s = 1500", "slow_transfer_min_s = 0"), "picture: ", id="threshold"),
        pytest.param(changed("slow_transfer_min_s = 1500", "slow_transfer_min_s = 1.5"), "picture.slow_transfer_min_s", id="fraction"),
    ],
)
def test_a_file_that_does_not_describe_a_coalition_says_what_where_and_what_to_do(text: str, says: str) -> None:
    assert says in refusal(text, BadScenario)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            changed('operating_party = "charlie"', 'operating_party = "delta"'), "no such party: 'delta'", id="operating-party"
        ),
        pytest.param(
            changed('party = "alfa"', 'party = "delta"', after="[units"), "unit alfa-radar: no such party: 'delta'", id="party"
        ),
        pytest.param(changed('"cell", "cutter"', '"cel", "cutter"', after="[feeds"), "feeds.alfa-radar.label: ", id="unit-in-label"),
        pytest.param(changed('"cutter", "insp', '"cuter", "insp'), "operation patrol: no such unit: 'cuter'", id="unit-in-operation"),
        pytest.param(changed('units = ["cell"]', 'units = ["cel"]'), "people.cell-analyst: no such unit: 'cel'", id="unit-of-person"),
        pytest.param(changed('roles = ["analyst"]', 'roles = ["spy"]'), "people.cell-analyst: no such role: 'spy'", id="role"),
        pytest.param(changed('"interdiction", "det', '"arrest", "det'), "no such purpose", id="purpose"),
        pytest.param(
            changed('"detection_and_monitoring/interdiction"', '"detection_and_monitoring"'), "which end it serves", id="no-end"
        ),
        pytest.param(
            changed('operations = ["patrol"]', 'operations = ["x"]'), "feeds.bravo-air.label: label: no such op", id="operation"
        ),
        pytest.param(changed('handling = ["report_back"]', 'handling = ["burn"]'), "no such handling template: 'burn'", id="template"),
        pytest.param(changed('category = "radar"', 'category = "sonar"'), "no such category: 'sonar'", id="category"),
        pytest.param(changed('regime = "military"', 'regime = "pirate"'), "no such legal regime: 'pirate'", id="regime"),
        pytest.param(changed('clearance = "confidential"', 'clearance = "cosmic"'), "no such level: 'cosmic'", id="level"),
        pytest.param(changed('layout = "radar"', 'layout = "marinecadastre"'), "no such layout of radar feeds", id="layout"),
        pytest.param(changed('signer = "alfa-release"', 'signer = "nobody"'), "alfa-own.signer: no such person: 'nobody'", id="signer"),
        pytest.param(changed('territory = "alfa-island"', 'territory = "atlantis"'), "no such territory of alfa", id="territory"),
        pytest.param(changed("slow_transfer_min_s", "slow_transfer"), "picture: no such threshold: 'slow_transfer'", id="threshold"),
    ],
)
def test_an_unknown_code_is_refused_naming_where_it_stands(text: str, says: str) -> None:
    assert says in refusal(text, UnknownCode)


@pytest.mark.parametrize("use", sorted(EXCLUDED_USES))
@pytest.mark.parametrize("prefix", ["", "detection_and_monitoring/"])
@pytest.mark.parametrize("after", ["[feeds.bravo-air.label]", "[agreements.alfa-support]"])
def test_p2_no_feed_and_no_agreement_can_name_an_excluded_use(use: str, prefix: str, after: str) -> None:
    text = changed('purposes = ["', f'purposes = ["{prefix}{use}", "', after=after)
    said = refusal(text, ExcludedUse)
    assert after.strip("[]") in said
    assert "nobody can grant it" in said


UNREADABLE: dict[str, Callable[[], str]] = {
    "no recipients": lambda: changed('recipients = ["alfa", "bravo", "cell", "cutter", "support"]', "recipients = []"),
    "above every clearance": lambda: changed('level = "confidential"', 'level = "secret"', after="[feeds.bravo-air.label]"),
    "handling nobody accepted": lambda: changed(
        'handling = ["report_back"]', 'handling = ["eyes"]', after="[feeds.bravo-air.label]"
    ).replace("[handling]", '[handling]\neyes = "read it once"'),
    "in no operation of theirs": lambda: changed(
        'recipients = ["alfa", "bravo", "cell", "cutter", "support"]', 'recipients = ["rescue"]'
    ),
    "for no purpose": lambda: changed(
        'purposes = ["interdiction", "detection_and_monitoring/interdiction"]', "purposes = []", after="[feeds.bravo-air.label]"
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_label_no_one_can_read_must_be_confirmed(case: str) -> None:
    text = UNREADABLE[case]()
    said = refusal(text, UnreadableLabel)
    assert "feeds.bravo-air.label" in said
    assert "confirm_unreadable = true" in said
    confirmed = text.replace('layout = "sighting"', 'layout = "sighting"\nconfirm_unreadable = true')
    assert "bravo-air" in parsed(confirmed).feeds


def test_a_lease_out_of_range_is_a_fault_of_the_label() -> None:
    assert "feeds.bravo-ais.label" in refusal(changed("lease_s = 3600", "lease_s = 1"), LabelFault)


def test_a_file_that_is_absent_too_large_or_not_text_is_said_so(tmp_path: pathlib.Path) -> None:
    with pytest.raises(BadScenario, match="no scenario can be read there.*name a file, or one of caribbean, tiny"):
        load_scenario(str(tmp_path / "absent.toml"))
    with pytest.raises(BadScenario, match="no scenario can be read there"):
        load_scenario(str(tmp_path))
    with pytest.raises(BadScenario, match="too large"):
        parse_scenario(b"#" * 1_000_001, "big.toml")
    with pytest.raises(BadScenario, match="not TOML"):
        parse_scenario(b"\x00\xff", "binary.toml")
    own = tmp_path / "own.toml"
    own.write_text(TINY)
    assert load_scenario(str(own)) == load_scenario("tiny")


def test_positions_are_exact_and_codes_sorted() -> None:
    scenario = parsed(changed("lat_deg = 23.1", "lat_deg = 23.1234567").replace('["lifeline", "patrol"]', '["patrol", "lifeline"]'))
    facts = scenario.feeds["alfa-radar"].facts
    assert (facts.station_lat_e7, facts.station_lon_e7, facts.range_m) == (231_234_567, -771_000_000, 60_000)
    assert scenario.feeds["alfa-radar"].label == load_scenario("tiny").feeds["alfa-radar"].label
    assert scenario.feeds["bravo-air"].facts.range_m is None


def test_a_radar_states_how_it_sees_and_an_aircraft_cannot() -> None:
    text = changed("range_m = 60000 }", "range_m = 60000 }\ncharacteristics = { turn_ms = 2500, detection_permille = 850 }")
    told = parsed(text).feeds["alfa-radar"].facts.characteristics
    assert told is not None
    assert (told.turn_ms, told.detection_permille, told.range_sigma_m) == (2500, 850, 0)
    assert load_scenario("tiny").feeds["alfa-radar"].facts.characteristics is None
    with pytest.raises(BadScenario, match="only a radar with a station"):
        parsed(changed('kind = "sighting"', 'kind = "sighting"\ncharacteristics = { turn_ms = 2500 }'))


REGION = """
[regions.strait]
name = "The strait"
south_deg = 22.5
west_deg = 179.5
north_deg = 23.0000001
east_deg = -179.25
"""


def test_a_region_is_a_named_box_that_may_cross_the_dateline() -> None:
    found = parsed(TINY + REGION).book.regions["strait"]
    box = (found.south_e7, found.west_e7, found.north_e7, found.east_e7)
    assert box == (225_000_000, 1_795_000_000, 230_000_001, -1_792_500_000)


def test_a_region_upside_down_or_off_the_earth_is_refused() -> None:
    assert "region strait" in refusal(TINY + REGION.replace("22.5", "24.5"), BadScenario)
    assert "within 180 degrees" in refusal(TINY + REGION.replace("179.5", "180.5"), BadScenario)


def test_the_reference_names_every_key() -> None:
    said = REFERENCE.read_text()
    tables = [kind for name, kind in vars(scenario_file).items() if name.endswith("Table")]
    assert len(tables) >= 10
    for table in tables:
        for key in table.__struct_fields__:
            assert f"`{key}`" in said or f" {key}" in said, f"{table.__name__}.{key} is not in docs/reference/scenario.md"
    for key in (*scenario_file.SINGLE, *scenario_file.BY_CODE, *scenario_file.LISTED):
        assert f"[{key}" in said
    for layouts in LAYOUTS.values():
        assert all(f"`{layout}`" in said for layout in layouts)
