"""A sighting report: what a person or a patrol's sensor operator saw, as typed fields with their uncertainty and a grade.

1. Fields are those of the field's own forms; an unknown field is refused, so nothing can travel in one that this room does not know.
2. A report says which label it carries: its feed's own ("feed"), or terms that narrow that. One without a label is refused. Terms
   left out stay the feed's; an empty set is an empty set, and may leave nobody able to read.
3. The grade is the Europol 4x4 evaluation: source A, B, C or X, information 1 to 4.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

from fairlead.report.distress import Distress

Words: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=2000)]
VesselType: TypeAlias = Literal[
    "go-fast",
    "panga",
    "low-profile vessel",
    "semi-submersible",
    "fishing",
    "sailing",
    "merchant",
    "mother ship",
    "other",
    "unknown",
]
Codes: TypeAlias = Annotated[tuple[str, ...], msgspec.Meta(max_length=256)]


class ErrorEllipse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One standard deviation along both axes, metres; bearing of the major axis, degrees from north."""

    major_m: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    minor_m: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    bearing_deg: Annotated[int, msgspec.Meta(ge=0, lt=360)] = 0


class Narrowed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Terms that narrow the feed's label; what is left out (none) stays the feed's, what is empty leaves nobody."""

    level: str | None = None
    recipients: Codes | None = None
    purposes: Codes | None = None
    operations: Codes | None = None
    handling: Codes = ()


class Sighting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The report as stored: integers only. Positions 1e-7 degree, speed 0.1 kn, course 0.1 degree, -1 unknown."""

    t_ms: int
    reporter: Words
    sensor: Words
    lat_e7: Annotated[int, msgspec.Meta(ge=-900_000_000, le=900_000_000)]
    lon_e7: Annotated[int, msgspec.Meta(ge=-1_800_000_000, le=1_800_000_000)]
    error: ErrorEllipse
    vessel_type: VesselType
    activity: Words
    grade: Annotated[str, msgspec.Meta(pattern=r"^[ABCX][1-4]\Z")]
    length_m: Annotated[int, msgspec.Meta(ge=-1, le=1000)] = -1
    course_ddeg: Annotated[int, msgspec.Meta(ge=-1, lt=3600)] = -1
    speed_dkn: Annotated[int, msgspec.Meta(ge=-1, le=1022)] = -1
    distress: Distress | Literal[""] = ""  # stated, never guessed
    people_seen: Annotated[int, msgspec.Meta(ge=-1, le=10_000)] = -1
    marks: Text = ""
    equipment: Text = ""
    weather: Text = ""
    caveats: Text = ""
    images: Annotated[tuple[Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")], ...], msgspec.Meta(max_length=64)] = ()
