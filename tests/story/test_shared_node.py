"""The short story on a shared node: founded on PostgreSQL at the command line, fed, read, halted, verified; what is refused there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.stage import Zygote
from tests.postgres import Cluster, cluster
from tests.rooms.desk import tiny

Command = Callable[..., str]
PATROL = ("--purpose", "interdiction", "--operation", "patrol")
CUTTER = ("--as", "cutter-watch", *PATROL)
CELL = ("--as", "cell-analyst", *PATROL)


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture(scope="module")
def fairlead() -> Iterator[Command]:
    """A command: what it says, on its error stream when it was to fail."""
    zygote = Zygote()

    def run(*argv: str, code: int = 0) -> str:
        ended = zygote.run(*argv)
        assert ended.code == code, (argv, ended)
        assert "Traceback" not in ended.err
        return ended.out if code == 0 else ended.err

    yield run
    zygote.stop()


def test_p4_p6_the_short_story_on_a_shared_node(server: Cluster, fairlead: Command, tmp_path: Path) -> None:
    address, root = server.database(), tmp_path / "node"
    node = ("--node", str(root))
    fairlead("init", str(root), "--scenario", "tiny", "--database", address)
    assert not (root / "node.sqlite").exists()
    assert "postgresql+psycopg://" in (root / "node.toml").read_text()
    (tmp_path / "radar.csv").write_text(tiny.radar())
    (tmp_path / "ais.csv").write_text(tiny.ais())
    fairlead("ingest", str(tmp_path / "radar.csv"), "--feed", "alfa-radar", *node)
    fairlead("ingest", str(tmp_path / "ais.csv"), "--feed", "bravo-ais", *node)
    card = json.loads(fairlead("picture", *CELL, *node, "--json"))["picture"]["cards"][0]["id"]
    lead = json.loads(fairlead("lead", card, *CELL, *node, "--json"))["id"]
    assert json.loads(fairlead("leads", *CUTTER, *node, "--json"))["count"] == 1
    fairlead("read", lead, *CUTTER, *node)
    fairlead("suspend", "--as", "alfa-release", "--feed", "alfa-radar", *node)
    fairlead("read", lead, *CUTTER, *node, code=1)
    assert json.loads(fairlead("find", "", *CUTTER, *node, "--json"))["items"] == []
    verified = fairlead("verify", str(root))
    assert verified.count("0 findings") == 3
    assert "0 after it" in verified
    assert server.ask(address.split("@/")[1].partition("?")[0], "SELECT count(*) FROM holdings") == "3"


def test_a_shared_node_is_founded_on_an_empty_database_that_can_be_reached(server: Cluster, fairlead: Command, tmp_path: Path) -> None:
    address = server.database()
    fairlead("init", str(tmp_path / "one"), "--scenario", "tiny", "--database", address)
    said = fairlead("init", str(tmp_path / "two"), "--scenario", "tiny", "--database", address, code=4)
    assert "holds a node already" in said
    nowhere = f"postgresql+psycopg://fairlead:secret@/node?host={tmp_path}"
    said = fairlead("init", str(tmp_path / "two"), "--scenario", "tiny", "--database", nowhere, code=4)
    assert "cannot be reached" in said
    assert "secret" not in said
    assert "sqlite" in fairlead("init", str(tmp_path / "two"), "--scenario", "tiny", "--database", "sqlite:///x", code=3)
    assert "not the address" in fairlead("init", str(tmp_path / "two"), "--scenario", "tiny", "--database", "x", code=3)
    assert not (tmp_path / "two").exists()


def test_a_shared_node_whose_database_is_gone_says_so_and_gives_nothing(server: Cluster, fairlead: Command, tmp_path: Path) -> None:
    address, root = server.database(), tmp_path / "node"
    fairlead("init", str(root), "--scenario", "tiny", "--database", address)
    (root / "node.toml").write_text((root / "node.toml").read_text().replace("/node", "/other"))
    assert "cannot be reached" in fairlead("orders", "--as", "alfa-release", "--node", str(root), code=4)
    argv = [sys.executable, "-m", "fairlead", "orders", "--as", "alfa-release", "--node", str(root)]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False, env={**os.environ, "FAIRLEAD_DATABASE": address})
    assert ran.returncode == 0, "the environment says where it lies now"
    empty = {**os.environ, "FAIRLEAD_DATABASE": server.database()}
    ran = subprocess.run(argv, capture_output=True, text=True, check=False, env=empty)
    assert (ran.returncode, "holds no node" in ran.stderr) == (4, True)
