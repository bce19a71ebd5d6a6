"""Distances on the sphere in a local tangent plane around each pair, rounded to whole metres before anything is decided.

1. Longitude differences are wrapped, so the dateline is nowhere special.
2. Good to 0.5 % up to a few hundred kilometres below 70 degrees of latitude; no rule here asks for more.
3. Only operations that IEEE 754 rounds in one way (sum, product, quotient, root, floor), and no library's cosine: numpy, compiled
   code, DuckDB and the Java machine give the same metres, so one event is the same on every engine.
"""

from __future__ import annotations

import math
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from fairlead.report.compiled import kernel

Ints: TypeAlias = npt.NDArray[np.int64]
Whole: TypeAlias = int | np.int64
Floats: TypeAlias = npt.NDArray[np.float64]

TURN_E7: Final = 3_600_000_000
HALF_E7: Final = 1_800_000_000
METRES_PER_E7: Final = math.radians(1e-7) * 6_371_008.8  # mean radius R1 of WGS 84
RADIANS_PER_E7: Final = math.radians(1e-7)
COSINE: Final = tuple((-1) ** power / math.factorial(2 * power) for power in range(8, 0, -1))  # Taylor; 1e-13 at 60 degrees


def wrap_e7(lon_e7: Ints) -> Ints:
    """Longitudes or differences brought into [-180, 180) degrees."""
    turned: Ints = (lon_e7 + HALF_E7) % TURN_E7 - HALF_E7
    return turned


def wrap_one_e7(lon_e7: int) -> int:
    return (lon_e7 + HALF_E7) % TURN_E7 - HALF_E7


def cosine(radians: Floats) -> Floats:
    """The cosine of angles up to a quarter turn, by Horner's rule in a fixed order."""
    square = radians * radians
    total = np.zeros_like(radians)
    for factor in COSINE:
        total = (total + factor) * square
    one: Floats = total + 1.0
    return one


@kernel
def cosine_k(radians: float) -> float:
    """`cosine` of one angle, to the last bit."""
    square = radians * radians
    total = 0.0
    for factor in COSINE:
        total = (total + factor) * square
    return total + 1.0


def rounded(values: Floats) -> Ints:
    """Whole numbers, halves upward."""
    whole: Ints = np.floor(values + 0.5).astype(np.int64)
    return whole


def apart_m(lat_a: Ints, lon_a: Ints, lat_b: Ints, lon_b: Ints) -> Ints:
    """Distance of each pair, whole metres."""
    north = (lat_b - lat_a) * METRES_PER_E7
    east = wrap_e7(lon_b - lon_a) * METRES_PER_E7 * cosine(np.asarray(lat_a + lat_b, dtype=np.float64) * (RADIANS_PER_E7 / 2))
    return rounded(np.sqrt(north * north + east * east))


@kernel
def apart_k(lat_a: Whole, lon_a: Whole, lat_b: Whole, lon_b: Whole) -> int:
    """`apart_m` of one pair inside a kernel."""
    turned = (lon_b - lon_a + HALF_E7) % TURN_E7 - HALF_E7
    north = (lat_b - lat_a) * METRES_PER_E7
    east = turned * METRES_PER_E7 * cosine_k((lat_a + lat_b) * (RADIANS_PER_E7 / 2))
    return math.floor(math.sqrt(north * north + east * east) + 0.5)


def apart_one_m(lat_a: int, lon_a: int, lat_b: int, lon_b: int) -> int:
    """Distance of one pair, whole metres."""
    square = ((lat_a + lat_b) * (RADIANS_PER_E7 / 2)) ** 2
    total = 0.0
    for factor in COSINE:
        total = (total + factor) * square
    north = (lat_b - lat_a) * METRES_PER_E7
    east = wrap_one_e7(lon_b - lon_a) * METRES_PER_E7 * (total + 1.0)
    return math.floor(math.sqrt(north * north + east * east) + 0.5)


def reach_m(speed_dkn: int, span_ms: Ints) -> Ints:
    """How far `speed_dkn` goes in each span, whole metres (0.1 kn is 0.0514444 m/s)."""
    reach: Ints = span_ms * speed_dkn * 514_444 // 10**10
    return reach


def reach_one_m(speed_dkn: int, span_ms: int) -> int:
    return span_ms * speed_dkn * 514_444 // 10**10
