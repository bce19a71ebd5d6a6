"""One-step laws, proved by a solver over bit-vectors: no rule adds an excluded use, drops an originator, or widens unsigned.

1. A set of codes is a bit-vector, one bit a code. The laws hold bit by bit, so WIDTH limits nothing that is proved.
2. The rules are a table and a few formulas that say what `label.join`, the gate and the fold of events do. The tests hold them to
   that code value by value, and the solver refutes each wrong one, so that a proof here is known to bite.
3. Without the solver (the extra `proof`) there is no answer, and whoever asks is told so by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Final

import msgspec
import z3

from fairlead.label import EXCLUDED_USES, PURPOSES
from fairlead.label.purpose import IMPLIES

SOLVER: Final = f"z3 {z3.get_version_string()}"
WIDTH: Final = 96  # codes of a set: more than fit a machine word
BITS: Final = {"level": 3, "lease_s": 32, "not_before_ms": 53, "expires_ms": 53}

# How each field of what is derived comes of the fields of two sources (label.join; times are columns of the holding).
JOIN: Final[Mapping[str, str]] = {
    "originators": "union",
    "level": "max",
    "recipients": "intersection",
    "purposes": "intersection",
    "operations": "intersection",
    "handling": "union",
    "lease_s": "min",
    "not_before_ms": "max",
    "expires_ms": "min",
    "held": "union",
}
LEAVES: Final = (*sorted(PURPOSES), *sorted(EXCLUDED_USES))  # the bits of a set of purposes; the last are excluded uses
EXCLUDED_BITS: Final = reduce(int.__or__, (1 << LEAVES.index(use) for use in EXCLUDED_USES))
# The codes each implies, for the law that what is closed under implication stays so.
IMPLIED: Final = tuple((LEAVES.index(code), LEAVES.index(implied)) for code, found in IMPLIES.items() for implied in found)

Symbols = dict[str, z3.BitVecRef]


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """One law; `refuted_by` is a case against it, empty when the solver proved that there is none."""

    name: str
    refuted_by: str = ""

    @property
    def proved(self) -> bool:
        return not self.refuted_by


def label_of(name: str) -> Symbols:
    """A label of unknowns, with the times of its holding and the holds that lie on it."""
    return {field: z3.BitVec(f"{name}.{field}", BITS.get(field, WIDTH)) for field in JOIN}


def joined(rules: Mapping[str, str], one: Symbols, other: Symbols) -> Symbols:
    """The label of what is derived from two, by the table."""
    return {field: _combined(rule, one[field], other[field]) for field, rule in rules.items()}


def _combined(rule: str, one: z3.BitVecRef, other: z3.BitVecRef) -> z3.BitVecRef:
    if rule == "union":
        return one | other
    if rule == "intersection":
        return one & other
    return z3.If(z3.UGE(one, other) if rule == "max" else z3.ULE(one, other), one, other)


def permits(label: Symbols, asked: Symbols) -> z3.BoolRef:
    """What the gate asks of a label: `asked` holds one bit for unit, purpose and operation, and what stands for this reader."""
    return z3.And(
        label["originators"] != 0,
        z3.ULE(label["level"], asked["clearance"]),
        label["recipients"] & asked["unit"] == asked["unit"],
        label["purposes"] & asked["purpose"] == asked["purpose"],
        label["operations"] & asked["operation"] == asked["operation"],
        label["handling"] & ~asked["accepted"] == 0,
        z3.ULE(label["not_before_ms"], asked["at_ms"]),
        z3.ULT(asked["at_ms"], label["expires_ms"]),
        label["originators"] & ~asked["open"] == 0,
        label["held"] & asked["stopping"] == 0,
    )


def asked_of(name: str) -> Symbols:
    """A request of unknowns, with the pairs open to its reader and the holds that would stop it."""
    wide = ("unit", "purpose", "operation", "accepted", "open", "stopping")
    narrow = {"clearance": BITS["level"], "at_ms": BITS["expires_ms"]}
    return {code: z3.BitVec(f"{name}.{code}", narrow.get(code, WIDTH)) for code in (*wide, *narrow)}


def label_laws(rules: Mapping[str, str] = JOIN) -> Iterator[tuple[str, z3.BoolRef]]:
    """The laws of combining labels, each as a formula that must hold for every value."""
    a, b, c, asked = label_of("a"), label_of("b"), label_of("c"), asked_of("asked")
    ab, sound = joined(rules, a, b), z3.And(a["originators"] != 0, b["originators"] != 0)
    yield "join is commutative", _same(ab, joined(rules, b, a))
    yield "join is associative", _same(joined(rules, ab, c), joined(rules, a, joined(rules, b, c)))
    yield "join is idempotent", _same(joined(rules, a, a), a)
    yield "join only narrows", z3.Implies(z3.And(sound, permits(ab, asked)), permits(a, asked))
    yield (
        "what is derived may be read exactly by those who may read all of it",
        z3.Implies(sound, permits(ab, asked) == z3.And(permits(a, asked), permits(b, asked))),
    )
    yield "join drops no originator", z3.And(a["originators"] & ~ab["originators"] == 0, b["originators"] & ~ab["originators"] == 0)
    never = z3.BitVecVal(EXCLUDED_BITS, WIDTH)
    yield (
        "join adds no excluded use",
        z3.Implies(z3.And(a["purposes"] & never == 0, b["purposes"] & never == 0), ab["purposes"] & never == 0),
    )
    yield (
        "join keeps purposes closed under implication",
        z3.Implies(z3.And(_closed(a["purposes"]), _closed(b["purposes"])), _closed(ab["purposes"])),
    )


def _same(one: Symbols, other: Symbols) -> z3.BoolRef:
    return z3.And(*(one[field] == other[field] for field in one))


def _closed(purposes: z3.BitVecRef) -> z3.BoolRef:
    def has(bit: int) -> z3.BoolRef:
        return z3.Extract(bit, bit, purposes) == 1

    return z3.And(*(z3.Implies(has(code), has(implied)) for code, implied in IMPLIED))


class Terms:
    """Terms of unknowns as an event carries them: whose, and which sets. Of an order an empty axis means every one."""

    def __init__(self, name: str) -> None:
        self.originator = z3.BitVec(f"{name}.originator", 16)
        axes = ("categories", "units", "purposes", "operations", "records", "signers")
        self.axes = {axis: z3.BitVec(f"{name}.{axis}", WIDTH) for axis in axes}


class Case:
    """One pair of one originator and one reader of it, one bit for each code; `record` the record an override may name."""

    def __init__(self) -> None:
        self.owner, self.party = z3.BitVec("owner", 16), z3.BitVec("reader's party", 16)
        self.bits = {axis: z3.BitVec(f"one of {axis}", WIDTH) for axis in ("categories", "units", "purposes", "operations", "records")}
        self.originators = z3.BitVec("originators of the record", WIDTH)


Rule = Callable[[z3.BoolRef, Terms, Terms, Case], z3.BoolRef]
READER: Final = ("units", "purposes", "operations")


def gives(terms: Terms, case: Case) -> z3.BoolRef:
    """Whether a grant of these terms covers the case: its originator's pair, and every axis names it."""
    return z3.And(terms.originator == case.owner, *(_in(terms, axis, case) for axis in ("categories", *READER)))


def stops(terms: Terms, case: Case) -> z3.BoolRef:
    """Whether an order of these terms closes the case: its originator's pair, not its own unit, and no axis leaves it out."""
    axes = (z3.Or(terms.axes[axis] == 0, _in(terms, axis, case)) for axis in ("categories", *READER))
    return z3.And(terms.originator == case.owner, case.party != case.owner, *axes)


def lets_through(terms: Terms, case: Case) -> z3.BoolRef:
    """Whether an override of these terms names the record and reader, and everybody the record is of has signed it."""
    return z3.And(case.originators & ~terms.axes["signers"] == 0, *(_in(terms, axis, case) for axis in ("records", *READER)))


def _in(terms: Terms, axis: str, case: Case) -> z3.BoolRef:
    return z3.And(terms.axes[axis] & case.bits[axis] == case.bits[axis])


# Whether the case is open after the event: from `rest` (what everything else makes of it), the terms that stood, and the new ones.
AFTER: Final[Mapping[str, Rule]] = {
    "grant": lambda rest, old, new, case: z3.Or(rest, gives(new, case)),
    "amend": lambda rest, old, new, case: z3.Or(rest, gives(new, case)),
    "denounce": lambda rest, old, new, case: rest,
    "order": lambda rest, old, new, case: z3.And(rest, z3.Not(stops(new, case))),
    "order in place of another": lambda rest, old, new, case: z3.And(rest, z3.Not(stops(new, case))),
    "resume": lambda rest, old, new, case: rest,
    "override": lambda rest, old, new, case: z3.Or(rest, lets_through(new, case)),
}
BEFORE: Final[Mapping[str, Rule]] = {
    "grant": lambda rest, old, new, case: rest,
    "amend": lambda rest, old, new, case: z3.Or(rest, gives(old, case)),
    "denounce": lambda rest, old, new, case: z3.Or(rest, gives(old, case)),
    "order": lambda rest, old, new, case: rest,
    "order in place of another": lambda rest, old, new, case: z3.And(rest, z3.Not(stops(old, case))),
    "resume": lambda rest, old, new, case: z3.And(rest, z3.Not(stops(old, case))),
    "override": lambda rest, old, new, case: rest,
}


def event_laws(after: Mapping[str, Rule] = AFTER) -> Iterator[tuple[str, z3.BoolRef]]:
    """The laws of one event after another: who must have signed what becomes possible, and what never does."""
    rest, old, new, case = z3.Bool("rest"), Terms("old"), Terms("new"), Case()
    never = z3.BitVecVal(EXCLUDED_BITS, WIDTH)
    ones = z3.And(*(bits != 0 for bits in case.bits.values()), case.originators != 0)
    own = old.originator == new.originator  # an event on terms that stand is its originator's own (standing.py)
    for kind, rule in after.items():
        widened = z3.And(ones, own, z3.Not(BEFORE[kind](rest, old, new, case)), rule(rest, old, new, case))
        signed = case.originators & ~new.axes["signers"] == 0 if kind == "override" else new.originator == case.owner
        yield f"{kind}: nothing widens without the word of every originator of it", z3.Implies(widened, signed)
        carried = z3.And(new.axes["purposes"] & never == 0, old.axes["purposes"] & never == 0, case.bits["purposes"] & ~never == 0)
        if kind not in ("resume", "order in place of another"):
            yield f"{kind}: no excluded use becomes possible", z3.Implies(z3.And(widened, carried), False)
        else:  # what an order stopped was open before: an excluded use never was
            rests = z3.Implies(case.bits["purposes"] & never != 0, z3.Not(rest))
            yield f"{kind}: no excluded use becomes possible", z3.Implies(z3.And(widened, carried, rests), False)


def proved(name: str, formula: z3.BoolRef) -> Law:
    """Ask the solver for a case against the law."""
    solver = z3.Solver()
    solver.set("timeout", 60_000)
    solver.add(z3.Not(formula))
    answer = solver.check()
    if answer == z3.unsat:
        return Law(name=name)
    case = str(solver.model()) if answer == z3.sat else "the solver did not come to an end"
    return Law(name=name, refuted_by=case)


def all_laws() -> tuple[Law, ...]:
    """Every one-step law, put to the solver."""
    return tuple(proved(name, formula) for name, formula in (*label_laws(), *event_laws()))
