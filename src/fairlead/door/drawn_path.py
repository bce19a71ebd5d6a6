"""A path by which data could reach what it must not: units as boxes, what lets each of them hold it on the arrow before.

1. It draws exactly the steps of the answer beside it. A step somebody may not see is a closed box without a name or date (P7).
2. No inline style: colours come from the page's palette by class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

from fairlead.door.render import minute, said
from fairlead.door.sheet import sheet

BOX_W: Final = 190
BOX_H: Final = 64
GAP: Final = 132
TOP: Final = 46
LETTERS_BOX: Final = 27
LETTERS_ARROW: Final = 20


def path_svg(path: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Markup:
    """The steps from left to right. `path` is the answer's own list of steps; `names` puts codes into words."""
    width = 24 + len(path) * (BOX_W + GAP) + 20
    parts = [_start()]
    for number, step in enumerate(path):
        left = 24 + number * (BOX_W + GAP) + GAP
        parts.append(_arrow(left - GAP, step))
        parts.append(_box(left, step, names, last=number == len(path) - 1))
    height = TOP + BOX_H + 30
    drawn = str(sheet(width, height, parts, "The path, step by step; the list below says the same in words"))
    return Markup(drawn.replace("<svg ", f'<svg width="{width}" height="{height}" ', 1))  # its own size: a long path is scrolled


def _start() -> str:
    return f'<circle class="path-start" cx="14" cy="{TOP + BOX_H / 2}" r="7"/>'


def _arrow(left: float, step: Mapping[str, Any]) -> str:
    y, tip = TOP + BOX_H / 2, left + GAP - 4
    by = ", ".join(step.get("agreements", ())) or step["kind"]
    when = minute(step["at_ms"]) + " UTC" if step.get("at_ms") else ""
    drawn = f'<path class="path-way {escape(step["kind"])}" d="M{left} {y}H{tip - 8}"/>'
    drawn += f'<path class="path-tip {escape(step["kind"])}" d="M{tip - 10} {y - 6}L{tip} {y}L{tip - 10} {y + 6}Z"/>'
    words = "not shown" if step["kind"] == "redacted" else by
    drawn += _text(left + GAP / 2 - 4, y - 9, _cut(words, LETTERS_ARROW), "path-by", f"<title>{escape(by)}</title>")
    return drawn + (_text(left + GAP / 2 - 4, y + 19, when, "path-when") if when else "")


def _box(left: float, step: Mapping[str, Any], names: Mapping[str, str], *, last: bool) -> str:
    kind = "redacted" if step["kind"] == "redacted" else "reached" if last else "passed"
    drawn = f'<rect class="path-box {kind}" x="{left}" y="{TOP}" width="{BOX_W}" height="{BOX_H}" rx="4"/>'
    middle = left + BOX_W / 2
    if step["kind"] == "redacted":
        return drawn + _text(middle, TOP + 37, "others' word", "path-unit")
    unit = names.get(step.get("unit", ""), step.get("unit", "")) or "a new record"
    drawn += _text(middle, TOP + 22, _cut(unit, LETTERS_BOX), "path-unit", f"<title>{escape(unit)}</title>")
    purpose = said(step.get("purpose", ""))
    drawn += _text(middle, TOP + 39, _cut(purpose, LETTERS_BOX + 4), "path-for", f"<title>{escape(purpose)}</title>")
    inside = names.get(step.get("operation", ""), step.get("operation", ""))
    return drawn + _text(middle, TOP + 54, _cut(inside, LETTERS_BOX + 4), "path-for")


def _text(x: float, y: float, words: str, kind: str, more: str = "") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="middle">{escape(words)}{more}</text>'


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
