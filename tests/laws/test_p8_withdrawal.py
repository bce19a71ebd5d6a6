"""P8, withdrawal: grounds or basis taken back stop what has not begun and abandon nobody."""

from __future__ import annotations

import pytest

from fairlead.case.tables import BEFORE_BOARDING
from tests.rooms.case.story import BASE_MS, LEAD, PAPER, detained, until

# ---- withdrawals


@pytest.mark.parametrize(
    "state", [state for state in BEFORE_BOARDING if state not in ("refused", "clock_expired", "noncompliant", "force_logged")]
)
def test_p8_grounds_withdrawn_before_boarding_make_the_unit_stand_off(state: str) -> None:
    story = until(state).ok("grounds_withdrawn", "node")
    assert story.state.state == "grounds_withdrawn"
    refusal = story.no("board", "boarder")
    assert set(refusal.lawful_next) >= {"seek_basis", "close", "became_rescue"}
    # The basis that rested on them is void, and a new one may not rest on them.
    assert story.state.basis is None or story.state.basis.void
    assert "withdrawn by their originator" in story.no("seek_basis", "watch").reason
    story.ok("seek_basis", "watch", leads=[]).ok("sign_basis", "lawyer").ok("hand_off", "watch")


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
    story.ok("release_person", "boarder", subject="P1").ok("legal_review", "lawyer")
    assert story.state.state == state


def test_p8_a_withdrawal_is_not_held_up_by_a_clock_or_a_rescue() -> None:
    story = until("boarded")
    story.ok("search", "boarder", at_ms=story.now_ms + 10**6)
    story.ok("grounds_withdrawn", "node", at_ms=BASE_MS)
    assert story.state.state == "under_legal_review"
    rescue = until("handed_off").ok("became_rescue", "boarder").ok("grounds_withdrawn", "node")
    assert rescue.state.state == "became_rescue"
    rescue.ok("end_rescue", "watch").ok("legal_review", "lawyer")
    assert rescue.state.state == "handed_off"
    rescue.ok("intercept", "boarder").ok("signal", "boarder")
    assert "no longer stands" in rescue.no("stop", "boarder").reason


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


# ---- the tables themselves, whatever the acts
