"""Distances and slots as Ibis expressions: the same operations in the same order as the kernels, so that every engine gets one result.

1. Only what IEEE 754 rounds in one way: sum, product, quotient, root, floor; a cosine by Horner's rule with the kernels' own factors.
2. Constants go in as text that is cast to a double: a decimal literal would pass through a decimal type on the way.
3. The remainder of SQL has the sign of the dividend: longitudes are wrapped by adding a turn and taking it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeAlias

from fairlead.picture.ground import COSINE, HALF_E7, METRES_PER_E7, RADIANS_PER_E7, TURN_E7
from fairlead.picture.parameters import Parameters

Column: TypeAlias = Any  # an Ibis column; the library's own types come and go between versions
Table: TypeAlias = Any

ROW_E7: Final = 100_000  # 0.01 degree
COLUMN_E7: Final = 400_000  # 0.04 degree: wider than any gate below 80 degrees of latitude
COLUMNS: Final = TURN_E7 // COLUMN_E7
POLAR_ROWS: Final = 8000  # from 80 degrees on a row is one cell


_HELD: ContextVar[list[str] | None] = ContextVar("held", default=None)


@contextmanager
def dropped(backend: Any) -> Iterator[None]:
    """What is kept inside is dropped at the end: an engine that works part by part holds one part."""
    names: list[str] = []
    before = _HELD.set(names)
    try:
        yield
    finally:
        _HELD.reset(before)
        for name in names:
            if backend.name == "pyspark":
                backend._session.catalog.dropTempView(name)
            else:
                backend.con.execute(f'DROP TABLE IF EXISTS "{name}"')


def kept(table: Table) -> Table:
    """The rows of a table, computed once and held by the engine until its connection ends."""
    import ibis

    backend = table.get_backend()
    name = ibis.util.gen_name("kept")
    held = _HELD.get()
    if held is not None:
        held.append(name)
    if backend.name == "pyspark":  # a checkpoint: a plan that is only cached grows with every step until nobody can plan it
        backend._session.sql(backend.compile(table)).localCheckpoint().createOrReplaceTempView(name)
        return backend.table(name)
    backend.con.execute(f'CREATE TEMP TABLE "{name}" AS {backend.compile(table)}')  # names and query are the library's own
    return backend.table(name)


def stacked(*tables: Table) -> Table:
    """Rows of tables with the same whole-number columns, one after the other; engines differ in what they think may be null."""
    plain = [table.select(**{name: table[name].cast("int64") for name in tables[0].columns}) for table in tables]
    found = plain[0]
    for more in plain[1:]:
        found = found.union(more)
    return found


def real(value: float) -> Column:
    """A double, to the last bit."""
    import ibis

    return ibis.literal(repr(value)).cast("float64")


def wrapped(lon: Column) -> Column:
    """Longitudes or differences brought into [-180, 180) degrees."""
    return ((lon + HALF_E7) % TURN_E7 + TURN_E7) % TURN_E7 - HALF_E7


def half_up(values: Column) -> Column:
    """Whole numbers, halves upward."""
    return (values + real(0.5)).floor().cast("int64")


def halved(value: Column) -> Column:
    """A whole number divided by two, rounded down."""
    return (value.cast("float64") / real(2.0)).floor().cast("int64")


def cosine(radians: Column) -> Column:
    """`picture.ground.cosine`, factor by factor."""
    square = radians * radians
    total = real(0.0)
    for factor in COSINE:
        total = (total + real(factor)) * square
    return total + real(1.0)


def apart_m(lat_a: Column, lon_a: Column, lat_b: Column, lon_b: Column) -> Column:
    """`picture.ground.apart_m`."""
    north = (lat_b - lat_a).cast("float64") * real(METRES_PER_E7)
    east = (
        wrapped(lon_b - lon_a).cast("float64")
        * real(METRES_PER_E7)
        * cosine((lat_a + lat_b).cast("float64") * real(RADIANS_PER_E7 / 2))
    )
    return half_up((north * north + east * east).sqrt())


def row_of(lat: Column) -> Column:
    return ((lat + 900_000_000).cast("float64") / real(float(ROW_E7))).floor().cast("int64")


def column_of(lon: Column) -> Column:
    return ((lon + HALF_E7).cast("float64") / real(float(COLUMN_E7))).floor().cast("int64")


def polar(row: Column) -> Column:
    return (row - 9000).abs() >= POLAR_ROWS


def steps_for(rows: Table, limits: Parameters) -> Table:
    """`steps_of` under these thresholds."""
    legs = max(1, limits.speed_baseline_s // limits.slot_s)
    return steps_of(rows, slot_ms=limits.slot_s * 1000, hole_ms=limits.hole_max_s * 1000, legs=legs)


def steps_of(rows: Table, *, slot_ms: int, hole_ms: int, legs: int) -> Table:
    """`picture.fleet.steps_of` of prepared fixes: line, mmsi, slot, lat_e7, lon_e7, speed_dkn."""
    import ibis

    order = ibis.window(group_by="line", order_by="t_ms")
    after = rows.mutate(
        next_ms=rows.t_ms.lead(1).over(order),
        next_lat=rows.lat_e7.lead(1).over(order),
        next_lon=rows.lon_e7.lead(1).over(order),
        next_sog=rows.sog_dkn.lead(1).over(order),
    )
    ends = (after.next_ms.isnull()) | (after.next_ms - after.t_ms > hole_ms)
    after = after.mutate(end_ms=ibis.ifelse(ends, after.t_ms + 1, after.next_ms))
    after = after.mutate(
        slot=ibis.range(
            ((after.t_ms + slot_ms - 1).cast("float64") / real(float(slot_ms))).floor().cast("int64"),
            ((after.end_ms + slot_ms - 1).cast("float64") / real(float(slot_ms))).floor().cast("int64"),
        ).unnest()
    )
    off = after.slot * slot_ms - after.t_ms
    part = off.cast("float64") / (after.next_ms - after.t_ms).cast("float64")
    lat = after.lat_e7 + half_up(part * (after.next_lat - after.lat_e7).cast("float64"))
    lon = wrapped(after.lon_e7 + half_up(part * wrapped(after.next_lon - after.lon_e7).cast("float64")))
    speed = after.sog_dkn + half_up(part * (after.next_sog - after.sog_dkn).cast("float64"))
    known = (after.sog_dkn >= 0) & (after.next_sog >= 0)
    steps = after.select(
        "line",
        "mmsi",
        "slot",
        lat_e7=ibis.ifelse(off == 0, after.lat_e7, lat),
        lon_e7=ibis.ifelse(off == 0, wrapped(after.lon_e7), lon),
        told=ibis.ifelse(off == 0, after.sog_dkn, ibis.ifelse(known, speed, -1)),
    )
    return kept(_measured(kept(steps), legs, slot_ms))


def _measured(steps: Table, legs: int, slot_ms: int) -> Table:
    """Speeds that were not told: the slower of the leg before and the leg after."""
    import ibis

    per_metre = real(10**10 / (514_444 * legs * slot_ms))
    blank = steps.filter(steps.told < 0)
    ahead = steps.select(line_a="line", slot_a=steps.slot - legs, lat_a="lat_e7", lon_a="lon_e7")
    behind = steps.select(line_b="line", slot_b=steps.slot + legs, lat_b="lat_e7", lon_b="lon_e7")
    both = blank.left_join(ahead, [blank.line == ahead.line_a, blank.slot == ahead.slot_a])
    both = both.left_join(behind, [both.line == behind.line_b, both.slot == behind.slot_b])
    fore = half_up(apart_m(both.lat_e7, both.lon_e7, both.lat_a, both.lon_a).cast("float64") * per_metre)
    aft = half_up(apart_m(both.lat_b, both.lon_b, both.lat_e7, both.lon_e7).cast("float64") * per_metre)
    slower = ibis.least(ibis.coalesce(fore, aft), ibis.coalesce(aft, fore))
    told = ibis.coalesce(ibis.least(slower, 32767), -1)
    columns = ("line", "mmsi", "slot", "lat_e7", "lon_e7")
    measured = both.select(*columns, speed_dkn=told.cast("int64"))
    told_so = steps.filter(steps.told >= 0).select(*columns, speed_dkn=steps.told)
    return stacked(told_so, measured)


def together(steps: Table, within_m: int) -> Table:
    """Pairs of one slot at most `within_m` apart: one, other, slot, both positions and speeds, apart_m, and the middle."""
    import ibis

    row, column = row_of(steps.lat_e7), column_of(steps.lon_e7)
    placed = steps.mutate(row=row, column=column)
    keyed = placed.mutate(key_row=placed.row, key_column=ibis.ifelse(polar(placed.row), 0, placed.column))
    wide = placed.mutate(over=ibis.range(-1, 2).unnest())
    wide = wide.mutate(along=ibis.range(-1, 2).unnest())
    wide = wide.mutate(near_row=wide.row + wide.over)
    wide = wide.mutate(near_column=ibis.ifelse(polar(wide.near_row), 0, (wide.column + wide.along + COLUMNS) % COLUMNS))
    one = wide.select("line", "mmsi", "slot", "lat_e7", "lon_e7", "speed_dkn", "near_row", "near_column").distinct()
    other = keyed.select(
        slot_b="slot",
        line_b="line",
        mmsi_b="mmsi",
        lat_b="lat_e7",
        lon_b="lon_e7",
        speed_b="speed_dkn",
        key_row="key_row",
        key_column="key_column",
    )
    met = one.join(
        other,
        [one.slot == other.slot_b, one.near_row == other.key_row, one.near_column == other.key_column, one.line < other.line_b],
    )
    met = met.filter((met.mmsi != met.mmsi_b) | (met.mmsi == 0))
    met = met.mutate(apart_m=apart_m(met.lat_e7, met.lon_e7, met.lat_b, met.lon_b))
    met = met.filter(met.apart_m <= within_m)
    return met.select(
        "slot",
        "apart_m",
        one="line",
        other="line_b",
        speed_one="speed_dkn",
        speed_other="speed_b",
        lat=halved(met.lat_e7 + met.lat_b),
        lon=wrapped(met.lon_e7 + halved(wrapped(met.lon_b - met.lon_e7))),
    )
