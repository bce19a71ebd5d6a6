"""A database put back from an older copy: the node refuses rather than sign a shorter log, and goes on with the newer one."""

from __future__ import annotations

import shutil

from tests.faults.stage import Copies, Zygote, sizes_published, verified
from tests.faults.test_killed import SUSPEND


def test_an_older_database_under_a_newer_log_is_refused_and_the_log_stays(copies: Copies, zygote: Zygote, tmp_path):
    root = copies.fresh()
    shutil.copy(root / "node.sqlite", tmp_path / "older")
    assert zygote.run(*SUSPEND, "--node", str(root)).code == 0
    shutil.copy(root / "node.sqlite", tmp_path / "newer")
    published = sizes_published(root)
    shutil.copy(tmp_path / "older", root / "node.sqlite")
    for argv in (("orders", "--as", "bravo-release"), SUSPEND):
        ended = zygote.run(*argv, "--node", str(root))
        assert (ended.code, ended.out) == (5, "")
        assert "a shorter tree is never signed" in ended.err
    assert sizes_published(root) == published
    verified(root)
    shutil.copy(tmp_path / "newer", root / "node.sqlite")
    assert "Bravo (bravo) halts" in zygote.run("orders", "--as", "bravo-release", "--node", str(root)).out
    verified(root)


def test_what_is_missing_of_the_published_log_is_published_again(copies: Copies, zygote: Zygote):
    root = copies.fresh()
    before = sizes_published(root)
    shutil.rmtree(root / "log" / "bravo")
    ended = zygote.run("orders", "--as", "bravo-release", "--node", str(root))
    assert ended.code == 0
    assert f"recovered: {before['bravo']} entries" in ended.err
    assert sizes_published(root) == before
    verified(root)
