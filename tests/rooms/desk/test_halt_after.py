"""What comes after an order: replacement in one event, freeze and its second officer, recalls, conditions, exposure, what was when."""

from __future__ import annotations

from typing import Any

import pytest

from fairlead import errors
from fairlead.agreement import Order
from fairlead.desk import interdict
from fairlead.desk.exposure import exposure
from fairlead.desk.freeze import confirm
from fairlead.desk.halt import ANSWER_MS, HOUR_MS, Wish, halt, preview_order, resume
from fairlead.desk.orders import orders_in_force
from fairlead.desk.read import read
from fairlead.desk.recall import acknowledge, comply, recalls, report_condition
from fairlead.envelope import envelope_from_json, verify
from fairlead.store import cases, events
from tests.rooms.desk.tiny import MINUTE_MS, START_MS, Tiny, no, value

CUTTER = Wish(units=("cutter",))
LOGS = {"alfa": 1, "bravo": 1, "charlie": 1}


def state(tiny: Tiny, order: str, officer: str = "bravo-release", *, at_ms: int | None = None) -> str:
    shown = value(orders_in_force(tiny.node, tiny.who(officer), at_ms=at_ms, ended=True))["orders"]
    return str(next((one["state"] for one in shown if one["id"] == order), "none"))


def case(tiny: Tiny) -> tuple[str, str]:
    """A lead on Bravo's AIS and a case of the cutter on it."""
    tiny.see("bravo-ais")
    lead = tiny.lead()
    return lead, str(value(interdict.open_case(tiny.node, tiny.who("cutter-watch"), lead=lead, vessel="boat"))["case"])


def case_state(tiny: Tiny, case_id: str) -> Any:
    return value(interdict.show_case(tiny.node, tiny.who("cutter-watch"), case_id))["case"]


# ---- narrow, widen, replace


def test_p4_narrowing_and_widening_are_one_event_and_nothing_is_open_in_between(tiny: Tiny) -> None:
    lead, case_id = case(tiny)
    bravo, cutter, cell = tiny.who("bravo-release"), tiny.who("cutter-watch"), tiny.who("cell-analyst")
    first = value(halt(tiny.node, bravo, Wish(partners=("charlie",))))
    assert (first["change"], first["grounds_withdrawn"], first["grounds_restored"]) == ("", 1, 0)
    no(read(tiny.node, cell, lead))
    preview = value(preview_order(tiny.node, bravo, Wish(units=("cutter",), replaces=first["order"])))
    assert preview["change"] == "narrows"
    assert "cell" in preview["opens_again"]["units"]
    assert "interdiction" not in preview["closes"]["units"].get("cutter", [])
    with tiny.node.db.read() as tx:
        before = events.epoch(tx)
    second = value(halt(tiny.node, bravo, Wish(units=("cutter",), replaces=first["order"])))
    with tiny.node.db.read() as tx:
        assert events.epoch(tx) == before + 1
    assert second["change"] == "narrows"
    value(read(tiny.node, cell, lead))
    no(read(tiny.node, cutter, lead))
    assert state(tiny, first["order"]) == "narrowed"
    assert case_state(tiny, case_id)["state"] == "grounds_withdrawn", "the lead is closed to the cutter throughout"
    third = value(halt(tiny.node, bravo, Wish(units=("cell", "cutter"), replaces=second["order"])))
    assert (third["change"], state(tiny, second["order"]), state(tiny, third["order"])) == ("widens", "widened", "notified")
    no(read(tiny.node, cell, lead))
    away = value(halt(tiny.node, bravo, Wish(units=("port",), replaces=third["order"])))
    assert (away["change"], away["grounds_restored"]) == ("replaces", 1)
    assert case_state(tiny, case_id)["withdrawn"] == []
    value(read(tiny.node, cutter, lead))
    value(resume(tiny.node, bravo, away["order"]))
    assert value(orders_in_force(tiny.node, bravo))["orders"] == []


def test_p4_a_resume_after_a_replacement_restores_what_the_replacement_had_taken(tiny: Tiny) -> None:
    _, case_id = case(tiny)
    bravo = tiny.who("bravo-release")
    first = value(halt(tiny.node, bravo, Wish(feeds=("bravo-ais",))))
    second = value(halt(tiny.node, bravo, Wish(feeds=("bravo-ais",), units=("cutter",), replaces=first["order"])))
    assert (second["grounds_withdrawn"], second["grounds_restored"]) == (0, 0), "no difference for this case"
    assert case_state(tiny, case_id)["state"] == "grounds_withdrawn"
    assert value(resume(tiny.node, bravo, second["order"]))["grounds_restored"] == 1
    assert case_state(tiny, case_id)["withdrawn"] == []
    no(resume(tiny.node, bravo, first["order"]))  # what was replaced cannot be lifted a second time


@pytest.mark.parametrize("named", ["another's", "nobody's"])
def test_p4_the_order_of_another_cannot_be_replaced_confirmed_or_exposed_and_the_attempt_is_logged(tiny: Tiny, named: str) -> None:
    order = value(halt(tiny.node, tiny.who("alfa-release"), Wish(freeze_hours=2)))["order"] if named == "another's" else "0" * 32
    bravo = tiny.who("bravo-release")
    tries = [
        lambda: halt(tiny.node, bravo, Wish(replaces=order)),
        lambda: preview_order(tiny.node, bravo, Wish(replaces=order)),
        lambda: confirm(tiny.node, bravo, order),
        lambda: exposure(tiny.node, bravo, order),
        lambda: acknowledge(tiny.node, bravo, order),
        lambda: report_condition(tiny.node, bravo, order, words="met"),
    ]
    said = []
    for attempt in tries:
        with tiny.logged(**LOGS):
            said.append(no(attempt())["reasons"])
    assert said == [
        *[["no such order of this party is in force"]] * 3,
        ["no such order of this party"],
        ["no such recall asks anything of this party"],
        ["no such order has a condition that this party verifies"],
    ]


# ---- freeze


def test_p4_a_freeze_lapses_to_review_and_stays_closed_unless_a_second_officer_confirms(tiny: Tiny) -> None:
    lead, _ = case(tiny)
    cutter = tiny.who("cutter-watch")
    value(read(tiny.node, cutter, lead))
    made = value(halt(tiny.node, tiny.who("bravo-release"), Wish(units=("cutter",), freeze_hours=2)))
    order = made["order"]
    assert made["recalls"] == ["charlie"]
    assert any("second officer" in one for one in made["warnings"])
    assert value(recalls(tiny.node, tiny.who("charlie-release")))["to_us"] == [], "nothing is recalled by one officer"
    with tiny.logged(), pytest.raises(errors.BadInput, match="another officer"):
        confirm(tiny.node, tiny.who("bravo-release"), order)
    tiny.clock.at_ms = START_MS + 2 * HOUR_MS - 1
    assert state(tiny, order) == "frozen"
    tiny.clock.at_ms += 1
    assert state(tiny, order) == "under_review"
    no(read(tiny.node, cutter, lead))
    tiny.clock.at_ms = START_MS + 400 * 24 * HOUR_MS // 8
    assert state(tiny, order) == "under_review"
    no(read(tiny.node, cutter, lead))
    confirmed = value(confirm(tiny.node, tiny.who("bravo-second"), order))
    assert confirmed["recalls"] == ["charlie"]
    assert state(tiny, order) == "notified"
    assert [one["order"] for one in value(recalls(tiny.node, tiny.who("charlie-release")))["to_us"]] == [order]
    with tiny.logged(), pytest.raises(errors.BadInput, match="confirmed already"):
        confirm(tiny.node, tiny.who("bravo-second"), order)


# ---- recalls


def test_a_recall_goes_to_who_had_used_it_is_answered_in_order_and_is_overdue_when_it_is_not(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    lead = tiny.lead()
    value(read(tiny.node, tiny.who("cutter-watch"), lead))
    value(read(tiny.node, tiny.who("cell-analyst"), lead))
    deadline = START_MS + HOUR_MS
    with tiny.logged(bravo=2, charlie=1):  # the order, and the notice in both logs
        order = value(halt(tiny.node, tiny.who("bravo-release"), Wish(units=("cutter",), answer_by_ms=deadline)))["order"]
    charlie, bravo = tiny.who("charlie-release"), tiny.who("bravo-release")
    (asked,) = value(recalls(tiny.node, charlie))["to_us"]
    assert (asked["state"], asked["overdue"], asked["answer_by_ms"]) == ("asked", False, deadline)
    assert {one["unit"] for one in asked["notice"]["uses"]} == {"cutter"}, "its own uses that the order stops, nobody else's"
    assert value(read(tiny.node, tiny.who("cell-analyst"), lead))["digest"] in asked["notice"]["records"]
    for told in ("cell", "alfa", "partners"):
        assert told not in str(asked["notice"]["words"])
    (notice,) = (tiny.root / "homes" / "charlie" / "records" / "recall-notice").glob("*.json")
    with tiny.node.db.read() as tx:
        keys = tiny.node.public_keys(tx)
    verify(envelope_from_json(notice.read_bytes()), [keys["bravo-release"]], kind="recall-notice")
    for wrong in (tiny.who("bravo-release"), tiny.who("alfa-release")):
        with tiny.logged(**LOGS):
            no(acknowledge(tiny.node, wrong, order))
    with tiny.logged(), pytest.raises(errors.BadInput, match="acknowledge it first"):
        comply(tiny.node, charlie, order, statement="deleted")
    with tiny.logged(bravo=1, charlie=1):
        value(acknowledge(tiny.node, charlie, order))
    with tiny.logged(), pytest.raises(errors.BadInput, match="answered that already"):
        acknowledge(tiny.node, charlie, order)
    tiny.clock.at_ms = deadline
    late = value(recalls(tiny.node, bravo))
    assert [(one["party"], one["state"], one["overdue"]) for one in late["of_ours"]] == [("charlie", "acknowledged", True)]
    assert late["overdue"] == 1
    with tiny.logged(), pytest.raises(errors.BadInput, match="says nothing"):
        comply(tiny.node, charlie, order, statement="  ")
    done = value(comply(tiny.node, charlie, order, statement="two printouts burnt", kept="what the watch remembers"))
    (mine,) = value(recalls(tiny.node, bravo))["of_ours"]
    assert (mine["state"], mine["overdue"], mine["kept"]) == ("complied", False, "what the watch remembers")
    for home in ("bravo", "charlie"):
        kept = tiny.root / "homes" / home / "records" / "recall-answer" / f"{done['certificate']}.json"
        verify(envelope_from_json(kept.read_bytes()), [keys["charlie-release"]], kind="recall-answer")
    assert value(recalls(tiny.node, tiny.who("alfa-release"))) == {"to_us": [], "of_ours": [], "overdue": 0}
    assert len(value(recalls(tiny.node, tiny.who("inspector")))["to_us"]) == 1  # the inspector is of charlie


def test_a_recall_waits_three_days_unless_said_and_none_is_sent_when_nobody_had_used_it(tiny: Tiny) -> None:
    lead, _ = case(tiny)
    bravo = tiny.who("bravo-release")
    assert value(preview_order(tiny.node, bravo, Wish(units=("port",))))["recalls"] == []
    value(read(tiny.node, tiny.who("cutter-watch"), lead))
    shown = value(preview_order(tiny.node, bravo, CUTTER))
    assert (shown["recalls"], shown["answer_by_ms"]) == (["charlie"], START_MS + ANSWER_MS)
    assert value(preview_order(tiny.node, bravo, Wish(units=("cutter",), answer_by_ms=0)))["recalls"] == []


# ---- confidential


def test_a_confidential_order_is_told_to_nobody_but_its_originator_and_oversight(tiny: Tiny) -> None:
    lead, case_id = case(tiny)
    cutter = tiny.who("cutter-watch")
    value(read(tiny.node, cutter, lead))
    before = {path for home in ("alfa", "charlie") for path in (tiny.root / "homes" / home / "records").rglob("*.json")}
    made = value(halt(tiny.node, tiny.who("bravo-release"), Wish(units=("cutter",), confidential=True)))
    assert (made["recalls"], made["grounds_withdrawn"]) == ([], 1)
    with tiny.node.db.read() as tx:
        stored = [one for one in events.all_events(tx) if isinstance(one.event, Order)]
        digest = tiny.newest("bravo").holdings[0].digest
        acts = cases.acts_of(tx, case_id)
    assert len(stored) == 1
    said = [read(tiny.node, cutter, lead), interdict.show_case(tiny.node, cutter, case_id), interdict.list_cases(tiny.node, cutter)]
    for outcome in (*said, *(recalls(tiny.node, tiny.who(one)) for one in ("charlie-release", "alfa-release"))):
        for secret in (made["order"], digest, "confidential"):
            assert secret.encode() not in outcome.body
    for act in acts:
        assert made["order"].encode() not in act.envelope.payload_bytes
        assert digest.encode() not in act.envelope.payload_bytes
    for home in ("alfa", "charlie"):
        fresh = [path for path in (tiny.root / "homes" / home / "records").rglob("*.json") if path not in before]
        assert {path.parent.name for path in fresh} <= {"case-act"}, "the act of the case says nothing of an order"
    assert [one["id"] for one in value(orders_in_force(tiny.node, tiny.who("inspector")))["orders"]] == [made["order"]]
    assert value(orders_in_force(tiny.node, tiny.who("alfa-release")))["orders"] == []
    assert value(resume(tiny.node, tiny.who("bravo-release"), made["order"]))["grounds_restored"] == 1


# ---- conditions, and what was in force when


def test_a_condition_reported_by_who_verifies_it_puts_the_order_under_review_and_opens_nothing(tiny: Tiny) -> None:
    lead, _ = case(tiny)
    wish = Wish(units=("cutter",), condition="the treaty is amended", verified_by="alfa")
    order = value(halt(tiny.node, tiny.who("bravo-release"), wish))["order"]
    assert state(tiny, order) == "ordered"
    with tiny.logged(**LOGS):
        no(report_condition(tiny.node, tiny.who("charlie-release"), order, words="it is"))
    with tiny.logged(), pytest.raises(errors.BadInput, match="says nothing"):
        report_condition(tiny.node, tiny.who("alfa-release"), order, words=" ")
    with tiny.logged(alfa=1, bravo=1):
        value(report_condition(tiny.node, tiny.who("alfa-release"), order, words="it is"))
    assert state(tiny, order) == "under_review"
    no(read(tiny.node, tiny.who("cutter-watch"), lead))
    value(resume(tiny.node, tiny.who("bravo-release"), order))
    value(read(tiny.node, tiny.who("cutter-watch"), lead))


def test_p4_what_was_in_force_at_an_instant_is_the_fold_of_what_was_durable_by_then(tiny: Tiny) -> None:
    bravo = tiny.who("bravo-release")
    ends = START_MS + 30 * MINUTE_MS
    tiny.clock.at_ms = START_MS + 10
    first = value(halt(tiny.node, bravo, Wish(units=("cutter",), until_ms=ends)))["order"]
    tiny.clock.at_ms = START_MS + 20
    second = value(halt(tiny.node, bravo, Wish(units=("port",))))["order"]
    tiny.clock.at_ms = START_MS + 30
    value(resume(tiny.node, bravo, second))
    tiny.clock.at_ms = ends + 5

    def then(at_ms: int) -> list[str]:
        return [one["id"] for one in value(orders_in_force(tiny.node, bravo, at_ms=at_ms))["orders"]]

    assert then(START_MS + 9) == []
    assert then(START_MS + 10) == [first]
    assert then(START_MS + 20) == then(START_MS + 29) == [first, second]
    assert then(START_MS + 30) == then(ends - 1) == [first]
    assert then(ends) == []
    assert (state(tiny, first), state(tiny, second)) == ("lapsed", "lifted")
    assert state(tiny, second, at_ms=START_MS + 25) == "ordered"
    with pytest.raises(errors.BadInput, match="not known"):
        orders_in_force(tiny.node, bravo, at_ms=ends + 6)


# ---- exposure
