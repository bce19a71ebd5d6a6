"""The events of B1, B2, B3, B4, B5 and B10 the plain way: every pair, every slot, dictionaries and loops; a second reading.

1. It shares nothing with fairlead.picture but the meaning of the parameters, whose values come as one object.
2. Written from docs/reference/parameters.md and docs/reference/behaviour.md: whole metres, 0.1 kn, slots of `slot_s`.
3. A world is fixes by number: every number is one vessel, and nothing here splits or doubts it.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterator, Mapping, Sequence

from fairlead.picture import Parameters

Fix = tuple[int, int, int, int]  # t_ms, lat_e7, lon_e7, sog_dkn or -1
Step = tuple[int, int, int]  # lat_e7, lon_e7, speed_dkn or -1
Steps = dict[int, Step]  # by slot
World = Mapping[int, Sequence[Fix]]
Found = tuple[tuple[int, ...], int, int, dict[str, int]]  # numbers, from_ms, to_ms, what was observed
TURN, HALF = 3_600_000_000, 1_800_000_000
METRE_A_DKN = 0.0514444  # metres a second


def half_up(value: float) -> int:
    return math.floor(value + 0.5)


def wrap(lon_e7: int) -> int:
    return (lon_e7 + HALF) % TURN - HALF


def plane(one: Sequence[int], other: Sequence[int]) -> tuple[float, float]:
    """Metres north and east from one position to another, in the plane at their middle."""
    scale = math.radians(1e-7) * 6_371_008.8
    middle = math.radians((one[0] + other[0]) / 2e7)
    return (other[0] - one[0]) * scale, wrap(other[1] - one[1]) * scale * math.cos(middle)


def apart(one: Sequence[int], other: Sequence[int]) -> int:
    return half_up(math.hypot(*plane(one, other)))


# steps


def steps(track: Sequence[Fix], limits: Parameters) -> Steps:
    """Where a vessel was at every whole slot, and how fast; never across a hole."""
    slot_ms = limits.slot_s * 1000
    found: Steps = {}
    for before, after in zip(track, [*track[1:], None], strict=True):
        for slot in range(-(-before[0] // slot_ms), (after or before)[0] // slot_ms + 1):
            t_ms = slot * slot_ms
            if t_ms == before[0]:
                found[slot] = (before[1], wrap(before[2]), speed_said(before))
            elif after and t_ms < after[0] and after[0] - before[0] <= limits.hole_max_s * 1000:
                found[slot] = between(before, after, (t_ms - before[0]) / (after[0] - before[0]))
    measured = {slot: measured_speed(found, slot, limits) for slot, step in found.items() if step[2] < 0}
    return {slot: (*step[:2], measured.get(slot, step[2])) for slot, step in sorted(found.items())}


def speed_said(fix: Fix) -> int:
    return fix[3] if fix[3] <= 1022 else -1


def between(before: Fix, after: Fix, part: float) -> Step:
    lat = before[1] + half_up(part * (after[1] - before[1]))
    lon = wrap(before[2] + half_up(part * wrap(after[2] - before[2])))
    said = speed_said(before), speed_said(after)
    return lat, lon, -1 if min(said) < 0 else said[0] + half_up(part * (said[1] - said[0]))


def measured_speed(found: Steps, slot: int, limits: Parameters) -> int:
    """The slower of a leg before and a leg after."""
    legs = max(1, limits.speed_baseline_s // limits.slot_s)
    seconds = legs * limits.slot_s
    others = [found[at] for at in (slot - legs, slot + legs) if at in found]
    return min((half_up(apart(found[slot], other) / seconds / METRE_A_DKN) for other in others), default=-1)


def all_steps(world: World, limits: Parameters) -> dict[int, Steps]:
    return {number: steps(track, limits) for number, track in world.items()}


def runs(slots: Sequence[int], gap: int) -> list[tuple[int, int]]:
    """First and last of slots that follow each other with at most so much in between."""
    found: list[tuple[int, int]] = []
    for slot in slots:
        if found and slot - found[-1][1] <= gap:
            found[-1] = (found[-1][0], slot)
        else:
            found.append((slot, slot))
    return found


# B1


def slow(world: World, limits: Parameters) -> Iterator[Found]:
    known = all_steps(world, limits)
    for one, a in sorted(known.items()):
        for other, b in sorted(known.items()):
            close = [slot for slot in a if one < other and slot in b and near_and_slow(a[slot], b[slot], limits)]
            for first, last in runs(close, limits.slow_transfer_break_s // limits.slot_s + 1):
                own = [slot for slot in close if first <= slot <= last]
                if (last - first) * limits.slot_s >= limits.slow_transfer_min_s:
                    yield (
                        (one, other),
                        first * limits.slot_s * 1000,
                        last * limits.slot_s * 1000,
                        {
                            "apart_m": max(apart(a[slot], b[slot]) for slot in own),
                            "top_one_dkn": max(a[slot][2] for slot in own),
                            "top_other_dkn": max(b[slot][2] for slot in own),
                            "break_s": (max(after - before for before, after in itertools.pairwise(own)) - 1) * limits.slot_s,
                        },
                    )


def near_and_slow(one: Step, other: Step, limits: Parameters) -> bool:
    slow_both = all(0 <= step[2] < limits.slow_transfer_dkn for step in (one, other))
    return slow_both and apart(one, other) <= limits.slow_transfer_gate_m


# B2


def short(world: World, limits: Parameters) -> Iterator[Found]:
    known = all_steps(world, limits)
    for one in sorted(known):
        for other in sorted(known):
            if one < other:
                yield from short_pair(known[one], known[other], (one, other), limits)


def short_pair(a: Steps, b: Steps, numbers: tuple[int, int], limits: Parameters) -> Iterator[Found]:
    close = [slot for slot in a if slot in b and near_under_way(a[slot], b[slot], limits)]
    long = [(first, last) for first, last in runs(close, 1) if (last - first) * limits.slot_s >= limits.short_transfer_min_s]
    joined: list[tuple[int, int]] = []
    for first, last in long:
        if joined and (first - joined[-1][1]) * limits.slot_s <= limits.short_transfer_break_s:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    for first, last in joined:
        seen = side_by_side(a, b, first, last, limits)
        if seen is not None:
            yield numbers, first * limits.slot_s * 1000, last * limits.slot_s * 1000, seen


def near_under_way(one: Step, other: Step, limits: Parameters) -> bool:
    return min(one[2], other[2]) >= limits.short_transfer_dkn and apart(one, other) <= limits.short_transfer_gate_m


def side_by_side(a: Steps, b: Steps, first: int, last: int, limits: Parameters) -> dict[str, int] | None:
    during = [velocity(track, first, last) for track in (a, b)]
    if during[0] is None or during[1] is None:
        return None
    (north_a, east_a), (north_b, east_b) = during[0], during[1]
    turn = math.degrees(math.atan2(north_a * east_b - east_a * north_b, north_a * north_b + east_a * east_b))
    if abs(turn) > 30 or not (math.hypot(north_a, east_a) and math.hypot(north_b, east_b)):
        return None
    begin = first - limits.deviation_before_s // limits.slot_s
    before = [velocity(track, begin, begin + 1800 // limits.slot_s) for track in (a, b)]
    changed = [-1 if was is None else change(was, now) for was, now in zip(before, (during[0], during[1]), strict=True)]
    if any(0 <= percent < limits.deviation_percent for percent in changed):
        return None
    fits = [slot for slot in range(first, last + 1) if slot in a and slot in b and near_under_way(a[slot], b[slot], limits)]
    speeds = [track[slot][2] for slot in fits for track in (a, b)]
    return {
        "apart_m": max(apart(a[slot], b[slot]) for slot in fits),
        "deviation_one_percent": changed[0],
        "deviation_other_percent": changed[1],
        "mean_dkn": sum(speeds) // len(speeds),
    }


def velocity(track: Steps, first: int, last: int) -> tuple[float, float] | None:
    if first not in track or last not in track:
        return None
    north, east = plane(track[first], track[last])
    return north / (last - first), east / (last - first)


def change(was: tuple[float, float], now: tuple[float, float]) -> int:
    larger = max(math.hypot(*was), math.hypot(*now))
    return math.floor(100 * math.dist(was, now) / larger + 1e-9) if larger else 0


# B3


def loading(world: World, limits: Parameters) -> Iterator[Found]:
    for number, track in all_steps(world, limits).items():
        means = bins(track, limits.bin_s // limits.slot_s)
        for at in means:
            found = fall(means, at, limits)
            if found is not None:
                end, seen = found
                yield (number,), at * limits.bin_s * 1000, end * limits.bin_s * 1000, seen


def bins(track: Steps, width: int) -> dict[int, int]:
    """Mean speed of each bin in which more than half the slots have one."""
    found: dict[int, list[int]] = {}
    for slot, (_, _, speed) in track.items():
        if speed >= 0:
            found.setdefault(slot // width, []).append(speed)
    return {number: sum(speeds) // len(speeds) for number, speeds in found.items() if 2 * len(speeds) >= width}


def fall(means: Mapping[int, int], at: int, limits: Parameters) -> tuple[int, dict[str, int]] | None:
    """The bin of return of a fall that begins here, and what was observed."""
    hours_2 = 7200 // limits.bin_s
    behind = [means[number] for number in range(at - hours_2, at) if number in means]
    if at - 1 not in means or 4 * len(behind) < 3 * hours_2 or means[at - 1] <= means[at]:
        return None
    twice = int(2 * statistics.median(behind))
    limit = twice * limits.loading_fall_percent
    if twice < 2 * limits.loading_before_dkn or 200 * means[at] > limit or 200 * means[at - 1] <= limit:
        return None
    end = at
    while end in means and 200 * means[end] < twice * limits.loading_back_percent:
        end += 1
    slowed = [means[number] for number in range(at, end)]
    back = all(number in means and 200 * means[number] >= twice * limits.loading_back_percent for number in (end, end + 1))
    if not back or not limits.loading_min_s <= (end - at) * limits.bin_s <= limits.loading_max_s or min(slowed) > limits.loading_to_dkn:
        return None
    return end, {"before_dkn": twice // 2, "lowest_dkn": min(slowed), "highest_dkn": max(slowed)}


# B4


def loitering(world: World, limits: Parameters) -> Iterator[Found]:
    width = 3600 // limits.slot_s
    for number, track in all_steps(world, limits).items():
        hours: dict[int, list[int]] = {}
        for slot in track:
            hours.setdefault(slot // width, []).append(slot)
        mean = {hour: said for hour, slots in hours.items() if (said := mean_speed(track, slots, width // 2)) >= 0}
        slow = sorted(hour for hour in mean if mean[hour] < limits.loiter_dkn)
        least = -(-limits.loiter_min_s // 3600)
        stretches = [(0, run) for run in runs(slow, 1) if run[1] - run[0] + 1 >= least]
        stretches += [(1, run) for run in circles(track, hours, sorted(mean), limits)]
        for kind, (first, last) in stretches:
            slots = [slot for hour in range(first, last + 1) for slot in hours[hour]]
            seen = {"circling": kind, "hours": last - first + 1, **stretch(track, slots)}
            seen["mean_dkn"] = sum(mean[hour] for hour in range(first, last + 1)) // (last - first + 1)
            seen["path_m"] = sum(way(track, hours[hour]) for hour in range(first, last + 1))
            if seen["extent_m"] >= limits.loiter_extent_m:
                yield (number,), slots[0] * limits.slot_s * 1000, slots[-1] * limits.slot_s * 1000, seen


def mean_speed(track: Steps, slots: Sequence[int], least: int) -> int:
    speeds = [track[slot][2] for slot in slots if track[slot][2] >= 0]
    return sum(speeds) // len(speeds) if len(speeds) >= least else -1


def way(track: Steps, slots: Sequence[int]) -> int:
    """Metres made up to each of these slots from the one before it."""
    return sum(apart(track[slot - 1], track[slot]) for slot in slots if slot - 1 in track)


def circles(track: Steps, hours: Mapping[int, Sequence[int]], whole: Sequence[int], limits: Parameters) -> list[tuple[int, int]]:
    """Stretches of hours in which every day's net is a small part of its path."""
    day = limits.circling_min_s // 3600
    found: list[tuple[int, int]] = []
    for first in whole:
        if not all(first + off in whole for off in range(day)):
            continue
        path = sum(way(track, hours[first + off]) for off in range(day))
        net = apart(track[hours[first][0]], track[hours[first + day - 1][-1]])
        if path < limits.circling_path_m or net * 100 >= path * limits.circling_percent:
            continue
        if found and found[-1][1] >= first - 1:
            found[-1] = (found[-1][0], first + day - 1)
        else:
            found.append((first, first + day - 1))
    return found


def stretch(track: Steps, slots: Sequence[int]) -> dict[str, int]:
    lats, easts = [track[slot][0] for slot in slots], [wrap(track[slot][1] - track[slots[0]][1]) for slot in slots]
    return {
        "extent_m": apart((min(lats), min(easts)), (max(lats), max(easts))),
        "net_m": apart(track[slots[0]], track[slots[-1]]),
    }


# B5


def silences(world: World, limits: Parameters) -> Iterator[Found]:
    """Gaps of every number while others were heard where it was; all numbers come from one feed whose gaps mean something."""
    heard: dict[tuple[int, int, int], list[int]] = {}
    for number, track in world.items():
        for fix in track:
            heard.setdefault((fix[0] // 3_600_000, *cell(fix[1], fix[2])), []).append(number)
    for number, track in world.items():
        for before, after in itertools.pairwise(track):
            if after[0] - before[0] >= limits.gap_min_s * 1000:
                seen = silence(track, before, after, heard)
                if seen["heard"] >= limits.gap_heard_min and seen["expected"] >= limits.gap_expected_min:
                    yield (number,), before[0], after[0], seen


def cell(lat_e7: int, lon_e7: int) -> tuple[int, int]:
    return (lat_e7 + 900_000_000) // 5_000_000, (lon_e7 + HALF) % TURN // 5_000_000


def silence(track: Sequence[Fix], before: Fix, after: Fix, heard: Mapping[tuple[int, int, int], Sequence[int]]) -> dict[str, int]:
    span_ms = after[0] - before[0]
    there = []
    for hour in range(-(-before[0] // 3_600_000), after[0] // 3_600_000):
        part = ((hour + 0.5) * 3_600_000 - before[0]) / span_ms
        there.append(heard.get((hour, *cell(*between(before, after, part)[:2])), ()))
    own = sum(before[0] - 7_200_000 <= fix[0] <= after[0] + 7_200_000 for fix in track)
    as_neighbours = sum(len(numbers) // len(set(numbers)) for numbers in there if numbers)
    return {
        "heard": sum(len(numbers) for numbers in there),
        "expected": min(as_neighbours, own * span_ms // 14_400_000),
        "hours": len(there),
        "hours_heard": sum(bool(numbers) for numbers in there),
        "travelled_m": apart(before[1:3], after[1:3]),
    }


# B10


def drop_offs(world: World, limits: Parameters) -> Iterator[Found]:
    known = all_steps(world, limits)
    stops = [(number, first, last) for number, track in known.items() for first, last in short_stops(track, limits)]
    for one, from_slot, to_slot in stops:
        for other, again, gone in stops:
            later_s = (again - to_slot) * limits.slot_s
            if one == other or not limits.drop_after_min_s <= later_s <= limits.drop_after_max_s:
                continue
            gate = min(limits.drop_gate_m + limits.drop_drift_m * later_s // 3600, 10 * limits.drop_gate_m)
            here, there = known[one][(from_slot + to_slot) // 2], known[other][(again + gone) // 2]
            if apart(here, there) <= gate:
                others = [known[number][(first + last) // 2] for number, first, last in stops]
                seen = {
                    "apart_m": apart(here, there),
                    "gate_m": gate,
                    "later_s": later_s,
                    "first_to_ms": to_slot * limits.slot_s * 1000,
                    "second_from_ms": again * limits.slot_s * 1000,
                    "stops_near": sum(apart(here, place) <= 2000 for place in others) - 1 - (apart(here, there) <= 2000),
                }
                yield (one, other), from_slot * limits.slot_s * 1000, gone * limits.slot_s * 1000, seen


def short_stops(track: Steps, limits: Parameters) -> list[tuple[int, int]]:
    """Times below 3 kn, short, come to and left at 5 kn or more within ten slots."""
    slow = [slot for slot, (_, _, speed) in track.items() if 0 <= speed < 30]
    found = []
    for first, last in runs(slow, 1):
        fits = limits.drop_stop_min_s <= (last - first) * limits.slot_s <= limits.drop_stop_max_s
        came = any(track[slot][2] >= 50 for slot in range(first - 10, first) if slot in track)
        left = any(track[slot][2] >= 50 for slot in range(last + 1, last + 11) if slot in track)
        if fits and came and left:
            found.append((first, last))
    return found
