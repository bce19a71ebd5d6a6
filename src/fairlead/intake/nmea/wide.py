"""Eight bytes at once: loads and stores anywhere in an array of bytes, and what is done to all eight in a few steps.

1. Nothing is checked: a caller sees to it that eight bytes stand there. Logs are padded with PAD zeros for this.
2. `load` takes the first byte as the lowest, whatever the machine; `load_high` and `store_high` as the highest, as bit fields are sent.
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


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """As `report.compiled.kernel`, without counting references to arrays: it makes none and keeps none, and the counts would take
    longer than the work. Where numba no longer knows the option it counts them."""
    ways: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
    try:
        return cast(Callable[P, R], numba.njit(_nrt=False, **ways)(function))
    except (KeyError, TypeError):
        return cast(Callable[P, R], numba.njit(**ways)(function))


def _spot(context: Any, builder: Any, array: Any, one: Any, at: Any) -> Any:
    bytes_at = context.make_array(array)(context, builder, one).data
    return builder.bitcast(builder.gep(bytes_at, [at]), I64.as_pointer())


def _loader(*, swap: bool) -> Callable[..., Any]:
    def load_eight(typing_context: Any, log: Any, at: Any) -> Any:
        def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            found = builder.load(_spot(context, builder, signature.args[0], args[0], args[1]), align=1)
            return builder.bswap(found) if swap else found

        return types.uint64(log, types.int64), made

    return load_eight


def _storer(*, swap: bool) -> Callable[..., Any]:
    def store_eight(typing_context: Any, log: Any, at: Any, value: Any) -> Any:
        def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            given = builder.bswap(args[2]) if swap else args[2]
            builder.store(given, _spot(context, builder, signature.args[0], args[0], args[1]), align=1)
            return context.get_dummy_value()

        return types.void(log, types.int64, types.uint64), made

    return store_eight


def _counter() -> Callable[..., Any]:
    def zeros_below(typing_context: Any, value: Any) -> Any:
        def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

        return types.int64(types.uint64), made

    return zeros_below


LITTLE: Final = sys.byteorder == "little"
load = cast(Callable[[Bytes, Whole], Eight], intrinsic(_loader(swap=not LITTLE)))
load_high = cast(Callable[[Bytes, Whole], Eight], intrinsic(_loader(swap=LITTLE)))
store_high = cast(Callable[[Bytes, Whole, Eight], None], intrinsic(_storer(swap=LITTLE)))
zeros_below = cast(Callable[[Eight], Whole], intrinsic(_counter()))

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
    """Eight six-bit values, the first in the lowest byte, as 48 bits, the first in the highest, above 16 zeros."""
    pairs = ((value & np.uint64(0x003F003F003F003F)) << np.uint64(6)) | ((value >> np.uint64(8)) & np.uint64(0x003F003F003F003F))
    fours = ((pairs & np.uint64(0x00000FFF00000FFF)) << np.uint64(12)) | ((pairs >> np.uint64(16)) & np.uint64(0x00000FFF00000FFF))
    return (fours << np.uint64(40)) | ((fours >> np.uint64(16)) & np.uint64(0xFFFFFF0000))


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
