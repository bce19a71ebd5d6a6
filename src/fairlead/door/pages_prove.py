"""The page of invariants: what an originator wants never to become possible, proved or broken, the path drawn; and its acts.

1. What a step shows is what the verb gave this asker: a redacted step is a closed box, drawn like any other (P7).
2. Declaring starts with a preview of the very invariant that would be signed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Response, get, post

from fairlead.desk import prove as proving
from fairlead.desk.answer import Outcome
from fairlead.desk.node import Node
from fairlead.desk.session import Session
from fairlead.door.acts import FORM_MAX, form_of, one
from fairlead.door.console import Query, Web, part, show
from fairlead.door.drawn_path import path_svg
from fairlead.door.pages import both, uses
from fairlead.door.render import Page, names_of
from fairlead.label import PURPOSES


@get(both("prove"), opt=uses("audit", "nothing"))
async def prove(request: Web) -> Response[bytes]:
    page = Page(template="prove.html", title="Prove", tab="prove", watch="log")
    return await show(request, page, lambda node, who, q: proving.prove_invariants(node, who), _proved)


def _proved(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
    book = node.coalition.book
    own = book.units[session.unit].party
    return {
        "drawings": {row["id"]: path_svg(row["path"], names_of(book)) for row in value["invariants"] if row.get("path")},
        "others": sorted(code for code, unit in book.units.items() if unit.party != own),
        "other_parties": sorted(code for code in book.parties if code != own),
        "all_purposes": sorted(PURPOSES),
        "categories": sorted(book.categories),
        "own": own,
    }


@post("/as/{person:str}/prove-preview", opt=uses("order", "nothing"), request_max_body_size=FORM_MAX)
async def prove_preview(request: Web) -> Response[bytes]:
    form = await form_of(request)

    def verb(node: Node, session: Session, query: Query) -> tuple[Outcome, Mapping[str, object]]:
        outcome = proving.preview_invariant(node, session.asker(), wanted_of(form))
        return outcome, {"form": form, "draw": path_svg, "names": names_of(node.coalition.book)}

    return await part(request, "part_prove_preview.html", verb)


@post("/as/{person:str}/prove-declare", opt=uses("order", "nothing"), request_max_body_size=FORM_MAX)
async def prove_declare(request: Web) -> Response[bytes]:
    form = await form_of(request)
    return await part(
        request, "part_prove_done.html", lambda node, session, q: (proving.declare(node, session.asker(), wanted_of(form)), {})
    )


@post("/as/{person:str}/prove-withdraw", opt=uses("order", "nothing"), request_max_body_size=FORM_MAX)
async def prove_withdraw(request: Web) -> Response[bytes]:
    named = one(await form_of(request), "invariant")[:64]
    return await part(request, "part_prove_done.html", lambda node, session, q: (proving.withdraw(node, session.asker(), named), {}))


def wanted_of(form: Mapping[str, Sequence[str]]) -> proving.Wanted:
    """The invariant as ticked; what nobody ticked is left empty."""
    chosen = {name: tuple(code for code in form.get(name, ()) if code) for name in ("categories", "never_units", "never_parties")}
    purposes = tuple(code for code in form.get("never_purposes", ()) if code)
    return proving.Wanted(never_purposes=purposes, words=one(form, "words").strip()[:1000], **chosen)


ROUTES: Final[Sequence[Any]] = (prove, prove_preview, prove_declare, prove_withdraw)
