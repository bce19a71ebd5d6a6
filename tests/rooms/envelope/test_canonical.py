"""Canonical bytes: one form of each value, and nothing else is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.envelope import JsonValue, decode, digest_of, encode, new_id, sha256_hex
from fairlead.envelope.canonical import DEPTH_MAX, SAFE_INTEGER
from fairlead.errors import BadInput, MalformedBytes

LETTERS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.booleans() | st.integers(-SAFE_INTEGER, SAFE_INTEGER) | LETTERS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(LETTERS, inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_encoded_decodes_to_the_same_bytes(value: JsonValue) -> None:
    raw = encode(value)
    assert decode(raw) == value
    assert encode(decode(raw)) == raw
    assert digest_of(value) == sha256_hex(raw)


@given(st.dictionaries(LETTERS, st.integers(0, 9), max_size=8))
def test_the_order_in_which_a_value_was_made_does_not_matter(value: dict[str, int]) -> None:
    assert encode(dict(reversed(value.items()))) == encode(value)


@given(VALUES)
def test_a_value_spelled_otherwise_is_refused(value: JsonValue) -> None:
    raw = encode(value)
    for other in (raw + b"\n", b" " + raw, raw + raw, b"\xef\xbb\xbf" + raw, raw[:-1] + b"\x00"):
        with pytest.raises(MalformedBytes):
            decode(other)
    loose = json.dumps(value, indent=1).encode()
    if loose != raw:
        with pytest.raises(MalformedBytes):
            decode(loose)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[1,]",
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"a": 1}',
        b'{"a":null}',
        b"null",
        b'"\\u0041"',
        b'"\\/"',
        b'"\x80"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b"'a'",
        b"[1.5]",
        b"[1e2]",
        b"[-0]",
        b"[" + b"9" * 5000 + b"]",
        b"[" * 5000 + b"]" * 5000,
    ],
)
def test_bytes_in_another_form_are_refused(raw: bytes) -> None:
    with pytest.raises(MalformedBytes):
        decode(raw)


@pytest.mark.parametrize(
    "value", [None, 1.0, float("nan"), [None], {"a": None}, {1: 2}, b"x", {1, 2}, object(), 2**53, -(2**53), "\ud800"]
)
def test_values_without_a_canonical_form_are_refused(value: JsonValue) -> None:
    with pytest.raises(MalformedBytes):
        encode(value)


def test_depth_is_bounded() -> None:
    def nested(depth: int) -> JsonValue:
        return [] if depth == 0 else [nested(depth - 1)]

    assert decode(encode(nested(DEPTH_MAX))) == nested(DEPTH_MAX)
    with pytest.raises(MalformedBytes):
        encode(nested(DEPTH_MAX + 1))


def test_an_id_is_sixteen_random_bytes() -> None:
    assert new_id(bytes(range(16))) == "000102030405060708090a0b0c0d0e0f"
    for wrong in (b"", bytes(15), bytes(17)):
        with pytest.raises(BadInput):
            new_id(wrong)
