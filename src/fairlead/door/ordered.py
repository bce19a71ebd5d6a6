"""Cards chosen and put in order by one key that is said aloud; there is no score, and none can be asked for.

Keys: recent (latest end first), oldest (earliest begin first), distance (nearest to a position given), criteria (most criteria and
excluded explanations first), longest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from fairlead.errors import BadInput, UnknownCode
from fairlead.picture.ground import apart_one_m

Shown: TypeAlias = dict[str, Any]
RULES: Final = tuple(f"B{number}" for number in range(1, 12))
STATUSES: Final = ("open", "explained", "all")
ORDERS: Final = ("recent", "oldest", "distance", "criteria", "longest")


def chosen(cards: Sequence[Shown], *, rules: Sequence[str], status: str, order: str, near: str) -> list[Shown]:
    """The cards asked for, in the order asked for. Raises UnknownCode, BadInput."""
    for rule in rules:
        if rule not in RULES:
            raise UnknownCode("no such rule", where=rule, do=f"one of {', '.join(RULES)}; B12 cannot be seen in tracks")
    if status not in STATUSES:
        raise UnknownCode("no such status", where=status, do=f"one of {', '.join(STATUSES)}")
    kept = [card for card in cards if (not rules or card["rule"] in rules) and status in ("all", card["status"])]
    return sorted(kept, key=_key(order, near))


def _key(order: str, near: str) -> Callable[[Shown], tuple[int, str]]:
    if order == "distance":
        lat_e7, lon_e7 = _position(near)
        return lambda card: (apart_one_m(lat_e7, lon_e7, card["lat_e7"], card["lon_e7"]), card["id"])
    keys: dict[str, Callable[[Shown], int]] = {
        "recent": lambda card: -card["to_ms"],
        "oldest": lambda card: card["from_ms"],
        "criteria": lambda card: -len(card["criteria"]) - sum(one["result"] == "excluded" for one in card["explanations"]),
        "longest": lambda card: card["from_ms"] - card["to_ms"],
    }
    if order not in keys:
        raise UnknownCode("no such order", where=order, do=f"one of {', '.join(ORDERS)}; there is no score")
    return lambda card: (keys[order](card), card["id"])


def _position(text: str) -> tuple[int, int]:
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError as error:
        raise BadInput("a position is two numbers", where=text, do="give --near LAT,LON in degrees") from error
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise BadInput("a position is out of range", where=text, do="give --near LAT,LON in degrees")
    return round(lat * 1e7), round(lon * 1e7)
