"""view(segments, window, parameters, places): the picture of one reader, and nothing that the reader may not see (P5, P7).

1. Pure: the same segments give the same bytes in whatever order, chunks or process they arrive (P5). There is no state to forget.
2. Removing a feed is calling this without it; nothing of it can remain, because nothing but the arguments is read.
3. Ids follow from the view key and the first own detection: no counter, nothing shared between views with other sources.
4. Distances are whole metres and speeds 0.1 kn before anything is decided on them; the result holds no float.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from fairlead.envelope import Digest, JsonValue, digest_of, encode
from fairlead.picture.cards import ID_DIGITS, Scene, slow_card
from fairlead.picture.chain import chains
from fairlead.picture.gap import gap_cards
from fairlead.picture.gather import Gathered, gather
from fairlead.picture.line import UNKNOWN, Line, line_of, slots_of, usual
from fairlead.picture.match import company, radar_words, sighting_words
from fairlead.picture.parameters import Parameters, parameters_digest
from fairlead.picture.plots import link
from fairlead.picture.shapes import FeedShown, Place, Point, Track, View, ViewSegment, Window
from fairlead.picture.slow import episodes
from fairlead.report.detection import FeedKind

ENGINE: Final = "thin 1"  # part of every view key: another engine makes other ids
MMSI_MAX: Final = 999_999_999
PLACES_MAX: Final = 10_000


def view(segments: Sequence[ViewSegment], window: Window, parameters: Parameters, places: Sequence[Place]) -> View:
    """The picture of exactly these segments in this window. Raises BadInput for what cannot be one view."""
    # 1. one canonical order, and a key that names engine, parameters and feeds
    gathered = gather(segments, window)
    key = digest_of({"engine": ENGINE, "feeds": [feed.name for feed in gathered.feeds], "parameters": parameters_digest(parameters)})
    scene = Scene(gathered=gathered, key=key, parameters=parameters, places=sorted(places, key=_place_order)[:PLACES_MAX])
    # 2. lines of each kind; a sighting is a line of one position
    ais = [_line(gathered, rows, key, "ais", mmsi) for mmsi, rows in chains(gathered, parameters)]
    radar = [_line(gathered, rows, key, "radar", 0) for rows in link(gathered, parameters)]
    seen = [_line(gathered, np.array([row]), key, "sighting", 0) for row in gathered.of_kind("sighting").tolist()]
    # 3. which radar line is which AIS line; the rest stand for themselves
    found = company(radar, ais, parameters)
    heard_by = [feed.name for feed in gathered.feeds if feed.kind == "ais"]
    words = {line.id: radar_words(line, found, heard_by) for line in radar}
    words |= {line.id: sighting_words(gathered, int(line.rows[0]), ais + radar, parameters) for line in seen}
    words |= {line.id: "one position only" for line in ais if len(line.rows) == 1}
    # 4. the rules, over contacts that are each one vessel
    alone = sorted([*ais, *(line for line in radar if line.id not in found.match)], key=lambda line: line.id)
    cards = [slow_card(scene, episode) for episode in episodes(alone, parameters)] + gap_cards(scene, ais)
    tracks = [_track(gathered, line, parameters, found.match.get(line.id), words.get(line.id)) for line in ais + radar + seen]
    return View(
        window=window,
        parameters=parameters_digest(parameters),
        feeds=tuple(FeedShown(name=feed.name, kind=feed.kind, originator=feed.originator) for feed in gathered.feeds),
        tracks=tuple(sorted(tracks, key=lambda track: track.id)),
        cards=tuple(sorted(cards, key=lambda card: (card.from_ms, card.id))),
    )


def view_bytes(shown: View) -> bytes:
    """The canonical bytes of a view: what is compared, hashed into receipts and served."""
    value: JsonValue = msgspec.to_builtins(shown)
    return encode(value)


def _place_order(place: Place) -> tuple[str, str, int, int, int]:
    return place.name, place.kind, place.lat_e7, place.lon_e7, place.radius_m


def _line(gathered: Gathered, rows: npt.NDArray[np.intp], key: Digest, kind: FeedKind, mmsi: int) -> Line:
    id = digest_of({"first": gathered.digest_hex(int(rows[0])), "view": key})[:ID_DIGITS]
    return line_of(gathered, rows, id=id, kind=kind, mmsi=mmsi)


def _track(gathered: Gathered, line: Line, parameters: Parameters, match: str | None, words: str | None) -> Track:
    kind, length = usual(gathered.rows.ship_type[line.rows]), usual(gathered.rows.length_m[line.rows])
    return Track(
        id=line.id,
        kind=line.kind,
        feeds=gathered.feed_names(line.rows),
        moving=_moving(line, parameters),
        points=_points(gathered, line, parameters),
        mmsi=f"{line.mmsi:09d}" if 0 < line.mmsi <= MMSI_MAX else None,
        name=_name(gathered, line),
        length_m=length if length != UNKNOWN else None,
        ship_type=kind if kind != UNKNOWN else None,
        match=match,
        words=words,
    )


def _name(gathered: Gathered, line: Line) -> str | None:
    """The name stated most often, the first in order of equals; only printable characters of it."""
    raw, counts = np.unique(gathered.rows.name[line.rows], return_counts=True)
    names = [bytes(name).decode("latin-1") for name in raw]
    stated = sorted((-int(count), name) for name, count in zip(names, counts, strict=True) if name.strip())
    clean = "".join(character for character in stated[0][1] if character.isprintable()).strip() if stated else ""
    return clean or None


def _moving(line: Line, parameters: Parameters) -> bool:
    """Whether it moved at its end: the speed last reported, else the one measured over the last slots."""
    if line.sog_dkn[-1] != UNKNOWN:
        return int(line.sog_dkn[-1]) >= parameters.moving_dkn
    speeds = slots_of(line, parameters).speed_dkn
    return bool(len(speeds) and speeds[-1] >= parameters.moving_dkn)


def _points(gathered: Gathered, line: Line, parameters: Parameters) -> tuple[Point, ...]:
    """At most one point in `point_step_s`, the first and the last always."""
    step = parameters.point_step_s * 1000
    bins = line.t_ms // step
    keep = np.ones(len(line.t_ms), dtype=np.bool_)
    keep[1:] = np.diff(bins) > 0
    keep[-1] = True
    rows = line.rows[keep]
    columns = (
        line.t_ms[keep].tolist(),
        gathered.lat_e7[rows].tolist(),
        gathered.lon_e7[rows].tolist(),
        line.sog_dkn[keep].tolist(),
        gathered.rows.cog_ddeg[rows].tolist(),
        line.err_m[keep].tolist(),
    )
    return tuple(zip(*columns, strict=True))
