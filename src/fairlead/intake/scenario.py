"""A scenario: one coalition as its file declares it, checked whole before anything is made from it.

1. Every code a table uses must be declared; an unknown one is UnknownCode naming where it stands.
2. A feed's label and an agreement's grant are made here, by the same functions as everywhere else: what they cannot express,
   a scenario cannot either. An excluded use is refused with its own error (P2).
3. A label that no unit of the scenario can read is refused unless the feed says `confirm_unreadable = true`.
4. An agreement names who signs it, and that person releases for its originator. A party's own use of what it collects is an
   agreement too.
The file's tables stand in scenario_file.py, what they become in book_file.py and coalition.py; docs/reference/scenario.md
documents each key.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from fairlead.agreement.people import ROLES, Person
from fairlead.agreement.terms import make_grant
from fairlead.envelope import sha256_hex
from fairlead.errors import BadInput, BadScenario, UnknownCode, UnreadableLabel
from fairlead.intake.book_file import book_of
from fairlead.intake.coalition import Feed, PlaceFacts, Scenario, SignedTerms, TerritorialSea, coalition_bytes, readers, without_feed
from fairlead.intake.scenario_file import (
    CODE,
    AgreementTable,
    ClockTable,
    FeedTable,
    PersonTable,
    PlaceTable,
    ScenarioTable,
    SeaTable,
    Tables,
    e7_of,
    ms_of,
    told_at,
)
from fairlead.label import CodeBook, Label, make_label
from fairlead.label.codebook import need, need_all
from fairlead.picture.parameters import Parameters
from fairlead.report.characteristics import Characteristics
from fairlead.report.detection import FeedFacts

__all__ = [
    "Feed",
    "PlaceFacts",
    "Scenario",
    "SignedTerms",
    "TerritorialSea",
    "coalition_bytes",
    "load_scenario",
    "parse_scenario",
    "scenario_bytes",
    "shipped_traffic",
    "without_feed",
]

SHIPPED: Final = ("caribbean", "tiny")
LAYOUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "ais": ("marinecadastre", "sbarc", "nmea", "danish", "tracktable", "mapped", "parquet", "ftm"),
    "radar": ("radar",),
    "sighting": ("sighting",),
}
SIGNS: Final = "releasing_officer"
RADIUS_MAX_M: Final = 1_000_000


def scenario_bytes(name_or_path: str) -> tuple[str, bytes]:
    """The name to call it by, and the file's bytes: a shipped scenario by its name, any other by its path. Raises BadScenario."""
    if name_or_path in SHIPPED:
        shipped = importlib.resources.files("fairlead") / "scenarios" / f"{name_or_path}.toml"
        return f"{name_or_path}.toml", shipped.read_bytes()
    path = Path(name_or_path)
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        do = f"name a file, or one of {', '.join(SHIPPED)}"
        raise BadScenario("no scenario can be read there", where=name_or_path, why=error.strerror or "", do=do) from error


def shipped_traffic() -> bytes:
    """The real traffic under the demo: gzipped MarineCadastre CSV; scenarios/TRAFFIC.md says where it is from."""
    return (importlib.resources.files("fairlead") / "scenarios" / "traffic.csv.gz").read_bytes()


def load_scenario(name_or_path: str) -> Scenario:
    """The scenario of that name or path. Raises BadScenario, UnknownCode, ExcludedUse, UnreadableLabel, LabelFault."""
    name, raw = scenario_bytes(name_or_path)
    return parse_scenario(raw, name)


def parse_scenario(raw: bytes, where: str) -> Scenario:
    """The scenario these bytes declare; `where` is the file's name in messages."""
    tables = Tables(raw, where)
    head, clock = tables.one("scenario", ScenarioTable), tables.one("clock", ClockTable)
    for key in ("code", "node"):
        if not CODE.fullmatch(getattr(head, key)):
            raise BadScenario("this is not a code", where=tables.at(f"scenario.{key}"), do="use lower-case letters, digits, hyphens")
    book = book_of(tables, head.version)
    need(book.parties, head.operating_party, what="party", where=tables.at("scenario.operating_party"))
    people = {code: _person(tables, book, code, table) for code, table in tables.each("people", PersonTable)}
    return Scenario(
        code=head.code,
        title=head.title,
        version=head.version,
        node=head.node,
        operating_party=head.operating_party,
        demo=head.demo,
        clock=clock.kind,
        clock_start_ms=ms_of(clock.start, tables.at("clock.start")),
        book=book,
        people=people,
        feeds={code: _feed(tables, book, code, table) for code, table in tables.each("feeds", FeedTable)},
        places=tuple(_place(tables, path, table) for path, table in tables.listed("places", PlaceTable)),
        seas=tuple(_sea(tables, book, path, table) for path, table in tables.listed("seas", SeaTable)),
        grants=tuple(_terms(tables, book, people, code, table) for code, table in tables.each("agreements", AgreementTable)),
        picture_parameters=_thresholds(tables),
        digest=sha256_hex(raw),
    )


def _person(tables: Tables, book: CodeBook, code: str, table: PersonTable) -> Person:
    where = tables.at(f"people.{code}")
    need(book.parties, table.party, what="party", where=where)
    return Person(
        code=code,
        name=table.name,
        party=table.party,
        units=tuple(sorted(set(need_all(book.units, table.units, what="unit", where=where)))),
        roles=tuple(sorted(set(need_all(ROLES, table.roles, what="role", where=where)))),
    )


def _feed(tables: Tables, book: CodeBook, code: str, table: FeedTable) -> Feed:
    where = tables.at(f"feeds.{code}")
    need(book.units, table.unit, what="unit", where=where)
    need(LAYOUTS[table.kind], table.layout, what=f"layout of {table.kind} feeds", where=where)
    if book.units[table.unit].party != table.originator:
        need(book.parties, table.originator, what="party", where=where)
        raise BadScenario(f"{table.unit} is not a unit of {table.originator}", where=where, do="a feed is operated by its originator")
    if table.retention_s < 0:
        raise BadScenario(
            "a retention is negative", where=f"{where}.retention_s", do="leave it out to keep it as long as the node keeps anything"
        )
    station = table.station
    if station and not 0 < station.range_m <= RADIUS_MAX_M:
        raise BadScenario("a range is out of range", where=f"{where}.station.range_m", do=f"1 to {RADIUS_MAX_M} m")
    spot = f"{where}.station"
    characteristics = _characteristics(f"{where}.characteristics", table)
    facts = FeedFacts(
        name=code,
        kind=table.kind,
        originator=table.originator,
        category=table.category,
        gaps_meaningful=table.gaps_meaningful,
        station_lat_e7=e7_of(station.lat_deg, 90, spot) if station else None,
        station_lon_e7=e7_of(station.lon_deg, 180, spot) if station else None,
        range_m=station.range_m if station else None,
        characteristics=characteristics,
    )
    for key in ("sensor", "channel", "asset"):
        named = getattr(table, key)
        if (named or key == "channel") and not CODE.fullmatch(named):
            raise BadScenario(
                f"{named!r} is not a code", where=f"{where}.{key}", do="use lower-case letters, digits, hyphens, underscores"
            )
    return Feed(
        facts=facts,
        unit=table.unit,
        layout=table.layout,
        label=_label(book, f"{where}.label", table),
        retention_s=table.retention_s,
        sensor=table.sensor,
        channel=table.channel,
        asset=table.asset,
    )


def _characteristics(where: str, table: FeedTable) -> Characteristics | None:
    if not table.characteristics:
        return None
    if table.kind != "radar" or table.station is None:
        raise BadScenario("only a radar with a station has characteristics", where=where, do="state its station, or leave them out")
    try:
        return msgspec.convert(table.characteristics, Characteristics)
    except msgspec.ValidationError as error:
        known = ", ".join(field.name for field in msgspec.structs.fields(Characteristics))
        raise BadScenario("no such characteristic of a sensor", where=where, why=str(error), do=f"one of {known}") from error
    except BadInput as error:
        raise BadScenario(error.what, where=f"{where}.{error.where}", do=error.do) from error


def _label(book: CodeBook, where: str, table: FeedTable) -> Label:
    terms = table.label
    with told_at(where):
        label = make_label(
            book,
            originator=table.originator,
            category=table.category,
            level=terms.level,
            recipients=terms.recipients,
            purposes=terms.purposes,
            operations=terms.operations,
            handling=terms.handling,
            lease_s=terms.lease_s,
        )
    if not readers(book, label) and not table.confirm_unreadable:
        raise UnreadableLabel(
            "nobody can read what carries this label",
            where=where,
            why="no recipient unit has the clearance, the accepted handling and a place in one of its operations",
            do="widen the label, or say confirm_unreadable = true in the feed",
        )
    return label


def _terms(tables: Tables, book: CodeBook, people: Mapping[str, Person], code: str, table: AgreementTable) -> SignedTerms:
    where = tables.at(f"agreements.{code}")
    signer = people.get(table.signer)
    if signer is None:
        raise UnknownCode(f"no such person: {table.signer!r}", where=f"{where}.signer", do="declare them under [people]")
    if signer.party != table.originator or SIGNS not in signer.roles:
        need(book.parties, table.originator, what="party", where=where)
        raise BadScenario(f"{signer.code} may not sign for {table.originator}", where=where, do=f"name a {SIGNS} of {table.originator}")
    with told_at(where):
        grant = make_grant(
            book,
            id=code,
            originator=table.originator,
            recipients=table.recipients,
            purposes=table.purposes,
            operations=table.operations,
            categories=table.categories,
            not_before_ms=ms_of(table.not_before, "not_before"),
            expires_ms=ms_of(table.expires, "expires"),
            lease_s=table.lease_s,
            assurances=table.assurances,
            export_to=table.export_to,
        )
    return SignedTerms(signer=signer.code, grant=grant)


def _thresholds(tables: Tables) -> dict[str, int]:
    given = dict(tables.each("picture", int))
    for name in given:
        need(Parameters.__struct_fields__, name, what="threshold", where=tables.at("picture"))
    with told_at(tables.at("picture")):
        msgspec.structs.replace(Parameters(), **given)
    return given


def _place(tables: Tables, path: str, table: PlaceTable) -> PlaceFacts:
    where = tables.at(path)
    if not 0 < table.radius_m <= RADIUS_MAX_M:
        raise BadScenario("a radius is out of range", where=f"{where}.radius_m", do=f"1 to {RADIUS_MAX_M} m")
    lat_e7, lon_e7 = e7_of(table.lat_deg, 90, where), e7_of(table.lon_deg, 180, where)
    return PlaceFacts(kind=table.kind, name=table.name, lat_e7=lat_e7, lon_e7=lon_e7, radius_m=table.radius_m)


def _sea(tables: Tables, book: CodeBook, path: str, table: SeaTable) -> TerritorialSea:
    where = tables.at(path)
    need(book.parties, table.party, what="party", where=where)
    need(book.parties[table.party].territories, table.territory, what=f"territory of {table.party}", where=where)
    if len(table.ring) < 3:
        raise BadScenario("a ring has fewer than three points", where=f"{where}.ring")
    ring = tuple((e7_of(lat, 90, where), e7_of(lon, 180, where)) for lat, lon in table.ring)
    return TerritorialSea(territory=table.territory, party=table.party, ring=ring)
