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
    I32,
    I64,
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


TEXTS: Final = {"call_sign": (0, 7), "name": (7, 27), "destination": (27, 47)}  # where each stands in a row of texts
NUMBERS: Final = ("imo", "ship_type", "length_m", "beam_m", "draught_dm")  # of a row of numbers; the last is the arrival, Unix ms


@kernel
def _within(chunk: Bytes, a: int, b: int, digits: int, least: int, most: int) -> int:
    """A number in a range, rounded; -1 when it is none."""
    sure, value = decimal(chunk, a, b, digits)
    return value if sure and least <= value <= most else -1


@kernel
def fill(
    chunk: Bytes, said: I64, eta: Bytes, words: Bytes, word: I64, wording: I64, cells: I32, entries: int, text: Bytes, number: I64
) -> None:
    """Read the cells of each noted wording."""
    for entry in range(entries):
        v = wording[entry, 3]
        for index in range(said.shape[1]):
            place, role = said[v, index, 0], said[v, index, 1]
            if place < 0:
                break
            a, b = cells[entry, index, 0], cells[entry, index, 1]
            if role == NAME:
                clean(chunk, a, b, text[entry, 7:27])
            elif role == CALL_SIGN:
                clean(chunk, a, b, text[entry, 0:7])
            elif role == DESTINATION:
                clean(chunk, a, b, text[entry, 27:47])
            elif role == IMO:
                a, b = trimmed(chunk, a, b)
                if b - a > 3 and chunk[a] == 73 and chunk[a + 1] == 77 and chunk[a + 2] == 79:
                    a += 3
                sure, value = whole(chunk, a, b, 7)
                number[entry, 0] = value if sure else 0
            elif role == SHIP:
                number[entry, 1] = _within(chunk, a, b, 0, 0, SHIP_MAX)
            elif role == SHIP_WORD:
                number[entry, 1] = max(word_of(chunk, a, b, SHIP_WORD, words, word), -1)
            elif role == LENGTH:
                number[entry, 2] = _within(chunk, a, b, 0, 1, LENGTH_MAX)
            elif role == BEAM:
                number[entry, 3] = _within(chunk, a, b, 0, 1, BEAM_MAX)
            elif role == DRAUGHT:
                number[entry, 4] = _within(chunk, a, b, 1, 1, DRAUGHT_MAX)
            elif role == ETA:
                sure, value = stamp(chunk, a, b, eta)
                number[entry, 5] = value if sure else -1


def noted(chunk: Bytes, plan: Plan, rows: Rows, entries: int, blank: Sequence[bytes], part: int) -> Statements:
    """The wordings of a block as statements; texts that stand for "unknown" in this layout are left out."""
    if not entries:
        return nothing_stated()
    texts = np.zeros((entries, 47), dtype=np.uint8)
    number = np.full((entries, len(NUMBERS) + 1), -1, dtype=np.int64)
    number[:, 0] = 0
    fill(chunk, plan.said, plan.eta, plan.words, plan.word, rows.wording, rows.cells, entries, texts, number)
    text = {field: np.ascontiguousarray(texts[:, a:b]).view(f"S{b - a}").reshape(-1) for field, (a, b) in TEXTS.items()}
    for column in text.values():
        for word in blank:
            column[column == word] = b""
    said = rows.wording[:entries]
    columns: dict[str, npt.NDArray[np.generic]] = {
        **text,
        **{field: number[:, index] for index, field in enumerate(NUMBERS)},
        **{field: said[:, index] for index, field in enumerate(("mmsi", "first_ms", "last_ms"))},
        "part": np.full(entries, part, dtype=np.int8),
        "craft_of": np.zeros(entries, dtype=np.int32),
        "eta": _minutes(number[:, -1], said[:, 1]),
    }
    return _speaking(Statements(**{name: np.ascontiguousarray(columns[name], dtype=kind) for name, kind in COLUMNS.items()}))


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
