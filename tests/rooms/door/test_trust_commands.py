"""The commands of the trust root, as officers at different places and readers type them."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest

from fairlead.desk import trust_folder
from fairlead.door import cli
from fairlead.door.shell import guarded


class Desk:
    """A folder to work in, and what the last command printed."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self._patch, self._caught = root, monkeypatch, capsys
        monkeypatch.chdir(root)
        self.out = self.err = ""

    def run(self, line: str) -> int:
        self._patch.setattr("sys.argv", ["fairlead", "trust", *line.split()])
        code = guarded(cli.app)
        self.out, self.err = self._caught.readouterr()
        return code

    def said(self, line: str) -> str:
        assert self.run(line) == 0, self.err
        return self.out

    def shown(self) -> dict[str, object]:
        return json.loads(self.said("show T --anchor anchor.json --json"))

    def files(self) -> list[str]:
        return sorted(path.relative_to(self.root / "T").as_posix() for path in (self.root / "T").rglob("*") if path.is_file())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    desk = Desk(tmp_path, monkeypatch, capsys)
    for name in "abcd":
        desk.said(f"key {name}.key")
    keys = {"logs": {"fairlead/n/isla": [{"key": Path("a.pub").read_text().strip(), "from": 0}]}, "parties": {}, "witnesses": {}}
    Path("k.json").write_text(json.dumps(keys, indent=2))
    return desk


@pytest.fixture
def begun(desk: Desk) -> Desk:
    desk.said("init T --key a.key --key b.key --officer c.pub --threshold 2")
    shutil.copy("T/1.root.json", "anchor.json")
    desk.said("publish T --keys k.json --key a.key --key c.key")
    return desk


def test_a_key_file_is_its_owners_alone_and_never_written_over(desk):
    assert stat.S_IMODE(Path("a.key").stat().st_mode) == 0o600
    before = Path("a.key").read_bytes()
    assert desk.run("key a.key") == 3
    assert Path("a.key").read_bytes() == before
    assert trust_folder.secret_key(Path("a.key")).public == trust_folder.public_key(Path("a.pub"))
    assert Path("a.key").read_text() not in desk.out + desk.err


def test_officers_sign_one_after_the_other_each_with_what_was_sent(desk):
    desk.said("init T --key a.key --officer b.pub --officer c.pub --threshold 3")
    assert desk.files() == ["drafts/1.root.json"]
    assert desk.run("show T --anchor T/drafts/1.root.json") == 3  # a draft is no root
    shutil.copytree("T", "at-b")
    shutil.move("T/drafts/1.root.json", "mail.json")
    assert "a draft that lacks 1" in desk.said("sign at-b mail.json --key b.key")
    assert desk.run("sign at-b mail.json --key d.key") == 3
    assert "(has not signed)" in desk.said("sign T mail.json")
    assert desk.files() == []
    desk.said("sign T mail.json --key c.key")
    assert desk.files() == ["1.root.json"]
    assert Path("mail.json").read_bytes() == Path("T/1.root.json").read_bytes()


def test_a_draft_of_keys_goes_in_force_with_its_last_signature(begun):
    changed = json.loads(Path("k.json").read_text()) | {"parties": {"isla": Path("b.pub").read_text().strip()}}
    Path("k.json").write_text(json.dumps(changed))
    begun.said("publish T --keys k.json --key a.key")
    assert begun.shown()["parties"] == {}
    assert begun.run("publish T --keys k.json --key b.key") == 3  # signatures of others are not thrown away
    begun.said("sign T T/drafts/targets.json --key b.key")
    assert begun.shown()["parties"] == changed["parties"]
    assert begun.files() == ["1.root.json", "keys.json", "targets.json"]


def test_nobody_signs_keys_other_than_the_draft_names(begun):
    begun.said("publish T --keys k.json --key a.key")
    Path("T/drafts/keys.json").write_bytes(Path("T/keys.json").read_bytes().replace(b"isla", b"skye"))
    before = Path("T/drafts/targets.json").read_bytes()
    assert begun.run("sign T T/drafts/targets.json --key b.key") == 6
    assert Path("T/drafts/targets.json").read_bytes() == before


def test_a_rotation_keeps_every_root_and_the_keys_in_force(begun):
    begun.said("rotate T --old a.key --old b.key --new b.key --new d.key --threshold 2")
    found = begun.shown()
    assert found["root"]["version"] == 2
    assert found["key_list"]["version"] == 1
    assert begun.files() == ["1.root.json", "2.root.json", "keys.json", "targets.json"]
    assert begun.run("publish T --keys k.json --key a.key --key b.key") == 3
    begun.said("publish T --keys k.json --key d.key --key b.key")
    assert begun.shown()["key_list"]["version"] == 2


def test_rotations_without_end_add_up_to_no_more_signatures(begun):
    pairs = ["ab", "cd"]
    for turn in range(6):
        old, new = pairs[turn % 2], pairs[(turn + 1) % 2]
        begun.said(f"rotate T --old {old[0]}.key --old {old[1]}.key --new {new[0]}.key --new {new[1]}.key --threshold 2")
    assert begun.shown()["root"]["version"] == 7
    assert len(json.loads(Path("T/targets.json").read_bytes())["signatures"]) <= 4


def test_a_rotation_among_places_needs_both_sides(begun):
    begun.said("rotate T --old a.key --officer c.pub --officer d.pub --threshold 2")
    for name, left in (("d", 1), ("c", 0)):
        assert ("lacks 1" if left else "has its signatures") in begun.said(f"sign T T/drafts/2.root.json --key {name}.key")
    assert begun.run("show T --anchor anchor.json") == 3  # a and c signed the key list: one of them is an officer still
    begun.said("publish T --keys k.json --key c.key --key d.key")
    assert begun.shown()["root"]["version"] == 2


def test_a_stale_draft_of_keys_is_not_put_in_force(begun):
    begun.said("publish T --keys k.json --key a.key")
    shutil.copytree("T/drafts", "mail")
    begun.said("sign T T/drafts/targets.json --key b.key")
    begun.said("publish T --keys k.json --key a.key --key b.key")
    assert begun.run("sign T mail/targets.json --key c.key") == 3
    assert begun.shown()["key_list"]["version"] == 3


def test_a_reader_keeps_what_it_saw_and_takes_nothing_older(begun):
    shutil.copytree("T", "old")
    begun.said("publish T --keys k.json --key a.key --key b.key")
    begun.said("show T --anchor anchor.json --kept kept.json")
    assert begun.run("show old --anchor anchor.json") == 0
    assert begun.run("show old --anchor anchor.json --kept kept.json") == 6
    assert "older than what was kept" in begun.err
    Path("kept.json").write_text("{}")
    assert begun.run("show old --anchor anchor.json --kept kept.json") == 3


@pytest.mark.parametrize(
    "line",
    [
        "init T --key a.key --threshold 1",
        "init U --key a.key --threshold 2",
        "init U --key a.pub.none --threshold 1",
        "init U --key k.json --threshold 1",
        "init U --key a.key --officer k.json --threshold 2",
        "rotate U --old a.key --new b.key --threshold 1",
        "rotate T --old d.key --new b.key --threshold 1",
        "publish T --keys a.key --key a.key",
        "publish T --keys k.json --key d.key",
        "sign T k.json --key a.key",
        "sign T T --key a.key",
        "sign U T/1.root.json",
        "show U --anchor anchor.json",
        "show T --anchor k.json",
        "show T --anchor none",
    ],
)
def test_what_cannot_be_used_ends_with_three_and_writes_nothing(begun, line):
    before = {path: path.read_bytes() for path in begun.root.rglob("*") if path.is_file()}
    assert begun.run(line) == 3
    assert begun.err.startswith("fairlead: ")
    assert {path: path.read_bytes() for path in begun.root.rglob("*") if path.is_file()} == before
