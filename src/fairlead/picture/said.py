"""What a shared number said around each of its positions, as codes: the same code is the same vessel as far as its words go.

1. A code stands only where one thing was said in the `AROUND_MS` before (or after) a position: two transmitters that speak in turns
   tell nothing of either.
2. Values a typing error apart, or of which one fills in the other, have one code; lengths within `LENGTH_PERCENT`.
3. What a receiver remembers or a register holds of a number is not what the number says.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.picture.ground import Ints
from fairlead.picture.identity import alike, texts
from fairlead.report.statement import MEMORY, Statements

AROUND_MS: Final = 6 * 3_600_000
IDENTIFYING: Final = ("name", "call_sign", "imo", "length_m")
VALUES_MAX: Final = 64  # a number that says more than this in one field says nothing
LENGTH_PERCENT: Final = 10

Codes = npt.NDArray[np.int32]


def around(stated: Statements, mmsi: int, t_ms: Ints) -> tuple[Codes, Codes]:
    """(rows, fields): the code of what was said before each position, and after it; 0 for nothing or several things."""
    before = np.zeros((len(t_ms), len(IDENTIFYING)), dtype=np.int32)
    after = np.zeros_like(before)
    first, last = np.searchsorted(stated.mmsi, [mmsi, mmsi + 1]).tolist()
    own = stated.rows(slice(first, last))
    own = own.rows(own.part < MEMORY)
    for column, field in enumerate(IDENTIFYING):
        codes = _codes(field, texts(own, field))
        if codes.max(initial=0) < 2:  # one thing said all along tells nothing apart
            continue
        several = [np.zeros(len(t_ms), dtype=np.int32), np.zeros(len(t_ms), dtype=np.int32)]
        for code in range(1, int(codes.max()) + 1):
            said = codes == code
            begun, ended = np.sort(own.first_ms[said]), np.sort(own.last_ms[said])
            for side, (from_ms, to_ms, into) in enumerate(((t_ms - AROUND_MS, t_ms, before), (t_ms, t_ms + AROUND_MS, after))):
                here = np.searchsorted(begun, to_ms, "right") > np.searchsorted(ended, from_ms, "left")
                into[here, column] = code
                several[side] += here
        before[several[0] > 1, column] = 0
        after[several[1] > 1, column] = 0
    return before, after


def _codes(field: str, values: list[str]) -> Codes:
    """A code for each value, 0 for none; all 0 when there are too many."""
    kinds: list[str] = []
    found = np.zeros(len(values), dtype=np.int32)
    for place, value in enumerate(values):
        if not value:
            continue
        code = next((number for number, kind in enumerate(kinds, 1) if _same(field, kind, value)), 0)
        if not code:
            kinds.append(value)
            code = len(kinds)
        if code > VALUES_MAX:
            return np.zeros(len(values), dtype=np.int32)
        found[place] = code
    return found


def _same(field: str, one: str, other: str) -> bool:
    if field == "length_m":
        return abs(int(one) - int(other)) * 100 <= LENGTH_PERCENT * max(int(one), int(other))
    return alike(field, one, other)
