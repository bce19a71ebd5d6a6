"""The verb verify: what an originator finds when its log and what it keeps at home do not say the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from fairlead.desk import verify as verifying
from fairlead.desk.halt import Wish, halt, resume
from fairlead.desk.node import Node
from fairlead.desk.read import read
from fairlead.desk.verify import verify_folder, watch
from fairlead.door import cli
from fairlead.door.shell import guarded
from fairlead.errors import ProofFailed
from fairlead.store.database import Tx
from tests.rooms.desk.tiny import Tiny, value

ALL = Wish(units=("cutter",))


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tiny, str]:
    tiny = Tiny(tmp_path_factory.mktemp("verify") / "node").see()
    lead = tiny.lead()
    value(read(tiny.node, tiny.who("cutter-watch"), lead))
    return tiny, lead


@pytest.fixture
def tiny(night: tuple[Tiny, str], tmp_path: Path) -> tuple[Tiny, str]:
    """A copy of the night, for a test to spoil."""
    copied = Tiny.__new__(Tiny)
    copied.__dict__ |= night[0].__dict__
    copied.root = tmp_path / "node"
    shutil.copytree(night[0].root, copied.root)
    copied.node = copied.opened()
    return copied, night[1]


def findings(tiny: Tiny, party: str = "alfa") -> list[str]:
    (verdict,) = verify_folder(tiny.root, only=party)
    return [str(one) for one in verdict.report.findings]


def exit_code(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["fairlead", "verify", str(tiny.root), "--party", "alfa"])
    return guarded(cli.app)


def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that knows no order."""
    whole = Node.house

    def house(node: Node, tx: Tx, at_ms: int) -> object:
        kept = whole(node, tx, at_ms)
        return node.house_of(msgspec.structs.replace(node.standing(tx), orders=()), at_ms) if kept else kept

    monkeypatch.setattr(Node, "house", house)


def test_p4_a_use_after_an_order_that_stops_it_fails_the_check(tiny: tuple[Tiny, str], monkeypatch: pytest.MonkeyPatch) -> None:
    node, lead = tiny
    value(halt(node.node, node.who("alfa-release"), ALL))
    assert findings(node) == []
    with monkeypatch.context() as broken:
        forgetful(broken)
        value(read(node.node, node.who("cutter-watch"), lead))
    (told,) = findings(node)
    assert told.startswith(f"use after order, entry {node.sizes()['alfa'] - 1}: cutter was given this for interdiction")
    assert exit_code(node, monkeypatch) == ProofFailed.exit_code


def test_p4_a_use_after_the_order_was_lifted_is_none(tiny: tuple[Tiny, str]) -> None:
    node, lead = tiny
    order = value(halt(node.node, node.who("alfa-release"), ALL))["order"]
    value(resume(node.node, node.who("alfa-release"), order))
    value(read(node.node, node.who("cutter-watch"), lead))
    assert findings(node) == []
    (verdict,) = verify_folder(node.root, only="alfa")
    (one,) = watch(node.root, verdict)
    assert (len(one.before), one.after, one.unsure) == (1, (), ())


@pytest.mark.parametrize("kind", ["order", "resume", "grant", "segment-manifest"])
def test_a_record_taken_from_the_home_is_missed(tiny: tuple[Tiny, str], kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    node, _ = tiny
    order = value(halt(node.node, node.who("alfa-release"), ALL))["order"]
    value(resume(node.node, node.who("alfa-release"), order))
    monkeypatch.setattr(verifying, "BETWEEN_S", 0)
    gone = next((node.root / "homes" / "alfa" / "records" / kind).iterdir())
    gone.unlink()
    (told,) = findings(node)
    assert f"records/{kind}/{gone.name}" in told
    assert f"the {kind} of this entry is missing at home" in told
    assert exit_code(node, monkeypatch) == ProofFailed.exit_code


def test_an_order_at_home_that_no_entry_speaks_of_is_told(tiny: tuple[Tiny, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The log without the order, whole in itself: what a node would show that dropped it and kept the rest."""
    node, _ = tiny
    aside = node.root.with_name("aside")
    shutil.copytree(node.root, aside)
    value(halt(node.node, node.who("alfa-release"), ALL))
    shutil.copytree(node.root / "homes" / "alfa" / "records" / "order", aside / "homes" / "alfa" / "records" / "order")
    monkeypatch.setattr(verifying, "BETWEEN_S", 0)
    node.root = aside
    (told,) = findings(node)
    assert "this order is at home and in no entry of the log" in told


@pytest.mark.parametrize("spoiled", [b"", b"{}", b"\xff\xfe", b'{"payload": 1}'])
def test_a_record_that_does_not_read_is_a_finding_and_no_crash(
    tiny: tuple[Tiny, str], spoiled: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, _ = tiny
    value(halt(node.node, node.who("alfa-release"), ALL))
    monkeypatch.setattr(verifying, "BETWEEN_S", 0)
    (record,) = (node.root / "homes" / "alfa" / "records" / "order").iterdir()
    record.write_bytes(spoiled)
    (told,) = findings(node)
    assert record.name in told
    assert "not what its name says" in told


def test_every_home_of_a_sound_node_verifies(tiny: tuple[Tiny, str]) -> None:
    for party in ("alfa", "bravo", "charlie"):
        assert findings(tiny[0], party) == []
