"""What of a record states distress, and the few fields of it that a rescue centre keeps whatever was halted (red line 5).

1. Only a record that itself states distress has any: a report with a nature of distress, or the position of a distress beacon in an
   AIS feed. Nobody's position is told because somebody might need help.
2. Position, time, nature of distress, people on board if stated. Never who reported, with what, or anything else of the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from fairlead.envelope import JsonValue
from fairlead.report.detection import Detections

# The natures of distress of digital selective calling (ITU-R M.493).
Distress: TypeAlias = Literal[
    "fire_explosion",
    "flooding",
    "collision",
    "grounding",
    "listing_capsizing",
    "sinking",
    "disabled_adrift",
    "abandoning_ship",
    "piracy_attack",
    "man_overboard",
    "epirb_emission",
    "undesignated",
]
NATURES: Final[frozenset[str]] = frozenset(get_args(Distress))

# Numbers of distress beacons (ITU-R M.585): AIS-SART, man overboard, EPIRB-AIS.
BEACONS: Final[dict[int, str]] = {970: "undesignated", 972: "man_overboard", 974: "epirb_emission"}
BEACON_ACTIVE: Final = 14  # navigational status of a beacon that is not being tested (ITU-R M.1371)
_PREFIX: Final = 1_000_000


def of_report(report: JsonValue) -> list[JsonValue]:
    """The minimum of a sighting that states distress; empty when it states none."""
    if not isinstance(report, Mapping) or report.get("distress") not in NATURES:
        return []
    found: dict[str, JsonValue] = {key: report[key] for key in ("t_ms", "lat_e7", "lon_e7", "distress")}
    seen = report.get("people_seen", -1)
    if isinstance(seen, int) and seen >= 0:
        found["people"] = seen
    return [found]


def of_detections(detections: Detections) -> list[JsonValue]:
    """The minimum of each position sent by a distress beacon that is not being tested, in the order of time."""
    beacons = np.isin(detections.mmsi // _PREFIX, list(BEACONS)) & (detections.status == BEACON_ACTIVE)
    rows = np.flatnonzero(beacons)
    return [
        {
            "t_ms": int(detections.t_ms[row]),
            "lat_e7": int(detections.lat_e7[row]),
            "lon_e7": int(detections.lon_e7[row]),
            "distress": BEACONS[int(detections.mmsi[row]) // _PREFIX],
        }
        for row in rows[np.argsort(detections.t_ms[rows], kind="stable")]
    ]
