"""Eight bytes at once: loads anywhere in an array of bytes, and what is done to all eight in a few steps.

1. Nothing is checked: a caller sees to it that eight bytes stand there. Logs are padded with PAD zeros for this.
2. `load` takes the first byte as the lowest, whatever the machine.
3. A payload character is valid from 0 to W and from ` to w; `six` gives the values, and marks by 0x80 the bytes that are none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fairlead.picture.ground import Whole

Bytes: TypeAlias = npt.NDArray[np.uint8]
Eight: TypeAlias = np.uint64
PAD: Final = 64
I64: Final = ir.IntType(64)
P = ParamSpec("P")
R = TypeVar("R")


def _compiled(function: Callable[P, R], **more: bool) -> Callable[P, R]:
    njit: Callable[..., Callable[[Callable[P, R]], Any]] = numba.njit  # its stubs do not know every option
    try:
        made = njit(cache=True, nogil=True, error_model="numpy", _nrt=False, **more)(function)
    except (KeyError, TypeError):  # a numba that no longer knows these options
        made = njit(cache=True, nogil=True, error_model="numpy")(function)
    return cast(Callable[P, R], made)


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """As `report.compiled.kernel`, without counting references to arrays: it makes none and keeps none, and the counts would take
    longer than the work."""
    return _compiled(function)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """A kernel that becomes part of the one that calls it: handing over a dozen arrays would take as long as the work."""
    return _compiled(function, forceinline=True)


def _load(typing_context: Any, log: Any, at: Any) -> Any:
    def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        bytes_at = context.make_array(signature.args[0])(context, builder, args[0]).data
        found = builder.load(builder.bitcast(builder.gep(bytes_at, [args[1]]), I64.as_pointer()), align=1)
        return found if sys.byteorder == "little" else builder.bswap(found)

    return types.uint64(log, types.int64), made


def _zeros_below(typing_context: Any, value: Any) -> Any:
    def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), made


load = cast(Callable[[Bytes, Whole], Eight], intrinsic(_load))
zeros_below = cast(Callable[[Eight], Whole], intrinsic(_zeros_below))

ALL: Final = 0x0101010101010101
HIGH: Final = np.uint64(0x80 * ALL)
LOW: Final = np.uint64(0x7F * ALL)
FROM_0: Final = np.uint64(0x30 * ALL)
TO_40: Final = np.uint64(0x58 * ALL)  # what is 40 or more gets the highest bit by adding it
TO_48: Final = np.uint64(0x50 * ALL)
TO_72: Final = np.uint64(0x38 * ALL)
ZERO: Final = np.uint64(0)
ONE: Final = np.uint64(1)


@kernel
def six(found: Eight) -> tuple[Eight, Eight]:
    """The six-bit values of eight payload characters, and 0x80 in each byte that is none."""
    above = (found | HIGH) - FROM_0
    value = above & LOW
    second = (value + TO_48) & HIGH
    bad = ((found | ~above) & HIGH) | (((value + TO_40) & HIGH) ^ second) | ((value + TO_72) & HIGH)
    return value - (second >> np.uint64(4)), bad


@kernel
def packed(value: Eight) -> Eight:
    """Eight six-bit values, the first in the lowest byte, as 48 bits, the first in the highest."""
    pairs = ((value & np.uint64(0x003F003F003F003F)) << np.uint64(6)) | ((value >> np.uint64(8)) & np.uint64(0x003F003F003F003F))
    fours = ((pairs & np.uint64(0x00000FFF00000FFF)) << np.uint64(12)) | ((pairs >> np.uint64(16)) & np.uint64(0x00000FFF00000FFF))
    return ((fours & np.uint64(0xFFFFFF)) << np.uint64(24)) | (fours >> np.uint64(32))


@kernel
def folded(sums: Eight) -> Whole:
    """The eight bytes joined by exclusive or."""
    sums ^= sums >> np.uint64(32)
    sums ^= sums >> np.uint64(16)
    return np.int64((sums ^ (sums >> np.uint64(8))) & np.uint64(255))


@kernel
def first(count: Whole) -> Eight:
    """A mask of the first bytes, 0 to 7 of them."""
    return (ONE << np.uint64(8 * count)) - ONE


@kernel
def with_byte(found: Eight, byte: Eight) -> Eight:
    """0x80 in each byte that is the one given, eight times over in `byte`; exact for every byte."""
    other = found ^ byte
    return ~(((other & LOW) + LOW) | other) & HIGH
