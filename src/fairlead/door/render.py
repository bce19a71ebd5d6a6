"""Pages: Jinja templates over decoded answers; what a template may call, and what stands around every page.

1. A template gets an answer and words; it never gets the node, so it cannot look anything up.
2. Everything is escaped; nothing a page shows is a style, a script or an address of its own.
3. The purpose and operation a page starts with depend on the role and the unit alone, never on what was granted or halted (P5).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec
from jinja2 import Environment, FileSystemLoader, Undefined
from markupsafe import Markup

from fairlead.agreement import below_ceiling
from fairlead.desk.node import Node
from fairlead.desk.session import Session
from fairlead.door.coast import browser_files_missing
from fairlead.door.sheet import contact_name
from fairlead.door.weighed import known_to, likely, rests_on
from fairlead.label import PURPOSES, CodeBook, Unit

if TYPE_CHECKING:
    from fairlead.door.console import Query

MONITORING_END: Final = "detection_and_monitoring/interdiction"
TABS: Final = (
    ("picture", "Picture", "picture"),
    ("cards", "Cards", "picture"),
    ("leads", "Leads", "list"),
    ("cases", "Cases", "list"),
    ("explain", "Explain", "explain"),
    ("terms", "Agreements", "terms"),
    ("agreements", "Orders", "audit"),
    ("prove", "Prove", "audit"),
    ("receipts", "Receipts", "audit"),
    ("inbox", "Inbox", "audit"),
)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page: its template, title and tab, and what its screen watches (`picture`, `listed`, `log`, or nothing)."""

    template: str
    title: str
    tab: str
    watch: str = ""


def chosen_purpose(book: CodeBook, unit: Unit, roles: Sequence[str]) -> str:
    """The purpose a role starts with."""
    if unit.regime == "rescue":
        return "search_and_rescue"
    if unit.regime == "oversight":
        return "oversight"
    if below_ceiling(book, unit.code):
        return MONITORING_END
    if "analyst" in roles or "sensor_officer" in roles or "liaison_officer" in roles:
        return MONITORING_END
    return "interdiction"


def chosen_operation(book: CodeBook, unit: str, purpose: str) -> str:
    """The first operation of the unit, a rescue one for a rescue."""
    mine = [code for code, one in sorted(book.operations.items()) if unit in one.units]
    rescue = [code for code in mine if "rescue" in book.operations[code].mission]
    if "search_and_rescue" in purpose and rescue:
        return rescue[0]
    others = [code for code in mine if code not in rescue]
    return next(iter(others or mine or sorted(book.operations)), "")


def page_bytes(
    node: Node,
    session: Session,
    query: Query,
    page: Page,
    palette: str,
    answer: Any,
    extra: Mapping[str, object],
    raw: bytes,
) -> bytes:
    """A whole page."""
    book = node.coalition.book
    person, unit = node.coalition.people[session.person], book.units[session.unit]
    carried = {"purpose": query.purpose, "operation": query.operation}
    context: dict[str, object] = {
        "a": answer,
        "page": page,
        "palette": palette,
        "session": session,
        "person": person,
        "unit": unit,
        "party": book.parties[unit.party],
        "node_name": node.config.node,
        "demo": node.config.demo,
        "query": query,
        "carried": urlencode(carried),
        "purposes": sorted(PURPOSES),
        "operations": [(code, one.name) for code, one in sorted(book.operations.items()) if session.unit in one.units],
        "tabs": [(path, title) for path, title, act in TABS if person.may(act)],
        "may": person.may,
        "names": names_of(book),
        "missing": browser_files_missing(),
        "raw": embedded(raw),
        "events": events_address(query, page.watch),
        "banner": banner_of(answer, book, unit.party),
    }
    return ENVIRONMENT.get_template(page.template).render(context | dict(extra)).encode()


def part_bytes(template: str, session: Session | None, query: Query | None, answer: Any, extra: Mapping[str, object]) -> bytes:
    """A part of a page, or a page nobody is signed in for."""
    context = {"a": answer, "session": session, "query": query, **extra}
    if query is not None:
        context["carried"] = urlencode({"purpose": query.purpose, "operation": query.operation})
    return ENVIRONMENT.get_template(template).render(context).encode()


def events_address(query: Query, watch: str) -> str:
    """Where this screen hears that it must look again; empty when it need not."""
    if not watch:
        return ""
    asked: dict[str, str | int] = {"watch": watch, "purpose": query.purpose, "operation": query.operation}
    if query.from_ms is not None:
        asked["from"] = query.from_ms
    if query.to_ms is not None:
        asked["to"] = query.to_ms
    return urlencode(asked)


def banner_of(answer: Any, book: CodeBook, party: str) -> Mapping[str, str]:
    """The label over a page: the answer's own, or whose records these are."""
    if isinstance(answer, dict) and isinstance(answer.get("banner"), dict):
        return {"level": str(answer["banner"]["level"]), "text": str(answer["banner"]["text"])}
    if isinstance(answer, dict) and answer.get("answer") == "refused":
        return {"level": "own", "text": "NOTHING GIVEN"}
    whose = str(answer.get("log", "")).rpartition("/")[2] if isinstance(answer, dict) else ""
    name = book.parties[whose if whose in book.parties else party].name
    return {"level": "own", "text": f"RECORDS OF {name.upper()} // RECEIPTS AND AGREEMENTS, NO CONTENT"}


def embedded(raw: bytes) -> Markup:
    """JSON inside a page: the answer's bytes with the three characters escaped that could end the block."""
    text = raw.decode().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(text)


def names_of(book: CodeBook) -> dict[str, str]:
    """Codes in words, for people; an unknown code stays as it is."""
    found = {code: one.name for code, one in book.parties.items()}
    found |= {code: one.name for code, one in book.operations.items()}
    return found | {code: one.name for code, one in book.units.items()}


def utc(ms: int) -> str:
    """2020-06-30 02:10:00 UTC."""
    return at(ms).strftime("%Y-%m-%d %H:%M:%S UTC")


def stamp(ms: int) -> str:
    """2020-06-30 02:10:00, under a heading that says UTC."""
    return at(ms).strftime("%Y-%m-%d %H:%M:%S")


def minute(ms: int) -> str:
    return at(ms).strftime("%d %b %H:%M")


def clock(ms: int) -> str:
    return at(ms).strftime("%H:%M:%S")


def field_time(ms: int) -> str:
    """As an address or a time field writes it."""
    return at(ms).strftime("%Y-%m-%dT%H:%M")


def at(ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC)


def position(lat_e7: int, lon_e7: int) -> str:
    """24°34.50′N 082°07.80′W, to a hundredth of a minute."""

    def angle(e7: int, wide: int, letters: str) -> str:
        hundredths = round(abs(e7) * 6000 / 10**7)
        return f"{hundredths // 6000:0{wide}d}°{hundredths % 6000 / 100:05.2f}′{letters[e7 < 0]}"

    return f"{angle(lat_e7, 2, 'NS')} {angle(lon_e7, 3, 'EW')}"


def said(code: str) -> str:
    """A code as words: detection_and_monitoring/interdiction becomes "detection and monitoring, for interdiction"."""
    return str(code).replace("_", " ").replace("/", ", for ").replace(":", ": ")


def kilos(grams: int) -> str:
    return f"{grams / 1000:,.3f}".rstrip("0").rstrip(".") + " kg"


def tenths(value: int) -> str:
    return "–" if value < 0 else f"{value / 10:.1f}"


def short(identifier: str) -> str:
    return str(identifier)[:8]


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=Undefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        utc=utc,
        stamp=stamp,
        minute=minute,
        clock=clock,
        field_time=field_time,
        said=said,
        kilos=kilos,
        tenths=tenths,
        short=short,
        likely=likely,
        known_to=known_to,
        rests_on=rests_on,
    )
    environment.globals.update(position=position, contact_name=contact_name)
    return environment


ENVIRONMENT: Final = _environment()
