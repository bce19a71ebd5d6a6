"""What is done from a page: signing in and out, making a lead, suspending and resuming, acts of a case; each a POST from the page.

A form never carries who asks: person and unit come from the session, and the acts are signed with that person's own key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Response, post
from litestar.datastructures import Cookie

from fairlead.desk import halt, interdict, propose
from fairlead.desk import lead as leads
from fairlead.desk.answer import Outcome
from fairlead.desk.node import Node
from fairlead.desk.session import SESSION_LIFE_MS, Session, sign_in, sign_out
from fairlead.door.console import COOKIE, HTML, JSON, PALETTE_COOKIE, PALETTES, Query, Web, console_of, part, signed_out
from fairlead.door.forms import act_from_form, time_ms, wish_from_form
from fairlead.door.pages import uses
from fairlead.door.render import names_of
from fairlead.envelope import encode

FORM_MAX: Final = 64_000
SPENT: Final = "this link was used before, or is older than ten minutes; start the console again for fresh ones"


async def form_of(request: Web) -> dict[str, list[str]]:
    """A form's fields, each with all its values."""
    form = await request.form()
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found


def one(form: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(form.get(name, ())), "")


@post("/sign-in", opt=uses("none", "nothing"), request_max_body_size=4096)
async def enter(request: Web) -> Response[bytes]:
    """A one-time token becomes a session's cookie, bound to the person's path."""
    console, token = console_of(request), one(await form_of(request), "token")
    opened = await console.call(lambda node: sign_in(node, token, now_ms=console.wall.now_ms()), request)
    if opened is None:
        return Response(encode({"answer": "refused", "reasons": [SPENT]}), status_code=401, media_type=JSON)
    path = f"/as/{opened.session.person}"
    cookie = Cookie(key=COOKIE, value=opened.secret, path=f"{path}/", httponly=True, samesite="strict", max_age=SESSION_LIFE_MS // 1000)
    return Response(encode({"to": f"{path}/start"}), status_code=200, media_type=JSON, cookies=[cookie])


@post("/as/{person:str}/sign-out", opt=uses("none", "nothing"), request_max_body_size=4096)
async def leave(request: Web) -> Response[bytes]:
    console = console_of(request)

    def job(node: Node) -> str:
        session = console.session(node, request)
        if session is not None:
            sign_out(node, session)
        return session.person if session else ""

    person = await console.call(job, request)
    if not person:
        return signed_out(request)
    gone = Cookie(key=COOKIE, value="", path=f"/as/{person}/", httponly=True, samesite="strict", max_age=0)
    return Response(b"", status_code=200, media_type=HTML, cookies=[gone], headers={"HX-Refresh": "true"})


@post("/palette", opt=uses("none", "nothing"), request_max_body_size=4096)
async def palette(request: Web) -> Response[bytes]:
    """Day, dusk or night, kept in a cookie so that the very first byte of the next page is in it."""
    chosen = one(await form_of(request), "palette")
    kept = chosen if chosen in PALETTES else PALETTES[0]
    cookie = Cookie(key=PALETTE_COOKIE, value=kept, path="/", httponly=True, samesite="strict", max_age=365 * 86_400)
    return Response(b"", status_code=200, media_type=HTML, cookies=[cookie], headers={"HX-Refresh": "true"})


@post("/as/{person:str}/lead-preview", opt=uses("lead", "purpose"), request_max_body_size=FORM_MAX)
async def lead_preview(request: Web) -> Response[bytes]:
    """Who could read the lead, before it is made."""
    form = await form_of(request)

    def verb(node: Node, session: Session, query: Query) -> tuple[Outcome, Mapping[str, object]]:
        draft, who = _draft(form), session.asker(purpose=query.purpose, operation=query.operation)
        return leads.preview_lead(node, who, draft), {"draft": draft, "names": names_of(node.coalition.book)}

    return await part(request, "part_lead_preview.html", verb)


@post("/as/{person:str}/lead-make", opt=uses("lead", "purpose"), request_max_body_size=FORM_MAX)
async def lead_make(request: Web) -> Response[bytes]:
    form = await form_of(request)

    def verb(node: Node, session: Session, query: Query) -> tuple[Outcome, Mapping[str, object]]:
        who = session.asker(purpose=query.purpose, operation=query.operation)
        return leads.make_lead(node, who, _draft(form), confirm_unreadable=one(form, "confirm").strip()), {}

    return await part(request, "part_lead_made.html", verb)


def _draft(form: Mapping[str, Sequence[str]]) -> leads.Draft:
    return leads.Draft(
        card=one(form, "card")[:64],
        note=one(form, "note").strip(),
        drop=tuple(code for code in form.get("drop", ()) if code),
        from_ms=time_ms(one(form, "from_ms")),
        to_ms=time_ms(one(form, "to_ms")),
    )


@post("/as/{person:str}/suspend-preview", opt=uses("order", "nothing"), request_max_body_size=FORM_MAX)
async def suspend_preview(request: Web) -> Response[bytes]:
    """The exact words of the order, what it would close, what goes on, who read before."""
    form = await form_of(request)

    def verb(node: Node, session: Session, query: Query) -> tuple[Outcome, Mapping[str, object]]:
        wish = wish_from_form(form)
        return halt.preview_order(node, session.asker(), wish), {"form": form, "names": names_of(node.coalition.book)}

    return await part(request, "part_suspend_preview.html", verb)


@post("/as/{person:str}/suspend-propose", opt=uses("order", "nothing"), request_max_body_size=FORM_MAX)
async def suspend_propose(request: Web) -> Response[bytes]:
    """A selector made of the words that name the feared use; nothing is signed."""
    fears = one(await form_of(request), "fears")
    return await part(
        request, "part_suspend_proposed.html", lambda node, session, q: (propose.propose_order(node, session.asker(), fears), {})
    )


@post("/as/{person:str}/suspend-sign", opt=uses("order", "nothing", "order"), request_max_body_size=FORM_MAX)
async def suspend_sign(request: Web) -> Response[bytes]:
    form = await form_of(request)

    def verb(node: Node, session: Session, query: Query) -> tuple[Outcome, Mapping[str, object]]:
        return halt.halt(node, session.asker(), wish_from_form(form)), {"names": names_of(node.coalition.book)}

    return await part(request, "part_suspend_signed.html", verb)


@post("/as/{person:str}/resume", opt=uses("order", "nothing"), request_max_body_size=FORM_MAX)
async def resume(request: Web) -> Response[bytes]:
    order = one(await form_of(request), "order")[:64]
    return await part(request, "part_resumed.html", lambda node, session, q: (halt.resume(node, session.asker(), order), {}))


@post("/as/{person:str}/case-open", opt=uses("case", "purpose"), request_max_body_size=FORM_MAX)
async def case_open(request: Web) -> Response[bytes]:
    form = await form_of(request)

    def verb(node: Node, session: Session, query: Query) -> tuple[Outcome, Mapping[str, object]]:
        who = session.asker(purpose=query.purpose, operation=query.operation)
        return interdict.open_case(node, who, lead=one(form, "lead")[:64], vessel=one(form, "vessel").strip()), {}

    return await part(request, "part_case_done.html", verb)


@post("/as/{person:str}/case-act", opt=uses("case", "purpose"), request_max_body_size=FORM_MAX)
async def case_act(request: Web) -> Response[bytes]:
    """One act, signed by the session's person alone. What needs a second signature is taken where both keys are."""
    form = await form_of(request)

    def verb(node: Node, session: Session, query: Query) -> tuple[Outcome, Mapping[str, object]]:
        who = session.asker(purpose=query.purpose, operation=query.operation)
        fields = act_from_form(one(form, "act"), {name: values[0] for name, values in form.items()})
        return interdict.act(node, who, one(form, "case")[:64], fields), {}

    return await part(request, "part_case_done.html", verb)


ROUTES: Final[Sequence[Any]] = (
    enter, leave, palette, lead_preview, lead_make, suspend_preview, suspend_propose, suspend_sign, resume, case_open, case_act,
)  # fmt: skip
