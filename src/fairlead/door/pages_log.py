"""The log's pages: what programs fetch and send, and the monitor's pictures for people.

1. A party's log is served under an address that holds a secret, and a witness answers whoever brings a head that a log it watches has
   signed: no session and no cookie is looked at for either.
2. The monitor's page is the same look that `fairlead monitor` takes, for a session of that party or of oversight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Response, get, post

from fairlead.desk.monitor import watched
from fairlead.desk.node import Node
from fairlead.desk.served import address, served
from fairlead.desk.session import Session
from fairlead.desk.witnessing import cosign_for
from fairlead.door.console import JSON, Query, Web, console_of, show
from fairlead.door.drawn_use import holdings_svg, over_time_svg
from fairlead.door.pages import both, uses
from fairlead.door.render import Page
from fairlead.errors import BadInput
from fairlead.receipt.witness import BODY_MAX

PLAIN: Final = "text/plain"  # the server adds the character set
BYTES: Final = "application/octet-stream"


@get("/log/{secret:str}/{party:str}/{path:path}", opt=uses("none", "nothing"))
async def log_file(request: Web) -> Response[bytes]:
    """One file of a log. A tile that is full never changes; the rest may."""
    console = console_of(request)
    at = request.path_params
    path = str(at["path"]).removeprefix("/")
    try:
        body = await console.call(lambda node: served(node, str(at["secret"]), str(at["party"]), path), request)
    except BadInput as error:
        return Response(str(error).encode() + b"\n", status_code=404, media_type=PLAIN)
    kind = PLAIN if path in ("checkpoint", "cosigned") else JSON if path.startswith("records") else BYTES
    whole = path.startswith("tile/") and ".p/" not in path
    return Response(body, media_type=kind, headers={"cache-control": "private, max-age=31536000, immutable"} if whole else {})


@post("/witness/add-checkpoint", opt=uses("none", "nothing"), request_max_body_size=BODY_MAX)
async def add_checkpoint(request: Web) -> Response[bytes]:
    """C2SP tlog-witness: the answers and their status are that document's."""
    body = await request.body()
    reply = await console_of(request).call(lambda node: cosign_for(node, body), request)
    return Response(reply.body, status_code=reply.status, headers={"content-type": reply.content_type})  # to the letter


@get(both("monitor"), opt=uses("audit", "nothing"))
async def monitor(request: Web) -> Response[bytes]:
    page = Page(template="monitor.html", title="Monitor", tab="receipts", watch="log")
    party = request.query_params.get("party", "")
    host = str(request.base_url).rstrip("/")

    def more(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
        unit = node.coalition.book.units[session.unit]
        return {
            "parties": sorted(node.logs) if unit.regime == "oversight" else [],
            "wrong": [one for one in value["alarms"] if one["kind"] in ("no_grant", "outside_grant")],
            "over_time": over_time_svg(value),
            "most_used": holdings_svg(value),
            "address": address(node, value["party"]) if unit.party == value["party"] else "",
            "host": host,
        }

    return await show(request, page, lambda node, who, q: watched(node, who, party=party), more)


ROUTES: Final[Sequence[Any]] = (log_file, add_checkpoint, monitor)
