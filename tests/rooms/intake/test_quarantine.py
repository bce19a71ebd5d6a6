"""Rejected lines in their file: nothing lost, written anew each time, whole after a crash."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.errors import BadFile, LogFault
from fairlead.intake.quarantine import HEADER, Quarantine
from fairlead.intake.read import Reject

ONE = Reject(line=3, reason="time is not ISO 8601", text='a,"b"')


def _rows(path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def _write(folder, *rejects: Reject, more: Iterable[Reject] = (), feed: str = "hill-radar"):
    with Quarantine(folder, "plots.csv.gz", feed) as quarantine:
        for one in itertools.chain(rejects, more):
            quarantine.add([one])
    return quarantine


def test_rejects_are_kept_with_file_line_reason_and_text(tmp_path):
    quarantine = _write(tmp_path / "quarantine", ONE)
    assert quarantine.path.name == "plots.csv.gz-hill-radar.rejects.csv"
    assert _rows(quarantine.path) == [list(HEADER), ["plots.csv.gz", "3", ONE.reason, ONE.text]]
    assert [path.name for path in quarantine.path.parent.iterdir()] == [quarantine.path.name]


def test_reading_again_writes_anew_and_other_feeds_are_left_alone(tmp_path):
    _write(tmp_path, ONE, ONE)
    other = _write(tmp_path, ONE, feed="isle-radar")
    again = _write(tmp_path, ONE)
    assert (len(_rows(again.path)), len(_rows(other.path)), again.count) == (2, 2, 1)


def test_reading_again_without_a_reject_takes_the_old_file_away(tmp_path):
    path = _write(tmp_path, ONE).path
    _write(tmp_path)
    assert not path.exists()


def test_a_reading_that_breaks_off_keeps_what_it_rejected(tmp_path):
    def rejects() -> Iterator[Reject]:
        yield ONE
        raise BadFile("the gzip file is cut or damaged")

    with pytest.raises(BadFile):
        _write(tmp_path, more=rejects())
    assert len(_rows(tmp_path / "plots.csv.gz-hill-radar.rejects.csv")) == 2


def test_a_reading_that_breaks_off_before_a_reject_leaves_the_old_file(tmp_path):
    path = _write(tmp_path, ONE).path
    with pytest.raises(BadFile), Quarantine(tmp_path, "plots.csv.gz", "hill-radar"):
        raise BadFile("the gzip file is cut or damaged")
    assert path.exists()


def test_a_disk_that_does_not_take_it_is_said(tmp_path):
    (tmp_path / "quarantine").write_text("not a folder")
    with pytest.raises(LogFault, match="quarantine could not be written"):
        _write(tmp_path / "quarantine", ONE)


@given(st.lists(st.text(max_size=40).filter(lambda text: "\x00" not in text), max_size=5))
def test_any_text_comes_back_as_it_was(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("quarantine")
    quarantine = _write(folder, *(Reject(line=n, reason="r", text=text) for n, text in enumerate(texts)))
    if texts:
        assert [row[3] for row in _rows(quarantine.path)[1:]] == texts
