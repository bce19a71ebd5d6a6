"""Who must sign an event, and whose signature counts: by party, by role, and never twice the same person.

1. An event binds parties; of each, so many different officers must have signed the same bytes (events.signatures_needed).
2. An officer of a party is a releasing officer. Where a rule asks for one and the party has none left, a legal adviser or inspector
   of the party stands in: only for the second signature under an agreement, and for a code-book.
3. A draft is signed by its drafter, a review by its reviewer, who is another person of the same party. What was drafted becomes an
   agreement by the signature of a second officer: never the drafter's, whose own stands under the draft of the same terms.
4. Whoever asked for an override or gains by it signs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fairlead.agreement.events import Amend, BookChange, Confirm, Draft, Event, Review, signatures_needed
from fairlead.agreement.order import Order
from fairlead.agreement.override import not_among
from fairlead.agreement.people import Person
from fairlead.agreement.terms import Grant
from fairlead.label import CodeBook

RELEASES: Final = "releasing_officer"
STAND_IN: Final = ("legal_adviser", "inspector")
REVIEWS: Final = (RELEASES, *STAND_IN)


def signers(
    event: Event, people: Mapping[str, Person], *, draft: Draft | None = None, book: CodeBook | None = None
) -> dict[str, frozenset[str]]:
    """For every party the event binds, the people whose signature counts. `draft`: of the terms signed; `book`: the one before."""
    barred = not_among(event)
    if isinstance(event, Draft):
        return {event.originator: _of(people, event.originator, (RELEASES,)) & {event.drafter}}
    if isinstance(event, Review):
        drafter = {draft.drafter} if draft else set()
        return {event.originator: (_of(people, event.originator, REVIEWS) & {event.reviewer}) - drafter}
    if isinstance(event, Confirm) or (isinstance(event, Order) and event.officer):
        return {event.originator: _of(people, event.originator, (RELEASES,)) & {event.officer}}
    if isinstance(event, Grant | Amend):
        terms = event if isinstance(event, Grant) else event.terms
        if draft is not None and draft.terms == terms:
            return {terms.originator: second_officers(people, terms.originator, draft.drafter)}
        return {terms.originator: _of(people, terms.originator, (RELEASES,))}
    if isinstance(event, BookChange):
        return {party: book_signers(people, party) for party in needed(event, people, book=book)}
    return {
        party: frozenset(code for code in _of(people, party, (RELEASES,)) if barred.isdisjoint((code, *people[code].units)))
        for party in signatures_needed(event)
    }


def needed(event: Event, people: Mapping[str, Person], *, book: CodeBook | None = None) -> dict[str, int]:
    """How many must sign for which parties. The first code-book binds every party that has anybody to sign it."""
    if isinstance(event, BookChange) and book is None:
        return {party: 1 for party in sorted(event.book.parties) if book_signers(people, party)}
    return signatures_needed(event, book)


def book_signers(people: Mapping[str, Person], party: str) -> frozenset[str]:
    """Who signs a code-book for a party: its releasing officers; where there is none, its legal advisers and inspectors."""
    return _of(people, party, (RELEASES,)) or _of(people, party, STAND_IN)


def second_officers(people: Mapping[str, Person], party: str, drafter: str) -> frozenset[str]:
    """Who may put drafted terms in force: another releasing officer; where there is none, a legal adviser or inspector of the party."""
    return _of(people, party, (RELEASES,)) - {drafter} or _of(people, party, STAND_IN) - {drafter}


def _of(people: Mapping[str, Person], party: str, roles: tuple[str, ...]) -> frozenset[str]:
    return frozenset(code for code, one in people.items() if one.party == party and not set(one.roles).isdisjoint(roles))
