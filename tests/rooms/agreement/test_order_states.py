"""The states of an order: the table is well formed, and a history is a walk along it that ends where the fold says."""

from __future__ import annotations

import itertools
import random

import pytest

from fairlead import errors
from fairlead.agreement import Order, fold, make_order
from fairlead.agreement.events import ConditionReport, Confirm, Event, RecallAnswer, Resume
from fairlead.agreement.order import change_of, in_force
from fairlead.agreement.order_states import ANSWERS, CLOSED, MEANING, STEPS, TERMINAL, diagram, faults, history, recipients
from tests.model import orders, world

HOUR_MS = 3_600_000
BOOK = orders.book()


def order(id: str = "o", at_ms: int = 1, **axes: object) -> Order:
    return make_order(BOOK, world.FEEDS, declared=orders.DECLARED, id=id, originator="alfa", ordered_at_ms=at_ms, officer="ann", **axes)


def states(one: Order, *later: tuple[Event, int], at_ms: int = 9 * HOUR_MS) -> list[str]:
    return [stage.state for stage in history(one, [(one, 1), *later], BOOK, at_ms)]


def test_the_table_is_well_formed_and_printed_whole() -> None:
    assert faults() == ()
    assert {step.from_state for step in STEPS} | {step.to_state for step in STEPS} == set(MEANING)
    assert set(MEANING) == {"drafted", *CLOSED, *TERMINAL}
    assert diagram().count("-->") == len(STEPS) + len(TERMINAL) + 1


def test_an_order_is_ordered_notified_reviewed_and_lifted() -> None:
    one = order(condition="the treaty is amended", verified_by="bravo", recalls=["bravo"], answer_by_ms=2)
    told = ConditionReport(order="o", party="bravo", at_ms=5, words="it is")
    assert states(one) == ["ordered", "notified"]
    assert states(one, (told, 5)) == ["ordered", "notified", "condition_reported", "under_review"]
    assert states(one, (told, 5), (Resume(order="o", originator="alfa", at_ms=6), 6))[-1] == "lifted"
    assert states(one, (told, 5), at_ms=4) == ["ordered", "notified"], "what it was at an instant"


def test_a_freeze_lapses_to_review_and_never_to_open() -> None:
    one = order(freeze_until_ms=HOUR_MS)
    confirmed = Confirm(order="o", originator="alfa", officer="other", at_ms=2)
    assert states(one, at_ms=HOUR_MS - 1) == ["frozen"]
    assert states(one, at_ms=HOUR_MS) == ["frozen", "under_review"]
    assert states(one, (confirmed, 2)) == ["frozen", "ordered"]
    assert states(one, (confirmed, HOUR_MS + 5)) == ["frozen", "under_review", "ordered"], "late, and welcome"
    assert all(state in CLOSED for state in states(one))
    assert in_force(one, 10**15), "closed whatever the clock says"


def test_a_freeze_is_confirmed_once_and_by_another_officer() -> None:
    before = fold([order(freeze_until_ms=HOUR_MS)])
    with pytest.raises(errors.BadInput, match="another officer"):
        fold([Confirm(order="o", originator="alfa", officer="ann", at_ms=2)], before)
    after = fold([Confirm(order="o", originator="alfa", officer="amy", at_ms=2)], before)
    with pytest.raises(errors.BadInput, match="confirmed already"):
        fold([Confirm(order="o", originator="alfa", officer="abe", at_ms=3)], after)
    with pytest.raises(errors.BadInput, match="no emergency freeze"):
        fold([order("p"), Confirm(order="p", originator="alfa", officer="amy", at_ms=2)])
    with pytest.raises(errors.BadInput, match="no such order"):
        fold([Confirm(order="o", originator="bravo", officer="ben", at_ms=2)], before)


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ({}, {"units": ["b1"]}, "narrows"),
        ({"units": ["b1"]}, {}, "widens"),
        ({"units": ["b1"]}, {"units": ["c1"]}, "replaces"),
        ({"partners": ["bravo"]}, {"units": ["b1"]}, "narrows"),
        ({"partners": ["bravo"]}, {"units": ["b1", "b2"]}, "repeats"),
        ({"feeds": ["a-ais"]}, {"feeds": ["a-ais", "a-radar"]}, "widens"),
        ({"regions": ["north-sea", "dateline"]}, {"regions": ["dateline"]}, "narrows"),
        ({"window_from_ms": 5}, {"window_from_ms": 5, "window_to_ms": 9}, "narrows"),
        ({"until_ms": 50}, {"until_ms": 60}, "widens"),
        ({"until_ms": 50}, {}, "widens"),
        ({"reach": ["new"]}, {"reach": ["new", "derived"]}, "widens"),
        ({}, {"carve_outs": ["co_originators"]}, "narrows"),
        ({"no_rescue_because": "none is near"}, {}, "narrows"),
        ({"purposes": ["interdiction"], "units": ["b1"]}, {"units": ["b1", "c1"]}, "widens"),
        ({"purposes": ["interdiction"]}, {"units": ["b1"]}, "replaces"),
    ],
)
def test_a_replacement_narrows_widens_or_replaces_and_ends_the_old_one_in_its_own_event(
    old: dict[str, object], new: dict[str, object], change: str
) -> None:
    first, second = order(**old), order("p", replaces="o", **new)
    assert change_of(first, second, BOOK) == change
    ended = {"narrows": "narrowed", "widens": "widened"}.get(change, "replaced")
    assert states(first, (second, 7))[-1] == ended
    after = fold([first, second])
    assert [one.id for one in after.orders] == ["p"]
    assert after.epoch == 2, "one event, nothing in between"


def test_recalls_are_answered_in_order_once_and_by_those_they_ask() -> None:
    one = order(recalls=["bravo", "charlie"], answer_by_ms=10)
    said = {
        name: RecallAnswer(order="o", party="bravo", answer=name, at_ms=5, statement="burnt", kept="a log")  # type: ignore[arg-type]
        for name in ("acknowledged", "complied")
    }
    for wrong in ([said["complied"]], [said["acknowledged"]] * 2, [RecallAnswer(order="p", party="bravo", answer="complied", at_ms=1)]):
        with pytest.raises(errors.BadInput):
            fold([one, *wrong])
    with pytest.raises(errors.BadInput, match="recalls nothing from this party"):
        fold([order(recalls=["charlie"], answer_by_ms=10), said["acknowledged"]])
    with pytest.raises(errors.BadInput, match="recalls nothing from this party"):
        fold([order(recalls=["bravo"], answer_by_ms=10, freeze_until_ms=HOUR_MS), said["acknowledged"]])
    answers = list(said.values())
    assert [(r.party, r.state, r.overdue) for r in recipients(one, answers, 20)] == [
        ("bravo", "complied", False),
        ("charlie", "asked", True),
    ]
    assert [(r.state, r.overdue) for r in recipients(one, answers[:1], 9)] == [("acknowledged", False), ("asked", False)]
    assert [(r.state, r.overdue) for r in recipients(one, answers[:1], 10)] == [("acknowledged", True), ("asked", True)]
    assert set(ANSWERS) == {("asked", "acknowledged"), ("acknowledged", "complied")}


def test_whatever_the_fold_lets_through_is_a_walk_along_the_table() -> None:
    seen: set[str] = set()
    for seed in range(300):
        rng = random.Random(seed)
        ends = rng.choice([{}, {"until_ms": rng.randint(3, 12)}, {"condition": "c", "verified_by": "bravo"}, {"freeze_until_ms": 6}])
        kept: list[tuple[Event, int]] = [(order(recalls=["bravo"], answer_by_ms=4, **ends), 1)]
        for at_ms in range(2, 12):
            event: Event = rng.choice(
                [
                    Confirm(order="o", originator="alfa", officer="amy", at_ms=at_ms),
                    ConditionReport(order="o", party="bravo", at_ms=at_ms, words="met"),
                    RecallAnswer(order="o", party="bravo", answer="acknowledged", at_ms=at_ms),
                    *([Resume(order="o", originator="alfa", at_ms=at_ms)] if rng.random() < 0.2 else []),
                    *([order(f"p{at_ms}", at_ms, replaces="o", units=["b1"])] if rng.random() < 0.2 else []),
                ]
            )
            try:
                fold([one for one, _ in [*kept, (event, at_ms)]])
            except errors.BadInput:
                continue
            kept.append((event, at_ms))
        stages = history(kept[0][0], kept, BOOK, 20)  # type: ignore[arg-type]
        table = {(step.from_state, step.to_state) for step in STEPS}
        assert all(pair in table for pair in itertools.pairwise(["drafted", *(one.state for one in stages)]))
        standing = {one.id for one in fold(one for one, _ in kept).orders if in_force(one, 20)}
        assert (stages[-1].state in CLOSED) == ("o" in standing), (seed, stages)
        seen.update(one.state for one in stages)
    assert seen >= set(MEANING) - {"drafted", "widened", "replaced"}
