"""The Danish Maritime Authority's daily CSV: columns by name, times as dd/mm/yyyy, codes as English words.

1. A word that stands for no code (`Unknown value`, `Undefined`) leaves the code unknown; so does a word that is not listed here.
2. `Cargo`, `Tanker`, `Passenger` stand for whole decades of ITU-R M.1371 table 53; the first, "all ships of this type", is taken.
3. The layout has no accuracy flag: every position counts as AIS_ERROR_LOW_M.
"""

from __future__ import annotations

import datetime
from typing import Final

from fairlead.errors import BadFile, BadInput
from fairlead.intake.parsed import AIS_ERROR_LOW_M, EARLIEST_MS, LATEST_MS
from fairlead.intake.table import columns as role
from fairlead.intake.table.plans import UNIX, Column, Fixed, Layout, cells_of, pattern_of, plan_of, usual
from fairlead.intake.table.rowwise import Form, parser, teller

TIME_FORM: Final = "%d/%m/%Y %H:%M:%S"
NAMES: Final = {
    "timestamp": role.TIME,
    "latitude": role.LAT,
    "longitude": role.LON,
    "mmsi": role.MMSI,
    "sog": role.SOG,
    "cog": role.COG,
    "navigational status": role.STATUS_WORD,
    "ship type": role.SHIP_WORD,
    "length": role.LENGTH,
    "type of mobile": role.STATION_WORD,
}
SAID: Final = {
    "name": role.NAME,
    "callsign": role.CALL_SIGN,
    "imo": role.IMO,
    "ship type": role.SHIP_WORD,
    "length": role.LENGTH,
    "width": role.BEAM,
    "draught": role.DRAUGHT,
    "destination": role.DESTINATION,
    "eta": role.ETA,
}
NEEDED: Final = ("timestamp", "latitude", "longitude", "mmsi")
BLANK: Final = (b"Unknown", b"Undefined", b"UNKNOWN")
STATUS: Final = {
    "Under way using engine": 0,
    "At anchor": 1,
    "Not under command": 2,
    "Restricted maneuverability": 3,
    "Restricted manoeuvrability": 3,
    "Constrained by her draught": 4,
    "Moored": 5,
    "Aground": 6,
    "Engaged in fishing": 7,
    "Under way sailing": 8,
    "Under way": 8,
    "Reserved for future amendment [HSC]": 9,
    "Reserved for future amendment [WIG]": 10,
    "Reserved for future use [11]": 11,
    "Reserved for future use [12]": 12,
    "Reserved for future use [13]": 13,
    "AIS-SART (active)": 14,
    "Unknown value": -1,
    "Undefined": -1,
    "Unknown": -1,
}
SHIP: Final = {
    "Undefined": -1,
    "Unknown": -1,
    "WIG": 20,
    "Fishing": 30,
    "Towing": 31,
    "Towing long/wide": 32,
    "Dredging": 33,
    "Diving": 34,
    "Military": 35,
    "Sailing": 36,
    "Pleasure": 37,
    "HSC": 40,
    "Pilot": 50,
    "SAR": 51,
    "Tug": 52,
    "Port tender": 53,
    "Anti-pollution": 54,
    "Law enforcement": 55,
    "Spare 1": 56,
    "Spare 2": 57,
    "Medical": 58,
    "Not party to conflict": 59,
    "Passenger": 60,
    "Cargo": 70,
    "Tanker": 80,
    "Other": 90,
    "Reserved": -1,
}
STATION: Final = {
    "Class A": 1,
    "Class B": 2,
    "Base Station": 3,
    "AtoN": 4,
    "SAR Airborne": 5,
    "Search and Rescue Transponder": 7,
    "Man Overboard Device": 7,
    "EPIRB": 7,
    "Unknown": -1,
    "Undefined": -1,
}
WORDS: Final = {role.STATUS_WORD: STATUS, role.SHIP_WORD: SHIP, role.STATION_WORD: STATION}


def when(text: str) -> int:
    """Unix milliseconds of dd/mm/yyyy HH:MM:SS in UTC. Raises BadInput."""
    try:
        since = datetime.datetime.strptime(text.strip(), TIME_FORM) - UNIX
    except ValueError:
        raise BadInput(f"time is not dd/mm/yyyy HH:MM:SS: {text.strip()[:40]!r}") from None
    t_ms = (since.days * 86_400 + since.seconds) * 1000
    if not EARLIEST_MS <= t_ms < LATEST_MS:
        raise BadInput(f"time is not between 1990 and 2100: {text.strip()[:40]}")
    return t_ms


def layout(header: str, where: str) -> Layout:
    """The layout that a header gives. Raises BadFile when a needed column is missing."""
    try:
        names = [cell.strip().lower().lstrip("# ") for cell in cells_of(header.lstrip("\ufeff"), ",")]
    except BadInput as error:
        raise BadFile("not a Danish AIS file", where=f"{where} line 1", why=error.what, do="check the layout") from error
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise BadFile("not a Danish AIS file", where=f"{where} line 1", why=f"no column {', '.join(missing)}", do="check the layout")
    form = Form(
        delimiter=",",
        width=len(names),
        columns=[usual(names.index(name), what) for name, what in NAMES.items() if name in names],
        said=[Column(names.index(name), what) for name, what in SAID.items() if name in names],
        fixed=Fixed(err_m=AIS_ERROR_LOW_M),
        words=WORDS,
        blank=BLANK,
        time=when,
        eta=pattern_of(TIME_FORM) or b"",
    )
    plan = plan_of(
        [form.columns],
        delimiter=",",
        least=form.width,
        most=form.width,
        fixed=[form.fixed],
        said=[form.said],
        pattern=form.eta,
        eta=form.eta,
        words=WORDS,
    )
    return Layout(plan, "utf-8", BLANK, parser(form), teller(form), True)
