"""Where a page ended, sealed: who holds it can hand it back and nothing else.

1. AES-SIV (RFC 5297): the same place sealed for the same reader and question is the same bytes, and nobody else's key or question opens
   it. So equal worlds give equal pages (P7), and no draw of randomness is needed.
2. What is sealed has one length, so that the bytes do not tell how far a page went.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from fairlead.errors import BadInput

PLACE_BYTES: Final = 64
TEXT_MAX: Final = 256


def seal_place(place: bytes, *, secret: bytes, question: bytes) -> str:
    """A cursor for this place, good for this question only. Raises BadInput when the place is too long."""
    if len(place) > PLACE_BYTES:
        raise BadInput("a place is too long to be sealed", where=f"{len(place)} bytes")
    sealed = AESSIV(_key(secret)).encrypt(place.ljust(PLACE_BYTES, b"\0"), [question])
    return _text(sealed)


def open_place(cursor: str, *, secret: bytes, question: bytes) -> bytes:
    """The place a cursor was made for. Raises BadInput, the same for everything that is no cursor of this question."""
    try:
        if len(cursor) > TEXT_MAX:
            raise ValueError("too long")
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        if _text(raw) != cursor:
            raise ValueError("another spelling")
        return AESSIV(_key(secret)).decrypt(raw, [question]).rstrip(b"\0")
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise BadInput("this list has no such page", do="begin with its first page") from error


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _key(secret: bytes) -> bytes:
    return hashlib.sha512(b"fairlead place of a page\0" + secret).digest()
