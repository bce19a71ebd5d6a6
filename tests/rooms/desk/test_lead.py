"""The verbs lead-preview and lead: who could read it, whom a source shuts out, what is frozen, under which label."""

from __future__ import annotations

import msgspec
import pytest

from fairlead import errors
from fairlead.agreement.lists import Row
from fairlead.desk.halt import Wish, halt
from fairlead.desk.lead import Draft, make_lead, preview_lead
from fairlead.desk.read import read
from fairlead.label import join
from fairlead.store import holdings
from tests.rooms.desk.tiny import MONITOR, Tiny, no, value

SEES_BOTH = ["alfa-radar", "bravo-patrol", "cell", "cutter"]


def stored(tiny: Tiny, lead: str) -> tuple[Row, list[Row]]:
    """The lead's row and those of its parents."""
    with tiny.node.db.read() as tx:
        (row,) = holdings.by_ids(tx, [lead])
        return row, holdings.by_ids(tx, row.holding.parents)


def test_a_preview_names_the_readers_and_what_to_drop_for_the_others_and_makes_nothing(tiny: Tiny) -> None:
    tiny.see()
    shown = value(preview_lead(tiny.node, tiny.who("cell-analyst"), Draft(card=tiny.card())))
    assert shown["readable_by"] == SEES_BOTH
    assert shown["blocked"] == [{"unit": "port", "drop": ["alfa-radar", "bravo-air"]}]
    assert not shown["readable_by_nobody"]
    assert shown["rests_on"] == 3
    assert shown["originators"] == ["alfa", "bravo"]
    with tiny.node.db.read() as tx:
        assert holdings.of_kind(tx, ["lead"], from_ms=0, to_ms=2**53) == []


def test_p6_a_preview_is_a_read_with_a_receipt_to_each_originator(tiny: Tiny) -> None:
    tiny.see()
    draft = Draft(card=tiny.card())
    with tiny.logged(alfa=1, bravo=1):
        preview_lead(tiny.node, tiny.who("cell-analyst"), draft)


def test_dropping_the_sources_the_preview_names_makes_it_releasable(tiny: Tiny) -> None:
    tiny.see()
    dropped = Draft(card=tiny.card(), drop=("alfa-radar", "bravo-air"))
    shown = value(preview_lead(tiny.node, tiny.who("cell-analyst"), dropped))
    assert "port" in shown["readable_by"]
    assert shown["originators"] == ["bravo"]
    lead = value(make_lead(tiny.node, tiny.who("cell-analyst"), dropped))["id"]
    row, parents = stored(tiny, lead)
    assert {parent.holding.feed for parent in parents} == {"bravo-ais"}
    assert row.feeds == {"bravo-ais"}, "what was dropped is not in the ancestry"
    assert value(read(tiny.node, tiny.who("port-custody"), lead))["id"] == lead
    whole = tiny.lead()
    assert no(read(tiny.node, tiny.who("port-custody"), whole))["answer"] == "refused"


def test_p3_a_lead_rests_on_every_segment_of_the_view_and_carries_their_join(tiny: Tiny) -> None:
    tiny.see()
    row, parents = stored(tiny, tiny.lead())
    assert {parent.holding.feed for parent in parents} == {"alfa-radar", "bravo-ais", "bravo-air"}
    assert row.feeds == {"alfa-radar", "bravo-ais", "bravo-air"}, "absence is evidence too"
    assert row.holding.label == join([parent.holding.label for parent in parents])
    assert row.holding.expires_ms == min(parent.holding.expires_ms for parent in parents)


def test_p3_a_product_of_monitoring_serves_its_stated_end_only(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    of_boarding, _ = stored(tiny, tiny.lead())
    of_monitoring, _ = stored(tiny, tiny.lead(purpose=MONITOR))
    assert "search_and_rescue" in of_boarding.holding.label.purposes
    assert set(of_monitoring.holding.label.purposes) == {MONITOR, "interdiction", "nationality_verification"}


def test_a_lead_is_frozen_with_its_card_and_tracks_and_its_note(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    made = value(make_lead(tiny.node, tiny.who("cell-analyst"), Draft(card=tiny.card(), note="two ships, one hour")))
    body = value(read(tiny.node, tiny.who("cutter-watch"), made["id"]))["body"]
    assert body["note"] == "two ships, one hour"
    assert {track["id"] for track in body["tracks"]} == set(body["card"]["tracks"])
    tiny.see("alfa-radar")
    assert value(read(tiny.node, tiny.who("cutter-watch"), made["id"]))["body"] == body


def test_a_lead_nobody_could_read_is_made_only_when_confirmed(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.see("bravo-ais")
    draft = Draft(card=tiny.card())
    nobody = msgspec.structs.replace(tiny.node.coalition.feeds["bravo-ais"].label, recipients=())
    monkeypatch.setattr("fairlead.desk.lead.label_for", lambda request, rows: nobody)
    with tiny.logged(), pytest.raises(errors.UnreadableLabel, match="nobody could read this lead"):
        make_lead(tiny.node, tiny.who("cell-analyst"), draft)
    assert value(preview_lead(tiny.node, tiny.who("cell-analyst"), draft))["readable_by_nobody"]
    made = value(make_lead(tiny.node, tiny.who("cell-analyst"), draft, confirm_unreadable="kept for the record"))
    assert no(read(tiny.node, tiny.who("cell-analyst"), made["id"]))


@pytest.mark.parametrize(
    ("draft", "says"),
    [
        (Draft(card="f" * 32), "no such card"),
        (Draft(card="f" * 32, drop=("alfa-radar",)), "no such card"),
        (Draft(card="f" * 32, drop=("alfa-radar", "bravo-ais", "bravo-air")), "nothing is left"),
        (Draft(card="f" * 32, note="x" * 2001), "note is too long"),
    ],
)
def test_a_draft_that_says_nothing_possible_is_bad_input_and_leaves_no_leaf(tiny: Tiny, draft: Draft, says: str) -> None:
    tiny.see()
    with tiny.logged(), pytest.raises(errors.BadInput, match=says):
        make_lead(tiny.node, tiny.who("cell-analyst"), draft)


def test_who_has_no_such_role_makes_no_lead_and_the_refusal_is_in_every_log(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    card = tiny.card()
    with tiny.logged(alfa=1, bravo=1, charlie=1):
        said = no(make_lead(tiny.node, tiny.who("cutter-watch"), Draft(card=card)))
    assert said["reasons"] == ["no role of cutter-watch permits to lead"]


def test_p4_a_preview_counts_the_holds_on_what_the_lead_would_rest_on(tiny: Tiny) -> None:
    tiny.see()
    draft = Draft(card=tiny.card())
    assert "cutter" in value(preview_lead(tiny.node, tiny.who("cell-analyst"), draft))["readable_by"]
    value(halt(tiny.node, tiny.who("alfa-release"), Wish(feeds=("alfa-radar",), units=("cutter",))))
    shown = value(preview_lead(tiny.node, tiny.who("cell-analyst"), draft))
    assert "cutter" not in shown["readable_by"]
    assert {"unit": "cutter", "drop": ["alfa-radar"]} in shown["blocked"]
    lead = value(make_lead(tiny.node, tiny.who("cell-analyst"), draft))["id"]
    no(read(tiny.node, tiny.who("cutter-watch"), lead))
