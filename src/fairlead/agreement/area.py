"""A box on the sea, and whether two of them meet: integers in 1e-7 degree, edges included.

A box is (south, west, north, east). West above east crosses the dateline; -180 and 180 degrees are one meridian.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

Box: TypeAlias = tuple[int, int, int, int]

HALF_TURN_E7: Final = 1_800_000_000


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A region of the code-book as an order was signed for it: its code, and the box it was then."""

    code: str
    box: Box


def meet(one: Box, other: Box) -> bool:
    """Whether the boxes share a point."""
    return one[0] <= other[2] and other[0] <= one[2] and any(w <= x and v <= e for w, e in spans(one) for v, x in spans(other))


def spans(box: Box) -> tuple[tuple[int, int], ...]:
    """West and east on a line instead of a circle: a box over the dateline is two, one that ends at it touches it from both sides."""
    west, east = box[1], box[3]
    spans = [(west, east)] if west <= east else [(west, HALF_TURN_E7), (-HALF_TURN_E7, east)]
    if west <= east == HALF_TURN_E7:
        spans.append((-HALF_TURN_E7, -HALF_TURN_E7))
    if -HALF_TURN_E7 == west <= east:
        spans.append((HALF_TURN_E7, HALF_TURN_E7))
    return tuple(spans)
