"""The node that gets broken, and the zygote that breaks it: a small coalition with a lead and a case, and a process to fork from.

A night of the tiny scenario: two vessels lie side by side, the fusion cell makes a lead of it, the cutter opens a case. Bravo, whose
receiver heard them, is the one who halts. Copies of the folder lie in memory where the machine has such a place.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from fairlead.desk import interdict, lead, look
from fairlead.desk.ask import Asker
from fairlead.desk.clock import SetClock
from fairlead.desk.found import found
from fairlead.desk.node import Node
from fairlead.desk.observe import observe
from fairlead.desk.verify import Verdict, verify_folder
from fairlead.envelope import decode
from fairlead.intake.scenario import load_scenario

NIGHT_MS = 1_593_475_200_000  # 2020-06-30T00:00:00Z
AT_MS = NIGHT_MS + (2 * 60 + 15) * 60_000
TWO_SHIPS = ((22.60, -77.90), (22.601, -77.90))
CUTTER = Asker(person="cutter-boarding", unit="cutter", purpose="interdiction", operation="patrol")
ANALYST = Asker(person="cell-analyst", unit="cell", purpose="interdiction", operation="patrol")
BRAVO = Asker(person="bravo-release", unit="bravo-patrol", purpose="", operation="")
OBSERVER = Asker(person="bravo-air", unit="bravo-patrol", purpose="", operation="")
REPO = Path(__file__).resolve().parents[2]


def ais_csv(*, first_min: int, last_min: int, step_s: int = 60) -> str:
    """Two vessels side by side, in the MarineCadastre layout."""
    lines = ["MMSI,BaseDateTime,LAT,LON,SOG,COG"]
    for second in range(first_min * 60, last_min * 60, step_s):
        when = f"2020-06-30T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        lines += [f"99900000{n},{when},{lat:.5f},{lon:.5f},0.4,90.0" for n, (lat, lon) in enumerate(TWO_SHIPS, start=1)]
    return "\n".join(lines) + "\n"


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """A node folder with what is in it."""

    root: Path
    lead: str
    case: str


def make_night(root: Path) -> Night:
    """Found the node and live the night on it."""
    found(root, load_scenario("tiny"))
    node = Node(root, clock=SetClock(AT_MS))
    file = root / "ais.csv"
    file.write_text(ais_csv(first_min=30, last_min=130))
    observe(node, OBSERVER, file, "bravo-ais")
    seen = decode(look.look(node, ANALYST).body)
    card = seen["picture"]["cards"][0]["id"]  # type: ignore[index,call-overload]
    lead_id = decode(lead.make_lead(node, ANALYST, lead.Draft(card=card)).body)["id"]  # type: ignore[index,call-overload]
    case_id = decode(interdict.open_case(node, CUTTER, lead=lead_id, vessel="one of two").body)["case"]  # type: ignore[index,call-overload,arg-type]
    node.close()
    return Night(root=root, lead=str(lead_id), case=str(case_id))


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ended: exit code (negative: killed by that signal), what it printed, how many breakable calls it made, and the
    kernel calls strace saw."""

    code: int
    out: str
    err: str
    calls: int
    trace: str = ""


class Zygote:
    """A process that has everything imported and runs each command in a fork of itself, broken where it is told."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"], cwd=REPO, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, *argv: str, at: int = 0, how: str = "", strace: tuple[str, ...] = ()) -> Ended:
        """Run `fairlead ARGV`; `how` it breaks at its `at`-th breakable call (see tests.faults.zygote), or what strace injects."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"argv": argv, "at": at, "how": how, "strace": strace}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return msgspec.convert(json.loads(self._process.stdout.readline()), Ended)

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()


def in_memory() -> Path | None:
    """Where copies are cheap; nothing: wherever temporary files lie."""
    return Path("/dev/shm") if Path("/dev/shm").is_dir() else None


class Copies:
    """Fresh copies of one node folder, one at a time."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self._folder = Path(tempfile.mkdtemp(prefix="fairlead-", dir=in_memory()))

    def fresh(self) -> Path:
        root = self._folder / "node"
        if root.is_file():
            root.unlink()
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.night.root, root)
        return root

    def clear(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def sizes_published(root: Path) -> dict[str, int]:
    """Entries under the checkpoint that lies in each log's folder."""
    return {path.parent.name: int(path.read_text().splitlines()[1]) for path in sorted(root.glob("log/*/checkpoint"))}


def sizes_stored(root: Path) -> dict[str, int]:
    """Entries in the database as it would be after its own recovery; looked at in a copy, so that nothing is mended here."""
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        for path in root.glob("node.sqlite*"):
            shutil.copy(path, folder)
        with sqlite3.connect(Path(folder) / "node.sqlite") as database:
            return dict(database.execute("SELECT log, size FROM log_heads ORDER BY log").fetchall())


def verified(root: Path) -> tuple[Verdict, ...]:
    """Every log of the folder, which must hold."""
    verdicts = verify_folder(root)
    for verdict in verdicts:
        assert verdict.report.holds, [str(finding) for finding in verdict.report.findings]
    return verdicts


def outputs(verdicts: tuple[Verdict, ...]) -> set[str]:
    """The digests of every answer that a verified receipt covers."""
    return {use.output for verdict in verdicts for use in verdict.report.uses}
