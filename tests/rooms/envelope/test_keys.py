"""Keys: 32 bytes, an id that is their digest, and a no for every signature that is not one."""

from __future__ import annotations

import hashlib

import pytest

from fairlead.envelope import PublicKey, SigningKey
from fairlead.errors import BadSignature

KEY = SigningKey(bytes(range(32)))


def test_a_key_signs_and_only_it_verifies() -> None:
    signature = KEY.sign(b"message")
    assert KEY.public.says(b"message", signature)
    assert not KEY.public.says(b"messagf", signature)
    assert not SigningKey(b"\x01" * 32).public.says(b"message", signature)


def test_every_malformed_signature_is_a_no() -> None:
    signature = KEY.sign(b"message")
    for wrong in (b"", signature[:-1], signature + b"\x00", bytes(64), b"\xff" * 64, signature[32:] + signature[:32]):
        assert not KEY.public.says(b"message", wrong)
    for at in range(len(signature)):
        assert not KEY.public.says(b"message", signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :])


def test_a_key_id_is_the_digest_of_the_key() -> None:
    assert KEY.public.keyid == hashlib.sha256(KEY.public.raw).hexdigest()


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(BadSignature):
        PublicKey(bytes(size))
    with pytest.raises(BadSignature):
        SigningKey(bytes(size))


def test_a_public_key_survives_its_text() -> None:
    assert PublicKey.from_text(KEY.public.text()) == KEY.public
    assert len({KEY.public, PublicKey.from_text(KEY.public.text())}) == 1
    assert KEY.public != SigningKey(b"\x01" * 32).public
    assert KEY.public != KEY.public.raw


@pytest.mark.parametrize(
    "text", ["", "QQ==", "x", "é", "A" * 44, KEY.public.raw.hex(), KEY.public.text() + "\n", " " + KEY.public.text()]
)
def test_other_text_is_no_public_key(text: str) -> None:
    with pytest.raises(BadSignature):
        PublicKey.from_text(text)


def test_a_public_key_has_one_spelling() -> None:
    text = KEY.public.text()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = text[:-2] + letters[letters.index(text[-2]) ^ 1] + "="
    with pytest.raises(BadSignature):
        PublicKey.from_text(other)


def test_a_signing_key_does_not_print_its_secret() -> None:
    assert KEY.seed.hex() not in repr(KEY)
    assert KEY.public.keyid[:12] in repr(KEY)
