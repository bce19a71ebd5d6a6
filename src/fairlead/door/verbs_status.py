"""The commands status, for who keeps the node running, and waiting, for who signs."""

from __future__ import annotations

import sys
from typing import Any

import msgspec
import typer

from fairlead.desk import status as standing
from fairlead.desk.waiting import waiting as waits
from fairlead.door.shell import DEFAULT_NODE, ERR, OUT, AsOption, JsonOption, NodeOption, UnitOption, asker, dump, opened, show, utc


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


def waiting(person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False) -> None:
    """What waits for this person's signature, which recalls are overdue, and what stands for their party."""
    with opened(node) as one:
        show(waits(one, asker(one, person, unit)), as_json=as_json, human=_told)


def _told(value: dict[str, Any]) -> None:
    for one in value["waits"]:
        until = f", by {utc(one['until_ms'])}" if one["until_ms"] else ""
        OUT.print(f"{one['what'].replace('_', ' ')} {one['id']}{until}: {one['words']}", markup=False)
    if not value["waits"]:
        OUT.print("nothing waits for this signature")
    for late in value.get("recalls", {}).get("overdue", ()):
        ERR.print(f"overdue: {late['party']} owed {late['originator']} an answer by {utc(late['answer_by_ms'])}", style="bold red")
    for title in ("given", "received"):
        states = ", ".join(f"{number} {state.replace('_', ' ')}" for state, number in sorted(value[title].items()))
        OUT.print(f"agreements {title}: {states or 'none'}", markup=False)


def add_to(app: typer.Typer) -> None:
    app.command("status")(status)
    app.command("waiting")(waiting)
