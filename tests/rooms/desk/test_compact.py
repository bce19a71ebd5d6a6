"""Packing changes files and nothing else: every look, receipt, duplicate, hold and purge is what it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fairlead import errors
from fairlead.desk import packing
from fairlead.desk.compact import compact, compact_preview
from fairlead.desk.halt import Wish, halt
from fairlead.desk.look import look
from fairlead.desk.observe import Count, observe
from fairlead.desk.purge import purge, purge_preview
from fairlead.desk.verify import verify_folder
from fairlead.door.cli import app
from fairlead.door.shell import guarded
from fairlead.intake.segment_file import read_segment, read_statements, segment_path
from fairlead.intake.segment_pack import members, packs
from fairlead.store import holdings
from tests.rooms.desk import tiny as tinies
from tests.rooms.desk.test_purge import AIR, DAY_MS, gone, kept_for_a_day
from tests.rooms.desk.tiny import START_MS, Tiny, value

PARTS = 6


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """A tiny node whose AIS came in six files, its radar in one; the AIS ends after a day."""
    monkeypatch.setattr(tinies, "load_scenario", kept_for_a_day)
    made = Tiny(tmp_path / "node").see("alfa-radar", "bravo-air")
    head, *lines = tinies.ais().splitlines()
    for number in range(PARTS):
        bring(made, number, [head, *lines[len(lines) * number // PARTS : len(lines) * (number + 1) // PARTS]])
    return made


def bring(tiny: Tiny, number: int, lines: list[str]) -> Count:
    path = tiny.root / "in" / f"part-{number}.csv"
    path.write_text("\n".join(lines) + "\n")
    count = observe(tiny.node, tiny.who(AIR), path, "bravo-ais")
    assert isinstance(count, Count)
    return count


def files(tiny: Tiny) -> set[str]:
    return {path.name for path in (tiny.root / "segments").iterdir()}


def seen(tiny: Tiny) -> bytes:
    """The picture as a node sees it that remembers no view."""
    node = tiny.opened()
    try:
        return look(node, tiny.who("cell-analyst"), from_ms=START_MS - 2 * 3_600_000, to_ms=START_MS).body
    finally:
        node.close()


def test_a_view_is_equal_to_the_byte_and_the_old_files_are_gone(tiny: Tiny) -> None:
    before, there = seen(tiny), files(tiny)
    with tiny.logged():
        (would,) = value(compact_preview(tiny.node))["packs"]
        assert files(tiny) == there
        (did,) = value(compact(tiny.node))["packs"]
    assert (would["feed"], would["segments"], did["bytes"]) == ("bravo-ais", PARTS, would["bytes"])
    left = files(tiny)
    assert len(there) - len(left) == 2 * PARTS - 2
    assert sum(name.startswith("pack-") for name in left) == 2
    assert seen(tiny) == before
    assert did["bytes_after"] == sum((tiny.root / "segments" / name).stat().st_size for name in left if name.startswith("pack-"))
    assert value(compact(tiny.node))["packs"] == []
    assert all(verdict.report.holds for verdict in verify_folder(tiny.root))
    again = tiny.opened()
    again.recover()
    again.close()
    assert files(tiny) == left, "the next command leaves packs alone"


def test_every_segment_reads_back_as_it_was(tiny: Tiny) -> None:
    with tiny.node.db.read() as tx:
        ids = sorted(holdings.with_segments(tx))
    paths = [segment_path(tiny.root, id) for id in ids]
    before = [(read_segment(path), read_statements(path)) for path in paths]
    value(compact(tiny.node))
    for path, (rows, stated) in zip(paths, before, strict=True):
        assert all((getattr(read_segment(path), name) == getattr(rows, name)).all() for name in ("t_ms", "mmsi", "lat_e7", "lon_e7"))
        assert len(read_segment(path)) == len(rows)
        assert len(read_statements(path)) == len(stated)


def test_what_a_feed_brought_before_is_still_known(tiny: Tiny) -> None:
    value(compact(tiny.node))
    count = bring(tiny, 90, tinies.ais().splitlines())
    assert (count.kept, count.duplicate) == (0, len(tinies.ais().splitlines()) - 1)


def test_p4_an_order_holds_one_segment_of_a_pack_and_not_the_others(tiny: Tiny) -> None:
    """By its window the order holds the last of the six: packed or not, the same is seen."""
    wish = Wish(feeds=("bravo-ais",), window_from_ms=START_MS - 14 * 60_000)
    value(halt(tiny.node, tiny.who("bravo-release"), wish))
    before = json.loads(seen(tiny))["picture"]
    value(compact(tiny.node))
    after = json.loads(seen(tiny))["picture"]
    assert after == before
    ais = [track for track in after["tracks"] if track["kind"] == "ais"]
    assert ais
    assert all(track["points"][-1][0] < START_MS - 14 * 60_000 for track in ais)


def test_later_segments_are_packed_beside_the_first(tiny: Tiny) -> None:
    value(compact(tiny.node))
    for number in range(2):
        bring(tiny, 70 + number, [tinies.AIS_HEAD, f"29900000{number + 3},{tinies.stamp(4)},23.5,-76.9,5.0,0.0,70,0,90,"])
    before = seen(tiny)
    assert [one["segments"] for one in value(compact(tiny.node))["packs"]] == [2]
    assert sorted(len(members(path)) for path in packs(tiny.root / "segments")) == [2, PARTS]
    assert seen(tiny) == before


def test_a_purge_takes_a_packed_segment_too(tiny: Tiny) -> None:
    value(compact(tiny.node))
    (path,) = packs(tiny.root / "segments")
    tiny.clock.at_ms = START_MS + DAY_MS - 30 * 60_000  # the first of the six ended, the last did not
    ended = gone(purge_preview(tiny.node, tiny.who(AIR)))["bravo-ais"]
    assert 0 < ended < PARTS
    assert value(purge_preview(tiny.node, tiny.who(AIR), feed="bravo-ais"))["feeds"][0]["bytes"] > 0
    assert gone(purge(tiny.node, tiny.who(AIR)))["bravo-ais"] == ended
    (left,) = packs(tiny.root / "segments")
    assert left != path
    assert len(members(left)) == PARTS - ended
    tiny.clock.at_ms = START_MS + 2 * DAY_MS
    value(purge(tiny.node, tiny.who(AIR)))
    assert packs(tiny.root / "segments") == []
    assert not any(name.startswith("pack-") for name in files(tiny))


def test_a_damaged_pack_is_said_and_stops_nothing_else(tiny: Tiny) -> None:
    value(compact(tiny.node))
    (path,) = packs(tiny.root / "segments")
    whole = path.read_bytes()
    for raw in (b"", whole[:-20], whole[:200] + b"\x00" * 64 + whole[264:]):
        path.write_bytes(raw)
        again = tiny.opened()
        again.recover()
        again.close()
        assert path.read_bytes() == raw, "it is left for whoever looks into it"
        with pytest.raises(errors.BadFile, match="cannot be read"):
            seen(tiny)
    path.write_bytes(whole)
    assert b"tracks" in seen(tiny)


def test_a_pack_that_says_something_else_removes_no_file(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(tiny)
    real = packing.pack_bytes

    def other(schema, tables):  # type: ignore[no-untyped-def]
        return real(schema, {id: table.slice(0, max(0, len(table) - 1)) for id, table in tables.items()})

    monkeypatch.setattr(packing, "pack_bytes", other)
    with pytest.raises(errors.BadFile, match="does not hold"):
        compact(tiny.node)
    assert before <= files(tiny)
    again = tiny.opened()
    again.recover()
    again.close()
    assert before <= files(tiny), "nor does the next command"


def test_the_command(tiny: Tiny, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("fairlead.door.shell.Node", lambda root: tiny.opened())
    argv = ["compact", "--node", str(tiny.root)]
    assert guarded(lambda: app([*argv, "--dry-run"])) == 0
    assert f"bravo-ais: {PARTS} segments in one file" in capsys.readouterr().out
    assert guarded(lambda: app([*argv, "--feed", "alfa-radar"])) == 0
    assert "nothing to pack" in capsys.readouterr().out
    assert guarded(lambda: app([*argv, "--feed", "none"])) == 3
    assert guarded(lambda: app([*argv, "--json"])) == 0
    assert json.loads(capsys.readouterr().out.strip().splitlines()[-1])["compacted"] is True
