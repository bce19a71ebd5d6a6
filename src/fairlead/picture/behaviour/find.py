"""All cards of a scene: every rule's events, worded; those whose table has a line that is not met are none.

B12, hull attachment and rip-on/rip-off, leaves nothing in a track and is never a card: UNSEEN says so wherever cards are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from fairlead.picture.behaviour.card_alone import loading_card, loiter_card
from fairlead.picture.behaviour.card_numbers import declared_card, number_card
from fairlead.picture.behaviour.card_pairs import short_card, slow_card
from fairlead.picture.behaviour.card_silence import gap_card
from fairlead.picture.behaviour.card_stops import drop_card, fast_card, landing_card
from fairlead.picture.behaviour.core import core_events
from fairlead.picture.behaviour.linking import mother_cards
from fairlead.picture.behaviour.numbers import false_positions, strays, twice
from fairlead.picture.behaviour.stated import declared, identity_changes
from fairlead.picture.behaviour.stopping import drop_offs, fast, landings
from fairlead.picture.event import Event
from fairlead.picture.scene import Scene
from fairlead.picture.shapes import Card, Rule

UNSEEN: Final = (
    "B12, a hull attachment or drugs put into a container and taken out again, leaves nothing in a track; nothing here speaks of it"
)
WORDED: Final[Mapping[Rule, Callable[[Scene, Event], Card | None]]] = {
    "B1": slow_card,
    "B2": short_card,
    "B3": loading_card,
    "B4": loiter_card,
    "B5": gap_card,
    "B6": number_card,
    "B7": declared_card,
    "B8": fast_card,
    "B9": landing_card,
    "B10": drop_card,
}


def events_of(scene: Scene, core: Callable[[Scene], list[Event]] = core_events) -> list[Event]:
    """Events of B1 to B10, sorted; `core` finds those of B1 to B5."""
    alone = [*twice(scene), *false_positions(scene), *strays(scene), *identity_changes(scene), *declared(scene)]
    return [*core(scene), *sorted([*alone, *fast(scene), *landings(scene), *drop_offs(scene)])]


def cards_of(scene: Scene, core: Callable[[Scene], list[Event]] = core_events) -> list[Card]:
    """Every card of a scene."""
    return worded(scene, events_of(scene, core))


def worded(scene: Scene, events: list[Event]) -> list[Card]:
    """The cards of these events, and those of B11 that follow from them."""
    kept: list[tuple[Event, Card]] = []
    for event in events:
        made = WORDED[event.rule](scene, event)
        if made is not None and all(line.met for line in made.criteria):
            kept.append((event, made))
    cards = [made for _, made in kept]
    return [*cards, *mother_cards(scene, [event for event, _ in kept], cards)]
