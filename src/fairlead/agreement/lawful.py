"""Whether an event may be signed in at all, over and above fitting what stands: codes, dates, reviews, versions.

1. Every code is of the code-book that stands; terms are in their one form and bound to units and operations as they are now. An
   excluded use is refused with its own error (P2).
2. Nothing is dated more than five minutes ahead of the node's clock.
3. New terms become an agreement only as drafted, and after a risk review approved that very draft. An amendment that widens
   nothing may go at once; so nothing is given that nobody reviewed.
4. What has expired or is ended cannot be amended; what was denounced is taken up again only through a review.
Every function raises BadInput, UnknownCode or ExcludedUse, and changes nothing.
"""

from __future__ import annotations

from typing import Final

from fairlead.agreement.assured import ORIGINATOR_SAYS
from fairlead.agreement.events import Amend, Assurance, BookChange, Denounce, Draft, Event, Review, dated_ms, subject_of
from fairlead.agreement.slice import ends_of
from fairlead.agreement.standing import Folding, Standing
from fairlead.agreement.states import state_of_draft
from fairlead.agreement.terms import ASSURANCES, Grant, make_grant, widens
from fairlead.errors import BadInput
from fairlead.label import CodeBook
from fairlead.label.change import may_follow
from fairlead.label.codebook import need

AHEAD_MAX_MS: Final = 5 * 60_000
WORDS_MAX: Final = 4_000
_BOUND: Final = frozenset({"unit_prints", "operation_prints"})


def check(event: Event, standing: Standing, book: CodeBook, at_ms: int) -> None:
    """Raises unless the event may be signed in now. `book`: the one that stands."""
    where = subject_of(event)
    if dated_ms(event) > at_ms + AHEAD_MAX_MS:
        raise BadInput("an event is dated in the future", where=where, why="more than five minutes ahead", do="set the clock right")
    match event:
        case Draft():
            _drafted(event, standing, book, at_ms)
        case Review():
            _reviewed(event)
        case Grant():
            _terms(event, book, at_ms)
            approved_draft(event, standing)
        case Amend():
            _amended(event, standing, book, at_ms)
        case Denounce():
            _running(event.agreement, standing, at_ms)
        case Assurance():
            _assured(event, standing, book)
        case BookChange():
            need(book.parties, event.party, what="party", where=where)
            may_follow(book, event.book, ever=standing.books)
        case _:
            pass


def draft_of(standing: Standing, agreement: str) -> Draft | None:
    """The draft waiting under this id, if there is one."""
    return next((draft for draft in standing.drafts if draft.terms.id == agreement), None)


def grant_of(standing: Standing, agreement: str) -> Grant | None:
    """The agreement signed under this id, whether or not it gives anything now."""
    return next((grant for grant in standing.grants if grant.id == agreement), None)


def reviews_of(standing: Standing, agreement: str) -> tuple[Review, ...]:
    """The reviews of the draft under this id, oldest first."""
    return tuple(review for review in standing.reviews if review.agreement == agreement)


def approved_draft(terms: Grant, standing: Standing) -> Draft:
    """The draft of exactly these terms, when its review approved it. Raises BadInput."""
    draft = draft_of(standing, terms.id)
    if draft is None or draft.terms != terms:
        raise BadInput("these terms were not drafted", where=terms.id, why="nothing is given unreviewed", do="draft them first")
    state = state_of_draft(reviews_of(standing, terms.id))
    if state != "approved":
        raise BadInput(
            "no review approved this version", where=terms.id, why=f"version {terms.version} is {state}", do="have it reviewed"
        )
    return draft


def reviewed(event: Event, before: Folding) -> bool:
    """Whether the event gives nothing that a review has not approved; what is no grant and no amendment gives nothing by itself."""
    if not isinstance(event, Grant | Amend):
        return True
    terms = event if isinstance(event, Grant) else event.terms
    draft, old = before.drafts.get(terms.id), before.grants.get(terms.id)
    if draft is not None and draft.terms == terms and state_of_draft(before.reviews.get(terms.id, ())) == "approved":
        return True
    return old is not None and terms.id not in before.denounced and not widens(old, terms)


def needs_review(terms: Grant, standing: Standing) -> bool:
    """Whether these terms give what does not stand already: new, widened, or denounced."""
    old = grant_of(standing, terms.id)
    return old is None or terms.id in standing.denounced or widens(old, terms)


def _terms(terms: Grant, book: CodeBook, at_ms: int) -> None:
    again = make_grant(book, **{name: getattr(terms, name) for name in terms.__struct_fields__ if name not in _BOUND})
    if again != terms:
        raise BadInput(
            "terms are not in their one form", where=terms.id, why="or bound to units and operations of old", do="draft anew"
        )
    if terms.expires_ms <= at_ms:
        raise BadInput("an agreement would end before it is signed", where=terms.id)


def _drafted(event: Draft, standing: Standing, book: CodeBook, at_ms: int) -> None:
    _terms(event.terms, book, at_ms)
    if not event.drafter:
        raise BadInput("a draft names nobody who drafted it", where=event.terms.id)
    if grant_of(standing, event.terms.id) is not None:
        _running(event.terms.id, standing, at_ms)


def _reviewed(event: Review) -> None:
    if not event.reviewer or not event.question.strip():
        raise BadInput("a review says neither who asks nor what", where=event.agreement)
    if event.decision != "open" and not event.findings.strip():
        raise BadInput("a review decides without findings", where=event.agreement, do="say what was found")
    if max(map(len, (event.question, event.findings, event.mitigations, event.dissent))) > WORDS_MAX:
        raise BadInput("a review is too long", where=event.agreement, do=f"at most {WORDS_MAX} characters a part")


def _amended(event: Amend, standing: Standing, book: CodeBook, at_ms: int) -> None:
    _terms(event.terms, book, at_ms)
    _running(event.terms.id, standing, at_ms)
    if needs_review(event.terms, standing):
        approved_draft(event.terms, standing)


def _running(agreement: str, standing: Standing, at_ms: int) -> None:
    grant = grant_of(standing, agreement)
    if grant is None:
        raise BadInput("no such agreement stands", where=agreement, do="list the agreements")
    if at_ms >= ends_of(grant, standing.denounced):
        raise BadInput("the agreement is over", where=agreement, do="draft a new one")


def _assured(event: Assurance, standing: Standing, book: CodeBook) -> None:
    where = f"{event.assurance} of {event.party}"
    need(ASSURANCES, event.assurance, what="kind of assurance", where=where)
    need(book.parties, event.party, what="party", where=where)
    if event.originator:
        need(book.parties, event.originator, what="party", where=where)
    if event.originator == event.party:
        raise BadInput("a party assures nothing to itself", where=where)
    if event.status in ORIGINATOR_SAYS:
        stands = [one for one in standing.assurances if one.party == event.party and one.assurance == event.assurance]
        dates = [one.expires_ms for one in stands if one.originator in ("", event.originator)]
        if dates and event.expires_ms > max(dates):
            raise BadInput("an originator cannot make an assurance last longer", where=where)
    elif event.status in ("offered", "accepted") and event.expires_ms <= event.at_ms:
        raise BadInput("an assurance ends before it begins", where=where)
