"""Commands for those who outgrow one machine: prepare, events."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, cast

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from fairlead.desk.detect import prepare
from fairlead.desk.prepared import Meeting, prepared_events, write_events
from fairlead.door.shell import ERR, OUT, JsonOption, dump, instant, utc
from fairlead.door.verbs_eyes import thresholds
from fairlead.door.verbs_read import FromOption, ToOption
from fairlead.errors import BadInput, UnknownCode
from fairlead.store.sql_events import ENGINES, Engine
from fairlead.store.sql_parts import Cut

SHOWN = 20


def prepare_files(
    files: Annotated[list[Path], typer.Argument(help="AIS files of one layout, plain or gzip.")],
    into: Annotated[Path, typer.Option(help="The folder to write; it must not be there yet.")],
    layout: Annotated[str, typer.Option(help="How they are written: see docs/reference/ais.md.")] = "marinecadastre",
    chart: Annotated[list[Path], typer.Option("--chart", help="A chart file: ports and anchorages are used.")] = [],  # noqa: B006
    whole_log: Annotated[str, typer.Option(help="yes when the files are all that a receiver heard: then silence counts.")] = "no",
    date: Annotated[str, typer.Option(help="YYYY-MM-DD, for layouts whose lines carry no date.")] = "",
    mapping: Annotated[Path | None, typer.Option(help="The mapping file of the layouts mapped and parquet.")] = None,
    begin: FromOption = "",
    end: ToOption = "",
    threshold: Annotated[list[str], typer.Option("--set", help="NAME=VALUE: a threshold of docs/reference/parameters.md.")] = [],  # noqa: B006
    as_json: JsonOption = False,
) -> None:
    """Your own AIS files as tables for DuckDB or your own Spark cluster: whole numbers, cut into vessels, no names."""
    with _bar("reading") as shown:
        about = prepare(
            files,
            into,
            layout=layout,
            charts=chart,
            parameters=thresholds(threshold),
            gaps_meaningful=whole_log,
            date=datetime.date.fromisoformat(date) if date else None,
            mapping=mapping,
            from_ms=instant(begin),
            to_ms=instant(end),
            progress=lambda lines, _: shown(lines, None),
        )
    if as_json:
        sys.stdout.write(dump(msgspec.to_builtins(about)) + "\n")
        return
    OUT.print(f"{about.lines} lines, {about.kept} positions of {about.vessels} vessels, {about.rejected} lines rejected")
    OUT.print(f"next: fairlead events {into} --engine duckdb", markup=False)


def events(
    folder: Annotated[Path, typer.Argument(help="What prepare has written.")],
    engine: Annotated[str, typer.Option(help=f"{' or '.join(ENGINES)}.")] = "duckdb",
    master: Annotated[str, typer.Option(help="A Spark cluster, like spark://HOST:7077; without it Spark runs here.")] = "",
    parts: Annotated[str, typer.Option(help="HOURSxDEGREES, like 24x10: part by part, when the rows are too many at once.")] = "",
    threads: Annotated[int, typer.Option(min=1, max=256, help="Threads of an engine that runs here.")] = 2,
    out: Annotated[Path | None, typer.Option(help="Write all events: a file that ends with .jsonl or .parquet.")] = None,
    as_json: JsonOption = False,
) -> None:
    """The events of B1 to B5 of prepared tables: the same on every engine."""
    if engine not in ENGINES:
        raise UnknownCode("no such engine", where=engine, do=f"take {' or '.join(ENGINES)}")
    with _bar("finding") as shown:
        found = prepared_events(folder, cast(Engine, engine), master=master, cut=_cut(parts), threads=threads, progress=shown)
    if out is not None:
        write_events(out, found)
    if as_json:
        sys.stdout.write(dump(msgspec.to_builtins(found)) + "\n")
        return
    counts = {rule: sum(one.event.rule == rule for one in found) for rule in ("B1", "B2", "B3", "B4", "B5")}
    OUT.print(", ".join(f"{rule} {count}" for rule, count in counts.items()))
    for one in found[:SHOWN] if out is None else []:
        OUT.print(_line(one), markup=False)
    if out is None and len(found) > SHOWN:
        OUT.print(f"and {len(found) - SHOWN} more: --out FILE, or --json")


def _line(one: Meeting) -> str:
    event = one.event
    seen = ", ".join(f"{name} {value}" for name, value in event.seen)
    return f"[{event.rule}] {utc(event.from_ms)} to {utc(event.to_ms)} contacts {', '.join(map(str, event.lines))}: {seen}"


def _cut(parts: str) -> Cut | None:
    if not parts:
        return None
    hours, cross, degrees = parts.partition("x")
    if not (cross and hours.isdigit() and degrees.isdigit()):
        raise BadInput("no such cut", where=parts, do="write hours and degrees, like 24x10")
    return Cut(hours=int(hours), cell_deg=int(degrees))


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int | None], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=ERR, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)

        def shown(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield shown


def add_to(app: typer.Typer) -> None:
    app.command("prepare")(prepare_files)
    app.command("events")(events)
