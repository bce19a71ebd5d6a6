"""Counts for who keeps the node running: what was given, refused, and could not be judged, apart."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from fairlead import errors
from fairlead.desk.explain import explain
from fairlead.desk.look import look
from fairlead.desk.read import read
from fairlead.desk.status import status
from fairlead.door.cli import app
from fairlead.envelope import HoldingId
from fairlead.report.holding import Holding
from fairlead.store import holdings
from fairlead.store.memory import memory
from fairlead.store.schema import labels
from tests.rooms.desk.tiny import Tiny, no, value


def outcomes(tiny: Tiny) -> dict[str, int]:
    return status(tiny.opened()).outcomes


def test_given_and_refused_are_counted_and_hidden_counts_like_absent(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    before = outcomes(tiny)
    value(look(tiny.node, tiny.who("cutter-watch")))
    value(read(tiny.node, tiny.who("cutter-watch"), lead))
    assert outcomes(tiny) == {**before, "given": before["given"] + 2}
    no(read(tiny.node, tiny.who("cutter-watch", "prosecution"), lead))
    hidden = outcomes(tiny)
    no(read(tiny.node, tiny.who("cutter-watch", "prosecution"), "0" * 32))
    absent = outcomes(tiny)
    no(read(tiny.node, tiny.who("cutter-watch", "commercial"), lead))
    assert hidden["refused"] - before["refused"] == absent["refused"] - hidden["refused"] == 1
    assert outcomes(tiny)["refused"] == before["refused"] + 3
    assert not any(name.startswith("fault") for name in outcomes(tiny))
    assert status(tiny.node).alarms == ()


def test_a_request_that_could_not_be_judged_is_a_fault_and_an_alarm(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.see()
    lead = tiny.lead()
    house = tiny.node._house
    assert house is not None

    class Lost(dict[str, object]):
        """A table of people that cannot be read."""

        def get(self, key: str, default: object = None) -> object:
            raise KeyError(key)

    broken = type(house)(book=house.book, people=Lost(), slice=house.slice)
    monkeypatch.setattr(tiny.node, "house", lambda tx, at_ms: broken)
    before = outcomes(tiny)
    no(read(tiny.node, tiny.who("cutter-watch"), lead))
    after = status(tiny.opened())
    assert after.outcomes == {**before, "fault error": 1}
    assert after.alarms == ("1 requests could not be judged: fault error",)


def test_status_says_the_epoch_the_code_book_and_how_many_records_and_labels(tiny: Tiny) -> None:
    empty = status(tiny.node)
    tiny.see()
    tiny.lead()
    now = status(tiny.node)
    assert (now.epoch, now.book_version) == (empty.epoch, empty.book_version)
    assert empty.records == 0
    assert (now.records, now.labels) == (4, 4)
    assert json.loads(json.dumps(now.outcomes))["given"] > 0


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff", b'{"level":null}'])
def test_p3_a_parent_whose_label_does_not_read_aborts_what_would_be_derived_from_it(tiny: Tiny, raw: bytes) -> None:
    tiny.see()
    lead = tiny.lead()
    with tiny.node.db.write() as tx:
        (parent,) = holdings.by_ids(tx, [lead])
        count = status(tiny.node).records
        tx.execute(update(labels).values(body=raw))
        memory(tx).labels.clear()
    child = Holding(
        id=HoldingId("c" * 32),
        kind="lead",
        label=parent.holding.label,
        digest="d" * 64,
        t_min_ms=0,
        t_max_ms=1,
        not_before_ms=parent.holding.not_before_ms,
        expires_ms=parent.holding.expires_ms,
        created_ms=0,
        parents=(parent.holding.id,),
    )
    envelope = tiny.node.person_key("cell-analyst")
    with pytest.raises(errors.LabelFault, match="does not read"), tiny.node.db.write() as tx:
        holdings.add_holding(tx, child, body=b"{}", envelope=envelope)
    with pytest.raises(errors.LabelFault, match="does not read"):
        read(tiny.node, tiny.who("cutter-watch"), lead)
    with pytest.raises(errors.LabelFault, match="does not read"):
        explain(tiny.node, tiny.who("cutter-watch"), lead)
    assert status(tiny.node).records == count


def test_the_command_says_the_same(tiny: Tiny) -> None:
    tiny.see()
    tiny.node.close()
    said = CliRunner().invoke(app, ["status", "--node", str(tiny.root), "--json"])
    assert said.exit_code == 0
    assert json.loads(said.stdout)["outcomes"]["refused"] == 0
