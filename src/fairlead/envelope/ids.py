"""Names of things: digests of canonical bytes, and random ids that tell a reader nothing.

An id is 128 random bits handed in by the shell, never a counter: a counter would tell how much a reader does not see (P7).
"""

from __future__ import annotations

from typing import NewType

from fairlead.errors import BadInput

Digest = NewType("Digest", str)
HoldingId = NewType("HoldingId", str)

ID_BYTES = 16


def new_id(random_bytes: bytes) -> HoldingId:
    """An id from 16 random bytes, as 32 hex digits. Raises BadInput when they are not 16."""
    if len(random_bytes) != ID_BYTES:
        raise BadInput("an id needs 16 random bytes", where=str(len(random_bytes)))
    return HoldingId(random_bytes.hex())
