"""The reference gate: sets and recursion, no masks, no caches. Where the gate and this disagree, this is the specification.

`failed` names every conjunct that does not hold; a use is permitted when none fails. A world is a code-book, people, the events in
their sequence, and records: sources, and what was derived from others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fairlead.agreement import Assurance, Grant, Order, Override, Person, Request, Resume
from fairlead.agreement.events import Amend, Denounce
from fairlead.agreement.selector import SourceFacts
from fairlead.label import CodeBook, Label

RANK = ["open", "restricted", "confidential", "secret"]
LAWFUL = {"law_enforcement", "rescue", "oversight"}
EXCLUDED = {"use_of_force_targeting", "detention_without_legal_process", "mistreatment_or_rendition", "persecution", "commercial"}


class Record(NamedTuple):
    label: Label | None
    not_before: int
    expires: int
    source: SourceFacts | None = None  # none: it was derived from its parents
    parents: tuple[str, ...] = ()
    stored: int = 0  # after how many events
    digest: str = ""
    distress: bool = False


class World:
    """What happened, and what it comes to: the newest terms, the orders not lifted, the newest word on each assurance."""

    def __init__(self, book: CodeBook, people: Mapping[str, Person], events: Sequence, records: Mapping[str, Record]) -> None:
        self.book, self.people, self.events, self.records = book, people, events, records
        self.unit_prints = {unit: book.unit_fingerprint(unit) for unit in book.units}
        self.operation_prints = {code: operation.fingerprint for code, operation in book.operations.items()}
        self.grants: dict[str, tuple[int, Grant, int]] = {}  # the event that brought the terms, the terms, when they end
        self.orders: dict[str, tuple[int, Order]] = {}
        self.assured: dict[tuple[str, str, str], Assurance] = {}
        self.overrides: list[tuple[int, Override]] = []
        for seq, event in enumerate(events, 1):
            if isinstance(event, Grant | Amend):
                terms = event if isinstance(event, Grant) else event.terms
                self.grants[terms.id] = (seq, terms, terms.expires_ms)
            elif isinstance(event, Denounce):
                begun, terms, end = self.grants[event.agreement]
                self.grants[event.agreement] = (begun, terms, min(end, event.ends_ms))
            elif isinstance(event, Order):
                self.orders.pop(event.replaces, None)
                self.orders[event.id] = (seq, event)
                self.overrides = [(n, one) for n, one in self.overrides if event.originator not in one.originators]
            elif isinstance(event, Resume):
                del self.orders[event.order]
            elif isinstance(event, Assurance):
                self.assured[event.party, event.assurance, event.originator] = event
            elif isinstance(event, Override):
                self.overrides.append((seq, event))


def orders(world: World, at: int) -> list[tuple[int, Order]]:
    return [(seq, order) for seq, order in world.orders.values() if order.until_ms == 0 or at < order.until_ms]


def accepted(world: World, party: str, assurance: str, originator: str, at: int) -> bool:
    """Given to this originator or to all and in date, by the newest word on each, and not found breached towards this one."""
    found = [world.assured[key] for key in [(party, assurance, ""), (party, assurance, originator)] if key in world.assured]
    good = [e for e in found if e.status in ("accepted", "doubted", "restored") and at < e.expires_ms]
    return bool(good) and all(e.status != "breached" for e in found)


def override(world: World, record: Record, r: Request) -> bool:
    parties = {party for party, _ in record.label.originators}
    for _, one in world.overrides:
        named = record.digest in one.holdings and r.unit in one.units and (r.purpose, r.operation) == (one.purpose, one.operation)
        if named and one.not_before_ms <= r.at_ms < one.expires_ms and parties <= set(one.originators):
            return True
    return False


def gives(world: World, grant: Grant, end: int, pair: tuple[str, str], r: Request) -> bool:
    return (
        pair[0] == grant.originator
        and pair[1] in grant.categories
        and r.unit in grant.recipients
        and r.purpose in grant.purposes
        and r.operation in grant.operations
        and grant.not_before_ms <= r.at_ms < end
        and grant.unit_prints[r.unit] == world.unit_prints[r.unit]
        and grant.operation_prints[r.operation] == world.operation_prints[r.operation]
    )


def stops(world: World, order: Order, r: Request) -> bool:
    """Whether the order is against this reader, who did not come by the path it leaves to rescue."""
    party = world.book.units[r.unit].party
    axes = [(order.partners, party), (order.units, r.unit), (order.purposes, r.purpose), (order.operations, r.operation)]
    centre = world.book.units[r.unit].regime == "rescue" and r.purpose == "search_and_rescue"
    rescued = centre and r.form == "distress" and "safety_of_life" in order.carve_outs
    return not rescued and party != order.originator and all(not axis or value in axis for axis, value in axes)


def met(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Whether two boxes share a point, on a globe: longitudes are tried a turn to either side."""
    turn, (s, w, n, e), (s2, w2, n2, e2) = 3_600_000_000, one, other
    e, e2 = (e if w <= e else e + turn), (e2 if w2 <= e2 else e2 + turn)
    return s <= n2 and s2 <= n and any(w + k <= e2 and w2 <= e + k for k in (-turn, 0, turn))


def selects(order: Order, source: SourceFacts) -> bool:
    own = {category for party, category in source.label.originators if party == order.originator}
    plain = [(order.feeds, source.feed), (order.sensors, source.sensor), (order.channels, source.channel), (order.assets, source.asset)]
    return (
        bool(own & set(order.categories) if order.categories else own)
        and all(not axis or value in axis for axis, value in plain)
        and (not order.objects or bool(source.objects & set(order.objects)))
        and (not order.regions or source.box is None or any(met(area.box, source.box) for area in order.regions))
        and order.window_from_ms <= source.t_max_ms
        and (source.t_min_ms < order.window_to_ms or order.window_to_ms == 0)
    )


def rooted(world: World, order: Order, record: Record) -> bool:
    if record.source is not None:
        return selects(order, record.source)
    return any(rooted(world, order, world.records[parent]) for parent in record.parents)


def lies(world: World, seq: int, order: Order, record: Record) -> bool:
    """Whether the hold lies on the record, by itself or from anything it came from."""
    part = "derived" if record.source is None else ("new" if record.stored >= seq else "already_shared")
    itself = rooted(world, order, record) and (not order.reach or part in order.reach)
    return itself or any(lies(world, seq, order, world.records[parent]) for parent in record.parents)


def held(world: World, seq: int, order: Order, record: Record, r: Request) -> bool:
    shares = any(party == world.book.units[r.unit].party for party, _ in record.label.originators)
    if not stops(world, order, r) or ("co_originators" in order.carve_outs and shares):
        return False
    own = [pair for pair in record.label.originators if pair[0] == order.originator]
    before = [(grant, end) for begun, grant, end in world.grants.values() if begun < seq]
    opened = all(any(gives(world, grant, end, pair, r) for grant, end in before) for pair in own)
    future = "future_subscriptions" in order.reach and rooted(world, order, record) and not opened
    return lies(world, seq, order, record) or future


def is_hold(order: Order) -> bool:
    axes = [order.feeds, order.sensors, order.regions, order.channels, order.assets, order.objects, order.reach]
    return any(axes) or bool(order.window_from_ms or order.window_to_ms) or "co_originators" in order.carve_outs


def refused(world: World, r: Request) -> set[str]:
    """What fails whatever the record."""
    book, who = world.book, world.people.get(r.person)
    excluded = {"excluded"} if r.purpose in EXCLUDED or r.purpose.partition("/")[2] in EXCLUDED else set()
    if who is None or r.unit not in who.units or r.unit not in book.units or r.operation not in book.operations:
        return excluded | {"codes"}
    regimes = {book.units[r.unit].regime, book.commands[book.units[r.unit].command].regime}
    lawful = regimes <= LAWFUL or (r.act, r.form) in {("picture", "coarse"), ("explain", "full")}
    rescue = book.units[r.unit].regime == "rescue" and r.purpose == "search_and_rescue" and r.act in ("read", "list")
    checks = {"role": who.may(r.act), "operation": r.unit in book.operations[r.operation].units}
    checks["ceiling"] = lawful and (r.form != "distress" or rescue)
    return excluded | {name for name, holds in checks.items() if not holds}


def failed(world: World, r: Request, record: Record) -> set[str]:
    """Every conjunct that does not hold."""
    before, label, unit = refused(world, r), record.label, world.book.units.get(r.unit)
    if label is None or not label.originators:
        return before | {"label"}
    if unit is None:
        return before | {"recipients"}
    checks = {
        "level": RANK.index(label.level) <= RANK.index(unit.clearance),
        "handling": set(label.handling) <= set(unit.handling),
        "time": record.not_before <= r.at_ms < record.expires,
        "distress": r.form != "distress" or record.distress,
    }
    if not override(world, record, r):
        covering = [(pair, [g for _, g, end in world.grants.values() if gives(world, g, end, pair, r)]) for pair in label.originators]
        standing = orders(world, r.at_ms)
        masks = [order for _, order in standing if not is_hold(order) and stops(world, order, r)]
        shut = [
            (o.originator, c)
            for o in masks
            for p, c in label.originators
            if p == o.originator and (not o.categories or c in o.categories)
        ]
        asked = {(a, grant.originator) for _, found in covering for grant in found for a in grant.assurances}
        checks |= {
            "recipients": r.unit in label.recipients,
            "purposes": r.purpose in label.purposes,
            "operations": r.operation in label.operations,
            "grants": not shut and all(found for _, found in covering),
            "assurances": all(accepted(world, unit.party, a, to, r.at_ms) for a, to in asked),
            "holds": not any(held(world, seq, o, record, r) for seq, o in standing if is_hold(o)),
        }
    return before | {name for name, holds in checks.items() if not holds}


def permits(world: World, r: Request, record: Record) -> bool:
    return not failed(world, r, record)
