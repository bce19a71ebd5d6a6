"""Between numpy and compressed bitmaps of numbers: whole containers at a stroke instead of number by number.

The bytes written here are the portable format of Roaring bitmaps without run containers (RoaringFormatSpec, cookie 12346): a header of
keys and sizes, offsets, then each container, as bits when it has more than 4096 numbers and as sorted 16-bit numbers otherwise.
"""

from __future__ import annotations

from array import array
from typing import Final

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

CONTAINER: Final = 1 << 16
COOKIE: Final = 12346
SPARSE_MAX: Final = 4096
BITS_BYTES: Final = CONTAINER // 8

Mask = npt.NDArray[np.bool_]


class Containers:
    """A bitmap in the making: masks of whole containers, by ascending key."""

    def __init__(self) -> None:
        self._keys: list[int] = []
        self._sizes: list[int] = []
        self._bodies: list[bytes] = []

    def add(self, key: int, mask: Mask) -> None:
        """The numbers from `key` * 65536 on at which the mask is true; it may be shorter than a container."""
        size = int(np.count_nonzero(mask))
        if not size:
            return
        if size > SPARSE_MAX:
            body = np.packbits(mask, bitorder="little").tobytes().ljust(BITS_BYTES, b"\0")
        else:
            body = np.flatnonzero(mask).astype("<u2").tobytes()
        self._keys.append(key)
        self._sizes.append(size - 1)
        self._bodies.append(body)

    def bitmap(self) -> BitMap:
        if not self._keys:
            return BitMap()
        count = len(self._keys)
        head = np.array([COOKIE, count], "<u4").tobytes() + np.array([self._keys, self._sizes], "<u2").T.tobytes()
        lengths = np.array([len(body) for body in self._bodies], "<u4")
        offsets = (len(head) + 4 * count + np.cumsum(lengths) - lengths).astype("<u4")
        return BitMap.deserialize(b"".join((head, offsets.tobytes(), *self._bodies)))


def bitmap_of(mask: Mask) -> BitMap:
    """The numbers at which the mask is true."""
    made = Containers()
    for start in range(0, len(mask), CONTAINER):
        made.add(start // CONTAINER, mask[start : start + CONTAINER])
    return made.bitmap()


def bitmap(nums: npt.NDArray[np.uint32]) -> BitMap:
    """A bitmap of these numbers; through the array type it takes without asking each one."""
    packed = array("I")
    packed.frombytes(nums.tobytes())
    return BitMap(packed)


def numbers(held: BitMap) -> npt.NDArray[np.uint32]:
    """The numbers of a bitmap, ascending."""
    return np.frombuffer(held.to_array(), dtype=np.uint32)
