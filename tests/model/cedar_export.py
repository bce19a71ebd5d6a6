"""A third opinion: the same world written as Cedar policies and entities, each question answered by cedarpy.

1. One `permit` says what no override lifts; every other condition is a `forbid ... unless` it holds or an override lets through.
2. Nothing compiled is used: terms come from the reference model's account of the events, holds from its recursion.
3. A forbid that errs would fail open there, so an answer with an error in it is no answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import cedarpy

from fairlead.agreement import Grant, Order, Override, Request
from fairlead.agreement.people import ROLE_ACTS
from tests.model import gate_model as model
from tests.model.gate_model import Record, World

BASE = """
permit(principal, action, resource) when {
  context.person.units.contains(principal.code) && context.person.acts.contains(context.act) &&
  principal.operations.contains(context.operation) &&
  (principal.lawful || (context.act == "picture" && context.form == "coarse") ||
    (context.act == "explain" && context.form == "full")) &&
  (context.form != "distress" || (principal.rescue && context.purpose == "search_and_rescue" &&
    (context.act == "read" || context.act == "list") && resource.distress)) &&
  !resource.pairs.isEmpty() && resource.level <= principal.clearance && principal.handling.containsAll(resource.handling) &&
  resource.not_before <= context.at && context.at < resource.expires
};
"""
RELEASED = """resource.recipients.contains(principal.code) && resource.purposes.contains(context.purpose) &&
  resource.operations.contains(context.operation)"""


def listed(codes: Iterable[str]) -> str:
    return "[" + ", ".join(json.dumps(code) for code in sorted(codes)) + "]"


def named(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return sorted(f"{party}/{category}" for party, category in pairs)


def any_of(conditions: Iterable[str]) -> str:
    return " || ".join(f"({one})" for one in conditions) or "false"


def gives(world: World, grant: Grant, end: int) -> str:
    book = world.book
    units = [code for code in grant.recipients if code in book.units and grant.unit_prints[code] == book.unit_fingerprint(code)]
    inside = [c for c in grant.operations if c in book.operations and grant.operation_prints[c] == book.operations[c].fingerprint]
    return (
        f"{listed(units)}.contains(principal.code) && {listed(grant.purposes)}.contains(context.purpose) && "
        f"{listed(inside)}.contains(context.operation) && {grant.not_before_ms} <= context.at && context.at < {end}"
    )


def stops(order: Order) -> str:
    said = [f"principal.party != {json.dumps(order.originator)}"]
    axes = [(order.partners, "principal.party"), (order.units, "principal.code")]
    axes += [(order.purposes, "context.purpose"), (order.operations, "context.operation")]
    said += [f"{listed(axis)}.contains({value})" for axis, value in axes if axis]
    if "safety_of_life" in order.carve_outs:
        said.append('(context.form != "distress" || !principal.rescue || context.purpose != "search_and_rescue")')
    if order.until_ms:
        said.append(f"context.at < {order.until_ms}")
    return " && ".join(said)


def lets_through(one: Override) -> str:
    return (
        f"{listed(one.holdings)}.contains(resource.digest) && {listed(one.units)}.contains(principal.code) && "
        f"context.purpose == {json.dumps(one.purpose)} && context.operation == {json.dumps(one.operation)} && "
        f"{one.not_before_ms} <= context.at && context.at < {one.expires_ms} && {listed(one.originators)}.containsAll(resource.parties)"
    )


def accepted(world: World, assurance: str, originator: str) -> str:
    found = [e for (_, a, to), e in world.assured.items() if a == assurance and to in ("", originator)]
    good = [e for e in found if e.status in ("accepted", "doubted", "restored")]
    given = any_of(f"principal.party == {json.dumps(e.party)} && context.at < {e.expires_ms}" for e in good)
    return f"({given}) && !{listed({e.party for e in found if e.status == 'breached'})}.contains(principal.party)"


def policies(world: World) -> str:
    """The whole world but its records, for any instant."""
    through = any_of(lets_through(one) for _, one in world.overrides)
    terms = [(seq, grant, gives(world, grant, end)) for seq, grant, end in world.grants.values()]
    opens = {
        (grant.originator, c): [
            (seq, said) for seq, other, said in terms if grant.originator == other.originator and c in other.categories
        ]
        for _, grant, _ in terms
        for c in grant.categories
    }
    text = [BASE, f"forbid(principal, action, resource) when {{ {listed(model.EXCLUDED)}.contains(context.purpose) }};"]

    def forbid(when: str, unless: str) -> None:
        text.append(f"forbid(principal, action, resource) when {{ {when} }} unless {{ ({unless}) || {through} }};")

    forbid("true", RELEASED)
    forbid("true", f"{listed(named(opens))}.containsAll(resource.pairs)")
    for pair, found in opens.items():
        forbid(f"resource.pairs.contains({json.dumps(named([pair])[0])})", any_of(said for _, said in found))
    for _, grant, said in terms:
        pairs = listed(named((grant.originator, category) for category in grant.categories))
        for one in grant.assurances:
            forbid(f"resource.pairs.containsAny({pairs}) && {said}", accepted(world, one, grant.originator))
    for seq, order in model.orders(world, 0):
        if model.is_hold(order):
            forbid(f"{stops(order)} && ({_held(opens, seq, order)})", "false")
        else:
            categories = order.categories or world.book.categories
            pairs = listed(named((order.originator, category) for category in categories))
            forbid(f"{stops(order)} && resource.pairs.containsAny({pairs})", "false")
    return "\n".join(text)


def _held(opens: dict, seq: int, order: Order) -> str:
    shared = "!resource.parties.contains(principal.party)" if "co_originators" in order.carve_outs else "true"
    said = f"resource.held.contains({json.dumps(order.id)})"
    if "future_subscriptions" in order.reach:
        late = [
            f"resource.pairs.contains({json.dumps(named([pair])[0])}) && !({any_of(one for begun, one in found if begun < seq)})"
            for pair, found in opens.items()
            if pair[0] == order.originator
        ]
        said += f" || (resource.rooted.contains({json.dumps(order.id)}) && ({any_of(late)}))"
    return f"({shared}) && ({said})"


def entities(world: World) -> str:
    """Units, people and records."""
    book, found = world.book, []
    for code, unit in book.units.items():
        regimes = {unit.regime, book.commands[unit.command].regime}
        inside = [name for name, operation in book.operations.items() if code in operation.units]
        said = {"code": code, "party": unit.party, "clearance": model.RANK.index(unit.clearance), "handling": list(unit.handling)}
        said |= {"lawful": regimes <= model.LAWFUL, "rescue": unit.regime == "rescue", "operations": inside}
        found.append({"uid": {"type": "Unit", "id": code}, "attrs": said, "parents": []})
    for code, person in world.people.items():
        acts = sorted(set().union(*(ROLE_ACTS.get(role, frozenset()) for role in person.roles)))
        found.append({"uid": {"type": "Person", "id": code}, "attrs": {"units": list(person.units), "acts": acts}, "parents": []})
    holds = [(seq, order) for seq, order in model.orders(world, 0) if model.is_hold(order)]
    for name, record in world.records.items():
        found.append({"uid": {"type": "Record", "id": name}, "attrs": _record(world, holds, record), "parents": []})
    return json.dumps(found)


def _record(world: World, holds: list[tuple[int, Order]], record: Record) -> dict:
    label = record.label
    return {
        "pairs": named(label.originators),
        "parties": sorted({party for party, _ in label.originators}),
        "level": model.RANK.index(label.level),
        "recipients": list(label.recipients),
        "purposes": list(label.purposes),
        "operations": list(label.operations),
        "handling": list(label.handling),
        "not_before": record.not_before,
        "expires": record.expires,
        "digest": record.digest,
        "distress": record.distress,
        "held": [order.id for seq, order in holds if model.lies(world, seq, order, record)],
        "rooted": [order.id for _, order in holds if model.rooted(world, order, record)],
    }


def question(r: Request, record: str) -> dict:
    """One request as cedarpy takes it."""
    return {
        "principal": {"type": "Unit", "id": r.unit},
        "action": 'Action::"use"',
        "resource": {"type": "Record", "id": record},
        "context": {
            "person": {"__entity": {"type": "Person", "id": r.person}},
            "purpose": r.purpose,
            "operation": r.operation,
            "act": r.act,
            "form": r.form,
            "at": r.at_ms,
        },
    }


class Cedar:
    """One world, parsed once; the handles are used for every question."""

    def __init__(self, world: World) -> None:
        self.policies = cedarpy.PolicySet.from_str(policies(world))
        self.entities = cedarpy.Entities.from_json_str(entities(world))

    def permits(self, asked: list[tuple[Request, str]]) -> list[bool]:
        """One answer for each (request, record)."""
        said = cedarpy.is_authorized_batch([question(*one) for one in asked], self.policies, self.entities)
        assert not any(one.diagnostics.errors for one in said), [one.diagnostics.errors for one in said if one.diagnostics.errors][:1]
        return [one.allowed for one in said]
