"""The monitor: a mirror that grows by what is fetched, every use held against the party's own terms, and a server that lies."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from fairlead import errors
from fairlead.desk import record, witnessing
from fairlead.desk.ask import Asker
from fairlead.desk.halt import Wish, halt
from fairlead.desk.look import look as see_picture
from fairlead.desk.monitor import Fetch, as_value, fetch_log, keep, look
from fairlead.desk.read import read
from fairlead.desk.served import secret_of, served
from fairlead.receipt.alarms import alarms
from fairlead.receipt.note import vkey
from fairlead.receipt.receipt import UseReceipt
from tests.rooms.desk.tiny import MINUTE_MS, START_MS, Tiny, no, value

ABSENT = "0" * 32


def own_mirror(tiny: Tiny, folder: Path, party: str = "bravo") -> Path:
    """A folder of the party's own, with nothing in it but what it trusts."""
    home = folder / "homes" / party
    home.mkdir(parents=True)
    shutil.copy(tiny.root / "homes" / party / "trust.json", home / "trust.json")
    return folder


def from_node(tiny: Tiny, party: str = "bravo") -> Fetch:
    """What the node serves, without a network between."""
    return lambda path: served(tiny.node, secret_of(tiny.node.logs[party].key), party, path)


@pytest.fixture
def busy(tiny: Tiny) -> Tiny:
    """A picture, a lead, a read, a refusal, an excluded use."""
    tiny.see("bravo-ais", "bravo-air")
    lead = tiny.lead()
    value(read(tiny.node, tiny.who("cutter-watch"), lead))
    no(read(tiny.node, tiny.who("port-custody"), lead))
    no(read(tiny.node, tiny.who("support-watch", "use_of_force_targeting"), lead))
    return tiny


def test_an_honest_node_shows_uses_refusals_and_the_excluded_use_and_nothing_wrong(busy: Tiny, tmp_path: Path) -> None:
    mirror = own_mirror(busy, tmp_path / "mirror")
    count = fetch_log(mirror, "bravo", from_node(busy))
    seen = look(mirror, "bravo", now_ms=START_MS)
    assert seen.holds, [str(one) for one in seen.verdict.report.findings]
    assert count == seen.verdict.report.size == busy.sizes()["bravo"]
    assert [one.kind for one in seen.alarms] == ["excluded_use", "refused"]
    assert {(line.unit, line.purpose) for line in seen.lines} >= {("cell", "interdiction"), ("cutter", "interdiction")}
    assert sum(line.uses for line in seen.lines) == sum(uses for *_, uses in seen.steps)
    told = as_value(seen)
    assert json.loads(json.dumps(told)) == told
    assert any(one["title"] == "bravo-ais, ais" for one in told["holdings"])  # type: ignore[index,union-attr,call-overload]


def test_a_mirror_grows_by_what_is_new_and_ends_byte_equal_to_the_log(busy: Tiny, tmp_path: Path) -> None:
    mirror = own_mirror(busy, tmp_path / "mirror")
    fetch_log(mirror, "bravo", from_node(busy))
    keep(mirror, look(mirror, "bravo", now_ms=0))
    asked: list[str] = []
    for turn in range(3):
        for _ in range(90):
            no(read(busy.node, busy.who("port-custody"), ABSENT))
        fetch = from_node(busy)
        assert fetch_log(mirror, "bravo", lambda path, fetch=fetch: (asked.append(path), fetch(path))[1]) == 90, turn  # type: ignore[misc,func-returns-value]
        keep(mirror, look(mirror, "bravo", now_ms=0))
    log = {path.relative_to(busy.root / "log/bravo").as_posix() for path in (busy.root / "log/bravo").rglob("*") if path.is_file()}
    assert log == {path.relative_to(mirror / "log/bravo").as_posix() for path in (mirror / "log/bravo").rglob("*") if path.is_file()}
    assert all((mirror / "log/bravo" / name).read_bytes() == (busy.root / "log/bravo" / name).read_bytes() for name in log)
    assert fetch_log(mirror, "bravo", from_node(busy)) == 0
    assert not [path for path in asked if path.startswith("records/grant")], "what is here is not fetched again"


LIES: dict[str, Callable[[str, bytes], bytes]] = {
    "a tile one byte other": lambda path, raw: flipped(raw) if path.startswith("tile/0") else raw,
    "a bundle one byte other": lambda path, raw: flipped(raw) if path.startswith("tile/entries") else raw,
    "a receipt one byte other": lambda path, raw: raw[:-9] + b"!" + raw[-8:] if path.startswith("tile/receipts") else raw,  # the newest
    "a head one byte other": lambda path, raw: flipped(raw) if path == "checkpoint" else raw,
    "a record one byte other": lambda path, raw: flipped(raw) if path.startswith("records/grant") else raw,
    "a tile cut": lambda path, raw: raw[:-32] if path.startswith("tile/0") else raw,
    "receipts cut": lambda path, raw: raw[:-1] if path.startswith("tile/receipts") else raw,
    "a list that climbs": lambda path, raw: b'[["..","../../trust"]]' if path == "records" else raw,
    "a list of numbers": lambda path, raw: b"[1,2]" if path == "records" else raw,
    "rubbish": lambda path, raw: b"\xff\x00rubbish",
}


def flipped(raw: bytes) -> bytes:
    return raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1 :]


@pytest.mark.parametrize("lie", LIES)
def test_a_server_that_lies_is_found_out(busy: Tiny, tmp_path: Path, lie: str) -> None:
    mirror, fetch = own_mirror(busy, tmp_path / "mirror"), from_node(busy)
    try:
        fetch_log(mirror, "bravo", lambda path: LIES[lie](path, fetch(path)))
    except errors.FairleadError:
        return
    assert not look(mirror, "bravo", now_ms=0).holds


@pytest.mark.parametrize("lie", LIES)
def test_what_a_server_lies_about_later_leaves_the_mirror_as_it_was(busy: Tiny, tmp_path: Path, lie: str) -> None:
    mirror, fetch = own_mirror(busy, tmp_path / "mirror"), from_node(busy)
    fetch_log(mirror, "bravo", fetch)
    head = (mirror / "log/bravo/checkpoint").read_bytes()
    no(read(busy.node, busy.who("port-custody"), ABSENT))
    try:
        fetch_log(mirror, "bravo", lambda path: LIES[lie](path, fetch(path)))
    except errors.FairleadError:
        assert (mirror / "log/bravo/checkpoint").read_bytes() == head
        assert look(mirror, "bravo", now_ms=0).holds
        return
    if lie != "a record one byte other":  # every record was here before, so none was asked for
        assert not look(mirror, "bravo", now_ms=0).holds


def test_a_shorter_log_and_another_history_are_kept_as_evidence(busy: Tiny, tmp_path: Path) -> None:
    mirror = own_mirror(busy, tmp_path / "mirror")
    older = shutil.copytree(busy.root, tmp_path / "older")
    fetch_log(mirror, "bravo", from_node(busy))
    no(read(busy.node, busy.who("port-custody"), ABSENT))
    fetch_log(mirror, "bravo", from_node(busy))
    shown = (older / "log/bravo/checkpoint").read_bytes()
    fetch = from_node(busy)
    with pytest.raises(errors.ProofFailed, match="another history"):
        fetch_log(mirror, "bravo", lambda path: shown if path == "checkpoint" else fetch(path))
    kept = sorted(path.name for path in (mirror / "homes/bravo/evidence").iterdir())
    assert len(kept) == 2
    assert (mirror / "homes/bravo/evidence" / kept[1]).read_bytes() == shown


def test_a_receipt_that_is_missing_or_there_twice_is_found(busy: Tiny, tmp_path: Path) -> None:
    mirror = own_mirror(busy, tmp_path / "mirror")
    fetch_log(mirror, "bravo", from_node(busy))
    folder = mirror / "homes/bravo/receipts/bravo"
    raw = (folder / "000000003.json").read_bytes()
    (folder / "000000003.json").unlink()
    assert [str(one) for one in look(mirror, "bravo", now_ms=0).verdict.report.findings] == [
        "000000003.json, entry 3: the receipt of this entry is missing"
    ]
    (folder / "000000003.json").write_bytes(raw)
    (folder / "000000900.json").write_bytes(raw)
    assert not look(mirror, "bravo", now_ms=0).holds


def test_a_use_that_rests_on_nothing_or_on_what_was_not_agreed_raises_an_alarm(busy: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = record.write

    def naming(*names: str) -> Callable[..., None]:
        def write(*args: object, **more: object) -> None:
            asked = args[3]
            if asked.request.act == "picture":  # type: ignore[attr-defined]
                more["agreements"] = names
            honest(*args, **more)  # type: ignore[arg-type]

        return write

    for names in ((), ("bravo-support",), ("no-such-agreement",)):
        monkeypatch.setattr(record, "write", naming(*names))
        value(see_picture(busy.node, busy.who("cell-analyst")))
    monkeypatch.undo()
    seen = look(busy.root, "bravo", now_ms=START_MS)
    assert [one.kind for one in seen.alarms if one.kind in ("no_grant", "outside_grant")] == [
        "no_grant",
        "outside_grant",
        "outside_grant",
    ]
    assert "does not name cell" in seen.alarms[1].what
    assert "no-such-agreement did not stand then" in seen.alarms[2].what


@pytest.mark.parametrize(("minutes", "words"), [(120, "120 minutes behind that of entry"), (-120, "120 minutes behind that of entry")])
def test_a_clock_two_hours_off_is_told_in_either_direction(busy: Tiny, minutes: int, words: str) -> None:
    aims = busy.who("support-watch", "use_of_force_targeting")  # told to every originator
    busy.clock.at_ms += minutes * MINUTE_MS
    no(read(busy.node, aims, ABSENT))
    if minutes > 0:
        busy.clock.at_ms -= minutes * MINUTE_MS
        no(read(busy.node, aims, ABSENT))
    found = [one for one in look(busy.root, "bravo", now_ms=0).alarms if one.kind == "clock"]
    assert len(found) == 1
    assert words in found[0].what


def test_an_instant_ahead_of_the_reader_or_of_a_witness_is_told(busy: Tiny) -> None:
    report = look(busy.root, "bravo", now_ms=0).verdict.report
    uses: list[UseReceipt] = [msgspec.structs.replace(one, clock="system") for one in report.uses]

    def told(now_ms: int, seen: tuple[int, int] | None) -> list[str]:
        return [one.what for one in alarms(uses, [], terms=[], overrides={}, now_ms=now_ms, seen=seen) if one.kind == "clock"]

    late = max(one.at_ms for one in uses)
    assert told(late, None) == told(0, (report.size, late)) == []
    assert any("120 minutes ahead of yours" in one for one in told(late - 120 * MINUTE_MS, None))
    assert any("120 minutes ahead of the witness" in one for one in told(0, (report.size, late - 120 * MINUTE_MS)))


def test_an_order_and_the_quorum_of_witnesses_are_a_part_of_the_look(busy: Tiny, tmp_path: Path) -> None:
    value(halt(busy.node, busy.who("bravo-release", "", ""), Wish()))
    mirror = own_mirror(busy, tmp_path / "mirror")
    quorum = f"witness w {witnessing.witness_vkey(busy.node)}\nquorum w\n"
    (mirror / "homes/bravo" / witnessing.WITNESSES).write_text(quorum)
    fetch_log(mirror, "bravo", from_node(busy))
    assert [str(one) for one in look(mirror, "bravo", now_ms=0).verdict.report.findings] == [
        "cosigned: no head was cosigned by enough witnesses"
    ]
    (busy.root / witnessing.WITNESSES).write_text(quorum.replace("\nquorum", " http://nowhere\nquorum"))
    for log in busy.node.logs.values():
        witnessing.watch_log(busy.node, vkey(log.origin, log.key.public))

    def across(url: str, body: bytes) -> tuple[int, str, bytes]:
        reply = witnessing.cosign_for(busy.node, body)
        return reply.status, reply.content_type, reply.body

    witnessing.ask_witnesses(busy.node, across)
    fetch_log(mirror, "bravo", from_node(busy))
    seen = look(mirror, "bravo", now_ms=0)
    assert seen.holds, [str(one) for one in seen.verdict.report.findings]
    assert seen.verdict.report.cosigned_by == ("fairlead/tiny/witness",)
    assert [(halted.entry, len(halted.after)) for halted in seen.verdict.halts] == [(seen.verdict.halts[0].entry, 0)]


@pytest.mark.parametrize(
    "path", ["", "..", "trust.json", "../alfa/checkpoint", "records/../trust.json", "tile/0/999", "receipts/000000000.json", "x" * 300]
)
def test_nothing_but_the_log_is_served_and_every_wrong_address_is_the_same(busy: Tiny, path: str) -> None:
    secret = secret_of(busy.node.logs["bravo"].key)
    said = set()
    for own, party, name in (
        (secret, "bravo", path),
        ("0" * 32, "bravo", "checkpoint"),
        (secret, "alfa", "checkpoint"),
        (secret, "nobody", "checkpoint"),
    ):
        with pytest.raises(errors.BadInput) as caught:
            served(busy.node, own, party, name)
        said.add(str(caught.value))
    assert len(said) == 1


def test_the_look_is_for_the_party_and_for_oversight(busy: Tiny) -> None:
    from fairlead.desk.monitor import watched

    assert value(watched(busy.node, busy.who("bravo-release", "", "")))["party"] == "bravo"
    assert value(watched(busy.node, busy.who("bravo-release", "", ""), party="alfa"))["party"] == "bravo", "not another's"
    no(watched(busy.node, Asker(person="cell-analyst", unit="cell", purpose="", operation="")))
