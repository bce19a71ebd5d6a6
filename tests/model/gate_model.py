"""The reference gate: sets and recursion, no masks, no caches. Where the gate and this disagree, this is the specification."""

from __future__ import annotations

from fairlead.agreement import Assurance, Grant, Order, Person, Resume
from fairlead.label import CodeBook, Label

RANK = ["open", "restricted", "confidential", "secret"]
LAWFUL = {"law_enforcement", "rescue", "oversight"}
EXCLUDED = {"use_of_force_targeting", "detention_without_legal_process", "mistreatment_or_rendition", "persecution", "commercial"}


def lifted(order: Order, events: list) -> bool:
    return any(isinstance(e, Resume) and e.order == order.id and e.originator == order.originator for e in events)


def orders(events: list, at: int) -> list[Order]:
    return [e for e in events if isinstance(e, Order) and not lifted(e, events) and (e.until_ms == 0 or at < e.until_ms)]


def stops(order: Order, book: CodeBook, unit: str, purpose: str, operation: str) -> bool:
    party = book.units[unit].party
    axes = [(order.partners, party), (order.units, unit), (order.purposes, purpose), (order.operations, operation)]
    return party != order.originator and all(not axis or value in axis for axis, value in axes)


def given(grant: Grant, book: CodeBook, pair: tuple[str, str], unit: str, purpose: str, operation: str, at: int) -> bool:
    return (
        grant.originator == pair[0]
        and pair[1] in grant.categories
        and unit in grant.recipients
        and purpose in grant.purposes
        and operation in grant.operations
        and grant.not_before_ms <= at < grant.expires_ms
        and grant.unit_prints[unit] == book.unit_fingerprint(unit)
        and grant.operation_prints[operation] == book.operations[operation].fingerprint
    )


def permits(
    book: CodeBook,
    people: dict[str, Person],
    events: list,
    *,
    person: str,
    unit: str,
    purpose: str,
    operation: str,
    act: str,
    form: str,
    at: int,
    label: Label | None,
    not_before: int,
    expires: int,
    feeds: frozenset[str],
) -> bool:
    who = people.get(person)
    if purpose in EXCLUDED or purpose.partition("/")[2] in EXCLUDED:
        return False
    if who is None or unit not in who.units or unit not in book.units or operation not in book.operations:
        return False
    if not who.may(act) or unit not in book.operations[operation].units:
        return False
    regimes = {book.units[unit].regime, book.commands[book.units[unit].command].regime}
    if not regimes <= LAWFUL and (act, form) not in {("picture", "coarse"), ("explain", "full")}:
        return False
    if label is None or not label.originators:
        return False
    if RANK.index(label.level) > RANK.index(book.units[unit].clearance):
        return False
    if unit not in label.recipients or purpose not in label.purposes or operation not in label.operations:
        return False
    if not set(label.handling) <= set(book.units[unit].handling) or not not_before <= at < expires:
        return False
    standing = orders(events, at)
    grants = [e for e in events if isinstance(e, Grant)]
    accepted = {(e.party, e.assurance) for e in events if isinstance(e, Assurance) and at < e.expires_ms}
    for pair in label.originators:
        if not any(given(grant, book, pair, unit, purpose, operation, at) for grant in grants):
            return False
        for order in standing:
            masks = not order.feeds and order.originator == pair[0] and (not order.categories or pair[1] in order.categories)
            if masks and stops(order, book, unit, purpose, operation):
                return False
        for grant in grants:
            asks = grant.assurances if given(grant, book, pair, unit, purpose, operation, at) else ()
            if not all((book.units[unit].party, one) in accepted for one in asks):
                return False
    for order in standing:
        if feeds & set(order.feeds) and stops(order, book, unit, purpose, operation):
            categories = {category for party, category in label.originators if party == order.originator}
            if not order.categories or categories & set(order.categories):
                co_owner = any(party == book.units[unit].party for party, _ in label.originators)
                if not (co_owner and "co_originators" in order.carve_outs):
                    return False
    return True
