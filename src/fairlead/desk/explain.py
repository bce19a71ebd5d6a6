"""The verb explain: why may I, why may I not; in full to originator and oversight, redacted to anyone else.

1. The question is put for the asker's own person, unit, purpose and operation, or, by an originator or inspector, for another's.
2. Full means every conjunct with its agreement or order; an originator gets its own word in full and others' by conjunct only.
3. Nobody but oversight learns the id of an agreement that is not its own: an id would tell that there is one (P7).
4. Anyone else gets the redacted form, which is the same for an id that does not exist, and leaves the same leaves (P7).
"""

from __future__ import annotations

import msgspec

from fairlead.agreement import Gatehouse, Request, admit, decide
from fairlead.agreement.lists import Row, facts_of
from fairlead.agreement.render import full, full_for, own_word, redacted
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asked, Asker, ask
from fairlead.desk.authority import party_of
from fairlead.desk.node import Node
from fairlead.store import holdings, labels
from fairlead.store.database import Tx


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """For whom the question is put, when not for the asker."""

    person: str
    unit: str
    purpose: str
    operation: str


def explain(node: Node, asker: Asker, holding_id: str, question: Question | None = None) -> Outcome:
    """Why the holding may or may not be read. Always an answer; what it says depends on who asks."""
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        asked = ask(node, tx, asker, act="explain", at_ms=at_ms)
        found = holdings.by_ids(tx, [holding_id[:64]])
        outcome = _explain(node, tx, house, asked, asker, found, question)
    node.publish()
    return outcome


def _explain(
    node: Node,
    tx: Tx,
    house: Gatehouse,
    asked: Asked,
    asker: Asker,
    found: list[Row],
    question: Question | None,
) -> Outcome:
    person = house.people.get(asker.person)
    true_unit = person is not None and asker.unit in person.units and person.may("explain")
    oversees = true_unit and house.book.units[asker.unit].regime == "oversight"
    party = party_of(node, asker)
    owns = true_unit and bool(found) and any(party == one for one, _ in found[0].holding.label.originators)
    put = _put(asked.request, question if (oversees or owns) else None)
    admitted = admit(house, put)
    decision = decide(house, put, facts_of(found[0]) if found else record.NOTHING)  # hidden and absent: the same work (P7)
    if found and (oversees or owns):
        reasons = full(decision) if oversees else full_for(decision, party)
        given = answer(
            {
                "permitted": decision.permitted,
                "reasons": list(reasons),
                "agreements": [one for one in decision.agreements if oversees or one in own_word(house, party)],
                "form": "full",
                "code_books": {"label": labels.made_under(tx, found[0].holding.label), "now": house.book.version},
                "asked_for": msgspec.to_builtins(put),
            }
        )
        record.use(node, tx, asked, house=house, rows=(), output=given.body, also=[party])
        return given
    allowed = bool(found) and not admitted and decision.permitted
    if allowed:
        given = answer({"permitted": True, "reasons": [], "form": "redacted"})
        record.use(node, tx, asked, house=house, rows=found, output=given.body)
        return given
    said = redacted(admitted)
    assert isinstance(said, dict)
    record.refusal(node, tx, asked, house=house, rows=found)
    return answer({"permitted": False, "reasons": said["reasons"], "form": "redacted"})


def _put(request: Request, question: Question | None) -> Request:
    """The request to judge: reading it, as the asker or as the one asked about."""
    reading = msgspec.structs.replace(request, act="read", form="full")
    if question is None:
        return reading
    return msgspec.structs.replace(reading, **msgspec.structs.asdict(question))
