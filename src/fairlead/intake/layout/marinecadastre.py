"""MarineCadastre AIS as CSV: the U.S. Coast Guard's yearly extracts (2018-2024 names, and the lower-case names of 2025).

Columns are found by name, in any order. Needed: time, latitude, longitude, MMSI. Used when there: speed, course, vessel type, status,
length, name. The layout has no accuracy flag, so every position counts as AIS_ERROR_LOW_M.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Final

from fairlead.errors import BadFile
from fairlead.intake.parsed import AIS_ERROR_LOW_M, Aside, Row, Unusable, course, instant, mmsi_of, name_of, number, position, speed

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
NEEDED: Final = ("time", "lat", "lon", "mmsi")


def header(text: str, where: str) -> dict[str, int]:
    """Where each column stands. Raises BadFile when a needed one is missing."""
    said = [cell.strip().lower() for cell in text.lstrip("\ufeff").split(",")]
    found = {key: said.index(name) for key, names in NAMES.items() for name in names if name in said}
    missing = [NAMES[key][0] for key in NEEDED if key not in found]
    if missing:
        raise BadFile(
            "not a MarineCadastre file", where=f"{where} line 1", why=f"no column {', '.join(missing)}", do="check the layout"
        )
    return found


def parser(columns: dict[str, int], width: int) -> Callable[[str], Row | Aside]:
    """A function from a line to its row. It raises Unusable."""

    def parse(text: str) -> Row | Aside:
        cells = next(csv.reader([text]), []) if '"' in text else text.split(",")
        if len(cells) != width:
            raise Unusable(f"{len(cells)} columns where the header has {width}")

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
            cog_ddeg=course(cell("cog")),
            mmsi=mmsi_of(cell("mmsi")),
            err_m=AIS_ERROR_LOW_M,
            ship_type=number(cell("type"), what="vessel type", least=0, most=1100),
            length_m=number(cell("length"), what="length", least=0, most=1022),
            status=number(cell("status"), what="status", least=0, most=15),
            name=name_of(cell("name")),
        )

    return parse
