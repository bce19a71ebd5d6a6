"""The command watch: a live stream of one's own to evidence cards, until it ends or is interrupted."""

from __future__ import annotations

import json
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from fairlead.desk.live import HOUR_MS, ROWS_MAX, Live
from fairlead.door.shell import ERR, OUT, JsonOption, utc
from fairlead.door.verbs_eyes import thresholds
from fairlead.errors import BadInput
from fairlead.intake.chart_file import charted, read_chart_file
from fairlead.intake.nmea.decode import Decoder
from fairlead.intake.source import Account, Source, opened
from fairlead.picture import Card
from fairlead.picture.behaviour.find import UNSEEN
from fairlead.picture.succession import Change
from fairlead.picture.view import NO_COAST
from fairlead.report.detection import FeedFacts

SAID_EVERY_S = 60.0


def watch(
    source: Annotated[str, typer.Argument(help="-, a file, tcp://HOST:PORT, udp://HOST:PORT or mqtt://HOST:PORT/TOPIC.")],
    chart: Annotated[list[Path], typer.Option("--chart", help="A chart file: land, territorial seas, ports, anchorages.")] = [],  # noqa: B006
    threshold: Annotated[list[str], typer.Option("--set", help="NAME=VALUE: a threshold of docs/reference/parameters.md.")] = [],  # noqa: B006
    whole_log: Annotated[str, typer.Option(help="yes when the stream is all that a receiver hears: then silence counts.")] = "no",
    horizon_h: Annotated[int, typer.Option(min=1, max=720, help="Hours that are held.")] = 24,
    rows: Annotated[
        int, typer.Option(min=1000, help="Positions that are held at most; the oldest go first, and are counted.")
    ] = ROWS_MAX,
    tick_s: Annotated[float, typer.Option(min=0.1, max=3600, help="Seconds between two looks at least.")] = 1.0,
    stall_s: Annotated[float, typer.Option(min=1, max=3600, help="Seconds of silence after which a TCP peer is called anew.")] = 60.0,
    status: Annotated[str, typer.Option(help="open or all: which cards are told.")] = "open",
    as_json: JsonOption = False,
) -> None:
    """Your own live NMEA stream to evidence cards: opened, superseded, retracted, closed as messages come, late ones too."""
    if status not in ("open", "all"):
        raise BadInput("no such status", where=status, do="open or all")
    feed = FeedFacts(name="own", kind="ais", originator="own", category="ais", gaps_meaningful=whole_log == "yes")
    coast, places = charted([read_chart_file(path) for path in chart]) if chart else (None, ())
    live = Live(
        feed=feed,
        parameters=thresholds(threshold),
        places=places,
        coast=coast or NO_COAST,
        horizon_ms=horizon_h * HOUR_MS,
        rows_max=rows,
    )
    say = _as_json if as_json else _as_words
    with opened(source, stall_s=stall_s, chance=random.random) as stream:
        asked = [False]

        def stop(*_: object) -> None:
            asked[0] = True

        before = signal.signal(signal.SIGINT, stop), signal.signal(signal.SIGTERM, stop)
        try:
            ERR.print(f"watching {source}; Ctrl-C ends it with one last look", markup=False)
            follow(stream, live, tick_s=tick_s, say=lambda change, cards: say(change, cards, status), stopped=lambda: asked[0])
        finally:
            signal.signal(signal.SIGINT, before[0])
            signal.signal(signal.SIGTERM, before[1])
        _ended(live, stream.account)


def follow(
    stream: Source,
    live: Live,
    *,
    tick_s: float,
    say: Callable[[Change, dict[str, Card]], None],
    stopped: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
    wall: Callable[[], float] = time.time,
) -> None:
    """Decode and look until the stream ends or is stopped; the last look comes after the last message."""
    decoder = Decoder()
    due_s, told_s = clock() + tick_s, clock()
    for block in stream.blocks(min(tick_s, 0.2)):
        if block:
            decoder.arrived(int(wall() * 1000))
            live.add(decoder.push(block))
        now_s = clock()
        if now_s >= due_s and live.waiting:
            _tell(live, say)
            due_s = clock() + max(tick_s, clock() - now_s)  # a look that took long is followed by as long without one
        if now_s - told_s >= SAID_EVERY_S:
            told_s = now_s
            ERR.print(_line(live, stream.account), markup=False)
        if stopped():
            break
    live.add(decoder.finish())
    _tell(live, say)


def _tell(live: Live, say: Callable[[Change, dict[str, Card]], None]) -> None:
    changes = live.look()
    by_id = {card.id: card for card in live.cards}
    for change in changes:
        say(change, by_id)


def _as_words(change: Change, cards: dict[str, Card], status: str) -> None:
    card = cards.get(change.card)
    if card is not None and status == "open" and card.status != "open" and change.became == "opened":
        return
    ids = " -> ".join(one[:8] for one in (change.was, change.card) if one)
    words = card.sentence if card is not None else change.why
    OUT.print(f"{change.became} [{change.rule}] {ids} {utc(change.from_ms)} {words}", markup=False)


def _as_json(change: Change, cards: dict[str, Card], status: str) -> None:
    card = cards.get(change.card)
    if card is not None and status == "open" and card.status != "open" and change.became == "opened":
        return
    value: dict[str, Any] = msgspec.to_builtins(change)
    sys.stdout.write(json.dumps(value | ({"evidence": msgspec.to_builtins(card)} if card else {})) + "\n")
    sys.stdout.flush()


def _line(live: Live, account: Account) -> str:
    lost = f"{account.lost_connections} connections lost, {account.stalls} stalls, {account.dropped_blocks} datagrams dropped"
    aside = sum(live.aside.values())
    return (
        f"{live.lines} lines = {live.kept} positions + {live.rejected} rejected + {aside} set aside; {live.forgotten} forgotten; {lost}"
    )


def _ended(live: Live, account: Account) -> None:
    ERR.print(_line(live, account), markup=False)
    if account.fault:
        ERR.print(f"the stream said last: {account.fault}", style="yellow", markup=False)
    for one in live.rejects[:5]:
        ERR.print(f"  rejected line {one.line}: {one.reason}", markup=False)
    still = [card for card in live.cards if card.status == "open"]
    ERR.print(f"{len(still)} cards are open; {UNSEEN}", markup=False)


def add_to(app: typer.Typer) -> None:
    app.command("watch")(watch)
