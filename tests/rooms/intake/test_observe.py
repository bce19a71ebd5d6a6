"""Files through the verb and the command: counted, kept once, broken off with what came before, refused; and real days end to end."""

from __future__ import annotations

import gzip
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fairlead.desk.answer import Answer, Refused
from fairlead.desk.ask import Asker
from fairlead.desk.clock import SetClock
from fairlead.desk.found import found
from fairlead.desk.look import look
from fairlead.desk.node import Node
from fairlead.desk.observe import Count, observe
from fairlead.errors import BadFile, LabelFault, UnknownCode, UnreadableLabel
from fairlead.intake.scenario import load_scenario
from fairlead.intake.segment_file import read_segment, segment_path
from fairlead.report.detection import digests_of, stack
from fairlead.store import holdings, ledger
from tests.rooms.intake.sources import SHARED, written

AT_MS = 1_593_482_400_000  # 2020-06-30T02:00:00Z
LISTENER = Asker(person="listener", unit="shore", purpose="detection_and_monitoring/interdiction", operation="listen")
CHANNEL_DAY_MS = 1_528_070_400_000  # 2018-06-04T00:00:00Z
DAY_MS = 86_400_000
HEADER = "MMSI,BaseDateTime,LAT,LON,SOG,COG\n"
BOUND_KB = 400_000
LINES_MANY = 100_000

# VmHWM is of this program alone; ru_maxrss would carry over the peak of the worker that started it.
PEAK = """
from fairlead.door.cli import main
try:
    main()
finally:
    print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared real files")


def lines_of(count: int, first: int = 0) -> str:
    """Detections that are all different."""
    lines = []
    for n in range(first, first + count):
        when = f"2020-06-30T{n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}"
        lines.append(f"99900{n % 1000:04d},{when},{20 + n % 997 / 1000:.5f},-77.5,5.0,90.0\n")
    return "".join(lines)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    root = tmp_path / "node"
    found(root, load_scenario(str(Path(__file__).with_name("two_harbours.toml"))))
    one = Node(root, clock=SetClock(AT_MS))
    yield one
    one.close()


def ingest(node: Node, path: Path, feed: str = "harbour", asker: Asker = LISTENER) -> Count:
    count = observe(node, asker, path, feed)
    assert isinstance(count, Count)
    assert count.adds_up
    return count


def digests(node: Node) -> list[bytes]:
    """Every detection of every segment that the node holds, sorted."""
    with node.db.read() as tx:
        ids = holdings.with_segments(tx)
    rows = stack([read_segment(segment_path(node.root, one)) for one in sorted(ids)])
    return sorted(name.encode() for name in digests_of("any", rows))


def command(root: Path, *argv: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fairlead", "ingest", *argv, "--node", str(root)], capture_output=True, text=True, check=False, **more
    )


# Reading twice, and in parts


def test_a_file_read_again_is_all_duplicates_and_adds_nothing(node, tmp_path):
    path = written(tmp_path, HEADER + lines_of(50) + "junk\n", "a.csv")
    first, held = ingest(node, path), digests(node)
    again = ingest(node, path)
    assert (first.kept, first.duplicate, first.rejected, first.segments) == (50, 0, 1, 1)
    assert (again.kept, again.duplicate, again.rejected, again.segments) == (0, 50, 1, 0)
    assert digests(node) == held


def test_a_line_that_stands_twice_in_one_file_is_kept_once(node, tmp_path):
    count = ingest(node, written(tmp_path, HEADER + lines_of(10) + lines_of(10), "a.csv"))
    assert (count.kept, count.duplicate) == (10, 10)


def test_the_same_detection_from_another_feed_is_no_duplicate(node, tmp_path):
    line = "00:00:05:000;A;70;1;2;1;0;999000001;0;0;5.0;0;-119.5;34.4;90.0;90;5;0;0;0;0;0"
    channel = ingest(node, written(tmp_path, line + "\n"), "channel")
    harbour = ingest(node, written(tmp_path, HEADER + "999000001,2018-06-04T00:00:05,34.4,-119.5,5.0,90.0\n", "a.csv"))
    assert (channel.kept, harbour.kept) == (1, 1)


def test_a_file_that_overlaps_what_was_read_brings_the_rest_only(node, tmp_path):
    ingest(node, written(tmp_path, HEADER + lines_of(30), "a.csv"))
    count = ingest(node, written(tmp_path, HEADER + lines_of(30, first=20), "b.csv"))
    assert (count.kept, count.duplicate) == (20, 10)
    assert len(digests(node)) == 50


# Files that are not what they were said to be


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (gzip.compress(b"", mtime=0), "the file is empty"),
        (bytes(range(128)), "the file is not text"),
        (b"time,lat,lon\n", "not a MarineCadastre file"),
        (b"\xff\xfe\xff\n", "not a MarineCadastre file|no header"),
    ],
)
def test_a_file_that_cannot_be_begun_is_an_error_and_leaves_nothing(node, tmp_path, content, said):
    path = written(tmp_path, content, "a.csv")
    ended = command(node.root, str(path), "--feed", "harbour")
    assert ended.returncode == 3, ended.stderr
    assert "Traceback" not in ended.stderr
    assert digests(node) == []


def test_a_cut_gzip_keeps_what_came_before_and_a_whole_one_brings_the_rest(node, tmp_path):
    raw = gzip.compress((HEADER + lines_of(2000)).encode())
    ended = command(node.root, str(written(tmp_path, raw[: len(raw) // 2], "a.csv.gz")), "--feed", "harbour", "--json")
    count = json.loads(ended.stdout)
    assert ended.returncode == 3
    assert "the file broke off" in ended.stderr
    assert f"a.csv.gz after line {count['lines']}" in ended.stderr
    assert 100 < count["kept"] == len(digests(node)) < 2000
    whole = ingest(node, written(tmp_path, raw, "a.csv.gz"))
    assert (whole.kept, whole.duplicate) == (2000 - count["kept"], count["kept"])


def test_a_folder_and_an_absent_file_are_errors(node, tmp_path):
    for path in (tmp_path, tmp_path / "nothing.csv"):
        with pytest.raises(BadFile, match="cannot be opened"):
            observe(node, LISTENER, path, "harbour")


def test_an_unknown_feed_is_an_error_that_names_it(node, tmp_path):
    with pytest.raises(UnknownCode, match="nowhere"):
        observe(node, LISTENER, written(tmp_path, "a\n", "a.csv"), "nowhere")


def test_somebody_who_does_not_operate_the_feed_is_refused_and_it_is_logged(node, tmp_path):
    path = written(tmp_path, HEADER + lines_of(3), "a.csv")
    with node.db.read() as tx:
        before = ledger.head(tx, "alfa")[0]
    releasing = Asker(person="release", unit="shore", purpose="", operation="")
    assert isinstance(observe(node, releasing, path, "harbour"), Refused)
    with node.db.read() as tx:
        assert ledger.head(tx, "alfa")[0] == before + 1
    assert digests(node) == []
    ended = command(node.root, str(path), "--feed", "harbour", "--as", "release", "--json")
    assert ended.returncode == 1
    assert json.loads(ended.stdout)["reasons"]


def test_a_file_in_another_layout_is_said_to_be_that(node, tmp_path):
    path = written(tmp_path, HEADER + lines_of(5))
    ended = command(node.root, str(path), "--feed", "channel")
    assert ended.returncode == 3
    assert "not one line of the file fits" in ended.stderr
    assert "quarantine/" in ended.stderr
    log = written(tmp_path, "00:00:05:000;A;70;1;2;1;0;999000001\n", "b.csv")
    assert command(node.root, str(log), "--feed", "harbour").returncode == 3


def test_a_receiver_log_without_a_date_wants_one(node, tmp_path):
    line = "00:00:05:000;A;70;1;2;1;0;999000001;0;0;5.0;0;-119.5;34.4;90.0;90;5;0;0;0;0;0\n"
    path = written(tmp_path, line, "channel.txt")
    ended = command(node.root, str(path), "--feed", "channel")
    assert ended.returncode == 3
    assert "--date YYYY-MM-DD" in ended.stderr
    assert command(node.root, str(path), "--feed", "channel", "--date", "4 June").returncode == 3
    assert "1 kept" in command(node.root, str(path), "--feed", "channel", "--date", "2018-06-04").stdout


def test_a_line_of_a_megabyte_is_one_rejected_line(node, tmp_path):
    count = ingest(node, written(tmp_path, HEADER + lines_of(3) + "x" * 1_000_000 + "\n" + lines_of(3, first=3), "a.csv"))
    assert (count.lines, count.kept, count.rejected) == (8, 6, 1)
    kept = (node.root / count.quarantine).read_text()
    assert "longer than" in kept
    assert len(kept) < 2000


def test_a_pipe_is_read_too(node):
    ended = command(node.root, "/dev/stdin", "--feed", "harbour", input=HEADER + lines_of(7))
    assert (ended.returncode, "7 kept" in ended.stdout) == (0, True), ended.stderr


# Long files


def test_progress_is_for_people_at_a_terminal_only(node, tmp_path):
    path = written(tmp_path, HEADER + lines_of(21_000), "a.csv")
    piped = command(node.root, str(path), "--feed", "harbour")
    assert (piped.returncode, piped.stderr) == (0, "")
    leader, follower = pty.openpty()
    argv = [sys.executable, "-m", "fairlead", "ingest", str(path), "--feed", "harbour", "--json", "--node", str(node.root)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=follower, env={**os.environ, "TERM": "xterm"}) as shown:
        os.close(follower)
        seen = b""
        while True:
            try:
                seen += os.read(leader, 4096)
            except OSError:
                break
        assert shown.stdout is not None
        assert json.loads(shown.stdout.read())["duplicate"] == 21_000
    os.close(leader)
    assert b"lines/s" in seen


def test_memory_does_not_grow_with_the_file(node, tmp_path):
    """The peak of a process that reads a long file against that of one which reads a single chunk."""
    one, many = written(tmp_path, HEADER + lines_of(20_000), "one.csv"), tmp_path / "many.csv"
    with many.open("w") as file:
        file.write(HEADER)
        for first in range(0, LINES_MANY, 20_000):
            file.write(lines_of(20_000, first=first))
    peaks = []
    for path in (one, many):
        argv = [sys.executable, "-c", PEAK, "ingest", str(path), "--feed", "harbour", "--node", str(node.root)]
        ended = subprocess.run(argv, capture_output=True, text=True, check=True)
        peaks.append(int(ended.stdout.splitlines()[-1]))
    assert peaks[1] < BOUND_KB
    assert peaks[1] - peaks[0] < 80_000, peaks  # a chunk more than the small file has


# Sighting reports through the desk

SIGHTING = {
    "time": "2020-06-30T01:40:00Z",
    "reporter": "patrol",
    "sensor": "eye",
    "activity": "drifting",
    "lat_deg": "22.60012",
    "lon_deg": "-77.9",
    "error": {"major_m": 500, "minor_m": 200},
    "vessel_type": "go-fast",
    "grade": "B2",
    "label": "feed",
}
OBSERVER = Asker(person="bravo-air", unit="bravo-patrol", purpose="", operation="")


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Node]:
    found(tmp_path / "tiny", load_scenario("tiny"))
    one = Node(tmp_path / "tiny", clock=SetClock(AT_MS))
    yield one
    one.close()


def report(node: Node, tmp_path: Path, confirm: str = "", **fields: Any) -> Count:
    path = tmp_path / "report.json"
    path.write_text(json.dumps({**SIGHTING, **fields}))
    count = observe(node, OBSERVER, path, "bravo-air", confirm_unreadable=confirm)
    assert isinstance(count, Count)
    assert count.adds_up
    return count


def test_a_report_is_kept_once_and_another_about_the_same_sight_is_another(tiny, tmp_path):
    assert report(tiny, tmp_path).kept == 1
    assert report(tiny, tmp_path).duplicate == 1
    assert report(tiny, tmp_path, activity="drifting, two people in white").kept == 1


def test_the_example_on_the_page_is_a_report(tiny, tmp_path):
    page = (Path(__file__).resolve().parents[3] / "docs/reference/sighting.md").read_text()
    found_there = json.loads(page.partition("```json\n")[2].partition("```")[0])
    assert report(tiny, tmp_path, **found_there).kept == 1


def test_a_report_without_a_label_is_refused(tiny, tmp_path):
    with pytest.raises(LabelFault, match="no label"):
        report(tiny, tmp_path, label=None)


@pytest.mark.parametrize("terms", [{"recipients": []}, {"recipients": ["cutter"], "operations": []}, {"level": "secret"}])
def test_a_report_that_nobody_could_read_is_kept_only_when_somebody_confirms_it_with_a_reason(tiny, tmp_path, terms):
    with pytest.raises(UnreadableLabel, match="nobody could read"):
        report(tiny, tmp_path, label=terms)
    assert report(tiny, tmp_path, "kept for the court", label=terms).kept == 1


# Real days, from the file to the card


@needs_shared
def test_a_real_day_of_each_layout_goes_from_file_to_card(node):
    channel = ingest(node, SHARED / "ais_sbarc" / "AIS_SBARC_180604.txt.gz", "channel")
    assert (channel.lines, channel.kept, channel.rejected, channel.duplicate) == (119_747, 111_423, 0, 0)
    assert channel.set_aside == {"type 5": 2_467, "type 24": 5_818, "no position": 39}
    harbour = ingest(node, SHARED / "ais_marinecadastre" / "NYHarbor_2020_06_30_first_hour.csv.gz", "harbour")
    assert (harbour.lines, harbour.kept, harbour.duplicate, harbour.set_aside) == (8_690, 8_687, 2, {"header": 1})
    outcome = look(node, LISTENER, from_ms=CHANNEL_DAY_MS, to_ms=CHANNEL_DAY_MS + DAY_MS)
    assert isinstance(outcome, Answer)
    picture = json.loads(outcome.body)["picture"]
    called = {track["id"]: track.get("mmsi") for track in picture["tracks"]}
    slow = [card for card in picture["cards"] if card["rule"] == "B1"]
    still_open = [card for card in slow if card["status"] == "open"]
    assert [{called[track] for track in card["tracks"]} for card in still_open] == [{"235076283", "636017969"}]  # lawful lightering
    assert still_open[0]["rule"] == "B1"
    workboats = [card for card in slow if np.hypot(card["lat_e7"] - 343_770_000, card["lon_e7"] + 1_195_020_000) < 60_000]
    assert workboats
    assert {card.get("explained_by") for card in workboats} == {"moored"}
    assert {card.get("explained_by") for card in slow} == {None, "moored"}
