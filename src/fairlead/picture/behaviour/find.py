"""All cards of a scene: every rule's events, worded; those whose table has a line that is not met are none."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.picture.behaviour.card_alone import loading_card, loiter_card
from fairlead.picture.behaviour.card_pairs import short_card, slow_card
from fairlead.picture.behaviour.card_silence import gap_card
from fairlead.picture.behaviour.core import core_events
from fairlead.picture.behaviour.event import Event
from fairlead.picture.behaviour.scene import Scene
from fairlead.picture.shapes import Card

CORE = {"B1": slow_card, "B2": short_card, "B3": loading_card, "B4": loiter_card, "B5": gap_card}


def cards_of(scene: Scene) -> list[Card]:
    """Every card of a scene."""
    return [card for card in _cards(scene, core_events(scene)) if all(line.met for line in card.criteria)]


def _cards(scene: Scene, events: list[Event]) -> Iterator[Card]:
    for event in events:
        made = CORE[event.rule](scene, event)
        if made is not None:
            yield made
