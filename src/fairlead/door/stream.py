"""Server-sent events: each open screen is told to look again when what its reader may see has changed, and told nothing else.

1. One task beats five times a second: has an agreement event come, or a date boundary passed? Only then is any screen's S decided anew.
2. A screen whose S is the same gets nothing, so it does not flicker (P5). `reset` carries no id, no count, no reason (P7).
3. A screen is compared with what its page was about to see, so an order between page and stream is not missed.
4. An originator's own receipts pages are told `receipts` when their log grows.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from litestar.response import ServerSentEventMessage

from fairlead.desk import screen
from fairlead.desk.node import Node
from fairlead.desk.session import Session
from fairlead.errors import FairleadError

if TYPE_CHECKING:
    from fairlead.door.console import Console, Query

BEAT_S: Final = 0.2
ALIVE_S: Final = 15.0
REMEMBERED_MAX: Final = 512
WATCHES: Final = ("picture", "listed", "log", "clock")


class Screen:
    """One open page: who reads it, what it watches, what it last could see."""

    def __init__(self, session: Session, query: Query, watch: str, seen: str) -> None:
        self.session, self.query, self.watch, self.seen = session, query, watch, seen
        self.told: asyncio.Queue[str] = asyncio.Queue(maxsize=4)

    def look(self, node: Node) -> str:
        """The digest of what the screen's reader may see now, or how long their log is."""
        asker = self.session.asker(purpose=self.query.purpose, operation=self.query.operation)
        if self.watch == "picture":
            return screen.picture_seen(node, asker, from_ms=self.query.from_ms, to_ms=self.query.to_ms)
        if self.watch == "clock":
            return ""
        if self.watch == "log":
            return str(screen.own_log_size(node, asker))
        return screen.listed_seen(node, asker)


class Stream:
    """All open screens, and the task that watches for them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._screens: set[Screen] = set()
        self._remembered: OrderedDict[tuple[str, Query, str], str] = OrderedDict()
        self._pulse: screen.Pulse | None = None
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def remember(self, node: Node, session: Session, query: Query, watch: str) -> None:
        """Keep what a page is about to see until its stream opens."""
        self._remembered[session.digest, query, watch] = Screen(session, query, watch, "").look(node)
        while len(self._remembered) > REMEMBERED_MAX:
            self._remembered.popitem(last=False)

    def open(self, node: Node, session: Session, query: Query, watch: str) -> Screen:
        """A screen, already told when something changed since its page was made."""
        one = Screen(session, query, watch, "")
        one.seen = self._remembered.get((session.digest, query, watch)) or one.look(node)
        self._screens.add(one)
        now = one.look(node)  # after it was added, so that no beat in between is missed
        if one.seen != now:
            self._tell(one, now)
        return one

    async def events(self, one: Screen, now_ms: int) -> AsyncIterator[ServerSentEventMessage]:
        """What goes down the wire of one screen: the time once, then only what concerns it."""
        try:
            yield ServerSentEventMessage(event="now", data=str(now_ms), retry=1000)
            while True:
                try:
                    told = await asyncio.wait_for(one.told.get(), ALIVE_S)
                    yield ServerSentEventMessage(event=told, data="")
                except TimeoutError:
                    yield ServerSentEventMessage(comment="alive")
        finally:
            self._screens.discard(one)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            if self._screens:
                with contextlib.suppress(FairleadError):  # a busy node is asked again at the next beat
                    await self._console.call(self._beat)

    def _beat(self, node: Node) -> None:
        pulse = screen.pulse(node)
        moved, self._pulse = pulse != self._pulse, pulse
        for one in tuple(self._screens):
            if moved or one.watch == "log":
                now = one.look(node)
                if now != one.seen:
                    self._tell(one, now)

    def _tell(self, one: Screen, now: str) -> None:
        one.seen = now
        if self._loop is not None:
            self._loop.call_soon_threadsafe(_put, one.told, "receipts" if one.watch == "log" else "reset")


def _put(queue: asyncio.Queue[str], told: str) -> None:
    with contextlib.suppress(asyncio.QueueFull):  # it will look again anyway
        queue.put_nowait(told)
