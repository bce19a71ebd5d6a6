"""view(segments, window, parameters, places): the picture of one reader, and nothing that the reader may not see (P5, P7).

1. Pure: the same segments give the same bytes in whatever order, chunks or process they arrive (P5). There is no state to forget.
2. Removing a feed is calling this without it; nothing of it can remain, because nothing but the arguments is read.
3. Ids follow from the view key and the first own detection: no counter, nothing shared between views with other sources.
4. Distances are whole metres and speeds 0.1 kn before anything is decided on them; the result holds no float.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec
import numpy as np

from fairlead.envelope import Digest, JsonValue, digest_of, encode, sha256_hex
from fairlead.picture.behaviour.core import core_events
from fairlead.picture.behaviour.find import cards_of
from fairlead.picture.cards import ID_DIGITS
from fairlead.picture.chain import chains
from fairlead.picture.event import Event
from fairlead.picture.fleet import Fleet, fleet_from, fleet_of, steps_of
from fairlead.picture.gather import Gathered, gather
from fairlead.picture.identity import changes
from fairlead.picture.line import UNKNOWN, Line
from fairlead.picture.match import company, radar_words, sighting_words
from fairlead.picture.named import Named, named_of
from fairlead.picture.parameters import Parameters, parameters_digest
from fairlead.picture.places import Places, places_of
from fairlead.picture.plots import Contact, contacts
from fairlead.picture.scene import Coast, NoCoast, Scene
from fairlead.picture.shapes import SPLITS_MAX, FeedShown, Place, Point, Said, Split, Track, View, ViewSegment, Window
from fairlead.picture.split import splits
from fairlead.report.detection import FeedKind

ENGINE: Final = "eyes 4"  # part of every view key: another engine makes other ids
MARK: Final = "first" * 8  # longer than any key, and no digest
MMSI_MAX: Final = 999_999_999
PLACES_MAX: Final = 20_000
CHANGES_MAX: Final = 50
NO_COAST: Final = NoCoast()


def view(
    segments: Sequence[ViewSegment],
    window: Window,
    parameters: Parameters,
    places: Sequence[Place],
    coast: Coast = NO_COAST,
    core: Callable[[Scene], list[Event]] = core_events,
    detail: Literal["tracks", "heads", "cards"] = "tracks",
) -> View:
    """The picture of exactly these segments in this window. `core` finds the events of B1 to B5, natively unless an engine is named;
    tracks that are "heads" come without their points, and with "cards" none come. Raises BadInput for what cannot be one view."""
    # 1. one canonical order, and a key that names engine, parameters and feeds
    gathered = gather(segments, window)
    key = view_key(gathered, parameters)
    # 2. lines of each kind; a sighting is a line of one position
    chained = chains(gathered, parameters)
    fleet = fleet_from(gathered, chained.mmsi, chained.row, chained.start)
    ais = _lines(gathered, fleet, key, "ais")
    split = splits(chained, ais)
    found_by_radar = contacts(gathered, parameters, ais)
    plotted = found_by_radar.contacts
    radar = _lines(gathered, fleet_of(gathered, [0] * len(plotted), [contact.rows for contact in plotted]), key, "radar")
    filtered = {line.id: contact for line, contact in zip(radar, plotted, strict=True)}
    seen = [
        _lines(gathered, fleet_of(gathered, [0], [np.array([row])]), key, "sighting")[0]
        for row in gathered.of_kind("sighting").tolist()
    ]
    # 3. which radar line is which AIS line; the rest stand for themselves
    found = company(radar, ais, parameters)
    heard_by = [feed.name for feed in gathered.feeds if feed.kind == "ais"]
    words = {line.id: radar_words(line, found, heard_by) for line in radar}
    words |= {line.id: sighting_words(gathered, int(line.rows[0]), ais + radar, parameters) for line in seen}
    words |= {line.id: "one position only" for line in ais if len(line.rows) == 1}
    # 4. the rules, over contacts that are each one vessel
    alone = [*ais, *(line for line in radar if line.id not in found.match)]
    scene = scene_of(gathered, key, parameters, places_of(places, PLACES_MAX), coast, alone, fleet if len(alone) == len(ais) else None)
    told = [] if detail == "cards" else ais + radar + seen
    tracks = [
        _track(
            gathered,
            line,
            scene,
            found.match.get(line.id),
            words.get(line.id),
            split.get(line.id, ()),
            detail,
            filtered.get(line.id),
            found.none.get(line.id),
        )
        for line in told
    ]
    return View(
        window=window,
        parameters=parameters_digest(parameters),
        feeds=tuple(
            FeedShown(name=feed.name, kind=feed.kind, originator=feed.originator, left_out=found_by_radar.left_out.get(feed.name, 0))
            for feed in gathered.feeds
        ),
        tracks=tuple(sorted(tracks, key=lambda track: track.id)),
        chart=coast.digest,
        cards=tuple(sorted(cards_of(scene, core), key=lambda card: (card.from_ms, card.id))),
    )


def view_key(gathered: Gathered, parameters: Parameters) -> Digest:
    """What ids of a view follow from, with the first own detection: engine, feeds and parameters."""
    feeds: JsonValue = [
        [feed.name, msgspec.to_builtins(feed.characteristics)] if feed.characteristics else feed.name for feed in gathered.feeds
    ]
    return digest_of({"engine": ENGINE, "feeds": feeds, "parameters": parameters_digest(parameters)})


def scene_of(
    gathered: Gathered,
    key: Digest,
    parameters: Parameters,
    places: Places,
    coast: Coast,
    lines: Sequence[Line],
    known: Fleet | None = None,
) -> Scene:
    """What the rules read, over these contacts; `known` is their fleet where it is made already."""
    fleet = known or fleet_of(gathered, [line.mmsi for line in lines], [line.rows for line in lines])
    return Scene(
        gathered=gathered,
        key=key,
        parameters=parameters,
        places=places,
        coast=coast,
        named=named_of(gathered.stated),
        fleet=fleet,
        steps=steps_of(fleet, parameters),
        lines=lines,
    )


def ais_scene(segments: Sequence[ViewSegment], window: Window, parameters: Parameters, places: Sequence[Place]) -> Scene:
    """The AIS lines of these segments and what the rules read, without a coast. Raises BadInput."""
    gathered = gather(segments, window)
    key = view_key(gathered, parameters)
    chained = chains(gathered, parameters)
    fleet = fleet_from(gathered, chained.mmsi, chained.row, chained.start)
    lines = _lines(gathered, fleet, key, "ais")
    return scene_of(gathered, key, parameters, places_of(places, PLACES_MAX), NO_COAST, lines, fleet)


def view_bytes(shown: View) -> bytes:
    """The canonical bytes of a view: what is compared, hashed into receipts and served."""
    value: JsonValue = msgspec.to_builtins(shown)
    return encode(value)


def _lines(gathered: Gathered, fleet: Fleet, key: Digest, kind: FeedKind) -> list[Line]:
    """The lines of a fleet, each with its id."""
    found = []
    before, after = encode({"first": MARK, "view": key}).split(MARK.encode())  # one shape for all: only the first digest differs
    firsts = gathered.digests_hex(fleet.row[fleet.start[:-1]])
    for number, mmsi in enumerate(fleet.mmsi.tolist()):
        own = fleet.of(number)
        rows = fleet.row[own]
        found.append(
            Line(
                id=sha256_hex(before + firsts[number].encode() + after)[:ID_DIGITS],
                kind=kind,
                mmsi=mmsi,
                rows=rows,
                t_ms=fleet.t_ms[own],
                lat_e7=fleet.lat_e7[own],
                lon_e7=fleet.lon_e7[own],
                sog_dkn=fleet.sog_dkn[own],
                err_m=gathered.rows.err_m[rows].astype(np.int64),
            )
        )
    return found


def _track(
    gathered: Gathered,
    line: Line,
    scene: Scene,
    match: str | None,
    words: str | None,
    split: Sequence[Split],
    detail: str,
    contact: Contact | None,
    no_ais: int | None,
) -> Track:
    named = scene.named
    kind, length = named.ship_type(gathered, line), named.length_m(gathered, line)
    shown = contact if detail == "tracks" else None
    points = shown.points if shown else _points(gathered, line, scene.parameters) if detail == "tracks" else ()
    return Track(
        id=line.id,
        kind=line.kind,
        feeds=contact.feeds if contact else gathered.feed_names(line.rows),
        moving=_moving(gathered, line, scene.parameters),
        points=points,
        ellipses=shown.ellipses if shown else (),
        given=shown.given if shown else (),
        exists=contact.exists if contact else None,
        no_ais=no_ais,
        mmsi=f"{line.mmsi:09d}" if 0 < line.mmsi <= MMSI_MAX else None,
        name=next(iter(named.names(line.mmsi)), None),
        call_sign=named.latest("call_sign", line.mmsi) or None,
        imo=int(named.latest("imo", line.mmsi) or 0) or None,
        destination=named.latest("destination", line.mmsi) or None,
        changes=_changes(named, line.mmsi),
        split=tuple(split[:SPLITS_MAX]),
        split_count=len(split),
        length_m=length if length != UNKNOWN else None,
        ship_type=kind if kind != UNKNOWN else None,
        match=match,
        words=words,
    )


def _changes(named: Named, mmsi: int) -> tuple[Said, ...]:
    """What a number said differently in the window, the latest CHANGES_MAX."""
    if mmsi not in named.restless:
        return ()
    found = [
        Said(
            field=one.field,
            old=one.old,
            new=one.new,
            from_ms=one.from_ms,
            to_ms=one.to_ms,
            weight=one.weight,
            alternating=one.alternating,
        )
        for one in changes(named.of(mmsi))
    ]
    return tuple(found[-CHANGES_MAX:])


def _moving(gathered: Gathered, line: Line, parameters: Parameters) -> bool:
    """Whether it moved at its end: the speed last reported, else the one measured over the last slots."""
    if line.sog_dkn[-1] != UNKNOWN:
        return int(line.sog_dkn[-1]) >= parameters.moving_dkn
    speeds = steps_of(fleet_of(gathered, [line.mmsi], [line.rows]), parameters).speed_dkn
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
