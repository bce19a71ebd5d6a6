"""How long does a decision with all its reasons take, against Cedar with everything it can reuse?

1. One world for both: 60 units of 12 parties, each working for two ends in two operations, 400 agreements, 40 orders (half of them
   holds), 5,000 records with 300 labels, some common and most rare. Cedar gets it in the form
   that is fastest there: its rules and facts parsed once, and for every reader the open pairs already worked out as a
   set; requests go in one batch, so that the call itself costs next to nothing.
2. Answers are compared first, on thousands of requests; a fifth to two fifths of them are permits.
3. Three figures. `nothing remembered`: a new gatehouse for every request. `first`: one gatehouse, every request new to it.
   `warm`: the same gatehouse and requests it was never asked; who asks and the label were met before, record and instant were not.
   The headline is `warm`, because that is how a node runs between two events. No request is ever put twice.
"""

from __future__ import annotations

import gc
import json
import random
import time
from collections.abc import Sequence
from typing import Final

import cedarpy
from tests.model import slice_model

from bench.figure import figure, quick, seconds_of
from fairlead.agreement import (
    Assurance,
    Facts,
    Gatehouse,
    Grant,
    Order,
    Person,
    Request,
    Standing,
    compile_slice,
    decide,
    fold,
    make_grant,
)
from fairlead.agreement.assured import given
from fairlead.agreement.selector import stops_reader
from fairlead.label import CodeBook, Command, Handling, Label, Operation, Party, Unit, join, level_rank, make_label

PURPOSES: Final = ("interdiction", "search_and_rescue", "criminal_investigation", "customs_border", "fisheries_control", "prosecution")
CATEGORIES: Final = ("ais", "radar", "air", "report", "image")
DAY_MS: Final = 86_400_000
NOW_MS: Final = 30 * DAY_MS
PARTIES, UNITS, OPERATIONS = 12, 60, 6
WARM_UP: Final = 400_000
SHARE: Final = (0.20, 0.40)
Question = tuple[Request, Facts, str]


def book_of() -> CodeBook:
    parties = {f"p{n}": Party(code=f"p{n}", name=f"P{n}") for n in range(PARTIES)}
    units = {
        f"u{n}": Unit(
            code=f"u{n}",
            name=f"U{n}",
            party=f"p{n % PARTIES}",
            regime="law_enforcement" if n % 9 else "rescue",
            command=f"c{n % PARTIES}",
            mission="patrol",
            clearance="confidential" if n % 4 else "restricted",
            handling=("care", "quiet"),
        )
        for n in range(UNITS)
    }
    return CodeBook(
        version=1,
        parties=parties,
        commands={f"c{n}": Command(code=f"c{n}", name=f"C{n}", party=f"p{n}", regime="law_enforcement") for n in range(PARTIES)},
        units=units,
        operations={f"op{n}": Operation(code=f"op{n}", name=f"Op{n}", mission="watch", units=tuple(units)) for n in range(OPERATIONS)},
        categories={code: code for code in CATEGORIES},
        handling={code: Handling(code=code, text=code) for code in ("care", "quiet", "ask")},
    )


def grants_of(rng: random.Random, book: CodeBook, count: int, *, parties: int = PARTIES) -> list[Grant]:
    return [
        make_grant(
            book,
            id=f"g{n}",
            originator=f"p{n % parties}",
            recipients=rng.sample(sorted(book.units), 24 if count <= 1_000 else 4),
            purposes=rng.sample(PURPOSES, 4 if count <= 1_000 else 2),
            operations=rng.sample(sorted(book.operations), 4 if count <= 1_000 else 2),
            categories=rng.sample(CATEGORIES, 3),
            not_before_ms=rng.choice([0, DAY_MS]),
            expires_ms=NOW_MS + rng.choice([1, 60]) * DAY_MS,
            assurances=["treatment"] if n % 10 == 0 else [],
        )
        for n in range(count)
    ]


def orders_of(rng: random.Random, book: CodeBook, count: int) -> list[Order]:
    return [
        Order(
            id=f"o{n}",
            originator=f"p{n % PARTIES}",
            ordered_at_ms=1,
            units=tuple(sorted(rng.sample(sorted(book.units), 6))),
            purposes=(PURPOSES[n % len(PURPOSES)],),
            categories=(rng.choice(CATEGORIES),),
            feeds=(f"feed{n}",) if n % 2 else (),
        )
        for n in range(count)
    ]


def labels_of(rng: random.Random, book: CodeBook, count: int) -> list[Label]:
    sources = [
        make_label(
            book,
            originator=f"p{n % PARTIES}",
            category=rng.choice(CATEGORIES),
            level=rng.choice(["open", "restricted", "restricted", "confidential"]),
            recipients=rng.sample(sorted(book.units), 52),
            purposes=rng.sample(PURPOSES, 4),
            operations=rng.sample(sorted(book.operations), 5),
            handling=rng.choice([[], ["care"], ["quiet"], ["care", "ask"]]) if n % 7 == 0 else [],
        )
        for n in range(count // 2)
    ]
    derived = [join(rng.sample(sources, rng.choice([2, 2, 3]))) for _ in range(count - len(sources))]
    return sources + derived


class Stage:
    """The world and its questions."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        self.book = book_of()
        accepted = [Assurance(party=f"p{n}", assurance="treatment", expires_ms=90 * DAY_MS) for n in range(PARTIES - 2)]
        self.standing: Standing = fold([*grants_of(rng, self.book, 400), *accepted, *orders_of(rng, self.book, 40)])
        self.people = {
            f"{unit}-{n}": Person(
                code=f"{unit}-{n}", name="", party=self.book.units[unit].party, units=(unit,), roles=("watch_officer", "analyst")
            )
            for unit in self.book.units
            for n in range(3)
        }
        self.slice = compile_slice(self.standing, self.book, NOW_MS)
        labels = labels_of(rng, self.book, 300)
        often = [1 / (rank + 1) for rank in range(len(labels))]  # a few feeds make most of the records
        self.records = [
            Facts(
                label=rng.choices(labels, often)[0],
                not_before_ms=NOW_MS - rng.choice([1, 5, 9]) * 3_600_000,
                expires_ms=NOW_MS + rng.choice([2, 24, 48]) * 3_600_000,
                digest=f"{n:064x}",
                held=frozenset({f"o{rng.randrange(1, 40, 2)}"}) if n % 20 == 0 else frozenset(),
            )
            for n in range(5_000)
        ]
        # A unit works for two ends in two operations: two hundred and forty readers, not every one there could be.
        self.habits = {unit: (rng.sample(PURPOSES, 2), rng.sample(sorted(self.book.operations), 2)) for unit in sorted(self.book.units)}
        self.rng, self.put = rng, set[tuple[object, ...]]()

    def house(self) -> Gatehouse:
        """A gatehouse that remembers nothing."""
        return Gatehouse(book=self.book, people=self.people, slice=self.slice)

    def questions(self, count: int) -> list[Question]:
        """Requests that were never put before."""
        made: list[Question] = []
        people = sorted(self.people)
        while len(made) < count:
            person, number = self.rng.choice(people), self.rng.randrange(len(self.records))
            unit = person.partition("-")[0]
            purpose, operation = (self.rng.choice(codes) for codes in self.habits[unit])
            at_ms = NOW_MS + self.rng.randrange(3 * 3_600_000)
            key = (person, number, purpose, operation, at_ms)
            if key not in self.put:
                self.put.add(key)
                request = Request(
                    person=person,
                    unit=person.partition("-")[0],
                    purpose=purpose,
                    operation=operation,
                    act="read",
                    form="full",
                    at_ms=at_ms,
                )
                made.append((request, self.records[number], f"r{number}"))
        return made


CEDAR_RULES: Final = """
permit(principal, action, resource) when {
  context.person.units.contains(principal.code) && context.person.acts.contains("read") && context.reader.inside && principal.lawful &&
  !resource.pairs.isEmpty() && resource.level <= principal.clearance && principal.handling.containsAll(resource.handling) &&
  resource.not_before <= context.at && context.at < resource.expires
};
forbid(principal, action, resource) unless {
  resource.recipients.contains(principal.code) && resource.purposes.contains(context.purpose) &&
  resource.operations.contains(context.operation)
};
forbid(principal, action, resource) unless { context.reader.open.containsAll(resource.pairs) };
forbid(principal, action, resource) when { context.reader.unmet.containsAny(resource.pairs) };
forbid(principal, action, resource) when { context.reader.holding.containsAny(resource.held) };
"""


class Peer:
    """The same world for Cedar, parsed once."""

    def __init__(self, stage: Stage) -> None:
        self.cedar_rules = cedarpy.PolicySet.from_str(CEDAR_RULES)
        found = [*self._units(stage), *self._readers(stage), *self._records(stage)]
        self.cedar_facts = cedarpy.Entities.from_json_str(json.dumps(found))

    def ask(self, questions: Sequence[Question]) -> list[bool]:
        said = cedarpy.is_authorized_batch([_cedar_request(*one) for one in questions], self.cedar_rules, self.cedar_facts)
        return [one.allowed for one in said]

    def _units(self, stage: Stage) -> list[dict[str, object]]:
        units = [
            _cedar_fact(
                "Unit",
                code,
                code=code,
                clearance=level_rank(unit.clearance),
                handling=list(unit.handling),
                lawful=unit.regime in ("law_enforcement", "rescue", "oversight"),
            )
            for code, unit in stage.book.units.items()
        ]
        people = [
            _cedar_fact("Person", code, units=list(one.units), acts=["read", "list", "picture"]) for code, one in stage.people.items()
        ]
        return units + people

    def _readers(self, stage: Stage) -> list[dict[str, object]]:
        """Every reader with its open pairs, worked out by the plain model and not by the slice."""
        opened: dict[tuple[str, str, str], set[str]] = {}
        for (party, category), reader in slice_model.open_pairs(stage.standing, stage.book, NOW_MS):
            opened.setdefault(reader, set()).add(f"{party}/{category}")
        found = []
        for unit in stage.book.units:
            for purpose in PURPOSES:
                for operation in stage.book.operations:
                    reader = (unit, purpose, operation)
                    found.append(self._reader(stage, reader, opened.get(reader, set())))
        return found

    def _reader(self, stage: Stage, reader: tuple[str, str, str], opened: set[str]) -> dict[str, object]:
        unit, purpose, operation = reader
        party = stage.book.units[unit].party
        unmet = {
            f"{grant.originator}/{category}"
            for grant in stage.standing.grants
            if unit in grant.recipients and purpose in grant.purposes and operation in grant.operations
            if grant.not_before_ms <= NOW_MS < grant.expires_ms
            for kind in grant.assurances
            if not given(stage.standing.assurances, party=party, kind=kind, originator=grant.originator, at_ms=NOW_MS)
            for category in grant.categories
        }
        holding = [
            order.id
            for order in stage.standing.orders
            if order.is_hold and stops_reader(order, stage.book, unit=unit, purpose=purpose, operation=operation)
        ]
        inside = unit in stage.book.operations[operation].units
        return _cedar_fact("Reader", "/".join(reader), open=sorted(opened), unmet=sorted(unmet), holding=holding, inside=inside)

    def _records(self, stage: Stage) -> list[dict[str, object]]:
        found = []
        for number, facts in enumerate(stage.records):
            label = facts.label
            assert label is not None
            found.append(
                _cedar_fact(
                    "Record",
                    f"r{number}",
                    pairs=[f"{party}/{category}" for party, category in label.originators],
                    level=level_rank(label.level),
                    recipients=list(label.recipients),
                    purposes=list(label.purposes),
                    operations=list(label.operations),
                    handling=list(label.handling),
                    not_before=facts.not_before_ms,
                    expires=facts.expires_ms,
                    held=sorted(facts.held),
                )
            )
        return found


def _cedar_fact(kind: str, id: str, /, **attributes: object) -> dict[str, object]:
    return {"uid": {"type": kind, "id": id}, "attrs": attributes, "parents": []}


def _cedar_request(request: Request, facts: Facts, record: str) -> dict[str, object]:
    reader = f"{request.unit}/{request.purpose}/{request.operation}"
    return {
        "principal": {"type": "Unit", "id": request.unit},
        "action": 'Action::"read"',
        "resource": {"type": "Record", "id": record},
        "context": {
            "person": {"__entity": {"type": "Person", "id": request.person}},
            "reader": {"__entity": {"type": "Reader", "id": reader}},
            "purpose": request.purpose,
            "operation": request.operation,
            "at": request.at_ms,
        },
    }


def seconds_each(house: Gatehouse | None, stage: Stage, questions: Sequence[Question]) -> float:
    """Seconds a decision; with no gatehouse, each question gets one that remembers nothing."""
    start_s = time.perf_counter()
    if house is None:
        for request, facts, _ in questions:
            decide(stage.house(), request, facts)
    else:
        for request, facts, _ in questions:
            decide(house, request, facts)
    return (time.perf_counter() - start_s) / len(questions)


def decisions() -> None:
    stage = Stage(seed=1)
    peer = Peer(stage)
    compared = stage.questions(2_000 if quick() else 8_000)
    house = stage.house()
    ours = [decide(house, request, facts) for request, facts, _ in compared]
    theirs = peer.ask(compared)
    assert [one.permitted for one in ours] == theirs, "the answers differ"
    assert not any(one.is_fault for one in ours)
    share = sum(theirs) / len(theirs)
    assert SHARE[0] <= share <= SHARE[1], share

    gc.collect()
    gc.freeze()  # what the bench itself keeps is not the collector's to look at, for either side
    batch = stage.questions(1_000 if quick() else 4_000)
    cedar_s = seconds_of(lambda: peer.ask(batch), repeats=3) / len(batch)
    many = 20_000 if quick() else 100_000
    cold_s = seconds_each(None, stage, stage.questions(2_000))
    fresh = stage.house()
    first_s = seconds_each(fresh, stage, stage.questions(many))
    warm_house = stage.house()
    seconds_each(warm_house, stage, stage.questions(WARM_UP))
    last = stage.questions(many)
    gc.collect()
    gc.freeze()
    warm_s = seconds_each(warm_house, stage, last)

    details = {"cedar_us": cedar_s * 1e6, "permits": share, "answers_compared": len(compared), "requests": many}
    peer_name = f"cedarpy-{cedarpy.__version__ if hasattr(cedarpy, '__version__') else '4'}-batch-reused-handles"
    figure("gate_decision", cedar_s / warm_s, "x", peer=peer_name, goal=">=50 (aim 200)", mode="warm", us=warm_s * 1e6, **details)
    figure("gate_decision_first", cedar_s / first_s, "x", peer=peer_name, goal="shown", mode="first", us=first_s * 1e6, **details)
    figure(
        "gate_decision_cold", cedar_s / cold_s, "x", peer=peer_name, goal="shown", mode="nothing remembered", us=cold_s * 1e6, **details
    )


def slices() -> None:
    """A slice of 10,000 agreements; equal to the plain way where that ends in reasonable time."""
    rng, book = random.Random(2), book_of()
    small = fold([*grants_of(rng, book, 300), *orders_of(rng, book, 20)])
    made = compile_slice(small, book, NOW_MS)
    found = {(pair, reader) for reader, mask in made.open_to.items() for pair, bit in made.bits.items() if mask & bit}
    assert found == slice_model.open_pairs(small, book, NOW_MS)
    plain_s = seconds_of(lambda: slice_model.open_pairs(small, book, NOW_MS), repeats=1)
    small_s = seconds_of(lambda: compile_slice(small, book, NOW_MS), repeats=3)
    large = fold([*grants_of(rng, book, 10_000), *orders_of(rng, book, 100)])
    large_s = seconds_of(lambda: compile_slice(large, book, NOW_MS), repeats=3)
    figure("slice_compile", plain_s / small_s, "x", peer="plain-model-300-agreements", goal="shown", ours_s=small_s, plain_s=plain_s)
    figure("slice_compile_10000", large_s, "s", peer="none", goal="<1", agreements=10_000, orders=100)


if __name__ == "__main__":
    decisions()
    slices()
