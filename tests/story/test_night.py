"""The demo as its users see it: the story comes out, somebody else's count agrees, and no sabotage goes unnoticed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.story.recount import STEPS, recount

HERE = Path(__file__).parent
TOLD_S = 60


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=4 * TOLD_S, check=False)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    root = tmp_path_factory.mktemp("story") / "demo-node"
    return root, run("-m", "fairlead", "demo", "--headless", "--node", str(root))


def test_the_headless_demo_tells_the_whole_story_and_says_so(told):
    root, done = told
    steps = json.loads((root / "summary.json").read_text())
    assert done.returncode == 0, done.stdout + done.stderr
    assert [set(step) for step in steps] == [{"name", "ok", "what", "seconds"}] * len(STEPS)
    assert all(step["ok"] is True for step in steps)
    assert "Not claimed: what the support unit remembers from 02:13" in done.stdout


def test_an_independent_count_of_the_node_folder_derives_every_step(told):
    assert recount(told[0]) == [True] * len(STEPS)


def test_the_independent_count_imports_nothing_of_ours():
    assert "fairlead" not in (HERE / "recount.py").read_text().replace("hashlib", "").split('"""', 2)[2].lower()


@pytest.mark.parametrize("name", ["suspension-dropped", "wrong-key", "receipt-skipped"])
def test_a_sabotaged_demo_fails_and_the_independent_count_sees_it(tmp_path, name):
    root = tmp_path / "demo-node"
    done = run(str(HERE / "sabotaged.py"), name, str(root))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "NOT AS TOLD" in done.stdout
    assert not all(recount(root))


def test_telling_it_again_makes_a_new_node_and_a_folder_that_is_none_is_left_alone(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "letter").write_text("mine")
    done = run("-m", "fairlead", "demo", "--headless", "--node", str(tmp_path / "kept"))
    assert done.returncode == 4
    assert "left alone" in done.stderr
    assert (tmp_path / "kept" / "letter").read_text() == "mine"
