"""Cards of numbers, positions and declarations: B6, identity and false position, and B7, declared against actual course."""

from __future__ import annotations

from typing import Final

import numpy as np

from fairlead.picture import innocent
from fairlead.picture.behaviour.numbers import SPOT, STRAY
from fairlead.picture.cards import at_least, card, duration, kilometres, lines_of, miles, rows_during
from fairlead.picture.event import Event
from fairlead.picture.identity import kind_of_number
from fairlead.picture.scene import Scene
from fairlead.picture.shapes import Card, Criterion, Explanation, Result

NUMBER_VERSION: Final = "2"
DECLARED_VERSION: Final = "1"
WHY: Final = {
    1: "lie on land",
    2: "lie beyond what the receiver can hear",
    3: "are 0 north 0 east",
    STRAY: "are where it cannot have been between the others",
    SPOT: "are exactly where several other numbers were in the same hour",
}
FILLERS: Final = frozenset({111_111_111, 123_456_789, 987_654_321, 999_999_999, 1_193_046, 222_222_222, 333_333_333, 888_888_888})
JAMMED_MIN: Final = 2


def number_card(scene: Scene, event: Event) -> Card:
    """The B6 card of an event."""
    if event["kind"] == 0:
        return _twice_card(scene, event)
    return _changed_card(scene, event) if event["kind"] == 4 else _false_card(scene, event)


def _twice_card(scene: Scene, event: Event) -> Card:
    limits, lines = scene.parameters, lines_of(scene, event)
    span_s = (event.to_ms - event.from_ms) // 1000
    return card(
        scene,
        event,
        version=NUMBER_VERSION,
        title="One number, two places",
        sentence=(
            f"one AIS number was heard from two places at once for {duration(span_s)}, as {lines[0].called} and as {lines[1].called},"
            f" at least {kilometres(event['apart_m'])} apart"
        ),
        criteria=(
            at_least("time heard from both", limits.twice_min_s // 60, span_s // 60, "min"),
            at_least("apart", limits.twice_apart_m // 1000, event["apart_m"] // 1000, "km"),
        ),
        explanations=(_filler(scene, event), innocent.buoy(scene, lines), _crowd(event)),
        closing=innocent.CLOSING | {innocent.FILLER},
        refuted_by="proof that one of the two is a repeated or delayed message, or that both sets were given the number by mistake",
        parts=rows_during(scene, event),
    )


def _filler(scene: Scene, event: Event) -> Explanation:
    mmsi = int(scene.fleet.mmsi[event.lines[0]])
    kind = kind_of_number(mmsi)
    result: Result = "excluded"
    if mmsi in FILLERS or kind.kind == "none":
        result = "fits"
    elif kind.kind == "ship" and not kind.country:  # a wrong country code may be a slip, and may be chosen
        result = "cannot tell"
    tested = "whether the number is one that a set sends which was never programmed; a country code of nobody does not decide it"
    return Explanation(explanation=innocent.FILLER, tested=tested, result=result)


def _crowd(event: Event) -> Explanation:
    result: Result = "fits" if event["lines"] > 3 else "excluded"
    tested = f"the number was heard as {event['lines']} different tracks in the window"
    return Explanation(explanation="many sets with one number", tested=tested, result=result)


def _changed_card(scene: Scene, event: Event) -> Card:
    lines = lines_of(scene, event)
    place = scene.places.nearest(event.lat_e7, event.lon_e7)
    in_port: Result = "cannot tell" if place is None else "fits" if place[0] < scene.parameters.place_gate_m else "excluded"
    fields = event["fields"]
    by_turns = " by turns" if event["alternating"] else ""
    return card(
        scene,
        event,
        version=NUMBER_VERSION,
        title="Identity changed",
        sentence=(
            f"{lines[0].called} went on sending under the same number and said{by_turns} another"
            f" {'identity in ' + str(fields) + ' fields' if fields > 1 else 'name, call sign or IMO number'} than before"
        ),
        criteria=(at_least("changes of name, call sign or IMO number", 1, event["changes"], "changes"),),
        explanations=(
            Explanation(
                explanation=innocent.TYPO,
                tested="whether the new differs in two letters or fewer, or fills in what was empty",
                result="excluded",
            ),
            Explanation(
                explanation=innocent.RENAMED,
                tested=f"whether it lay in port then ({kilometres(place[0])} from the nearest)" if place else "no ports are declared",
                result=in_port,
            ),
            innocent.buoy(scene, lines),
        ),
        closing=innocent.CLOSING | {innocent.RENAMED},
        refuted_by="a register entry that shows the sale or the new name at that date",
        parts=[
            line.rows[line.between(event.from_ms - 3_600_000, event.to_ms + 3_600_000)][:400] if len(line.rows) else line.rows
            for line in lines
        ],
    )


def _false_card(scene: Scene, event: Event) -> Card:
    limits, lines = scene.parameters, lines_of(scene, event)
    jammed: Result = "fits" if event["others"] >= JAMMED_MIN else "excluded"
    return card(
        scene,
        event,
        version=NUMBER_VERSION,
        title="Positions that cannot be",
        sentence=(
            f"{event['positions']} of {event['of']} positions that {lines[0].called} sent in"
            f" {duration((event.to_ms - event.from_ms) // 1000)} {WHY[event['kind']]}"
        ),
        criteria=(at_least("positions that cannot be", limits.false_min, event["positions"], "positions"),),
        explanations=(
            Explanation(
                explanation=innocent.JAMMED,
                tested=f"{event['others']} other numbers had such positions within an hour and 50 km",
                result=jammed,
            ),
            innocent.buoy(scene, lines),
            _river(scene, event),
        ),
        closing=innocent.CLOSING | {innocent.JAMMED, innocent.RIVER},
        refuted_by="a better chart of that coast, or a receiver that proves to hear farther than declared",
        parts=[line.rows[line.between(event.from_ms, event.to_ms)] for line in lines],
    )


def _river(scene: Scene, event: Event) -> Explanation:
    """On land by the chart and moving like a vessel: a river, a canal or a harbour that the chart does not show."""
    number = scene.fleet.mmsi[event.lines[0]]
    same = np.flatnonzero(scene.fleet.mmsi == number).tolist()  # what was at sea as well is on no river, however its track was cut
    own = np.concatenate([np.arange(scene.fleet.start[line], scene.fleet.start[line + 1]) for line in same])
    inland = scene.coast.inland_m(scene.fleet.lat_e7[own], _wrapped(scene.fleet.lon_e7[own]), 100_000)
    always: Result = "excluded"
    if event["kind"] == 1:
        always = "fits" if event["positions"] * 2 > len(own) and float(np.mean(inland > 0)) > 0.8 else "excluded"
    return Explanation(explanation=innocent.RIVER, tested="whether it is where the chart shows land nearly all the time", result=always)


def _wrapped(lon_e7: np.typing.NDArray[np.int64]) -> np.typing.NDArray[np.int64]:
    return (lon_e7 + 1_800_000_000) % 3_600_000_000 - 1_800_000_000


def declared_card(scene: Scene, event: Event) -> Card:
    """The B7 card of an event."""
    limits, lines = scene.parameters, lines_of(scene, event)
    span_s = (event.to_ms - event.from_ms) // 1000
    leaving: Result = "fits" if event["from_m"] < 2 * limits.place_gate_m else "excluded"
    return card(
        scene,
        event,
        version=DECLARED_VERSION,
        title="Course against declaration",
        sentence=(
            f"{lines[0].called} went away from the port that it declares as its destination for {duration(span_s)}"
            f" and is {miles(event['gone_m'])} farther from it"
        ),
        criteria=(
            at_least("time going away", limits.declared_min_s // 60, span_s // 60, "min"),
            Criterion(
                criterion="farther than before by",
                threshold=f"at least {miles(limits.declared_away_m)}",
                observed=miles(event["gone_m"]),
                margin=miles(event["gone_m"] - limits.declared_away_m),
                met=event["gone_m"] >= limits.declared_away_m,
            ),
        ),
        explanations=(
            Explanation(
                explanation=innocent.STALE,
                tested=f"it began {kilometres(event['from_m'])} from there; a crew that has just left may not have changed it yet",
                result=leaving,
            ),
            innocent.fishing(scene, lines, event),
            innocent.ferry(scene, lines),
            innocent.work_craft(scene, lines),
            innocent.pleasure(scene, lines),
            Explanation(explanation="weather routing", tested="no weather is known here", result="cannot tell"),
        ),
        closing=innocent.CLOSING | {innocent.STALE, innocent.FISHING, innocent.FERRY, innocent.WORK, innocent.PLEASURE},
        refuted_by="a new destination in its next report, orders that changed it, or a route around weather or land",
        parts=rows_during(scene, event),
    )
