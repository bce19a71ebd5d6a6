"""The terms of an agreement as values, and whether new terms give more than old ones.

1. A grant names one originator; a party's own data is an explicit grant to its own units.
2. A grant is bound to the fingerprints of the units and operations it names: when a unit's regime, command or mission changes,
   or an operation's units or mission do, the grant no longer covers them until it is signed anew.
3. The type has no field that could carry an excluded use: purposes are leaves of the code-book (P2).
4. The assurances a grant may ask for are a closed set; an unknown kind is an error.
5. Terms that give anything the old ones did not, for longer or on less assurance, widen; only what does not may skip the review.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from fairlead.envelope import Digest
from fairlead.errors import BadInput, LabelFault
from fairlead.label import CodeBook, Purpose, expand, purpose_of
from fairlead.label.codebook import need, need_all
from fairlead.label.label import LEASE_DEFAULT_S, LEASE_MAX_S, LEASE_MIN_S
from fairlead.label.marking.carriers import CARRIERS

CODES_MAX: Final = 4096
ID_MAX: Final = 64

AssuranceKind: TypeAlias = Literal[
    "use", "operation", "treatment", "no_death_penalty", "no_onward", "segregation", "access", "report_back"
]
# What a recipient can bind itself to, in words for people.
ASSURANCES: Final[Mapping[str, str]] = {
    "use": "it is used for nothing but the purposes of the agreement",
    "operation": "it is used in no operation but those of the agreement",
    "treatment": "everybody met because of it is treated humanely and by law",
    "no_death_penalty": "no sentence of death is sought or carried out on the strength of it",
    "no_onward": "it is passed on to nobody",
    "segregation": "it is kept apart from what others may reach",
    "access": "only those who need it for the purpose get it",
    "report_back": "the originator is told what came of it",
}
assert set(ASSURANCES) == set(get_args(AssuranceKind))


class Grant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Originator gives recipient units, for purposes, inside operations, its data of some categories, for an interval."""

    id: str
    originator: str
    recipients: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    operations: tuple[str, ...]
    categories: tuple[str, ...]
    not_before_ms: int
    expires_ms: int
    unit_prints: Mapping[str, Digest]
    operation_prints: Mapping[str, Digest]
    lease_s: int = LEASE_DEFAULT_S
    assurances: tuple[str, ...] = ()
    version: int = 1
    export_to: tuple[str, ...] = ()  # carriers in which it may go to systems that cannot enforce a label


def make_grant(
    book: CodeBook,
    *,
    id: str,
    originator: str,
    recipients: Iterable[str],
    purposes: Iterable[str],
    operations: Iterable[str],
    categories: Iterable[str],
    not_before_ms: int,
    expires_ms: int,
    lease_s: int = LEASE_DEFAULT_S,
    assurances: Iterable[str] = (),
    version: int = 1,
    export_to: Iterable[str] = (),
) -> Grant:
    """A grant under this code-book; parties among the recipients are expanded to their units.

    Raises UnknownCode, ExcludedUse, BadInput (empty or reversed), LabelFault (lease out of range).
    """
    where = f"agreement {id}"
    if not 0 < len(id) <= ID_MAX:
        raise BadInput("an agreement needs an id", why=f"1 to {ID_MAX} characters")
    need(book.parties, originator, what="party", where=where)
    units: set[str] = set()
    for code in recipients:
        units.update(book.units_of(code) if code in book.parties else [need(book.units, code, what="unit", where=where)])
    inside = tuple(sorted(set(need_all(book.operations, operations, what="operation", where=where))))
    kinds = tuple(sorted(set(need_all(book.categories, categories, what="category", where=where))))
    leaves = tuple(sorted(expand(purpose_of(code) for code in purposes)))
    if not (units and inside and kinds and leaves):
        raise BadInput("an agreement grants nothing", where=where, do="name recipients, purposes, operations, categories")
    if max(len(units), len(inside), len(kinds)) > CODES_MAX:
        raise BadInput("an agreement names too many codes", where=where, why=f"more than {CODES_MAX}")
    if not not_before_ms < expires_ms:
        raise BadInput("an agreement ends before it begins", where=where)
    if not LEASE_MIN_S <= lease_s <= LEASE_MAX_S:
        raise LabelFault("a lease is out of range", where=where, do=f"{LEASE_MIN_S} to {LEASE_MAX_S} s")
    return Grant(
        id=id,
        originator=originator,
        recipients=tuple(sorted(units)),
        purposes=leaves,
        operations=inside,
        categories=kinds,
        not_before_ms=not_before_ms,
        expires_ms=expires_ms,
        unit_prints={unit: book.unit_fingerprint(unit) for unit in sorted(units)},
        operation_prints={code: book.operations[code].fingerprint for code in inside},
        lease_s=lease_s,
        assurances=tuple(sorted(set(need_all(ASSURANCES, assurances, what="kind of assurance", where=where)))),
        version=version,
        export_to=tuple(sorted(set(need_all(CARRIERS, export_to, what="carrier", where=where)))),
    )


def widens(old: Grant, new: Grant) -> bool:
    """Whether `new` gives anything that `old` does not: to more, for more, of more, earlier, longer, or on less assurance.

    What is bound to another regime, command, mission or crew than before counts as new: the old terms no longer cover it.
    """
    return (
        new.originator != old.originator
        or any(old.unit_prints.get(unit) != new.unit_prints.get(unit) for unit in new.recipients)
        or any(old.operation_prints.get(code) != new.operation_prints.get(code) for code in new.operations)
        or not set(new.recipients) <= set(old.recipients)
        or not set(new.operations) <= set(old.operations)
        or not set(new.purposes) <= set(old.purposes)
        or not set(new.categories) <= set(old.categories)
        or new.not_before_ms < old.not_before_ms
        or new.expires_ms > old.expires_ms
        or new.lease_s > old.lease_s
        or not set(old.assurances) <= set(new.assurances)
        or not set(new.export_to) <= set(old.export_to)
    )
