"""The pages of behaviour: the list of cards, one card, one vessel; and a card as a file that carries its label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Response, get

from fairlead.desk import cards as desk_cards
from fairlead.desk.answer import Outcome, Refused
from fairlead.desk.ask import Asker
from fairlead.desk.node import Node
from fairlead.desk.session import Session
from fairlead.door.card_out import MEDIA, file_bytes
from fairlead.door.console import Query, Web, as_json, console_of, query_of, show, signed_out
from fairlead.door.drawn import strip_svg
from fairlead.door.forms import time_ms
from fairlead.door.ordered import ORDERS, RULES, STATUSES, chosen
from fairlead.door.pages import both, named, uses
from fairlead.door.plotted import gaps_of, plot_svg, timebar_svg
from fairlead.door.render import Page
from fairlead.errors import BadInput, UnknownCode
from fairlead.picture.identity import kind_of_number

SHOWN_MAX: Final = 200


@get(both("cards"), opt=uses("picture", "purpose"))
async def cards(request: Web) -> Response[bytes]:
    asked = request.query_params
    rules = tuple(rule for rule in asked.getall("rule", []) if rule in RULES)
    status = asked.get("status", "open") if asked.get("status", "open") in STATUSES else "open"
    order, near = asked.get("sort", "recent"), asked.get("near", "")[:40]

    def more(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
        all_cards = value["picture"].get("cards", [])
        key = order if order in ORDERS and (order != "distance" or near) else "recent"
        found = chosen(all_cards, rules=rules, status=status, order=key, near=near)
        return {
            "cards": found[:SHOWN_MAX],
            "count": len(found),
            "all_count": len(all_cards),
            "rules": RULES,
            "wanted": rules,
            "statuses": STATUSES,
            "status": status,
            "orders": ORDERS,
            "order": key,
            "near": near,
            "since": value.get("since_ms"),
            "changes": value.get("changes", []),
            "timebar": timebar_svg({"window": value["picture"]["window"], "cards": found}),
            "window": f"from={value['picture']['window']['from_ms']}&to={value['picture']['window']['to_ms']}",
        }

    page = Page(template="cards.html", title="Cards", tab="cards", watch="picture")

    def listed(node: Node, who: Asker, q: Query) -> Outcome:
        since = time_ms(asked["since"][:40]) if asked.get("since") else None
        return desk_cards.list_cards(node, who, from_ms=q.from_ms, to_ms=q.to_ms, since_ms=since)

    return await show(request, page, listed, more)


@get("/as/{person:str}/card/{name:str}", opt=uses("picture", "purpose"))
async def card(request: Web) -> Response[bytes]:
    name = named(request)

    def more(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
        made, window = value["card"], value["picture"]["window"]
        excerpt = drawn_of(made, value["tracks"])
        return {
            "strip": strip_svg(excerpt, "Strip map of the messages this card rests on") if made else "",
            "plot": plot_svg(excerpt) if made else "",
            "window": f"from={window['from_ms']}&to={window['to_ms']}",
        }

    page = Page(template="card.html", title="Card", tab="cards", watch="picture")
    return await show(request, page, lambda node, who, q: desk_cards.show_card(node, who, name, from_ms=q.from_ms, to_ms=q.to_ms), more)


@get("/as/{person:str}/card-file/{name:str}", opt=uses("picture", "purpose"))
async def card_file(request: Web) -> Response[bytes]:
    """One card as a file, named by its id and the form: `ID.pdf`, `ID.geojson`, `ID.parquet`."""
    id, _, form = named(request).rpartition(".")
    console = console_of(request)

    def job(node: Node) -> Response[bytes]:
        session = console.session(node, request)
        if session is None:
            return signed_out(request)
        if form not in MEDIA or not id:
            raise BadInput("no such form of a card", where=form[:20], do=f"take {', '.join(MEDIA)}")
        query = query_of(node, session, request)

        def choose(all_cards: Sequence[Any]) -> list[Any]:
            return [made for made in all_cards if made["id"] == id]

        who = session.asker(purpose=query.purpose, operation=query.operation)
        outcome = desk_cards.file_cards(node, who, choose, to=f"file {form}", from_ms=query.from_ms, to_ms=query.to_ms)
        if isinstance(outcome, Refused):
            return as_json(outcome)
        name = f'attachment; filename="card-{id[:8]}.{form}"'
        return Response(file_bytes(outcome, form), media_type=MEDIA[form], headers={"Content-Disposition": name})

    return await console.call(job, request)


@get("/as/{person:str}/vessel/{name:str}", opt=uses("picture", "purpose"))
async def vessel(request: Web) -> Response[bytes]:
    name = named(request)

    def more(node: Node, session: Session, query: Query, value: Any) -> Mapping[str, object]:
        track, window = value["track"], value["picture"]["window"]
        if not track:
            return {"window": ""}
        points = track["points"]
        span = {"from_ms": points[0][0], "to_ms": points[0][0] - 1, "lat_e7": points[-1][1], "lon_e7": points[-1][2]}
        excerpt = {"card": span, "tracks": [track]}
        return {
            "strip": strip_svg(excerpt, "The track of this contact"),
            "plot": plot_svg(excerpt),
            "gaps": gaps_of(points),
            "number": kind_of_number(int(track["mmsi"])) if "mmsi" in track else None,
            "timebar": timebar_svg({"window": window, "cards": value["cards"]}),
            "window": f"from={window['from_ms']}&to={window['to_ms']}",
        }

    page = Page(template="vessel.html", title="Vessel", tab="cards", watch="picture")
    return await show(
        request, page, lambda node, who, q: desk_cards.show_vessel(node, who, name, from_ms=q.from_ms, to_ms=q.to_ms), more
    )


def drawn_of(made: Mapping[str, Any], tracks: list[dict[str, Any]]) -> dict[str, Any]:
    """A card and its contacts with exactly the positions that it rests on. Raises UnknownCode when a contact is missing."""
    by_id = {track["id"]: track for track in tracks}
    parts = []
    for id, points in zip(made.get("tracks", []), made.get("drawn", []), strict=True):
        if id not in by_id:
            raise UnknownCode("a contact of the card is not in the picture", where=id[:8])
        parts.append({**by_id[id], "points": points})
    return {"card": made, "tracks": parts}


ROUTES: Final = (cards, card, card_file, vessel)
