"""A table that a kernel fills without knowing how many rows there will be."""

from __future__ import annotations

import numpy as np

from fairlead.picture.ground import Ints, Whole
from fairlead.report.compiled import kernel


@kernel
def put(table: Ints, rows: int, row: tuple[Whole, ...]) -> tuple[Ints, int]:
    """The table with one row more, twice as large when it was full, and the number of its rows. All of `row` are int64."""
    if rows == len(table):
        grown = np.empty((2 * rows, table.shape[1]), dtype=np.int64)
        grown[:rows] = table
        table = grown
    for column in range(len(row)):
        table[rows, column] = row[column]
    return table, rows + 1
