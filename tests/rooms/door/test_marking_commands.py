"""The commands mark and export: what they print, what they end with, and that mark asks nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fairlead.door.cli import app
from fairlead.door.shell import guarded
from fairlead.label.marking.carriers import CARRIERS
from tests.rooms.desk.tiny import Tiny
from tests.rooms.label.outgoings import FULL

REFUSED, USAGE, BAD_INPUT = 1, 2, 3


def run(*argv: str) -> int:
    return guarded(lambda: app([str(one) for one in argv]))


def test_mark_reads_explains_and_rolls_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("mark", "SECRET//ORCON/REL TO USA, CAN, GBR", "(//GBR C)") == 0
    said = capsys.readouterr().out
    assert "(S//OC/REL TO USA, CAN, GBR)" in said
    assert "//GBR CONFIDENTIAL" in said
    assert "may be released to USA, CAN, GBR" in said
    assert run("mark", "--rollup", "--json", "(S//REL TO XAA, XBB)", "(//XCC R)", "--own", "XAA") == 0
    (rolled,) = json.loads(capsys.readouterr().out)["marks"]
    assert (rolled["banner"], rolled["parts"]["fgi"]) == ("SECRET//FGI XCC", ["XCC"])
    assert run("mark", "--rollup", "(S//REL TO USA, PAIR)", "(S//REL TO USA, GBR)", "--group", "PAIR=CAN,GBR") == 0
    assert "SECRET//REL TO USA, GBR" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["mark"], USAGE),
        (["mark", "SECRET//OC"], BAD_INPUT),
        (["mark", "SECRET", "--own", "usa"], BAD_INPUT),
        (["mark", "SECRET", "--group", "PAIR"], BAD_INPUT),
        (["mark", "SECRET", "--group", "PAIR=X"], BAD_INPUT),
        (["mark", "no-such-file", "--carrier", "stix"], BAD_INPUT),
        (["mark", "no-such-file", "--carrier", "telegram"], BAD_INPUT),
    ],
)
def test_mark_ends_as_documented_and_says_why(argv: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*argv) == code
    assert capsys.readouterr().err.strip()


@pytest.mark.parametrize("name", sorted(set(CARRIERS) - {"banner"}))
def test_mark_reads_a_carrier_in_a_file(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "carried"
    path.write_text(CARRIERS[name].write(FULL))
    assert run("mark", str(path), "--carrier", name, "--json") == 0
    (one,) = json.loads(capsys.readouterr().out)["marks"]
    assert one["carrier"] == name
    assert run("mark", str(path), "--carrier", name) == 0
    assert capsys.readouterr().out.strip()
    path.write_bytes(b"\xff")
    assert run("mark", str(path), "--carrier", name) == BAD_INPUT


def test_export_refuses_with_its_code_and_every_log_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny = Tiny(tmp_path / "node").see("bravo-ais")
    lead = tiny.lead()
    tiny.node.close()
    who = ["--as", "alfa-release", "--purpose", "interdiction", "--operation", "patrol", "--node", str(tiny.root)]
    assert run("export", lead, *who, "--carrier", "stix", "--to", "north") == REFUSED
    assert "not available" in capsys.readouterr().err
    assert run("export", lead, *who, "--carrier", "telegram", "--to", "north") == BAD_INPUT
    assert run("export", lead, *who, "--carrier", "banner", "--to", "north", "--country", "alfa") == BAD_INPUT
    assert run("export", lead, *who, "--carrier", "stix") == USAGE
