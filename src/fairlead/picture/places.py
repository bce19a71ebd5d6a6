"""Ports and anchorages as columns, asked about many positions at once: lying near one is ordinary, and no grounds for anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fairlead.picture.ground import METRES_PER_E7, Ints, apart_k, apart_one_m
from fairlead.picture.shapes import Place
from fairlead.report.compiled import kernel


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Places in order of latitude, and their columns in 1e-7 degree and metres."""

    names: tuple[Place, ...]
    lat_e7: Ints
    lon_e7: Ints
    radius_m: Ints

    def near(self, lat_e7: Ints, lon_e7: Ints, gate_m: int) -> Ints:
        """For each position the first place that it is nearer to than `gate_m`, or than the place's own radius; -1 for none."""
        found = np.full(len(lat_e7), -1, dtype=np.int64)
        if len(self.names) and len(lat_e7):
            widest = max(gate_m, int(self.radius_m.max()))
            _near(lat_e7, lon_e7, self.lat_e7, self.lon_e7, self.radius_m, gate_m, round(widest / METRES_PER_E7) + 2, found)
        return found

    def nearest(self, lat_e7: int, lon_e7: int) -> tuple[int, Place] | None:
        """Distance in metres and the nearest place, by its centre; nothing when none is declared."""
        if not self.names:
            return None
        apart = np.empty(len(self.names), dtype=np.int64)
        _all(lat_e7, lon_e7, self.lat_e7, self.lon_e7, apart)
        best = int(np.argmin(apart))
        return apart_one_m(lat_e7, lon_e7, self.names[best].lat_e7, self.names[best].lon_e7), self.names[best]


def places_of(places: Sequence[Place], most: int) -> Places:
    """At most so many places, in one order whatever order they came in."""
    chosen = sorted(places, key=lambda one: (one.name, one.kind, one.lat_e7, one.lon_e7, one.radius_m))[:most]
    chosen.sort(key=lambda one: one.lat_e7)
    columns = [np.array([getattr(one, name) for one in chosen], dtype=np.int64) for name in ("lat_e7", "lon_e7", "radius_m")]
    return Places(names=tuple(chosen), lat_e7=columns[0], lon_e7=columns[1], radius_m=columns[2])


@kernel
def _near(lat: Ints, lon: Ints, place_lat: Ints, place_lon: Ints, radius: Ints, gate_m: int, reach_e7: int, found: Ints) -> None:
    for at in range(len(lat)):
        first = np.searchsorted(place_lat, lat[at] - reach_e7)
        for place in range(first, len(place_lat)):
            if place_lat[place] > lat[at] + reach_e7:
                break
            if apart_k(lat[at], lon[at], place_lat[place], place_lon[place]) < max(gate_m, radius[place]):
                found[at] = place
                break


@kernel
def _all(lat: int, lon: int, place_lat: Ints, place_lon: Ints, apart: Ints) -> None:
    for place in range(len(place_lat)):
        apart[place] = apart_k(lat, lon, place_lat[place], place_lon[place])
