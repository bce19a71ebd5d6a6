"""What kind of number an MMSI is, whether an IMO number holds, and what the statements of a number show to have changed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rooms.picture.scenes import says

from fairlead.picture.identity import FIELDS, Change, changes, distance, imo_holds, kind_of_number
from fairlead.picture.named import named_of
from fairlead.report.statement import MEMORY, Statements, hourly, nothing_stated

MINUTE = 60_000
HOUR = 60  # minutes
A = 256_000_001
# numbers of ships in public registers, without names
REGISTERED = (9_074_729, 9_319_466, 9_176_187, 8_814_275, 9_362_255, 9_839_430, 5_124_162, 1_013_949)


@pytest.mark.parametrize(
    ("mmsi", "kind", "mid", "country"),
    [
        (256_000_001, "ship", 256, True),
        (775_999_999, "ship", 775, True),
        (200_000_000, "ship", 200, False),
        (799_000_000, "ship", 799, False),
        (25_600_001, "group", 256, True),
        (2_560_000, "coast station", 256, True),
        (111_232_001, "aircraft", 232, True),
        (992_561_234, "aid to navigation", 256, True),
        (982_561_234, "craft of a ship", 256, True),
        (970_012_345, "distress device", 0, False),
        (972_012_345, "distress device", 0, False),
        (974_012_345, "distress device", 0, False),
        (971_012_345, "marker", 0, False),
        (900_000_123, "marker", 0, False),
        (823_200_001, "handheld", 232, True),
        (123_456_789, "none", 0, False),
        (112_232_001, "none", 0, False),
        (0, "none", 0, False),
        (-1, "none", 0, False),
        (1_000_000_000, "none", 0, False),
        (999_999_999, "aid to navigation", 999, False),
    ],
)
def test_kinds_of_numbers_follow_from_their_digits(mmsi: int, kind: str, mid: int, country: bool) -> None:
    found = kind_of_number(mmsi)
    assert (found.kind, found.mid, bool(found.country)) == (kind, mid, country)


@pytest.mark.parametrize("imo", REGISTERED)
def test_registered_imo_numbers_hold_and_no_single_wrong_digit_does_but_for_the_rule_s_own_blind_spots(imo: int) -> None:
    assert imo_holds(imo)
    assert not any(imo_holds(imo - imo % 10 + last) for last in range(10) if last != imo % 10)
    digits = str(imo)
    for place, weight in enumerate(range(7, 1, -1)):
        for digit in "0123456789":
            other = int(digits[:place] + digit + digits[place + 1 :])
            blind = (int(digit) - int(digits[place])) * weight % 10 == 0 and other >= 1_000_000
            assert imo_holds(other) == blind


@pytest.mark.parametrize("imo", [0, 7, 999_999, 10_000_003, 907_472_9 * 10, -9_074_729])
def test_what_has_not_seven_digits_is_no_imo_number(imo: int) -> None:
    assert not imo_holds(imo)


def spoken(*parts: Statements) -> Statements:
    return named_of(hourly(parts)).of(A)


def weights(*parts: Statements) -> list[tuple[str, str, str, str, bool]]:
    return [(one.field, one.old, one.new, one.weight, one.alternating) for one in changes(spoken(*parts))]


@pytest.mark.parametrize(
    ("old", "new", "weight"),
    [
        (b"SEA WOLF", b"SEA WOLE", "typing"),
        (b"SEA WOLF", b"SEA WOO", "typing"),
        (b"SEA WOLF", b"SEE WALE", "another"),
        (b"SEA WOLF", b"SEA WOLF II", "filled in"),
        (b"SEA WOLF", b"SEA", "filled in"),
        (b"SEA WOLF", b"BRIGHT DAY", "another"),
    ],
)
def test_two_letters_are_typing_a_beginning_fills_in_and_the_rest_is_another(old: bytes, new: bytes, weight: str) -> None:
    assert weights(says(A, 0, name=old), says(A, HOUR, name=new)) == [("name", old.decode(), new.decode(), weight, False)]


def test_a_change_says_when_the_new_began_and_was_said_last() -> None:
    first, second, third = says(A, 10, name=b"SEA WOLF"), says(A, 70, name=b"BRIGHT DAY"), says(A, 200, name=b"BRIGHT DAY")
    (one,) = changes(spoken(first, second, third))
    assert one == Change(
        mmsi=A,
        field="name",
        old="SEA WOLF",
        new="BRIGHT DAY",
        from_ms=int(second.first_ms[0]),
        to_ms=int(third.last_ms[0]),
        weight="another",
        alternating=False,
    )


def test_values_said_by_turns_are_alternating() -> None:
    def said(*names: bytes) -> list[tuple[str, bool]]:
        return [(one[3], one[4]) for one in weights(*(says(A, HOUR * hour, name=name) for hour, name in enumerate(names)))]

    assert said(b"SEA WOLF", b"BRIGHT DAY", b"SEA WOLF") == [("another", True)] * 2
    assert said(b"SEA WOLF", b"BRIGHT DAY", b"COLD HARBOUR") == [("another", False)] * 2


def test_imo_numbers_that_hold_are_another_and_others_a_typing_error() -> None:
    assert weights(says(A, 0, imo=9_074_729), says(A, HOUR, imo=9_319_466)) == [("imo", "9074729", "9319466", "another", False)]
    assert weights(says(A, 0, imo=9_074_729), says(A, HOUR, imo=9_074_728)) == [("imo", "9074729", "9074728", "typing", False)]
    assert weights(says(A, 0, imo=9_074_728), says(A, HOUR, imo=9_319_466)) == [("imo", "9074728", "9319466", "typing", False)]


def test_a_voyage_is_no_identity_and_what_is_empty_says_nothing() -> None:
    assert weights(says(A, 0, destination=b"HAVEN"), says(A, HOUR, destination=b"ELSEWHERE")) == [
        ("destination", "HAVEN", "ELSEWHERE", "voyage", False)
    ]
    assert weights(says(A, 0, draught_dm=40), says(A, HOUR, draught_dm=90)) == [("draught_dm", "40", "90", "voyage", False)]
    assert weights(says(A, 0, name=b"SEA WOLF"), says(A, HOUR, name=b""), says(A, 2 * HOUR, name=b"SEA WOLF")) == []


def test_a_receiver_s_memory_is_no_change_and_comes_after_what_is_said() -> None:
    own, old = says(A, 0, name=b"SEA WOLF"), says(A, HOUR, name=b"BRIGHT DAY", part=MEMORY)
    assert changes(spoken(own, old)) == []
    known = named_of(hourly([own, old]))
    assert known.names(A) == ["SEA WOLF", "BRIGHT DAY"]
    assert (known.changing(), known.restless) == ([], frozenset())


def test_named_tells_the_latest_and_who_changed() -> None:
    stated = hourly([says(A, 0, name=b"SEA WOLF", imo=9_074_729), says(A, HOUR, name=b"BRIGHT DAY"), says(A + 1, 0, name=b"SEA WOLF")])
    known = named_of(stated)
    assert known.names(A) == ["BRIGHT DAY", "SEA WOLF"]
    assert (known.latest("name", A), known.latest("imo", A), known.latest("imo", A + 1), known.latest("name", 0)) == (
        "BRIGHT DAY",
        "9074729",
        "",
        "",
    )
    assert known.changing() == [A]
    assert known.names(0) == []


def test_changes_of_nothing_are_none_and_all_come_in_order_of_time() -> None:
    assert changes(nothing_stated()) == []
    found = changes(
        spoken(
            says(A, 0, name=b"SEA WOLF", call_sign=b"AAA1", ship_type=70, length_m=100, beam_m=20),
            says(A, HOUR, name=b"BRIGHT DAY", call_sign=b"ZZZ9", ship_type=80, length_m=250, beam_m=31),
        )
    )
    assert [one.field for one in found] == ["beam_m", "call_sign", "length_m", "name", "ship_type"]
    assert {one.field for one in found} < set(FIELDS)


@given(st.text("AB ", max_size=6), st.text("AB ", max_size=6), st.text("AB ", max_size=6))
def test_the_distance_of_two_texts_is_a_distance(one: str, other: str, third: str) -> None:
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one, other) == distance(other, one)
    assert distance(one, third) <= distance(one, other) + distance(other, third)
    assert abs(len(one) - len(other)) <= distance(one, other) <= max(len(one), len(other))


def test_text_that_cannot_be_printed_is_left_out() -> None:
    known = named_of(hourly([says(A, 0, name=b"SEA\x07 WOLF"), says(A + 1, 0, name=b"\x07\x01")]))
    assert (known.names(A), known.names(A + 1)) == (["SEA WOLF"], [])
    assert np.array_equal(known.of(A).mmsi, [A])
