"""Who runs next: orders before all that wait, sessions in turn, a beat beside them, and a limit on what waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from fairlead.door.lanes import ALL_WAITING, EACH, OWN, WAITING, Lane, Lanes
from fairlead.errors import NodeBusy


class Floor:
    """Jobs that run until they are let go, and the order in which they began."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.began: list[str] = []
        self.let_go = threading.Event()
        self.tasks: list[asyncio.Task[str]] = []

    def ask(self, name: str, whose: str = "", lane: Lane = "each") -> asyncio.Task[str]:
        def job() -> str:
            self.began.append(name)
            assert self.let_go.wait(10)
            return name

        task = asyncio.create_task(self.lanes.run(job, lane=lane, whose=whose or name))
        self.tasks.append(task)
        return task

    async def settle(self) -> None:
        """Until nothing more begins by itself."""
        for _ in range(20):
            await asyncio.sleep(0.002)


def told(story: Callable[[Floor], Awaitable[None]]) -> None:
    async def run() -> None:
        floor = Floor()
        try:
            await story(floor)
        finally:
            floor.let_go.set()
            await asyncio.gather(*floor.tasks, return_exceptions=True)
            floor.lanes.close()

    asyncio.run(run())


def test_an_order_runs_before_everything_that_waits_and_nothing_begins_before_it() -> None:
    async def story(floor: Floor) -> None:
        for number in range(20):
            floor.ask(f"read-{number}")
        await floor.settle()
        assert len(floor.began) == EACH
        halt = floor.ask("halt", lane="order")
        await floor.settle()
        assert floor.began[EACH:] == ["halt"], "it does not even wait for those that run"
        floor.let_go.set()
        assert await halt == "halt"
        await asyncio.gather(*floor.tasks)
        assert len(floor.began) == 21

    told(story)


def test_while_an_order_runs_nothing_else_begins() -> None:
    async def story(floor: Floor) -> None:
        floor.ask("halt", lane="order")
        await floor.settle()
        floor.ask("read")
        floor.ask("second", lane="order")
        await floor.settle()
        assert floor.began == ["halt"]
        floor.let_go.set()
        await asyncio.gather(*floor.tasks)
        assert floor.began == ["halt", "second", "read"]

    told(story)


def test_a_session_that_asks_and_asks_holds_up_itself_alone() -> None:
    async def story(floor: Floor) -> None:
        for number in range(30):
            floor.ask(f"greedy-{number}", "greedy")
        await floor.settle()
        assert len(floor.began) == OWN
        floor.ask("modest", "modest")
        await floor.settle()
        assert floor.began[OWN:] == ["modest"]

    told(story)


def test_those_who_wait_are_taken_one_from_each_session_in_turn() -> None:
    async def story(floor: Floor) -> None:
        for number in range(EACH):
            floor.ask(f"first-{number}")
        for number in range(3):
            floor.ask(f"greedy-{number}", "greedy")
        floor.ask("modest", "modest")
        await floor.settle()
        assert len(floor.began) == EACH
        floor.let_go.set()
        await asyncio.gather(*floor.tasks)
        waited = floor.began[EACH:]
        assert waited.index("modest") < waited.index("greedy-2")

    told(story)


def test_the_beat_waits_for_nobody() -> None:
    async def story(floor: Floor) -> None:
        for number in range(20):
            floor.ask(f"read-{number}")
        floor.ask("halt", lane="order")
        await floor.settle()
        floor.ask("beat", lane="beat")
        await floor.settle()
        assert floor.began[-1] == "beat"

    told(story)


def test_one_too_many_is_told_to_come_later_and_the_others_are_not() -> None:
    async def story(floor: Floor) -> None:
        for number in range(OWN + WAITING):
            floor.ask(f"greedy-{number}", "greedy")
        await floor.settle()
        with pytest.raises(NodeBusy, match="too many"):
            await floor.ask("greedy-more", "greedy")
        modest = floor.ask("modest", "modest")
        floor.let_go.set()
        assert await modest == "modest"

    told(story)


def test_what_waits_has_a_limit_over_all_sessions() -> None:
    async def story(floor: Floor) -> None:
        for number in range(EACH + ALL_WAITING):
            floor.ask(f"one-{number}")
        await floor.settle()
        with pytest.raises(NodeBusy):
            await floor.ask("one-more")

    told(story)


def test_who_gives_up_waiting_takes_no_turn_and_leaves_none_taken() -> None:
    async def story(floor: Floor) -> None:
        for number in range(EACH):
            floor.ask(f"read-{number}")
        gone = [floor.ask("gone"), floor.ask("order-gone", lane="order"), floor.ask("order-waits", lane="order")]
        await floor.settle()
        for task in gone:
            task.cancel()
        floor.ask("last")
        await floor.settle()
        floor.let_go.set()
        await asyncio.gather(*floor.tasks, return_exceptions=True)
        assert "gone" not in floor.began
        assert "order-waits" not in floor.began
        assert floor.began[-1] == "last"

    told(story)


def test_a_job_that_fails_gives_its_turn_back() -> None:
    async def story(floor: Floor) -> None:
        def broken() -> None:
            raise ZeroDivisionError

        for lane in ("each", "order", "beat") * 4:
            with pytest.raises(ZeroDivisionError):
                await floor.lanes.run(broken, lane=lane, whose="x")

    told(story)
