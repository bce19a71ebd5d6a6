"""Commands over everything one may read: find. And labels, for who keeps the node running."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import msgspec
import typer

from fairlead.desk import find as finding
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

KINDS = {"lead": ("lead",), "report": ("report",), "any": ("lead", "report")}


def find(
    text: Annotated[str, typer.Argument(help="A piece of the text, in any case; empty for all.")],
    person: AsOption,
    purpose: PurposeOption,
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    kind: Annotated[str, typer.Option(help="lead, report or any.")] = "any",
    originator: Annotated[str, typer.Option(help="Only what this party is an originator of.")] = "",
    begin: Annotated[str, typer.Option("--from", help="Content that ends at or after this, ISO 8601 UTC.")] = "",
    end: Annotated[str, typer.Option("--to", help="Content that begins before this, ISO 8601 UTC.")] = "",
    after: Annotated[str, typer.Option(help="Where the page before ended: its `next`.")] = "",
    whole: Annotated[bool, typer.Option("--all", help="Page after page to the end, each decided when its turn comes.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Search the leads and reports this reader may see, newest first; with counts by kind, month and originator."""
    wish = finding.Wish(
        kinds=KINDS.get(kind, KINDS["any"]),  # type: ignore[arg-type]  # the literal kinds above
        text=text,
        originator=originator,
        from_ms=instant(begin) or 0,
        to_ms=instant(end) or finding.FAR_MS,
    )
    with opened(node) as one:
        who = asker(one, person, unit, purpose, operation)
        if not whole:
            show(finding.find(one, who, wish, after=after), as_json=as_json, human=_found)
            return
        for outcome in finding.chunks(one, who, wish):
            show(outcome, as_json=as_json, human=_rows)


def _found(value: dict[str, Any]) -> None:
    OUT.print(value["banner"]["text"], style="reverse", markup=False)
    OUT.print(f"{value['count']} in all")
    for facet, counts in value["facets"].items():
        if counts:
            OUT.print(f"  {facet}: " + ", ".join(f"{name} {count}" for name, count in counts.items()), markup=False)
    _rows(value)
    if "next" in value:
        OUT.print(f"older ones: --after {value['next']}", markup=False)


def _rows(value: dict[str, Any]) -> None:
    for item in value["items"]:
        OUT.print(f"{item['id']}  {utc(item['to_ms'])}  {item['kind']}  {item['title']}", markup=False)


def labels(node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False) -> None:
    """How many distinct labels the node's records have; an alarm when lists would grow slow of it."""
    with opened(node) as one:
        count = finding.label_count(one)
    if as_json:
        sys.stdout.write(dump(msgspec.to_builtins(count)) + "\n")
        return
    OUT.print(f"{count.distinct} distinct labels on {count.records} records")
    if count.alarm:
        ERR.print(f"alarm: {count.alarm}", style="bold red")


def add_to(app: typer.Typer) -> None:
    app.command("find")(find)
    app.command("labels")(labels)
