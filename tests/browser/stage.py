"""The node the browser tests look at: the demo's night as far as it goes before anybody halts anything, and the console over it.

The console runs as people run it, in a process of its own; the tests read its sign-in links from what it prints.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from fairlead.desk.found import found
from fairlead.desk.lead import Draft, make_lead
from fairlead.desk.look import look
from fairlead.door import demo_night, demo_sea
from fairlead.door.demo import Story, given
from fairlead.intake.scenario import load_scenario

SEED = 7
READY_S = 30


def night(root: Path, *, boarded: str = "") -> Story:
    """Feeds in, a lead made, asked for and refused; with `boarded`, on to the boarding as well. The story stays open."""
    found(root, load_scenario("caribbean"))
    story = Story(root)
    traffic = demo_night.write_shipped(story)
    files = demo_night.smuggling(story, SEED, traffic)
    story.set_time("02:10")
    demo_night.feeds_in(story, traffic, files)
    demo_night.lead_made(story)
    story.set_time("02:12")
    demo_night.cutter_reads(story)
    story.set_time("02:13")
    demo_night.support_monitors(story)
    demo_night.support_aims(story)
    demo_night.support_pretends(story)
    demo_night.more_in(story, files, "02:10", "02:31")
    story.set_time("02:31")
    if boarded:
        story.set_time(boarded)
        demo_sea.boarding(story)
    return story


class Served:
    """A console process; `links` maps (person, unit) to a fresh sign-in link."""

    def __init__(self, root: Path) -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = int(one.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "fairlead", "serve", "--node", str(root), "--port", str(self.port)]
        self._said = (root / "console.out").open("w+")
        self._process = subprocess.Popen(command, stdout=self._said, stderr=subprocess.STDOUT)
        self._wait()
        self.said = (root / "console.out").read_text()
        self.links = self._links()

    def _wait(self) -> None:
        until = time.monotonic() + READY_S
        while time.monotonic() < until and self._process.poll() is None:
            try:
                urllib.request.urlopen(self.address + "/", timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"the console did not come up: {Path(self._said.name).read_text()}")

    def _links(self) -> dict[str, str]:
        """The first link of each person, by the order the coalition's people are printed in."""
        return {name.strip(): link for name, link in re.findall(r"^  (.+?)\n    (http://\S+)$", self.said, re.MULTILINE)}

    def link(self, person: str) -> str:
        """The link of the first line that names this person."""
        return next(link for name, link in self.links.items() if name.startswith(person))

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        self._said.close()


__all__ = ["Draft", "Served", "Story", "given", "look", "make_lead", "night"]
