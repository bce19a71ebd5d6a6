"""A seeded smuggling run, with lawful look-alikes, written as the files its sensors would have written.

1. Nothing in it is real. Its vessels carry MMSIs of 217, a maritime identification digit allocated to no state (ITU table).
2. Night of 30 June 2020, UTC, off Isla Serena: a go-fast without AIS sets out at 00:20, lies alongside a ship from about 01:13 to
   01:55 (both under 2 kn, within 300 m), runs north at 30 kn, stops at 02:50, and is led away at 03:15. All ends at 03:30.
3. Look-alikes: two tankers lightering in an anchorage, two workboats moored side by side, a ferry passing the ship at 32 kn and
   500 m, a skiff without AIS that fishes. Own forces are not plotted: the radar's operators take their cutter out.
4. The radar also plots the real traffic it would have seen, so that having an AIS track beside it means something.
5. One seed, one traffic, one result: the only randomness is numpy's generator made from the seed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from fairlead.report.detection import Detections, FeedFacts

Floats: TypeAlias = npt.NDArray[np.float64]
Leg: TypeAlias = tuple[int, float, float]  # seconds, knots, course in degrees

MIDNIGHT_MS: Final = 1_593_475_200_000  # 2020-06-30T00:00:00Z
END_S: Final = 12_600  # 03:30
MID: Final = 217
MEETING_DEG: Final = (24.36, -82.34)
MEETING_S: Final = (4380, 6900)  # 01:13 to 01:55, both lie still
SIGHTED_S: Final = 6000  # 01:40
STATION_DEG: Final = (24.575, -82.13)
RANGE_M: Final = 60_000

SCAN_S: Final = 60
RESOLUTION_M: Final = 60  # contacts nearer to each other than this make one plot
RANGE_ERROR_M: Final = 20
BEARING_ERROR_DEG: Final = 0.05
SEEN_SHARE: Final = 0.98
TRAFFIC_HOLE_MS: Final = 360_000  # real traffic is plotted only between fixes nearer in time than this
AIS_STEP_S: Final = {True: 60, False: 180}  # under way, lying still
AIS_ERROR_M: Final = 5

KNOT_M_S: Final = 1852 / 3600
DEGREE_M: Final = 111_195.0

AIS_COLUMNS: Final = (
    "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass"
)
RADAR_COLUMNS: Final = "time,range_m,bearing_deg,range_error_m,bearing_error_deg"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """The files of one run as text, and what is true of it."""

    seed: int
    ais_csv: str
    radar_csv: str
    sighting_json: str
    sighted_ms: int
    mmsis: dict[str, int]  # by vessel: ship, tanker-a, tanker-b, workboat-a, workboat-b, ferry
    meeting_ms: tuple[int, int]
    meeting_e7: tuple[int, int]  # latitude, longitude of the ship when the go-fast comes alongside


class Mover(msgspec.Struct, frozen=True, kw_only=True):
    """One vessel: where it is at each corner of its way, metres north and east of the meeting, seconds after midnight."""

    name: str
    corners: tuple[tuple[float, float, float], ...]  # seconds, north, east
    mmsi: int = 0
    ship_type: int = 0
    length_m: int = 0
    status: int = 0

    def at(self, times_s: Floats) -> tuple[Floats, Floats]:
        """North and east, metres; outside its first and last corner it is not there (NaN)."""
        when, north, east = (np.array(column) for column in zip(*self.corners, strict=True))
        return (np.interp(times_s, when, north, np.nan, np.nan), np.interp(times_s, when, east, np.nan, np.nan))


def smuggling_run(seed: int, traffic: Detections | None = None, station: FeedFacts | None = None) -> Run:
    """The run of this seed over this traffic, seen by this radar (without one, by that of the Caribbean scenario)."""
    rng = np.random.default_rng(seed)
    lat_deg, lon_deg = (spot + rng.uniform(-0.004, 0.004) for spot in MEETING_DEG)
    chart = _Chart(lat_deg, lon_deg)
    movers = _movers(rng, chart)
    ship = next(mover for mover in movers if mover.name == "ship")
    go_fast = next(mover for mover in movers if mover.name == "go-fast")
    north, east = ship.at(np.array([float(MEETING_S[0])]))
    met_lat, met_lon = chart.degrees(north, east)
    return Run(
        seed=seed,
        ais_csv=_ais_csv(rng, chart, movers),
        radar_csv=_radar_csv(rng, chart, movers, traffic, station),
        sighting_json=_sighting(rng, chart, go_fast),
        sighted_ms=MIDNIGHT_MS + SIGHTED_S * 1000,
        mmsis={mover.name: mover.mmsi for mover in movers if mover.mmsi},
        meeting_ms=(MIDNIGHT_MS + MEETING_S[0] * 1000, MIDNIGHT_MS + MEETING_S[1] * 1000),
        meeting_e7=(round(met_lat[0] * 1e7), round(met_lon[0] * 1e7)),
    )


def between(text: str, from_ms: int, to_ms: int) -> str:
    """The header and the lines of one of a run's CSV files whose time lies in the half-open window."""
    head, *lines = text.splitlines()
    column = head.split(",").index("BaseDateTime" if "BaseDateTime" in head else "time")
    first, last = _utc(from_ms).rstrip("Z"), _utc(to_ms).rstrip("Z")
    return "\n".join([head, *(line for line in lines if first <= line.split(",")[column].rstrip("Z") < last)]) + "\n"


class _Chart:
    """Metres around one point, good to a few metres in fifty kilometres."""

    def __init__(self, lat_deg: float, lon_deg: float) -> None:
        self._lat_deg, self._lon_deg = lat_deg, lon_deg
        self._east_m = DEGREE_M * math.cos(math.radians(lat_deg))

    def metres(self, lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
        return (lat_deg - self._lat_deg) * DEGREE_M, (lon_deg - self._lon_deg) * self._east_m

    def degrees(self, north: Floats, east: Floats) -> tuple[Floats, Floats]:
        return self._lat_deg + north / DEGREE_M, self._lon_deg + east / self._east_m


def _way(at_s: int, north: float, east: float, before: Sequence[Leg], after: Sequence[Leg]) -> tuple[tuple[float, float, float], ...]:
    """The corners of a way through one known point: legs walked back from it, nearest first, and legs walked on."""
    corners = [(float(at_s), north, east)]
    for sign, legs in ((-1, before), (1, after)):
        when, y, x = float(at_s), north, east
        for seconds, knots, course_deg in legs:
            run_m, course = sign * seconds * knots * KNOT_M_S, math.radians(course_deg)
            when, y, x = when + sign * seconds, y + run_m * math.cos(course), x + run_m * math.sin(course)
            corners.append((when, y, x))
    return tuple(sorted(corners))


def _movers(rng: np.random.Generator, chart: _Chart) -> list[Mover]:
    numbers = iter(MID * 1_000_000 + rng.choice(1_000_000, size=6, replace=False))
    drift: Leg = (0, rng.uniform(0.6, 1.0), rng.uniform(60, 100))
    far_deg, gap_m = 222, rng.uniform(200, 240)  # the go-fast lies on the far side of the ship from the station

    def offset(metres: float, towards_deg: float) -> tuple[float, float]:
        return metres * math.cos(math.radians(towards_deg)), metres * math.sin(math.radians(towards_deg))

    ship = _way(4320, 0.0, 0.0, [(360, 5, 285), (3960, 10, 285)], [(2940, *drift[1:]), (360, 5, 280), (4980, 10, 280)])
    go_fast = _way(
        MEETING_S[0],
        *offset(gap_m, far_deg),
        [(180, 3, 20), (180, 15, 20), (2820, 30, 20)],
        [
            *[(2520, *drift[1:]), (120, 6, 222), (120, 15, 270), (120, 25, 310)],  # it stands clear of the ship before it turns north
            *[(2700, 30, 337), (120, 20, 337), (120, 8, 337), (1500, 0.5, 337), (900, 8, 45)],
        ],
    )
    passed_s = 2160
    (y,), (x,) = Mover(name="", corners=ship).at(np.array([float(passed_s)]))
    by_north, by_east = offset(500, 330)
    ferry = _way(passed_s, y + by_north, x + by_east, [(1860, 32, 60)], [(2040, 32, 60), (1100, 32, 67), (END_S - 5300, 0, 0)])
    skiff = [(1200, 3.5, float(course)) for course in rng.uniform(0, 360, size=10)]
    return [
        Mover(name="ship", corners=ship, mmsi=int(next(numbers)), ship_type=70, length_m=112),
        Mover(name="go-fast", corners=go_fast, length_m=13),
        *_pair("tanker", chart, (24.49, -82.05), 150, [int(next(numbers)), int(next(numbers))], ship_type=80, length_m=180, status=1),
        *_pair("workboat", chart, (24.62, -82.42), 25, [int(next(numbers)), int(next(numbers))], ship_type=52, length_m=24, status=5),
        Mover(name="ferry", corners=ferry, mmsi=int(next(numbers)), ship_type=40, length_m=48),
        Mover(name="skiff", corners=_way(600, *_spot(chart, 24.68, -82.22), [], skiff), length_m=7),
    ]


def _spot(chart: _Chart, lat_deg: float, lon_deg: float) -> tuple[float, float]:
    north, east = chart.metres(np.array([lat_deg]), np.array([lon_deg]))
    return float(north[0]), float(east[0])


def _pair(
    name: str,
    chart: _Chart,
    at_deg: tuple[float, float],
    apart_m: float,
    mmsis: list[int],
    *,
    ship_type: int,
    length_m: int,
    status: int,
) -> Iterable[Mover]:
    """Two vessels lying side by side all night."""
    north, east = _spot(chart, *at_deg)
    for letter, mmsi, away in zip("ab", mmsis, (0.0, apart_m), strict=True):
        corners = _way(0, north, east + away, [], [(END_S, 0, 0)])
        yield Mover(name=f"{name}-{letter}", corners=corners, mmsi=mmsi, ship_type=ship_type, length_m=length_m, status=status)


def _ais_csv(rng: np.random.Generator, chart: _Chart, movers: list[Mover]) -> str:
    rows: list[tuple[str, str]] = []
    for mover in movers:
        if not mover.mmsi:
            continue
        under_way = mover.status not in (1, 5)
        times = np.arange(mover.corners[0][0] + rng.uniform(31, 60), mover.corners[-1][0] - 31, AIS_STEP_S[under_way])
        times = np.rint(times + rng.uniform(-8, 8, size=len(times)))
        north, east = (along + rng.normal(0, AIS_ERROR_M, size=len(times)) for along in mover.at(times))
        lat, lon = chart.degrees(north, east)
        sog, cog = _motion(mover, times)
        sog = np.clip(sog + rng.normal(0, 0.1, size=len(times)), 0, None)
        cog = (cog + rng.normal(0, 1, size=len(times))) % 360
        name = f"SYNTHETIC {mover.name.upper()}"
        for when, y, x, speed, course in zip(times, lat, lon, sog, cog, strict=True):
            stamp = _utc(MIDNIGHT_MS + int(when) * 1000).rstrip("Z")
            tail = f"{name},,,{mover.ship_type},{mover.status},{mover.length_m},,,,A"
            rows.append((stamp, f"{mover.mmsi},{stamp},{y:.5f},{x:.5f},{speed:.1f},{min(course, 359.9):.1f},,{tail}"))
    return "\n".join([AIS_COLUMNS, *(line for _, line in sorted(rows))]) + "\n"


def _motion(mover: Mover, times: Floats) -> tuple[Floats, Floats]:
    """Speed in knots and course in degrees over the minute around each time."""
    (north_a, east_a), (north_b, east_b) = mover.at(times - 15), mover.at(times + 15)
    north, east = north_b - north_a, east_b - east_a
    return np.hypot(north, east) / 30 / KNOT_M_S, np.degrees(np.arctan2(east, north)) % 360


def _radar_csv(
    rng: np.random.Generator, chart: _Chart, movers: list[Mover], traffic: Detections | None, station: FeedFacts | None
) -> str:
    lat_deg, lon_deg, range_m = STATION_DEG[0], STATION_DEG[1], RANGE_M
    if station and station.station_lat_e7 is not None and station.station_lon_e7 is not None and station.range_m is not None:
        lat_deg, lon_deg, range_m = station.station_lat_e7 / 1e7, station.station_lon_e7 / 1e7, station.range_m
    here = _Chart(lat_deg, lon_deg)
    scans = np.arange(0.0, END_S, SCAN_S)
    ways = [here.metres(*chart.degrees(*mover.at(scans))) for mover in movers]
    ways += [here.metres(*way) for way in _traffic_ways(scans, traffic)]
    lines = []
    for index, scan in enumerate(scans):
        plotted: list[tuple[float, float]] = []
        for norths, easts in ways:
            north, east = float(norths[index]), float(easts[index])
            near = any(math.hypot(north - y, east - x) < RESOLUTION_M for y, x in plotted)
            if math.isnan(north) or math.hypot(north, east) > range_m or near or rng.random() > SEEN_SHARE:
                continue
            plotted.append((north, east))
            measured_m = math.hypot(north, east) + rng.normal(0, RANGE_ERROR_M)
            bearing = (math.degrees(math.atan2(east, north)) + rng.normal(0, BEARING_ERROR_DEG)) % 360
            stamp = _utc(MIDNIGHT_MS + int(scan) * 1000)
            lines.append(f"{stamp},{measured_m:.0f},{min(bearing, 359.999):.3f},{RANGE_ERROR_M},{BEARING_ERROR_DEG}")
    return "\n".join([RADAR_COLUMNS, *lines]) + "\n"


def _traffic_ways(scans: Floats, traffic: Detections | None) -> Iterable[tuple[Floats, Floats]]:
    """Latitude and longitude of each vessel of the traffic at each scan; NaN where its fixes lie too far apart."""
    if traffic is None:
        return
    scans_ms = MIDNIGHT_MS + (scans * 1000).astype(np.int64)
    for mmsi in np.unique(traffic.mmsi[traffic.mmsi > 0]):
        rows = np.flatnonzero(traffic.mmsi == mmsi)
        rows = rows[np.argsort(traffic.t_ms[rows], kind="stable")]
        times = traffic.t_ms[rows]
        after = np.searchsorted(times, scans_ms, side="left")
        inside = (after > 0) & (after < len(times))
        last = np.clip(after, 1, max(len(times) - 1, 1))
        heard = inside & (times[np.minimum(last, len(times) - 1)] - times[last - 1] <= TRAFFIC_HOLE_MS)
        lat, lon = (np.interp(scans_ms, times, column[rows] / 1e7) for column in (traffic.lat_e7, traffic.lon_e7))
        yield np.where(heard, lat, np.nan), np.where(heard, lon, np.nan)


def _sighting(rng: np.random.Generator, chart: _Chart, go_fast: Mover) -> str:
    north, east = (along + rng.normal(0, 60, size=1) for along in go_fast.at(np.array([float(SIGHTED_S)])))
    lat, lon = chart.degrees(north, east)
    report = {
        "time": _utc(MIDNIGHT_MS + SIGHTED_S * 1000),
        "reporter": "kestrel-air",
        "sensor": "electro-optical camera of a patrol aircraft",
        "lat_deg": round(float(lat[0]), 5),
        "lon_deg": round(float(lon[0]), 5),
        "error": {"major_m": 120, "minor_m": 80, "bearing_deg": 0},
        "vessel_type": "go-fast",
        "length_m": 13,
        "activity": "alongside a merchant ship, bales passed across",
        "course_deg": 80,
        "speed_kn": 0.8,
        "marks": "none seen",
        "equipment": "three outboard engines, fuel drums",
        "people_seen": 4,
        "weather": "clear night, light wind from the east",
        "images": [],
        "grade": "B2",
        "label": "feed",
        "caveats": "seen by infrared at 6 km; marks could not be read",
    }
    return json.dumps(report, indent=1) + "\n"


def _utc(ms: int) -> str:
    return f"{np.datetime64(ms, 'ms').astype('datetime64[s]')}Z"
