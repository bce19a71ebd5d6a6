"""Seeded histories of writers, crashes, restores and witnesses on the real code; and every stale snapshot put back in turn.

`FAIRLEAD_SEEDS=2000 pytest tests/faults/test_log_simulation.py` runs more. A seed that fails names itself.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from fairlead.desk import witnessing
from fairlead.desk.clock import SetClock
from fairlead.desk.found import found
from fairlead.desk.fsck import fsck, refill
from fairlead.desk.halt import Wish, halt
from fairlead.desk.node import Node
from fairlead.desk.read import read
from fairlead.desk.restored import check_place
from fairlead.desk.verify import verify_folder
from fairlead.errors import LogFault
from fairlead.intake.scenario import load_scenario
from fairlead.receipt.note import vkey
from tests.faults.stage import in_memory
from tests.model.log_world import ABSENT, Ended, World
from tests.rooms.desk.tiny import START_MS, Tiny, no, value

SEEDS = int(os.environ.get("FAIRLEAD_SEEDS", "12"))
STEPS = 22


@pytest.fixture(scope="module")
def origins(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tiny, Path]:
    """A founded node, and a partner of another name that witnesses."""
    folder = tmp_path_factory.mktemp("origins")
    tiny = Tiny(folder / "node")
    text = (Path(load_scenario.__code__.co_filename).parents[1] / "scenarios/tiny.toml").read_text()
    (folder / "partner.toml").write_text(text.replace('node = "tiny"', 'node = "partner"'))
    found(folder / "partner", load_scenario(str(folder / "partner.toml")), clock=SetClock(START_MS))
    return tiny, folder / "partner"


def test_no_history_of_crashes_restores_and_lying_witnesses_makes_two_logs(origins: tuple[Tiny, Path]) -> None:
    refused = refilled = whole = 0
    for seed in range(SEEDS):
        folder = Path(tempfile.mkdtemp(prefix="fairlead-sim-", dir=in_memory()))
        try:
            world = World(folder, *origins, seed)
            try:
                for _ in range(STEPS):
                    world.step()
                world.check()
                world.end()
                whole += 1
            except Ended:
                pass
            refused, refilled = refused + world.refused, refilled + world.refilled
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    assert whole >= SEEDS // 4, "most histories come to their end"
    assert refused, "some node was put back and refused"
    assert refilled, "some log was made whole again"


def test_every_stale_snapshot_put_back_signs_nothing_that_contradicts(origins: tuple[Tiny, Path], tmp_path: Path) -> None:
    """A history of ten steps, each cosigned; each earlier state of the whole folder put back in turn, with the partner as witness."""
    tiny, partner_folder = origins
    partner = Node(Path(shutil.copytree(partner_folder, tmp_path / "partner")), clock=SetClock(START_MS))
    root = Path(shutil.copytree(tiny.root, tmp_path / "node"))
    (root / witnessing.WITNESSES).write_text(f"witness w {witnessing.witness_vkey(partner)} http://partner\nquorum w\n")

    def send(url: str, body: bytes) -> tuple[int, str, bytes]:
        reply = witnessing.cosign_for(partner, body)
        return reply.status, reply.content_type, reply.body

    node = Node(root, clock=SetClock(START_MS))
    for log in node.logs.values():
        witnessing.watch_log(partner, vkey(log.origin, log.key.public))
    check_place(node, send)
    for step in range(10):
        no(read(node, tiny.who("port-custody"), ABSENT))
        if step == 6:
            value(halt(node, tiny.who("bravo-release", "", ""), Wish()))
        assert all(one.cosigned for one in witnessing.ask_witnesses(node, send))
        node.close()
        shutil.copytree(root, tmp_path / f"state-{step}")
        node = Node(root, clock=SetClock(START_MS))
    node.close()
    mirror = Path(shutil.copytree(root, tmp_path / "mirror"))
    newest = {path.parent.name: path.read_bytes() for path in (mirror / "log").glob("*/checkpoint")}
    for step in range(9):
        shutil.rmtree(root)
        shutil.copytree(tmp_path / f"state-{step}", root)
        node = Node(root, clock=SetClock(START_MS))
        node.recover()
        with pytest.raises(LogFault, match="a witness saw a larger tree"):
            check_place(node, send)
        with pytest.raises(LogFault, match="no witness says otherwise"):
            check_place(node, lambda url, body: (503, "", b"later"))
        back = refill(node, mirror)
        assert set(back.entries) == set(newest)
        assert back.events == (1 if step < 6 else 0), "the order that the restore took away is in force again"
        check_place(node, send)
        assert fsck(node) == []
        assert {path.parent.name: path.read_bytes() for path in (root / "log").glob("*/checkpoint")} == newest, "not one byte anew"
        with node.db.read() as tx:
            assert [one.originator for one in node.standing(tx).orders] == ["bravo"]
        assert [str(one) for verdict in verify_folder(root) for one in verdict.report.findings] == []
        node.close()
    partner.close()
