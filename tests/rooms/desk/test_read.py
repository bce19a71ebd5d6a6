"""The verbs read, list and look: receipts to every originator before the answer, hidden like absent, refusals like one another."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead import errors
from fairlead.desk import read as reading
from fairlead.desk.look import look
from fairlead.desk.read import list_holdings, read
from fairlead.envelope import sha256_hex
from fairlead.receipt.checkpoint import open_checkpoint
from fairlead.receipt.receipt import RefusalReceipt, UseReceipt
from fairlead.store import holdings, ledger
from tests.rooms.desk.tiny import MONITOR, PARTIES, START_MS, Tiny, no, value

ABSENT = "0" * 32


def log_bytes(tiny: Tiny) -> dict[str, int]:
    """The bytes published for each log, receipts included."""
    folders = {party: [tiny.root / "log" / party, tiny.root / "homes" / party / "receipts"] for party in PARTIES}
    return {
        party: sum(path.stat().st_size for folder in paths for path in folder.rglob("*") if path.is_file())
        for party, paths in folders.items()
    }


def test_p6_every_originator_of_what_was_read_has_its_receipt_before_the_answer(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    with tiny.logged(alfa=1, bravo=1):
        outcome = read(tiny.node, tiny.who("cutter-watch"), lead)
    value(outcome)
    for party in ("alfa", "bravo"):
        receipt = tiny.newest(party)
        assert isinstance(receipt, UseReceipt)
        assert (receipt.act, receipt.unit, receipt.output) == ("read", "cutter", sha256_hex(outcome.body))
        assert ledger.receipt_path(tiny.root, party, receipt.index).is_file(), "delivered before the answer"
        assert receipt.agreements == (f"{party}-partners",), "its own agreements and no others"


def test_p6_the_published_checkpoint_covers_the_receipt_of_the_answer(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    look(tiny.node, tiny.who("cell-analyst"))
    log = tiny.node.logs["bravo"]
    head = open_checkpoint((tiny.root / "log" / "bravo" / "checkpoint").read_bytes(), log.origin, log.key.public)
    assert head.size == tiny.sizes()["bravo"] == tiny.newest("bravo").index + 1


def test_p6_each_originator_sees_its_own_share_of_a_picture_and_no_other(tiny: Tiny) -> None:
    tiny.see()
    with tiny.logged(alfa=1, bravo=1):
        look(tiny.node, tiny.who("cell-analyst"))
    with tiny.node.db.read() as tx:
        feeds = {row.holding.digest: row.holding.feed for row in holdings.of_kind(tx, ["segment", "report"], from_ms=0, to_ms=2**53)}
    shares = {party: {feeds[held.digest] for held in tiny.newest(party).holdings} for party in ("alfa", "bravo")}
    assert shares == {"alfa": {"alfa-radar"}, "bravo": {"bravo-ais", "bravo-air"}}


@pytest.mark.parametrize("broken", ["append", "publish"])
def test_p6_no_answer_goes_out_when_its_receipt_cannot_be_written(tiny: Tiny, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    tiny.see("bravo-ais")
    lead = tiny.lead()
    sizes = tiny.sizes()

    def full(*_: object, **__: object) -> None:
        raise errors.LogFault("no space is left", where="log")

    monkeypatch.setattr(f"fairlead.store.ledger.{broken}", full)
    for ask in (
        lambda: read(tiny.node, tiny.who("cutter-watch"), lead),
        lambda: look(tiny.node, tiny.who("cutter-watch")),
        lambda: list_holdings(tiny.node, tiny.who("cutter-watch")),
        lambda: read(tiny.node, tiny.who("cutter-watch"), ABSENT),
    ):
        with pytest.raises(errors.LogFault):
            ask()
    if broken == "append":
        assert tiny.sizes() == sizes


def test_p7_hidden_and_absent_get_the_same_bytes_and_leave_the_same_leaves(tiny: Tiny) -> None:
    tiny.see()
    hidden = tiny.lead()
    grown, bodies = [], []
    for wanted in (hidden, ABSENT):
        before = log_bytes(tiny)
        with tiny.logged(alfa=1, bravo=1, charlie=1):
            outcome = read(tiny.node, tiny.who("port-custody"), wanted)
        no(outcome)
        bodies.append(outcome.body)
        grown.append({party: size - before[party] for party, size in log_bytes(tiny).items()})
        lengths = {len(ledger.receipt_path(tiny.root, party, tiny.newest(party).index).read_bytes()) for party in PARTIES}
        assert len(lengths) == 1
    assert bodies[0] == bodies[1]
    # Checkpoints and folder names grow by the digits of a number; receipts and leaves do not differ by a byte.
    assert all(abs(grown[0][party] - grown[1][party]) <= 2 for party in PARTIES)


def test_p6_a_refusal_is_told_in_full_to_its_originators_and_as_a_cover_to_the_others(tiny: Tiny) -> None:
    tiny.see("bravo-ais", "bravo-air")
    lead = tiny.lead()
    no(read(tiny.node, tiny.who("port-custody"), lead))
    told = {party: tiny.newest(party) for party in PARTIES}
    assert all(isinstance(one, RefusalReceipt) for one in told.values())
    assert {party: one.outcome for party, one in told.items()} == {"alfa": "cover", "bravo": "refused", "charlie": "refused"}
    assert any("recipients" in text for text in told["bravo"].reason)
    assert told["charlie"].reason == (), "the operating party learns that, not why"
    assert told["alfa"].person == ""


def test_p2_an_excluded_use_is_refused_alike_for_any_id_and_its_originators_are_told(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    said = [no(read(tiny.node, tiny.who("cutter-watch", "use_of_force_targeting"), one)) for one in (ABSENT, lead)]
    assert said[0] == said[1]
    assert "nobody can grant it" in said[0]["reasons"][0]
    assert tiny.newest("alfa").excluded == tiny.newest("bravo").excluded == "use_of_force_targeting"


def test_p7_a_list_counts_and_shows_only_what_its_reader_may_see(tiny: Tiny) -> None:
    tiny.see()
    both, bravos = tiny.lead(), tiny.lead("alfa-radar", "bravo-air")
    whole = value(list_holdings(tiny.node, tiny.who("cutter-watch")))
    assert {item["id"] for item in whole["items"]} == {both, bravos}
    assert whole["count"] == 2
    with tiny.logged(bravo=1):
        part = value(list_holdings(tiny.node, tiny.who("port-custody")))
    assert [item["id"] for item in part["items"]] == [bravos]
    assert part["count"] == 1
    with tiny.logged(charlie=1):
        empty = value(list_holdings(tiny.node, tiny.who("cutter-watch", "prosecution")))
    assert empty["items"] == []
    assert empty["count"] == 0


def test_p1_a_unit_below_the_ceiling_reads_no_lead_and_gets_cells(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    support = tiny.who("support-watch", "detection_and_monitoring/interdiction")
    assert "hour-old" in no(read(tiny.node, support, lead))["reasons"][0]
    assert set(value(look(tiny.node, support))["picture"]) == {"window", "cells", "note"}


def test_an_id_of_any_length_is_an_absent_one(tiny: Tiny, tmp_path: Path) -> None:
    for name in ("", "x" * 100_000, "'; drop table holdings; --", "\udcff"[:0] + "é"):
        assert no(read(tiny.node, tiny.who("cutter-watch"), name)) == no(read(tiny.node, tiny.who("cutter-watch"), ABSENT))
    assert reading.ID_MAX == 64


def test_p2_the_coarse_picture_tells_no_time_finer_than_its_step(tiny: Tiny) -> None:
    """Windows that end anywhere inside one ten-minute step are one picture, and none is shorter than an hour (red line 2)."""
    tiny.see()
    end = (START_MS - 3_600_000) // 600_000 * 600_000 - 600_000
    who = tiny.who("support-watch", MONITOR)
    shown = {look(tiny.node, who, from_ms=end - 7_200_000 + ms, to_ms=end + ms).body for ms in (0, 1, 1_000, 299_999, 599_999)}
    assert len(shown) == 1
    window = value(look(tiny.node, who, from_ms=end - 1, to_ms=end))["picture"]["window"]
    assert window["to_ms"] - window["from_ms"] >= 3_600_000
