"""B3, B4 and B5 as Ibis expressions; `picture.behaviour.core.loading`, `loitering` and `silence.silences` are what they must find."""

from __future__ import annotations

from fairlead.picture.behaviour.silence import CELL_E7, CELLS_EAST, HOUR_MS, OWN_MS, QUARTER_E7
from fairlead.picture.ground import HALF_E7
from fairlead.picture.parameters import Parameters
from fairlead.store.sql_ground import Column, Table, apart_m, half_up, halved, kept, real, stacked, wrapped
from fairlead.store.sql_pairs import near_places

HOUR_S = 3600


def over(value: Column, width: int) -> Column:
    """A whole number divided by another, rounded down."""
    return (value.cast("float64") / real(float(width))).floor().cast("int64")


def loading(steps: Table, places: Table, limits: Parameters) -> Table:
    """Events of B3: line, first and last bin, and what was seen."""
    import ibis

    width = limits.bin_s // limits.slot_s
    behind = 2 * HOUR_S // limits.bin_s
    least, most = -(-limits.loading_min_s // limits.bin_s), limits.loading_max_s // limits.bin_s
    known = steps.filter(steps.speed_dkn >= 0).mutate(bin=over(steps.slot, width))
    bins = known.group_by("line", "bin").agg(total=known.speed_dkn.sum(), count=known.speed_dkn.count())
    bins = bins.filter(bins["count"] >= (width + 1) // 2)
    bins = kept(bins.select("line", "bin", mean=(bins.total.cast("float64") / bins["count"].cast("float64")).floor().cast("int64")))
    # 1. a candidate follows the bin before it, and is slower
    order = ibis.window(group_by="line", order_by="bin")
    led = bins.mutate(bin_before=bins.bin.lag(1).over(order), mean_before=bins["mean"].lag(1).over(order))
    starts = led.filter((led.bin_before == led.bin - 1) & (led["mean"] < led.mean_before))
    # 2. the median of what lies behind
    back = bins.select("line", bin_b="bin", mean_b="mean")
    met = starts.join(back, ["line", back.bin_b < starts.bin, back.bin_b >= starts.bin - behind])
    asked = met.group_by("line", "bin", "mean", "mean_before").agg(count=met.mean_b.count(), median=met.mean_b.median())
    asked = asked.filter(asked["count"] >= behind * 3 // 4)
    asked = asked.mutate(twice=half_up(asked["median"].cast("float64") * real(2.0)))
    fall, rise = limits.loading_fall_percent, limits.loading_back_percent
    asked = asked.filter(
        (asked.twice >= 2 * limits.loading_before_dkn)
        & (asked["mean"] * 200 <= asked.twice * fall)
        & (asked.mean_before * 200 > asked.twice * fall)
    )
    asked = kept(asked)
    # 3. the return, without a missing bin, and one bin more
    ahead = bins.select("line", bin_n="bin", mean_n="mean")
    met = asked.join(ahead, ["line", ahead.bin_n >= asked.bin, ahead.bin_n <= asked.bin + most])
    returned = met.filter((met.bin_n > met.bin) & (met.mean_n * 200 >= met.twice * rise))
    returned = returned.group_by("line", "bin").agg(last=returned.bin_n.min())
    asked = asked.join(returned, ["line", "bin"])
    met = asked.join(ahead, ["line", ahead.bin_n >= asked.bin, ahead.bin_n < asked["last"]])
    found = met.group_by("line", "bin", "last", "twice").agg(slow=met.mean_n.count(), lowest=met.mean_n.min(), highest=met.mean_n.max())
    found = found.filter((found.slow == found["last"] - found.bin) & (found.slow >= least) & (found.lowest <= limits.loading_to_dkn))
    onward = bins.select("line", bin_n=bins.bin - 1, mean_n="mean")
    found = found.join(onward, ["line", found["last"] == onward.bin_n])
    found = found.filter(found.mean_n * 200 >= found.twice * rise).drop("mean_n", "bin_n")
    # 4. where it was at the middle
    found = found.mutate(middle=halved((found.bin + found["last"]) * width))
    slots = steps.select("line", slot_m="slot", lat="lat_e7", lon="lon_e7")
    met = found.join(slots, ["line", slots.slot_m >= found.middle, slots.slot_m <= found.middle + 2 * width])
    first = met.group_by("line", "bin").agg(slot_m=met.slot_m.min())
    placed = found.join(first, ["line", "bin"]).join(slots, ["line", "slot_m"])
    near = near_places(placed.select("line", "bin", "lat", "lon"), places, limits.place_gate_m).select("line", "bin").distinct()
    return placed.anti_join(near, ["line", "bin"])


def loitering(steps: Table, places: Table, limits: Parameters) -> Table:
    """Events of B4."""
    import ibis

    width = HOUR_S // limits.slot_s
    order = ibis.window(group_by="line", order_by="slot")
    walked = steps.mutate(
        number=ibis.row_number().over(order),
        slot_b=steps.slot.lag(1).over(order),
        lat_b=steps.lat_e7.lag(1).over(order),
        lon_b=steps.lon_e7.lag(1).over(order),
        hour=over(steps.slot, width),
    )
    stepped = apart_m(walked.lat_b, walked.lon_b, walked.lat_e7, walked.lon_e7)
    walked = kept(walked.mutate(way=ibis.ifelse(walked.slot_b == walked.slot - 1, stepped, 0)))
    known = ibis.ifelse(walked.speed_dkn >= 0, 1, 0)
    told = ibis.ifelse(walked.speed_dkn >= 0, walked.speed_dkn, 0)
    hours = walked.group_by("line", "hour").agg(
        known=known.sum(), total=told.sum(), way=ibis.coalesce(walked.way.sum(), 0), first=walked.number.min(), last=walked.number.max()
    )
    hours = hours.filter(hours.known >= width // 2)
    hours = hours.mutate(mean=(hours.total.cast("float64") / hours.known.cast("float64")).floor().cast("int64"))
    hours = kept(hours.mutate(row=ibis.row_number().over(ibis.window(group_by="line", order_by="hour"))))
    slow = _slow_runs(hours, limits)
    circling = _circling(hours, walked, limits)
    spans = kept(stacked(slow.mutate(circling=ibis.literal(0)), circling.mutate(circling=ibis.literal(1))))
    return _loiter(spans, hours, walked, places, limits)


def _slow_runs(hours: Table, limits: Parameters) -> Table:
    import ibis

    fits = hours.filter(hours["mean"] < limits.loiter_dkn)
    order = ibis.window(group_by="line", order_by="hour")
    fits = fits.mutate(begins=ibis.ifelse(ibis.coalesce(fits.hour - fits.hour.lag(1).over(order), 2) > 1, 1, 0))
    fits = fits.mutate(run=fits.begins.sum().over(ibis.window(group_by="line", order_by="hour", preceding=None, following=0)))
    runs = fits.group_by("line", "run").agg(first_row=fits.row.min(), last_row=fits.row.max())
    return runs.filter(runs.last_row - runs.first_row + 1 >= -(-limits.loiter_min_s // HOUR_S)).select("line", "first_row", "last_row")


def _circling(hours: Table, walked: Table, limits: Parameters) -> Table:
    import ibis

    span = limits.circling_min_s // HOUR_S
    order = ibis.window(group_by="line", order_by="hour")
    ahead = ibis.window(group_by="line", order_by="hour", preceding=0, following=span - 1)
    days = hours.mutate(
        hour_n=hours.hour.lead(span - 1).over(order), last_n=hours["last"].lead(span - 1).over(order), path=hours.way.sum().over(ahead)
    )
    days = days.filter((days.hour_n - days.hour == span - 1) & (days.path >= limits.circling_path_m))
    begin = walked.select("line", first="number", lat_a="lat_e7", lon_a="lon_e7")
    end = walked.select("line", last_n="number", lat_z="lat_e7", lon_z="lon_e7")
    days = days.join(begin, ["line", "first"]).join(end, ["line", "last_n"])
    net = apart_m(days.lat_a, days.lon_a, days.lat_z, days.lon_z)
    days = days.filter(net * 100 < days.path * limits.circling_percent)
    by_row = ibis.window(group_by="line", order_by="row")
    days = days.mutate(begins=ibis.ifelse(ibis.coalesce(days.row - days.row.lag(1).over(by_row), span + 1) > span, 1, 0))
    days = days.mutate(run=days.begins.sum().over(ibis.window(group_by="line", order_by="row", preceding=None, following=0)))
    runs = days.group_by("line", "run").agg(first_row=days.row.min(), last_row=days.row.max() + span - 1)
    return runs.select("line", "first_row", "last_row")


def _loiter(spans: Table, hours: Table, walked: Table, places: Table, limits: Parameters) -> Table:
    met = spans.join(hours.select("line", "row", "mean", "way", "first", "last"), ["line"])
    met = met.filter((met.row >= met.first_row) & (met.row <= met.last_row))
    found = met.group_by("line", "circling", "first_row", "last_row").agg(
        hours=met.row.count(), total=met["mean"].sum(), path_m=met.way.sum(), first=met["first"].min(), last=met["last"].max()
    )
    found = found.mutate(
        mean_dkn=(found.total.cast("float64") / found.hours.cast("float64")).floor().cast("int64"),
        middle=halved(found["first"] + found["last"]),
    )
    for name, number in (("a", "first"), ("m", "middle"), ("z", "last")):
        at = walked.select(
            **{"line": "line", number: "number", f"slot_{name}": "slot", f"lat_{name}": "lat_e7", f"lon_{name}": "lon_e7"}
        )
        found = found.join(at, ["line", number])
    found = kept(found)
    inside = found.select("line", "circling", "first", "last", lon_0="lon_a").join(
        walked.select("line", "number", "lat_e7", "lon_e7"), ["line"]
    )
    inside = inside.filter((inside.number >= inside["first"]) & (inside.number <= inside["last"]))
    inside = inside.mutate(east=wrapped(inside.lon_e7 - inside.lon_0))
    box = inside.group_by("line", "circling", "first").agg(
        south=inside.lat_e7.min(), north=inside.lat_e7.max(), west=inside.east.min(), east=inside.east.max()
    )
    found = found.join(box, ["line", "circling", "first"])
    found = found.mutate(
        extent_m=apart_m(found.south, found.west, found.north, found.east),
        net_m=apart_m(found.lat_a, found.lon_a, found.lat_z, found.lon_z),
    )
    found = found.filter(found.extent_m >= limits.loiter_extent_m)
    ends = [found.select("line", "circling", "first", lat=f"lat_{name}", lon=f"lon_{name}") for name in ("a", "m", "z")]
    near = near_places(stacked(*ends), places, limits.place_gate_m).select("line", "circling", "first").distinct()
    return found.anti_join(near, ["line", "circling", "first"])


def silences(rows: Table, heard: Table, limits: Parameters) -> Table:
    """Events of B5. `rows` are the fixes of lines, `heard` all messages of feeds whose gaps mean something (t_ms, lat_e7, lon_e7,
    mmsi)."""
    import ibis

    order = ibis.window(group_by="line", order_by="t_ms")
    gaps = rows.filter(rows.mmsi > 0).mutate(
        to_ms=rows.t_ms.lead(1).over(order),
        lat_z=rows.lat_e7.lead(1).over(order),
        lon_z=rows.lon_e7.lead(1).over(order),
        counted_z=rows.counted.lead(1).over(order),
    )
    gaps = gaps.filter((gaps.to_ms - gaps.t_ms >= limits.gap_min_s * 1000) & gaps.counted & gaps.counted_z)
    gaps = kept(
        gaps.select(
            "line", "to_ms", "lat_z", from_ms="t_ms", lat_a="lat_e7", lon_a=wrapped(gaps.lon_e7), turn=wrapped(gaps.lon_z - gaps.lon_e7)
        )
    )
    # 1. whole hours and the cell at the middle of each
    hours = gaps.mutate(hour=ibis.range(over(gaps.from_ms + HOUR_MS - 1, HOUR_MS), over(gaps.to_ms, HOUR_MS)).unnest())
    part = (hours.hour * HOUR_MS + HOUR_MS // 2 - hours.from_ms).cast("float64") / (hours.to_ms - hours.from_ms).cast("float64")
    lat = hours.lat_a + half_up(part * (hours.lat_z - hours.lat_a).cast("float64"))
    lon = wrapped(hours.lon_a + half_up(part * hours.turn.cast("float64")))
    hours = hours.select("line", "from_ms", "hour", cell=_cell(lat, lon))
    reception = heard.mutate(hour=over(heard.t_ms, HOUR_MS), cell=_cell(heard.lat_e7, heard.lon_e7))
    reception = reception.group_by("hour", "cell").agg(messages=reception.mmsi.count(), numbers=reception.mmsi.nunique())
    met = hours.left_join(reception, ["hour", "cell"])
    messages = ibis.coalesce(met.messages, 0)
    share = ibis.ifelse(messages > 0, (messages.cast("float64") / met.numbers.cast("float64")).floor().cast("int64"), 0)
    found = met.group_by("line", "from_ms").agg(
        hours=met.hour.count(), heard=messages.sum(), hours_heard=ibis.ifelse(messages > 0, 1, 0).sum(), by_neighbours=share.sum()
    )
    found = gaps.join(found, ["line", "from_ms"])
    # 2. its own rate around the gap
    own = rows.select("line", "t_ms")
    met = found.select("line", "from_ms", "to_ms").join(own, ["line"])
    met = met.filter((met.t_ms >= met.from_ms - OWN_MS) & (met.t_ms <= met.to_ms + OWN_MS))
    around = met.group_by("line", "from_ms").agg(around=met.t_ms.count())
    found = found.join(around, ["line", "from_ms"])
    by_itself = over(found.around * (found.to_ms - found.from_ms), 2 * OWN_MS)
    found = found.mutate(expected=ibis.least(found.by_neighbours, by_itself))
    # 3. how common such a silence is where it began
    begun = gaps.select("line", cell=_cell(gaps.lat_a, gaps.lon_a)).distinct()
    silent = begun.group_by("cell").agg(silent=begun.line.count())
    everywhere = heard.select("mmsi", cell=_cell(heard.lat_e7, heard.lon_e7)).distinct()
    present = everywhere.group_by("cell").agg(present=everywhere.mmsi.count())
    found = found.mutate(cell=_cell(found.lat_a, found.lon_a)).join(silent, ["cell"]).join(present, ["cell"])
    found = found.filter((found.heard >= limits.gap_heard_min) & (found.expected >= limits.gap_expected_min))
    return found.mutate(
        travelled_m=apart_m(found.lat_a, found.lon_a, found.lat_z, wrapped(found.lon_a + found.turn)),
        lat_e7=halved(found.lat_a + found.lat_z),
        lon_e7=wrapped(found.lon_a + halved(found.turn)),
    )


def _cell(lat: Column, lon: Column) -> Column:
    return over(lat + QUARTER_E7, CELL_E7) * CELLS_EAST + over(lon + HALF_E7, CELL_E7)
