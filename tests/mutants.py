"""Seeded faults: each is made in a copy of the tree, and the one test named for it must fail there (`make mutants`).

1. Nothing is judged on a tree that is not whole: every old text occurs exactly once, and every named test passes unharmed.
2. A fault is killed only by a failing test. A test that cannot be found, collected or ended in time is an error, not a kill.
3. The copy is what runs: the fairlead imported there is checked to be the copy's. The checkout is never written to.

Exit code: 0 every fault was killed, 1 one survived, 2 nothing can be said.
"""

from __future__ import annotations

import argparse
import compileall
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.seeded import FAULTS, Fault

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("src", "tests", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "vendor", "browser", "*.sqlite")
JOBS = 2
TIMEOUT_S = 300
FAILED, PASSED = 1, 0  # exit codes of pytest: some test failed; all passed


class Broken(Exception):
    """The runner cannot say anything about the faults."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one fault."""

    fault: Fault
    killed: bool
    seconds: float

    @property
    def line(self) -> str:
        said = "killed by" if self.killed else "SURVIVED"
        return f"{self.fault.name}: {said} {self.fault.test} in {self.seconds:.1f} s"


class Tree:
    """One copy of the source and tests, in which one fault at a time is made."""

    def __init__(self, root: Path, origin: Path = ROOT) -> None:
        self.root = root
        for name in COPIED:
            there = origin / name
            if there.is_dir():
                shutil.copytree(there, root / name, ignore=LEFT_OUT)
            else:
                shutil.copy(there, root / name)
        compileall.compile_dir(root / "src", quiet=2)

    def file(self, fault: Fault) -> Path:
        return self.root / "src" / "fairlead" / fault.file

    @contextmanager
    def harmed(self, fault: Fault) -> Iterator[None]:
        """The tree with this fault in it. Raises Broken unless the old text occurs exactly once."""
        path = self.file(fault)
        whole = path.read_text()
        path.write_text(with_fault(whole, fault))
        for stale in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            stale.unlink()
        self._forget(path)
        try:
            yield
        finally:
            path.write_text(whole)
            self._forget(path)

    def _forget(self, path: Path) -> None:
        """Compiled code beside a file may hold it inlined, and its cache would not notice a change."""
        for stale in (path.parent / "__pycache__").glob("*.nb[ic]"):
            stale.unlink()

    def run(self, *tests: str) -> subprocess.CompletedProcess[str]:
        """Pytest over these tests, importing from the copy."""
        command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "--rootdir", str(self.root)]
        try:
            return self._spawn([*command, *tests])
        except subprocess.TimeoutExpired as error:
            raise Broken(f"{tests[0]} did not end within {TIMEOUT_S} s") from error

    def own_source(self) -> Path:
        """Where the copy's interpreter finds fairlead."""
        found = self._spawn([sys.executable, "-c", "import fairlead; print(fairlead.__file__)"])
        return Path(found.stdout.strip()).resolve()

    def _spawn(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        paths = os.pathsep.join([str(self.root / "src"), str(self.root)])
        environment = {name: said for name, said in os.environ.items() if not name.startswith(("PYTEST_", "COVERAGE_"))}
        environment |= {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S)


def with_fault(whole: str, fault: Fault) -> str:
    """The source with the fault in it. Raises Broken unless the old text occurs exactly once and the new one is another."""
    count = whole.count(fault.old)
    if count != 1:
        raise Broken(f"{fault.name}: its old text occurs {count} times in {fault.file}, not once: {fault.old!r}")
    if fault.old == fault.new:
        raise Broken(f"{fault.name}: it changes nothing")
    return whole.replace(fault.old, fault.new)


def check_texts(faults: Sequence[Fault], origin: Path = ROOT) -> None:
    """Every fault can be made, and no two have one name. Raises Broken naming all that cannot."""
    found = []
    for fault in faults:
        try:
            with_fault((origin / "src" / "fairlead" / fault.file).read_text(), fault)
        except (Broken, OSError) as error:
            found.append(str(error))
    names = [fault.name for fault in faults]
    found += sorted({f"{name} names two faults" for name in names if names.count(name) > 1})
    if found:
        raise Broken("\n".join(found))


def check_unharmed(tree: Tree, tests: Sequence[str]) -> None:
    """The copy runs its own source and every named test passes in it. Raises Broken."""
    if not tree.own_source().is_relative_to(tree.root.resolve()):
        raise Broken(f"the copy in {tree.root} does not run its own source but {tree.own_source()}")
    done = tree.run(*tests)
    if done.returncode != PASSED:
        raise Broken(f"a named test does not pass unharmed\n{done.stdout[-4000:]}{done.stderr[-1000:]}")


def judge(tree: Tree, fault: Fault) -> Verdict:
    """Whether the named test notices the fault. Raises Broken when it could not be asked."""
    started = time.monotonic()
    with tree.harmed(fault):
        done = tree.run(fault.test)
    if done.returncode not in (FAILED, PASSED):
        raise Broken(f"{fault.name}: pytest ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-1000:]}")
    return Verdict(fault, done.returncode == FAILED, time.monotonic() - started)


def hunt(faults: Sequence[Fault], *, origin: Path = ROOT, jobs: int = JOBS) -> Iterator[Verdict]:
    """Judge every fault, several at a time, in the order given. Raises Broken."""
    check_texts(faults, origin)
    tests = sorted({fault.test for fault in faults})
    with tempfile.TemporaryDirectory(prefix="fairlead-mutants-") as folder, ThreadPoolExecutor(jobs) as pool:
        trees = list(pool.map(lambda number: Tree(Path(folder) / str(number), origin), range(jobs)))
        list(pool.map(lambda number: check_unharmed(trees[number], tests[number::jobs] or tests[:1]), range(jobs)))
        free: queue.SimpleQueue[Tree] = queue.SimpleQueue()
        for tree in trees:
            free.put(tree)

        def one(fault: Fault) -> Verdict:
            tree = free.get()
            try:
                return judge(tree, fault)
            finally:
                free.put(tree)

        yield from pool.map(one, faults)


def main(arguments: Sequence[str] | None = None, faults: Sequence[Fault] = FAULTS) -> int:
    """The command: one line a fault, then what they come to."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="make each seeded fault; its test must notice")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this fault; may be repeated")
    parser.add_argument("--list", action="store_true", help="print the faults and their tests, run nothing")
    asked = parser.parse_args(arguments)
    unknown = sorted(set(asked.only) - {fault.name for fault in faults})
    chosen = [fault for fault in faults if not asked.only or fault.name in asked.only]
    if unknown or not chosen:
        print(f"no such fault: {', '.join(unknown)}; --list names them", file=sys.stderr)
        return 2
    if asked.list:
        for fault in chosen:
            print(f"{fault.name}: {fault.file}: {fault.test}")
        return 0
    try:
        verdicts = []
        for verdict in hunt(chosen):
            print(verdict.line, flush=True)
            verdicts.append(verdict)
    except Broken as error:
        print(error, file=sys.stderr)
        return 2
    survivors = [verdict.fault.name for verdict in verdicts if not verdict.killed]
    print(f"{len(verdicts) - len(survivors)} of {len(verdicts)} seeded faults killed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
