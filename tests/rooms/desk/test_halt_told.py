"""What an order tells: its reach, exposure, separation, what follows from a feared use, what is delivered."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead import errors
from fairlead.desk import interdict
from fairlead.desk.exposure import exposure
from fairlead.desk.halt import Wish, halt, preview_order
from fairlead.desk.orders import orders_in_force
from fairlead.desk.propose import propose_order
from fairlead.desk.read import read
from fairlead.desk.separate import separate
from fairlead.envelope import decode, envelope_from_json, verify
from fairlead.receipt.receipt import UseReceipt
from fairlead.receipt.separation import separation
from fairlead.store import ledger
from tests.rooms.desk.tiny import MINUTE_MS, START_MS, Tiny, value

CUTTER = Wish(units=("cutter",))
LOGS = {"alfa": 1, "bravo": 1, "charlie": 1}


def state(tiny: Tiny, order: str, officer: str = "bravo-release", *, at_ms: int | None = None) -> str:
    shown = value(orders_in_force(tiny.node, tiny.who(officer), at_ms=at_ms, ended=True))["orders"]
    return str(next((one["state"] for one in shown if one["id"] == order), "none"))


def case(tiny: Tiny) -> tuple[str, str]:
    """A lead on Bravo's AIS and a case of the cutter on it."""
    tiny.see("bravo-ais")
    lead = tiny.lead()
    return lead, str(value(interdict.open_case(tiny.node, tiny.who("cutter-watch"), lead=lead, vessel="boat"))["case"])


def test_the_gap_between_ordering_and_signing_is_counted_as_exposure(tiny: Tiny) -> None:
    lead, _ = case(tiny)
    cutter = tiny.who("cutter-watch")
    value(read(tiny.node, cutter, lead))
    tiny.clock.at_ms = ordered = START_MS + MINUTE_MS
    value(read(tiny.node, cutter, lead))
    tiny.clock.at_ms += MINUTE_MS
    value(read(tiny.node, cutter, lead))
    tiny.clock.at_ms += MINUTE_MS
    made = value(halt(tiny.node, tiny.who("bravo-release"), Wish(units=("cutter",), ordered_at_ms=ordered)))
    assert any("counted as exposure" in one for one in made["warnings"])
    shown = value(exposure(tiny.node, tiny.who("bravo-release"), made["order"]))
    assert (shown["ordered_at_ms"], shown["durable_at_ms"], shown["gap_ms"]) == (ordered, ordered + 2 * MINUTE_MS, 2 * MINUTE_MS)
    reads = [one for one in shown["earlier_readers"] if one["act"] == "read"]
    assert [(one["uses"], one["after_ordered"]) for one in reads] == [(3, 2)]
    assert shown["uses_in_the_gap"] == 2
    assert "is not gone" in shown["not_claimed"]


def test_the_reach_tells_labels_holdings_leads_cases_and_units_and_only_of_ones_own(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    value(interdict.open_case(tiny.node, tiny.who("cutter-watch"), lead=lead, vessel="boat"))
    shown = value(preview_order(tiny.node, tiny.who("alfa-release"), CUTTER))
    assert {name: shown["closes"][name] for name in ("holdings", "labels", "leads", "cases")} == {
        "holdings": 2,  # the radar's segment and the lead that rests on it, nothing of bravo's
        "labels": 2,
        "leads": [lead],
        "cases": 1,
    }
    assert shown["goes_on"]["holdings"] == 2


# ---- separate, propose


def test_a_certificate_of_separation_is_made_again_from_the_originators_receipts(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    lead = tiny.lead()
    value(read(tiny.node, tiny.who("cutter-watch"), lead))
    bravo = tiny.who("bravo-release")
    apart = value(separate(tiny.node, bravo, "patrol", "lifeline"))
    assert apart["statement"]["kept_apart"]
    assert set(apart["statement"]["operations"]["patrol"]["uses_by_unit"]) == {"cell", "cutter"}
    from fairlead.desk.look import look

    value(look(tiny.node, tiny.who("rescue-watch", "search_and_rescue", "lifeline")))
    made = value(separate(tiny.node, bravo, "lifeline", "patrol"))
    said = made["statement"]
    assert (said["units_in_both"], len(said["records_in_both"]), said["kept_apart"]) == ([], 1, False)
    envelope = envelope_from_json(
        (tiny.root / "homes" / "bravo" / "records" / "separation-certificate" / f"{made['digest']}.json").read_bytes()
    )
    with tiny.node.db.read() as tx:
        verify(envelope, [tiny.node.public_keys(tx)["bravo-release"]], kind="separation-certificate")
        every = sorted(ledger.receipts(tx, "bravo", newest=10_000, skip=0), key=lambda one: one.index)
    counted = [one for one in every if one.index < said["size"] and isinstance(one, UseReceipt)]
    again = separation(counted, "patrol", "lifeline")
    assert {name: said[name] for name in again} == again
    assert decode(envelope.payload_bytes) == said
    assert said["checkpoint"].split("\n")[1] == str(said["size"])
    for wrong, error in ((("patrol", "patrol"), errors.BadInput), (("patrol", "nowhere"), errors.UnknownCode)):
        with pytest.raises(error):
            separate(tiny.node, bravo, *wrong)
    assert value(separate(tiny.node, tiny.who("inspector"), "patrol", "lifeline", party="bravo"))["statement"]["log"].endswith("bravo")
    assert value(separate(tiny.node, tiny.who("alfa-release"), "patrol", "lifeline", party="bravo"))["statement"]["log"].endswith(
        "alfa"
    )


@pytest.mark.parametrize(
    ("words", "proposed", "unknown"),
    [
        ("targeting by the support unit", {"units": ["support"]}, []),
        ("strikes", {"units": ["support"]}, []),
        ("selecting boats for strikes", {"units": ["support"]}, ["selecting", "boats"]),
        ("interdiction by Charlie's cutter", {"units": ["cutter"], "purposes": ["interdiction"]}, []),
        ("boarding in Patrol", {"operations": ["patrol"], "purposes": ["interdiction"]}, []),
        ("use of radar by bravo", {"partners": ["bravo"], "categories": ["radar"]}, []),
        ("search and rescue", {"purposes": ["search_and_rescue"]}, []),
        ("nonsense", {}, ["nonsense"]),
    ],
)
def test_words_that_name_a_feared_use_become_a_proposal_and_never_an_order(
    tiny: Tiny, words: str, proposed: dict[str, list[str]], unknown: list[str]
) -> None:
    with tiny.logged():
        shown = value(propose_order(tiny.node, tiny.who("alfa-release"), words))
    assert shown["proposed"] == {**proposed, "fears": words}
    assert shown["not_understood"] == unknown
    assert shown["signed"] is False
    with tiny.node.db.read() as tx:
        assert tiny.node.standing(tx).orders == ()


def test_no_proposal_selects_an_excluded_use_and_monitoring_names_every_end(tiny: Tiny) -> None:
    shown = value(propose_order(tiny.node, tiny.who("alfa-release"), "monitoring, for use_of_force_targeting or persecution"))
    purposes = shown["proposed"]["purposes"]
    assert purposes
    assert all(one.startswith("detection_and_monitoring/") for one in purposes)
    assert any("excluded use" in line for line in shown["because"])
    value(
        halt(
            tiny.node,
            tiny.who("alfa-release"),
            Wish(**{axis: tuple(v) if isinstance(v, list) else v for axis, v in shown["proposed"].items()}),
        )
    )
    for nothing in ("", "   ", "x" * 501):
        with tiny.logged(), pytest.raises(errors.BadInput):
            propose_order(tiny.node, tiny.who("alfa-release"), nothing)


def test_what_is_delivered_is_only_what_was_committed(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that cannot be written: no order, no notice, no home touched."""
    lead, _ = case(tiny)
    value(read(tiny.node, tiny.who("cutter-watch"), lead))

    def full(*given: object, **named: object) -> int:
        raise errors.LogFault("the log cannot be written", where="log-bravo")

    homes: list[Path] = sorted((tiny.root / "homes").rglob("*.json"))
    monkeypatch.setattr(ledger, "append", full)
    with pytest.raises(errors.LogFault):
        halt(tiny.node, tiny.who("bravo-release"), CUTTER)
    monkeypatch.undo()
    assert sorted((tiny.root / "homes").rglob("*.json")) == homes
    value(read(tiny.node, tiny.who("cutter-watch"), lead))
