"""What programs fetch and send: a party's log under its own address, and the witness that cosigns partners' logs.

No session and no cookie is looked at here. A log is behind a secret in its address; a witness answers whoever brings a head that a log
it watches has signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from litestar import Response, get, post

from fairlead.desk.served import served
from fairlead.desk.witnessing import cosign_for
from fairlead.door.console import JSON, Web, console_of
from fairlead.door.pages import uses
from fairlead.errors import BadInput
from fairlead.receipt.witness import BODY_MAX

PLAIN: Final = "text/plain; charset=utf-8"
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
    return Response(reply.body, status_code=reply.status, media_type=reply.content_type)


ROUTES: Final[Sequence[Any]] = (log_file, add_checkpoint)
