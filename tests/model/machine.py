"""A tiny world that changes: every kind of event, sources and what is derived, a clock; each step keeps the world lawful.

The reference world (gate_model.World) is what happened; `house` and `facts` are what the code makes of it, step by step as a node
would: events applied one at a time, holds tested at each insert and inherited, slices compiled anew when epoch or interval moves.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Sequence

import msgspec

from fairlead.agreement import Assurance, Gatehouse, Grant, Order, Override, Request, Resume, Standing, apply, compile_slice, make_grant
from fairlead.agreement.area import Area
from fairlead.agreement.events import Amend, BookChange, Denounce, Event
from fairlead.agreement.gate import Facts
from fairlead.agreement.selector import SourceFacts, lying
from fairlead.errors import BadInput
from fairlead.label import join, make_label
from tests.model import world as tiny
from tests.model.gate_model import Record, World

DAY = tiny.DAY
END = 9 * DAY
LEAVES = [*tiny.PURPOSES, "nationality_verification"]
BOXES = {"west": (0, 0, 10, 10), "east": (0, 20, 10, 30)}
OFTEN_ALL = ["", "", ""]  # an axis is mostly left empty
RECORDS_MAX = 7


class Machine:
    """One world from its founding; every `step` is one event, one record or one move of the clock."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.at = 500
        self.book = tiny.book()
        self.events: list[Event] = []
        self.standing = Standing()
        self.records: dict[str, Record] = {}
        self.held: dict[str, frozenset[str]] = {}
        self.known: Gatehouse | None = None
        self.made = 0
        for party, categories in [("alfa", ["ais", "radar"]), ("alfa", ["ais"]), ("bravo", ["ais"]), ("bravo", ["ais"])]:
            self.add(self.terms(self.name("g"), party, categories, wide=True))
        for party in ("alfa", "bravo", "charlie"):
            self.add(Assurance(party=party, assurance="treatment", expires_ms=END))
        for _ in range(3):
            self.observed()
        self.derived()

    # ---- what a node does

    def add(self, event: Event) -> None:
        self.standing = apply(self.standing, event)
        self.events.append(event)
        if isinstance(event, BookChange):
            self.book = event.book
        if isinstance(event, Order) and event.is_hold:
            for name, record in self.records.items():  # parents come first
                self.held[name] |= lying(event, record.source, self.inherited(record), stored="before")

    def store(self, record: Record) -> None:
        name = self.name("r")
        self.records[name] = record._replace(stored=len(self.events), digest=f"{name:0>64}")
        sets = (lying(order, record.source, self.inherited(record), stored="after") for order in self.standing.orders)
        self.held[name] = frozenset().union(*sets)

    def inherited(self, record: Record) -> frozenset[str]:
        return frozenset().union(*(self.held[parent] for parent in record.parents))

    def house(self) -> Gatehouse:
        known = self.known
        if known is None or known.slice.epoch != self.standing.epoch or not known.slice.from_ms <= self.at < known.slice.to_ms:
            slice = compile_slice(self.standing, self.book, self.at)
            known = self.known = Gatehouse(book=self.book, people=tiny.PEOPLE, slice=slice)
        return known

    def facts(self, name: str) -> Facts:
        record = self.records[name]
        return Facts(
            label=record.label,
            not_before_ms=record.not_before,
            expires_ms=record.expires,
            feeds=frozenset(),
            digest=record.digest,
            held=self.held[name],
            distress=record.distress,
        )

    def world(self) -> World:
        return World(self.book, tiny.PEOPLE, tuple(self.events), dict(self.records))

    def requests(self) -> list[Request]:
        """Every person for every unit of theirs, every purpose and operation, three acts."""
        forms = [("read", "full"), ("picture", "coarse"), ("read", "distress")]
        return [
            Request(person=person, unit=unit, purpose=purpose, operation=operation, act=act, form=form, at_ms=self.at)
            for person in ("ann", "ben", "cas")
            for unit in tiny.PEOPLE[person].units
            for purpose in LEAVES
            for operation in ("north", "south")
            for act, form in forms
            if form != "distress" or purpose == "search_and_rescue"
        ]

    # ---- steps

    def step(self) -> str:
        """One step of some kind, and its name."""
        kinds = [self.granted, self.amended, self.denounced, self.ordered, self.held_back, self.replaced, self.resumed, self.resumed]
        kinds += [self.overridden, self.overridden, self.assured, self.rebooked, self.waited, self.waited, self.observed, self.derived]
        chosen = self.rng.choice(kinds)
        chosen()
        return chosen.__name__

    def granted(self) -> None:
        party, categories = self.rng.choice([("alfa", ["ais"]), ("alfa", ["ais", "radar"]), ("bravo", ["ais"])])
        self.add(self.terms(self.name("g"), party, categories))

    def amended(self) -> None:
        old = self.rng.choice(self.standing.grants)
        terms = self.terms(old.id, old.originator, self.some(["ais", "radar"], 1), wide=self.rng.random() < 0.5)
        self.add(Amend(terms=msgspec.structs.replace(terms, version=old.version + 1), originator=old.originator, at_ms=self.at))

    def denounced(self) -> None:
        waiting = [grant for grant in self.standing.grants if grant.id not in self.standing.denounced]
        if len(waiting) > 2:
            grant = self.rng.choice(waiting)
            ends_ms = self.at + self.rng.choice([0, DAY])
            self.add(Denounce(agreement=grant.id, originator=grant.originator, at_ms=self.at, ends_ms=ends_ms))

    def ordered(self) -> None:
        self.add(self.order())

    def held_back(self) -> None:
        """A hold on the origin of records, wide enough to matter: few axes, most readers."""
        party = self.rng.choice(["alfa", "bravo"])
        feeds = tuple(self.some([feed for feed in sorted(tiny.FEEDS) if tiny.FEEDS[feed] == party], 2))
        wide = Order(id=self.name("o"), originator=party, ordered_at_ms=self.at)
        axes = [{"feeds": feeds}, {"sensors": ("mast",)}, {"objects": ("111",)}, {"regions": (Area(code="west", box=BOXES["west"]),)}]
        reach = self.rng.choice([(), (), ("already_shared", "derived"), ("future_subscriptions", "new")])
        self.add(msgspec.structs.replace(wide, **self.rng.choice(axes), reach=reach))

    def replaced(self) -> None:
        if self.standing.orders:
            old = self.rng.choice(self.standing.orders)
            self.add(msgspec.structs.replace(self.order(old.originator), replaces=old.id))

    def resumed(self) -> None:
        if self.standing.orders:
            order = self.rng.choice(self.standing.orders)
            self.add(Resume(order=order.id, originator=order.originator, at_ms=self.at))

    def overridden(self) -> None:
        """Mostly of every originator; now and then one is missing."""
        name = self.rng.choice(sorted(self.records))
        parties = sorted({party for party, _ in self.records[name].label.originators})
        signed = parties[:1] if self.rng.random() < 0.2 else parties
        begin = self.at + self.rng.choice([0, 0, 0, DAY])
        self.add(
            Override(
                id=self.name("v"),
                originators=tuple(signed),
                holdings=tuple({self.records[one].digest for one in self.some(sorted(self.records), 1)} | {self.records[name].digest}),
                units=tuple(self.some(sorted(self.book.units), 2)),
                purpose=self.rng.choice(LEAVES),
                operation=self.rng.choice(["north", "south"]),
                reason="somebody is in the water",
                legal_basis="a duty to render assistance",
                requester="cas",
                not_before_ms=begin,
                expires_ms=begin + self.rng.choice([DAY, 2 * DAY]),
                at_ms=self.at,
            )
        )

    def assured(self) -> None:
        """Some word on some assurance; one that does not follow on what stands is refused, and nothing changes."""
        status = self.rng.choice(["offered", "accepted", "accepted", "withdrawn", "doubted", "breached", "restored", "restored"])
        event = Assurance(
            party=self.rng.choice(["alfa", "bravo", "charlie"]),
            assurance="treatment",
            originator=self.rng.choice(
                ["alfa", "bravo"] if status in ("doubted", "breached", "restored") else ["", "", "alfa", "bravo"]
            ),
            expires_ms=self.at + self.rng.choice([DAY, 3 * DAY, END]),
            status=status,
            at_ms=self.at,
        )
        with contextlib.suppress(BadInput):
            self.add(event)

    def rebooked(self) -> None:
        """A unit or an operation changes, or changes back: what was granted to the one is void for the other."""
        book, unit = self.book, self.rng.choice(["b1", "c1"])
        home = tiny.book().units[unit]
        changed = self.rng.choice(
            [home, home, msgspec.structs.replace(home, command="cm"), msgspec.structs.replace(home, mission="other")]
        )
        north = msgspec.structs.replace(book.operations["north"], mission=self.rng.choice(["counter-smuggling"] * 3 + ["other"]))
        book = msgspec.structs.replace(
            book, version=book.version + 1, units={**book.units, unit: changed}, operations={**book.operations, "north": north}
        )
        self.add(BookChange(party="alfa", book=book, at_ms=self.at))

    def waited(self) -> None:
        """To a date at which something begins or ends, the instant before it, or a little on; around again at the end."""
        dates = [date for one in self.standing.grants for date in (one.not_before_ms, one.expires_ms)]
        dates += [date for one in self.standing.overrides for date in (one.not_before_ms, one.expires_ms)]
        dates += [one.until_ms for one in self.standing.orders] + [one.expires_ms for one in self.standing.assurances]
        ahead = sorted({date for date in dates if self.at < date < END})[:3] or [self.at + DAY // 2]
        self.at = max(self.at, self.rng.choice([*ahead, *(date - 1 for date in ahead), self.at + 100]))

    def observed(self) -> None:
        feed = self.rng.choice(sorted(tiny.FEEDS))
        label = make_label(
            self.book,
            originator=tiny.FEEDS[feed],
            category=tiny.CATEGORY[feed],
            level=self.rng.choice(["open", "restricted", "restricted", "confidential"]),
            recipients=self.some(sorted(self.book.units), self.rng.choice([3, 4, 4])),
            purposes=self.some(tiny.PURPOSES, self.rng.choice([2, 3, 3])),
            operations=self.some(["north", "south"], self.rng.choice([1, 2, 2])),
            handling=["care"] if self.rng.random() < 0.1 else [],
        )
        source = SourceFacts(
            label=label,
            feed=feed,
            t_min_ms=self.rng.choice([0, 100, 200]),
            t_max_ms=self.rng.choice([200, 300]),
            sensor=self.rng.choice(["mast", "mast", "plane"]),
            channel=self.rng.choice(["", "link"]),
            asset=self.rng.choice(["", "station"]),
            box=self.rng.choice([None, BOXES["west"], BOXES["west"], BOXES["east"]]),
            objects=frozenset(self.some(["111", "222"], self.rng.choice([0, 1, 1, 2]))),
        )
        begin = self.at + self.rng.choice([0, 0, 0, 0, DAY])
        self.kept(Record(label, begin, self.rng.choice([begin + DAY, END, END, END]), source, distress=self.rng.random() < 0.5))

    def derived(self) -> None:
        names = self.some(sorted(self.records), min(self.rng.choice([1, 2, 2, 3]), len(self.records)))
        parents = [self.records[name] for name in names]
        begin, end = max(one.not_before for one in parents), min(one.expires for one in parents)
        if begin < end:
            label = join([one.label for one in parents])
            self.kept(Record(label, begin, end, parents=tuple(names), distress=any(one.distress for one in parents)))

    # ---- parts of steps

    def kept(self, record: Record) -> None:
        """Stored; the oldest leaf goes when there are too many, so that every question can go on being asked."""
        self.store(record)
        if len(self.records) > RECORDS_MAX:
            needed = {parent for one in self.records.values() for parent in one.parents}
            gone = next(name for name in self.records if name not in needed)
            del self.records[gone], self.held[gone]

    def terms(self, id: str, party: str, categories: Sequence[str], *, wide: bool = False) -> Grant:
        return make_grant(
            self.book,
            id=id,
            originator=party,
            recipients=self.some(sorted(self.book.units), 4 if wide else 2),
            purposes=self.some(tiny.PURPOSES, 3 if wide else 2),
            operations=self.some(["north", "south"], 2 if wide else 1),
            categories=categories,
            not_before_ms=self.at if wide else self.at + self.rng.choice([0, 0, DAY]),
            expires_ms=END if wide else self.at + self.rng.choice([2 * DAY, 4 * DAY]),
            assurances=["treatment"] if self.rng.random() < 0.3 else [],
        )

    def order(self, party: str = "") -> Order:
        """Some axes named, most left empty; a third are masks, the others holds."""
        rng, party = self.rng, party or self.rng.choice(["alfa", "bravo"])
        others = [unit.code for unit in self.book.units.values() if unit.party != party]
        one = Order(
            id=self.name("o"),
            originator=party,
            ordered_at_ms=self.at,
            units=tuple(self.some(others, rng.choice([0, 1, 1]))),
            partners=tuple(self.some([code for code in ("alfa", "bravo", "charlie") if code != party], rng.choice([0, 0, 0, 1]))),
            purposes=tuple(self.some(tiny.PURPOSES, rng.choice([0, 1, 1]))),
            operations=tuple(self.some(["north", "south"], rng.choice([0, 0, 1]))),
            categories=tuple(self.some(["ais", "radar"], rng.choice([0, 0, 1]))),
            until_ms=rng.choice([0, 0, self.at + DAY]),
            carve_outs=tuple(self.some(["safety_of_life"], rng.choice([0, 1]))),
        )
        if rng.random() < 0.35:
            return one
        axes = {
            "feeds": self.some([feed for feed in sorted(tiny.FEEDS) if tiny.FEEDS[feed] == party], 1),
            "sensors": ["mast"],
            "channels": ["link"],
            "assets": ["station"],
            "regions": [Area(code="west", box=BOXES["west"])],
            "objects": ["111"],
            "reach": self.some(["already_shared", "derived", "future_subscriptions", "new"], 2),
        }
        chosen = {axis: tuple(axes[axis]) for axis in rng.sample(sorted(axes), rng.choice([1, 1, 2]))}
        window = rng.choice([{}, {}, {}, {"window_from_ms": 250}, {"window_to_ms": 150}])
        both = ("co_originators", *one.carve_outs) if rng.random() < 0.3 else one.carve_outs
        return msgspec.structs.replace(one, **chosen, **window, carve_outs=both)

    def some(self, codes: Sequence[str], count: int) -> list[str]:
        return sorted(self.rng.sample(list(codes), min(count, len(codes))))

    def name(self, letter: str) -> str:
        self.made += 1
        return f"{letter}{self.made}"
