"""Make the demo's real traffic: an extract of U.S. Coast Guard AIS with every identity replaced and the key thrown away.

    python -m pip download --no-deps tracktable-data
    python tools/extract_traffic.py tracktable_data-*.whl src/fairlead/scenarios/traffic.csv.gz

1. Input: the PyPI package `tracktable-data` (the wheel, or US_coastal_2020_06_30.traj taken from it): 30 June 2020, one
   trajectory a line: `*T*,uuid,terrestrial,N,0,*P*,terrestrial,2,1,1,0`, then N times `MMSI,YYYY-MM-DD HH:MM:SS,lon,lat`.
2. Kept: 00:00 to 06:00 UTC, Gulf of Mexico, Bahamas and Caribbean; one row per vessel and second. Left out: one harbour where
   vessels lie side by side for an hour, because the demo may show a card on no real vessel, not even an explained one.
3. Each MMSI becomes 200 and six digits of HMAC-SHA256 under a key drawn for this run and never written. 200 is allocated to no
   state. Pseudonymous, not anonymous: positions are unchanged, so whoever holds the public original can match them.
4. Written as MarineCadastre CSV. The trajectories carry no speed or course: SOG and COG are those from the previous position of
   the vessel to this one (for its first, from this one to the next). No name, call sign, IMO number, type or size is written.
Standard library only, so that anybody can run it.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import hmac
import io
import math
import os
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

MEMBER = "tracktable_data/python_example_data/US_coastal_2020_06_30.traj"
BEFORE = "2020-06-30 06:00:00"
MID = 200
HEAD = 11  # fields of a trajectory line before its first point
COLUMNS = (
    *("MMSI", "BaseDateTime", "LAT", "LON", "SOG", "COG", "Heading", "VesselName", "IMO", "CallSign"),
    *("VesselType", "Status", "Length", "Width", "Draft", "Cargo", "TransceiverClass"),
)
# West, south, east, north, degrees: Gulf of Mexico with the Straits of Florida; Bahamas; Caribbean Sea.
BOXES = ((-98.0, 18.0, -82.0, 31.0), (-82.0, 18.0, -72.0, 28.0), (-88.0, 9.0, -59.0, 19.0))
HARBOUR = (-90.3, 29.0, -90.1, 29.2)  # left out
RADIUS_M = 6_371_008.8
KNOT_M_S = 1852 / 3600
SOG_MAX_KN = 102.2  # the largest speed the AIS field can say


class Point(NamedTuple):
    """One position, as text where the text is written again."""

    when: str
    lat: str
    lon: str


def trajectory_lines(path: Path) -> Iterator[str]:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel, wheel.open(MEMBER) as member:
            yield from io.TextIOWrapper(member, "ascii")
    else:
        with path.open(encoding="ascii") as file:
            yield from file


def inside(lat: float, lon: float) -> bool:
    def within(box: tuple[float, float, float, float]) -> bool:
        west, south, east, north = box
        return west <= lon < east and south <= lat < north

    return any(map(within, BOXES)) and not within(HARBOUR)


def points_by_vessel(lines: Iterable[str]) -> dict[str, list[Point]]:
    """Each vessel's points inside time and region, in time order, one a second."""
    found: dict[str, dict[str, Point]] = defaultdict(dict)
    for line in lines:
        fields = line.rstrip("\n").split(",")
        count = int(fields[3])
        for start in range(HEAD, HEAD + 4 * count, 4):
            mmsi, when, lon, lat = fields[start : start + 4]
            if when < BEFORE and inside(float(lat), float(lon)):
                found[mmsi].setdefault(when, Point(when, lat, lon))
    return {mmsi: [points[when] for when in sorted(points)] for mmsi, points in found.items()}


def pseudonyms(mmsis: Iterable[str], key: bytes) -> dict[str, int]:
    """A different pseudonym for each vessel. Two that fall on one number are separated by a counter."""
    given: dict[str, int] = {}
    used: set[int] = set()
    for mmsi in sorted(mmsis):
        for attempt in range(1000):
            digest = hmac.new(key, f"{mmsi}/{attempt}".encode(), hashlib.sha256).digest()
            number = MID * 1_000_000 + int.from_bytes(digest, "big") % 1_000_000
            if number not in used:
                break
        used.add(number)
        given[mmsi] = number
    return given


def motion(first: Point, second: Point) -> tuple[str, str]:
    """SOG in knots and COG in degrees between two positions; empty where AIS has no value for it."""
    lat_a, lon_a, lat_b, lon_b = (math.radians(float(text)) for text in (first.lat, first.lon, second.lat, second.lon))
    north = (lat_b - lat_a) * RADIUS_M
    east = (lon_b - lon_a) * math.cos((lat_a + lat_b) / 2) * RADIUS_M
    span_s = (datetime.fromisoformat(second.when) - datetime.fromisoformat(first.when)).total_seconds()
    sog_kn = math.hypot(north, east) / span_s / KNOT_M_S
    if sog_kn > SOG_MAX_KN:
        return "", ""
    cog_deg = f"{math.degrees(math.atan2(east, north)) % 360:.1f}" if sog_kn >= 0.1 else ""
    return f"{sog_kn:.1f}", "0.0" if cog_deg == "360.0" else cog_deg


def rows(by_vessel: dict[str, list[Point]], key: bytes) -> list[dict[str, str | int]]:
    """The rows in order of time, then pseudonym. A vessel heard once has no speed and is left out."""
    names = pseudonyms(by_vessel, key)
    made: list[dict[str, str | int]] = []
    for mmsi, points in by_vessel.items():
        for index, point in enumerate(points):
            if len(points) > 1:
                sog, cog = motion(points[index - 1], point) if index else motion(point, points[1])
                when = point.when.replace(" ", "T")
                made.append({"MMSI": names[mmsi], "BaseDateTime": when, "LAT": point.lat, "LON": point.lon, "SOG": sog, "COG": cog})
    return sorted(made, key=lambda row: (str(row["BaseDateTime"]), row["MMSI"]))


def main(source: str, written: str) -> None:
    by_vessel = points_by_vessel(trajectory_lines(Path(source)))
    made = rows(by_vessel, os.urandom(32))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(made)
    packed = gzip.compress(text.getvalue().encode("ascii"), compresslevel=9, mtime=0)
    Path(written).write_bytes(packed)
    first, last = made[0]["BaseDateTime"], made[-1]["BaseDateTime"]
    print(f"{len(made)} rows, {len({row['MMSI'] for row in made})} vessels, {len(packed)} bytes, {first} to {last}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
