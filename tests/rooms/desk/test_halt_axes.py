"""Each axis of an order, and each part of its reach, on a real node: what it names is closed, nothing else is."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from fairlead import errors
from fairlead.agreement import Gatehouse, Request, compile_slice, decide, fold, make_grant
from fairlead.agreement.lists import facts_of, permitted
from fairlead.desk.halt import Wish, halt, preview_order, resume
from fairlead.desk.look import look
from fairlead.desk.observe import Count, observe
from fairlead.desk.read import read
from fairlead.envelope import sha256_hex
from fairlead.store import events, holdings, holds
from tests.rooms.desk.tiny import AIS_HEAD, MINUTE_MS, MONITOR, START_MS, Tiny, stamp, value

RADAR, AIS, AIR = "radar", "ais", "sighting"
EVERYTHING = {RADAR, AIS, AIR}
FIRST_MS = START_MS - 70 * MINUTE_MS  # 01:00, when every feed of the tiny night begins
LAST_MS = FIRST_MS + 65 * MINUTE_MS


def kinds(tiny: Tiny, person: str = "cutter-watch") -> set[str]:
    """Of which kinds of feeds this reader may see sources, by the predicate of every list and picture."""
    who, node = tiny.who(person), tiny.node
    request = Request(
        person=who.person, unit=who.unit, purpose=who.purpose, operation=who.operation, act="picture", form="full", at_ms=START_MS
    )
    with node.db.read() as tx:
        rows = holdings.of_kind(tx, ["segment", "report"], from_ms=0, to_ms=2**53)
        seen = permitted(node.house(tx, START_MS), request, rows)
    return {node.coalition.feeds[row.holding.feed].facts.kind for row in seen}


def digest_of(tiny: Tiny, feed: str) -> str:
    with tiny.node.db.read() as tx:
        (row,) = [one for one in holdings.of_kind(tx, ["segment", "report"], from_ms=0, to_ms=2**53) if one.holding.feed == feed]
    return row.holding.digest


AXES: list[tuple[str, str, dict[str, object], set[str]]] = [
    ("alfa", "feed", {"feeds": ("alfa-radar",)}, {AIS, AIR}),
    ("alfa", "sensor", {"sensors": ("alfa-x-band",)}, {AIS, AIR}),
    ("bravo", "sensor, by the feed's own name", {"sensors": ("bravo-air",)}, {AIS, RADAR}),
    ("alfa", "channel", {"channels": ("liaison",)}, {AIS, AIR}),
    ("bravo", "channel", {"channels": ("direct",)}, {RADAR}),
    ("bravo", "asset", {"assets": ("bravo-plane",)}, {AIS, RADAR}),
    ("alfa", "region", {"regions": ("south-shoal",)}, {AIS, AIR}),
    ("alfa", "region it is not in", {"regions": ("north-bank",)}, EVERYTHING),
    ("bravo", "region", {"regions": ("north-bank",)}, {RADAR, AIR}),
    ("bravo", "region over the dateline", {"regions": ("far-side",)}, EVERYTHING),
    ("bravo", "regions", {"regions": ("far-side", "south-shoal")}, {RADAR, AIS}),
    ("bravo", "vessel", {"objects": ("299000001",)}, {RADAR, AIR}),
    ("bravo", "vessel nobody saw", {"objects": ("299000009",)}, EVERYTHING),
    ("alfa", "window", {"window_from_ms": FIRST_MS, "window_to_ms": FIRST_MS + 1}, {AIS, AIR}),
    ("alfa", "window before", {"window_to_ms": FIRST_MS}, EVERYTHING),
    ("alfa", "window from the last plot", {"window_from_ms": LAST_MS}, {AIS, AIR}),
    ("alfa", "window after", {"window_from_ms": LAST_MS + 1}, EVERYTHING),
    ("bravo", "category and vessel", {"categories": ("air",), "objects": ("299000001",)}, EVERYTHING),
    ("bravo", "category", {"categories": ("air",)}, {RADAR, AIS}),
    ("bravo", "unit", {"units": ("cutter",)}, {RADAR}),
    ("bravo", "another unit", {"units": ("cell",)}, EVERYTHING),
    ("bravo", "purpose and region", {"purposes": (MONITOR,), "regions": ("north-bank",)}, EVERYTHING),
    ("bravo", "partner and region", {"partners": ("charlie",), "regions": ("north-bank",)}, {RADAR, AIR}),
    ("bravo", "operation", {"operations": ("lifeline",)}, EVERYTHING),
]


def test_p4_each_axis_closes_what_it_names_and_nothing_else(tiny: Tiny) -> None:
    """One node, every axis in turn: each order is lifted before the next, and nothing of it is left."""
    tiny.see()
    own = {"alfa": ("alfa-sensor", {RADAR}), "bravo": ("bravo-air", {AIS, AIR})}
    for party, axis, wish, left in AXES:
        officer = tiny.who(f"{party}-release")
        shown = value(preview_order(tiny.node, officer, Wish(**wish)))  # type: ignore[arg-type]
        assert kinds(tiny) == EVERYTHING, axis
        order = value(halt(tiny.node, officer, Wish(**wish)))["order"]  # type: ignore[arg-type]
        assert kinds(tiny) == left, axis
        assert ("interdiction" in shown["closes"]["units"].get("cutter", ())) == (left != EVERYTHING), axis
        assert kinds(tiny, own[party][0]) >= own[party][1], "its originator goes on"
        assert any("nothing that anybody can use" in one for one in shown["warnings"]) == (not shown["closes"]["holdings"]), axis
        value(resume(tiny.node, officer, order))
    assert kinds(tiny) == EVERYTHING


def test_p4_a_record_is_named_by_its_digest(tiny: Tiny) -> None:
    tiny.see()
    value(halt(tiny.node, tiny.who("bravo-release"), Wish(objects=(digest_of(tiny, "bravo-air"),))))
    assert kinds(tiny) == {RADAR, AIS}


def later_ais(tiny: Tiny) -> None:
    """Some minutes of one more vessel, stored now."""
    path = tiny.root / "in" / "later.csv"
    rows = [f"299000003,{stamp(60 + minute)},23.31000,-76.80000,0.5,0.0,70,0,90," for minute in range(5)]
    path.write_text("\n".join([AIS_HEAD, *rows]) + "\n")
    count = observe(tiny.node, tiny.who("bravo-air"), path, "bravo-ais")
    assert isinstance(count, Count)
    assert count.kept == 5, count


def ais_tracks(tiny: Tiny) -> int:
    return sum(track["kind"] == AIS for track in value(look(tiny.node, tiny.who("cutter-watch")))["picture"]["tracks"])


def reads(tiny: Tiny, holding: str) -> bool:
    return "body" in json.loads(read(tiny.node, tiny.who("cutter-watch"), holding).body)


@pytest.mark.parametrize(
    ("reach", "old_tracks", "new_tracks", "old_lead", "new_lead"),
    [
        ((), 0, 0, False, False),
        (("all",), 0, 0, False, False),
        (("new",), 2, 0, True, False),
        (("already_shared",), 0, 1, False, False),
        (("derived",), 2, 1, False, False),
        (("new", "derived"), 2, 0, False, False),
        (("already_shared", "new"), 0, 0, False, False),
        (("future_subscriptions",), 2, 1, True, True),
    ],
)
def test_p4_each_part_of_the_reach_closes_its_own_part(
    tiny: Tiny, reach: tuple[str, ...], old_tracks: int, new_tracks: int, old_lead: bool, new_lead: bool
) -> None:
    """Two vessels and a lead are there already; one vessel, and a lead made of all, come later. The lead is made by the cell, which
    the order does not stop."""
    tiny.see("bravo-ais")
    old = tiny.lead()
    value(halt(tiny.node, tiny.who("bravo-release"), Wish(units=("cutter",), reach=reach)))
    assert ais_tracks(tiny) == old_tracks
    later_ais(tiny)
    assert ais_tracks(tiny) == old_tracks + new_tracks
    assert (reads(tiny, old), reads(tiny, tiny.lead())) == (old_lead, new_lead)


def test_p4_future_subscriptions_opens_by_what_was_signed_before_and_by_nothing_signed_after(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    officer = tiny.who("bravo-release")
    order = value(halt(tiny.node, officer, Wish(reach=("future_subscriptions",))))["order"]
    assert ais_tracks(tiny) == 2, "agreements that stood go on"
    book = tiny.node.coalition.book
    with tiny.node.db.read() as tx:
        standing, (row,) = tiny.node.standing(tx), holdings.of_kind(tx, ["segment"], from_ms=0, to_ms=2**53)
    terms = {"recipients": ["rescue"], "purposes": ["interdiction"], "operations": ["lifeline"], "categories": ["ais"]}
    after = make_grant(book, id="after", originator="bravo", not_before_ms=0, expires_ms=2**50, **terms)
    grown = fold([after], standing)
    house = Gatehouse(book=book, people=tiny.node.coalition.people, slice=compile_slice(grown, book, START_MS))
    request = Request(
        person="rescue-watch", unit="rescue", purpose="interdiction", operation="lifeline", act="read", form="full", at_ms=START_MS
    )
    decision = decide(house, request, facts_of(row))
    assert [(reason.conjunct, reason.agreement) for reason in decision.reasons] == [("holds", order)]


def test_p4_a_hold_is_an_index_of_its_rule_and_the_audit_finds_it_whole(tiny: Tiny) -> None:
    tiny.see()
    tiny.lead()
    value(halt(tiny.node, tiny.who("alfa-release"), Wish(sensors=("alfa-x-band",))))
    value(halt(tiny.node, tiny.who("bravo-release"), Wish(regions=("north-bank",), window_from_ms=FIRST_MS)))
    later_ais(tiny)
    with tiny.node.db.read() as tx:
        assert holds.check(tx) == {}
        assert len(holds.rules(tx)) == 2


BAD: list[tuple[dict[str, object], type[errors.FairleadError], str]] = [
    ({"sensors": ("no-such",)}, errors.UnknownCode, "sensor"),
    ({"regions": ("no-such",)}, errors.UnknownCode, "region"),
    ({"channels": ("no-such",)}, errors.UnknownCode, "channel"),
    ({"assets": ("no-such",)}, errors.UnknownCode, "asset"),
    ({"reach": ("some",)}, errors.UnknownCode, "reach"),
    ({"units": ("no-such",)}, errors.UnknownCode, "unit"),
    ({"purposes": ("no-such",)}, errors.UnknownCode, "purpose"),
    ({"purposes": ("use_of_force_targeting",)}, errors.ExcludedUse, "use_of_force_targeting"),
    ({"carve_outs": ("no-such",)}, errors.UnknownCode, "carve-out"),
    ({"feeds": ("bravo-ais",)}, errors.BadInput, "feed of somebody else"),
    ({"sensors": ("bravo-air",)}, errors.BadInput, "sensor of somebody else"),
    ({"channels": ("direct",)}, errors.BadInput, "channel of somebody else"),
    ({"assets": ("bravo-plane",)}, errors.BadInput, "asset of somebody else"),
    ({"units": ("alfa-radar",)}, errors.BadInput, "own units"),
    ({"partners": ("bravo",), "units": ("cutter",)}, errors.BadInput, "same party"),
    ({"objects": ("MMSI 3",)}, errors.BadInput, "no vessel number"),
    ({"objects": ("0299000001",)}, errors.BadInput, "no vessel number"),
    ({"window_from_ms": 9, "window_to_ms": 9}, errors.BadInput, "window"),
    ({"window_from_ms": -1}, errors.BadInput, "window"),
    ({"until_ms": START_MS}, errors.BadInput, "ends before it begins"),
    ({"until_ms": START_MS + 1, "condition": "it rains"}, errors.BadInput, "date or by a condition"),
    ({"verified_by": "bravo"}, errors.BadInput, "date or by a condition"),
    ({"condition": "it rains", "verified_by": "no-such"}, errors.UnknownCode, "party"),
    ({"ordered_at_ms": START_MS + 1}, errors.BadInput, "in the future"),
    ({"answer_by_ms": START_MS}, errors.BadInput, "over already"),
    ({"freeze_hours": 73}, errors.BadInput, "72 hours"),
    ({"freeze_hours": -1}, errors.BadInput, "over already"),
    ({"freeze_hours": 3, "until_ms": START_MS + 9}, errors.BadInput, "never opens by a date"),
    ({"carve_outs": ("safety_of_life",), "no_rescue_because": "x"}, errors.BadInput, "why not"),
    ({"fears": "x" * 501}, errors.BadInput, "too long"),
    ({"objects": tuple(str(number) for number in range(1, 10_002))}, errors.BadInput, "too many objects"),
]


def test_p4_an_order_that_cannot_be_is_refused_with_its_reason_and_changes_nothing(tiny: Tiny) -> None:
    officer = tiny.who("alfa-release")
    for (wish, error, says), verb in itertools.product(BAD, (preview_order, halt)):
        with tiny.logged(), pytest.raises(error, match=says):
            verb(tiny.node, officer, Wish(**wish))  # type: ignore[arg-type]
    with tiny.node.db.read() as tx:
        assert tiny.node.standing(tx).orders == ()


def test_p4_a_signed_order_put_in_once_more_is_refused(tiny: Tiny) -> None:
    value(halt(tiny.node, tiny.who("alfa-release"), Wish(units=("cutter",))))
    with tiny.node.db.read() as tx:
        stored = events.all_events(tx)[-1]
    with pytest.raises(errors.BadInput), tiny.node.db.write() as tx:
        events.add_event(tx, stored.event, stored.envelope, at_ms=START_MS, clock="set")
    kept: list[Path] = sorted((tiny.root / "homes" / "alfa" / "records" / "order").glob("*.json"))
    assert [path.stem for path in kept] == [sha256_hex(kept[0].read_bytes())]
