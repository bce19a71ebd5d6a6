"""A tiny universe for the laws: small enough to ask every question, shaped so that 20 to 40 % of the answers are permits."""

from __future__ import annotations

import itertools
import random

from fairlead.agreement import Assurance, Person, make_grant, make_order
from fairlead.label import CodeBook, Command, Handling, Operation, Party, Unit, join, make_label
from fairlead.label.label import Label

DAY = 1_000
PURPOSES = ["interdiction", "search_and_rescue", "detection_and_monitoring/interdiction"]
FEEDS = {"a-radar": "alfa", "a-ais": "alfa", "b-ais": "bravo"}
CATEGORY = {"a-radar": "radar", "a-ais": "ais", "b-ais": "ais"}


def book(**changed: Unit) -> CodeBook:
    units = [
        Unit(
            code="a1",
            name="A1",
            party="alfa",
            regime="law_enforcement",
            command="ca",
            mission="watch",
            clearance="secret",
            handling=("care",),
        ),
        Unit(
            code="b1",
            name="B1",
            party="bravo",
            regime="law_enforcement",
            command="cb",
            mission="watch",
            clearance="restricted",
            handling=("care",),
        ),
        Unit(
            code="b2",
            name="B2",
            party="bravo",
            regime="law_enforcement",
            command="cm",
            mission="support",
            clearance="secret",
            handling=("care",),
        ),
        Unit(code="c1", name="C1", party="charlie", regime="rescue", command="cc", mission="rescue", clearance="confidential"),
    ]
    table = {unit.code: unit for unit in units} | changed
    return CodeBook(
        version=1,
        parties={code: Party(code=code, name=code.title()) for code in ("alfa", "bravo", "charlie")},
        commands={
            "ca": Command(code="ca", name="CA", party="alfa", regime="law_enforcement"),
            "cb": Command(code="cb", name="CB", party="bravo", regime="law_enforcement"),
            "cm": Command(code="cm", name="CM", party="bravo", regime="military"),
            "cc": Command(code="cc", name="CC", party="charlie", regime="rescue"),
        },
        units=table,
        operations={
            "north": Operation(code="north", name="North", mission="counter-smuggling", units=("a1", "b1", "b2", "c1")),
            "south": Operation(code="south", name="South", mission="rescue", units=("a1", "b1", "c1")),
        },
        categories={"radar": "radar", "ais": "ais"},
        handling={"care": Handling(code="care", text="handle with care"), "quiet": Handling(code="quiet", text="no onward")},
    )


PEOPLE = {
    code: Person(code=code, name=code, party=party, units=units, roles=roles)
    for code, party, units, roles in [
        ("ann", "alfa", ("a1",), ("analyst", "releasing_officer")),
        ("ben", "bravo", ("b1", "b2"), ("watch_officer",)),
        ("cas", "charlie", ("c1",), ("watch_officer",)),
        ("adm", "bravo", ("b1",), ("administrator",)),
    ]
}


def labels(rng: random.Random, the_book: CodeBook) -> dict[frozenset[str], Label]:
    """A source label per feed, and the join of every set of feeds."""
    source = {}
    for feed, party in FEEDS.items():
        source[feed] = make_label(
            the_book,
            originator=party,
            category=CATEGORY[feed],
            level=rng.choice(["open", "open", "restricted", "restricted", "restricted", "confidential"]),
            recipients=rng.sample(sorted(the_book.units), rng.choice([3, 4, 4, 4])),
            purposes=rng.sample(PURPOSES, rng.choice([2, 3, 3, 3])),
            operations=rng.sample(sorted(the_book.operations), rng.choice([1, 2, 2, 2, 2])),
            handling=rng.choice([[], [], ["care"], ["care", "quiet"]]) if rng.random() < 0.2 else [],
        )
    sets = [frozenset(c) for n in (1, 2, 3) for c in itertools.combinations(sorted(FEEDS), n)]
    return {feeds: join([source[feed] for feed in sorted(feeds)]) for feeds in sets}


def events(rng: random.Random, the_book: CodeBook, *, orders: int = 1) -> list:
    """Grants wide enough that much is permitted, an assurance now and then, and some orders."""
    made: list = []
    for number, (party, categories) in enumerate(
        [("alfa", ["radar"]), ("alfa", ["ais"]), ("alfa", ["ais", "radar"]), ("bravo", ["ais"]), ("bravo", ["ais"])]
    ):
        made.append(
            make_grant(
                the_book,
                id=f"g{number}",
                originator=party,
                recipients=rng.sample(sorted(the_book.units), rng.choice([3, 4, 4, 4])),
                purposes=rng.sample(PURPOSES, rng.choice([2, 3, 3, 3])),
                operations=rng.sample(sorted(the_book.operations), rng.choice([1, 2, 2, 2, 2])),
                categories=categories,
                not_before_ms=rng.choice([0, 0, 0, 0, 0, 2 * DAY]),
                expires_ms=rng.choice([4 * DAY, 9 * DAY, 9 * DAY]),
                assurances=rng.choice([[], [], [], [], [], ["treatment"]]),
            )
        )
    accepting = [party for party in ("alfa", "bravo", "charlie") if rng.random() < 0.8]
    made += [Assurance(party=party, assurance="treatment", expires_ms=rng.choice([2 * DAY, 9 * DAY])) for party in accepting]
    return made + [order(rng, the_book, f"o{number}") for number in range(rng.randint(0, orders))]


def order(rng: random.Random, the_book: CodeBook, id: str):
    party = rng.choice(["alfa", "bravo"])
    feeds = rng.choice([[], [], [feed for feed in FEEDS if FEEDS[feed] == party][:1]])
    others = [unit.code for unit in the_book.units.values() if unit.party != party]
    return make_order(
        the_book,
        FEEDS,
        id=id,
        originator=party,
        ordered_at_ms=1,
        units=rng.choice([[], rng.sample(others, 1), rng.sample(others, 1)]),
        purposes=rng.choice([[], [rng.choice(PURPOSES)]]),
        operations=rng.choice([[], [], ["north"]]),
        categories=rng.choice([[], [], ["ais"]]),
        feeds=feeds,
        until_ms=rng.choice([0, 3 * DAY]),
        carve_outs=["co_originators"] if feeds and rng.random() < 0.5 else [],
    )
