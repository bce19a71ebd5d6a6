"""Command of identities: vessels, as a list or as FollowTheMoney records that carry their label."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fairlead.desk.answer import Answer
from fairlead.desk.vessels import list_vessels
from fairlead.door.shell import (
    DEFAULT_NODE,
    ERR,
    OUT,
    AsOption,
    JsonOption,
    NodeOption,
    OperationOption,
    PurposeOption,
    UnitOption,
    asker,
    instant,
    opened,
    show,
    utc,
)
from fairlead.door.verbs_read import FromOption, ToOption
from fairlead.envelope import decode
from fairlead.errors import BadInput
from fairlead.intake.ftm import vessels_out

FtmOption = Annotated[
    Path | None,
    typer.Option(
        "--ftm", help="Write FollowTheMoney records to this file, which must not exist; the banner is the first of their notes."
    ),
]


def vessels(
    person: AsOption,
    purpose: PurposeOption,
    id: Annotated[str, typer.Argument(help="Only contacts whose id in the reader's own picture begins so.")] = "",
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    begin: FromOption = "",
    end: ToOption = "",
    ftm: FtmOption = None,
    as_json: JsonOption = False,
) -> None:
    """The AIS contacts of the reader's own picture: what each says of itself and said before, and why a number has several tracks."""
    if ftm is not None and ftm.exists():
        raise BadInput("the file exists", where=str(ftm), do="name one that does not: what carries a label is not overwritten")
    with opened(node) as one:
        who = asker(one, person, unit, purpose, operation)

        def human(value: dict[str, Any]) -> None:
            OUT.print(value["banner"]["text"], style="reverse")
            for vessel in value["vessels"]:
                _told(vessel)
            OUT.print(f"{len(value['vessels'])} AIS contacts")

        outcome = list_vessels(one, who, id, from_ms=instant(begin), to_ms=instant(end))
        if ftm is not None and isinstance(outcome, Answer):
            _write(ftm, outcome)
        show(outcome, as_json=as_json, human=human if ftm is None else lambda _: None)


def _write(path: Path, given: Answer) -> None:
    value: Any = decode(given.body)
    lines, aside = vessels_out(value["vessels"], value["banner"]["text"])
    with path.open("x", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)
    reasons = "".join(f", {number} set aside: {reason}" for reason, number in sorted(aside.items()))
    ERR.print(f"{path.name}: {len(lines)} records{reasons}", markup=False)


def _told(vessel: dict[str, Any]) -> None:
    said = [
        f"{label} {vessel[name]}" for name, label in (("name", "name"), ("call_sign", "call sign"), ("imo", "IMO")) if name in vessel
    ]
    number = vessel.get("mmsi", "no number")
    heard = f"{utc(vessel['first_ms'])} to {utc(vessel['last_ms'])}"
    OUT.print(f"{vessel['id'][:8]} {number} {', '.join(said) or 'said nothing of itself'}; heard {heard}", markup=False)
    for one in vessel.get("changes", ()):
        turns = ", in turns" if one.get("alternating") else ""
        what = f"{one['field'].replace('_', ' ')} was {one['old']}, is {one['new']} ({one['weight']}{turns})"
        OUT.print(f"  {utc(one['from_ms'])} {what}", markup=False)
    for one in vessel.get("split", ()):
        OUT.print(f"  {utc(one['at_ms'])} {one['words']}", markup=False)


def add_to(app: typer.Typer) -> None:
    app.command("vessels")(vessels)
