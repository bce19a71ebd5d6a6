"""Bundles: one file that proves chosen receipts with no node, and every way in which it can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairlead import errors
from fairlead.desk import bundle, witnessing
from fairlead.desk.bundle_check import anchors_of, check_bundle_file, checked_value
from fairlead.desk.halt import Wish, halt
from fairlead.desk.log_key import change_key
from fairlead.envelope import encode
from fairlead.receipt.log_keys import only
from fairlead.receipt.note import vkey
from fairlead.receipt.proof import check_proof, read_proof
from fairlead.receipt.tiles import parse_bundle
from tests.rooms.desk.tiny import Tiny, no, value


def made(tiny: Tiny, folder: Path, entries: str = "all") -> Path:
    path = folder / "bundle.json"
    path.write_text(value(bundle.make_bundle(tiny.node, tiny.who("bravo-release", "", ""), entries=entries))["bundle"])
    return path


def checked(tiny: Tiny, path: Path) -> Any:
    return check_bundle_file(path, anchors_of(trust=tiny.root / "homes/alfa/trust.json"), None)[0]


@pytest.fixture
def lived(tiny: Tiny) -> Tiny:
    """Data, an order, a change of key in between."""
    tiny.see("bravo-ais")
    value(change_key(tiny.node, tiny.who("charlie-release", "", ""), "bravo", reason="rotation", why="a year is over"))
    value(halt(tiny.node, tiny.who("bravo-release", "", ""), Wish()))
    return tiny


def test_a_bundle_proves_every_entry_under_both_keys_and_carries_the_records(lived: Tiny, tmp_path: Path) -> None:
    path = made(lived, tmp_path)
    found = checked(lived, path)
    assert found.holds, [str(one) for one in found.findings]
    assert found.anchored
    assert [one.index for one in found.receipts] == list(range(lived.sizes()["bravo"] - 1)), "all but the entry that records its making"
    records = json.loads(path.read_bytes())["records"]
    assert {"order", "grant", "key-event"} <= {one["payloadType"].split(".")[-1].split("+")[0] for one in records}


def test_making_a_bundle_is_recorded_and_is_for_the_party_and_oversight(lived: Tiny) -> None:
    with lived.logged(bravo=1):
        value(bundle.make_bundle(lived.node, lived.who("bravo-release", "", ""), entries="0"))
    assert lived.newest("bravo").act == "audit"
    no(bundle.make_bundle(lived.node, lived.who("cell-analyst"), entries="0"))
    own = value(bundle.make_bundle(lived.node, lived.who("bravo-release", "", ""), entries="0", party="alfa"))
    assert own["log"].endswith("/bravo"), "another party's is not to be had"


def test_no_key_the_reader_trusts_means_that_nobody_vouches_for_it(lived: Tiny, tmp_path: Path) -> None:
    path = made(lived, tmp_path, "1-3")
    assert checked(lived, path).anchored
    assert check_bundle_file(path, anchors_of(), None)[0].anchored == ""
    other = check_bundle_file(path, anchors_of(key=lived.node.logs["alfa"].key.public.text()), None)[0]
    assert "none of those you named" in str(other.findings[0])
    named = vkey(lived.node.logs["bravo"].origin, lived.node.logs["bravo"].key.public)
    assert check_bundle_file(path, anchors_of(key=named), None)[0].anchored
    assert checked_value(other, [])["holds"] is False  # type: ignore[index,call-overload]


def change(value: Any, at: tuple[Any, ...], new: Callable[[Any], Any]) -> None:
    for step in at[:-1]:
        value = value[step]
    value[at[-1]] = new(value[at[-1]])


FORGERIES: dict[str, tuple[tuple[Any, ...], Callable[[Any], Any]]] = {
    "another log": (("log",), lambda text: text.replace("bravo", "alfa")),
    "another first key": (("first_key",), lambda text: text[:-4] + ("AAA=" if text[-4:] != "AAA=" else "BBB=")),
    "no change of key": (("key_events",), lambda found: []),
    "a larger head": (("checkpoint",), lambda text: text.replace("\n", "\n1", 1)),
    "an entry moved": (("entries", 2, "index"), lambda index: index + 1),
    "another's proof": (("entries", 2, "proof"), lambda text: text.replace("index 2", "index 3")),
    "a path cut": (("entries", 2, "proof"), lambda text: text.replace(text.split("\n")[2] + "\n", "", 1)),
    "a payload changed": (("entries", 2, "receipt", "payload"), lambda text: text[:40] + ("A" if text[40] != "A" else "B") + text[41:]),
    "a signature changed": (
        ("entries", 2, "receipt", "signatures", 0, "sig"),
        lambda text: ("A" if text[0] != "A" else "B") + text[1:],
    ),
    "a receipt of another kind": (("entries", 2, "receipt", "payloadType"), lambda text: text.replace("use-receipt", "grant")),
    "an entry twice": (("entries",), lambda found: [*found, found[0]]),
    "a timestamp of rubbish": (("timestamps",), lambda found: ["%%%"]),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_bundle_does_not_hold(lived: Tiny, tmp_path: Path, forgery: str) -> None:
    path = made(lived, tmp_path)
    value_ = {"timestamps": [], **json.loads(path.read_bytes())}
    change(value_, *FORGERIES[forgery])
    if not value_["timestamps"]:
        del value_["timestamps"]
    if not value_["key_events"]:
        del value_["key_events"]
    path.write_bytes(encode(value_))
    assert not checked(lived, path).holds


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b'{"form":"fairlead-bundle/2"}', b"[" * 5000, b"null"])
def test_what_is_no_bundle_is_bad_input(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "file").write_bytes(raw)
    with pytest.raises(errors.BadInput):
        check_bundle_file(tmp_path / "file", anchors_of(), None)


@pytest.mark.parametrize("entries", ["", "x", "-1", "5-3", "999", "0-999", "1,,2", "²", "0" * 50, "1-2-3"])
def test_entries_that_are_none_are_bad_input(lived: Tiny, entries: str) -> None:
    with pytest.raises(errors.BadInput):
        bundle.make_bundle(lived.node, lived.who("bravo-release", "", ""), entries=entries)


def test_the_cosigned_head_is_used_where_it_covers_the_entries_and_its_quorum_is_asked(lived: Tiny, tmp_path: Path) -> None:
    rule = f"witness w {witnessing.witness_vkey(lived.node)} http://nowhere\nquorum w\n"
    (lived.root / witnessing.WITNESSES).write_text(rule)
    with lived.node.db.read() as tx:
        newest = {party: lived.node.keys_of(tx, party).newest for party in lived.node.logs}
    for party, log in lived.node.logs.items():
        witnessing.watch_log(lived.node, vkey(log.origin, newest[party]))

    def across(url: str, body: bytes) -> tuple[int, str, bytes]:
        reply = witnessing.cosign_for(lived.node, body)
        return reply.status, reply.content_type, reply.body

    assert all(one.cosigned for one in witnessing.ask_witnesses(lived.node, across))
    (tmp_path / "rule").write_text(rule)
    anchors = anchors_of(trust=lived.root / "homes/bravo/trust.json", rule=tmp_path / "rule")
    found = check_bundle_file(made(lived, tmp_path, "0-2"), anchors, None)[0]
    assert found.holds, found.findings
    assert [one.name for one in found.head.cosigned] == ["fairlead/tiny/witness"]  # type: ignore[union-attr]
    newer = check_bundle_file(made(lived, tmp_path, str(lived.sizes()["bravo"] - 1)), anchors, None)[0]
    assert "not cosigned by the quorum" in str(newer.findings[0])


def test_a_single_proof_verifies_with_the_published_entry(lived: Tiny) -> None:
    proof = read_proof(bundle.proof_of(lived.node, "alfa", 1))
    folder = next((lived.root / "log/alfa/tile/entries").glob("*.p/*"))
    entry = parse_bundle(folder.read_bytes(), int(folder.name))[1]
    log = lived.node.logs["alfa"]
    assert check_proof(proof, entry, only(log.origin, log.key.public)).checkpoint.size == lived.sizes()["alfa"]
    with pytest.raises(errors.BadInput):
        bundle.proof_of(lived.node, "alfa", 10**9)
    with pytest.raises(errors.BadInput):
        bundle.proof_of(lived.node, "nobody", 0)
