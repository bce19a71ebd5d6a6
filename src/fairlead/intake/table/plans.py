"""From columns by meaning to the plan that the kernel reads by, and the same columns read one line at a time.

1. A layout is one value: how lines are cut, which column means what, how an unusual line is read. Fast and slow reading come from it.
2. The slow reading decides what is kept, set aside or rejected, with the words of `intake.parsed`, for every encoding and quote.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from fairlead.errors import BadInput
from fairlead.intake.parsed import Aside, Row
from fairlead.intake.table import columns as role
from fairlead.intake.table.cells import DAY, END, HOUR, LOOSE, MINUTE, MONTH, SECOND, YEAR, stamp
from fairlead.intake.table.columns import CELLS_MAX, FIELDS, Plan
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

UNIX: Final = datetime.datetime(1970, 1, 1)
ISO: Final = bytes((YEAR, 45, MONTH, 45, DAY, LOOSE, HOUR, 58, MINUTE, 58, SECOND, END))
TOKENS: Final = {"Y": YEAR, "m": MONTH, "d": DAY, "H": HOUR, "M": MINUTE, "S": SECOND}
SAID_ROLES: Final = (
    role.NAME,
    role.CALL_SIGN,
    role.IMO,
    role.SHIP,
    role.SHIP_WORD,
    role.LENGTH,
    role.BEAM,
    role.DRAUGHT,
    role.DESTINATION,
    role.ETA,
)
WORD_ROLES: Final = (role.SHIP_WORD, role.STATUS_WORD, role.STATION_WORD)
NO_LIMIT: Final = (-(2**62), 2**62)


class Column(NamedTuple):
    """A column of a file: where it stands (from 0), what it is read as, its limits, and its factor (see columns.Plan)."""

    place: int
    role: int
    low: int = 0
    high: int = 0
    top: int = 0
    bottom: int = 1


class Fixed(NamedTuple):
    """What stands in a detection where no column says it."""

    sog_dkn: int = -1
    cog_ddeg: int = -1
    err_m: int = 30
    ship_type: int = -1
    length_m: int = -1
    status: int = -1
    station: int = 0
    mmsi: int = 0


class Layout(NamedTuple):
    """How a file is read: `parse` reads one line to its row (raises BadInput), `tell` says what else stands in it."""

    plan: Plan
    encoding: str
    blank: tuple[bytes, ...]
    parse: Callable[[str], Row | Aside]
    tell: Callable[[str], Told]
    headed: bool  # the first line is the header
    part: int = 0  # which part of what a vessel says the columns are; see `statement.PARTS`


class Told(NamedTuple):
    """Beside a row: the station that sent it, and what it says of its number."""

    station: int = 0
    said: Said | None = None
    aside: str = ""  # another kind than the parser gives


# what a column of each role is read with: limits, factor
USUAL: Final[Mapping[int, tuple[int, int, int, int]]] = {
    role.LAT: (-900_000_000, 900_000_000, 7, 1),
    role.LON: (-1_800_000_000, 1_800_000_000, 7, 1),
    role.SOG: (0, 1023, 1, 1),
    role.COG: (0, 4095, 1, 1),
    role.SHIP: (0, SHIP_MAX, 0, 1),
    role.LENGTH: (0, LENGTH_MAX, 0, 1),
    role.STATUS: (0, 15, 0, 1),
    role.ERROR: (1, 100_000_000, 3, 1),
}


def usual(index: int, what: int) -> Column:
    """A column with the usual limits and units of its role."""
    return Column(index, what, *USUAL.get(what, ()))


def plan_of(
    variants: Sequence[Sequence[Column]],
    *,
    delimiter: str,
    least: int,
    most: int,
    fixed: Sequence[Fixed],
    said: Sequence[Sequence[Column]],
    pick: int = -1,
    pattern: bytes = ISO,
    eta: bytes = ISO,
    midnight_ms: int = 0,
    wrapped: int = 0,
    words: Mapping[int, Mapping[str, int]] | None = None,
) -> Plan:
    """The arrays of a plan. `variants` and `said` have one entry for each variant."""
    said = [sorted(row) for row in said]
    listed = [(kind, word.encode("ascii"), value) for kind, known in (words or {}).items() for word, value in known.items()]
    ends = np.cumsum([len(word) for _, word, _ in listed], dtype=np.int64)
    return Plan(
        delimiter=ord(delimiter),
        lines=np.array([least, min(most, CELLS_MAX), pick, midnight_ms, wrapped], dtype=np.int64),
        read=_evenly([[tuple(one) for one in row] for row in variants], 6),
        fixed=np.array([_fields(one) for one in fixed], dtype=np.int64),
        said=_evenly([[(one.place, one.role) for one in row] for row in said], 2),
        spans=_evenly([_spans(row) for row in said], 2),
        pattern=_bytes(pattern),
        eta=_bytes(eta),
        words=_bytes(b"".join(word for _, word, _ in listed)),
        word=np.array([(end, kind, value) for end, (kind, _, value) in zip(ends, listed, strict=True)], dtype=np.int64).reshape(-1, 3),
    )


def _spans(columns: Sequence[Column]) -> list[tuple[int, int]]:
    """Runs of columns that stand side by side: first and last of each."""
    made: list[tuple[int, int]] = []
    for index, one in enumerate(columns):
        if made and columns[made[-1][1]].place + 1 == one.place:
            made[-1] = (made[-1][0], index)
        else:
            made.append((index, index))
    return made


def _fields(fixed: Fixed) -> list[int]:
    """By role, as the kernel fills them."""
    said = {
        role.SOG: fixed.sog_dkn,
        role.COG: fixed.cog_ddeg,
        role.ERROR: fixed.err_m,
        role.SHIP: fixed.ship_type,
        role.LENGTH: fixed.length_m,
        role.STATUS: fixed.status,
        role.STATION_WORD: fixed.station,
        role.MMSI: fixed.mmsi,
    }
    return [said.get(field, 0) for field in range(FIELDS)]


def _evenly(rows: Sequence[Sequence[tuple[int, ...]]], width: int) -> npt.NDArray[np.int64]:
    """Rows of different length as one array, filled up with column -1."""
    long = max(len(row) for row in rows)
    filled = [[*row, *[(-1, *[0] * (width - 1))] * (long - len(row))] for row in rows]
    return np.array(filled, dtype=np.int64).reshape(len(rows), long, width)


def _bytes(text: bytes) -> npt.NDArray[np.uint8]:
    return np.frombuffer(bytearray(text), dtype=np.uint8) if text else np.zeros(0, dtype=np.uint8)


def pattern_of(form: str) -> bytes | None:
    """A strptime format as a pattern; nothing when it holds anything but a full date, times and plain characters."""
    made, at = bytearray(), 0
    while at < len(form):
        one = form[at]
        if one == "%":
            at += 1
            code = form[at : at + 1]
            if code not in TOKENS:
                return None
            made.append(TOKENS[code])
        elif " " <= one <= "~":
            made.append(ord(one))
        else:
            return None
        at += 1
    return bytes(made) if all(made.count(code) == 1 for code in (YEAR, MONTH, DAY)) else None


def cells_of(text: str, delimiter: str) -> list[str]:
    """The cells of one line, quotes taken off. Raises BadInput."""
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise BadInput(f"the quotes do not match: {error}") from error


def told_by(
    cells: Sequence[str],
    columns: Sequence[Column],
    *,
    words: Mapping[int, Mapping[str, int]],
    blank: Sequence[bytes],
    eta: Callable[[str], int],
    said_ms: int,
) -> dict[str, Value]:
    """What the cells of one line say of their number; the same as `stated.fill` for the same cells."""
    fields: dict[str, Value] = {}
    for one in columns:
        text = cells[one.place]
        if one.role == role.NAME:
            fields["name"] = text_said(text, 20, blank)
        elif one.role == role.CALL_SIGN:
            fields["call_sign"] = text_said(text, 7, blank)
        elif one.role == role.DESTINATION:
            fields["destination"] = text_said(text, 20, blank)
        elif one.role == role.IMO:
            fields["imo"] = imo_said(text)
        elif one.role == role.SHIP:
            fields["ship_type"] = number_said(text, 0, 0, SHIP_MAX)
        elif one.role == role.SHIP_WORD:
            fields["ship_type"] = words[role.SHIP_WORD].get(text.strip(), -1)
        elif one.role == role.LENGTH:
            fields["length_m"] = number_said(text, 0, 1, LENGTH_MAX)
        elif one.role == role.BEAM:
            fields["beam_m"] = number_said(text, 0, 1, BEAM_MAX)
        elif one.role == role.DRAUGHT:
            fields["draught_dm"] = number_said(text, 1, 1, DRAUGHT_MAX)
        elif one.role == role.ETA:
            when_ms = eta(text)
            if when_ms >= 0:
                when = UNIX + datetime.timedelta(milliseconds=when_ms)
                fields["eta"] = eta_minutes(when.month, when.day, when.hour, when.minute, said_ms=said_ms)
    return fields


def stamped(text: str, pattern: bytes) -> int:
    """The time of a text that follows a pattern to the letter, Unix milliseconds; -1 for none. As the kernel reads it."""
    raw = _bytes(text.strip().encode("ascii", "replace"))
    sure, t_ms = stamp(raw, 0, len(raw), _bytes(pattern))
    return t_ms if sure else -1
