"""AIS positions into lines: one for each MMSI, split where one vessel cannot have been in both places.

1. A step faster than `speed_max_dkn`, with `jump_slack_m` for noise, is not made by one vessel. A number without such a step is not
   shared: it is one line, whatever else it does.
2. A number with such a step is shared: `divide` says which of its positions belong together, and why each line stands apart.
3. An identity transmitted twice is a fact about transmitters; nothing here says which of them is genuine.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fairlead.picture.divide import Divided, divide
from fairlead.picture.gather import Gathered
from fairlead.picture.ground import METRES_PER_E7, Ints, apart_k
from fairlead.picture.parameters import Parameters
from fairlead.report.compiled import kernel

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chains:
    """Lines side by side, by MMSI and then by first row: line k has `row[start[k]:start[k + 1]]`, row numbers in time order; `cause`
    is why it stands apart from line `beside` (`divide.CAUSES`; 0 and -1 where its number is not shared), `apart_m` and `span_ms` the
    step between them."""

    mmsi: Ints
    start: Ints
    row: Ints
    cause: Ints
    beside: Ints
    apart_m: Ints
    span_ms: Ints

    def __len__(self) -> int:
        return len(self.mmsi)

    def __iter__(self) -> Iterator[tuple[int, Rows]]:
        """(MMSI, row numbers) of every line."""
        ends = self.start.tolist()
        for mmsi, begin, end in zip(self.mmsi.tolist(), ends, ends[1:], strict=False):
            yield mmsi, self.row[begin:end]


def chains(gathered: Gathered, parameters: Parameters) -> Chains:
    """Every AIS line of a view."""
    rows = gathered.of_kind("ais")
    whole = len(rows) == len(gathered.rows)
    mmsi = gathered.rows.mmsi if whole else gathered.rows.mmsi[rows]
    t_ms = gathered.rows.t_ms if whole else gathered.rows.t_ms[rows]
    lat, lon = (gathered.lat_e7, gathered.lon_e7) if whole else (gathered.lat_e7[rows], gathered.lon_e7[rows])
    # 1. where each number begins, and which numbers are shared
    begin, shared = np.empty(len(rows) + 1, dtype=np.int64), np.zeros(len(rows), dtype=np.bool_)
    count = _numbers(mmsi, t_ms, lat, lon, parameters.speed_max_dkn, parameters.jump_slack_m, begin, shared)
    begin, shared = begin[: count + 1].copy(), shared[:count]
    plain = Chains(
        mmsi=mmsi[begin[:-1]],
        start=begin,
        row=rows.astype(np.int64, copy=False),
        cause=np.zeros(count, dtype=np.int64),
        beside=np.full(count, -1, dtype=np.int64),
        apart_m=np.zeros(count, dtype=np.int64),
        span_ms=np.zeros(count, dtype=np.int64),
    )
    if not shared.any():
        return plain
    # 2. the shared ones divided, one at a time
    found = {
        number: divide(gathered.stated, int(plain.mmsi[number]), t_ms[own], lat[own], lon[own], parameters)
        for number, own in ((one, slice(int(begin[one]), int(begin[one + 1]))) for one in np.flatnonzero(shared).tolist())
    }
    return _with(plain, found)


def chained(lines: Sequence[tuple[int, Rows]]) -> Chains:
    """Lines that were found otherwise: (MMSI, row numbers) of each, none of which is shared."""
    none = np.zeros(len(lines), dtype=np.int64)
    return Chains(
        mmsi=np.array([mmsi for mmsi, _ in lines], dtype=np.int64),
        start=np.concatenate([[0], np.cumsum([len(rows) for _, rows in lines])]).astype(np.int64),
        row=np.concatenate([np.zeros(0, dtype=np.int64), *(rows.astype(np.int64) for _, rows in lines)]),
        cause=none,
        beside=none - 1,
        apart_m=none,
        span_ms=none,
    )


def _with(plain: Chains, found: dict[int, Divided]) -> Chains:
    """The lines of all numbers, those of shared ones in the place of each."""
    parts: list[Chains] = []
    done = lines = 0
    for number, own in sorted(found.items()):
        parts.append(_between(plain, done, number))
        lines += number - done
        begin, end = int(plain.start[number]), int(plain.start[number + 1])
        order = np.argsort(own.line, kind="stable")
        parts.append(
            Chains(
                mmsi=np.repeat(plain.mmsi[number], len(own.cause)),
                start=np.concatenate([[0], np.cumsum(np.bincount(own.line))]),
                row=plain.row[begin:end][order],
                cause=own.cause,
                beside=np.where(own.beside < 0, own.beside, own.beside + lines),
                apart_m=own.apart_m,
                span_ms=own.span_ms,
            )
        )
        lines += len(own.cause)
        done = number + 1
    return _joined([*parts, _between(plain, done, len(plain))])


def _between(plain: Chains, first: int, last: int) -> Chains:
    start = plain.start[first : last + 1]
    return Chains(
        mmsi=plain.mmsi[first:last],
        start=start - start[0],
        row=plain.row[int(start[0]) : int(start[-1])],
        cause=plain.cause[first:last],
        beside=plain.beside[first:last],
        apart_m=plain.apart_m[first:last],
        span_ms=plain.span_ms[first:last],
    )


def _joined(parts: Sequence[Chains]) -> Chains:
    lengths = np.concatenate([np.diff(part.start) for part in parts])
    return Chains(
        mmsi=np.concatenate([part.mmsi for part in parts]),
        start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        row=np.concatenate([part.row for part in parts]),
        cause=np.concatenate([part.cause for part in parts]),
        beside=np.concatenate([part.beside for part in parts]),
        apart_m=np.concatenate([part.apart_m for part in parts]),
        span_ms=np.concatenate([part.span_ms for part in parts]),
    )


@kernel
def _numbers(
    mmsi: Ints, t_ms: Ints, lat: Ints, lon: Ints, speed_dkn: int, slack_m: int, begin: Ints, shared: npt.NDArray[np.bool_]
) -> int:
    """Where each number begins in sorted rows, into begin[:count + 1]; whether it makes a step too fast for one vessel, into
    shared[:count]. How many numbers there are."""
    near_e7 = math.floor((slack_m - 1) / METRES_PER_E7)  # the sum of two sides is never shorter than the third
    count = 0
    for at in range(len(mmsi)):
        if at == 0 or mmsi[at] != mmsi[at - 1]:
            begin[count] = at
            count += 1
            continue
        if shared[count - 1] or abs(lat[at] - lat[at - 1]) + abs(lon[at] - lon[at - 1]) <= near_e7:
            continue
        reach = max(t_ms[at] - t_ms[at - 1], 0) * speed_dkn * 514_444 // 10**10 + slack_m
        shared[count - 1] = apart_k(lat[at - 1], lon[at - 1], lat[at], lon[at]) > reach
    begin[count] = len(mmsi)
    return count
