"""What every rule reads: the fleet, its steps, the thresholds, and what is known of coasts and places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from fairlead.envelope import Digest
from fairlead.picture.fleet import Fleet, Steps
from fairlead.picture.gather import Gathered
from fairlead.picture.ground import Ints
from fairlead.picture.line import Line
from fairlead.picture.named import Named
from fairlead.picture.parameters import Parameters
from fairlead.picture.places import Places
from fairlead.report.compiled import kernel


@kernel
def _places_at(start: Ints, slots: npt.NDArray[np.int32], lines: Ints, slot: int) -> Ints:
    """By halving, line for line."""
    found = np.full(len(lines), -1, dtype=np.int64)
    for number in range(len(lines)):
        low, high = start[lines[number]], start[lines[number] + 1]
        end = high
        while low < high:
            middle = (low + high) // 2
            if slots[middle] < slot:
                low = middle + 1
            else:
                high = middle
        if low < end and slots[low] == slot:
            found[number] = low
    return found


class Coast(Protocol):
    """What may be asked of a chart: distance from shore in whole metres, capped one above `most_m`; -1 where no coast is known."""

    @property
    def digest(self) -> str:
        """What names the chart; empty for none."""

    def shore_m(self, lat_e7: Ints, lon_e7: Ints, most_m: int) -> Ints: ...

    def inland_m(self, lat_e7: Ints, lon_e7: Ints, most_m: int) -> Ints:
        """Distance from shore of what lies on land, 0 at sea, capped; -1 where no coast is known."""

    def seas_near(self, lat_e7: int, lon_e7: int, most_m: int) -> tuple[tuple[str, int], ...]:
        """Territorial seas within so many metres and how far each is, the nearest first."""


class NoCoast:
    """No chart: nothing is known of any coast."""

    digest = ""

    def seas_near(self, lat_e7: int, lon_e7: int, most_m: int) -> tuple[tuple[str, int], ...]:
        """None."""
        return ()

    def shore_m(self, lat_e7: Ints, lon_e7: Ints, most_m: int) -> Ints:
        """-1 for each position."""
        return np.full(len(lat_e7), -1, dtype=np.int64)

    def inland_m(self, lat_e7: Ints, lon_e7: Ints, most_m: int) -> Ints:
        """-1 for each position."""
        return np.full(len(lat_e7), -1, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """The contacts of a view, each one vessel as far as anybody can tell; `lines` go with the fleet's lines by number."""

    gathered: Gathered
    key: Digest
    parameters: Parameters
    places: Places
    coast: Coast
    named: Named
    fleet: Fleet
    steps: Steps
    lines: Sequence[Line]

    def slot_ms(self, slot: int) -> int:
        """The instant of a slot, Unix milliseconds."""
        return slot * self.parameters.slot_s * 1000

    def slots(self, span_s: int) -> int:
        """How many steps of a slot a time is, rounded down."""
        return span_s // self.parameters.slot_s

    def where(self, places: npt.NDArray[np.intp] | Ints) -> tuple[Ints, Ints]:
        """Positions at places in the steps, 1e-7 degree."""
        return self.steps.lat_e7[places].astype(np.int64), self.steps.lon_e7[places].astype(np.int64)

    def span(self, line: int, from_slot: int, to_slot: int) -> slice:
        """Places in the steps of one line from one slot to another, ends included."""
        begin, end = int(self.steps.start[line]), int(self.steps.start[line + 1])
        own = self.steps.slot[begin:end]
        return slice(begin + int(np.searchsorted(own, from_slot, "left")), begin + int(np.searchsorted(own, to_slot, "right")))

    def place_at(self, line: int, slot: int) -> int:
        """The place in the steps at which a line has a slot; -1 when it is not known then."""
        found = self.span(line, slot, slot)
        return found.start if found.stop > found.start else -1

    def places_at(self, lines: Ints, slot: int) -> Ints:
        """The same of many lines at once: a place for each, -1 where it is not known then."""
        return _places_at(self.steps.start, self.steps.slot, lines, slot)

    def off_shore(self, lat_e7: Ints, lon_e7: Ints, least_m: int) -> npt.NDArray[np.bool_]:
        """Whether each position is at least that far from shore; all are where no coast is known."""
        apart = self.coast.shore_m(lat_e7, lon_e7, least_m)
        return (apart < 0) | (apart >= least_m)

    def off_places(self, lat_e7: Ints, lon_e7: Ints, least_m: int) -> npt.NDArray[np.bool_]:
        """Whether each position is at least that far from every port and anchorage, and outside the radius of each."""
        return self.places.near(lat_e7, lon_e7, least_m) < 0
