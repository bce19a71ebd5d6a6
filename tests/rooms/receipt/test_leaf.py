"""The leaf's exact bytes, and that it fixes type, payload, signature and key."""

from __future__ import annotations

import base64
import hashlib

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given
from hypothesis import strategies as st

from fairlead.envelope import Envelope, Signature, SigningKey, decode, encode, pae, sign
from fairlead.errors import BadSignature, MalformedBytes
from fairlead.receipt.leaf import SPKI_PREFIX, check_leaf, leaf_from, leaf_of
from tests.rooms.receipt.folder import KEY, STRANGER

ENVELOPE = sign("use-receipt", {"a": 1}, [KEY])


def test_the_leaf_has_exactly_the_promised_shape() -> None:
    signed = hashlib.sha256(pae(ENVELOPE.payload_type, b'{"a":1}')).digest()
    spki = base64.b64encode(SPKI_PREFIX + KEY.public.raw).decode()
    assert decode(leaf_of(ENVELOPE, KEY.public)) == {
        "apiVersion": "0.0.2",
        "kind": "hashedrekord",
        "spec": {
            "hashedRekordV002": {
                "data": {"algorithm": "SHA2_256", "digest": base64.b64encode(signed).decode()},
                "signature": {
                    "content": ENVELOPE.signatures[0].sig,
                    "verifier": {"keyDetails": "PKIX_ED25519", "publicKey": {"rawBytes": spki}},
                },
            }
        },
    }


def test_the_key_in_the_leaf_is_what_another_library_reads() -> None:
    key = load_der_public_key(SPKI_PREFIX + KEY.public.raw)
    assert key.public_bytes_raw() == KEY.public.raw


def test_frozen_bytes() -> None:
    assert (
        hashlib.sha256(leaf_of(ENVELOPE, KEY.public)).hexdigest() == "ac02b297257c4a13282f519b44972a621b548bf908ee27aa0718ccfde21e2807"
    )
    assert len(leaf_of(ENVELOPE, KEY.public)) == 406


def test_another_payload_type_signature_or_key_is_another_leaf() -> None:
    leaf = leaf_of(ENVELOPE, KEY.public)
    assert check_leaf(leaf, ENVELOPE, KEY.public)
    assert not check_leaf(leaf, sign("use-receipt", {"a": 2}, [KEY]), KEY.public)
    assert not check_leaf(leaf, sign("refusal-receipt", {"a": 1}, [KEY]), KEY.public)
    assert not check_leaf(leaf, sign("use-receipt", {"a": 1}, [STRANGER]), KEY.public)
    assert not check_leaf(leaf, ENVELOPE, STRANGER.public)
    assert not check_leaf(leaf + b" ", ENVELOPE, KEY.public)


def test_a_leaf_is_of_one_strict_signature() -> None:
    for signatures in ((), ENVELOPE.signatures * 2):
        with pytest.raises(BadSignature):
            leaf_of(msgspec.structs.replace(ENVELOPE, signatures=signatures), KEY.public)
    loose = msgspec.structs.replace(ENVELOPE.signatures[0], sig=ENVELOPE.signatures[0].sig.rstrip("="))
    with pytest.raises(MalformedBytes):
        leaf_of(msgspec.structs.replace(ENVELOPE, signatures=(loose,)), KEY.public)


@given(st.text(max_size=40), st.binary(max_size=400), st.binary(max_size=80), st.binary(min_size=32, max_size=32))
def test_the_leaf_written_from_its_pieces_is_the_canonical_encoding(kind: str, payload: bytes, signature: bytes, seed: bytes) -> None:
    key, own = SigningKey(seed).public, base64.b64encode(signature).decode()
    sealed = Envelope(payload=base64.b64encode(payload).decode(), payload_type=kind, signatures=(Signature(sig=own),))
    verifier = {"keyDetails": "PKIX_ED25519", "publicKey": {"rawBytes": base64.b64encode(SPKI_PREFIX + key.raw).decode()}}
    digest = base64.b64encode(hashlib.sha256(pae(kind, payload)).digest()).decode()
    held = {"data": {"algorithm": "SHA2_256", "digest": digest}, "signature": {"content": own, "verifier": verifier}}
    whole = encode({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": held}})
    assert leaf_of(sealed, key) == leaf_from(kind, payload, own, key) == whole
