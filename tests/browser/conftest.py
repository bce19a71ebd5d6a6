"""Real Chromium over a real console; skipped by name where the browser or the browser files are missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead.door.coast import browser_files_missing
from tests.browser.stage import Served, night
from tests.browser.watched import Watched

CHROMIUM = os.environ.get("FAIRLEAD_CHROMIUM", "/usr/bin/chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = []
    if not Path(CHROMIUM).is_file():
        missing.append(f"no Chromium at {CHROMIUM}: apt-get install chromium, or set FAIRLEAD_CHROMIUM")
    if browser_files_missing():
        missing.append(f"browser files are not built ({', '.join(browser_files_missing())}): make web")
    for item in items:
        if missing and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="; ".join(missing)))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("browser") / "node"
    night(root).node.close()
    console = Served(root)
    yield console
    console.stop()


@pytest.fixture(scope="module")
def watched(served: Served) -> Iterator[Watched]:
    with Watched(served, CHROMIUM) as found:
        yield found
