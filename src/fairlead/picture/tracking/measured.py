"""What a plot says against what a state expects: residual, its covariance, and how the state follows.

1. A plot is a position with an error ellipse, or range and bearing from its station (and a range rate where it has one), taken in by
   the extended Kalman filter: the derivatives are those at the expected place. Bar-Shalom, Li and Kirubarajan 2001, Estimation with
   Applications to Tracking and Navigation, sections 5.2 and 10.3.
2. Bearings are radians clockwise from the second direction of the station's frame (north), differences wrapped to half a turn.
3. Residual (3,), its covariance (3, 3) and cross covariance (4, 3) are filled for two or three measured numbers.
"""

from __future__ import annotations

import math

import numpy as np

from fairlead.picture.ground import Floats
from fairlead.picture.tracking.models import Room, Scan
from fairlead.picture.tracking.plane import EARTH_M, lifted, shadow, turned
from fairlead.report.compiled import kernel

ARC_CUT_M = 1.0  # nearer than this to its station a contact has no bearing


@kernel
def polar(station: Floats, x: float, y: float, z: float) -> tuple[float, float]:
    """Range along the surface and bearing of a position from the anchor of a frame: metres, radians."""
    dx, dy, dz = x - station[0], y - station[1], z - station[2]
    chord = math.sqrt(dx * dx + dy * dy + dz * dz)
    flat = station[0] == 0.0 and station[1] == 0.0 and station[2] == 0.0
    reach = chord if flat else 2.0 * EARTH_M * math.asin(min(1.0, chord / (2.0 * EARTH_M)))
    along, across = shadow(station, x, y, z)
    return reach, math.atan2(along, across)


@kernel
def seen(mean: Floats, cov: Floats, frame: Floats, place: Floats, scan: Scan, plot: int, room: Room) -> int:
    """Fill residual, its covariance `among` and the cross covariance for one plot taken to lie at `place` (3,); how many numbers it
    measures. Range and bearing are used when the sensor states their errors, and the rate where it is a number."""
    error, station, sigma, rate = scan.error[plot], scan.station, scan.sigma, scan.rate[plot]
    residual, spread, cross = room.residual, room.among, room.cross
    if sigma[0] <= 0.0:
        along, across = shadow(frame, place[0], place[1], place[2])
        residual[0], residual[1] = along - mean[0], across - mean[2]
        ee, en, nn = error[0], error[1], error[2]
        if en != 0.0 or ee != nn:
            c, s = turned(frame, mean[0], mean[2])
            one, two, both = ee, nn, en
            ee = c * c * one - 2.0 * c * s * both + s * s * two
            nn = s * s * one + 2.0 * c * s * both + c * c * two
            en = c * s * (one - two) + (c * c - s * s) * both
        spread[0, 0] = cov[0, 0] + ee
        spread[0, 1] = cov[0, 2] + en
        spread[1, 0] = spread[0, 1]
        spread[1, 1] = cov[2, 2] + nn
        for i in range(4):
            cross[i, 0] = cov[i, 0]
            cross[i, 1] = cov[i, 2]
        return 2
    # the expected range and bearing, and the line of sight in the plane of the track
    x, y, z = lifted(frame, mean[0], mean[2])
    reach, bearing = polar(station, x, y, z)
    measured_m, measured_rad = polar(station, place[0], place[1], place[2])
    wx, wy, wz = x - station[0], y - station[1], z - station[2]
    away_x = wx * frame[3] + wy * frame[4] + wz * frame[5]
    away_y = wx * frame[6] + wy * frame[7] + wz * frame[8]
    size = max(math.sqrt(away_x * away_x + away_y * away_y), ARC_CUT_M)
    gx, gy = away_x / size, away_y / size
    # bearings grow to the right as the station's frame has its first direction right of its second
    rx, ry = gy, -gx
    residual[0] = measured_m - reach
    residual[1] = (measured_rad - bearing + math.pi) % (2.0 * math.pi) - math.pi
    for i in range(4):
        cross[i, 0] = cov[i, 0] * gx + cov[i, 2] * gy
        cross[i, 1] = (cov[i, 0] * rx + cov[i, 2] * ry) / size
    spread[0, 0] = gx * cross[0, 0] + gy * cross[2, 0] + sigma[0] * sigma[0]
    spread[0, 1] = gx * cross[0, 1] + gy * cross[2, 1]
    spread[1, 0] = spread[0, 1]
    spread[1, 1] = (rx * cross[0, 1] + ry * cross[2, 1]) / size + sigma[1] * sigma[1]
    if math.isnan(rate):
        return 2
    swing = (mean[1] * rx + mean[3] * ry) / size
    residual[2] = rate - (mean[1] * gx + mean[3] * gy)
    for i in range(4):
        cross[i, 2] = swing * (cov[i, 0] * rx + cov[i, 2] * ry) + cov[i, 1] * gx + cov[i, 3] * gy
    spread[0, 2] = gx * cross[0, 2] + gy * cross[2, 2]
    spread[1, 2] = (rx * cross[0, 2] + ry * cross[2, 2]) / size
    spread[2, 0], spread[2, 1] = spread[0, 2], spread[1, 2]
    turned_in = swing * (rx * cross[0, 2] + ry * cross[2, 2])
    spread[2, 2] = turned_in + gx * cross[1, 2] + gy * cross[3, 2] + sigma[2] * sigma[2]
    return 3


@kernel
def inverted(room: Room, size: int) -> float:
    """The inverse of a covariance of 2 or 3 numbers, and its determinant; a determinant that is not positive says it is none."""
    spread, inverse = room.among, room.inverse
    if size == 2:
        det: float = spread[0, 0] * spread[1, 1] - spread[0, 1] * spread[1, 0]
        inverse[0, 0], inverse[1, 1] = spread[1, 1] / det, spread[0, 0] / det
        inverse[0, 1] = -spread[0, 1] / det
        inverse[1, 0] = inverse[0, 1]
        return det
    a, b, c = spread[0, 0], spread[0, 1], spread[0, 2]
    d, e, f = spread[1, 1], spread[1, 2], spread[2, 2]
    volume: float = a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d)
    inverse[0, 0], inverse[1, 1], inverse[2, 2] = (d * f - e * e) / volume, (a * f - c * c) / volume, (a * d - b * b) / volume
    inverse[0, 1], inverse[0, 2], inverse[1, 2] = (c * e - b * f) / volume, (b * e - c * d) / volume, (b * c - a * e) / volume
    inverse[1, 0], inverse[2, 0], inverse[2, 1] = inverse[0, 1], inverse[0, 2], inverse[1, 2]
    return volume


@kernel
def off(room: Room, size: int) -> float:
    """The squared Mahalanobis distance of the residual."""
    total = 0.0
    for i in range(size):
        for k in range(size):
            total += room.residual[i] * room.inverse[i, k] * room.residual[k]
    return total


@kernel
def gain(room: Room, size: int) -> None:
    """The Kalman gain (4, 3)."""
    for i in range(4):
        for k in range(size):
            total = 0.0
            for inner in range(size):
                total += room.cross[i, inner] * room.inverse[inner, k]
            room.pull[i, k] = total


@kernel
def follow_one(mean: Floats, cov: Floats, room: Room, size: int) -> None:
    """A state that takes one plot as its own, in place."""
    residual, cross, pull = room.residual, room.cross, room.pull
    for i in range(4):
        for k in range(size):
            mean[i] += pull[i, k] * residual[k]
        for column in range(i, 4):
            total = 0.0
            for k in range(size):
                total += pull[i, k] * cross[column, k]
            cov[i, column] -= total
    for i in range(4):
        for k in range(i):
            cov[i, k] = cov[k, i]


@kernel
def follow_some(mean: Floats, cov: Floats, whole: Floats, scatter: Floats, nothing: float, room: Room, size: int) -> None:
    """A state that takes several plots by weight, in place: `whole` (3,) is the weighted residual, `scatter` (3, 3) the weighted
    squares of residuals, `nothing` the weight of none (probabilistic association, Bar-Shalom and Tse 1975, Automatica 11:451)."""
    cross, pull = room.cross, room.pull
    step = np.zeros(4)
    for i in range(4):
        for k in range(size):
            step[i] += pull[i, k] * whole[k]
    for i in range(4):
        for column in range(i, 4):
            total = 0.0
            for k in range(size):
                total -= (1.0 - nothing) * pull[i, k] * cross[column, k]
                for inner in range(size):
                    total += pull[i, k] * scatter[k, inner] * pull[column, inner]
            cov[i, column] += total - step[i] * step[column]
    for i in range(4):
        mean[i] += step[i]
        for k in range(i):
            cov[i, k] = cov[k, i]
