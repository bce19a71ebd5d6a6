"""The pages of what goes from officer to officer: overrides, tear lines, changes of the code-book.

1. A paper is the file the command line writes: the same bytes, shown in a box, carried on by hand and pasted in by the next officer.
   What it says, who has signed and who is missing is read from it anew each time; nothing of it is kept here.
2. Who signs is the session's person, and nobody beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from litestar import Response, get, post

from fairlead.agreement.tear_line import KIND as TEAR_LINE
from fairlead.agreement.tear_line import Sheet, Terms, sheet_from
from fairlead.desk import codebook, override, sanitise
from fairlead.desk.answer import Outcome
from fairlead.desk.ask import Asker
from fairlead.desk.node import Node
from fairlead.desk.session import Session
from fairlead.door.acts import FORM_MAX, form_of, one
from fairlead.door.console import Query, Web, part, show
from fairlead.door.forms import time_ms
from fairlead.door.pages import both, uses
from fairlead.door.pages_core import asked_of
from fairlead.door.render import Page, names_of
from fairlead.envelope import Envelope, decode, encode, envelope_from_json
from fairlead.errors import BadInput
from fairlead.intake.book_file import changed_book
from fairlead.label import LEVELS, PURPOSES
from fairlead.label.change import TABLES

HOURS_MAX: Final = 4  # digits
Paper = Envelope | Sheet
PAPER_MAX: Final = 262_144
Steps = Mapping[str, Callable[[Node, Asker, Any], Outcome]]
OF_OVERRIDE: Final[Steps] = {"show": override.show, "sign": override.sign_draft, "enact": override.activate}
OF_TEAR_LINE: Final[Steps] = {"show": sanitise.show_sheet, "sign": sanitise.sign_sheet, "enact": sanitise.release}
OF_BOOK: Final[Steps] = {"show": codebook.show_change, "sign": codebook.sign_change, "enact": codebook.change_book}


@get(both("papers"), opt=uses("audit", "nothing"))
async def papers(request: Web) -> Response[bytes]:
    """Overrides: one's own with every use of them, or those that name one's unit; and where papers are drafted and signed."""
    page = Page(template="papers.html", title="Overrides and tear lines", tab="terms", watch="log")
    return await show(request, page, lambda node, who, q: override.overrides(node, who), _choices)


@post(both("override-draft"), opt=uses("order", "nothing"), request_max_body_size=FORM_MAX)
async def override_draft(request: Web) -> Response[bytes]:
    form = await form_of(request)

    def verb(node: Node, who: Asker) -> Outcome:
        hours = one(form, "hours").strip()
        if not (hours.isascii() and hours.isdigit() and len(hours) <= HOURS_MAX):
            raise BadInput("not a whole number of hours", where="hours", why=repr(hours[:40]))
        said = {name: one(form, name).strip() for name in ("purpose", "operation", "reason", "legal_basis", "requester")}
        wish = override.Wish(records=_words(form, "records"), units=tuple(form.get("units", ())), hours=int(hours), **said)
        return override.draft(node, who, wish)

    return await _papered(request, verb)


@post(both("tear-draft"), opt=uses("report", "purpose"), request_max_body_size=FORM_MAX)
async def tear_draft(request: Web) -> Response[bytes]:
    form = await form_of(request)

    def verb(node: Node, who: Asker) -> Outcome:
        until = one(form, "until").strip()
        terms = Terms(
            records=_words(form, "records"),
            text=one(form, "text"),
            level=one(form, "level"),
            recipients=tuple(form.get("units", ())),
            purposes=tuple(form.get("purposes", ())),
            operations=tuple(form.get("operations", ())),
            handling=_words(form, "handling"),
            title=one(form, "title").strip() or "tear line",
            expires_ms=time_ms(until) if until else 0,
        )
        return sanitise.draft(node, who, terms)

    return await _papered(request, verb)


@post(both("paper"), opt=uses("order", "nothing"), request_max_body_size=PAPER_MAX)
async def paper(request: Web) -> Response[bytes]:
    """Read a paper, sign it, or put it in force: an override, a tear line or a change of the code-book."""
    form = await form_of(request)

    def verb(node: Node, who: Asker) -> Outcome:
        opened, steps = read_paper(one(form, "paper"))
        step = steps.get(one(form, "step"))
        if step is None:
            raise BadInput("nobody does that with this paper", where="step", why=ascii(one(form, "step")[:40]), do=", ".join(steps))
        outcome = step(node, who, opened)
        if steps is OF_BOOK:
            node.refresh()
        return outcome

    return await _papered(request, verb)


@get(both("tear-origin"), opt=uses("audit", "nothing"))
async def tear_origin(request: Web) -> Response[bytes]:
    """What a tear line was made from and who signed it; to its originators and oversight alone."""
    record = asked_of(request, "record")[:64]
    page = Page(template="tear_origin.html", title="Where a tear line comes from", tab="terms")
    return await show(request, page, lambda node, who, q: sanitise.made_from(node, who, record))


@get(both("codebook"), opt=uses("terms", "nothing"))
async def book(request: Web) -> Response[bytes]:
    """A version of the code-book, and where the next one is drafted and signed."""
    asked = asked_of(request, "version")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        asked = "999999999"  # there is none of that number, and the verb says which there are
    page = Page(template="codebook.html", title="Code-book", tab="terms", watch="log")
    return await show(request, page, lambda node, who, q: codebook.show_book(node, who, version=int(asked or 0)), _choices)


@post(both("codebook-preview"), opt=uses("review", "nothing"), request_max_body_size=PAPER_MAX)
async def book_preview(request: Web) -> Response[bytes]:
    """What a change would change, who must sign it, and which agreements it would void."""
    form = await form_of(request)

    def verb(node: Node, who: Asker) -> Outcome:
        node.refresh()
        changed = changed_book(one(form, "change").replace("\r\n", "\n").encode(), "the change", node.coalition.book)
        return codebook.preview_change(node, who, changed, why=one(form, "why").strip())

    return await _papered(request, verb)


def read_paper(text: str) -> tuple[Paper, Steps]:
    """The paper and what can be done with it. Raises MalformedBytes, BadInput."""
    raw = text.strip().encode()
    value = decode(raw)
    if isinstance(value, dict) and "envelope" in value:
        return sheet_from(raw), OF_TEAR_LINE
    opened = envelope_from_json(raw)
    if opened.kind == TEAR_LINE:
        raise BadInput("a tear line goes with what it says", where="paper", do="paste the whole of it")
    return opened, OF_BOOK if opened.kind == "book-change" else OF_OVERRIDE


async def _papered(request: Web, verb: Callable[[Node, Asker], Outcome]) -> Response[bytes]:
    def shown(node: Node, session: Session, query: Query) -> tuple[Outcome, Mapping[str, object]]:
        outcome = verb(node, session.asker(purpose=query.purpose, operation=query.operation))
        value: Any = decode(outcome.body)
        found = value.get("envelope") or value.get("sheet")
        return outcome, {"paper": encode(found).decode() if found else "", "names": names_of(node.coalition.book)}

    return await part(request, "part_paper.html", shown)


def _words(form: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...]:
    return tuple(one(form, name).replace(",", " ").split())


def _choices(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
    codes = node.coalition.book
    return {
        "units": sorted(codes.units),
        "all_operations": sorted(codes.operations),
        "all_purposes": sorted(PURPOSES),
        "levels": LEVELS,
        "people": sorted(node.coalition.people),
        "tables": {name: value[name] for name in TABLES if name in value},
    }


ROUTES: Final[Sequence[Any]] = (papers, override_draft, tear_draft, paper, tear_origin, book, book_preview)
