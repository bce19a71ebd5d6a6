"""Parts of a picture that a reader asks for one at a time: the cards, one card, one vessel. Each is gated and receipted as a look is.

What is not in the reader's picture is not there, whatever the reason: withdrawn, never seen and not for this reader are one (P7).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from fairlead.desk.answer import Outcome
from fairlead.desk.ask import Asker
from fairlead.desk.look import look
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue
from fairlead.picture.behaviour.find import UNSEEN

ID_MAX = 64
NO_BULK = "no_bulk_export"
Choose: TypeAlias = Callable[[Sequence[Any]], list[Any]]


def list_cards(
    node: Node, asker: Asker, *, from_ms: int | None = None, to_ms: int | None = None, since_ms: int | None = None
) -> Outcome:
    """The cards of the reader's picture, without what is drawn on each; with `since_ms` also what became of them since then."""

    def part(body: Any) -> JsonValue:
        shown = body["picture"]
        if "cards" not in shown:
            return {**body, "unseen": UNSEEN}
        cards = [{name: value for name, value in card.items() if name not in ("drawn", "sources")} for card in shown["cards"]]
        head = {name: shown[name] for name in ("window", "parameters", "feeds", "chart") if name in shown}
        chain = {name: body[name] for name in ("since_ms", "changes") if name in body}
        return {"banner": body["banner"], "picture": {**head, "cards": cards}, "unseen": UNSEEN, **chain}

    return look(node, asker, from_ms=from_ms, to_ms=to_ms, since_ms=since_ms, part=part)


def show_card(node: Node, asker: Asker, id: str, *, from_ms: int | None = None, to_ms: int | None = None) -> Outcome:
    """One card with the contacts it speaks of; both empty when the reader's picture has no such card. `id` may be its beginning."""

    def part(body: Any) -> JsonValue:
        shown = body["picture"]
        found = [card for card in shown.get("cards", []) if id and card["id"].startswith(id[:ID_MAX])]
        card = found[0] if len(found) == 1 else {}
        tracks = [_head(track) for track in shown.get("tracks", []) if card and track["id"] in card["tracks"]]
        return {"banner": body["banner"], "picture": {"window": shown["window"]}, "card": card, "tracks": tracks}

    return look(node, asker, from_ms=from_ms, to_ms=to_ms, part=part)


def file_cards(node: Node, asker: Asker, choose: Choose, *, to: str, from_ms: int | None = None, to_ms: int | None = None) -> Outcome:
    """Cards as they go into a file, whole, with the contacts they speak of; the receipt says to what they went, as `to` has it.

    `choose` picks from the cards of the reader's own picture. Where a label says `no_bulk_export`, a file holds one card only."""

    def part(body: Any) -> JsonValue:
        shown = body["picture"]
        cards = choose(shown.get("cards", []))
        withheld = NO_BULK if NO_BULK in body["banner"]["handling"] and len(cards) > 1 else ""
        cards = [] if withheld else cards
        wanted = {track for card in cards for track in card["tracks"]}
        tracks = [_head(track) for track in shown.get("tracks", []) if track["id"] in wanted]
        head = {name: shown[name] for name in ("window", "parameters", "feeds", "chart") if name in shown}
        return {
            "banner": body["banner"],
            "picture": head,
            "cards": cards,
            "tracks": tracks,
            "unseen": UNSEEN,
            **({"withheld": withheld} if withheld else {}),
        }

    return look(node, asker, from_ms=from_ms, to_ms=to_ms, part=part, given_to=to)


def show_vessel(node: Node, asker: Asker, id: str, *, from_ms: int | None = None, to_ms: int | None = None) -> Outcome:
    """One contact of the reader's picture: its track, what it said of itself, and the cards that speak of it."""

    def part(body: Any) -> JsonValue:
        shown = body["picture"]
        found = [track for track in shown.get("tracks", []) if id and track["id"].startswith(id[:ID_MAX])]
        track = found[0] if len(found) == 1 else {}
        cards = [card for card in shown.get("cards", []) if track and track["id"] in card["tracks"]]
        cards = [{name: value for name, value in card.items() if name not in ("drawn", "sources")} for card in cards]
        return {"banner": body["banner"], "picture": {"window": shown["window"]}, "track": track, "cards": cards}

    return look(node, asker, from_ms=from_ms, to_ms=to_ms, part=part)


def _head(track: Any) -> JsonValue:
    return {name: value for name, value in track.items() if name != "points"}
