"""Why tracks of one number are several, in words: for each line that stands apart, and for the neighbour it stands apart from.

The words name contacts as cards do, by kind and short view id; a shared number is a fact about transmitters and no fault of a vessel.
"""

from __future__ import annotations

from collections.abc import Sequence

from fairlead.picture.chain import Chains
from fairlead.picture.divide import BREAK, CAUSES, LATE, SAID, SPEED
from fairlead.picture.line import Line
from fairlead.picture.shapes import Split


def splits(chained: Chains, lines: Sequence[Line]) -> dict[str, list[Split]]:
    """By track id; `lines` are those of the chains, in their order."""
    found: dict[str, list[Split]] = {}
    for number in chained.cause.nonzero()[0].tolist():
        cause, one, other = int(chained.cause[number]), lines[number], lines[int(chained.beside[number])]
        why = _words(cause, int(chained.apart_m[number]), int(chained.span_ms[number]))
        at_ms = int(one.t_ms[0])
        for own, beside in ((one, other), (other, one)):
            words = f"same number as {beside.called}, another track: {why}"
            found.setdefault(own.id, []).append(Split(other=beside.id, reason=CAUSES[cause], at_ms=at_ms, words=words))
    return {id: sorted(own, key=lambda one: (one.at_ms, one.other)) for id, own in found.items()}


def _words(cause: int, apart_m: int, span_ms: int) -> str:
    step = f"{_far(apart_m)} in {_long(span_ms)}"
    if cause == LATE:
        return f"it keeps to the same path earlier or later, so it is most likely one vessel heard late or with another clock ({step})"
    if cause == SAID:
        return f"after {_long(span_ms)} of silence another name, call sign, IMO number or length was said"
    if cause == BREAK:
        return f"{_long(span_ms)} of silence are too long to join what is {_far(apart_m)} away"
    if cause == SPEED:
        return f"{step} would be {_knots(apart_m, span_ms)}"
    return f"both were heard at the same time, and {step} would be {_knots(apart_m, span_ms)}"


def _knots(apart_m: int, span_ms: int) -> str:
    """0.1 kn is 0.0514444 m/s."""
    return f"{apart_m * 10**10 // (514_444 * span_ms) // 10} kn" if span_ms > 0 else "no time at all"


def _far(apart_m: int) -> str:
    return f"{apart_m} m" if apart_m < 10_000 else f"{apart_m // 1000} km"


def _long(span_ms: int) -> str:
    seconds = span_ms // 1000
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h {seconds // 60 % 60} min"
