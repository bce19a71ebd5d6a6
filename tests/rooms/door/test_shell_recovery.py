"""What is said when a command finds entries that are not yet published: a crash is told, a server at work is not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from fairlead.desk.node import Node, serving
from fairlead.desk.read import read
from fairlead.door.shell import opened
from tests.rooms.desk.tiny import Tiny


@pytest.fixture
def pending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node with entries committed and not yet published, as between a server's commit and its files."""
    tiny = Tiny(tmp_path / "node")
    with monkeypatch.context() as broken:
        broken.setattr(Node, "publish", lambda _: 0)
        read(tiny.node, tiny.who("cutter-watch"), f"{random.Random(1).getrandbits(128):032x}")
    return tiny.root


def test_what_a_crash_left_is_published_and_said(pending: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(pending):
        pass
    assert "recovered: 3 entries" in capsys.readouterr().err
    with opened(pending):
        pass
    assert capsys.readouterr().err == ""


def test_what_a_living_server_was_about_to_publish_is_no_recovery(pending: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(pending), opened(pending) as node:
        assert node.publish() == 0
    assert capsys.readouterr().err == ""
