"""What every request passes before any handler, and what every response carries: this host only, this page's origin only.

1. A Host that is not this console's own is answered 421: a name somebody pointed at this machine opens nothing (DNS rebinding).
2. A request that changes something carries this console's own Origin, or it is answered 403; a foreign Origin is 403 whatever it asks.
   Pages post by script, so the browser always sends one. A witness is asked by programs, which send none: its path knows no session.
3. A path with control characters names nothing here, and is answered 400 before any handler sees it.
4. What fails inside and was not foreseen is answered 500 with one plain line, when nothing was answered yet.
5. Nothing may load from anywhere else, run inline, or frame the page. Images may be `data:`: the map's own icons (docs/decisions/0003).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]  # the ASGI specification's own shapes
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTENT_SECURITY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final[dict[str, str]] = {
    "content-security-policy": CONTENT_SECURITY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
READING: Final = frozenset({"GET", "HEAD"})
TOOLS: Final = frozenset({"/witness/add-checkpoint"})  # posted to by programs, which send no Origin; no session reaches it


LOG: Final = logging.getLogger("fairlead.door")


class Guard:
    """The outermost layer. `hosts` are the Host values this console answers to, each also the only origin it accepts, over http."""

    def __init__(self, app: App, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, words = self._judge(scope)
        if status:
            await _plain(_with_headers(send), status, words)
            return
        begun = _Begun(_with_headers(send))
        try:
            await self._app(scope, receive, begun)
        except Exception as error:
            if begun.yet:
                raise
            LOG.error("a request failed outside every handler", exc_info=error)
            await _plain(_with_headers(send), 500, "the console failed; nothing was answered")

    def _judge(self, scope: Scope) -> tuple[int, str]:
        """0 when the request may go on; else a status and why, which says nothing about what was asked for."""
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in scope["path"]):
            return 400, "there is no such address"
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1 or given[0] not in self._hosts:
            return 421, "this console answers only to its own address; open the link it printed"
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        own = f"http://{given[0]}"
        if any(origin != own for origin in origins):
            return 403, "the request came from another site's page; nothing was done"
        if scope["method"] not in READING and not origins and scope["path"] not in TOOLS:
            return 403, "a request that changes something must come from this console's own page; nothing was done"
        return 0, ""


class _Begun:
    """Passes messages on and knows whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send, self.yet = send, False

    async def __call__(self, message: Message) -> None:
        self.yet = True
        await self._send(message)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = [(name, value) for name, value in message.get("headers", []) if name.lower() not in _OURS]
            own_cache = [pair for pair in message.get("headers", []) if pair[0].lower() == b"cache-control"]
            ours = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name != "cache-control" or not own_cache]
            message = {**message, "headers": [*present, *own_cache, *ours]}
        await send(message)

    return sending


_OURS: Final = frozenset(name.encode() for name in HEADERS)


async def _plain(send: Send, status: int, words: str) -> None:
    body = words.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
