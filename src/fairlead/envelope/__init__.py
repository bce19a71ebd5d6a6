"""Canonical bytes, signatures over them, and ids: everything above stands on these."""

from fairlead.envelope.canonical import JsonValue, decode, digest_of, encode, read_as, sha256_hex
from fairlead.envelope.dsse import Envelope, Signature, envelope_from_json, envelope_to_json, pae, sign, verify
from fairlead.envelope.ids import Digest, HoldingId, new_id
from fairlead.envelope.keys import KeyId, PublicKey, SigningKey

__all__ = [
    "Digest",
    "Envelope",
    "HoldingId",
    "JsonValue",
    "KeyId",
    "PublicKey",
    "Signature",
    "SigningKey",
    "decode",
    "digest_of",
    "encode",
    "envelope_from_json",
    "envelope_to_json",
    "new_id",
    "pae",
    "read_as",
    "sha256_hex",
    "sign",
    "verify",
]
