"""What a list shows of a holding in one line, and what a search looks through: taken from the body where it is stored.

1. Both are parts of the body and lie in its own row, so whoever may not read the row can find nothing by them (P7).
2. A search finds a piece of text anywhere, in any case. There is no rank: a rank would tell how often a word stands in what the
   reader may not see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from fairlead.envelope import JsonValue, decode

WORDS_MAX: Final = 8_000
HIDDEN_KEYS: Final = frozenset({"digest", "label", "id", "sources", "envelope", "points", "parents"})  # names, not words


def described(body: bytes, *, otherwise: str) -> tuple[str, str]:
    """One line for a list (the card's sentence, or what kind of report it is), and every text in the body, case folded."""
    value = decode(body)
    return _title(value, otherwise), folded("\n".join(_texts(value)))[:WORDS_MAX]


def _title(value: JsonValue, otherwise: str) -> str:
    if not isinstance(value, Mapping):
        return otherwise
    card = value.get("card")
    if isinstance(card, Mapping):
        return str(card.get("sentence", ""))
    return str(value.get("title") or value.get("act") or otherwise)


def folded(text: str) -> str:
    """The form in which texts are compared."""
    return text.casefold().replace("\x00", "")


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in HIDDEN_KEYS:
                yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
