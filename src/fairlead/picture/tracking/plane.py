"""Positions as unit vectors, and the tangent plane of a track at its own anchor, so dateline and poles are nothing special.

1. The earth is the sphere of `picture.ground` (mean radius R1 of WGS 84), on which ranges and distances are measured everywhere here.
2. A frame is nine numbers: the anchor and two orthogonal directions along the surface. A flat world has the anchor at zero and the
   first two axes as directions; the same code runs on it, which is how it is held to others' filters.
3. In a plane a position is its shadow (orthographic): 20 km from the anchor it is 3 cm too near. Further out a track gets a new anchor.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from fairlead.picture.ground import RADIANS_PER_E7, Floats, Ints
from fairlead.report.compiled import kernel

EARTH_M: Final = 6_371_008.8
ANCHOR_MAX_M: Final = 20_000.0
STEEP: Final = 0.9  # nearer to the poles than this share of the radius, directions start from another axis
FLAT: Final = np.array([0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0])


@kernel
def vectors(lat_e7: Ints, lon_e7: Ints) -> Floats:
    """Earth-centred positions (n, 3) in metres."""
    found = np.empty((len(lat_e7), 3))
    for row in range(len(lat_e7)):
        lat, lon = lat_e7[row] * RADIANS_PER_E7, lon_e7[row] * RADIANS_PER_E7
        found[row, 0] = EARTH_M * math.cos(lat) * math.cos(lon)
        found[row, 1] = EARTH_M * math.cos(lat) * math.sin(lon)
        found[row, 2] = EARTH_M * math.sin(lat)
    return found


@kernel
def anchored(frame: Floats, x: float, y: float, z: float) -> None:
    """Write the frame (9,) of a position: itself, a direction across and the one that completes them, right-handed seen from above."""
    length = math.sqrt(x * x + y * y + z * z)
    ux, uy, uz = x / length, y / length, z / length
    if abs(uz) < STEEP:  # east: the pole's axis across the position
        ex, ey, ez = -uy, ux, 0.0
    else:
        ex, ey, ez = 0.0, -uz, uy
    size = math.sqrt(ex * ex + ey * ey + ez * ez)
    ex, ey, ez = ex / size, ey / size, ez / size
    frame[0], frame[1], frame[2] = x, y, z
    frame[3], frame[4], frame[5] = ex, ey, ez
    frame[6], frame[7], frame[8] = uy * ez - uz * ey, uz * ex - ux * ez, ux * ey - uy * ex


@kernel
def shadow(frame: Floats, x: float, y: float, z: float) -> tuple[float, float]:
    """A position in the plane of a frame, metres along its two directions."""
    dx, dy, dz = x - frame[0], y - frame[1], z - frame[2]
    return dx * frame[3] + dy * frame[4] + dz * frame[5], dx * frame[6] + dy * frame[7] + dz * frame[8]


@kernel
def lifted(frame: Floats, along: float, across: float) -> tuple[float, float, float]:
    """The position on the sphere above a place in the plane of a frame; in a flat world the place itself."""
    x = frame[0] + along * frame[3] + across * frame[6]
    y = frame[1] + along * frame[4] + across * frame[7]
    z = frame[2] + along * frame[5] + across * frame[8]
    if frame[0] == 0.0 and frame[1] == 0.0 and frame[2] == 0.0:
        return x, y, z
    # up again by what the plane lies above the sphere there
    rest = max(EARTH_M * EARTH_M - along * along - across * across, 0.0)
    drop = math.sqrt(rest) / EARTH_M - 1.0
    return x + drop * frame[0], y + drop * frame[1], z + drop * frame[2]


@kernel
def placed(frame: Floats, along: float, across: float) -> tuple[float, float]:
    """Latitude and longitude in radians of a place in the plane of a frame."""
    x, y, z = lifted(frame, along, across)
    return math.atan2(z, math.sqrt(x * x + y * y)), math.atan2(y, x)


@kernel
def turned(frame: Floats, along: float, across: float) -> tuple[float, float]:
    """Cosine and sine of the turn from a frame's directions to east and north at a place: east = c * first + s * second."""
    x, y, _ = lifted(frame, along, across)
    size = math.sqrt(x * x + y * y)
    if size == 0.0:
        return 1.0, 0.0
    east_x, east_y = -y / size, x / size
    first = east_x * frame[3] + east_y * frame[4]
    second = east_x * frame[6] + east_y * frame[7]
    norm = math.sqrt(first * first + second * second)
    if norm == 0.0:
        return 1.0, 0.0
    return first / norm, second / norm
