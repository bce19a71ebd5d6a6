"""The reader an originator runs loads nothing but the pure rooms it needs and three libraries."""

from __future__ import annotations

import subprocess
import sys

LOADED = "import sys, fairlead.receipt.audit; print('\\n'.join(sorted(sys.modules)))"
FORBIDDEN = {"numpy", "sqlalchemy", "pyarrow", "litestar", "granian", "typer", "rich", "jinja2", "sqlite3"}
ROOMS = {"errors", "envelope", "label", "report", "agreement", "receipt"}


def test_the_reader_loads_no_database_no_server_no_arrays() -> None:
    done = subprocess.run([sys.executable, "-I", "-c", LOADED], capture_output=True, text=True, check=True)
    names = done.stdout.split()
    assert "fairlead.receipt.audit" in names
    assert not FORBIDDEN & {name.partition(".")[0] for name in names}
    assert {name.split(".")[1] for name in names if name.startswith("fairlead.")} <= ROOMS
    assert "fairlead.report.detection" not in names
