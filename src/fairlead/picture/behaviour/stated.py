"""Events of what vessels say of themselves: B6, an identity that changes, and B7, going elsewhere than declared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from fairlead.picture.event import Event
from fairlead.picture.ground import apart_m
from fairlead.picture.identity import changes
from fairlead.picture.scene import Scene
from fairlead.picture.shapes import Place

IDENTIFYING: Final = ("name", "call_sign", "imo")
WORD: Final = re.compile(r"[A-Z]{3,}")


def identity_changes(scene: Scene) -> Iterator[Event]:
    """B6: a number that goes on sending and says another name, call sign or IMO number than before."""
    lines_of: dict[int, list[int]] = {}
    for line, mmsi in enumerate(scene.fleet.mmsi.tolist()):
        if mmsi:
            lines_of.setdefault(mmsi, []).append(line)
    for mmsi in scene.named.changing():
        if mmsi not in lines_of:
            continue
        real = [one for one in changes(scene.named.of(mmsi)) if one.field in IDENTIFYING and one.weight == "another"]
        if not real:
            continue
        first = min(real, key=lambda one: one.from_ms)
        line = max(lines_of[mmsi], key=lambda number: int(scene.fleet.start[number + 1] - scene.fleet.start[number]))
        own = scene.fleet.of(line)
        at = min(int(np.searchsorted(scene.fleet.t_ms[own], first.from_ms)), own.stop - own.start - 1) + own.start
        yield Event(
            rule="B6",
            lines=(line,),
            from_ms=first.from_ms,
            to_ms=max(one.to_ms for one in real),
            lat_e7=int(scene.fleet.lat_e7[at]),
            lon_e7=int((scene.fleet.lon_e7[at] + 1_800_000_000) % 3_600_000_000 - 1_800_000_000),
            seen=(
                ("kind", 4),
                ("fields", len({one.field for one in real})),
                ("alternating", int(any(one.alternating for one in real))),
                ("changes", len(real)),
            ),
        )


def declared(scene: Scene) -> Iterator[Event]:
    """B7: for hours the distance to the declared destination grows, while the vessel makes way."""
    limits = scene.parameters
    if not scene.places.names:
        return
    step_s = limits.slot_s
    named = by_word(scene.places.names)
    places: dict[bytes, Place | None] = {}
    going = scene.named.last["destination"].keys() - {0}
    for line, mmsi in enumerate(scene.fleet.mmsi.tolist()):
        if mmsi not in going:
            continue
        own = scene.named.of(mmsi)
        for number in np.flatnonzero(own.destination != b"").tolist():
            said = bytes(own.destination[number])
            if said not in places:
                places[said] = match_place(said.decode("latin-1"), named)
            place = places[said]
            if place is None:
                continue
            hour_from = int(own.first_ms[number]) // 1000 // step_s
            hour_to = (int(own.first_ms[number]) // 3_600_000 + 1) * 3600 // step_s
            span = scene.span(line, hour_from - limits.declared_min_s // step_s, hour_to)
            event = _away(scene, line, span, place)
            if event is not None:
                yield event
                break


def _away(scene: Scene, line: int, span: slice, place: Place) -> Event | None:
    limits, steps = scene.parameters, scene.steps
    if span.stop - span.start < 2:
        return None
    every = np.arange(span.start, span.stop, max(1, 600 // limits.slot_s))
    lat, lon = scene.where(every)
    apart = apart_m(lat, lon, np.full(len(lat), place.lat_e7), np.full(len(lon), place.lon_e7))
    going = (np.diff(apart) > 0) & (steps.speed_dkn[every[1:]] >= limits.declared_dkn)
    first = len(going)
    while first > 0 and going[first - 1]:
        first -= 1
    if first >= len(going):
        return None
    begin, end = int(every[first]), int(every[-1])
    span_s = (int(steps.slot[end]) - int(steps.slot[begin])) * limits.slot_s
    gone = int(apart[-1] - apart[first])
    if span_s < limits.declared_min_s or gone < limits.declared_away_m:
        return None
    return Event(
        rule="B7",
        lines=(line,),
        from_ms=scene.slot_ms(int(steps.slot[begin])),
        to_ms=scene.slot_ms(int(steps.slot[end])),
        lat_e7=int(steps.lat_e7[end]),
        lon_e7=int(steps.lon_e7[end]),
        seen=(("gone_m", gone), ("from_m", int(apart[first])), ("place_lat_e7", place.lat_e7), ("place_lon_e7", place.lon_e7)),
    )


def by_word(places: Sequence[Place]) -> dict[str, list[tuple[frozenset[str], Place]]]:
    """Places by the first word of their names in the alphabet, with all of them."""
    found: dict[str, list[tuple[frozenset[str], Place]]] = {}
    for place in places:
        words = frozenset(WORD.findall(place.name.upper()))
        if words:
            found.setdefault(min(words), []).append((words, place))
    return found


def match_place(text: str, places: Mapping[str, Sequence[tuple[frozenset[str], Place]]]) -> Place | None:
    """The one port or anchorage whose whole name stands in a destination; nothing when none does, or several do."""
    said = set(WORD.findall(text.upper()))
    found = [place for word in sorted(said) for words, place in places.get(word, ()) if words <= said]
    return found[0] if len(found) == 1 else None
