"""The verbs of the code-book: a change is signed by all it binds, and voids what was signed for something else; old labels stay."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairlead import errors
from fairlead.agreement.events import BookChange
from fairlead.desk.agree import activate, amend, draft, review
from fairlead.desk.answer import Outcome
from fairlead.desk.codebook import change_book, preview_change, show_book, show_change, sign_change
from fairlead.desk.explain import Question, explain
from fairlead.desk.look import look
from fairlead.desk.read import read
from fairlead.envelope import Envelope, sign
from fairlead.intake.book_file import changed_book
from fairlead.label import CodeBook, Operation, Unit
from tests.rooms.desk.test_agree import YES, Terms
from tests.rooms.desk.tiny import START_MS, Tiny, no, value

OFFICERS = ("alfa-release", "bravo-release", "charlie-release")
CUTTER = """
[units.cutter]
name = "Charlie's cutter"
party = "charlie"
regime = "{regime}"
command = "{command}"
mission = "{mission}"
clearance = "confidential"
handling = ["report_back", "source_protection"]
"""
PATROL = '[operations.patrol]\nname = "Patrol"\nmission = "counter-smuggling"\nunits = [{units}]\n'
SAME = {"regime": "law_enforcement", "command": "charlie-guard", "mission": "stopping smugglers at sea"}


def cutter(**changed: str) -> str:
    return CUTTER.format(**{**SAME, **changed})


def book(tiny: Tiny, text: str) -> CodeBook:
    return changed_book(text.encode(), "change.toml", tiny.node.coalition.book)


def envelope(tiny: Tiny, new: CodeBook, *signers: str, party: str = "charlie", at_ms: int = START_MS) -> Envelope:
    event = BookChange(party=party, book=new, at_ms=at_ms)
    return sign("book-change", msgspec.to_builtins(event), [tiny.node.person_key(person) for person in signers])


def put(tiny: Tiny, text: str, *signers: str) -> Outcome:
    return change_book(tiny.node, tiny.who("charlie-release"), envelope(tiny, book(tiny, text), *signers))


def tracks(tiny: Tiny, person: str = "cutter-watch") -> set[str]:
    return {track["kind"] for track in value(look(tiny.node, tiny.who(person)))["picture"]["tracks"]}


def test_the_first_code_book_is_an_event_signed_by_every_party(tiny: Tiny) -> None:
    shown = value(show_book(tiny.node, tiny.who("alfa-release")))
    assert (shown["version"], shown["versions"]) == (1, [1])
    assert shown["units"]["cutter"]["regime"] == "law_enforcement"
    for party in ("alfa", "bravo", "charlie"):
        assert len(list((tiny.root / "homes" / party / "records" / "book-change").glob("*.json"))) == 1
    with pytest.raises(errors.BadInput, match="no such version"):
        show_book(tiny.node, tiny.who("alfa-release"), version=2)
    no(show_book(tiny.node, tiny.who("cutter-watch")))


@pytest.mark.parametrize(
    "changed", [{"regime": "military"}, {"command": "charlie-forces"}, {"mission": "escorting"}], ids=lambda one: next(iter(one))
)
def test_p1_a_changed_regime_command_or_mission_voids_grants_until_they_are_signed_anew(tiny: Tiny, changed: dict[str, str]) -> None:
    tiny.see()
    lead = tiny.lead()
    assert tracks(tiny) == {"ais", "radar", "sighting"}
    value(read(tiny.node, tiny.who("cutter-watch"), lead))
    told = value(put(tiny, cutter(**changed), "charlie-release"))
    assert {one["agreement"] for one in told["voids"]["agreements"]} == {
        "alfa-partners",
        "bravo-partners",
        "bravo-rescue",
        "charlie-own",
    }
    no(read(tiny.node, tiny.who("cutter-watch"), lead))
    if "mission" in changed:  # else it is below the ceiling, too
        assert tracks(tiny) == set()
        value(read(tiny.node, tiny.who("cell-watch"), lead))
        grant = next(one.grant for one in tiny.node.coalition.grants if one.grant.id == "bravo-partners")
        again = Terms(**{name: getattr(grant, name) for name in Terms.__struct_fields__})
        with pytest.raises(errors.BadInput, match="to cutter"):
            amend(tiny.node, tiny.who("bravo-release"), again)
        value(draft(tiny.node, tiny.who("bravo-release"), again))
        value(review(tiny.node, tiny.who("bravo-second"), grant.id, YES))
        value(activate(tiny.node, tiny.who("bravo-second"), grant.id))
        assert tracks(tiny) == {"ais", "sighting"}


def test_p1_a_unit_that_joins_or_leaves_an_operation_voids_every_grant_inside_it(tiny: Tiny) -> None:
    tiny.see()
    text = PATROL.format(units='"alfa-radar", "bravo-patrol", "cell", "cutter"')
    with pytest.raises(errors.BadInput, match="not every party it binds has signed"):
        put(tiny, text)
    value(put(tiny, text, "charlie-release"))
    assert tracks(tiny) == set()
    assert tracks(tiny, "alfa-release") == set(), "a party's own use is an agreement like any other"


def test_p1_a_change_takes_the_signature_of_every_party_it_binds(tiny: Tiny) -> None:
    text = cutter(mission="escorting") + (
        '[units.bravo-patrol]\nname = "Bravo"\nparty = "bravo"\nregime = "law_enforcement"\ncommand = "bravo-police"\n'
        'mission = "patrol by night"\nclearance = "confidential"\nhandling = ["report_back", "source_protection"]\n'
    )
    for signers in (
        (),
        ("charlie-release",),
        ("bravo-release",),
        ("charlie-release", "alfa-release"),
        ("charlie-release", "bravo-air"),
    ):
        with tiny.logged(), pytest.raises(errors.BadInput, match="not every party it binds has signed"):
            put(tiny, text, *signers)
    with tiny.logged(alfa=1, bravo=1, charlie=1):
        value(put(tiny, text, "charlie-release", "bravo-second"))
    assert tiny.node.coalition.book.version == 2


def test_a_higher_clearance_is_signed_by_every_party(tiny: Tiny) -> None:
    text = cutter().replace("confidential", "secret")
    with pytest.raises(errors.BadInput, match="alfa: alfa-release, alfa-second; bravo"):
        put(tiny, text, "charlie-release")
    value(put(tiny, text, *OFFICERS))
    assert tiny.node.coalition.book.units["cutter"].clearance == "secret"


def test_the_envelope_goes_from_officer_to_officer_and_the_last_puts_it_in_force(tiny: Tiny) -> None:
    new = book(tiny, cutter().replace("confidential", "secret"))
    with tiny.logged():
        told = value(preview_change(tiny.node, tiny.who("charlie-release"), new, why="a new ship"))
        for person in OFFICERS:
            told = value(sign_change(tiny.node, tiny.who(person), msgspec.convert(told["envelope"], Envelope)))
        with pytest.raises(errors.BadInput, match="signed it already"):
            sign_change(tiny.node, tiny.who("alfa-release"), msgspec.convert(told["envelope"], Envelope))
        assert value(show_change(tiny.node, tiny.who("bravo-second"), msgspec.convert(told["envelope"], Envelope)))["missing"] == []
    assert (told["signed_by"], told["missing"]) == (list(OFFICERS), [])
    done = value(change_book(tiny.node, tiny.who("bravo-release"), msgspec.convert(told["envelope"], Envelope)))
    assert done["why"] == "a new ship"
    no(sign_change(tiny.node, tiny.who("cell-analyst"), msgspec.convert(told["envelope"], Envelope)))


def test_a_preview_names_to_each_what_is_voided_and_counts_the_rest(tiny: Tiny) -> None:
    new = book(tiny, cutter(mission="escorting"))

    def voided(person: str) -> tuple[set[str], int]:
        told = value(preview_change(tiny.node, tiny.who(person), new))["voids"]
        return {one["agreement"] for one in told["agreements"]}, told["others"]

    with tiny.logged():
        everything = {"alfa-partners", "bravo-partners", "bravo-rescue", "charlie-own"}
        assert voided("inspector") == (everything, 0)
        assert voided("charlie-release") == (everything, 0)
        assert voided("alfa-release") == ({"alfa-partners", "bravo-partners"}, 2)


def test_a_change_seen_by_another_process_counts_there_at_once(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    other = tiny.opened()
    assert tracks(tiny) == {"ais"}
    signed = envelope(tiny, book(tiny, cutter(mission="escorting")), "charlie-release")
    value(change_book(other, tiny.who("charlie-release"), signed))
    assert tracks(tiny) == set()
    assert tiny.node.coalition.book.version == 2


DROPS: list[tuple[str, str]] = [
    ('[drop]\nunits = ["alfa-radar"]', "no such unit"),
    ('[drop]\ncategories = ["radar"]', "what a feed stands on"),
    ('[drop]\nhandling = ["source_protection"]', "no such handling template"),
    ('[drop]\nunits = ["nobody"]', "no such code to drop"),
    ("[parties.delta]\nname = 'Delta'", "unknown key 'parties'"),
    (cutter().replace('party = "charlie"', 'party = "bravo"').replace("charlie-guard", "bravo-police"), "passes to another party"),
    (cutter(), "changes nothing"),
    ('[categories]\ncommercial = "for sale"', "no code can stand for commercial"),
]


@pytest.mark.parametrize(("text", "said"), DROPS, ids=[said for _, said in DROPS])
def test_what_may_not_change_is_refused_and_nothing_changes(tiny: Tiny, text: str, said: str) -> None:
    with tiny.logged(), pytest.raises(errors.BadInput, match=said):
        put(tiny, text, *OFFICERS)
    assert tiny.node.coalition.book.version == 1


def test_a_dropped_unit_asks_for_nothing_and_what_names_it_is_still_read_and_told(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    lead = tiny.lead()
    value(read(tiny.node, tiny.who("port-custody"), lead))
    without = PATROL.format(units='"alfa-radar", "bravo-patrol", "cell", "cutter", "inspectors", "support"')
    value(put(tiny, f'{without}[drop]\nunits = ["port"]\n', "charlie-release"))
    assert "does not act for port" in str(no(read(tiny.node, tiny.who("port-custody"), lead)))
    assert "port" in value(show_book(tiny.node, tiny.who("alfa-release"), version=1))["units"], "the old version is kept"
    with pytest.raises(errors.BadInput, match="a dropped code is used again"):
        put(tiny, cutter().replace("cutter", "port"), *OFFICERS)


def _explained(tiny: Tiny, lead: str) -> Any:
    question = Question(person="cutter-watch", unit="cutter", purpose="interdiction", operation="patrol")
    return value(explain(tiny.node, tiny.who("inspector"), lead, question))


def test_p1_a_label_of_a_dropped_code_opens_nothing_and_is_still_explained(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    with tiny.node.db.read() as tx:
        old = tiny.node.standing(tx).books[0]
    feeds = {code: feed for code, feed in tiny.node.coalition.feeds.items() if code != "bravo-air"}
    tiny.node.coalition = msgspec.structs.replace(tiny.node.coalition, feeds=feeds)  # as if the feed had ended
    value(put(tiny, '[drop]\ncategories = ["air"]\n', "charlie-release"))
    assert tracks(tiny) == {"ais", "radar"}
    told = _explained(tiny, lead)
    assert not told["permitted"]
    assert "grants: the code-book, version 2, has no category air any more" in told["reasons"]
    assert told["code_books"] == {"label": 1, "now": 2}
    assert "air" in old.categories


def test_more_than_64_units_have_their_own_masks(tiny: Tiny) -> None:
    many = {
        f"u{number:03d}": Unit(
            code=f"u{number:03d}",
            name=f"Unit {number}",
            party="charlie",
            regime="law_enforcement",
            command="charlie-guard",
            mission="patrol",
            clearance="confidential",
            handling=("report_back", "source_protection"),
        )
        for number in range(200)
    }
    old = tiny.node.coalition.book
    wide = Operation(code="wide", name="Wide", mission="patrol", units=tuple(sorted((*many, "alfa-radar"))))
    new = msgspec.structs.replace(old, version=2, units={**old.units, **many}, operations={**old.operations, "wide": wide})
    signed = envelope(tiny, new, "charlie-release", "alfa-release")
    value(change_book(tiny.node, tiny.who("charlie-release"), signed))
    odd = tuple(code for code in many if int(code[1:]) % 2)
    given = Terms(
        id="odd", recipients=odd, purposes=("interdiction",), operations=("wide",), categories=("radar",),
        not_before_ms=START_MS, expires_ms=START_MS + 1000,
    )  # fmt: skip
    value(draft(tiny.node, tiny.who("alfa-release"), given))
    value(review(tiny.node, tiny.who("alfa-second"), "odd", YES))
    value(activate(tiny.node, tiny.who("alfa-second"), "odd"))
    with tiny.node.db.read() as tx:
        slice = tiny.node.house(tx, START_MS).slice
    opened = {unit for unit in many if slice.open_to.get((unit, "interdiction", "wide"), 0)}
    assert opened == set(odd)
    assert len(opened) == 100
