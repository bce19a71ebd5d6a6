"""A tiny node for each desk test; founding one takes a tenth of a second."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rooms.desk.tiny import Tiny


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    """A node with nothing observed yet."""
    return Tiny(tmp_path / "node")
