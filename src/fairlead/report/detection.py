"""Detections of one feed as columns, in integer units, so that every result is reproducible and hashable.

Columns (n rows each): t_ms int64 Unix milliseconds UTC; lat_e7, lon_e7 int32 1e-7 degree; sog_dkn int16 0.1 knot; cog_ddeg int16
0.1 degree; mmsi int64; err_m int32 circular position error, one standard deviation, metres; ship_type int16 (ITU-R M.1371 table 53);
length_m int16; status int8 navigational status (ITU-R M.1371); station int8, one of STATIONS; clock int8, one of CLOCKS.
-1 means unknown in sog_dkn, cog_ddeg, ship_type, length_m and status; 0 means none in mmsi and err_m, unknown in station and clock.
A detection has a digest, which is computed when somebody asks for it and stored nowhere: it follows from the feed and the columns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from fairlead.envelope import Digest, encode, sha256_hex
from fairlead.errors import BadInput
from fairlead.report.characteristics import Characteristics
from fairlead.report.ordering import by_number_and_time, in_place, tied
from fairlead.report.statement import Statements

FeedKind: TypeAlias = Literal["ais", "radar", "sighting"]

STATIONS: Final = ("", "class A", "class B", "base station", "aid to navigation", "aircraft", "long range", "distress")
CLOCKS: Final = ("", "stated", "carried over", "assumed")  # of the receiver: with this message, with one before it, or by the reader

COLUMNS: Final[dict[str, str]] = {
    "t_ms": "int64",
    "lat_e7": "int32",
    "lon_e7": "int32",
    "sog_dkn": "int16",
    "cog_ddeg": "int16",
    "mmsi": "int64",
    "err_m": "int32",
    "ship_type": "int16",
    "length_m": "int16",
    "status": "int8",
    "station": "int8",
    "clock": "int8",
}


class FeedFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the picture may know about a feed: never who else may read it."""

    name: str
    kind: FeedKind
    originator: str
    category: str
    gaps_meaningful: bool  # an extract that was trimmed must not yield gap cards
    station_lat_e7: int | None = None
    station_lon_e7: int | None = None
    range_m: int | None = None
    characteristics: Characteristics | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detections:
    """Columns of equal length; see the module's first lines for units."""

    t_ms: npt.NDArray[np.int64]
    lat_e7: npt.NDArray[np.int32]
    lon_e7: npt.NDArray[np.int32]
    sog_dkn: npt.NDArray[np.int16]
    cog_ddeg: npt.NDArray[np.int16]
    mmsi: npt.NDArray[np.int64]
    err_m: npt.NDArray[np.int32]
    ship_type: npt.NDArray[np.int16]
    length_m: npt.NDArray[np.int16]
    status: npt.NDArray[np.int8]
    station: npt.NDArray[np.int8]
    clock: npt.NDArray[np.int8]

    def __post_init__(self) -> None:
        for field, dtype in COLUMNS.items():
            column = getattr(self, field)
            if column.dtype != np.dtype(dtype) or column.shape != self.t_ms.shape:
                raise BadInput("a detection column has another type or length", where=field, why=f"expected {dtype}")

    def __len__(self) -> int:
        return len(self.t_ms)

    def rows(self, chosen: npt.NDArray[np.intp] | npt.NDArray[np.bool_] | slice) -> Detections:
        """The chosen rows, in the order chosen."""
        return Detections(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def stack(parts: Sequence[Detections]) -> Detections:
    """All rows of all parts, in order; `empty()` for none."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return empty()
    return Detections(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS})


def empty() -> Detections:
    """No detections, with the right column types."""
    return Detections(**{name: np.zeros(0, dtype=dtype) for name, dtype in COLUMNS.items()})


def in_order(rows: Detections) -> npt.NDArray[np.intp]:
    """Row numbers sorted by number, time and then every other column: the one order of a segment, whatever order it came in."""
    if in_place(np.ascontiguousarray(rows.mmsi), np.ascontiguousarray(rows.t_ms)):
        return np.arange(len(rows), dtype=np.intp)
    order = by_number_and_time(rows.mmsi, rows.t_ms)
    places = tied(rows.mmsi, rows.t_ms, order)
    if len(places):  # only rows of one number and instant are compared in full
        rest = order[places]
        others = [getattr(rows, name)[rest] for name in reversed(COLUMNS) if name not in ("mmsi", "t_ms")]
        order[places] = rest[np.lexsort((*others, rows.t_ms[rest], rows.mmsi[rest]))]
    return order


MEASURED: Final = ("t_ms", "lat_e7", "lon_e7", "sog_dkn", "cog_ddeg", "mmsi", "err_m")  # what the digest of a detection covers


def once(rows: Detections) -> Detections:
    """In order, each detection once: of rows alike in all that is measured the last in order stands."""
    rows = rows.rows(in_order(rows))
    # alike in what is measured stand side by side: these columns come first in COLUMNS, and ties are sorted by them
    last = np.ones(len(rows), dtype=np.bool_)
    if len(rows) > 1:
        last[:-1] = False
        for name in MEASURED:
            column = getattr(rows, name)
            last[:-1] |= column[1:] != column[:-1]
    return rows if last.all() else rows.rows(last)


def digests_of(feed: str, rows: Detections) -> list[Digest]:
    """The digest of each row, in order."""
    columns = [getattr(rows, name).tolist() for name in MEASURED]
    return [detection_digest(feed, *values) for values in zip(*columns, strict=True)]


def detection_digest(feed: str, t_ms: int, lat_e7: int, lon_e7: int, sog_dkn: int, cog_ddeg: int, mmsi: int, err_m: int) -> Digest:
    """The name of one canonical detection: what was measured, by which feed, when. Two lines with one digest are duplicates."""
    return sha256_hex(detection_bytes(feed, t_ms, lat_e7, lon_e7, sog_dkn, cog_ddeg, mmsi, err_m))


def detection_bytes(feed: str, t_ms: int, lat_e7: int, lon_e7: int, sog_dkn: int, cog_ddeg: int, mmsi: int, err_m: int) -> bytes:
    """The canonical bytes of a detection. Written out because there are a million of them a minute; a law test holds them equal to
    what `envelope.encode` writes (docs/decisions/0004)."""
    return b'{"cog_ddeg":%d,"err_m":%d,"feed":%b,"lat_e7":%d,"lon_e7":%d,"mmsi":%d,"sog_dkn":%d,"t_ms":%d}' % (
        cog_ddeg,
        err_m,
        _text_bytes(feed),
        lat_e7,
        lon_e7,
        mmsi,
        sog_dkn,
        t_ms,
    )


@lru_cache(maxsize=64)
def _text_bytes(text: str) -> bytes:
    return encode(text)


def segment_digest(feed: str, rows: Detections, statements: Statements) -> Digest:
    """The name of a segment's content: SHA-256 over the feed's name and each column's name, type and little-endian values, rows in
    order. The same detections give the same name whatever file, chunks or order they came in."""
    seal = hashlib.sha256(b"fairlead segment 2\n" + _text_bytes(feed) + b"\n")
    for part in (rows, statements):
        for field in fields(part):
            column = getattr(part, field.name)
            seal.update(f"{field.name} {column.dtype.str} {len(column)}\n".encode())
            seal.update(np.ascontiguousarray(column).view(np.uint8).data)
    return Digest(seal.hexdigest())
