"""The one way in which a function over columns is compiled: numba without fast-math, so that every sum has one order and one result.

Compiled code is kept beside the source (or in the user's cache folder where that cannot be written), so only a first run pays for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """The function compiled at its first call for the types that it is called with. It may call other kernels only."""
    return cast(Callable[P, R], numba.njit(cache=True, nogil=True, error_model="numpy")(function))
