"""Who may go with whom: the probability of every pair of track and plot, none or one each, by belief propagation.

Williams and Lau 2014, IEEE Transactions on Aerospace and Electronic Systems 50:2942. Exact where tracks and plots form a tree, near
where they form loops; the number of rounds is bounded, so is the time. Pairs come as a sparse table by track.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from fairlead.picture.ground import Floats, Ints
from fairlead.report.compiled import kernel

ROUNDS_MAX: Final = 200
SETTLED: Final = 1e-7  # the largest change of a message in the last round


@kernel
def chances(start: Ints, plot_of: Ints, odds: Floats, plots: int, found: Floats, none: Floats) -> int:
    """Fill `found` (pairs,) with the probability of each pair and `none` (tracks,) of no plot; rounds taken.
    `start` (tracks + 1,) bounds the pairs of each track, `odds` (pairs,) is each pair's weight over that of no plot."""
    tracks, pairs = len(start) - 1, len(plot_of)
    to_track = np.ones(pairs)
    to_plot = np.empty(pairs)
    heard = np.empty(plots)
    rounds = 0
    change = 1.0
    while change > SETTLED and rounds < ROUNDS_MAX:
        rounds += 1
        heard[:] = 0.0
        for track in range(tracks):
            total = 1.0
            for pair in range(start[track], start[track + 1]):
                total += odds[pair] * to_track[pair]
            for pair in range(start[track], start[track + 1]):
                to_plot[pair] = odds[pair] / max(total - odds[pair] * to_track[pair], 1.0)
                heard[plot_of[pair]] += to_plot[pair]
        change = 0.0
        for pair in range(pairs):
            new = 1.0 / (1.0 + max(heard[plot_of[pair]] - to_plot[pair], 0.0))
            change = max(change, abs(new - to_track[pair]))
            to_track[pair] = new
    for track in range(tracks):
        total = 1.0
        for pair in range(start[track], start[track + 1]):
            total += odds[pair] * to_track[pair]
        none[track] = 1.0 / total
        for pair in range(start[track], start[track + 1]):
            found[pair] = odds[pair] * to_track[pair] / total
    return rounds
