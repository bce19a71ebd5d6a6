"""P1, P4 on PostgreSQL: the same lists as the gate row by row, and a second barrier that an unfiltered query does not pass."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from fairlead.agreement.lists import permitted
from fairlead.store import barrier, listed
from fairlead.store.database import Database
from fairlead.store.memory import keep_columns
from fairlead.store.schema import holdings, labels
from tests.laws.test_p1_lists import compare, walk, wish_of
from tests.model.stored import Stored, sight
from tests.postgres import Cluster, cluster

SEEDS = range(20, 21)
INSIDE = "SELECT string_agg(n::text, ',') FROM generate_series(0, 70001) n WHERE n::bigint <@ '{}'::int8multirange"


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


def database(server: Cluster, folder: Path) -> tuple[Database, Database]:
    """A new one, opened twice as by two processes."""
    address = server.database()
    return Database(folder / "node.sqlite", create=True, address=address), Database(folder / "node.sqlite", address=address)


@pytest.mark.parametrize("seed", SEEDS)
def test_p1_on_postgresql_every_list_is_the_gates_answer_row_by_row(server: Cluster, memory: Path, seed: int) -> None:
    one, other = database(server, memory)
    with other.read() as tx:
        keep_columns(tx)
    tally: Counter[str] = Counter()
    walk(Stored(seed, [one]), [one, other], tally, steps=16, questions=3)
    assert 0.1 < tally["shown"] / tally["rows"] < 0.6, tally
    assert tally["held back"] > 10, tally
    one.close()
    other.close()


def test_p1_sqlite_and_postgresql_give_the_same_lists(server: Cluster, memory: Path) -> None:
    one, other = database(server, memory)
    embedded = Database(memory / "node.sqlite", create=True)
    world = Stored(5, [embedded, one])
    for _ in range(12):
        world.step()
    rng, tally = random.Random(1), Counter()
    for request in rng.sample(world.requests(), 12):
        wish = wish_of(rng)
        rows = [world.row(name) for name in world.records]
        for database_ in (embedded, other):
            with database_.read() as tx:
                compare(tx, world, request, rows, wish, tally)
    assert tally["shown"]
    one.close()
    other.close()


def test_p1_a_query_that_forgot_to_filter_shows_no_hidden_row(server: Cluster, memory: Path) -> None:
    one, other = database(server, memory)
    world, hidden, shown = Stored(7, [one]), 0, 0
    for _ in range(20):
        world.step()
        rows = [world.row(name) for name in world.records]
        with other.read() as tx:
            for request in random.Random(shown).sample(world.requests(), 6):
                seen = sight(tx, world.house(), request)
                with listed._as_reader(tx, seen):
                    found = set(tx.execute(select(holdings.c.id)).scalars())
                assert found == {row.holding.id for row in permitted(world.house(), request, rows)}
                assert tx.execute(text("SELECT count(*) FROM holdings")).scalar_one() == len(rows), "and outside all are there"
                hidden, shown = hidden + len(rows) - len(found), shown + len(found)
    assert hidden > 100
    assert shown > 100
    one.close()
    other.close()


def test_p1_a_reader_for_whom_nothing_was_set_sees_nothing(server: Cluster, memory: Path) -> None:
    one, other = database(server, memory)
    world = Stored(7, [one])
    assert world.records
    with other.read() as tx:
        tx.exec_driver_sql(f"SET LOCAL ROLE {barrier.ROLE}")
        assert tx.execute(select(holdings.c.id)).all() == []
    with other.read() as tx:
        with barrier.reading(tx, labels=[1, 2, 3, 4], at_ms=600, held=listed.BitMap()):
            assert tx.execute(select(holdings.c.id)).all() != []
        tx.exec_driver_sql(f"SET LOCAL ROLE {barrier.ROLE}")
        assert tx.execute(select(holdings.c.id)).all() == [], "what was set is unset when the list is done"
    for statement in (select(labels.c.id), text("SELECT envelope FROM events"), text("DELETE FROM holdings")):
        with other._on.engine.connect() as raw:
            raw.exec_driver_sql(f"SET LOCAL ROLE {barrier.ROLE}")
            with pytest.raises(DatabaseError, match="permission denied"):
                raw.execute(statement)
    one.close()
    other.close()


@pytest.mark.parametrize("held", [[], [1], [1, 2, 3], [1, 3, 5, 6, 7, 9], [70_000]])
def test_runs_of_numbers_are_a_multirange(server: Cluster, held: list[int]) -> None:
    said = barrier.ranges(listed.BitMap(held))
    inside = server.ask("postgres", INSIDE.format(said))
    assert inside == ",".join(map(str, held))
