"""A packing killed at any change it makes to the disk: no row is lost, none stands twice, and the picture is the same to the byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead.desk.clock import SetClock
from fairlead.desk.node import Node
from fairlead.desk.observe import observe
from tests.faults.stage import AT_MS, OBSERVER, Copies, Zygote, ais_csv, make_night, verified
from tests.faults.test_killed_ingest import held

PICTURE = ("picture", "--as", "cell-analyst", "--purpose", "interdiction", "--json")
WINDOW = ("--from", "2020-06-30T00:00:00Z", "--to", "2020-06-30T02:10:00Z")
SEGMENTS = 4


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    """The night, with three small files more of the same feed."""
    night = make_night(tmp_path_factory.mktemp("compact") / "node")
    node = Node(night.root, clock=SetClock(AT_MS))
    for number in range(1, SEGMENTS):
        path = night.root / f"more-{number}.csv"
        path.write_text(ais_csv(first_min=10 * number - 9, last_min=10 * number - 2, step_s=20))
        observe(node, OBSERVER, path, "bravo-ais")
    node.close()
    one = Copies(night)
    yield one
    one.clear()


def files(root: Path) -> tuple[int, int]:
    """How many segments stand by themselves, and how many packs."""
    names = [path.name for path in (root / "segments").iterdir() if not path.name.endswith(".stated.parquet")]
    return sum(not name.startswith("pack-") for name in names), sum(name.startswith("pack-") for name in names)


@pytest.mark.parametrize("how", ["kill", "torn"])
def test_a_killed_packing_loses_nothing(how: str, many: Copies, zygote: Zygote) -> None:
    root = many.fresh()
    node = ("--node", str(root))
    rows, shown = held(root), zygote.run(*PICTURE, *WINDOW, *node)
    assert shown.code == 0, shown.err
    clean = zygote.run("compact", *node)
    assert clean.code == 0, clean.err
    assert files(root) == (0, 1)
    assert (held(root), zygote.run(*PICTURE, *WINDOW, *node).out) == (rows, shown.out)
    after = set()
    for at in range(1, clean.calls + 1):
        root = many.fresh()
        ended = zygote.run("compact", *node, at=at, how=how)
        assert ended.code == -9, at
        assert held(root) == rows, "before anything is put right"
        again = zygote.run(*PICTURE, *WINDOW, *node)
        assert again.out == shown.out, at
        assert held(root) == rows
        assert not list((root / "segments").glob("*.new"))
        after.add(files(root))
        assert zygote.run("compact", *node).code == 0
        assert files(root) == (0, 1)
        assert held(root) == rows
    assert after == {(SEGMENTS, 0), (0, 1)}, "packed or not; the next command removed what stood twice"
    verified(root)
