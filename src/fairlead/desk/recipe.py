"""The recipe of a picture: all that it was computed from, kept on the node, named in every receipt of it by digest alone.

1. Enough to compute the picture again: engine, parameters, places, chart, window, form, and the sources by digest, in their order.
2. A receipt carries only the digest. The recipe is salted, so no originator can find out from its digest whose sources were beside
   its own (P7); oversight and `replay` read it.
3. It is on the disk before the receipt that names it; one that no receipt names tells nothing to anybody. The same picture computed
   in one process has one recipe, so watching costs one file a picture, not one a look.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from functools import cache
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable
from typing import Final

import msgspec

from fairlead.agreement.lists import Row
from fairlead.desk.node import Node
from fairlead.envelope import Digest, HoldingId, JsonValue, decode, digest_of, encode, sha256_hex
from fairlead.errors import BadFile, MalformedBytes
from fairlead.picture import Window
from fairlead.picture.parameters import parameters_digest
from fairlead.store.files import write_durably

ROOMS: Final = ("envelope", "label", "report", "picture")
LIBRARIES: Final = ("numba", "numpy")
SALT_BYTES: Final = 16
KEPT_MAX: Final = 256


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A segment or report of the picture; `early` when it was there at `since_ms` already."""

    id: HoldingId
    feed: str
    digest: str
    early: bool = False


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a picture was computed from. `picture` is the digest of the whole answer; a receipt's output may be a part of it."""

    engine: str
    parameters: str
    places: str
    chart: str
    form: str
    window: Window
    banner: dict[str, str | list[str]]
    sources: tuple[Source, ...]
    picture: str
    since_ms: int | None = None
    at_ms: int = 0  # of a coarse form, which depends on it
    salt: str = ""


@cache
def engine() -> Digest:
    """The digest of the code that makes a picture: every source file of the rooms it lives in, the libraries and the machine's kind."""
    seal = hashlib.sha256()
    for room in ROOMS:
        for name, text in _files(resources.files("fairlead") / room, room):
            seal.update(f"{name} {len(text)}\n".encode() + text)
    for library in LIBRARIES:
        seal.update(f"{library} {version(library)}\n".encode())
    seal.update(f"{platform.machine()} {platform.python_version()}\n".encode())
    return Digest(seal.hexdigest())


def _files(folder: Traversable, name: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for one in sorted(folder.iterdir(), key=lambda one: one.name):
        path = f"{name}/{one.name}"
        if one.is_dir():
            found += _files(one, path)
        elif one.name.endswith(".py"):
            found.append((path, one.read_bytes()))
    return found


def recipe_of(
    node: Node, rows: Sequence[Row], window: Window, banner: JsonValue, *, form: str, at_ms: int, since_ms: int | None, picture: Digest
) -> Recipe:
    """The recipe of a picture that was just computed."""
    chart = node.charts.chart()[0]
    return Recipe(
        engine=engine(),
        parameters=parameters_digest(node.parameters),
        places=places_digest(node),
        chart=chart.digest if chart else "",
        form=form,
        window=window,
        banner=msgspec.convert(banner, dict[str, str | list[str]]),
        sources=tuple(
            Source(
                id=row.holding.id,
                feed=row.holding.feed,
                digest=row.holding.digest,
                early=since_ms is not None and row.holding.created_ms <= since_ms,
            )
            for row in rows
        ),
        picture=picture,
        since_ms=since_ms,
        at_ms=at_ms if form == "coarse" else 0,
    )


def places_digest(node: Node) -> Digest:
    """The digest of the ports and anchorages that pictures know."""
    value: JsonValue = msgspec.to_builtins(node.places)
    return digest_of(value)


def keep(node: Node, recipe: Recipe) -> Digest:
    """Write the recipe, if the same was not written before; its name. Raises LogFault when the disk will not take it."""
    plain: JsonValue = msgspec.to_builtins(recipe)
    key = digest_of(plain)
    if key not in node.recipes:
        salted: JsonValue = msgspec.to_builtins(msgspec.structs.replace(recipe, salt=node.random_bytes(SALT_BYTES).hex()))
        raw = encode(salted)
        name = sha256_hex(raw)
        write_durably(node.root / "recipes" / f"{name}.json", raw)
        while len(node.recipes) >= KEPT_MAX:
            node.recipes.pop(next(iter(node.recipes)))
        node.recipes[key] = name
    return node.recipes[key]


def read(node: Node, name: Digest) -> Recipe:
    """The recipe of that name. Raises BadFile when it is missing or is not what its name says, MalformedBytes."""
    path = node.root / "recipes" / f"{name}.json"
    try:
        raw = path.read_bytes()
    except OSError as error:
        do = "ask the node that gave it"
        raise BadFile("the recipe of this picture is not here", where=path.name, why=str(error), do=do) from error
    if sha256_hex(raw) != name:
        raise BadFile("the recipe of this picture was changed", where=path.name, why="its digest is another", do="report it")
    try:
        return msgspec.convert(decode(raw), Recipe)
    except msgspec.ValidationError as error:
        raise MalformedBytes("a recipe does not read", where=path.name, why=str(error)) from error
