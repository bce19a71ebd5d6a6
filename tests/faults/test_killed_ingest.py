"""A long ingest killed between and inside its chunks: whole chunks stay, and a second run ends with what one clean run has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fairlead.desk.node import Node
from fairlead.intake.read import CHUNK_LINES
from fairlead.intake.segment_file import read_segment, segment_path
from fairlead.report.detection import digests_of, stack
from fairlead.store import holdings
from tests.faults.stage import Copies, Zygote, verified

LINES = 2 * CHUNK_LINES + 500


def long_file(path: Path) -> Path:
    rows = [f"99900{n % 1000:04d},2020-06-30T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d},22.5,-77.5,5.0,90.0" for n in range(LINES)]
    path.write_text("\n".join(["MMSI,BaseDateTime,LAT,LON,SOG,COG", *rows, "junk"]) + "\n")
    return path


def held(root: Path) -> list[bytes]:
    node = Node(root)
    with node.db.read() as tx:
        ids = sorted(holdings.with_segments(tx))
    node.close()
    return sorted(name.encode() for name in digests_of("any", stack([read_segment(segment_path(root, one)) for one in ids])))


@pytest.fixture(scope="module")
def clean(copies: Copies, zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, list[bytes]]:
    path = long_file(tmp_path_factory.mktemp("long") / "long.csv")
    root = copies.fresh()
    ended = zygote.run("ingest", str(path), "--feed", "bravo-ais", "--node", str(root))
    assert ended.code == 0, ended.err
    return path, ended.calls, held(root)


@pytest.mark.parametrize("share", [0.2, 0.75])
def test_a_killed_ingest_run_again_holds_what_one_clean_run_holds(share, clean, copies: Copies, zygote: Zygote):
    path, calls, expected = clean
    root = copies.fresh()
    argv = ("ingest", str(path), "--feed", "bravo-ais", "--json", "--node", str(root))
    ended = zygote.run(*argv, at=int(calls * share), how="torn")
    assert (ended.code, ended.out) == (-9, "")
    again = zygote.run(*argv)
    assert again.code == 0, again.err
    count = json.loads(again.out)
    assert count["kept"] + count["duplicate"] == LINES
    assert count["duplicate"] in (0, CHUNK_LINES - 1, 2 * CHUNK_LINES - 1, LINES)  # whole chunks; the first line is the header
    assert held(root) == expected
    assert (root / count["quarantine"]).read_text().count("\n") == 2
    assert not list(root.rglob("*.new"))
    verified(root)
