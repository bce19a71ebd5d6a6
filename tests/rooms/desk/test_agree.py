"""The verbs of an agreement: nothing is given that was not drafted, reviewed by another, and signed by a second officer."""

from __future__ import annotations

import msgspec
import pytest

from fairlead import errors
from fairlead.agreement import Facts, Request, decide
from fairlead.desk.agree import Finding, Terms, activate, amend, denounce, draft, preview_draft, review
from fairlead.desk.agreements import agreements
from fairlead.desk.halt import Wish, halt
from fairlead.desk.look import look
from fairlead.label import make_label
from tests.rooms.desk.tiny import MINUTE_MS, START_MS, Tiny, no, value

DAY_MS = 86_400_000
TERMS = Terms(
    id="alfa-rescue",
    recipients=("rescue",),
    purposes=("search_and_rescue",),
    operations=("lifeline",),
    categories=("radar",),
    not_before_ms=START_MS,
    expires_ms=START_MS + 30 * DAY_MS,
    lease_s=1200,
)
YES = Finding(question="what if a rescue is used to stop people", decision="approved", findings="the centre stops nobody")


def terms(**changed: object) -> Terms:
    return msgspec.structs.replace(TERMS, **changed)


def agreed(tiny: Tiny, wanted: Terms = TERMS, *, drafter: str = "alfa-release", second: str = "alfa-second") -> None:
    value(draft(tiny.node, tiny.who(drafter), wanted))
    value(review(tiny.node, tiny.who(second), wanted.id, YES))
    value(activate(tiny.node, tiny.who(second), wanted.id))


def opens(tiny: Tiny, unit: str, purpose: str, operation: str) -> bool:
    """Whether anything of Alfa's radar is open to this reader."""
    with tiny.node.db.read() as tx:
        slice = tiny.node.house(tx, tiny.clock.at_ms).slice
    return bool(slice.open_to.get((unit, purpose, operation), 0) & slice.bits["alfa", "radar"])


def rescued(tiny: Tiny) -> bool:
    return opens(tiny, "rescue", "search_and_rescue", "lifeline")


def test_p1_a_draft_gives_nothing_a_review_gives_nothing_and_the_second_officer_puts_it_in_force(tiny: Tiny) -> None:
    drafted = value(draft(tiny.node, tiny.who("alfa-release"), TERMS))
    assert (drafted["state"], drafted["version"], drafted["needs_review"]) == ("draft", 1, True)
    assert not rescued(tiny)
    opened = value(review(tiny.node, tiny.who("alfa-second"), "alfa-rescue", Finding(question="who reads it", decision="open")))
    assert opened["state"] == "in_review"
    assert value(review(tiny.node, tiny.who("alfa-second"), "alfa-rescue", YES))["state"] == "approved"
    assert not rescued(tiny)
    done = value(activate(tiny.node, tiny.who("alfa-second"), "alfa-rescue"))
    assert (done["state"], done["drafter"], done["second"]) == ("in_force", "alfa-release", "alfa-second")
    assert rescued(tiny)


def test_p1_each_step_is_in_the_log_and_home_of_the_originator_alone(tiny: Tiny) -> None:
    with tiny.logged(alfa=3):
        agreed(tiny)
    records = tiny.root / "homes" / "alfa" / "records"
    assert {path.name: len(list(path.glob("*.json"))) for path in records.iterdir()} == {
        "book-change": 1, "draft": 1, "grant": 4, "review": 1,
    }  # fmt: skip
    assert tiny.newest("alfa").holdings[0].kind == "grant"


def test_p1_the_drafter_neither_reviews_nor_signs_second(tiny: Tiny) -> None:
    value(draft(tiny.node, tiny.who("alfa-release"), TERMS))
    assert "drafted it and cannot review it" in str(no(review(tiny.node, tiny.who("alfa-release"), "alfa-rescue", YES)))
    value(review(tiny.node, tiny.who("alfa-second"), "alfa-rescue", YES))
    assert "a second officer signs it: alfa-second" in str(no(activate(tiny.node, tiny.who("alfa-release"), "alfa-rescue")))
    assert not rescued(tiny)


@pytest.mark.parametrize("decision", ["", "open", "returned", "rejected"])
def test_p1_what_no_review_approved_is_not_put_in_force(tiny: Tiny, decision: str) -> None:
    value(draft(tiny.node, tiny.who("alfa-release"), TERMS))
    if decision:
        value(review(tiny.node, tiny.who("alfa-second"), "alfa-rescue", msgspec.structs.replace(YES, decision=decision)))
    with tiny.logged(), pytest.raises(errors.BadInput, match="no review approved this version"):
        activate(tiny.node, tiny.who("alfa-second"), "alfa-rescue")
    assert not rescued(tiny)


def test_p1_an_approval_is_of_the_very_draft_that_was_reviewed(tiny: Tiny) -> None:
    value(draft(tiny.node, tiny.who("alfa-release"), TERMS))
    value(review(tiny.node, tiny.who("alfa-second"), "alfa-rescue", YES))
    value(draft(tiny.node, tiny.who("alfa-release"), terms(recipients=("rescue", "cutter"))))
    with pytest.raises(errors.BadInput, match="no review approved this version"):
        activate(tiny.node, tiny.who("alfa-second"), "alfa-rescue")


def test_a_rejected_draft_is_drafted_anew_or_never(tiny: Tiny) -> None:
    value(draft(tiny.node, tiny.who("alfa-release"), TERMS))
    rejected = msgspec.structs.replace(YES, decision="rejected", dissent="alfa-second would have it")
    assert value(review(tiny.node, tiny.who("alfa-second"), "alfa-rescue", rejected))["state"] == "rejected"
    with tiny.logged(), pytest.raises(errors.BadInput, match="the draft was rejected"):
        review(tiny.node, tiny.who("alfa-second"), "alfa-rescue", YES)
    value(draft(tiny.node, tiny.who("alfa-second"), terms(lease_s=600)))
    assert value(review(tiny.node, tiny.who("alfa-release"), "alfa-rescue", YES))["state"] == "approved"


def test_p1_an_amendment_that_widens_goes_through_the_review_and_one_that_narrows_goes_at_once(tiny: Tiny) -> None:
    agreed(tiny)
    with tiny.logged(), pytest.raises(errors.BadInput, match="to cutter"):
        amend(tiny.node, tiny.who("alfa-release"), terms(recipients=("rescue", "cutter")))
    done = value(amend(tiny.node, tiny.who("alfa-release"), terms(expires_ms=START_MS + DAY_MS)))
    assert (done["version"], done["gives_more"], done["needs_review"]) == (2, [], False)
    assert done["gives_until_ms"] == START_MS + DAY_MS
    agreed(tiny, terms(recipients=("rescue", "cutter")))
    assert opens(tiny, "cutter", "search_and_rescue", "lifeline")


def test_p1_what_was_denounced_is_taken_up_again_only_through_a_review(tiny: Tiny) -> None:
    agreed(tiny)
    ends = value(denounce(tiny.node, tiny.who("alfa-release"), "alfa-rescue", ends_ms=START_MS + DAY_MS, why="no answer"))
    assert (ends["state"], ends["leases_end_ms"]) == ("denounced", START_MS + DAY_MS + 1_200_000)
    with tiny.logged(), pytest.raises(errors.BadInput, match="it was denounced"):
        amend(tiny.node, tiny.who("alfa-release"), TERMS)
    assert rescued(tiny), "until the notice ends"
    tiny.clock.at_ms = START_MS + DAY_MS
    assert not rescued(tiny)
    with pytest.raises(errors.BadInput, match="the agreement is over"):
        draft(tiny.node, tiny.who("alfa-release"), TERMS)


def test_nobody_drafts_reviews_signs_or_ends_for_another_party(tiny: Tiny) -> None:
    agreed(tiny)
    value(draft(tiny.node, tiny.who("alfa-release"), terms(lease_s=1800)))
    other = tiny.who("bravo-release")
    with tiny.logged():
        for what in (
            lambda: review(tiny.node, other, "alfa-rescue", YES),
            lambda: activate(tiny.node, other, "alfa-rescue"),
            lambda: amend(tiny.node, other, terms(lease_s=600)),
            lambda: denounce(tiny.node, other, "alfa-rescue"),
        ):
            with pytest.raises(errors.BadInput):
                what()
    assert no(draft(tiny.node, tiny.who("alfa-sensor"), terms(id="more")))


def test_p2_terms_that_name_an_excluded_use_are_refused_and_nothing_changes(tiny: Tiny) -> None:
    for use in ("use_of_force_targeting", "detection_and_monitoring/use_of_force_targeting"):
        with tiny.logged(), pytest.raises(errors.ExcludedUse):
            draft(tiny.node, tiny.who("alfa-release"), terms(purposes=(use,)))


def test_a_preview_of_a_draft_signs_nothing(tiny: Tiny) -> None:
    with tiny.logged():
        shown = value(preview_draft(tiny.node, tiny.who("alfa-release"), TERMS))
    assert shown["words"].startswith("Alfa (alfa) gives radar it originated to Charlie's rescue coordination centre (rescue), for ")
    with pytest.raises(errors.BadInput, match="no such draft"):
        review(tiny.node, tiny.who("alfa-second"), "alfa-rescue", YES)


def test_p1_what_an_agreement_gives_is_read_and_its_end_ends_it(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    watch = tiny.who("cell-watch", "search_and_rescue")
    cell = terms(
        id="bravo-cell", recipients=("cell",), operations=("patrol",), categories=("ais",), expires_ms=START_MS + 9 * MINUTE_MS
    )

    def seen() -> set[str]:
        return {track["kind"] for track in value(look(tiny.node, watch))["picture"]["tracks"]}

    assert seen() == set()
    agreed(tiny, cell, drafter="bravo-release", second="bravo-second")
    assert seen() == {"ais"}
    tiny.clock.at_ms = START_MS + 9 * MINUTE_MS - 1
    assert seen() == {"ais"}
    tiny.clock.at_ms = START_MS + 9 * MINUTE_MS
    assert seen() == set()


def test_the_table_of_what_is_given_is_what_the_gate_would_say_with_orders_and_assurances(tiny: Tiny) -> None:
    bravo, seen = tiny.who("bravo-release"), []

    def table() -> dict[tuple[str, str], dict[str, bool]]:
        return {(row["unit"], row["purpose"]): row["categories"] for row in value(agreements(tiny.node, bravo))["given_now"]}

    whole = table()
    assert {unit for unit, _ in whole} == {"alfa-radar", "cell", "cutter", "port", "rescue", "support"}
    assert all(all(cell.values()) for cell in whole.values())
    value(halt(tiny.node, bravo, Wish(units=("cutter",), categories=("ais",))))
    asking = terms(
        id="bravo-rescue",
        recipients=("rescue",),
        categories=("ais",),
        assurances=("no_onward",),
        not_before_ms=1_590_969_600_000,
        lease_s=900,
    )
    value(amend(tiny.node, bravo, asking))
    for (unit, purpose), cell in table().items():
        for category, open in cell.items():
            seen.append((unit, purpose, category, open))
            made = make_label(
                tiny.node.coalition.book,
                originator="bravo",
                category=category,
                level="open",
                recipients=[unit],
                purposes=[purpose],
                operations=["patrol", "lifeline"],
            )
            with tiny.node.db.read() as tx:
                house = tiny.node.house(tx, tiny.clock.at_ms)
            facts = Facts(label=made, not_before_ms=0, expires_ms=2**53 - 1)
            person = next((code for code, one in house.people.items() if unit in one.units and one.may("list")), "")
            operation = "lifeline" if purpose == "search_and_rescue" else "patrol"
            asked = Request(
                person=person, unit=unit, purpose=purpose, operation=operation, act="list", form="full", at_ms=tiny.clock.at_ms
            )
            failing = {one.conjunct for one in decide(house, asked, facts).reasons}
            assert bool(failing & {"grants", "orders", "assurances"}) is not open, (unit, purpose, category, failing)
    assert 0 < sum(not open for *_, open in seen) < len(seen)
