"""Cards of two contacts together: B1, slow transfer, and B2, short transfer under way."""

from __future__ import annotations

from typing import Final

from fairlead.picture import innocent
from fairlead.picture.cards import (
    at_least,
    at_most,
    below_kn,
    card,
    duration,
    kilometres,
    knots,
    least_kn,
    lines_of,
    off_shore,
    rows_during,
)
from fairlead.picture.event import Event
from fairlead.picture.line import Line
from fairlead.picture.scene import Scene
from fairlead.picture.shapes import Card, Criterion

SLOW_VERSION: Final = "2"
SHORT_VERSION: Final = "1"


def slow_card(scene: Scene, event: Event) -> Card:
    """The B1 card of an event."""
    limits, lines = scene.parameters, lines_of(scene, event)
    tops = {scene.lines[event.lines[0]].id: event["top_one_dkn"], scene.lines[event.lines[1]].id: event["top_other_dkn"]}
    place = scene.places.nearest(event.lat_e7, event.lon_e7)
    span_s = (event.to_ms - event.from_ms) // 1000
    criteria = [
        at_most("distance apart", limits.slow_transfer_gate_m, event["apart_m"], "m"),
        at_least("time together", limits.slow_transfer_min_s // 60, span_s // 60, "min"),
        *(below_kn(f"top speed of {line.called}", limits.slow_transfer_dkn, tops[line.id]) for line in lines),
        at_most("longest break", limits.slow_transfer_break_s, event["break_s"], "s"),
        *_far(place, limits.place_gate_m),
    ]
    where = f"{kilometres(place[0])} from the nearest port or anchorage" if place else "no port or anchorage is declared"
    return card(
        scene,
        event,
        version=SLOW_VERSION,
        title="Slow transfer",
        sentence=(
            f"{lines[0].called} and {lines[1].called} stayed within {event['apart_m']} m of each other for {duration(span_s)}"
            f" at no more than {knots(max(tops.values()))}, {where}"
        ),
        criteria=criteria,
        explanations=(
            innocent.port(place, limits.place_gate_m),
            innocent.moored(scene, lines, event),
            innocent.buoy(scene, lines),
            innocent.work_craft(scene, lines),
            innocent.lightering(scene, lines),
        ),
        closing=innocent.CLOSING,
        refuted_by=f"positions showing them more than {limits.slow_transfer_gate_m} m apart or faster, or a lawful reason for it",
        parts=rows_during(scene, event),
    )


def _far(place: tuple[int, object] | None, gate_m: int) -> list[Criterion]:
    return [at_least("distance from a port or anchorage", gate_m, place[0], "m")] if place else []


def _turned(line: Line, limit: int, percent: int) -> Criterion:
    name = f"change of velocity of {line.called}"
    if percent >= 0:
        return at_least(name, limit, percent, "%")
    return Criterion(
        criterion=name, threshold=f"at least {limit} %, where known", observed="not heard before", margin="unknown", met=True
    )


def short_card(scene: Scene, event: Event) -> Card:
    """The B2 card of an event."""
    limits, lines = scene.parameters, lines_of(scene, event)
    turned = {
        scene.lines[event.lines[0]].id: event["deviation_one_percent"],
        scene.lines[event.lines[1]].id: event["deviation_other_percent"],
    }
    place = scene.places.nearest(event.lat_e7, event.lon_e7)
    span_s = (event.to_ms - event.from_ms) // 1000
    unheard = [line.called for line in lines if turned[line.id] < 0]
    came = "both had left the course and speed that they had before"
    if unheard:
        came = f"{' and '.join(unheard)} {'was' if len(unheard) == 1 else 'were'} not heard in the time before"
    return card(
        scene,
        event,
        version=SHORT_VERSION,
        title="Short transfer under way",
        sentence=(
            f"{lines[0].called} and {lines[1].called} went side by side for {duration(span_s)} within"
            f" {event['apart_m']} m of each other at {knots(event['mean_dkn'])}; {came}"
        ),
        criteria=(
            at_most("distance apart", limits.short_transfer_gate_m, event["apart_m"], "m"),
            at_least("time together", limits.short_transfer_min_s // 60, span_s // 60, "min"),
            least_kn("mean speed", limits.short_transfer_dkn, event["mean_dkn"]),
            *(_turned(line, limits.deviation_percent, turned[line.id]) for line in lines),
            *off_shore(scene, event, limits.short_transfer_shore_m),
            *_far(place, limits.place_gate_m),
        ),
        explanations=(
            innocent.work_craft(scene, lines),
            innocent.ferry(scene, lines),
            innocent.fishing(scene, lines, event),
            innocent.pleasure(scene, lines),
            innocent.buoy(scene, lines),
            innocent.lightering(scene, lines),
        ),
        closing=innocent.CLOSING | {innocent.WORK, innocent.FERRY, innocent.FISHING, innocent.PLEASURE},
        refuted_by="positions showing them farther apart, or a tow, an escort or a joint passage that is on record",
        parts=rows_during(scene, event, before_ms=limits.deviation_before_s * 1000),
    )
