"""The verbs of an agreement: draft, review, activate, amend, denounce; each signs one event, or changes nothing.

1. A releasing officer drafts. Another person of the party, releasing officer, legal adviser or inspector, reviews the risk: question,
   findings, mitigations, decision, dissent. A second officer, never the drafter, puts exactly the reviewed terms in force.
2. So two people stand behind every agreement: the drafter's signature is under the draft, the second officer's under the same terms.
   Where a party has one releasing officer only, its legal adviser or inspector is the second.
3. An amendment that gives nothing more goes at once, on one signature; any other is drafted and reviewed like a new agreement.
4. Before anything is put in force it is held against every declared invariant, and refused with the path when one would break.
"""

from __future__ import annotations

import msgspec

from fairlead.agreement import Reason, Standing
from fairlead.agreement.events import Amend, Denounce, Draft, Event, Review, ReviewDecision
from fairlead.agreement.lawful import draft_of, grant_of, needs_review, reviews_of
from fairlead.agreement.signing import second_officers
from fairlead.agreement.slice import ends_of
from fairlead.agreement.states import state_of, state_of_draft
from fairlead.agreement.terms import Grant, make_grant
from fairlead.agreement.terms_wording import narrower, terms_words, wider
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.authority import entitled, party_of, refuse
from fairlead.desk.dissent import keep_registers, of_review
from fairlead.desk.enter import Entered, hand_over, sign_in
from fairlead.desk.node import Node
from fairlead.desk.prove import breaking, broken_in_words
from fairlead.envelope import JsonValue, new_id
from fairlead.errors import BadInput
from fairlead.intake.scenario_file import CODE
from fairlead.label.label import LEASE_DEFAULT_S
from fairlead.store.database import Tx

ID_BYTES = 16


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Terms as somebody fills them in. A party among the recipients stands for its units. No id: a new one is drawn."""

    recipients: tuple[str, ...]
    purposes: tuple[str, ...]
    operations: tuple[str, ...]
    categories: tuple[str, ...]
    not_before_ms: int
    expires_ms: int
    lease_s: int = LEASE_DEFAULT_S
    assurances: tuple[str, ...] = ()
    export_to: tuple[str, ...] = ()
    id: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A risk review as its reviewer fills it in; `open` only begins it."""

    question: str
    decision: ReviewDecision
    findings: str = ""
    mitigations: str = ""
    dissent: str = ""


def preview_draft(node: Node, asker: Asker, terms: Terms) -> Outcome:
    """What the draft would say, what it gives more than what stands, and what it would break; nothing is signed."""
    reasons = entitled(node, asker, act="agree")
    if reasons:
        return refuse(node, asker, act="agree", reasons=reasons)
    at_ms = node.clock.now_ms()
    with node.db.read() as tx:
        made = _terms(node, tx, asker, terms)
        return answer({**_told(node, node.standing(tx), made), "breaks": _breaks(node, asker, tx, made, at_ms)})


def draft(node: Node, asker: Asker, terms: Terms) -> Outcome:
    """Put terms forward for review: a new agreement, or the next version of one's own. Raises UnknownCode, ExcludedUse, BadInput."""
    reasons = entitled(node, asker, act="agree")
    if reasons:
        return refuse(node, asker, act="agree", reasons=reasons)
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        made = _terms(node, tx, asker, terms)
        told = _told(node, node.standing(tx), made)
        event = Draft(terms=made, originator=made.originator, drafter=asker.person, at_ms=at_ms)
        done = sign_in(node, tx, asker, event, at_ms=at_ms)
        given = answer({**told, "breaks": _breaks(node, asker, tx, made, at_ms), **_stamp(done, "draft", at_ms)})
    hand_over(node, done)
    return given


def review(node: Node, asker: Asker, agreement: str, finding: Finding) -> Outcome:
    """Review the risk of a draft of one's own party that somebody else drafted. Raises BadInput."""
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        standing = node.standing(tx)
        waiting = _own_draft(node, standing, asker, agreement)
        reasons = entitled(node, asker, act="review", party=waiting.originator) or _not_the_drafter(asker, waiting)
        if not reasons:
            event = Review(
                agreement=agreement,
                version=waiting.terms.version,
                originator=waiting.originator,
                reviewer=asker.person,
                at_ms=at_ms,
                **msgspec.structs.asdict(finding),
            )
            done = sign_in(node, tx, asker, event, at_ms=at_ms)
            registered = of_review(node, tx, asker, event, done.raw)
            reviews = (*reviews_of(standing, agreement), event)
            value: dict[str, JsonValue] = {"agreement": agreement, "version": event.version, "reviews": shown_reviews(reviews)}
            given = answer({**value, **_stamp(done, state_of_draft(reviews), at_ms)})
    if reasons:
        return refuse(node, asker, act="review", reasons=reasons)
    hand_over(node, done)
    keep_registers(node, event.originator, registered)
    return given


def activate(node: Node, asker: Asker, agreement: str) -> Outcome:
    """Put a reviewed draft in force, as a second officer. Raises BadInput when no review approved it, or an invariant would break."""
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        standing = node.standing(tx)
        waiting = _own_draft(node, standing, asker, agreement)
        reasons = entitled(node, asker, act="review", party=waiting.originator) or _second(node, asker, waiting)
        if not reasons:
            told = _told(node, standing, waiting.terms)
            done = sign_in(node, tx, asker, _event_of(waiting.terms, at_ms), at_ms=at_ms)
            given = answer(
                {**told, "drafter": waiting.drafter, "second": asker.person, **_in_force(node, standing, waiting.terms, done, at_ms)}
            )
    if reasons:
        return refuse(node, asker, act="agree", reasons=reasons)
    hand_over(node, done)
    return given


def amend(node: Node, asker: Asker, terms: Terms) -> Outcome:
    """Replace the terms of one's own agreement at once by narrower ones. Raises BadInput, saying what widens, for any other."""
    reasons = entitled(node, asker, act="agree")
    if reasons:
        return refuse(node, asker, act="agree", reasons=reasons)
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        standing = node.standing(tx)
        made = _terms(node, tx, asker, terms)
        if made.version == 1:
            raise BadInput("no such agreement of this originator stands", where=terms.id, do="draft it")
        if needs_review(made, standing):
            raise BadInput(
                "new terms that give more are reviewed first", where=made.id, why=_why_review(standing, made), do="draft them"
            )
        told = _told(node, standing, made)
        done = sign_in(node, tx, asker, _event_of(made, at_ms), at_ms=at_ms)
        given = answer({**told, **_in_force(node, standing, made, done, at_ms)})
    hand_over(node, done)
    return given


def denounce(node: Node, asker: Asker, agreement: str, *, ends_ms: int = 0, why: str = "") -> Outcome:
    """End an agreement of one's own, now or at the end of a notice. Raises BadInput."""
    reasons = entitled(node, asker, act="agree")
    if reasons:
        return refuse(node, asker, act="agree", reasons=reasons)
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        standing = node.standing(tx)
        event = Denounce(agreement=agreement, originator=party_of(node, asker), at_ms=at_ms, ends_ms=ends_ms or at_ms, why=why)
        done = sign_in(node, tx, asker, event, at_ms=at_ms)
        grant = grant_of(standing, agreement)
        assert grant is not None  # or signing it in had raised
        ends: dict[str, JsonValue] = {"agreement": agreement, "version": grant.version, "ends_ms": event.ends_ms}
        ends["leases_end_ms"] = event.ends_ms + grant.lease_s * 1000
        given = answer({**ends, "why": why, **_in_force(node, standing, grant, done, at_ms, notice=event)})
    hand_over(node, done)
    return given


def shown_reviews(reviews: tuple[Review, ...]) -> list[JsonValue]:
    """Reviews as the originator's own people see them; dissent is never left out."""
    return [
        {
            "reviewer": one.reviewer,
            "question": one.question,
            "findings": one.findings,
            "mitigations": one.mitigations,
            "decision": one.decision,
            "dissent": one.dissent,
            "at_ms": one.at_ms,
        }
        for one in reviews
    ]


def _terms(node: Node, tx: Tx, asker: Asker, terms: Terms) -> Grant:
    """The terms as a value, of the next version when an agreement of this id stands. Raises UnknownCode, ExcludedUse, BadInput."""
    standing = node.standing(tx)
    given = msgspec.structs.asdict(terms)
    id = given.pop("id") or new_id(node.random_bytes(ID_BYTES))
    if not CODE.fullmatch(id):
        raise BadInput("this is no id", where=id[:64], do="use at most 48 lower-case letters, digits, hyphens, underscores")
    old = grant_of(standing, id)
    if old is not None and old.originator != party_of(node, asker):
        raise BadInput("an agreement of this id is not to be had", where=id, do="choose another id")
    return make_grant(node.coalition.book, id=id, originator=party_of(node, asker), version=old.version + 1 if old else 1, **given)


def _event_of(terms: Grant, at_ms: int) -> Event:
    return terms if terms.version == 1 else Amend(terms=terms, originator=terms.originator, at_ms=at_ms)


def _told(node: Node, standing: Standing, made: Grant) -> dict[str, JsonValue]:
    old = grant_of(standing, made.id)
    value: dict[str, JsonValue] = {
        "agreement": made.id,
        "version": made.version,
        "words": terms_words(made, node.coalition.book),
        "terms": shown_terms(made),
        "needs_review": needs_review(made, standing),
    }
    if old is not None:
        value["gives_more"] = list(wider(old, made))
        value["gives_less"] = list(narrower(old, made))
    return value


def shown_terms(grant: Grant) -> dict[str, JsonValue]:
    """Terms without the fingerprints they are bound to."""
    value: dict[str, JsonValue] = msgspec.to_builtins(grant)
    full: dict[str, JsonValue] = {"lease_s": grant.lease_s, "assurances": list(grant.assurances), "version": grant.version}
    return {**full, **{key: one for key, one in value.items() if key not in ("unit_prints", "operation_prints")}}


def _breaks(node: Node, asker: Asker, tx: Tx, made: Grant, at_ms: int) -> list[JsonValue]:
    """What putting these terms in force would break, as far as the asker may see it."""
    world, found = breaking(node, tx, _event_of(made, at_ms), at_ms=at_ms)
    return [list(broken_in_words(node, asker, world, one)) for one in found]


def _own_draft(node: Node, standing: Standing, asker: Asker, agreement: str) -> Draft:
    """The draft of this id; one of another party is refused like one that never was. Raises BadInput."""
    found = draft_of(standing, agreement)
    if found is None or found.originator != party_of(node, asker):
        raise BadInput("no such draft of this originator is waiting", where=agreement, do="list the agreements")
    return found


def _not_the_drafter(asker: Asker, waiting: Draft) -> tuple[Reason, ...]:
    if asker.person != waiting.drafter:
        return ()
    return (Reason(conjunct="role", detail=f"{asker.person} drafted it and cannot review it"),)


def _second(node: Node, asker: Asker, waiting: Draft) -> tuple[Reason, ...]:
    may = second_officers(node.coalition.people, waiting.originator, waiting.drafter)
    if asker.person in may:
        return ()
    detail = (
        f"{waiting.terms.id} was drafted by {waiting.drafter}; a second officer signs it: {', '.join(sorted(may)) or 'there is none'}"
    )
    return (Reason(conjunct="role", detail=detail, originator=waiting.originator),)


def _why_review(standing: Standing, made: Grant) -> str:
    old = grant_of(standing, made.id)
    more = "; ".join(wider(old, made)) if old else ""
    return more or "it was denounced: taking it up again gives anew"


def _in_force(
    node: Node, standing: Standing, grant: Grant, done: Entered, at_ms: int, *, notice: Denounce | None = None
) -> dict[str, JsonValue]:
    state = state_of(grant, node.coalition.book, standing.orders, notice, at_ms)
    ends_ms = ends_of(grant, {grant.id: notice} if notice else {})
    dates: dict[str, JsonValue] = {"gives_from_ms": grant.not_before_ms, "gives_until_ms": ends_ms}
    return {**_stamp(done, state, at_ms), **dates, **done.grounds}


def _stamp(done: Entered, state: str, at_ms: int) -> dict[str, JsonValue]:
    return {"state": state, "signed_ms": at_ms, "record": done.digest}
