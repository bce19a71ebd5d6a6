"""The verbs lead-preview and lead: a frozen excerpt leaves the view, with the joined label of everything the view rested on.

1. Parents are every segment of S in the window, contributors or not: absence is evidence too (P3).
2. The node computes the label; nothing sent with the request can widen it. A product of monitoring serves its stated end only.
3. A lead nobody could read is legal but must be confirmed; the preview comes first and names the own sources to drop.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairlead.agreement import Facts, Gatehouse, Request, admit, decide
from fairlead.agreement.lists import Row
from fairlead.agreement.render import redacted
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer, banner, refused
from fairlead.desk.ask import Asked, Asker, ask, signed_by
from fairlead.desk.circular import grounds
from fairlead.desk.look import seen_by, sight, window_of
from fairlead.desk.node import Node
from fairlead.envelope import HoldingId, JsonValue, encode, new_id, sha256_hex
from fairlead.errors import BadInput, UnreadableLabel
from fairlead.label import Label, end_served, join, purpose_of
from fairlead.picture import Card, View, Window
from fairlead.report.holding import Holding
from fairlead.store import holdings, links
from fairlead.store.database import Tx

MARGIN_MS = 20 * 60_000  # track points this long before and after the card travel with it
NOTE_MAX = 2_000


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a lead is made from: a card of the reader's own view, a note, own sources left out."""

    card: str
    note: str = ""
    drop: tuple[str, ...] = ()  # feeds left out: the view is computed anew without them
    from_ms: int | None = None
    to_ms: int | None = None


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Who could read the lead, and which of its own sources shut out whom; others' terms stay unsaid."""

    readable_by: tuple[str, ...]
    blocked: tuple[tuple[str, tuple[str, ...]], ...]  # unit -> the feeds to drop so that it could read
    label: Label
    parents: int


def preview_lead(node: Node, asker: Asker, draft: Draft) -> Outcome:
    """What making this lead would mean, without making it; itself a read with a receipt."""
    return _lead(node, asker, draft, making=None)


def make_lead(node: Node, asker: Asker, draft: Draft, *, confirm_unreadable: str = "") -> Outcome:
    """Make the lead. Raises BadInput (no such card in this view), UnreadableLabel unless `confirm_unreadable` gives a reason."""
    return _lead(node, asker, draft, making=confirm_unreadable)


def _lead(node: Node, asker: Asker, draft: Draft, *, making: str | None) -> Outcome:
    at_ms = node.clock.now_ms()
    if len(draft.note) > NOTE_MAX:
        raise BadInput("a note is too long", why=f"{len(draft.note)} characters", do=f"keep it under {NOTE_MAX}")
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        asked = ask(node, tx, asker, act="lead", at_ms=at_ms)
        admitted = admit(house, asked.request)
        if admitted:
            record.refusal(node, tx, asked, house=house, rows=())
            outcome: Outcome = refused(redacted(admitted))
        else:
            outcome = _from_view(node, tx, house, asked, draft, making)
    node.publish()
    return outcome


def _from_view(node: Node, tx: Tx, house: Gatehouse, asked: Asked, draft: Draft, making: str | None) -> Outcome:
    window = window_of(asked.request.at_ms, form="full", from_ms=draft.from_ms, to_ms=draft.to_ms)
    whole = seen_by(node, tx, house, asked, window)
    rows = tuple(row for row in whole if row.holding.feed not in draft.drop)
    if not rows:
        raise BadInput("nothing is left to make a lead from", do="drop fewer sources, or choose another window")
    seen = sight(node, rows, window)
    card = _card(node, seen, draft, whole, window)
    if card is None:
        raise BadInput("no such card in this view", where=draft.card, do="look at the picture for this window, or drop other sources")
    label, stands_on = label_for(asked.request, rows), grounds(node, rows, card.feeds)
    shown = preview(node, house, asked.request, rows, label)
    if making is None:
        given = answer({**_preview_value(shown), "grounds": stands_on})
    else:
        if label.readable_by_nobody and not making:
            raise UnreadableLabel("nobody could read this lead", do="drop sources as the preview says, or confirm it with a reason")
        made = store_lead(node, tx, asked, rows=rows, body=excerpt(seen, card, draft.note, stands_on), card=card, label=label)
        given = answer(lead_value(asked.request, made, parents=len(rows)))
    record.use(node, tx, asked, house=house, rows=rows, output=given.body)
    return given


def _card(node: Node, seen: View, draft: Draft, whole: Sequence[Row], window: Window) -> Card | None:
    """The card the draft names. An id is of one view only, so with sources dropped the card of the asker's whole view is found again
    in the smaller one: the card of the same rule that rests on most of the same detections."""
    found = next((card for card in seen.cards if card.id == draft.card), None)
    if found is not None or not draft.drop:
        return found
    before = next((card for card in sight(node, whole, window).cards if card.id == draft.card), None)
    return found_again(before, seen) if before is not None else None


def found_again(before: Card, seen: View) -> Card | None:
    """The card of the same rule that rests on most of the same detections, in a view of fewer sources."""
    shared = [(len(set(before.sources).intersection(card.sources)), card.id, card) for card in seen.cards if card.rule == before.rule]
    return max((one for one in shared if one[0]), default=(0, "", None))[2]


def label_for(request: Request, rows: Sequence[Row]) -> Label:
    """The join of everything the view rested on; for monitoring narrowed further to the end it serves (charter, purposes)."""
    joined = join([row.holding.label for row in rows])
    if "/" not in request.purpose:
        return joined
    served = end_served(purpose_of(request.purpose))
    kept = tuple(sorted(set(joined.purposes) & served))
    return msgspec.structs.replace(joined, purposes=kept)


def preview(node: Node, house: Gatehouse, request: Request, rows: Sequence[Row], label: Label) -> Preview:
    """Judge the lead for every unit of the operation as if a reader of that unit asked; drop own feeds one set at a time."""
    units = node.coalition.book.operations[request.operation].units
    readable = tuple(unit for unit in units if _could_read(node, house, request, rows, label, unit))
    blocked = []
    for unit in units:
        if unit in readable:
            continue
        drop = _to_drop(node, house, request, rows, unit)
        if drop:
            blocked.append((unit, drop))
    return Preview(readable_by=readable, blocked=tuple(blocked), label=label, parents=len(rows))


def _to_drop(node: Node, house: Gatehouse, request: Request, rows: Sequence[Row], unit: str) -> tuple[str, ...]:
    """The fewest feeds to drop so that this unit could read the rest for one purpose; nothing when no dropping helps."""
    by_feed = {feed: [row for row in rows if row.holding.feed == feed] for feed in sorted({row.holding.feed for row in rows})}
    found = []
    for purpose in sorted({purpose for mine in by_feed.values() for purpose in label_for(request, mine).purposes}):
        bad = tuple(
            feed
            for feed, mine in by_feed.items()
            if not _could_read(node, house, request, mine, label_for(request, mine), unit, purpose)
        )
        rest = [row for row in rows if row.holding.feed not in bad]
        if rest and _could_read(node, house, request, rest, label_for(request, rest), unit, purpose):
            found.append(bad)
    return min(found, key=lambda bad: (len(bad), bad), default=())


def _could_read(
    node: Node, house: Gatehouse, request: Request, rows: Sequence[Row], label: Label, unit: str, purpose: str = ""
) -> bool:
    """Whether somebody of `unit` could read it now: for this purpose, or for any that the label still permits."""
    readers = [code for code, person in house.people.items() if unit in person.units and person.may("read")]
    if not readers:
        return False
    facts = Facts(
        label=label,
        not_before_ms=max(row.holding.not_before_ms for row in rows),
        expires_ms=min(row.holding.expires_ms for row in rows),
        held=frozenset[str]().union(*(row.held for row in rows)),  # P4: what is derived is held with what it came from
    )
    return any(
        decide(
            house,
            msgspec.structs.replace(request, person=readers[0], unit=unit, purpose=one, act="read", form="full"),
            facts,
        ).permitted
        for one in ([purpose] if purpose else label.purposes)
    )


def _preview_value(shown: Preview) -> dict[str, JsonValue]:
    return {
        "readable_by": list(shown.readable_by),
        "blocked": [{"unit": unit, "drop": list(feeds)} for unit, feeds in shown.blocked],
        "readable_by_nobody": not shown.readable_by,
        "rests_on": shown.parents,
        "level": shown.label.level,
        "originators": sorted({party for party, _ in shown.label.originators}),
        "purposes": list(shown.label.purposes),
    }


def store_lead(
    node: Node, tx: Tx, asked: Asked, *, rows: Sequence[Row], body: JsonValue, card: Card, label: Label, old: Row | None = None
) -> Holding:
    """The lead as a derived holding, signed by its maker. `old`: the lead it stands for from now on."""
    raw = encode(body)
    digest = sha256_hex(raw)
    envelope = signed_by(
        node,
        tx,
        asked.request.person,
        "lead",
        {
            "digest": digest,
            "parents": sorted(row.holding.digest for row in rows),
            "originators": [list(pair) for pair in label.originators],
            "at_ms": asked.request.at_ms,
        },
    )
    holding = Holding(
        id=new_id(node.random_bytes(16)),
        kind="lead",
        label=label,
        digest=digest,
        t_min_ms=card.from_ms,
        t_max_ms=card.to_ms,
        not_before_ms=max(row.holding.not_before_ms for row in rows),
        expires_ms=min(row.holding.expires_ms for row in rows),
        created_ms=asked.request.at_ms,
        parents=tuple(HoldingId(row.holding.id) for row in rows),
    )
    num = holdings.add_holding(tx, holding, body=raw, envelope=envelope)
    if old is not None:
        links.add_replaced(tx, num, old=old.num)
        links.clear_alike(tx, digest, like=old.holding.digest)
    return holding


def lead_value(request: Request, made: Holding, *, parents: int) -> dict[str, JsonValue]:
    """What its maker is told of a new lead."""
    return {
        "id": made.id,
        "digest": made.digest,
        "banner": banner(made.label, purpose=request.purpose, operation=request.operation),
        "rests_on": parents,
    }


def excerpt(view: View, card: Card, note: str, stands_on: JsonValue) -> JsonValue:
    """What is frozen: the card, the points of its tracks around it, and how many originators stand behind it."""
    tracks = []
    for track in view.tracks:
        if track.id in card.tracks:
            near = tuple(point for point in track.points if card.from_ms - MARGIN_MS <= point[0] <= card.to_ms + MARGIN_MS)
            tracks.append(msgspec.to_builtins(msgspec.structs.replace(track, points=near)))
    value: dict[str, JsonValue] = {
        "card": msgspec.to_builtins(card),
        "grounds": stands_on,
        "tracks": tracks,
        "window": msgspec.to_builtins(view.window),
    }
    if note:
        value["note"] = note
    return value
