"""A sighting report: typed, labelled, exact; and a label in it can only narrow its feed's."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.envelope import decode, encode
from fairlead.errors import BadFile, BadInput, ExcludedUse, FairleadError, LabelFault, UnknownCode
from fairlead.intake.layout.sighting import BYTES_MAX, label_of, parse_sighting, read_sighting, row_of
from fairlead.intake.scenario import load_scenario
from fairlead.intake.synthetic import smuggling_run
from fairlead.label import Label, narrower_or_equal
from fairlead.report.sighting import Narrowed, Sighting
from tests.rooms.intake.sources import written

SCENARIO = load_scenario("caribbean")
FEED: Label = SCENARIO.feeds["kestrel-air"].label

REPORT: dict[str, object] = {
    "time": "2020-06-30T01:40:00Z",
    "reporter": "patrol-7",
    "sensor": "camera of an aircraft",
    "lat_deg": "24.36",
    "lon_deg": "-82.34",
    "error": {"major_m": 120, "minor_m": 80, "bearing_deg": 15},
    "vessel_type": "go-fast",
    "activity": "alongside a ship",
    "grade": "B2",
    "label": "feed",
}


def _with(**changed: object) -> dict[str, object]:
    return {**REPORT, **changed}


def _read(tmp_path, text: str | bytes):
    return read_sighting(written(tmp_path, text, "sighting.json"))


def test_a_report_becomes_integers_and_one_detection():
    report, narrowed = parse_sighting(_with(course_deg="080.5", speed_kn="0.8", length_m=13, people_seen=4), "s.json")
    assert narrowed is None
    assert (report.lat_e7, report.lon_e7, report.course_ddeg, report.speed_dkn) == (243_600_000, -823_400_000, 805, 8)
    row = row_of(report)
    assert (row.t_ms, row.err_m, row.length_m, row.mmsi, row.name) == (1_593_481_200_000, 120, 13, 0, "")


@given(st.integers(-900_000_000, 900_000_000), st.integers(-1_800_000_000, 1_800_000_000))
def test_a_position_is_exact_as_text_and_as_a_number(lat_e7, lon_e7):
    written_out = [f"{'-' if value < 0 else ''}{abs(value) // 10**7}.{abs(value) % 10**7:07}" for value in (lat_e7, lon_e7)]
    text = json.dumps(_with(lat_deg="@", lon_deg="#"))
    for form in ('"{}"', "{}"):
        raw = text.replace('"@"', form.format(written_out[0])).replace('"#"', form.format(written_out[1]))
        report, _ = parse_sighting(json.loads(raw, parse_float=str), "s.json")
        assert (report.lat_e7, report.lon_e7) == (lat_e7, lon_e7)


def test_a_report_in_canonical_bytes_comes_back():
    report, _ = parse_sighting(_with(marks="Ñ 7", images=["ab" * 32]), "s.json")
    assert msgspec.convert(decode(encode(msgspec.to_builtins(report))), Sighting) == report


def test_the_synthetic_report_is_a_report(tmp_path):
    report, narrowed = _read(tmp_path, smuggling_run(7).sighting_json)
    assert (report.vessel_type, narrowed) == ("go-fast", None)


@pytest.mark.parametrize("label", [..., None])
def test_a_report_without_a_label_is_refused(label):
    report = {key: value for key, value in REPORT.items() if key != "label"}
    with pytest.raises(LabelFault, match="carries no label"):
        parse_sighting(report if label is ... else {**report, "label": label}, "s.json")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"label": "open"}, "object"),
        ({"label": {"nationality": "x"}}, "nationality"),
        ({"label": {"level": 3}}, "level"),
        ({"suspect": True}, "suspect"),
        ({"t_ms": 1}, "unknown field t_ms"),
        ({"lat_e7": 1}, "unknown field lat_e7"),
        ({"time": "last night"}, "time is not ISO 8601"),
        ({"lat_deg": "91"}, "there is no position"),
        ({"lat_deg": "NaN"}, "latitude is not a decimal number"),
        ({"lat_deg": True}, "latitude is not a decimal number"),
        ({"lon_deg": "1e2"}, "longitude is not a decimal number"),
        ({"lon_deg": ""}, "longitude is not a decimal number"),
        ({"error": {"major_m": 0, "minor_m": 1}}, "major_m"),
        ({"error": {"major_m": 5, "minor_m": 5, "bearing_deg": 360}}, "bearing_deg"),
        ({"error": 120}, "error"),
        ({"vessel_type": "hostile"}, "vessel_type"),
        ({"grade": "E5"}, "grade"),
        ({"grade": "B2\n"}, "grade"),
        ({"activity": ""}, "activity"),
        ({"marks": "x" * 2001}, "marks"),
        ({"people_seen": -2}, "people_seen"),
        ({"speed_kn": "200"}, "speed is out of range"),
        ({"course_deg": "361"}, "course is out of range"),
        ({"images": ["photo.jpg"]}, "images"),
        ({"length_m": "13"}, "length_m"),
    ],
)
def test_a_field_that_does_not_fit_is_named(changed, why):
    with pytest.raises(BadFile, match=why):
        parse_sighting(_with(**changed), "s.json")


@pytest.mark.parametrize("field", [one for one in REPORT if one != "label"])
def test_each_field_of_the_least_report_is_needed(field):
    with pytest.raises(BadFile):
        parse_sighting({key: value for key, value in REPORT.items() if key != field}, "s.json")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("{", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"\x00\x01", "not JSON"),
        ("[]", "one JSON object"),
        ('"feed"', "one JSON object"),
        ("[" * 100_000, "not JSON"),
        ('{"label":"feed","label":{"level":"secret"}}', "a key is written twice"),
        ('{"error":{"major_m":1,"major_m":2}}', "a key is written twice"),
        ('{"marks":"\\ud800"}', "not JSON"),
        ('{"people_seen":' + "9" * 5000 + "}", "not JSON"),
        (" " * (BYTES_MAX + 2) + "{}", "empty|too long"),
    ],
)
def test_a_file_that_is_no_report_is_an_error(tmp_path, text, why):
    with pytest.raises(BadFile, match=why):
        _read(tmp_path, text)


def test_an_absent_file_and_a_folder_are_errors(tmp_path):
    for path in (tmp_path, tmp_path / "nothing.json"):
        with pytest.raises(BadFile, match="cannot be opened"):
            read_sighting(path)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3),
    ),
    st.sampled_from(sorted(REPORT)),
)
def test_junk_in_a_field_is_bad_input_or_a_report(junk, field):
    try:
        report, _ = parse_sighting(_with(**{field: junk}), "s.json")
    except BadInput:
        return
    assert isinstance(report, Sighting)


# The label ---------------------------------------------------------------------------------------------------------------------------


def test_feed_means_the_feeds_own_label():
    assert label_of(SCENARIO.book, FEED, None) == FEED


def test_terms_narrow_and_what_is_left_out_stays():
    narrowed = Narrowed(recipients=("fusion-cell", "kestrel-maritime-patrol"), purposes=("search_and_rescue",))
    label = label_of(SCENARIO.book, FEED, narrowed)
    assert label.recipients == ("fusion-cell", "kestrel-maritime-patrol")
    assert label.purposes == ("search_and_rescue",)
    assert (label.level, label.operations, label.handling, label.originators) == (
        FEED.level,
        FEED.operations,
        FEED.handling,
        FEED.originators,
    )


@pytest.mark.parametrize("field", ["recipients", "purposes", "operations"])
def test_an_empty_set_leaves_nobody_able_to_read(field):
    label = label_of(SCENARIO.book, FEED, Narrowed(**{field: ()}))
    assert label.readable_by_nobody
    assert getattr(label, field) == ()


UNITS = st.lists(st.sampled_from(sorted(SCENARIO.book.units)), max_size=4)


@given(
    UNITS,
    st.lists(st.sampled_from(["search_and_rescue", "interdiction", "oversight", "statistics"]), max_size=3),
    st.lists(st.sampled_from(sorted(SCENARIO.book.operations)), max_size=2),
    st.lists(st.sampled_from(sorted(SCENARIO.book.handling)), max_size=2),
    st.sampled_from([None, "unclassified", "restricted", "secret"]),
)
def test_p3_no_terms_ever_widen_the_feeds_label(units, purposes, operations, handling, level):
    narrowed = Narrowed(
        recipients=tuple(units), purposes=tuple(purposes), operations=tuple(operations), handling=tuple(handling), level=level
    )
    try:
        label = label_of(SCENARIO.book, FEED, narrowed)
    except FairleadError:
        assert level not in ("restricted", "secret", None)
        return
    assert narrower_or_equal(label, FEED)
    assert set(label.recipients) <= set(units)


@pytest.mark.parametrize(
    ("narrowed", "error"),
    [
        (Narrowed(recipients=("nobody",)), UnknownCode),
        (Narrowed(operations=("nothing",)), UnknownCode),
        (Narrowed(handling=("shout",)), UnknownCode),
        (Narrowed(level="cosmic"), UnknownCode),
        (Narrowed(purposes=("use_of_force_" + "tar" + "geting",)), ExcludedUse),
    ],
)
def test_unknown_codes_and_excluded_uses_are_refused(narrowed, error):
    with pytest.raises(error):
        label_of(SCENARIO.book, FEED, narrowed)
