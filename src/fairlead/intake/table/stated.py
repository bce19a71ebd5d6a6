"""What rows say of their number as statements: from the noted cells in compiled code, or from the texts of one line.

1. Nothing here rejects: a cell that cannot be read leaves its field unknown. A size or draught of 0 is AIS's "not available".
2. Both ways give the same for the same cells; a property test holds them together.
3. A wording that says nothing at all is no statement.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from fairlead.errors import BadInput
from fairlead.intake.parsed import name_of, scaled
from fairlead.intake.table.cells import Bytes, clean, decimal, stamp, trimmed, whole
from fairlead.intake.table.columns import (
    BEAM,
    CALL_SIGN,
    DESTINATION,
    DRAUGHT,
    ETA,
    IMO,
    LENGTH,
    NAME,
    SHIP,
    SHIP_WORD,
    Plan,
    Rows,
    word_of,
)
from fairlead.report.compiled import kernel
from fairlead.report.statement import COLUMNS, STATED, Statements, nothing_stated

Value: TypeAlias = int | bytes
UNKNOWN: Final[dict[str, Value]] = {
    name: b"" if kind.startswith("S") else (0 if name in ("imo", "craft_of") else -1) for name, kind in STATED.items()
}
SHIP_MAX, LENGTH_MAX, BEAM_MAX, DRAUGHT_MAX = 1100, 1022, 126, 255


class Noted(NamedTuple):
    """Columns that `fill` writes, one row for each wording."""

    imo: npt.NDArray[np.int32]
    call_sign: npt.NDArray[np.uint8]
    name: npt.NDArray[np.uint8]
    ship_type: npt.NDArray[np.int16]
    length_m: npt.NDArray[np.int16]
    beam_m: npt.NDArray[np.int16]
    draught_dm: npt.NDArray[np.int16]
    destination: npt.NDArray[np.uint8]
    eta_ms: npt.NDArray[np.int64]


@kernel
def _within(chunk: Bytes, a: int, b: int, digits: int, least: int, most: int) -> int:
    """A number in a range, rounded; -1 when it is none."""
    sure, value = decimal(chunk, a, b, digits)
    return value if sure and least <= value <= most else -1


@kernel
def fill(chunk: Bytes, plan: Plan, rows: Rows, entries: int, out: Noted) -> None:
    """Read the cells of each noted wording."""
    count = plan.said.shape[1]
    for entry in range(entries):
        v = rows.variant[entry]
        for index in range(count):
            role = plan.said_role[v, index]
            if plan.said[v, index] < 0:
                break
            a, b = rows.cells[2 * (entry * count + index)], rows.cells[2 * (entry * count + index) + 1]
            if role == NAME:
                clean(chunk, a, b, out.name[entry])
            elif role == CALL_SIGN:
                clean(chunk, a, b, out.call_sign[entry])
            elif role == DESTINATION:
                clean(chunk, a, b, out.destination[entry])
            elif role == IMO:
                a, b = trimmed(chunk, a, b)
                if b - a > 3 and chunk[a] == 73 and chunk[a + 1] == 77 and chunk[a + 2] == 79:
                    a += 3
                sure, value = whole(chunk, a, b, 7)
                out.imo[entry] = value if sure else 0
            elif role == SHIP:
                out.ship_type[entry] = _within(chunk, a, b, 0, 0, SHIP_MAX)
            elif role == SHIP_WORD:
                out.ship_type[entry] = max(word_of(chunk, a, b, SHIP_WORD, plan), -1)
            elif role == LENGTH:
                out.length_m[entry] = _within(chunk, a, b, 0, 1, LENGTH_MAX)
            elif role == BEAM:
                out.beam_m[entry] = _within(chunk, a, b, 0, 1, BEAM_MAX)
            elif role == DRAUGHT:
                out.draught_dm[entry] = _within(chunk, a, b, 1, 1, DRAUGHT_MAX)
            elif role == ETA:
                sure, value = stamp(chunk, a, b, plan.eta)
                out.eta_ms[entry] = value if sure else -1


def noted(chunk: Bytes, plan: Plan, rows: Rows, entries: int, blank: Sequence[bytes]) -> Statements:
    """The wordings of a block as statements; texts that stand for "unknown" in this layout are left out."""
    if not entries:
        return nothing_stated()
    wide = {"call_sign": 7, "name": 20, "destination": 20}
    out = Noted(
        **{
            field: np.zeros((entries, wide[field]), dtype=np.uint8)
            if field in wide
            else np.full(entries, UNKNOWN.get(field, -1), dtype=STATED.get(field, "int64"))
            for field in Noted._fields
        }
    )
    fill(chunk, plan, rows, entries, out)
    text = {field: getattr(out, field).view(f"S{width}").reshape(-1) for field, width in wide.items()}
    for column in text.values():
        for word in blank:
            column[column == word] = b""
    first_ms = rows.first_ms[:entries].copy()
    made = Statements(
        mmsi=rows.whose[:entries].copy(),
        part=np.zeros(entries, dtype=np.int8),
        first_ms=first_ms,
        last_ms=rows.last_ms[:entries].copy(),
        eta=_minutes(out.eta_ms, first_ms),
        craft_of=np.zeros(entries, dtype=np.int32),
        **{field: getattr(out, field) for field in ("imo", "ship_type", "length_m", "beam_m", "draught_dm")},
        **text,
    )
    return _speaking(made)


def _speaking(made: Statements) -> Statements:
    says = np.zeros(len(made), dtype=np.bool_)
    for field, unknown in UNKNOWN.items():
        says |= getattr(made, field) != unknown
    return made if says.all() else made.rows(says)


def _minutes(eta_ms: npt.NDArray[np.int64], said_ms: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Month, day and time of an arrival as minutes since the beginning of the year that it was said in; -1 for none, or no such day."""
    eta = eta_ms.astype("datetime64[ms]")
    month0 = eta.astype("datetime64[M]").astype(np.int64) % 12
    day = (eta.astype("datetime64[D]") - eta.astype("datetime64[M]")).astype(np.int64)
    year = said_ms.astype("datetime64[ms]").astype("datetime64[Y]")
    there = (year.astype("datetime64[M]") + month0).astype("datetime64[D]") + day
    minutes = (there - year).astype(np.int64) * 1440 + eta_ms % 86_400_000 // 60_000
    fits = (eta_ms >= 0) & (there.astype("datetime64[M]").astype(np.int64) % 12 == month0)
    return np.where(fits, minutes, -1).astype(np.int32)


def eta_minutes(month: int, day: int, hour: int, minute: int, *, said_ms: int) -> int:
    """Minutes since the beginning of the year that it was said in; -1 when a part is not available or there is no such time."""
    year = (datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=said_ms)).year
    try:
        when = datetime.datetime(year, month, day, hour, minute)
    except ValueError:
        return -1
    return int((when - datetime.datetime(year, 1, 1)).total_seconds()) // 60


def number_said(text: str, digits: int, least: int, most: int) -> int:
    """A number in a range, rounded; -1 when it is none."""
    try:
        value = scaled(text, digits, what="")
    except BadInput:
        return -1
    return value if least <= value <= most else -1


def imo_said(text: str) -> int:
    """An IMO number of at most seven digits, with or without the letters; 0 for none."""
    found = re.fullmatch(r"(?:IMO)?([0-9]{1,7})", text.strip(), re.ASCII)
    return int(found.group(1)) if found else 0


def text_said(text: str, most: int, blank: Sequence[bytes]) -> bytes:
    """A text as AIS can carry it, at most so long; none where it stands for "unknown"."""
    kept = name_of(text).encode()[:most].strip()
    return b"" if kept in blank else kept


class Said(NamedTuple):
    """What one line says of a number at a time: the fields that it knows."""

    mmsi: int
    t_ms: int
    part: int
    fields: Mapping[str, Value]


def statements_of(said: Sequence[Said]) -> Statements:
    """One row for each, without those that say nothing."""
    rows = [{**UNKNOWN, **one.fields, "mmsi": one.mmsi, "part": one.part, "first_ms": one.t_ms, "last_ms": one.t_ms} for one in said]
    return _speaking(Statements(**{name: np.array([row[name] for row in rows], dtype=kind) for name, kind in COLUMNS.items()}))
