"""The pages, each a thin handler: what it asks of the desk, and the template that shows the answer.

Every route declares its act and whether it names a purpose (`uses`); a test walks the route table and fails for one that does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from litestar import Response, get
from litestar.response import Redirect, ServerSentEvent

from fairlead.agreement.order import CARVE_OUTS, REACHES
from fairlead.desk import audit, interdict, look, orders, read
from fairlead.desk import exposure as exposed
from fairlead.desk.node import Node
from fairlead.desk.session import Session
from fairlead.desk.verify import verify_folder
from fairlead.door.console import HTML, Query, Web, console_of, palette_of, query_of, show, signed_out
from fairlead.door.drawn import picture_svg, strip_svg
from fairlead.door.forms import fields_of
from fairlead.door.lanes import Lane
from fairlead.door.plotted import plot_svg, timebar_svg
from fairlead.door.render import TABS, Page, page_bytes
from fairlead.door.stream import WATCHES
from fairlead.envelope import JsonValue, encode
from fairlead.errors import BadInput, FairleadError
from fairlead.label.marking.carriers import CARRIERS

Names = Literal["purpose", "nothing"]
CONTACTS_MAX: Final = 400
MAIN_STEPS: Final = (
    "cued", "detected", "sorted", "monitored", "basis_sought", "authorised", "handed_off", "intercepting", "signalled", "stopped",
    "boarded", "searched", "found", "held_pending_instruction", "disposition_set", "transferred", "proceedings", "closed",
)  # fmt: skip


def uses(act: str, names: Names, lane: Lane = "each") -> dict[str, object]:
    """What a route is for: the act the gate or the roles judge, whether a purpose goes with it, and whether it goes before others."""
    return {"act": act, "names": names, "lane": lane}


def named(request: Web) -> str:
    """The id at the end of the address."""
    return str(request.path_params["name"]).removesuffix(".json")


def both(path: str) -> list[str]:
    """A page and its bytes."""
    return [f"/as/{{person:str}}/{path}", f"/as/{{person:str}}/{path}.json"]


@get("/as/{person:str}/start", opt=uses("none", "nothing"))
async def start(request: Web) -> Response[Any]:
    """To what waits for an officer who signs orders; for others, to the first tab their roles have."""
    console = console_of(request)

    def job(node: Node) -> Response[Any]:
        session = console.session(node, request)
        if session is None:
            return signed_out(request)
        person = node.coalition.people[session.person]
        first = "waiting" if person.may("order") else next((path for path, _, act in TABS if person.may(act)), "")
        if first:
            return Redirect(f"/as/{session.person}/{first}")
        page = Page(template="no_tabs.html", title="Nothing to read", tab="")
        query = query_of(node, session, request)
        return Response(page_bytes(node, session, query, page, palette_of(request), {}, {}, b"{}"), media_type=HTML)

    return await console.call(job, request)


@get(both("picture"), opt=uses("picture", "purpose"))
async def picture(request: Web) -> Response[bytes]:
    page = Page(template="picture.html", title="Picture", tab="picture", watch="picture")
    return await show(request, page, lambda node, who, q: look.look(node, who, from_ms=q.from_ms, to_ms=q.to_ms), _pictured)


def _pictured(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
    shown = value["picture"]
    contacts = sorted(shown.get("tracks", []), key=_noteworthy)
    places: list[JsonValue] = [
        {"kind": place.kind, "name": place.name, "lat_e7": place.lat_e7, "lon_e7": place.lon_e7, "radius_m": place.radius_m}
        for place in node.coalition.places
    ]
    return {
        "drawing": picture_svg(shown),
        "timebar": timebar_svg(shown),
        "contacts": contacts[:CONTACTS_MAX],
        "contact_count": len(contacts),
        "places": encode(places).decode().replace("<", "\\u003c"),
        "coarse": "cells" in shown,
        "pinned": query.from_ms is not None or query.to_ms is not None,
    }


def _noteworthy(track: Mapping[str, Any]) -> tuple[int, int, str]:
    """What no AIS goes with first, then other radar contacts, then AIS; the newest of each first."""
    alone = track["kind"] != "ais" and "match" not in track
    return (0 if alone else 1 if track["kind"] != "ais" else 2, -track["points"][-1][0], track["id"])


@get(both("leads"), opt=uses("list", "purpose"))
async def leads(request: Web) -> Response[bytes]:
    page = Page(template="leads.html", title="Leads", tab="leads", watch="listed")
    return await show(request, page, lambda node, who, q: read.list_holdings(node, who, kind="lead", after=q.after))


@get("/as/{person:str}/lead/{name:str}", opt=uses("read", "purpose"))
async def lead(request: Web) -> Response[bytes]:
    name = named(request)
    page = Page(template="lead.html", title="Lead", tab="leads", watch="listed")
    return await show(request, page, lambda node, who, q: read.read(node, who, name), _led)


def _led(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
    body = value["body"]
    is_lead = isinstance(body, dict) and "card" in body
    drawn = {"strip": strip_svg(body), "plot": plot_svg(body)} if is_lead else {"strip": "", "plot": ""}
    return {**drawn, "is_lead": is_lead, "carriers": sorted(CARRIERS)}


@get(both("cases"), opt=uses("list", "purpose"))
async def cases(request: Web) -> Response[bytes]:
    page = Page(template="cases.html", title="Cases", tab="cases", watch="listed")
    return await show(request, page, lambda node, who, q: interdict.list_cases(node, who))


@get("/as/{person:str}/case/{name:str}", opt=uses("read", "purpose"))
async def case(request: Web) -> Response[bytes]:
    name = named(request)
    page = Page(template="case.html", title="Case", tab="cases", watch="listed")
    return await show(request, page, lambda node, who, q: interdict.show_case(node, who, name), _cased)


def _cased(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
    record = value["case"]
    roles = set(node.coalition.people[session.person].roles)
    been = {entry["to_state"] for entry in record["trail"]}
    mine = [
        {"act": step["act"], "to": step["to"], "kind": step["kind"], "fields": fields_of(step["act"])}
        for step in record["next"]
        if roles.intersection(step["roles"]) and node.coalition.people[session.person].may("case")
    ]
    others = [step for step in record["next"] if not roles.intersection(step["roles"])]
    return {"steps": MAIN_STEPS, "been": been, "mine": mine, "others": others}


@get(both("agreements"), opt=uses("audit", "nothing"))
async def agreements(request: Web) -> Response[bytes]:
    page = Page(template="agreements.html", title="Agreements", tab="agreements", watch="log")
    return await show(request, page, lambda node, who, q: orders.orders_in_force(node, who))


@get("/as/{person:str}/suspend", opt=uses("order", "nothing"))
async def suspend(request: Web) -> Response[bytes]:
    """The form of an order. Its preview and its signing are acts."""
    page = Page(template="suspend.html", title="Suspend", tab="agreements", watch="clock")
    return await show(request, page, lambda node, who, q: orders.orders_in_force(node, who), _suspending)


def _suspending(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
    book, own = node.coalition.book, node.coalition.book.units[session.unit].party
    granted = [one for one in value["agreements"] if one["originator"] == own]
    mine = [(name, feed) for name, feed in node.coalition.feeds.items() if feed.facts.originator == own]

    def given(axis: str) -> list[str]:
        return sorted({code for one in granted for code in one[axis]})

    units = [code for code in given("recipients") if code in book.units and book.units[code].party != own]
    return {
        "partners": sorted({book.units[code].party for code in units}),
        "others": units,
        "given_purposes": given("purposes"),
        "given_operations": given("operations"),
        "given_categories": given("categories"),
        "own_feeds": sorted(name for name, _ in mine),
        "own_sensors": sorted({feed.by for _, feed in mine}),
        "own_channels": sorted({feed.channel for _, feed in mine if feed.channel}),
        "own_assets": sorted({feed.asset for _, feed in mine if feed.asset}),
        "regions": sorted((code, region.name) for code, region in book.regions.items()),
        "reaches": list(REACHES.items()),
        "all_parties": sorted(book.parties),
        "own_party": own,
        "carve_outs": sorted((code, text) for code, text in CARVE_OUTS.items() if code != "safety_of_life"),
        "may_sign": node.coalition.people[session.person].may("order"),
    }


@get("/as/{person:str}/exposure/{name:str}", opt=uses("exposure", "nothing"))
async def exposure(request: Web) -> Response[bytes]:
    name = named(request)
    page = Page(template="exposure.html", title="Exposure", tab="agreements", watch="clock")
    return await show(request, page, lambda node, who, q: exposed.exposure(node, who, name))


@get(both("receipts"), opt=uses("audit", "nothing"))
async def receipts(request: Web) -> Response[bytes]:
    page = Page(template="receipts.html", title="Receipts", tab="receipts", watch="log")
    party = request.query_params.get("party", "")
    return await show(request, page, lambda node, who, q: audit.receipts(node, who, party=party, page=q.page), _verified)


def _verified(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
    """The offline check of exactly this log, with the key its own party trusts."""
    party = str(value["log"]).rpartition("/")[2]
    oversees = node.coalition.book.units[session.unit].regime == "oversight"
    base = {"party_shown": party, "parties": sorted(node.logs) if oversees else []}
    try:
        report = verify_folder(node.root, only=party)[0].report
    except FairleadError as error:
        return {**base, "report": None, "fault": str(error.what)}
    return {**base, "report": report, "fault": ""}


@get(both("inbox"), opt=uses("audit", "nothing"))
async def inbox(request: Web) -> Response[bytes]:
    page = Page(template="inbox.html", title="Inbox", tab="inbox", watch="log")
    return await show(request, page, lambda node, who, q: audit.inbox(node, who))


@get("/as/{person:str}/events", opt=uses("picture", "purpose"))
async def events(request: Web) -> Response[Any] | ServerSentEvent:
    """The stream of one screen."""
    console, watch = console_of(request), request.query_params.get("watch", "")
    if watch not in WATCHES:
        raise BadInput("no such thing to watch", where=watch[:40], do=f"one of {', '.join(WATCHES)}")
    stream = request.app.state.stream

    def job(node: Node) -> tuple[Any, int] | None:
        session = console.session(node, request)
        if session is None:
            return None
        return stream.open(node, session, query_of(node, session, request), watch), node.clock.now_ms()

    opened = await console.call(job, request)
    if opened is None:
        return signed_out(request)
    return ServerSentEvent(stream.events(*opened))


ROUTES: Final[Sequence[Any]] = (
    start, picture, leads, lead, cases, case, agreements, suspend, exposure, receipts, inbox, events,
)  # fmt: skip
