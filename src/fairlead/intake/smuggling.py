"""Smuggling played at sea, seeded, with lawful twins that look like it; for measuring what the rules find and what they spare.

1. Acts lie far enough apart not to meet; merchants, fishers and ferries go between them.
2. An act follows what is told of such smuggling, not what a rule asks for, so some acts are missed.
3. The sea is made up, and so is every number: a country code that the ITU has given to nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from fairlead.intake import smuggling_acts as acts
from fairlead.intake import smuggling_twins as twins
from fairlead.intake.acted import Craft, Leg, Pen, Played
from fairlead.intake.smuggling_sea import COAST_LON, HAVENS, HOUR_MS, HOURS, a_ship, drawn, instant_of

Act: TypeAlias = Callable[[Pen, float], None]
SMUGGLING: Final[tuple[Act, ...]] = (
    acts.go_fast_to_mother,
    acts.under_way_both_seen,
    acts.under_way_dark,
    acts.waiting_out,
    acts.switched_off,
    acts.swapped,
    acts.two_places,
    acts.false_places,
    acts.elsewhere,
    acts.go_fast,
    acts.landing,
    acts.dropped,
    acts.mother_ship,
)
LAWFUL: Final[tuple[Act, ...]] = (
    twins.moored_boats,
    twins.gear_at_hand,
    twins.lightering,
    twins.pair_trawlers,
    twins.tow,
    twins.weather,
    twins.pilot_time,
    twins.crossing,
    twins.fisher,
    twins.waits_for_orders,
    twins.surveyor,
    twins.outage,
    twins.badly_heard,
    twins.renamed_in_port,
    twins.mistyped,
    twins.disturbed,
    twins.left_port,
    twins.jetfoil,
    twins.patrol_boat,
    twins.angler,
    twins.hauls_gear,
    twins.divers_ground,
)


def coastline() -> dict[str, Any]:
    """The made-up coast as GeoJSON: land west of 76 degrees west, and an isle far out, since a chart knows the box of its land."""
    shore = [[COAST_LON, number * 0.05] for number in range(45 * 20 + 1)]  # as finely cut as a real one
    ring = [[-79.0, 0.0], *shore, [-79.0, 45.0], [-79.0, 0.0]]
    isle = [[-60.0, 20.0], [-59.9, 20.0], [-59.9, 20.1], [-60.0, 20.0]]
    return {"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon", "coordinates": [[ring], [isle]]}}


def play(seed: int, *, from_ms: int, played: Sequence[Act] = (*SMUGGLING, *LAWFUL)) -> Played:
    """One sea with each act once (or those given) and its lawful traffic; `from_ms` is noon UTC. The same seed, the same sea."""
    pen = Pen(np.random.default_rng(seed), from_ms, from_ms + HOURS * HOUR_MS)
    for number, act in enumerate(played):
        act(pen, 2.0 + number * 1.1)
    _traffic(pen)
    return pen.played()


def _traffic(pen: Pen) -> None:
    """Lawful traffic between the acts: merchants, fishers, ferries."""
    for number in range(14):
        merchant = a_ship(pen, ship_type=70 + 10 * (number % 2), every_s=60.0)
        way: list[Leg] = [(drawn(pen, 8, 16) * 3600, drawn(pen, 11, 17), 90.0)]
        pen.sail(merchant, instant_of(pen, drawn(pen, 0, 30)), 2.55 + number * 2.6, COAST_LON + 0.5, way)
    for number in range(10):
        boat = Craft(number=pen.number(), ship_type=30, length_m=18, station=2, status=7, every_s=60)
        lat, lon = 2.3 + number * 3.7, COAST_LON + drawn(pen, 0.3, 0.8)
        legs: list[Leg] = [(1200, drawn(pen, 2, 4), drawn(pen, 0, 360)) for _ in range(60)]
        pen.sail(boat, instant_of(pen, drawn(pen, 0, 24)), lat, lon, [(3600, 9.0, 90.0), *legs, (3600, 9.0, 270.0)])
    for number in range(3):
        ferry = Craft(number=pen.number(), ship_type=60, length_m=90, name=f"FERRY {number}")
        turns: list[Leg] = [(9000, 18.0, 90.0 if turn % 2 == 0 else 270.0) for turn in range(12)]
        pen.sail(ferry, instant_of(pen, 1), HAVENS[number].lat_e7 / 1e7, COAST_LON + 0.03, turns)
