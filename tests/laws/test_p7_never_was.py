"""P7: every verb answers a reader as a store would in which what the reader may not see never was, byte for byte.

Two nodes are equal to the byte until one of them gets what the readers below may not see: a radar's segments, leads, a report, a tear
line, an override, orders, invariants, drafts, a recall, a case. Then both are asked the same, by every verb, under every hidden name.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from fairlead.agreement import gate
from fairlead.agreement.tear_line import Terms as TearTerms
from fairlead.agreement.tear_line import commitment, sheet_from
from fairlead.desk import (
    agree,
    agreements,
    assure,
    circular,
    explain,
    export,
    exposure,
    find,
    freeze,
    halt,
    interdict,
    lead,
    look,
    orders,
    override,
    prove,
    read,
    recall,
    rederive,
    sanitise,
    simulate,
)
from fairlead.desk import record as recording
from fairlead.desk.ask import Asker
from fairlead.envelope import Envelope, digest_of, encode, envelope_from_json, sign
from fairlead.errors import FairleadError
from fairlead.store import holdings
from tests.rooms.desk.tiny import MINUTE_MS, START_MS, Tiny, sighting, value

ABSENT = "f" * 32
RESCUE, BOARD = "search_and_rescue", "interdiction"
# Nobody here may see the radar or what came of it, nor what alfa and bravo agreed between themselves.
READERS: dict[str, tuple[str, str, str, str]] = {
    "rescue centre": ("rescue-watch", RESCUE, "lifeline", ""),
    "shore custody": ("port-custody", BOARD, "patrol", ""),
    "wrong purpose": ("cutter-watch", "prosecution", "patrol", ""),
    "officer of a third party": ("charlie-release", "fisheries_control", "patrol", ""),
    "excluded use": ("cutter-watch", "use_of_force_targeting", "patrol", ""),
    "nobody": ("nobody", BOARD, "patrol", "cutter"),
}


def common(tiny: Any) -> None:
    """What both nodes hold: an AIS feed, a lead on it alone, a tear line of it, an order of bravo's, a case."""
    tiny.see("bravo-ais", "bravo-air")
    tiny.open_lead = tiny.lead("bravo-air")
    value(halt.halt(tiny.node, tiny.who("bravo-release"), halt.Wish(units=("support",))))
    value(interdict.open_case(tiny.node, tiny.who("cutter-watch"), lead=tiny.open_lead, vessel="boat"))
    tiny.names = {"absent": ABSENT, "absent digest": "e" * 64}


def hidden(tiny: Any) -> None:
    """What only one of them holds."""
    node, who = tiny.node, tiny.who
    tiny.see("alfa-radar")
    both = tiny.lead()
    with node.db.read() as tx:
        segment = next(r for r in holdings.of_kind(tx, ["segment"], from_ms=0, to_ms=2**53) if r.holding.feed == "alfa-radar")
        whole = holdings.by_ids(tx, [both])[0]
    again = value(rederive.rederive(node, who("cell-analyst"), both, without=("bravo-air",)))["id"]
    report = json.loads(sighting())
    report |= {"caveats": f"quotes {both} and {tiny.open_lead}", "label": {"recipients": ["bravo"]}}
    path = tiny.root / "in" / "narrow.json"
    path.write_text(json.dumps(report))
    from fairlead.desk.observe import observe

    observe(node, who("bravo-air"), path, "bravo-air")
    terms = TearTerms(
        records=(segment.holding.digest,),
        text="kept among ourselves",
        level="restricted",
        recipients=("alfa",),
        purposes=(BOARD,),
        operations=("patrol",),
    )
    sheet = sheet_from(encode(value(sanitise.draft(node, who("alfa-sensor"), terms))["sheet"]))
    tear = value(sanitise.release(node, who("alfa-release"), sheet))["id"]
    alfa = who("alfa-release")
    value(read.read(node, who("bravo-air"), both))  # what a recall asks back
    secret = halt.Wish(partners=("bravo",), feeds=("alfa-radar",), confidential=True)
    order = value(halt.halt(node, alfa, secret))["order"]
    value(halt.halt(node, alfa, halt.Wish(partners=("bravo",), purposes=(BOARD,))))
    tiny.clock.at_ms += 1
    wish = override.Wish(
        records=(both,),
        units=("cell",),
        purpose=RESCUE,
        operation="patrol",
        reason="people in the water",
        legal_basis="duty to render assistance",
        requester="cell-watch",
        hours=6,
    )
    envelope = envelope_from_json(encode(value(override.draft(node, who("alfa-release"), wish))["envelope"]))
    keys = [node.person_key(one) for one in ("alfa-release", "alfa-second", "bravo-release", "bravo-second")]
    made = sign("override", json.loads(envelope.payload_bytes), keys)
    voided = value(override.activate(node, who("alfa-release"), made))["override"]
    for units, purposes in ((("rescue",), ()), ((), ("fisheries_control",))):
        value(prove.declare(node, alfa, prove.Wanted(never_units=units, never_purposes=purposes)))
    draft = agree.Terms(
        recipients=("bravo",),
        purposes=("fisheries_control",),
        operations=("patrol",),
        categories=("radar",),
        not_before_ms=START_MS,
        expires_ms=START_MS + 10**9,
    )
    drafted = value(agree.draft(node, alfa, draft))
    promised = assure.Promise(kind="use", originator="alfa", expires_ms=START_MS + 10**9)
    value(assure.promise(node, who("bravo-release"), "accepted", promised))
    tiny.names |= {
        "segment": segment.holding.id,
        "segment digest": segment.holding.digest,
        "lead": both,
        "lead digest": whole.holding.digest,
        "lead again": again,
        "tear line": tear,
        "override": voided,
        "order": order,
        "draft": drafted.get("agreement") or drafted.get("drafted") or drafted.get("id") or ABSENT,
    }


@pytest.fixture(scope="module")
def pair(shared_memory: Path) -> tuple[Any, Any]:
    """The node that has it and the node in which it never was, at the same instant."""
    full, bare = (Tiny(shared_memory / name) for name in ("full", "bare"))
    for tiny in (full, bare):
        common(tiny)
    assert full.open_lead == bare.open_lead
    hidden(full)
    for tiny in (full, bare):
        tiny.clock.at_ms = START_MS + MINUTE_MS
    bare.names = full.names
    return full, bare


def asker(tiny: Any, reader: str) -> Asker:
    person, purpose, operation, unit = READERS[reader]
    return tiny.who(person, purpose, operation, unit)


def forged_override(tiny: Any, name: str) -> Envelope:
    """An override over a record somebody only heard of, unsigned."""
    terms = {
        "id": "override-" + "0" * 32,
        "originators": ["charlie"],
        "holdings": [name if len(name) == 64 else "d" * 64],
        "units": ["cell"],
        "purpose": RESCUE,
        "operation": "patrol",
        "reason": "r",
        "legal_basis": "b",
        "requester": "cell-watch",
        "not_before_ms": START_MS,
        "expires_ms": START_MS + 10**7,
        "at_ms": START_MS,
    }
    return sign("override", terms, [tiny.node.person_key("charlie-release")])


def forged_sheet(tiny: Any, name: str) -> Any:
    """A tear line of a record somebody only heard of, signed by two of another party."""
    from fairlead.agreement.tear_line import Sheet, body_of
    from fairlead.label import label_hash, make_label

    made = make_label(
        tiny.node.coalition.book,
        originator="charlie",
        category="case",
        level="open",
        recipients=["cell"],
        purposes=[BOARD],
        operations=["patrol"],
    )
    said = {
        "release": "0" * 32,
        "author": "cutter-watch",
        "body": digest_of(body_of("t", "x")),
        "label": label_hash(made),
        "made_from": commitment([name], "s"),
        "at_ms": START_MS,
        "expires_ms": START_MS + 10**9,
    }
    keys = [tiny.node.person_key(one) for one in ("cutter-watch", "charlie-release")]
    return Sheet(envelope=sign("sanitised-release", said, keys), title="t", text="x", label=made, made_from=(name,), salt="s")


Verb = Callable[[Any, Asker, str], Any]
TEAR = {"level": "open", "recipients": ("cell",), "purposes": (BOARD,), "operations": ("patrol",)}
OVERRIDE = {"units": ("cell",), "purpose": RESCUE, "operation": "patrol", "reason": "r", "legal_basis": "b", "hours": 1}

# Asked under every hidden name.
NAMED: dict[str, Verb] = {
    "read": lambda n, who, name: read.read(n.node, who, name),
    "read in distress": lambda n, who, name: read.read(n.node, who, name, form="distress"),
    "explain": lambda n, who, name: explain.explain(n.node, who, name),
    "explain for another": lambda n, who, name: explain.explain(
        n.node, who, name, explain.Question(person="cell-analyst", unit="cell", purpose=BOARD, operation="patrol")
    ),
    "origins": lambda n, who, name: circular.origins(n.node, who, [name]),
    "origins beside an open one": lambda n, who, name: circular.origins(n.node, who, [name, n.open_lead]),
    "rederive": lambda n, who, name: rederive.rederive(n.node, who, name, without=("bravo-air",)),
    "preview a lead": lambda n, who, name: lead.preview_lead(n.node, who, lead.Draft(card=name)),
    "make a lead": lambda n, who, name: lead.make_lead(n.node, who, lead.Draft(card=name)),
    "open a case": lambda n, who, name: interdict.open_case(n.node, who, lead=name, vessel="boat"),
    "show a case": lambda n, who, name: interdict.show_case(n.node, who, name),
    "act on a case": lambda n, who, name: interdict.act(n.node, who, name, {"act": "monitor"}),
    "draft an override": lambda n, who, name: override.draft(
        n.node, who, override.Wish(records=(name,), requester="cell-watch", **OVERRIDE)
    ),
    "show an override": lambda n, who, name: override.show(n.node, who, forged_override(n, name)),
    "sign an override": lambda n, who, name: override.sign_draft(n.node, who, forged_override(n, name)),
    "activate an override": lambda n, who, name: override.activate(n.node, who, forged_override(n, name)),
    "draft a tear line": lambda n, who, name: sanitise.draft(n.node, who, TearTerms(records=(name,), text="x", **TEAR)),
    "sign a tear line": lambda n, who, name: sanitise.sign_sheet(n.node, who, forged_sheet(n, name)),
    "release a tear line": lambda n, who, name: sanitise.release(n.node, who, forged_sheet(n, name)),
    "origin of a tear line": lambda n, who, name: sanitise.made_from(n.node, who, name),
    "export": lambda n, who, name: export.export(n.node, who, name, export.Way(carrier="stix", to="registry")),
    "exposure": lambda n, who, name: exposure.exposure(n.node, who, name),
    "resume": lambda n, who, name: halt.resume(n.node, who, name),
    "confirm a freeze": lambda n, who, name: freeze.confirm(n.node, who, name),
    "acknowledge a recall": lambda n, who, name: recall.acknowledge(n.node, who, name),
    "comply with a recall": lambda n, who, name: recall.comply(n.node, who, name, statement="given back"),
    "report a condition": lambda n, who, name: recall.report_condition(n.node, who, name, words="met"),
    "one agreement": lambda n, who, name: agreements.agreement(n.node, who, name),
    "denounce": lambda n, who, name: agree.denounce(n.node, who, name),
    "activate an agreement": lambda n, who, name: agree.activate(n.node, who, name),
    "prove one": lambda n, who, name: prove.prove_invariants(n.node, who, invariant=name),
    "withdraw an invariant": lambda n, who, name: prove.withdraw(n.node, who, name),
    "preview an order on it": lambda n, who, name: halt.preview_order(n.node, who, halt.Wish(objects=(name,))),
    "replace an order": lambda n, who, name: halt.preview_order(n.node, who, halt.Wish(replaces=name)),
    "find by its name": lambda n, who, name: find.find(n.node, who, find.Wish(text=name)),
    "page after it": lambda n, who, name: find.find(n.node, who, find.Wish(), after=name),
}
# Asked once.
WHOLE: dict[str, Verb] = {
    "picture": lambda n, who, _: look.look(n.node, who),
    "picture of another window": lambda n, who, _: look.look(n.node, who, from_ms=START_MS - 30 * MINUTE_MS, to_ms=START_MS),
    "leads": lambda n, who, _: read.list_holdings(n.node, who),
    "reports": lambda n, who, _: read.list_holdings(n.node, who, kind="report"),
    "distress": lambda n, who, _: read.list_holdings(n.node, who, kind="report", form="distress"),
    "find": lambda n, who, _: find.find(n.node, who, find.Wish()),
    "find a word": lambda n, who, _: find.find(n.node, who, find.Wish(text="contact")),
    "find a hidden word": lambda n, who, _: find.find(n.node, who, find.Wish(text="ourselves")),
    "find by originator": lambda n, who, _: find.find(n.node, who, find.Wish(originator="alfa")),
    "a page of one": lambda n, who, _: find.find(n.node, who, find.Wish(), most=1),
    "cases": lambda n, who, _: interdict.list_cases(n.node, who),
    "overrides": lambda n, who, _: override.overrides(n.node, who),
    "orders": lambda n, who, _: orders.orders_in_force(n.node, who),
    "orders that ended": lambda n, who, _: orders.orders_in_force(n.node, who, ended=True),
    "recalls": lambda n, who, _: recall.recalls(n.node, who),
    "agreements": lambda n, who, _: agreements.agreements(n.node, who),
    "assurances": lambda n, who, _: assure.assurances(n.node, who),
    "prove": lambda n, who, _: prove.prove_invariants(n.node, who),
    "simulate alfa": lambda n, who, _: simulate.simulate(n.node, who, "alfa", halt.Wish()),
    "simulate bravo": lambda n, who, _: simulate.simulate(n.node, who, "bravo", halt.Wish()),
    "simulate one's own": lambda n, who, _: simulate.simulate(n.node, who, "charlie", halt.Wish(units=("bravo-patrol",))),
    "preview an order": lambda n, who, _: halt.preview_order(n.node, who, halt.Wish(units=("bravo-patrol",))),
    "preview an order on a feed of others": lambda n, who, _: halt.preview_order(n.node, who, halt.Wish(feeds=("alfa-radar",))),
    "halt": lambda n, who, _: halt.halt(n.node, who, halt.Wish(units=("bravo-patrol",))),
}


def said(tiny: Any, verb: Verb, reader: str, name: str) -> tuple[bytes, dict[str, int]]:
    """The bytes of an answer or error, and how many entries it left in each log; the same randomness on every node."""
    tiny.node.random_bytes = random.Random(name).randbytes
    before = tiny.sizes()
    try:
        body = verb(tiny, asker(tiny, reader), name).body
    except FairleadError as error:
        body = f"{type(error).__name__} {error}".replace(str(tiny.root), "NODE").encode()
    return body, {party: size - before[party] for party, size in tiny.sizes().items()}


RECORDS, TERMS = ("segment", "lead", "tear line"), ("order", "override", "draft")
OFFICERS = ("officer of a third party", "shore custody")
# Verbs of officers, and of those what is asked about orders and agreements; the others are asked by readers about records.
ABOUT_TERMS = {
    *("exposure", "resume", "confirm a freeze", "acknowledge a recall", "comply with a recall", "report a condition", "one agreement"),
    *("denounce", "activate an agreement", "prove one", "withdraw an invariant", "replace an order"),
}
BY_DIGEST = {verb for verb in NAMED if "override" in verb or "tear line" in verb}
ABOUT_RECORDS = {verb for verb in BY_DIGEST if verb != "draft a tear line"} | {"preview an order on it"}
ASKED = [
    (verb, reader)
    for verb in NAMED
    for reader in (OFFICERS if verb in ABOUT_TERMS | ABOUT_RECORDS else ("rescue centre", "shore custody", "wrong purpose"))
] + [(verb, reader) for verb in ("read", "explain") for reader in ("excluded use", "nobody")]


@pytest.mark.parametrize(("verb", "reader"), ASKED)
def test_p7_a_hidden_name_is_answered_as_where_it_never_was(pair: Any, verb: str, reader: str) -> None:
    full, bare = pair
    names = TERMS if verb in ABOUT_TERMS else ("lead", "segment digest", "lead digest") if verb in BY_DIGEST else RECORDS
    for name in (full.names[one] for one in names):
        assert said(full, NAMED[verb], reader, name) == said(bare, NAMED[verb], reader, name), name


UNITS_OWN = {"simulate alfa", "simulate bravo"}  # names no purpose: the cutter is told what it may read for another one
EVERYBODY = ("rescue centre", "shore custody", "wrong purpose", "officer of a third party")


@pytest.mark.parametrize(
    ("verb", "reader"), [(verb, reader) for verb in WHOLE for reader in (EVERYBODY[:2] if verb in UNITS_OWN else EVERYBODY)]
)
def test_p7_what_is_listed_counted_drawn_and_proved_is_as_where_the_hidden_never_was(pair: Any, verb: str, reader: str) -> None:
    full, bare = pair
    assert said(full, WHOLE[verb], reader, verb) == said(bare, WHOLE[verb], reader, verb)


SEES = {"read", "explain", "leads", "picture", "orders", "recalls", "prove", "overrides", "agreements", "origin of a tear line"}


@pytest.mark.parametrize("verb", sorted(SEES))
def test_p7_who_may_see_it_gets_another_answer_so_the_comparison_can_fail(pair: Any, verb: str) -> None:
    full, bare = pair
    READERS["its originator"] = ("alfa-release", BOARD, "patrol", "")
    try:
        name = full.names["tear line" if verb == "origin of a tear line" else "segment"]
        call = (NAMED | WHOLE)[verb]
        assert said(full, call, "its originator", name)[0] != said(bare, call, "its originator", name)[0]
    finally:
        del READERS["its originator"]


# Timing class


class Work:
    """Statements put to the database and decisions of the gate."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.decisions = 0


@contextmanager
def counted(tiny: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    work = Work()
    real = gate.decide

    def decide(*given: Any, **more: Any) -> Any:
        work.decisions += 1
        return real(*given, **more)

    def sent(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        work.statements.append(statement)

    for module in (read, recording, explain, circular, rederive, sanitise, interdict, export):
        if hasattr(module, "decide"):
            monkeypatch.setattr(module, "decide", decide)
    with tiny.node.db.read() as tx:
        engine = tx.engine
    event.listen(engine, "before_cursor_execute", sent)
    try:
        yield work
    finally:
        event.remove(engine, "before_cursor_execute", sent)
        monkeypatch.undo()


@pytest.mark.parametrize("reader", ["rescue centre", "shore custody", "wrong purpose", "excluded use"])
@pytest.mark.parametrize("verb", ["read", "explain"])
def test_p7_a_refused_read_takes_the_same_statements_and_decisions_whether_hidden_or_absent(
    pair: Any, monkeypatch: pytest.MonkeyPatch, verb: str, reader: str
) -> None:
    full, _ = pair
    said(full, NAMED[verb], reader, ABSENT)  # what is remembered from now on is remembered
    work = {}
    for name in ("absent", "segment", "lead", "tear line"):
        with counted(full, monkeypatch) as done:
            said(full, NAMED[verb], reader, full.names[name])
        work[name] = (done.statements, done.decisions)
    assert work["absent"][1] > 0
    for name in ("segment", "lead", "tear line"):
        assert work[name] == work["absent"], name
