"""The Santa Barbara Channel log for the fast path: position reports by message type, and its static lines as statements.

1. What is kept or rejected is decided by `layout.santa_barbara` alone. Static lines stay set aside by type; they speak beside that.
2. Name and ship type of a position line are the receiver's memory of the number; as a statement they are what was known at that time.
3. Static lines: type 5 `time;5;repeat;MMSI;version;IMO;call sign;name;type;A;B;C;D;device;ETA;draught;destination;...`, type 24
   `time;24;repeat;MMSI;part;name;type;vendor;call sign;A;B;C;D;...` (part 0 name; part 1 an empty cell before the type). The ETA is the
   20 bits of ITU-R M.1371: month, day, hour, minute. One that cannot be read says nothing.
"""

from __future__ import annotations

import datetime
import re
from typing import Final

from fairlead.errors import BadInput
from fairlead.intake.layout.santa_barbara import CLASS_A, CLASS_A_AT, CLASS_B_AT, REPORT_COLUMNS_MIN, TIME, date_of, parser
from fairlead.intake.parsed import AIS_ERROR_HIGH_M, AIS_ERROR_LOW_M, mmsi_of
from fairlead.intake.table import columns as role
from fairlead.intake.table.cells import HOUR, MINUTE, MS, SECOND
from fairlead.intake.table.columns import CELLS_MAX
from fairlead.intake.table.plans import Column, Fixed, Layout, Told, plan_of, usual
from fairlead.intake.table.stated import (
    BEAM_MAX,
    DRAUGHT_MAX,
    LENGTH_MAX,
    SHIP_MAX,
    Said,
    Value,
    eta_minutes,
    imo_said,
    number_said,
    text_said,
)
from fairlead.report.statement import MEMORY

__all__ = ["date_of", "layout"]

BLANK: Final = (b"NOT NAMED",)
PATTERN: Final = bytes((HOUR, 58, MINUTE, 58, SECOND, 58, MS))
STATIC_5_MIN, STATIC_24_MIN = 17, 13
AUXILIARY: Final = range(980_000_000, 990_000_000)  # numbers of craft that belong to a parent ship: ITU-R M.585


def layout(day: datetime.date) -> Layout:
    """The layout of one day's log."""
    midnight_ms = (day - datetime.date(1970, 1, 1)).days * 86_400_000
    parse = parser(day)
    plan = plan_of(
        [_columns(CLASS_A_AT, [usual(8, role.STATUS)]), _columns(CLASS_B_AT, [])],
        delimiter=";",
        least=REPORT_COLUMNS_MIN,
        most=CELLS_MAX,
        fixed=[Fixed(station=1), Fixed(station=2)],
        said=[[Column(1, role.NAME), Column(2, role.SHIP)]] * 2,
        pick=5,
        pattern=PATTERN,
        midnight_ms=midnight_ms,
    )

    def tell(text: str) -> Told:
        return told(text, midnight_ms)

    return Layout(plan, "latin-1", BLANK, parse, tell, False, MEMORY)


def _columns(at: tuple[int, ...], more: list[Column]) -> list[Column]:
    return [
        usual(at[3], role.LAT),
        usual(at[2], role.LON),
        Column(0, role.TIME),
        usual(at[0], role.SOG),
        usual(at[4], role.COG),
        Column(7, role.MMSI),
        Column(at[1], role.ACCURACY, AIS_ERROR_HIGH_M, AIS_ERROR_LOW_M),
        Column(2, role.SHIP, -1, 255, 0, 1),
        *more,
    ]


def told(text: str, midnight_ms: int) -> Told:
    """What a line says beside its position."""
    cells = text.split(";")
    when = TIME.fullmatch(cells[0].strip())
    if not when:
        return Told()
    hours, minutes, seconds, ms = (int(part) for part in when.groups())
    t_ms = midnight_ms + ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms
    kind = cells[5].strip() if len(cells) >= REPORT_COLUMNS_MIN else cells[1].strip()
    try:
        if len(cells) >= REPORT_COLUMNS_MIN:
            if kind not in CLASS_A and kind != "18":
                return Told()
            fields: dict[str, Value] = {"name": text_said(cells[1], 20, BLANK), "ship_type": number_said(cells[2], 0, 0, SHIP_MAX)}
            return Told(station=1 if kind in CLASS_A else 2, said=Said(mmsi_of(cells[7]), t_ms, MEMORY, fields))
        if kind == "5" and len(cells) >= STATIC_5_MIN:
            return Told(said=Said(mmsi_of(cells[3]), t_ms, 0, _voyage(cells, t_ms)))
        if kind == "24" and len(cells) >= STATIC_24_MIN and cells[4].strip() in ("0", "1"):
            return Told(said=_static(cells, mmsi_of(cells[3]), t_ms))
    except BadInput:
        pass
    return Told()


def _voyage(cells: list[str], t_ms: int) -> dict[str, Value]:
    packed = int(cells[14]) if re.fullmatch(r"[0-9]{1,7}", cells[14].strip(), re.ASCII) else 0
    return {
        "imo": imo_said(cells[5]),
        "call_sign": text_said(cells[6], 7, BLANK),
        "name": text_said(cells[7], 20, BLANK),
        "ship_type": number_said(cells[8], 0, 0, SHIP_MAX),
        **_size(cells[9:13]),
        "draught_dm": number_said(cells[15], 0, 1, DRAUGHT_MAX),
        "destination": text_said(cells[16], 20, BLANK),
        "eta": eta_minutes(packed >> 16, packed >> 11 & 31, packed >> 6 & 31, packed & 63, said_ms=t_ms),
    }


def _static(cells: list[str], mmsi: int, t_ms: int) -> Said:
    if cells[4].strip() == "0":
        return Said(mmsi, t_ms, 1, {"name": text_said(cells[5], 20, BLANK)})
    fields: dict[str, Value] = {
        "ship_type": number_said(cells[6], 0, 0, SHIP_MAX),
        "call_sign": text_said(cells[8], 7, BLANK),
    }
    if mmsi in AUXILIARY:  # the 30 bits of the size are the parent ship's number
        a, b, c, d = (number_said(one, 0, 0, 511) for one in cells[9:13])
        fields["craft_of"] = a << 21 | b << 12 | c << 6 | d if min(a, b, c, d) >= 0 and max(c, d) < 64 else 0
    else:
        fields |= _size(cells[9:13])
    return Said(mmsi, t_ms, 2, fields)


def _size(cells: list[str]) -> dict[str, Value]:
    """Length and beam of the four distances from the antenna; unknown when one is missing."""
    a, b, c, d = (number_said(one, 0, 0, 511) for one in cells)
    length_m = a + b if min(a, b) >= 0 and 0 < a + b <= LENGTH_MAX else -1
    beam_m = c + d if min(c, d) >= 0 and 0 < c + d <= BEAM_MAX else -1
    return {"length_m": length_m, "beam_m": beam_m}
