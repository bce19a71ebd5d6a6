"""MarineCadastre CSV for the fast path: the columns that `layout.marinecadastre` reads, and those that make statements.

1. What is kept or rejected is decided by `layout.marinecadastre` alone; here stand its limits once more, for the kernel.
2. The transceiver's class gives the station. Name, call sign, IMO, type, size and draught become statements.
"""

from __future__ import annotations

from typing import Final

from fairlead.errors import BadInput
from fairlead.intake.layout import marinecadastre
from fairlead.intake.parsed import AIS_ERROR_LOW_M, Aside, Row, instant, mmsi_of
from fairlead.intake.table import columns as role
from fairlead.intake.table.plans import SAID_ROLES, Column, Fixed, Layout, Told, plan_of, told_by, usual
from fairlead.intake.table.stated import Said

ROLES: Final = {
    "lat": role.LAT,
    "lon": role.LON,
    "time": role.TIME,
    "sog": role.SOG,
    "cog": role.COG,
    "mmsi": role.MMSI,
    "type": role.SHIP,
    "length": role.LENGTH,
    "status": role.STATUS,
}
SAID: Final = {
    "vesselname": role.NAME,
    "vessel_name": role.NAME,
    "imo": role.IMO,
    "callsign": role.CALL_SIGN,
    "call_sign": role.CALL_SIGN,
    "vesseltype": role.SHIP,
    "vessel_type": role.SHIP,
    "length": role.LENGTH,
    "width": role.BEAM,
    "draft": role.DRAUGHT,
}
CLASS: Final = ("transceiverclass", "transcieverclass", "transceiver_class", "transceiver")  # the second is in the extracts of 2020
STATIONS: Final = {"A": 1, "B": 2}


def layout(header: str, where: str) -> Layout:
    """The layout that a header gives. Raises BadFile when a needed column is missing."""
    found = marinecadastre.header(header, where)
    names = [cell.strip().lower() for cell in marinecadastre.cells_of(header.lstrip("\ufeff"))]
    parse = marinecadastre.parser(found, len(names))
    station = next((names.index(name) for name in CLASS if name in names), -1)
    read = [usual(index, ROLES[key]) for key, index in found.items() if key in ROLES]
    if station >= 0:
        read.append(Column(station, role.STATION_WORD))
    said = sorted(_said(names), key=lambda one: SAID_ROLES.index(one.role))
    words = {role.STATION_WORD: STATIONS}

    def tell(text: str) -> Told:
        cells = marinecadastre.cells_of(text)
        sent = STATIONS.get(cells[station].strip(), 0) if station >= 0 else 0
        try:
            t_ms, mmsi = instant(cells[found["time"]]), mmsi_of(cells[found["mmsi"]])
        except BadInput:
            return Told(station=sent)  # a line without a position, and without a time or number
        fields = told_by(cells, said, words=words, blank=(), eta=int, said_ms=t_ms)
        return Told(station=sent, said=Said(mmsi, t_ms, 0, fields))

    def row(text: str) -> Row | Aside:
        return parse(text)

    plan = plan_of(
        [read],
        delimiter=",",
        least=len(names),
        most=len(names),
        fixed=[Fixed(err_m=AIS_ERROR_LOW_M)],
        said=[said],
        wrapped=1,
        words=words,
    )
    return Layout(plan, "utf-8", (), row, tell, True)


def _said(names: list[str]) -> list[Column]:
    """The first column of each meaning."""
    kept: dict[int, Column] = {}
    for index, name in enumerate(names):
        if name in SAID and SAID[name] not in kept:
            kept[SAID[name]] = Column(index, SAID[name])
    return list(kept.values())
