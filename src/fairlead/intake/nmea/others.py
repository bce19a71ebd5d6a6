"""AIS messages that the picture has no use for, read by pyais: binary, safety, time, management (6-8, 10, 12-17, 20, 22, 23, 25, 26).

1. pyais is asked for when the first message is read, not before: whoever does not need these types need not have it.
2. Every record that begins such a message ends once: decoded, counted by type, or malformed, counted by reason. Records with a wrong
   checksum, and those of the types that the kernels read, are left to `decode`, which counts them.
3. Memory is bounded: OPEN_MAX messages whose parts are still coming, PARTS_MAX parts of PART_BYTES each; the oldest gives way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from fairlead.errors import BadInput
from fairlead.intake.lines import read_pieces
from fairlead.intake.nmea.scan import OPEN_MAX
from fairlead.intake.nmea.sentence import PART_BYTES, PARTS_MAX

OTHERS: Final = frozenset((*range(6, 9), 10, *range(12, 18), 20, 22, 23, 25, 26))
FIELD: Final = rb"([^,*\r\n]{0,64})"
SENTENCE: Final = re.compile(
    rb"[!$][^,*\r\n]{2}VD[MO][^,*\r\n]{0,64},(0{0,16}[1-9]),(0{0,16}[1-9]),%b,%b,([0-W`-w]{0,%d}),(0{0,16}[0-5]|)\*([0-9A-Fa-f]{2})"
    % (FIELD, FIELD, PART_BYTES)
)
LINE_MAX: Final = 1 << 20
Value: TypeAlias = str | int | float | bool | None
Fields: TypeAlias = dict[str, Value]
Open: TypeAlias = dict[tuple[bytes, bytes, bytes], dict[int, bytes]]


class Others:
    """Reads the messages of other types out of lines, one after another."""

    def __init__(self) -> None:
        """Raises BadInput when pyais is not installed."""
        try:
            import pyais
        except ImportError as error:
            do = "install it with: pip install 'fairlead[nmea]'"
            raise BadInput("messages of other types are read by pyais", why="it is not installed", do=do) from error
        self._pyais = pyais
        self._open: Open = {}
        self.types: Counter[int] = Counter()
        self.malformed: Counter[str] = Counter()

    def __call__(self, lines: Iterable[bytes]) -> Iterator[Fields]:
        """Each message of another type as its fields, in the order of their last parts."""
        for line in lines:
            for found in SENTENCE.finditer(line):
                if _summed(found.group()) and (parts := self._joined(found)) and 48 <= parts[0][1] <= 119:
                    yield from self._decoded(parts)

    def _joined(self, found: re.Match[bytes]) -> list[tuple[bytes, int]]:
        """The sentences of a message with the first character of the payload, when this one completes it."""
        total, number = int(found.group(1)), int(found.group(2))
        if number > total or total > PARTS_MAX:
            return []
        if total == 1:
            return [(found.group(), found.group(5)[:1][0])] if found.group(5) else []
        key = (found.group(1), found.group(3), found.group(4))
        if number == 1 or key not in self._open or number in self._open[key]:
            self._open.pop(key, None)
            if len(self._open) >= OPEN_MAX:
                self._open.pop(next(iter(self._open)))
            self._open[key] = {}
        self._open[key][number] = found.group()
        if len(self._open[key]) < total:
            return []
        parts = self._open.pop(key)
        begun = parts[1].split(b",")[5][:1]
        return [(parts[at], begun[0] if begun else 0) for at in range(1, total + 1)]

    def _decoded(self, parts: list[tuple[bytes, int]]) -> Iterator[Fields]:
        kind = parts[0][1] - 48 if parts[0][1] < 88 else parts[0][1] - 56
        if kind not in OTHERS:
            return
        try:
            made = self._pyais.decode(*(sentence for sentence, _ in parts), error_if_checksum_invalid=True)
            if int(getattr(made, "mmsi", 0) or 0) == 0:
                raise ValueError("the number is none")
            fields = plain_values(made.asdict(enum_as_int=True))
        except Exception as error:  # whatever a decoder of noise may raise is the message's fault, not ours
            reason = str(error) if isinstance(error, ValueError) and str(error) == "the number is none" else type(error).__name__
            self.malformed[f"type {kind}: {reason}"] += 1
            return
        self.types[kind] += 1
        yield {"type": kind, **{name: value for name, value in fields.items() if name != "msg_type"}}


def plain_values(fields: Mapping[str, Any]) -> Fields:
    """Values that JSON has: bytes as hexadecimal digits."""
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()}


def _summed(sentence: bytes) -> bool:
    total = 0
    for one in sentence[1:-3]:
        total ^= one
    return total == int(sentence[-2:], 16)


def lines_of(path: Path, piece_bytes: int = 1 << 20) -> Iterator[bytes]:
    """The lines of a log, plain or gzip, whatever their ends. Raises BadFile."""
    rest = b""
    for piece in read_pieces(path, piece_bytes):
        *whole, rest = re.split(rb"[\r\n]", rest + piece)
        yield from whole
        if len(rest) > LINE_MAX:
            yield rest
            rest = b""
    yield rest
