"""Columns of detections and statements: pieces join to one result in any order and any number of times (P5)."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.errors import BadInput
from fairlead.report.detection import COLUMNS as MEASURED_COLUMNS
from fairlead.report.detection import MEASURED, Detections, digests_of, empty, in_order, once, segment_digest, stack
from fairlead.report.statement import COLUMNS, HOUR_MS, PARTS, STATED, Statements, hourly, nothing_stated

Row = tuple[int, int, int, int, int, bytes, int]  # mmsi, part, hour, first and last inside it, name, imo
ROWS = st.tuples(
    st.integers(1, 2),
    st.integers(0, len(PARTS) - 1),
    st.integers(-1, 1),
    st.integers(0, HOUR_MS - 1),
    st.integers(0, HOUR_MS - 1),
    st.sampled_from([b"", b"A", b"AB", b"\xff"]),
    st.sampled_from([0, 9_074_729]),
)


def statements(rows: list[Row]) -> Statements:
    columns = {name: np.zeros(len(rows), dtype=dtype) for name, dtype in COLUMNS.items()}
    for place, (mmsi, part, hour, one, other, name, imo) in enumerate(rows):
        columns["mmsi"][place], columns["part"][place] = mmsi, part
        columns["first_ms"][place], columns["last_ms"][place] = hour * HOUR_MS + min(one, other), hour * HOUR_MS + max(one, other)
        columns["name"][place], columns["imo"][place] = name, imo
    return Statements(**columns)


def same(one: Statements | Detections, other: Statements | Detections) -> bool:
    return all(np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one))


SOME = st.lists(ROWS, max_size=8).map(statements)


@settings(max_examples=150, deadline=None)
@given(SOME, SOME, SOME)
def test_p5_hourly_is_associative_commutative_and_idempotent(one: Statements, other: Statements, third: Statements) -> None:
    whole = hourly([one, other, third])
    assert same(hourly([hourly([one, other]), third]), whole)
    assert same(hourly([one, hourly([other, third])]), whole)
    assert same(hourly([third, one, other]), whole)
    assert same(hourly([whole, whole]), whole)
    assert same(hourly([whole, other]), whole)
    assert same(hourly([nothing_stated(), whole]), whole)


@settings(max_examples=100, deadline=None)
@given(st.lists(ROWS, max_size=12))
def test_hourly_says_each_content_once_an_hour_with_its_first_and_last_time(rows: list[Row]) -> None:
    expected: dict[tuple[int, int, int, bytes, int], tuple[int, int]] = {}
    for mmsi, part, hour, one, other, name, imo in rows:
        times = hour * HOUR_MS + min(one, other), hour * HOUR_MS + max(one, other)
        known = expected.get((mmsi, hour, part, name, imo), times)
        expected[mmsi, hour, part, name, imo] = min(known[0], times[0]), max(known[1], times[1])
    made = hourly([statements(rows)])
    found = {
        (int(mmsi), int(first) // HOUR_MS, int(part), bytes(name), int(imo)): (int(first), int(last))
        for mmsi, part, first, last, name, imo in zip(
            made.mmsi, made.part, made.first_ms, made.last_ms, made.name, made.imo, strict=True
        )
    }
    assert found == expected
    assert len(made) == len(expected)
    keys = [(*key[:3], key[4], key[3]) for key in found]
    assert keys == sorted(keys), "by number, hour, part and then content in the order of STATED"


@pytest.mark.parametrize("name", STATED)
def test_statements_that_differ_in_any_one_column_are_two(name: str) -> None:
    one, other = statements([(1, 0, 0, 5, 9, b"", 0)]), statements([(1, 0, 0, 5, 9, b"", 0)])
    getattr(other, name)[0] = b"X" if STATED[name].startswith("S") else 7
    assert len(hourly([one, other])) == 2
    assert same(hourly([one, other]), hourly([other, one]))


@pytest.mark.parametrize(("first", "last"), [(10, 9), (HOUR_MS - 1, HOUR_MS), (0, HOUR_MS), (-1, 0)])
def test_a_row_that_ends_before_it_begins_or_crosses_an_hour_is_refused(first: int, last: int) -> None:
    row = statements([(1, 0, 0, 0, 0, b"", 0)])
    row.first_ms[0], row.last_ms[0] = first, last
    with pytest.raises(BadInput, match="crosses a full hour"):
        hourly([row])


def test_a_column_of_another_type_or_length_is_refused_by_name() -> None:
    rows = statements([(1, 0, 0, 0, 0, b"", 0)])
    with pytest.raises(BadInput, match="beam_m"):
        dataclasses.replace(rows, beam_m=rows.beam_m.astype(np.int32))
    with pytest.raises(BadInput, match="lat_e7"):
        dataclasses.replace(empty(), lat_e7=np.zeros(1, dtype=np.int32))


FIXES = st.tuples(*(st.integers(-1, 1) if name != "t_ms" else st.integers(0, 2) for name in MEASURED_COLUMNS))


def detections(rows: list[tuple[int, ...]]) -> Detections:
    return Detections(
        **{name: np.array([one[place] for one in rows], dtype=dtype) for place, (name, dtype) in enumerate(MEASURED_COLUMNS.items())}
    )


def tuples(rows: Detections) -> list[tuple[int, ...]]:
    return list(zip(*(getattr(rows, name).tolist() for name in MEASURED_COLUMNS), strict=True))


@settings(max_examples=150, deadline=None)
@given(st.lists(FIXES, max_size=12), st.randoms(use_true_random=False))
def test_p5_in_order_is_one_order_by_number_time_and_everything_else(rows: list[tuple[int, ...]], dice: object) -> None:
    expected = sorted(rows, key=lambda one: (one[5], one[0], *one[1:5], *one[6:]))
    mixed = list(rows)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    for some in (rows, mixed, expected):
        order = in_order(detections(some))
        assert sorted(order.tolist()) == list(range(len(rows)))
        assert tuples(detections(some).rows(order)) == expected


@settings(max_examples=200, deadline=None)
@given(st.lists(FIXES, max_size=12), st.randoms(use_true_random=False))
def test_p5_once_keeps_each_measurement_once_whatever_the_order_and_pieces(rows: list[tuple[int, ...]], dice: object) -> None:
    kept = once(detections(rows))
    measured = {tuple(one[list(MEASURED_COLUMNS).index(name)] for name in MEASURED) for one in rows}
    assert len(kept) == len(measured) == len(set(digests_of("feed", kept)))
    assert set(tuples(kept)) <= set(rows)
    assert same(once(kept), kept)
    mixed = list(rows) + rows[:3]
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    pieces = [detections(mixed[:4]), detections(mixed[4:])]
    assert same(once(stack([once(one) for one in pieces])), kept)
    assert segment_digest("feed", once(stack(pieces)), nothing_stated()) == segment_digest("feed", kept, nothing_stated())


@settings(max_examples=60, deadline=None)
@given(st.lists(FIXES, min_size=1, max_size=6), st.sampled_from(list(MEASURED_COLUMNS)), st.integers(0, 5))
def test_a_segment_digest_names_every_column_value_and_feed(rows: list[tuple[int, ...]], name: str, place: int) -> None:
    kept = once(detections(rows))
    other = kept.rows(slice(None))
    other = dataclasses.replace(other, **{name: getattr(kept, name).copy()})
    getattr(other, name)[place % len(kept)] += 1
    assert segment_digest("feed", other, nothing_stated()) != segment_digest("feed", kept, nothing_stated())
    assert segment_digest("fees", kept, nothing_stated()) != segment_digest("feed", kept, nothing_stated())
    said = hourly([statements([(1, 0, 0, 0, 0, b"", 0)])])
    assert segment_digest("feed", kept, said) != segment_digest("feed", kept, nothing_stated())
