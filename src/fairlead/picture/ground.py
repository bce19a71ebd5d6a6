"""Distances on the sphere in a local tangent plane around each pair, rounded to whole metres before anything is decided.

1. Longitude differences are wrapped, so the dateline is nowhere special.
2. Good to 0.5 % up to a few hundred kilometres below 70 degrees of latitude; no rule here asks for more.
"""

from __future__ import annotations

import math
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]

TURN_E7: Final = 3_600_000_000
HALF_E7: Final = 1_800_000_000
METRES_PER_E7: Final = math.radians(1e-7) * 6_371_008.8
RADIANS_PER_E7: Final = math.radians(1e-7)


def wrap_e7(lon_e7: Ints) -> Ints:
    """Longitudes or differences brought into [-180, 180) degrees."""
    turned: Ints = (lon_e7 + HALF_E7) % TURN_E7 - HALF_E7
    return turned


def wrap_one_e7(lon_e7: int) -> int:
    return (lon_e7 + HALF_E7) % TURN_E7 - HALF_E7


def unwrap_e7(lon_e7: Ints) -> Ints:
    """The same longitudes without the jump at the dateline, so that they can be interpolated."""
    if len(lon_e7) < 2:
        return lon_e7
    steps = wrap_e7(np.diff(lon_e7))
    return np.concatenate([lon_e7[:1], lon_e7[0] + np.cumsum(steps)])


def apart_m(lat_a: Ints, lon_a: Ints, lat_b: Ints, lon_b: Ints) -> Ints:
    """Distance of each pair, whole metres."""
    north = (lat_b - lat_a) * METRES_PER_E7
    east = wrap_e7(lon_b - lon_a) * METRES_PER_E7 * np.cos((lat_a + lat_b) * (RADIANS_PER_E7 / 2))
    apart: Ints = np.rint(np.sqrt(north * north + east * east)).astype(np.int64)
    return apart


def apart_one_m(lat_a: int, lon_a: int, lat_b: int, lon_b: int) -> int:
    """Distance of one pair, whole metres."""
    north = (lat_b - lat_a) * METRES_PER_E7
    east = wrap_one_e7(lon_b - lon_a) * METRES_PER_E7 * math.cos((lat_a + lat_b) * (RADIANS_PER_E7 / 2))
    return round(math.sqrt(north * north + east * east))


def reach_m(speed_dkn: int, span_ms: Ints) -> Ints:
    """How far `speed_dkn` goes in each span, whole metres (0.1 kn is 0.0514444 m/s)."""
    reach: Ints = span_ms * speed_dkn * 514_444 // 10**10
    return reach


def reach_one_m(speed_dkn: int, span_ms: int) -> int:
    return span_ms * speed_dkn * 514_444 // 10**10


def speed_dkn(apart: Ints, span_ms: int) -> Ints:
    """The speed that covers each distance in the span, 0.1 kn, rounded."""
    speed: Ints = np.rint(apart * (10**10 / (514_444 * span_ms))).astype(np.int64)
    return speed
