"""P5: after a suspension the picture of every reader in scope is that of a world without it; every other reader's does not change.

What the comparison is worth, on engines that forget badly, is in test_p5_engines.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from fairlead.desk import halt, interdict, lead, look, read
from fairlead.desk.clock import StoryClock
from tests import nodes

OWNER = {"isla-radar": "isla", "kestrel-ais": "kestrel", "kestrel-air": "kestrel"}
RADAR_READERS = {"support-watch", "cutter-watch", "cell-analyst", "kestrel-release", "meridia-legal"}
OWN_READERS = {"isla": "isla-release", "kestrel": "kestrel-release"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return nodes.night(tmp_path_factory.mktemp("whole") / "n")


@pytest.fixture(scope="module", params=nodes.FEEDS)
def never(request, tmp_path_factory):
    """A world whose coalition never declared the feed; other order of ingest, other chunks, other keys."""
    feed = request.param
    return feed, nodes.night(tmp_path_factory.mktemp("never") / "n", without=[feed], parts=3, backwards=True, keys=2)


@pytest.fixture(scope="module")
def without_isla(tmp_path_factory):
    """A world in which the originator's only feed was never declared."""
    return nodes.night(tmp_path_factory.mktemp("without") / "n", without=["isla-radar"], parts=2, backwards=True, keys=3)


def lists_of(node, person):
    purpose = nodes.READERS[person]
    return [
        read.list_holdings(node, nodes.who(node, person, purpose), kind="lead").body,
        interdict.list_cases(node, nodes.who(node, person, purpose)).body,
    ]


def test_p5_a_held_feed_leaves_every_reader_in_scope_the_world_without_it_and_nobody_else_a_changed_byte(whole, never):
    feed, other = never
    owner = OWNER[feed]
    before = {person: nodes.picture(whole, person) for person in nodes.READERS}
    order = nodes.value(halt.halt(whole, nodes.who(whole, f"{owner}-release"), halt.Wish(feeds=(feed,))))["order"]
    changed = 0
    for person in nodes.READERS:
        if person == OWN_READERS[owner]:
            assert nodes.picture(whole, person) == before[person], "the originator's own picture changed"
            continue
        after = nodes.picture(whole, person)
        assert after == nodes.picture(other, person), (feed, person)
        assert lists_of(whole, person) == lists_of(other, person)
        changed += after != before[person]
    assert changed >= 1, "the halt changed nobody's picture, so the comparison says nothing"
    nodes.value(halt.resume(whole, nodes.who(whole, f"{owner}-release"), order))
    assert {person: nodes.picture(whole, person) for person in nodes.READERS} == before, "resume restores"


@pytest.mark.parametrize(
    ("name", "wish", "in_scope"),
    [
        ("unit and purpose", halt.Wish(units=("support-group",), purposes=(nodes.MONITOR,)), {"support-watch"}),
        (
            "category",
            halt.Wish(categories=("radar",)),
            {"support-watch", "cutter-watch", "cell-analyst", "kestrel-release", "meridia-legal"},
        ),
        ("partner", halt.Wish(partners=("meridia",)), {"support-watch", "cutter-watch", "meridia-legal"}),
        (
            "operation",
            halt.Wish(operations=("fairwind",)),
            {"support-watch", "cutter-watch", "cell-analyst", "kestrel-release", "meridia-legal"},
        ),
        ("purpose", halt.Wish(purposes=("prosecution",)), {"meridia-legal"}),
    ],
)
def test_p5_an_order_by_axes_leaves_those_in_scope_the_world_without_the_originator(whole, without_isla, name, wish, in_scope):
    other = without_isla
    before = {person: nodes.picture(whole, person) for person in nodes.READERS}
    order = nodes.value(halt.halt(whole, nodes.who(whole, "isla-release"), wish))["order"]
    for person in nodes.READERS:
        expected = nodes.picture(other, person) if person in in_scope else before[person]
        assert nodes.picture(whole, person) == expected, (name, person)
    assert any(before[person] != nodes.picture(other, person) for person in in_scope)
    nodes.value(halt.resume(whole, nodes.who(whole, "isla-release"), order))
    assert {person: nodes.picture(whole, person) for person in nodes.READERS} == before


def test_p5_a_lead_that_rests_on_a_held_feed_is_answered_like_an_id_that_never_was(whole):
    who = nodes.who(whole, "cell-analyst", nodes.MONITOR)
    shown = nodes.value(look.look(whole, who))
    card = next(card for card in shown["picture"]["cards"] if card["status"] == "open")
    made = nodes.value(lead.make_lead(whole, who, lead.Draft(card=card["id"])))
    cutter = nodes.who(whole, "cutter-watch", "interdiction")
    given = read.read(whole, cutter, made["id"])
    order = nodes.value(halt.halt(whole, nodes.who(whole, "isla-release"), halt.Wish(feeds=("isla-radar",))))["order"]
    assert read.read(whole, cutter, made["id"]).body == read.read(whole, cutter, "0" * 32).body != given.body
    assert nodes.value(read.list_holdings(whole, cutter))["count"] == 0
    assert read.read(whole, nodes.who(whole, "isla-release", "interdiction"), made["id"]).body == given.body  # an owner keeps it
    nodes.value(halt.resume(whole, nodes.who(whole, "isla-release"), order))
    assert read.read(whole, cutter, made["id"]).body == given.body


def test_p5_the_picture_is_the_same_in_another_process_with_another_hash_seed(whole):
    StoryClock(whole.root / "clock.json").set(nodes.at("02:10"))
    command = [
        sys.executable, "-m", "fairlead", "picture", "--node", str(whole.root), "--as", "cutter-watch", "--purpose", "interdiction",
        "--operation", "fairwind", "--from", "2020-06-30T00:00:00Z", "--to", "2020-06-30T02:10:00Z", "--json",
    ]  # fmt: skip
    here = nodes.picture(whole, "cutter-watch")
    for seed in ("1", "4711"):
        done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}, timeout=60)
        assert done.stdout.removesuffix(b"\n") == here
