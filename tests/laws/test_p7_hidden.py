"""P7: one answer never tells what the reader may not see: hidden and absent are the same in bytes, leaves and lengths."""

from __future__ import annotations

import pytest

from fairlead.desk import explain, interdict, lead, look, read
from fairlead.desk.ask import Asker
from fairlead.errors import BadInput
from fairlead.store import holdings
from tests import nodes

ABSENT = "f" * 32


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two nodes equal to the byte: one is asked for what is hidden, the other for what is absent."""
    made = []
    for name in ("hidden", "absent"):
        node = nodes.night(tmp_path_factory.mktemp(name) / "n")
        who = nodes.who(node, "cell-analyst", nodes.MONITOR)
        card = next(card for card in nodes.value(look.look(node, who))["picture"]["cards"] if card["status"] == "open")
        node.lead = nodes.value(lead.make_lead(node, who, lead.Draft(card=card["id"])))["id"]
        opened = nodes.value(interdict.open_case(node, nodes.who(node, "cutter-watch", "interdiction"), lead=node.lead, vessel="boat"))
        node.case = opened["case"]
        with node.db.read() as tx:
            rows = holdings.of_kind(tx, ["segment"], from_ms=0, to_ms=2**53)
            node.segment = next(row.holding.id for row in rows if row.holding.feed == "isla-radar")
        made.append(node)
    assert made[0].lead == made[1].lead
    assert made[0].case == made[1].case
    return made


ASKERS = [
    ("support-watch", "interdiction"),  # below the ceiling
    ("port-custody", "interdiction"),  # has not accepted source protection
    ("haven-watch", "search_and_rescue"),  # not of this operation
    ("cutter-watch", "prosecution"),  # a purpose the lead was not made for
    ("cutter-watch", "use_of_force_targeting"),  # an excluded use
    ("cutter-watch", "no_such_purpose"),
    ("nobody", "interdiction"),
]
VERBS = {
    "read a lead": lambda n, who, there: read.read(n, who, n.lead if there else ABSENT),
    "read a segment": lambda n, who, there: read.read(n, who, n.segment if there else ABSENT),
    "explain": lambda n, who, there: explain.explain(n, who, n.lead if there else ABSENT),
    "show a case": lambda n, who, there: interdict.show_case(n, who, n.case if there else ABSENT),
    "act on a case": lambda n, who, there: interdict.act(n, who, n.case if there else ABSENT, {"act": "monitor"}),
    "open a case": lambda n, who, there: interdict.open_case(n, who, lead=n.lead if there else ABSENT, vessel="boat"),
}
OWN_CASE = {("port-custody", "interdiction"), ("cutter-watch", "prosecution")}  # the case is the cutter's party's own
MAY = {("read a segment", "cutter-watch", "prosecution")}  # the radar itself is granted for prosecution, what was derived is not


def asker(node, person, purpose):
    if person not in node.coalition.people:
        return Asker(person=person, unit="cutter-halcyon", purpose=purpose, operation="fairwind")
    return nodes.who(node, person, purpose)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("person", "purpose"), ASKERS)
def test_p7_hidden_and_absent_are_the_same_bytes_and_leave_the_same_entries_and_bytes(pair, verb, person, purpose):
    if (verb, person, purpose) in MAY or (verb.endswith("a case") and (person, purpose) in OWN_CASE):
        pytest.skip("this reader may see it")
    results = []
    for node, there in zip(pair, (True, False), strict=True):
        before = nodes.sizes(node)
        try:
            said = VERBS[verb](node, asker(node, person, purpose), there).body
        except Exception as error:
            said = f"{type(error).__name__}: {error}".replace(str(node.root), "NODE").encode()
        after = nodes.sizes(node)
        results.append((said, {party: after[party] - before[party] for party in after}, nodes.log_bytes(node)))
    assert results[0] == results[1]


def test_p7_a_reader_who_may_sees_it_so_the_comparison_can_fail(pair):
    cutter = nodes.who(pair[0], "cutter-watch", "interdiction")
    assert read.read(pair[0], cutter, pair[0].lead).body != read.read(pair[0], cutter, ABSENT).body


def test_p7_lists_and_counts_are_those_of_a_store_in_which_the_hidden_never_was(tmp_path):
    """The support unit's sister, legal adviser for prosecution: leads of another purpose are neither listed nor counted."""
    bare = nodes.night(tmp_path / "bare")
    full = nodes.night(tmp_path / "full")
    who = nodes.who(full, "cell-analyst", nodes.MONITOR)
    cards = nodes.value(look.look(full, who))["picture"]["cards"]
    for card in cards:
        lead.make_lead(full, who, lead.Draft(card=card["id"]))
    assert nodes.value(read.list_holdings(full, nodes.who(full, "cutter-watch", "interdiction")))["count"] == len(cards) > 1
    for person, purpose in (
        ("meridia-legal", "prosecution"),
        ("kestrel-release", "prosecution"),
        ("cutter-watch", "custody_and_transfer"),
    ):
        said = [read.list_holdings(node, nodes.who(node, person, purpose)).body for node in (bare, full)]
        assert said[0] == said[1]


def test_p7_a_card_of_somebody_elses_view_is_as_unknown_as_one_that_never_was(pair):
    node = pair[0]
    whole = nodes.value(look.look(node, nodes.who(node, "cell-analyst", nodes.MONITOR)))["picture"]["cards"]
    own = nodes.who(node, "cell-analyst", "interdiction")
    known = {
        card["id"] for card in nodes.value(look.look(node, own, from_ms=nodes.at("00:00"), to_ms=nodes.at("01:00")))["picture"]["cards"]
    }
    hidden = next(card["id"] for card in whole if card["id"] not in known)
    said = []
    for name in (hidden, ABSENT):
        with pytest.raises(BadInput) as error:
            lead.preview_lead(node, own, lead.Draft(card=name, from_ms=nodes.at("00:00"), to_ms=nodes.at("01:00")))
        said.append(str(error.value).replace(name, "ID"))
    assert said[0] == said[1]
