"""Commands of a node: init, ingest, serve, demo."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from fairlead.desk.found import found
from fairlead.desk.observe import Count, observe
from fairlead.door.shell import DEFAULT_NODE, ERR, OUT, REFUSED, AsOption, JsonOption, NodeOption, UnitOption, asker, dump, opened, show
from fairlead.errors import BadFile, BadInput
from fairlead.intake.scenario import load_scenario, without_feed


def init(
    folder: Annotated[Path, typer.Argument(help="A new folder for the node.")],
    scenario: Annotated[str, typer.Option(help="A scenario file, or a shipped one: caribbean, tiny.")],
    without_feed_named: Annotated[
        list[str], typer.Option("--without-feed", help="Leave this feed out, as if never declared; for comparing pictures.")
    ] = [],  # noqa: B006
    database: Annotated[
        str,
        typer.Option(
            envvar="FAIRLEAD_DATABASE", help="An empty PostgreSQL database instead of a file: postgresql+psycopg://HOST/NAME."
        ),
    ] = "",
) -> None:
    """Make a node from a scenario: parties' homes with their keys, database, first agreements, logs."""
    coalition = load_scenario(scenario)
    for feed in without_feed_named:
        coalition = without_feed(coalition, feed)
    found(folder, coalition, database=database)
    OUT.print(f"{folder}: {coalition.title}")
    OUT.print(f"{len(coalition.book.parties)} parties, {len(coalition.people)} people, {len(coalition.feeds)} feeds,", end=" ")
    OUT.print(f"{len(coalition.grants)} agreements signed")


def ingest(
    file: Annotated[Path, typer.Argument(help="The file, plain or gzip.")],
    feed: Annotated[str, typer.Option(help="The feed it is from; its scenario declares layout and label.")],
    person: AsOption = "",
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    date: Annotated[str, typer.Option(help="YYYY-MM-DD, for layouts whose lines carry no date.")] = "",
    mapping: Annotated[Path | None, typer.Option(help="The mapping file of the layouts mapped and parquet.")] = None,
    layout: Annotated[str, typer.Option(help="ftm, for a register's file beside the feed's own layout.")] = "",
    confirm_unreadable: Annotated[str, typer.Option(help="The reason to take a report that nobody could read.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Read a file of a feed; every line is kept, rejected, duplicate or set aside, and counted."""
    try:
        day = datetime.date.fromisoformat(date) if date else None
    except ValueError as error:
        raise BadInput("this is not a date", where=date, do="write it like 2018-06-04") from error
    with opened(node) as one:
        who = asker(one, person or _sensor_officer(one.coalition.feeds, one.coalition.people, feed), unit)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
        )
        with Progress(*columns, console=ERR, transient=True, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task(file.name, total=None, rate="")
            started = datetime.datetime.now(tz=datetime.UTC)

            def progress(lines: int, kept: int) -> None:
                seconds = (datetime.datetime.now(tz=datetime.UTC) - started).total_seconds() or 1e-9
                bar.update(task, completed=lines, rate=f"{lines / seconds:,.0f} lines/s, {kept:,} kept")

            count = observe(
                one,
                who,
                file,
                feed,
                date=day,
                mapping=mapping,
                layout=layout,
                progress=progress,
                confirm_unreadable=confirm_unreadable,
            )
    if not isinstance(count, Count):
        show(count, as_json=as_json, human=lambda _: None)
    elif as_json:
        sys.stdout.write(dump(msgspec.to_builtins(count)) + "\n")
    else:
        _counted(count)
    if isinstance(count, Count):
        _whole(count)


def _whole(count: Count) -> None:
    """Raises BadFile for a file that was counted and is not what it was said to be."""
    if count.broken_off:
        do = "what was read before is kept; fetch the file again and give it once more"
        raise BadFile("the file broke off", where=count.file, why=count.broken_off, do=do)
    if count.none_fits:
        why, do = f"{count.rejected} rejected lines", f"see {count.quarantine}, and check which feed the file is from"
        raise BadFile("not one line of the file fits its feed's layout", where=count.file, why=why, do=do)


def _counted(count: Count) -> None:
    aside = sum(count.set_aside.values())
    parts = f"{count.kept} kept + {count.rejected} rejected + {count.duplicate} duplicate + {aside} set aside"
    OUT.print(f"{count.file}: {count.lines} lines = {parts}")
    for what, number in sorted(count.set_aside.items()):
        OUT.print(f"  set aside: {number} {what}")
    if count.quarantine:
        OUT.print(f"  rejected lines with reasons: {count.quarantine}")


def _sensor_officer(feeds: object, people: object, feed: str) -> str:
    """The sensor officer who operates the feed, when nobody was named."""
    assert isinstance(feeds, dict)
    assert isinstance(people, dict)
    unit = feeds[feed].unit if feed in feeds else ""
    return next((code for code, one in sorted(people.items()) if unit in one.units and "sensor_officer" in one.roles), "")


def serve(
    node: NodeOption = DEFAULT_NODE,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8420,
) -> None:
    """The console for people, on this machine only; prints one sign-in link per person of a demo node."""
    from fairlead.door.serve import serve as run

    run(node, port=port)


def demo(
    folder: Annotated[Path, typer.Option("--node", help="Where to make the demo node (made anew).")] = DEFAULT_NODE,
    headless: Annotated[bool, typer.Option("--headless", help="Tell the story and end.")] = False,
    ais: Annotated[Path | None, typer.Option(help="Other AIS traffic, in the MarineCadastre layout.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the synthetic run.")] = 7,
    port: Annotated[int, typer.Option(help="Port of the console on 127.0.0.1.")] = 8420,
) -> None:
    """The main job, end to end, on a fresh node: from radar contact to boarding, halt, and proof."""
    from fairlead.door.demo import tell

    if not tell(folder, ais=ais, seed=seed):
        raise typer.Exit(REFUSED)
    if not headless:
        from fairlead.door.serve import serve as run

        run(folder, port=port)


def add_to(app: typer.Typer) -> None:
    app.command("init")(init)
    app.command("ingest")(ingest)
    app.command("serve")(serve)
    app.command("demo")(demo)
