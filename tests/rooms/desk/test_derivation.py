"""What came from what, at the desk: leads made again without a source, copies counted once, labels made again over the whole store."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from fairlead import errors
from fairlead.desk.circular import origins
from fairlead.desk.clock import SetClock
from fairlead.desk.interdict import act, open_case
from fairlead.desk.labels_audit import Report, audit_labels
from fairlead.desk.lead import Draft, make_lead, preview_lead
from fairlead.desk.node import Node
from fairlead.desk.observe import observe
from fairlead.desk.read import list_holdings, read
from fairlead.desk.rederive import rederive
from fairlead.desk.sanitise import release
from fairlead.store import holdings
from tests.rooms.case.story import DEFAULTS
from tests.rooms.desk.test_sanitise import drafted
from tests.rooms.desk.tiny import MONITOR, START_MS, Tiny, no, sighting, value


@pytest.fixture
def seen(tiny: Tiny) -> Tiny:
    tiny.see()
    return tiny


def row_of(tiny: Tiny, name: str) -> Any:
    with tiny.node.db.read() as tx:
        (row,) = holdings.by_ids(tx, [name])
        return row


def analyst(tiny: Tiny, purpose: str = "interdiction") -> Any:
    return tiny.who("cell-analyst", purpose)


# Without a source


def test_a_lead_made_again_without_a_feed_rests_on_the_others_and_is_read_by_who_could_not_read_the_old_one(seen: Tiny) -> None:
    old = str(value(make_lead(seen.node, analyst(seen), Draft(card=seen.card(), note="the radar saw a third boat")))["id"])
    port = seen.who("port-custody")
    no(read(seen.node, port, old))
    made = value(rederive(seen.node, analyst(seen), old, without=("alfa-radar", "bravo-air")))
    assert made["stands"]
    assert made["replaces"] == old
    assert set(row_of(seen, made["id"]).feeds) == {"bravo-ais"}
    shown = value(read(seen.node, port, made["id"]))
    assert "note" not in shown["body"], "whoever wrote it had seen what is left out"
    assert "replaces" not in shown, "who may not read the old one is not told of it"
    both = seen.who("cutter-watch")
    assert value(read(seen.node, both, made["id"]))["replaces"] == [old]
    assert value(read(seen.node, both, old))["replaced_by"] == [made["id"]]


def test_p5_what_is_made_again_is_what_a_store_without_that_feed_would_have_made(seen: Tiny, tmp_path: Any) -> None:
    old = seen.lead()
    made = value(rederive(seen.node, analyst(seen), old, without=("alfa-radar",)))
    other = Tiny(tmp_path / "other").see("bravo-ais", "bravo-air")
    assert row_of(seen, made["id"]).holding.digest == row_of(other, other.lead()).holding.digest
    assert row_of(seen, made["id"]).holding.label == row_of(other, other.lead()).holding.label


def test_a_finding_that_rests_on_the_feed_does_not_stand_without_it_and_nothing_is_stored(seen: Tiny) -> None:
    old = seen.lead()
    with seen.logged(alfa=1, bravo=1):
        said = value(rederive(seen.node, analyst(seen), old, without=("bravo-ais",)))
    assert not said["stands"]
    assert "id" not in said
    assert "replaced_by" not in value(read(seen.node, analyst(seen), old))
    assert not value(rederive(seen.node, analyst(seen), old, without=("alfa-radar", "bravo-ais", "bravo-air")))["stands"]


def test_a_lead_is_made_again_only_by_who_may_read_it_and_without_a_feed_that_it_rests_on(seen: Tiny) -> None:
    old = seen.lead()
    said = []
    for name in (old, "f" * 32):
        with seen.logged(alfa=1, bravo=1, charlie=1):
            said.append(rederive(seen.node, analyst(seen, "prosecution"), name, without=("alfa-radar",)).body)
    assert said[0] == said[1]
    no(rederive(seen.node, seen.who("cutter-watch"), old, without=("alfa-radar",)))
    for without in ((), ("no-such-feed",)):
        with seen.logged(), pytest.raises(errors.BadInput, match="does not rest on this feed"):
            rederive(seen.node, analyst(seen), old, without=without)
    with pytest.raises(errors.BadInput, match="note is too long"):
        rederive(seen.node, analyst(seen), old, without=("alfa-radar",), note="x" * 2001)


# Circular reporting


def quoting(tiny: Tiny, name: str) -> str:
    """A sighting whose caveats quote a record."""
    report = json.loads(sighting())
    report["caveats"] = f"as told in {name}"
    path = tiny.root / "in" / "quoting.json"
    path.write_text(json.dumps(report))
    observe(tiny.node, tiny.who("bravo-air"), path, "bravo-air")
    with tiny.node.db.read() as tx:
        rows = [row for row in holdings.of_kind(tx, ["report"], from_ms=0, to_ms=2**53) if row.holding.feed == "bravo-air"]
    return str(max(rows, key=lambda row: row.num).holding.id)


def test_a_lead_says_how_many_originators_stand_behind_it_and_copies_do_not_count(seen: Tiny) -> None:
    card = seen.card()
    shown = value(preview_lead(seen.node, analyst(seen), Draft(card=card)))["grounds"]
    assert shown == {"reports": 1, "independent_originators": 1, "words": "1 report, 1 independent originator"}
    assert value(read(seen.node, analyst(seen), seen.lead()))["body"]["grounds"] == shown


def test_three_reports_of_one_observation_are_one_originator(seen: Tiny) -> None:
    lead = seen.lead("alfa-radar")
    quote = quoting(seen, lead)
    tear = str(value(release(seen.node, seen.who("bravo-release"), drafted(seen, lead, author="bravo-air")))["id"])
    said = value(origins(seen.node, seen.who("bravo-release"), [lead, quote, tear]))
    assert said["words"] == "3 reports, 1 independent originator"
    assert said["form"] == "full"
    assert said["alike"] == [sorted([lead, quote, tear])]
    assert said["sources"][quote]["others"] == 0
    oversight = value(origins(seen.node, seen.who("inspector"), [lead, quote, tear]))
    assert oversight["words"] == said["words"]


def test_p7_a_reader_is_told_what_follows_from_what_it_may_read(seen: Tiny) -> None:
    lead = seen.lead()
    quote = quoting(seen, lead)
    reader = seen.who("cutter-watch")
    with seen.logged(alfa=1, bravo=1):
        assert value(origins(seen.node, reader, [lead, quote]))["words"] == "2 reports, 1 independent originator"
    said = value(origins(seen.node, seen.who("bravo-air"), [quote]))
    assert said["form"] == "full", "its own originator follows it"
    said = []
    for name in (lead, "f" * 32):
        with seen.logged(alfa=1, bravo=1, charlie=1):
            said.append(origins(seen.node, seen.who("port-custody"), [name]).body)
    assert said[0] == said[1]
    with pytest.raises(errors.BadInput, match="name the records"):
        origins(seen.node, reader, [])


def test_an_originator_is_told_its_own_sources_by_name_and_of_others_how_many(seen: Tiny) -> None:
    lead = seen.lead()
    for person, feeds in (("alfa-release", set()), ("bravo-release", {"bravo-ais"})):
        told = value(origins(seen.node, seen.who(person), [lead]))["sources"][lead]
        assert {one["feed"] for one in told["own"]} == feeds
        assert told["others"] == 1 - len(feeds)
    assert {one["feed"] for one in value(origins(seen.node, seen.who("inspector"), [lead]))["sources"][lead]["all"]} == {"bravo-ais"}


# Red line 8


def searched_and_nothing_found(tiny: Tiny, lead: str) -> str:
    """A case on this lead, from its opening to a search that found nothing."""
    case = str(value(open_case(tiny.node, tiny.who("cutter-watch"), lead=lead, vessel="boat"))["case"])
    watch, legal, boarding = "cutter-watch", "charlie-legal", "cutter-boarding"

    def take(tag: str, person: str, **fields: Any) -> str:
        tiny.clock.at_ms += 1_000
        return str(value(act(tiny.node, tiny.who(person), case, {**DEFAULTS.get(tag, {}), **fields, "act": tag}))["digest"])

    take("detect", watch, by="own radar")
    take("sort", watch)
    take("monitor", watch)
    take("seek_basis", watch, leads=[])
    basis = take("sign_basis", legal, adviser=legal, valid_until_ms=tiny.clock.at_ms + 10**7)
    take("hand_off", watch)
    for tag, fields in (("intercept", {}), ("signal", {}), ("stop", {}), ("board", {"basis": basis}), ("search", {"spaces": ["hold"]})):
        take(tag, boarding, **fields)
    take("no_contraband", boarding)
    return case


def test_a_search_that_found_nothing_clears_the_lead_and_what_was_made_from_it(seen: Tiny) -> None:
    lead = seen.lead()
    before = str(value(rederive(seen.node, analyst(seen), lead, without=("bravo-air",)))["id"])
    other = str(value(make_lead(seen.node, analyst(seen), Draft(card=seen.card(), note="another")))["id"])
    listed = {one["id"]: one.get("became") for one in value(list_holdings(seen.node, seen.who("cutter-watch")))["items"]}
    assert set(listed.values()) == {None}
    searched_and_nothing_found(seen, lead)
    after = str(value(rederive(seen.node, analyst(seen), lead, without=("alfa-radar",)))["id"])
    for name in (lead, before, after):
        assert value(read(seen.node, analyst(seen), name))["cleared"].endswith("this suspicion has ended")
    assert "cleared" not in value(read(seen.node, analyst(seen), other))
    listed = {one["id"]: one.get("became") for one in value(list_holdings(seen.node, seen.who("cutter-watch")))["items"]}
    assert listed == {lead: "cleared", before: "cleared", after: "cleared", other: None}


# Labels made again


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a node with one of every kind of record."""
    tiny = Tiny(tmp_path_factory.mktemp("whole") / "node").see()
    tiny.lead()
    tiny.lead(purpose=MONITOR)
    lead = tiny.lead("alfa-radar")
    value(rederive(tiny.node, analyst(tiny), lead, without=("bravo-air",)))
    value(release(tiny.node, tiny.who("bravo-release"), drafted(tiny, lead, author="bravo-air")))
    value(open_case(tiny.node, tiny.who("cutter-watch"), lead=lead, vessel="boat"))
    tiny.node.close()
    return tiny.root


@pytest.fixture
def whole(stored: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(stored, tmp_path / "node"))


def audited(root: Path, progress: Any = None) -> Report:
    return audit_labels(Node(root, clock=SetClock(START_MS)), progress=progress)


def test_p3_a_store_nobody_touched_holds_nothing_to_find(whole: Path) -> None:
    met: list[tuple[int, int]] = []
    report = audited(whole, lambda done, of: met.append((done, of)))
    assert report.findings == ()
    assert (report.derived, report.released) == (4, 1)
    assert met[-1] == (report.records, report.records)


NAMES = {
    "LEAD": "(SELECT max(num) FROM holdings WHERE kind = 'lead')",
    "FIRST": "(SELECT min(num) FROM holdings WHERE kind = 'lead')",
    "RADAR": "(SELECT num FROM holdings WHERE feed = 'alfa-radar')",
    "TEAR": "(SELECT num FROM releases)",
    "OF_RADAR": "(SELECT label FROM holdings WHERE feed = 'alfa-radar')",
    "OF_FIRST": "(SELECT label FROM holdings WHERE kind = 'lead' ORDER BY num LIMIT 1)",
}


def change(root: Path, sabotage: str) -> None:
    """Somebody at the database, past everything that guards it."""
    for name, query in NAMES.items():
        sabotage = re.sub(rf"\b{name}\b", query, sabotage)
    raw = sqlite3.connect(root / "node.sqlite")
    raw.executescript(sabotage)
    raw.commit()
    raw.close()


@pytest.mark.parametrize(
    ("sabotage", "says"),
    [
        ("UPDATE holdings SET label = OF_RADAR WHERE num = LEAD", "wider than the join"),
        ("UPDATE holdings SET label = OF_FIRST WHERE num = LEAD", "is not the join"),
        ("DELETE FROM parents WHERE child = LEAD", "has no parent"),
        ("DELETE FROM parents WHERE child = FIRST AND parent = RADAR", "signed for"),
        ("DELETE FROM holdings WHERE feed = 'bravo-ais'", "a parent is missing"),
        ("UPDATE holdings SET expires_ms = expires_ms + 1 WHERE num = FIRST", "outlives or precedes"),
        ("UPDATE holdings SET not_before_ms = -1 WHERE num = LEAD", "outlives or precedes"),
        ("UPDATE holdings SET expires_ms = 1 WHERE feed = 'bravo-ais'", "outlives or precedes"),
        ("UPDATE holdings SET body = '{}' WHERE num = LEAD", "body is not what its digest says"),
        ("UPDATE holdings SET digest = 'x' WHERE num = LEAD", "signed for"),
        ("UPDATE holdings SET envelope = (SELECT envelope FROM holdings WHERE num = RADAR) WHERE num = LEAD", "signed for"),
        ("UPDATE holdings SET envelope = x'7b7d' WHERE num = LEAD", "not what they should be"),
        ("UPDATE holdings SET expires_ms = 'never' WHERE num = LEAD", "cannot be judged"),
        ("UPDATE holdings SET label = OF_FIRST WHERE num = RADAR", "manifest was signed with"),
        ("UPDATE labels SET body = CAST(replace(CAST(body AS TEXT), 'cutter', 'cuttes') AS BLOB) WHERE id = OF_RADAR", "hash says"),
        ("UPDATE labels SET body = '[]' WHERE id = OF_RADAR", "does not read"),
        ("UPDATE holdings SET label = OF_RADAR WHERE num = TEAR", "all its originators signed"),
        ("UPDATE releases SET salt = 'x'", "all its originators signed"),
        ("DELETE FROM releases", "a source has parents"),
        ("UPDATE parents SET restricted = 0", "not linked to it"),
        ("UPDATE holdings SET depth = 0 WHERE num = LEAD", "links are not those"),
    ],
)
def test_p3_what_somebody_changed_in_the_database_is_found(whole: Path, sabotage: str, says: str) -> None:
    change(whole, sabotage)
    report = audited(whole)
    assert any(says in finding.what for finding in report.findings), report


def test_p3_findings_beyond_those_listed_are_counted(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairlead.desk.labels_audit.FINDINGS_MAX", 1)
    monkeypatch.setattr("fairlead.store.ancestry.PART", 2)
    change(whole, "UPDATE holdings SET not_before_ms = -1 WHERE kind = 'lead'")
    report = audited(whole)
    assert (len(report.findings), report.more) == (1, 3)
