"""Coastal radar plots as CSV (docs/reference/radar-plots.md).

Columns, by name: time (ISO 8601 UTC); then range_m and bearing_deg from the station, with range_error_m and bearing_error_deg,
or lat_deg and lon_deg with error_m; optionally speed_kn and course_deg. Errors are one standard deviation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from fairlead.errors import BadFile, BadInput
from fairlead.intake.parsed import Aside, Row, heading, instant, position, scaled, speed
from fairlead.report.detection import FeedFacts

POLAR: Final = ("time", "range_m", "bearing_deg", "range_error_m", "bearing_error_deg")
PLAIN: Final = ("time", "lat_deg", "lon_deg", "error_m")
OPTIONAL: Final = ("speed_kn", "course_deg")
EARTH_M: Final = 6_371_008.8  # mean radius, IUGG
RANGE_MAX_M: Final = 1_000_000
ERROR_MAX_M: Final = 100_000


def header(text: str, feed: FeedFacts, where: str) -> dict[str, int]:
    """Where each column stands. Raises BadFile when neither form is complete, or a polar file has no station."""
    said = [cell.strip().lower() for cell in text.lstrip("\ufeff").split(",")]
    columns = {name: index for index, name in enumerate(said)}
    if len(columns) != len(said):
        raise BadFile("not a radar plot file", where=f"{where} line 1", why="a column is named twice")
    strange = [name for name in said if name not in {*POLAR, *PLAIN, *OPTIONAL}]
    if strange:
        raise BadFile("not a radar plot file", where=f"{where} line 1", why=f"unknown column {', '.join(strange)[:80]}")
    if all(name in columns for name in POLAR):
        if feed.station_lat_e7 is None or feed.station_lon_e7 is None:
            do = "declare the station in the scenario"
            raise BadFile("plots by range and bearing need a station", where=where, why=f"feed {feed.name} declares none", do=do)
        return columns
    if all(name in columns for name in PLAIN):
        return columns
    raise BadFile("not a radar plot file", where=f"{where} line 1", why=f"needs {', '.join(POLAR)} or {', '.join(PLAIN)}")


def parser(columns: dict[str, int], feed: FeedFacts) -> Callable[[str], Row | Aside]:
    """A function from a line to its row. It raises BadInput."""
    polar = "range_m" in columns

    def parse(text: str) -> Row | Aside:
        cells = text.split(",")
        if len(cells) != len(columns):
            raise BadInput(f"{len(cells)} columns where the header has {len(columns)}")

        def cell(name: str) -> str:
            return cells[columns[name]] if name in columns else ""

        if polar:
            lat_e7, lon_e7, err_m = _from_polar(feed, cell)
        else:
            where = position(cell("lat_deg"), cell("lon_deg"))
            if where is None:
                return Aside(kind="no position")
            (lat_e7, lon_e7), err_m = where, _error(cell("error_m"), "error")
        return Row(
            t_ms=instant(cell("time")),
            lat_e7=lat_e7,
            lon_e7=lon_e7,
            sog_dkn=speed(cell("speed_kn")),
            cog_ddeg=heading(cell("course_deg"), what="course"),
            err_m=err_m,
        )

    return parse


def _from_polar(feed: FeedFacts, cell: Callable[[str], str]) -> tuple[int, int, int]:
    """Position of a plot on the sphere (direct problem, great circle) and its error: the larger of the two directions, rounded up."""
    range_mm = scaled(cell("range_m"), 3, what="range")
    bearing_e6 = scaled(cell("bearing_deg"), 6, what="bearing")
    if not 0 < range_mm <= RANGE_MAX_M * 1000:
        raise BadInput(f"range is out of range: {cell('range_m').strip()}")
    if not 0 <= bearing_e6 <= 360_000_000:
        raise BadInput(f"bearing is out of range: {cell('bearing_deg').strip()}")
    along = _error(cell("range_error_m"), "range error")
    turn_e6 = scaled(cell("bearing_error_deg"), 6, what="bearing error")
    if not 0 <= turn_e6 <= 45_000_000:
        raise BadInput(f"bearing error is out of range: {cell('bearing_error_deg').strip()}")
    across = math.ceil(range_mm / 1000 * math.radians(turn_e6 / 1e6))
    lat, lon = math.radians((feed.station_lat_e7 or 0) / 1e7), math.radians((feed.station_lon_e7 or 0) / 1e7)
    arc, bearing = range_mm / 1000 / EARTH_M, math.radians(bearing_e6 / 1e6)
    sine = math.sin(lat) * math.cos(arc) + math.cos(lat) * math.sin(arc) * math.cos(bearing)
    to_lat = math.asin(max(-1.0, min(1.0, sine)))
    east = math.sin(bearing) * math.sin(arc) * math.cos(lat)
    to_lon = lon + math.atan2(east, math.cos(arc) - math.sin(lat) * math.sin(to_lat))
    lon_e7 = (round(math.degrees(to_lon) * 1e7) + 1_800_000_000) % 3_600_000_000 - 1_800_000_000
    return round(math.degrees(to_lat) * 1e7), lon_e7, max(along, across)


def _error(text: str, what: str) -> int:
    """One standard deviation in metres, rounded up to a whole one."""
    value = scaled(text, 3, what=what)
    if not 0 < value <= ERROR_MAX_M * 1000:
        raise BadInput(f"{what} is out of range: {text.strip()}")
    return -(-value // 1000)
