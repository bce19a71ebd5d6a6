"""P8: a case can move only along the table of lawful steps, each with its signed basis."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.case import CASE, EXHIBIT, PERSON, TABLES, Accepted, Refusal, SignedAct, Signer, act_from, act_payload, propose, signed
from fairlead.case.steps import START
from fairlead.case.tables import ABOARD, AFTER_BOARDING
from fairlead.envelope import Digest
from tests.model.case_model import CaseModel
from tests.rooms.case.story import BASE_MS, FULL, KNOWN, NO_PERSONS, PAPER, PEOPLE, Story, demo, detained, fit, stored, until

# ---- the whole table against a second account of it

SUBJECTS = ("P1", "P2", "P3")
EXHIBITS = ("E1", "E2")
SCOPES = (FULL, FULL, NO_PERSONS, {**FULL, "vessel": "not_covered"}, {**FULL, "cargo": "not_covered"})


def draw(story: Story, chance: random.Random) -> SignedAct:
    """A proposal: often a row of the present state with its signers and fields, often spoiled in one way, sometimes any row."""
    table, code = chance.choice([(CASE, "")] * 3 + [(PERSON, one) for one in SUBJECTS] + [(EXHIBIT, one) for one in EXHIBITS])
    concerned = story.state.people.get(code) if table is PERSON else story.state.exhibits.get(code)
    present = story.state.state if table is CASE else concerned.state if concerned is not None else START
    seldom = {"exit": 0.15, "append": 0.3}
    rows = [step for step in table.leaving(present) if chance.random() < seldom.get(step.kind, 1)] or list(table.steps)
    step = chance.choice(rows if chance.random() < 0.6 else list(table.steps))
    if step.act.partition(":")[0] in ("died", "close", "unaccounted", "release_person") and chance.random() < 0.5:
        step = chance.choice(rows)
    code = code or f"E{len(story.state.exhibits) + 1}"
    tag, by, also, fields = fit(story, step, table, code, f"SN-{code}")
    if tag in ("sign_basis", "renew_basis"):
        hours = chance.choice((1, 24, 24, 24))
        fields |= {"scope": chance.choice(SCOPES), "valid_until_ms": story.now_ms + hours * 3_600_000}
    if tag == "encounter" and "category" not in fields:
        fields["category"] = chance.choice(("crew", "crew", "crew", "minor", "rescued", "survivor", "witness", "detained"))
    return spoil(story, chance, tag, by, also, fields)


def spoil(story: Story, chance: random.Random, tag: str, by: str, also: tuple[str, ...], fields: dict[str, Any]) -> SignedAct:
    """The act as fitted, or with one thing wrong with it."""
    what = chance.randrange(12)
    if what == 0:
        fields["at_ms"] = story.now_ms + chance.choice((-86_400_000, -600_000, 3_000_000, 90_000_000))
    if what == 1:
        by = chance.choice(list(PEOPLE))
    if what == 2:
        also = tuple(chance.sample(list(PEOPLE), chance.randrange(3)))
    if what == 3:
        fields["unit"] = chance.choice(("cutter", "patrol", "port", "fusion"))
    if what == 4 and tag in ("board", "detain", "seize"):
        fields["basis"] = PAPER
    if what == 5 and tag == "seize":
        fields["seizure_number"] = chance.choice(("TAKEN-1", "SN-E1"))
    if what == 6 and tag == "hand_off":
        fields["to_unit"] = chance.choice(("patrol", "support"))
    if what == 7:
        fields["case"] = "C-2"
    if what == 10 and tag in ("seek_basis", "sign_basis", "renew_basis", "legal_review"):
        fields |= chance.choice(({"leads": [PAPER]}, {"leads": [], "sightings": []}, {"sightings": [PAPER]}))
    act = story.sign(tag, by, also, **fields)
    if what == 8:
        return SignedAct(act=act.act, digest=act.digest, signers=act.signers[1:])
    if what == 9 and story.acts:
        return chance.choice(story.acts)
    return act


def agree(story: Story, model: CaseModel) -> None:
    """Both accounts say the same of everything that both keep."""
    state = story.state
    assert state.state == (START if model.state == "none" else model.state)
    assert state.handed_to == model.unit
    assert {code: (one.state, one.custodian, one.unit, one.category) for code, one in state.people.items()} == {
        code: (one["state"], one["custodian"], one["unit"], one["category"]) for code, one in model.people.items()
    }
    assert {code: (one.state, one.custodian, one.unit, one.seal, one.seizure_number) for code, one in state.exhibits.items()} == {
        code: (one["state"], one["custodian"], one["unit"], one["seal"], one["number"]) for code, one in model.things.items()
    }
    assert (state.basis is not None and not state.basis.void) == (model.basis is not None and not model.basis["void"])


def begun(chance: random.Random) -> Story:
    """A case from its beginning, or already on its way."""
    state = chance.choice(
        ("", "monitored", "authorised", "intercepting", "signalled", "boarded", "searched", "found", "found", "found", "demo")
    )
    if state == "demo":
        return demo()
    story = until(state, FULL) if state else Story()
    if state == "found":
        for tag in ("photograph", "seize", "seal", "weigh", "test", "sample", "store")[: chance.randrange(8)]:
            story.ok(tag, "boarder", exhibit="E1")
    reached = chance.choice(("", "detained", "informed", "screened", "notified", "held"))
    return detained(story, to=reached) if state == "found" and reached else story


def walk(chance: random.Random, length: int) -> tuple[int, Counter[str]]:
    """One random case told to the room and to the model; how many acts were accepted, and which rows."""
    model = CaseModel(set(KNOWN.seizure_numbers), set(KNOWN.enforcement_units), set(KNOWN.readable_leads))
    story = begun(chance)
    for one in story.acts:
        assert model.step(msgspec.to_builtins(one.act), [(s.person, s.roles, s.unit) for s in one.signers])
    accepted, taken = 0, Counter[str]()
    for _ in range(length):
        act = draw(story, chance)
        before = story.state
        answer = story.put(act)
        lawful = model.step(msgspec.to_builtins(act.act), [(s.person, s.roles, s.unit) for s in act.signers])
        assert isinstance(answer, Accepted) == lawful, (before.state, act_payload(act.act), answer)
        agree(story, model)
        if isinstance(answer, Refusal):
            assert answer.reason
            assert set(answer.lawful_next) <= {verb for table in TABLES for verb in table.verbs}
        else:
            accepted += 1
            taken[act.act.verb] += 1
    return accepted, taken


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**64).map(random.Random))
def test_p8_the_room_and_a_second_account_agree_on_every_act(chance: random.Random) -> None:
    walk(chance, 40)


def test_p8_the_random_cases_are_neither_all_refused_nor_all_accepted() -> None:
    accepted, taken, length, walks = 0, Counter[str](), 40, 300
    for seed in range(walks):
        once, verbs = walk(random.Random(seed), length)
        accepted += once
        taken += verbs
    share = accepted / (walks * length)
    assert 0.20 <= share <= 0.40, share
    never = {verb for table in TABLES for verb in table.verbs} - set(taken)
    # Every row is taken in tests/rooms/case/test_every_row.py; here most are, in company.
    assert len(never) <= 4, (share, sorted(never))


# ---- totality


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(["at_ms", "person", "unit", "case", "signers", "digest", "team", "act"]), max_size=3), st.integers(0, 5)
)
def test_p8_no_act_however_broken_raises_or_is_accepted(fields: list[str], pick: int) -> None:
    story = until("stopped")
    act = story.sign("board", "boarder")
    junk: Any = (None, -1, 1.5, "", [], object())[pick]
    changes = {name: junk for name in fields if name in ("at_ms", "person", "unit", "case", "team")}
    broken: Any = msgspec.structs.replace(act, act=msgspec.structs.replace(act.act, **changes))
    if "signers" in fields or "act" in fields or "digest" in fields:
        broken = SignedAct(
            act=junk if "act" in fields else broken.act,
            digest=junk if "digest" in fields else act.digest,
            signers=junk if "signers" in fields else act.signers,
        )
    answer = propose(story.state, broken, KNOWN)
    assert isinstance(answer, Accepted) == (not fields)


def test_p8_an_act_whose_digest_is_of_other_bytes_is_refused() -> None:
    story = until("stopped")
    act = story.sign("board", "boarder")
    assert isinstance(propose(story.state, SignedAct(act=act.act, digest=Digest(PAPER), signers=act.signers), KNOWN), Refusal)


# ---- out of order


@pytest.mark.parametrize("state", ["cued", "monitored", "basis_sought", "authorised", "handed_off", "intercepting", "signalled"])
def test_p8_boarding_out_of_order_is_refused_and_names_what_is_lawful(state: str) -> None:
    story = until(state)
    refusal = story.no("board", "boarder")
    assert "board is not lawful while the case is" in refusal.reason
    assert refusal.lawful_next
    assert "board" not in refusal.lawful_next


def test_p8_nothing_precedes_the_opening_of_a_case() -> None:
    for tag, by, fields in (("detect", "watch", {}), ("encounter", "boarder", {"subject": "P1"}), ("log_force", "boarder", {})):
        assert Story().no(tag, by, **fields).reason
    assert Story().no("detect", "watch").lawful_next == ("open_case",)


def test_p8_an_act_dated_before_the_one_it_follows_is_refused() -> None:
    story = until("stopped")
    assert "dated before" in story.no("board", "boarder", at_ms=BASE_MS).reason


def test_p8_a_closed_case_takes_only_words_that_append() -> None:
    story = until("monitored").ok("aborted", "watch").ok("close", "watch")
    for tag, by in (("detect", "watch"), ("seek_basis", "watch"), ("grounds_withdrawn", "node"), ("became_rescue", "boarder")):
        refusal = story.no(tag, by)
        assert set(refusal.lawful_next) == {"correct", "log_force"}
    assert "closed" in story.no("encounter", "boarder", subject="P1").reason
    story.ok("correct", "watch", of=story.acts[0].digest).ok("log_force", "boarder")


def test_p8_a_case_does_not_close_over_somebody_in_custody_or_something_unaccounted() -> None:
    story = detained(until("boarded"), "P1").ok("aborted", "boarder").ok("legal_review", "lawyer", ruling="release")
    story.ok("open_claim_window", "watch")
    refusal = story.no("close", "watch")
    assert "P1" in refusal.reason
    story.ok("release_person", "boarder", subject="P1").ok("close", "watch")


# ---- the basis


def test_p8_no_boarding_without_a_basis_signed_by_a_named_legal_adviser() -> None:
    story = until("basis_sought")
    assert "not signed by lawyer" in story.put(unsigned(story.sign("sign_basis", "lawyer"))).reason  # type: ignore[union-attr]
    assert "sign_basis is for legal_adviser" in story.no("sign_basis", "watch").reason
    assert "sign_basis is for legal_adviser" in story.no("sign_basis", "boarder").reason
    assert "lawyer has not signed" in story.no("sign_basis", "lawyer-at-sea", adviser="lawyer").reason
    refusal = story.no("hand_off", "watch")
    assert "sign_basis" in refusal.lawful_next


def unsigned(act: SignedAct) -> SignedAct:
    return SignedAct(act=act.act, digest=act.digest, signers=())


def test_p8_who_seeks_a_basis_does_not_sign_it() -> None:
    story = until("monitored").ok("seek_basis", "lawyer-at-sea")
    assert "cannot sign it" in story.no("sign_basis", "lawyer-at-sea").reason
    story.ok("sign_basis", "lawyer")


def test_p8_a_role_claimed_by_somebody_who_did_not_sign_is_worth_nothing() -> None:
    story = until("basis_sought")
    act = story.sign("sign_basis", "lawyer")
    forged = SignedAct(act=act.act, digest=act.digest, signers=(Signer(person="watch", roles=("legal_adviser",), unit="fusion"),))
    assert isinstance(story.put(forged), Refusal)


def test_p8_an_expired_basis_boards_nobody_and_a_renewed_one_does() -> None:
    story = until("stopped")
    assert story.state.basis is not None
    end_ms = story.state.basis.valid_until_ms
    refusal = story.no("board", "boarder", at_ms=end_ms)
    assert "expired" in refusal.reason
    assert "renew_basis" in refusal.lawful_next
    assert isinstance(propose(story.state, story.sign("board", "boarder", at_ms=end_ms - 1), KNOWN), Accepted)
    story.now_ms = end_ms
    story.ok("renew_basis", "lawyer", valid_until_ms=end_ms + 10**7).ok("board", "boarder")


def test_p8_boarding_cites_the_basis_in_force_and_no_other() -> None:
    story = until("stopped")
    old = story.state.basis
    assert old is not None
    story.ok("renew_basis", "lawyer")
    assert "does not cite" in story.no("board", "boarder", basis=old.digest).reason
    assert "does not cite" in story.no("board", "boarder", basis=PAPER).reason
    assert "cover vessel" in until("signalled", {**FULL, "vessel": "not_covered"}).no("stop", "boarder").reason


def test_p8_only_the_unit_it_was_handed_to_boards() -> None:
    story = until("stopped")
    refusal = story.no("board", "other-boarder")
    assert "was not handed to patrol" in refusal.reason
    assert "board is for boarding_officer" in story.no("board", "guard").reason
    assert "not a unit of law enforcement" in until("authorised").no("hand_off", "watch", to_unit="support").reason


def test_p8_the_signature_counts_only_for_the_unit_it_was_made_for() -> None:
    story = until("stopped")
    assert "did not sign for cutter" in story.no("board", "other-boarder", unit="cutter").reason


def test_p8_seeking_anew_ends_the_basis_before_it_and_the_hand_off() -> None:
    story = until("handed_off").ok("lost_contact", "watch").ok("detect", "watch").ok("sort", "watch").ok("monitor", "watch")
    story.ok("seek_basis", "watch")
    assert story.state.basis is not None
    assert story.state.basis.void
    assert story.state.handed_to == ""


# ---- people


def test_p8_no_detention_unless_the_basis_covers_persons() -> None:
    story = until("found", NO_PERSONS).ok("encounter", "boarder", subject="P1")
    refusal = story.no("detain", "boarder", subject="P1")
    assert "does not cover persons" in refusal.reason
    assert refusal.lawful_next[0] == "renew_basis"
    assert "free" in refusal.lawful_next
    assert "detain" not in refusal.lawful_next
    story.ok("renew_basis", "lawyer").ok("detain", "boarder", subject="P1")


@pytest.mark.parametrize("category", ["rescued", "survivor", "witness"])
def test_p8_a_rescued_person_or_survivor_is_never_detained(category: str) -> None:
    story = until("found").ok("encounter", "boarder", subject="P1", category=category)
    refusal = story.no("detain", "boarder", subject="P1")
    assert category in refusal.reason
    assert "detain" not in refusal.lawful_next
    story.ok("rescue", "boarder", subject="P1")
    assert "detain is not lawful" in story.no("detain", "boarder", subject="P1").reason
    assert story.state.people["P1"].category == category


def test_p8_crew_taken_from_the_water_becomes_rescued_and_cannot_be_detained() -> None:
    story = until("found").ok("encounter", "boarder", subject="P1").ok("rescue", "boarder", subject="P1")
    assert story.state.people["P1"].category == "rescued"
    story.no("detain", "boarder", subject="P1")


def test_p8_nobody_is_met_as_detained_and_a_minor_only_with_a_legal_adviser() -> None:
    story = until("found")
    assert "nobody is met as detained" in story.no("encounter", "boarder", subject="P1", category="detained").reason
    story.ok("encounter", "boarder", subject="P1", category="minor")
    assert "legal adviser" in story.no("detain", "boarder", subject="P1").reason
    story.ok("detain", "boarder", ("lawyer",), subject="P1")


def test_p8_no_detention_on_an_expired_or_withdrawn_basis_or_outside_a_boarding() -> None:
    story = until("stopped").ok("encounter", "boarder", subject="P1")
    assert "not boarded" in story.no("detain", "boarder", subject="P1").reason
    story.ok("board", "boarder")
    assert story.state.basis is not None
    assert "expired" in story.no("detain", "boarder", subject="P1", at_ms=story.state.basis.valid_until_ms).reason
    story.ok("basis_withdrawn", "lawyer").ok("legal_review", "lawyer")
    assert "no longer stands" in story.no("detain", "boarder", subject="P1").reason


def test_p8_a_basis_reaches_nothing_dated_before_it_was_signed() -> None:
    story = until("found", NO_PERSONS).ok("encounter", "boarder", subject="P1")
    before_ms = story.now_ms + 1
    story.ok("renew_basis", "lawyer")
    assert "not yet valid" in story.no("detain", "boarder", subject="P1", at_ms=before_ms, deprived_of_liberty_ms=before_ms).reason


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**64).map(random.Random))
def test_p8_no_sequence_reaches_a_boarding_without_a_signed_basis_or_a_detention_without_persons(chance: random.Random) -> None:
    story = Story()
    for _ in range(60):
        before = story.state
        act = draw(story, chance)
        if not isinstance(story.put(act), Accepted):
            continue
        verb, basis = act.act.verb, before.basis
        if story.state.state in ABOARD:
            assert any(one.scope.vessel == "covered" for one in story.state.bases)
        if verb in ("board", "detain", "seize"):
            assert basis is not None
            assert basis.stands(act.act.at_ms)
        if verb == "detain":
            assert basis is not None
            assert basis.scope.persons == "covered"
        if before.state in AFTER_BOARDING and verb in ("grounds_withdrawn", "basis_withdrawn", "aborted", "lost_contact"):
            assert story.state.state == "under_legal_review"


def test_p8_the_demo_case_is_lawful_from_end_to_end() -> None:
    story = demo()
    assert story.state.state == "found"
    assert act_from(act_payload(story.acts[0].act)) == story.acts[0].act
    assert signed(story.acts[0].act).digest == story.acts[0].digest
    stored_again = stored(until("found"))
    assert stored_again.state.exhibits["E1"].state == "stored"
