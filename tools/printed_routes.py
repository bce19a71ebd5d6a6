"""The page of HTTP routes, printed from the console's route table and its guard."""

from __future__ import annotations

from typing import Any, Final

from fairlead.agreement.people import ACTS
from fairlead.desk.session import SESSION_LIFE_MS, TOKEN_LIFE_MS
from fairlead.door import web
from fairlead.door.console import COOKIE
from fairlead.door.guard import HEADERS
from fairlead.door.stream import WATCHES

HEAD: Final = """# HTTP

`fairlead serve` answers on this machine only, for people with a browser. Programs have two things here: a party's log under its own
secret address, and the witness ([the log](log.md#served-over-http)). For the rest a program uses [the desk's
verbs](../howto/integrator.md) or the command line.

* **Who asks** comes from the session and never from a form. A one-time link, good for {token} minutes and on a node that says
  `demo = true` only, becomes a session of one person for one unit; it ends after {session} hours. Its cookie (`{cookie}`) is
  bound to the path `/as/PERSON/`, so one browser can be several people, and a cookie moved to another person's path is nobody's.
* **What for** is in the address: `purpose`, `operation`, `from`, `to` (UTC, as 2020-06-30T02:10, or milliseconds), `page`. A
  role's usual purpose is taken where none is named; the gate judges whatever is named.
* **The same bytes.** `NAME.json` answers with the bytes of the command line's `--json` and their SHA-256 as ETag; `NAME` renders them.
  A refusal is 403 with its own bytes, equal for hidden and absent.
* **Host and Origin.** Another Host is 421. A request that changes something without this console's own Origin is 403, and so is any
  request with a foreign one. The witness alone is posted to without an Origin: no session reaches it.
* **Errors** say what, why and what to do, as a page or as JSON: {errors}.
  A missing page is 404, nobody signed in 401.

## Routes

`act` is what the gate or the roles judge ([codes](codes.md)); *none* uses no holding. Where a purpose goes with it, the answer leaves a
receipt in the logs of those whose holdings it used.

"""

LIVE: Final = """
## Live updates

`/as/PERSON/events?watch=NAME` is a stream of server-sent events; NAME is one of {watches}.
It sends the node's time once (`now`), `reset` when what this reader may see has changed (no id, no count, no reason), `receipts`
when the reader's own log grew, and a comment every fifteen seconds. A screen that loses nothing is sent nothing.
"""


def page() -> str:
    """The page. Raises KeyError for a route that does not say its act."""
    errors = ", ".join(f"`{kind.__name__}` {code}" for kind, code in web.STATUS)
    text = HEAD.format(token=TOKEN_LIFE_MS // 60_000, session=SESSION_LIFE_MS // 3_600_000, cookie=COOKIE, errors=errors)
    text += "| method | path | act | names a purpose | what it does |\n|---|---|---|---|---|\n"
    routes = _routes()
    paths = {path for path, _, _ in routes}
    for path, method, handler in routes:
        if path.removesuffix(".json") in paths - {path}:
            continue
        also = ", `.json`" if f"{path}.json" in paths or (method == "GET" and path.endswith("/ID")) else ""
        act, names = str(handler.opt["act"]), handler.opt["names"]
        if act != "none" and act not in ACTS:
            raise KeyError(f"{path}: no such act: {act}")
        shown = "none" if act == "none" else f"`{act}`"
        text += f"| {method} | `{path}`{also} | {shown} | {'yes' if names == 'purpose' else 'no'} | {_said(handler)} |\n"
    text += LIVE.format(watches=", ".join(f"`{one}`" for one in WATCHES))
    text += "\n## Headers on every answer\n\n| header | value |\n|---|---|\n"
    for name, value in sorted(HEADERS.items()):
        text += f"| `{name}` | " + "<br>".join(f"`{part}`" for part in value.split("; ")) + " |\n"
    return text


def _routes() -> list[tuple[str, str, Any]]:
    """Path, method and handler of every route that is not static, sorted by path."""
    app = web.make_inner(_no_node)
    found: dict[tuple[str, str], Any] = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)]):
            for method in sorted(getattr(handler, "http_methods", ()) or ()):
                if method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                    found[_spelled(route.path), method] = handler
    return [(path, method, found[path, method]) for path, method in sorted(found)]


def _no_node() -> Any:
    raise RuntimeError("a printed page opens no node")


def _spelled(path: str) -> str:
    return path.replace("{person:str}", "PERSON").replace("{name:str}", "ID").replace("{file_path:path}", "FILE")


def _said(handler: Any) -> str:
    name = handler.fn.__name__
    said = " ".join((getattr(handler.fn, "__doc__", "") or "").split())
    said = SAID.get(name, said.partition(". ")[0].rstrip("."))
    return (said[:1].lower() + said[1:]).replace("|", "\\|")


SAID: Final[dict[str, str]] = {
    "get_handler": "the console's own scripts, styles and coast; never anything of a node",
    "picture": "the picture: map and table",
    "leads": "the leads this reader may see",
    "lead": "one lead, its card and label",
    "cases": "the cases this reader may see",
    "case": "one case, what is missing and what is lawful next",
    "agreements": "one's own agreements and orders in force",
    "suspend": "the form of an order",
    "exposure": "who had used what an order closes",
    "receipts": "one's own receipts, and what the offline check says about the log",
    "inbox": "what was tried and refused",
    "leave": "end the session",
    "lead_make": "make the lead",
    "suspend_sign": "sign the order; in force from here",
    "resume": "lift an order of one's own",
    "case_open": "open a case on a lead",
}
