"""The whole demo case, what its record says, and its clocks."""

from __future__ import annotations

import msgspec
import pytest

from fairlead.case import Accepted, act_from, act_payload, clocks, fold, known_from, missing, record_kind, summary, words
from fairlead.case.clocks import HOUR_MS
from fairlead.envelope import decode, encode
from fairlead.errors import BadInput
from fairlead.label import CodeBook, Command, Level, Operation, Party, Regime, Unit
from tests.rooms.case.story import BASE_MS, KNOWN, LEAD, NO_PERSONS, PAPER, demo, detained, until


def test_the_demo_case_can_be_told_and_its_record_read() -> None:
    story = demo()
    value = decode(encode(summary(story.state, story.now_ms)))
    assert isinstance(value, dict)
    people = {one["subject"]: one for one in value["people"]}
    assert len(people) == 4
    assert [people[code]["state"] for code in ("P1", "P2", "P3", "P4")] == ["transferred", "transferred", "free_crew", "free_crew"]
    assert all(people[code]["rights_ms"] and people[code]["consul_ms"] for code in ("P1", "P2"))
    assert value["exhibits"][0]["net_g"] == 412_000
    assert value["exhibits"][0]["seizure_number"] == "SN-1"
    handed = value["exhibits"][0]["trail"][-2]
    assert handed["signers"] == ["boarder", "port-store"]
    assert value["bases"][0]["scope"] == {"vessel": "covered", "cargo": "covered", "persons": "covered", "force": "not_covered"}
    text = words(story.state)
    assert "4 recorded, 2 detained" in text
    assert "412000 g net" in text
    assert "signed by lawyer" in text
    assert "not force" in text


def test_folding_the_acts_again_gives_the_same_record() -> None:
    story = demo()
    assert fold(story.acts, KNOWN) == story.state


def test_halting_the_grounds_changes_the_state_of_the_case_and_no_record_of_a_person_or_thing() -> None:
    story = demo()
    people, exhibits = story.state.people, story.state.exhibits
    story.ok("grounds_withdrawn", "node")
    assert story.state.state == "under_legal_review"
    assert story.state.people == people
    assert story.state.exhibits == exhibits
    assert any("ruling" in line for line in missing(story.state, story.now_ms))
    assert "legal adviser rules" in words(story.state)


def test_a_ruling_lets_the_case_proceed_from_where_it_was() -> None:
    story = demo().ok("grounds_withdrawn", "node")
    assert any("grounds that stand" in line for line in missing(story.state, story.now_ms))
    story.ok("sight", "boarder")
    assert not any("grounds that stand" in line for line in missing(story.state, story.now_ms))
    story.ok("legal_review", "lawyer", sightings=[story.acts[-1].digest])
    assert story.state.state == "found"
    story.ok("hold_vessel", "boarder").ok("dispose", "watch").ok("hand_over_case", "boarder", ("port-guard",))
    assert story.state.state == "transferred"


def test_what_is_missing_names_the_next_thing_owed_to_each_person() -> None:
    story = detained(until("boarded"), to="detained")
    assert "P1: rights to be read" in missing(story.state, story.now_ms)
    assert "P1: rights overdue" in missing(story.state, story.now_ms + 2 * HOUR_MS)
    narrow = until("boarded", NO_PERSONS)
    assert any("covers persons" in line for line in missing(narrow.state, narrow.now_ms))


def test_clocks_run_from_the_loss_of_liberty_and_stop_only_at_what_they_wait_for() -> None:
    story = detained(until("boarded"), to="detained")
    started = story.state.people["P1"].deprived_of_liberty_ms
    rights, consul, judge = clocks(story.state, started + 2 * HOUR_MS)
    assert (rights.status, consul.status, judge.status) == ("overdue", "running", "running")
    assert rights.elapsed_ms == 2 * HOUR_MS
    assert all(one.standing == "unverified" and "[G]" in one.source for one in (rights, consul, judge))
    for tag in ("inform_rights", "screen", "notify_consul", "hold"):
        story.ok(tag, "boarder", subject="P1")
    story.ok("hand_over_person", "boarder", ("port-guard",), subject="P1").ok("grounds_withdrawn", "node")
    rights, consul, judge = clocks(story.state, started + 49 * HOUR_MS)
    assert (rights.status, consul.status, judge.status) == ("met", "met", "overdue")
    story.ok("release_person", "port-guard", subject="P1")
    assert clocks(story.state, started + 49 * HOUR_MS)[2].status == "ended"


def test_p9_what_was_done_in_time_and_recorded_after_the_limit_meets_no_clock_and_shows_both_times() -> None:
    story = detained(until("boarded"), to="detained")
    started = story.state.people["P1"].deprived_of_liberty_ms
    late = story.sign("inform_rights", "boarder", subject="P1", at_ms=started + HOUR_MS - 1, clock="stated")
    recorded_ms = started + 5 * HOUR_MS
    assert isinstance(story.put(msgspec.structs.replace(late, recorded_ms=recorded_ms)), Accepted)
    rights = clocks(story.state, recorded_ms)[0]
    assert (rights.status, rights.met_ms, rights.recorded_ms) == ("recorded late", started + HOUR_MS - 1, recorded_ms)
    assert rights.words == "done 0 min before the limit, recorded 240 min after the limit"
    assert f"P1: rights {rights.words}" in missing(story.state, recorded_ms)
    entry = story.state.trail[-1]
    assert (entry.at_ms, entry.recorded_ms) == (started + HOUR_MS - 1, recorded_ms)


def test_p9_a_release_recorded_after_the_limit_ends_no_clock_before_it() -> None:
    story = detained(until("boarded"), to="detained")
    started = story.state.people["P1"].deprived_of_liberty_ms
    freed = story.sign("release_person", "boarder", subject="P1", at_ms=started + HOUR_MS - 1, clock="stated")
    assert isinstance(story.put(msgspec.structs.replace(freed, recorded_ms=started + 2 * HOUR_MS)), Accepted)
    rights, consul, _ = clocks(story.state, started + 3 * HOUR_MS)
    assert (rights.status, consul.status) == ("recorded late", "ended")


def test_alarms_and_force_outside_the_scope_open_incidents_by_themselves() -> None:
    story = demo().ok("ill", "watch", subject="P1").ok("complaint", "inspector", subject="P2").ok("log_force", "boarder")
    story.ok("seal_broken", "port-store", exhibit="E1")
    assert [one.what for one in story.state.incidents] == ["ill", "complaint", "force not covered by the legal basis", "seal_broken"]


def test_an_act_travels_as_canonical_bytes_and_back() -> None:
    for one in demo().acts:
        payload = act_payload(one.act)
        assert act_from(decode(encode(payload))) == one.act
        assert record_kind(one.act) == ("custody-act" if len(one.signers) == 2 else "case-act")


@pytest.mark.parametrize(
    "change",
    [
        {"basis": "not a digest"},
        {"at_ms": 1.5},
        {"at_ms": -1},
        {"team": True},
        {"act": "strike"},
        {"aim": "anything"},
        {"person": ""},
        {"lat_e7": 900_000_001},
        {"basis": f"{LEAD}\n"},
    ],
)
def test_an_act_that_says_anything_else_is_bad_input(change: dict[str, object]) -> None:
    good = {"act": "board", "case": "C", "at_ms": BASE_MS, "clock": "node", "person": "p", "unit": "u", "basis": PAPER, "team": 4}
    assert act_from(good).act == "board"
    with pytest.raises(BadInput):
        act_from({**good, **change})  # type: ignore[dict-item]


def test_only_law_enforcement_under_a_lawful_command_may_be_handed_a_boarding() -> None:
    def unit(code: str, regime: str, command: str) -> Unit:
        return Unit(code=code, name=code, party="a", regime=Regime(regime), command=command, mission="", clearance=Level("restricted"))

    units = [unit("cutter", "law_enforcement", "guard"), unit("lent", "law_enforcement", "fleet"), unit("ship", "military", "guard")]
    book = CodeBook(
        version=1,
        parties={"a": Party(code="a", name="a")},
        commands={
            "guard": Command(code="guard", name="", party="a", regime=Regime("law_enforcement")),
            "fleet": Command(code="fleet", name="", party="a", regime=Regime("military")),
        },
        units={one.code: one for one in units},
        operations={"op": Operation(code="op", name="", mission="", units=())},
        categories={},
        handling={},
    )
    assert known_from(book, frozenset({"N"}), frozenset()).enforcement_units == {"cutter"}
