"""Two nodes as two processes: one witnesses the other over HTTP, an originator's monitor fetches, an inspector checks a bundle; and
what is said when a node was put back, or its witness is gone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fairlead.intake.scenario import load_scenario
from tests.browser.stage import Served
from tests.faults.stage import Zygote

Command = Callable[..., str]
REFUSED = ("read", "0" * 32, "--as", "port-custody", "--purpose", "interdiction", "--operation", "patrol")


@pytest.fixture(scope="module")
def fairlead() -> Iterator[Command]:
    zygote = Zygote()

    def run(*argv: str, code: int = 0) -> str:
        ended = zygote.run(*argv)
        assert ended.code == code, (argv, ended)
        assert "Traceback" not in ended.err
        return ended.out + ended.err

    yield run
    zygote.stop()


def test_a_log_is_witnessed_monitored_and_shown_in_a_bundle_between_processes(fairlead: Command, tmp_path: Path) -> None:
    root, partner, mirror = tmp_path / "node", tmp_path / "partner", tmp_path / "mirror"
    text = (Path(load_scenario.__code__.co_filename).parents[1] / "scenarios/tiny.toml").read_text()
    (tmp_path / "partner.toml").write_text(text.replace('node = "tiny"', 'node = "partner"'))
    fairlead("init", str(root), "--scenario", "tiny")
    fairlead("init", str(partner), "--scenario", str(tmp_path / "partner.toml"))
    for line in fairlead("witness", "key", "--node", str(root)).splitlines():
        if line.startswith("log "):
            fairlead("witness", "watch", line, "--node", str(partner))
    vkey = fairlead("witness", "key", "--node", str(partner)).splitlines()[0].split(" ")[2]
    (mirror / "homes/bravo").mkdir(parents=True)
    shutil.copy(root / "homes/bravo/trust.json", mirror / "homes/bravo/trust.json")
    (mirror / "homes/bravo/witnesses.quorum").write_text(f"witness p {vkey}\nquorum p\n")
    watching, serving = Served(partner), Served(root)
    try:
        # 1. Asked, cosigned, fetched, verified; a second time what is new.
        rule = f"witness p {vkey} {watching.address}/witness\nquorum p\n"
        (root / "witnesses.quorum").write_text(rule)
        assert fairlead("witness", "ask", "--node", str(root)).count(": cosigned") == 3
        at = serving.address + (root / "homes/bravo/log.address").read_text().strip()
        first = fairlead("monitor", str(mirror), "--party", "bravo", "--from", at)
        assert "cosigned to 5 by fairlead/partner/witness" in first
        fairlead(*REFUSED, "--node", str(root), code=1)
        fairlead("witness", "ask", "--node", str(root))
        told = json.loads(fairlead("monitor", str(mirror), "--party", "bravo", "--from", at, "--json"))
        assert (told["fetched"], told["size"], told["cosigned_size"], told["holds"]) == (1, 6, 6, True)
        # 2. One file for whoever has no node.
        bundle = tmp_path / "bundle.json"
        fairlead("bundle", "all", "--as", "bravo-release", "--out", str(bundle), "--node", str(root))
        (tmp_path / "rule").write_text(f"witness p {vkey}\nquorum p\n")
        checked = fairlead(
            "verify", str(bundle), "--trust", str(root / "homes/bravo/trust.json"), "--witnesses", str(tmp_path / "rule")
        )
        assert "6 receipts under a head of 6 entries" in checked
        assert "cosigned by fairlead/partner/witness" in checked
        assert "no key that you trust" in fairlead("verify", str(bundle), code=6)
        # 3. The whole folder put back: the witness knows more, and nothing is signed.
        serving.stop()
        copy = tmp_path / "older"
        shutil.copytree(root, copy)
        for _ in range(3):
            fairlead(*REFUSED, "--node", str(root), code=1)
        fairlead("witness", "ask", "--node", str(root))
        shutil.copytree(root / "log", mirror / "newest" / "log")
        shutil.copytree(root / "homes", mirror / "newest" / "homes")
        shutil.rmtree(root)
        shutil.copytree(copy, root)
        said = fairlead(*REFUSED, "--node", str(root), code=5)
        assert "a witness saw a larger tree of this log than there is here" in said
        back = fairlead("fsck", "--refill", str(mirror / "newest"), "--node", str(root))
        assert "every log holds together" in back
        fairlead(*REFUSED, "--node", str(root), code=1)
        assert fairlead("witness", "ask", "--node", str(root)).count(": cosigned") == 3
    finally:
        serving.stop()
        watching.stop()
    # 4. The witness is gone: said, and the node goes on; put back while it is gone, it does not.
    assert "cannot be reached" in fairlead("witness", "ask", "--node", str(root))
    fairlead(*REFUSED, "--node", str(root), code=1)
    shutil.copytree(root, tmp_path / "moved")
    assert "no witness says otherwise" in fairlead(*REFUSED, "--node", str(tmp_path / "moved"), code=5)
    assert "no log that is witnessed here has shown two histories" in fairlead("witness", "splits", "--node", str(partner))
