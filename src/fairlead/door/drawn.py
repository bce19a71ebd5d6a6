"""Charts the node draws itself, as SVG without a single inline style: for browsers without WebGL, for a lead, for a page on paper.

1. A drawing shows exactly what stands in the answer beside it; it is never computed from anything else.
2. Colours come from the page's palette by class, so a drawing is as dark at night as the page around it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
from markupsafe import Markup, escape

from fairlead.door.coast import Box, Ring, land_within

E7: Final = 1e-7
WIDTH: Final = 960
HEIGHT: Final = 560
CELL_DEG: Final = 10_000 / 111_195  # a coarse cell is at least this high
NEAR_DEG: Final = 1.2
CONTACTS_MAX: Final = 2_000
TRAIL_MS: Final = 45 * 60_000
SPEED_OVER_MS: Final = 5 * 60_000
KNOTS_PER_MPS: Final = 1.943844
METRES_PER_DEG: Final = 111_195

Answered = dict[str, Any]  # a decoded answer: canonical JSON, so no more is known of its values


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A box of the chart laid on a sheet of `width` by `height`."""

    box: Box
    width: float
    height: float

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x = (lon - self.box.west) / (self.box.east - self.box.west) * self.width
        y = (self.box.north - lat) / (self.box.north - self.box.south) * self.height
        return round(x, 1), round(y, 1)


def frame_of(points: Sequence[tuple[float, float]], *, width: int, height: int, least_deg: float) -> Frame:
    """A frame around points (lon, lat), with a margin, at least `least_deg` high, in true proportion at its middle."""
    lons, lats = [lon for lon, _ in points] or [-75.0], [lat for _, lat in points] or [20.0]
    lat_mid, lon_mid = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    narrow = math.cos(math.radians(lat_mid)) or 1.0
    high = max((max(lats) - min(lats)) * 1.16, (max(lons) - min(lons)) * 1.16 * narrow * height / width, least_deg)
    wide = high * width / height / narrow
    box = Box(west=lon_mid - wide / 2, east=lon_mid + wide / 2, south=lat_mid - high / 2, north=lat_mid + high / 2)
    return Frame(box=box, width=width, height=height)


def picture_svg(picture: Answered) -> Markup:
    """The whole picture at the end of its window: coast, contacts with their last part of track, cards; or the cells."""
    cells = picture.get("cells")
    tracks = picture.get("tracks", [])[:CONTACTS_MAX]
    if cells is not None:
        points = _densest(cells)
    else:
        points = _focus(picture)
    frame = frame_of(points, width=WIDTH, height=HEIGHT, least_deg=0.6)
    parts = [_ground(frame)]
    if cells is not None:
        parts += [_cell(frame, cell) for cell in cells]
    parts += [_track(frame, track, picture["window"]["to_ms"]) for track in tracks]
    parts += [_ring(frame, card) for card in picture.get("cards", [])]
    return _sheet(frame, parts, "Chart of the picture; the table below lists the same contacts")


def strip_svg(excerpt: Answered) -> Markup:
    """The frozen tracks of a lead on the coast, with the place the card speaks of."""
    card, tracks = excerpt["card"], excerpt.get("tracks", [])
    points = [_lonlat(point[1], point[2]) for track in tracks for point in track["points"]] + [_lonlat(card["lat_e7"], card["lon_e7"])]
    frame = frame_of(points, width=720, height=300, least_deg=0.04)
    parts = [_ground(frame)]
    drawn = [track for track in tracks if track["points"]]
    for number, track in enumerate(drawn):
        style = f"way {_way(track, drawn)}"
        parts.append(_line(frame, [_lonlat(point[1], point[2]) for point in track["points"]], style))
        inside = [point for point in track["points"] if card["from_ms"] <= point[0] <= card["to_ms"]]
        parts.append(_line(frame, [_lonlat(point[1], point[2]) for point in inside], f"{style} inside"))
        x, y = frame.at(*_lonlat(track["points"][-1][1], track["points"][-1][2]))
        parts.append(_mark(x, y, track["kind"], track["points"][-1][4], matched="match" in track))
        parts.append(f'<text class="name" x="{x + 11}" y="{y + (4, -9, 18)[number % 3]}">{escape(contact_name(track))}</text>')
    parts.append(_ring(frame, card))
    parts.append(_scale(frame))
    return _sheet(frame, parts, "Strip map of the tracks this lead froze")


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
    ways = [_way(track, tracks) for track in tracks]
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
    frame = Frame(box=Box(west=0, south=0, east=1, north=1), width=width, height=268)
    return _sheet(frame, parts, "Speed of each track, and the distance between them, over time")


def timebar_svg(picture: Answered) -> Markup:
    """Where in the window the cards lie, under the time slider."""
    window = picture["window"]
    across = _scaled(window["from_ms"], max(window["to_ms"], window["from_ms"] + 1), 0, 1000)
    parts = []
    for card in picture.get("cards", []):
        x, beyond = across(max(card["from_ms"], window["from_ms"])), across(min(card["to_ms"], window["to_ms"]))
        parts.append(f'<rect class="span {escape(card["status"])}" x="{x}" y="2" width="{max(3.0, round(beyond - x, 1))}" height="7"/>')
    parts += _hours(window["from_ms"], window["to_ms"], across, 12)
    frame = Frame(box=Box(west=0, south=0, east=1, north=1), width=1000, height=28)
    return _sheet(frame, parts, "Cards over the window", keep="none")


def contact_name(track: Answered) -> str:
    """A contact by what it is and its short id in this view: never a name or a number of the vessel."""
    kinds = {"ais": "AIS contact", "radar": "radar contact", "sighting": "sighting"}
    return f"{kinds.get(track['kind'], track['kind'])} {track['id'][:4]}"


def cell_corners(lat_e7: int, lon_e7: int) -> tuple[float, float, float, float]:
    """West, south, east, north of a coarse cell around its centre, drawn at the size every cell at least has."""
    lon, lat = _lonlat(lat_e7, lon_e7)
    half, wide = CELL_DEG / 2, CELL_DEG / 2 / max(0.1, math.cos(math.radians(lat)))
    return lon - wide, lat - half, lon + wide, lat + half


def _focus(picture: Answered) -> list[tuple[float, float]]:
    """What to look at: the open cards and what has no AIS; else every contact."""
    cards = [_lonlat(card["lat_e7"], card["lon_e7"]) for card in picture.get("cards", []) if card["status"] == "open"]
    last = [_lonlat(track["points"][-1][1], track["points"][-1][2]) for track in picture.get("tracks", []) if track["kind"] == "radar"]
    if cards or last:
        return cards + last
    return [_lonlat(track["points"][-1][1], track["points"][-1][2]) for track in picture.get("tracks", [])]


def _densest(cells: Sequence[Answered]) -> list[tuple[float, float]]:
    """The cells around the spot that holds most contacts."""
    at = [(*_lonlat(cell["lat_e7"], cell["lon_e7"]), int(cell["contacts"])) for cell in cells]

    def near(spot: tuple[float, float, int]) -> list[tuple[float, float, int]]:
        return [one for one in at if abs(one[0] - spot[0]) < NEAR_DEG and abs(one[1] - spot[1]) < NEAR_DEG]

    if not at:
        return []
    best = max(at, key=lambda spot: sum(count for _, _, count in near(spot)))
    return [(lon, lat) for lon, lat, _ in near(best)]


def _lonlat(lat_e7: int, lon_e7: int) -> tuple[float, float]:
    return lon_e7 * E7, lat_e7 * E7


def _ground(frame: Frame) -> str:
    paths = [_path(frame, ring) for ring in land_within(_around(frame.box))]  # beyond the sheet, so that no cut edge shows
    return f'<rect class="sea" width="{frame.width}" height="{frame.height}"/><path class="land" fill-rule="evenodd" d="{"".join(paths)}"/>'


def _around(box: Box) -> Box:
    wide, high = box.east - box.west, box.north - box.south
    return Box(west=box.west - wide, east=box.east + wide, south=box.south - high / 4, north=box.north + high / 4)


def _path(frame: Frame, ring: Ring) -> str:
    drawn, last = [], (math.inf, math.inf)
    for lon, lat in ring:
        x, y = frame.at(lon, lat)
        if abs(x - last[0]) + abs(y - last[1]) >= 0.7:
            drawn.append(f"{x} {y}")
            last = (x, y)
    return f"M{'L'.join(drawn)}Z" if len(drawn) > 2 else ""


def _line(frame: Frame, points: Iterable[tuple[float, float]], style: str) -> str:
    drawn = " ".join("{},{}".format(*frame.at(lon, lat)) for lon, lat in points)
    return f'<polyline class="{style}" points="{drawn}"/>' if drawn else ""


def _track(frame: Frame, track: Answered, end_ms: int) -> str:
    points = track["points"]
    if not points:
        return ""
    lon, lat = _lonlat(points[-1][1], points[-1][2])
    if not (frame.box.west <= lon <= frame.box.east and frame.box.south <= lat <= frame.box.north):
        return ""
    trail = _line(
        frame, [_lonlat(point[1], point[2]) for point in points if point[0] >= points[-1][0] - TRAIL_MS], f"trail {track['kind']}"
    )
    x, y = frame.at(lon, lat)
    mark = _mark(x, y, track["kind"], points[-1][4] if track["moving"] else -1, matched="match" in track)
    stale = " stale" if points[-1][0] < end_ms - 3_600_000 else ""
    return f'<g class="contact{stale}"><title>{escape(contact_name(track))}</title>{trail}{mark}</g>'


def _mark(x: float, y: float, kind: str, course_ddeg: int, *, matched: bool) -> str:
    if kind == "ais" and course_ddeg >= 0:
        return f'<path class="mark ais" d="M0-7L4.2 5L0 2.6L-4.2 5Z" transform="translate({x} {y}) rotate({course_ddeg / 10:.0f})"/>'
    if kind == "ais":
        return f'<circle class="mark ais" cx="{x}" cy="{y}" r="3"/>'
    if kind == "radar":
        return (
            f'<path class="mark radar{" matched" if matched else ""}" d="M0-6.5L6.5 0L0 6.5L-6.5 0Z" transform="translate({x} {y})"/>'
        )
    return f'<path class="mark sighting" d="M-6-6H6V6H-6ZM-6 0H6M0-6V6" transform="translate({x} {y})"/>'


def _ring(frame: Frame, card: Answered) -> str:
    x, y = frame.at(*_lonlat(card["lat_e7"], card["lon_e7"]))
    return f'<circle class="ring {escape(card["status"])}" cx="{x}" cy="{y}" r="15"><title>{escape(card["title"])}</title></circle>'


def _cell(frame: Frame, cell: Answered) -> str:
    west, south, east, north = cell_corners(cell["lat_e7"], cell["lon_e7"])
    (x, y), (beyond, below) = frame.at(west, north), frame.at(east, south)
    middle = frame.at((west + east) / 2, (south + north) / 2)
    return (
        f'<rect class="cell" x="{x}" y="{y}" width="{round(beyond - x, 1)}" height="{round(below - y, 1)}"/>'
        f'<text class="count" x="{middle[0]}" y="{middle[1] + 4}">{int(cell["contacts"])}</text>'
    )


def _scale(frame: Frame) -> str:
    """A bar of a round number of nautical miles, bottom left."""
    lat_mid = math.radians((frame.box.north + frame.box.south) / 2)
    mile = frame.width / ((frame.box.east - frame.box.west) * math.cos(lat_mid) * 60)
    miles = next((one for one in (50, 20, 10, 5, 2, 1, 0.5) if one * mile < frame.width / 4), 0.2)
    y = frame.height - 14
    return (
        f'<path class="scale" d="M14 {y - 4}V{y}H{round(14 + miles * mile, 1)}V{y - 4}"/>'
        f'<text class="small" x="{round(20 + miles * mile, 1)}" y="{y}">{miles:g} NM</text>'
    )


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


def _way(track: Answered, tracks: Sequence[Answered]) -> str:
    """A track's line in the colour of its mark; others of the same kind are told apart."""
    first = next(one["id"] for one in tracks if one["kind"] == track["kind"])
    return f"way-{escape(track['kind'])}{'' if track['id'] == first else ' second'}"


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


def _sheet(frame: Frame, parts: Iterable[str], words: str, *, keep: str = "xMidYMid meet") -> Markup:
    return Markup(
        f'<svg class="drawing" viewBox="0 0 {frame.width:g} {frame.height:g}" preserveAspectRatio="{keep}" role="img" '
        f'aria-label="{escape(words)}">{"".join(parts)}</svg>'
    )
