"""The command line: parse, call a desk verb, render. Every command has --json; docs/reference/cli.md lists them all."""

from __future__ import annotations

import sys

import typer

from fairlead import __version__
from fairlead.door import (
    verbs_act,
    verbs_agree,
    verbs_assure,
    verbs_book,
    verbs_case,
    verbs_eyes,
    verbs_find,
    verbs_halt,
    verbs_log,
    verbs_marking,
    verbs_messages,
    verbs_node,
    verbs_prove,
    verbs_read,
    verbs_release,
    verbs_status,
    verbs_trust,
)
from fairlead.door.shell import guarded

app = typer.Typer(
    name="fairlead",
    help="Maritime intelligence that stays under its originator's control: purpose-bound, suspendable, receipted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"fairlead {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version and end."),
) -> None:
    pass


for room in (
    verbs_node,
    verbs_read,
    verbs_find,
    verbs_eyes,
    verbs_act,
    verbs_halt,
    verbs_log,
    verbs_prove,
    verbs_marking,
    verbs_agree,
    verbs_assure,
    verbs_book,
    verbs_release,
    verbs_status,
    verbs_messages,
):
    room.add_to(app)
app.add_typer(verbs_case.app, name="case")
app.add_typer(verbs_trust.app, name="trust")


def main() -> None:
    """Run the command line; exit codes stand in docs/reference/exit-codes.md."""
    sys.exit(guarded(app))
