"""P1 for agreements themselves: nothing is given that was not drafted, reviewed by another and signed by a second; bad events."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fairlead import errors
from fairlead.agreement.events import Amend, Assurance, BookChange, Denounce, Draft, Event, Review, kind_of
from fairlead.agreement.lawful import draft_of, reviews_of
from fairlead.agreement.states import state_of_draft
from fairlead.agreement.terms import Grant, make_grant
from fairlead.desk import agree
from fairlead.desk.agreements import agreement, agreements
from fairlead.desk.answer import Answer
from fairlead.desk.ask import signers_of
from fairlead.desk.enter import enter
from fairlead.envelope import Envelope, decode, envelope_from_json, envelope_to_json, sign
from fairlead.store import events
from tests.rooms.desk.tiny import MINUTE_MS, START_MS, Tiny, value

DAY_MS = 86_400_000
PEOPLE = [
    "alfa-release",
    "alfa-second",
    "alfa-sensor",
    "bravo-release",
    "bravo-second",
    "charlie-release",
    "charlie-legal",
    "inspector",
]


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    return Tiny(tmp_path / "node")


def terms(tiny: Tiny, **changed: Any) -> Grant:
    given: dict[str, Any] = {
        "id": "given",
        "originator": "alfa",
        "recipients": ["rescue"],
        "purposes": ["search_and_rescue"],
        "operations": ["lifeline"],
        "categories": ["radar"],
        "not_before_ms": START_MS,
        "expires_ms": START_MS + DAY_MS,
    }
    return make_grant(tiny.node.coalition.book, **{**given, **changed})


def drafted(tiny: Tiny, grant: Grant | None = None, **changed: Any) -> Draft:
    given = {"terms": grant or terms(tiny), "originator": "alfa", "drafter": "alfa-release", "at_ms": START_MS}
    return Draft(**{**given, **changed})


def approved(**changed: Any) -> Review:
    given: dict[str, Any] = {
        "agreement": "given",
        "version": 1,
        "originator": "alfa",
        "reviewer": "alfa-second",
        "question": "who reads it",
        "findings": "the rescue centre",
        "mitigations": "",
        "decision": "approved",
        "at_ms": START_MS,
    }
    return Review(**{**given, **changed})


def signed(tiny: Tiny, event: Event, *signers: str) -> Envelope:
    return sign(kind_of(event), msgspec.to_builtins(event), [tiny.node.person_key(person) for person in signers])


def put(tiny: Tiny, event: Event, *signers: str, envelope: Envelope | None = None) -> None:
    with tiny.node.db.write() as tx:
        enter(tiny.node, tx, tiny.who("alfa-release"), event, envelope or signed(tiny, event, *signers), at_ms=tiny.clock.at_ms)


def opened(tiny: Tiny) -> set[tuple[str, str, str]]:
    with tiny.node.db.read() as tx:
        slice = tiny.node.house(tx, tiny.clock.at_ms).slice
    return {reader for reader, mask in slice.open_to.items() if mask & slice.bits["alfa", "radar"]}


GIVEN = ("rescue", "search_and_rescue", "lifeline")


def until_approved(tiny: Tiny) -> None:
    put(tiny, drafted(tiny), "alfa-release")
    put(tiny, approved(), "alfa-second")


def test_p1_the_same_events_signed_rightly_put_it_in_force(tiny: Tiny) -> None:
    until_approved(tiny)
    assert GIVEN not in opened(tiny)
    put(tiny, terms(tiny), "alfa-second")
    assert GIVEN in opened(tiny)


WRONG: dict[str, Callable[[Tiny], None]] = {
    "a draft signed by another than its drafter": lambda t: put(t, drafted(t, at_ms=START_MS + 1), "alfa-second"),
    "a draft signed by somebody who may not release": lambda t: put(t, drafted(t, drafter="alfa-sensor"), "alfa-sensor"),
    "a draft signed by another party": lambda t: put(t, drafted(t, drafter="bravo-release"), "bravo-release"),
    "a draft nobody signed": lambda t: put(t, drafted(t, at_ms=START_MS + 1)),
    "a review by the drafter": lambda t: put(t, approved(reviewer="alfa-release"), "alfa-release"),
    "a review signed for another": lambda t: put(t, approved(findings="others"), "alfa-release"),
    "a review of another party": lambda t: put(t, approved(reviewer="bravo-release"), "bravo-release"),
    "the drafter signing second": lambda t: put(t, terms(t), "alfa-release"),
    "the drafter signing twice": lambda t: put(t, terms(t), "alfa-release", "alfa-release"),
    "another party signing second": lambda t: put(t, terms(t), "alfa-release", "bravo-second"),
    "an assurance in another's name": lambda t: put(
        t, Assurance(party="charlie", assurance="use", expires_ms=START_MS + 9, at_ms=START_MS), "bravo-release"
    ),
    "a breach signed by the recipient": lambda t: put(
        t,
        Assurance(party="charlie", assurance="use", originator="alfa", status="breached", expires_ms=1, at_ms=START_MS),
        "charlie-release",
    ),
    "an end signed by another party": lambda t: put(
        t, Denounce(agreement="alfa-partners", originator="alfa", at_ms=START_MS, ends_ms=START_MS), "bravo-release"
    ),
    "a code-book of the operating party alone": lambda t: put(
        t, BookChange(party="charlie", book=_raised(t), at_ms=START_MS), "charlie-release"
    ),
    "a code-book nobody signed": lambda t: put(t, BookChange(party="charlie", book=_raised(t), at_ms=START_MS)),
}


def _raised(tiny: Tiny) -> Any:
    book = tiny.node.coalition.book
    units = {**book.units, "cutter": msgspec.structs.replace(book.units["cutter"], clearance="secret")}
    return msgspec.structs.replace(book, version=2, units=units)


@pytest.mark.parametrize("what", WRONG)
def test_p1_an_event_signed_by_the_wrong_key_changes_nothing(tiny: Tiny, what: str) -> None:
    until_approved(tiny)
    if what.startswith(("a draft", "a breach")):
        tiny.clock.at_ms += 1
    if what.startswith("a breach"):
        put(tiny, Assurance(party="charlie", assurance="use", expires_ms=START_MS + DAY_MS, at_ms=START_MS), "charlie-release")
    with tiny.logged(), pytest.raises((errors.BadSignature, errors.BadInput)) as caught:
        WRONG[what](tiny)
    assert "signed in before" not in str(caught.value), "it was refused for another reason than its signature"
    assert GIVEN not in opened(tiny)


def test_p1_terms_that_are_not_those_the_review_approved_are_not_put_in_force(tiny: Tiny) -> None:
    until_approved(tiny)
    for changed in ({"recipients": ["cutter", "rescue"]}, {"expires_ms": START_MS + 2 * DAY_MS}, {"lease_s": 3600}):
        with tiny.logged(), pytest.raises(errors.BadInput, match="these terms were not drafted"):
            put(tiny, terms(tiny, **changed), "alfa-second")
    assert GIVEN not in opened(tiny)


def test_p1_an_event_replayed_is_refused_whoever_brings_it_in_and_however_it_is_wrapped(tiny: Tiny) -> None:
    until_approved(tiny)
    with tiny.node.db.read() as tx:
        stored = events.all_events(tx)
    assert len(stored) > 8
    for one in stored[1:]:
        if not isinstance(one.event, Draft | Review | Grant):
            continue
        again = signed(tiny, one.event, *PEOPLE[:3])  # other signatures over the same event: the same event
        for envelope in (one.envelope, again):
            with tiny.logged(), pytest.raises(errors.BadInput, match="signed in before"):
                put(tiny, one.event, envelope=envelope)


def test_p1_an_old_event_of_a_draft_that_was_replaced_does_not_come_back(tiny: Tiny) -> None:
    until_approved(tiny)
    tiny.clock.at_ms += MINUTE_MS
    put(tiny, drafted(tiny, terms(tiny, recipients=["cutter", "rescue"]), at_ms=tiny.clock.at_ms), "alfa-release")
    late = approved(findings="signed before, kept back until now")
    with tiny.logged(), pytest.raises(errors.BadInput, match="a review is dated before the draft"):
        put(tiny, late, "alfa-second")


def test_p1_events_out_of_order_are_refused(tiny: Tiny) -> None:
    amended = Amend(terms=terms(tiny, version=2), originator="alfa", at_ms=START_MS)
    doubted = Assurance(party="charlie", assurance="use", originator="alfa", status="doubted", expires_ms=START_MS, at_ms=START_MS)
    restored = msgspec.structs.replace(doubted, status="restored")
    cases: list[tuple[Event, str]] = [
        (approved(), "no such draft"),
        (terms(tiny), "these terms were not drafted"),
        (amended, "no such agreement stands"),
        (Denounce(agreement="given", originator="alfa", at_ms=START_MS, ends_ms=START_MS), "no such agreement stands"),
        (doubted, "cannot be doubted now"),
        (restored, "cannot be restored now"),
        (drafted(tiny, terms(tiny, version=2)), "not of the next version"),
        (drafted(tiny, terms(tiny, id="alfa-partners", version=3)), "not of the next version"),
        (Denounce(agreement="alfa-partners", originator="alfa", at_ms=START_MS, ends_ms=START_MS - 1), "ended in the past"),
    ]
    for event, said in cases:
        with tiny.logged(), pytest.raises(errors.BadInput, match=said):
            put(tiny, event, "alfa-release", "alfa-second")


def test_p1_an_event_dated_in_the_future_is_refused_and_five_minutes_of_a_fast_clock_are_not(tiny: Tiny) -> None:
    for event, signer in (
        (drafted(tiny, at_ms=START_MS + 5 * MINUTE_MS + 1), "alfa-release"),
        (Denounce(agreement="alfa-partners", originator="alfa", at_ms=START_MS + DAY_MS, ends_ms=START_MS + DAY_MS), "alfa-release"),
        (Assurance(party="charlie", assurance="use", expires_ms=START_MS + 9 * DAY_MS, at_ms=START_MS + DAY_MS), "charlie-release"),
        (BookChange(party="charlie", book=_raised(tiny), at_ms=START_MS + DAY_MS), "charlie-release"),
    ):
        with tiny.logged(), pytest.raises(errors.BadInput, match="dated in the future"):
            put(tiny, event, signer)
    put(tiny, drafted(tiny, at_ms=START_MS + 5 * MINUTE_MS), "alfa-release")


def test_p2_an_event_that_names_an_excluded_use_is_refused_in_every_type_that_carries_terms(tiny: Tiny) -> None:
    for use in ("use_of_force_targeting", "detection_and_monitoring/persecution"):
        evil = msgspec.structs.replace(terms(tiny), purposes=(use,))
        for event in (evil, drafted(tiny, evil), Amend(terms=evil, originator="alfa", at_ms=START_MS)):
            with tiny.logged(), pytest.raises(errors.ExcludedUse):
                put(tiny, event, "alfa-release", "alfa-second")


def test_p1_terms_that_are_not_in_their_one_form_are_refused(tiny: Tiny) -> None:
    good = terms(tiny)
    bad = {
        "an unknown unit": {"recipients": ("nobody",)},
        "a party where units stand": {"recipients": ("charlie",)},
        "an unknown operation": {"operations": ("elsewhere",)},
        "an unknown category": {"categories": ("gossip",)},
        "an unknown assurance": {"assurances": ("goodwill",)},
        "an implication not expanded": {"purposes": ("interdiction",)},
        "a unit bound to another regime": {"unit_prints": {"rescue": "0" * 64}},
        "nothing bound": {"unit_prints": {}},
        "codes out of order": {
            "recipients": ("rescue", "cutter"),
            "unit_prints": terms(tiny, recipients=["rescue", "cutter"]).unit_prints,
        },
        "an end before the beginning": {"expires_ms": START_MS},
        "an end before now": {"not_before_ms": 1, "expires_ms": 2},
        "a lease out of range": {"lease_s": 1},
        "no id": {"id": ""},
        "an originator of nothing": {"originator": "delta"},
    }
    for what, changed in bad.items():
        with tiny.logged(), pytest.raises((errors.BadInput, errors.BadSignature)):
            put(tiny, drafted(tiny, msgspec.structs.replace(good, **changed)), "alfa-release")
        assert GIVEN not in opened(tiny), what


def test_p1_a_field_more_than_an_event_has_is_refused(tiny: Tiny) -> None:
    body: Any = msgspec.to_builtins(drafted(tiny))
    more = sign("draft", {**body, "also": "persecution"}, [tiny.node.person_key("alfa-release")])
    with tiny.logged(), pytest.raises(errors.MalformedBytes, match="not in its one form"):
        put(tiny, drafted(tiny), envelope=more)
    other = sign("review", body, [tiny.node.person_key("alfa-release")])
    with tiny.logged(), pytest.raises(errors.MalformedBytes):
        put(tiny, drafted(tiny), envelope=other)


def test_p1_what_was_in_force_then_is_what_the_node_said_then(tiny: Tiny) -> None:
    """After every event the list of that instant is kept; asked again later, for that instant, it is the same."""
    kept: list[tuple[int, bytes, bytes]] = []
    steps: list[Callable[[], object]] = [
        lambda: until_approved(tiny),
        lambda: put(tiny, terms(tiny), "alfa-second"),
        lambda: put(
            tiny, Denounce(agreement="alfa-support", originator="alfa", at_ms=tiny.clock.at_ms, ends_ms=tiny.clock.at_ms), "alfa-second"
        ),
        lambda: put(
            tiny,
            Amend(terms=terms(tiny, version=2, lease_s=600), originator="alfa", at_ms=tiny.clock.at_ms),
            "alfa-release",
        ),
    ]
    for step in steps:
        tiny.clock.at_ms += MINUTE_MS
        step()
        own, oversight = (agreements(tiny.node, tiny.who(person)) for person in ("alfa-release", "inspector"))
        assert isinstance(own, Answer)
        kept.append((tiny.clock.at_ms, own.body, oversight.body))
    assert len({own for _, own, _ in kept}) == len(steps)
    tiny.clock.at_ms += DAY_MS
    for at_ms, own_body, oversight_body in kept:
        assert agreements(tiny.node, tiny.who("alfa-release"), at_ms=at_ms).body == own_body
        assert agreements(tiny.node, tiny.who("inspector"), at_ms=at_ms).body == oversight_body
    with pytest.raises(errors.BadInput, match="not known"):
        agreements(tiny.node, tiny.who("inspector"), at_ms=tiny.clock.at_ms + 1)


def test_p7_an_agreement_of_others_and_one_that_never_was_are_refused_alike(tiny: Tiny) -> None:
    until_approved(tiny)
    put(tiny, terms(tiny), "alfa-second")
    for person in ("bravo-release", "bravo-second"):
        said = []
        for id in ("given", "neverwas"):
            with tiny.logged(), pytest.raises(errors.BadInput) as caught:
                agreement(tiny.node, tiny.who(person), id)
            said.append(str(caught.value).replace(id, "ID"))
        assert said[0] == said[1]
    seen = value(agreement(tiny.node, tiny.who("charlie-release"), "given"))
    assert seen["terms"]["recipients"] == ["rescue"]
    assert not {"reviews", "history", "draft", "orders"} & set(seen)
    mixed = value(agreement(tiny.node, tiny.who("bravo-release"), "alfa-partners"))
    assert mixed["terms"]["recipients"] == ["bravo-patrol"], "of the recipients, its own units alone"


@pytest.mark.parametrize("seed", [1, 2])
def test_p1_whatever_people_try_nothing_is_open_that_two_of_the_originator_did_not_sign_and_a_review_approve(
    tmp_path: Path, seed: int
) -> None:
    """A random walk of everybody trying everything; after each step every grant in force is traced to its signatures."""
    tiny, rng = Tiny(tmp_path / "node"), random.Random(seed)
    founding = [terms.grant for terms in tiny.node.coalition.grants]
    done = given = 0
    for _ in range(60):
        tiny.clock.at_ms += 1
        who = tiny.who(rng.choice(PEOPLE[:2]) if rng.random() < 0.8 else rng.choice(PEOPLE[:5]))
        id = rng.choice(["one", "one", "two", "alfa-support"])
        party = tiny.node.coalition.people[who.person].party
        wanted = agree.Terms(
            id=id,
            recipients=tuple(rng.sample(["cell", "cutter", "port", "support"], rng.choice([1, 2]))),
            purposes=("interdiction",),
            operations=("patrol",),
            categories=("radar",) if party == "alfa" else ("ais",),
            not_before_ms=START_MS,
            expires_ms=START_MS + rng.choice([1, 2]) * DAY_MS,
        )
        finding = agree.Finding(question="?", findings="!", decision=rng.choice(["approved", "approved", "returned"]))
        tries: dict[str, Callable[[], object]] = {
            "draft": lambda who=who, wanted=wanted: agree.draft(tiny.node, who, wanted),
            "review": lambda who=who, id=id, finding=finding: agree.review(tiny.node, who, id, finding),
            "activate": lambda who=who, id=id: agree.activate(tiny.node, who, id),
            "amend": lambda who=who, wanted=wanted: agree.amend(tiny.node, who, wanted),
            "denounce": lambda who=who, id=id: agree.denounce(tiny.node, who, id, ends_ms=tiny.clock.at_ms + 50),
        }
        try:
            done += isinstance(tries[_next(tiny, id) if rng.random() < 0.7 else rng.choice(sorted(tries))](), Answer)
        except errors.BadInput:
            continue
        given += _traced(tiny, founding)
    assert done >= 12, done
    assert given >= 5, given


def _next(tiny: Tiny, id: str) -> str:
    """What would go on with this agreement, if the right person did it."""
    with tiny.node.db.read() as tx:
        standing = tiny.node.standing(tx)
    if draft_of(standing, id) is None:
        return "draft"
    return "activate" if state_of_draft(reviews_of(standing, id)) == "approved" else "review"


def _traced(tiny: Tiny, founding: list[Grant]) -> int:
    """How many grants that no founding made are in force, each held to the signatures under its draft, its review and itself."""
    with tiny.node.db.read() as tx:
        standing = tiny.node.standing(tx)
        stored = [(one.event, {who.code for who in signers_of(tiny.node, tx, one.envelope)}) for one in events.all_events(tx)]
    new = [grant for grant in standing.grants if grant not in founding]
    for grant in new:
        at, signers = next((n, who) for n, (event, who) in enumerate(stored) if _terms_of(event) == grant)
        before = stored[:at]
        old = [_terms_of(event) for event, _ in before if _terms_of(event) is not None and _terms_of(event).id == grant.id]
        drafts = [n for n, (event, _) in enumerate(before) if isinstance(event, Draft) and event.terms.id == grant.id]
        draft = stored[drafts[-1]] if drafts else None
        if draft is None or draft[0].terms != grant:  # an amendment that gives nothing more needs no review and no second officer
            assert set(grant.recipients) <= set(old[-1].recipients)
            assert grant.expires_ms <= old[-1].expires_ms
            continue
        assert draft[1] == {draft[0].drafter}
        reviews = [(event, who) for event, who in before[drafts[-1] :] if isinstance(event, Review) and event.agreement == grant.id]
        assert all(who == {event.reviewer} != draft[1] for event, who in reviews)
        if not reviews or reviews[-1][0].decision != "approved":
            assert set(grant.recipients) <= set(old[-1].recipients)
        assert signers - draft[1] or set(grant.recipients) <= set(old[-1].recipients)
    return len(new)


def _terms_of(event: Event) -> Any:
    """The terms an event puts in force, if it does."""
    return event if isinstance(event, Grant) else event.terms if isinstance(event, Amend) else None


def test_an_envelope_reads_back_as_it_was(tiny: Tiny) -> None:
    envelope = signed(tiny, drafted(tiny), "alfa-release")
    assert envelope_from_json(envelope_to_json(envelope)) == envelope
    assert msgspec.convert(decode(envelope.payload_bytes), Draft) == drafted(tiny)
