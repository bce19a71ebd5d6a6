"""The verbs agreements and agreement: what was in force at an instant, to whom, on what terms, and how it came about.

1. "At an instant" is the fold of the events durable by then; no state is stored.
2. An originator sees its own whole, drafts and reviews with their dissent too; a recipient sees agreements that name its units, with
   its own units only, in force or not, and no draft; oversight sees all (red line 12).
3. A recipient is not told of a confidential order: to it the agreement is in the state it would have without one (P7).
4. An agreement of somebody else and one that never was are refused alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from fairlead.agreement import Order, Standing
from fairlead.agreement.assured import given, state_of
from fairlead.agreement.events import kind_of
from fairlead.agreement.lawful import draft_of, grant_of, reviews_of
from fairlead.agreement.slice import bound_operations, bound_units, ends_of
from fairlead.agreement.standing import Folding
from fairlead.agreement.states import state_of as agreement_state
from fairlead.agreement.states import state_of_draft, touches
from fairlead.agreement.terms import ASSURANCES, Grant
from fairlead.agreement.terms_wording import terms_words
from fairlead.agreement.wording import words
from fairlead.desk.agree import shown_reviews, shown_terms
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker, signers_of
from fairlead.desk.authority import entitled, party_of, refuse
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue, envelope_to_json, sha256_hex
from fairlead.errors import BadInput
from fairlead.label import CodeBook
from fairlead.store import events
from fairlead.store.database import Tx

PAGE_MAX: Final = 200


class Eye(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks, and so how much there is to see."""

    party: str
    oversees: bool

    def whole(self, originator: str) -> bool:
        return self.oversees or self.party == originator


def agreements(node: Node, asker: Asker, *, at_ms: int | None = None, page: int = 0) -> Outcome:
    """A page of the agreements the asker may see, by id, as of an instant: now when none is named. Raises BadInput for the future."""
    reasons = entitled(node, asker, act="terms")
    if reasons:
        return refuse(node, asker, act="terms", reasons=reasons)
    when = _past(node, at_ms)
    with node.db.read() as tx:
        standing = standing_at(node, tx, when)
    book, eye = standing.book or node.coalition.book, _eye(node, asker)
    seen = sorted((grant for grant in standing.grants if _sees(eye, grant, book)), key=lambda grant: grant.id)
    rows: list[JsonValue] = [_row(eye, standing, book, grant, when) for grant in seen[page * PAGE_MAX : (page + 1) * PAGE_MAX]]
    drafts: list[JsonValue] = [
        {
            "id": one.terms.id,
            "version": one.terms.version,
            "originator": one.originator,
            "drafter": one.drafter,
            "state": state_of_draft(reviews_of(standing, one.terms.id)),
            "words": terms_words(one.terms, book),
        }
        for one in sorted(standing.drafts, key=lambda one: one.terms.id)
        if eye.whole(one.originator)
    ]
    return answer(
        {
            "at_ms": when,
            **_events_told(eye, standing),
            "code_book": book.version,
            "agreements": rows,
            "drafts": drafts,
            "count": len(seen),
            "page": page,
            "given_now": _given_now(node, standing, book, eye.party, when),
        }
    )


def _given_now(node: Node, standing: Standing, book: CodeBook, party: str, at_ms: int) -> list[JsonValue]:
    """What the party's data may be used for at the instant, by units of others: which categories are open, and which an order shuts or
    an assurance that is asked for and not given.

    As the gate compiles it. Orders that hold sources are told apart: they shut records, whatever is open here.
    """
    own = msgspec.structs.replace(standing, grants=tuple(one for one in standing.grants if one.originator == party))
    assured = tuple(_assured_only(standing, book, one, at_ms) for one in own.grants)
    now = node.house_of(msgspec.structs.replace(own, grants=assured), at_ms).slice
    free = node.house_of(msgspec.structs.replace(own, orders=()), at_ms).slice
    found: list[JsonValue] = []
    for (unit, purpose, operation), mask in sorted(free.open_to.items()):
        if book.units[unit].party != party:
            left = now.open_to.get((unit, purpose, operation), 0)
            cell: dict[str, JsonValue] = {category: bool(left & bit) for (_, category), bit in free.bits.items() if mask & bit}
            found.append({"unit": unit, "purpose": purpose, "operation": operation, "categories": cell})
    return found


def _assured_only(standing: Standing, book: CodeBook, grant: Grant, at_ms: int) -> Grant:
    """The grant, to those only whose party has given what it asks for."""

    def assured(unit: str) -> bool:
        party = book.units[unit].party
        asked = () if party == grant.originator else grant.assurances
        return all(given(standing.assurances, party=party, kind=kind, originator=grant.originator, at_ms=at_ms) for kind in asked)

    return msgspec.structs.replace(grant, recipients=tuple(unit for unit in grant.recipients if unit in book.units and assured(unit)))


def agreement(node: Node, asker: Asker, id: str, *, at_ms: int | None = None) -> Outcome:
    """One agreement as of an instant: terms, words, state, reviews, orders on it, and every event about it. Raises BadInput."""
    reasons = entitled(node, asker, act="terms")
    if reasons:
        return refuse(node, asker, act="terms", reasons=reasons)
    when = _past(node, at_ms)
    with node.db.read() as tx:
        standing = standing_at(node, tx, when)
        book, eye = standing.book or node.coalition.book, _eye(node, asker)
        grant, waiting = grant_of(standing, id), draft_of(standing, id)
        value: dict[str, JsonValue] = {"at_ms": when, **_events_told(eye, standing), "code_book": book.version}
        if grant is not None and _sees(eye, grant, book):
            value |= _row(eye, standing, book, grant, when)
            value["terms"] = _terms(eye, grant, book)
            value["assurances_asked"] = _asked(standing, book, eye, grant, when)
        elif waiting is None or not eye.whole(waiting.originator):
            raise BadInput("no such agreement", where=id, do="list the agreements")
        if waiting is not None and eye.whole(waiting.originator):
            reviews = reviews_of(standing, id)
            value["draft"] = {
                "version": waiting.terms.version,
                "drafter": waiting.drafter,
                "state": state_of_draft(reviews),
                "terms": shown_terms(waiting.terms),
                "words": terms_words(waiting.terms, book),
            }
        originator = (grant.originator if grant else None) or (waiting.originator if waiting else "")
        if eye.whole(originator):
            value["reviews"] = shown_reviews(reviews_of(standing, id))
            value["history"] = _history(node, tx, id, when)
    return answer(value)


def standing_at(node: Node, tx: Tx, at_ms: int) -> Standing:
    """What stood at an instant: the fold of the events durable by then, every one of them checked."""
    now = node.standing(tx)
    stored = events.all_events(tx, until_ms=at_ms)
    if len(stored) == now.epoch:
        return now
    folding = Folding()
    for one in stored:
        folding.add(one.event)
    return folding.done()


def _past(node: Node, at_ms: int | None) -> int:
    now_ms = node.clock.now_ms()
    if at_ms is not None and at_ms > now_ms:
        raise BadInput("what will be in force is not known", do="ask about now or a time before it")
    return now_ms if at_ms is None else at_ms


def _eye(node: Node, asker: Asker) -> Eye:
    return Eye(party=party_of(node, asker), oversees=node.coalition.book.units[asker.unit].regime == "oversight")


def _own_units(eye: Eye, grant: Grant, book: CodeBook) -> list[str]:
    return [unit for unit in grant.recipients if unit in book.units and book.units[unit].party == eye.party]


def _sees(eye: Eye, grant: Grant, book: CodeBook) -> bool:
    return eye.whole(grant.originator) or bool(_own_units(eye, grant, book))


def _terms(eye: Eye, grant: Grant, book: CodeBook) -> dict[str, JsonValue]:
    shown = shown_terms(grant)
    return shown if eye.whole(grant.originator) else {**shown, "recipients": list(_own_units(eye, grant, book))}


def _row(eye: Eye, standing: Standing, book: CodeBook, grant: Grant, at_ms: int) -> dict[str, JsonValue]:
    notice = standing.denounced.get(grant.id)
    whole = eye.whole(grant.originator)
    orders = [order for order in standing.orders if whole or not order.confidential]
    seen = grant if whole else msgspec.structs.replace(grant, recipients=tuple(_own_units(eye, grant, book)))
    row: dict[str, JsonValue] = {
        "id": grant.id,
        "version": grant.version,
        "originator": grant.originator,
        "state": agreement_state(seen, book, orders, notice, at_ms),
        "words": terms_words(seen, book),
        "gives_from_ms": grant.not_before_ms,
        "gives_until_ms": ends_of(grant, standing.denounced),
        "void": _void(seen, book),
    }
    if notice is not None:
        row["denounced"] = {"at_ms": notice.at_ms, "ends_ms": notice.ends_ms, **({"why": notice.why} if whole else {})}
    if whole:
        row["orders"] = _orders(orders, grant, book)
    return row


def _void(grant: Grant, book: CodeBook) -> JsonValue:
    """Units and operations it names that are not any more what it was signed for: it gives nothing to them until signed anew."""
    units, operations = bound_units(grant, book), bound_operations(grant, book)
    return [code for code in grant.recipients if code not in units] + [code for code in grant.operations if code not in operations]


def _orders(orders: Sequence[Order], grant: Grant, book: CodeBook) -> list[JsonValue]:
    return [{"id": order.id, "words": words(order, book)} for order in orders if touches(order, grant, book)]


def _asked(standing: Standing, book: CodeBook, eye: Eye, grant: Grant, at_ms: int) -> list[JsonValue]:
    """The assurances it asks for, and from whom they are given; to a recipient its own only."""
    parties = sorted({book.units[unit].party for unit in grant.recipients if unit in book.units} - {grant.originator})
    found: list[JsonValue] = []
    for party in parties:
        if not (eye.whole(grant.originator) or party == eye.party):
            continue
        for kind in grant.assurances:
            stands = [one for one in standing.assurances if (one.party, one.assurance) == (party, kind)]
            own = [one for one in stands if one.originator in ("", grant.originator)]
            newest = max(own, key=lambda one: (one.originator != "", one.at_ms), default=None)
            found.append(
                {
                    "party": party,
                    "kind": kind,
                    "words": ASSURANCES.get(kind, kind),
                    "state": state_of(newest, at_ms) if newest else "none",
                    "given": given(own, party=party, kind=kind, originator=grant.originator, at_ms=at_ms),
                }
            )
    return found


def _history(node: Node, tx: Tx, id: str, at_ms: int) -> list[JsonValue]:
    """Every event about it, numbered by itself, by whom it was signed, and when it was durable."""
    return [
        {
            "event": kind_of(one.event),
            "number": number,
            "durable_ms": one.durable_at_ms,
            "signed_by": sorted({signer.code for signer in signers_of(node, tx, one.envelope)}),
            "record": sha256_hex(envelope_to_json(one.envelope)),
        }
        for number, one in enumerate(events.events_of(tx, id, until_ms=at_ms), 1)
    ]


def _events_told(eye: Eye, standing: Standing) -> dict[str, JsonValue]:
    """How many events there were, to oversight alone: the number tells how much others signed (P7)."""
    return {"epoch": standing.epoch} if eye.oversees else {}
