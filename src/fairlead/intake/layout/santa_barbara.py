"""The decoded AIS log of a receiver on the Santa Barbara Channel: semicolons, no header, latin-1, the date in the file's name.

Position reports: 1 time HH:MM:SS:mmm UTC, 2 name, 3 ship type, 4 range, 5 bearing, 6 message type, 7 repeat, 8 MMSI; then by type.
Other messages: 1 time, 2 message type, 3 repeat, 4 MMSI, ... Types 1, 2, 3 and 18 are kept; every other is set aside, by type.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Final

from fairlead.errors import BadFile, BadInput
from fairlead.intake.parsed import (
    AIS_ERROR_HIGH_M,
    AIS_ERROR_LOW_M,
    Aside,
    Row,
    course,
    mmsi_of,
    name_of,
    number,
    position,
    speed,
)

TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]):([0-9]{3})", re.ASCII)
DATE_IN_NAME: Final = re.compile(r"_([0-9]{2})([0-9]{2})([0-9]{2})(?=[^0-9]|$)", re.ASCII)
CLASS_A: Final = frozenset({"1", "2", "3"})
COLUMNS_MIN: Final = 8
REPORT_COLUMNS_MIN: Final = 20  # the shortest position report has 22
# first of: speed, accuracy, longitude, latitude, course (0-based), by message class
CLASS_A_AT: Final = (10, 11, 12, 13, 14)
CLASS_B_AT: Final = (9, 10, 11, 12, 13)


def _other(cells: list[str]) -> Aside:
    """A line that is no position report: its message type stands in column 2, or in column 6 of a longer one. Raises BadInput."""
    for text in (cells[1].strip(), cells[5].strip()):
        if re.fullmatch(r"[0-9]{1,2}", text, re.ASCII) and 1 <= int(text) <= 27 and text not in CLASS_A and text != "18":
            return Aside(kind=f"type {int(text)}")
    raise BadInput(f"no message type of 1 to 27 stands in it: {cells[1].strip()[:20]!r}, {cells[5].strip()[:20]!r}")


def date_of(name: str) -> datetime.date:
    """The day in a file name such as AIS_SBARC_180604.txt. Raises BadFile."""
    found = DATE_IN_NAME.search(name)
    if found:
        year, month, day = (int(part) for part in found.groups())
        try:
            return datetime.date(2000 + year, month, day)
        except ValueError:
            pass
    raise BadFile("the file's name carries no date", where=name, do="give it with --date YYYY-MM-DD")


def parser(day: datetime.date) -> Callable[[str], Row | Aside]:
    """A function from a line to its row. It raises BadInput."""
    midnight_ms = (day - datetime.date(1970, 1, 1)).days * 86_400_000

    def parse(text: str) -> Row | Aside:
        cells = text.split(";")
        if len(cells) < COLUMNS_MIN:
            raise BadInput(f"{len(cells)} columns, fewer than {COLUMNS_MIN}")
        when = TIME.fullmatch(cells[0].strip())
        if not when:
            raise BadInput(f"time is not HH:MM:SS:mmm: {cells[0][:40]!r}")
        if len(cells) < REPORT_COLUMNS_MIN:
            return _other(cells)
        kind = cells[5].strip()
        if kind not in CLASS_A and kind != "18":
            return _other(cells)
        at = CLASS_A_AT if kind in CLASS_A else CLASS_B_AT
        if len(cells) <= at[-1]:
            raise BadInput(f"a position report of type {kind} with {len(cells)} columns")
        where = position(cells[at[3]], cells[at[2]])
        if where is None:
            return Aside(kind="no position")
        hours, minutes, seconds, ms = (int(part) for part in when.groups())
        name = name_of(cells[1])
        return Row(
            t_ms=midnight_ms + ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms,
            lat_e7=where[0],
            lon_e7=where[1],
            sog_dkn=speed(cells[at[0]]),
            cog_ddeg=course(cells[at[4]]),
            mmsi=mmsi_of(cells[7]),
            err_m=AIS_ERROR_HIGH_M if cells[at[1]].strip() == "1" else AIS_ERROR_LOW_M,
            ship_type=number(cells[2], what="ship type", least=-1, most=255),
            status=number(cells[8], what="status", least=0, most=15) if kind in CLASS_A else -1,
            station=1 if kind in CLASS_A else 2,
            name="" if name == "NOT NAMED" else name,
        )

    return parse
