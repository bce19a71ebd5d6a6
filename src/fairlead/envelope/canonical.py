"""Canonical bytes: the only form of a value that is ever signed or hashed.

1. The form is RFC 8785 (JCS), written by the library `rfc8785` and nothing else.
2. No floats: quantities are integers in fixed units. Integers beyond 2^53 - 1 travel as strings (RFC 7493 section 2.2).
3. An absent field is absent; null has no meaning and is rejected.
4. A reader accepts bytes only if encoding what it parsed gives the same bytes again, so duplicate keys, other key orders
   and other spellings of a number are rejected.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final, NoReturn, TypeAlias, TypeVar

import msgspec
import rfc8785

from fairlead.envelope.ids import Digest
from fairlead.errors import MalformedBytes

JsonValue: TypeAlias = Mapping[str, "JsonValue"] | Sequence["JsonValue"] | str | int | bool

T = TypeVar("T")

SAFE_INTEGER: Final = 2**53 - 1
DEPTH_MAX: Final = 64
_DIGITS: Final = bytes.maketrans(b"123456789", b"0" * 9)
_LONG: Final = b"0" * 16
_BEFORE_NUMBERS: Final = (b":", b",", b"[", b"-")


def encode(value: JsonValue) -> bytes:
    """RFC 8785 bytes of `value`. Raises MalformedBytes for floats, null, unsafe integers and anything that is not JSON."""
    plain = _plain(value, 0)
    try:
        return rfc8785.dumps(plain)  # type: ignore[arg-type]  # the library's own recursive alias is narrower than ours
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise MalformedBytes("value has no canonical form", why=str(error)) from error


def decode(raw: bytes) -> JsonValue:
    """The value whose canonical bytes are `raw`. Raises MalformedBytes unless encode(decode(raw)) == raw."""
    try:
        value: JsonValue = json.loads(raw.decode("utf-8"), parse_float=_no_float, parse_constant=_no_float)
        again = encode(value)
    except (ValueError, RecursionError) as error:
        raise MalformedBytes("bytes are not JSON", why=str(error)) from error
    if again != raw:
        raise MalformedBytes("bytes are not in canonical form", why="encoding what they say gives other bytes")
    return value


def read_as(raw: bytes, shape: type[T]) -> T:
    """The value of this shape whose canonical bytes are `raw`, quickly. Raises MalformedBytes.

    Of plain ASCII without escapes, null or long numbers, sorted compact JSON is RFC 8785: such bytes are compared with what the value
    itself would write, which also refuses a field more or less than the shape has. Anything else takes the long way to the same end.
    """
    try:
        if raw.isascii() and b"\\" not in raw and b"null" not in raw and not _long_number(raw):
            value = msgspec.json.decode(raw, type=shape)
            if msgspec.json.encode(value, order="sorted") == raw:
                return value
        value = msgspec.convert(decode(raw), shape)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise MalformedBytes("bytes are not what they should be", why=str(error)) from error
    if encode(msgspec.to_builtins(value)) != raw:
        raise MalformedBytes("a value is not in its one form", why="a field is written that should be absent, or one that it has not")
    return value


def _long_number(raw: bytes) -> bool:
    """Whether a number of 16 digits or more may stand here: digits in strings count when they look like one."""
    zeros = raw.translate(_DIGITS)
    return _LONG in zeros and any(mark + _LONG in zeros for mark in _BEFORE_NUMBERS)


def sha256_hex(raw: bytes) -> Digest:
    """SHA-256 of raw bytes, 64 lower-case hex digits."""
    return Digest(hashlib.sha256(raw).hexdigest())


def digest_of(value: JsonValue) -> Digest:
    """SHA-256 over the canonical bytes of `value`."""
    return sha256_hex(encode(value))


def _no_float(text: str) -> NoReturn:
    raise MalformedBytes("a number is not an integer", where=text, do="give it in the fixed unit of its field")


def _plain(value: object, depth: int) -> object:
    if depth > DEPTH_MAX:
        raise MalformedBytes("value is nested too deeply", why=f"more than {DEPTH_MAX} levels")
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > SAFE_INTEGER:
            raise MalformedBytes("integer is beyond 2^53 - 1", where=str(value), do="write it as a string")
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise MalformedBytes("a key is not a string", where=repr(sorted(map(repr, value))[:3]))
        return {key: _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    raise MalformedBytes("value is not canonical JSON", where=type(value).__name__, do="use integers, strings, lists, objects")
