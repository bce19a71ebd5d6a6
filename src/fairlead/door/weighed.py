"""How sure a track is, for people: probabilities in words, how well a place is known, and which feeds it rests on.

Words for probabilities are those of Intelligence Community Directive 203, table 1; the number always stands beside the word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

WORDS: Final = (
    (10, "no chance to speak of"),
    (50, "almost no chance"),
    (200, "very unlikely"),
    (450, "unlikely"),
    (550, "roughly even chance"),
    (800, "likely"),
    (950, "very likely"),
    (990, "almost certain"),
)


def likely(thousandths: int) -> str:
    """A probability in words and per cent."""
    word = next((words for below, words in WORDS if thousandths < below), "as good as certain")
    shown = "under 1" if thousandths < 10 else "over 99" if thousandths > 990 else f"{thousandths / 10:.0f}"
    return f"{word} ({shown} %)"


def known_to(ellipse: Sequence[int]) -> str:
    """How well a place is known: one standard deviation along the ellipse's axes."""
    major, minor, bearing = ellipse
    if major == minor:
        return f"{major} m all round"
    return f"{major} m along {bearing / 10:.0f}°, {minor} m across"


def rests_on(track: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Each feed of a filtered track with its share of the states shown, per cent, as far as this reader's own picture goes."""
    weights = dict.fromkeys(track["feeds"], 0)
    for state in track.get("given", ()):
        for place, weight in state:
            weights[track["feeds"][place]] += weight
    total = sum(weights.values())
    return [(feed, round(100 * weight / total)) for feed, weight in weights.items()] if total else []
