"""P1, P4: every list is the gate's answer row by row: SQL, bitmaps by label and columns in memory, after every step of a tiny world."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyroaring import BitMap

from fairlead.agreement import Request
from fairlead.agreement.lists import Row, newest_first, permitted
from fairlead.store import holdings, listed
from fairlead.store.database import Database, Tx
from fairlead.store.listed import Wish
from fairlead.store.memory import columns_at_hand, keep_columns, shelf_of
from fairlead.store.words import folded
from tests.model.stored import Stored, sight

SEEDS = range(3)
STEPS = 24
ASKED = 7  # questions after every step


@pytest.fixture(scope="module")
def tally() -> Iterator[Counter[str]]:
    """How many answers had rows in them, over all walks; the last to look says whether the walks said anything."""
    counted: Counter[str] = Counter()
    yield counted
    assert 0.2 < counted["shown"] / counted["rows"] < 0.4, counted
    assert min(counted["held back"], counted["let through"], counted["out of time"], counted["distress"]) > 20, counted


@pytest.mark.parametrize("seed", SEEDS)
def test_p1_every_list_is_the_gates_answer_row_by_row(memory: Path, tally: Counter[str], seed: int) -> None:
    database, other = Database(memory / "node.sqlite", create=True), Database(memory / "node.sqlite")
    with other.read() as tx:
        keep_columns(tx)
    walk(Stored(seed, [database]), [database, other], tally)


def walk(world: Stored, readers: list[Database], tally: Counter[str], *, steps: int = STEPS, questions: int = ASKED) -> None:
    """Step by step; every list of every reader against the reference."""
    rng = random.Random(world.rng.random())
    for _ in range(steps):
        world.step()
        rows = [world.row(name) for name in world.records]
        asked = rng.sample(world.requests(), questions)
        for database in readers:
            with database.read() as tx:
                for request in asked:
                    compare(tx, world, request, rows, wish_of(rng), tally)


def wish_of(rng: random.Random) -> Wish:
    return Wish(
        kinds=rng.choice([("segment", "report", "lead"), ("lead",), ("segment", "lead")]),
        text=rng.choice(["", "", "", "BOAT", "slow T", "å"]),
        originator=rng.choice(["", "", "alfa", "bravo"]),
        from_ms=rng.choice([0, 0, 250]),
        to_ms=rng.choice([listed.FAR_MS, listed.FAR_MS, 150]),
    )


def wanted(world: Stored, wish: Wish, row: Row) -> bool:
    one = row.holding
    return (
        one.kind in wish.kinds
        and folded(wish.text) in folded(world.titles[one.id])
        and (not wish.originator or wish.originator in {party for party, _ in one.label.originators})
        and one.t_min_ms < wish.to_ms
        and one.t_max_ms >= wish.from_ms
    )


def compare(tx: Tx, world: Stored, request: Request, rows: list[Row], wish: Wish, tally: Counter[str]) -> None:
    house = world.house()
    whole = newest_first(permitted(house, request, rows))
    should = [row.holding.id for row in whole if wanted(world, wish, row)]
    seen = sight(tx, house, request)
    assert pages(tx, seen, wish, most=2) == should
    assert pages(tx, seen, wish, most=50) == should
    numbers = listed.numbers(tx, seen, wish)
    assert {row.holding.id for row in holdings.by_nums(tx, list(numbers))} == set(should)
    assert listed.count(tx, seen, wish) == len(should)
    found = listed.facets(tx, seen, wish)
    shown = [row for row in whole if wanted(world, wish, row)]
    assert found.kinds == Counter(row.holding.kind for row in shown)
    assert found.originators == Counter(party for row in shown for party in {one for one, _ in row.holding.label.originators})
    assert found.months == ({"1970-01": len(shown)} if shown else {})
    columns = columns_at_hand(tx)
    if columns is not None:
        shuts = seen.shuts()
        is_open = {shelf_of(label, kind): shuts.get(label) for label in seen.judged.open for kind in ("segment", "lead")}
        assert columns.scan(is_open, request.at_ms) == columns.showing(is_open, request.at_ms)
        assert listed.numbers(tx, seen, Wish()) == columns.scan(is_open, request.at_ms) | BitMap(seen.let_through)
    tally.update(
        {
            "rows": len(rows),
            "shown": len(whole),
            "held back": sum(1 for row in rows if row.held and row not in whole),
            "let through": len(seen.let_through),
            "out of time": sum(1 for row in rows if not row.holding.not_before_ms <= request.at_ms < row.holding.expires_ms),
            "distress": len(whole) if request.form == "distress" else 0,
        }
    )


def pages(tx: Tx, seen: listed.Sight, wish: Wish, *, most: int) -> list[str]:
    """All pages, one after another."""
    found: list[str] = []
    after = None
    while True:
        nums = listed.page(tx, seen, wish, after=after, most=most)
        rows = holdings.by_nums(tx, nums)
        found += [row.holding.id for row in rows]
        if len(rows) < most:
            return found
        after = listed.Place(t_max_ms=rows[-1].holding.t_max_ms, id=rows[-1].holding.id)
