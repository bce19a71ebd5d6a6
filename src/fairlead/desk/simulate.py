"""The verb simulate: if a party suspended this, which leads, cases and units would lose what? Nothing is done, nothing is signed.

1. It is the reach of the very order that `halt` would sign, by the same code as its preview.
2. The party itself and oversight get the whole answer. A unit of the operating party may ask it of any party and gets its own share:
   what it would lose itself, leads that it can read now, its own cases; not what a sister unit holds, which may be shut to it (P7).
3. It leaves nothing but the receipt of the question, in the log of whoever asks and of the party asked about.
"""

from __future__ import annotations

import msgspec

from fairlead.agreement import Reason, words
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.authority import asked_as, entitled, party_of, refuse
from fairlead.desk.halt import Wish, draft_order
from fairlead.desk.node import Node
from fairlead.desk.reach import reach, readers
from fairlead.envelope import JsonValue, digest_of
from fairlead.errors import BadInput
from fairlead.label.codebook import need
from fairlead.store.database import Tx

INNER_AXES = ("sensors", "channels", "assets", "replaces")  # what they may be is a party's own knowledge
CELL_ACTS = ("lead", "case", "order", "audit")  # whoever works in the cell that operates the node


def simulate(node: Node, asker: Asker, party: str, wish: Wish) -> Outcome:
    """What would be lost if `party` suspended this. Raises UnknownCode, ExcludedUse, BadInput."""
    at_ms = node.clock.now_ms()
    need(node.coalition.book.parties, party, what="party", where="simulate")
    reasons = _against(node, asker, party)
    if reasons:
        return refuse(node, asker, act="simulate", reasons=reasons)
    evidence = digest_of({"party": party, "person": asker.person, "wish": digest_of(_plain(wish))})
    asked = asked_as(asker, act="simulate", at_ms=at_ms, evidence=evidence)
    with node.db.read() as tx:
        given = answer(_lost(node, tx, asker, party, wish, at_ms))
    with node.db.write() as tx:
        for log in sorted({party_of(node, asker), party}):
            record.write(node, tx, log, asked, holdings=(), agreements=(), output=given.body)
    node.publish()
    return given


def _lost(node: Node, tx: Tx, asker: Asker, party: str, wish: Wish, at_ms: int) -> dict[str, JsonValue]:
    """The order that `party` would sign, and its reach: all of it, or the share of the asker's own unit."""
    standing, book = node.standing(tx), node.coalition.book
    whole = party_of(node, asker) == party or _oversees(node, asker)
    inner = [axis for axis in INNER_AXES if getattr(wish, axis)]
    if inner and not whole:
        raise BadInput(
            f"only {party} and oversight can ask this by {', '.join(inner)}", where="simulate", do="name its feeds or categories"
        )
    order, uses = draft_order(node, tx, _standing_for(node, asker, party), wish, at_ms=at_ms)
    shown = msgspec.structs.replace(order, officer="")  # nobody ordered it
    if not whole:
        shown = msgspec.structs.replace(shown, recalls=(), answer_by_ms=0)  # who used what is for the party itself to know
    said = words(shown, book)
    head: dict[str, JsonValue] = {"party": party, "words": said, "at_ms": at_ms, "signed": "nothing"}
    if whole:
        return {**head, "form": "full", **reach(node, tx, order, at_ms, standing=standing), "earlier_readers": readers(uses)}
    return {**head, "form": "redacted", **reach(node, tx, order, at_ms, standing=standing, units=(asker.unit,))}


def _standing_for(node: Node, asker: Asker, party: str) -> Asker:
    """The asker as if of the party asked about: an order is drafted for whoever would sign it."""
    units = node.coalition.book.units_of(party)
    if not units:
        raise BadInput("this party has no units, and nobody who could suspend anything", where=party)
    return msgspec.structs.replace(asker, unit=units[0])


def _against(node: Node, asker: Asker, party: str) -> tuple[Reason, ...]:
    """Why this person may not ask: of the party itself a releasing officer may, of any party oversight and the operating cell."""
    if party_of(node, asker) == party:
        return entitled(node, asker, act="order")
    reasons = entitled(node, asker, act="audit")
    if not reasons and _oversees(node, asker):
        return ()
    works = any(not entitled(node, asker, act=act) for act in CELL_ACTS)
    if works and party_of(node, asker) == node.config.operating_party:
        return ()
    detail = f"only {party}, oversight, or the party that operates the node can ask what {party} would close"
    return reasons or (Reason(conjunct="role", detail=detail),)


def _plain(wish: Wish) -> JsonValue:
    value: JsonValue = {name: one for name, one in msgspec.to_builtins(wish).items() if one is not None}
    return value


def _oversees(node: Node, asker: Asker) -> bool:
    unit = node.coalition.book.units.get(asker.unit)
    return unit is not None and unit.regime == "oversight"
