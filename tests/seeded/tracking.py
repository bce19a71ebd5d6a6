"""Faults of assignment and of the distances between pictures."""

from __future__ import annotations

from tests.seeded.fault import Fault

ASSIGN = "tests/rooms/picture/test_assign.py"
MEASURE = "tests/rooms/picture/test_measure.py"

FAULTS = (
    Fault(
        "a-row-keeps-its-first-choice",
        "picture/assign.py",
        "length = least + cost[reached, column] - row_price[reached] - column_price[column]",
        "length = least + cost[reached, column]",
        f"{ASSIGN}::test_the_choice_is_one_to_one_and_none_is_cheaper",
    ),
    Fault(
        "a-taken-column-goes-before-a-free-one",
        "picture/assign.py",
        " or (near[column] == best and row_of[column] < 0 and row_of[nearest] >= 0)",
        " or (near[column] == best)",
        f"{ASSIGN}::test_of_equal_columns_a_free_one_goes_first_and_then_the_first",
    ),
    Fault(
        "no-number-is-a-cost",
        "picture/assign.py",
        "not (np.abs(cost) <= COST_MAX).all()",
        "(np.abs(cost) > COST_MAX).any()",
        f"{ASSIGN}::test_a_cost_that_cannot_be_added_up_is_refused",
    ),
    Fault(
        "the-cutoff-is-a-pair",
        "picture/measure.py",
        "if paid < cutoff_m**power:",
        "if paid <= cutoff_m**power:",
        f"{MEASURE}::test_as_far_as_the_cutoff_is_no_pair",
    ),
    Fault(
        "who-stays-alone-is-forgotten",
        "picture/measure.py",
        "cutoff_m**power * (most - np.minimum(shown, there))",
        "cutoff_m**power * (shown - np.minimum(shown, there))",
        f"{MEASURE}::test_ospa_is_its_definition_and_symmetric",
    ),
    Fault(
        "a-cutoff-may-vanish",
        "picture/measure.py",
        "math.log(COST_MIN) <= power * math.log(cutoff_m) <= math.log(COST_MAX)",
        "power * math.log(cutoff_m) <= math.log(COST_MAX)",
        f"{MEASURE}::test_a_cutoff_and_power_that_would_vanish_or_overflow_are_refused",
    ),
    Fault(
        "missed-and-false-are-exchanged",
        "picture/measure.py",
        "parts[scan, 1] = len(there) - pairs",
        "parts[scan, 1] = len(shown) - pairs",
        f"{MEASURE}::test_gospa_is_its_definition",
    ),
    Fault(
        "modes-are-not-mixed",
        "picture/tracking/motion.py",
        "old, drawn = stays * weight[mode], (1.0 - stays) * rules.prior[mode]",
        "old, drawn = weight[mode], 0.0 * rules.prior[mode]",
        "tests/rooms/picture/tracking/test_motion.py::test_modes_mix_as_their_full_table_of_chances_says",
    ),
    Fault(
        "a-bearing-does-not-wrap",
        "picture/tracking/measured.py",
        "residual[1] = (measured_rad - bearing + math.pi) % (2.0 * math.pi) - math.pi",
        "residual[1] = measured_rad - bearing",
        "tests/rooms/picture/tracking/test_measured.py::test_a_bearing_across_north_or_south_is_a_small_difference",
    ),
    Fault(
        "an-ellipse-is-not-turned",
        "picture/tracking/measured.py",
        "c, s = turned(frame, mean[0], mean[2])",
        "c, s = 1.0, 0.0",
        "tests/rooms/picture/tracking/test_measured.py::test_an_ellipse_is_turned_into_the_directions_of_the_track",
    ),
    Fault(
        "tracks-choose-one-after-the-other",
        "picture/tracking/pairs.py",
        "elif size[head] > GROUP_MAX:",
        "elif size[head] > 1:",
        "tests/rooms/picture/tracking/test_pairs.py::test_no_way_to_give_plots_out_is_cheaper",
    ),
    Fault(
        "a-plot-may-be-everyones",
        "picture/tracking/joint.py",
        "new = 1.0 / (1.0 + max(heard[plot_of[pair]] - to_plot[pair], 0.0))",
        "new = 1.0",
        "tests/rooms/picture/tracking/test_joint.py::test_one_plot_among_tracks_is_exact",
    ),
    Fault(
        "a-late-plot-is-a-ghost",
        "picture/tracking/gates.py",
        "live.t_ms[track] - scan.t_ms[plot] > LATE_MAX_MS",
        "live.t_ms[track] > scan.t_ms[plot]",
        "tests/rooms/picture/tracking/test_follow.py::test_a_little_late_plot_of_another_radar_is_taken_and_no_ghost_begins",
    ),
    Fault(
        "missed-where-nobody-looks",
        "picture/tracking/scan.py",
        "_missed(live, track, scan.detection * near.covered[at])\n            continue\n        plot",
        "_missed(live, track, scan.detection)\n            continue\n        plot",
        "tests/rooms/picture/tracking/test_follow.py::test_a_track_ends_after_misses_only_where_the_radar_looks",
    ),
    Fault(
        "a-stated-bias-goes-the-wrong-way",
        "picture/tracking/bias.py",
        "(reach - range_m) / size, bearing - bearing_rad",
        "(reach + range_m) / size, bearing + bearing_rad",
        "tests/rooms/picture/tracking/test_bias.py::test_a_correction_moves_a_plot_by_just_the_bias",
    ),
    Fault(
        "silence-teaches-nothing",
        "picture/correlate.py",
        "own * (1.0 + 2.0 * part * part) + place, speed",
        "own, speed",
        "tests/rooms/picture/test_correlate.py::test_the_longer_a_vessel_is_silent_the_less_is_known",
    ),
    Fault(
        "two-at-once-are-one-vessel",
        "picture/correlate.py",
        "or first[radar[pair]] > until:",
        "or first[radar[pair]] > -1:",
        "tests/rooms/picture/test_correlate.py::test_two_parts_of_a_track_may_be_one_vessel_in_turn_and_two_at_once_may_not",
    ),
    Fault(
        "a-number-decides",
        "picture/correlate.py",
        "number=math.log((1 - spoofed) / spoofed),",
        "number=1e9,",
        "tests/rooms/picture/test_correlate.py::test_a_number_that_a_plot_carries_counts_and_decides_nothing_alone",
    ),
    Fault(
        "a-recipe-is-not-checked",
        "desk/recipe.py",
        "if sha256_hex(raw) != name:",
        "if not raw:",
        "tests/rooms/desk/test_replay.py::test_p6_a_recipe_that_was_changed_or_is_gone_is_told",
    ),
    Fault(
        "replay-tells-of-others",
        "desk/replay.py",
        "if oversees or _owns(node, source.feed, wanted)]",
        "if source.feed]",
        "tests/rooms/desk/test_replay.py::test_p7_an_originator_is_told_of_its_own_sources_and_oversight_of_all",
    ),
    Fault(
        "replay-looks-into-its-memory",
        "desk/replay.py",
        "compute=computed,",
        "",
        "tests/rooms/desk/test_replay.py::test_a_picture_that_comes_out_another_is_told_and_so_is_why",
    ),
)
