"""Plots over time, as SVG: speeds and distance of the tracks a lead froze, and where in its window a picture's cards lie.

A plot shows what stands in the answer beside it. Where nobody reports a speed it is taken between positions, and the page says so.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Final

from markupsafe import Markup, escape

from fairlead.door.sheet import E7, Answered, contact_name, sheet, way

KNOTS_PER_MPS: Final = 1.943844
METRES_PER_DEG: Final = 111_195
SPEED_OVER_MS: Final = 5 * 60_000
GAP_MS: Final = 10 * 60_000
GAPS_MAX: Final = 12


def plot_svg(excerpt: Answered) -> Markup:
    """Speed of each track, and the distance between the first two, over the time the lead froze."""
    card, tracks = excerpt["card"], [track for track in excerpt.get("tracks", []) if len(track["points"]) > 1]
    if not tracks:
        return Markup("")
    begin = min(track["points"][0][0] for track in tracks)
    end = max(track["points"][-1][0] for track in tracks)
    width, left, right = 720, 46, 12
    across = _scaled(begin, max(end, begin + 1), left, width - right)
    parts = [
        f'<rect class="during" x="{across(card["from_ms"])}" y="14" '
        f'width="{max(1.0, across(card["to_ms"]) - across(card["from_ms"]))}" height="232"/>'
    ]
    speeds = [_speeds(track) for track in tracks]
    top = max([speed for line in speeds for _, speed in line] or [1.0])
    ways = [way(track, tracks) for track in tracks]
    parts += _panel(speeds, across, 20, 120, max(5.0, top), "kn", width - right, left, ways)
    parts += [
        f'<path class="way {ways[number]}" d="M{110 + 150 * number} 10h18"/>'
        f'<text class="small" x="{132 + 150 * number}" y="14">{escape(contact_name(track))}</text>'
        for number, track in enumerate(tracks[:4])
    ]
    apart = _apart(tracks[0], tracks[1]) if len(tracks) > 1 else []
    if apart:
        near = max(metres for _, metres in apart)
        unit, by = ("km", 1000.0) if near > 3000 else ("m", 1.0)
        parts += _panel(
            [[(at, metres / by) for at, metres in apart]], across, 146, 240, near / by, unit, width - right, left, ["apart"]
        )
    parts += _hours(begin, end, across, 246)
    return sheet(width, 268, parts, "Speed of each track, and the distance between them, over time")


def timebar_svg(picture: Answered) -> Markup:
    """Where in the window the cards lie, under the time slider."""
    window = picture["window"]
    across = _scaled(window["from_ms"], max(window["to_ms"], window["from_ms"] + 1), 0, 1000)
    parts = []
    for card in picture.get("cards", []):
        x, beyond = across(max(card["from_ms"], window["from_ms"])), across(min(card["to_ms"], window["to_ms"]))
        parts.append(f'<rect class="span {escape(card["status"])}" x="{x}" y="2" width="{max(3.0, round(beyond - x, 1))}" height="7"/>')
    parts += _hours(window["from_ms"], window["to_ms"], across, 12)
    return sheet(1000, 28, parts, "Cards over the window", keep="none")


def _scaled(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    return lambda value: round(start + (value - low) / (high - low) * (end - start), 1)


def _panel(
    lines: Sequence[Sequence[tuple[int, float]]],
    across: Callable[[float], float],
    top: int,
    bottom: int,
    most: float,
    unit: str,
    right: float,
    left: float,
    styles: Sequence[str],
) -> list[str]:
    """One panel of a plot: a grid of three values, and each line."""
    up = _scaled(0, most or 1, bottom, top)
    parts = []
    for value in (0, most / 2, most):
        y = up(value)
        parts.append(f'<path class="grid" d="M{left} {y}H{right}"/><text class="tick" x="{left - 6}" y="{y + 4}">{value:.3g}</text>')
    parts.append(f'<text class="small" x="{left + 4}" y="{top - 6}">{"speed" if unit == "kn" else "apart"}, {unit}</text>')
    for style, line in zip(styles, lines, strict=True):
        drawn = " ".join(f"{across(at)},{up(value)}" for at, value in line)
        parts.append(f'<polyline class="way {style}" points="{drawn}"/>')
    return parts


def _hours(begin: int, end: int, across: Callable[[float], float], y: float) -> list[str]:
    """Ticks at round times UTC, at most a dozen."""
    steps = (60_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000)
    step = next((one for one in steps if (end - begin) / one <= 12), steps[-1])
    parts = []
    for at in range(-(-begin // step) * step, end + 1, step):
        if (at - begin) * 30 < end - begin or (end - at) * 30 < end - begin:
            continue  # its label would be cut at the edge
        minutes = at // 60_000 % 1440
        parts.append(f'<path class="grid" d="M{across(at)} {y - 4}V{y}"/>')
        parts.append(f'<text class="hour" x="{across(at)}" y="{y + 13}">{minutes // 60:02d}:{minutes % 60:02d}</text>')
    return parts


def _speeds(track: Answered) -> list[tuple[int, float]]:
    """Speeds in knots: as reported, or between positions at least five minutes apart where nobody reports one."""
    said = [(point[0], point[3] / 10) for point in track["points"] if point[3] >= 0]
    if len(said) > 1:
        return said
    found, first = [], 0
    points = track["points"]
    for last in range(1, len(points)):
        while points[last][0] - points[first + 1][0] >= SPEED_OVER_MS:
            first += 1
        span_ms = points[last][0] - points[first][0]
        if span_ms >= SPEED_OVER_MS:
            metres = _metres(points[first], points[last][1], points[last][2])
            found.append((points[first][0] + span_ms // 2, metres / (span_ms / 1000) * KNOTS_PER_MPS))
    return found


def _metres(point: Sequence[int], lat_e7: float, lon_e7: float) -> float:
    north = (lat_e7 - point[1]) * E7 * METRES_PER_DEG
    return math.hypot(north, (lon_e7 - point[2]) * E7 * METRES_PER_DEG * math.cos(math.radians(point[1] * E7)))


def _apart(one: Answered, other: Answered) -> list[tuple[int, float]]:
    """Metres between two tracks at the instants of the first, by straight lines between points of the second."""
    found = []
    for point in one["points"]:
        for before, after in zip(other["points"], other["points"][1:], strict=False):
            if before[0] <= point[0] <= after[0] and after[0] > before[0]:
                share = (point[0] - before[0]) / (after[0] - before[0])
                lat = before[1] + share * (after[1] - before[1])
                lon = before[2] + share * (after[2] - before[2])
                found.append((point[0], _metres(point, lat, lon)))
                break
    return found


def gaps_of(points: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Begin and end of the longest times without a position, at least ten minutes long; the longest first."""
    holes = [(after[0] - before[0], before[0], after[0]) for before, after in itertools.pairwise(points)]
    return [(begin, end) for span, begin, end in sorted(holes, reverse=True)[:GAPS_MAX] if span >= GAP_MS]
