"""The leaf of an envelope: what the log holds of it, which tells nobody what it says.

1. The form is that of Rekor's hashedrekord 0.0.2, as canonical JSON: digest of what was signed, signature, key. No compatibility with
   a public Rekor is claimed: it refuses plain Ed25519 there.
2. Checking the signature needs the envelope; the leaf alone fixes which envelope that is.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from fairlead.envelope import Envelope, PublicKey, pae
from fairlead.envelope.base64 import unbase64
from fairlead.errors import BadSignature

# The canonical JSON of an entry, cut where its three values stand; base64 needs no escaping (RFC 8785).
HEAD: Final = b'{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":"SHA2_256","digest":"'
BEFORE_CONTENT: Final = b'"},"signature":{"content":"'
BEFORE_KEY: Final = b'","verifier":{"keyDetails":"PKIX_ED25519","publicKey":{"rawBytes":"'
TAIL: Final = b'"}}}}}}'
SPKI_PREFIX: Final = bytes.fromhex("302a300506032b6570032100")  # RFC 8410 section 4: SubjectPublicKeyInfo of an Ed25519 key


def leaf_of(envelope: Envelope, public_key: PublicKey) -> bytes:
    """The leaf bytes. Raises BadSignature unless there is exactly one signature, MalformedBytes when it is not base64."""
    if len(envelope.signatures) != 1:
        raise BadSignature("a leaf holds one signature", where=envelope.payload_type, why=f"{len(envelope.signatures)} are here")
    return leaf_from(envelope.payload_type, envelope.payload_bytes, envelope.signatures[0].sig, public_key)


def leaf_from(payload_type: str, payload: bytes, signature: str, public_key: PublicKey) -> bytes:
    """The leaf of an envelope with this one signature, as base64, whose payload was read already. Raises MalformedBytes."""
    digest = base64.b64encode(hashlib.sha256(pae(payload_type, payload)).digest())
    content = base64.b64encode(unbase64(signature))
    return b"".join((HEAD, digest, BEFORE_CONTENT, content, BEFORE_KEY, base64.b64encode(SPKI_PREFIX + public_key.raw), TAIL))


def check_leaf(leaf: bytes, envelope: Envelope, public_key: PublicKey) -> bool:
    """Whether `leaf` is, to the byte, the leaf of this envelope. Raises what `leaf_of` raises."""
    return leaf == leaf_of(envelope, public_key)
