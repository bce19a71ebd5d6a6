"""How long does it take to prove that something is never reached, or to find the earliest path by which it is?

1. Worlds of agreements among a dozen parties, with sanitised releases that hand on what was given, so that every agreement can matter
   and the earliest path has many steps. One invariant is broken at the end of that chain, another holds.
2. Peers: the same closure as a recursive query of SQLite over agreements already expanded and indexed, and as rules of z3's Datalog
   engine. Loading their tables is not counted. Ours counts everything from the standing on: graph, search, path, replay at the gate.
3. The closed sets are compared reader by reader, with the first instant of each, before anything is timed.
"""

from __future__ import annotations

import itertools
import random
import re
import sqlite3
from collections.abc import Iterator

import msgspec
import z3

from bench.figure import figure, quick, seconds_of
from fairlead.agreement import Standing, make_grant
from fairlead.agreement.proof import (
    Broken,
    Proved,
    Release,
    World,
    certificate_of,
    check,
    graph_of,
    make_invariant,
    prove,
    search,
)
from fairlead.agreement.slice import FOREVER_MS
from fairlead.label import PURPOSES, CodeBook, Command, Label, Operation, Party, Unit

PARTIES = tuple(f"p{number:02d}" for number in range(12))
UNITS_EACH = 6
CATEGORIES = ("radar", "ais", "air")
DATES = 40
GOAL = "1,000 agreements with path < 1 s; aim 10,000"
Use = tuple[str, str, str]


def book() -> CodeBook:
    """Twelve parties of six units, eight operations of a third of them."""
    rng = random.Random(1)
    units = {
        f"{party}-u{number}": Unit(
            code=f"{party}-u{number}",
            name=f"{party}-u{number}",
            party=party,
            regime="law_enforcement",
            command=f"{party}-c",
            mission="watch",
            clearance="secret",
        )
        for party in PARTIES
        for number in range(UNITS_EACH)
    }
    return CodeBook(
        version=1,
        parties={party: Party(code=party, name=party) for party in PARTIES},
        commands={f"{p}-c": Command(code=f"{p}-c", name=p, party=p, regime="law_enforcement") for p in PARTIES},
        units=units,
        operations={
            f"x{number}": Operation(code=f"x{number}", name="", mission="m", units=tuple(sorted(rng.sample(sorted(units), 24))))
            for number in range(8)
        },
        categories={code: code for code in CATEGORIES},
        handling={},
    )


def world_of(count: int) -> World:
    """So many agreements: each party gives to the next ones, never to the last; the last gets from the one before it alone."""
    rng, codes = random.Random(count), book()
    inside = {code: set(one.units) for code, one in codes.operations.items()}
    ends = sorted({str(end) for end in PURPOSES if "/" not in end} - {"prosecution"})
    distinct = []
    for number in range(min(count, 2_000)):
        giver = rng.randrange(len(PARTIES) - 1)
        receivers = [party for party in PARTIES[giver : giver + 3] if party != PARTIES[-1] or giver == len(PARTIES) - 2]
        chosen = rng.sample(sorted(codes.operations), 2)
        units = [unit for unit in codes.units if codes.units[unit].party in receivers and any(unit in inside[code] for code in chosen)]
        begins = rng.randrange(DATES - 10) * 1_000
        distinct.append(
            make_grant(
                codes,
                id=f"g{number}",
                originator=PARTIES[giver],
                recipients=rng.sample(units, min(4, len(units))),
                purposes=rng.sample(ends, 3),
                operations=chosen,
                categories=[rng.choice(CATEGORIES)],
                not_before_ms=begins,
                expires_ms=begins + rng.randrange(3, 10) * 1_000,
            )
        )
    grants = [msgspec.structs.replace(distinct[number % len(distinct)], id=f"g{number}") for number in range(count)]
    for number in range(len(distinct), count):  # the same readers, other dates
        begins = rng.randrange(DATES - 10) * 1_000
        grants[number] = msgspec.structs.replace(grants[number], not_before_ms=begins, expires_ms=begins + 5_000)
    return World(standing=Standing(epoch=count, grants=tuple(grants)), book=codes, releases=tuple(releases(codes)))


def releases(codes: CodeBook) -> Iterator[Release]:
    """Each party may make of what the one before gave it something of its own."""
    for giver, maker in itertools.pairwise(PARTIES):
        for category in CATEGORIES:
            yield Release(
                id=f"{maker}-{category}",
                sources=((giver, category),),
                label=Label(
                    originators=((maker, category),),
                    level="open",
                    recipients=tuple(sorted(codes.units)),
                    purposes=tuple(sorted(PURPOSES)),
                    operations=tuple(sorted(codes.operations)),
                    handling=(),
                    lease_s=900,
                ),
                not_before_ms=0,
                expires_ms=FOREVER_MS,
                units=tuple(unit for unit in sorted(codes.units) if codes.units[unit].party == maker),
            )


def closure_of(world: World) -> dict[tuple[str, Use], int]:
    graph = graph_of(world, LAST, 0)
    return {(name, use): since for name, readers in search(graph).readers.items() for use, (since, _) in readers.items()}


LAST = make_invariant(book(), id="last", originator=PARTIES[0], at_ms=0, never_parties=[PARTIES[-1]])
PROSECUTION = make_invariant(book(), id="prosecution", originator=PARTIES[0], at_ms=0, never_purposes=["prosecution"])


# --- peers ---


def expanded(world: World) -> list[tuple[str, str, str, str, int, int]]:
    """Each agreement for each reader it opens: pair, unit, purpose, operation, from, to."""
    inside = {code: set(one.units) for code, one in world.book.operations.items()}
    return [
        (f"{grant.originator}/{category}", unit, purpose, operation, grant.not_before_ms, grant.expires_ms)
        for grant in world.standing.grants
        for category in grant.categories
        for operation in grant.operations
        for unit in grant.recipients
        if unit in inside[operation]
        for purpose in grant.purposes
    ]


class Sqlite:
    """The closure as one recursive query."""

    QUERY = """
        WITH RECURSIVE carried(name, pair, since) AS (
            SELECT name, pair, 0 FROM sources
            UNION
            SELECT r.name, r.pair, max(c.since, o.begins, r.begins) FROM carried c
            JOIN releases r ON r.source = c.pair JOIN opens o ON o.pair = c.pair AND o.unit = r.maker
            WHERE max(c.since, o.begins, r.begins) < min(o.ends, r.ends)
        ), first(name, pair, since) AS (SELECT name, pair, min(since) FROM carried GROUP BY name, pair)
        SELECT f.name, o.unit, o.purpose, o.operation, min(max(f.since, o.begins)) FROM first f JOIN opens o ON o.pair = f.pair
        WHERE max(f.since, o.begins) < o.ends GROUP BY f.name, o.unit, o.purpose, o.operation
    """

    def __init__(self, world: World) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE TABLE opens(pair TEXT, unit TEXT, purpose TEXT, operation TEXT, begins INTEGER, ends INTEGER)")
        self.db.executemany("INSERT INTO opens VALUES (?, ?, ?, ?, ?, ?)", expanded(world))
        self.db.execute("CREATE INDEX opens_pair ON opens(pair, unit)")
        self.db.execute("CREATE TABLE sources(name TEXT, pair TEXT)")
        self.db.executemany(
            "INSERT INTO sources VALUES (?, ?)", [(f"source {PARTIES[0]}/{code}", f"{PARTIES[0]}/{code}") for code in CATEGORIES]
        )
        self.db.execute("CREATE TABLE releases(name TEXT, pair TEXT, source TEXT, maker TEXT, begins INTEGER, ends INTEGER)")
        self.db.executemany(
            "INSERT INTO releases VALUES (?, ?, ?, ?, ?, ?)",
            [
                (f"release {one.id}", "/".join(one.label.originators[0]), "/".join(one.sources[0]), unit, 0, one.expires_ms)
                for one in world.releases
                for unit in one.units
            ],
        )
        self.db.execute("ANALYZE")

    def closure(self) -> dict[tuple[str, Use], int]:
        return {(name, (unit, purpose, code)): since for name, unit, purpose, code, since in self.db.execute(self.QUERY)}


class Datalog:
    """The closure over dates as rules of z3's Datalog engine: what is carried at a date, and who may hold it then."""

    def __init__(self, world: World) -> None:
        rows = expanded(world)
        self.pairs = sorted({row[0] for row in rows})
        self.uses = sorted({row[1:4] for row in rows})
        self.dates = sorted({0, *(row[4] for row in rows), *(row[5] for row in rows)})
        self.name_of = {f"{PARTIES[0]}/{code}": f"source {PARTIES[0]}/{code}" for code in CATEGORIES}
        self.name_of |= {"/".join(one.label.originators[0]): f"release {one.id}" for one in world.releases}
        pair, use, date, unit = (z3.BitVecSort(width) for width in (8, 16, 8, 8))
        self.engine = engine = z3.Fixedpoint()
        engine.set(engine="datalog")
        opens, of = z3.Function("opens", pair, use, date, z3.BoolSort()), z3.Function("of", use, unit, z3.BoolSort())
        makes, nextly = z3.Function("makes", pair, unit, pair, z3.BoolSort()), z3.Function("next", date, date, z3.BoolSort())
        self.carried = carried = z3.Function("carried", pair, date, z3.BoolSort())
        self.holds = holds = z3.Function("holds", pair, use, date, z3.BoolSort())
        for relation in (opens, of, makes, nextly, carried, holds):
            engine.register_relation(relation)
        p, q, u, d, e, n = z3.Consts("p q", pair) + z3.Consts("u", use) + z3.Consts("d e", date) + z3.Consts("n", unit)
        engine.declare_var(p, q, u, d, e, n)
        engine.rule(carried(p, e), [carried(p, d), nextly(d, e)])
        engine.rule(holds(p, u, d), [carried(p, d), opens(p, u, d)])
        engine.rule(carried(q, d), [holds(p, u, d), of(u, n), makes(p, n, q)])
        units = sorted(world.book.units)
        place, day = {code: at for at, code in enumerate(self.pairs)}, {date: at for at, date in enumerate(self.dates)}
        number = {code: at for at, code in enumerate(self.uses)}
        facts = {(place[row[0]], number[row[1:4]], at) for row in rows for at in range(day[row[4]], day[row[5]])}
        for fact in sorted(facts):
            engine.add_rule(opens(*(z3.BitVecVal(value, sort) for value, sort in zip(fact, (pair, use, date), strict=True))))
        for code, at in number.items():
            engine.add_rule(of(z3.BitVecVal(at, use), z3.BitVecVal(units.index(code[0]), unit)))
        for one in world.releases:
            source, made = place.get("/".join(one.sources[0])), place.get("/".join(one.label.originators[0]))
            if source is not None and made is not None:
                for code in one.units:
                    engine.add_rule(makes(z3.BitVecVal(source, pair), z3.BitVecVal(units.index(code), unit), z3.BitVecVal(made, pair)))
        for at in range(len(self.dates) - 1):
            engine.add_rule(nextly(z3.BitVecVal(at, date), z3.BitVecVal(at + 1, date)))
        for code in CATEGORIES:
            engine.add_rule(carried(z3.BitVecVal(place[f"{PARTIES[0]}/{code}"], pair), z3.BitVecVal(0, date)))

        hit, forbidden = z3.Function("hit", date, z3.BoolSort()), z3.Function("forbidden", use, z3.BoolSort())
        engine.register_relation(hit, forbidden)
        engine.rule(hit(d), [holds(p, u, d), forbidden(u)])
        for code, at in number.items():
            if world.book.units[code[0]].party == PARTIES[-1]:
                engine.add_rule(forbidden(z3.BitVecVal(at, use)))
        self.question = hit(d)

    def earliest(self) -> int | None:
        """The first instant at which the forbidden party holds anything; nothing when it never does."""
        if self.engine.query(self.question) != z3.sat:
            return None
        found = re.findall(r"Var\(0\) == (\d+)", str(self.engine.get_answer()).replace("\n", " "))
        return min(self.dates[int(at)] for at in found)


# --- figures ---


def against_sqlite(count: int) -> None:
    """The closure of everything, against a recursive query on agreements that are already expanded and indexed."""
    world = world_of(count)
    peer = Sqlite(world)
    assert closure_of(world) == peer.closure()
    ours_s, peer_s = seconds_of(lambda: search(graph_of(world, LAST, 0))), seconds_of(peer.closure)
    figure(
        f"proof_closure_{count}_vs_sqlite",
        peer_s / ours_s,
        "times faster",
        peer="sqlite-recursive-query",
        goal="not stated",
        ours_s=ours_s,
        peer_s=peer_s,
        readers=len(peer.closure()),
    )


def against_datalog(count: int) -> None:
    """The earliest breach, against rules of a Datalog engine whose facts are loaded already."""
    world = world_of(count)
    peer, verdict = Datalog(world), prove(world, {}, LAST, 0)
    assert peer.earliest() == (verdict.since_ms if isinstance(verdict, Broken) else None)
    ours_s, peer_s = seconds_of(lambda: prove(world, {}, LAST, 0)), seconds_of(peer.earliest)
    figure(
        f"proof_{count}_vs_datalog",
        peer_s / ours_s,
        "times faster",
        peer="z3-datalog",
        goal="not stated",
        ours_s=ours_s,
        peer_s=peer_s,
        version=z3.get_version_string(),
    )


def seconds(count: int) -> None:
    """The whole answer, from the standing on: the path replayed at the gate, and the certificate of what holds, written and checked."""
    world = world_of(count)
    broken, safe = prove(world, {}, LAST, 0), prove(world, {}, PROSECUTION, 0)
    assert isinstance(broken, Broken)
    assert isinstance(safe, Proved)
    raw = certificate_of(safe.graph, safe.closure)
    assert check(raw).invariant == PROSECUTION
    peer = "none: a bound"
    details = {"path": len(broken.path), "agreements": count, "reached": safe.closure.size, "certificate_bytes": len(raw)}
    figure(f"proof_path_{count}_s", seconds_of(lambda: prove(world, {}, LAST, 0)), "s", peer=peer, goal=GOAL, **details)
    figure(f"proof_certificate_{count}_s", seconds_of(lambda: _certified(world)), "s", peer=peer, goal=GOAL, **details)
    figure(f"proof_check_{count}_s", seconds_of(lambda: check(raw)), "s", peer=peer, goal="not stated", **details)


def _certified(world: World) -> bytes:
    safe = prove(world, {}, PROSECUTION, 0)
    assert isinstance(safe, Proved)
    return certificate_of(safe.graph, safe.closure)


def main() -> None:
    for count in (1_000, 10_000):
        seconds(count)
        against_sqlite(count)
    against_datalog(300 if quick() else 1_000)


if __name__ == "__main__":
    main()
