"""The verb waiting: what stands for one's party, what waits for one's own signature, and what is overdue.

1. It is put together from the answers of the verbs that list each, so it shows what those show this person and nothing more (P7).
2. A part that no role of the person may see is left out, and is not asked for.
3. What waits is what the person could sign now: not their own draft, not the freeze they signed themselves.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from fairlead.desk import agreements, orders, recall
from fairlead.desk.answer import Answer, Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.authority import entitled, party_of, refuse
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue, decode

UNCONFIRMED: Final = ("frozen", "under_review")
TO_TAKE_UP: Final = ("condition_reported", "under_review")


def waiting(node: Node, asker: Asker) -> Outcome:
    """What stands, what waits for the asker's signature, what is overdue."""
    reasons = entitled(node, asker, act="terms")
    if reasons:
        return refuse(node, asker, act="terms", reasons=reasons)
    person, party = node.coalition.people[asker.person], party_of(node, asker)
    listed, drafts, at_ms = _agreements(node, asker)
    waits: list[JsonValue] = [_draft(one) for one in drafts if _reviews(one, asker, party) and person.may("review")]
    if person.may("agree"):
        waits += [_item("sign_anew", one["id"], one["words"]) for one in listed if one["originator"] == party and one["void"]]
    value: dict[str, JsonValue] = {
        "at_ms": at_ms,
        "party": party,
        "given": _by_state(one for one in listed if one["originator"] == party),
        "received": _by_state(one for one in listed if one["originator"] != party),
        "drafts": len(drafts),
    }
    if person.may("audit"):
        mine = [one for one in _body(orders.orders_in_force(node, asker))["orders"] if one["originator"] == party]
        asked = _body(recall.recalls(node, asker))
        value["orders"] = len(mine)
        value["recalls"] = _recalls(asked)
        if person.may("order"):
            waits += _orders(node, asker, mine)
            waits += [
                _item("recall", one["order"], one["notice"]["words"], one["answer_by_ms"]) for one in asked["to_us"] if _open(one)
            ]
    return answer({**value, "waits": waits})


def _agreements(node: Node, asker: Asker) -> tuple[list[Any], list[Any], int]:
    """All pages of the agreements the asker may see, and the drafts."""
    page, found = _body(agreements.agreements(node, asker)), []
    at_ms, number = page["at_ms"], 0
    while page["agreements"]:
        found += page["agreements"]
        number += 1
        page = _body(agreements.agreements(node, asker, at_ms=at_ms, page=number))
    return found, page["drafts"], at_ms


def _orders(node: Node, asker: Asker, mine: list[Any]) -> list[JsonValue]:
    """Orders of one's own party that a second officer is to confirm, or anybody of it to take up."""
    with node.db.read() as tx:
        standing = node.standing(tx)
    officers = {order.id: order.officer for order in standing.orders}
    found: list[JsonValue] = []
    for one in mine:
        unconfirmed = one["freeze_until_ms"] and one["id"] not in standing.confirmed and one["state"] in UNCONFIRMED
        if unconfirmed and officers.get(one["id"]) != asker.person:
            found.append(_item("confirm_freeze", one["id"], one["words"], one["freeze_until_ms"]))
        elif one["state"] in TO_TAKE_UP:
            found.append(_item("take_up", one["id"], one["words"]))
    return found


def _recalls(asked: Any) -> JsonValue:
    open_to_us, open_of_ours = ([one for one in asked[side] if _open(one)] for side in ("to_us", "of_ours"))
    overdue: list[JsonValue] = [
        {"party": one["party"], "originator": one["originator"], "order": one["order"], "answer_by_ms": one["answer_by_ms"]}
        for one in (*open_to_us, *open_of_ours)
        if one["overdue"]
    ]
    return {"to_us": len(open_to_us), "of_ours": len(open_of_ours), "overdue": overdue}


def _reviews(draft: Any, asker: Asker, party: str) -> bool:
    return bool(draft["originator"] == party and draft["drafter"] != asker.person and draft["state"] != "rejected")


def _draft(draft: Any) -> JsonValue:
    return {**_item("draft", draft["id"], draft["words"]), "state": draft["state"], "drafter": draft["drafter"]}


def _item(what: str, name: str, words: str, until_ms: int = 0) -> dict[str, JsonValue]:
    return {"what": what, "id": name, "words": words, "until_ms": until_ms}


def _open(one: Any) -> bool:
    return bool(one["state"] != "complied")


def _by_state(rows: Any) -> JsonValue:
    return dict(Counter(row["state"] for row in rows))


def _body(outcome: Outcome) -> Any:
    """The value of an answer that the asker's roles allow: checked before it is asked for."""
    assert isinstance(outcome, Answer)
    return decode(outcome.body)
