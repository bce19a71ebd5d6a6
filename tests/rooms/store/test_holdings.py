"""Holdings as stored: the second place where a derived label is checked, ancestry closed under descent, duplicates kept once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fairlead import errors
from fairlead.envelope import SigningKey, sign
from fairlead.label import join
from fairlead.label.label import Label
from fairlead.report.holding import Holding
from fairlead.store import holdings, labels
from fairlead.store.database import Database, Tx
from tests.laws.test_p1_conjuncts import label

RADAR, AIS = label(), label(originator="bravo", category="ais", recipients=["b1", "c1"])
ENVELOPE = sign("segment-manifest", {"digest": "0" * 64}, [SigningKey(b"\x01" * 32)])


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Tx]:
    """A write transaction of an empty database."""
    database = Database(tmp_path / "node.sqlite", create=True)
    with database.write() as open_tx:
        yield open_tx


def holding(id: str, one: Label, *, feed: str = "", parents: tuple[str, ...] = (), end: int = 100) -> Holding:
    kind = "lead" if parents else "segment"
    return Holding(
        id=id,
        kind=kind,
        label=one,
        digest=id * 64,
        t_min_ms=0,
        t_max_ms=1,
        not_before_ms=0,
        expires_ms=end,
        created_ms=0,
        feed=feed,
        parents=parents,
    )


def add(tx: Tx, *several: Holding) -> None:
    for one in several:
        holdings.add_holding(tx, one, body=b"{}", envelope=ENVELOPE)


def sources(tx: Tx) -> None:
    add(tx, holding("a", RADAR, feed="a-radar"), holding("b", AIS, feed="b-ais", end=50))


@pytest.mark.parametrize("wider", [RADAR, AIS])
def test_p3_a_label_wider_than_the_join_of_its_stored_parents_is_rejected(tx: Tx, wider: Label) -> None:
    sources(tx)
    with pytest.raises(errors.LabelFault, match="wider than the join"):
        add(tx, holding("c", wider, parents=("a", "b"), end=50))
    assert holdings.by_ids(tx, ["c"]) == []


def test_p3_a_holding_that_outlives_a_stored_parent_is_rejected(tx: Tx) -> None:
    sources(tx)
    with pytest.raises(errors.LabelFault, match="outlives"):
        add(tx, holding("c", join([RADAR, AIS]), parents=("a", "b"), end=51))


def test_p3_a_holding_whose_parent_is_unknown_cannot_be_stored(tx: Tx) -> None:
    sources(tx)
    with pytest.raises(errors.LabelFault, match="a parent is unknown"):
        add(tx, holding("c", join([RADAR, AIS]), parents=("a", "z"), end=50))


def test_p4_ancestry_is_every_feed_however_far_up(tx: Tx) -> None:
    sources(tx)
    both = join([RADAR, AIS])
    add(
        tx,
        holding("c", both, parents=("a", "b"), end=50),
        holding("d", both, parents=("c",), end=50),
        holding("e", RADAR, parents=("a",)),
    )
    feeds = {row.holding.id: row.feeds for row in holdings.by_ids(tx, list("abcde"))}
    assert feeds["a"] == feeds["e"] == {"a-radar"}
    assert feeds["c"] == feeds["d"] == {"a-radar", "b-ais"}


def test_a_stored_holding_reads_back_as_it_was(tx: Tx) -> None:
    sources(tx)
    made = holding("c", join([RADAR, AIS]), parents=("a", "b"), end=50)
    add(tx, made)
    (row,) = holdings.by_ids(tx, ["c"])
    assert row.holding == made
    assert holdings.by_digest(tx, "c" * 64) == row
    assert holdings.by_digest(tx, "f" * 64) is None


def test_equal_labels_are_stored_once(tx: Tx) -> None:
    assert labels.intern_label(tx, RADAR) == labels.intern_label(tx, msgspec.structs.replace(RADAR)) != labels.intern_label(tx, AIS)


@pytest.mark.parametrize(("from_ms", "to_ms", "found"), [(0, 1, 1), (1, 2, 1), (2, 9, 0), (-5, 0, 0)])
def test_a_window_takes_what_overlaps_it(tx: Tx, from_ms: int, to_ms: int, found: int) -> None:
    add(tx, holding("a", RADAR, feed="a-radar"))
    assert len(holdings.of_kind(tx, ["segment"], from_ms=from_ms, to_ms=to_ms)) == found


def test_only_what_a_party_originated_is_its_own_products_included(tx: Tx) -> None:
    sources(tx)
    add(tx, holding("c", join([RADAR, AIS]), parents=("a", "b"), end=50))
    assert {row.holding.id for row in holdings.owned_by(tx, "alfa")} == {"a", "c"}
    assert {row.holding.id for row in holdings.owned_by(tx, "bravo")} == {"b", "c"}
    assert holdings.owned_by(tx, "charlie") == []


def test_a_detection_is_new_once_for_each_feed(tx: Tx) -> None:
    names = [number.to_bytes(32, "big") for number in range(1201)]  # more than two parts of an IN list
    assert holdings.unseen(tx, "a-radar", names) == set(names)
    assert holdings.unseen(tx, "a-radar", names) == set()
    more = (9999).to_bytes(32, "big")
    assert holdings.unseen(tx, "a-radar", [*names[:3], more]) == {more}
    assert holdings.unseen(tx, "b-ais", names[:3]) == set(names[:3])
