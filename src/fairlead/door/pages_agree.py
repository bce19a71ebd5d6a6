"""The pages of agreements and assurances: what stands, in which state, by whose word; and the acts that change it.

1. A draft is previewed with what it gives more, and with what it would break, before anybody signs it.
2. Who drafts does not review, and who drafted does not put in force: the page offers each person only what may be theirs, and the
   verb refuses the rest all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from litestar import Response, get, post

from fairlead.agreement.events import AssuranceStatus, ReviewDecision
from fairlead.agreement.people import Person
from fairlead.desk import agree, agreements, assure
from fairlead.desk.answer import Outcome
from fairlead.desk.node import Node
from fairlead.desk.session import Session
from fairlead.door.acts import FORM_MAX, form_of, one
from fairlead.door.console import Query, Web, part, show
from fairlead.door.forms import time_ms
from fairlead.door.pages import both, named, uses
from fairlead.door.render import Page, names_of
from fairlead.label import PURPOSES

DECISIONS: Final = ("approved", "returned", "rejected", "open")
OWN_WORD: Final = ("offered", "accepted", "withdrawn")
THEIR_WORD: Final = ("doubted", "breached", "restored")


@get(both("terms"), opt=uses("terms", "nothing"))
async def terms(request: Web) -> Response[bytes]:
    """Every agreement this person may see, now or as of an instant that is over."""
    page = Page(template="terms.html", title="Agreements", tab="terms", watch="log")
    return await show(request, page, lambda node, who, q: agreements.agreements(node, who, at_ms=as_of(request), page=q.page), _listed)


@get("/as/{person:str}/terms/{name:str}", opt=uses("terms", "nothing"))
async def agreement(request: Web) -> Response[bytes]:
    name = named(request)
    page = Page(template="agreement.html", title="Agreement", tab="terms", watch="log")
    return await show(request, page, lambda node, who, q: agreements.agreement(node, who, name, at_ms=as_of(request)), _one)


@get(both("assurances"), opt=uses("terms", "nothing"))
async def assurances(request: Web) -> Response[bytes]:
    page = Page(template="assurances.html", title="Assurances", tab="terms", watch="log")
    return await show(request, page, lambda node, who, q: assure.assurances(node, who), _listed)


def as_of(request: Web) -> int | None:
    """The instant the address names, if any. Raises BadInput."""
    text = str(request.query_params.get("at", ""))
    return time_ms(text) if text else None


def _person(node: Node, session: Session) -> Person:
    return node.coalition.people[session.person]


def _listed(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
    book = node.coalition.book
    own = book.units[session.unit].party
    return {
        "own": own,
        "units": sorted(book.units),
        "parties": sorted(book.parties),
        "all_purposes": sorted(PURPOSES),
        "all_operations": sorted(book.operations),
        "categories": sorted(book.categories),
        "decisions": DECISIONS,
        "given_to": _by_unit(value.get("given_now", ())),
        "given_for": sorted({cell["purpose"] for cell in value.get("given_now", ())}),
    }


def _by_unit(given: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], dict[str, Mapping[str, bool]]]:
    """What is given, as a table: a line for each unit and operation, a column for each purpose."""
    lines: dict[tuple[str, str], dict[str, Mapping[str, bool]]] = {}
    for cell in given:
        lines.setdefault((cell["unit"], cell["operation"]), {})[cell["purpose"]] = cell["categories"]
    return lines


def _one(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
    draft = value.get("draft") or {}
    return {
        **_listed(node, session, query, value),
        "may_review": _person(node, session).may("review") and draft.get("drafter") != session.person,
    }


@post("/as/{person:str}/terms-preview", opt=uses("agree", "nothing"), request_max_body_size=FORM_MAX)
async def terms_preview(request: Web) -> Response[bytes]:
    """What the draft would say, what it gives more than what stands, and what it would break."""
    form = await form_of(request)

    def verb(node: Node, session: Session, query: Query) -> tuple[Outcome, Mapping[str, object]]:
        return agree.preview_draft(node, session.asker(), terms_of(form)), {"form": form}

    return await part(request, "part_terms_preview.html", verb)


@post("/as/{person:str}/terms-draft", opt=uses("agree", "nothing"), request_max_body_size=FORM_MAX)
async def terms_draft(request: Web) -> Response[bytes]:
    form = await form_of(request)
    return await _done(request, lambda node, session: agree.draft(node, session.asker(), terms_of(form)))


@post("/as/{person:str}/terms-review", opt=uses("review", "nothing"), request_max_body_size=FORM_MAX)
async def terms_review(request: Web) -> Response[bytes]:
    form = await form_of(request)
    finding = agree.Finding(
        question=one(form, "question").strip(),
        decision=cast(ReviewDecision, one(form, "decision")),  # the fold refuses what is no decision
        findings=one(form, "findings").strip(),
        mitigations=one(form, "mitigations").strip(),
        dissent=one(form, "dissent").strip(),
    )
    return await _done(request, lambda node, session: agree.review(node, session.asker(), one(form, "agreement")[:64], finding))


@post("/as/{person:str}/terms-activate", opt=uses("review", "nothing"), request_max_body_size=FORM_MAX)
async def terms_activate(request: Web) -> Response[bytes]:
    form = await form_of(request)
    return await _done(request, lambda node, session: agree.activate(node, session.asker(), one(form, "agreement")[:64]))


@post("/as/{person:str}/terms-denounce", opt=uses("agree", "nothing"), request_max_body_size=FORM_MAX)
async def terms_denounce(request: Web) -> Response[bytes]:
    form = await form_of(request)
    ends, why = one(form, "ends"), one(form, "why").strip()
    ends_ms = time_ms(ends) if ends.strip() else 0
    return await _done(
        request, lambda node, session: agree.denounce(node, session.asker(), one(form, "agreement")[:64], ends_ms=ends_ms, why=why)
    )


@post("/as/{person:str}/assure", opt=uses("agree", "nothing"), request_max_body_size=FORM_MAX)
async def assure_act(request: Web) -> Response[bytes]:
    """One's own word about an assurance: the recipient's, or the originator's."""
    form = await form_of(request)
    status, kind, why = one(form, "status"), one(form, "kind"), one(form, "why").strip()

    def verb(node: Node, session: Session, query: Query) -> tuple[Outcome, Mapping[str, object]]:
        said = cast(AssuranceStatus, status)  # the verb refuses what is none
        more = {"names": names_of(node.coalition.book)}
        if status in THEIR_WORD:
            doubt = assure.Doubt(party=one(form, "party"), kind=kind, why=why)
            return assure.judge(node, session.asker(), said, doubt), more
        until = one(form, "until").strip()
        wanted = assure.Promise(kind=kind, originator=one(form, "originator"), expires_ms=time_ms(until) if until else 0, why=why)
        return assure.promise(node, session.asker(), said, wanted), more

    return await part(request, "part_assured.html", verb)


async def _done(request: Web, verb: Any) -> Response[bytes]:
    return await part(request, "part_terms_done.html", lambda node, session, q: (verb(node, session), {}))


def terms_of(form: Mapping[str, Sequence[str]]) -> agree.Terms:
    """Terms as ticked and filled in. Raises BadInput for a time that is none."""

    def several(name: str) -> tuple[str, ...]:
        return tuple(code for code in form.get(name, ()) if code)

    return agree.Terms(
        recipients=several("recipients"),
        purposes=several("purposes"),
        operations=several("operations"),
        categories=several("categories"),
        not_before_ms=time_ms(one(form, "not_before")),
        expires_ms=time_ms(one(form, "expires")),
        assurances=several("assurances"),
        id=one(form, "id").strip()[:64],
    )


ROUTES: Final[Sequence[Any]] = (
    terms, agreement, assurances, terms_preview, terms_draft, terms_review, terms_activate, terms_denounce, assure_act,
)  # fmt: skip
