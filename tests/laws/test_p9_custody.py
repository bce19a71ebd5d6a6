"""P9: every act on an exhibit or a person in custody is signed by both sides and never edited.

An act with two sides carries both signatures; an act of one carries its custodian's, or the holding unit's.
"""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.case import Accepted, Refusal, SignedAct, Signer, fold, propose, retell
from fairlead.case.clocks import clocks
from tests.laws.test_p8_lawful_order import draw
from tests.rooms.case.story import FULL, KNOWN, PAPER, PEOPLE, Story, demo, detained, stored, until

HANDS = {"take_custody", "hand_over_person", "transfer", "submit_to_lab"}


@pytest.mark.parametrize("keep", [(), ("boarder",), ("port-store",)])
def test_p9_one_signature_moves_no_exhibit(keep: tuple[str, ...]) -> None:
    story = stored(until("found"))
    act = story.sign("transfer", "boarder", ("port-store",), exhibit="E1")
    one_sided = SignedAct(act=act.act, digest=act.digest, signers=tuple(PEOPLE[one] for one in keep))
    answer = story.put(one_sided)
    assert isinstance(answer, Refusal)
    assert "signed" in answer.reason
    assert story.state.exhibits["E1"].custodian == "boarder"
    story.ok("transfer", "boarder", ("port-store",), exhibit="E1")
    assert story.state.exhibits["E1"].custodian == "port-store"


@pytest.mark.parametrize("keep", [(), ("boarder",), ("port-guard",)])
def test_p9_one_signature_moves_no_person(keep: tuple[str, ...]) -> None:
    story = detained(until("found"))
    act = story.sign("hand_over_person", "boarder", ("port-guard",), subject="P1")
    answer = story.put(SignedAct(act=act.act, digest=act.digest, signers=tuple(PEOPLE[one] for one in keep)))
    assert isinstance(answer, Refusal)
    assert "signed" in answer.reason
    assert (story.state.people["P1"].custodian, story.state.people["P1"].unit) == ("boarder", "cutter")
    story.ok("hand_over_person", "boarder", ("port-guard",), subject="P1")
    assert (story.state.people["P1"].custodian, story.state.people["P1"].unit) == ("port-guard", "port")


def test_p9_the_two_sides_are_two_people() -> None:
    story = stored(until("found"))
    assert "same person" in story.no("transfer", "boarder", ("boarder",), exhibit="E1", to_person="boarder", to_unit="cutter").reason


def test_p9_only_the_custodian_gives_and_only_somebody_who_may_hold_it_takes() -> None:
    story = stored(until("found"))
    assert "custodian is boarder" in story.no("transfer", "guard", ("port-store",), exhibit="E1", from_person="guard").reason
    refusal = story.no("transfer", "boarder", ("watch",), exhibit="E1", to_person="watch", to_unit="fusion")
    assert "no role of watch" in refusal.reason
    assert "did not sign for fusion" in story.no("transfer", "boarder", ("port-store",), exhibit="E1", to_unit="fusion").reason
    assert "neither side" in story.no("transfer", "guard", ("boarder", "port-store"), exhibit="E1").reason


def test_p9_acts_on_an_exhibit_need_its_present_custodian() -> None:
    story = until("found")
    assert "custodian, boarder, has not signed" in story.no("photograph", "guard", exhibit="E1").reason
    story.ok("photograph", "guard", ("boarder",), exhibit="E1")
    handed = demo()
    assert "port-store" in handed.no("forfeit", "boarder", exhibit="E1").reason
    handed.ok("forfeit", "port-store", exhibit="E1")


def test_p9_a_transfer_under_another_seal_is_an_alarm_not_a_transfer() -> None:
    story = stored(until("found"))
    refusal = story.no("transfer", "boarder", ("port-store",), exhibit="E1", seal_before="S-9")
    assert "seal" in refusal.reason
    assert "seal_broken" in refusal.lawful_next
    story.ok("seal_broken", "boarder", exhibit="E1")
    # What went on under the broken seal is unknown: it is sealed and weighed anew before it moves.
    story.no("transfer", "boarder", ("port-store",), exhibit="E1")
    story.ok("seal", "boarder", exhibit="E1", seal="S-3").ok("weigh", "boarder", exhibit="E1").ok("store", "boarder", exhibit="E1")
    story.ok("transfer", "boarder", ("port-store",), exhibit="E1", seal_before="S-3")


def test_p9_the_seal_put_on_at_a_transfer_is_the_one_the_next_must_show() -> None:
    story = stored(until("found")).ok("transfer", "boarder", ("port-store",), exhibit="E1", seal_after="S-7")
    onward = {"from_person": "port-store", "to_person": "port-guard", "exhibit": "E1"}
    assert "seal" in story.no("transfer", "port-store", ("port-guard",), seal_before="S-1", **onward).reason
    story.ok("transfer", "port-store", ("port-guard",), seal_before="S-7", **onward)


def test_p9_a_seizure_number_is_taken_once() -> None:
    story = stored(until("found")).ok("find", "boarder", exhibit="E2").ok("photograph", "boarder", exhibit="E2")
    assert "already taken" in story.no("seize", "boarder", exhibit="E2", seizure_number="SN-1").reason
    assert "already taken" in story.no("seize", "boarder", exhibit="E2", seizure_number="TAKEN-1").reason
    story.ok("seize", "boarder", exhibit="E2", seizure_number="SN-2")


def test_p9_nothing_is_seized_outside_the_scope_or_weighed_to_more_than_it_is() -> None:
    story = until("found", {**FULL, "cargo": "not_covered"}).ok("photograph", "boarder", exhibit="E1")
    assert "does not cover cargo" in story.no("seize", "boarder", exhibit="E1").reason
    story = (
        until("found")
        .ok("photograph", "boarder", exhibit="E1")
        .ok("seize", "boarder", exhibit="E1")
        .ok("seal", "boarder", exhibit="E1")
    )
    assert "net weight" in story.no("weigh", "boarder", exhibit="E1", gross_g=10, net_g=11).reason


def test_p9_destruction_needs_an_order_a_certificate_and_a_second_person() -> None:
    story = stored(until("found"))
    assert "second person" in story.no("destroy", "boarder", exhibit="E1").reason
    story.ok("destroy", "boarder", ("guard",), exhibit="E1")


def test_p9_another_unit_takes_a_person_over_only_with_an_assurance() -> None:
    story = detained(until("found"), to="detained")
    refusal = story.no("take_custody", "boarder", ("port-guard",), subject="P1", to_person="port-guard")
    assert "assurance" in refusal.reason
    story.ok("take_custody", "boarder", ("guard",), subject="P1")
    assert story.state.people["P1"].custodian == "guard"
    assert "hand_over_person is not lawful" in story.no("hand_over_person", "guard", ("port-guard",), subject="P1").reason


def test_p9_the_holding_unit_cannot_pause_a_clock() -> None:
    story = detained(until("found"))
    now_ms = story.now_ms + 10**9
    judge = next(one for one in clocks(story.state, now_ms) if one.name == "judge")
    for tag, by, also in (
        ("welfare_check", "boarder", ()),
        ("take_custody", "boarder", ("guard",)),
        ("ill", "watch", ()),
        ("complaint", "inspector", ()),
    ):
        story.ok(tag, by, also, subject="P1")
    story.ok("hand_over_person", "guard", ("port-guard",), subject="P1", from_person="guard").ok("aborted", "boarder")
    assert next(one for one in clocks(story.state, now_ms) if one.name == "judge") == judge


def test_p9_liberty_is_never_recorded_as_lost_later_than_the_act_that_records_it() -> None:
    story = until("boarded").ok("encounter", "boarder", subject="P1")
    late = story.no("detain", "boarder", subject="P1", deprived_of_liberty_ms=story.now_ms + 10**6)
    assert "liberty" in late.reason


def test_p9_correcting_appends_and_changes_nothing_that_stood() -> None:
    story = demo()
    before = story.state
    story.ok("correct", "watch", of=before.trail[-1].digest)
    after = story.state
    assert after.trail[:-1] == before.trail
    assert (after.people, after.exhibits, after.bases, after.state) == (before.people, before.exhibits, before.bases, before.state)
    assert "no act of that digest" in story.no("correct", "watch", of=PAPER).reason


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**64).map(random.Random))
def test_p9_trails_only_grow_and_custody_changes_only_by_two_signatures(chance: random.Random) -> None:
    story = until(chance.choice(("boarded", "found")), FULL)
    for _ in range(50):
        before, act = story.state, draw(story, chance)
        accepted = isinstance(story.put(act), Accepted)
        after = story.state
        assert after.trail[: len(before.trail)] == before.trail
        assert len(after.trail) == len(before.trail) + accepted
        kept = [(before.people[code], after.people[code]) for code in before.people]
        things = [(before.exhibits[code], after.exhibits[code]) for code in before.exhibits]
        for old, new in (*kept, *things):
            assert new.trail[: len(old.trail)] == old.trail
            if old.custodian and new.custodian and old.custodian != new.custodian:
                assert act.act.act in HANDS
                assert {old.custodian, new.custodian} <= {one.person for one in act.signers}


def test_p9_an_act_counts_once_and_folding_is_the_same_on_every_node() -> None:
    story = demo()
    assert "already recorded" in story.put(story.acts[3]).reason  # type: ignore[union-attr]
    assert fold(story.acts, KNOWN) == story.state
    # Acts that were refused where they stood change nothing wherever they turn up again.
    stranger = Story().sign("board", "other-boarder")
    assert fold([stranger, *story.acts, stranger], KNOWN) == story.state


def test_p9_a_number_another_case_took_meanwhile_refuses_the_seizure() -> None:
    story = until("found").ok("photograph", "boarder", exhibit="E1")
    act = story.sign("seize", "boarder", exhibit="E1")
    elsewhere = msgspec.structs.replace(KNOWN, seizure_numbers=frozenset({"SN-1"}))
    assert isinstance(propose(story.state, act, elsewhere), Refusal)
    assert isinstance(propose(story.state, act, KNOWN), Accepted)


@pytest.mark.parametrize(
    "spelt", ["sn-1", "SN 1", "SN1", "SN\u20111", "\uff33\uff2e-\uff11", "S N - 1", "SN_1", "SN\u200b-1", " sn\u2013 1"]
)
def test_p9_a_seizure_number_is_the_same_however_it_is_spelt(spelt: str) -> None:
    story = stored(until("found")).ok("find", "boarder", exhibit="E2").ok("photograph", "boarder", exhibit="E2")
    assert "already taken" in story.no("seize", "boarder", exhibit="E2", seizure_number=spelt).reason
    story.known = msgspec.structs.replace(KNOWN, seizure_numbers=frozenset({spelt.replace("1", "9").replace("\uff11", "9")}))
    assert "already taken" in story.no("seize", "boarder", exhibit="E2", seizure_number="SN-9").reason
    story.ok("seize", "boarder", exhibit="E2", seizure_number="SN-2")


def test_p9_a_seizure_number_of_nothing_that_shows_is_none() -> None:
    story = until("found").ok("photograph", "boarder", exhibit="E1")
    for number in ("-", " ", "\u200b", "--- -"):
        assert "letter or a digit" in story.no("seize", "boarder", exhibit="E1", seizure_number=number).reason


def test_p9_what_was_done_stays_done_when_roles_units_and_regimes_change_later() -> None:
    story = demo().ok("grounds_withdrawn", "node")
    today = msgspec.structs.replace(KNOWN, seizure_numbers=frozenset({"SN-1"}), enforcement_units=frozenset())
    moved = [Signer(person=one, roles=("administrator",), unit="elsewhere") for one in PEOPLE]
    roleless = [
        SignedAct(act=act.act, digest=act.digest, signers=tuple(s for s in moved if s.person in {o.person for o in act.signers}))
        for act in story.acts
    ]
    assert fold(story.acts, today) != story.state
    assert retell(roleless) == story.state
    assert retell([*story.acts, *story.acts]) == story.state
    assert retell(story.acts[1:]) == Story().state


def test_p9_death_is_told_by_who_holds_the_person_or_a_legal_adviser_for_it_stops_every_clock() -> None:
    for author in ("watch", "port-store", "other-boarder"):
        assert "holds the person" in detained(until("found")).no("died", author, subject="P1").reason
    for author in ("boarder", "guard", "lawyer"):
        assert detained(until("found")).ok("died", author, subject="P1").state.people["P1"].state == "deceased"
