"""Rules of the house as functions from source text to findings, so that each can be shown to catch a sabotage.

Import contracts (pyproject.toml) see which module imports which; these see what they cannot: calls, names, sizes, words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

LINES_MAX = 400

WORDS_NOT_USED = {
    *("permission", "permissions", "policy", "policies", "entity", "entities", "manager", "managers"),
    *("helper", "helpers", "util", "utils", "target", "targets"),
}
NAMES_NOT_USED = {"data"}  # as a whole name; inside a longer one it may be part of a format's own word

IMPURE_CALLS = {"open", "input", "print", "eval", "exec", "__import__", "breakpoint"}
IMPURE_ATTRIBUTES = {
    *(("datetime", name) for name in ("now", "utcnow", "today", "fromtimestamp")),
    *(("date", name) for name in ("today", "fromtimestamp")),
    *(("time", name) for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep")),
    *((name, "random") for name in ("numpy", "np")),
    *((name, call) for name in ("numpy", "np") for call in ("load", "save", "savez", "fromfile", "loadtxt", "savetxt", "memmap")),
}

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def words_of(name: str) -> set[str]:
    """The words of an identifier: `PolicyManager` and `policy_manager` both give policy and manager."""
    return {word.lower() for word in _WORD.findall(name)}


def opening(source: str) -> Iterator[str]:
    """Each file opens with a sentence about itself."""
    tree = ast.parse(source)
    if tree.body and not ast.get_docstring(tree):
        yield "1: does not open with a docstring"


def length(source: str) -> Iterator[str]:
    """No file is longer than a person reads in one sitting."""
    lines = source.count("\n")
    if lines > LINES_MAX:
        yield f"{lines}: longer than {LINES_MAX} lines"


def purity(source: str) -> Iterator[str]:
    """A pure room reads no clock, disk or randomness, by whatever name it got hold of them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            yield f"{node.lineno}: calls {node.func.id}"
        elif isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
            if (owner, node.attr) in IMPURE_ATTRIBUTES:
                yield f"{node.lineno}: uses {owner}.{node.attr}"
        elif isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if node.module == "numpy.random" or (node.module == "numpy" and "random" in names):
                yield f"{node.lineno}: imports numpy.random"
            if node.module == "typing" and "Any" in names:
                yield f"{node.lineno}: imports Any"
        elif isinstance(node, ast.Import) and any(alias.name.startswith(("numpy.random", "importlib")) for alias in node.names):
            yield f"{node.lineno}: imports {node.names[0].name}"


def flags(source: str) -> Iterator[str]:
    """No parameter is a bare yes or no: two behaviours are two functions, or a word."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                if isinstance(arg.annotation, ast.Name) and arg.annotation.id == "bool":
                    yield f"{node.lineno}: {node.name} takes the flag {arg.arg}"


def given_names(source: str) -> Iterator[tuple[int, str]]:
    """Every name a file gives to something, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr
        elif isinstance(node, ast.alias) and node.asname:
            yield 0, node.asname


def words(source: str) -> Iterator[str]:
    """Names use the words of the trade, never those that mean nothing or the wrong thing."""
    for line, name in given_names(source):
        unwanted = words_of(name) & WORDS_NOT_USED or ({name} & NAMES_NOT_USED)
        if unwanted:
            yield f"{line}: {name} uses {', '.join(sorted(unwanted))}"


def no_aim(source: str) -> Iterator[str]:
    """Vessels are contacts, tracks and leads: the word for what one aims at stands nowhere, comments and texts included."""
    for number, line in enumerate(source.splitlines(), start=1):
        if re.search(r"\btargets?\b", line, re.IGNORECASE):
            yield f"{number}: says target"


def side_doors(source: str, room: str) -> Iterator[str]:
    """Another room is entered through its public names only."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("fairlead."):
            continue
        parts = (node.module or "").split(".")[1:]
        hidden = [part for part in (*parts, *(alias.name for alias in node.names)) if part.startswith("_")]
        if hidden and parts[0] != room:
            yield f"{node.lineno}: takes {', '.join(hidden)} out of {parts[0]}"


def holdings_made(source: str) -> Iterator[str]:
    """Where a holding is constructed, or copied with other fields."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called == "Holding":
                yield f"{node.lineno}: constructs a holding"


def errors_made(source: str) -> Iterator[str]:
    """Error classes live on one page; what an error says is lower case and has no full stop."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            bases = {base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases}
            if any(base.endswith(("Error", "Exception", "Fault")) for base in bases):
                yield f"{node.lineno}: {node.name} is an error outside errors.py"
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            first = node.exc.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                said = first.value
                # A capital is allowed where the word is one in the trade: AIS, VHF, P2.
                if (said[:1].isupper() and not said[1:2].isupper()) or said.endswith("."):
                    yield f"{node.lineno}: says {said!r}"
