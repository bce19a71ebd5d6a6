"""The reach of what an invariant guards, found by asking the gate everything at every date: no graph, no windows, no heap.

The search must find exactly this: the same carriers and readers, each from the same first instant.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec

from fairlead.agreement import (
    Assurance,
    Facts,
    Gatehouse,
    Grant,
    Order,
    Override,
    Person,
    Request,
    compile_slice,
    decide,
    fold,
    make_grant,
)
from fairlead.agreement.gate import below_ceiling
from fairlead.agreement.proof import Release, World, guarded, make_invariant
from fairlead.label import PURPOSES, CodeBook, Label, end_served, join, make_label
from fairlead.label.level import LEVELS
from tests.model import world as tiny

FOREVER = 2**53 - 1
Use = tuple[str, str, str]


def reach(world: World, invariant, at: int, uses: list[Use]) -> dict[tuple[str, Use], int]:
    """(carrier, reader) -> the first instant at which the gate says yes."""
    carried = {f"source {party}/{category}": at for party, category in guarded(world, invariant)}
    labels = {f"source {a}/{c}": (widest(world.book, (a, c)), 0, FOREVER, "") for a, c in guarded(world, invariant)}
    for release in made_of(world, invariant):
        name = f"release {release.id}"
        labels[name] = (release.label, release.not_before_ms, release.expires_ms, release.digest)
        if not release.units and max(at, release.not_before_ms) < release.expires_ms:
            carried[name] = max(at, release.not_before_ms)
    found: dict[tuple[str, Use], int] = {}
    for now in instants(world, at):
        house = house_at(world, now)
        grown = True
        while grown:
            grown = False
            for name in [name for name, since in carried.items() if since <= now]:
                for use in uses:
                    if any(asks(house, use, facts, now) for facts in records(world, labels[name])):
                        found.setdefault((name, use), now)
                        for made in made_of(world, invariant):
                            fits = set(labels[name][0].originators) <= set(made.sources) and use[0] in made.units
                            if fits and made.not_before_ms <= now < made.expires_ms and f"release {made.id}" not in carried:
                                carried[f"release {made.id}"] = now
                                grown = True
    return found


def breaks(book: CodeBook, invariant, use: Use) -> bool:
    """Whether a reader is one the invariant forbids."""
    unit, purpose, _ = use
    party = book.units[unit].party
    if party == invariant.originator:
        return False
    serves = any(never in end_served(purpose) for never in invariant.never_purposes)
    return unit in invariant.never_units or party in invariant.never_parties or serves


def widest(book: CodeBook, *pairs: tuple[str, str]) -> Label:
    return Label(
        originators=tuple(sorted(pairs)),
        level=LEVELS[0],
        recipients=tuple(sorted(book.units)),
        purposes=tuple(sorted(PURPOSES)),
        operations=tuple(sorted(book.operations)),
        handling=(),
        lease_s=900,
    )


def made_of(world: World, invariant) -> list[Release]:
    """Releases that could carry what is guarded, through any number of others."""
    pairs = [{pair} for pair in guarded(world, invariant)]
    found: list[Release] = []
    for _ in world.releases:
        for release in world.releases:
            if release not in found and any(one <= set(release.sources) for one in pairs):
                found.append(release)
                pairs.append(set(release.label.originators))
    return found


def instants(world: World, at: int) -> list[int]:
    """Every date from `at` on at which anything begins or ends."""
    standing = world.standing
    dates = {at}
    for one in (*standing.grants, *standing.overrides, *world.releases):
        dates |= {one.not_before_ms, one.expires_ms}
    dates |= {order.until_ms for order in standing.orders}
    dates |= {notice.ends_ms for notice in standing.denounced.values()}
    return sorted(date for date in dates if at <= date < FOREVER)


def house_at(world: World, now: int) -> Gatehouse:
    """The gate with everything that stands, somebody in every unit, and whatever is asked of recipients accepted."""
    codes = {code for grant in world.standing.grants for code in grant.assurances}
    accepted = [Assurance(party=party, assurance=code, expires_ms=FOREVER) for code in codes for party in world.book.parties]
    slice = compile_slice(msgspec.structs.replace(world.standing, assurances=tuple(accepted)), world.book, now)
    return Gatehouse(book=world.book, people=PEOPLE | {unit: anybody(unit) for unit in world.book.units}, slice=slice)


PEOPLE: dict[str, Person] = {}


def anybody(unit: str) -> Person:
    return Person(code=unit, name="", party="", units=(unit,), roles=("watch_officer",))


def asks(house: Gatehouse, use: Use, facts: Facts, now: int) -> bool:
    unit, purpose, operation = use
    form = "coarse" if below_ceiling(house.book, unit) else "full"
    request = Request(person=unit, unit=unit, purpose=purpose, operation=operation, act="picture", form=form, at_ms=now)
    told = msgspec.structs.replace(request, act="read", form="distress")
    return decide(house, request, facts).permitted or decide(house, told, msgspec.structs.replace(facts, distress=True)).permitted


def records(world: World, carrier: tuple[Label, int, int, str]) -> Iterator[Facts]:
    """The carrier itself, and each record an override names that might carry it."""
    label, begins, ends, digest = carrier
    yield Facts(label=label, not_before_ms=begins, expires_ms=ends, digest=digest)
    released = {one.digest for one in world.releases}
    for override in world.standing.overrides:
        for named in override.holdings:
            pairs = world.records.get(named, label.originators)
            if named not in released and set(label.originators) <= set(pairs):
                wider = msgspec.structs.replace(label, originators=tuple(sorted(pairs)))
                yield Facts(label=wider, not_before_ms=begins, expires_ms=ends, digest=named)


# --- seeded worlds ---


def some_world(seed: int) -> World:
    """Grants and orders as in the tiny universe, fewer and narrower, with releases and now and then an override."""
    rng = random.Random(seed)
    book = tiny.book()
    events = [event for event in tiny.events(rng, book, orders=2) if not isinstance(event, Assurance)]
    apart = rng.random() < 0.5  # alfa gives charlie nothing itself: what reaches charlie came by a release
    events = [thinner(rng, event, apart) for event in events if not isinstance(event, Grant) or rng.random() < 0.7]
    events += [onward(rng, book, f"h{number}") for number in range(rng.choice([0, 1, 2]))]
    events += [override(rng, f"x{number}") for number in range(rng.choice([0, 0, 1]))]
    releases = tuple(release(rng, book, f"r{number}") for number in range(rng.choice([0, 1, 2, 3])))
    records = {"d1": (("alfa", "radar"), ("bravo", "ais"))} if rng.random() < 0.7 else {}
    return World(standing=fold(events), book=book, releases=releases, records=records)


def onward(rng: random.Random, book: CodeBook, id: str) -> Grant:
    """What bravo or charlie gives on of its own: the way on for what a release made theirs."""
    return make_grant(
        book,
        id=id,
        originator=rng.choice(["bravo", "charlie"]),
        recipients=["c1", rng.choice(["b1", "b2"])],
        purposes=rng.sample(tiny.PURPOSES, 2),
        operations=["north", "south"],
        categories=rng.choice([["ais"], ["ais", "radar"]]),
        not_before_ms=rng.choice([0, tiny.DAY]),
        expires_ms=9 * tiny.DAY,
    )


def thinner(rng: random.Random, event, apart):
    """A grant to fewer units for fewer purposes, so that not everything is open to everybody."""
    if isinstance(event, Order):
        return msgspec.structs.replace(event, carve_outs=("safety_of_life",)) if rng.random() < 0.5 else event
    given = [unit for unit in event.recipients if not (apart and event.originator == "alfa" and unit == "c1")]
    units = tuple(sorted(rng.sample(given, min(len(given), rng.choice([1, 2, 3])))))
    purposes = ("search_and_rescue",) if rng.random() < 0.5 else event.purposes
    begins = rng.choice([0, tiny.DAY, 2 * tiny.DAY, 5 * tiny.DAY])
    return msgspec.structs.replace(
        event, recipients=units, purposes=purposes, not_before_ms=begins, expires_ms=begins + rng.choice([2, 3, 6]) * tiny.DAY
    )


def release(rng: random.Random, book: CodeBook, id: str) -> Release:
    """Made of something of alfa or bravo, under bravo's or charlie's word or both, already or by some unit."""
    pairs = [("alfa", "radar"), ("alfa", "ais"), ("bravo", "ais"), ("bravo", "radar"), ("charlie", "ais")]
    made = rng.sample(pairs[2:] if rng.random() < 0.8 else pairs, rng.choice([1, 1, 2]))
    labels = [
        make_label(
            book,
            originator=party,
            category=category,
            level=rng.choice(["open", "open", "restricted", "confidential"]),
            recipients=rng.sample(sorted(book.units), rng.choice([2, 3, 4])),
            purposes=rng.sample(tiny.PURPOSES, rng.choice([1, 2, 3])),
            operations=rng.sample(sorted(book.operations), rng.choice([1, 2])),
            handling=rng.choice([[], [], [], ["care"]]),
        )
        for party, category in made
    ]
    begins = rng.choice([0, tiny.DAY, 3 * tiny.DAY])
    return Release(
        id=id,
        sources=tuple(sorted({*rng.sample(pairs, rng.choice([1, 2])), *rng.sample(pairs[:2], rng.choice([0, 1, 2]))})),
        label=join(labels),
        not_before_ms=begins,
        expires_ms=begins + rng.choice([2, 4, 8]) * tiny.DAY,
        units=rng.choice([(), ("b1",), ("b1", "c1"), ("a1", "b2")]),
        digest=f"digest of {id}",
    )


def override(rng: random.Random, id: str) -> Override:
    return Override(
        id=id,
        originators=rng.choice([("alfa",), ("alfa", "bravo")]),
        holdings=rng.choice([("d1",), ("d1", "d2"), ("digest of r0",)]),
        units=("c1",),
        purpose=rng.choice(tiny.PURPOSES),
        operation=rng.choice(["north", "south"]),
        reason="life",
        legal_basis="law",
        requester="nobody",
        not_before_ms=tiny.DAY,
        expires_ms=2 * tiny.DAY,
        at_ms=1,
    )


def some_invariant(seed: int, book: CodeBook):
    rng = random.Random(f"invariant {seed}")
    originator = rng.choice(["alfa", "alfa", "bravo"])
    others = [unit for unit in ("a1", "b1", "b2", "c1") if book.units[unit].party != originator]
    kind = rng.choice(["purpose", "unit", "party", "party"])
    return make_invariant(
        book,
        id=f"i{seed}",
        originator=originator,
        at_ms=0,
        categories=rng.choice([[], ["radar"], ["ais"]]),
        never_purposes=rng.sample(["interdiction", "nationality_verification", "prosecution"], 1) if kind == "purpose" else [],
        never_units=rng.sample(others, 1) if kind == "unit" else [],
        never_parties=["charlie"] if kind == "party" else [],
    )
