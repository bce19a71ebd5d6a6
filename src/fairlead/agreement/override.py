"""An override: what it may say, whose signatures it takes, and the sentence that says exactly the same (2-label: weakening).

1. It names records by digest, units, one purpose, one operation, a reason, a legal basis, and a window of at most 72 hours.
2. Two different releasing officers of every originator sign the same bytes. Who asked for it does not count, nor does anybody who
   acts for a unit that gains by it.
3. Every code is of the code-book, so it can name no excluded use (P2). A unit below the ceiling is given nothing by one.
4. It has one form: what is read back from a file or a store is made anew from its own fields and must come out the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from fairlead.agreement.events import OVERRIDE_MAX_MS, Event, Override
from fairlead.agreement.gate import below_ceiling
from fairlead.agreement.people import Person
from fairlead.agreement.reason import Reason
from fairlead.agreement.two_person import enough
from fairlead.envelope import Digest
from fairlead.errors import BadInput
from fairlead.label import CodeBook, purpose_of
from fairlead.label.codebook import need, need_all

RELEASING: Final = "releasing_officer"
SIGNERS_EACH: Final = 2
RECORDS_MAX: Final = 256
UNITS_MAX: Final = 64
WORDS_MAX: Final = 2_000
HEX: Final = frozenset("0123456789abcdef")
DIGEST_DIGITS: Final = 64
ID_PREFIX: Final = "override-"


def make_override(
    book: CodeBook,
    *,
    id: str,
    originators: Iterable[str],
    holdings: Iterable[str],
    units: Iterable[str],
    purpose: str,
    operation: str,
    reason: str,
    legal_basis: str,
    requester: str,
    not_before_ms: int,
    expires_ms: int,
    at_ms: int,
) -> Override:
    """An override under this code-book. Raises UnknownCode, ExcludedUse, BadInput."""
    where = f"override {id}"
    parties = tuple(sorted(set(need_all(book.parties, originators, what="party", where=where))))
    records = tuple(sorted(set(holdings)))
    gaining = tuple(sorted(set(need_all(book.units, units, what="unit", where=where))))
    leaf = purpose_of(purpose)  # P2: an excluded use has no leaf
    need(book.operations, operation, what="operation", where=where)
    if not (parties and records and gaining):
        raise BadInput("an override lets nobody do anything", where=where, do="name records and units")
    if len(records) > RECORDS_MAX or len(gaining) > UNITS_MAX:
        raise BadInput("an override names too much", where=where, why=f"more than {RECORDS_MAX} records or {UNITS_MAX} units")
    if not all(len(record) == DIGEST_DIGITS and set(record) <= HEX for record in records):
        raise BadInput("a record is named by something else than its digest", where=where, do="64 hex digits each")
    _check_units(book, gaining, operation, where)
    _check_words(where, reason=reason, legal_basis=legal_basis, requester=requester)
    if not 0 <= at_ms <= not_before_ms < expires_ms <= not_before_ms + OVERRIDE_MAX_MS:
        raise BadInput("an override's window is not one of at most 72 hours from its drafting on", where=where)
    return Override(
        id=id,
        originators=parties,
        holdings=tuple(Digest(record) for record in records),
        units=gaining,
        purpose=leaf,
        operation=operation,
        reason=reason,
        legal_basis=legal_basis,
        requester=requester,
        not_before_ms=not_before_ms,
        expires_ms=expires_ms,
        at_ms=at_ms,
    )


def check_override(book: CodeBook, override: Override) -> Override:
    """The override itself, when it is what its own fields make. Raises as `make_override` does."""
    made = make_override(book, **msgspec.structs.asdict(override))
    if made != override:
        raise BadInput("an override is not in its one form", where=f"override {override.id}", do="draft it anew")
    return made


def not_among(event: Event) -> frozenset[str]:
    """Whose signature does not count on an event: who asked for an override, and whoever acts for a unit that gains by it."""
    return frozenset({event.requester, *event.units}) if isinstance(event, Override) else frozenset()


def lacking(override: Override, signers: Iterable[Person]) -> tuple[Reason, ...]:
    """No reason when two officers of every originator signed who may; else who is missing, and who did not count."""
    signed = tuple(signers)
    barred = not_among(override)
    return tuple(
        reason
        for party in override.originators
        for reason in enough(signed, party=party, role=RELEASING, count=SIGNERS_EACH, not_among=barred)
    )


def override_words(override: Override, book: CodeBook) -> str:
    """The plain sentence; it says neither more nor less than the override."""
    parties = " and ".join(book.parties[party].name for party in override.originators)
    units = ", ".join(book.units[unit].name for unit in override.units)
    hours, rest_ms = divmod(override.expires_ms - override.not_before_ms, 3_600_000)
    window = f"{hours} h" + (f" {rest_ms // 60_000} min" if rest_ms else "")
    records = "1 record" if len(override.holdings) == 1 else f"{len(override.holdings)} records"
    return (
        f"{parties} let {units} use {records} named here for {override.purpose} in {book.operations[override.operation].name}, "
        f"whatever labels, agreements and orders signed until now say, for {window}. "
        f"Reason: {override.reason}. Legal basis: {override.legal_basis}. Asked for by {override.requester}. "
        "Clearance, accepted obligations, retention and the ceiling stay as they are; any later order of one of them ends it."
    )


def _check_units(book: CodeBook, units: Iterable[str], operation: str, where: str) -> None:
    for unit in units:
        if unit not in book.operations[operation].units:
            raise BadInput("a unit is not part of the operation", where=where, why=f"{unit} in {operation}")
        if below_ceiling(book, unit):
            do = "name a unit of law enforcement, rescue or oversight"
            raise BadInput("a unit below the ceiling is given nothing by an override", where=where, why=unit, do=do)


def _check_words(where: str, **said: str) -> None:
    for field, text in said.items():
        if not text.strip() or len(text) > WORDS_MAX:
            raise BadInput(f"an override does not state its {field.replace('_', ' ')}", where=where, do=f"up to {WORDS_MAX} characters")
