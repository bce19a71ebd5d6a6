"""A picture that was given is computed again from the log, by its originators and by oversight, and nobody else learns of it."""

from __future__ import annotations

import msgspec
import pytest

from fairlead.desk import halt, look, replay
from fairlead.desk.answer import Refused
from fairlead.desk.node import Node
from fairlead.desk.verify import verify_folder
from fairlead.door.cli import app
from fairlead.door.shell import guarded
from fairlead.envelope import decode
from fairlead.errors import BadFile, BadInput, UnknownCode
from fairlead.receipt.receipt import UseReceipt
from fairlead.store import ledger
from tests import nodes

OWNERS = {"isla": "isla-release", "kestrel": "kestrel-release"}
INSPECTOR = "assize-inspector"


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A night with a whole picture, a coarse one, one with changes, and a part, all given before the radar is suspended."""
    node = nodes.night(tmp_path_factory.mktemp("replay") / "n", parts=3)
    full = nodes.picture(node, "cell-analyst")
    nodes.picture(node, "support-watch")
    who = nodes.who(node, "cell-analyst", nodes.MONITOR)
    look.look(node, who, from_ms=nodes.at("00:00"), to_ms=nodes.at("02:10"), since_ms=nodes.at("01:00"))
    look.look(node, who, from_ms=nodes.at("00:00"), to_ms=nodes.at("02:10"), part=lambda body: body["banner"])
    halt.halt(node, nodes.who(node, "isla-release"), halt.Wish(feeds=("isla-radar",)))
    return node, full


def entries(node, party):
    with node.db.read() as tx:
        found = ledger.receipts(tx, party, newest=10_000, skip=0)
    return sorted(one.index for one in found if isinstance(one, UseReceipt) and one.recipe)


def again(node, person, entry, party=""):
    return nodes.value(replay.replay(node, nodes.who(node, person), entry, party=party))


def inspector(node):
    return next(code for code, one in sorted(node.coalition.people.items()) if one.units == ("assize-inspectors",))


@pytest.mark.parametrize("party", sorted(OWNERS))
def test_p6_every_picture_replays_to_its_digest_for_its_originator_also_after_a_suspension(stage, party):
    node, _ = stage
    found = [again(node, OWNERS[party], entry) for entry in entries(node, party)]
    assert len(found) == 4
    assert [one["result"] for one in found] == ["the same"] * 4
    assert [one["form"] for one in found] == ["full", "coarse", "full", "full"]
    assert [one["whole"] for one in found] == [True, True, True, False]
    assert all(one["computed"] == one["picture"] for one in found)
    assert all(one["whole"] == (one["output"] == one["picture"]) for one in found)


def test_p7_an_originator_is_told_of_its_own_sources_and_oversight_of_all(stage):
    node, _ = stage
    own, other = (again(node, OWNERS[party], entries(node, party)[0]) for party in ("isla", "kestrel"))
    assert {source["feed"] for source in own["sources"]} == {"isla-radar"}
    assert {source["feed"] for source in other["sources"]} == {"kestrel-ais", "kestrel-air"}
    assert "kestrel" not in str(own)
    everything = again(node, inspector(node), entries(node, "isla")[0], "isla")
    assert {source["feed"] for source in everything["sources"]} == {"isla-radar", "kestrel-ais", "kestrel-air"}


def test_p6_a_replay_leaves_a_receipt_and_the_logs_still_hold(stage):
    node, _ = stage
    before = nodes.sizes(node)
    again(node, OWNERS["isla"], entries(node, "isla")[0])
    after = nodes.sizes(node)
    assert after == {**before, "isla": before["isla"] + 1}
    assert {verdict.party: verdict.report.holds for verdict in verify_folder(node.root)}["isla"]


def test_p5_another_process_replays_to_the_same_digest(stage):
    node, _ = stage
    other = Node(node.root, clock=node.clock)
    try:
        assert again(other, OWNERS["isla"], entries(node, "isla")[0])["result"] == "the same"
    finally:
        other.close()


def test_a_person_without_the_role_and_another_party_learn_nothing(stage):
    node, _ = stage
    outcome = replay.replay(node, nodes.who(node, "cell-analyst"), entries(node, "isla")[0])
    assert isinstance(outcome, Refused)
    # an originator that names another's log gets its own
    assert again(node, OWNERS["kestrel"], entries(node, "kestrel")[0], "isla")["log"].endswith("/kestrel")


def test_what_is_no_picture_is_refused_with_what_to_do(stage):
    node, _ = stage
    who = nodes.who(node, OWNERS["isla"])
    with pytest.raises(BadInput, match="no picture"):
        replay.replay(node, who, 0)
    for entry in (-1, 10**9):
        with pytest.raises(UnknownCode, match="no such entry"):
            replay.replay(node, who, entry)


def test_a_picture_that_comes_out_another_is_told_and_so_is_why(stage, monkeypatch):
    node, _ = stage
    entry = entries(node, "isla")[0]
    true = replay.computed

    def forgetful(node, rows, window):
        seen = true(node, rows, window)
        return msgspec.structs.replace(seen, tracks=seen.tracks[1:])

    with monkeypatch.context() as patch:
        patch.setattr(replay, "computed", forgetful)
        assert again(node, OWNERS["isla"], entry)["result"] == "another"
    with monkeypatch.context() as patch:
        patch.setattr(node, "parameters", msgspec.structs.replace(node.parameters, plots_min=4))
        told = again(node, OWNERS["isla"], entry)
        assert told["result"] == "cannot tell"
        assert told["why"] == ["the parameters of the picture were changed since"]
    with monkeypatch.context() as patch:
        patch.setattr(replay, "engine", lambda: "0" * 64)
        assert "the engine is another now" in again(node, OWNERS["isla"], entry)["why"][0]


def test_p6_a_recipe_that_was_changed_or_is_gone_is_told(stage):
    node, _ = stage
    entry = entries(node, "isla")[0]
    with node.db.read() as tx:
        receipt = next(one for one in ledger.receipts(tx, "isla", newest=1000, skip=0) if one.index == entry)
    path = node.root / "recipes" / f"{receipt.recipe}.json"
    raw = path.read_bytes()
    assert decode(raw)["salt"]
    try:
        path.write_bytes(raw.replace(b'"full"', b'"part"'))
        with pytest.raises(BadFile, match="was changed"):
            again(node, OWNERS["isla"], entry)
        path.unlink()
        with pytest.raises(BadFile, match="is not here"):
            again(node, OWNERS["isla"], entry)
    finally:
        path.write_bytes(raw)


def test_the_same_picture_is_one_recipe_and_two_nodes_never_share_one(stage, tmp_path):
    node, _ = stage
    before = sorted(path.name for path in (node.root / "recipes").iterdir())
    first, second = (nodes.picture(node, "kestrel-release") for _ in range(2))
    assert first == second
    assert len(list((node.root / "recipes").iterdir())) <= len(before) + 1
    other = nodes.night(tmp_path / "other", keys=2)
    nodes.picture(other, "cell-analyst")
    assert not {path.name for path in (other.root / "recipes").iterdir()} & set(before)


def test_the_command_takes_an_entry_or_the_file_of_a_receipt(stage, capsys, monkeypatch, tmp_path):
    node, _ = stage
    entry = entries(node, "isla")[0]
    files = (path for path in sorted((node.root / "homes" / "isla" / "receipts").rglob("*")) if path.is_file())
    receipt = next(path for path in files if f'"index":{entry},' in _payload(path))
    for named in (str(entry), str(receipt)):
        monkeypatch.setattr("sys.argv", ["fairlead", "replay", named, "--as", "isla-release", "--node", str(node.root)])
        assert guarded(app) == 0
        assert "the same, to the byte" in capsys.readouterr().out
    broken = tmp_path / "receipt.json"
    broken.write_text("{}")
    for named, code in (("/nowhere", 3), (str(broken), 3)):
        monkeypatch.setattr("sys.argv", ["fairlead", "replay", named, "--as", "isla-release", "--node", str(node.root)])
        assert guarded(app) == code


def _payload(path):
    from fairlead.envelope import envelope_from_json

    return envelope_from_json(path.read_bytes()).payload_bytes.decode()
