"""One figure: printed as a line for people and kept as JSON with machine and commit.

1. A figure is a ratio to a named peer measured in the same run, after equal answers were asserted.
2. `goal` is what the design asks for; missing it is shown, never raised: no timed assertion stands in the test suite.
3. A result is appended, never overwritten, so that a slower machine or a worse commit stays visible.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def quick() -> bool:
    """Whether this run was asked to be short (`make bench QUICK=1`)."""
    return "--quick" in sys.argv[1:]


def seconds_of(work: Callable[[], object], *, repeats: int = 5) -> float:
    """Median wall seconds of `work` over `repeats` runs, after one run that warms up."""
    work()
    taken: list[float] = []
    for _ in range(1 if quick() else repeats):
        start_s = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start_s)
    return statistics.median(taken)


def figure(name: str, value: float, unit: str, *, peer: str, goal: str, **details: object) -> None:
    """Print the figure and append it to `bench/results/<name>.json`."""
    print(f"figure {name} {value:.4g} {unit} peer={peer} goal={goal}", flush=True)
    RESULTS.mkdir(exist_ok=True)
    kept = RESULTS / f"{name}.json"
    runs = json.loads(kept.read_text()) if kept.exists() else []
    runs.append(
        {
            "name": name,
            "value": value,
            "unit": unit,
            "peer": peer,
            "goal": goal,
            "quick": quick(),
            "at_s": int(time.time()),
            "commit": _commit(),
            "machine": {"cpu": _cpu(), "cores": os.cpu_count(), "python": platform.python_version(), "kernel": platform.release()},
            "details": details,
        }
    )
    kept.write_text(json.dumps(runs, indent=1) + "\n")


def _commit() -> str:
    asked = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "unknown"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
