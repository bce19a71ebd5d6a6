"""Every threshold of the picture, set per coalition; their digest is part of every view.

Sources: "B1" and "B5" are rows of the behaviour table in the design (slow transfer: Miller et al. 2018, Frontiers in Marine Science
5:240, with both vessels' speeds; gap: 12 h is the published floor for satellite AIS, Welch et al. 2022, Science Advances 8:eabq2109).
"Ours" is a choice of this project that no publication vouches for.
"""

from __future__ import annotations

import msgspec

from fairlead.envelope import Digest, JsonValue, digest_of
from fairlead.errors import BadInput


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds in integer units; each says what it bounds and where it comes from."""

    # tracks
    speed_max_dkn: int = 600  # faster than this between two positions is not one vessel (B6: 60 kn)
    jump_slack_m: int = 500  # position and clock noise allowed on top of that (ours)
    hole_max_s: int = 3600  # positions further apart in time are not interpolated between (ours; far offshore 50 min occurs)
    point_step_s: int = 30  # a track shows at most one point in this time; rules use every position (ours)
    moving_dkn: int = 5  # at or above this at its end a track is moving (ours)
    speed_baseline_s: int = 600  # legs over which a speed that was not reported is measured (ours)
    # radar plots into tracks (all ours)
    plot_error_m: int = 100  # one standard deviation where a plot states none
    plots_min: int = 3  # plots that make a track ...
    initiate_s: int = 900  # ... within this time
    coast_s: int = 600  # a track without a plot for this long has ended
    manoeuvre_dkn: int = 200  # change of velocity allowed between two plots
    scan_s: int = 1  # plots of one feed inside this time are of different contacts
    # radar against AIS (ours)
    match_gate_m: int = 500  # allowed on top of three standard deviations
    match_plots_min: int = 3  # plots compared at least
    match_share_percent: int = 90  # of the plots compared that must lie inside the gate
    match_hole_s: int = 600  # AIS silence over which no comparison is made
    sighting_gate_m: int = 2000  # a sighting is said to be near a track inside this plus three standard deviations
    # B1 slow transfer
    slow_transfer_gate_m: int = 500  # apart at most (B1)
    slow_transfer_min_s: int = 7200  # for at least (B1)
    slow_transfer_dkn: int = 20  # both below (B1)
    slow_transfer_break_s: int = 300  # single slots out of bounds inside it, noise of a plot or of a log (ours)
    slot_s: int = 60  # time step at which pairs are compared (ours)
    place_gate_m: int = 10_000  # nearer to a port or anchorage than this is ordinary (B1)
    # B5 AIS gap
    gap_min_s: int = 21_600  # silent for at least; half the published 12 h, because neighbours must be heard too (ours)
    gap_near_m: int = 50_000  # neighbours are those within this (ours)
    gap_heard_min: int = 50  # messages heard from neighbours at least (ours)
    gap_expected_min: int = 10  # messages expected of the vessel at least; Poisson chance of none is 1 in 22,000 (ours)
    gap_hours_percent: int = 80  # hours of the gap in which a neighbour was heard; below, reception may explain it (ours)
    # innocent explanations (ours)
    moored_dkn: int = 5  # median speed of a vessel that lies still is below
    moored_radius_m: int = 150  # its positions swing inside, plus twice the position error
    moored_stay_s: int = 14_400  # it lies there in the window for at least this long
    moored_away_m: int = 1000  # without being heard further away than this in between
    buoy_dkn: int = 50  # what calls itself a net or buoy and is faster is not explained by its name

    def __post_init__(self) -> None:
        loose = [name for name in self.__struct_fields__ if getattr(self, name) <= 0]
        if loose:
            raise BadInput("a parameter of the picture is not positive", where=", ".join(loose))
        if self.slow_transfer_min_s < self.slot_s or self.speed_baseline_s < self.slot_s:
            raise BadInput("a time to measure over is shorter than slot_s", where=f"{self.slot_s} s")


def parameters_digest(parameters: Parameters) -> Digest:
    """SHA-256 of the canonical parameter set."""
    value: JsonValue = msgspec.to_builtins(parameters)
    return digest_of(value)
