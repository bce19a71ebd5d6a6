"""Commands of agreements: agreements, agreement show, draft, review, activate, amend, denounce."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
import typer

from fairlead.desk import agree
from fairlead.desk.agreements import agreement as one_agreement
from fairlead.desk.agreements import agreements as list_agreements
from fairlead.desk.answer import Answer, Outcome
from fairlead.door.shell import DEFAULT_NODE, OUT, AsOption, JsonOption, NodeOption, UnitOption, asker, instant, opened, show, utc
from fairlead.envelope import decode
from fairlead.errors import BadFile
from fairlead.intake.agreement_file import terms_file, terms_in

FILE_MAX: Final = 2_000_000
app = typer.Typer(no_args_is_help=True, help="Agreements: drafted, reviewed by another, put in force by a second officer.")

IdArgument = Annotated[str, typer.Argument(help="The agreement's id.")]
TermsArgument = Annotated[Path, typer.Argument(help="A TOML file with the table [agreement]; docs/reference/agreements.md.")]
AtOption = Annotated[str, typer.Option("--at", help="As of this instant, ISO 8601 UTC; by default now.")]
WhyOption = Annotated[str, typer.Option(help="The reason, in words.")]
Decision = Literal["open", "approved", "returned", "rejected"]


def agreements(
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    at: AtOption = "",
    page: Annotated[int, typer.Option(help="Page, from 0.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """What is in force, or was at an instant: one's own agreements, those that name one's units, or everybody's to oversight."""
    with opened(node) as one:
        outcome = list_agreements(one, asker(one, person, unit), at_ms=instant(at), page=max(0, page))
        show(outcome, as_json=as_json, human=_agreements)


def _agreements(value: dict[str, Any]) -> None:
    after = f", after {value['epoch']} events" if "epoch" in value else ""
    OUT.print(f"at {utc(value['at_ms'])}{after}, code-book {value['code_book']}: {value['count']} agreements")
    for one in value["agreements"]:
        void = f"; void for {', '.join(one['void'])} until signed anew" if one["void"] else ""
        OUT.print(f"{one['id']} (version {one['version']}): {one['state']}{void}", markup=False)
        OUT.print(f"  {one['words']}", markup=False)
    for one in value["drafts"]:
        OUT.print(f"{one['id']} (version {one['version']}): {one['state']}, drafted by {one['drafter']}", markup=False)
        OUT.print(f"  {one['words']}", markup=False)


@app.command("show")
def show_one(
    id: IdArgument,
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    at: AtOption = "",
    toml: Annotated[bool, typer.Option("--toml", help="Print the terms as a file to edit, for draft or amend.")] = False,
    as_json: JsonOption = False,
) -> None:
    """One agreement: state, terms, reviews with their dissent, orders on it, and every event about it."""
    with opened(node) as one:
        outcome = one_agreement(one, asker(one, person, unit), id, at_ms=instant(at))
    if toml and isinstance(outcome, Answer):
        value = _value(outcome)
        sys.stdout.write(terms_file(value["terms"] if "terms" in value else value["draft"]["terms"]))
        return
    show(outcome, as_json=as_json, human=_one)


def _one(value: dict[str, Any]) -> None:
    if "state" in value:
        OUT.print(f"{value['id']} (version {value['version']}): {value['state']}", markup=False)
        OUT.print(f"  {value['words']}", markup=False)
        for one in value.get("orders", []):
            OUT.print(f"  stopped by {one['id']}: {one['words']}", markup=False)
        for one in value["assurances_asked"]:
            given = "given" if one["given"] else "not given"
            OUT.print(f"  {one['party']}: {one['kind']} is {one['state']}, {given}", markup=False)
    if "draft" in value:
        draft = value["draft"]
        OUT.print(f"draft of version {draft['version']}: {draft['state']}, by {draft['drafter']}: {draft['words']}", markup=False)
    for one in value.get("reviews", []):
        OUT.print(f"  review by {one['reviewer']}, {one['decision']}: {one['question']}: {one['findings']}", markup=False)
        if one["dissent"]:
            OUT.print(f"    dissent: {one['dissent']}", markup=False)
    for one in value.get("history", []):
        signed = ", ".join(one["signed_by"])
        OUT.print(f"  event {one['number']}, {utc(one['durable_ms'])}: {one['event']}, signed by {signed}", markup=False)


@app.command()
def draft(
    file: TermsArgument,
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    preview: Annotated[bool, typer.Option("--preview", help="Only show what it would say and break; sign nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Put terms forward for review: a new agreement, or the next version of one's own."""
    verb = agree.preview_draft if preview else agree.draft
    with opened(node) as one:
        show(verb(one, asker(one, person, unit), _terms(file)), as_json=as_json, human=_told)


@app.command()
def review(
    id: IdArgument,
    person: AsOption,
    question: Annotated[str, typer.Option(help="What was asked.")],
    decision: Annotated[Decision, typer.Option(help="open, approved, returned or rejected.")],
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    findings: Annotated[str, typer.Option(help="What was found.")] = "",
    mitigations: Annotated[str, typer.Option(help="What makes the risk smaller.")] = "",
    dissent: Annotated[str, typer.Option(help="Who disagreed, and why; never dropped.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Review the risk of a draft that somebody else of one's party made."""
    finding = agree.Finding(question=question, decision=decision, findings=findings, mitigations=mitigations, dissent=dissent)
    with opened(node) as one:
        outcome = agree.review(one, asker(one, person, unit), id, finding)
        show(outcome, as_json=as_json, human=lambda value: OUT.print(f"{value['agreement']}: {value['state']}", markup=False))


@app.command()
def activate(
    id: IdArgument, person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False
) -> None:
    """Put a reviewed draft in force, as a second officer; refused with the path when a declared invariant would break."""
    with opened(node) as one:
        show(agree.activate(one, asker(one, person, unit), id), as_json=as_json, human=_told)


@app.command()
def amend(
    file: TermsArgument,
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Replace the terms of one's own agreement at once by terms that give nothing more; any other goes through draft."""
    with opened(node) as one:
        show(agree.amend(one, asker(one, person, unit), _terms(file)), as_json=as_json, human=_told)


@app.command()
def denounce(
    id: IdArgument,
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    ends: Annotated[str, typer.Option(help="When it stops giving, ISO 8601 UTC; by default now.")] = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """End an agreement of one's own, now or at the end of a notice."""
    with opened(node) as one:
        outcome = agree.denounce(one, asker(one, person, unit), id, ends_ms=instant(ends) or 0, why=why)
        show(outcome, as_json=as_json, human=_ended)


def _ended(value: dict[str, Any]) -> None:
    OUT.print(f"{value['agreement']}: {value['state']}; it gives until {utc(value['gives_until_ms'])}", markup=False)
    OUT.print(f"copies on lease can be read until {utc(value['leases_end_ms'])}")


def _told(value: dict[str, Any]) -> None:
    OUT.print(value["words"], markup=False)
    for one in value.get("gives_more", []):
        OUT.print(f"  more: {one}", markup=False)
    for one in value.get("gives_less", []):
        OUT.print(f"  less: {one}", markup=False)
    for one in value.get("breaks", []):
        OUT.print(f"  would break: {'; '.join(one)}", style="bold red", markup=False)
    state = value.get("state", "a preview: nothing was signed")
    OUT.print(f"{value['agreement']} (version {value['version']}): {state}", markup=False)


def _terms(path: Path) -> agree.Terms:
    return msgspec.convert(terms_in(read_file(path), path.name), agree.Terms)


def read_file(path: Path) -> bytes:
    """The bytes of a file somebody names. Raises BadFile."""
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_MAX + 1)
    except OSError as error:
        raise BadFile("no file can be read there", where=str(path), why=error.strerror or "") from error
    if len(raw) > FILE_MAX:
        raise BadFile("the file is too large", where=str(path), why=f"more than {FILE_MAX} bytes")
    return raw


def _value(outcome: Outcome) -> dict[str, Any]:
    value = decode(outcome.body)
    assert isinstance(value, dict)  # every body a desk verb makes is an object
    return value


def add_to(root: typer.Typer) -> None:
    root.command("agreements")(agreements)
    root.add_typer(app, name="agreement")
