"""A purge killed at any change it makes to the disk: nothing is gone and the log says nothing, or the next command ends it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead.desk.clock import StoryClock
from fairlead.intake.scenario import parse_scenario, scenario_bytes
from tests.faults import stage
from tests.faults.stage import AT_MS, Copies, Zygote, make_night, verified

ARGV = ("purge", "--as", "bravo-air", "--feed", "bravo-ais", "--json")


@pytest.fixture(scope="module")
def kept_a_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    """The night of the tiny scenario, its AIS kept for a day: now it is two days later."""
    text = scenario_bytes("tiny")[1].decode()
    text = text.replace("\n[feeds.bravo-ais.label]", "retention_s = 86400\n\n[feeds.bravo-ais.label]")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "load_scenario", lambda _: parse_scenario(text.encode(), "tiny.toml"))
        night = make_night(tmp_path_factory.mktemp("purged") / "node")
    StoryClock(night.root / "clock.json").set(AT_MS + 2 * 86_400_000)
    one = Copies(night)
    yield one
    one.clear()


def bytes_left(root: Path) -> int:
    return len(list((root / "segments").iterdir()))


def stones(root: Path) -> int:
    return len(list((root / "homes" / "bravo" / "records").glob("segment-tombstone/*.json")))


@pytest.mark.parametrize("how", ["kill", "torn"])
def test_a_killed_purge_is_whole_or_not_at_all(how: str, kept_a_day: Copies, zygote: Zygote) -> None:
    root = kept_a_day.fresh()
    late = ("--node", str(root))
    clean = zygote.run(*ARGV, *late)
    assert clean.code == 0, clean.err
    assert [len(one["segments"]) for one in json.loads(clean.out)["feeds"]] == [1]
    assert (bytes_left(root), stones(root)) == (0, 1)
    seen = set()
    for at in range(1, clean.calls + 1):
        root = kept_a_day.fresh()
        ended = zygote.run(*ARGV, *late, at=at, how=how)
        assert (ended.code, ended.out) == (-9, ""), at
        again = zygote.run("orders", "--as", "bravo-release", "--json", *late)
        assert again.code == 0, again.err
        seen.add((bytes_left(root), stones(root)))
        verified(root)
        assert zygote.run(*ARGV, *late).code == 0
        assert (bytes_left(root), stones(root)) == (0, 1)
        verified(root)
    assert seen == {(2, 0), (0, 1)}, "the bytes are there and the log says nothing, or they are gone and it does"
