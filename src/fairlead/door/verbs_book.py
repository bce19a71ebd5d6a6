"""Commands of the code-book: codebook show, change, sign, put."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fairlead.desk import codebook
from fairlead.desk.answer import Answer, Outcome
from fairlead.door.shell import DEFAULT_NODE, OUT, AsOption, JsonOption, NodeOption, UnitOption, asker, opened, show, utc
from fairlead.door.verbs_agree import read_file
from fairlead.envelope import Envelope, decode, encode, envelope_from_json
from fairlead.errors import BadFile, BadInput
from fairlead.intake.book_file import changed_book
from fairlead.label.change import TABLES

app = typer.Typer(no_args_is_help=True, help="The code-book: versions, each signed by every party it changes something for.")

EnvelopeArgument = Annotated[Path, typer.Argument(help="The signed change, as codebook change or sign wrote it.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="Write the envelope with all signatures so far to this file.")]


@app.command("show")
def show_book(
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    version: Annotated[int, typer.Option(help="An earlier version; by default the newest.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """The code-book: parties, commands, units, operations, categories, handling templates, regions."""
    with opened(node) as one:
        show(codebook.show_book(one, asker(one, person, unit), version=version), as_json=as_json, human=_book)


def _book(value: dict[str, Any]) -> None:
    OUT.print(f"version {value['version']} of {', '.join(map(str, value['versions']))}")
    for name in TABLES:
        OUT.print(f"{name}:")
        for code, one in sorted(value[name].items()):
            OUT.print(f"  {code}: {_entry(one)}", markup=False)


def _entry(one: Any) -> str:
    if isinstance(one, str):
        return one
    shown = {key: text for key, text in one.items() if key != "code" and text not in ("", [])}
    return "; ".join(f"{key} {', '.join(text) if isinstance(text, list) else text}" for key, text in shown.items())


@app.command()
def change(
    file: Annotated[Path, typer.Argument(help="A TOML file of changes; docs/reference/agreements.md.")],
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    beside: Annotated[
        list[str], typer.Option("--with", help="Somebody else whose key lies here and who signs now; may be repeated.")
    ] = [],  # noqa: B006
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what changes, who must sign and which grants it voids; sign nothing.")
    ] = False,
    out: OutOption = None,
    why: Annotated[str, typer.Option(help="The reason, in words.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Change the code-book: sign it, and put it in force when all it binds have signed, or write it to a file for the next officer."""
    raw = read_file(file)
    with opened(node) as one:
        who = asker(one, person, unit)
        one.refresh()
        outcome = codebook.preview_change(one, who, changed_book(raw, file.name, one.coalition.book), why=why)
        if preview or not isinstance(outcome, Answer):
            show(outcome, as_json=as_json, human=_told)
            return
        signed = codebook.sign_change(one, who, _envelope_of(outcome))
        if out is not None or not isinstance(signed, Answer):
            _signed(signed, out, as_json)
            return
        show(codebook.change_book(one, who, _envelope_of(signed), beside=beside), as_json=as_json, human=_told)


@app.command()
def sign(
    file: EnvelopeArgument,
    person: AsOption,
    out: Annotated[Path, typer.Option("--out", help="Write the envelope with one signature more to this file.")],
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Sign a change that another officer wrote to a file, after reading what it says."""
    with opened(node) as one:
        _signed(codebook.sign_change(one, asker(one, person, unit), envelope_from_json(read_file(file).strip())), out, as_json)


@app.command()
def put(
    file: EnvelopeArgument,
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    preview: Annotated[bool, typer.Option("--preview", help="Only show what it says, who signed and who is missing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Put a change in force that every party it binds has signed."""
    envelope = envelope_from_json(read_file(file).strip())
    verb = codebook.show_change if preview else codebook.change_book
    with opened(node) as one:
        show(verb(one, asker(one, person, unit), envelope), as_json=as_json, human=_told)


def _signed(outcome: Outcome, out: Path | None, as_json: bool) -> None:
    if out is not None and isinstance(outcome, Answer):
        value = decode(outcome.body)
        assert isinstance(value, dict)  # every body a desk verb makes is an object
        try:
            out.write_bytes(encode(value["envelope"]) + b"\n")
        except OSError as error:
            raise BadFile("the envelope cannot be written there", where=str(out), why=error.strerror or "") from error
    show(outcome, as_json=as_json, human=_told)


def _envelope_of(outcome: Answer) -> Envelope:
    value = decode(outcome.body)
    if not isinstance(value, dict):
        raise BadInput("an answer holds no envelope")
    return envelope_from_json(encode(value["envelope"]))


def _told(value: dict[str, Any]) -> None:
    OUT.print(f"code-book version {value['version']}:")
    for one in value["changes"]:
        fields = f" ({', '.join(one['fields'])})" if one["fields"] else ""
        OUT.print(f"  {one['table']} {one['code']}: {one['what']}{fields}", markup=False)
    for one in value["voids"]["agreements"]:
        lost = ", ".join([*one["units"], *one["operations"]])
        OUT.print(f"  voids {one['agreement']} of {one['originator']} for {lost}, until it is signed anew", markup=False)
    if value["voids"]["others"]:
        OUT.print(f"  voids {value['voids']['others']} agreements of others")
    for party, people in sorted(value["must_sign"].items()):
        done = [code for code in people if code in value["signed_by"]]
        OUT.print(
            f"  {party} signs: {', '.join(done) if done else 'one of ' + ', '.join(people)}{'' if done else ' (missing)'}", markup=False
        )
    if "in_force_ms" in value:
        OUT.print(f"in force since {utc(value['in_force_ms'])}")
    else:
        OUT.print("not in force")


def add_to(root: typer.Typer) -> None:
    root.add_typer(app, name="codebook")
