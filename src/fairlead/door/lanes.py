"""Who runs next: an order before everything else, then each session in its turn; a session that asks and asks waits for itself.

1. From the coming of an order no other request begins until it has run; of those that run already, at most `EACH`, each ends (P4).
2. Requests that wait are taken one from each session in turn, and no session has more than `OWN` running.
3. A session may have `WAITING` requests waiting, the console `ALL_WAITING`; one more is told to come later and does nothing.
4. The beat that tells screens to look again has a thread of its own: it waits for nobody, and nobody for it.
5. What runs is counted until its thread is done with it, whether or not anybody still waits for the answer.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, Literal, TypeAlias, TypeVar

from fairlead.errors import NodeBusy

T = TypeVar("T")
Lane: TypeAlias = Literal["each", "order", "beat"]
EACH: Final = 5
OWN: Final = 3
WAITING: Final = 64
ALL_WAITING: Final = 1024


class Lanes:
    """The working threads and their queue. Every method but a thread's own job runs on the event loop."""

    def __init__(self) -> None:
        self._each = ThreadPoolExecutor(EACH, thread_name_prefix="desk")
        self._order = ThreadPoolExecutor(1, thread_name_prefix="order")
        self._beat = ThreadPoolExecutor(1, thread_name_prefix="beat")
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()  # by session, the next in turn first
        self._running: Counter[str] = Counter()
        self._orders: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._ordering = 0

    async def run(self, job: Callable[[], T], *, lane: Lane, whose: str) -> T:
        """Run the job in its turn. Raises NodeBusy when too many wait already, and whatever the job raises."""
        if lane == "beat":
            return await asyncio.wrap_future(self._beat.submit(job))
        queues = self._orders if lane == "order" else self._waiting
        await self._turn(queues, whose)
        pool = self._order if lane == "order" else self._each
        return await asyncio.wrap_future(self._counted(pool.submit(job), lane, whose))

    async def _turn(self, queues: OrderedDict[str, deque[asyncio.Future[None]]], whose: str) -> None:
        own = queues.setdefault(whose, deque())
        if len(own) >= WAITING or sum(len(one) for one in queues.values()) >= ALL_WAITING:
            raise NodeBusy("too many requests wait already", do="wait for an answer before asking again")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        own.append(turn)
        self._next()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # its turn had come, and nobody wants it any more
                self._ended("order" if queues is self._orders else "each", whose)
            raise

    def _next(self) -> None:
        """Give out what turns there are: the orders' first, and none but theirs while one waits or runs."""
        if not self._ordering and self._take(self._orders, lambda whose: True):
            self._ordering = 1
        while not self._ordering and self._running.total() < EACH:
            whose = self._take(self._waiting, lambda one: self._running[one] < OWN)
            if not whose:
                return
            self._running[whose] += 1

    def _take(self, queues: OrderedDict[str, deque[asyncio.Future[None]]], may: Callable[[str], bool]) -> str:
        """The session whose turn it is, its request told so and the session put last; empty when there is none."""
        for whose in tuple(queues):
            own = queues[whose]
            while own and own[0].done():  # given up while it waited
                own.popleft()
            if not own:
                del queues[whose]
            elif may(whose):
                own.popleft().set_result(None)
                queues.move_to_end(whose)
                return whose
        return ""

    def _counted(self, running: Future[T], lane: Lane, whose: str) -> Future[T]:
        loop = asyncio.get_running_loop()

        def done(_: Future[T]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._ended, lane, whose)

        running.add_done_callback(done)
        return running

    def _ended(self, lane: Lane, whose: str) -> None:
        if lane == "order":
            self._ordering = 0
        else:
            self._running -= Counter({whose: 1})
        self._next()

    def close(self) -> None:
        for pool in (self._order, self._each, self._beat):
            pool.shutdown(cancel_futures=True)
