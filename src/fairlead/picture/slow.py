"""B1, slow transfer: two vessels close together, slowly, for long, away from ports (design: behaviour table, row B1).

1. Pairs are compared at absolute slots at which both are known; both speeds must be below the threshold.
2. Slots are swept in order of latitude inside each slot: no cells, so no pair is lost at an edge of one.
3. An episode is a run of slots together, with single breaks of at most `slow_transfer_break_s`.
4. Two lines under one MMSI are never a pair, and a radar line that goes with an AIS line is not offered here at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fairlead.picture.ground import METRES_PER_E7, Ints, apart_m, wrap_e7
from fairlead.picture.line import Line, Slots, slots_of
from fairlead.picture.parameters import Parameters


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Episode:
    """Two lines together: the slots at which they were, and what was observed at each."""

    one: Line
    other: Line
    slot: Ints
    apart_m: Ints
    speed_one_dkn: Ints
    speed_other_dkn: Ints
    lat_e7: Ints  # midpoint
    lon_e7: Ints

    def from_ms(self, parameters: Parameters) -> int:
        return int(self.slot[0]) * parameters.slot_s * 1000

    def to_ms(self, parameters: Parameters) -> int:
        return int(self.slot[-1]) * parameters.slot_s * 1000

    def longest_break_s(self, parameters: Parameters) -> int:
        """The longest time inside that was out of bounds or unknown, 0 for none."""
        return (int(np.diff(self.slot).max()) - 1) * parameters.slot_s if len(self.slot) > 1 else 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Slow:
    """Every slot at which a line was slow, of all lines, sorted by (slot, latitude, line)."""

    slot: Ints
    line: Ints
    lat_e7: Ints
    lon_e7: Ints
    speed_dkn: Ints


def episodes(lines: Sequence[Line], parameters: Parameters) -> list[Episode]:
    """All episodes among the lines, each long enough, ordered by the lines given and then by time."""
    slow = _slow(lines, parameters)
    left, right, apart = _together(slow, parameters.slow_transfer_gate_m)
    swap = slow.line[left] > slow.line[right]
    one, other = np.where(swap, right, left), np.where(swap, left, right)
    order = np.lexsort((slow.slot[one], slow.line[other], slow.line[one]))
    one, other, apart = one[order], other[order], apart[order]
    step_max = parameters.slow_transfer_break_s // parameters.slot_s + 1
    new_run = (
        (np.diff(slow.line[one]) != 0) | (np.diff(slow.line[other]) != 0) | (np.diff(slow.slot[one]) > step_max)
        if len(one)
        else np.zeros(0, dtype=np.bool_)
    )
    cuts = (np.flatnonzero(new_run) + 1).tolist()
    found = []
    for start, stop in zip([0, *cuts], [*cuts, len(one)], strict=True):
        if start < stop and (slow.slot[one[stop - 1]] - slow.slot[one[start]]) * parameters.slot_s >= parameters.slow_transfer_min_s:
            found.append(_episode(lines, slow, one[start:stop], other[start:stop], apart[start:stop]))
    return [episode for episode in found if episode.one.mmsi != episode.other.mmsi or not episode.one.mmsi]


def _slow(lines: Sequence[Line], parameters: Parameters) -> _Slow:
    parts = [(number, slots_of(line, parameters)) for number, line in enumerate(lines)]
    kept = [(number, slots, _is_slow(slots, parameters)) for number, slots in parts]
    none = [np.zeros(0, dtype=np.int64)]
    slot = np.concatenate(none + [slots.number[mask] for _, slots, mask in kept])
    line = np.concatenate(none + [np.full(int(mask.sum()), number, dtype=np.int64) for number, _, mask in kept])
    lat = np.concatenate(none + [slots.lat_e7[mask] for _, slots, mask in kept])
    lon = np.concatenate(none + [slots.lon_e7[mask] for _, slots, mask in kept])
    speed = np.concatenate(none + [slots.speed_dkn[mask] for _, slots, mask in kept])
    order = np.lexsort((line, lat, slot))
    return _Slow(slot=slot[order], line=line[order], lat_e7=lat[order], lon_e7=lon[order], speed_dkn=speed[order])


def _is_slow(slots: Slots, parameters: Parameters) -> npt.NDArray[np.bool_]:
    return (slots.speed_dkn >= 0) & (slots.speed_dkn < parameters.slow_transfer_dkn)


def _together(slow: _Slow, within_m: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Ints]:
    """Row pairs of one slot that are at most `within_m` apart, and how far; found by comparing each row with the k-th after it."""
    north_e7 = round((within_m + 1) / METRES_PER_E7) + 1
    total = len(slow.slot)
    rows = np.arange(total, dtype=np.intp)
    lefts: list[npt.NDArray[np.intp]] = [np.zeros(0, dtype=np.intp)]
    rights: list[npt.NDArray[np.intp]] = [np.zeros(0, dtype=np.intp)]
    aparts: list[Ints] = [np.zeros(0, dtype=np.int64)]
    offset = 0
    while len(rows):
        offset += 1
        rows = rows[rows + offset < total]
        after = rows + offset
        # rows are sorted by slot and latitude: once the k-th after is out of reach, so is every later one
        reachable = (slow.slot[after] == slow.slot[rows]) & (slow.lat_e7[after] - slow.lat_e7[rows] <= north_e7)
        rows, after = rows[reachable], after[reachable]
        apart = apart_m(slow.lat_e7[rows], slow.lon_e7[rows], slow.lat_e7[after], slow.lon_e7[after])
        near = apart <= within_m
        lefts.append(rows[near])
        rights.append(after[near])
        aparts.append(apart[near])
    return np.concatenate(lefts), np.concatenate(rights), np.concatenate(aparts)


def _episode(lines: Sequence[Line], slow: _Slow, one: npt.NDArray[np.intp], other: npt.NDArray[np.intp], apart: Ints) -> Episode:
    half_lon = wrap_e7(slow.lon_e7[other] - slow.lon_e7[one]) // 2
    return Episode(
        one=lines[int(slow.line[one[0]])],
        other=lines[int(slow.line[other[0]])],
        slot=slow.slot[one],
        apart_m=apart,
        speed_one_dkn=slow.speed_dkn[one],
        speed_other_dkn=slow.speed_dkn[other],
        lat_e7=(slow.lat_e7[one] + slow.lat_e7[other]) // 2,
        lon_e7=wrap_e7(slow.lon_e7[one] + half_lon),
    )
