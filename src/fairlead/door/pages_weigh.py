"""The pages that weigh: what a suspension would close, whether two operations were kept apart, how many originators stand behind a
record, a lead made again without a source, a record given to a system outside.

1. Nothing is worked out here: each page is the answer of one verb, and its `.json` is that answer's own bytes.
2. What is asked is in the log like any other use (P6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Response, get, post

from fairlead.desk import circular, export, rederive, separate, simulate
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.node import Node
from fairlead.desk.session import Session
from fairlead.door.acts import FORM_MAX, form_of, one
from fairlead.door.console import Query, Web, part, show
from fairlead.door.forms import wish_from_form
from fairlead.door.pages import both, uses
from fairlead.door.pages_core import asked_of
from fairlead.door.render import Page, names_of
from fairlead.envelope import decode, encode
from fairlead.errors import BadInput
from fairlead.label import PURPOSES

PAIRS_MAX: Final = 64
NOTHING: Final[Mapping[str, object]] = {}


@get(both("simulate"), opt=uses("audit", "nothing"))
async def what_if(request: Web) -> Response[bytes]:
    """What would be lost if a party suspended this; nothing is signed."""
    party, form = asked_of(request, "party"), _address(request)

    def verb(node: Node, who: Asker, query: Query) -> Outcome:
        return simulate.simulate(node, who, party, wish_from_form(form)) if party else answer({"form": "none"})

    def more(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
        return {**_codes(node), "party": party, "chosen": form, "own": node.coalition.book.units[session.unit].party}

    return await show(request, Page(template="simulate.html", title="What if", tab="prove", watch="clock"), verb, more)


@post(both("separate"), opt=uses("audit", "nothing"), request_max_body_size=FORM_MAX)
async def apart(request: Web) -> Response[bytes]:
    """A signed certificate, from receipts, of which units used what in two operations."""
    form = await form_of(request)

    def verb(node: Node, session: Session, query: Query) -> tuple[Outcome, Mapping[str, object]]:
        made = separate.separate(node, session.asker(), one(form, "one"), one(form, "other"), party=one(form, "party"))
        value: Any = decode(made.body)
        paper = encode(value["certificate"]).decode() if "certificate" in value else ""
        return made, {"paper": paper, "names": names_of(node.coalition.book)}

    return await part(request, "part_separate.html", verb)


@get(both("origins"), opt=uses("read", "purpose"))
async def origins(request: Web) -> Response[bytes]:
    """How many originators stand behind some records, copies of one observation counted once."""
    named = [name.strip()[:64] for name in request.query_params.getall("record", []) if name.strip()]

    def verb(node: Node, who: Asker, query: Query) -> Outcome:
        return circular.origins(node, who, named)

    page = Page(template="origins.html", title="Who stands behind it", tab="leads", watch="clock")
    return await show(request, page, verb, lambda node, session, q, value: {"records": named})


@post(both("rederive"), opt=uses("lead", "purpose"), request_max_body_size=FORM_MAX)
async def again(request: Web) -> Response[bytes]:
    """The lead made again without some feeds, or the word that the finding does not stand without them."""
    form = await form_of(request)

    def verb(node: Node, session: Session, query: Query) -> tuple[Outcome, Mapping[str, object]]:
        who = session.asker(purpose=query.purpose, operation=query.operation)
        without, reason = tuple(form.get("without", ())), one(form, "confirm_unreadable").strip()
        made = rederive.rederive(node, who, one(form, "lead"), without=without, note=one(form, "note"), confirm_unreadable=reason)
        return made, {"names": names_of(node.coalition.book)}

    return await part(request, "part_rederived.html", verb)


@post(both("export"), opt=uses("export", "purpose"), request_max_body_size=FORM_MAX)
async def let_out(request: Web) -> Response[bytes]:
    """A lead or report in a carrier, for a system outside, with what that system cannot enforce."""
    form = await form_of(request)

    def verb(node: Node, session: Session, query: Query) -> tuple[Outcome, Mapping[str, object]]:
        who = session.asker(purpose=query.purpose, operation=query.operation)
        called = {name: pairs_of(one(form, name), name) for name in ("countries", "controls")}
        way = export.Way(carrier=one(form, "carrier"), to=one(form, "to").strip(), **called)
        return export.export(node, who, one(form, "holding"), way), NOTHING

    return await part(request, "part_exported.html", verb)


def pairs_of(text: str, where: str) -> dict[str, str]:
    """Lines of the form CODE=CODE. Raises BadInput."""
    lines = text.split()
    found = {key: value for key, equals, value in (line.partition("=") for line in lines) if key and equals and value}
    if len(found) != len(lines) or len(lines) > PAIRS_MAX:
        raise BadInput("each line is CODE=CODE, and each code stands once", where=where, do="write one a line, as meridia=USA")
    return found


def _address(request: Web) -> dict[str, list[str]]:
    """The axes an address names, each with all its values."""
    named = request.query_params
    found = {name: [value for value in named.getall(name, []) if value] for name in named if name not in ("purpose", "operation")}
    return {**found, "feeds": " ".join(found.get("feeds", [])).replace(",", " ").split()}


def _codes(node: Node) -> dict[str, object]:
    book = node.coalition.book
    return {
        "parties": sorted(book.parties),
        "units": sorted(book.units),
        "all_operations": sorted(book.operations),
        "categories": sorted(book.categories),
        "all_purposes": sorted(PURPOSES),
    }


ROUTES: Final[Sequence[Any]] = (what_if, apart, origins, again, let_out)
