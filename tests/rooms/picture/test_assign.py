"""Assignment, against every choice there is."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.errors import BadInput
from fairlead.picture.assign import COST_MAX, NONE, assigned

COSTS = st.one_of(st.integers(0, 4).map(float), st.floats(-50, 50))  # small whole numbers make ties


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    rows, columns = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    return np.array(draw(st.lists(COSTS, min_size=rows * columns, max_size=rows * columns))).reshape(rows, columns)


def least(cost: np.ndarray) -> float:
    """The least total by trying all."""
    cost = cost if cost.shape[0] <= cost.shape[1] else cost.T
    return min(
        sum(cost[row, column] for row, column in enumerate(chosen)) for chosen in permutations(range(cost.shape[1]), cost.shape[0])
    )


@settings(max_examples=300, deadline=None)
@given(tables())
def test_the_choice_is_one_to_one_and_none_is_cheaper(cost: np.ndarray) -> None:
    found = assigned(cost)
    pairs = [(row, column) for row, column in enumerate(found.tolist()) if column != NONE]
    assert len(pairs) == min(cost.shape)
    assert len({column for _, column in pairs}) == len(pairs)
    assert sum(cost[row, column] for row, column in pairs) == pytest.approx(least(cost), abs=1e-9)


def test_of_equal_columns_a_free_one_goes_first_and_then_the_first() -> None:
    assert assigned(np.zeros((3, 5))).tolist() == [0, 1, 2]
    assert assigned(np.array([[0.0, 1.0, 1.0], [0.0, 1.0, 1.0]])).tolist() == [0, 1]


def test_with_more_rows_than_columns_the_dear_rows_are_left_over() -> None:
    assert assigned(np.array([[3.0], [1.0], [2.0]])).tolist() == [NONE, 0, NONE]


@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf, COST_MAX * 2, -COST_MAX * 2])
def test_a_cost_that_cannot_be_added_up_is_refused(strange: float) -> None:
    with pytest.raises(BadInput, match="not finite, or too large"):
        assigned(np.array([[1.0, strange]]))


def test_costs_at_the_bound_are_taken_and_no_table_is_refused() -> None:
    assert assigned(np.array([[COST_MAX, -COST_MAX], [-COST_MAX, -COST_MAX]])).tolist() == [1, 0]
    with pytest.raises(BadInput, match="not a table"):
        assigned(np.zeros(3))
