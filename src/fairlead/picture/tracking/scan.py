"""One scan of one feed: plots are given out, states follow, tracks begin and end.

1. A track is predicted from its last own plot and stays as it was when it gets none: what it did not take leaves no trace in it (P5).
2. Tracks that are sure choose first, then those that are not; a plot that nobody takes begins a track.
3. A track is missed only by a feed that looks at every place in a known time and at this place at all.
4. Existence follows the integrated association of Musicki, Evans and Stankovic 1994, IEEE Transactions on Automatic Control 39:1237;
   with several tracks in reach of a plot, Musicki and Evans 2004, IEEE Transactions on Aerospace and Electronic Systems 40:1093.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from fairlead.picture.ground import Ints
from fairlead.picture.tracking.gates import Flags, Near, near_pairs
from fairlead.picture.tracking.joint import chances
from fairlead.picture.tracking.models import Book, Live, Room, Rules, Scan
from fairlead.picture.tracking.pairs import cubes, shared_out
from fairlead.picture.tracking.states import begun, error_m, pulled, taken
from fairlead.report.compiled import kernel

NEAREST: Final = 0
SURE: Final = 1
YOUNG: Final = 0
CUBE_MIN_M: Final = 50.0
NEVER: Final = 1e-12
HALF: Final = 0.5
POWER_MAX: Final = 600.0  # of e, before a float is full


@kernel
def step(live: Live, book: Book, rules: Rules, scan: Scan, room: Room) -> None:
    """Take one scan in, at most one plot for each track. `live` has room for as many more tracks as the scan has plots, `book` for a
    state of each of both."""
    gone = np.zeros(len(scan.t_ms), dtype=np.bool_)
    cube, first, following, cube_m = _opened(live, rules, scan)
    for rank in (SURE, YOUNG):
        own = _of_rank(live, rank)
        if len(own):
            near = near_pairs(live, rules, scan, room, own, gone, cube, first, following, cube_m)
            _single(live, book, rules, scan, room, own, near, gone)
    _begun(live, book, rules, scan, room, gone)


@kernel
def step_joint(live: Live, book: Book, rules: Rules, scan: Scan, room: Room) -> None:
    """`step`, but tracks that are sure are pulled by every plot in reach. Compiled apart: who does not use it does not wait for it."""
    gone = np.zeros(len(scan.t_ms), dtype=np.bool_)
    cube, first, following, cube_m = _opened(live, rules, scan)
    own = _of_rank(live, SURE)
    if len(own):
        near = near_pairs(live, rules, scan, room, own, gone, cube, first, following, cube_m)
        _joint(live, book, rules, scan, room, own, near, gone)
    own = _of_rank(live, YOUNG)
    if len(own):
        near = near_pairs(live, rules, scan, room, own, gone, cube, first, following, cube_m)
        _single(live, book, rules, scan, room, own, near, gone)
    _begun(live, book, rules, scan, room, gone)


@kernel
def _opened(live: Live, rules: Rules, scan: Scan) -> tuple[Ints, Ints, Ints, float]:
    """Tracks that have ended go; the plots in their grid."""
    first_ms, total = scan.t_ms[0], 0.0
    for plot in range(len(scan.t_ms)):
        first_ms = min(first_ms, scan.t_ms[plot])
        total += error_m(scan, plot)
    _ended(live, rules, first_ms)
    cube_m = max(CUBE_MIN_M, 2.0 * rules.gate * total / len(scan.t_ms))
    cube, first, following = cubes(scan.place, cube_m)
    return cube, first, following, cube_m


@kernel
def _begun(live: Live, book: Book, rules: Rules, scan: Scan, room: Room, gone: Flags) -> None:
    for plot in range(len(scan.t_ms)):
        if not gone[plot]:
            begun(live, book, rules, scan, plot, room)


@kernel
def _of_rank(live: Live, rank: int) -> Ints:
    """The tracks that are SURE, or those that are YOUNG, oldest first."""
    own, count = np.empty(live.held[0], dtype=np.int64), 0
    for track in range(live.held[0]):
        if live.sure[track] == (rank == SURE):
            own[count] = track
            count += 1
    return own[:count]


@kernel
def _single(live: Live, book: Book, rules: Rules, scan: Scan, room: Room, own: Ints, near: Near, gone: Flags) -> None:
    """Each track takes at most one plot, each plot goes to at most one track, at the least total cost."""
    given, none, cost = np.empty(len(own), dtype=np.int64), np.empty(len(own)), np.empty(len(near.plot))
    for at in range(len(own)):
        chance = live.exists[own[at]] * scan.detection
        # only where the feed looks at every place does it cost to be given nothing
        none[at] = rules.gate if rules.kind == NEAREST else -math.log(max(1.0 - chance * near.covered[at], NEVER))
        for pair in range(near.start[at], near.start[at + 1]):
            if rules.kind == NEAREST:
                cost[pair] = math.sqrt(near.away[pair])
            else:
                cost[pair] = math.log(scan.clutter / max(chance, NEVER)) - near.likely[pair]
    shared_out(near.start, near.plot, cost, none, len(scan.t_ms), given)
    for at in range(len(own)):
        track = own[at]
        if given[at] < 0:
            _missed(live, track, scan.detection * near.covered[at])
            continue
        plot = near.plot[given[at]]
        gone[plot] = True
        if rules.kind == NEAREST:
            live.exists[track] = 1.0
        else:
            left = live.exists[track] * math.exp((live.t_ms[track] - scan.t_ms[plot]) / 1000.0 / rules.life_s)
            ratio = 1.0 - scan.detection + scan.detection * math.exp(min(near.likely[given[at]], POWER_MAX)) / scan.clutter
            live.exists[track] = left * ratio / (1.0 - left + left * ratio)
        taken(live, book, rules, scan, track, plot, room)


@kernel
def _joint(live: Live, book: Book, rules: Rules, scan: Scan, room: Room, own: Ints, near: Near, gone: Flags) -> None:
    """Each track is pulled by every plot inside its gate, by the probability that the plot is its own."""
    plots, pairs = len(scan.t_ms), len(near.plot)
    odds, share, none = np.empty(pairs), np.empty(pairs), np.empty(len(own))
    for at in range(len(own)):
        chance = live.exists[own[at]] * scan.detection
        for pair in range(near.start[at], near.start[at + 1]):
            odds[pair] = chance * math.exp(near.likely[pair]) / scan.clutter / max(1.0 - chance * near.covered[at], NEVER)
    chances(near.start, near.plot, odds, plots, share, none)
    belongs = np.zeros(plots)
    for at in range(len(own)):
        track, start, end = own[at], near.start[at], near.start[at + 1]
        if start == end:
            _missed(live, track, scan.detection * near.covered[at])
            continue
        looked = scan.detection * near.covered[at]
        unseen = live.exists[track] * (1.0 - looked)
        left = none[at] * unseen / max(1.0 - live.exists[track] * looked, NEVER)
        live.exists[track] = min(left + 1.0 - none[at], 1.0)
        pulled(live, book, rules, scan, track, near.plot[start:end], share[start:end], left, room)
        for pair in range(start, end):
            belongs[near.plot[pair]] += share[pair]
    for plot in range(plots):
        gone[plot] = belongs[plot] >= HALF


@kernel
def _missed(live: Live, track: int, detection: float) -> None:
    """A track gets nothing where it is seen with this probability, 0 where the feed does not look."""
    if detection > 0.0:
        live.missed[track] += 1
        live.exists[track] *= (1.0 - detection) / (1.0 - live.exists[track] * detection)


@kernel
def _ended(live: Live, rules: Rules, now_ms: int) -> None:
    """Tracks that have ended leave; the others keep their order."""
    kept = 0
    for track in range(live.held[0]):
        silent = now_ms - live.t_ms[track] > rules.coast_ms or live.missed[track] > rules.missed_max
        young = not live.sure[track] and now_ms - live.first_ms[track] > rules.initiate_ms
        if silent or young or live.exists[track] < rules.exists_min:
            continue
        if kept != track:
            for mode in range(len(rules.prior)):
                live.weight[kept, mode] = live.weight[track, mode]
                for i in range(4):
                    live.mean[kept, mode, i] = live.mean[track, mode, i]
                    for k in range(4):
                        live.cov[kept, mode, i, k] = live.cov[track, mode, i, k]
            for i in range(9):
                live.frame[kept, i] = live.frame[track, i]
            live.t_ms[kept], live.first_ms[kept], live.number[kept] = live.t_ms[track], live.first_ms[track], live.number[track]
            live.hits[kept], live.missed[kept] = live.hits[track], live.missed[track]
            live.sure[kept], live.exists[kept] = live.sure[track], live.exists[track]
        kept += 1
    live.held[0] = kept
