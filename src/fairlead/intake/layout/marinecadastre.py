"""MarineCadastre AIS as CSV: the U.S. Coast Guard's yearly extracts (2018-2024 names, and the lower-case names of 2025).

Columns are found by name, in any order. Needed: time, latitude, longitude, MMSI. Used when there: speed, course, vessel type, status,
length, name. The layout has no accuracy flag, so every position counts as AIS_ERROR_LOW_M.

Extracts of 2020 carry courses from -204.8 to 204.7: the 12 bits of 0.1 degree read as signed. Adding 409.6 gives the course back:
in the first hour of New York harbour the median distance from the way sailed is then 4 degrees, and 49 when 360 is added.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Final

from fairlead.errors import BadFile, BadInput
from fairlead.intake.parsed import AIS_ERROR_LOW_M, Aside, Row, course, instant, mmsi_of, name_of, number, position, scaled, speed

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "time": ("basedatetime", "base_date_time"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "longitude"),
    "mmsi": ("mmsi",),
    "sog": ("sog",),
    "cog": ("cog",),
    "type": ("vesseltype", "vessel_type"),
    "status": ("status",),
    "length": ("length",),
    "name": ("vesselname", "vessel_name"),
}
COURSE_SIGNED_MIN: Final = -2048
COURSE_WRAP: Final = 4096
NEEDED: Final = ("time", "lat", "lon", "mmsi")


def header(text: str, where: str) -> dict[str, int]:
    """Where each column stands. Raises BadFile when a needed one is missing."""
    try:
        said = [cell.strip().lower() for cell in cells_of(text.lstrip("\ufeff"))]
    except BadInput as error:
        raise BadFile("not a MarineCadastre file", where=f"{where} line 1", why=error.what, do="check the layout") from error
    found = {key: said.index(name) for key, names in NAMES.items() for name in names if name in said}
    missing = [NAMES[key][0] for key in NEEDED if key not in found]
    if missing:
        raise BadFile(
            "not a MarineCadastre file", where=f"{where} line 1", why=f"no column {', '.join(missing)}", do="check the layout"
        )
    return found


def cells_of(text: str) -> list[str]:
    """The cells of one line. Raises BadInput."""
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        raise BadInput(f"the quotes do not match: {error}") from error


def _course(text: str) -> int:
    if not text.strip().startswith("-"):
        return course(text)
    value = scaled(text, 1, what="course")
    if not COURSE_SIGNED_MIN <= value < 0:
        raise BadInput(f"course is out of range: {text.strip()[:40]}")
    value += COURSE_WRAP
    return value if value < 3600 else -1


def parser(columns: dict[str, int], width: int) -> Callable[[str], Row | Aside]:
    """A function from a line to its row. It raises BadInput."""

    def parse(text: str) -> Row | Aside:
        cells = cells_of(text)
        if len(cells) != width:
            raise BadInput(f"{len(cells)} columns where the header has {width}")

        def cell(key: str) -> str:
            return cells[columns[key]] if key in columns else ""

        where = position(cell("lat"), cell("lon"))
        if where is None:
            return Aside(kind="no position")
        return Row(
            t_ms=instant(cell("time")),
            lat_e7=where[0],
            lon_e7=where[1],
            sog_dkn=speed(cell("sog")),
            cog_ddeg=_course(cell("cog")),
            mmsi=mmsi_of(cell("mmsi")),
            err_m=AIS_ERROR_LOW_M,
            ship_type=number(cell("type"), what="vessel type", least=0, most=1100),
            length_m=number(cell("length"), what="length", least=0, most=1022),
            status=number(cell("status"), what="status", least=0, most=15),
            name=name_of(cell("name")),
        )

    return parse
