"""The events of B1 to B5 part by part, for rows that no machine holds at once: the same events as in one go.

1. Pairs (B1, B2) are found by part of time and cell. A part reads its cell and the eight around it, for a while before and after; of
   every vessel in there all fixes of that time, so that no track is cut in space. An event belongs to the part in which it begins, by
   the last fix of the first of its vessels: it is found once, across midnight and across borders.
2. A meeting that has not ended where a part's time ends is computed again for its vessels over twice the time, until it has.
3. What is asked of one vessel alone (B3, B4) is found by groups of whole vessels, so no border is ever crossed. B5 asks how common a
   silence was in a cell over all the time, and counts over the whole without joining positions: it is not cut.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from fairlead.errors import BadInput
from fairlead.picture.event import Event
from fairlead.picture.ground import HALF_E7, TURN_E7
from fairlead.picture.parameters import Parameters
from fairlead.store import sql_alone, sql_pairs
from fairlead.store.sql_ground import Column, Table, dropped, kept, real, steps_for
from fairlead.store.sql_read import loading_events, loitering_events, short_events, silence_events, slow_events

HOUR_MS: Final = 3_600_000
DEGREE_E7: Final = 10_000_000
POLAR_E7: Final = 700_000_000  # from here on a row of cells is one cell: a degree of longitude is short
Progress = Callable[[int, int], None]


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """How the work is cut: hours of a part's own time, degrees of its cell, vessels in a group. Raises BadInput."""

    hours: int = 24
    cell_deg: int = 10
    vessels: int = 2000

    def __post_init__(self) -> None:
        if self.hours < 1 or self.vessels < 1:
            raise BadInput("a part needs at least one hour and one vessel", where=f"{self.hours} h, {self.vessels} vessels")
        if self.cell_deg < 3 or 90 % self.cell_deg:
            why = "a vessel must not cross one between two fixes, and cells must meet at the dateline"
            raise BadInput("no such size of cell", where=f"{self.cell_deg} degrees", why=why, do="take a divisor of 90 from 3 on")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part: its own time, and the row and column of its cell."""

    from_ms: int
    to_ms: int
    row: int
    column: int


def events_in_parts(
    rows: Table, heard: Table, places: Table, limits: Parameters, cut: Cut, progress: Progress | None = None
) -> list[Event]:
    """Events of B1 to B5, sorted, equal to those of `events_of` over the same tables. `progress(done, all)` after each part."""
    backend, found = rows.get_backend(), list[Event]()
    placed = rows.mutate(row=_row(rows.lat_e7, cut), column=_column(rows.lat_e7, rows.lon_e7, cut))
    parts, groups = _parts(placed, cut), -(-_number(rows.line.nunique()) // cut.vessels)
    last_ms = _number(rows.t_ms.max())
    work: list[Callable[[], list[Event]]] = [lambda part=part: _pairs(placed, places, limits, cut, part, last_ms) for part in parts]  # type: ignore[misc]
    work += [lambda group=group: _alone(rows.filter(rows.line % groups == group), places, limits) for group in range(groups)]  # type: ignore[misc]
    work.append(lambda: list(silence_events(sql_alone.silences(rows, heard, limits))))
    for number, one in enumerate(work):
        with dropped(backend):
            found += one()
        if progress is not None:
            progress(number + 1, len(work))
    return sorted(found)


def _number(value: Any) -> int:
    found = value.to_pyarrow().as_py()
    return 0 if found is None else int(found)


def _parts(placed: Table, cut: Cut) -> list[Part]:
    """The parts in which anything was heard."""
    span_ms = cut.hours * HOUR_MS
    table = placed.select("row", "column", span=_over(placed.t_ms, span_ms)).distinct().to_pyarrow()
    rows = sorted(zip(*(table[name].to_pylist() for name in ("span", "row", "column")), strict=True))
    return [Part(from_ms=int(span) * span_ms, to_ms=(int(span) + 1) * span_ms, row=row, column=column) for span, row, column in rows]


def _alone(rows: Table, places: Table, limits: Parameters) -> list[Event]:
    steps = steps_for(rows, limits)
    drops = loading_events(sql_alone.loading(steps, places, limits), limits)
    return [*drops, *loitering_events(sql_alone.loitering(steps, places, limits), limits)]


def _pairs(placed: Table, places: Table, limits: Parameters, cut: Cut, part: Part, last_ms: int) -> list[Event]:
    """Events of B1 and B2 that begin in one part."""
    before_ms, settle_ms = settled_ms(limits)
    reach_ms = limits.hole_max_s * 1000 + 2 * settle_ms + max(limits.slow_transfer_min_s, limits.short_transfer_min_s) * 1000
    found: list[Event] = []
    pending: set[tuple[int, int]] | None = None  # every pair first, then those whose meeting has not ended
    while True:
        end_ms = part.to_ms + reach_ms
        time = placed.filter((placed.t_ms >= part.from_ms - before_ms) & (placed.t_ms <= end_ms))
        if pending is None:
            inside = time.filter(_around(time, part, cut)).select("line").distinct()
            fixes = kept(time.semi_join(inside, "line"))
        else:
            fixes = kept(time.filter(time.line.isin(sorted({line for pair in pending for line in pair}))))
        steps = steps_for(fixes, limits)
        # most parts hold no meeting that is long enough: nothing more is asked of those
        long, going = _meetings(steps, limits, part, end_ms - settle_ms)
        events: list[Event] = []
        if "B1" in long:
            events += slow_events(_begun(sql_pairs.slow(steps, places, limits), fixes, part, limits), limits)
        if "B2" in long:
            events += short_events(_begun(sql_pairs.short(steps, places, limits), fixes, part, limits), limits)
        if end_ms > last_ms:
            going = set()
        elif pending is not None:
            going &= pending
        found += [event for event in events if (pending is None or event.lines in pending) and event.lines not in going]
        if not going:
            return found
        pending, reach_ms = going, reach_ms * 2


def settled_ms(limits: Parameters) -> tuple[int, int]:
    """How long before its own time a part must read, and how long before its end what it finds is final.

    A track cut at an end may lack up to `hole_max_s` there, and a speed that was measured `speed_baseline_s` more."""
    edge_s = limits.hole_max_s + limits.speed_baseline_s + 2 * limits.slot_s
    rest_s = max(limits.slow_transfer_break_s, limits.short_transfer_break_s) + limits.slot_s
    return (edge_s + rest_s + limits.deviation_before_s) * 1000, (edge_s + rest_s) * 1000


def _begun(found: Table, fixes: Table, part: Part, limits: Parameters) -> Table:
    """The events that begin in a part: the last fix of the first vessel until then was in its time and its cell."""
    slot_ms = limits.slot_s * 1000
    before = fixes.select("t_ms", "row", "column", one="line")
    met = found.select("one", "other", "first").join(before, ["one"])
    met = met.filter((met.t_ms <= met["first"] * slot_ms) & (met.t_ms > met["first"] * slot_ms - limits.hole_max_s * 1000 - slot_ms))
    last = met.group_by("one", "other", "first").agg(t_ms=met.t_ms.max())
    last = last.filter((last.t_ms >= part.from_ms) & (last.t_ms < part.to_ms)).join(before, ["one", "t_ms"])
    here = last.filter((last.row == part.row) & (last.column == part.column))
    return found.semi_join(here, ["one", "other", "first"])


def _meetings(steps: Table, limits: Parameters, part: Part, final_ms: int) -> tuple[set[str], set[tuple[int, int]]]:
    """The rules of which a meeting is long enough; and the pairs whose meeting may have begun in a part and is not over where what was
    read ends."""
    slot_ms, hole_ms = limits.slot_s * 1000, limits.hole_max_s * 1000
    _, slow = sql_pairs.slow_runs(steps, limits)
    slow = slow.filter(slow["first"] * slot_ms >= part.from_ms)
    short = sql_pairs.short_runs(steps, limits, 0)  # short stretches count: what joins them may follow
    long, going = set[str](), set[tuple[int, int]]()
    for rule, runs, least_s in (("B1", slow, limits.slow_transfer_min_s), ("B2", short, limits.short_transfer_min_s)):
        runs = runs.filter(runs["first"] * slot_ms < part.to_ms + hole_ms).select("one", "other", "first", "last")
        least = -(-least_s // limits.slot_s)
        runs = runs.filter((runs["last"] * slot_ms >= final_ms) | (runs["last"] - runs["first"] >= least))
        for one, other, first, last in zip(*(column.to_pylist() for column in runs.to_pyarrow().columns), strict=True):
            if last - first >= least:
                long.add(rule)
            if last * slot_ms >= final_ms:
                going.add((int(one), int(other)))
    return long, going


def _around(rows: Table, part: Part, cut: Cut) -> Column:
    """Whether a fix lies in a part's cell or one of the eight around it; rows of cells near a pole are one cell each."""
    import ibis

    columns = sorted({_turned(part.column + along, cut) for along in (-1, 0, 1)})
    level = [row for row in (part.row - 1, part.row, part.row + 1) if _polar(row, cut) or _polar(part.row, cut)]
    beside = (rows.row >= part.row - 1) & (rows.row <= part.row + 1)
    return beside & (rows.column.isin(columns) | rows.row.isin(level or [-1]) | ibis.literal(_polar(part.row, cut)))


def _turned(column: int, cut: Cut) -> int:
    return column % (360 // cut.cell_deg)


def _polar(row: int, cut: Cut) -> bool:
    south = row * cut.cell_deg * DEGREE_E7 - 900_000_000
    return south >= POLAR_E7 or south + cut.cell_deg * DEGREE_E7 <= -POLAR_E7


def _over(value: Column, width: int) -> Column:
    return (value.cast("float64") / real(float(width))).floor().cast("int64")


def _row(lat: Column, cut: Cut) -> Column:
    return _over(lat + 900_000_000, cut.cell_deg * DEGREE_E7)


def _column(lat: Column, lon: Column, cut: Cut) -> Column:
    import ibis

    row = _row(lat, cut)
    south = row * (cut.cell_deg * DEGREE_E7) - 900_000_000
    polar = (south >= POLAR_E7) | (south + cut.cell_deg * DEGREE_E7 <= -POLAR_E7)
    east = ((lon + HALF_E7) % TURN_E7 + TURN_E7) % TURN_E7
    return ibis.ifelse(polar, 0, _over(east, cut.cell_deg * DEGREE_E7))
