"""One night and one zygote for all fault tests; each trial gets a fresh copy of the folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.stage import Copies, Night, Zygote, make_night


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    return make_night(tmp_path_factory.mktemp("faults") / "node")


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    one = Zygote()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def copies(night: Night) -> Iterator[Copies]:
    one = Copies(night)
    yield one
    one.clear()
