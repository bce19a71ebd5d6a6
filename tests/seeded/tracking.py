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
)
