"""One row to one column each, at the least total cost: who goes with whom, decided for all at once.

Shortest augmenting paths with dual prices (Jonker and Volgenant 1987, Computing 38:325; the rectangular form of Crouse 2016, IEEE
Transactions on Aerospace and Electronic Systems 52:1679). Of columns at one distance a free one goes before a taken one, then the
first: the same costs give the same answer on every machine.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from fairlead.errors import BadInput
from fairlead.picture.ground import Floats, Ints
from fairlead.report.compiled import kernel

NONE: Final = -1
COST_MAX: Final = 1e100  # sums of costs stay finite; a float carries 16 digits, so one huge cost drowns small differences


def assigned(cost: Floats) -> Ints:
    """The column of each row of `cost` (n, m) in the cheapest one-to-one choice; NONE for the rows that are left over when n > m.
    Raises BadInput for what is no table, or holds a number that is not finite or beyond COST_MAX."""
    if cost.ndim != 2:
        raise BadInput("costs are not a table of rows and columns", where=f"{cost.ndim} dimensions")
    if not (np.abs(cost) <= COST_MAX).all():  # not a number compares false
        where, do = f"table of {cost.shape[0]} x {cost.shape[1]}", "give what may not be a cost some thousand times the others"
        raise BadInput("a cost is not finite, or too large to add up", where=where, do=do)
    if cost.shape[0] <= cost.shape[1]:
        return columns_of(np.ascontiguousarray(cost, dtype=np.float64))
    rows = columns_of(np.ascontiguousarray(cost.T, dtype=np.float64))
    found = np.full(cost.shape[0], NONE, dtype=np.int64)
    found[rows] = np.arange(cost.shape[1], dtype=np.int64)
    return found


@kernel
def columns_of(cost: Floats) -> Ints:
    """The column of each row; no more rows than columns, every cost within COST_MAX (asked of the caller)."""
    rows, columns = cost.shape
    row_price, column_price = np.zeros(rows), np.zeros(columns)
    column_of, row_of = np.full(rows, -1, dtype=np.int64), np.full(columns, -1, dtype=np.int64)
    near = np.empty(columns)
    through = np.empty(columns, dtype=np.int64)
    row_seen, column_seen = np.empty(rows, dtype=np.bool_), np.empty(columns, dtype=np.bool_)
    for free in range(rows):
        # 1. the shortest path from a free row to a free column, over reduced costs
        near[:] = np.inf
        through[:] = -1
        row_seen[:] = False
        column_seen[:] = False
        reached, least, end = free, 0.0, -1
        while end < 0:
            row_seen[reached] = True
            nearest, best = -1, np.inf
            for column in range(columns):
                if column_seen[column]:
                    continue
                length = least + cost[reached, column] - row_price[reached] - column_price[column]
                if length < near[column]:
                    near[column] = length
                    through[column] = reached
                if near[column] < best or (near[column] == best and row_of[column] < 0 and row_of[nearest] >= 0):
                    best, nearest = near[column], column
            least = best
            column_seen[nearest] = True
            if row_of[nearest] < 0:
                end = nearest
            else:
                reached = row_of[nearest]
        # 2. prices, so that every chosen pair stays free of reduced cost
        row_price[free] += least
        for row in range(rows):
            if row_seen[row] and row != free:
                row_price[row] += least - near[column_of[row]]
        for column in range(columns):
            if column_seen[column]:
                column_price[column] -= least - near[column]
        # 3. turn the path over
        column = end
        while True:
            row = through[column]
            row_of[column] = row
            following = column_of[row]
            column_of[row] = column
            if row == free:
                break
            column = following
    return column_of
