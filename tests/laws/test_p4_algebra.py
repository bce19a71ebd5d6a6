"""P4, how orders, resumes and replacements compose: an order only takes away, a resume gives back exactly what it took, order of
signing does not matter, and what is said to narrow opens and never closes."""

from __future__ import annotations

import itertools
import random

import msgspec

from fairlead.agreement import Gatehouse, Order, Request, Resume, compile_slice, decide, fold, make_order
from fairlead.agreement.gate import Facts
from fairlead.agreement.order import change_of
from fairlead.agreement.selector import SourceFacts, lying
from tests.model import orders, world

BOOK = orders.book()
AT = 2_500


def order(rng: random.Random, id: str, party: str, *, replaces: str = "") -> Order:
    """An order with one or two axes, so that orders overlap often."""
    others = sorted(unit.code for unit in BOOK.units.values() if unit.party != party)
    axes: list[dict[str, object]] = [
        {"units": rng.sample(others, rng.choice([1, 2]))},
        {"purposes": rng.sample(world.PURPOSES, rng.choice([1, 2]))},
        {"operations": ["north"]},
        {"categories": ["ais"]},
        {"feeds": [feed for feed in sorted(world.FEEDS) if world.FEEDS[feed] == party][:1]},
        {"objects": ["7"]},
        {"carve_outs": ["co_originators"]},
        {"no_rescue_because": "the law asks"},
        {"until_ms": rng.choice([AT, AT + 1, 9 * AT])},
    ]
    chosen = {name: value for axis in rng.sample(axes, rng.choice([0, 1, 1, 2])) for name, value in axis.items()}
    return make_order(BOOK, world.FEEDS, id=id, originator=party, ordered_at_ms=1, replaces=replaces, **chosen)  # type: ignore[arg-type]


class Universe:
    """Grants, records of every kind of descent, and every question: what is permitted after some events."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.labels = world.labels(self.rng, BOOK)
        self.base = world.events(self.rng, BOOK, orders=0)
        self.requests = [
            Request(person=person, unit=unit, purpose=purpose, operation=operation, act="read", form=form, at_ms=AT)
            for person, purpose, operation, form in itertools.product(
                ["ann", "ben", "cas"], world.PURPOSES, ["north", "south"], ["full", "distress"]
            )
            for unit in world.PEOPLE[person].units
        ]

    def permitted(self, *events: Order | Resume) -> set[tuple[int, frozenset[str]]]:
        """Every (request, feeds behind the record) that the gate lets through."""
        standing = fold([*self.base, *events])
        house = Gatehouse(book=BOOK, people=world.PEOPLE, slice=compile_slice(standing, BOOK, AT))
        facts = {
            feeds: Facts(
                label=label, not_before_ms=0, expires_ms=9 * AT, feeds=feeds, held=self.held(feeds, standing.orders), distress=True
            )
            for feeds, label in self.labels.items()
        }
        return {
            (number, feeds)
            for number, request in enumerate(self.requests)
            for feeds, one in facts.items()
            if decide(house, request, one).permitted
        }

    def held(self, feeds: frozenset[str], standing: tuple[Order, ...]) -> frozenset[str]:
        found: set[str] = set()
        for feed, one in itertools.product(sorted(feeds), standing):
            about = frozenset({"7"} if feed == "a-ais" else ())
            source = SourceFacts(label=self.labels[frozenset({feed})], feed=feed, t_min_ms=0, t_max_ms=1, objects=about)
            found |= lying(one, source, (), stored="before")
        return frozenset(found)


def test_p4_orders_only_take_away_commute_and_are_undone_by_their_resume() -> None:
    took = permits = 0
    for seed in range(40):
        all_there_is = Universe(seed)
        free = all_there_is.permitted()
        one, two = (order(all_there_is.rng, name, all_there_is.rng.choice(["alfa", "bravo"])) for name in ("one", "two"))
        lifted = Resume(order="one", originator=one.originator, at_ms=2)
        after = all_there_is.permitted(one)
        both = all_there_is.permitted(one, two)
        assert after <= free, "an order never opens anything"
        assert both <= after
        assert both == all_there_is.permitted(two, one), "they commute"
        assert both == after & all_there_is.permitted(two), "and meet"
        assert all_there_is.permitted(one, lifted) == free, "a resume gives back all, and nothing more"
        assert all_there_is.permitted(one, two, lifted) == all_there_is.permitted(two), "and leaves the other standing"
        again = msgspec.structs.replace(one, id="again")
        assert all_there_is.permitted(one, again) == after
        assert all_there_is.permitted(one, again, lifted) == after, "lifting one of two leaves it closed"
        took, permits = took + len(free - after), permits + len(free)
    assert 0.1 < took / permits < 0.9, took / permits


def test_p4_a_replacement_is_a_resume_and_an_order_in_one_event_and_does_what_it_is_said_to_do() -> None:
    said = {"narrows": 0, "widens": 0, "replaces": 0, "repeats": 0}
    for seed in range(150):
        all_there_is = Universe(seed)
        rng = all_there_is.rng
        party = rng.choice(["alfa", "bravo"])
        old = order(rng, "old", party)
        new = order(rng, "new", party, replaces="old")
        if seed % 2:  # a variation of the old one, so that narrower and wider ones are met
            axis = rng.choice(["units", "purposes", "operations", "categories", "feeds", "objects", "until_ms"])
            new = msgspec.structs.replace(old, id="new", replaces="old", **{axis: getattr(new, axis)})
        before, after = all_there_is.permitted(old), all_there_is.permitted(old, new)
        alone = msgspec.structs.replace(new, replaces="")
        apart = [Resume(order="old", originator=party, at_ms=2), alone]
        assert after == all_there_is.permitted(old, *apart) == all_there_is.permitted(alone)
        assert fold([*all_there_is.base, old, new]).epoch == len(all_there_is.base) + 2
        change = change_of(old, new, BOOK)
        said[change] += 1
        if change == "narrows":
            assert before <= after
        if change == "widens":
            assert after <= before
        if change == "repeats":
            assert after == before
    assert min(said.values()) >= 10, said
