"""The verb behind the map: the picture one reader may see now, computed from exactly the segments the gate lets through.

1. The set S of segments is decided, the view computed, and S decided again inside the write transaction: a suspension that came
   between is seen, and the view is computed anew (P4).
2. A unit below the ceiling gets the coarse form only: the view as of an hour ago, in cells (red line 2).
3. The receipt carries the ordered digests of S and the digest of the bytes handed over, to every originator in S (P6).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from fairlead.agreement import Gatehouse, admit, below_ceiling
from fairlead.agreement.lists import Row
from fairlead.agreement.render import redacted
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer, banner, no_banner, refused
from fairlead.desk.ask import Asked, Asker, ask
from fairlead.desk.find import sight as sight_of
from fairlead.desk.node import Node
from fairlead.desk.recipe import Recipe, keep, recipe_of
from fairlead.envelope import JsonValue, encode, sha256_hex
from fairlead.intake.segment_file import read_segment, read_statements, segment_path
from fairlead.label import join
from fairlead.picture import View, ViewSegment, Window, coarse, view
from fairlead.picture.succession import succession
from fairlead.picture.view import NO_COAST
from fairlead.store import holdings, listed
from fairlead.store.database import Tx
from fairlead.store.listed import Wish

SPAN_MS: Final = 6 * 3_600_000  # a picture shows six hours unless asked otherwise
STEP_MS: Final = 10_000  # "now" is rounded down, so that two looks within a step are one picture
COARSE_AGE_MS: Final = 3_600_000  # charter, red line 2
COARSE_STEP_MS: Final = 600_000
TRIES_MAX: Final = 3
CACHED_MAX: Final = 64


def whole(body: JsonValue) -> JsonValue:
    """The whole picture."""
    return body


def look(
    node: Node,
    asker: Asker,
    *,
    from_ms: int | None = None,
    to_ms: int | None = None,
    since_ms: int | None = None,
    part: Callable[[JsonValue], JsonValue] = whole,
    given_to: str = "",
) -> Outcome:
    """The picture of the window [from_ms, to_ms), by default the last six hours, or a part of it: what is handed over and receipted is
    the part. With `since_ms` also what became of cards since then: the same feeds, with what had come by that time.
    `given_to` is said in the receipt. Raises
    BadSignature, LogFault."""
    at_ms = node.clock.now_ms()
    form = "coarse" if asker.unit in node.coalition.book.units and below_ceiling(node.coalition.book, asker.unit) else "full"
    window = window_of(at_ms, form=form, from_ms=from_ms, to_ms=to_ms)
    with node.db.read() as tx:
        asked = ask(node, tx, asker, act="picture", form=form, at_ms=at_ms)
        house = node.house(tx, at_ms)
        rows = seen_by(node, tx, house, asked, window)
    body, made = _render(node, asked, rows, window, since_ms)
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        admitted = admit(house, asked.request)
        if admitted:
            record.refusal(node, tx, asked, house=house, rows=())
            outcome: Outcome = refused(redacted(admitted))
        else:
            now_seen = seen_by(node, tx, house, asked, window)  # P4: decided at its place in the order of writes
            if [row.holding.id for row in now_seen] != [row.holding.id for row in rows]:
                rows = now_seen
                body, made = _render(node, asked, rows, window, since_ms)
            given = answer(part(body))
            record.use(node, tx, asked, house=house, rows=rows, output=given.body, given_to=given_to, recipe=keep(node, made))
            outcome = given
    node.publish()
    return outcome


def window_of(at_ms: int, *, form: str, from_ms: int | None, to_ms: int | None) -> Window:
    """The window asked for, never past now; the coarse form ends an hour ago, on a ten-minute step."""
    if form == "coarse":
        return _coarse_window(at_ms, from_ms, to_ms)
    latest = at_ms // STEP_MS * STEP_MS
    end = latest if to_ms is None else min(to_ms, latest)
    start = end - SPAN_MS if from_ms is None else from_ms
    return Window(from_ms=min(start, end - STEP_MS), to_ms=end)


def _coarse_window(at_ms: int, from_ms: int | None, to_ms: int | None) -> Window:
    """Both ends on a ten-minute step, an hour apart at least: finer ones would tell when a cell's edge was crossed (red line 2)."""
    latest = (at_ms - COARSE_AGE_MS) // COARSE_STEP_MS * COARSE_STEP_MS
    end = latest if to_ms is None else min(to_ms // COARSE_STEP_MS * COARSE_STEP_MS, latest)
    start = end - SPAN_MS if from_ms is None else from_ms // COARSE_STEP_MS * COARSE_STEP_MS
    return Window(from_ms=min(start, end - COARSE_AGE_MS), to_ms=end)


def seen_by(node: Node, tx: Tx, house: Gatehouse, asked: Asked, window: Window) -> tuple[Row, ...]:
    """S: the segments and sightings of the window that the gate lets this request see, ordered by content."""
    if admit(house, asked.request):
        return ()
    wish = Wish(kinds=("segment", "report"), from_ms=window.from_ms, to_ms=window.to_ms)
    rows = holdings.by_nums(tx, list(listed.numbers(tx, sight_of(node, tx, house, asked.request), wish)))
    sources = [row for row in rows if row.holding.feed in node.coalition.feeds]
    return tuple(sorted(sources, key=lambda row: (row.holding.feed, row.holding.digest)))


def sight(node: Node, rows: Sequence[Row], window: Window) -> View:
    """view(S): a pure function of the segments, remembered by their digests."""
    chart = node.charts.chart()[0]
    key = (tuple((row.holding.feed, row.holding.digest) for row in rows), window, chart.digest if chart else "")
    found = node.views.get(key)
    if found is None:
        found = computed(node, rows, window)
        while len(node.views) >= CACHED_MAX:
            node.views.pop(next(iter(node.views)))
        node.views[key] = found
    return found


def computed(node: Node, rows: Sequence[Row], window: Window) -> View:
    """view(S), computed now."""
    segments = [segment_of(node, row) for row in rows]
    return view(segments, window, node.parameters, node.places, node.charts.chart()[0] or NO_COAST)  # P5: of these and nothing else


def shown_of(seen: View, form: str, at_ms: int) -> JsonValue:
    """What of a view goes out in this form."""
    value: JsonValue = msgspec.to_builtins(coarse(seen, now_ms=at_ms) if form == "coarse" else seen)
    return value


def segment_of(node: Node, row: Row) -> ViewSegment:
    """A segment as a view takes it. Raises BadFile when its files are missing or damaged."""
    path = segment_path(node.root, row.holding.id)
    feed = node.coalition.feeds[row.holding.feed].facts
    return ViewSegment(feed=feed, digest=row.holding.digest, detections=read_segment(path), statements=read_statements(path))


def _render(node: Node, asked: Asked, rows: Sequence[Row], window: Window, since_ms: int | None) -> tuple[JsonValue, Recipe]:
    """The whole answer, and what it was made from."""
    request = asked.request
    head = (
        banner(join([row.holding.label for row in rows]), purpose=request.purpose, operation=request.operation)
        if rows
        else no_banner(purpose=request.purpose, operation=request.operation)
    )
    told_since = None if request.form == "coarse" else since_ms
    earlier = [] if told_since is None else [row for row in rows if row.holding.created_ms <= told_since]
    body = drawn(node, head, rows, window, form=request.form, at_ms=request.at_ms, since_ms=told_since, earlier=earlier)
    made = recipe_of(
        node, rows, window, head, form=request.form, at_ms=request.at_ms, since_ms=told_since, picture=sha256_hex(encode(body))
    )
    return body, made


def drawn(
    node: Node,
    head: JsonValue,
    rows: Sequence[Row],
    window: Window,
    *,
    form: str,
    at_ms: int,
    since_ms: int | None,
    earlier: Sequence[Row],
    compute: Callable[[Node, Sequence[Row], Window], View] | None = None,
) -> JsonValue:
    """The whole answer from these sources, `earlier` being those of them that were there at `since_ms`."""
    compute = compute or sight
    seen = compute(node, rows, window)
    shown: JsonValue = shown_of(seen, form, at_ms)
    if since_ms is None:
        return {"banner": head, "picture": shown}
    changes: JsonValue = msgspec.to_builtins(succession(compute(node, earlier, window).cards, seen.cards))
    return {"banner": head, "picture": shown, "since_ms": since_ms, "changes": changes}
