"""The command play: seeded smuggling and its lawful twins as files, to practise on and to measure with; no real vessel is named."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from fairlead.door.shell import OUT, instant, utc
from fairlead.errors import BadFile, BadInput
from fairlead.intake.acted import Played
from fairlead.intake.smuggling import coastline, play
from fairlead.intake.smuggling_sea import HAVENS

DAY_MS = 86_400_000
AIS_HEAD = (
    "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass"
)
PORTS = "ports.csv"


def played(
    into: Annotated[Path, typer.Option(help="The folder to write; it must not be there yet.")],
    seed: Annotated[int, typer.Option(help="The same seed writes the same files.")] = 1,
    begin: Annotated[str, typer.Option("--from", help="YYYY-MM-DD: the play begins at noon UTC of this day.")] = "2020-06-29",
) -> None:
    """Played smuggling with its lawful twins: AIS, radar, coast, ports and the truth, as files."""
    from_ms = instant(begin[:10] + "T12:00:00Z")
    if from_ms is None or len(begin) != 10:
        raise BadInput("this is not a day", where=begin[:20], do="write it like 2020-06-29")
    if into.exists():
        raise BadFile("the folder is there already", where=into.name, why="nothing is overwritten", do="name another, or remove it")
    sea = play(seed, from_ms=from_ms)
    into.mkdir(parents=True)
    _ais(into / "ais.csv", sea)
    _radar(into / "radar.csv", sea)
    (into / "coast.geojson").write_text(json.dumps(coastline()))
    with (into / PORTS).open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("label", "lat", "lon"))
        out.writerows((haven.name, haven.lat_e7 / 1e7, haven.lon_e7 / 1e7) for haven in HAVENS)
    truth = [msgspec.to_builtins(act) for act in sea.acts]
    (into / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
    lawful = sum(bool(act.look_alike) for act in sea.acts)
    OUT.print(f"{len(sea.ais)} AIS and {len(sea.radar)} radar positions of {sea.vessels} vessels over 48 h", markup=False)
    OUT.print(f"{len(sea.acts) - lawful} acts of smuggling and {lawful} lawful twins in {into / 'truth.json'}", markup=False)


def _ais(path: Path, sea: Played) -> None:
    """MarineCadastre's layout. It has no destination, so B7 cannot be seen in it."""
    said = sea.statements
    known = {int(number): at for at, number in enumerate(said.mmsi.tolist())}
    rows = sea.ais
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(AIS_HEAD.split(","))
        for at in range(len(rows)):
            number = int(rows.mmsi[at])
            own = known.get(number)
            name, call = (said.name[own].decode(), said.call_sign[own].decode()) if own is not None else ("", "")
            imo = f"IMO{int(said.imo[own])}" if own is not None and said.imo[own] else ""
            kind, length, status = (int(column[at]) for column in (rows.ship_type, rows.length_m, rows.status))
            out.writerow(
                (
                    number,
                    utc(int(rows.t_ms[at])).replace(" ", "T").rstrip("Z"),
                    f"{rows.lat_e7[at] / 1e7:.5f}",
                    f"{rows.lon_e7[at] / 1e7:.5f}",
                    f"{rows.sog_dkn[at] / 10:.1f}",
                    f"{rows.cog_ddeg[at] / 10:.1f}",
                    "511.0",
                    name,
                    imo,
                    call,
                    kind if kind >= 0 else "",
                    status if status >= 0 else "",
                    length if length >= 0 else "",
                    "",
                    "",
                    "",
                    "AB"[int(rows.station[at]) - 1],
                )
            )


def _radar(path: Path, sea: Played) -> None:
    rows = sea.radar
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("time", "lat_deg", "lon_deg", "error_m"))
        for at in range(len(rows)):
            when = utc(int(rows.t_ms[at])).replace(" ", "T")
            out.writerow((when, f"{rows.lat_e7[at] / 1e7:.5f}", f"{rows.lon_e7[at] / 1e7:.5f}", int(rows.err_m[at])))


def add_to(app: typer.Typer) -> None:
    app.command("play")(played)
