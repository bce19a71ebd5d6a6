"""Ed25519 keys (RFC 8032) as values: sign and verify, nothing about where they are kept.

A key id is the SHA-256 of the 32 raw public bytes, in hex: it names the key and claims nothing about its holder.
"""

from __future__ import annotations

import base64
import hashlib
from typing import NewType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fairlead.envelope.base64 import unbase64
from fairlead.errors import BadSignature, MalformedBytes

KeyId = NewType("KeyId", str)
KEY_BYTES = 32


class PublicKey:
    """The public half: 32 raw bytes, its id, and a yes or no about a signature."""

    __slots__ = ("_key", "keyid", "raw")

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise BadSignature("a public key is not 32 bytes", where=str(len(raw)))
        self.raw = raw
        self.keyid = KeyId(hashlib.sha256(raw).hexdigest())
        self._key = Ed25519PublicKey.from_public_bytes(raw)

    @classmethod
    def from_text(cls, text: str) -> PublicKey:
        """From standard base64 of the raw bytes. Raises BadSignature when it is anything else."""
        try:
            return cls(unbase64(text))
        except MalformedBytes as error:
            raise BadSignature("a public key is not base64", why=error.why) from error

    def text(self) -> str:
        return base64.b64encode(self.raw).decode("ascii")

    def says(self, message: bytes, signature: bytes) -> bool:
        """Whether this key signed `message`. Total: any malformed signature is a no."""
        try:
            self._key.verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def __reduce__(self) -> tuple[type[PublicKey], tuple[bytes]]:
        return PublicKey, (self.raw,)  # to another process by its bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and other.raw == self.raw

    def __hash__(self) -> int:
        return hash(self.raw)


class SigningKey:
    """The private half, made from 32 secret bytes that the shell draws and keeps."""

    __slots__ = ("_key", "public", "seed")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEY_BYTES:
            raise BadSignature("a signing key is not 32 bytes", where=str(len(seed)))
        self.seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(self._key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"SigningKey({self.public.keyid[:12]}...)"
