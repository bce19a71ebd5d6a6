"""Every threshold of the picture, set per coalition; their digest is part of every view.

Sources: "B1" to "B11" are rows of the behaviour table in the design (slow transfer: Miller et al. 2018, Frontiers in Marine Science
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
    shared_dkn: int = 250  # a shared number's vessel makes no more over silences beyond hole_max_s (ours)
    shared_break_s: int = 28_800  # silent for longer, a line of a shared number has ended ... (ours)
    shared_stay_s: int = 86_400  # ... but one that lies where it lay only after this (ours)
    late_max_s: int = 7200  # the same path this much earlier or later is one vessel with another clock (ours)
    point_step_s: int = 30  # a track shows at most one point in this time; rules use every position (ours)
    moving_dkn: int = 5  # at or above this at its end a track is moving (ours)
    speed_baseline_s: int = 600  # legs over which a speed that was not reported is measured (ours)
    # radar plots into tracks (all ours)
    plot_error_m: int = 100  # one standard deviation where a plot states none
    plots_min: int = 3  # plots that make a track ...
    initiate_s: int = 900  # ... within this time
    coast_s: int = 600  # a track without a plot for this long has ended
    scan_s: int = 1  # plots of one feed inside this time are of different contacts, where the feed states no time of a turn
    # how contacts move and radars see, where a feed does not say (all ours)
    association: int = 1  # 1 gives each track its likeliest plot, 2 lets every plot in reach pull by its probability
    gate_tenths: int = 40  # a plot is in reach of a track inside this many tenths of a standard deviation
    calm_e4: int = 200  # straight on: intensity of white acceleration, 1e-4 m2/s3
    agile_e4: int = 20_000  # turning, speeding up: the same
    turn_mdeg: int = 1500  # a turn, 0.001 degree a second
    mode_s: int = 120  # a contact keeps to one way of moving for about so long
    first_dkn: int = 250  # standard deviation of the speed of a contact seen for the first time, each axis
    detection_permille: int = 900  # a radar reports a contact in a look with this probability
    clutter_per_kkm2: int = 1  # false plots in a look on 1000 km2
    birth_permille: int = 200  # a plot that goes with no track is a vessel with this probability
    exists_min_permille: int = 1  # a track that is a vessel with less than this probability has ended
    # which AIS goes with which radar track, as probabilities (ours)
    wander_dkn: int = 30  # a vessel's speed wanders by so much around its mean ...
    wander_s: int = 1800  # ... and forgets in this time
    same_place_m: int = 60  # plot and AIS of one vessel are apart by antenna and registration, one standard deviation
    dark_per_kkm2: int = 2  # vessels that send no AIS on 1000 km2
    tracked_permille: int = 750  # a vessel with AIS that is where the radar looks has a radar track with this probability
    spoofed_permille: int = 100  # a number that a plot carries is another vessel's with this probability
    # radar near AIS for a time (ours)
    match_gate_m: int = 500  # allowed on top of three standard deviations
    match_hole_s: int = 600  # AIS silence over which no comparison is made
    sighting_gate_m: int = 2000  # a sighting is said to be near a track inside this plus three standard deviations
    slot_s: int = 60  # time step at which contacts are compared (ours)
    place_gate_m: int = 10_000  # nearer to a port or anchorage than this is ordinary (B1)
    # B1 slow transfer
    slow_transfer_gate_m: int = 500  # apart at most (B1)
    slow_transfer_min_s: int = 7200  # for at least (B1)
    slow_transfer_dkn: int = 20  # both below (B1)
    slow_transfer_break_s: int = 300  # single slots out of bounds inside it, noise of a plot or of a log (ours)
    # B2 short transfer
    short_transfer_gate_m: int = 250  # apart at most (B2)
    short_transfer_min_s: int = 900  # for at least, without a break (B2)
    short_transfer_break_s: int = 300  # two runs of one pair with less between them are one (ours)
    short_transfer_dkn: int = 10  # both make at least this, so that they have a course (ours)
    short_transfer_shore_m: int = 5556  # off shore at least, where a coast is known: 3 nm (B2)
    deviation_percent: int = 25  # change of velocity against one's own before, of the larger of both (ours; 15 degrees are 26 %)
    deviation_before_s: int = 5400  # "before" is taken over half an hour that begins this long before it (ours)
    # B3 loading under way
    loading_before_dkn: int = 80  # it made at least this before (ours)
    loading_fall_percent: int = 80  # falls to this share of the median of the two hours before, or less (B3)
    loading_to_dkn: int = 80  # and to this or less: nothing is handed over at more (B3 says "or"; see decision 0006)
    loading_back_percent: int = 90  # and comes back to this share of it (ours)
    loading_min_s: int = 900  # for at least (B3)
    loading_max_s: int = 5400  # and at most (B3)
    loading_shore_m: int = 22_224  # off shore at least, where a coast is known: 12 nm (B3)
    loading_near_m: int = 3704  # contacts without AIS within this make it stronger: 2 nm (B3)
    bin_s: int = 300  # speeds are compared over bins of this (ours)
    # B4 loitering
    loiter_dkn: int = 20  # mean of each hour below (B4)
    loiter_min_s: int = 14_400  # for at least (B4)
    loiter_extent_m: int = 500  # moves about more than this: what lies still is moored or at anchor (ours)
    loiter_shore_m: int = 37_040  # off shore at least, where a coast is known: 20 nm (B4, as in the published product)
    circling_min_s: int = 86_400  # net over path is taken over this (B4)
    circling_percent: int = 20  # net over path below (B4)
    circling_path_m: int = 90_000  # path at least: 2 kn over a day (ours)
    # B5 AIS gap
    gap_min_s: int = 21_600  # silent for at least; half the published 12 h, because neighbours must be heard too (ours)
    gap_heard_min: int = 50  # messages heard from neighbours at least (ours)
    gap_expected_min: int = 10  # messages expected of the vessel at least; Poisson chance of none is 1 in 22,000 (ours)
    gap_hours_percent: int = 80  # hours of the gap in which a neighbour was heard; below, reception may explain it (ours)
    gap_common_percent: int = 10  # of the numbers heard there fell silent as long: then reception is poor there (ours)
    # B6 identity and false position (all ours)
    twice_min_s: int = 1800  # one number heard from two places for at least
    twice_apart_m: int = 10_000  # that far apart at least
    false_land_m: int = 2000  # on land by more than this, and its error
    false_min: int = 3  # positions that cannot be, at least
    stray_max: int = 2  # positions of a track that speed set apart, at most, for it to be a stray and no second vessel
    spot_numbers_min: int = 5  # that many numbers at exactly one position within one clock hour are not there
    range_percent: int = 150  # of a receiver's declared range: beyond it nothing is heard
    # B7 declared against actual course
    declared_min_s: int = 7200  # it goes away from where it says it goes for at least (B7)
    declared_dkn: int = 50  # making at least (ours)
    declared_away_m: int = 20_000  # and is that much farther from it at the end (ours)
    # B8 go-fast
    fast_dkn: int = 250  # at least (B8)
    fast_min_s: int = 600  # sustained for at least (ours)
    fast_shore_m: int = 5556  # off shore at least, where a coast is known (ours)
    # B9 night landing
    landing_shore_m: int = 926  # from shore at most: 0.5 nm (B9)
    landing_place_m: int = 3000  # from a port or anchorage at least (B9)
    landing_max_s: int = 3600  # a stop of at most (B9)
    landing_min_s: int = 120  # and at least (ours)
    landing_away_m: int = 926  # farther from shore half an hour before and after by at least (ours)
    night_ddeg: int = 60  # the sun is at least this far below the horizon: 6 degrees, civil twilight (B9)
    # B10 drop-off and pick-up
    drop_stop_min_s: int = 300  # the stop of either lasts at least (ours)
    drop_stop_max_s: int = 2700  # and at most (ours)
    drop_gate_m: int = 300  # within this of each other (B10) ...
    drop_drift_m: int = 200  # ... and this for each hour in between (ours)
    drop_after_min_s: int = 1800  # later by at least (B10)
    drop_after_max_s: int = 259_200  # and at most (B10)
    drop_shore_m: int = 5556  # off shore at least, where a coast is known (ours)
    # B11 mother ship
    mother_links_min: int = 3  # links with distinct craft (B11) ...
    mother_within_s: int = 172_800  # ... within this (B11)
    mother_craft_m: int = 30  # a small craft is shorter than this, or is no AIS contact and states no length (ours)
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
        spans = ("slow_transfer_min_s", "short_transfer_min_s", "speed_baseline_s", "bin_s", "landing_min_s", "drop_stop_min_s")
        short = [name for name in spans if getattr(self, name) < self.slot_s]
        if short:
            raise BadInput("a time to measure over is shorter than slot_s", where=", ".join(short), why=f"slot_s is {self.slot_s}")


def parameters_digest(parameters: Parameters) -> Digest:
    """SHA-256 of the canonical parameter set."""
    value: JsonValue = msgspec.to_builtins(parameters)
    return digest_of(value)
