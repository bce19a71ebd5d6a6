"""A mapping file in TOML: which column of somebody's table means what, in which units (docs/reference/tables.md).

1. Every key is known or an error that names it; what is not said has the default that the page gives.
2. A mapping reads delimiter-separated text with or without a header, and Parquet. Columns are names, or numbers from 1.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from fairlead.errors import BadFile, BadInput
from fairlead.intake.parsed import AIS_ERROR_LOW_M, EARLIEST_MS, LATEST_MS, instant, position, scaled, speed
from fairlead.intake.table import columns as role
from fairlead.intake.table.columns import SLOW_ONLY
from fairlead.intake.table.plans import ISO, SAID_ROLES, UNIX, Column, Fixed, Layout, cells_of, pattern_of, plan_of, usual
from fairlead.intake.table.rowwise import Form, parser, teller
from fairlead.report.detection import STATIONS

ROLES: Final = {
    "lat": role.LAT,
    "lon": role.LON,
    "time": role.TIME,
    "mmsi": role.MMSI,
    "speed": role.SOG,
    "course": role.COG,
    "error_m": role.ERROR,
    "ship_type": role.SHIP,
    "length_m": role.LENGTH,
    "status": role.STATUS,
    "station": role.STATION_WORD,
    "name": role.NAME,
    "call_sign": role.CALL_SIGN,
    "imo": role.IMO,
    "beam_m": role.BEAM,
    "draught_m": role.DRAUGHT,
    "destination": role.DESTINATION,
    "eta": role.ETA,
}
GEOMETRY: Final = "geometry"
CONSTANTS: Final = {"error_m": (1, 100_000), "mmsi": (1, 999_999_999), "ship_type": (0, 1100), "length_m": (0, 1022), "status": (0, 15)}
ENCODINGS: Final = ("utf-8", "latin-1", "cp1252", "iso-8859-15")
SPEEDS: Final = {"kn": Fraction(10), "m/s": Fraction(9000, 463), "km/h": Fraction(2500, 463)}  # 1 knot is 1852 m an hour
POSITIONS: Final = ("deg", "deg-min")
TIMES: Final = ("iso", "epoch-s", "epoch-ms")
STRPTIME: Final = "strptime:"
STATION: Final = {"A": 1, "B": 2, **{name: code for code, name in enumerate(STATIONS) if name}}
KEYS: Final = {
    "": ("delimiter", "encoding", "header", "columns", "units", "constants"),
    "columns": (*ROLES, GEOMETRY),
    "units": ("time", "position", "speed"),
    "constants": (*CONSTANTS, "station"),
}
BYTES_MAX: Final = 65_536
DEG_MIN: Final = re.compile(r"([+-]?)([0-9]{1,3})[ °-] ?([0-9]{1,2}(?:\.[0-9]{0,12})?)['′]? ?([NSEW]?)", re.ASCII)


class ColumnMap(msgspec.Struct, frozen=True, kw_only=True):
    """A mapping file that was read."""

    where: str
    columns: Mapping[str, str | int]
    constants: Mapping[str, int]
    delimiter: str = ","
    encoding: str = "utf-8"
    header: bool = True
    time: str = "iso"
    position: str = "deg"
    speed: str = "kn"

    def layout(self, header: str, where: str) -> Layout:
        """The layout for a file with this header. Raises BadFile when a column is missing or the file is not text with columns."""
        return _layout(self, header, where)

    def fixed(self) -> Fixed:
        """What stands where no column says it."""
        given = {{"error_m": "err_m"}.get(name, name): value for name, value in self.constants.items()}
        return Fixed(**{"err_m": AIS_ERROR_LOW_M, **given})


def read_mapping(path: Path) -> ColumnMap:
    """The mapping in a file. Raises BadFile that names the key."""
    try:
        raw = path.read_bytes()[: BYTES_MAX + 1]
    except OSError as error:
        raise BadFile("the mapping file cannot be opened", where=str(path), why=error.strerror or "", do="check the path") from error
    try:
        value = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadFile("the mapping file is not TOML", where=path.name, why=str(error)) from error
    if len(raw) > BYTES_MAX:
        raise BadFile("the mapping file is too long", where=path.name, why=f"more than {BYTES_MAX} bytes")
    return mapping_of(value, path.name)


def mapping_of(value: Mapping[str, object], where: str) -> ColumnMap:
    """A mapping from its tables. Raises BadFile."""
    _known(value, "", where)
    columns, units, constants = (_table(value, name, where) for name in ("columns", "units", "constants"))
    header = value.get("header", True)
    if not isinstance(header, bool):
        raise _wrong("header", "true or false", where)
    made = ColumnMap(
        where=where,
        columns={name: _column(name, one, where) for name, one in columns.items()},
        constants={name: _constant(name, one, where) for name, one in constants.items()},
        delimiter=_choice("delimiter", value.get("delimiter", ","), (",", ";", "\t", "|"), where),
        encoding=_choice("encoding", value.get("encoding", "utf-8"), ENCODINGS, where),
        header=header,
        time=_time(units.get("time", "iso"), where),
        position=_choice("units.position", units.get("position", "deg"), POSITIONS, where),
        speed=_choice("units.speed", units.get("speed", "kn"), tuple(SPEEDS), where),
    )
    if "time" not in columns:
        raise _wrong("columns.time", "given", where)
    if GEOMETRY not in columns and not ("lat" in columns and "lon" in columns):
        raise _wrong("columns.lat and columns.lon, or columns.geometry", "given", where)
    both = [name for name in columns if name in constants]
    if both:
        raise _wrong(f"constants.{both[0]}", "left out, since a column gives it", where)
    return made


def _known(value: Mapping[str, object], table: str, where: str) -> None:
    for key in value:
        if key not in KEYS[table]:
            name = f"{table}.{key}" if table else key
            raise BadFile("a mapping file has an unknown key", where=where, why=name[:80], do=f"one of {', '.join(KEYS[table])}")


def _table(value: Mapping[str, object], name: str, where: str) -> dict[str, object]:
    one = value.get(name, {})
    if not isinstance(one, dict):
        raise _wrong(name, "a table", where)
    _known(one, name, where)
    return one


def _wrong(key: str, what: str, where: str) -> BadFile:
    return BadFile(
        "a mapping file cannot be used", where=where, why=f"{key} must be {what}", do="docs/reference/tables.md lists the keys"
    )


def _choice(key: str, value: object, known: tuple[str, ...], where: str) -> str:
    if isinstance(value, str) and value in known:
        return value
    raise _wrong(key, "one of " + ", ".join(repr(one) for one in known), where)


def _column(name: str, value: object, where: str) -> str | int:
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 256:
        return value
    raise _wrong(f"columns.{name}", "a column's name, or its number from 1 to 256", where)


def _constant(name: str, value: object, where: str) -> int:
    if name == "station":
        if isinstance(value, str) and value in STATION:
            return STATION[value]
        raise _wrong("constants.station", "one of " + ", ".join(repr(one) for one in STATION), where)
    least, most = CONSTANTS[name]
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    raise _wrong(f"constants.{name}", f"a whole number from {least} to {most}", where)


def _time(value: object, where: str) -> str:
    if isinstance(value, str) and (value in TIMES or value.startswith(STRPTIME)):
        return value
    raise _wrong("units.time", "'iso', 'epoch-s', 'epoch-ms' or 'strptime:' and a format", where)


def _layout(made: ColumnMap, header: str, where: str) -> Layout:
    if GEOMETRY in made.columns:
        raise BadFile("text has no geometry column", where=made.where, do="give columns.lat and columns.lon")
    names, width = _names(made, header, where)
    at = {name: _place(made, one, names, where) for name, one in made.columns.items()}
    read = [_read(made, name, index) for name, index in at.items() if ROLES[name] < role.NAME]
    said = [Column(index, ROLES[name]) for name, index in at.items() if ROLES[name] in SAID_ROLES]
    pattern = ISO if made.time == "iso" else (pattern_of(made.time[len(STRPTIME) :]) if made.time.startswith(STRPTIME) else b"")
    if pattern is None:
        read = [one._replace(top=SLOW_ONLY) if one.role == role.TIME else one for one in read]
    words = {role.STATION_WORD: STATION}
    exact = width or max(at.values()) + 1
    form = Form(
        delimiter=made.delimiter,
        width=exact,
        columns=read,
        said=said if "mmsi" in at or "mmsi" in made.constants else (),
        fixed=made.fixed(),
        words=words,
        blank=(),
        time=partial(time_of, form=made.time),
        eta=ISO,
        where=position if made.position == "deg" else deg_min,
        speed=speed if made.speed == "kn" else partial(speed_of, unit=made.speed),
    )
    plan = plan_of(
        [read],
        delimiter=made.delimiter,
        least=exact,
        most=exact,
        fixed=[form.fixed],
        said=[form.said],
        pattern=pattern or b"",
        words=words,
    )
    return Layout(plan, made.encoding, (), parser(form), teller(form), made.header)


def _names(made: ColumnMap, header: str, where: str) -> tuple[list[str], int]:
    """The header's names and their count; no names and 0 without a header."""
    if not made.header:
        return [], 0
    try:
        names = [cell.strip() for cell in cells_of(header.lstrip("\ufeff"), made.delimiter)]
    except BadInput as error:
        raise BadFile("the header cannot be read", where=f"{where} line 1", why=error.what) from error
    return names, len(names)


def _place(made: ColumnMap, one: str | int, names: list[str], where: str) -> int:
    if isinstance(one, int):
        if made.header and one > len(names):
            raise BadFile("the file does not fit its mapping", where=f"{where} line 1", why=f"there is no column {one}")
        return one - 1
    if not made.header:
        raise BadFile("a file without a header has no column names", where=made.where, why=one, do="give the column's number")
    if names.count(one) != 1:
        why = f"no column {one}" if one not in names else f"column {one} stands there more than once"
        raise BadFile("the file does not fit its mapping", where=f"{where} line 1", why=why, do="check the layout")
    return names.index(one)


def _read(made: ColumnMap, name: str, index: int) -> Column:
    one = usual(index, ROLES[name])
    if one.role in (role.LAT, role.LON) and made.position != "deg":
        return one._replace(top=SLOW_ONLY)
    if one.role == role.SOG and made.speed != "kn":
        return one._replace(top=SPEEDS[made.speed].numerator, bottom=SPEEDS[made.speed].denominator)
    if one.role == role.TIME:
        return one._replace(top=3 if made.time == "epoch-s" else 0)
    return one


def time_of(text: str, *, form: str) -> int:
    """Unix milliseconds. Raises BadInput."""
    if form == "iso":
        return instant(text)
    if form in TIMES:
        t_ms = scaled(text, 3 if form == "epoch-s" else 0, what="time")
    else:
        try:
            when = datetime.datetime.strptime(text.strip(), form[len(STRPTIME) :])
        except ValueError:
            raise BadInput(f"time does not follow {form[len(STRPTIME) :]}: {text.strip()[:40]!r}") from None
        since = (when.astimezone(datetime.UTC).replace(tzinfo=None) if when.tzinfo else when) - UNIX
        t_ms = (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    if not EARLIEST_MS <= t_ms < LATEST_MS:
        raise BadInput(f"time is not between 1990 and 2100: {text.strip()[:40]}")
    return t_ms


def speed_of(text: str, *, unit: str) -> int:
    """0.1 knot, rounded half to even from the exact value; -1 when empty or 102.3 knots. Raises BadInput."""
    if not text.strip():
        return -1
    value = round(Fraction(scaled(text, 20, what="speed"), 10**20) * SPEEDS[unit])
    if not 0 <= value <= 1023:
        raise BadInput(f"speed is out of range: {text.strip()[:40]}")
    return -1 if value == 1023 else value


def deg_min(lat: str, lon: str) -> tuple[int, int] | None:
    """Latitude and longitude in 1e-7 degree from degrees and minutes, rounded half to even; nothing for 91 and 181. Raises BadInput."""
    return position(*(_degrees(text, what, ends) for text, what, ends in ((lat, "latitude", "NS"), (lon, "longitude", "EW"))))


def _degrees(text: str, what: str, ends: str) -> str:
    found = DEG_MIN.fullmatch(text.strip())
    if not found or (found.group(4) and (found.group(4) not in ends or found.group(1))):
        raise BadInput(f"{what} is not degrees and minutes: {text[:40]!r}")
    sign, degrees, minutes, end = found.groups()
    if scaled(minutes, 12, what="minutes") >= 60 * 10**12:
        raise BadInput(f"{what} has 60 minutes or more: {text.strip()[:40]}")
    value = round((int(degrees) + Fraction(minutes.rstrip(".")) / 60) * 10**7)
    return f"{'-' if sign == '-' or end in ('S', 'W') else ''}{value // 10**7}.{value % 10**7:07d}"
