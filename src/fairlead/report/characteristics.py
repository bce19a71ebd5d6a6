"""How a sensor sees, as its originator states it: part of what its feed is, so known to who may see the feed and to nobody else.

Every number may be left unknown; what is unknown is taken from the parameters of the picture. A radar of which the time of a turn is
not known is never held to have missed anything.
"""

from __future__ import annotations

from typing import Final

import msgspec

from fairlead.errors import BadInput

TURN_MAX_MS: Final = 600_000
FULL_DDEG: Final = 3600


class Characteristics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`turn_ms`: time in which it looks at every place once. `detection_permille`: it reports a vessel in a look. `clutter_per_kkm2`:
    false plots in a look on 1000 km2. Standard deviations of range and bearing; biases as far as the originator knows them, measured
    minus true. The sector of bearings it sees, clockwise; equal ends: all round. Raises BadInput."""

    turn_ms: int = 0
    detection_permille: int = 0
    clutter_per_kkm2: int = 0
    range_sigma_m: int = 0
    bearing_sigma_mdeg: int = 0
    bias_range_m: int = 0
    bias_bearing_mdeg: int = 0
    sector_from_ddeg: int = 0
    sector_to_ddeg: int = 0

    def __post_init__(self) -> None:
        bounds = {
            "turn_ms": (0, TURN_MAX_MS),
            "detection_permille": (0, 999),
            "clutter_per_kkm2": (0, 1_000_000),
            "range_sigma_m": (0, 20_000),
            "bearing_sigma_mdeg": (0, 20_000),
            "bias_range_m": (-20_000, 20_000),
            "bias_bearing_mdeg": (-20_000, 20_000),
            "sector_from_ddeg": (0, FULL_DDEG - 1),
            "sector_to_ddeg": (0, FULL_DDEG - 1),
        }
        for name, (least, most) in bounds.items():
            if not least <= getattr(self, name) <= most:
                raise BadInput("a characteristic of a sensor is out of range", where=name, do=f"{least} to {most}")
        if bool(self.range_sigma_m) != bool(self.bearing_sigma_mdeg):
            do = "state range_sigma_m and bearing_sigma_mdeg, or leave both out"
            raise BadInput("a sensor states the error of its range or of its bearing alone", where="range_sigma_m", do=do)
