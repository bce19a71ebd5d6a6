"""The verbs halt and resume: an originator previews the reach and what goes on, signs, and from the commit on it holds.

1. The order is signed by a releasing officer of the originator, over the exact value that is stored and rendered in words.
2. One write transaction appends the event with its hold, its receipt, and `grounds_withdrawn` to every case whose lead the order
   closes. Reads take the same transaction, so no use commits after the order without having seen it (P4).
3. Nothing is rewritten: masks and holds are judged at each use, on what was shared and derived alike. What the acting party
   recorded about persons and things is its own and stays (red line 15).
4. Narrowing, widening and replacing are one event that names the order it stands for: nothing is open in between, and grounds are
   withdrawn and restored for the difference.
5. Who has used what it closes is asked to give it back (recall.py), unless the order is confidential.
"""

from __future__ import annotations

import msgspec

from fairlead.agreement import Order, Reason, Resume, Standing, make_order, words
from fairlead.agreement.order import change_of
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker, signed_by
from fairlead.desk.authority import asked_as, entitled, party_of, refuse
from fairlead.desk.grounds import give_back, restore_grounds, withdraw_grounds
from fairlead.desk.interdict import deliver_acts
from fairlead.desk.node import Node, supposing
from fairlead.desk.orders import chain_of, no_such_order
from fairlead.desk.prove import unbroken
from fairlead.desk.reach import Uses, earlier_uses, reach, readers
from fairlead.desk.recall import deliver, send_notices
from fairlead.envelope import JsonValue, envelope_to_json, new_id, sha256_hex
from fairlead.errors import BadInput
from fairlead.intake.coalition import declared
from fairlead.store import events
from fairlead.store.database import Tx

ID_BYTES = 16
HOUR_MS = 3_600_000
ANSWER_MS = 72 * HOUR_MS  # how long a recalled party has to answer, unless the order says otherwise


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The axes of an order as somebody fills them in; an axis left empty means every one."""

    partners: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    sensors: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    window_from_ms: int = 0
    window_to_ms: int = 0
    until_ms: int = 0
    condition: str = ""
    verified_by: str = ""
    reach: tuple[str, ...] = ()
    carve_outs: tuple[str, ...] = ()
    no_rescue_because: str = ""
    fears: str = ""
    confidential: bool = False
    freeze_hours: int = 0
    replaces: str = ""
    ordered_at_ms: int = 0  # 0: now
    answer_by_ms: int | None = None  # 0: nothing is recalled; none: in three days


def draft_order(node: Node, tx: Tx, asker: Asker, wish: Wish, *, at_ms: int) -> tuple[Order, list[Uses]]:
    """The order this wish compiles to, and the earlier uses it recalls. Raises UnknownCode, ExcludedUse, BadInput."""
    if wish.ordered_at_ms > at_ms or wish.ordered_at_ms < 0:
        raise BadInput("an order is dated in the future", why="it is given before it is signed in", do="give the time it was ordered")
    if (wish.answer_by_ms and wish.answer_by_ms <= at_ms) or not wish.freeze_hours >= 0:
        raise BadInput("the deadline of a recall, or of a freeze, is over already", do="give a time that is to come")
    coalition = node.coalition
    given = msgspec.structs.asdict(wish)
    for own in ("freeze_hours", "ordered_at_ms", "answer_by_ms", "confidential"):
        given.pop(own)
    made = make_order(
        coalition.book,
        {name: feed.facts.originator for name, feed in coalition.feeds.items()},
        declared=declared(coalition),
        id=new_id(node.random_bytes(ID_BYTES)),
        originator=party_of(node, asker) or "nobody",
        officer=asker.person,
        told="oversight" if wish.confidential else "all",
        ordered_at_ms=wish.ordered_at_ms or at_ms,
        freeze_until_ms=at_ms + wish.freeze_hours * HOUR_MS if wish.freeze_hours else 0,
        **given,
    )
    uses = earlier_uses(node, tx, made)
    parties = {coalition.book.units[one.unit].party for one in uses}
    if parties and not made.confidential and wish.answer_by_ms != 0:
        made = msgspec.structs.replace(made, recalls=tuple(sorted(parties)), answer_by_ms=wish.answer_by_ms or at_ms + ANSWER_MS)
    return made, uses


def preview_order(node: Node, asker: Asker, wish: Wish) -> Outcome:
    """What the order would close and what goes on, before anybody signs. To an originator only descendants of its own."""
    at_ms = node.clock.now_ms()
    reasons = entitled(node, asker, act="order") or _may_replace(node, asker, wish)
    if reasons:
        return refuse(node, asker, act="order", reasons=reasons)
    with node.db.read() as tx:
        standing = node.standing(tx)
        order, uses = draft_order(node, tx, asker, wish, at_ms=at_ms)
        shown = {"order": msgspec.to_builtins(order), **_told(node, tx, order, uses, standing, at_ms)}
    return answer(shown)


def halt(node: Node, asker: Asker, wish: Wish) -> Outcome:
    """Sign the order and put it in force. Raises UnknownCode, ExcludedUse, BadInput, BadSignature, LogFault."""
    at_ms = node.clock.now_ms()
    reasons = entitled(node, asker, act="order") or _may_replace(node, asker, wish)
    if reasons:
        return refuse(node, asker, act="order", reasons=reasons)
    with node.db.write() as tx:
        standing = node.standing(tx)
        order, uses = draft_order(node, tx, asker, wish, at_ms=at_ms)
        told = _told(node, tx, order, uses, standing, at_ms)
        unbroken(node, asker, tx, order, at_ms=at_ms)  # an order that replaces a wider one opens what that had closed
        envelope = signed_by(node, tx, asker.person, "order", msgspec.to_builtins(order))
        raw = envelope_to_json(envelope)
        events.add_event(tx, order, envelope, at_ms=at_ms, clock=node.clock.source)
        asked = asked_as(asker, act="order", at_ms=at_ms, evidence=sha256_hex(raw))
        record.event(node, tx, asked, party=order.originator, subject=sha256_hex(raw), kind="order", output=raw)
        grounds = _regrounded(node, tx, standing, order, raw, asker, at_ms)
        notices = [] if order.freeze_until_ms else send_notices(node, tx, asker, order, uses, at_ms=at_ms)
        given = answer({"order": order.id, "in_force_ms": at_ms, **grounds, **told})
    node.home(order.originator).deliver("order", sha256_hex(raw), raw)
    deliver(node, notices)
    deliver_acts(node, since_ms=at_ms)
    node.publish()
    return given


def resume(node: Node, asker: Asker, order_id: str) -> Outcome:
    """Lift an order of one's own that is in force; any other is refused, whether it exists or not."""
    at_ms = node.clock.now_ms()
    reasons = entitled(node, asker, act="order") or no_such_order(node, asker, order_id)
    if reasons:
        return refuse(node, asker, act="order", reasons=reasons)
    with node.db.write() as tx:
        lifted = Resume(order=order_id, originator=party_of(node, asker), at_ms=at_ms)
        after = supposing(node.standing(tx), lifted)  # raises before anything is written
        unbroken(node, asker, tx, lifted, at_ms=at_ms)
        chain = chain_of(tx, order_id)
        envelope = signed_by(node, tx, asker.person, "resume", msgspec.to_builtins(lifted))
        raw = envelope_to_json(envelope)
        events.add_event(tx, lifted, envelope, at_ms=at_ms, clock=node.clock.source)
        asked = asked_as(asker, act="order", at_ms=at_ms, evidence=sha256_hex(raw))
        record.event(node, tx, asked, party=lifted.originator, subject=sha256_hex(raw), kind="resume", output=raw)
        restored = restore_grounds(node, tx, chain=chain, resume=sha256_hex(raw), at_ms=at_ms, signer=asker)
        restored += give_back(node, tx, standing=after, digest=sha256_hex(raw), at_ms=at_ms, signer=asker)
        given = answer({"resumed": order_id, "in_force_ms": at_ms, "grounds_restored": restored})
    node.home(lifted.originator).deliver("resume", sha256_hex(raw), raw)
    deliver_acts(node, since_ms=at_ms)
    node.publish()
    return given


def _may_replace(node: Node, asker: Asker, wish: Wish) -> tuple[Reason, ...]:
    return no_such_order(node, asker, wish.replaces) if wish.replaces else ()


def _told(node: Node, tx: Tx, order: Order, uses: list[Uses], standing: Standing, at_ms: int) -> dict[str, JsonValue]:
    """The order in words, what it closes, what goes on, who had used it, and what somebody should think of before signing."""
    shown = reach(node, tx, order, at_ms, standing=standing)
    book = node.coalition.book
    old = next((one for one in standing.orders if one.id == order.replaces), None)
    return {
        "words": words(order, book),
        "change": change_of(old, order, book) if old else "",
        **shown,
        "earlier_readers": readers(uses),
        "recalls": list(order.recalls),
        "answer_by_ms": order.answer_by_ms,
        "warnings": _warnings(order, shown, at_ms),
    }


def _warnings(order: Order, shown: dict[str, JsonValue], at_ms: int) -> list[JsonValue]:
    found: list[JsonValue] = []
    closes = shown["closes"]
    assert isinstance(closes, dict)
    if not closes["holdings"]:
        found.append("it closes nothing that anybody can use now; it stands for what comes")
    if order.ordered_at_ms < at_ms:
        found.append("it was ordered before now: uses since then are counted as exposure")
    if order.no_rescue_because:
        found.append("it leaves nothing to rescue centres: oversight reviews the reason")
    if order.freeze_until_ms:
        found.append("a second officer is to confirm it; nothing is recalled before that, and it stays closed if nobody does")
    return found


def _regrounded(node: Node, tx: Tx, standing: Standing, order: Order, raw: bytes, asker: Asker, at_ms: int) -> dict[str, JsonValue]:
    """Grounds withdrawn for what the order closes; restored for what only an order it stands in place of had closed."""
    chain = [(order, sha256_hex(raw)), *(chain_of(tx, order.replaces) if order.replaces else [])]
    after = supposing(standing, order)
    withdrawn, restored = withdraw_grounds(node, tx, standing=after, chain=chain, signer=asker, at_ms=at_ms)
    if order.replaces:
        restored += give_back(node, tx, standing=after, digest=sha256_hex(raw), at_ms=at_ms, signer=asker)
    return {"grounds_withdrawn": withdrawn, "grounds_restored": restored}
