"""What the rules of holds look at in sources: as a row keeps it, and as columns in memory that judge all sources at a stroke (P4).

1. Label, feed, sensor, channel and asset of sources are few. Each combination there is is asked of the rule itself, `matches`, once;
   times and boxes are compared as columns, vessels are looked up. What comes out is what `matches` says of each source in turn.
2. Sources never change; the columns only grow, by ascending number.
3. Digests of records are not kept here: the database has an index of them. The caller hands over the numbers they stand for.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from fairlead.agreement.area import HALF_TURN_E7, Area, Box, spans
from fairlead.agreement.order import Order
from fairlead.agreement.selector import SourceFacts, matches
from fairlead.label import Label
from fairlead.store.bitmaps import bitmap

ROOM: Final = 1024
FIELDS: Final = ("num", "kind", "t_min_ms", "t_max_ms", "placed", "south", "west", "north", "east")

Longs: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]


class About(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a source row keeps for rules that come later, besides its label, feed, times and digest."""

    sensor: str = ""
    channel: str = ""
    asset: str = ""
    box: Box | None = None
    objects: tuple[str, ...] = ()


class Kind(NamedTuple):
    """What many sources have in common."""

    label: int
    feed: str
    sensor: str
    channel: str
    asset: str


def about(source: SourceFacts) -> bytes:
    """What is kept of a source's facts in its row."""
    return msgspec.json.encode(
        About(sensor=source.sensor, channel=source.channel, asset=source.asset, box=source.box, objects=tuple(sorted(source.objects)))
    )


def facts_of(row: Any, label: Label) -> SourceFacts:  # a row of holdings with this label
    """A source's facts from its row."""
    kept = msgspec.json.decode(bytes(row.source), type=About)
    return SourceFacts(
        label=label,
        feed=row.feed,
        t_min_ms=row.t_min_ms,
        t_max_ms=row.t_max_ms,
        sensor=kept.sensor,
        channel=kept.channel,
        asset=kept.asset,
        box=kept.box,
        objects=frozenset((*kept.objects, row.digest)),
    )


class Sources:
    """The facts of all sources up to one number."""

    def __init__(self) -> None:
        self.upto = 0
        self._size = 0
        self._columns = np.zeros((len(FIELDS), ROOM), np.int64)
        self._kinds: dict[Kind, int] = {}
        self._by_object: dict[str, array[int]] = {}

    def add(self, rows: Iterable[Any], upto: int) -> None:
        """Take in the rows of all sources after `self.upto` and up to this number, by ascending number."""
        made: list[tuple[int, ...]] = []
        for row in rows:
            kept = msgspec.json.decode(bytes(row.source), type=About)
            kind = Kind(row.label, row.feed, kept.sensor, kept.channel, kept.asset)
            number = self._kinds.setdefault(kind, len(self._kinds))
            made.append((row.num, number, row.t_min_ms, row.t_max_ms, int(kept.box is not None), *(kept.box or (0, 0, 0, 0))))
            for one in kept.objects:
                if one != row.digest:
                    self._by_object.setdefault(one, array("I")).append(row.num)
        self.upto = max(self.upto, upto)
        if not made:
            return
        self._room(self._size + len(made))
        self._columns[:, self._size : self._size + len(made)] = np.array(made, np.int64).T
        self._size += len(made)

    def select(self, order: Order, known: Mapping[int, Label], digests: BitMap) -> BitMap:
        """The sources the order selects. `known`: the labels by number; `digests`: the numbers of the records it names by theirs."""
        if not self._size:
            return BitMap()
        of = dict(zip(FIELDS, self._columns[:, : self._size], strict=True))
        found = self._of_kinds(order, known).take(of["kind"]) & (of["t_max_ms"] >= order.window_from_ms)
        if order.window_to_ms:
            found &= of["t_min_ms"] < order.window_to_ms
        if order.regions:
            found &= _lying_in(order.regions, of)
        selected = bitmap(of["num"].compress(found).astype(np.uint32))
        if order.objects:
            named = (BitMap(self._by_object[one]) for one in order.objects if one in self._by_object)
            selected &= digests.union(*named)
        return selected

    def _of_kinds(self, order: Order, known: Mapping[int, Label]) -> Mask:
        """Which kinds the order selects, its times, regions and objects aside."""
        bare = msgspec.structs.replace(order, window_from_ms=0, window_to_ms=0, regions=(), objects=())
        return np.array([kind.label in known and matches(bare, _facts(kind, known[kind.label])) for kind in self._kinds], np.bool_)

    def _room(self, size: int) -> None:
        had = self._columns.shape[1]
        if size > had:
            grown = np.zeros((len(FIELDS), max(size, 2 * had)), np.int64)
            grown[:, : self._size] = self._columns[:, : self._size]
            self._columns = grown


def _facts(kind: Kind, label: Label) -> SourceFacts:
    return SourceFacts(label=label, feed=kind.feed, t_min_ms=0, t_max_ms=0, sensor=kind.sensor, channel=kind.channel, asset=kind.asset)


def _lying_in(regions: Iterable[Area], of: Mapping[str, Longs]) -> Mask:
    """Which boxes meet one of the regions (`area.meet`); what names no place lies in every one."""
    south, west, north, east = (of[name] for name in ("south", "west", "north", "east"))
    found: Mask = of["placed"] == 0
    over = west > east
    for area in regions:
        across = np.zeros(len(west), np.bool_)
        for w, e in spans(area.box):
            across |= ~over & (w <= east) & (west <= e)
            across |= over & (((w <= HALF_TURN_E7) & (west <= e)) | ((w <= east) & (e >= -HALF_TURN_E7)))
            if w <= -HALF_TURN_E7 <= e:
                across |= ~over & (east == HALF_TURN_E7)
            if w <= HALF_TURN_E7 <= e:
                across |= ~over & (west == -HALF_TURN_E7)
        found |= across & (area.box[0] <= north) & (south <= area.box[2])
    return found
