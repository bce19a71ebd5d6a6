"""The verb behind the list of vessels: every AIS contact of the reader's picture with what it said of itself, without its positions.

It is gated and receipted as a look is; the receipt carries the digest of exactly this list.
"""

from __future__ import annotations

from typing import Any

from fairlead.desk.answer import Outcome
from fairlead.desk.ask import Asker
from fairlead.desk.look import look
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue

ID_MAX = 64


def list_vessels(node: Node, asker: Asker, id: str = "", *, from_ms: int | None = None, to_ms: int | None = None) -> Outcome:
    """AIS contacts with number, name, call sign, IMO number, changes and splits, and when each was heard; those whose id begins so."""

    def part(body: Any) -> JsonValue:
        shown = body["picture"]
        found = [track for track in shown.get("tracks", []) if track["kind"] == "ais" and track["id"].startswith(id[:ID_MAX])]
        return {"banner": body["banner"], "picture": {"window": shown["window"]}, "vessels": [_identity(track) for track in found]}

    return look(node, asker, from_ms=from_ms, to_ms=to_ms, part=part)


def _identity(track: Any) -> JsonValue:
    said = {name: value for name, value in track.items() if name not in ("points", "kind", "match")}
    return {**said, "first_ms": track["points"][0][0], "last_ms": track["points"][-1][0]}
