"""What a scenario file declares, as values: a coalition with its code-book, people, feeds, chart and waiting agreements.

scenario.py is the only maker of a `Scenario` from a file; a node keeps its own as canonical JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from fairlead.agreement.order import Declared
from fairlead.agreement.people import Person
from fairlead.agreement.terms import Grant
from fairlead.envelope import Digest, JsonValue, digest_of, encode
from fairlead.label import CodeBook, Label, level_rank
from fairlead.label.codebook import need
from fairlead.report.detection import FeedFacts

ClockKind: TypeAlias = Literal["wall", "demo"]


class PlaceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A declared port or anchorage: a circle."""

    kind: Literal["port", "anchorage"]
    name: str
    lat_e7: int
    lon_e7: int
    radius_m: int


class TerritorialSea(msgspec.Struct, frozen=True, kw_only=True):
    """The waters a party declares for a territory: a closed ring, the last point joined to the first. Not a legal boundary."""

    territory: str
    party: str
    ring: tuple[tuple[int, int], ...]  # (lat_e7, lon_e7)


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A stream of detections or reports, with the label its originator puts on every segment of it."""

    facts: FeedFacts
    unit: str  # who operates it
    layout: str
    label: Label
    retention_s: int = 0  # 0: as long as the node keeps anything
    sensor: str = ""  # what measures; empty: known by the feed's own name
    channel: str = "direct"  # by which way it comes
    asset: str = ""  # the station, vessel or aircraft it sits on; empty: none is named

    @property
    def by(self) -> str:
        """The sensor an order can name."""
        return self.sensor or self.facts.name


class SignedTerms(msgspec.Struct, frozen=True, kw_only=True):
    """A grant as it waits for its signature, and the person who is to sign it."""

    signer: str
    grant: Grant


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One coalition: everything a node is founded from."""

    code: str
    title: str
    version: int
    node: str
    operating_party: str
    demo: bool
    clock: ClockKind
    clock_start_ms: int
    book: CodeBook
    people: Mapping[str, Person]
    feeds: Mapping[str, Feed]
    places: tuple[PlaceFacts, ...]
    seas: tuple[TerritorialSea, ...]
    grants: tuple[SignedTerms, ...]
    picture_parameters: Mapping[str, int]
    digest: Digest  # of the file's bytes


def declared(scenario: Scenario) -> Declared:
    """Whose each sensor, channel and asset of the coalition's feeds is, as orders may name them."""
    found: dict[str, dict[str, set[str]]] = {"sensors": {}, "channels": {}, "assets": {}}
    for feed in scenario.feeds.values():
        for axis, code in (("sensors", feed.by), ("channels", feed.channel), ("assets", feed.asset)):
            if code:
                found[axis].setdefault(code, set()).add(feed.facts.originator)
    return Declared(**{axis: {code: frozenset(parties) for code, parties in codes.items()} for axis, codes in found.items()})


def without_feed(scenario: Scenario, feed: str) -> Scenario:
    """The same coalition, had it never declared this feed; nothing else differs but the digest. Raises UnknownCode."""
    need(scenario.feeds, feed, what="feed", where=scenario.code)
    rest = {code: one for code, one in scenario.feeds.items() if code != feed}
    return msgspec.structs.replace(scenario, feeds=rest, digest=digest_of({"scenario": scenario.digest, "without": feed}))


def under_book(scenario: Scenario, book: CodeBook) -> Scenario:
    """The coalition under another code-book: what its feeds put on from now on names no unit or operation that was dropped."""
    return msgspec.structs.replace(scenario, book=book, feeds={code: _under(feed, book) for code, feed in scenario.feeds.items()})


def _under(feed: Feed, book: CodeBook) -> Feed:
    label = msgspec.structs.replace(
        feed.label,
        recipients=tuple(unit for unit in feed.label.recipients if unit in book.units),
        operations=tuple(code for code in feed.label.operations if code in book.operations),
    )
    return feed if label == feed.label else msgspec.structs.replace(feed, label=label)


def coalition_bytes(scenario: Scenario) -> bytes:
    """Canonical JSON of the scenario; msgspec.convert(decode(these bytes), Scenario) gives it back."""
    return encode(_present(msgspec.to_builtins(scenario)))


def _present(value: JsonValue) -> JsonValue:
    """The value with every absent field absent: canonical JSON has no null."""
    if isinstance(value, Mapping):
        return {key: _present(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_present(item) for item in value]
    return value


def readers(book: CodeBook, label: Label) -> tuple[str, ...]:
    """The units that the label itself leaves able to read, for some purpose, in some operation; grants come on top."""
    inside = {unit for code in label.operations for unit in book.operations[code].units}
    return tuple(
        code
        for code in label.recipients
        if label.purposes
        and code in inside
        and level_rank(label.level) <= level_rank(book.units[code].clearance)
        and set(label.handling) <= set(book.units[code].handling)
    )
