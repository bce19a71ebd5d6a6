"""Commands of weakening and derivation: override, tearline, rederive, origins, audit-labels."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.progress import Progress as Bar

from fairlead.agreement.tear_line import Sheet, Terms, sheet_from
from fairlead.desk import circular, labels_audit, sanitise
from fairlead.desk import override as overriding
from fairlead.desk import rederive as rederiving
from fairlead.desk.answer import Answer, Outcome
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
    dump,
    instant,
    opened,
    show,
    utc,
)
from fairlead.envelope import Envelope, decode, encode, envelope_from_json
from fairlead.errors import BadFile, BadInput, ProofFailed
from fairlead.label.label import LEASE_DEFAULT_S
from fairlead.store.files import write_durably

FILE_MAX = 2**20
Many = list[str]
FileArgument = Annotated[Path, typer.Argument(help="The file that goes from officer to officer.")]
overrides_app = typer.Typer(no_args_is_help=True, help="For hours, for named records: what every originator's officers sign together.")
tear_app = typer.Typer(no_args_is_help=True, help="A tear line: a new record with a label of its own, released by its originators.")


@overrides_app.command("draft")
def override_draft(
    record: Annotated[Many, typer.Argument(help="Records by id or digest, each originated by the drafter's party too.")],
    person: AsOption,
    for_unit: Annotated[Many, typer.Option(help="A unit that may use them; may be repeated.")],
    purpose: Annotated[str, typer.Option(help="The one purpose, a leaf of the code-book.")],
    operation: Annotated[str, typer.Option(help="The one operation.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    legal_basis: Annotated[str, typer.Option(help="The legal basis, cited.")],
    requester: Annotated[str, typer.Option(help="The person who asked for it; neither they nor who gains by it can sign.")],
    hours: Annotated[int, typer.Option(help="How long, from now on; at most 72.")],
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Write the override to sign on standard output, unsigned; what it says and would not open goes to standard error."""
    wish = overriding.Wish(
        records=tuple(record),
        units=tuple(for_unit),
        purpose=purpose,
        operation=operation,
        reason=reason,
        legal_basis=legal_basis,
        requester=requester,
        hours=hours,
    )
    with opened(node) as one:
        show(overriding.draft(one, asker(one, person, unit), wish), as_json=as_json, human=_draft)


def _draft(value: dict[str, Any]) -> None:
    sys.stdout.write(encode(value["envelope"]).decode("utf-8") + "\n")
    _said(value, to=ERR)
    for shut in value["still_shut"]:
        ERR.print(f"stays shut to {shut['unit']}: {'; '.join(shut['reasons'])}", markup=False)


def _said(value: dict[str, Any], *, to: Any = OUT) -> None:
    if "words" in value:
        to.print(value["words"], markup=False)
    to.print("signed by: " + (", ".join(value["signed_by"]) or "nobody yet"), markup=False)
    for line in value["missing"]:
        to.print(f"missing: {line}", markup=False)


@overrides_app.command("show")
def override_show(
    file: FileArgument, person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False
) -> None:
    """What an override says, who has signed it and who is missing."""
    with opened(node) as one:
        show(overriding.show(one, asker(one, person, unit), _envelope(file)), as_json=as_json, human=_said)


@overrides_app.command("sign")
def override_sign(
    file: FileArgument, person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False
) -> None:
    """Add one's own signature to the file."""
    with opened(node) as one:
        outcome = overriding.sign_draft(one, asker(one, person, unit), _envelope(file))
    _keep(file, outcome, "envelope")
    show(outcome, as_json=as_json, human=_said)


@overrides_app.command("activate")
def override_activate(
    file: FileArgument, person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False
) -> None:
    """Put an override in force, once two officers of every originator have signed it."""
    with opened(node) as one:
        show(overriding.activate(one, asker(one, person, unit), _envelope(file)), as_json=as_json, human=_active)


def _active(value: dict[str, Any]) -> None:
    OUT.print(value["words"], markup=False)
    OUT.print(f"in force until {utc(value['until_ms'])}: {value['override']}", markup=False)


@overrides_app.command("list")
def override_list(person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False) -> None:
    """Overrides: one's own with every use of them, or those that name one's unit."""
    with opened(node) as one:
        show(overriding.overrides(one, asker(one, person, unit)), as_json=as_json, human=_overrides)


def _overrides(value: dict[str, Any]) -> None:
    OUT.print(f"{value['count']} in all")
    for one in value["items"]:
        OUT.print(f"{one['id']}: {one['state']}, until {utc(one['expires_ms'])}. {one['words']}", markup=False)
        for use in one.get("uses", []):
            OUT.print(f"  {utc(use['at_ms'])} {use['act']} by {use['person']} for {use['unit']}", markup=False)


@tear_app.command("draft")
def tear_draft(
    record: Annotated[Many, typer.Argument(help="What it is made from, by id or digest.")],
    person: AsOption,
    purpose: PurposeOption,
    text: Annotated[str, typer.Option(help="What the readers get; it may not name what it was made from.")],
    to_unit: Annotated[Many, typer.Option(help="A unit or party that may read it; may be repeated, like the next ones.")],
    for_purpose: Annotated[Many, typer.Option(help="A purpose it may serve.")],
    in_operation: Annotated[Many, typer.Option(help="An operation it may be used in.")],
    level: Annotated[str, typer.Option(help="Its level.")],
    handling: Annotated[Many, typer.Option(help="An obligation its readers must have accepted.")] = [],  # noqa: B006
    title: Annotated[str, typer.Option(help="One line for lists.")] = "tear line",
    category: Annotated[str, typer.Option(help="Its category; by default those of the records.")] = "",
    lease_s: Annotated[int, typer.Option(help="How long an offline copy stays readable, seconds.")] = LEASE_DEFAULT_S,
    until: Annotated[str, typer.Option(help="ISO 8601 UTC; by default when the first of the records ends.")] = "",
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Write a tear line with the author's signature on standard output; who has to sign still goes to standard error."""
    terms = Terms(
        records=tuple(record),
        text=text,
        level=level,
        recipients=tuple(to_unit),
        purposes=tuple(for_purpose),
        operations=tuple(in_operation),
        handling=tuple(handling),
        title=title,
        category=category,
        lease_s=lease_s,
        expires_ms=instant(until) or 0,
    )
    with opened(node) as one:
        show(sanitise.draft(one, asker(one, person, unit, purpose, operation), terms), as_json=as_json, human=_sheet)


def _sheet(value: dict[str, Any]) -> None:
    sys.stdout.write(encode(value["sheet"]).decode("utf-8") + "\n")
    ERR.print(f"{value['level']}, readable by {', '.join(value['readable_by'])} for {', '.join(value['purposes'])}", markup=False)
    _said(value, to=ERR)


@tear_app.command("sign")
def tear_sign(
    file: FileArgument, person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False
) -> None:
    """Add one's own signature to a tear line of several originators."""
    with opened(node) as one:
        outcome = sanitise.sign_sheet(one, asker(one, person, unit), _read_sheet(file))
    _keep(file, outcome, "sheet")
    show(outcome, as_json=as_json, human=_said)


@tear_app.command("release")
def tear_release(
    file: FileArgument, person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False
) -> None:
    """Sign and release a tear line somebody else wrote; from then on its readers have it."""
    with opened(node) as one:
        outcome = sanitise.release(one, asker(one, person, unit), _read_sheet(file))
        show(outcome, as_json=as_json, human=lambda value: OUT.print(f"released {value['id']}", markup=False))


@tear_app.command("origin")
def tear_origin(
    holding: Annotated[str, typer.Argument(help="The tear line's id or digest.")],
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """What a tear line was made from and who signed it; to its originators and oversight alone."""
    with opened(node) as one:
        show(sanitise.made_from(one, asker(one, person, unit), holding), as_json=as_json, human=_made_from)


def _made_from(value: dict[str, Any]) -> None:
    for one in value["made_from"]:
        OUT.print(f"made from {one['kind']} {one['id']}", markup=False)
    OUT.print(f"written by {value['author']}, signed by {', '.join(value['signed_by'])}", markup=False)


def rederive(
    lead: Annotated[str, typer.Argument(help="The lead's id.")],
    person: AsOption,
    purpose: PurposeOption,
    without: Annotated[Many, typer.Option(help="A feed to leave out; may be repeated.")],
    note: Annotated[str, typer.Option(help="Words that travel with the new lead; the old one's do not.")] = "",
    confirm_unreadable: Annotated[str, typer.Option(help="The reason to make a lead that nobody could read.")] = "",
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Make a lead again without some of its sources; or say that the finding does not stand without them."""
    with opened(node) as one:
        who = asker(one, person, unit, purpose, operation)
        outcome = rederiving.rederive(one, who, lead, without=without, note=note, confirm_unreadable=confirm_unreadable)
        show(outcome, as_json=as_json, human=_again)


def _again(value: dict[str, Any]) -> None:
    if not value["stands"]:
        OUT.print(f"does not stand: {value['why']}", markup=False)
        return
    OUT.print(f"lead {value['id']} replaces {value['replaces']}\n{value['banner']['text']}", markup=False)


def origins(
    record: Annotated[Many, typer.Argument(help="Records by id or digest.")],
    person: AsOption,
    purpose: PurposeOption,
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """How many originators stand behind some records, copies of one observation counted once."""
    with opened(node) as one:
        show(circular.origins(one, asker(one, person, unit, purpose, operation), record), as_json=as_json, human=_origins)


def _origins(value: dict[str, Any]) -> None:
    OUT.print(value["words"])
    for group in value["alike"]:
        OUT.print("rest on the same observation: " + ", ".join(group), markup=False)


def audit_labels(node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False) -> None:
    """Make the label of every record again from what it came from, over the whole store. Ends with 6 when something is not as it was
    made."""
    with opened(node) as one, Bar(console=ERR, transient=True) as bar:
        task = bar.add_task("records", total=None)
        report = labels_audit.audit_labels(one, progress=lambda done, of: bar.update(task, completed=done, total=of))
    if as_json:
        sys.stdout.write(dump(msgspec.to_builtins(report)) + "\n")
    else:
        OUT.print(f"{report.records} records: {report.derived} derived, {report.released} released, {len(report.findings)} findings")
        for finding in report.findings:
            OUT.print(f"  {finding}", style="bold red", markup=False)
    if report.findings:
        found = len(report.findings) + report.more
        raise ProofFailed(f"{found} findings", where=str(node), why="; ".join(str(one) for one in report.findings[:3]))


def _raw(file: Path) -> bytes:
    try:
        with file.open("rb") as source:
            raw = source.read(FILE_MAX + 1)
    except OSError as error:
        raise BadFile("no such file can be read", where=str(file), why=error.strerror or "") from error
    if len(raw) > FILE_MAX:
        raise BadFile("the file is too long", where=str(file), why=f"more than {FILE_MAX} bytes")
    return raw.removesuffix(b"\n")


def _envelope(file: Path) -> Envelope:
    return envelope_from_json(_raw(file))


def _read_sheet(file: Path) -> Sheet:
    return sheet_from(_raw(file))


def _keep(file: Path, outcome: Outcome, part: str) -> None:
    """The file with one more signature in place of the old one, whole or not at all."""
    if isinstance(outcome, Answer):
        value = decode(outcome.body)
        if not isinstance(value, dict):
            raise BadInput("there is nothing to keep", where=str(file))
        write_durably(file, encode(value[part]) + b"\n")


def add_to(app: typer.Typer) -> None:
    app.add_typer(overrides_app, name="override")
    app.add_typer(tear_app, name="tearline")
    app.command("rederive")(rederive)
    app.command("origins")(origins)
    app.command("audit-labels")(audit_labels)
