"""The verb that makes a node, and what is left of one that was broken off: cleared away when it is surely that, and only then."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fairlead.desk import found as founding
from fairlead.desk.found import FOUNDING, found
from fairlead.desk.node import Node
from fairlead.errors import NodeError
from fairlead.intake.scenario import load_scenario
from fairlead.store.files import held_now

TINY = load_scenario("tiny")


def names(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir())


def broken_off(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A founding that fails after its keys and database were made."""

    def stop(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(founding, "_agree", stop)
        with pytest.raises(ZeroDivisionError):
            found(root, TINY)
    return root.with_name(root.name + ".founding")


def test_a_founding_that_was_broken_off_is_in_nobodys_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    side = broken_off(tmp_path / "node", monkeypatch)
    assert (side / "keys").is_dir()
    found(tmp_path / "node", TINY)
    assert names(tmp_path) == ["node"]
    assert FOUNDING not in names(tmp_path / "node")
    Node(tmp_path / "node").close()


def test_one_that_was_killed_is_in_nobodys_way(tmp_path: Path) -> None:
    side = tmp_path / "node.founding"
    script = "import sys, time; from pathlib import Path; from fairlead.desk import found as f; f._agree = lambda *_: time.sleep(60); "
    script += "from fairlead.intake.scenario import load_scenario; f.found(Path(sys.argv[1]), load_scenario('tiny'))"
    child = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "node")])
    try:
        for _ in range(600):
            if (side / "log").is_dir() or (side / "node.sqlite").is_file():
                break
            time.sleep(0.05)
        with pytest.raises(NodeError, match="going on"):
            found(tmp_path / "node", TINY)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    found(tmp_path / "node", TINY)
    assert names(tmp_path) == ["node"]


def test_an_empty_folder_of_that_name_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "node.founding").mkdir()
    found(tmp_path / "node", TINY)


@pytest.mark.parametrize("stranger", ["letter.txt", "homes2", "node.toml.bak"])
def test_a_folder_that_holds_anything_else_is_left_alone(tmp_path: Path, stranger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    side = broken_off(tmp_path / "node", monkeypatch)
    (side / stranger).write_text("mine")
    before = names(side)
    with pytest.raises(NodeError, match="in the way"):
        found(tmp_path / "node", TINY)
    assert names(side) == before
    assert not (tmp_path / "node").exists()


def test_what_has_no_lock_of_ours_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    side = broken_off(tmp_path / "node", monkeypatch)
    (side / FOUNDING).unlink()
    with pytest.raises(NodeError, match="in the way"):
        found(tmp_path / "node", TINY)
    (tmp_path / "other.founding").write_text("a file")
    with pytest.raises(NodeError, match="in the way"):
        found(tmp_path / "other", TINY)
    (tmp_path / "third.founding").symlink_to(side)
    with pytest.raises(NodeError, match="in the way"):
        found(tmp_path / "third", TINY)
    assert (side / "keys").is_dir()


def test_one_that_goes_on_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    side = broken_off(tmp_path / "node", monkeypatch)
    with held_now(side / FOUNDING) as alone:
        assert alone
        with pytest.raises(NodeError, match="going on"):
            found(tmp_path / "node", TINY)
    assert (side / "keys").is_dir()
