"""The console as an application: the route table, the guard around it, the pages errors become.

`make_app` is handed how to open the node and which addresses it answers to; it knows no port and starts nothing.
"""

from __future__ import annotations

import logging
import mimetypes
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from litestar import Litestar, Response, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.static_files import create_static_files_router

from fairlead.desk.clock import Clock, WallClock
from fairlead.desk.node import Node
from fairlead.door import (
    acts,
    pages,
    pages_agree,
    pages_ask,
    pages_core,
    pages_eyes,
    pages_log,
    pages_papers,
    pages_prove,
    pages_recall,
    pages_weigh,
)
from fairlead.door.console import HTML, JSON, Console, Web, palette_of, wants_json
from fairlead.door.guard import App, Guard
from fairlead.door.render import part_bytes
from fairlead.door.stream import Stream
from fairlead.envelope import JsonValue, encode
from fairlead.errors import BadInput, BadSignature, FairleadError, LogFault, NodeBusy, ProofFailed, SyncFault

STATIC: Final = Path(__file__).parent / "static"
STATUS: Final[tuple[tuple[type[FairleadError], int], ...]] = (
    (LogFault, 503),
    (NodeBusy, 503),
    (BadSignature, 403),
    (ProofFailed, 500),
    (BadInput, 400),
)
PLAIN: Final = {404: "there is no such page", 405: "that cannot be done here", 413: "that is too large", 400: "that does not read"}
ROOMS: Final = (pages, pages_core, pages_prove, pages_agree, pages_recall, pages_weigh, pages_papers, pages_ask, pages_log, acts)
LOG: Final = logging.getLogger("fairlead.door")
mimetypes.add_type("text/javascript", ".mjs")  # Python 3.11 does not know it everywhere


@get("/", opt=pages.uses("none", "nothing"), sync_to_thread=False)
def home(request: Web) -> Response[bytes]:
    """Nobody is signed in at the root: cookies live under each person's own path."""
    return _bare("home.html", request)


@get("/sign-in", opt=pages.uses("none", "nothing"), sync_to_thread=False)
def door(request: Web) -> Response[bytes]:
    """The page a sign-in link opens: its script exchanges the token, which never travels in an address."""
    return _bare("sign_in.html", request)


def _bare(template: str, request: Web) -> Response[bytes]:
    return Response(part_bytes(template, None, None, {}, {"palette": palette_of(request)}), media_type=HTML)


def make_app(
    open_node: Callable[[], Node],
    *,
    hosts: Iterable[str],
    wall: Clock | None = None,
    failed: Callable[[SyncFault], None] = lambda fault: None,
) -> App:
    """The guarded application. `hosts` are the Host values it answers to; `failed` is told when the disk did not confirm a write."""
    return Guard(make_inner(open_node, wall=wall, failed=failed), hosts)  # type: ignore[arg-type]  # Litestar's own ASGI types are narrower


def make_inner(
    open_node: Callable[[], Node], *, wall: Clock | None = None, failed: Callable[[SyncFault], None] = lambda fault: None
) -> Litestar:
    """The application without its guard; for the test that walks the route table."""
    console = Console(open_node, wall or WallClock(), failed)
    stream = Stream(console)

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        stream.start()
        try:
            yield
        finally:
            await stream.stop()
            console.close()

    static = create_static_files_router(
        path="/static", directories=[STATIC], opt=pages.uses("none", "nothing"), cache_control=None, name="static"
    )
    return Litestar(
        route_handlers=[
            home,
            door,
            *pages.ROUTES,
            *pages_core.ROUTES,
            *pages_eyes.ROUTES,
            *pages_prove.ROUTES,
            *pages_agree.ROUTES,
            *pages_recall.ROUTES,
            *pages_weigh.ROUTES,
            *pages_papers.ROUTES,
            *pages_ask.ROUTES,
            *pages_log.ROUTES,
            *acts.ROUTES,
            static,
        ],
        state=State({"console": console, "stream": stream}),
        lifespan=[lifespan],
        exception_handlers={FairleadError: _told, HTTPException: _no_such, Exception: _fault},
        openapi_config=None,
        logging_config=None,
    )


def _told(request: Web, error: FairleadError) -> Response[bytes]:
    """An error of the domain as a clear page: what, why, what to do. Where it happened on the node's disk stays on the node."""
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 500)
    where = error.where if isinstance(error, BadInput) else ""
    return _error(request, status, error.what, where=where, why=error.why if isinstance(error, BadInput) else "", do=error.do)


def _no_such(request: Web, error: HTTPException) -> Response[bytes]:
    return _error(request, error.status_code, PLAIN.get(error.status_code, "that cannot be done"))


def _fault(request: Web, error: Exception) -> Response[bytes]:
    """A fault of ours: nothing is answered, and nothing about it leaves but that it happened."""
    LOG.error("a page failed", exc_info=error)
    return _error(request, 500, "the console failed; nothing was answered", do="try again; if it stays, the node's log says more")


def _error(request: Web, status: int, what: str, *, where: str = "", why: str = "", do: str = "") -> Response[bytes]:
    told: dict[str, JsonValue] = {name: text for name, text in (("what", what), ("where", where), ("why", why), ("do", do)) if text}
    if wants_json(request):
        return Response(encode({"answer": "error", **told}), status_code=status, media_type=JSON)
    template = "part_error.html" if request.headers.get("hx-request") else "error.html"
    shown: dict[str, Any] = {"what": what, "where": where, "why": why, "do": do}
    body = part_bytes(template, None, None, shown, {"palette": palette_of(request)})
    return Response(body, status_code=status, media_type=HTML)
