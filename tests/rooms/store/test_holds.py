"""Sets of holds: what is placed at a stroke and what each insert takes on is what the pure rule says of every record in turn (P4)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy import select

from fairlead import errors
from fairlead.agreement import Order, Resume
from fairlead.agreement.area import Area
from fairlead.agreement.selector import SourceFacts, lying
from fairlead.envelope import SigningKey, sha256_hex, sign
from fairlead.label import join
from fairlead.report.holding import Holding
from fairlead.store import events, holdings, holds
from fairlead.store.database import Database, Tx
from fairlead.store.memory import descendants, family, keep_families, keep_sources, memory
from fairlead.store.schema import holdings as rows
from fairlead.store.schema import holds as holds_table
from tests.laws.test_p1_conjuncts import label

LABELS = {
    "a-radar": label(),
    "a-ais": label(category="ais"),
    "b-ais": label(originator="bravo", category="ais"),
    "": label(originator="bravo", category="radar"),
}
ENVELOPE = sign("order", {"x": 1}, [SigningKey(b"\x01" * 32)])
WATER = Area(code="west", box=(0, 0, 10, 10))
AXES = [
    {"feeds": ("a-radar",)},
    {"feeds": ("b-ais",), "categories": ("ais",)},
    {"feeds": ("a-radar",), "categories": ("ais",)},
    {"objects": ("230000001",)},
    {"regions": (WATER,)},
    {"window_from_ms": 50},
    {"window_to_ms": 30, "sensors": ("north",)},
    {"channels": ("vhf",)},
    {"assets": ("rig",), "feeds": ("a-ais", "a-radar")},
    {},
]
REACHES = [
    (),
    (),
    (),
    ("new",),
    ("already_shared",),
    ("derived",),
    ("new", "derived"),
    ("future_subscriptions",),
    ("already_shared", "derived"),
]


class Ledger:
    """The store under test in two processes' worth of memory, and the rule applied to every record in turn."""

    def __init__(self, path: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.one = Database(path, create=True)
        self.two = Database(path)
        self.facts: dict[str, SourceFacts | None] = {}
        self.parents: dict[str, tuple[str, ...]] = {}
        self.in_force: dict[str, tuple[Order, dict[str, frozenset[str]]]] = {}
        self.orders = 0

    def add(self, tx: Tx) -> None:
        rng, id = self.rng, f"{len(self.facts):02x}"
        above = tuple(rng.sample(sorted(self.facts), min(len(self.facts), rng.choice([0, 0, 1, 2, 3]))))
        feed = rng.choice(sorted(LABELS))
        start = rng.randrange(100)
        one = join([self.labels[parent] for parent in above]) if above else LABELS[feed]
        source = None
        if not above:
            source = SourceFacts(
                label=one,
                feed=feed,
                t_min_ms=start,
                t_max_ms=start + 5,
                sensor=rng.choice(["", "north"]),
                channel=rng.choice(["", "vhf"]),
                asset=rng.choice(["", "rig"]),
                box=rng.choice([None, (1, 1, 2, 2), (40, 40, 50, 50)]),
                objects=frozenset(rng.choice([[], ["230000001"], ["230000002"]])),
            )
        made = Holding(
            id=id,
            kind="lead" if above else "segment",
            label=one,
            digest=id * 32,
            t_min_ms=start,
            t_max_ms=start + 5,
            not_before_ms=0,
            expires_ms=100,
            created_ms=0,
            feed="" if above else feed,
            parents=above,
        )
        holdings.add_holding(tx, made, body=b"{}", envelope=ENVELOPE, source=source)
        self.facts[id], self.parents[id] = source, above
        for order, sets in self.in_force.values():
            sets[id] = lying(order, source, self._above(sets, id), stored="after")

    @property
    def labels(self):
        found = {}
        for id, source in self.facts.items():
            found[id] = source.label if source else join([found[parent] for parent in self.parents[id]])
        return found

    def _above(self, sets: dict[str, frozenset[str]], id: str) -> frozenset[str]:
        return frozenset[str]().union(*(sets[parent] for parent in self.parents[id]))

    def sign(self, tx: Tx, *, replaces: str = "") -> None:
        self.orders += 1
        originator = self.in_force[replaces][0].originator if replaces else self.rng.choice(["alfa", "bravo"])
        reach = self.rng.choice(REACHES)
        order = Order(
            id=f"o{self.orders}", originator=originator, ordered_at_ms=1, reach=reach, replaces=replaces, **self.rng.choice(AXES)
        )
        events.add_event(tx, order, ENVELOPE, at_ms=1, clock="set")
        self.in_force.pop(replaces, None)
        sets: dict[str, frozenset[str]] = {}
        for id, source in self.facts.items():
            sets[id] = lying(order, source, self._above(sets, id), stored="before")
        self.in_force[order.id] = (order, sets)

    def step(self, tx: Tx) -> None:
        done = self.rng.random()
        lifted = self.rng.choice(sorted(self.in_force)) if self.in_force else ""
        if done < 0.7:
            self.add(tx)
        elif done < 0.85 or not lifted:
            self.sign(tx)
        elif done < 0.9:
            self.sign(tx, replaces=lifted)
        else:
            originator = self.in_force.pop(lifted)[0].originator
            events.add_event(tx, Resume(order=lifted, originator=originator, at_ms=2), ENVELOPE, at_ms=2, clock="set")

    def should(self) -> dict[str, frozenset[str]]:
        return {id: frozenset[str]().union(*(sets[id] for _, sets in self.in_force.values())) for id in self.facts}


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_p4_each_record_lies_in_the_sets_the_rule_says_whenever_it_came(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("held") / "node.sqlite", seed)
    with ledger.one.read() as tx:
        keep_sources(tx)  # as a process that lives; the other reads the rows
    for _ in range(7):
        broken = ledger.rng.random() < 0.15
        before = (
            dict(ledger.facts),
            dict(ledger.parents),
            {name: (order, dict(sets)) for name, (order, sets) in ledger.in_force.items()},
        )
        try:
            with ledger.one.write() as tx:
                for _ in range(ledger.rng.choice([1, 1, 4])):
                    ledger.step(tx)
                assert_selected(tx, ledger.rng)
                if broken:
                    families(tx)
                    seen(tx)  # what is read in a transaction that is rolled back is not remembered
                    raise ZeroDivisionError
        except ZeroDivisionError:
            ledger.facts, ledger.parents, ledger.in_force = before
        should = ledger.should()
        for database in (ledger.one, ledger.two) if ledger.rng.random() < 0.5 else (ledger.two, ledger.one):
            with database.read() as tx:
                for (feed, number), found in families(tx).items():
                    own = (rows.c.feed == feed, rows.c.label == number, rows.c.depth == 0)
                    assert found == descendants(tx, BitMap(tx.execute(select(rows.c.num).where(*own)).scalars()))
                assert_selected(tx, ledger.rng)
                assert seen(tx) == should
                assert holds.check(tx) == {}


def assert_selected(tx: Tx, rng: random.Random) -> None:
    """What is at hand says of an order what the rows say, also inside a transaction that wrote some."""
    for axes in rng.sample(AXES, 3):
        order = Order(id="x", originator=rng.choice(["alfa", "alfa", "bravo"]), ordered_at_ms=1, reach=("new",), **axes)
        assert holds.selected(tx, order) == holds.sources_of(tx, order)


def families(tx: Tx) -> dict[tuple[str, int], BitMap]:
    """What is kept ready for an order over a feed, asked for all of them."""
    keep_families(tx)
    return {key: family(tx, *key) for key in memory(tx).families}


def seen(tx: Tx) -> dict[str, frozenset[str]]:
    return {row.holding.id: row.held for row in holdings.of_kind(tx, ["segment", "lead"], from_ms=0, to_ms=1000)}


def test_p4_the_walks_hold_and_let_go(tmp_path: Path) -> None:
    """The walks above are no walks through an empty store: over seeds, 10 to 60 % of the records lie under some hold."""
    held = total = 0
    for seed in range(10):
        ledger = Ledger(tmp_path / f"{seed}.sqlite", seed)
        with ledger.one.write() as tx:
            for _ in range(30):
                ledger.step(tx)
        held += sum(bool(names) for names in ledger.should().values())
        total += len(ledger.facts)
    assert 0.1 < held / total < 0.6, held / total


def test_p4_an_audit_finds_a_set_that_lost_a_record(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "node.sqlite", 2)
    with ledger.one.write() as tx:
        for _ in range(20):
            ledger.add(tx)
        order = Order(id="all", originator="alfa", ordered_at_ms=1, feeds=("a-radar",))
        events.add_event(tx, order, ENVELOPE, at_ms=1, clock="set")
    with ledger.two.write() as tx:
        assert holds.check(tx) == {}
        nums = holds.held_by(tx, ["all"])
        assert len(nums) > 1
        lost = BitMap(list(nums)[1:]).serialize()
        tx.execute(holds_table.update().values(nums=lost, digest=sha256_hex(lost)))
    with ledger.two.read() as tx:
        assert holds.check(tx) == {"all": (1, 0)}


def test_p4_a_set_that_was_changed_under_its_digest_stops_the_node(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "node.sqlite", 2)
    with ledger.one.write() as tx:
        ledger.add(tx)
        events.add_event(tx, Order(id="all", originator="alfa", ordered_at_ms=1, window_to_ms=1), ENVELOPE, at_ms=1, clock="set")
    with ledger.one.write() as tx:
        tx.execute(holds_table.update().values(nums=BitMap([1, 2, 3]).serialize()))
    with ledger.two.read() as tx, pytest.raises(errors.NodeError, match="not what was stored"):
        holds.sets(tx)
