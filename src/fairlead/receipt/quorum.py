"""C2SP tlog-policy: which logs and witnesses a reader knows, and how many witnesses must have seen a head for it to count.

1. The file is lines of `log`, `witness`, `group` and one `quorum`; a name is defined before it is used, and used once.
2. A key counts once, however often it is named. `quorum none` asks for no witness, and says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from fairlead.envelope import PublicKey
from fairlead.errors import FairleadError, MalformedBytes
from fairlead.receipt.note import COSIGNATURE, ED25519, Verifier, verifier_of

LINES_MAX: Final = 1024
NONE: Final = "none"


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """A witness under the name this file gives it, its key, and where it takes checkpoints."""

    name: str
    verifier: Verifier
    url: str = ""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """So many of these names, witnesses or groups, must have cosigned."""

    needs: int
    names: tuple[str, ...]


class Quorum(msgspec.Struct, frozen=True, kw_only=True):
    """A reader's rule about heads."""

    logs: tuple[Verifier, ...]
    witnesses: Mapping[str, Witness]
    groups: Mapping[str, Group]
    name: str

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        return tuple(one.verifier for one in self.witnesses.values())

    def met(self, cosigned: Collection[PublicKey]) -> bool:
        """Whether cosignatures by these keys are enough."""
        if self.name == NONE:
            return True
        keys = set(cosigned)
        seen = {name: one.verifier.key in keys for name, one in self.witnesses.items()}
        for name, group in self.groups.items():  # in the file's order: a group names only what stands before it
            seen[name] = sum(seen[one] for one in group.names) >= group.needs
        return seen[self.name]

    def names(self, origin: str, keys: Collection[PublicKey]) -> bool:
        """Whether this rule is about the log of that name with one of these keys; a rule without logs is about any."""
        return not self.logs or any(one.name == origin and one.key in keys for one in self.logs)


NOBODY: Final = Quorum(logs=(), witnesses={}, groups={}, name=NONE)


# C2SP tlog-policy, "Policy file syntax and structure".
def read_quorum(raw: bytes) -> Quorum:
    """The rule in a file. Raises MalformedBytes naming the line."""
    if any((byte < 0x20 and byte not in (0x09, 0x0A)) or byte == 0x7F for byte in raw):
        raise MalformedBytes("a witness rule holds a control character")
    lines = raw.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) > LINES_MAX:
        raise MalformedBytes("a witness rule is too long", why=f"more than {LINES_MAX} lines")
    reading = _Reading()
    for number, line in enumerate(lines, 1):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if words and not words[0].startswith("#"):
            try:
                reading.take(words)
            except FairleadError as error:
                why = str(error).encode("utf-8", "backslashreplace").decode("utf-8")  # names are bytes, and not always text
                raise MalformedBytes("a line of a witness rule does not read", where=f"line {number}", why=why) from error
    return reading.done()


class _Reading:
    """What the lines so far have said."""

    def __init__(self) -> None:
        self.logs: list[Verifier] = []
        self.witnesses: dict[str, Witness] = {}
        self.groups: dict[str, Group] = {}
        self.used: set[str] = set()
        self.name = ""

    def take(self, words: list[str]) -> None:
        kind, rest = words[0], words[1:]
        if kind == "log" and 1 <= len(rest) <= 2:
            self._log(rest[0])
        elif kind == "witness" and 2 <= len(rest) <= 3:
            self._witness(*rest)
        elif kind == "group" and len(rest) >= 3:
            self._group(rest[0], rest[1], rest[2:])
        elif kind == "quorum" and len(rest) == 1:
            if self.name:
                raise MalformedBytes("there is a second quorum")
            if rest[0] != NONE:
                self._known(rest[0])
            self.name = rest[0]
        else:
            raise MalformedBytes("this is no log, witness, group or quorum", where=" ".join(words)[:80])

    def done(self) -> Quorum:
        if not self.name:
            raise MalformedBytes("a witness rule names no quorum", do="end it with a line quorum NAME, or quorum none")
        return Quorum(logs=tuple(self.logs), witnesses=self.witnesses, groups=self.groups, name=self.name)

    def _log(self, text: str) -> None:
        found = verifier_of(text)
        if found.kind != ED25519 or found.key in {one.key for one in self.logs}:
            raise MalformedBytes("a log's key signs no checkpoints, or is there already", where=found.name[:80])
        self.logs.append(found)

    def _witness(self, name: str, text: str, url: str = "") -> None:
        self._new(name)
        found = verifier_of(text)
        if found.kind != COSIGNATURE or found.key in {one.verifier.key for one in self.witnesses.values()}:
            raise MalformedBytes("a witness's key makes no cosignatures, or is there already", where=name[:80])
        self.witnesses[name] = Witness(name=name, verifier=found, url=url)

    def _group(self, name: str, needs: str, names: list[str]) -> None:
        self._new(name)
        for one in names:
            self._known(one)
            if one in self.used:
                raise MalformedBytes("a name is a member twice", where=one[:80])
            self.used.add(one)
        plain = needs.isascii() and needs.isdigit() and not needs.startswith("0") and len(needs) <= 4
        count = {"all": len(names), "any": 1}.get(needs, int(needs) if plain else 0)
        if not 1 <= count <= len(names):
            raise MalformedBytes("a group needs a number of its own members", where=needs[:80])
        self.groups[name] = Group(needs=count, names=tuple(names))

    def _new(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise MalformedBytes("this name is taken", where=name[:80])

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise MalformedBytes("this name was not defined before", where=name[:80])
