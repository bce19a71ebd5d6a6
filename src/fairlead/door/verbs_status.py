"""The command status: counts for who keeps the node running."""

from __future__ import annotations

import sys

import msgspec
import typer

from fairlead.desk import status as standing
from fairlead.door.shell import DEFAULT_NODE, ERR, OUT, JsonOption, NodeOption, dump, opened


def status(node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False) -> None:
    """How the node stands: epoch, records, labels, and how often it gave, refused, or could not judge (faults)."""
    with opened(node) as one:
        said = standing.status(one)
    if as_json:
        sys.stdout.write(dump(msgspec.to_builtins(said)) + "\n")
        return
    OUT.print(f"epoch {said.epoch}, code-book {said.book_version}, {said.records} records with {said.labels} distinct labels")
    for name, number in said.outcomes.items():
        OUT.print(f"  {name}: {number}")
    for alarm in said.alarms:
        ERR.print(f"alarm: {alarm}", style="bold red")


def add_to(app: typer.Typer) -> None:
    app.command("status")(status)
