"""Statements: what AIS numbers said of themselves (name, call sign, type, size, voyage), one row for each hour of saying the same.

Columns (n rows each): mmsi int64; part int8, one of PARTS: which message said it, since some messages carry only a part; first_ms
and last_ms int64 Unix milliseconds UTC, first and last time that it was said inside one hour; imo int32; call_sign up to 7 bytes; name
up to 20 bytes; ship_type int16 (ITU-R M.1371 table 53); length_m, beam_m int16; draught_dm int16 0.1 m; destination up to 20 bytes; eta
int32 minutes since the beginning of the year that it was said in (month and day without a year: ITU-R M.1371); craft_of int32, the
number of the parent ship that an auxiliary craft names.
0 means none in imo and craft_of, -1 unknown in other numbers, empty unknown in text.

A row never crosses a full hour, so that rows can be joined in any pieces, any order and any number of times with one result (P5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.errors import BadInput
from fairlead.report.ordering import by_number_and_time, tied

PARTS: Final = ("whole", "24A", "24B", "memory", "register")
MEMORY: Final = PARTS.index("memory")  # from here on others say it of a number: what a receiver remembers, what a register holds
REGISTER: Final = PARTS.index("register")

STATED: Final[dict[str, str]] = {
    "imo": "int32",
    "call_sign": "S7",
    "name": "S20",
    "ship_type": "int16",
    "length_m": "int16",
    "beam_m": "int16",
    "draught_dm": "int16",
    "destination": "S20",
    "eta": "int32",
    "craft_of": "int32",
}
COLUMNS: Final[dict[str, str]] = {"mmsi": "int64", "part": "int8", "first_ms": "int64", "last_ms": "int64", **STATED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """Columns of equal length; see the module's first lines for units."""

    mmsi: npt.NDArray[np.int64]
    part: npt.NDArray[np.int8]
    first_ms: npt.NDArray[np.int64]
    last_ms: npt.NDArray[np.int64]
    imo: npt.NDArray[np.int32]
    call_sign: npt.NDArray[np.bytes_]
    name: npt.NDArray[np.bytes_]
    ship_type: npt.NDArray[np.int16]
    length_m: npt.NDArray[np.int16]
    beam_m: npt.NDArray[np.int16]
    draught_dm: npt.NDArray[np.int16]
    destination: npt.NDArray[np.bytes_]
    eta: npt.NDArray[np.int32]
    craft_of: npt.NDArray[np.int32]

    def __post_init__(self) -> None:
        for field, dtype in COLUMNS.items():
            column = getattr(self, field)
            if column.dtype != np.dtype(dtype) or column.shape != self.mmsi.shape:
                raise BadInput("a statement column has another type or length", where=field, why=f"expected {dtype}")

    def __len__(self) -> int:
        return len(self.mmsi)

    def rows(self, chosen: npt.NDArray[np.intp] | npt.NDArray[np.bool_] | slice) -> Statements:
        """The chosen rows, in the order chosen."""
        return Statements(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def nothing_stated() -> Statements:
    """No statements, with the right column types."""
    return Statements(**{name: np.zeros(0, dtype=dtype) for name, dtype in COLUMNS.items()})


HOUR_MS: Final = 3_600_000


def hourly(parts: Sequence[Statements]) -> Statements:
    """All statements of all parts, each content once for a number, part and hour, sorted by these and then by content."""
    given = [part for part in parts if len(part)]
    if not given:
        return nothing_stated()
    rows = Statements(**{name: np.concatenate([getattr(part, name) for part in given]) for name in COLUMNS})
    hour = rows.first_ms // HOUR_MS
    if (rows.last_ms < rows.first_ms).any() or (rows.last_ms // HOUR_MS != hour).any():
        raise BadInput("a statement row ends before it begins, or crosses a full hour")
    order = _in_order(rows, hour)
    rows, hour = rows.rows(order), hour[order]
    new = _differing(rows)
    for column in (rows.mmsi, hour, rows.part):
        new[1:] |= column[1:] != column[:-1]
    starts = np.flatnonzero(new)
    joined = {name: getattr(rows, name)[starts] for name in COLUMNS}
    joined["first_ms"] = np.minimum.reduceat(rows.first_ms, starts)
    joined["last_ms"] = np.maximum.reduceat(rows.last_ms, starts)
    return Statements(**joined)


def _in_order(rows: Statements, hour: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Row numbers by number, hour, part and then content. Most rows say what their neighbour says: only the others are compared in
    full."""
    when = len(PARTS) * hour + rows.part
    order = by_number_and_time(rows.mmsi, when)
    places = tied(rows.mmsi, when, order)
    if not len(places):
        return order
    rest = order[places]
    alike = (rows.mmsi[rest[1:]] == rows.mmsi[rest[:-1]]) & (when[rest[1:]] == when[rest[:-1]])
    other = _differing(rows.rows(rest))
    run = np.cumsum(np.concatenate(([True], ~alike))) - 1  # of one number, hour and part
    other[1:] &= alike
    mixed = np.bincount(run[other], minlength=run[-1] + 1)[run] > 0
    places, rest = places[mixed], rest[mixed]
    if len(places):
        contents = (getattr(rows, name)[rest] for name in reversed(STATED))
        order[places] = rest[np.lexsort((*contents, rows.part[rest], hour[rest], rows.mmsi[rest]))]
    return order


def _differing(rows: Statements) -> npt.NDArray[np.bool_]:
    """Whether a row states something else than the one before it; the first does. Compared as bytes, eight at once."""
    stated = [np.ascontiguousarray(getattr(rows, name)) for name in STATED]
    width = sum(column.dtype.itemsize for column in stated)
    side_by_side, at = np.zeros((len(rows), -(-width // 8) * 8), dtype=np.uint8), 0
    for column in stated:
        side_by_side[:, at : at + column.dtype.itemsize] = column.view(np.uint8).reshape(len(rows), -1)
        at += column.dtype.itemsize
    eights = side_by_side.view(np.uint64)
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (eights[1:] != eights[:-1]).any(axis=1)
    return new
