"""Command that shows a raw log: messages."""

from __future__ import annotations

import datetime
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from fairlead.door.shell import ERR, JsonOption
from fairlead.errors import BadInput
from fairlead.intake.nmea.messages import Account
from fairlead.intake.nmea.messages import messages as heard

LogArgument = Annotated[Path, typer.Argument(help="A log of NMEA 0183 sentences, plain or gzip.")]
TypeOption = Annotated[int, typer.Option("--type", min=0, max=27, help="Only messages of this type; 0 for all.")]
DateOption = Annotated[str, typer.Option("--date", help="The day to assume before any clock is known, ISO 8601.")]


def messages(file: LogArgument, kind: TypeOption = 0, date: DateOption = "", as_json: JsonOption = False) -> None:
    """Every AIS message of a raw log as a line of JSON, then how many there were of each type and what was rejected. Needs no node."""
    account = Account(types=Counter(), records=0, set_aside=Counter(), rejected=Counter())
    try:
        for told in heard(file, account, at_ms=_begin_ms(date), kind=kind):
            sys.stdout.write(json.dumps(told, ensure_ascii=True) + "\n")
    finally:
        _tell(account, as_json=as_json)


def _tell(account: Account, *, as_json: bool) -> None:
    types = {str(kind): number for kind, number in sorted(account.types.items())}
    aside = {kind: number for kind, number in sorted(account.set_aside.items()) if number}
    if as_json:
        said = {"records": account.records, "types": types, "set_aside": aside, "rejected": dict(sorted(account.rejected.items()))}
        sys.stdout.write(json.dumps(said) + "\n")
        return
    ERR.print(f"{account.records} records")
    for kind, number in types.items():
        ERR.print(f"{number:9} shown of type {kind}")
    for reason, number in aside.items():
        ERR.print(f"{number:9} set aside: {reason}", markup=False)
    for reason, number in sorted(account.rejected.items()):
        ERR.print(f"{number:9} rejected: {reason}", markup=False)


def _begin_ms(date: str) -> int | None:
    if not date:
        return None
    try:
        day = datetime.date.fromisoformat(date)
    except ValueError:
        raise BadInput("the date is not ISO 8601", where=date[:40], do="write it as 2018-06-04") from None
    return (day - datetime.date(1970, 1, 1)).days * 86_400_000


def add_to(app: typer.Typer) -> None:
    app.command("messages")(messages)
