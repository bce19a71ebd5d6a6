"""Reads an order's sentence back: a parser written from the sentence alone, which shares no code with what writes it.

It takes the sentence clause by clause, from the front, and fails on any word it does not expect. What it returns is every field of
an order but its id, as plain values.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

INSTANT = r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z)"
CODE = r"[a-z0-9][a-z0-9_/-]*"
REACH = {
    "what is stored from now on": "new",
    "what agreements signed or amended from now on would open": "future_subscriptions",
    "what is stored already": "already_shared",
    "what was or will be derived from it": "derived",
}
CARVED = {
    "products go on being readable by the other parties they were made from": "co_originators",
    "rescue centres go on reading the few fields of a record that states distress": "safety_of_life",
}


class Misread(AssertionError):
    pass


class Reader:
    def __init__(self, text: str, names: dict[str, str]) -> None:
        self.rest, self.names = text, sorted((f"{name} ({code})" for code, name in names.items()), key=len, reverse=True)

    def skip(self, words: str) -> bool:
        if self.rest.startswith(words):
            self.rest = self.rest[len(words) :]
            return True
        return False

    def must(self, words: str) -> None:
        if not self.skip(words):
            raise Misread(f"expected {words!r}, found {self.rest[:60]!r}")

    def match(self, pattern: str) -> str:
        found = re.match(pattern, self.rest)
        if not found:
            raise Misread(f"expected {pattern!r}, found {self.rest[:60]!r}")
        self.rest = self.rest[found.end() :]
        return found.group(1) if found.groups() else found.group(0)

    def named(self) -> str:
        """A party or unit: its name, then its code in brackets."""
        for one in self.names:
            if self.skip(one):
                return one.rpartition("(")[2][:-1]
        raise Misread(f"nobody is called {self.rest[:60]!r}")

    def instant(self) -> int:
        text = self.match(INSTANT)
        whole, _, part = text[:-1].partition(".")
        seconds = dt.datetime.fromisoformat(whole).replace(tzinfo=dt.UTC) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
        return int(seconds.total_seconds()) * 1000 + int(part or 0)

    def quoted(self) -> str:
        value, end = json.JSONDecoder().raw_decode(self.rest)
        if not isinstance(value, str):
            raise Misread("a text should stand here")
        self.rest = self.rest[end:]
        return value

    def many(self, one: Any) -> tuple[Any, ...]:
        found = [one()]
        while self.skip(" or "):
            found.append(one())
        return tuple(found)

    def codes(self) -> tuple[str, ...]:
        return self.many(lambda: self.match(CODE))

    def degrees(self) -> int:
        text = self.match(r"-?\d+\.\d{7}")
        return int(text.replace(".", ""))

    def region(self) -> tuple[str, tuple[int, int, int, int]]:
        code = self.match(CODE)
        self.must(" (latitude ")
        south = self.degrees()
        self.must(" to ")
        north = self.degrees()
        self.must(", longitude ")
        west = self.degrees()
        self.must(" to ")
        east = self.degrees()
        self.must(")")
        return code, (south, west, north, east)

    def object(self) -> str:
        if self.skip("vessel "):
            return self.match(r"[1-9][0-9]{0,9}")
        self.must("record ")
        return self.match(r"[0-9a-f]{64}")


AXES = {
    "feed ": ("feeds", "codes"),
    "sensor ": ("sensors", "codes"),
    "category ": ("categories", "codes"),
    "region ": ("regions", "region"),
    "channel ": ("channels", "codes"),
    "asset ": ("assets", "codes"),
    "object ": ("objects", "object"),
}


def parse(text: str, names: dict[str, str]) -> dict[str, Any]:
    """The meaning of a sentence. `names`: what each party and unit is called. Raises Misread."""
    r = Reader(text, names)
    got: dict[str, Any] = {"originator": r.named()}
    r.must(" halts ")
    if not r.skip("everything"):
        first = True
        while first or r.skip(" and "):
            first = False
            for words, (field, kind) in AXES.items():
                if r.skip(words):
                    got[field] = r.codes() if kind == "codes" else r.many(getattr(r, kind))
                    break
            else:
                raise Misread(f"no such axis: {r.rest[:40]!r}")
    r.must(" it originated")
    if r.skip(" and observed"):
        got["window_from_ms"] = r.instant() if r.skip(" from ") else 0
        got["window_to_ms"] = r.instant() if r.skip(" until ") else 0
    r.must(", and what was derived from it, for ")
    if not r.skip("every reader but its own units"):
        if r.rest.startswith("every unit of "):
            got["partners"] = r.many(lambda: (r.must("every unit of "), r.named())[1])
        else:
            got["units"] = r.many(r.named)
    if not r.skip(", for every purpose"):
        r.must(", for the purpose ")
        got["purposes"] = r.codes()
    if not r.skip(", in every operation"):
        r.must(", in operation ")
        got["operations"] = r.codes()
    r.must(", until ")
    if r.skip("it is lifted"):
        if r.skip(", which is reviewed when "):
            got["verified_by"] = r.named()
            r.must(" reports that ")
            got["condition"] = r.quoted()
    else:
        got["until_ms"] = r.instant()
    overlaps = bool({"regions", "objects", "window_from_ms"} & got.keys())
    if overlaps:
        r.must("; a record that overlaps falls under it whole")
        if "regions" in got:
            r.must(", and so does one that names no place")
    if r.skip("; of this it reaches only "):
        got["reach"] = r.many(lambda: _one(r, REACH))
    if r.skip("; except that "):
        got["carve_outs"] = (_one(r, CARVED),)
        while r.skip(" and that "):
            got["carve_outs"] += (_one(r, CARVED),)
    if r.skip("; it leaves nothing to rescue centres, because "):
        got["no_rescue_because"] = r.quoted()
    if r.skip("; it is an emergency freeze of one officer: not confirmed by a second until "):
        got["freeze_until_ms"] = r.instant()
        r.must(", it stays closed and is reviewed")
    if r.skip("; copies are recalled from "):
        got["recalls"] = r.many(r.named)
        r.must(", to be answered by ")
        got["answer_by_ms"] = r.instant()
    if r.skip("; it is confidential: those it stops are not told of it"):
        got["confidential"] = True
    if r.skip("; it stands in place of order "):
        got["replaces"] = r.match(r"[0-9a-z-]+")
    if r.skip("; the use it fears is "):
        got["fears"] = r.quoted()
    r.must("; ordered at ")
    got["ordered_at_ms"] = r.instant()
    if r.skip(" by "):
        got["officer"] = r.match(CODE)
    r.must(".")
    if r.rest:
        raise Misread(f"words after the end: {r.rest[:40]!r}")
    return got


def _one(r: Reader, table: dict[str, str]) -> str:
    for words, code in table.items():
        if r.skip(words):
            return code
    raise Misread(f"nothing known is said here: {r.rest[:40]!r}")
