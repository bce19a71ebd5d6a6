"""The verbs read and list: one holding by id, or the leads and reports a reader may see, newest first.

1. The excluded-use check, the codes, the role and the ceiling are judged before the id is looked up (P2).
2. An id that is hidden and one that does not exist get the same bytes and leave the same leaves (P7).
3. Decision, receipt and commit are one transaction; the answer goes out after it (P4, P6).
4. The form `distress` gives rescue centres the few fields of what states distress, whatever was halted (red line 5). Its receipt says
   so, and is the mark by which originator and oversight review it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fairlead.agreement import Gatehouse, Request, admit, decide
from fairlead.agreement.lists import Row, facts_of
from fairlead.agreement.render import redacted
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer, banner, refused
from fairlead.desk.ask import Asked, Asker, ask
from fairlead.desk.find import PAGE_MAX, find, given, page, sight
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue, decode
from fairlead.intake.segment_file import read_segment, segment_path
from fairlead.report.distress import of_detections, of_report
from fairlead.store import holdings, links
from fairlead.store.database import Tx
from fairlead.store.listed import Wish

ID_MAX: Final = 64
CLEARED: Final = "searched and nothing found: this suspicion has ended"


def read(node: Node, asker: Asker, holding_id: str, *, form: str = "full") -> Outcome:
    """One holding, whole or in the form `distress`, or the redacted refusal. Raises BadSignature, LogFault."""
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        asked = ask(node, tx, asker, act="read", form=form, at_ms=at_ms)
        outcome = _read(node, tx, house, asked, holding_id)
    node.publish()
    return outcome


def _read(node: Node, tx: Tx, house: Gatehouse, asked: Asked, holding_id: str) -> Outcome:
    # 1. What does not depend on the id is decided before it is looked up.
    admitted = admit(house, asked.request)
    found = holdings.by_ids(tx, [holding_id[:ID_MAX]])
    row = found[0] if found else None
    decision = decide(house, asked.request, facts_of(row) if row else record.NOTHING)
    # 2. P7: hidden and absent part here from nothing that the asker can see, and after the same work.
    if admitted or row is None or not decision.permitted:
        record.refusal(node, tx, asked, house=house, rows=found)
        return refused(redacted(admitted))
    # 3. P6: the receipt is in the log before the answer goes out.
    value = _distress(node, tx, row, asked) if asked.request.form == "distress" else None
    if value is None:
        whole = shown(tx, row, purpose=asked.request.purpose, operation=asked.request.operation)
        value = {**whole, **beside(tx, house, asked.request, row)}
    given = answer(value)
    record.use(node, tx, asked, house=house, rows=[row], output=given.body)
    return given


def shown(tx: Tx, row: Row, *, purpose: str, operation: str) -> dict[str, JsonValue]:
    """A holding as its reader gets it."""
    holding = row.holding
    return {
        "id": holding.id,
        "kind": holding.kind,
        "digest": holding.digest,
        "banner": banner(holding.label, purpose=purpose, operation=operation),
        "from_ms": holding.t_min_ms,
        "to_ms": holding.t_max_ms,
        "body": decode(holdings.body_of(tx, holding.id)),
    }


def beside(tx: Tx, house: Gatehouse, request: Request, row: Row) -> dict[str, JsonValue]:
    """What has become of a lead: that a case found nothing behind it, which this reader is told whoever searched (red line 8), and the
    leads it replaces or is replaced by, of which only those the reader may read (P7)."""
    told: dict[str, JsonValue] = {}
    if row.holding.kind != "lead":
        return told
    if links.cleared_of(tx, [row.holding.digest]):
        told["cleared"] = CLEARED
    older, newer = links.replaces(tx, row.num), links.replaced_by(tx, row.num)
    for name, others in (("replaces", older), ("replaced_by", newer)):
        seen: list[JsonValue] = [one.holding.id for one in others if decide(house, request, facts_of(one)).permitted]
        if seen:
            told[name] = seen
    return told


def _distress(node: Node, tx: Tx, row: Row, asked: Asked) -> JsonValue:
    """Position, time, nature of distress, people on board if stated; nothing else of the record."""
    body = decode(holdings.body_of(tx, row.holding.id))
    said = of_report(body["report"]) if isinstance(body, Mapping) and "report" in body else []
    if not said and row.holding.kind == "segment":
        said = of_detections(read_segment(segment_path(node.root, row.holding.id)))
    request = asked.request
    head = banner(row.holding.label, purpose=request.purpose, operation=request.operation)
    return {
        "id": row.holding.id,
        "banner": head,
        "distress": said,
        "note": "read for rescue; its originator is told and reviews it",
    }


def list_holdings(node: Node, asker: Asker, *, kind: str = "lead", after: str = "", form: str = "full") -> Outcome:
    """A page of what the reader may see of one kind, newest first; counts count only that (P7). In the form `distress`: whatever
    states distress, of any kind. Raises BadInput for a cursor of another list."""
    wish = Wish(kinds=("lead",) if kind == "lead" else ("report",))
    if form != "distress":
        return find(node, asker, wish, after=after)
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        asked = ask(node, tx, asker, act="list", form=form, at_ms=at_ms)
        admitted = admit(house, asked.request)
        if admitted:
            record.refusal(node, tx, asked, house=house, rows=())
            outcome: Outcome = refused(redacted(admitted))
        else:
            seen = sight(node, tx, house, asked.request)
            rows, value = page(node, tx, seen, asked, Wish(kinds=("segment", "report")), after=after, most=PAGE_MAX)
            outcome = given(node, tx, house, asked, rows, {**value, "items": [_distress(node, tx, row, asked) for row in rows]})
    node.publish()
    return outcome
