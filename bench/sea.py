"""A seeded day at sea for benches: moored and moving vessels with steady reports, as Detections and as a MarineCadastre CSV."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from fairlead.picture import Place
from fairlead.report.detection import Detections

START_MS = 1_600_041_600_000  # 2020-09-14T00:00:00Z
DAY_MS = 86_400_000


def sea(vessels: int, each: int, seed: int = 1) -> tuple[Detections, list[Place]]:
    """`each` reports of every vessel over a day: half of them moored at one of 200 ports, the others under way at 1 to 18 knots."""
    dice = np.random.default_rng(seed)
    count, step = vessels * each, DAY_MS / each
    t_ms = START_MS + np.sort((np.arange(each) * step)[None, :] + dice.uniform(0, step * 0.8, (vessels, each)), axis=1).astype(np.int64)
    ports = np.stack([dice.uniform(25, 48, 200), dice.uniform(-98, -66, 200)], 1)
    moored, home = dice.random(vessels) < 0.5, ports[dice.integers(0, 200, vessels)]
    lat = np.where(moored, home[:, 0] + dice.normal(0, 0.01, vessels), dice.uniform(25, 48, vessels))
    lon = np.where(moored, home[:, 1] + dice.normal(0, 0.01, vessels), dice.uniform(-98, -66, vessels))
    knots, course = np.where(moored, 0, dice.uniform(1, 18, vessels)), dice.uniform(0, 2 * np.pi, vessels)
    way = knots[:, None] * (t_ms - START_MS) / 3.6e6 / 60
    lats = np.clip(lat[:, None] + way * np.cos(course)[:, None] + dice.normal(0, 1e-5, (vessels, each)), -89, 89)
    lons = lon[:, None] + way * np.sin(course)[:, None] / np.cos(np.radians(35)) + dice.normal(0, 1e-5, (vessels, each))
    told = np.clip(np.rint(knots[:, None] * 10 + dice.normal(0, 1, (vessels, each))), 0, 1022)

    def same(value: int, kind: str) -> np.ndarray:  # type: ignore[type-arg]
        return np.full(count, value, dtype=kind)

    rows = Detections(
        t_ms=t_ms.ravel(),
        lat_e7=(np.rint(lats * 1e5) * 100).astype(np.int32).ravel(),
        lon_e7=(np.rint(((lons + 180) % 360 - 180) * 1e5) * 100).astype(np.int32).ravel(),
        sog_dkn=told.astype(np.int16).ravel(),
        cog_ddeg=same(-1, "int16"),
        mmsi=np.repeat(300_000_000 + np.arange(vessels), each).astype(np.int64),
        err_m=same(30, "int32"),
        ship_type=same(-1, "int16"),
        length_m=same(-1, "int16"),
        status=same(-1, "int8"),
        station=same(1, "int8"),
        clock=same(1, "int8"),
    )
    near = enumerate((ports * 1e7).astype(np.int64).tolist())
    return rows, [Place(kind="port", name=f"Port {number}", lat_e7=lat, lon_e7=lon, radius_m=1000) for number, (lat, lon) in near]


def write_csv(path: Path, rows: Detections) -> None:
    """The rows in MarineCadastre's layout, in order of time, with names and sizes as a published file has them."""
    order = np.argsort(rows.t_ms, kind="stable")
    number = rows.mmsi[order]
    index = number - 300_000_000
    frame = pl.DataFrame(
        {
            "MMSI": number,
            "BaseDateTime": (rows.t_ms[order] // 1000 * 1000).astype("datetime64[ms]"),
            "LAT": rows.lat_e7[order] / 1e7,
            "LON": rows.lon_e7[order] / 1e7,
            "SOG": rows.sog_dkn[order] / 10,
            "COG": np.round(index * 37 % 360 + 0.5, 1),
            "Heading": np.where(index % 5 == 0, 511.0, np.floor(index * 37 % 360)),
        }
    )
    said = {
        "VesselName": [f"VESSEL {one}" for one in range(int(index.max()) + 1)],
        "IMO": [f"IMO{9_000_000 + one}" if one % 3 == 0 else None for one in range(int(index.max()) + 1)],
        "CallSign": [f"W{chr(65 + one % 26)}{one % 9000 + 1000}" for one in range(int(index.max()) + 1)],
        "VesselType": [(31, 52, 37, 70, 80, 60, 30, 90)[one % 8] for one in range(int(index.max()) + 1)],
        "Status": [(0, 0, 5, 1, 15, 7, None)[one % 7] for one in range(int(index.max()) + 1)],
        "Length": [one % 300 + 5 for one in range(int(index.max()) + 1)],
        "Width": [one % 40 + 2 for one in range(int(index.max()) + 1)],
        "Draft": [None if one % 4 else one % 120 / 10 for one in range(int(index.max()) + 1)],
        "Cargo": [None if one % 4 else one % 90 for one in range(int(index.max()) + 1)],
        "TransceiverClass": ["B" if one % 4 == 0 else "A" for one in range(int(index.max()) + 1)],
    }
    frame.with_columns(pl.DataFrame(said)[index].get_columns()).write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%S")
