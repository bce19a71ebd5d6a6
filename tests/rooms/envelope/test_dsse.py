"""Envelopes: the type is signed, keys are counted and not signatures, and there is one spelling of base64."""

from __future__ import annotations

import msgspec
import pytest

from fairlead.envelope import Envelope, Signature, SigningKey, decode, encode, envelope_from_json, envelope_to_json, sign, verify
from fairlead.envelope.dsse import SIGNATURES_MAX, type_of, unbase64
from fairlead.errors import BadSignature, MalformedBytes

ONE, TWO, THREE = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3))
PAYLOAD = {"text": "hello", "number": 1}


def resigned(envelope: Envelope, *signatures: Signature) -> Envelope:
    return msgspec.structs.replace(envelope, signatures=signatures)


def test_what_is_signed_verifies_and_reads_back() -> None:
    envelope = sign("order", PAYLOAD, [ONE])
    assert verify(envelope, [ONE.public], kind="order") == {ONE.public.keyid}
    assert envelope.kind == "order"
    assert decode(envelope.payload_bytes) == PAYLOAD
    assert envelope_from_json(envelope_to_json(envelope)) == envelope


def test_another_key_payload_or_type_does_not_verify() -> None:
    envelope = sign("order", PAYLOAD, [ONE])
    with pytest.raises(BadSignature):
        verify(envelope, [TWO.public], kind="order")
    with pytest.raises(BadSignature):
        verify(envelope, [], kind="order")
    other = sign("order", {**PAYLOAD, "number": 2}, [ONE])
    with pytest.raises(BadSignature):
        verify(msgspec.structs.replace(envelope, payload=other.payload), [ONE.public], kind="order")
    # A grant cannot be replayed as an order: neither by asking for the other kind, nor by renaming the type.
    with pytest.raises(BadSignature, match="another kind"):
        verify(envelope, [ONE.public], kind="grant")
    with pytest.raises(BadSignature):
        verify(msgspec.structs.replace(envelope, payload_type=type_of("grant")), [ONE.public], kind="grant")


def test_a_signature_without_a_key_id_or_with_a_wrong_one_is_tried_with_every_key() -> None:
    envelope = sign("order", PAYLOAD, [ONE])
    for hint in ("", "nonsense"):
        nameless = resigned(envelope, Signature(sig=envelope.signatures[0].sig, keyid=hint))
        assert verify(nameless, [TWO.public, ONE.public], kind="order") == {ONE.public.keyid}
    assert b"keyid" not in envelope_to_json(resigned(envelope, Signature(sig=envelope.signatures[0].sig)))


def test_a_key_id_only_hints_it_never_vouches() -> None:
    envelope = sign("order", PAYLOAD, [ONE])
    borrowed = resigned(envelope, Signature(sig=envelope.signatures[0].sig, keyid=TWO.public.keyid))
    with pytest.raises(BadSignature):
        verify(borrowed, [TWO.public], kind="order")


def test_a_threshold_counts_distinct_keys() -> None:
    both = sign("order", PAYLOAD, [ONE, TWO])
    known = [ONE.public, TWO.public, THREE.public]
    assert verify(both, known, kind="order", threshold=2) == {ONE.public.keyid, TWO.public.keyid}
    with pytest.raises(BadSignature, match="2 of 3"):
        verify(both, known, kind="order", threshold=3)
    once = both.signatures[0]
    for signatures in ((once, once), (once, Signature(sig=once.sig)), (once, once, once)):
        with pytest.raises(BadSignature, match="1 of 2"):
            verify(resigned(both, *signatures), known, kind="order", threshold=2)
    with pytest.raises(BadSignature, match="1 of 2"):  # a key listed twice among the known is still one key
        verify(sign("order", PAYLOAD, [ONE, ONE]), [ONE.public, ONE.public], kind="order", threshold=2)


def test_a_bad_signature_beside_good_ones_does_not_count() -> None:
    envelope = sign("order", PAYLOAD, [ONE, TWO])
    broken = Signature(sig=sign("order", {"other": 1}, [THREE]).signatures[0].sig, keyid=THREE.public.keyid)
    mixed = resigned(envelope, broken, *envelope.signatures)
    assert len(verify(mixed, [ONE.public, TWO.public, THREE.public], kind="order", threshold=2)) == 2


@pytest.mark.parametrize("threshold", [0, -1])
def test_no_threshold_below_one(threshold: int) -> None:
    with pytest.raises(BadSignature):
        verify(sign("order", PAYLOAD, [ONE]), [ONE.public], kind="order", threshold=threshold)


def test_signatures_are_bounded_and_at_least_one_is_needed() -> None:
    envelope = sign("order", PAYLOAD, [ONE])
    with pytest.raises(BadSignature):
        verify(resigned(envelope), [ONE.public], kind="order")
    with pytest.raises(BadSignature):
        verify(resigned(envelope, *envelope.signatures * (SIGNATURES_MAX + 1)), [ONE.public], kind="order")


@pytest.mark.parametrize(
    "text", ["QQ", "QQ=", "QR==", "QQ==\n", " QQ==", "QQ== ", "Q Q==", "Q-==", "QQ==QQ==", "QQ===", "=", "é", "QUF="]
)
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(MalformedBytes):
        unbase64(text)


def test_strict_base64_reads_what_it_should() -> None:
    assert [unbase64(text) for text in ("", "QQ==", "QUE=", "QUFB", "+/+/")] == [b"", b"A", b"AA", b"AAA", b"\xfb\xff\xbf"]


@pytest.mark.parametrize("field", ["payload", "signature"])
def test_an_envelope_in_loose_base64_is_refused(field: str) -> None:
    envelope = sign("order", PAYLOAD, [ONE])
    if field == "payload":
        loose = msgspec.structs.replace(envelope, payload=envelope.payload + "\n")
    else:
        loose = resigned(envelope, Signature(sig=envelope.signatures[0].sig.rstrip("=")))
    with pytest.raises(MalformedBytes):
        verify(loose, [ONE.public], kind="order")


@pytest.mark.parametrize(
    "payload_type", ["", "order", "application/json", "application/vnd.fairlead.order+json", "application/vnd.fairlead.order+json;v=2"]
)
def test_a_type_that_is_not_ours_has_no_kind(payload_type: str) -> None:
    envelope = msgspec.structs.replace(sign("order", PAYLOAD, [ONE]), payload_type=payload_type)
    assert envelope.kind == ""
    with pytest.raises(BadSignature):
        verify(envelope, [ONE.public], kind="order")


def test_no_changed_byte_of_an_envelope_keeps_both_its_form_and_its_signature() -> None:
    raw = envelope_to_json(sign("order", PAYLOAD, [ONE]))
    for at in range(len(raw)):
        flipped = raw[:at] + bytes([raw[at] ^ 1 << at % 8]) + raw[at + 1 :]
        try:
            envelope = envelope_from_json(flipped)
            verify(envelope, [ONE.public], kind="order")
        except (MalformedBytes, BadSignature):
            continue
        assert envelope.signatures[0].keyid != ONE.public.keyid, at  # only the hint is outside what is signed


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"payload": "", "payloadType": ""},
        {"payload": 1, "payloadType": "", "signatures": []},
        {"payload": "", "payloadType": "", "signatures": [{}]},
        {"payload": "", "payloadType": "", "signatures": {"sig": ""}},
    ],
)
def test_bytes_that_are_no_envelope_are_refused(value: object) -> None:
    with pytest.raises(MalformedBytes):
        envelope_from_json(encode(value))  # type: ignore[arg-type]


def test_an_envelope_is_read_only_in_canonical_form() -> None:
    raw = envelope_to_json(sign("order", PAYLOAD, [ONE]))
    for other in (raw + b"\n", raw.replace(b":", b": ", 1), b""):
        with pytest.raises(MalformedBytes):
            envelope_from_json(other)


@pytest.mark.parametrize(
    "more", [{"extra": 1}, {"signatures": [{"sig": "QQ==", "extra": "x"}]}, {"signatures": [{"sig": "QQ==", "keyid": ""}]}]
)
def test_an_envelope_with_a_field_nobody_reads_is_refused(more: dict[str, object]) -> None:
    value = {"payload": "", "payloadType": "", "signatures": [], **more}
    with pytest.raises(MalformedBytes):
        envelope_from_json(encode(value))  # type: ignore[arg-type]
