"""One-step laws put to a solver: proved as the rules stand, refuted for each wrong rule, and the rules held to the code itself."""

from __future__ import annotations

import random

import msgspec
import pytest

from fairlead.agreement import Facts, Gatehouse, Grant, Order, Request, Resume, apply, compile_slice, decide, fold, make_order
from fairlead.agreement.events import Amend, Denounce, signatures_needed
from fairlead.label import EXCLUDED_USES, LEVELS, join
from tests.model import proof_model as model
from tests.model import world as tiny

pytest.importorskip("z3", reason="the solver is an extra: fairlead[proof]")
import z3

from fairlead.agreement.proof import onestep

NAMES = [name for name, _ in (*onestep.label_laws(), *onestep.event_laws())]


def test_p3_every_one_step_law_is_proved():
    laws = onestep.all_laws()
    assert [law.name for law in laws if not law.proved] == []
    assert [law.name for law in laws] == NAMES
    assert len(NAMES) >= 20


WRONG_JOINS = [
    (field, wrong)
    for field, right in onestep.JOIN.items()
    for wrong in (("union", "intersection") if right in ("union", "intersection") else ("max", "min"))
    if wrong != right
]


@pytest.mark.parametrize(("field", "wrong"), WRONG_JOINS)
def test_p3_the_solver_refutes_a_join_with_one_field_wrong(field, wrong):
    rules = dict(onestep.JOIN) | {field: wrong}
    refuted = {name for name, formula in onestep.label_laws(rules) if not onestep.proved(name, formula).proved}
    if field == "lease_s":  # the gate of this node does not ask for it: an offline copy's own clock does
        assert refuted == set()
    else:
        assert "what is derived may be read exactly by those who may read all of it" in refuted
        assert "join only narrows" in refuted
    assert "join is commutative" not in refuted


def test_p3_the_solver_refutes_the_first_source_alone_and_an_empty_set_of_originators():
    a, b, asked = onestep.label_of("a"), onestep.label_of("b"), onestep.asked_of("asked")
    first = onestep.joined(onestep.JOIN, a, b) | {"originators": a["originators"]}
    both = z3.And(onestep.permits(a, asked), onestep.permits(b, asked))
    sound = z3.And(a["originators"] != 0, b["originators"] != 0)
    law = onestep.proved("first source only", z3.Implies(sound, onestep.permits(first, asked) == both))
    assert "b.originators" in law.refuted_by
    whole = onestep.permits(onestep.joined(onestep.JOIN, a, b), asked)
    assert not onestep.proved("nobody objects", whole == both).proved, "a label without an originator breaks the law, so it is refused"


def _unsigned(*, keep):
    """Rules of events with one thing left out."""

    def gives(terms, case):
        return z3.And(*(onestep._in(terms, axis, case) for axis in ("categories", *onestep.READER)))

    def lets(terms, case):
        return z3.And(*(onestep._in(terms, axis, case) for axis in ("records", *onestep.READER)))

    wrong = {
        "grant": lambda rest, old, new, case: z3.Or(rest, gives(new, case)),
        "amend": lambda rest, old, new, case: z3.Or(rest, gives(new, case)),
        "denounce": lambda rest, old, new, case: z3.Or(rest, z3.Not(onestep.gives(old, case))),
        "order": lambda rest, old, new, case: z3.Or(rest, onestep.lets_through(new, case)),
        "order in place of another": lambda rest, old, new, case: z3.Or(rest, onestep.stops(new, case), new.originator != case.owner),
        "resume": lambda rest, old, new, case: z3.BoolVal(True),
        "override": lambda rest, old, new, case: z3.Or(rest, lets(new, case)),
    }
    return {keep: wrong[keep]}


@pytest.mark.parametrize("kind", onestep.AFTER)
def test_p3_the_solver_refutes_an_event_that_widens_without_its_originators(kind):
    refuted = [name for name, formula in onestep.event_laws(_unsigned(keep=kind)) if not onestep.proved(name, formula).proved]
    assert f"{kind}: nothing widens without the word of every originator of it" in refuted


def test_p2_the_solver_refutes_a_rule_that_takes_purposes_for_granted():
    def loose(rest, old, new, case):
        return z3.Or(rest, z3.And(new.originator == case.owner, *(onestep._in(new, axis, case) for axis in ("units", "operations"))))

    refuted = [name for name, formula in onestep.event_laws({"grant": loose}) if not onestep.proved(name, formula).proved]
    assert refuted == ["grant: no excluded use becomes possible"]


# --- the rules are those of the code ---


def _codes(names, universe):
    return sum(1 << sorted(universe).index(name) for name in names)


def _concrete(label, book, held):
    pairs = sorted((party, category) for party in book.parties for category in book.categories)
    values = {
        "originators": _codes(label.originators, pairs),
        "level": LEVELS.index(label.level),
        "recipients": _codes(label.recipients, book.units),
        "purposes": sum(1 << onestep.LEAVES.index(purpose) for purpose in label.purposes),
        "operations": _codes(label.operations, book.operations),
        "handling": _codes(label.handling, book.handling),
        "lease_s": label.lease_s,
        "not_before_ms": held[0],
        "expires_ms": held[1],
        "held": 0,
    }
    return {field: z3.BitVecVal(value, onestep.BITS.get(field, onestep.WIDTH)) for field, value in values.items()}


def test_p3_the_table_of_joins_is_what_join_does():
    rng, book = random.Random(5), tiny.book()
    compared = 0
    for _ in range(60):
        labels = list(tiny.labels(rng, book).values())
        one, other = rng.choice(labels), rng.choice(labels)
        got = onestep.joined(onestep.JOIN, *(_concrete(label, book, (1, 9)) for label in (one, other)))
        want = _concrete(join([one, other]), book, (1, 9))
        for field in onestep.JOIN:
            assert z3.simplify(got[field] == want[field]), field
            compared += 1
    assert compared == 60 * len(onestep.JOIN)


def test_p3_the_formula_of_the_gate_is_what_the_gate_says_of_a_label():
    rng, book, yes = random.Random(6), tiny.book(), 0
    pairs = sorted((party, category) for party in book.parties for category in book.categories)
    people = {unit: model.anybody(unit) for unit in book.units}
    for number in range(300):
        label = rng.choice(list(tiny.labels(rng, book).values()))
        grants = [event for event in tiny.events(rng, book) if not isinstance(event, Order)]
        at = rng.randrange(0, 5 * tiny.DAY)
        asking_nothing = [msgspec.structs.replace(event, assurances=()) if isinstance(event, Grant) else event for event in grants]
        free = compile_slice(fold(asking_nothing), book, at)
        reader = (rng.choice(["a1", "b1", "c1"]), rng.choice(tiny.PURPOSES), "north")
        opened = free.open_to.get(reader, 0)
        unit = book.units[reader[0]]
        asked = {
            "unit": z3.BitVecVal(_codes([unit.code], book.units), onestep.WIDTH),
            "purpose": z3.BitVecVal(1 << onestep.LEAVES.index(reader[1]), onestep.WIDTH),
            "operation": z3.BitVecVal(_codes([reader[2]], book.operations), onestep.WIDTH),
            "accepted": z3.BitVecVal(_codes(unit.handling, book.handling), onestep.WIDTH),
            "open": z3.BitVecVal(_codes([pair for pair in pairs if free.bits.get(pair, 0) & opened], pairs), onestep.WIDTH),
            "stopping": z3.BitVecVal(0, onestep.WIDTH),
            "clearance": z3.BitVecVal(LEVELS.index(unit.clearance), onestep.BITS["level"]),
            "at_ms": z3.BitVecVal(at, onestep.BITS["expires_ms"]),
        }
        held = (rng.choice([0, tiny.DAY]), rng.choice([2, 4, 9]) * tiny.DAY)
        said = z3.is_true(z3.simplify(onestep.permits(_concrete(label, book, held), asked)))
        request = Request(person=unit.code, unit=unit.code, purpose=reader[1], operation="north", act="picture", form="full", at_ms=at)
        facts = Facts(label=label, not_before_ms=held[0], expires_ms=held[1])
        assert said == decide(Gatehouse(book=book, people=people, slice=free), request, facts).permitted, number
        yes += said
    assert 0.1 < yes / 300 < 0.6, yes


def _opened(standing, book, at):
    """Every (pair, reader) that some grant opens and no order stops."""
    slice = compile_slice(standing, book, at)
    return {(pair, reader) for reader, mask in slice.open_to.items() for pair, bit in slice.bits.items() if mask & bit}


def _some_event(rng, book, standing, seed):
    kinds = [tiny.events(rng, book)[rng.randrange(4)]]
    if standing.orders:
        order = rng.choice(standing.orders)
        kinds.append(Resume(order=order.id, originator=order.originator, at_ms=1))
        kinds.append(
            msgspec.structs.replace(
                make_order(book, tiny.FEEDS, id="in place", originator=order.originator, ordered_at_ms=1, units=["c1"]),
                replaces=order.id,
            )
        )
    if standing.grants:
        grant = rng.choice(standing.grants)
        wider = msgspec.structs.replace(grant, version=2, purposes=tuple(sorted({*grant.purposes, "prosecution"})))
        kinds.append(Amend(terms=wider, originator=grant.originator, at_ms=1))
        kinds.append(Denounce(agreement=grant.id, originator=grant.originator, at_ms=1, ends_ms=tiny.DAY))
    event = rng.choice(kinds)
    return msgspec.structs.replace(event, id=f"new {seed}") if hasattr(event, "recipients") else event


def test_p3_no_event_opens_a_pair_without_the_signature_of_its_originator_and_none_opens_an_excluded_use():
    widened, at = 0, tiny.DAY + 1
    for seed in range(250):
        rng, world = random.Random(f"event {seed}"), model.some_world(seed)
        event = _some_event(rng, world.book, world.standing, seed)
        before = _opened(world.standing, world.book, at)
        after = _opened(apply(world.standing, event), world.book, at)
        signers = set(signatures_needed(event))
        assert {pair[0] for pair, _ in after - before} <= signers
        assert not {reader[1] for _, reader in after} & {str(use) for use in EXCLUDED_USES}
        widened += bool(after - before)
    assert 0.2 < widened / 250 < 0.9, widened
