"""B1 and B2 as Ibis expressions; `picture.behaviour.core.slow` and `short` are what they must find."""

from __future__ import annotations

from typing import Any

from fairlead.picture.ground import METRES_PER_E7, RADIANS_PER_E7
from fairlead.picture.parameters import Parameters
from fairlead.store.sql_ground import Column, Table, apart_m, cosine, halved, kept, real, together, wrapped

BEFORE_S = 1800


def slow(steps: Table, places: Table, limits: Parameters) -> Table:
    """Events of B1: one, other, first, last (slots), lat_e7, lon_e7 and what was seen."""
    import ibis

    least = -(-limits.slow_transfer_min_s // limits.slot_s)
    met, runs = slow_runs(steps, limits)
    runs = runs.filter(runs["last"] - runs["first"] >= least)
    inside = kept(met.join(runs.select("one", "other", "run", "slots"), ["one", "other", "run"]))
    near = near_places(inside, places, limits.place_gate_m).select("one", "other", "run").distinct()
    number = ibis.row_number().over(ibis.window(group_by=["one", "other", "run"], order_by="slot"))
    placed = inside.mutate(number=number)
    middle = placed.filter(placed.number == halved(placed.slots)).select("one", "other", "run", lat_e7="lat", lon_e7="lon")
    return runs.anti_join(near, ["one", "other", "run"]).join(middle, ["one", "other", "run"])


def slow_runs(steps: Table, limits: Parameters) -> tuple[Table, Table]:
    """Meetings of slow pairs slot by slot with the number of their run, and the runs, however short."""
    import ibis

    step_max = limits.slow_transfer_break_s // limits.slot_s + 1
    crawling = steps.filter((steps.speed_dkn >= 0) & (steps.speed_dkn < limits.slow_transfer_dkn))
    met = kept(together(crawling, limits.slow_transfer_gate_m))
    order = ibis.window(group_by=["one", "other"], order_by="slot")
    met = met.mutate(since=met.slot - met.slot.lag(1).over(order))
    met = met.mutate(begins=ibis.ifelse(met.since.isnull() | (met.since > step_max), 1, 0))
    met = met.mutate(run=met.begins.sum().over(ibis.window(group_by=["one", "other"], order_by="slot", preceding=None, following=0)))
    runs = met.group_by("one", "other", "run").agg(
        first=met.slot.min(),
        last=met.slot.max(),
        slots=met.slot.count(),
        apart_m=met.apart_m.max(),
        top_one=met.speed_one.max(),
        top_other=met.speed_other.max(),
        hole=ibis.coalesce(ibis.ifelse(met.begins == 1, 1, met.since).max(), 1),
    )
    return met, runs


def near_places(where: Table, places: Table, gate_m: int) -> Table:
    """The rows of a table with `lat` and `lon` that lie near a port or anchorage."""
    import ibis

    banded = where.mutate(band=((where.lat + 900_000_000).cast("float64") / real(1_000_000.0)).floor().cast("int64"))
    met = banded.join(places, banded.band == places.place_band)
    apart = apart_m(met.lat, met.lon, met.place_lat, met.place_lon)
    return met.filter(apart < ibis.greatest(met.radius_m, gate_m))


def short(steps: Table, places: Table, limits: Parameters) -> Table:
    """Events of B2."""
    least = -(-limits.short_transfer_min_s // limits.slot_s)
    return _deviating(steps, kept(short_runs(steps, limits, least)), places, limits)


def short_runs(steps: Table, limits: Parameters, least: int) -> Table:
    """Runs of pairs under way of at least so many slots, those with a short break between them joined."""
    import ibis

    gap = limits.short_transfer_break_s // limits.slot_s
    met = kept(together(steps.filter(steps.speed_dkn >= limits.short_transfer_dkn), limits.short_transfer_gate_m))
    order = ibis.window(group_by=["one", "other"], order_by="slot")
    upto: dict[str, Any] = {"group_by": ["one", "other"], "preceding": None, "following": 0}
    met = met.mutate(since=met.slot - met.slot.lag(1).over(order))
    met = met.mutate(begins=ibis.ifelse(met.since.isnull() | (met.since > 1), 1, 0))
    met = met.mutate(run=met.begins.sum().over(ibis.window(order_by="slot", **upto)))
    runs = met.group_by("one", "other", "run").agg(first=met.slot.min(), last=met.slot.max())
    runs = runs.filter(runs["last"] - runs["first"] >= least)
    runs = runs.mutate(since=runs["first"] - runs["last"].lag(1).over(ibis.window(group_by=["one", "other"], order_by="first")))
    runs = runs.mutate(begins=ibis.ifelse(runs.since.isnull() | (runs.since > gap), 1, 0))
    runs = runs.mutate(joined=runs.begins.sum().over(ibis.window(order_by="first", **upto)))
    return runs.group_by("one", "other", "joined").agg(first=runs["first"].min(), last=runs["last"].max())


def _deviating(steps: Table, whole: Table, places: Table, limits: Parameters) -> Table:
    import ibis

    before = limits.deviation_before_s // limits.slot_s
    asked = whole
    for name, line in (("a", "one"), ("b", "other")):
        asked = _velocity(steps, asked, line, f"now_{name}", asked["first"], asked["last"])
        asked = _velocity(
            steps, asked, line, f"was_{name}", asked["first"] - before, asked["first"] - before + BEFORE_S // limits.slot_s
        )
    asked = asked.filter(asked.now_a_north.notnull() & asked.now_b_north.notnull())
    dot = asked.now_a_north * asked.now_b_north + asked.now_a_east * asked.now_b_east
    long_a = asked.now_a_north * asked.now_a_north + asked.now_a_east * asked.now_a_east
    long_b = asked.now_b_north * asked.now_b_north + asked.now_b_east * asked.now_b_east
    aligned = (dot > real(0.0)) & (real(4.0) * dot * dot >= real(3.0) * long_a * long_b)
    asked = asked.mutate(aligned=aligned, turned_a=_turned(asked, "a"), turned_b=_turned(asked, "b"))
    fits = asked.aligned
    for name in ("turned_a", "turned_b"):
        fits = fits & ((asked[name] < 0) | (asked[name] >= limits.deviation_percent))
    asked = kept(asked.filter(fits).select("one", "other", "joined", "first", "last", "turned_a", "turned_b"))
    one = steps.select(one="line", slot_a="slot", lat_a="lat_e7", lon_a="lon_e7", speed_a="speed_dkn")
    other = steps.select(other="line", slot_b="slot", lat_b="lat_e7", lon_b="lon_e7", speed_b="speed_dkn")
    during = asked.join(one, ["one", one.slot_a >= asked["first"], one.slot_a <= asked["last"]])
    during = during.join(other, ["other", during.slot_a == other.slot_b])
    during = during.mutate(apart_m=apart_m(during.lat_a, during.lon_a, during.lat_b, during.lon_b))
    during = during.filter(  # a short break inside a run is none of it
        during.apart_m <= limits.short_transfer_gate_m,
        during.speed_a >= limits.short_transfer_dkn,
        during.speed_b >= limits.short_transfer_dkn,
    )
    during = during.mutate(
        lat=halved(during.lat_a + during.lat_b),
        lon=wrapped(during.lon_a + halved(wrapped(during.lon_b - during.lon_a))),
        number=ibis.row_number().over(ibis.window(group_by=["one", "other", "joined"], order_by="slot_a")),
    )
    during = kept(during)
    seen = during.group_by("one", "other", "joined").agg(
        slots=during.slot_a.count(), apart_m=during.apart_m.max(), total=(during.speed_a + during.speed_b).sum()
    )
    seen = seen.mutate(mean_dkn=(seen.total.cast("float64") / (seen.slots * 2).cast("float64")).floor().cast("int64"))
    placed = during.join(seen.select("one", "other", "joined", "slots"), ["one", "other", "joined"])
    middle = placed.filter(placed.number == halved(placed.slots)).select("one", "other", "joined", lat_e7="lat", lon_e7="lon")
    near = near_places(during.select("one", "other", "joined", "lat", "lon"), places, limits.place_gate_m)
    found = asked.join(seen.drop("slots", "total"), ["one", "other", "joined"]).join(middle, ["one", "other", "joined"])
    return found.anti_join(near.select("one", "other", "joined").distinct(), ["one", "other", "joined"])


def _velocity(steps: Table, asked: Table, line: str, name: str, first: Column, last: Column) -> Table:
    """Metres north and east for each slot from one slot to another; null where the line is not known at both."""
    asked = asked.mutate(**{f"{name}_from": first, f"{name}_to": last})
    for end in ("from", "to"):
        at = steps.select(**{line: "line", f"{name}_{end}": "slot", f"{name}_{end}_lat": "lat_e7", f"{name}_{end}_lon": "lon_e7"})
        asked = asked.left_join(at, [line, f"{name}_{end}"]).drop(f"{line}_right", f"{name}_{end}_right")
    lat_a, lat_b = asked[f"{name}_from_lat"], asked[f"{name}_to_lat"]
    lon_a, lon_b = asked[f"{name}_from_lon"], asked[f"{name}_to_lon"]
    slots = (asked[f"{name}_to"] - asked[f"{name}_from"]).cast("float64")
    north = (lat_b - lat_a).cast("float64") * real(METRES_PER_E7) / slots
    narrow = cosine((lat_a + lat_b).cast("float64") * real(RADIANS_PER_E7 / 2))
    east = wrapped(lon_b - lon_a).cast("float64") * real(METRES_PER_E7) * narrow / slots
    return asked.mutate(**{f"{name}_north": north, f"{name}_east": east})


def _turned(asked: Table, name: str) -> Column:
    """The change of velocity in percent of the larger of both, rounded down; -1 where it was not heard before."""
    import ibis

    north, east = asked[f"now_{name}_north"] - asked[f"was_{name}_north"], asked[f"now_{name}_east"] - asked[f"was_{name}_east"]
    change = north * north + east * east
    now = asked[f"now_{name}_north"] * asked[f"now_{name}_north"] + asked[f"now_{name}_east"] * asked[f"now_{name}_east"]
    was = asked[f"was_{name}_north"] * asked[f"was_{name}_north"] + asked[f"was_{name}_east"] * asked[f"was_{name}_east"]
    larger = ibis.greatest(now, was)
    percent = ((change / larger).sqrt() * real(100.0)).floor().cast("int64")
    return ibis.ifelse(asked[f"was_{name}_north"].isnull(), -1, ibis.ifelse(larger > real(0.0), percent, 0))
