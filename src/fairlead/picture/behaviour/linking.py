"""B11, mother ship: one vessel that several small craft met, out of the cards that are open (design: behaviour table, row B11).

1. A link is an open card of B1, B2 or B10 between the vessel and another contact, or a contact without AIS near it during a B3.
2. Distinct craft are counted, not meetings; a craft with a stated length of `mother_craft_m` or more is none,
   nor is an AIS contact that states no length.
3. The vessel itself is no small craft, so two craft that meet often do not make each other a mother ship.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from fairlead.picture import innocent
from fairlead.picture.behaviour.card_alone import others_near
from fairlead.picture.cards import at_least, at_most, card, duration
from fairlead.picture.event import Event
from fairlead.picture.line import Line
from fairlead.picture.scene import Scene
from fairlead.picture.shapes import Card, Explanation, Result

VERSION: Final = "1"
LINKING: Final = ("B1", "B2", "B10")


def mother_cards(scene: Scene, events: Sequence[Event], cards: Sequence[Card]) -> Iterator[Card]:
    """B11 cards; `cards` are those of `events`, one for each, in the same order."""
    links: dict[int, list[tuple[int, int, Event]]] = {}
    for event, made in zip(events, cards, strict=True):
        if made.status != "open":
            continue
        if event.rule in LINKING:
            one, other = event.lines
            pairs = [(one, other), (other, one)]
        elif event.rule == "B3":
            near = others_near(scene, event, scene.parameters.loading_near_m)
            pairs = [(event.lines[0], line) for line in near if not scene.fleet.mmsi[line]]
        else:
            pairs = []
        for ship, craft in pairs:
            if _small(scene, scene.lines[craft]) and not _small(scene, scene.lines[ship]):
                links.setdefault(ship, []).append((event.from_ms, craft, event))
    for ship in sorted(links):
        found = _within(scene, sorted(links[ship], key=lambda link: link[:2]))
        if found:
            yield _card(scene, ship, found)


def _small(scene: Scene, line: Line) -> bool:
    """A small craft: shorter than the threshold, or without AIS; an AIS line that states no length is taken for a ship."""
    length = scene.named.length_m(scene.gathered, line)
    return not line.mmsi if length <= 0 else length < scene.parameters.mother_craft_m


def _within(scene: Scene, links: list[tuple[int, int, Event]]) -> list[tuple[int, int, Event]]:
    """The earliest run of links inside the time in which enough distinct craft are met, and all later links inside it."""
    limits = scene.parameters
    for first, link in enumerate(links):
        inside = [one for one in links[first:] if one[2].to_ms - link[0] <= limits.mother_within_s * 1000]
        if len({craft for _, craft, _ in inside}) >= limits.mother_links_min:
            return inside
    return []


def _card(scene: Scene, ship: int, links: list[tuple[int, int, Event]]) -> Card:
    limits, line = scene.parameters, scene.lines[ship]
    craft = sorted({number for _, number, _ in links})
    from_ms, to_ms = links[0][0], max(event.to_ms for _, _, event in links)
    event = Event(rule="B11", lines=(ship, *craft), from_ms=from_ms, to_ms=to_ms, lat_e7=links[0][2].lat_e7, lon_e7=links[0][2].lon_e7)
    lines = tuple(sorted((scene.lines[number] for number in event.lines), key=lambda one: one.id))
    rules = sorted({one.rule for _, _, one in links}, key=lambda rule: int(rule[1:]))
    fleet_fish: Result = "fits" if set(innocent.types_of(scene, [scene.lines[number] for number in craft])) <= {30} else "excluded"
    return card(
        scene,
        event,
        version=VERSION,
        title="Mother ship",
        sentence=(
            f"{line.called} was met by {len(craft)} different small craft within {duration((to_ms - from_ms) // 1000)},"
            f" each time as a card of {' and '.join(rules)} says"
        ),
        criteria=(
            at_least("different small craft", limits.mother_links_min, len(craft), "craft"),
            at_most("time", limits.mother_within_s // 3600, (to_ms - from_ms) // 3_600_000, "h"),
        ),
        explanations=(
            innocent.work_craft(scene, (line,)),
            innocent.ferry(scene, (line,)),
            Explanation(
                explanation=innocent.CARRIER,
                tested="whether all craft report fishing, as those that land their catch on a carrier do",
                result=fleet_fish,
            ),
            innocent.waiting(scene, (line,)),
        ),
        closing=innocent.CLOSING | {innocent.WORK, innocent.FERRY, innocent.CARRIER},
        refuted_by="the vessel's trade: bunkering, tenders, catch taken over; or any of the cards that it rests on",
        parts=[one.rows[one.between(from_ms, to_ms)] for one in lines],
    )
