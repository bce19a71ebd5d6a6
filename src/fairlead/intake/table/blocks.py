"""A file as blocks of bytes that are cut at line ends, plain or gzip, with the errors of `intake.lines`.

1. Gzip is known by its first two bytes. A file that is absent, a folder, empty or binary is an error before the first block; a gzip
   that is cut gives the whole lines before the cut, and then the error.
2. A block holds whole lines, each with its line end, and is as long as it was asked to be, or as its longest line. Of a line that is
   too long the beginning is kept, so that memory stays bounded.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from fairlead.errors import BadFile
from fairlead.intake.lines import GZIP, PEEK_BYTES, Stream, check_text, first_bytes

NEWLINE: Final = 10
CHUNK_BYTES: Final = 32 * 1024 * 1024


class Block(NamedTuple):
    """Whole lines: their bytes, the number of the first (from 1), how many."""

    chunk: npt.NDArray[np.uint8]
    first: int
    lines: int


def read_blocks(path: Path, *, chunk_bytes: int = CHUNK_BYTES, line_bytes_max: int) -> Iterator[Block]:
    """The blocks of a file in order. Raises BadFile; for a cut file after the blocks before the cut."""
    where = path.name
    try:
        raw = path.open("rb")
    except OSError as error:
        raise BadFile("the file cannot be opened", where=str(path), why=error.strerror or "", do="check the path") from error
    with raw:
        packed = first_bytes(raw, where) == GZIP
        stream: Stream = gzip.GzipFile(fileobj=raw) if packed else raw
        try:
            check_text(stream.peek(PEEK_BYTES), where)
        except (EOFError, zlib.error, OSError) as error:
            raise _broken(error, where, 0) from error
        yield from _blocks(stream, where, max(chunk_bytes, 1), line_bytes_max)


def _blocks(stream: Stream, where: str, chunk_bytes: int, line_bytes_max: int) -> Iterator[Block]:
    number, carry, cut_off = 0, b"", False
    while True:
        buffer = np.empty(len(carry) + chunk_bytes + 1, dtype=np.uint8)
        buffer[: len(carry)] = np.frombuffer(carry, dtype=np.uint8)
        got, error = _fill(stream, memoryview(buffer.data)[len(carry) : -1])
        used = len(carry) + got
        if cut_off:  # the beginning of a line that is too long stands in `carry`; its rest is passed over
            new = buffer[len(carry) : used].tobytes()
            end = new.find(b"\n")
            new = new[end:] if end >= 0 else b""
            used = len(carry) + len(new)
            buffer[len(carry) : used] = np.frombuffer(new, dtype=np.uint8)
            cut_off = end < 0
        if got == 0 and error is None:
            if carry:
                buffer[used] = NEWLINE
                yield Block(buffer[: used + 1], number + 1, 1)
            return
        end = _last_line_end(buffer, used)
        carry = buffer[end:used].tobytes()
        if len(carry) > line_bytes_max:
            carry, cut_off = carry[:line_bytes_max], True
        if end:
            lines = _line_ends(buffer[:end])
            yield Block(buffer[:end], number + 1, lines)
            number += lines
        if error is not None:
            raise _broken(error, where, number) from error


def _line_ends(used: npt.NDArray[np.uint8]) -> int:
    step = 1 << 18  # small pieces need no new memory
    return sum(int(np.count_nonzero(used[start : start + step] == NEWLINE)) for start in range(0, len(used), step))


def _last_line_end(buffer: npt.NDArray[np.uint8], used: int) -> int:
    """Just after the last line end, looked for from the back; 0 for none."""
    step = 4096
    for start in range(used, 0, -step):
        found = np.flatnonzero(buffer[max(start - step, 0) : start] == NEWLINE)
        if len(found):
            return max(start - step, 0) + int(found[-1]) + 1
    return 0


def _fill(stream: Stream, room: memoryview) -> tuple[int, Exception | None]:
    """Fill the room as far as the stream goes. What came before an error counts."""
    got = 0
    try:
        while got < len(room):
            if isinstance(stream, gzip.GzipFile):  # in small reads, so that nothing that came before a cut is lost with it
                piece = stream.read1(io.DEFAULT_BUFFER_SIZE if len(room) - got > io.DEFAULT_BUFFER_SIZE else len(room) - got)
                room[got : got + len(piece)] = piece
                more = len(piece)
            else:
                more = stream.readinto(room[got:])
            if not more:
                break
            got += more
    except (EOFError, zlib.error, OSError) as error:
        return got, error
    return got, None


def _broken(error: Exception, where: str, number: int) -> BadFile:
    if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
        return BadFile("the file cannot be read", where=f"{where} after line {number}", why=error.strerror or str(error))
    do = "fetch the file again; what came before this is kept"
    return BadFile("the gzip file is cut or damaged", where=f"{where} after line {number}", why=str(error), do=do)
