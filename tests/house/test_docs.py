"""Docs are tests: every command and setting is written down, the README is short, and no file names a host or a machine."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.house.tree import ROOT, files, name_of, python_files, text_of

README_WORDS_MAX = 600
README_COMMANDS = ("make demo", "make check")
README_OPENING_LINES = 30

LOCKS = ("requirements.lock", "requirements-dev.lock", "web/package-lock.json", "tests/outside/npm/package-lock.json")

# Spelled in parts, so that this file does not name what it looks for.
REGISTRY_HOSTS = tuple(
    "".join(parts)
    for parts in (
        ("pypi", ".org"),
        ("pythonhosted", ".org"),
        ("npmjs", ".org"),
        ("npmjs", ".com"),
        ("deb.debian", ".org"),
        ("security.debian", ".org"),
        ("proxy.golang", ".org"),
        ("crates", ".io"),
        ("unpkg", ".com"),
        ("jsdelivr", ".net"),
    )
)
MACHINE_PATHS = re.compile(
    "|".join((r"(?<![\w.])/" + r"work/(main|shared)", r"/" + r"home/\w+/", r"/" + r"root/", r"/" + r"Users/\w+"))  # parts again
)
ADDRESS = re.compile(
    r"\b(https?|ftp|file|ssh|git(\+\w+)?)://|\"resolved\"|^\s*-(-index|-extra-index|-find-links|f |i )|^\S+ @ ", re.MULTILINE
)


def _docs() -> str:
    return "\n".join(text_of(path) for path in files() if path.suffix == ".md")


def _commands() -> list[str]:
    """Every command of `fairlead`, groups spelled out: `case take` and not `take`."""
    try:
        import typer

        from fairlead.door.cli import app
    except ImportError as missing:
        pytest.fail(f"the command line cannot be loaded, so its docs cannot be checked: {missing}")
    found: list[str] = []

    def walk(command: object, words: tuple[str, ...]) -> None:
        inner = getattr(command, "commands", None)
        if inner is None:
            found.append(" ".join(words))
            return
        for name, one in inner.items():
            if not one.hidden:
                walk(one, (*words, name))

    walk(typer.main.get_command(app), ())
    return sorted(one for one in found if one)


def test_every_command_is_in_the_docs():
    commands = _commands()
    assert len(commands) >= 5
    docs = _docs()
    assert [one for one in commands if f"fairlead {one}" not in docs] == []


def test_every_setting_is_in_the_docs():
    settings = {name for path in python_files("src/") for name in re.findall(r"\bFAIRLEAD_[A-Z0-9_]+", path.read_text())}
    docs = _docs()
    assert [name for name in sorted(settings) if name not in docs] == []


def test_the_docs_name_no_command_that_does_not_exist():
    heads = {one.split()[0] for one in _commands()} | {"COMMAND"}
    said = {
        (name_of(path), word)
        for path in files()
        if path.suffix == ".md" and path.name != "CHANGELOG.md"
        for block in re.findall(r"`[^`\n]+`|```.*?```", text_of(path), re.DOTALL)
        for word in re.findall(r"(?:^|[`\s/])fairlead ([a-zA-Z][\w-]*)", block)
    }
    assert sorted(one for one in said if one[1] not in heads) == []


def test_every_make_command_is_in_the_docs():
    rules = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert rules is not None
    docs = _docs()
    inner = {"help", "dev", "browser", "postgres", "test"}
    assert [one for one in rules[1].split() if one not in inner and f"make {one}" not in docs] == []


def test_the_readme_is_short_and_opens_with_its_two_commands():
    text = (ROOT / "README.md").read_text()
    assert len(text.split()) <= README_WORDS_MAX
    opening = "\n".join(text.splitlines()[:README_OPENING_LINES])
    assert [one for one in README_COMMANDS if one not in opening] == []


def test_ci_runs_the_readmes_test_command():
    lines = [line.strip() for line in (ROOT / ".ci" / "run").read_text().splitlines()]
    assert lines[-1] == "make check"
    assert "set -euo pipefail" in lines


def test_links_between_pages_lead_somewhere():
    broken = [
        f"{name_of(path)}: {link}"
        for path in files()
        if path.suffix == ".md"
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text_of(path))
        if "://" not in link and not (path.parent / link).exists()
    ]
    assert broken == []


def test_no_file_names_a_registry_or_a_machine():
    named = [f"{name_of(path)}: {host}" for path in files() for host in REGISTRY_HOSTS if host in text_of(path)]
    assert named == []
    assert [f"{name_of(path)}: {found[0]}" for path in files() if (found := MACHINE_PATHS.search(text_of(path)))] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_holds_an_address(lock):
    found = ADDRESS.search((ROOT / lock).read_text())
    assert found is None, f"{lock}: {found[0] if found else ''}"


@pytest.mark.parametrize("line", ["a @ " + "https://x/y", "--index" + "-url x", '"resolved"' + ": 1", "-f " + "wheels"])
def test_the_lock_rule_catches_an_address(line):
    assert ADDRESS.search(f"a==1\n{line}\n")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_a_hash(lock):
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    assert len(entries) > 20
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_for_developers_only_adds():
    pins = {name: set(re.findall(r"^(\S+==\S+)", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS[:2]}
    assert pins["requirements.lock"] < pins["requirements-dev.lock"]


def test_everything_declared_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements-dev.lock").read_text(), re.MULTILINE))
    wanted = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
        *project["dependency-groups"]["build"],
    ]
    names = [re.split(r"[\[<>=~!; ]", one)[0].lower() for one in wanted]
    assert [name for name in names if name not in locked] == []
