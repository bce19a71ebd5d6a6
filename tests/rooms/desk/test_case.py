"""The verb behind a case: who may open and see one, how acts are dated, and what a halt does to it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairlead import errors
from fairlead.case import act_from, act_payload, record_kind, signed
from fairlead.desk import interdict
from fairlead.desk.answer import Outcome
from fairlead.desk.halt import Wish, halt, resume
from fairlead.desk.interdict import LATE_MAX_MS, SLACK_MS, act, list_cases, open_case, show_case
from fairlead.desk.read import read
from fairlead.desk.verify import verify_folder
from fairlead.envelope import decode, envelope_from_json, sign
from fairlead.receipt.receipt import RefusalReceipt, UseReceipt
from fairlead.store import cases
from tests.rooms.case.story import DEFAULTS
from tests.rooms.desk.tiny import MINUTE_MS, START_MS, Tiny, no, value

ABSENT = "0" * 32


def opened(tiny: Tiny) -> tuple[str, str]:
    """A case of the cutter's on a lead of two originators; its id and the lead's."""
    tiny.see()
    lead = tiny.lead()
    return str(value(open_case(tiny.node, tiny.who("cutter-watch"), lead=lead, vessel="two ships"))["case"]), lead


def take(tiny: Tiny, case: str, tag: str, *, by: str = "cutter-watch", **fields: Any) -> Outcome:
    return act(tiny.node, tiny.who(by), case, {**DEFAULTS.get(tag, {}), "act": tag, **fields})


def state(tiny: Tiny, case: str) -> str:
    return str(value(show_case(tiny.node, tiny.who("cutter-watch"), case))["case"]["state"])


def test_a_case_is_opened_only_on_a_lead_its_opener_may_read(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    value(halt(tiny.node, tiny.who("alfa-release"), Wish(units=("cutter",))))
    said = []
    for wanted in (lead, ABSENT):
        with tiny.logged(alfa=1, bravo=1, charlie=1):
            said.append(no(open_case(tiny.node, tiny.who("cutter-watch"), lead=wanted, vessel="x")))
    assert said[0] == said[1], "a hidden lead is an absent one"
    assert value(list_cases(tiny.node, tiny.who("cutter-watch")))["count"] == 0


def test_p6_an_act_is_in_the_log_of_the_acting_party_alone(tiny: Tiny) -> None:
    case, _ = opened(tiny)
    with tiny.logged(charlie=1):
        value(take(tiny, case, "detect"))
    newest = tiny.newest("charlie")
    assert isinstance(newest, UseReceipt)
    assert newest.holdings[0].kind == "case-act"


def test_p8_an_unlawful_act_is_refused_with_the_lawful_next_steps_and_told_to_the_acting_party(tiny: Tiny) -> None:
    case, _ = opened(tiny)
    with tiny.logged(alfa=1, bravo=1, charlie=1):
        said = no(take(tiny, case, "board", by="cutter-boarding", basis="0" * 64))
    assert "board is not lawful while the case is cued" in said["reasons"][0]
    assert "detect" in said["lawful_next"]
    newest = tiny.newest("charlie")
    assert isinstance(newest, RefusalReceipt)
    assert newest.outcome == "refused"
    assert tiny.newest("alfa").outcome == "cover"
    assert state(tiny, case) == "cued"


@pytest.mark.parametrize(
    ("at_ms", "clock", "says"),
    [
        (START_MS + 1, "gnss", "dated in the future"),
        (START_MS + 1, "node", "dated in the future"),
        (START_MS - SLACK_MS - 1, "node", "by the node's clock"),
        (START_MS - LATE_MAX_MS - 1, "gnss", "too late"),
    ],
)
def test_p8_an_act_is_not_dated_ahead_nor_backdated_by_the_nodes_clock(tiny: Tiny, at_ms: int, clock: str, says: str) -> None:
    case, _ = opened(tiny)
    with tiny.logged(), pytest.raises(errors.BadInput, match=says):
        take(tiny, case, "detect", at_ms=at_ms, clock=clock)
    assert state(tiny, case) == "cued"


@pytest.mark.parametrize(("late_ms", "clock"), [(0, "node"), (0, "stated"), (2 * MINUTE_MS, "node"), (60 * MINUTE_MS, "gnss")])
def test_p8_a_team_that_was_offline_names_the_clock_it_had(tiny: Tiny, late_ms: int, clock: str) -> None:
    case, _ = opened(tiny)
    tiny.clock.at_ms += 61 * MINUTE_MS
    value(take(tiny, case, "detect", at_ms=tiny.clock.at_ms - late_ms, clock=clock))


def test_p9_the_record_shows_when_an_act_was_recorded_beside_when_it_says_it_was_done(tiny: Tiny) -> None:
    case, _ = opened(tiny)
    tiny.clock.at_ms += 61 * MINUTE_MS
    value(take(tiny, case, "detect", at_ms=START_MS + MINUTE_MS, clock="stated"))
    shown = value(show_case(tiny.node, tiny.who("cutter-watch"), case))["case"]["trail"][-1]
    assert (shown["at_ms"], shown["clock"], shown["recorded_ms"]) == (START_MS + MINUTE_MS, "stated", START_MS + 61 * MINUTE_MS)


def test_p9_every_act_is_delivered_to_the_home_of_the_acting_party_and_what_an_order_appends_too(tiny: Tiny) -> None:
    case, _ = opened(tiny)
    value(take(tiny, case, "detect"))
    with tiny.logged(alfa=2, charlie=2):  # the order, its recall notice in both logs, the act
        order = value(halt(tiny.node, tiny.who("alfa-release"), Wish(feeds=("alfa-radar",))))["order"]
    value(resume(tiny.node, tiny.who("alfa-release"), order))
    folder = tiny.root / "homes" / "charlie" / "records"
    acts = [decode(envelope_from_json(path.read_bytes()).payload_bytes)["act"] for path in (folder / "case-act").iterdir()]
    assert sorted(acts) == ["detect", "grounds_restored", "grounds_withdrawn", "open_case"]
    (verdict,) = verify_folder(tiny.root, only="charlie")
    assert verdict.report.findings == ()
    assert not (tiny.root / "homes" / "alfa" / "records" / "case-act").exists()


def test_p9_an_act_that_a_crash_kept_from_the_home_is_delivered_at_the_next_start(tiny: Tiny) -> None:
    case, _ = opened(tiny)
    value(take(tiny, case, "detect"))
    folder = tiny.root / "homes" / "charlie" / "records" / "case-act"
    for path in folder.iterdir():
        path.unlink()
    tiny.node.recover()
    assert len(list(folder.iterdir())) == 2


def test_p6_a_case_of_a_party_without_an_agreement_for_its_records_is_refused_and_receipted(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.see()
    lead = tiny.lead()
    monkeypatch.setattr(interdict, "_case_grants", lambda *_: [])
    with tiny.logged(alfa=1, bravo=1, charlie=1):
        said = no(open_case(tiny.node, tiny.who("cutter-watch"), lead=lead, vessel="x"))
    assert "no agreement for its own case records" in said["reasons"][0]
    assert tiny.newest("charlie").outcome == "refused"
    assert tiny.newest("alfa").outcome == "cover"


@pytest.mark.parametrize(("party", "taken"), [("charlie", True), ("bravo", False)])
def test_p7_a_seizure_number_of_another_partys_case_is_not_told(
    tiny: Tiny, party: str, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, _ = opened(tiny)
    label = interdict.case_label
    monkeypatch.setattr(interdict, "case_label", lambda node, tx, _: label(node, tx, "charlie"))
    fields = {"act": "seize", "case": "other", "at_ms": START_MS, "clock": "node", "person": "cutter-boarding", "unit": "cutter"}
    made = act_from({**fields, "exhibit": "E1", "basis": "0" * 64, **DEFAULTS["seize"]})
    envelope = sign(record_kind(made), act_payload(made), [tiny.node.person_key("cutter-boarding")])
    with tiny.node.db.write() as tx:
        mine = cases.case_of(tx, case)
        assert mine is not None
        other = msgspec.structs.replace(mine, id="other", party=party)
        cases.add_case(tx, other)
        interdict._store(tiny.node, tx, other, signed(made), envelope, at_ms=START_MS)
        known = interdict._known(tiny.node, tx, mine, interdict.CaseState(), made, START_MS)
    assert (DEFAULTS["seize"]["seizure_number"] in known.seizure_numbers) is taken


def test_p9_who_does_not_serve_the_unit_or_holds_no_key_here_signs_nothing(tiny: Tiny) -> None:
    case, _ = opened(tiny)
    for tag in ("detect", "sort", "monitor"):
        value(take(tiny, case, tag))
    value(take(tiny, case, "seek_basis", leads=[]))
    signed = {"adviser": "charlie-legal", "valid_until_ms": START_MS + 10**7}
    assert "has not signed it as legal adviser" in no(take(tiny, case, "sign_basis", **signed))["reasons"][0]
    with pytest.raises(errors.BadSignature):
        act(tiny.node, tiny.who("cutter-watch"), case, {"act": "aborted", "reason": "x"}, also_signed_by=[("nobody", "cutter")])
    no(act(tiny.node, tiny.who("cutter-watch", unit="port"), case, {"act": "aborted", "reason": "x"}))
    value(take(tiny, case, "sign_basis", by="charlie-legal", **signed))
    assert state(tiny, case) == "authorised"


def test_p7_a_case_of_another_is_as_absent_as_one_that_never_was(tiny: Tiny) -> None:
    case, _ = opened(tiny)
    for ask in (
        lambda one: show_case(tiny.node, tiny.who("bravo-release"), one),
        lambda one: act(tiny.node, tiny.who("cell-watch"), one, {"act": "detect"}),
    ):
        bodies = []
        for wanted in (case, ABSENT):
            with tiny.logged(alfa=1, bravo=1, charlie=1):
                bodies.append(ask(wanted).body)
        assert bodies[0] == bodies[1]
    assert value(list_cases(tiny.node, tiny.who("bravo-release")))["count"] == 0


def test_p8_a_halt_withdraws_the_grounds_of_the_case_it_reaches_and_a_resume_restores_them(tiny: Tiny) -> None:
    case, _ = opened(tiny)
    value(halt(tiny.node, tiny.who("alfa-release"), Wish(units=("support",))))
    assert state(tiny, case) == "cued", "another unit's halt does not touch it"
    order = value(halt(tiny.node, tiny.who("alfa-release"), Wish(feeds=("alfa-radar",))))
    assert order["grounds_withdrawn"] == 1
    assert state(tiny, case) == "grounds_withdrawn"
    lifted = value(resume(tiny.node, tiny.who("alfa-release"), order["order"]))
    assert lifted["grounds_restored"] == 1


def test_p8_after_a_halt_a_basis_rests_on_a_lead_that_can_be_read_or_on_an_own_sighting(tiny: Tiny) -> None:
    case, _ = opened(tiny)
    gone = value(show_case(tiny.node, tiny.who("cutter-watch"), case))["case"]["leads"]
    rest, closed = (value(read(tiny.node, tiny.who("cutter-watch"), tiny.lead(drop)))["digest"] for drop in ("alfa-radar", "bravo-air"))
    value(halt(tiny.node, tiny.who("alfa-release"), Wish(feeds=("alfa-radar",))))
    assert "withdrawn" in no(take(tiny, case, "seek_basis", leads=gone))["reasons"][0]
    silent = no(take(tiny, case, "seek_basis", leads=[]))
    assert "cite a lead the acting unit can read now" in silent["reasons"][0]
    assert silent["lawful_next"][0] == "sight"
    said = [no(take(tiny, case, "seek_basis", leads=[one])) for one in (closed, "0" * 64)]
    assert said[0] == said[1], "a lead that cannot be read is an absent one"
    assert "cannot be read" in said[0]["reasons"][0]
    value(take(tiny, case, "seek_basis", leads=[rest]))
    own = value(take(tiny, case, "sight"))["digest"]
    signed = {"adviser": "charlie-legal", "valid_until_ms": START_MS + 10**7}
    no(take(tiny, case, "sign_basis", by="charlie-legal", **signed))
    value(take(tiny, case, "sign_basis", by="charlie-legal", **signed, sightings=[own]))


def test_red_line_15_a_halt_of_the_lead_hides_no_record_of_what_was_done(tiny: Tiny) -> None:
    case, _ = opened(tiny)
    value(take(tiny, case, "detect", note="seen from the bridge"))
    value(halt(tiny.node, tiny.who("alfa-release"), Wish()))
    value(halt(tiny.node, tiny.who("bravo-release"), Wish()))
    shown = value(show_case(tiny.node, tiny.who("cutter-watch"), case))
    assert "detect" in str(shown["case"])


def test_p8_lifting_one_of_two_orders_over_a_lead_leaves_its_grounds_withdrawn(tiny: Tiny) -> None:
    case, _ = opened(tiny)
    one = value(halt(tiny.node, tiny.who("alfa-release"), Wish(feeds=("alfa-radar",))))
    tiny.clock.at_ms += MINUTE_MS
    two = value(halt(tiny.node, tiny.who("alfa-release"), Wish(partners=("charlie",))))
    assert (one["grounds_withdrawn"], two["grounds_withdrawn"]) == (1, 1)
    tiny.clock.at_ms += MINUTE_MS
    value(resume(tiny.node, tiny.who("alfa-release"), one["order"]))
    shown = value(show_case(tiny.node, tiny.who("cutter-watch"), case))["case"]
    assert len(shown["withdrawn"]) == 1, "the second order still closes it"
    tiny.clock.at_ms += MINUTE_MS
    digest = shown["leads"][0]
    said = no(take(tiny, case, "seek_basis", leads=[digest])) if shown["state"] == "monitored" else None
    assert said is None or "withdrawn" in said["reasons"][0]
