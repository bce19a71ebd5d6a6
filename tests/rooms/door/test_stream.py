"""Which open screens are told to look again: those whose readers an order concerns, however long they were open, and no others."""

from __future__ import annotations

import pytest

from fairlead.desk import screen
from fairlead.desk.halt import Wish, halt, resume
from fairlead.desk.read import read
from fairlead.desk.session import Session
from fairlead.door.console import Query
from fairlead.door.stream import Screen
from tests.rooms.desk.tiny import MINUTE_MS, MONITOR, Tiny, value

HOUR_MS = 60 * MINUTE_MS
PURPOSES = {"cutter-watch": "interdiction", "support-watch": MONITOR, "cell-analyst": "interdiction", "alfa-release": "interdiction"}


@pytest.fixture
def tiny(tmp_path) -> Tiny:
    return Tiny(tmp_path / "node").see("bravo-ais", "alfa-radar")


def opened(tiny: Tiny, watch: str, *people: str) -> dict[str, Screen]:
    found = {}
    for person in people or PURPOSES:
        session = Session(person=person, unit=tiny.who(person).unit, digest="0" * 64)
        found[person] = Screen(tiny.node, session, Query(purpose=PURPOSES[person], operation="patrol"), watch)
    return found


def told(tiny: Tiny, screens: dict[str, Screen]) -> dict[str, str]:
    """Whom the next beat tells what."""
    beat = screen.beat(tiny.node)
    said = {person: one.moved(tiny.node, beat) for person, one in screens.items()}
    return {person: what for person, what in said.items() if what}


def test_p5_an_order_moves_the_screens_of_those_it_stops_and_no_other(tiny: Tiny) -> None:
    screens = opened(tiny, "picture")
    assert told(tiny, screens) == {}
    order = value(halt(tiny.node, tiny.who("alfa-release"), Wish(units=("cutter",))))["order"]
    assert told(tiny, screens) == {"cutter-watch": "reset"}
    assert told(tiny, screens) == {}
    value(resume(tiny.node, tiny.who("alfa-release"), order))
    assert told(tiny, screens) == {"cutter-watch": "reset"}


@pytest.mark.parametrize("watch", ["picture", "listed"])
def test_p5_no_order_of_others_shows_on_a_screen_that_was_open_for_hours(tiny: Tiny, watch: str) -> None:
    """Windows moved on, feeds and leads came in, and nothing was said all that time; then somebody else is halted."""
    tiny.lead()
    screens = opened(tiny, watch)
    assert told(tiny, screens) == {}
    tiny.clock.at_ms += 50 * MINUTE_MS
    tiny.see("bravo-air")
    tiny.lead()
    tiny.clock.at_ms += 5 * HOUR_MS
    value(halt(tiny.node, tiny.who("alfa-release"), Wish(units=("port",))))
    assert told(tiny, screens) == {}
    value(halt(tiny.node, tiny.who("bravo-release"), Wish(units=("cutter",))))
    assert told(tiny, screens) == {"cutter-watch": "reset"}


def test_an_order_over_what_a_screen_still_shows_moves_it_when_its_window_has_moved_on(tiny: Tiny) -> None:
    screens = opened(tiny, "picture", "cutter-watch")
    tiny.clock.at_ms += 23 * HOUR_MS
    value(halt(tiny.node, tiny.who("bravo-release"), Wish(units=("cutter",))))
    assert told(tiny, screens) == {"cutter-watch": "reset"}


def test_a_date_that_ends_what_a_screen_shows_moves_it(tiny: Tiny) -> None:
    until_ms = tiny.clock.at_ms + 10 * MINUTE_MS
    value(halt(tiny.node, tiny.who("alfa-release"), Wish(units=("cutter",), until_ms=until_ms)))
    screens = opened(tiny, "picture")
    tiny.clock.at_ms = until_ms
    assert told(tiny, screens) == {"cutter-watch": "reset"}


def test_a_log_that_grew_is_told_to_its_own_pages_alone(tiny: Tiny) -> None:
    screens = opened(tiny, "log", "alfa-release", "cutter-watch")
    lead = tiny.lead("alfa-radar")
    told(tiny, screens)
    value(read(tiny.node, tiny.who("cutter-watch"), lead))
    assert told(tiny, screens) == {}
    value(halt(tiny.node, tiny.who("alfa-release"), Wish(units=("port",))))
    assert told(tiny, screens) == {"alfa-release": "receipts"}
