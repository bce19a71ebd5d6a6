"""The verb export: one lead or report, in one carrier, to a named system outside.

1. Carrier, name of the system and codes of countries are checked before anything is looked up: they say nothing of a holding.
2. No system outside can enforce a label, so every originator must have said so for this carrier (agreement/export.py). The gate is
   asked first, as for any use: a unit below the ceiling never gets here.
3. An export is a release with a receipt in the log of every originator, saying to whom in what, before the answer goes out (P6).
4. A refusal is in every log and says the same whether the holding is hidden, absent, or not let out (P7); its originators learn why.
5. The answer holds the content without what names a source, the text of the carrier, the banner, and what that text loses of this very
   label.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from fairlead.agreement import Gatehouse, Reason, admit
from fairlead.agreement.export import decide_export, exporting
from fairlead.agreement.lists import Row, facts_of
from fairlead.agreement.render import redacted
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer, refused
from fairlead.desk.ask import Asked, Asker, ask
from fairlead.desk.node import Node
from fairlead.desk.read import ID_MAX, shown
from fairlead.envelope import JsonValue, decode
from fairlead.errors import BadInput
from fairlead.label.codebook import need
from fairlead.label.marking.carriers import Carrier, carrier_of
from fairlead.label.marking.given import Codes, Evaluation, Outgoing
from fairlead.label.marking.grammar import Vocabulary
from fairlead.report.outside import without_sources
from fairlead.store import holdings
from fairlead.store.database import Tx

LET_OUT: Final = frozenset({"lead", "report"})
_SYSTEM: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_GRADE: Final = re.compile(r"[ABCX][1-4]")


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How a holding is to leave: in which carrier, to which system; for national marks also what parties and templates are called."""

    carrier: str
    to: str
    countries: Mapping[str, str] = {}  # party -> country code
    controls: Mapping[str, str] = {}  # handling template -> control of the register


def export(node: Node, asker: Asker, holding_id: str, way: Way) -> Outcome:
    """One holding for a system outside, or the redacted refusal. Raises UnknownCode (no such carrier, a party without a code),
    BadInput (a system's name), BadSignature, LogFault."""
    carrier = carrier_of(way.carrier, where="export")
    if not _SYSTEM.fullmatch(way.to):
        raise BadInput("this is not a name of a system", where=ascii(way.to[:80]), do="use at most 64 of a-z, 0-9, dot, - and _")
    codes = _codes(node, asker, way)
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        asked = ask(node, tx, asker, act="export", at_ms=at_ms)
        outcome = _export(node, tx, house, asked, holding_id, carrier, way, codes)
    node.publish()
    return outcome


def _codes(node: Node, asker: Asker, way: Way) -> Codes | None:
    """What parties are called, seen from the country of the unit that exports. Raises UnknownCode, BadInput."""
    for party in way.countries:
        need(node.coalition.book.parties, party, what="party", where="country codes")
    unit = node.coalition.book.units.get(asker.unit)
    if unit is None or not (way.countries or way.carrier == "banner"):
        return None  # a unit that does not exist is refused by the gate
    need(way.countries, unit.party, what="country code for party", where="export")
    return Codes(vocabulary=Vocabulary(own=way.countries[unit.party]), parties=way.countries, handling=way.controls)


def _export(
    node: Node, tx: Tx, house: Gatehouse, asked: Asked, holding_id: str, carrier: Carrier, way: Way, codes: Codes | None
) -> Outcome:
    request = asked.request
    # 1. What does not depend on the id is decided before it is looked up.
    admitted = admit(house, request)
    found = [row for row in holdings.by_ids(tx, [holding_id[:ID_MAX]]) if row.holding.kind in LET_OUT]
    row = found[0] if found else None
    # 2. Judged whether or not it was admitted, so that every refusal of one request costs alike.
    outside = exporting(house, node.standing(tx), carrier.name, request.at_ms)
    decision = decide_export(house, outside, request, facts_of(row), carrier.name) if row else None
    if admitted or row is None or decision is None or not decision.permitted:
        asked_for = Reason(conjunct="export", detail=f"it was asked for as {carrier.name}, for {way.to}")
        missing = [reason for reason in decision.reasons if reason.conjunct == "export"] if decision else []
        record.refusal(node, tx, asked, house=house, rows=found, because=[asked_for, *missing])
        return refused(redacted(admitted))
    # 3. P6: the receipt is in the log before the answer goes out.
    given = answer(_released(tx, house, asked, row, carrier, way, codes))
    record.use(node, tx, asked, house=house, rows=[row], output=given.body, given_to=f"{carrier.name} {way.to}")
    return given


def _released(tx: Tx, house: Gatehouse, asked: Asked, row: Row, carrier: Carrier, way: Way, codes: Codes | None) -> JsonValue:
    request, holding = asked.request, row.holding
    content = shown(tx, row, purpose=request.purpose, operation=request.operation)
    assert isinstance(content, Mapping)  # what `shown` makes is an object
    out = Outgoing(
        label=holding.label,
        book=house.book,
        at_ms=request.at_ms,
        purpose=request.purpose,
        expires_ms=holding.expires_ms,
        codes=codes,
        evaluation=_evaluation(decode(holdings.body_of(tx, holding.id))),
    )
    # A reader of the text alone gets this much; what follows says how much that is not.
    text = carrier.write(out)
    losses: JsonValue = msgspec.to_builtins(carrier.loss(out))
    body, left_out = without_sources(content["body"])
    content = {**content, "body": body, "left_out": list(left_out)}
    return {**content, "carrier": carrier.name, "media_type": carrier.media_type, "to": way.to, "text": text, "loss": losses}


def _evaluation(body: JsonValue) -> Evaluation | None:
    """The grade of a report that has one."""
    report = body.get("report") if isinstance(body, Mapping) else None
    grade = report.get("grade") if isinstance(report, Mapping) else None
    if isinstance(grade, str) and _GRADE.fullmatch(grade):
        return Evaluation(source=grade[0], information=grade[1])
    return None
