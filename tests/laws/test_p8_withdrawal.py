"""P8, withdrawal: grounds or basis taken back stop what has not begun and abandon nobody; what goes on rests on grounds that stand."""

from __future__ import annotations

import msgspec
import pytest

from fairlead.case.tables import BEFORE_BOARDING
from tests.rooms.case.story import BASE_MS, KNOWN, LEAD, OTHER, PAPER, Story, detained, until

STANDING = "cite a lead the acting unit can read now, or a sighting of its own"


def seen(story: Story, by: str = "boarder") -> list[str]:
    """What the acting unit sees by itself from now on, as something to cite."""
    story.ok("sight", by)
    return [story.acts[-1].digest]


# ---- withdrawals


@pytest.mark.parametrize(
    "state", [state for state in BEFORE_BOARDING if state not in ("refused", "clock_expired", "noncompliant", "force_logged")]
)
def test_p8_grounds_withdrawn_before_boarding_make_the_unit_stand_off(state: str) -> None:
    story = until(state).ok("grounds_withdrawn", "node")
    assert story.state.state == "grounds_withdrawn"
    refusal = story.no("board", "boarder")
    assert set(refusal.lawful_next) >= {"seek_basis", "sight", "close", "became_rescue"}
    # The basis that rested on them is void, and a new one may not rest on them, nor on nothing.
    assert story.state.basis is None or story.state.basis.void
    assert "withdrawn by their originator" in story.no("seek_basis", "watch").reason
    silent = story.no("seek_basis", "watch", leads=[])
    assert STANDING in silent.reason
    assert silent.lawful_next[0] == "sight"
    own = seen(story)
    story.ok("seek_basis", "watch", leads=[], sightings=own)
    assert STANDING in story.no("sign_basis", "lawyer").reason
    story.ok("sign_basis", "lawyer", sightings=own).ok("hand_off", "watch")


@pytest.mark.parametrize("state", ["boarded", "searched", "found"])
def test_p8_grounds_withdrawn_after_boarding_open_a_legal_review_and_abandon_nobody(state: str) -> None:
    story = until(state).ok("encounter", "boarder", subject="P2")
    detained(story, "P1", to="informed").ok("grounds_withdrawn", "node")
    assert story.state.state == "under_legal_review"
    # Care, rights, the consul and liberty go on; new detention, search and boarding do not.
    for tag in ("screen", "notify_consul", "welfare_check", "hold"):
        story.ok(tag, "boarder", subject="P1")
    assert "not boarded" in story.no("detain", "boarder", subject="P2").reason
    refusal = story.no("search", "boarder")
    assert set(refusal.lawful_next) >= {"legal_review:proceed_without_intelligence", "legal_review:release", "legal_review:hand_over"}
    assert "legal_review:release is for legal_adviser" in story.no("legal_review", "boarder", ruling="release").reason
    # To go on takes grounds that stand; to release or hand over takes none.
    assert STANDING in story.no("legal_review", "lawyer").reason
    story.ok("release_person", "boarder", subject="P1").ok("legal_review", "lawyer", sightings=seen(story))
    assert story.state.state == state
    # A further basis names them as well.
    assert STANDING in story.no("renew_basis", "lawyer").reason


@pytest.mark.parametrize("ruling", ["release", "hand_over"])
def test_p8_letting_go_needs_no_grounds(ruling: str) -> None:
    until("found").ok("grounds_withdrawn", "node").ok("legal_review", "lawyer", ruling=ruling)


def test_p8_a_withdrawal_is_not_held_up_by_a_clock_or_a_rescue() -> None:
    story = until("boarded")
    story.ok("search", "boarder", at_ms=story.now_ms + 10**6)
    story.ok("grounds_withdrawn", "node", at_ms=BASE_MS)
    assert story.state.state == "under_legal_review"
    rescue = until("handed_off").ok("became_rescue", "boarder").ok("grounds_withdrawn", "node")
    assert rescue.state.state == "became_rescue"
    rescue.ok("end_rescue", "watch").ok("legal_review", "lawyer", sightings=seen(rescue))
    assert rescue.state.state == "handed_off"
    rescue.ok("intercept", "boarder").ok("signal", "boarder")
    assert "no longer stands" in rescue.no("stop", "boarder").reason


# ---- grounds that stand


def test_p8_another_lead_is_grounds_only_while_the_acting_unit_can_read_it() -> None:
    story = until("handed_off").ok("grounds_withdrawn", "node")
    story.known = msgspec.structs.replace(KNOWN, readable_leads=frozenset({LEAD}))
    assert "cannot be read by the acting unit now" in story.no("seek_basis", "watch", leads=[OTHER]).reason
    story.known = KNOWN
    story.ok("seek_basis", "watch", leads=[OTHER])
    story.known = msgspec.structs.replace(KNOWN, readable_leads=frozenset())
    assert "cannot be read by the acting unit now" in story.no("sign_basis", "lawyer", leads=[OTHER]).reason
    story.known = KNOWN
    story.ok("sign_basis", "lawyer", leads=[OTHER])


def test_p8_a_sighting_of_before_the_withdrawal_or_of_another_unit_or_of_no_record_is_no_ground() -> None:
    story = until("handed_off")
    early = seen(story)
    story.ok("grounds_withdrawn", "node")
    withdrawn_ms = story.now_ms
    assert "not of after the withdrawal" in story.no("seek_basis", "watch", leads=[], sightings=early).reason
    assert "not of this case" in story.no("seek_basis", "watch", leads=[], sightings=[PAPER]).reason
    assert "is not the unit that acts" in story.no("sight", "other-boarder").reason
    assert "is not the unit that acts" in story.no("sight", "watch").reason
    story.ok("sight", "boarder", at_ms=withdrawn_ms - 1)
    backdated = story.acts[-1].digest
    assert "not of after the withdrawal" in story.no("seek_basis", "watch", leads=[], sightings=[backdated]).reason
    story.ok("seek_basis", "watch", leads=[], sightings=seen(story))
    # A second order makes what was seen before it stale as well, also one that was ordered earlier than it came into force.
    own = seen(story)
    story.ok("grounds_withdrawn", "node", order=PAPER, at_ms=withdrawn_ms)
    assert "not of after the withdrawal" in story.no("seek_basis", "watch", leads=[], sightings=own).reason


def test_p8_a_case_no_order_reached_needs_no_further_grounds() -> None:
    until("monitored").ok("seek_basis", "watch", leads=[]).ok("sign_basis", "lawyer").ok("hand_off", "watch")


def test_p8_a_withdrawal_that_names_no_lead_of_the_case_changes_nothing() -> None:
    story = until("boarded")
    assert "does not rest on" in story.no("grounds_withdrawn", "node", leads=[PAPER]).reason
    assert "is for" in story.no("grounds_withdrawn", "boarder").reason


def test_p8_grounds_restored_let_the_case_start_from_a_new_basis() -> None:
    story = until("handed_off").ok("grounds_withdrawn", "node").ok("grounds_restored", "node")
    assert story.state.state == "monitored"
    story.ok("seek_basis", "watch", leads=[LEAD]).ok("sign_basis", "lawyer")
    assert "no order" in story.no("grounds_restored", "node").reason


def test_p8_lifting_one_order_leaves_another_in_force() -> None:
    story = until("handed_off").ok("grounds_withdrawn", "node").ok("grounds_withdrawn", "node", order=PAPER)
    story.ok("grounds_restored", "node")
    assert "withdrawn by their originator" in story.no("seek_basis", "watch", leads=[LEAD]).reason
    story.ok("grounds_restored", "node", order=PAPER).ok("seek_basis", "watch", leads=[LEAD])
