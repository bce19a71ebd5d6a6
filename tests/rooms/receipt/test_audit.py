"""P6: an untouched log holds; whatever is flipped, missing, swapped, cut, stale, forked or added is found and named."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.envelope import envelope_from_json, envelope_to_json, sign
from fairlead.errors import FairleadError
from fairlead.receipt.audit import Signatures, audit_log, check_receipt, entry_named
from fairlead.receipt.checkpoint import Checkpoint, sign_checkpoint
from fairlead.receipt.leaf import leaf_of
from fairlead.receipt.log_keys import only
from fairlead.receipt.rebuild import KEPT, Finding, rebuild
from fairlead.receipt.receipt import receipt_name, receipt_value
from fairlead.receipt.tiles import ENTRIES, WIDTH, Tile, bundle_bytes, leading_entries, tile_bytes
from fairlead.receipt.tree import HASH_BYTES, leaf_hash
from tests.rooms.receipt.folder import KEY, ORIGIN, STRANGER, Folder, checkpoint, files_of, folder, use

SMALL, LARGE = 40, 300


def flip(raw: bytes, at: int, bit: int = 0) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]


def tree_findings(files: dict[str, bytes], kept: bytes | None = None) -> tuple[Finding, ...]:
    return rebuild(files, keys=only(ORIGIN, KEY.public), kept=kept).findings


def entry_at(raw: bytes, at: int) -> int:
    """Which entry of a bundle the byte `at` belongs to."""
    ends = itertools.accumulate(2 + len(entry) for entry in leading_entries(raw)[0])
    return next(number for number, end in enumerate(ends) if at < end)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 40, 255, 256, 257, 300])
def test_p6_an_untouched_log_holds(size: int) -> None:
    log = folder(size)
    report = log.audit(kept=log.kept(size // 2))
    assert report.findings == ()
    assert report.holds
    assert (report.size, report.kept_size, report.receipts, report.files) == (size, size // 2, size, len(log.files))
    assert [receipt.index for receipt in report.uses] == list(range(0, size, 3))
    assert [receipt.index for receipt in report.refusals] == list(range(1, size, 3))
    assert report.covers == size - len(report.uses) - len(report.refusals)


def test_p6_without_a_kept_checkpoint_the_report_says_so() -> None:
    report = folder(SMALL).audit(kept=None)
    assert report.holds
    assert report.kept_size is None


def test_p6_each_byte_of_each_file_of_a_small_log_flipped_names_file_and_entry() -> None:
    log = folder(SMALL)
    for path, raw in log.files.items():
        for at in range(len(raw)):
            found = tree_findings({**log.files, path: flip(raw, at, at % 8)})
            assert [one.file for one in found] == [path], (path, at)
            if path.startswith("tile/entries/"):
                assert found[0].entry == entry_at(raw, at)
            elif path.startswith("tile/0/"):
                assert found[0].entry == at // HASH_BYTES


def test_p6_sampled_bytes_of_a_log_with_upper_levels_flipped_name_file_and_entry() -> None:
    log = folder(LARGE)
    for path, raw in log.files.items():
        for at in range(0, len(raw), max(1, len(raw) // 25)):
            found = tree_findings({**log.files, path: flip(raw, at, 3)})
            assert [one.file for one in found] == [path], (path, at)
            if path.startswith("tile/entries/"):
                assert found[0].entry == (256 if "001" in path else 0) + entry_at(raw, at)
            elif path == "tile/0/001.p/44":
                assert found[0].entry == 256 + at // HASH_BYTES
            elif path.startswith("tile/1/"):
                assert found[0].entry == 0


def test_p6_a_flip_is_found_by_the_whole_check_too_and_blames_no_receipt() -> None:
    log = folder(SMALL)
    for path, raw in log.files.items():
        if path != "checkpoint":
            for at in range(0, len(raw), max(1, len(raw) // 8)):
                report = log.with_file(path, flip(raw, at)).audit()
                assert {one.file for one in report.findings} == {path}
                assert report.receipts == SMALL


@pytest.mark.parametrize("index", [0, 1, 2])
def test_p6_each_byte_of_a_receipt_flipped_is_found(index: int) -> None:
    log = folder(SMALL)
    name, tree = receipt_name(index), rebuild(log.files, keys=only(ORIGIN, KEY.public), kept=None)
    raw = log.receipts[name]
    assert check_receipt(name, raw, keys=only(ORIGIN, KEY.public), log=tree).index == index
    for at in range(len(raw)):
        with pytest.raises(FairleadError):
            check_receipt(name, flip(raw, at, at % 8), keys=only(ORIGIN, KEY.public), log=tree)
    report = log.with_receipt(name, flip(raw, len(raw) // 2)).audit()
    assert [(one.file, one.entry) for one in report.findings] == [(name, index)]


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_p6_a_missing_or_cut_or_longer_file_is_named(size: int) -> None:
    log = folder(size)
    for path, raw in log.files.items():
        assert {one.file for one in tree_findings(log.without_file(path).files)} == {path}
        for changed in (b"", raw[:-1], raw[: len(raw) // 2], raw + b"\x00", raw + b"\n", raw[1:], raw + raw):
            assert {one.file for one in tree_findings({**log.files, path: changed})} == {path}, path


def test_p6_swapped_files_are_named() -> None:
    log = folder(600)
    for shelf in ("tile/entries", "tile/0"):
        one, other = f"{shelf}/000", f"{shelf}/001"
        swapped = {**log.files, one: log.files[other], other: log.files[one]}
        assert {found.file for found in tree_findings(swapped)} == {one, other}
    pair = {"checkpoint": log.files["tile/0/000"], "tile/0/000": log.files["checkpoint"]}
    assert "checkpoint" in {found.file for found in tree_findings({**log.files, **pair})}


def test_p6_swapped_receipts_are_named() -> None:
    log = folder(SMALL)
    one, other = receipt_name(3), receipt_name(4)
    report = log.with_receipt(one, log.receipts[other]).with_receipt(other, log.receipts[one]).audit()
    assert {found.file for found in report.findings} == {one, other}


def test_p6_swapped_entries_are_named_even_when_the_tiles_agree_with_them() -> None:
    leaves = list(folder(SMALL).leaves)
    leaves[5], leaves[6] = leaves[6], leaves[5]
    forged = {**files_of(tuple(leaves)), "checkpoint": folder(SMALL).files["checkpoint"]}
    assert {one.file for one in tree_findings(forged)} == {"checkpoint"}
    report = Folder(files=forged, receipts=folder(SMALL).receipts, leaves=()).audit()
    assert {receipt_name(5), receipt_name(6)} <= {one.file for one in report.findings}


def test_p6_a_missing_receipt_is_named() -> None:
    log = folder(SMALL)
    for index in (0, 17, SMALL - 1):
        name = receipt_name(index)
        rest = [(one, raw) for one, raw in log.receipts.items() if one != name]
        report = audit_log(log.files, origin=ORIGIN, key=KEY.public, kept=None, receipts=rest)
        assert [(one.file, one.entry) for one in report.findings] == [(name, index)]
        assert "missing" in report.findings[0].what


def test_p6_a_receipt_twice_is_named() -> None:
    log = folder(SMALL)
    copy = log.with_receipt("copy/000000006.json", log.receipts[receipt_name(6)]).audit()
    assert [(one.file, one.entry) for one in copy.findings] == [("copy/000000006.json", 6)]
    renamed = log.with_receipt(receipt_name(SMALL), log.receipts[receipt_name(6)]).audit()
    assert [one.file for one in renamed.findings] == [receipt_name(SMALL)]


def test_p6_a_receipt_that_was_never_logged_is_named() -> None:
    log = folder(SMALL)
    unlogged = envelope_to_json(sign("use-receipt", receipt_value(use(SMALL)), [KEY]))
    report = log.with_receipt(receipt_name(SMALL), unlogged).audit()
    assert [(one.file, one.entry) for one in report.findings] == [(receipt_name(SMALL), SMALL)]
    other = envelope_to_json(sign("use-receipt", receipt_value(use(6, unit="other")), [KEY]))  # signed by the log, but not its entry
    report = log.with_receipt(receipt_name(6), other).audit()
    assert [(one.file, one.entry) for one in report.findings] == [(receipt_name(6), 6)]


def test_p6_a_receipt_of_another_log_or_key_is_named() -> None:
    log, value = folder(SMALL), receipt_value(use(6, log="fairlead/test/other"))
    for envelope in (sign("use-receipt", value, [KEY]), sign("use-receipt", receipt_value(use(6)), [STRANGER])):
        report = log.with_receipt(receipt_name(6), envelope_to_json(envelope)).audit()
        assert [(one.file, one.entry) for one in report.findings] == [(receipt_name(6), 6)]
    logged = folder(1).leaves[:1], envelope_to_json(sign("use-receipt", receipt_value(use(1, log="fairlead/test/other")), [KEY]))
    leaves = (*logged[0], leaf_of(envelope_from_json(logged[1]), KEY.public))  # it even stands in this log, but says another
    mixed = Folder(files=files_of(leaves), receipts={**folder(1).receipts, receipt_name(1): logged[1]}, leaves=leaves)
    assert [(one.file, one.entry) for one in mixed.audit().findings] == [(receipt_name(1), 1)]
    both = envelope_to_json(sign("use-receipt", receipt_value(use(6)), [KEY, STRANGER]))
    assert not log.with_receipt(receipt_name(6), both).audit().holds


def test_p6_an_envelope_with_a_field_more_is_not_in_its_one_form() -> None:
    log, name = folder(SMALL), receipt_name(6)
    raw = log.receipts[name].replace(b'"signatures"', b'"payloadTypf":"x","signatures"')
    assert raw != log.receipts[name]
    report = log.with_receipt(name, raw).audit()
    assert [(one.file, one.entry) for one in report.findings] == [(name, 6)]
    envelope = envelope_from_json(log.receipts[name])
    nameless = log.receipts[name].replace(f'"keyid":"{envelope.signatures[0].keyid}",'.encode(), b"")
    assert not log.with_receipt(name, nameless).audit().holds


def test_p6_a_checkpoint_older_than_the_kept_one_is_named() -> None:
    log = folder(SMALL)
    report = folder(SMALL - 5).audit(kept=log.files["checkpoint"])
    assert [one.file for one in report.findings] == ["checkpoint"]
    assert "older" in report.findings[0].what


def test_p6_an_old_checkpoint_over_a_grown_folder_is_named() -> None:
    log = folder(SMALL)
    report = log.with_file("checkpoint", log.kept(SMALL - 1)).audit(kept=log.kept(SMALL - 1))
    assert not report.holds
    assert {"tile/entries/000.p/39", "tile/0/000.p/39", "tile/0/000.p/40"} <= {one.file for one in report.findings}


@pytest.mark.parametrize("forked_at", [0, 9, 18, 27])
def test_p6_a_forked_log_is_found_against_the_kept_checkpoint(forked_at: int) -> None:
    forked, kept = folder(SMALL, forked_at), folder(SMALL).kept(30)
    assert forked.audit().holds  # by itself it is a good log: only what was kept tells
    report = forked.audit(kept=kept)
    assert [one.file for one in report.findings] == ["checkpoint"]
    assert "another history" in report.findings[0].what
    broken = forked.with_file("tile/entries/000.p/40", b"").with_file("tile/0/000.p/40", b"")
    for log in (forked, broken):  # of the same size the two checkpoints alone contradict each other
        found = log.audit(kept=folder(SMALL).files["checkpoint"]).findings
        assert any(one.file == "checkpoint" and "same 40 entries" in one.what for one in found)


def test_p6_a_fork_after_the_kept_checkpoint_is_no_contradiction() -> None:
    assert folder(SMALL, 30).audit(kept=folder(SMALL).kept(30)).holds


def test_each_byte_of_the_kept_checkpoint_flipped_is_named() -> None:
    log, kept = folder(3), folder(3).kept(2)
    for at in range(len(kept)):
        assert [one.file for one in tree_findings(log.files, flip(kept, at, at % 8))] == [KEPT]


def test_p6_a_log_signed_by_somebody_else_is_nothing() -> None:
    log = folder(SMALL)
    report = audit_log(log.files, origin=ORIGIN, key=STRANGER.public, kept=None, receipts=tuple(log.receipts.items()))
    assert (report.size, report.root, report.receipts) == (0, "", 0)
    assert report.findings[0].file == "checkpoint"
    renamed = audit_log(log.files, origin="fairlead/test/other", key=KEY.public, kept=None, receipts=())
    assert [one.file for one in renamed.findings] == ["checkpoint"]


def test_p6_a_dishonest_size_is_named_and_not_walked() -> None:
    log = folder(3)
    told = Checkpoint(origin=ORIGIN, size=10**15, root=b"\x01" * 32)
    found = tree_findings({**log.files, "checkpoint": sign_checkpoint(told, KEY)})
    assert [one.file for one in found] == ["checkpoint"]


def test_a_signature_line_that_nobody_checked_is_named() -> None:
    log = folder(3)
    stranger = sign_checkpoint(Checkpoint(origin=ORIGIN, size=3, root=b"\x01" * 32), STRANGER).rpartition(b"\n\n")[2]
    found = tree_findings({**log.files, "checkpoint": log.files["checkpoint"] + stranger})
    assert [one.file for one in found] == ["checkpoint"]


@pytest.mark.parametrize(
    "path", ["x", "checkpoint.new", "tile/0/000", "tile/0/000.p/41", "tile/entries/001", "tile/1/000.p/1", "tile/x"]
)
def test_p6_a_file_that_does_not_belong_is_named(path: str) -> None:
    assert [one.file for one in folder(SMALL).with_file(path, b"").audit().findings] == [path]


def test_an_earlier_narrower_file_may_stay_when_the_present_one_begins_with_it() -> None:
    log = folder(LARGE)
    hashes = [leaf_hash(leaf) for leaf in log.leaves]
    narrow, bundle = Tile(level=0, number=1, width=9), Tile(level=ENTRIES, number=0, width=9)
    kept = log.with_file(narrow.path, tile_bytes(narrow, hashes)).with_file(bundle.path, bundle_bytes(log.leaves[:9]))
    assert kept.audit().holds
    for path in (narrow.path, bundle.path):
        raw = kept.files[path]
        changed = [flip(raw, at) for at in range(0, len(raw), max(1, len(raw) // 9))]
        for other in [*changed, raw + b"\x00", raw[:-1], b""]:
            assert [one.file for one in tree_findings({**kept.files, path: other})] == [path]


def test_entries_and_tiles_forged_together_do_not_help() -> None:
    log = folder(LARGE)
    leaves = (*log.leaves[:100], leaf_of(sign("use-receipt", receipt_value(use(100, unit="x")), [KEY]), KEY.public), *log.leaves[101:])
    forged = {**files_of(leaves), "checkpoint": log.files["checkpoint"]}
    report = Folder(files=forged, receipts=log.receipts, leaves=()).audit()
    assert {"checkpoint", receipt_name(100)} <= {one.file for one in report.findings}


@given(st.dictionaries(st.sampled_from([*folder(3).files, "x", "tile/0/001"]), st.binary(max_size=200)), st.binary(max_size=80))
@settings(max_examples=80, deadline=None)
def test_any_bytes_give_a_report_and_never_an_exception(files: dict[str, bytes], raw: bytes) -> None:
    report = audit_log(
        {**folder(3).files, **files}, origin=ORIGIN, key=KEY.public, kept=raw, receipts=[("a", raw), ("000000001.json", raw)]
    )
    assert not report.holds


def test_names_of_receipts() -> None:
    assert entry_named("isla/000000012.json") == 12
    assert entry_named(receipt_name(10**9)) == 10**9
    for name in ("", "12.json", "000000012.jsn", "0000000012.json", "000000012", "٠٠٠٠٠٠٠٠١.json", "-00000012.json"):
        assert entry_named(name) is None


def test_a_finding_speaks_plainly() -> None:
    assert str(Finding(file="tile/0/000", entry=3, what="is missing")) == "tile/0/000, entry 3: is missing"
    assert str(Finding(file="checkpoint", what="is missing")) == "checkpoint: is missing"
    assert WIDTH == 256
    assert checkpoint(()).startswith(f"{ORIGIN}\n0\n".encode())


@pytest.mark.parametrize("signatures", ["all", "none"])
def test_p6_each_byte_of_a_receipt_flipped_is_named_with_its_signature_checked_or_not(signatures: Signatures) -> None:
    log, name = folder(3), receipt_name(1)
    raw = log.receipts[name]
    for at in range(0, len(raw), 7):
        receipts = {**log.receipts, name: flip(raw, at, at % 8)}.items()
        report = audit_log(log.files, origin=ORIGIN, key=KEY.public, kept=None, receipts=receipts, signatures=signatures)
        assert [(one.file, one.entry) for one in report.findings] == [(name, 1)]
        assert report.signatures == (2 if signatures == "all" else 0)


def test_without_signatures_only_one_the_log_itself_holds_false_gets_past() -> None:
    true, value = folder(2), receipt_value(use(2))
    said = sign("use-receipt", value, [KEY])
    false = msgspec.structs.replace(said, signatures=(msgspec.structs.replace(said.signatures[0], sig="A" * 86 + "=="),))
    leaves = (*true.leaves, leaf_of(false, KEY.public))
    log = Folder(files=files_of(leaves), receipts={**true.receipts, receipt_name(2): envelope_to_json(false)}, leaves=leaves)
    for signatures, wanted in (("all", [receipt_name(2)]), ("none", [])):
        given = {"origin": ORIGIN, "key": KEY.public, "kept": None, "receipts": log.receipts.items(), "signatures": signatures}
        assert [one.file for one in audit_log(log.files, **given).findings] == wanted
    rootless = log.with_file("tile/0/000.p/3", b"").with_file("tile/entries/000.p/3", b"")
    given = {"origin": ORIGIN, "key": KEY.public, "kept": None, "receipts": log.receipts.items(), "signatures": "none"}
    found = audit_log(rootless.files, **given).findings
    assert receipt_name(2) in {one.file for one in found}, "without a root under the log's signature every signature is checked"
