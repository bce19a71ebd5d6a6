"""The verb find, and every other list: what a request may see, in pages, with counts and facets, through one predicate.

1. `sight` decides each label once for the slice in force; the database filters by label, time and holds. Each page decides anew in its
   own write transaction, so an order that came in between shortens it (P4).
2. A page is newest first and ends with a sealed place, which is good for this reader's question and tells nothing.
3. Counts, facets and searches are over what shows and nothing else (P7). They are uses too: every originator counted is told (P6).
4. Whoever wants everything goes on from page to page (`chunks`); what was taken away meanwhile is not in the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from weakref import WeakKeyDictionary

import msgspec

from fairlead.agreement import Gatehouse, Request, admit, decide
from fairlead.agreement.lists import Judged, Row, facts_of, judge, named_in
from fairlead.agreement.render import redacted
from fairlead.desk import record
from fairlead.desk.answer import Answer, Outcome, answer, banner, no_banner, refused
from fairlead.desk.ask import Asked, Asker, ask
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue, decode, encode
from fairlead.envelope.cursor import open_place, seal_place
from fairlead.label import join, label_alarm
from fairlead.label.interner import LabelCount
from fairlead.store import holdings, holds, links, listed
from fairlead.store.database import Tx
from fairlead.store.labels import counted, known_labels
from fairlead.store.listed import FAR_MS, Place, Sight, Wish

PAGE_MAX: Final = 200
TEXT_MAX: Final = 200
READERS_MAX: Final = 256  # of whom is remembered what they may read

_JUDGED: WeakKeyDictionary[Node, dict[Request, tuple[Gatehouse, Judged]]] = WeakKeyDictionary()


def find(node: Node, asker: Asker, wish: Wish, *, after: str = "", most: int = PAGE_MAX) -> Outcome:
    """A page of the leads and reports this reader may see. Raises BadInput for a cursor of something else, BadSignature, LogFault."""
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        asked = ask(node, tx, asker, act="list", at_ms=at_ms)
        admitted = admit(house, asked.request)
        if admitted:
            record.refusal(node, tx, asked, house=house, rows=())
            outcome: Outcome = refused(redacted(admitted))
        else:
            seen = sight(node, tx, house, asked.request)
            rows, value = page(node, tx, seen, asked, wish, after=after, most=most)
            titles = holdings.titles_of(tx, [row.num for row in rows])
            ended = links.cleared_of(tx, [row.holding.digest for row in rows])  # red line 8
            items = [item(row, titles[row.num], asked.request, "cleared" if row.holding.digest in ended else "") for row in rows]
            outcome = given(node, tx, house, asked, rows, {**value, "items": items})
    node.publish()
    return outcome


def chunks(node: Node, asker: Asker, wish: Wish, *, most: int = PAGE_MAX) -> Iterator[Outcome]:
    """Page after page to the end, each decided when it is asked for. A refusal is the last."""
    after = ""
    while True:
        outcome = find(node, asker, wish, after=after, most=most)
        yield outcome
        value = decode(outcome.body)
        if not isinstance(outcome, Answer) or not isinstance(value, dict) or "next" not in value:
            return
        after = str(value["next"])


def sight(node: Node, tx: Tx, house: Gatehouse, request: Request) -> Sight:
    """What this request may see, ahead of any row. Labels judged before in this slice are not judged again."""
    known = known_labels(tx)
    asked = msgspec.structs.replace(request, at_ms=0)
    kept = _JUDGED.setdefault(node, {})
    before = kept.get(asked)
    judged = judge(house, request, known, before[1] if before and before[0] is house else None)
    while len(kept) >= READERS_MAX and asked not in kept:
        kept.pop(next(iter(kept)), None)
    kept[asked] = (house, judged)
    named = [row.num for row in holdings.by_digests(tx, named_in(house)) if decide(house, request, facts_of(row)).permitted]
    return Sight(at_ms=request.at_ms, judged=judged, known=known, placed=holds.sets(tx), let_through=tuple(named))


def page(node: Node, tx: Tx, seen: Sight, asked: Asked, wish: Wish, *, after: str, most: int) -> tuple[list[Row], dict[str, JsonValue]]:
    """The rows of a page, and what stands around them: banner, count, facets, the sealed place of the next. Raises BadInput."""
    question = _question(asked.request, wish)
    secret = node.logs[node.config.operating_party].key.seed
    wish = msgspec.structs.replace(wish, text=wish.text[:TEXT_MAX])
    most = max(1, min(most, PAGE_MAX))
    start = msgspec.json.decode(open_place(after, secret=secret, question=question), type=Place) if after else None
    nums = listed.page(tx, seen, wish, after=start, most=most + 1)
    rows = holdings.by_nums(tx, nums[:most])
    facets = listed.facets(tx, seen, wish)
    value: dict[str, JsonValue] = {
        "banner": head(rows, asked.request),
        "count": sum(facets.kinds.values()),
        "facets": msgspec.to_builtins(facets),
    }
    if len(nums) > most:
        last = rows[-1].holding
        place = msgspec.json.encode((last.t_max_ms, last.id))
        value["next"] = seal_place(place, secret=secret, question=question)
    return rows, value


def given(node: Node, tx: Tx, house: Gatehouse, asked: Asked, rows: list[Row], value: dict[str, JsonValue]) -> Answer:
    """The answer with its receipts: to the originators of what is listed, and of what is only counted (P6)."""
    facets = value["facets"]
    assert isinstance(facets, dict)
    made = answer(value)
    record.use(node, tx, asked, house=house, rows=rows, output=made.body, also=sorted(facets["originators"]))
    return made


def head(rows: list[Row], request: Request) -> JsonValue:
    """The banner over several rows: that of their join."""
    if not rows:
        return no_banner(purpose=request.purpose, operation=request.operation)
    return banner(join([row.holding.label for row in rows]), purpose=request.purpose, operation=request.operation)


def item(row: Row, title: str, request: Request, became: str = "") -> JsonValue:
    """A row as a list shows it; `became` says what became of a lead."""
    return {
        **({"became": became} if became else {}),
        "id": row.holding.id,
        "kind": row.holding.kind,
        "from_ms": row.holding.t_min_ms,
        "to_ms": row.holding.t_max_ms,
        "digest": row.holding.digest,
        "banner": banner(row.holding.label, purpose=request.purpose, operation=request.operation),
        "title": title,
    }


def label_count(node: Node) -> LabelCount:
    """How many distinct labels stand on how many records, with the alarm: for who keeps the node running."""
    with node.db.read() as tx:
        records, distinct = counted(tx)
    return label_alarm(distinct, records)


def _question(request: Request, wish: Wish) -> bytes:
    """Who asks for what: a place is good for no other question. Not when: a page may be asked for later."""
    return encode({"request": msgspec.to_builtins(msgspec.structs.replace(request, at_ms=0)), "wish": msgspec.to_builtins(wish)})


__all__ = ["FAR_MS", "PAGE_MAX", "Wish", "chunks", "find", "given", "head", "item", "label_count", "page", "sight"]
