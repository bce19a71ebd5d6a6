"""Detections of one feed as columns, in integer units, so that every result is reproducible and hashable.

Columns (n rows each): t_ms int64 Unix milliseconds UTC; lat_e7, lon_e7 int32 1e-7 degree; sog_dkn int16 0.1 knot; cog_ddeg int16
0.1 degree; mmsi int64; err_m int32 circular position error, one standard deviation, metres; ship_type int16 (ITU-R M.1371 table 53);
length_m int16; status int8 navigational status (ITU-R M.1371); name bytes, up to 20; digest uint8 (n, 32).
-1 means unknown in sog_dkn, cog_ddeg, ship_type, length_m and status; 0 means none in mmsi and err_m; empty is unknown in name.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from fairlead.envelope import Digest, encode, sha256_hex
from fairlead.errors import BadInput

FeedKind: TypeAlias = Literal["ais", "radar", "sighting"]

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
    "name": "S20",
    "digest": "uint8",
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
    name: npt.NDArray[np.bytes_]
    digest: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        for field, dtype in COLUMNS.items():
            column = getattr(self, field)
            if column.dtype != np.dtype(dtype) or len(column) != len(self.t_ms):
                raise BadInput("a detection column has another type or length", where=field, why=f"expected {dtype}")
        if self.digest.shape != (len(self.t_ms), 32):
            raise BadInput("detection digests are not 32 bytes each")

    def __len__(self) -> int:
        return len(self.t_ms)

    def rows(self, chosen: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Detections:
        """The chosen rows, in the order chosen."""
        return Detections(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def stack(parts: list[Detections]) -> Detections:
    """All rows of all parts, in order; `empty()` for none."""
    if not parts:
        return empty()
    return Detections(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS})


def empty() -> Detections:
    """No detections, with the right column types."""
    columns = {name: np.zeros((0, 32) if name == "digest" else 0, dtype=dtype) for name, dtype in COLUMNS.items()}
    return Detections(**columns)


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


def segment_digest(detections: Detections) -> Digest:
    """SHA-256 over the detection digests in row order: the name of a segment's content."""
    return sha256_hex(detections.digest.tobytes())
