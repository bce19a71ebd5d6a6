"""Pictures of the uses in a log, as SVG: how many over time, by whom and for what, which records most. Each shows its table."""

from __future__ import annotations

import datetime
from typing import Final

from markupsafe import Markup, escape

from fairlead.door.sheet import Answered, sheet

SERIES_MAX: Final = 6  # colours that can be told apart; what comes after them is drawn as one
WIDTH: Final = 860
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 12, 196
DAY_MS: Final = 86_400_000


def series_of(uses: list[Answered]) -> dict[tuple[str, str], int]:
    """The number of the colour of each unit and purpose, those with most uses first; the rest share the last."""
    order = dict.fromkeys((one["unit"], one["purpose"]) for one in uses)
    return {pair: min(at, SERIES_MAX - 1) for at, pair in enumerate(order)}


def over_time_svg(value: Answered) -> Markup:
    """Stacked columns: uses in each step of time, by unit and purpose."""
    steps, step_ms = value["steps"], value["step_ms"]
    if not steps:
        return Markup("")
    colours = series_of(value["uses"])
    first, last = steps[0]["from_ms"], steps[-1]["from_ms"] + step_ms
    columns = max(1, (last - first) // step_ms)
    wide = (WIDTH - LEFT - RIGHT) / max(columns, 12)
    totals: dict[int, int] = {}
    for one in steps:
        totals[one["from_ms"]] = totals.get(one["from_ms"], 0) + one["uses"]
    most = max(totals.values())
    high = (BOTTOM - TOP) / most
    parts = _scale(most)
    stacked: dict[int, int] = {}
    for one in sorted(steps, key=lambda step: (step["from_ms"], colours[step["unit"], step["purpose"]])):
        under = stacked.get(one["from_ms"], 0)
        stacked[one["from_ms"]] = under + one["uses"]
        x = LEFT + (one["from_ms"] - first) / step_ms * wide
        y = BOTTOM - (under + one["uses"]) * high
        colour = colours[one["unit"], one["purpose"]]
        words = f"{_clock(one['from_ms'], step_ms)}: {one['unit']} for {one['purpose']}: {one['uses']}"
        parts.append(
            f'<rect class="use u{colour}" x="{x + 1:.1f}" y="{y:.1f}" width="{max(1.5, wide - 2):.1f}" '
            f'height="{max(1.0, one["uses"] * high):.1f}"><title>{escape(words)}</title></rect>'
        )
    parts += _times(first, last, step_ms, wide)
    return sheet(WIDTH, BOTTOM + 34, parts, "Uses over time, by unit and purpose")


def holdings_svg(value: Answered) -> Markup:
    """Bars: how often each of the records used most was used."""
    shown = value["holdings"][:12]
    if not shown:
        return Markup("")
    most = max(one["uses"] for one in shown)
    parts = []
    for at, one in enumerate(shown):
        y = 8 + at * 24
        name = one["title"] or "a record of another kind"
        parts.append(
            f'<text x="0" y="{y + 13}">{escape(name[:40])}</text><text class="small" x="250" y="{y + 13}">{one["digest"][:12]}</text>'
        )
        parts.append(f'<rect class="use u0" x="340" y="{y}" width="{max(2.0, one["uses"] / most * 440):.1f}" height="17"/>')
        parts.append(f'<text class="small" x="{346 + one["uses"] / most * 440:.1f}" y="{y + 13}">{one["uses"]}</text>')
    return sheet(WIDTH, 16 + len(shown) * 24, parts, "Records used most")


def _scale(most: int) -> list[str]:
    """Whole numbers of uses: none, half of them where that is whole, all."""
    parts = []
    for uses in sorted({0, most // 2, most}):
        y = BOTTOM - uses * (BOTTOM - TOP) / most
        parts.append(
            f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/><text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}">{uses}</text>'
        )
    return parts


def _times(first: int, last: int, step_ms: int, wide: float) -> list[str]:
    """At most eight instants along the bottom, each at the left edge of its step."""
    columns = max(1, (last - first) // step_ms)
    every = -(-columns // 8)
    return [
        f'<text class="hour" x="{LEFT + at * wide + wide / 2:.1f}" y="{BOTTOM + 18}">{_clock(first + at * step_ms, step_ms)}</text>'
        for at in range(0, columns, every)
    ]


def _clock(at_ms: int, step_ms: int) -> str:
    when = datetime.datetime.fromtimestamp(at_ms / 1000, tz=datetime.UTC)
    return when.strftime("%d %b") if step_ms >= DAY_MS else when.strftime("%H:%M")
