"""How high the sun stands, to a tenth of a degree: by night, for the rules, is six degrees below the horizon (civil twilight).

The formula is the low-precision one of the Astronomical Almanac (page C5): mean longitude and anomaly, two terms of the equation of
the centre, sidereal time. It errs by less than 0.02 degree between 1950 and 2050; refraction is left out, as it is of no account there.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fairlead.picture.ground import Ints

J2000_MS = 946_728_000_000  # 2000-01-01T12:00:00Z
DAY_MS = 86_400_000


def elevation_ddeg(t_ms: Ints, lat_e7: Ints, lon_e7: Ints) -> Ints:
    """Height of the sun's middle above the horizon at each instant and place, 0.1 degree, halves upward."""
    days = (t_ms - J2000_MS) / DAY_MS
    anomaly = np.radians((357.528 + 0.9856003 * days) % 360)
    mean = (280.460 + 0.9856474 * days) % 360
    ecliptic = np.radians(mean + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    tilt = np.radians(23.439 - 0.0000004 * days)
    ascension = np.arctan2(np.cos(tilt) * np.sin(ecliptic), np.cos(ecliptic))
    declination = np.arcsin(np.sin(tilt) * np.sin(ecliptic))
    sidereal = (280.46061837 + 360.98564736629 * days) % 360
    hour = np.radians(sidereal + lon_e7 / 1e7) - ascension
    lat = np.radians(lat_e7 / 1e7)
    height = np.arcsin(np.sin(lat) * np.sin(declination) + np.cos(lat) * np.cos(declination) * np.cos(hour))
    degrees: npt.NDArray[np.float64] = np.degrees(height)
    tenths: Ints = np.floor(degrees * 10 + 0.5).astype(np.int64)
    return tenths
