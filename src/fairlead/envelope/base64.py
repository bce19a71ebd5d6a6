"""Strict standard base64 (RFC 4648 section 4): one text for given bytes, no other accepted.

DSSE lets a verifier also take the URL-safe alphabet; we do not, so that a record has one spelling and one digest.
"""

from __future__ import annotations

import base64
import binascii

from fairlead.errors import MalformedBytes


def unbase64(text: str) -> bytes:
    """Strict standard base64: padding bits that are not zero are rejected, so no two texts mean the same bytes."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedBytes("text is not base64", why=str(error)) from error
    if base64.b64encode(raw).decode("ascii") != text:
        raise MalformedBytes("base64 is not in its one strict form")
    return raw
