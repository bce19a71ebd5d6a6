"""P4 on a real node: after every event of a random walk each answer is the reference gate's; no order is out-raced by a read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from fairlead.agreement import Assurance, Grant, Order, Request, Resume, make_grant, make_order
from fairlead.agreement.events import Draft, Event, Review
from fairlead.agreement.lists import Row
from fairlead.agreement.selector import SourceFacts
from fairlead.desk import halt, interdict, lead, look, read
from fairlead.desk.answer import Answer
from fairlead.desk.ask import Asker
from fairlead.desk.observe import observe
from fairlead.envelope import decode, encode, sign
from fairlead.intake.coalition import declared
from fairlead.intake.segment_file import read_segment
from fairlead.picture import Window
from fairlead.store import events, holdings
from tests.model import gate_model
from tests.rooms.desk.tiny import MINUTE_MS, MONITOR, START_MS, Tiny, radar, value

SHARE = (0.20, 0.40)
BEGIN_MS = START_MS - 130 * MINUTE_MS
END_MS = START_MS - 10 * MINUTE_MS  # of every picture's window; the coarse form ends an hour earlier
READERS = [
    ("alfa-release", "interdiction", "patrol"),
    ("bravo-release", "interdiction", "patrol"),
    ("cell-analyst", MONITOR, "patrol"),
    ("cell-watch", "interdiction", "patrol"),
    ("cutter-watch", "interdiction", "patrol"),
    ("cutter-watch", "search_and_rescue", "lifeline"),
    ("port-custody", "interdiction", "patrol"),
    ("rescue-watch", "search_and_rescue", "lifeline"),
    ("support-watch", MONITOR, "patrol"),
]
OFFICERS = {"alfa": "alfa-release", "bravo": "bravo-release", "charlie": "charlie-release"}
CATEGORIES = {"alfa": ["radar"], "bravo": ["ais", "air"]}
FEEDS = {"alfa": ["alfa-radar"], "bravo": ["bravo-ais", "bravo-air"]}
PARTNERS = {"alfa": ["bravo", "charlie"], "bravo": ["alfa", "charlie"]}
UNITS = {"alfa": ["bravo-patrol", "cell", "cutter", "support"], "bravo": ["alfa-radar", "cell", "cutter", "support"]}


# What the scenario file says of each feed: sensor, channel, asset.
DECLARED = {
    "alfa-radar": ("alfa-x-band", "liaison", "alfa-mast"),
    "bravo-ais": ("bravo-ais", "direct", ""),
    "bravo-air": ("bravo-air", "direct", "bravo-plane"),
}
REACHES = [[], [], [], [], [], [], [], [], ["new"], ["already_shared"], ["derived"], ["future_subscriptions"], ["new", "derived"]]


class Walk:
    """A node, the events it was given in the test's own account of them, and the questions asked after each."""

    def __init__(self, tiny: Tiny, seed: int) -> None:
        self.tiny, self.rng = tiny, random.Random(seed)
        self.node, self.book = tiny.node, tiny.node.coalition.book
        self.events: list[Event] = [terms.grant for terms in self.node.coalition.grants]
        self.orders: list[Order] = []  # neither lifted nor known to have ended
        self.records: dict[str, gate_model.Record] = {}
        self.stored: dict[str, int] = {}  # how many events there were when each record was first seen here
        self.asked = self.permits = self.stopped = 0
        tiny.see("bravo-ais", "bravo-air")
        self.plots = self.pieces()
        self.later()
        self.rows()
        tiny.lead()
        value(interdict.open_case(self.node, tiny.who("cutter-watch"), lead=self.leads()[0], vessel="boat"))

    def leads(self) -> list[str]:
        with self.node.db.read() as tx:
            return [row.holding.id for row in holdings.of_kind(tx, ["lead"], from_ms=0, to_ms=2**53)]

    # ---- steps

    def pieces(self) -> Iterator[str]:
        head, *lines = radar().splitlines()
        for first in range(0, len(lines), 11):
            yield "\n".join([head, *lines[first : first + 11]]) + "\n"

    def later(self) -> None:
        """More of the radar comes in, also while it is held: what comes later is held as well."""
        path = self.tiny.root / "in" / "plots.csv"
        for text in self.plots:
            path.write_text(text)
            observe(self.node, self.tiny.who("alfa-sensor"), path, "alfa-radar")
            return

    def of_sources(self, party: str) -> dict[str, Any]:
        """One of the axes that select sources, or none."""
        rng = self.rng
        sensor, channel, asset = DECLARED[rng.choice(FEEDS[party])]
        begin = START_MS - rng.choice([70, 60, 40, 20, 5]) * MINUTE_MS
        axes: list[dict[str, Any]] = [
            {"feeds": FEEDS[party][:1]},
            {"feeds": FEEDS[party][-1:]},
            {"sensors": [sensor]},
            {"channels": [channel]},
            {"assets": [asset]} if asset else {},
            {"regions": rng.choice([["north-bank"], ["south-shoal"], ["far-side", "south-shoal"]])},
            {"objects": rng.choice([["299000001"], ["299000002", "299000009"]])},
            {"window_from_ms": begin},
            {"window_to_ms": begin},
            {"window_from_ms": begin, "window_to_ms": begin + MINUTE_MS},
        ]
        return rng.choice([{}, {}, {}, {}, {}, {}, *axes])

    def halted(self, replaces: str = "", party: str = "") -> None:
        rng = self.rng
        party = party or rng.choice(["alfa", "bravo"])
        axes: dict[str, Any] = {
            **rng.choice(
                [{}, {"partners": rng.sample(PARTNERS[party], 1)}, *({"units": rng.sample(UNITS[party], n)} for n in (1, 1, 2))]
            ),
            "purposes": rng.choice([[], [], ["interdiction"], [MONITOR]]),
            "operations": rng.choice([[], [], [], ["patrol"]]),
            "categories": rng.choice([[], [], rng.sample(CATEGORIES[party], 1)]),
            **self.of_sources(party),
            "reach": rng.choice(REACHES),
            "until_ms": rng.choice([0, 0, self.now + 4 * MINUTE_MS, self.now + 9 * MINUTE_MS]),
            "carve_outs": ["co_originators"] if rng.random() < 0.25 else [],
            "no_rescue_because": rng.choice(["", "", "", "the law asks"]),
            "replaces": replaces,
        }
        wish = halt.Wish(**{name: tuple(one) if isinstance(one, list) else one for name, one in axes.items()})
        done = value(halt.halt(self.node, self.tiny.who(OFFICERS[party]), wish))
        owners = {name: feed.facts.originator for name, feed in self.node.coalition.feeds.items()}
        known = declared(self.node.coalition)
        made = make_order(self.book, owners, declared=known, id=done["order"], originator=party, ordered_at_ms=self.now, **axes)
        self.events.append(made)
        self.orders.append(made)

    def replaced(self) -> None:
        """Another order in the place of one that stands, in one event."""
        if self.orders:
            old = self.orders.pop(self.rng.randrange(len(self.orders)))
            self.halted(replaces=old.id, party=old.originator)

    def resumed(self) -> None:
        if self.orders:
            order = self.orders.pop(self.rng.randrange(len(self.orders)))
            value(halt.resume(self.node, self.tiny.who(OFFICERS[order.originator]), order.id))
            self.events.append(Resume(order=order.id, originator=order.originator, at_ms=self.now))

    def granted(self) -> None:
        """A new agreement or acceptance, stored as the desk stores the first ones."""
        rng = self.rng
        party = rng.choice(["alfa", "bravo"])
        event: Event = make_grant(
            self.book,
            id=f"g{len(self.events)}",
            originator=party,
            recipients=rng.sample(["cell", "cutter", "port", "rescue", "support"], 2),
            purposes=rng.sample(["interdiction", MONITOR, "search_and_rescue"], 2),
            operations=rng.choice([["patrol"], ["lifeline", "patrol"]]),
            categories=CATEGORIES[party],
            not_before_ms=self.now + rng.choice([0, 2 * MINUTE_MS]),
            expires_ms=self.now + rng.choice([4, 9]) * MINUTE_MS,
            assurances=rng.choice([[], ["treatment"]]),
        )
        self.store(event, OFFICERS[party])
        if rng.random() < 0.5:
            expires_ms = self.now + 5 * MINUTE_MS + len(self.events)  # the same event is signed in once only
            self.store(Assurance(party="charlie", assurance="treatment", expires_ms=expires_ms), OFFICERS["charlie"])

    def store(self, event: Event, officer: str) -> None:
        if isinstance(event, Grant):  # drafted and reviewed first, then signed by a second officer
            party, second = event.originator, f"{event.originator}-second"
            self.sign_in(Draft(terms=event, originator=party, drafter=officer, at_ms=self.now), officer)
            self.sign_in(
                Review(agreement=event.id, version=1, originator=party, reviewer=second, question="may it?", findings="it may",
                       mitigations="", decision="approved", at_ms=self.now), second,
            )  # fmt: skip
            officer = second
        self.sign_in(event, officer)
        self.events.append(event)

    def sign_in(self, event: Event, officer: str) -> None:
        envelope = sign(events.kind_of(event), msgspec.to_builtins(event), [self.node.person_key(officer)])
        with self.node.db.write() as tx:
            events.add_event(tx, event, envelope, at_ms=self.now, clock="set")

    def waited(self) -> None:
        """The clock moves: now and then to the last instant before a date, now and then to the date itself."""
        ends = [order.until_ms for order in self.orders if order.until_ms > self.now + 1]
        ends = ends or [event.expires_ms for event in self.events[10:] if isinstance(event, Grant | Assurance)]
        ends = [date for date in ends if date > self.now + 1]
        self.tiny.clock.at_ms = self.rng.choice(ends) - self.rng.choice([0, 0, 1]) if ends else self.now + MINUTE_MS

    def derived(self) -> None:
        """The analyst makes a lead from what the picture shows now, if it shows a card."""
        who = self.tiny.who("cell-analyst", self.rng.choice(["interdiction", MONITOR]))
        outcome = look.look(self.node, who, from_ms=BEGIN_MS, to_ms=END_MS)
        cards = value(outcome)["picture"]["cards"] if isinstance(outcome, Answer) else []
        if cards and len(self.leads()) < 8:
            draft = lead.Draft(card=cards[0]["id"], from_ms=BEGIN_MS, to_ms=END_MS)
            value(lead.make_lead(self.node, who, draft, confirm_unreadable="the law asks what becomes of it"))

    def step(self) -> int:
        """One event of any kind, and how many readers to ask about it."""
        steps = (
            [self.halted] * 10
            + [self.replaced] * 2
            + [self.resumed] * 2
            + [self.granted] * 2
            + [self.waited] * 4
            + [self.derived, self.later]
        )
        chosen = self.rng.choice(steps)
        chosen()
        self.rows()
        return 5 if chosen == self.waited else 3

    @property
    def now(self) -> int:
        return self.tiny.clock.at_ms

    # ---- questions

    def verdict(self, who: Asker, act: str, row: Row, feeds: frozenset[str], form: str = "full", orders: bool = True) -> bool:
        """The reference gate's word on this row, from the test's own account of events and descent; also as if no order were."""
        standing = [event for event in self.events if orders or not isinstance(event, Order | Resume)]
        request = Request(
            person=who.person, unit=who.unit, purpose=who.purpose, operation=who.operation, act=act, form=form, at_ms=self.now
        )  # fmt: skip
        world = gate_model.World(self.book, self.node.coalition.people, standing, self.records)
        return gate_model.permits(world, request, self.records[row.holding.id])

    def rows(self) -> dict[str, tuple[Row, frozenset[str]]]:
        """Every holding with its feeds by descent, walked here link by link."""
        with self.node.db.read() as tx:
            rows = {row.holding.id: row for row in holdings.of_kind(tx, ["segment", "report", "lead"], from_ms=0, to_ms=2**53)}

        def feeds(one: str) -> frozenset[str]:
            holding = rows[one].holding
            return frozenset({holding.feed} if holding.feed else ()).union(*(feeds(parent) for parent in holding.parents))

        for one, row in rows.items():
            if one not in self.records:
                self.stored[one] = len(self.events)
                self.records[one] = self.record(row)
        return {one: (row, feeds(one)) for one, row in rows.items()}

    def record(self, row: Row) -> gate_model.Record:
        """A row as the reference gate knows it: what it came from, and nothing of the holds the node has placed."""
        one = row.holding
        source = None
        if one.feed:
            seen = read_segment(look.segment_path(self.node.root, one.id))
            sensor, channel, asset = DECLARED[one.feed]
            source = SourceFacts(
                label=one.label,
                feed=one.feed,
                t_min_ms=one.t_min_ms,
                t_max_ms=one.t_max_ms,
                sensor=sensor,
                channel=channel,
                asset=asset,
                box=(int(min(seen.lat_e7)), int(min(seen.lon_e7)), int(max(seen.lat_e7)), int(max(seen.lon_e7))),
                objects=frozenset({one.digest, *(str(mmsi) for mmsi in seen.mmsi if mmsi)}),
            )
        stored = self.stored[one.id]
        return gate_model.Record(one.label, one.not_before_ms, one.expires_ms, source, tuple(one.parents), stored, one.digest)

    def ask(self, reader: tuple[str, str, str]) -> None:
        who, rows = self.tiny.who(*reader), self.rows()
        self.picture(who, rows)
        said = read.list_holdings(self.node, who)
        listed = {item["id"] for item in value(said)["items"]} if isinstance(said, Answer) else set()
        leads = {one: pair for one, pair in rows.items() if pair[0].holding.kind == "lead"}
        assert listed == {one for one, pair in leads.items() if self.verdict(who, "list", *pair)}, self.events[10:]
        for one in self.rng.sample(sorted(leads), min(2, len(leads))) + self.rng.sample(sorted(rows), 2):
            expected = self.verdict(who, "read", *rows[one])
            assert isinstance(read.read(self.node, who, one), Answer) == expected, (who, rows[one], self.events[10:])
            self.asked += 1
            self.permits += expected
            self.stopped += not expected and self.verdict(who, "read", *rows[one], orders=False)

    def picture(self, who: Asker, rows: dict[str, tuple[Row, frozenset[str]]]) -> None:
        """The picture is that of exactly the segments and sightings the reference gate lets through."""
        form = "coarse" if who.unit == "support" else "full"
        said = look.look(self.node, who, from_ms=BEGIN_MS, to_ms=END_MS)
        window = look.window_of(self.now, form=form, from_ms=BEGIN_MS, to_ms=END_MS)
        sources = [row for row, feeds in rows.values() if row.holding.feed and self.verdict(who, "picture", row, feeds, form)]
        if isinstance(said, Answer):
            assert value(said)["picture"] == self.seen(sources, window, form), (who, self.events[10:])
        else:
            assert sources == []

    def seen(self, rows: list[Row], window: Window, form: str) -> Any:
        inside = [row for row in rows if row.holding.t_min_ms < window.to_ms and row.holding.t_max_ms >= window.from_ms]
        inside.sort(key=lambda row: (row.holding.feed, row.holding.digest))
        return decode(encode(look.shown_of(look.sight(self.node, inside, window), form, self.now)))


def test_p4_after_every_event_each_read_list_and_picture_is_the_reference_gates_answer(memory: Path) -> None:
    asked = permits = stopped = 0
    for seed in range(3):
        walk = Walk(Tiny(memory / str(seed), seed=seed), seed)
        for _ in range(15):
            for reader in walk.rng.sample(READERS, walk.step()):
                walk.ask(reader)
        asked, permits, stopped = asked + walk.asked, permits + walk.permits, stopped + walk.stopped
    assert asked > 450
    assert SHARE[0] <= permits / asked <= SHARE[1], permits / asked
    assert stopped > asked / 20, "too little was stopped by an order, so the walks say little about orders"
