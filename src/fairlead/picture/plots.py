"""Radar plots into lines: nearest neighbour to the prediction, gated by what a vessel and an error can do.

1. Plots of all radar feeds of the view go through one linker in time order, so two radars that see one vessel make one line.
2. Plots of one feed within `scan_s` are of different contacts: each line takes at most one of them.
3. A prediction needs two plots at least BASELINE_MS apart; before that a line can be reached from its last plot only. For a slow
   contact the two are up to SLOW_BASELINE_MS apart, so that noise does not drive it into its neighbour.
4. Lines that have enough plots choose before lines that have not; then the nearest pair first; ties by age of the line.
5. `plots_min` plots inside `initiate_s` make a line; fewer are clutter and are not shown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.picture.gather import Gathered
from fairlead.picture.ground import apart_one_m, reach_one_m, wrap_one_e7
from fairlead.picture.parameters import Parameters

BASELINE_MS: Final = 20_000
SLOW_BASELINE_MS: Final = 300_000
SLOW_DKN: Final = 40
SIGMAS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plot:
    row: int
    feed: int
    t_ms: int
    lat_e7: int
    lon_e7: int
    err_m: int


@dataclass(slots=True, kw_only=True)
class _Open:
    """A line that may still grow."""

    plots: list[_Plot] = field(default_factory=list)

    def before_last(self) -> _Plot | None:
        """The plot to measure the velocity from: the earliest recent one since which it was slow, else the latest that will do."""
        last = self.plots[-1]
        latest = slow = None
        for plot in reversed(self.plots):
            span_ms = last.t_ms - plot.t_ms
            if span_ms > SLOW_BASELINE_MS and latest:
                break
            if span_ms >= BASELINE_MS:
                latest = latest or plot
                apart_m = apart_one_m(plot.lat_e7, plot.lon_e7, last.lat_e7, last.lon_e7)
                slow = plot if apart_m <= reach_one_m(SLOW_DKN, span_ms) else slow
        return slow or latest


def link(gathered: Gathered, parameters: Parameters) -> list[npt.NDArray[np.intp]]:
    """Row numbers of every radar line, in time order; lines by their first row."""
    opened: list[_Open] = []
    closed: list[_Open] = []
    plots = _plots(gathered, parameters)
    for (tick, _), scan in groupby(plots, key=lambda plot: (plot.t_ms // (parameters.scan_s * 1000), plot.feed)):
        now_ms = tick * parameters.scan_s * 1000
        still: list[_Open] = []
        for line in opened:
            (closed if _over(line, now_ms, parameters) else still).append(line)
        opened = still
        _assign(opened, list(scan), parameters)
    whole = [line for line in closed + opened if _made(line, parameters)]
    whole.sort(key=lambda line: line.plots[0].row)
    return [np.array([plot.row for plot in line.plots], dtype=np.intp) for line in whole]


def _plots(gathered: Gathered, parameters: Parameters) -> list[_Plot]:
    rows = gathered.of_kind("radar")
    found = [
        _Plot(
            row=row,
            feed=int(gathered.feed_of[row]),
            t_ms=int(gathered.rows.t_ms[row]),
            lat_e7=int(gathered.lat_e7[row]),
            lon_e7=int(gathered.lon_e7[row]),
            err_m=int(gathered.rows.err_m[row]) or parameters.plot_error_m,
        )
        for row in rows.tolist()
    ]
    scan_ms = parameters.scan_s * 1000
    return sorted(found, key=lambda plot: (plot.t_ms // scan_ms, plot.feed, plot.row))


def _made(line: _Open, parameters: Parameters) -> bool:
    enough = parameters.plots_min
    return len(line.plots) >= enough and line.plots[enough - 1].t_ms - line.plots[0].t_ms <= parameters.initiate_s * 1000


def _over(line: _Open, now_ms: int, parameters: Parameters) -> bool:
    if now_ms - line.plots[-1].t_ms > parameters.coast_s * 1000:
        return True
    young = len(line.plots) < parameters.plots_min
    return young and now_ms - line.plots[0].t_ms > parameters.initiate_s * 1000


def _assign(opened: list[_Open], scan: list[_Plot], parameters: Parameters) -> None:
    """Give each plot of one scan to a line, or begin a new line with it."""
    pairs: list[tuple[int, int, int, int]] = []
    for age, line in enumerate(opened):
        rank = 0 if len(line.plots) >= parameters.plots_min else 1
        for number, plot in enumerate(scan):
            off_m = _off_m(line, plot, parameters)
            if off_m is not None:
                pairs.append((rank, off_m, age, number))
    taken_lines: set[int] = set()
    taken_plots: set[int] = set()
    for _, _, age, number in sorted(pairs):
        if age not in taken_lines and number not in taken_plots:
            taken_lines.add(age)
            taken_plots.add(number)
            opened[age].plots.append(scan[number])
    opened.extend(_Open(plots=[plot]) for number, plot in enumerate(scan) if number not in taken_plots)


def _off_m(line: _Open, plot: _Plot, parameters: Parameters) -> int | None:
    """How far the plot is from where the line is expected; None when the line cannot have made it."""
    last = line.plots[-1]
    span_ms = plot.t_ms - last.t_ms
    if span_ms < 0 or (plot.feed == last.feed and span_ms < parameters.scan_s * 1000):
        return None
    from_last_m = apart_one_m(last.lat_e7, last.lon_e7, plot.lat_e7, plot.lon_e7)
    noise_m = math.hypot(plot.err_m, last.err_m)
    if from_last_m > reach_one_m(parameters.speed_max_dkn, span_ms) + round(SIGMAS * noise_m):
        return None
    earlier = line.before_last()
    if earlier is None:
        return from_last_m
    ahead = span_ms / (last.t_ms - earlier.t_ms)
    lat = last.lat_e7 + round(ahead * (last.lat_e7 - earlier.lat_e7))
    lon = last.lon_e7 + round(ahead * wrap_one_e7(last.lon_e7 - earlier.lon_e7))
    off_m = apart_one_m(lat, lon, plot.lat_e7, plot.lon_e7)
    spread_m = math.hypot(plot.err_m, (1 + ahead) * last.err_m, ahead * earlier.err_m)
    allowed_m = round(SIGMAS * spread_m) + reach_one_m(parameters.manoeuvre_dkn, span_ms)
    return off_m if off_m <= allowed_m else None
