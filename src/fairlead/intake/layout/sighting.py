"""A typed sighting report as one JSON object (docs/reference/sighting.md).

1. Time, position, course and speed are decimal texts or numbers and become integers without a float on the way.
2. The label is required. What narrows it cannot widen it: it is joined with the feed's own (P3).
3. A key written twice, or a field of the stored form in the place of the written one, is refused: a report says one thing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import msgspec

from fairlead.errors import BadFile, BadInput, LabelFault
from fairlead.intake.parsed import Row, heading, instant, position, speed
from fairlead.label import CodeBook, Label, join, make_label
from fairlead.report.sighting import Narrowed, Sighting

BYTES_MAX: Final = 262_144
STORED_ONLY: Final = ("t_ms", "lat_e7", "lon_e7", "course_ddeg", "speed_dkn")


def read_sighting(path: Path) -> tuple[Sighting, Narrowed | None]:
    """The report in a file, and the terms that narrow its label (none: the feed's own). Raises BadFile, LabelFault."""
    try:
        with path.open("rb") as file:
            raw = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise BadFile("the file cannot be opened", where=str(path), why=error.strerror or "", do="check the path") from error
    if not raw.strip():
        raise BadFile("the file is empty", where=path.name)
    if len(raw) > BYTES_MAX:
        raise BadFile("a sighting report is too long", where=path.name, why=f"more than {BYTES_MAX} bytes")
    try:
        value = json.loads(raw.decode("utf-8"), parse_float=str, parse_constant=str, object_pairs_hook=_once)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone half of a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise BadFile("the file is not JSON", where=path.name, why=str(error)) from error
    if not isinstance(value, dict):
        raise BadFile("a sighting report is one JSON object", where=path.name)
    return parse_sighting(value, path.name)


def parse_sighting(value: dict[str, object], where: str) -> tuple[Sighting, Narrowed | None]:
    """Check and convert the fields. Raises BadFile naming the field, LabelFault when the label is missing."""
    strange = [name for name in STORED_ONLY if name in value]
    if strange:
        do = "docs/reference/sighting.md lists the fields"
        raise BadFile("a sighting report cannot be used", where=where, why=f"unknown field {', '.join(strange)}", do=do)
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
            raise BadInput("there is no position")
        fields["lat_e7"], fields["lon_e7"] = spot
        fields["course_ddeg"] = heading(str(fields.pop("course_deg", "")), what="course")
        fields["speed_dkn"] = speed(str(fields.pop("speed_kn", "")))
        return msgspec.convert(fields, Sighting), narrowed
    except BadInput as error:
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
        level=feed.level if narrowed.level is None else narrowed.level,
        recipients=feed.recipients if narrowed.recipients is None else narrowed.recipients,
        purposes=feed.purposes if narrowed.purposes is None else narrowed.purposes,
        operations=feed.operations if narrowed.operations is None else narrowed.operations,
        handling=narrowed.handling,
        lease_s=feed.lease_s,
    )
    return join([feed, terms])


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose keys are all different. Raises ValueError."""
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key is written twice")
    return dict(pairs)


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
