"""What goes into a view and what comes out of it, as frozen values without a single float.

1. A View names only feeds of segments that were given: it cannot tell of anything else (P7).
2. Ids are view-scoped: they follow from the view key and the first own detection, so two readers with different sources share none.
3. An optional field that has nothing to say is absent from the bytes, never null.
4. -1 is unknown in speeds and courses, 0 is none in errors, as in `report.detection`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.errors import BadInput
from fairlead.report.detection import Detections, FeedFacts, FeedKind
from fairlead.report.statement import Statements

WINDOW_MAX_MS: Final = 31 * 86_400_000
SOURCES_MAX: Final = 400  # digests listed on one open card; `source_count` says how many there are
SOURCES_EXPLAINED_MAX: Final = 40
SPLITS_MAX: Final = 20  # listed on one track; `split_count` says how many there are

PlaceKind: TypeAlias = Literal["port", "anchorage"]
Rule: TypeAlias = Literal["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "B11"]
Result: TypeAlias = Literal["excluded", "fits", "cannot tell"]
Status: TypeAlias = Literal["open", "explained"]
Point: TypeAlias = tuple[int, int, int, int, int, int]  # t_ms, lat_e7, lon_e7, sog_dkn, cog_ddeg, err_m
Ellipse: TypeAlias = tuple[int, int, int]  # 1 sigma along major and minor axis, metres; bearing of the major, 0.1 degree
Given: TypeAlias = tuple[tuple[int, int], ...]  # what a state rests on: place in the track's feeds, weight in thousandths


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Half-open in Unix milliseconds UTC: a detection belongs when from_ms <= t_ms < to_ms."""

    from_ms: int
    to_ms: int

    def __post_init__(self) -> None:
        if not 0 <= self.to_ms - self.from_ms <= WINDOW_MAX_MS:
            raise BadInput("a window ends before it begins, or is longer than 31 days", where=f"{self.from_ms} to {self.to_ms}")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A port or anchorage that the scenario declares; lying still near one is ordinary."""

    kind: PlaceKind
    name: str
    lat_e7: int
    lon_e7: int
    radius_m: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSegment:
    """A run of one feed's detections that the reader may see."""

    feed: FeedFacts
    digest: str
    detections: Detections
    statements: Statements


class FeedShown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A feed of the view, as its readers see it; `left_out` plots were too many in one turn of the radar to be looked at."""

    name: str
    kind: FeedKind
    originator: str
    left_out: int = 0


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field that an AIS number said differently than before: what it looks like, and whether both are said in turns."""

    field: str
    old: str
    new: str
    from_ms: int
    to_ms: int
    weight: str
    alternating: bool = False


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """Why a track is not one with another of the same number: the reason of `divide.CAUSES`, when it began to hold, and in words."""

    other: str
    reason: str
    at_ms: int
    words: str


class Track(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One contact over time; `match` is the AIS track that a radar track goes with."""

    id: str
    kind: FeedKind
    feeds: tuple[str, ...]
    moving: bool
    points: tuple[Point, ...]
    mmsi: str | None = None
    name: str | None = None
    call_sign: str | None = None
    imo: int | None = None
    destination: str | None = None
    changes: tuple[Said, ...] = ()
    split: tuple[Split, ...] = ()  # from its neighbours of the same number, the first SPLITS_MAX
    split_count: int = 0
    length_m: int | None = None
    ship_type: int | None = None
    match: str | None = None
    words: str | None = None
    ellipses: tuple[Ellipse, ...] = ()  # of a filtered track, one for each point
    given: tuple[Given, ...] = ()  # of a filtered track, one for each point
    exists: int | None = None  # probability that the track is a vessel at all, thousandths
    no_ais: int | None = None  # probability that no AIS heard in this view goes with the track, thousandths; never a flag


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a card's table, in words with units."""

    criterion: str
    threshold: str
    observed: str
    margin: str
    met: bool


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """One innocent explanation, how it was tested, and what came out."""

    explanation: str
    tested: str
    result: Result


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How much a card rests on: messages used, longest silence among them, largest position error, the kinds of AIS station that
    sent them, and where their times are from."""

    messages: int
    largest_hole_s: int
    error_m: int
    stations: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One behaviour seen, with its evidence: grounds with an author, never a score and never a verdict."""

    id: str
    rule: Rule
    rule_version: str
    title: str
    sentence: str
    from_ms: int
    to_ms: int
    lat_e7: int
    lon_e7: int
    tracks: tuple[str, ...]
    feeds: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    explanations: tuple[Explanation, ...]
    status: Status
    refuted_by: str
    quality: Quality
    sources: tuple[str, ...]
    source_count: int
    drawn: tuple[tuple[Point, ...], ...]  # for each track what it was seen to do: the positions of the sources
    author: str
    explained_by: str | None = None


class View(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The picture of one set of segments: feeds by name, tracks by id, cards by (from_ms, id)."""

    window: Window
    parameters: str
    feeds: tuple[FeedShown, ...]
    tracks: tuple[Track, ...]
    cards: tuple[Card, ...]
    chart: str = ""  # digest of the chart that was used; absent where no coast was known
