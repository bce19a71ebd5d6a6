"""A file as numbered lines, plain or gzip, in bounded memory; what cannot be read is said with the place it broke off.

1. Gzip is known by its first two bytes, whatever the name.
2. A file that is absent, a folder, empty or binary is an error before the first line. A gzip that is cut yields the lines before the
   cut and then raises, so that a caller keeps what was read.
3. A line longer than LINE_BYTES_MAX is handed on cut off and marked; nothing else is lost by it.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from fairlead.errors import BadFile

LINE_BYTES_MAX: Final = 65_536
PEEK_BYTES: Final = 4_096
GZIP: Final = b"\x1f\x8b"


Stream: TypeAlias = io.BufferedReader | gzip.GzipFile


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line without its end; `fault` says why it cannot be parsed, when it cannot."""

    number: int
    text: str
    fault: str = ""


def read_lines(path: Path, encoding: str) -> Iterator[Line]:
    """The lines of a file, numbered from 1. Raises BadFile."""
    where = path.name
    try:
        raw = path.open("rb")
    except OSError as error:
        raise BadFile("the file cannot be opened", where=str(path), why=error.strerror or "", do="check the path") from error
    with raw:
        # A pipe cannot be rewound, so its first bytes are looked at where they wait.
        packed = first_bytes(raw, where) == GZIP
        # Not wrapped once more: a second buffer would lose what stands in it when the cut is met.
        stream: Stream = gzip.GzipFile(fileobj=raw) if packed else raw
        number = 0
        try:
            check_text(stream.peek(PEEK_BYTES), where)
            while chunk := stream.readline(LINE_BYTES_MAX):
                number += 1
                yield line_of(number, chunk, encoding, rest=not chunk.endswith(b"\n") and _skip(stream, chunk))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            do = "fetch the file again; what came before this is kept"
            raise BadFile("the gzip file is cut or damaged", where=f"{where} after line {number}", why=str(error), do=do) from error
        except OSError as error:
            raise BadFile("the file cannot be read", where=f"{where} after line {number}", why=error.strerror or str(error)) from error


def read_pieces(path: Path, piece_bytes: int) -> Iterator[bytes]:
    """The bytes of a file, plain or gzip, in pieces of at most so many. Raises BadFile as `read_lines` does; a log may hold noise."""
    where = path.name
    try:
        raw = path.open("rb")
    except OSError as error:
        raise BadFile("the file cannot be opened", where=str(path), why=error.strerror or "", do="check the path") from error
    with raw:
        stream: Stream = gzip.GzipFile(fileobj=raw) if first_bytes(raw, where) == GZIP else raw
        read = 0
        try:
            while piece := stream.read1(piece_bytes):
                read += len(piece)
                yield piece
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            do = "fetch the file again; what came before this is kept"
            raise BadFile("the gzip file is cut or damaged", where=f"{where} after byte {read}", why=str(error), do=do) from error
        except OSError as error:
            raise BadFile("the file cannot be read", where=f"{where} after byte {read}", why=error.strerror or str(error)) from error
        if not read:
            raise BadFile("the file is empty", where=where, do="check that it was written")


def first_bytes(raw: io.BufferedReader, where: str) -> bytes:
    """The first two bytes, left where they wait. Raises BadFile."""
    try:
        return raw.peek(len(GZIP))[: len(GZIP)]
    except OSError as error:
        raise BadFile("the file cannot be read", where=where, why=error.strerror or str(error)) from error


def check_text(head: bytes, where: str) -> None:
    """Raises BadFile for a beginning that is empty or no text."""
    if not head:
        raise BadFile("the file is empty", where=where, do="check that it was written")
    if b"\x00" in head:
        raise BadFile("the file is not text", where=where, why="it holds NUL bytes", do="name the layout it is really in")


def _skip(stream: Stream, chunk: bytes) -> bool:
    """Read past the rest of a line that is too long; whether there was any."""
    if len(chunk) < LINE_BYTES_MAX:
        return False
    while (more := stream.readline(LINE_BYTES_MAX)) and not more.endswith(b"\n"):
        pass
    return True


def line_of(number: int, chunk: bytes, encoding: str, *, rest: bool) -> Line:
    """A line of bytes as text, or with the reason why it is none."""
    body = chunk.rstrip(b"\r\n")
    if rest:
        return Line(number=number, text=body[:500].decode("latin-1"), fault=f"the line is longer than {LINE_BYTES_MAX} bytes")
    if b"\x00" in body:
        return Line(number=number, text=body[:500].decode("latin-1"), fault="the line holds NUL bytes")
    try:
        return Line(number=number, text=body.decode(encoding))
    except UnicodeDecodeError as error:
        return Line(number=number, text=body[:500].decode("latin-1"), fault=f"the line is not {encoding}: byte {error.start}")
