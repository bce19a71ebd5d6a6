"""fsck names every byte of a stored log that is not as it was, in database and files; a start signs nothing on top of damage."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from fairlead.desk.fsck import fsck
from fairlead.desk.read import read
from fairlead.errors import LogFault, NodeError
from tests.rooms.desk.tiny import Tiny, no

ABSENT = "0" * 32
ENTRIES = 270


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Logs of some hundred entries: one full tile and a part of another."""
    tiny = Tiny(tmp_path_factory.mktemp("fsck") / "node")
    for _ in range(ENTRIES):
        no(read(tiny.node, tiny.who("port-custody"), ABSENT))
    assert fsck(tiny.node) == []
    return tiny


def changed(tiny: Tiny, sql: str, *given: object) -> list[str]:
    """What fsck says while this change stands; then everything is as it was."""
    database = tiny.root / "node.sqlite"
    before = database.read_bytes()
    with sqlite3.connect(database) as raw:
        assert raw.execute(sql, given).rowcount == 1
    raw.close()
    try:
        return [str(one) for one in fsck(tiny.node)]
    finally:
        database.write_bytes(before)


FLIP = "CAST(substr({0}, 1, ?) || CASE WHEN substr({0}, ? + 1, 1) = X'41' THEN X'42' ELSE X'41' END || substr({0}, ? + 2) AS BLOB)"


@pytest.mark.parametrize("column", ["leaf", "leaf_hash", "receipt"])
@pytest.mark.parametrize("entry", [0, ENTRIES - 1])
def test_a_byte_of_an_entry_is_named_by_log_and_entry(long_log: Tiny, column: str, entry: int) -> None:
    at = random.Random(entry).randrange(2, 30)
    sql = f"UPDATE log_entries SET {column} = {FLIP.format(column)} WHERE log = 'bravo' AND idx = ?"  # noqa: S608
    found = changed(long_log, sql, at, at, at, entry)
    assert found
    assert all(one.startswith("bravo") for one in found)
    assert any(f"entry {entry}:" in one for one in found) or column == "leaf_hash", found


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("DELETE FROM log_entries WHERE log = 'alfa' AND idx = 7", "of the entries 0 to"),
        (
            "INSERT INTO log_entries SELECT log, 9000, leaf, leaf_hash, receipt FROM log_entries WHERE log = 'alfa' AND idx = 7",
            "no head covers",
        ),
        ("UPDATE log_nodes SET hash = zeroblob(32) WHERE log = 'alfa' AND level = 1 AND place = 0", "stored node of level 1"),
        ("DELETE FROM log_nodes WHERE log = 'alfa' AND level = 1 AND place = 0", "stored node of level 1"),
        ("UPDATE log_heads SET size = size - 1 WHERE log = 'alfa'", "head, frontier and size differ"),
        ("UPDATE log_heads SET frontier = (SELECT frontier FROM log_heads WHERE log = 'bravo') WHERE log = 'alfa'", "frontier"),
        ("UPDATE log_heads SET checkpoint = (SELECT checkpoint FROM log_heads WHERE log = 'bravo') WHERE log = 'alfa'", "no known key"),
    ],
)
def test_what_is_missing_too_much_or_exchanged_is_named(long_log: Tiny, sql: str, words: str) -> None:
    found = changed(long_log, sql)
    assert any(one.startswith("alfa") and words in one for one in found), found


def test_a_start_signs_nothing_on_top_of_damage_in_the_newest_part(long_log: Tiny) -> None:
    database = long_log.root / "node.sqlite"
    before = database.read_bytes()
    for sql in (
        "UPDATE log_entries SET leaf_hash = zeroblob(32) WHERE log = 'bravo' AND idx = 265",
        "UPDATE log_nodes SET hash = zeroblob(32) WHERE log = 'bravo' AND level = 1 AND place = 0",
        "UPDATE log_heads SET frontier = zeroblob(8) WHERE log = 'bravo'",
    ):
        with sqlite3.connect(database) as raw:
            assert raw.execute(sql).rowcount == 1
        raw.close()
        try:
            node = long_log.opened()
            with pytest.raises(LogFault, match="does not hold together"):
                node.recover()
            node.close()
        finally:
            database.write_bytes(before)
    long_log.opened().recover()


def test_every_kind_of_file_is_held_against_the_database(long_log: Tiny) -> None:
    rng = random.Random(4)
    log, home = long_log.root / "log/charlie", long_log.root / "homes/charlie/receipts/charlie"
    paths = [path for path in sorted(log.rglob("*")) if path.is_file()] + rng.sample(sorted(home.iterdir()), 12)
    assert len(paths) >= 18
    other = next(path for path in sorted((long_log.root / "log/alfa/tile/0").rglob("*")) if path.is_file()).read_bytes()
    for path in paths:
        before = path.read_bytes()
        at = rng.randrange(len(before))
        flip = before[:at] + bytes([before[at] ^ 1 << rng.randrange(8)]) + before[at + 1 :]
        for damage in (flip, before[:-1], b"", other):
            if damage != before:
                path.write_bytes(damage)
                assert any(path.name in str(one) or "checkpoint" in str(one) for one in fsck(long_log.node)), (path, at)
        path.unlink()
        assert fsck(long_log.node), path
        path.write_bytes(before)
    assert fsck(long_log.node) == []


def test_random_bytes_of_the_stored_log_are_all_found(long_log: Tiny) -> None:
    """A sample over every byte the database keeps of one log: entry, column and bit drawn."""
    rng = random.Random(9)
    missed = []
    for _ in range(12):
        table, column, key = rng.choice(
            [
                ("log_entries", "leaf", "idx"),
                ("log_entries", "leaf_hash", "idx"),
                ("log_entries", "receipt", "idx"),
                ("log_nodes", "hash", "place"),
            ]
        )
        entry = 0 if table == "log_nodes" else rng.randrange(ENTRIES)
        with sqlite3.connect(long_log.root / "node.sqlite") as raw:
            (value,) = raw.execute(f"SELECT {column} FROM {table} WHERE log = 'alfa' AND {key} = ?", (entry,)).fetchone()  # noqa: S608
        raw.close()
        at = rng.randrange(len(value))
        flip = value[:at] + bytes([value[at] ^ 1 << rng.randrange(8)]) + value[at + 1 :]
        found = changed(long_log, f"UPDATE {table} SET {column} = ? WHERE log = 'alfa' AND {key} = ?", flip, entry)  # noqa: S608
        if not found:
            missed.append((table, column, entry, at))
    assert missed == []


def test_two_processes_on_one_log_and_a_database_of_rubbish(long_log: Tiny, tmp_path: Path) -> None:
    other = long_log.opened()
    for turn in range(6):
        no(read((long_log.node, other)[turn % 2], long_log.who("port-custody"), ABSENT))
    assert fsck(other) == []
    (tmp_path / "node").mkdir()
    for name in ("node.toml", "coalition.json"):
        (tmp_path / "node" / name).write_bytes((long_log.root / name).read_bytes())
    (tmp_path / "node" / "node.sqlite").write_bytes(b"rubbish" * 4000)
    from fairlead.desk.node import Node

    with pytest.raises(NodeError):
        Node(tmp_path / "node")
