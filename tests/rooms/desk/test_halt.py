"""The verbs halt and resume, and what a node remembers between requests: no cache outlives an event or a date."""

from __future__ import annotations

import pytest

from fairlead import errors
from fairlead.agreement import make_order
from fairlead.desk import look as looking
from fairlead.desk.answer import Outcome
from fairlead.desk.halt import Wish, halt, preview_order, resume
from fairlead.desk.look import look
from fairlead.desk.read import list_holdings, read
from fairlead.envelope import sign
from fairlead.store import events, holdings
from tests.rooms.desk.tiny import MINUTE_MS, START_MS, Tiny, no, value

CUTTER = Wish(units=("cutter",))
RADAR = Wish(feeds=("alfa-radar",))


def tracks(outcome: Outcome) -> set[str]:
    return {track["kind"] for track in value(outcome)["picture"]["tracks"]}


def test_p4_the_next_request_after_a_halt_is_refused_and_after_a_resume_is_not(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    lead, cutter = tiny.lead(), tiny.who("cutter-watch")
    value(read(tiny.node, cutter, lead))
    order = value(halt(tiny.node, tiny.who("bravo-release"), CUTTER))
    no(read(tiny.node, cutter, lead))
    assert value(list_holdings(tiny.node, cutter))["items"] == []
    assert tracks(look(tiny.node, cutter)) == set()
    value(read(tiny.node, tiny.who("cell-analyst"), lead))
    value(resume(tiny.node, tiny.who("bravo-release"), order["order"]))
    value(read(tiny.node, cutter, lead))


def test_p4_a_halt_by_another_process_is_seen_at_once(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    lead, cutter = tiny.lead(), tiny.who("cutter-watch")
    value(read(tiny.node, cutter, lead))
    value(halt(tiny.opened(), tiny.who("bravo-release"), CUTTER))
    no(read(tiny.node, cutter, lead))


def test_p4_an_order_with_an_end_ends_there_for_a_node_that_stayed_open(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    lead, cutter = tiny.lead(), tiny.who("cutter-watch")
    until = START_MS + MINUTE_MS
    value(halt(tiny.node, tiny.who("bravo-release"), Wish(units=("cutter",), until_ms=until)))
    tiny.clock.at_ms = until - 1
    no(read(tiny.node, cutter, lead))
    tiny.clock.at_ms = until
    value(read(tiny.node, cutter, lead))


def test_p4_a_hold_reaches_the_picture_the_list_and_what_was_derived_and_only_while_it_stands(tiny: Tiny) -> None:
    tiny.see()
    both, bravos = tiny.lead(), tiny.lead("alfa-radar", "bravo-air")
    cutter = tiny.who("cutter-watch")
    assert tracks(look(tiny.node, cutter)) == {"ais", "radar", "sighting"}
    order = value(halt(tiny.node, tiny.who("alfa-release"), RADAR))
    assert tracks(look(tiny.node, cutter)) == {"ais", "sighting"}
    assert [item["id"] for item in value(list_holdings(tiny.node, cutter))["items"]] == [bravos]
    no(read(tiny.node, cutter, both))
    value(read(tiny.node, cutter, bravos))
    assert tracks(look(tiny.node, tiny.who("alfa-sensor"))) == {"ais", "radar", "sighting"}, "its originator goes on"
    value(resume(tiny.node, tiny.who("alfa-release"), order["order"]))
    value(read(tiny.node, cutter, both))


def test_p4_a_halt_that_comes_while_a_picture_is_drawn_is_in_the_picture(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.see()
    drawn = looking._render
    other = tiny.opened()

    def halted_meanwhile(*given: object) -> object:
        monkeypatch.setattr(looking, "_render", drawn)
        value(halt(other, tiny.who("alfa-release"), RADAR))
        return drawn(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(looking, "_render", halted_meanwhile)
    outcome = look(tiny.node, tiny.who("cutter-watch"))
    assert tracks(outcome) == {"ais", "sighting"}


def test_p5_the_originator_and_readers_out_of_scope_see_no_byte_change(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    readers = [tiny.who("alfa-release"), tiny.who("cell-watch"), tiny.who("bravo-release")]
    before = [(look(tiny.node, who).body, read(tiny.node, who, lead).body) for who in readers]
    value(halt(tiny.node, tiny.who("alfa-release"), CUTTER))
    assert [(look(tiny.node, who).body, read(tiny.node, who, lead).body) for who in readers] == before


def test_a_preview_says_what_closes_and_what_goes_on_and_changes_nothing(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    value(read(tiny.node, tiny.who("cutter-watch"), lead))
    with tiny.logged():
        shown = value(preview_order(tiny.node, tiny.who("alfa-release"), CUTTER))
    assert set(shown["closes"]["units"]) == {"cutter"}
    assert shown["closes"]["leads"] == [lead]
    assert "cutter" not in shown["goes_on"]["units"]
    assert {"alfa-radar", "cell"} <= set(shown["goes_on"]["units"])
    assert [(one["unit"], one["act"]) for one in shown["earlier_readers"]] == [("cutter", "read")]
    value(read(tiny.node, tiny.who("cutter-watch"), lead))


def test_an_order_is_in_the_originators_log_and_home_and_nobody_elses(tiny: Tiny) -> None:
    with tiny.logged(alfa=1):
        value(halt(tiny.node, tiny.who("alfa-release"), CUTTER))
    kept = sorted((tiny.root / "homes" / "alfa" / "records" / "order").glob("*.json"))
    assert [path.stem for path in kept] == [tiny.newest("alfa").holdings[0].digest]
    assert not (tiny.root / "homes" / "bravo" / "records" / "order").exists()


def test_another_originators_order_cannot_be_lifted(tiny: Tiny) -> None:
    order = value(halt(tiny.node, tiny.who("alfa-release"), CUTTER))["order"]
    for named in (order, "0" * 32):  # hidden and absent are refused alike, and it is in the logs
        with tiny.logged(alfa=1, bravo=1, charlie=1):
            assert no(resume(tiny.node, tiny.who("bravo-release"), named))["reasons"] == ["no such order of this party is in force"]
    value(resume(tiny.node, tiny.who("alfa-release"), order))


def test_an_event_nobody_entitled_signed_stops_the_node_and_opens_nothing(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    forged = make_order(tiny.node.coalition.book, {}, id="forged", originator="bravo", ordered_at_ms=START_MS)
    value_of = {"id": "forged", "originator": "bravo", "ordered_at_ms": START_MS}

    def forge(signer: str) -> None:
        envelope = sign("order", value_of, [tiny.node.person_key(signer)])
        with tiny.node.db.write() as tx:
            events.add_event(tx, forged, envelope, at_ms=START_MS, clock="set")
            tiny.opened().house(tx, START_MS)

    for signer in ("alfa-release", "bravo-air"):  # another party's officer; a person of the party without the role
        with pytest.raises(errors.BadSignature, match="not signed by bravo"):
            forge(signer)
    tiny.node = tiny.opened()
    assert tracks(look(tiny.node, tiny.who("cutter-watch"))) == {"ais"}


def test_what_is_observed_twice_is_kept_once(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    with tiny.logged(), pytest.raises(AssertionError):
        tiny.see("bravo-ais")
    with tiny.node.db.read() as tx:
        assert len(holdings.of_kind(tx, ["segment"], from_ms=0, to_ms=2**53)) == 1
