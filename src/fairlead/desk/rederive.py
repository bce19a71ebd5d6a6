"""The verb rederive: a lead made again without some of its sources, from the rest of what it was made from.

1. The asker may read the lead and make leads; what is computed anew rests on the lead's own parents, without the feeds named.
2. The new lead has a label of its own, the join of the parents that are left (P3). That it stands for the old one is told to who may
   read both: a link to something hidden would tell that it is there (P7).
3. When no such finding is left, the answer says so and nothing is stored: the old lead does not stand without that source.
4. The old lead's note does not go over: whoever wrote it had seen what is now left out.
5. After an order has closed the old lead there is nothing to make again: the picture is computed without the source by itself (P5).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairlead.agreement import Gatehouse, admit, decide
from fairlead.agreement.lists import Row, facts_of
from fairlead.agreement.render import redacted
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer, refused
from fairlead.desk.ask import Asked, Asker, ask
from fairlead.desk.circular import grounds
from fairlead.desk.lead import NOTE_MAX, excerpt, found_again, label_for, lead_value, store_lead
from fairlead.desk.look import sight
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue, decode
from fairlead.errors import BadInput, MalformedBytes, UnreadableLabel
from fairlead.picture import Card, Window
from fairlead.store import holdings
from fairlead.store.database import Tx

NAME_MAX = 64


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """What of a lead's body is needed to make it again."""

    card: Card
    window: Window


def rederive(node: Node, asker: Asker, lead: str, *, without: Sequence[str], note: str = "", confirm_unreadable: str = "") -> Outcome:
    """The lead again without these feeds. Raises BadInput when it rests on none of them, UnreadableLabel unless confirmed."""
    at_ms = node.clock.now_ms()
    if len(note) > NOTE_MAX:
        raise BadInput("a note is too long", why=f"{len(note)} characters", do=f"keep it under {NOTE_MAX}")
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        asked = ask(node, tx, asker, act="lead", at_ms=at_ms)
        admitted = admit(house, asked.request)
        found = holdings.by_ids(tx, [lead[:NAME_MAX]])
        row = found[0] if found and found[0].holding.kind == "lead" else None
        if admitted or row is None or not decide(house, asked.request, facts_of(row)).permitted:
            record.refusal(node, tx, asked, house=house, rows=found)
            outcome: Outcome = refused(redacted(admitted))
        else:
            outcome = _again(node, tx, house, asked, row, frozenset(without), note, confirm_unreadable)
    node.publish()
    return outcome


def _again(
    node: Node, tx: Tx, house: Gatehouse, asked: Asked, old: Row, without: frozenset[str], note: str, confirm_unreadable: str
) -> Outcome:
    parents = sorted(holdings.by_ids(tx, old.holding.parents), key=lambda row: (row.holding.feed, row.holding.digest))
    unknown = sorted(without - {row.holding.feed for row in parents})
    if not without or unknown:
        raise BadInput("the lead does not rest on this feed", where=", ".join(unknown), do="name a feed that its card or view names")
    rows = [row for row in parents if row.holding.feed not in without and decide(house, asked.request, facts_of(row)).permitted]
    frozen, seen = _frozen(tx, old), None
    if rows:
        seen = sight(node, rows, frozen.window)
    card = found_again(frozen.card, seen) if seen else None
    value: dict[str, JsonValue] = {"lead": old.holding.id, "without": sorted(without), "stands": card is not None}
    if seen is None or card is None:
        given = answer({**value, "why": "what is left of its sources gives no such finding"})
        record.use(node, tx, asked, house=house, rows=[old, *rows], output=given.body)
        return given
    label = label_for(asked.request, rows)
    if label.readable_by_nobody and not confirm_unreadable:
        raise UnreadableLabel("nobody could read this lead", do="leave out more sources, or confirm it with a reason")
    body = excerpt(seen, card, note, grounds(node, rows, card.feeds))
    made = store_lead(node, tx, asked, rows=rows, body=body, card=card, label=label, old=old)
    given = answer({**value, **lead_value(asked.request, made, parents=len(rows)), "replaces": old.holding.id})
    record.use(node, tx, asked, house=house, rows=[old, *rows], output=given.body)
    return given


def _frozen(tx: Tx, old: Row) -> Frozen:
    try:
        return msgspec.convert(decode(holdings.body_of(tx, old.holding.id)), Frozen)
    except msgspec.ValidationError as error:
        raise MalformedBytes("a lead does not read", where=old.holding.id, why=str(error)) from error
