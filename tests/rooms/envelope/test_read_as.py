"""The quick way to read canonical bytes accepts exactly what the long way accepts, over bytes that were tampered with."""

from __future__ import annotations

import random
from collections.abc import Mapping

import msgspec
import pytest

from fairlead.envelope import Envelope, SigningKey, decode, encode, envelope_to_json, read_as, sign
from fairlead.errors import MalformedBytes


class Shape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything events are made of: text, numbers, lists, maps, yes and no, fields left out."""

    words: str
    codes: tuple[str, ...]
    prints: Mapping[str, str]
    at_ms: int
    held: bool = False
    inner: tuple[dict[str, int], ...] = ()


def long_way(raw: bytes, shape: type[msgspec.Struct]) -> object:
    """As it says on the page of canonical bytes: parsed, encoded again, the same; then the shape, and the same again."""
    try:
        value = msgspec.convert(decode(raw), shape)
    except (MalformedBytes, msgspec.ValidationError):
        return None
    try:
        return value if encode(msgspec.to_builtins(value)) == raw else None
    except MalformedBytes:
        return None


def quick(raw: bytes, shape: type[msgspec.Struct]) -> object:
    try:
        return read_as(raw, shape)
    except MalformedBytes:
        return None


WORDS = ["plain", "", "with space", "é", "a\\b", 'q"q', "null", "0123456789abcdef0123456789", "1" * 20, "\u2028", "tab\t", "x" * 200]


def drawn(rng: random.Random) -> Shape:
    return Shape(
        words=rng.choice(WORDS),
        codes=tuple(rng.sample(["a", "b", "cé", "0" * 17, "z"], rng.randint(0, 3))),
        prints={code: rng.choice(["0" * 64, "ab" * 32]) for code in rng.sample(["p", "q", "r-1", "é"], rng.randint(0, 3))},
        at_ms=rng.choice([0, 1, -5, 2**53 - 1, 1_593_483_000_000]),
        held=rng.random() < 0.5,
        inner=({"n": rng.randint(-3, 3)},) * rng.randint(0, 2),
    )


PIECES = [
    b"null",
    b"1.0",
    b"-0",
    b"1e3",
    b"9007199254740993",
    b'"also":1,',
    b" ",
    b"\\u0041",
    b"\\n",
    b"true",
    b'{"a":1,"a":2}',
    b",",
    b"}",
    b"\xff",
    b"0",
]


def tampered(rng: random.Random, raw: bytes) -> bytes:
    at = rng.randrange(len(raw))
    kind = rng.randrange(5)
    if kind == 0:
        return raw[:at] + rng.choice(PIECES) + raw[at:]
    if kind == 1:
        return raw[:at] + raw[at + 1 :]
    if kind == 2:
        return raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]
    if kind == 3:  # a field with its default written out, or another order of keys
        value = msgspec.json.decode(raw)
        value["held"] = bool(value.get("held"))
        return msgspec.json.encode(dict(sorted(value.items(), key=lambda item: rng.random())))
    numbers = [n for n in range(len(raw)) if raw[n : n + 1].isdigit() and raw[n - 1 : n] in (b":", b",", b"[")]
    if not numbers:
        return raw
    at = rng.choice(numbers)
    return raw[:at] + rng.choice([b"1.0", b"01", b"-0", b"9007199254740993", b"1e2", b"null", b"99999999999999999999"]) + raw[at + 1 :]


def test_the_quick_way_is_the_long_way() -> None:
    rng, taken, refused = random.Random(11), 0, 0
    for _ in range(4000):
        raw = encode(msgspec.to_builtins(drawn(rng)))
        assert quick(raw, Shape) is not None
        bad = tampered(rng, raw)
        expected = long_way(bad, Shape)
        assert quick(bad, Shape) == expected, bad
        taken += expected is not None
        refused += expected is None
    assert taken > 400
    assert refused > 1500


def test_the_quick_way_is_the_long_way_for_envelopes() -> None:
    rng, key = random.Random(12), SigningKey(bytes(32))
    raw = envelope_to_json(sign("grant", {"id": "x", "words": "é"}, [key, key]))
    assert isinstance(quick(raw, Envelope), Envelope)
    for _ in range(2000):
        at = rng.randrange(len(raw))
        bad = raw[:at] + rng.choice([*PIECES, bytes([rng.randrange(256)])]) + raw[at + rng.randrange(2) :]
        assert quick(bad, Envelope) == long_way(bad, Envelope), bad


def test_a_field_more_than_the_shape_has_is_refused() -> None:
    raw = encode({"at_ms": 1, "codes": [], "prints": {}, "words": "x"})
    assert read_as(raw, Shape).at_ms == 1
    for more in ({"also": 1}, {"held": False}, {"inner": []}):
        with pytest.raises(MalformedBytes):
            read_as(encode({"at_ms": 1, "codes": [], "prints": {}, "words": "x", **more}), Shape)
