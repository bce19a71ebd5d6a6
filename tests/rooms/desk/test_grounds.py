"""What agreements, assurances and code-books take from a case and give back, beside what orders do."""

from __future__ import annotations

import msgspec
import pytest

from fairlead.desk.agree import Finding, Terms, activate, amend, denounce, draft, review
from fairlead.desk.assure import Doubt, Promise, judge, promise
from fairlead.desk.halt import Wish, halt, resume
from tests.rooms.desk.test_halt_after import case, case_state
from tests.rooms.desk.tiny import MINUTE_MS, START_MS, Tiny, value

DAY_MS = 86_400_000
FULL = Terms(
    id="bravo-partners",
    recipients=("alfa", "cell", "cutter", "port"),
    purposes=("interdiction", "detection_and_monitoring/interdiction"),
    operations=("patrol",),
    categories=("air", "ais"),
    not_before_ms=1_590_969_600_000,
    expires_ms=1_622_505_600_000,
)
WITHOUT_CUTTER = msgspec.structs.replace(FULL, recipients=("alfa", "cell", "port"))
WITHOUT_PORT = msgspec.structs.replace(FULL, recipients=("alfa", "cell", "cutter"))
ASKING = msgspec.structs.replace(FULL, assurances=("no_onward",))


@pytest.fixture
def opened(tiny: Tiny) -> str:
    return case(tiny)[1]


def narrow(tiny: Tiny, to: Terms) -> None:
    value(amend(tiny.node, tiny.who("bravo-release"), to))


def give(tiny: Tiny, wanted: Terms = FULL) -> None:
    """The way terms widen: drafted, reviewed by another, signed by that other."""
    second = tiny.who("bravo-second")
    value(draft(tiny.node, tiny.who("bravo-release"), wanted))
    value(review(tiny.node, second, wanted.id, Finding(question="what changed", decision="approved", findings="nothing")))
    value(activate(tiny.node, second, wanted.id))


def acts_held(tiny: Tiny, party: str) -> int:
    """How many acts of cases lie in a party's home."""
    return len(list((tiny.node.root / "homes" / party / "records" / "case-act").glob("*.json")))


def lacks(tiny: Tiny, case_id: str) -> int:
    """How often its grounds are withdrawn; the unit stands off exactly when they are."""
    state = case_state(tiny, case_id)
    assert (state["state"] == "grounds_withdrawn") is bool(state["withdrawn"])
    return len(state["withdrawn"])


def test_p4_an_agreement_that_narrows_withdraws_the_grounds_it_carried_and_one_that_gives_them_again_restores_them(
    tiny: Tiny, opened: str
) -> None:
    narrow(tiny, WITHOUT_PORT)
    assert lacks(tiny, opened) == 0
    before = acts_held(tiny, "charlie")
    withdrawn = value(amend(tiny.node, tiny.who("bravo-release"), msgspec.structs.replace(WITHOUT_CUTTER, recipients=("cell",))))
    assert (withdrawn["grounds_withdrawn"], lacks(tiny, opened)) == (1, 1)
    assert acts_held(tiny, "charlie") == before + 1, "the withdrawal is in the acting party's own hands"
    give(tiny)
    state = case_state(tiny, opened)
    assert state["withdrawn"] == []


def test_p4_an_agreement_that_ends_withdraws_at_once_and_one_under_notice_does_not(tiny: Tiny, opened: str) -> None:
    bravo = tiny.who("bravo-release")
    value(denounce(tiny.node, bravo, "bravo-partners", ends_ms=START_MS + 5 * DAY_MS))
    assert lacks(tiny, opened) == 0
    value(denounce(tiny.node, bravo, "bravo-partners"))
    assert lacks(tiny, opened) == 1


@pytest.mark.parametrize("last", ["order", "agreement"])
def test_p4_what_an_order_and_an_agreement_took_both_have_to_give_back(tiny: Tiny, opened: str, last: str) -> None:
    bravo = tiny.who("bravo-release")
    order = value(halt(tiny.node, bravo, Wish(partners=("charlie",))))["order"]
    narrow(tiny, WITHOUT_CUTTER)
    assert lacks(tiny, opened) == 2
    tiny.clock.at_ms += MINUTE_MS
    steps = {"order": lambda: value(resume(tiny.node, bravo, order)), "agreement": lambda: give(tiny)}
    for n, step in enumerate(sorted(steps, key=lambda name: name == last)):
        steps[step]()
        assert bool(case_state(tiny, opened)["withdrawn"]) is (n == 0)


def test_p4_an_order_that_came_while_an_agreement_had_taken_the_grounds_keeps_them(tiny: Tiny, opened: str) -> None:
    bravo = tiny.who("bravo-release")
    narrow(tiny, WITHOUT_CUTTER)
    order = value(halt(tiny.node, bravo, Wish(partners=("charlie",))))["order"]
    give(tiny)
    assert case_state(tiny, opened)["withdrawn"], "the order closes what the agreement gives again"
    tiny.clock.at_ms += MINUTE_MS
    assert value(resume(tiny.node, bravo, order))["grounds_restored"] == 1
    assert case_state(tiny, opened)["withdrawn"] == []


def test_p4_an_assurance_that_fails_withdraws_grounds_and_one_that_is_given_restores_them(tiny: Tiny, opened: str) -> None:
    charlie, bravo = tiny.who("charlie-release"), tiny.who("bravo-release")
    given = Promise(kind="no_onward", originator="bravo", expires_ms=START_MS + DAY_MS)
    doubt = Doubt(party="charlie", kind="no_onward", why="seen elsewhere")
    narrow(tiny, ASKING)
    assert lacks(tiny, opened) == 1
    seen = []
    for say in (
        lambda: promise(tiny.node, charlie, "offered", given),
        lambda: promise(tiny.node, charlie, "accepted", given),
        lambda: judge(tiny.node, bravo, "doubted", doubt),
        lambda: judge(tiny.node, bravo, "breached", doubt),
        lambda: judge(tiny.node, bravo, "restored", doubt),
        lambda: promise(tiny.node, charlie, "withdrawn", msgspec.structs.replace(given, why="it cannot be kept")),
    ):
        tiny.clock.at_ms += MINUTE_MS
        value(say())
        seen.append(len(case_state(tiny, opened)["withdrawn"]))
    assert seen == [1, 0, 0, 1, 0, 1]
