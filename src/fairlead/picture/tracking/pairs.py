"""Which plots of one scan are near enough to which tracks, and the cheapest way to give each at most one.

1. Plots lie in a grid of cubes in earth-centred metres: nothing special at the dateline or a pole.
2. A track keeps its PAIRS_MAX nearest plots, by Mahalanobis distance, then by place in the scan: bounded in a storm of clutter.
3. Tracks that share no plot are assigned apart; together the answers are the one cheapest assignment (Blackman and Popoli 1999,
   Design and Analysis of Modern Tracking Systems, section 6.4). A group of more than GROUP_MAX tracks, which only a storm makes, is
   given its nearest pairs first instead.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from fairlead.picture.assign import columns_of
from fairlead.picture.ground import Floats, Ints
from fairlead.report.compiled import kernel

PAIRS_MAX: Final = 24
GROUP_MAX: Final = 400
FAR: Final = 1e6  # costs more than any pair inside a gate, and leaves ten digits for those


@kernel
def cubes(places: Floats, cube_m: float) -> tuple[Ints, Ints, Ints]:
    """The cube (n, 3) of each plot, the first plot of each slot of the table, and the next plot in the same slot."""
    count = len(places)
    slots = 16
    while slots < 2 * count:
        slots *= 2
    cube = np.empty((count, 3), dtype=np.int64)
    first, following = np.full(slots, -1, dtype=np.int64), np.empty(count, dtype=np.int64)
    for plot in range(count - 1, -1, -1):
        for axis in range(3):
            cube[plot, axis] = math.floor(places[plot, axis] / cube_m)
        slot = slot_of(cube[plot, 0], cube[plot, 1], cube[plot, 2], slots)
        following[plot] = first[slot]
        first[slot] = plot
    return cube, first, following


@kernel
def slot_of(x: int, y: int, z: int, slots: int) -> int:
    """Where a cube stands in a table of 2**n slots."""
    mixed = x * 73856093 ^ y * 19349663 ^ z * 83492791
    return (mixed ^ (mixed >> 17)) & (slots - 1)


@kernel
def around(
    places: Floats, cube: Ints, first: Ints, following: Ints, cube_m: float, x: float, y: float, z: float, radius_m: float, near: Ints
) -> int:
    """Fill `near` with the plots within `radius_m` of a position, by cube and then by place in the scan; how many."""
    low_x, high_x = math.floor((x - radius_m) / cube_m), math.floor((x + radius_m) / cube_m)
    low_y, high_y = math.floor((y - radius_m) / cube_m), math.floor((y + radius_m) / cube_m)
    low_z, high_z = math.floor((z - radius_m) / cube_m), math.floor((z + radius_m) / cube_m)
    count, square = 0, radius_m * radius_m
    if (high_x - low_x + 1.0) * (high_y - low_y + 1.0) * (high_z - low_z + 1.0) > len(places):
        for plot in range(len(places)):
            dx, dy, dz = places[plot, 0] - x, places[plot, 1] - y, places[plot, 2] - z
            if dx * dx + dy * dy + dz * dz <= square:
                near[count] = plot
                count += 1
        return count
    for cx in range(low_x, high_x + 1):
        for cy in range(low_y, high_y + 1):
            for cz in range(low_z, high_z + 1):
                plot = first[slot_of(cx, cy, cz, len(first))]
                while plot >= 0:
                    if cube[plot, 0] == cx and cube[plot, 1] == cy and cube[plot, 2] == cz:
                        dx, dy, dz = places[plot, 0] - x, places[plot, 1] - y, places[plot, 2] - z
                        if dx * dx + dy * dy + dz * dz <= square:
                            near[count] = plot
                            count += 1
                    plot = following[plot]
    return count


@kernel
def shared_out(start: Ints, plot_of: Ints, cost: Floats, none: Floats, plots: int, given: Ints) -> None:
    """Fill `given` (tracks,) with the pair that each track gets, -1 for none: the least total of pair costs and `none` (tracks,)."""
    tracks = len(start) - 1
    # 1. tracks that share a plot, however indirectly, are one group
    leader = np.arange(tracks)
    owner = np.full(plots, -1, dtype=np.int64)
    for track in range(tracks):
        given[track] = -1
        for pair in range(start[track], start[track + 1]):
            plot = plot_of[pair]
            if owner[plot] < 0:
                owner[plot] = track
            else:
                one, two = _root(leader, track), _root(leader, owner[plot])
                leader[max(one, two)] = min(one, two)
    size, place = np.zeros(tracks, dtype=np.int64), np.zeros(tracks + 1, dtype=np.int64)
    for track in range(tracks):
        leader[track] = _root(leader, track)
        size[leader[track]] += 1
    for track in range(tracks):
        place[track + 1] = place[track] + size[track]
    members = np.empty(tracks, dtype=np.int64)
    filled = place.copy()
    for track in range(tracks):
        members[filled[leader[track]]] = track
        filled[leader[track]] += 1
    # 2. each group for itself
    column_of = np.full(plots, -1, dtype=np.int64)
    for head in range(tracks):
        if size[head] == 1:
            best, least = -1, none[head]
            for pair in range(start[head], start[head + 1]):
                if cost[pair] < least:
                    best, least = pair, cost[pair]
            given[head] = best
        elif size[head] > GROUP_MAX:
            _nearest(start, plot_of, cost, none, members[place[head] : place[head + 1]], column_of, given)
        elif size[head] > 1:
            _cheapest(start, plot_of, cost, none, members[place[head] : place[head + 1]], column_of, given)


@kernel
def _root(leader: Ints, track: int) -> int:
    while leader[track] != track:
        leader[track] = leader[leader[track]]
        track = leader[track]
    return track


@kernel
def _cheapest(start: Ints, plot_of: Ints, cost: Floats, none: Floats, members: Ints, column_of: Ints, given: Ints) -> None:
    seen = 0
    for track in members:
        for pair in range(start[track], start[track + 1]):
            if column_of[plot_of[pair]] < 0:
                column_of[plot_of[pair]] = 0
                seen += 1
    used = np.empty(seen, dtype=np.int64)
    seen = 0
    for track in members:
        for pair in range(start[track], start[track + 1]):
            plot = plot_of[pair]
            if column_of[plot] == 0:
                column_of[plot] = -2
                used[seen] = plot
                seen += 1
    for column in range(seen):
        column_of[used[column]] = column
    table = np.full((len(members), seen + len(members)), FAR)
    pair_at = np.full((len(members), seen), -1, dtype=np.int64)
    for row in range(len(members)):
        track = members[row]
        table[row, seen + row] = none[track]
        for pair in range(start[track], start[track + 1]):
            column = column_of[plot_of[pair]]
            table[row, column] = cost[pair]
            pair_at[row, column] = pair
    chosen = columns_of(table)
    for row in range(len(members)):
        given[members[row]] = pair_at[row, chosen[row]] if chosen[row] < seen else -1
    for column in range(seen):
        column_of[used[column]] = -1


@kernel
def _in_order(values: Floats) -> Ints:
    """Places of the values from the least, equals as they stand: runs merged from below."""
    count, width = len(values), 1
    order, spare = np.arange(count), np.empty(count, dtype=np.int64)
    while width < count:
        for low in range(0, count, 2 * width):
            middle, high = min(low + width, count), min(low + 2 * width, count)
            left, right = low, middle
            for at in range(low, high):
                if left < middle and (right >= high or values[order[left]] <= values[order[right]]):
                    spare[at] = order[left]
                    left += 1
                else:
                    spare[at] = order[right]
                    right += 1
        order, spare = spare, order
        width *= 2
    return order


@kernel
def _nearest(start: Ints, plot_of: Ints, cost: Floats, none: Floats, members: Ints, column_of: Ints, given: Ints) -> None:
    count = 0
    for track in members:
        count += start[track + 1] - start[track]
    pairs, owner, gain = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64), np.empty(count)
    count = 0
    for track in members:
        for pair in range(start[track], start[track + 1]):
            pairs[count], owner[count], gain[count] = pair, track, cost[pair] - none[track]
            count += 1
    for at in _in_order(gain):
        pair, track = pairs[at], owner[at]
        if gain[at] < 0.0 and given[track] < 0 and column_of[plot_of[pair]] != -3:
            given[track] = pair
            column_of[plot_of[pair]] = -3
    for at in range(count):
        column_of[plot_of[pairs[at]]] = -1
