"""Charts the node draws itself, as SVG without a single inline style: for browsers without WebGL, for a lead, for a page on paper.

1. A drawing shows exactly what stands in the answer beside it; it is never computed from anything else.
2. Colours come from the page's palette by class, so a drawing is as dark at night as the page around it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup, escape

from fairlead.door.coast import Box, Ring, land_within
from fairlead.door.sheet import Answered, Frame, contact_name, frame_of, lonlat, sheet, way

WIDTH: Final = 960
HEIGHT: Final = 560
CELL_DEG: Final = 10_000 / 111_195  # a coarse cell is at least this high
NEAR_DEG: Final = 1.2
CONTACTS_MAX: Final = 2_000
ELLIPSES_MAX: Final = 12
TRAIL_MS: Final = 45 * 60_000


def picture_svg(picture: Answered) -> Markup:
    """The whole picture at the end of its window: coast, contacts with their last part of track, cards; or the cells."""
    cells = picture.get("cells")
    tracks = picture.get("tracks", [])[:CONTACTS_MAX]
    points = _densest(cells) if cells is not None else _focus(picture)
    frame = frame_of(points, width=WIDTH, height=HEIGHT, least_deg=0.6)
    parts = [_ground(frame)]
    if cells is not None:
        parts += [_cell(frame, cell) for cell in cells]
    parts += [_track(frame, track, picture["window"]["to_ms"]) for track in tracks]
    parts += [_ring(frame, card) for card in picture.get("cards", [])]
    return sheet(frame.width, frame.height, parts, "Chart of the picture; the table below lists the same contacts")


def strip_svg(excerpt: Answered, title: str = "Strip map of the tracks this lead froze") -> Markup:
    """Tracks on the coast, with the place the card speaks of."""
    card, tracks = excerpt["card"], excerpt.get("tracks", [])
    points = [lonlat(point[1], point[2]) for track in tracks for point in track["points"]] + [lonlat(card["lat_e7"], card["lon_e7"])]
    frame = frame_of(points, width=720, height=300, least_deg=0.012)
    parts = [_ground(frame)]
    drawn = [track for track in tracks if track["points"]]
    for number, track in enumerate(drawn):
        style = f"way {way(track, drawn)}"
        parts.append(_line(frame, [lonlat(point[1], point[2]) for point in track["points"]], style))
        inside = [point for point in track["points"] if card["from_ms"] <= point[0] <= card["to_ms"]]
        parts.append(_line(frame, [lonlat(point[1], point[2]) for point in inside], f"{style} inside"))
        parts += _known(frame, track)
        x, y = frame.at(*lonlat(track["points"][-1][1], track["points"][-1][2]))
        parts.append(_mark(x, y, track))
        parts.append(f'<text class="name" x="{x + 11}" y="{y + (4, -9, 18)[number % 3]}">{escape(contact_name(track))}</text>')
    if "status" in card:  # a vessel on its own page has no place that a card speaks of
        parts.append(_ring(frame, card))
    parts.append(_scale(frame))
    return sheet(frame.width, frame.height, parts, title)


def cell_corners(lat_e7: int, lon_e7: int) -> tuple[float, float, float, float]:
    """West, south, east, north of a coarse cell around its centre, drawn at the size every cell at least has."""
    lon, lat = lonlat(lat_e7, lon_e7)
    half, wide = CELL_DEG / 2, CELL_DEG / 2 / max(0.1, math.cos(math.radians(lat)))
    return lon - wide, lat - half, lon + wide, lat + half


def _focus(picture: Answered) -> list[tuple[float, float]]:
    """What to look at: the open cards and what has no AIS; else every contact."""
    cards = [lonlat(card["lat_e7"], card["lon_e7"]) for card in picture.get("cards", []) if card["status"] == "open"]
    last = [lonlat(track["points"][-1][1], track["points"][-1][2]) for track in picture.get("tracks", []) if track["kind"] == "radar"]
    if cards or last:
        return cards + last
    return [lonlat(track["points"][-1][1], track["points"][-1][2]) for track in picture.get("tracks", [])]


def _densest(cells: Sequence[Answered]) -> list[tuple[float, float]]:
    """The cells around the spot that holds most contacts."""
    at = [(*lonlat(cell["lat_e7"], cell["lon_e7"]), int(cell["contacts"])) for cell in cells]

    def near(spot: tuple[float, float, int]) -> list[tuple[float, float, int]]:
        return [one for one in at if abs(one[0] - spot[0]) < NEAR_DEG and abs(one[1] - spot[1]) < NEAR_DEG]

    if not at:
        return []
    best = max(at, key=lambda spot: sum(count for _, _, count in near(spot)))
    return [(lon, lat) for lon, lat, _ in near(best)]


def _ground(frame: Frame) -> str:
    paths = [_path(frame, ring) for ring in land_within(_around(frame.box))]  # beyond the sheet, so that no cut edge shows
    sea = f'<rect class="sea" width="{frame.width}" height="{frame.height}"/>'
    return f'{sea}<path class="land" fill-rule="evenodd" d="{"".join(paths)}"/>'


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
    lon, lat = lonlat(points[-1][1], points[-1][2])
    if not (frame.box.west <= lon <= frame.box.east and frame.box.south <= lat <= frame.box.north):
        return ""
    trail = _line(
        frame, [lonlat(point[1], point[2]) for point in points if point[0] >= points[-1][0] - TRAIL_MS], f"trail {track['kind']}"
    )
    x, y = frame.at(lon, lat)
    mark = _mark(x, y, track)
    stale = " stale" if points[-1][0] < end_ms - 3_600_000 else ""
    return f'<g class="contact{stale}"><title>{escape(contact_name(track))}</title>{trail}{mark}</g>'


def _known(frame: Frame, track: Answered) -> list[str]:
    """Where a filtered track lies with two standard deviations, at some of its points."""
    points, ellipses = track["points"], track.get("ellipses", [])
    if len(ellipses) != len(points):
        return []  # a card draws the plots that it rests on, which have no ellipse
    high = frame.height / ((frame.box.north - frame.box.south) * 111_195)  # pixels a metre
    step = max(1, len(points) // ELLIPSES_MAX)
    found = []
    for point, (major, minor, bearing) in zip(points[::-step], ellipses[::-step], strict=True):
        x, y = frame.at(*lonlat(point[1], point[2]))
        rx, ry = max(round(2 * minor * high, 1), 0.5), max(round(2 * major * high, 1), 0.5)
        found.append(f'<ellipse class="known" rx="{rx}" ry="{ry}" transform="translate({x} {y}) rotate({bearing / 10:.0f})"/>')
    return found


def _mark(x: float, y: float, track: Answered) -> str:
    kind, course_ddeg = track["kind"], track["points"][-1][4] if track["moving"] else -1
    if kind == "ais" and course_ddeg >= 0:
        return f'<path class="mark ais" d="M0-7L4.2 5L0 2.6L-4.2 5Z" transform="translate({x} {y}) rotate({course_ddeg / 10:.0f})"/>'
    if kind == "ais":
        return f'<circle class="mark ais" cx="{x}" cy="{y}" r="3"/>'
    if kind == "radar":
        style = "mark radar matched" if "match" in track else "mark radar"
        return f'<path class="{style}" d="M0-6.5L6.5 0L0 6.5L-6.5 0Z" transform="translate({x} {y})"/>'
    return f'<path class="mark sighting" d="M-6-6H6V6H-6ZM-6 0H6M0-6V6" transform="translate({x} {y})"/>'


def _ring(frame: Frame, card: Answered) -> str:
    x, y = frame.at(*lonlat(card["lat_e7"], card["lon_e7"]))
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
