"""RFC 8785: the printed examples that hold no floats (Fairlead has none), and the numbers it must refuse."""

from __future__ import annotations

import pytest

from fairlead.envelope import decode, encode
from fairlead.errors import MalformedBytes

SORTED = {  # section 3.2.3: names are sorted by UTF-16 code units, not by code points
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\U0001f600": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis",
}


def test_names_are_sorted_by_utf_16_code_units() -> None:
    raw = encode(SORTED)
    order = [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]
    found = decode(raw)
    assert isinstance(found, dict)
    assert list(found.values()) == order
    assert raw.startswith(b'{"\\r":"Carriage Return","1":"One","\xc2\x80":"Control"')


def test_the_printed_string_of_section_3_2_2() -> None:
    raw = encode({"string": '\u20ac$\u000f\nA\'B"\\\\"/', "literals": [True, False]})
    wanted = (
        "7b226c69746572616c73223a5b747275652c66616c73655d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d"
    )
    assert raw.hex() == wanted


@pytest.mark.parametrize("number", [0, 1, -1, 10**15, 2**53 - 1, -(2**53) + 1])
def test_integers_are_written_plainly(number: int) -> None:
    assert encode([number]) == f"[{number}]".encode()
    assert decode(f"[{number}]".encode()) == [number]


@pytest.mark.parametrize(
    "raw", [b"[-0]", b"[1.0]", b"[1e3]", b"[9007199254740992]", b"[-9007199254740992]", b"[NaN]", b"[Infinity]", b"[null]", b"[01]"]
)
def test_other_numbers_and_null_are_refused(raw: bytes) -> None:
    with pytest.raises(MalformedBytes):
        decode(raw)
