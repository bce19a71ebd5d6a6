"""All scans of a view in one pass: from plots to every state of every track, with what each rests on.

1. A pure function of its arguments: the same plots and models give the same states, in the same order, in any process (P5).
2. Tracks are numbered as they begin; the number means nothing outside the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from fairlead.errors import BadInput
from fairlead.picture.ground import Floats, Ints
from fairlead.picture.tracking.models import Book, Models, Plots, no_states, no_tracks, room_of, roomier, rules_of, scan_of
from fairlead.picture.tracking.pairs import PAIRS_MAX
from fairlead.picture.tracking.scan import step, step_joint

CAPACITY: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Followed:
    """States in the order of time: track `number` (k,), `t_ms` (k,), `state` (k, 4) and `spread` (k, 3: xx, xy, yy) in the plane of
    `frame` (k, 9), `exists` (k,); contributions of state i are `plot` and `share` from `given[i]` to `given[i + 1]`.
    `sure` (tracks,) says which tracks had enough plots in time."""

    number: Ints
    t_ms: Ints
    state: Floats
    spread: Floats
    frame: Floats
    exists: Floats
    given: Ints
    plot: Ints
    share: Floats
    sure: npt.NDArray[np.bool_]


def follow(
    plots: Plots,
    models: Models,
    watch: Callable[[int], None] | None = None,
    keep: Literal["contributions", "states"] = "contributions",
) -> Followed:
    """Every state that these plots make, with what each rests on unless only "states" are kept; `watch` is told the number of each
    scan when it is done. Raises BadInput for a number that is none."""
    sane = np.isfinite(plots.place).all() and np.isfinite(plots.error).all() and (plots.error[:, [0, 2]] > 0.0).all()
    if not sane or (plots.error[:, 0] * plots.error[:, 2] <= plots.error[:, 1] ** 2).any():
        raise BadInput("a plot has a place or an error that is none", where=f"{len(plots.t_ms)} plots", do="leave it out")
    return _whole(_run(plots, models, watch, 1 if keep == "contributions" else 0), models)


def _run(plots: Plots, models: Models, watch: Callable[[int], None] | None, provenance: int) -> Book:
    rules = rules_of(models)
    live = no_tracks(CAPACITY, len(models.modes))
    each = PAIRS_MAX if models.association == "joint" else 1
    total = len(plots.t_ms)
    book = no_states(total + CAPACITY, (total + CAPACITY) * provenance)
    room = room_of(len(models.modes))
    one_scan = step_joint if models.association == "joint" else step
    for number in range(len(plots.sensor)):
        scan = scan_of(plots, number)
        count = len(scan.t_ms)
        if not count:
            continue
        live = roomier(live, count)
        book = _longer(book, int(live.held[0]) + count, each * (int(live.held[0]) + count) * provenance)
        one_scan(live, book, rules, scan, room)
        if watch is not None:
            watch(number)
    return book


def _longer(book: Book, states: int, contributions: int) -> Book:
    """The same book with room for that many more."""
    room = int(book.told[0]) + states <= len(book.t_ms)
    if room and int(book.told[1]) + contributions <= max(len(book.plot), contributions and len(book.plot)):
        return book
    told, given = int(book.told[0]), int(book.told[1])
    wider = no_states(2 * (told + states), 2 * (given + contributions) if len(book.plot) else 0)
    wider.told[:] = book.told
    wider.given[: told + 1] = book.given[: told + 1]
    for name in ("number", "t_ms", "state", "spread", "frame", "exists"):
        getattr(wider, name)[:told] = getattr(book, name)[:told]
    for name in ("plot", "share"):
        getattr(wider, name)[:given] = getattr(book, name)[:given]
    return wider


def _whole(book: Book, models: Models) -> Followed:
    told, given, tracks = (int(value) for value in book.told)
    number = book.number[:told]
    times = np.zeros(tracks, dtype=np.int64)
    times += np.bincount(number, minlength=tracks)
    return Followed(
        number=number,
        t_ms=book.t_ms[:told],
        state=book.state[:told],
        spread=book.spread[:told],
        frame=book.frame[:told],
        exists=book.exists[:told],
        given=book.given[: told + 1],
        plot=book.plot[:given],
        share=book.share[:given],
        sure=times >= models.plots_min,
    )
