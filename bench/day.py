"""A whole day of MarineCadastre CSV to the cards of all track rules: seconds on this machine's cores, and the peak of memory.

The day is `bench.sea`: seeded, as many rows and numbers as a published day of United States waters. The work runs in a process of its
own, so that its peak is its own, after a short file that compiles or loads the kernels. Stages are told apart.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from bench.figure import figure, quick
from bench.sea import sea, write_csv

EACH = 533
WORK = """
import json, msgspec, sys, time
from pathlib import Path
from fairlead.desk.detect import detect, read_own
from fairlead.picture import Parameters, Place, view
begin = time.perf_counter()
own = read_own([Path(sys.argv[1])], "marinecadastre", "yes", None, None, None, None, None)
read = time.perf_counter()
places = tuple(msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=list[Place]))
shown = view([own.segment], own.window, Parameters(), places, detail="heads")
end = time.perf_counter()
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"read_s": read - begin, "rules_s": end - read, "peak_kb": peak, "rows": len(own.segment.detections),
                  "tracks": len(shown.tracks), "cards": len(shown.cards)}))
"""


def ran(path: Path, ports: Path) -> dict[str, float]:
    """What one process needed."""
    done = subprocess.run([sys.executable, "-c", WORK, str(path), str(ports)], capture_output=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Make the day, run it thrice, print the median."""
    rows = 1_000_000 if quick() else 8_000_000
    with tempfile.TemporaryDirectory() as name:
        day, short = Path(name) / "day.csv", Path(name) / "short.csv"
        written, places = sea(rows // EACH, EACH)
        write_csv(day, written)
        ports = Path(name) / "ports.json"
        ports.write_bytes(msgspec.json.encode(places))
        with day.open("rb") as file:
            short.write_bytes(b"".join(file.readlines(2_000_000)))
        ran(short, ports)
        print(f"made {rows} rows, {day.stat().st_size >> 20} MiB", flush=True)
        runs = sorted((ran(day, ports) for _ in range(1 if quick() else 3)), key=lambda one: one["read_s"] + one["rules_s"])
    middle = runs[len(runs) // 2]
    figure("day", middle["read_s"] + middle["rules_s"], "s", peer="none", goal="<=10" if not quick() else "none", **middle)
    figure("day_peak", middle["peak_kb"] / 1e6, "GB", peer="none", goal="<=4", rows=rows)
    print(f"reading {middle['read_s']:.2f} s, rules and cards {middle['rules_s']:.2f} s, {middle['cards']} cards", flush=True)


if __name__ == "__main__":
    sys.exit(main())
