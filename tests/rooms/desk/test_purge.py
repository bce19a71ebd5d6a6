"""Retention: past it nobody reads a segment, a purge takes its bytes and nothing else, and every log still holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fairlead import errors
from fairlead.desk.look import look
from fairlead.desk.node import Node
from fairlead.desk.observe import Count, observe
from fairlead.desk.purge import KIND, purge, purge_preview
from fairlead.desk.verify import verify_folder
from fairlead.door.cli import app
from fairlead.door.shell import guarded
from fairlead.envelope import decode, envelope_from_json
from fairlead.intake.scenario import parse_scenario, scenario_bytes
from tests.rooms.desk import tiny as tinies
from tests.rooms.desk.tiny import START_MS, Tiny, no, stamp, value

DAY_MS = 86_400_000
AIR = "bravo-air"


def kept_for_a_day(_: str = "") -> Any:
    text = scenario_bytes("tiny")[1].decode()
    assert text.count("\n[feeds.bravo-ais.label]") == 1
    return parse_scenario(
        text.replace("\n[feeds.bravo-ais.label]", "retention_s = 86400\n\n[feeds.bravo-ais.label]").encode(), "tiny.toml"
    )


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """A tiny node whose AIS ends after a day; its radar never does."""
    monkeypatch.setattr(tinies, "load_scenario", kept_for_a_day)
    return Tiny(tmp_path / "node").see()


def files(tiny: Tiny) -> set[str]:
    return {path.name for path in (tiny.root / "segments").iterdir()}


def gone(outcome: object) -> dict[str, int]:
    return {one["feed"]: len(one["segments"]) for one in value(outcome)["feeds"]}  # type: ignore[arg-type]


def feeds_seen(tiny: Tiny) -> set[str]:
    asked = look(tiny.node, tiny.who("cell-analyst"), from_ms=START_MS - 2 * 3_600_000, to_ms=START_MS)
    return {one["name"] for one in value(asked)["picture"]["feeds"]}


def test_nothing_goes_before_its_time(tiny: Tiny) -> None:
    before = files(tiny)
    with tiny.logged():
        assert gone(purge(tiny.node, tiny.who(AIR))) == {"bravo-air": 0, "bravo-ais": 0}
    tiny.clock.at_ms = START_MS + DAY_MS - 5 * 60_000 - 1  # the last message is of 02:05
    with tiny.logged():
        assert gone(purge(tiny.node, tiny.who(AIR)))["bravo-ais"] == 0
    assert files(tiny) == before


def test_a_dry_run_lists_what_a_purge_takes_and_changes_nothing(tiny: Tiny) -> None:
    tiny.clock.at_ms = START_MS + 2 * DAY_MS
    before = files(tiny)
    with tiny.logged():
        would = value(purge_preview(tiny.node, tiny.who(AIR), feed="bravo-ais"))
    assert files(tiny) == before
    with tiny.logged(bravo=1):
        did = value(purge(tiny.node, tiny.who(AIR), feed="bravo-ais"))
    assert did["feeds"] == would["feeds"]
    assert did["feeds"][0]["bytes"] > 500
    assert len(before) - len(files(tiny)) == 2, "detections and statements"


def test_what_was_purged_is_in_no_later_look_and_every_log_still_holds(tiny: Tiny) -> None:
    assert feeds_seen(tiny) == {"alfa-radar", "bravo-ais", "bravo-air"}
    lead = tiny.lead()
    tiny.clock.at_ms = START_MS + 2 * DAY_MS
    ended = feeds_seen(tiny)
    assert ended == {"alfa-radar", "bravo-air"}, "the gate gives it to nobody already"
    value(purge(tiny.node, tiny.who(AIR)))
    assert feeds_seen(tiny) == ended
    assert lead
    for verdict in verify_folder(tiny.root):
        assert verdict.report.holds, verdict.report.findings
    (stone,) = (tiny.root / "homes" / "bravo" / "records" / KIND).iterdir()
    said = decode(envelope_from_json(stone.read_bytes()).payload_bytes)
    assert isinstance(said, dict)
    (one,) = said["segments"]  # type: ignore[misc,union-attr]
    manifest = tiny.root / "homes" / "bravo" / "records" / "segment-manifest" / f"{one['manifest']}.json"  # type: ignore[index,call-overload]
    assert decode(envelope_from_json(manifest.read_bytes()).payload_bytes)["digest"] == one["digest"]  # type: ignore[index,call-overload]


def test_a_tombstone_that_is_taken_away_is_found_missing(tiny: Tiny) -> None:
    tiny.clock.at_ms = START_MS + 2 * DAY_MS
    value(purge(tiny.node, tiny.who(AIR)))
    (stone,) = (tiny.root / "homes" / "bravo" / "records" / KIND).iterdir()
    kept = stone.read_bytes()
    stone.unlink()
    found = verify_folder(tiny.root, only="bravo")[0].report.findings
    assert any("segment-tombstone of this entry is missing" in one.what for one in found)
    again = tiny.opened()
    again.recover()
    again.close()
    assert stone.read_bytes() == kept, "the next command delivers it again"


def test_a_second_purge_takes_only_what_came_since(tiny: Tiny) -> None:
    tiny.clock.at_ms = START_MS + 2 * DAY_MS
    assert gone(purge(tiny.node, tiny.who(AIR)))["bravo-ais"] == 1
    with tiny.logged():
        assert gone(purge(tiny.node, tiny.who(AIR)))["bravo-ais"] == 0
    late = tiny.root / "late.csv"
    late.write_text(f"{tinies.AIS_HEAD}\n299000009,{stamp(3)},23.4,-76.9,0.5,0.0,70,0,90,\n")
    count = observe(tiny.node, tiny.who(AIR), late, "bravo-ais")
    assert isinstance(count, Count)
    assert count.kept == 1, "late beyond its retention: kept, given to nobody, and taken by the next purge"
    assert "bravo-ais" not in feeds_seen(tiny)
    assert gone(purge(tiny.node, tiny.who(AIR)))["bravo-ais"] == 1
    assert all(verdict.report.holds for verdict in verify_folder(tiny.root))


def test_only_who_may_bring_a_feed_in_may_purge_it(tiny: Tiny) -> None:
    tiny.clock.at_ms = START_MS + 2 * DAY_MS
    before = files(tiny)
    for person in ("cell-analyst", "bravo-release", "inspector", "nobody"):
        no(purge(tiny.node, tiny.who(person)))
        no(purge_preview(tiny.node, tiny.who(person)))
    no(purge(tiny.node, tiny.who("alfa-sensor"), feed="bravo-ais"))
    assert gone(purge(tiny.node, tiny.who("alfa-sensor"))) == {"alfa-radar": 0}
    with pytest.raises(errors.UnknownCode):
        purge(tiny.node, tiny.who(AIR), feed="no-such-feed")
    assert files(tiny) == before


@pytest.mark.parametrize("after", ["commit", "one file"])
def test_a_purge_killed_before_its_bytes_are_gone_is_finished_by_the_next_command(
    tiny: Tiny, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.clock.at_ms = START_MS + 2 * DAY_MS
    before = files(tiny)

    def stopped(node: Node, due: Any) -> None:
        if after == "one file":
            (node.root / "segments" / f"{next(iter(due)).id}.parquet").unlink()
        raise KeyboardInterrupt

    monkeypatch.setattr("fairlead.desk.purge._remove", stopped)
    with pytest.raises(KeyboardInterrupt):
        purge(tiny.node, tiny.who(AIR))
    assert len(before) - len(files(tiny)) == (after == "one file")
    again = tiny.opened()
    again.recover()
    again.close()
    assert len(before) - len(files(tiny)) == 2
    assert all(verdict.report.holds for verdict in verify_folder(tiny.root))


def test_the_command_says_what_goes(tiny: Tiny, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    tiny.clock.at_ms = START_MS + 2 * DAY_MS
    monkeypatch.setattr("fairlead.door.shell.Node", lambda root: tiny.opened())
    argv = ["purge", "--as", AIR, "--node", str(tiny.root)]
    assert guarded(lambda: app([*argv, "--dry-run"])) == 0
    assert "bravo-ais: 1 segments would go" in capsys.readouterr().out
    assert guarded(lambda: app([*argv, "--json"])) == 0
    assert json.loads(capsys.readouterr().out)["purged"] is True
    assert guarded(lambda: app(argv)) == 0
    assert "bravo-ais: 0 segments gone, 0 bytes" in capsys.readouterr().out
    assert guarded(lambda: app(["purge", "--as", "cell-analyst", "--node", str(tiny.root)])) == 1
