"""Trajectory files of Tracktable: one line is one trajectory, and every point of it is accounted for.

Line: `*T*,id,terrestrial,N,0,*P*,terrestrial,2,1,1,0`, then N groups `MMSI,time,longitude,latitude`, time as ISO 8601 in UTC.

1. The unit that is counted is the point: kept, set aside without a position, or rejected with its line, its group's number and a
   reason. A line that is no trajectory, cells left over and points that are missing from the N count as one rejected unit each.
2. Trajectories with properties of their own are rejected: their cells are not known.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from fairlead.errors import BadInput
from fairlead.intake.parsed import AIS_ERROR_LOW_M, instant, mmsi_of, position
from fairlead.intake.table.blocks import Block
from fairlead.intake.table.cells import EARLIEST_MS, LATEST_MS, Bytes, decimal, stamp, whole
from fairlead.intake.table.columns import KEPT, NOWHERE, UNSURE
from fairlead.intake.table.plans import ISO, Fixed, plan_of
from fairlead.report.compiled import kernel
from fairlead.report.detection import COLUMNS, Detections

LINE_BYTES_MAX: Final = 16 * 1024 * 1024
HEAD_BYTES_MAX: Final = 400
HEAD: Final = re.compile(
    rb"\*T\*,[^,]*,([a-z]+),([0-9]{1,9}),([0-9]{1,4})((?:,[^*][^,]*|,)*),\*P\*,([a-z]+),([0-9]+),([0-9]+),([0-9]+),([0-9]+)(?=,|$)"
)
POINTS: Final = (b"terrestrial", b"2", b"1", b"1", b"0")
CLOCK_STATED: Final = 1
NO_PLAN: Final = plan_of([[]], delimiter=",", least=1, most=1, fixed=[Fixed()], said=[[]])
PATTERN: Final = np.frombuffer(bytearray(ISO), dtype=np.uint8)

Fault = tuple[int, str, str]  # line, reason, text


class Points(NamedTuple):
    """Room for the points of a block."""

    t_ms: npt.NDArray[np.int64]
    lat_e7: npt.NDArray[np.int32]
    lon_e7: npt.NDArray[np.int32]
    mmsi: npt.NDArray[np.int64]
    fate: npt.NDArray[np.uint8]
    begin: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]


class Tracks(NamedTuple):
    """What a block held; units = detections + rejected + set aside."""

    detections: Detections
    rejected: tuple[Fault, ...]
    set_aside: Mapping[str, int]
    units: int


@kernel
def read_groups(chunk: Bytes, a: int, b: int, pattern: Bytes, out: Points, k: int) -> tuple[int, int]:
    """Groups of four cells in chunk[a:b] from place k on; the next place, and how many cells are left over."""
    ends = np.empty(4, dtype=np.int64)
    while True:
        cell, begin, p = 0, a, a
        while p <= b:
            if p == b or chunk[p] == 44:
                ends[cell] = p
                cell += 1
                if cell == 4:
                    break
            p += 1
        if cell < 4:
            return k, cell
        sure, mmsi = whole(chunk, begin, ends[0], 9)
        timed, t_ms = stamp(chunk, ends[0] + 1, ends[1], pattern)
        east, lon_e7 = decimal(chunk, ends[1] + 1, ends[2], 7)
        north, lat_e7 = decimal(chunk, ends[2] + 1, ends[3], 7)
        fate = UNSURE
        if sure and timed and east and north and mmsi > 0 and EARLIEST_MS <= t_ms < LATEST_MS:
            if lat_e7 == 910_000_000 or lon_e7 == 1_810_000_000:
                fate = NOWHERE
            elif abs(lat_e7) <= 900_000_000 and abs(lon_e7) <= 1_800_000_000:
                out.t_ms[k], out.lat_e7[k], out.lon_e7[k], out.mmsi[k] = t_ms, lat_e7, lon_e7, mmsi
                fate = KEPT
        out.fate[k], out.begin[k], out.end[k] = fate, begin, ends[3]
        k += 1
        a = ends[3] + 1
        if ends[3] == b:
            return k, 0


def read_tracks(block: Block) -> Tracks:
    """The trajectories of a block."""
    chunk = block.chunk
    room = int(np.count_nonzero(chunk == 44)) // 4 + 2
    out = Points(*(np.empty(room, dtype=kind) for kind in ("i8", "i4", "i4", "i8", "u1", "i8", "i8")))
    faults: list[Fault] = []
    aside: Counter[str] = Counter()
    start, k = 0, 0
    for place, newline in enumerate(np.flatnonzero(chunk == 10).tolist()):
        end = newline - 1 if newline > start and chunk[newline - 1] == 13 else newline
        k = _one_line(chunk, start, end, block.first + place, out, k, faults, aside)
        start = newline + 1
    aside.update({"no position": int(np.count_nonzero(out.fate[:k] == NOWHERE))})
    kept = out.fate[:k] == KEPT
    columns = {name: np.full(int(kept.sum()), -1, dtype=kind) for name, kind in COLUMNS.items()}
    for name in ("t_ms", "lat_e7", "lon_e7", "mmsi"):
        columns[name] = getattr(out, name)[:k][kept]
    columns["err_m"][:], columns["station"][:], columns["clock"][:] = AIS_ERROR_LOW_M, 0, CLOCK_STATED
    made = Detections(**columns)
    units = len(made) + len(faults) + sum(aside.values())
    return Tracks(made, tuple(faults), {kind: count for kind, count in aside.items() if count}, units)


def _one_line(chunk: Bytes, start: int, end: int, number: int, out: Points, k: int, faults: list[Fault], aside: Counter[str]) -> int:
    """One trajectory; the next place for a point."""
    head = chunk[start : min(end, start + HEAD_BYTES_MAX)].tobytes()
    text = head.decode("latin-1")
    if end - start >= LINE_BYTES_MAX:
        faults.append((number, f"the line is longer than {LINE_BYTES_MAX} bytes", text))
        return k
    if not chunk[start:end].tobytes().strip():
        aside["blank"] += 1
        return k
    found = HEAD.match(head)
    if not found:
        faults.append((number, "it is no trajectory: it does not begin with *T*,...,*P*,...", text))
        return k
    domain, count, more, _, *points = found.groups()
    if domain != b"terrestrial" or more != b"0" or tuple(points) != POINTS:
        faults.append((number, "it is a trajectory of other points than MMSI, time, longitude, latitude", text))
        return k
    first, left = k, 0
    if start + found.end() < end:
        k, left = read_groups(chunk, start + found.end() + 1, end, PATTERN, out, k)
    if left:
        faults.append(
            (number, f"group {k - first + 1}: {left} cells where a point has 4", chunk[:end].tobytes()[-80:].decode("latin-1"))
        )
    if k - first != int(count):
        faults.append((number, f"the line says {int(count)} points and holds {k - first}", text))
    for place in (np.flatnonzero(out.fate[first:k] == UNSURE) + first).tolist():
        _one_point(chunk, place, number, place - first + 1, out, faults)
    return k


def _one_point(chunk: Bytes, place: int, number: int, group: int, out: Points, faults: list[Fault]) -> None:
    """A point that the kernel was not sure of, by the exact rules of `intake.parsed`."""
    text = chunk[out.begin[place] : out.end[place]].tobytes().decode("latin-1")
    who, when, lon, lat = text.split(",")
    try:
        where = position(lat, lon)
        if where is None:
            out.fate[place] = NOWHERE
            return
        out.lat_e7[place], out.lon_e7[place] = where
        out.t_ms[place], out.mmsi[place] = instant(when), mmsi_of(who)
        out.fate[place] = KEPT
    except BadInput as error:
        faults.append((number, f"group {group}: {error.what}", text))
