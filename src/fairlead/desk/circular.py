"""The verb origins, and the grounds of a lead: how many originators stand behind some reports, copies counted once.

1. A reader is told what follows from the records it may read, and nothing else: a record it may not read is not followed, not
   counted, and a quote of one is words like any other (P7).
2. An originator of every record asked about follows everything, restricted links too; it is told its own sources by name and of
   others' only how many. Oversight is told all.
3. What a lead rests on are the feeds and sightings its card names: absence is evidence too, but it is no report.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from fairlead.agreement import Gatehouse, admit, decide
from fairlead.agreement.lists import Row, facts_of
from fairlead.agreement.render import redacted
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer, refused
from fairlead.desk.ask import Asked, Asker, ask
from fairlead.desk.authority import party_of
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue, decode, encode
from fairlead.errors import BadInput
from fairlead.intake.segment_file import read_segment, segment_path
from fairlead.report.derivation import Source, observed_keys, roots, tally
from fairlead.report.detection import empty
from fairlead.store import holdings, links
from fairlead.store.database import Tx

NAMES_MAX: Final = 64
FOLLOWED_MAX: Final = 5_000
NAME_MAX: Final = 64
WRITTEN: Final = ("note", "report", "tear_line", "lead", "leads")  # the parts of a body that a person fills in
NAMED: Final = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{32})\b")


def grounds(node: Node, rows: Iterable[Row], feeds: Sequence[str]) -> JsonValue:
    """What stands behind a card, from the rows of the view it was made in: each feed is one report, each sighting another."""
    parts: dict[str, list[Row]] = {}
    for row in rows:
        if row.holding.feed in feeds:
            parts.setdefault(row.holding.feed if row.holding.kind == "segment" else row.holding.id, []).append(row)
    sources = {f"{name} {number}": _source(node, row) for name, same in parts.items() for number, row in enumerate(same)}
    above = {name: [f"{name} {number}" for number in range(len(same))] for name, same in parts.items()}
    found = tally(parts, above, sources)
    return {"reports": found.reports, "independent_originators": found.originators, "words": found.words}


def origins(node: Node, asker: Asker, names: Sequence[str]) -> Outcome:
    """Independent originators behind the records of these ids or digests. Raises BadInput for none or too many."""
    if not 0 < len(set(names)) <= NAMES_MAX:
        raise BadInput("name the records to count", why=f"{len(set(names))} named", do=f"from one to {NAMES_MAX}")
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        asked = ask(node, tx, asker, act="read", at_ms=at_ms)
        outcome = _origins(node, tx, house, asked, asker, names)
    node.publish()
    return outcome


def _origins(node: Node, tx: Tx, house: Gatehouse, asked: Asked, asker: Asker, names: Sequence[str]) -> Outcome:
    admitted, rows = admit(house, asked.request), _named(tx, names)
    person, party = house.people.get(asker.person), party_of(node, asker)
    known = person is not None and asker.unit in person.units
    oversees = known and person is not None and person.may("audit") and house.book.units[asker.unit].regime == "oversight"
    whole = len(rows) == len(set(names))
    owns = known and whole and not admitted and all(party in _parties(row) for row in rows)

    def may(row: Row) -> bool:
        return decide(house, asked.request, facts_of(row)).permitted

    if not whole or not (oversees or owns or (not admitted and all(may(row) for row in rows))):
        record.refusal(node, tx, asked, house=house, rows=rows)
        return refused(redacted(admitted))
    walked = _walk(tx, rows, _everything if oversees or owns else may, restricted=(0, 1) if oversees or owns else (0,))
    value = _counted(node, rows, walked)
    if oversees or owns:
        value["sources"] = _sources_told(rows, walked, "" if oversees else party)
        given = answer({**value, "form": "full"})
        record.use(node, tx, asked, house=house, rows=(), output=given.body, also=[party])
        return given
    given = answer({**value, "form": "redacted"})
    record.use(node, tx, asked, house=house, rows=[row for row, _ in walked.values()], output=given.body)
    return given


Walked = dict[str, tuple[Row, list[str]]]  # a record and what it came from, by id


def _walk(tx: Tx, rows: Sequence[Row], may: Callable[[Row], bool], *, restricted: Sequence[int]) -> Walked:
    """The records and all they came from, as far as `may` lets follow: parents first, and where it has none what it quotes."""
    found: Walked = {}
    waiting = list(rows)
    while waiting:
        if len(found) + len(waiting) > FOLLOWED_MAX:
            raise BadInput("these records came from too many others", why=f"more than {FOLLOWED_MAX}", do="name fewer")
        links_up = links.parents_of(tx, [row.num for row in waiting], restricted=restricted)
        fresh: dict[str, Row] = {}
        for row in waiting:
            above = holdings.by_nums(tx, links_up.get(row.num, []))
            higher = [one for one in _contributing(tx, row, above) + _quoted(tx, row) if may(one)]
            found[row.holding.id] = (row, [one.holding.id for one in higher])
            fresh |= {one.holding.id: one for one in higher}
        waiting = [row for name, row in fresh.items() if name not in found]
    return found


def _contributing(tx: Tx, row: Row, above: Sequence[Row]) -> list[Row]:
    """Of what a lead came from the part its card rests on."""
    if row.holding.kind != "lead" or not above:
        return list(above)
    body = decode(holdings.body_of(tx, row.holding.id))
    card = body.get("card") if isinstance(body, dict) else None
    feeds = card.get("feeds", []) if isinstance(card, dict) else []
    resting = [one for one in above if isinstance(feeds, list) and one.holding.feed in feeds]
    return resting or list(above)


def _quoted(tx: Tx, row: Row) -> list[Row]:
    """Older records whose id or digest a person wrote into this one."""
    body = decode(holdings.body_of(tx, row.holding.id))
    written = (
        {key: body[key] for key in ("note", "report", "tear_line", "leads", "lead") if key in body} if isinstance(body, dict) else {}
    )
    names = sorted(set(NAMED.findall(encode(written).decode("utf-8"))))[:FOLLOWED_MAX]
    found = {one.num: one for one in (*holdings.by_ids(tx, names), *holdings.by_digests(tx, names))}
    return [found[num] for num in sorted(found) if num < row.num]


def _counted(node: Node, rows: Sequence[Row], walked: Walked) -> dict[str, JsonValue]:
    above = {name: higher for name, (_, higher) in walked.items()}
    sources = {name: _source(node, row) for name, (row, higher) in walked.items() if not higher}
    found = tally([row.holding.id for row in rows], above, sources)
    alike: list[JsonValue] = [list(group) for group in found.alike]
    return {
        "reports": found.reports,
        "independent_originators": found.originators,
        "words": found.words,
        "alike": alike,
    }


def _sources_told(rows: Sequence[Row], walked: Walked, party: str) -> JsonValue:
    """Every source behind each record; to an originator those of others only as a count."""
    above = {name: higher for name, (_, higher) in walked.items()}
    told: dict[str, JsonValue] = {}
    for row in rows:
        behind = [walked[name][0] for name in sorted(roots(row.holding.id, above))]
        own = [one for one in behind if not party or party in _parties(one)]
        told[row.holding.id] = {
            "own" if party else "all": [
                {"id": one.holding.id, "feed": one.holding.feed, "originators": sorted(_parties(one)) if not party else [party]}
                for one in own
            ],
            "others": len(behind) - len(own),
        }
    return told


def _named(tx: Tx, names: Sequence[str]) -> list[Row]:
    found: dict[int, Row] = {}
    for name in sorted(set(names)):
        rows = holdings.by_ids(tx, [name[:NAME_MAX]]) or holdings.by_digests(tx, [name[:NAME_MAX]])[-1:]
        found |= {row.num: row for row in rows}
    return [found[num] for num in sorted(found)]


def _parties(row: Row) -> set[str]:
    return {party for party, _ in row.holding.label.originators}


def _everything(_: Row) -> bool:
    return True


def _source(node: Node, row: Row) -> Source:
    path = segment_path(node.root, row.holding.id)
    seen = observed_keys(read_segment(path) if row.holding.feed else empty())
    return Source(parties=frozenset(_parties(row)), seen=seen)
