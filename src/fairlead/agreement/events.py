"""What can happen between parties, as signed values: each is appended once, in one sequence, and never edited.

1. A grant gives; an amendment replaces one grant's terms by others of the same id; a denunciation lets it run out.
2. An order takes away (order.py); a resume lifts it; a replacement is an order that names the one it stands for, in one event.
3. An override is the only event that lets through what a label keeps back, and only for named records, units, one purpose, hours.
   It needs two release authorities of every originator, and any later order of one of them ends it (2-label: weakening).
4. No type here has a field that could carry an excluded use: purposes are leaves of the code-book (P2).
Times are Unix milliseconds UTC; sets are sorted tuples without repeats.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.agreement.order import Order
from fairlead.agreement.terms import Grant
from fairlead.envelope import Digest
from fairlead.label import CodeBook, Purpose
from fairlead.label.change import parties_bound

AssuranceStatus: TypeAlias = Literal["offered", "accepted", "doubted", "breached", "withdrawn", "restored"]
ReviewDecision: TypeAlias = Literal["open", "approved", "returned", "rejected"]

OVERRIDE_MAX_MS: Final = 72 * 3_600_000


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Terms put forward for review by the officer who signs them; they give nothing."""

    terms: Grant
    originator: str
    at_ms: int
    drafter: str = ""


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A risk review of drafted terms, before they may be given: who asked what, what was found, who disagreed.

    `open` begins it; `returned` gives the draft back to be drafted anew, `rejected` ends it. Dissent is never dropped (red line 11).
    """

    agreement: str
    version: int
    originator: str
    reviewer: str
    question: str
    findings: str
    mitigations: str
    decision: ReviewDecision
    at_ms: int
    dissent: str = ""


class Amend(msgspec.Struct, frozen=True, kw_only=True):
    """New terms for a grant that stands: same id, the next version."""

    terms: Grant
    originator: str
    at_ms: int


class Denounce(msgspec.Struct, frozen=True, kw_only=True):
    """An originator ends an agreement: it gives until `ends_ms`, which may be now; then copies on lease run out."""

    agreement: str
    originator: str
    at_ms: int
    ends_ms: int
    why: str = ""


class Resume(msgspec.Struct, frozen=True, kw_only=True):
    """The lifting of one order by its originator."""

    order: str
    originator: str
    at_ms: int


class Confirm(msgspec.Struct, frozen=True, kw_only=True):
    """A second officer confirms an emergency freeze, which then stands like any order."""

    order: str
    originator: str
    officer: str
    at_ms: int


class RecallAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient party answers the recall that an order sent: acknowledged, or complied with (a compliance certificate)."""

    order: str
    party: str
    answer: Literal["acknowledged", "complied"]
    at_ms: int
    statement: str = ""
    kept: str = ""  # what it could not give back or destroy, and why: never a claim that a copy elsewhere is gone


class ConditionReport(msgspec.Struct, frozen=True, kw_only=True):
    """The verifying party reports that the condition of an order is met; the originator still decides."""

    order: str
    party: str
    at_ms: int
    words: str


class Assurance(msgspec.Struct, frozen=True, kw_only=True):
    """What a recipient party binds itself to, and what became of it (assured.py). The recipient signs `offered`, `accepted` and
    `withdrawn`; the originator signs `doubted`, `breached` and `restored`."""

    party: str
    assurance: str
    expires_ms: int
    originator: str = ""  # to whom it is given; empty: to every originator
    status: AssuranceStatus = "accepted"
    at_ms: int = 0
    why: str = ""


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """Every originator lets named units use named records for one purpose, for hours; voided by any later order of one of them."""

    id: str
    originators: tuple[str, ...]
    holdings: tuple[Digest, ...]
    units: tuple[str, ...]
    purpose: Purpose
    operation: str
    reason: str
    legal_basis: str
    requester: str
    not_before_ms: int
    expires_ms: int
    at_ms: int


class BookChange(msgspec.Struct, frozen=True, kw_only=True):
    """A new version of the code-book; signed by the operating party and by every party whose units or commands it changes."""

    party: str
    book: CodeBook
    at_ms: int
    why: str = ""


class Invariant(msgspec.Struct, frozen=True, kw_only=True):
    """What an originator wants never to become possible: its data reaching one of these purposes, units or parties.

    `withdrawn` ends it. Empty `categories` means all of them.
    """

    id: str
    originator: str
    at_ms: int
    categories: tuple[str, ...] = ()
    never_purposes: tuple[Purpose, ...] = ()
    never_units: tuple[str, ...] = ()
    never_parties: tuple[str, ...] = ()
    withdrawn: bool = False
    words: str = ""


Event: TypeAlias = (
    Grant
    | Draft
    | Review
    | Amend
    | Denounce
    | Order
    | Resume
    | Confirm
    | RecallAnswer
    | ConditionReport
    | Assurance
    | Override
    | BookChange
    | Invariant
)

# The name each event is signed and stored under.
KINDS: Final[dict[str, type[Event]]] = {
    "grant": Grant,
    "draft": Draft,
    "review": Review,
    "amend": Amend,
    "denounce": Denounce,
    "order": Order,
    "resume": Resume,
    "confirm": Confirm,
    "recall-answer": RecallAnswer,
    "condition-report": ConditionReport,
    "assurance": Assurance,
    "override": Override,
    "book-change": BookChange,
    "invariant": Invariant,
}


def kind_of(event: Event) -> str:
    """The name this event is signed and stored under."""
    return next(kind for kind, shape in KINDS.items() if isinstance(event, shape))


def party_bound(event: Event) -> str:
    """The party whose releasing officer signs the event first."""
    if isinstance(event, RecallAnswer | ConditionReport | BookChange):
        return event.party
    if isinstance(event, Assurance):
        return event.originator if event.status in ("doubted", "breached", "restored") else event.party
    if isinstance(event, Override):
        return event.originators[0]
    return event.originator


def signatures_needed(event: Event, book: CodeBook | None = None) -> dict[str, int]:
    """How many different officers of which parties must have signed the event; an override takes two of every originator.

    `book`: the code-book before the event. A change of it binds every party whose units or commands it changes.
    """
    if isinstance(event, Override):
        return dict.fromkeys(event.originators, 2)
    if isinstance(event, BookChange):
        return dict.fromkeys(sorted({event.party} | (parties_bound(book, event.book) if book else frozenset())), 1)
    return {party_bound(event): 1}


def parties_told(event: Event) -> tuple[str, ...]:
    """The parties in whose logs the event is entered and to whose homes it is delivered, the one that signs first at the head."""
    if isinstance(event, BookChange):
        return (event.party, *sorted(set(event.book.parties) - {event.party}))
    if isinstance(event, Override):
        return event.originators
    if isinstance(event, Assurance):
        others = {event.party, event.originator} - {"", party_bound(event)}
        return (party_bound(event), *sorted(others))
    return (party_bound(event),)


def dated_ms(event: Event) -> int:
    """When its signer says the event was; 0 for a grant, which says only from when it gives."""
    if isinstance(event, Grant):
        return 0
    return event.ordered_at_ms if isinstance(event, Order) else event.at_ms


def subject_of(event: Event) -> str:
    """The id the event is about, as lists and receipts name it."""
    if isinstance(event, Grant | Order | Override | Invariant):
        return event.id
    if isinstance(event, Draft | Amend):
        return event.terms.id
    if isinstance(event, Review | Denounce):
        return event.agreement
    if isinstance(event, Assurance):
        return event.assurance
    if isinstance(event, BookChange):
        return f"code-book {event.book.version}"
    return event.order
