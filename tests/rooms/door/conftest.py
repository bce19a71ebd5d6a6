"""One real node for the console's tests, founded once; each test gets an application over it and signs in as people do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from fairlead.desk.clock import SetClock
from fairlead.desk.node import Node
from fairlead.desk.session import issue_token
from fairlead.door.demo import at
from fairlead.door.web import make_app
from tests.browser.stage import night

HOST = "127.0.0.1:8420"
ORIGIN = f"http://{HOST}"
STARTED_MS = 1_800_000_000_000


class Site:
    """The console over a node, a machine's clock that can be set, and the ids of what the night left behind."""

    def __init__(self, root: Path, *, lead: str, case: str) -> None:
        self.root, self.lead, self.case = root, lead, case
        self.wall = SetClock(STARTED_MS)
        self.clock = SetClock(at("02:56"))
        self.client = self.browser()

    def browser(self) -> TestClient:  # type: ignore[type-arg]
        """A browser of its own, with no cookies."""
        app = make_app(self.open, hosts={HOST}, wall=self.wall)
        return TestClient(app=app, base_url=ORIGIN)  # type: ignore[arg-type]

    def open(self) -> Node:
        return Node(self.root, clock=self.clock).living()

    def token(self, person: str, unit: str = "") -> str:
        node = self.open()
        try:
            units = node.coalition.people[person].units
            return issue_token(node, person=person, unit=unit or units[0], now_ms=self.wall.now_ms())
        finally:
            node.close()

    def sign_in(self, person: str, unit: str = "") -> None:
        answer = self.client.post("/sign-in", data={"token": self.token(person, unit)}, headers={"origin": ORIGIN})
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="session")
def night_root(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    root = tmp_path_factory.mktemp("door") / "node"
    story = night(root, boarded="02:55")
    story.node.close()
    shutil.copytree(root, root.parent / "untouched")
    return root, story.lead_id, story.case_id


@pytest.fixture
def own(night_root: tuple[Path, str, str], tmp_path: Path) -> Iterator[Site]:
    """A node of its own, to change; as the night left it, whatever other tests did to theirs."""
    root, lead, case = night_root
    shutil.copytree(root.parent / "untouched", tmp_path / "node")
    found = Site(tmp_path / "node", lead=lead, case=case)
    with found.client:
        yield found


@pytest.fixture
def site(night_root: tuple[Path, str, str]) -> Iterator[Site]:
    root, lead, case = night_root
    found = Site(root, lead=lead, case=case)
    with found.client:
        yield found
