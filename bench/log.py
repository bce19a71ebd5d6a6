"""The log: what an entry costs, how large a proof is, how fast receipts become durable, how long a monitor looks, what a read pays.

1. `append_cpu`: leaf hash, nodes and root of batches of 256 entries of 500 bytes, against pymerkle appending the same (its own memory
   tree, entry by entry and in batches: the better counts). Equal roots first. `append_of_bare_sha`: against hashing the leaves alone.
2. `proof_bytes`, `proof_file_bytes`: an entry among 2^20, out of tiles, with two cosignatures, checked before it is weighed.
3. `durable_batched`: really signed receipts through the real store to published files on this disk, 64 writers at once against one;
   each is acknowledged when it is committed and published. `ack_p99`: the same with arrivals at 1,000 a second, whoever waits.
4. `monitor_million`: a log of a million entries and all its receipts verified, from files to verdict, every signature checked;
   `monitor_again`: the same at a later look of the same reader. With QUICK fewer: the name and the goal say how many.
5. `read_with_receipt`: a list of 100 reports with and without its receipts.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bench.figure import figure, quick, seconds_of
from fairlead.desk import record
from fairlead.desk.answer import Answer
from fairlead.desk.read import list_holdings
from fairlead.desk.verify import settled
from fairlead.envelope import Envelope, SigningKey, envelope_to_json, sign
from fairlead.receipt import prove
from fairlead.receipt.checkpoint import Checkpoint, sign_checkpoint
from fairlead.receipt.leaf import leaf_of
from fairlead.receipt.log_keys import only
from fairlead.receipt.note import COSIGNATURE, Verifier, cosign, vkey
from fairlead.receipt.proof import Proof, check_proof, proof_bytes, read_proof
from fairlead.receipt.quorum import read_quorum
from fairlead.receipt.receipt import UseReceipt, receipt_name, receipt_value
from fairlead.receipt.tiles import ENTRIES, Tile, bundle_bytes, tile_bytes, tiles_for
from fairlead.receipt.tree import HASH_BYTES, Frontier, grow, leaf_hash, root_of
from fairlead.store import ledger
from fairlead.store.database import Database

KEY, ORIGIN = SigningKey(bytes(range(32))), "fairlead/bench/isla"
LOG = ledger.Log(party="isla", origin=ORIGIN, key=KEY)
BATCH, WRITERS, RATE, PART = 256, 64, 1_000, 2_560


def receipt(index: int) -> Envelope:
    """A use receipt as the desk writes it, of four holdings."""
    held = [{"digest": hashlib.sha256(b"%d %d" % (index, at)).hexdigest(), "label": "ab" * 32, "kind": "segment"} for at in range(4)]
    value = UseReceipt(
        log=ORIGIN,
        index=index,
        sequence=index,
        salt=hashlib.sha256(b"%d" % index).hexdigest()[:32],
        act="picture",
        person="cell-analyst",
        unit="cell",
        purpose="interdiction",
        operation="patrol",
        form="full",
        at_ms=1_600_000_000_000 + index,
        clock="system",
        request="cd" * 32,
        outcome="given",
        output="ef" * 32,
        output_bytes=4096,
        agreements=("isla-cell",),
    )
    return sign("use-receipt", {**receipt_value(value), "holdings": held}, [KEY])  # type: ignore[dict-item]


def append() -> None:
    """Figures 1."""
    count = 51_200 if quick() else 102_400
    rng = random.Random(1)
    leaves = [rng.randbytes(500) for _ in range(count)]

    def ours() -> bytes:
        frontier = Frontier()
        for at in range(0, count, BATCH):
            frontier, _ = grow(frontier, map(leaf_hash, leaves[at : at + BATCH]), every=8)
            root = frontier.root()
        return root

    def bare() -> None:
        sha = hashlib.sha256
        for leaf in leaves:
            sha(leaf).digest()

    ours_s, bare_s = cpu_of(ours), cpu_of(bare)
    figure(
        "log_append_of_bare_sha", 100 * bare_s / ours_s, "%", peer="sha256 of the leaves alone", goal=">=80", us=1e6 * ours_s / count
    )
    try:
        from pymerkle import InmemoryTree
    except ModuleNotFoundError:
        print("pymerkle is not here: pip install pymerkle, GPLv3 (a peer of benches only)")
        return

    def each() -> bytes:
        tree = InmemoryTree(algorithm="sha256")
        for leaf in leaves:
            tree.append_entry(leaf)
        return bytes(tree.get_root())

    def batches() -> bytes:
        tree = InmemoryTree(algorithm="sha256")
        for at in range(0, count, BATCH):
            tree.append_entries(leaves[at : at + BATCH])
        return bytes(tree.get_root())

    assert ours() == each() == batches()
    peer_s = min(cpu_of(each), cpu_of(batches))
    figure(
        "log_append_cpu", peer_s / ours_s, "x", peer="pymerkle", goal=">=8", ours_us=1e6 * ours_s / count, peer_us=1e6 * peer_s / count
    )


def cpu_of(work: Callable[[], object]) -> float:
    """Least CPU seconds of three runs."""
    taken = []
    for _ in range(3):
        start_s = time.process_time()
        work()
        taken.append(time.process_time() - start_s)
    return min(taken)


def proofs() -> None:
    """Figures 2."""
    size = 2**20
    rng = random.Random(2)
    hashes = [rng.randbytes(32) for _ in range(size)]
    entry, index = b"an entry", 777_777
    hashes[index] = leaf_hash(entry)
    above: dict[Tile, bytes] = {}

    def shelf(tile: Tile) -> bytes:
        if tile not in above:
            above[tile] = tile_bytes(tile, hashes)
        return above[tile]

    path = prove.inclusion(shelf, index=index, size=size)
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=size, root=root_of(hashes)), KEY)
    text = note.decode().rpartition("\n\n")[0] + "\n"
    witnesses = [(f"witness.example/w{n}", SigningKey(bytes([n] * 32))) for n in (1, 2)]
    note += b"".join(cosign(text, name, key, at_s=1_600_000_000) for name, key in witnesses)
    rule = "".join(f"witness w{n} {vkey(name, key.public, COSIGNATURE)}\n" for n, (name, key) in enumerate(witnesses, 1))
    quorum = read_quorum(f"{rule}group both all w1 w2\nquorum both\n".encode())
    raw = proof_bytes(Proof(index=index, path=path, checkpoint=note))
    head = check_proof(read_proof(raw), entry, only(ORIGIN, KEY.public), quorum)
    assert [one.name for one in head.cosigned] == [name for name, _ in witnesses]
    assert isinstance(quorum.verifiers[0], Verifier)
    figure("log_proof_hashes", len(path) * HASH_BYTES, "bytes", peer="RFC 6962: 20 hashes at 2^20", goal="640")
    figure("log_proof_file", len(raw), "bytes", peer="none", goal="<=1500")


class Stored:
    """A node's database and published files on this disk, with one log."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        folder.mkdir()
        self.made = Database(folder / "node.sqlite", create=True)
        with self.made.write() as tx:
            ledger.begin(tx, [LOG])

    def one(self, database: Database) -> None:
        """One receipt, acknowledged when it is committed and published."""
        with database.write() as tx:
            ledger.append(tx, LOG, receipt)
        database.publish(self.root, [LOG])

    def size(self) -> int:
        with self.made.read() as tx:
            return ledger.head(tx, "isla")[0]


def durable() -> None:
    """Figures 3."""
    folder = Path(tempfile.mkdtemp(prefix="bench-log-", dir=Path(__file__).resolve().parent.parent / "build"))
    try:
        alone = Stored(folder / "alone")
        count = 60 if quick() else 300
        start_s = time.perf_counter()
        for _ in range(count):
            alone.one(alone.made)
        each_s = (time.perf_counter() - start_s) / count
        together = Stored(folder / "together")
        total = 1_280 if quick() else 6_400
        crowd(together, total)
        start_s = time.perf_counter()
        crowd(together, total)
        batched_s = (time.perf_counter() - start_s) / total
        assert (alone.size(), together.size()) == (count, 2 * total)
        details = {"one_by_one_a_second": 1 / each_s, "batched_a_second": 1 / batched_s}
        figure("log_durable_batched", each_s / batched_s, "x", peer="one by one", goal=">=10", **details)
        late, achieved = arrivals(Stored(folder / "load"), seconds=4 if quick() else 10)
        late.sort()
        p99 = late[int(len(late) * 0.99)]
        details = {
            "p50_ms": 1e3 * statistics.median(late),
            "worst_ms": 1e3 * late[-1],
            "acknowledged": len(late),
            "achieved_a_second": achieved,
        }
        figure("log_ack_p99", 1e3 * p99, "ms", peer=f"{RATE} a second offered", goal="<=250", **details)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def crowd(stored: Stored, total: int) -> None:
    """So many receipts by the writers together."""

    def work() -> None:
        database = Database(stored.root / "node.sqlite")
        for _ in range(total // WRITERS):
            stored.one(database)
        database.close()

    threads = [threading.Thread(target=work) for _ in range(WRITERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def arrivals(stored: Stored, *, seconds: float) -> tuple[list[float], float]:
    """Open loop: a receipt is due every millisecond whether or not those before it are done; seconds from due to acknowledged, and
    how many were acknowledged in a second."""
    begin_s = time.perf_counter() + 0.2
    total, taken, lock = int(RATE * seconds), list[float](), threading.Lock()
    turn = iter(range(total))

    def work() -> None:
        database = Database(stored.root / "node.sqlite")
        while True:
            with lock:
                number = next(turn, None)
            if number is None:
                break
            due_s = begin_s + number / RATE
            time.sleep(max(0.0, due_s - time.perf_counter()))
            stored.one(database)
            with lock:
                taken.append(time.perf_counter() - due_s)
        database.close()

    threads = [threading.Thread(target=work) for _ in range(4 * WRITERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    achieved = total / (time.perf_counter() - begin_s)
    assert stored.size() == total == len(taken)
    return taken, achieved


def monitor() -> None:
    """Figures 4, from files on this disk; each look in a process of its own, whose memory is told."""
    count, cores = (20_480 if quick() else 1_000_000), os.cpu_count() or 1
    root = Path(tempfile.mkdtemp(prefix="bench-log-", dir=Path(__file__).resolve().parent.parent / "build"))
    try:
        with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
            starts = range(0, count, PART)
            made = list(pool.map(_filled, [root] * len(starts), starts, [min(PART, count - start) for start in starts]))
        hashes = [raw[at : at + HASH_BYTES] for raw in made for at in range(0, len(raw), HASH_BYTES)]
        log, home = root / "log" / "isla", root / "homes" / "isla"
        above = _Above(hashes)
        for tile in tiles_for(count):
            if tile.level != ENTRIES:
                _put(log / tile.path, above.content(tile))
        head = sign_checkpoint(Checkpoint(origin=ORIGIN, size=count, root=root_of(hashes)), KEY)
        for path in (log / "checkpoint", home / "kept" / "isla.checkpoint"):
            _put(path, head)
        _put(home / "trust.json", json.dumps({"logs": {ORIGIN: KEY.public.text()}}).encode())
        how = (("", 0, cores, "each signature"), ("_again", count, cores, "signatures were checked at an earlier look"))
        for name, checked_to, processes, told in (*how, ("_alone", 0, 1, "each signature, by one process")):
            if name == "_alone" and not quick():
                continue
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                taken_s, cpu_s, own_mb = pool.submit(_looked, root, count, checked_to, processes).result()
            figure(
                f"log_monitor{name}_{'million' if count == 1_000_000 else count}",
                taken_s,
                "s",
                peer="none",
                goal=f"<={60 * count / 1e6:.3g}",
                entries=count,
                how=told,
                processes=processes,
                cpu_s=cpu_s,
                cpu_us_each=1e6 * cpu_s / count,
                own_mb=own_mb,
            )
    finally:
        shutil.rmtree(root, ignore_errors=True)


class _Above:
    """The tiles over many leaf hashes."""

    def __init__(self, hashes: list[bytes]) -> None:
        self.levels = {0: hashes}
        for node in grow(Frontier(), hashes, every=8)[1]:
            self.levels.setdefault(node.height // 8, []).append(node.hashed)

    def content(self, tile: Tile) -> bytes:
        return b"".join(self.levels[tile.level][256 * tile.number : 256 * tile.number + tile.width])


def _put(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)


def _filled(root: Path, first: int, count: int) -> bytes:
    """So many receipts and their bundles as files; the leaf hashes."""
    folder, leaves = root / "homes" / "isla" / "receipts" / "isla", list[bytes]()
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(first, first + count):
        one = receipt(index)
        (folder / receipt_name(index)).write_bytes(envelope_to_json(one))
        leaves.append(leaf_of(one, KEY.public))
    for at in range(0, count, 256):
        part = leaves[at : at + 256]
        _put(root / "log" / "isla" / Tile(level=ENTRIES, number=(first + at) // 256, width=len(part)).path, bundle_bytes(part))
    return b"".join(map(leaf_hash, leaves))


def _looked(root: Path, count: int, checked_to: int, processes: int) -> tuple[float, float, float]:
    """Seconds, seconds of all processors, and memory at most, without that of the processes that help."""
    start_s = time.perf_counter()
    report = settled(root, root / "homes" / "isla", checked_to=checked_to, processes=processes).report
    taken_s = time.perf_counter() - start_s
    assert report.holds
    assert (report.size, report.receipts, report.signatures) == (count, count, count - checked_to)
    # Not ru_maxrss: what started this process is in it too.
    high = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return taken_s, sum(one.ru_utime + one.ru_stime for one in used), int(high.split()[1]) / 1024


def reads() -> None:
    """Figure 5."""
    from tests.rooms.desk.tiny import Tiny, sighting

    folder = Path(tempfile.mkdtemp(prefix="bench-log-", dir=Path(__file__).resolve().parent.parent / "build"))
    try:
        tiny = Tiny(folder / "node")
        for number in range(100):
            path = folder / f"{number}.json"
            path.write_text(sighting().replace("patrol-7", f"patrol-{number}"))
            from fairlead.desk.observe import observe

            observe(tiny.node, tiny.who("bravo-air"), path, "bravo-air")
        asker = tiny.who("cell-analyst")

        def read() -> bytes:
            outcome = list_holdings(tiny.node, asker, kind="report")
            assert isinstance(outcome, Answer)
            return outcome.body

        with_s, told = seconds_of(read, repeats=15), read()
        honest, publish = record.use, tiny.node.publish
        record.use = lambda *_, **__: None  # type: ignore[assignment]
        tiny.node.publish = lambda: 0  # type: ignore[method-assign]
        without_s, silent = seconds_of(read, repeats=15), read()
        record.use, tiny.node.publish = honest, publish  # type: ignore[method-assign]
        assert told == silent
        assert told.count(b'"id"') >= 100
        details = {"with_ms": 1e3 * with_s, "without_ms": 1e3 * without_s}
        figure("log_read_with_receipt", with_s / without_s, "x", peer="the same list without its receipts", goal="<=2", **details)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    (Path(__file__).resolve().parent.parent / "build").mkdir(exist_ok=True)
    append()
    proofs()
    durable()
    monitor()
    reads()


if __name__ == "__main__":
    main()
