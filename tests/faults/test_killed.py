"""A command killed at every single change it makes to the disk, and what the next command finds.

1. Nothing is answered without its receipt standing in the verified log already.
2. The next command opens the node, says what it had to publish, and leaves nothing half made; every log verifies and extends the
   one before.
3. An order that was acknowledged is in force; one that was not is in force as a whole or not at all.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from fairlead.desk import interdict, orders, read
from fairlead.desk.answer import Answer
from fairlead.desk.clock import SetClock
from fairlead.desk.node import Node
from fairlead.desk.observe import Count, observe
from fairlead.envelope import decode, sha256_hex
from fairlead.store import holdings
from tests.faults.stage import (
    AT_MS,
    BRAVO,
    CUTTER,
    OBSERVER,
    Copies,
    Ended,
    Night,
    Zygote,
    ais_csv,
    outputs,
    sizes_published,
    sizes_stored,
    verified,
)

SUSPEND = ("suspend", "--as", "bravo-release", "--for-unit", "cutter", "--feed", "bravo-ais", "--json")
AS_CUTTER = ("--as", "cutter-watch", "--operation", "patrol", "--purpose", "interdiction", "--json")
KERNEL_CALLS = "pwrite64,fsync,fdatasync,unlink"  # the others are made by Python, and broken there


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What the next command found on a broken node."""

    orders: list[str]
    grown: dict[str, int]  # entries each log gained since the night


def restarted(night: Night, root: Path, ended: Ended) -> Found:
    """Check everything that holds after any crash of any verb, and say what the node holds now."""
    if ended.out.strip():
        assert outputs(verified(root)) & receipted(night, root, ended), "answered without a receipt in the verified log"
    stored = sizes_stored(root)
    behind = sum(stored.values()) - sum(sizes_published(root).values())
    node = Node(root, clock=SetClock(AT_MS + 60_000))
    assert node.recover() == behind  # what `fairlead` says it recovered
    verified(root)
    assert sizes_published(root) == stored
    assert not list(root.rglob("*.new")), "something half made was left"
    there = {path.name for path in (root / "segments").iterdir()}
    segments = {name.removesuffix(".parquet") for name in there if not name.endswith(".stated.parquet")}
    assert there == {f"{name}{end}" for name in segments for end in (".parquet", ".stated.parquet")}
    with node.db.read() as tx:
        assert segments == holdings.with_segments(tx)
    assert len(list((root / "homes/bravo/records/segment-manifest").glob("*"))) == len(segments)
    standing = json.loads(orders.orders_in_force(node, BRAVO).body)["orders"]
    node.close()
    before = sizes_stored(night.root)
    return Found(
        orders=[one["id"] for one in standing],
        grown={log: size - before[log] for log, size in stored.items() if size != before[log]},
    )


def receipted(night: Night, root: Path, ended: Ended) -> set[str]:
    """What the receipt of an answer names: the answer's own bytes, or the record that the verb signed and delivered."""
    old, records = (
        {path.stem for kind in ("order", "segment-manifest") for path in (one / "homes/bravo/records" / kind).glob("*.json")}
        for one in (night.root, root)
    )
    return {sha256_hex(ended.out.strip().encode())} | (records - old)


def check_order(night: Night, root: Path, ended: Ended, found: Found) -> str:
    """The order is in force with all that belongs to it, or there is no trace of it."""
    node = Node(root, clock=SetClock(AT_MS + 60_000))
    reads = isinstance(read.read(node, msgspec.structs.replace(CUTTER, person="cutter-watch"), night.lead), Answer)
    shown = decode(interdict.show_case(node, CUTTER, night.case).body)
    node.close()
    delivered = len(list((root / "homes/bravo/records/order").glob("*.json")))
    assert isinstance(shown, dict)
    halted = "grounds_withdrawn" in json.dumps(shown)
    if not found.orders:
        assert ended.code != 0
        assert (reads, delivered, found.grown) == (True, 0, {})
        return "not at all"
    assert len(found.orders) == 1
    assert not reads
    assert delivered == 1
    assert halted
    assert found.grown["bravo"] == 1
    return "in force"


def check_read(root: Path, found: Found) -> str:
    assert found.orders == []
    assert found.grown in ({}, {"bravo": 1})
    return "in the log" if found.grown else "not at all"


def check_ingest(root: Path, found: Found) -> str:
    """A second run finishes the first: every line kept once."""
    assert found.grown in ({}, {"bravo": 1})
    node = Node(root, clock=SetClock(AT_MS + 60_000))
    again = observe(node, OBSERVER, root / "more.csv", "bravo-ais")
    node.close()
    assert isinstance(again, Count)
    assert (again.kept, again.duplicate) == ((0, 28) if found.grown else (28, 0))
    return "kept" if found.grown else "not at all"


VERBS = ("read", "suspend", "ingest")


def argv_of(verb: str, night: Night, root: Path) -> tuple[str, ...]:
    if verb == "ingest":
        (root / "more.csv").write_text(ais_csv(first_min=116, last_min=130, step_s=60).replace(",0.4,", ",0.5,"))
        return ("ingest", str(root / "more.csv"), "--feed", "bravo-ais", "--json")
    return {"read": ("read", night.lead, *AS_CUTTER), "suspend": SUSPEND}[verb]


def trial(verb: str, night: Night, zygote: Zygote, copies: Copies, **how: object) -> tuple[Ended, str]:
    root = copies.fresh()
    ended = zygote.run(*argv_of(verb, night, root), "--node", str(root), **how)  # type: ignore[arg-type]
    found = restarted(night, root, ended)
    if verb == "suspend":
        return ended, check_order(night, root, ended, found)
    return ended, check_read(root, found) if verb == "read" else check_ingest(root, found)


@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_every_change_to_the_disk_nothing_is_answered_unlogged_and_nothing_is_lost(verb, night, zygote, copies):
    whole, state = trial(verb, night, zygote, copies)
    assert (whole.code, state) == (0, {"read": "in the log", "suspend": "in force", "ingest": "kept"}[verb])
    assert whole.calls > 20
    seen: Counter[str] = Counter()
    for at in range(1, whole.calls + 1):
        ended, state = trial(verb, night, zygote, copies, at=at, how="torn")
        assert (ended.code, ended.out) == (-9, ""), (at, ended)
        seen[state] += 1
    assert len(seen) == 2, seen  # both sides of the commit were hit


@pytest.mark.parametrize("verb", ["read", "suspend"])
@pytest.mark.parametrize("how", ["full", "eio"])
def test_a_disk_that_fails_at_any_change_gives_no_answer_and_says_so(verb, how, night, zygote, copies):
    whole, _ = trial(verb, night, zygote, copies)
    codes = set()
    for at in range(1, whole.calls + 1, 4):
        ended, _ = trial(verb, night, zygote, copies, at=at, how=how)
        assert "Traceback" not in ended.err, ended.err
        codes.add(ended.code)
        if ended.code:  # otherwise what failed was of no consequence: the receipt was checked above
            assert (ended.code, ended.out) == (5, ""), (at, ended)
            assert "fairlead:" in ended.err
    assert 5 in codes


def can_trace() -> bool:
    if not shutil.which("strace"):
        return False
    tried = subprocess.run(["strace", "-qq", "-o", "/dev/null", "-e", "inject=getppid:retval=1", "true"], capture_output=True)
    return tried.returncode == 0


needs_strace = pytest.mark.skipif(not can_trace(), reason="needs strace (Debian package strace) and the right to trace")


def test_the_next_command_says_what_it_recovered(night, zygote, copies):
    root = copies.fresh()
    whole = zygote.run(*SUSPEND, "--node", str(root))
    root = copies.fresh()
    assert zygote.run(*SUSPEND, "--node", str(root), at=whole.calls // 2, how="kill").code == -9
    behind = sum(sizes_stored(root).values()) - sum(sizes_published(root).values())
    assert behind > 0
    orders = zygote.run("orders", "--as", "bravo-release", "--node", str(root))
    assert (orders.code, "Bravo (bravo) halts feed bravo-ais" in orders.out) == (0, True)
    assert f"recovered: {behind} entries" in orders.err
    again = zygote.run("orders", "--as", "bravo-release", "--node", str(root))
    assert (again.out, again.err) == (orders.out, "")


@needs_strace
@pytest.mark.parametrize("verb", ["read", "suspend"])
def test_killed_inside_the_databases_own_calls_nothing_is_answered_unlogged_and_nothing_is_lost(verb, night, zygote, copies):
    whole, _ = trial(verb, night, zygote, copies, strace=("-e", f"trace={KERNEL_CALLS}"))
    made = Counter(re.findall(r"^\d+\s+(\w+)\(", whole.trace, re.MULTILINE))
    assert made["pwrite64"] > 10
    assert made["fsync"] + made["fdatasync"] > 10
    for call, many in made.items():
        step = max(1, many // 4)
        for at in range(1, many + 1, step):
            inject = ("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={at}")
            ended, _ = trial(verb, night, zygote, copies, strace=inject)
            assert ended.code == -9, (call, at, ended)


@needs_strace
@pytest.mark.parametrize("verb", ["read", "suspend"])
@pytest.mark.parametrize("fault", ["fdatasync:error=EIO", "pwrite64:error=ENOSPC", "fsync:error=EIO"])
def test_a_sync_or_write_the_kernel_refuses_gives_no_answer_and_says_so(verb, fault, night, zygote, copies):
    call = fault.partition(":")[0]
    codes = set()
    for at in (1, 2, 4, 8):
        ended, _ = trial(verb, night, zygote, copies, strace=("-e", f"trace={call}", "-e", f"inject={fault}:when={at}"))
        assert "Traceback" not in ended.err, ended.err
        assert ended.code in (0, 5), (at, ended)
        assert ended.code == 0 or ended.out == ""
        codes.add(ended.code)
    assert 5 in codes
