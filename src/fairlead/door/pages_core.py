"""The pages that answer "why may I, why may I not" and, beside them, what is proved never to become possible.

1. A question is put by an address alone, so it can be kept, sent and asked again; asking is itself in the log (P6).
2. The ladder shows every conjunct of the gate in its order; what the answer does not say is shown as not said, never as fulfilled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from litestar import Response, get

from fairlead.desk import explain as explaining
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.node import Node
from fairlead.desk.session import Session
from fairlead.door.console import Query, Web, show
from fairlead.door.pages import both, uses
from fairlead.door.render import Page

CODE_MAX: Final = 128
# The gate's conjuncts in its own order, with the question each of them asks.
LADDER: Final = (
    ("excluded", "Is the purpose one that anybody can grant?"),
    ("codes", "Is every code known, and does the person act for the unit?"),
    ("role", "Does a role of the person permit the act?"),
    ("operation", "Is the unit part of the operation?"),
    ("ceiling", "Is the unit, and its command, law enforcement, rescue or oversight?"),
    ("epoch", "Are the compiled agreements of this instant?"),
    ("label", "Has the holding a label with an originator?"),
    ("level", "Is it within the unit's clearance?"),
    ("recipients", "Was it released to the unit?"),
    ("purposes", "Is this one purpose permitted?"),
    ("operations", "May it be used inside this operation?"),
    ("handling", "Has the unit accepted every obligation?"),
    ("time", "Is it readable at this instant?"),
    ("grants", "Does every originator permit it now?"),
    ("assurances", "Is every assurance asked for accepted and in date?"),
    ("holds", "Does no hold lie on it or on what it came from?"),
)


def asked_of(request: Web, name: str) -> str:
    """One value of the address, cut to what any code can be."""
    return str(request.query_params.get(name, ""))[:CODE_MAX].strip()


def question_of(request: Web) -> explaining.Question | None:
    """For whom the question is put, when all four are filled in; otherwise for the asker."""
    named = [asked_of(request, name) for name in ("for_person", "for_unit", "for_purpose", "for_operation")]
    if not all(named):
        return None
    person, unit, purpose, operation = named
    return explaining.Question(person=person, unit=unit, purpose=purpose, operation=operation)


@get(both("explain"), opt=uses("explain", "purpose"))
async def explain(request: Web) -> Response[bytes]:
    holding = asked_of(request, "holding")

    def verb(node: Node, who: Asker, query: Query) -> Outcome:
        if not holding:
            return answer({"form": "none"})
        return explaining.explain(node, who, holding, question_of(request))

    def more(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
        book = node.coalition.book
        question = question_of(request)
        return {
            "holding": holding,
            "question": msgspec.structs.asdict(question) if question else {},
            "ladder": ladder(value),
            "units": sorted(book.units),
            "all_operations": sorted(book.operations),
            "people": sorted(code for code, one in node.coalition.people.items() if one.may("read")),
        }

    return await show(request, Page(template="explain.html", title="Explain", tab="explain", watch="clock"), verb, more)


def ladder(value: Mapping[str, Any]) -> list[dict[str, object]]:
    """Each conjunct with what was said of it: `no` with its details, `yes` only where all were judged in full, else not said."""
    reasons: Sequence[str] = value.get("reasons", ())
    said: dict[str, list[str]] = {}
    for reason in reasons:
        conjunct, _, detail = reason.partition(": ")
        said.setdefault(conjunct, []).append(detail)
    judged = value.get("form") == "full" or value.get("permitted") is True
    rungs: list[dict[str, object]] = []
    for code, words in LADDER:
        verdict = "no" if code in said else "yes" if judged else "unsaid"
        rungs.append({"code": code, "words": words, "verdict": verdict, "details": said.get(code, [])})
    return rungs


ROUTES: Final[Sequence[Any]] = (explain,)
