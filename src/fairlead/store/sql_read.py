"""Rows that an engine gives back, as the events they stand for; the names of columns are those of `sql_pairs` and `sql_alone`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from fairlead.picture.event import Event
from fairlead.picture.parameters import Parameters
from fairlead.picture.shapes import Rule
from fairlead.store.sql_ground import Table

Seen: TypeAlias = tuple[tuple[str, int], ...]


def _rows(found: Table) -> Iterator[dict[str, int]]:
    for row in found.to_pyarrow().to_pylist():
        yield {name: int(value) for name, value in row.items() if value is not None and value == value}  # a NaN is not itself


def _at_ms(slot: int, limits: Parameters) -> int:
    return slot * limits.slot_s * 1000


def slow_events(found: Table, limits: Parameters) -> Iterator[Event]:
    """Events of B1."""
    for row in _rows(found):
        seen = (
            ("apart_m", row["apart_m"]),
            ("top_one_dkn", row["top_one"]),
            ("top_other_dkn", row["top_other"]),
            ("break_s", (row["hole"] - 1) * limits.slot_s),
        )
        yield _event(
            "B1", (row["one"], row["other"]), row["first"] * limits.slot_s * 1000, row["last"] * limits.slot_s * 1000, row, seen
        )


def short_events(found: Table, limits: Parameters) -> Iterator[Event]:
    """Events of B2."""
    for row in _rows(found):
        seen = (
            ("apart_m", row["apart_m"]),
            ("deviation_one_percent", row["turned_a"]),
            ("deviation_other_percent", row["turned_b"]),
            ("mean_dkn", row["mean_dkn"]),
        )
        yield _event(
            "B2", (row["one"], row["other"]), row["first"] * limits.slot_s * 1000, row["last"] * limits.slot_s * 1000, row, seen
        )


def loading_events(found: Table, limits: Parameters) -> Iterator[Event]:
    """Events of B3."""
    width = limits.bin_s // limits.slot_s * limits.slot_s * 1000
    for row in _rows(found):
        seen = (("before_dkn", row["twice"] // 2), ("lowest_dkn", row["lowest"]), ("highest_dkn", row["highest"]))
        place = {"lat_e7": row["lat"], "lon_e7": row["lon"]}
        yield _event("B3", (row["line"],), row["bin"] * width, row["last"] * width, place, seen)


def loitering_events(found: Table, limits: Parameters) -> Iterator[Event]:
    """Events of B4."""
    for row in _rows(found):
        names = ("circling", "hours", "mean_dkn", "extent_m", "path_m", "net_m")
        place = {"lat_e7": row["lat_m"], "lon_e7": row["lon_m"]}
        seen = tuple((name, row[name]) for name in names)
        yield _event("B4", (row["line"],), _at_ms(row["slot_a"], limits), _at_ms(row["slot_z"], limits), place, seen)


def silence_events(found: Table) -> Iterator[Event]:
    """Events of B5."""
    for row in _rows(found):
        names = ("heard", "expected", "hours", "hours_heard", "travelled_m", "present", "silent")
        seen = tuple((name, row[name]) for name in names)
        yield _event("B5", (row["line"],), row["from_ms"], row["to_ms"], row, seen)


def _event(rule: Rule, lines: tuple[int, ...], from_ms: int, to_ms: int, place: dict[str, int], seen: Seen) -> Event:
    where = {"lat_e7": place["lat_e7"], "lon_e7": place["lon_e7"]}
    return Event(rule=rule, lines=lines, from_ms=from_ms, to_ms=to_ms, seen=seen, **where)
