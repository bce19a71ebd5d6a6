"""stub"""

from __future__ import annotations

import numpy as np

from fairlead.picture.ground import Ints


def elevation_ddeg(t_ms: Ints, lat_e7: Ints, lon_e7: Ints) -> Ints:
    d = t_ms / 86_400_000 - 10957.5
    g = np.radians((357.529 + 0.98560028 * d) % 360)
    q = (280.459 + 0.98564736 * d) % 360
    lam = np.radians(q + 1.915 * np.sin(g) + 0.020 * np.sin(2 * g))
    e = np.radians(23.439 - 0.00000036 * d)
    ra = np.arctan2(np.cos(e) * np.sin(lam), np.cos(lam))
    dec = np.arcsin(np.sin(e) * np.sin(lam))
    gmst = (18.697374558 + 24.06570982441908 * d) % 24
    ha = np.radians(gmst * 15 + lon_e7 / 1e7) - ra
    lat = np.radians(lat_e7 / 1e7)
    return np.rint(np.degrees(np.arcsin(np.sin(lat) * np.sin(dec) + np.cos(lat) * np.cos(dec) * np.cos(ha))) * 10).astype(np.int64)
