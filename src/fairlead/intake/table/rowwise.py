"""One line by its columns' meaning, for the layouts that have no parser of their own: exact, and with a reason for what is rejected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from fairlead.errors import BadInput
from fairlead.intake.parsed import Aside, Row, course, mmsi_of, number, position, scaled, speed
from fairlead.intake.table import columns as role
from fairlead.intake.table.plans import Column, Fixed, Told, cells_of, stamped, told_by
from fairlead.intake.table.stated import LENGTH_MAX, SHIP_MAX, Said

ERROR_MAX_MM = 100_000_000


class Form(NamedTuple):
    """What stands where in a line, and how times, places and speeds are written in it."""

    delimiter: str
    width: int
    columns: Sequence[Column]
    said: Sequence[Column]
    fixed: Fixed
    words: Mapping[int, Mapping[str, int]]
    blank: Sequence[bytes]
    time: Callable[[str], int]
    eta: bytes
    where: Callable[[str, str], tuple[int, int] | None] = position
    speed: Callable[[str], int] = speed


def parser(form: Form) -> Callable[[str], Row | Aside]:
    """A function from a line to its row. It raises BadInput."""
    at = {one.role: one.place for one in form.columns}

    def parse(text: str) -> Row | Aside:
        cells = cells_of(text, form.delimiter)
        if len(cells) != form.width:
            raise BadInput(f"{len(cells)} columns where there should be {form.width}")
        where = form.where(cells[at[role.LAT]], cells[at[role.LON]])
        if where is None:
            return Aside(kind="no position")

        def read(what: int, otherwise: int, made: Callable[[str], int]) -> int:
            return made(cells[at[what]]) if what in at else otherwise

        def word(what: int, otherwise: int) -> int:
            return form.words[what].get(cells[at[what]].strip(), -1) if what in at else otherwise

        fixed = form.fixed
        return Row(
            t_ms=form.time(cells[at[role.TIME]]),
            lat_e7=where[0],
            lon_e7=where[1],
            sog_dkn=read(role.SOG, fixed.sog_dkn, form.speed),
            cog_ddeg=read(role.COG, fixed.cog_ddeg, course),
            mmsi=read(role.MMSI, fixed.mmsi, mmsi_of),
            err_m=read(role.ERROR, fixed.err_m, error),
            ship_type=read(role.SHIP, word(role.SHIP_WORD, fixed.ship_type), _ship),
            length_m=read(role.LENGTH, fixed.length_m, _length),
            status=read(role.STATUS, word(role.STATUS_WORD, fixed.status), _status),
        )

    return parse


def teller(form: Form) -> Callable[[str], Told]:
    """A function from a line that was read to its station and what it says of its number."""
    at = {one.role: one.place for one in form.columns}

    def tell(text: str) -> Told:
        cells = cells_of(text, form.delimiter)
        station = form.fixed.station
        if role.STATION_WORD in at:
            station = max(form.words[role.STATION_WORD].get(cells[at[role.STATION_WORD]].strip(), 0), 0)
        try:
            t_ms = form.time(cells[at[role.TIME]])
            mmsi = mmsi_of(cells[at[role.MMSI]]) if role.MMSI in at else form.fixed.mmsi
        except BadInput:
            return Told(station=station)
        if not mmsi:
            return Told(station=station)
        fields = told_by(cells, form.said, words=form.words, blank=form.blank, eta=lambda one: stamped(one, form.eta), said_ms=t_ms)
        return Told(station=station, said=Said(mmsi, t_ms, 0, fields))

    return tell


def error(text: str) -> int:
    """An error in metres, one standard deviation, rounded up to a whole one. Raises BadInput."""
    value = scaled(text, 3, what="error")
    if not 0 < value <= ERROR_MAX_MM:
        raise BadInput(f"error is out of range: {text.strip()[:40]}")
    return -(-value // 1000)


def _ship(text: str) -> int:
    return number(text, what="ship type", least=0, most=SHIP_MAX)


def _length(text: str) -> int:
    return number(text, what="length", least=0, most=LENGTH_MAX)


def _status(text: str) -> int:
    return number(text, what="status", least=0, most=15)
