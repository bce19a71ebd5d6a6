"""Decimal text to integer units: exact, rounded half to even, and never a guess."""

from __future__ import annotations

import contextlib
import datetime
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.errors import BadInput
from fairlead.intake.parsed import course, heading, instant, mmsi_of, name_of, number, position, scaled, speed

JUNK = st.one_of(
    st.text(max_size=30), st.sampled_from(["NaN", "inf", "-inf", "1e3", "1E3", "0x10", "1_000", "١٢", "1,5", "--1", ".", "-", "+"])
)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=9), st.integers(0, 7))
def test_scaling_is_what_decimal_arithmetic_says(value, digits):
    wanted = int((value * 10**digits).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    assert scaled(f"{value:f}", digits, what="number") == wanted


@pytest.mark.parametrize(
    ("text", "value"), [("0.25", 2), ("0.35", 4), ("-0.25", -2), ("0.250001", 3), ("5.", 50), ("+1.0", 10), (" 7 ", 70)]
)
def test_halves_go_to_the_even_neighbour(text, value):
    assert scaled(text, 1, what="number") == value


@given(JUNK)
def test_junk_is_refused_as_bad_input_or_is_a_plain_decimal(text):
    try:
        scaled(text, 7, what="number")
    except BadInput:
        return
    assert Decimal(text.strip().rstrip(".")).is_finite()


@pytest.mark.parametrize("text", ["NaN", "inf", "-Infinity", "1e3", "1E3", "0x1F", "1_000", "١٢", "", "1,5", "--1", ".5", "1" * 13])
def test_other_spellings_of_numbers_are_refused(text):
    with pytest.raises(BadInput):
        scaled(text, 1, what="number")


@given(st.integers(-900_000_000, 900_000_000), st.integers(-1_800_000_000, 1_800_000_000))
def test_a_position_written_out_comes_back_as_it_was(lat_e7, lon_e7):
    assert position(_e7(lat_e7), _e7(lon_e7)) == (lat_e7, lon_e7)


def _e7(value: int) -> str:
    return f"{Decimal(value).scaleb(-7):f}"


@pytest.mark.parametrize(("lat", "lon"), [("91", "181"), ("91.000000", "-120.0"), ("34.0", "181.0")])
def test_the_not_available_position_is_no_position(lat, lon):
    assert position(lat, lon) is None


@pytest.mark.parametrize(("lat", "lon"), [("90.0000001", "0"), ("-91", "0"), ("0", "180.0000001"), ("0", "-181"), ("95", "0")])
def test_a_position_off_the_earth_is_refused(lat, lon):
    with pytest.raises(BadInput, match="out of range"):
        position(lat, lon)


@pytest.mark.parametrize(("text", "value"), [("", -1), ("0", 0), ("12.34", 123), ("102.2", 1022), ("102.3", -1)])
def test_speed(text, value):
    assert speed(text) == value


@pytest.mark.parametrize("text", ["-0.1", "102.4", "fast"])
def test_speed_out_of_range(text):
    with pytest.raises(BadInput):
        speed(text)


@pytest.mark.parametrize(("text", "value"), [("", -1), ("0", 0), ("359.9", 3599), ("359.96", -1), ("360", -1), ("409.5", -1)])
def test_course_as_ais_sends_it(text, value):
    assert course(text) == value


@pytest.mark.parametrize(("text", "value"), [("", -1), ("0", 0), ("359.9", 3599), ("360", 0), ("359.96", 0)])
def test_heading_as_people_write_it(text, value):
    assert heading(text, what="course") == value


@pytest.mark.parametrize("text", ["-0.1", "-60.6", "410"])
def test_course_out_of_range(text):
    with pytest.raises(BadInput):
        course(text)
    with pytest.raises(BadInput):
        heading(text, what="course")


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("999999999", 999_999_999), (" 366999618 ", 366_999_618)])
def test_mmsi(text, value):
    assert mmsi_of(text) == value


@pytest.mark.parametrize("text", ["0", "", "1000000000", "-5", "36699961x", "366999618.0", "٣"])
def test_mmsi_out_of_range(text):
    with pytest.raises(BadInput):
        mmsi_of(text)


@given(st.datetimes(datetime.datetime(1990, 1, 1), datetime.datetime(2099, 12, 31)), st.sampled_from(["", "Z", "+00:00"]))
def test_an_instant_written_out_comes_back_to_the_millisecond(when, zone):
    when = when.replace(microsecond=when.microsecond // 1000 * 1000)
    wanted = (when - datetime.datetime(1970, 1, 1)) // datetime.timedelta(milliseconds=1)
    assert instant(when.isoformat(timespec="milliseconds") + zone) == wanted


def test_an_instant_with_an_offset_is_in_utc():
    assert instant("2020-06-30T02:00:00+02:00") == instant("2020-06-30 00:00:00")


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2020-06-30", "2020-02-30T00:00:00", "2020-06-30T24:00:01", "2020-06-30x00:00:00", "2020-06-30T00:00"),
        *(
            "1989-12-31T23:59:59Z",
            "1990-01-01T00:00:00+14:00",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2100-01-01T00:00:00Z",
            "1593475200",
            "2020-W27-2T00:00:00",
            "2020-06-30T00:00:00ZZ",
        ),
    ],
)
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(BadInput, match="time is not"):
        instant(text)


def test_numbers_with_a_range():
    assert (number("", what="length", least=0, most=10), number("7.0", what="length", least=0, most=10)) == (-1, 7)
    with pytest.raises(BadInput, match="length is out of range"):
        number("11", what="length", least=0, most=10)


@pytest.mark.parametrize(
    ("text", "name"), [("  ISLANDER ", "ISLANDER"), ("ÑANDÚ", "AND"), ("A" * 30, "A" * 20), ("BOAT@@@@", "BOAT"), ("A\tB", "AB")]
)
def test_names_are_what_ais_can_carry(text, name):
    assert name_of(text) == name


@given(JUNK, JUNK)
def test_nothing_but_bad_input_is_ever_raised(one, other):
    readers = [
        speed,
        course,
        mmsi_of,
        instant,
        lambda text: heading(text, what="x"),
        lambda text: number(text, what="x", least=0, most=9),
    ]
    for read in (*readers, lambda text: position(text, other)):
        with contextlib.suppress(BadInput):
            read(one)
