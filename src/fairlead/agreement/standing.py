"""What stands between the parties, made by folding signed events in their sequence.

1. The sequence number of an event is the epoch. Nothing is edited: a resume is a new event that cites the order it lifts, and
   "what was in force at t" is the fold of the events durable by t.
2. An event that does not fit what stands (repeated, out of order, of somebody else) is refused with its reason and changes nothing.
3. An order of an originator voids every override it signed before: what was let through for hours does not outlive a change of mind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from fairlead.agreement.assured import key_of, next_of
from fairlead.agreement.events import (
    Amend,
    Assurance,
    BookChange,
    ConditionReport,
    Confirm,
    Denounce,
    Draft,
    Event,
    Invariant,
    Override,
    RecallAnswer,
    Resume,
    Review,
)
from fairlead.agreement.order import Order
from fairlead.agreement.states import TABLE, state_of_draft
from fairlead.agreement.terms import Grant
from fairlead.errors import BadInput
from fairlead.label import CodeBook


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Everything in force or waiting for its date, after `epoch` events."""

    epoch: int = 0
    grants: tuple[Grant, ...] = ()
    orders: tuple[Order, ...] = ()
    assurances: tuple[Assurance, ...] = ()  # the newest of each (party, assurance, originator)
    drafts: tuple[Draft, ...] = ()
    reviews: tuple[Review, ...] = ()
    denounced: Mapping[str, Denounce] = {}
    overrides: tuple[Override, ...] = ()
    confirmed: Mapping[str, Confirm] = {}
    answers: tuple[RecallAnswer, ...] = ()
    conditions: tuple[ConditionReport, ...] = ()
    invariants: tuple[Invariant, ...] = ()
    seq_of: Mapping[str, int] = {}  # the event that put a grant, order or override of this id in force
    book: CodeBook | None = None  # the newest code-book signed; none: the one the node was founded with
    books: tuple[CodeBook, ...] = ()  # every version signed, oldest first: old labels are read under theirs


class Folding:
    """A standing while events are applied to it: the same, keyed and changeable, so that a fold costs one step an event."""

    def __init__(self, standing: Standing | None = None) -> None:
        standing = standing or Standing()
        self.epoch = standing.epoch
        self.grants = {grant.id: grant for grant in standing.grants}
        self.orders = {order.id: order for order in standing.orders}
        self.assurances = {key_of(one): one for one in standing.assurances}
        self.drafts = {draft.terms.id: draft for draft in standing.drafts}
        self.reviews: dict[str, list[Review]] = {}
        for review in standing.reviews:
            self.reviews.setdefault(review.agreement, []).append(review)
        self.denounced = dict(standing.denounced)
        self.overrides = {one.id: one for one in standing.overrides}
        self.confirmed = dict(standing.confirmed)
        self.answers = list(standing.answers)
        self.conditions = list(standing.conditions)
        self.invariants = {one.id: one for one in standing.invariants}
        self.seq_of = dict(standing.seq_of)
        self.book = standing.book
        self.books = list(standing.books)

    def add(self, event: Event) -> None:
        """One more event. Raises BadInput before anything is changed."""
        _into(self, event, self.epoch + 1)
        self.epoch += 1

    def done(self) -> Standing:
        return Standing(
            epoch=self.epoch,
            grants=tuple(self.grants.values()),
            orders=tuple(self.orders.values()),
            assurances=tuple(self.assurances.values()),
            drafts=tuple(self.drafts.values()),
            reviews=tuple(review for reviews in self.reviews.values() for review in reviews),
            denounced=self.denounced,
            overrides=tuple(self.overrides.values()),
            confirmed=self.confirmed,
            answers=tuple(self.answers),
            conditions=tuple(self.conditions),
            invariants=tuple(self.invariants.values()),
            seq_of=self.seq_of,
            book=self.book,
            books=tuple(self.books),
        )


def apply(standing: Standing, event: Event) -> Standing:
    """The standing after one more event. Raises BadInput when it repeats an id or does not fit what stands."""
    return fold([event], standing)


def fold(events: Iterable[Event], standing: Standing | None = None) -> Standing:
    """The standing after all events in order; "what was in force" is this over the events durable by then. Raises BadInput."""
    work = Folding(standing)
    for event in events:
        work.add(event)
    return work.done()


def _into(work: Folding, event: Event, seq: int) -> None:
    match event:
        case Grant():
            _grant(work, event, seq)
        case Draft():
            _draft(work, event, seq)
        case Review():
            _review(work, event, seq)
        case Amend():
            _amend(work, event, seq)
        case Denounce():
            _denounce(work, event, seq)
        case Order():
            _order(work, event, seq)
        case Resume():
            _resume(work, event, seq)
        case Confirm():
            _confirm(work, event, seq)
        case RecallAnswer():
            _answer(work, event, seq)
        case ConditionReport():
            _condition(work, event, seq)
        case Assurance():
            _assurance(work, event, seq)
        case Override():
            _override(work, event, seq)
        case BookChange():
            _book(work, event, seq)
        case Invariant():
            _invariant(work, event, seq)


def _grant(work: Folding, event: Grant, seq: int) -> None:
    if event.id in work.grants:
        raise BadInput("an agreement of this id stands already", where=event.id)
    if event.version != 1:
        raise BadInput("a new agreement is version 1", where=event.id, do="amend the one that stands")
    work.grants[event.id] = event
    work.drafts.pop(event.id, None)
    work.seq_of[event.id] = seq


def _draft(work: Folding, event: Draft, seq: int) -> None:
    _own(event.terms.originator, event.originator, event.terms.id)
    stands = work.grants.get(event.terms.id)
    if event.terms.version != (stands.version + 1 if stands else 1):
        raise BadInput("a draft is not of the next version", where=event.terms.id)
    work.drafts[event.terms.id] = event
    work.reviews.pop(event.terms.id, None)


def _review(work: Folding, event: Review, seq: int) -> None:
    draft = work.drafts.get(event.agreement)
    if draft is None or draft.originator != event.originator or draft.terms.version != event.version:
        raise BadInput("no such draft of this originator is waiting for a review", where=event.agreement, do="draft it first")
    if event.at_ms < draft.at_ms:
        raise BadInput("a review is dated before the draft", where=event.agreement)
    before = work.reviews.get(event.agreement, [])
    if (state_of_draft(before), f"review {event.decision}") not in TABLE:
        raise BadInput("the draft was rejected", where=event.agreement, do="draft it anew")
    work.reviews[event.agreement] = [*before, event]


def _amend(work: Folding, event: Amend, seq: int) -> None:
    _own(event.terms.originator, event.originator, event.terms.id)
    old = _grant_of(work, event.terms.id, event.originator)
    if event.terms.version != old.version + 1:
        raise BadInput("an amendment is not of the next version", where=event.terms.id, why=f"version {old.version} stands")
    work.grants[old.id] = event.terms
    work.drafts.pop(old.id, None)
    work.denounced.pop(old.id, None)
    work.seq_of[old.id] = seq


def _denounce(work: Folding, event: Denounce, seq: int) -> None:
    grant = _grant_of(work, event.agreement, event.originator)
    if event.ends_ms < event.at_ms:
        raise BadInput("an agreement cannot be ended in the past", where=event.agreement)
    if grant.id in work.denounced and work.denounced[grant.id].ends_ms < event.ends_ms:
        raise BadInput("a denounced agreement cannot be given longer", where=event.agreement, do="amend it, reviewed anew")
    work.denounced[grant.id] = event


def _order(work: Folding, event: Order, seq: int) -> None:
    if event.id in work.seq_of:
        raise BadInput("an order of this id was signed already", where=event.id)
    if event.replaces:
        _order_of(work, event.replaces, event.originator)
        work.orders.pop(event.replaces)
    work.orders[event.id] = event
    # P4: what an originator let through for hours ends with its next order.
    work.overrides = {id: one for id, one in work.overrides.items() if event.originator not in one.originators}
    work.seq_of[event.id] = seq


def _resume(work: Folding, event: Resume, seq: int) -> None:
    _order_of(work, event.order, event.originator)
    del work.orders[event.order]


def _confirm(work: Folding, event: Confirm, seq: int) -> None:
    order = _order_of(work, event.order, event.originator)
    if not order.freeze_until_ms:
        raise BadInput("the order is no emergency freeze", where=event.order, do="nothing needs confirming")
    if event.officer == order.officer:
        raise BadInput("a freeze is confirmed by another officer than signed it", where=event.order)
    if order.id in work.confirmed:
        raise BadInput("the freeze is confirmed already", where=event.order)
    work.confirmed[event.order] = event


def _answer(work: Folding, event: RecallAnswer, seq: int) -> None:
    if event.order not in work.orders:
        raise BadInput("no such order is in force", where=event.order, do="list the recalls")
    order = work.orders[event.order]
    if event.party not in order.recalls or (order.freeze_until_ms and order.id not in work.confirmed):
        raise BadInput("the order recalls nothing from this party", where=event.order, do="list the recalls")
    given = {one.answer for one in work.answers if one.order == event.order and one.party == event.party}
    if event.answer in given:
        raise BadInput("this party has answered that already", where=event.order)
    if event.answer == "complied" and "acknowledged" not in given:
        raise BadInput("a recall is acknowledged before it is complied with", where=event.order, do="acknowledge it first")
    work.answers.append(event)


def _condition(work: Folding, event: ConditionReport, seq: int) -> None:
    order = work.orders.get(event.order)
    if order is None or not order.condition or event.party not in (order.verified_by, order.originator):
        raise BadInput("this party verifies no condition of such an order", where=event.order)
    work.conditions.append(event)


def _assurance(work: Folding, event: Assurance, seq: int) -> None:
    work.assurances[key_of(event)] = next_of(work.assurances, event)


def _override(work: Folding, event: Override, seq: int) -> None:
    if event.id in work.seq_of:
        raise BadInput("an override of this id was signed already", where=event.id)
    work.overrides[event.id] = event
    work.seq_of[event.id] = seq


def _book(work: Folding, event: BookChange, seq: int) -> None:
    if work.book is not None and event.book.version != work.book.version + 1:
        raise BadInput("a code-book is not of the next version", why=f"version {work.book.version} stands")
    work.book = event.book
    work.books.append(event.book)


def _invariant(work: Folding, event: Invariant, seq: int) -> None:
    old = work.invariants.get(event.id)
    if old is None and event.withdrawn:
        raise BadInput("no such invariant stands", where=event.id)
    if old is not None and (old.originator != event.originator or not event.withdrawn):
        raise BadInput("an invariant of this id stands already", where=event.id)
    if event.withdrawn:
        del work.invariants[event.id]
    else:
        work.invariants[event.id] = event


def _own(originator: str, signer: str, where: str) -> None:
    if originator != signer:
        raise BadInput("only its originator can do this to an agreement", where=where)


def _grant_of(work: Folding, id: str, originator: str) -> Grant:
    found = work.grants.get(id)
    if found is None or found.originator != originator:
        raise BadInput("no such agreement of this originator stands", where=id, do="list the agreements")
    return found


def _order_of(work: Folding, id: str, originator: str) -> Order:
    found = work.orders.get(id)
    if found is None or found.originator != originator:
        raise BadInput("no such order of this originator is in force", where=id, do="list the orders in force")
    return found
