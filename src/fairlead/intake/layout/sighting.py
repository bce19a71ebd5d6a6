"""A typed sighting report as one JSON object (docs/reference/sighting.md): decimal fields become integers, the label is required."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import msgspec

from fairlead.errors import BadFile, LabelFault
from fairlead.intake.parsed import Row, Unusable, course, instant, position, speed
from fairlead.label import CodeBook, Label, join, make_label
from fairlead.report.sighting import Narrowed, Sighting

BYTES_MAX: Final = 262_144


def read_sighting(path: Path) -> tuple[Sighting, Narrowed | None]:
    """The report in a file, and the terms that narrow its label (none: the feed's own). Raises BadFile, LabelFault."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadFile("the file cannot be opened", where=str(path), why=error.strerror or "", do="check the path") from error
    if not raw.strip():
        raise BadFile("the file is empty", where=path.name)
    if len(raw) > BYTES_MAX:
        raise BadFile("a sighting report is too long", where=path.name, why=f"more than {BYTES_MAX} bytes")
    try:
        value = json.loads(raw.decode("utf-8"), parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise BadFile("the file is not JSON", where=path.name, why=str(error)) from error
    if not isinstance(value, dict):
        raise BadFile("a sighting report is one JSON object", where=path.name)
    return parse_sighting(value, path.name)


def parse_sighting(value: dict[str, object], where: str) -> tuple[Sighting, Narrowed | None]:
    """Check and convert the fields. Raises BadFile naming the field, LabelFault when the label is missing."""
    fields = dict(value)
    label = fields.pop("label", None)
    if label is None:
        do = 'say "label": "feed" for the feed\'s own, or give terms that narrow it'
        raise LabelFault("a sighting report carries no label", where=where, do=do)
    try:
        narrowed = None if label == "feed" else msgspec.convert(label, Narrowed)
        fields["t_ms"] = instant(str(fields.pop("time", "")))
        spot = position(str(fields.pop("lat_deg", "")), str(fields.pop("lon_deg", "")))
        if spot is None:
            raise Unusable("there is no position")
        fields["lat_e7"], fields["lon_e7"] = spot
        fields["course_ddeg"] = course(str(fields.pop("course_deg", "")))
        fields["speed_dkn"] = speed(str(fields.pop("speed_kn", "")))
        return msgspec.convert(fields, Sighting), narrowed
    except Unusable as error:
        raise BadFile("a sighting report cannot be used", where=where, why=error.what) from error
    except msgspec.ValidationError as error:
        do = "docs/reference/sighting.md lists the fields"
        raise BadFile("a sighting report cannot be used", where=where, why=str(error), do=do) from error


def label_of(book: CodeBook, feed: Label, narrowed: Narrowed | None) -> Label:
    """The feed's label, narrowed where the report says so; joining cannot widen it (P3). Raises UnknownCode, ExcludedUse."""
    if narrowed is None:
        return feed
    (originator, category) = feed.originators[0]
    terms = make_label(
        book,
        originator=originator,
        category=category,
        level=narrowed.level or feed.level,
        recipients=narrowed.recipients or feed.recipients,
        purposes=narrowed.purposes or feed.purposes,
        operations=narrowed.operations or feed.operations,
        handling=narrowed.handling or feed.handling,
        lease_s=feed.lease_s,
    )
    return join([feed, terms])


def row_of(report: Sighting) -> Row:
    """The report as one detection; its error is the larger axis."""
    return Row(
        t_ms=report.t_ms,
        lat_e7=report.lat_e7,
        lon_e7=report.lon_e7,
        sog_dkn=report.speed_dkn,
        cog_ddeg=report.course_ddeg,
        err_m=max(report.error.major_m, report.error.minor_m),
        length_m=report.length_m,
    )
