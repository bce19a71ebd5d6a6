"""Receipts checked by several processes: the same report as by one, whatever was spoiled; and a folder read file by file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fairlead.desk import receipts as reading
from fairlead.desk.receipts import Files, checked
from fairlead.receipt.audit import LogReport, audit_log, report_of, signed_from
from fairlead.receipt.log_keys import only
from fairlead.receipt.rebuild import rebuild
from fairlead.receipt.receipt import receipt_name
from tests.rooms.receipt.folder import KEY, ORIGIN, Folder, folder
from tests.rooms.receipt.test_audit import flip

SIZE = 300


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PART", 64)
    monkeypatch.setattr(reading, "ALONE_TO", 64)


def on_disk(log: Folder, root: Path) -> tuple[Path, Path]:
    for below, those in (("log", log.files), ("receipts", log.receipts)):
        for name, raw in those.items():
            path = root / below / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
    return root / "log", root / "receipts"


def judged(log: Folder, root: Path, processes: int) -> LogReport:
    files, delivered = on_disk(log, root)
    keys = only(ORIGIN, KEY.public)
    rebuilt = rebuild(Files(files), keys=keys, kept=None)
    parts = checked(delivered, keys=keys, log=rebuilt, checked_to=signed_from(rebuilt, "all"), processes=processes)
    return report_of(rebuilt, parts, origin=ORIGIN, files=len(Files(files)))


def spoiled() -> Folder:
    """One of each: a flipped byte, a missing receipt, two that changed places, one too many, a name that is none."""
    log = folder(SIZE)
    receipts = dict(log.receipts)
    receipts[receipt_name(7)] = flip(receipts[receipt_name(7)], 900)
    del receipts[receipt_name(70)]
    receipts[receipt_name(130)], receipts[receipt_name(200)] = receipts[receipt_name(200)], receipts[receipt_name(130)]
    receipts[receipt_name(SIZE)] = receipts[receipt_name(1)]
    receipts["x"] = receipts[receipt_name(2)]
    return Folder(files=log.files, receipts=receipts, leaves=log.leaves)


@pytest.mark.usefixtures("small_parts")
def test_p6_several_processes_find_what_one_finds(tmp_path: Path) -> None:
    for number, log in enumerate((folder(SIZE), spoiled())):
        by_one, by_two = (judged(log, tmp_path / f"{number}-{many}", many) for many in (1, 2))
        in_memory = audit_log(log.files, origin=ORIGIN, key=KEY.public, kept=None, receipts=sorted(log.receipts.items()))
        assert by_one == by_two == in_memory
        assert by_one.holds == (number == 0)
    named = {one.file for one in by_two.findings}
    assert named == {*(receipt_name(index) for index in (7, 70, 130, 200, SIZE)), "x"}
    assert (by_two.receipts, by_two.signatures) == (SIZE - 4, SIZE - 4)


def test_p6_a_part_that_waits_its_turn_is_read_too(tmp_path: Path, small_parts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AHEAD", 1)
    report = judged(folder(SIZE), tmp_path, 2)
    assert (report.holds, report.receipts) == (True, SIZE)


def ended(*_: object) -> bytes:
    """What a process does that somebody ends."""
    os._exit(1)


@pytest.mark.usefixtures("small_parts")
def test_p6_when_processes_that_help_are_ended_nothing_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_apart", ended)
    for number, log in enumerate((folder(SIZE), spoiled())):
        assert judged(log, tmp_path / str(number), 2) == judged(log, tmp_path / str(number), 1)


@pytest.mark.usefixtures("small_parts")
def test_p6_several_processes_against_a_log_without_its_root(tmp_path: Path) -> None:
    log = folder(SIZE)
    for path in ("tile/0/000", "tile/entries/000"):
        log = log.with_file(path, flip(log.files[path], 100))
    by_one, by_two = (judged(log, tmp_path / str(many), many) for many in (1, 2))
    assert by_one == by_two
    assert receipt_name(0) in {one.file for one in by_two.findings}


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    log = folder(SIZE)
    files = Files(on_disk(log, tmp_path)[0])
    assert dict(files) == log.files
    assert len(files) == len(log.files)
    assert "tile/0/999" not in files
    assert files.get("tile/0/999") is None
    assert dict(Files(tmp_path / "none")) == {}
