"""A log's key changes while others write: what the old one signed keeps verifying, nothing is signed by it again."""

from __future__ import annotations

import pytest

from fairlead import errors
from fairlead.desk.log_key import change_key
from fairlead.desk.read import read
from fairlead.desk.verify import verify_folder
from fairlead.envelope import envelope_from_json
from fairlead.store import ledger
from tests.rooms.desk.tiny import PARTIES, Tiny, no, value

ABSENT = "0" * 32


def holds(tiny: Tiny) -> None:
    for verdict in verify_folder(tiny.root):
        assert verdict.report.holds, [str(one) for one in verdict.report.findings]


def signers(tiny: Tiny, party: str) -> list[str]:
    """Key id of each receipt, in order."""
    folder = tiny.root / "homes" / party / "receipts" / party
    return [envelope_from_json(path.read_bytes()).signatures[0].keyid for path in sorted(folder.iterdir())]


@pytest.mark.parametrize("reason", ["rotation", "compromise"])
def test_after_a_change_the_new_key_signs_and_every_log_verifies(tiny: Tiny, reason: str) -> None:
    other = tiny.opened()  # another process, which opened the node before
    old = tiny.node.logs["alfa"].key.public.keyid
    told = value(change_key(tiny.node, tiny.who("charlie-release", "", ""), "alfa", reason=reason, why="told so"))  # type: ignore[arg-type]
    for node in (tiny.node, other):
        no(read(node, tiny.who("port-custody"), ABSENT))
    keys = signers(tiny, "alfa")
    assert keys[: told["from_size"]] == [old] * told["from_size"]
    assert len(set(keys[told["from_size"] :])) == 1
    assert old not in keys[told["from_size"] :]
    holds(tiny)
    again = value(change_key(other, tiny.who("charlie-release", "", ""), "alfa", reason="rotation", why="once more"))
    no(read(tiny.node, tiny.who("port-custody"), ABSENT))
    assert again["from_size"] > told["from_size"]
    assert len(set(signers(tiny, "alfa"))) == 3
    holds(tiny)
    tiny.opened().recover()


def test_only_a_releasing_officer_of_the_operating_party_may_and_must_say_why(tiny: Tiny) -> None:
    with tiny.logged(alfa=1, bravo=1, charlie=1):
        no(change_key(tiny.node, tiny.who("alfa-release", "", ""), "alfa", reason="rotation", why="mine"))
    with tiny.logged(alfa=1, bravo=1, charlie=1):
        no(change_key(tiny.node, tiny.who("cell-analyst", "", ""), "alfa", reason="rotation", why="mine"))
    with tiny.logged(), pytest.raises(errors.BadInput):
        change_key(tiny.node, tiny.who("charlie-release", "", ""), "alfa", reason="rotation", why=" ")
    with tiny.logged(), pytest.raises(errors.UnknownCode):
        change_key(tiny.node, tiny.who("charlie-release", "", ""), "nobody", reason="rotation", why="x")


def test_a_reader_without_the_event_does_not_believe_the_new_key(tiny: Tiny) -> None:
    value(change_key(tiny.node, tiny.who("charlie-release", "", ""), "alfa", reason="rotation", why="told so"))
    for path in (tiny.root / "homes/alfa/records/key-event").iterdir():
        path.unlink()
    (verdict,) = verify_folder(tiny.root, only="alfa")
    assert "no known key signed the note" in str(verdict.report.findings[0])


def test_a_change_that_is_not_kept_changes_nothing(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise errors.LogFault("no space is left")

    monkeypatch.setattr(ledger, "rekey", broken)
    sizes = tiny.sizes()
    with pytest.raises(errors.LogFault):
        change_key(tiny.node, tiny.who("charlie-release", "", ""), "alfa", reason="rotation", why="told so")
    monkeypatch.undo()
    assert tiny.sizes() == sizes
    no(read(tiny.node, tiny.who("port-custody"), ABSENT))
    assert {party: len(set(signers(tiny, party))) for party in PARTIES} == dict.fromkeys(PARTIES, 1)
    holds(tiny)
