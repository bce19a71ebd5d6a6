"""DSSE envelopes (secure-systems-lab/dsse protocol v1.0.2) over canonical JSON.

1. What is signed is PAE(payload type, payload): the type is inside the signature, so a grant cannot be replayed as a receipt.
2. A signature without a key id is legal: the key id is a hint, and every known key is tried.
3. A threshold counts distinct keys, never signatures.
4. The payload is read only after enough signatures held.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from fairlead.envelope.base64 import unbase64
from fairlead.envelope.canonical import JsonValue, encode, read_as
from fairlead.envelope.keys import KeyId, PublicKey, SigningKey
from fairlead.errors import BadSignature

TYPE_PREFIX: Final = "application/vnd.fairlead."
TYPE_SUFFIX: Final = "+json;v=1"
SIGNATURES_MAX: Final = 32


class Signature(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One signature: base64 of 64 bytes, and a hint which key made it."""

    sig: str
    keyid: str = ""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Base64 payload, its type, and the signatures over both."""

    payload: str
    payload_type: str
    signatures: tuple[Signature, ...]

    @property
    def payload_bytes(self) -> bytes:
        """The signed bytes; trust them only after `verify`. Raises MalformedBytes when not strict base64."""
        return unbase64(self.payload)

    @property
    def kind(self) -> str:
        """The record kind inside the payload type, e.g. `use-receipt`; empty when the type is not one of ours."""
        ours = self.payload_type.startswith(TYPE_PREFIX) and self.payload_type.endswith(TYPE_SUFFIX)
        return self.payload_type[len(TYPE_PREFIX) : -len(TYPE_SUFFIX)] if ours else ""


def type_of(kind: str) -> str:
    return f"{TYPE_PREFIX}{kind}{TYPE_SUFFIX}"


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE v1 pre-authentication encoding: lengths in ASCII decimal, separated by single spaces."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(kind: str, payload: JsonValue, keys: Sequence[SigningKey]) -> Envelope:
    """An envelope over the canonical bytes of `payload`, signed by every key in order."""
    raw = encode(payload)
    message = pae(type_of(kind), raw)
    return Envelope(
        payload=base64.b64encode(raw).decode("ascii"),
        payload_type=type_of(kind),
        signatures=tuple(Signature(keyid=key.public.keyid, sig=base64.b64encode(key.sign(message)).decode("ascii")) for key in keys),
    )


def verify(envelope: Envelope, keys: Iterable[PublicKey], *, kind: str, threshold: int = 1) -> frozenset[KeyId]:
    """The key ids among `keys` that signed; raises BadSignature below `threshold` or when the kind is another."""
    # 1. The type is part of what was signed, and must be the one the caller expects.
    if envelope.payload_type != type_of(kind):
        raise BadSignature("envelope is of another kind", where=envelope.payload_type, why=f"expected {type_of(kind)}")
    if threshold < 1 or len(envelope.signatures) > SIGNATURES_MAX:
        raise BadSignature("envelope cannot be judged", why=f"threshold {threshold}, {len(envelope.signatures)} signatures")
    message = pae(envelope.payload_type, envelope.payload_bytes)
    # 2. Distinct keys are counted; the key id only says which to try first.
    known = tuple(keys)
    signers: set[KeyId] = set()
    for signature in envelope.signatures:
        raw = unbase64(signature.sig)
        hinted = [key for key in known if key.keyid == signature.keyid] or list(known)
        signers.update(key.keyid for key in hinted if key.says(message, raw))
    if len(signers) < threshold:
        raise BadSignature(
            "not enough valid signatures", where=envelope.payload_type, why=f"{len(signers)} of {threshold} distinct keys"
        )
    return frozenset(signers)


def envelope_to_json(envelope: Envelope) -> bytes:
    """The envelope as canonical JSON bytes, as kept in files and the log."""
    value: JsonValue = msgspec.to_builtins(envelope)
    return encode(value)


def envelope_from_json(raw: bytes) -> Envelope:
    """Parse canonical envelope bytes; an unknown field, or one written that should be absent, is refused. Raises MalformedBytes."""
    return read_as(raw, Envelope)
