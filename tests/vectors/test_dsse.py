"""The published DSSE vector: what is signed for `hello world`, and the envelope of the specification without a key id."""

from __future__ import annotations

from fairlead.envelope import envelope_from_json, envelope_to_json, pae

SPECIFICATION_ENVELOPE = (
    b'{"payload":"aGVsbG8gd29ybGQ=","payloadType":"http://example.com/HelloWorld","signatures":'
    b'[{"sig":"A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="}]}'
)


def test_the_published_pre_authentication_encoding() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("", b"") == b"DSSEv1 0  0 "
    assert pae("\u20ac", b"\x00\xff") == b"DSSEv1 3 \xe2\x82\xac 2 \x00\xff"  # lengths are of bytes


def test_the_published_envelope_without_a_key_id_reads_and_writes_back() -> None:
    envelope = envelope_from_json(SPECIFICATION_ENVELOPE)
    assert envelope.payload_bytes == b"hello world"
    assert envelope.signatures[0].keyid == ""
    assert envelope.kind == ""
    assert envelope_to_json(envelope) == SPECIFICATION_ENVELOPE
