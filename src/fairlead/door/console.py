"""What all pages share: opening the node in each working thread, whose session a request comes from, and turning an outcome into bytes.

1. A verb runs in a thread of its own with its own open node; orders go before everything that waits (`lanes`).
2. `name.json` answers with the verb's own bytes, unchanged, and their digest as ETag; `name` renders the same answer as a page.
3. A refusal is 403 with the refusal's bytes; hidden and absent differ in no byte and no header (P7).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, TypeVar

import msgspec
from litestar import Request, Response
from litestar.datastructures import State

from fairlead.desk.answer import Outcome, Refused
from fairlead.desk.ask import Asker
from fairlead.desk.clock import Clock
from fairlead.desk.node import Node
from fairlead.desk.session import SECRET_MAX, Session, session_of
from fairlead.door.forms import time_ms
from fairlead.door.lanes import Lane, Lanes
from fairlead.door.render import Page, chosen_operation, chosen_purpose, page_bytes, part_bytes
from fairlead.envelope import decode, encode
from fairlead.errors import SyncFault

T = TypeVar("T")
Web: TypeAlias = Request[Any, Any, State]
COOKIE: Final = "fairlead"
PALETTE_COOKIE: Final = "palette"
PALETTES: Final = ("day", "dusk", "night")
JSON: Final = "application/json"
AFTER_MAX: Final = 256
HTML: Final = "text/html"  # the server adds the character set
SIGNED_OUT: Final = "this address belongs to somebody who is not signed in here; open one of the sign-in links the node printed"


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks: one purpose, one operation, a window, a page. Codes may be unknown; the gate says so."""

    purpose: str
    operation: str
    from_ms: int | None = None
    to_ms: int | None = None
    page: int = 0
    after: str = ""  # where the page before this one ended


Verb: TypeAlias = Callable[[Node, Asker, Query], Outcome]
More: TypeAlias = Callable[[Node, Session, Query, Any], Mapping[str, object]]


class Console:
    """The open node, one handle a thread, and the machine's clock for sessions."""

    def __init__(self, open_node: Callable[[], Node], wall: Clock, failed: Callable[[SyncFault], None]) -> None:
        self._open = open_node
        self._failed, self._fault = failed, ""
        self._own = threading.local()
        self._nodes: list[Node] = []
        self._lanes = Lanes()
        self._officers: frozenset[str] | None = None
        self.wall = wall

    async def call(self, job: Callable[[Node], T], request: Web | None = None) -> T:
        """Run a job in a working thread with that thread's node: that of a request in its turn, the console's own at once."""
        lane: Lane = self._lane(request) if request is not None else "beat"
        try:
            return await self._lanes.run(lambda: self._safely(job), lane=lane, whose=_whose(request) if request is not None else "")
        except SyncFault as fault:
            self._failed(fault)
            raise

    def _safely(self, job: Callable[[Node], T]) -> T:
        """The job, unless the disk failed already: from then on nothing is begun here (P6)."""
        if self._fault:
            raise SyncFault("the console stops", why=self._fault, do="check the disk, then start again")
        try:
            return job(self._node())
        except SyncFault as fault:
            self._fault = str(fault)
            raise

    def _lane(self, request: Web) -> Lane:
        """An order's lane is for whoever may sign one: nobody else gets ahead by asking there."""
        if request.route_handler.opt.get("lane") != "order":
            return "each"
        if self._officers is None:
            node = self._open()
            self._officers = frozenset(code for code, person in node.coalition.people.items() if person.may("order"))
            node.close()
        return "order" if request.path_params.get("person") in self._officers else "each"

    def _node(self) -> Node:
        node: Node | None = getattr(self._own, "node", None)
        if node is None:
            node = self._own.node = self._open()
            self._nodes.append(node)
        return node

    def close(self) -> None:
        self._lanes.close()
        for node in self._nodes:
            node.close()

    def session(self, node: Node, request: Web) -> Session | None:
        """The session whose cookie came to this person's path."""
        secret = request.cookies.get(COOKIE, "")
        return session_of(node, secret, person=str(request.path_params.get("person", "")), now_ms=self.wall.now_ms())


def _whose(request: Web) -> str:
    """Who waits behind whom: the path's person with the cookie that came along, held to nothing yet."""
    return f"{request.path_params.get('person', '')} {request.cookies.get(COOKIE, '')[:SECRET_MAX]}"


def console_of(request: Web) -> Console:
    found: Console = request.app.state.console
    return found


def query_of(node: Node, session: Session, request: Web) -> Query:
    """The address, with the role's own purpose and operation where it names none. Raises BadInput for a time that is none."""
    asked = request.query_params
    book, unit = node.coalition.book, node.coalition.book.units[session.unit]
    roles = node.coalition.people[session.person].roles
    purpose = asked.get("purpose") or chosen_purpose(book, unit, roles)
    operation = asked.get("operation") or chosen_operation(book, unit.code, purpose)
    begin, end, page = asked.get("from", ""), asked.get("to", ""), asked.get("page", "")
    return Query(
        purpose=purpose[:128],
        operation=operation[:128],
        from_ms=time_ms(begin) if begin else None,
        to_ms=time_ms(end) if end else None,
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 0,
        after=asked.get("after", "")[:AFTER_MAX],
    )


def palette_of(request: Web) -> str:
    chosen = request.cookies.get(PALETTE_COOKIE, "")
    return chosen if chosen in PALETTES else "day"


def wants_json(request: Web) -> bool:
    return request.url.path.endswith(".json")


async def show(request: Web, page: Page, verb: Verb, more: More | None = None) -> Response[bytes]:
    """One page or its bytes: session, verb, rendering, all in one working thread."""
    console = console_of(request)

    def job(node: Node) -> Response[bytes]:
        session = console.session(node, request)
        if session is None:
            return signed_out(request)
        query = query_of(node, session, request)
        console_memory(request, node, session, query, page.watch)
        outcome = verb(node, session.asker(purpose=query.purpose, operation=query.operation), query)
        if wants_json(request):
            return as_json(outcome)
        value = decode(outcome.body)
        shown = msgspec.structs.replace(page, template="refused.html") if isinstance(outcome, Refused) else page
        extra = more(node, session, query, value) if more and not isinstance(outcome, Refused) else {}
        body = page_bytes(node, session, query, shown, palette_of(request), value, extra, outcome.body)
        return Response(body, status_code=403 if isinstance(outcome, Refused) else 200, media_type=HTML)

    return await console.call(job, request)


async def part(
    request: Web, template: str, verb: Callable[[Node, Session, Query], tuple[Outcome, Mapping[str, object]]]
) -> Response[bytes]:
    """The answer to a form, as a part of a page, or its bytes. The same words and status as anywhere else."""
    console = console_of(request)

    def job(node: Node) -> Response[bytes]:
        session = console.session(node, request)
        if session is None:
            return signed_out(request)
        query = query_of(node, session, request)
        outcome, extra = verb(node, session, query)
        if wants_json(request):
            return as_json(outcome)
        refused = isinstance(outcome, Refused)
        body = part_bytes("part_refused.html" if refused else template, session, query, decode(outcome.body), extra)
        return Response(body, status_code=403 if refused else 200, media_type=HTML)

    return await console.call(job, request)


def console_memory(request: Web, node: Node, session: Session, query: Query, watch: str) -> None:
    """Before a screen looks, keep what it was about to see, so that nothing which changes meanwhile is missed."""
    if watch and not wants_json(request):
        request.app.state.stream.remember(node, session, query, watch)


def as_json(outcome: Outcome) -> Response[bytes]:
    """The outcome's own bytes."""
    status = 403 if isinstance(outcome, Refused) else 200
    return Response(outcome.body, status_code=status, media_type=JSON, headers={"ETag": f'"{outcome.etag}"'})


def signed_out(request: Web) -> Response[bytes]:
    """401, the same for no cookie, a stranger's, an old one and one moved to another path."""
    if wants_json(request):
        return Response(encode({"answer": "refused", "reasons": [SIGNED_OUT]}), status_code=401, media_type=JSON)
    body = part_bytes("signed_out.html", None, None, {"words": SIGNED_OUT}, {"palette": palette_of(request)})
    return Response(body, status_code=401, media_type=HTML)
