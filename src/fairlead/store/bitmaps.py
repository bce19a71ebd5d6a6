"""Between numpy and compressed bitmaps of numbers: whole containers at a stroke instead of number by number.

The bytes written here are the portable format of Roaring bitmaps without run containers (RoaringFormatSpec, cookie 12346): a header of
keys and sizes, offsets, then each container, as bits when it has more than 4096 numbers and as sorted 16-bit numbers otherwise.

To find where a mask is true is slow, and quick for who has it as bits. So a container with some numbers, but not enough to be bits,
gets its first 4097 places filled; the bitmap is made, these places are taken out again at a stroke, and what was true in them is put
back.
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
SPARSE_MIN: Final = 512  # numbers of a container from which filling it is quicker
FILLED: Final = SPARSE_MAX + 1
BITS_BYTES: Final = CONTAINER // 8

Mask = npt.NDArray[np.bool_]


class Containers:
    """A bitmap in the making: masks of whole containers, by ascending key."""

    def __init__(self) -> None:
        self._keys: list[int] = []
        self._sizes: list[int] = []
        self._bodies: list[bytes] = []
        self._filled = BitMap()
        self._put_back: list[npt.NDArray[np.intp]] = []

    def add(self, key: int, mask: Mask) -> None:
        """The numbers from `key` * 65536 on at which the mask is true; it may be shorter than a container."""
        size = int(np.count_nonzero(mask))
        if not size:
            return
        if SPARSE_MIN < size <= SPARSE_MAX and len(mask) > FILLED:
            mask, size = self._fill(key, mask, size)
        if size > SPARSE_MAX:
            body = np.packbits(mask, bitorder="little").tobytes().ljust(BITS_BYTES, b"\0")
        else:
            body = np.flatnonzero(mask).astype("<u2").tobytes()
        self._keys.append(key)
        self._sizes.append(size - 1)
        self._bodies.append(body)

    def _fill(self, key: int, mask: Mask, size: int) -> tuple[Mask, int]:
        first = key * CONTAINER
        there = np.flatnonzero(mask[:FILLED])
        self._filled.add_range(first, first + FILLED)
        self._put_back.append(there + first)
        filled = mask.copy()
        filled[:FILLED] = True
        return filled, size - len(there) + FILLED

    def bitmap(self) -> BitMap:
        if not self._keys:
            return BitMap()
        count = len(self._keys)
        head = np.array([COOKIE, count], "<u4").tobytes() + np.array([self._keys, self._sizes], "<u2").T.tobytes()
        lengths = np.array([len(body) for body in self._bodies], "<u4")
        offsets = (len(head) + 4 * count + np.cumsum(lengths) - lengths).astype("<u4")
        made = BitMap.deserialize(b"".join((head, offsets.tobytes(), *self._bodies)))
        if self._put_back:
            made -= self._filled
            made |= bitmap(np.concatenate(self._put_back).astype(np.uint32))
        return made


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
