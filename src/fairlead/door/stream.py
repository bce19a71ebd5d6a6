"""Server-sent events: each open screen is told to look again when what its reader may see has changed, and told nothing else.

1. One task beats five times a second: has an agreement event come, or a date boundary passed? Only then is any screen's S decided anew.
2. The gates before and after are asked about the same holdings: a screen whose S they do not change gets nothing, so it does not
   flicker (P5), however long it was open. `reset` carries no id, no count, no reason (P7).
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
from fairlead.desk.ask import Asker
from fairlead.desk.node import Node
from fairlead.desk.session import Session
from fairlead.errors import FairleadError
from fairlead.picture import Window

if TYPE_CHECKING:
    from fairlead.door.console import Console, Query

BEAT_S: Final = 0.2
ALIVE_S: Final = 15.0
REMEMBERED_MAX: Final = 512
WATCHES: Final = ("picture", "listed", "log", "clock")


class Screen:
    """One open page: who reads it, what it watches, the gate it was last held to. A picture's window begins where its page began."""

    def __init__(self, node: Node, session: Session, query: Query, watch: str) -> None:
        self.session, self.query, self.watch = session, query, watch
        self.beat = screen.beat(node)
        self.size = self._size(node)
        self.begin_ms = self._window(node).from_ms
        self.told: asyncio.Queue[str] = asyncio.Queue(maxsize=4)

    def moved(self, node: Node, beat: screen.Beat) -> str:
        """What to tell the screen, if what came since it was last held to the gate concerns it."""
        if self.watch == "log":
            before, self.size = self.size, self._size(node)
            return "receipts" if before != self.size else ""
        before_beat, self.beat = self.beat, beat
        if before_beat.slice == beat.slice:
            return ""
        asker = self._asker
        if self.watch == "picture":
            now = self._window(node)
            shown = Window(from_ms=min(self.begin_ms, now.from_ms), to_ms=now.to_ms)  # what it showed, and what it would show
            return "reset" if screen.picture_moved(node, asker, shown, before_beat, beat) else ""
        return "reset" if self.watch == "listed" and screen.listed_moved(node, asker, before_beat, beat) else ""

    @property
    def _asker(self) -> Asker:
        return self.session.asker(purpose=self.query.purpose, operation=self.query.operation)

    def _window(self, node: Node) -> Window:
        return screen.picture_window(node, self._asker, from_ms=self.query.from_ms, to_ms=self.query.to_ms)

    def _size(self, node: Node) -> int:
        return screen.own_log_size(node, self._asker) if self.watch == "log" else 0


class Stream:
    """All open screens, and the task that watches for them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._screens: set[Screen] = set()
        self._remembered: OrderedDict[tuple[str, Query, str], Screen] = OrderedDict()
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
        """Keep the gate by which a page is about to be made until its stream opens."""
        self._remembered[session.digest, query, watch] = Screen(node, session, query, watch)
        while len(self._remembered) > REMEMBERED_MAX:
            self._remembered.popitem(last=False)

    def open(self, node: Node, session: Session, query: Query, watch: str) -> Screen:
        """A screen, already told when something that concerns it came since its page was made."""
        one = Screen(node, session, query, watch)
        made = self._remembered.get((session.digest, query, watch))
        if made is not None:
            one.beat, one.size, one.begin_ms = made.beat, made.size, made.begin_ms
        self._screens.add(one)
        self._tell(one, one.moved(node, screen.beat(node)))  # after it was added, so that no beat in between is missed
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
        beat = screen.beat(node)
        for one in tuple(self._screens):
            self._tell(one, one.moved(node, beat))

    def _tell(self, one: Screen, what: str) -> None:
        if what and self._loop is not None:
            self._loop.call_soon_threadsafe(_put, one.told, what)


def _put(queue: asyncio.Queue[str], told: str) -> None:
    with contextlib.suppress(asyncio.QueueFull):  # it will look again anyway
        queue.put_nowait(told)
