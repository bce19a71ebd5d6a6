"""The verbs of assurances: the recipient's word, the originator's doubt, and the order a doubt proposes."""

from __future__ import annotations

import msgspec
import pytest

from fairlead import errors
from fairlead.desk.agreements import agreement
from fairlead.desk.answer import Outcome
from fairlead.desk.assure import Doubt, Promise, assurances, judge, promise
from fairlead.desk.halt import Wish, halt
from fairlead.desk.look import look
from tests.rooms.desk.test_agree import agreed, terms
from tests.rooms.desk.tiny import MINUTE_MS, START_MS, Tiny, no, value

DAY_MS = 86_400_000
WANTED = Promise(kind="no_onward", originator="bravo", expires_ms=START_MS + DAY_MS)
ASKING = terms(
    id="bravo-cell",
    recipients=("cell",),
    operations=("patrol",),
    categories=("ais",),
    assurances=("no_onward",),
    expires_ms=START_MS + 9 * DAY_MS,
)
DOUBT = Doubt(party="charlie", kind="no_onward", why="a page of it was seen elsewhere")


@pytest.fixture
def asking(tiny: Tiny) -> Tiny:
    """Bravo's AIS, given to the cell for rescue on the assurance that it is passed on to nobody."""
    tiny.see("bravo-ais")
    agreed(tiny, ASKING, drafter="bravo-release", second="bravo-second")
    return tiny


def reads(tiny: Tiny) -> bool:
    return bool(value(look(tiny.node, tiny.who("cell-watch", "search_and_rescue")))["picture"]["tracks"])


def says(tiny: Tiny, status: str, **changed: object) -> Outcome:
    return promise(tiny.node, tiny.who("charlie-release"), status, msgspec.structs.replace(WANTED, **changed))  # type: ignore[arg-type]


def finds(tiny: Tiny, status: str, doubt: Doubt = DOUBT) -> Outcome:
    return judge(tiny.node, tiny.who("bravo-release"), status, doubt)  # type: ignore[arg-type]


def test_p1_what_is_given_on_an_assurance_is_read_while_it_is_accepted_and_in_date(asking: Tiny) -> None:
    assert not reads(asking)
    assert value(says(asking, "offered"))["state"] == "offered"
    assert not reads(asking), "an offer is not yet an acceptance"
    assert value(says(asking, "accepted"))["state"] == "accepted"
    assert reads(asking)
    asking.clock.at_ms = START_MS + DAY_MS
    assert not reads(asking)
    (shown,) = value(assurances(asking.node, asking.who("charlie-release")))["assurances"]
    assert shown["state"] == "expired"


def test_p4_a_doubt_shuts_nothing_and_proposes_an_order_that_can_be_signed_as_it_is(asking: Tiny) -> None:
    value(says(asking, "accepted"))
    told = value(finds(asking, "doubted"))
    assert told["state"] == "doubted"
    assert reads(asking)
    proposed = told["proposed"]
    assert (proposed["rests_on"], proposed["signed"]) == (["bravo-cell"], False)
    assert "a page of it was seen elsewhere" in proposed["words"]
    assert "every unit of Charlie (charlie)" in proposed["words"]
    wish = msgspec.convert(proposed["wish"], Wish)
    value(halt(asking.node, asking.who("bravo-release"), wish))
    assert not reads(asking)


def test_p4_a_breach_shuts_by_itself_and_the_recipient_cannot_clear_it(asking: Tiny) -> None:
    value(says(asking, "accepted"))
    assert "proposed" in value(finds(asking, "breached"))
    assert not reads(asking)
    asking.clock.at_ms += 1
    for status in ("accepted", "offered", "withdrawn"):
        with asking.logged(), pytest.raises(errors.BadInput, match=f"cannot be {status} now"):
            says(asking, status)
    value(says(asking, "accepted", originator="", why="to all"))
    assert not reads(asking), "an acceptance to everybody does not answer a breach"
    assert value(finds(asking, "restored"))["state"] == "accepted"
    assert reads(asking)


def test_p4_a_breach_of_what_was_assured_to_everybody_is_towards_the_one_who_found_it(asking: Tiny) -> None:
    value(says(asking, "accepted", originator=""))
    assert reads(asking)
    value(finds(asking, "breached"))
    assert not reads(asking)
    alfa = terms(id="alfa-cell", recipients=("cell",), operations=("patrol",), assurances=("no_onward",))
    agreed(asking, alfa)
    shown = value(agreement(asking.node, asking.who("alfa-release"), "alfa-cell"))["assurances_asked"]
    assert [(one["party"], one["given"]) for one in shown] == [("charlie", True)]


def test_each_is_told_to_both_parties_and_to_nobody_else(asking: Tiny) -> None:
    with asking.logged(charlie=1, bravo=1):
        value(says(asking, "accepted"))
    with asking.logged(charlie=1):
        value(promise(asking.node, asking.who("charlie-release"), "offered", Promise(kind="use", expires_ms=START_MS + DAY_MS)))
    with asking.logged(charlie=1, bravo=1):
        value(finds(asking, "doubted"))
    assert len(value(assurances(asking.node, asking.who("alfa-release")))["assurances"]) == 1


def test_what_is_asked_and_not_given_is_listed_for_who_asks_and_who_is_asked(asking: Tiny) -> None:
    for person in ("bravo-release", "charlie-legal", "inspector"):
        (row,) = value(assurances(asking.node, asking.who(person)))["asked_and_not_given"]
        assert row == {"agreement": "bravo-cell", "originator": "bravo", "party": "charlie", "kind": "no_onward"}
    assert value(assurances(asking.node, asking.who("alfa-release")))["asked_and_not_given"] == []
    value(says(asking, "accepted"))
    assert value(assurances(asking.node, asking.who("inspector")))["asked_and_not_given"] == []


def test_nobody_takes_the_others_steps(asking: Tiny) -> None:
    value(says(asking, "accepted"))
    with asking.logged():
        for status in ("doubted", "breached", "restored"):
            with pytest.raises(errors.BadInput, match="its originator says"):
                says(asking, status)
        for status in ("offered", "accepted", "withdrawn"):
            with pytest.raises(errors.BadInput, match="the party itself says"):
                finds(asking, status)
        with pytest.raises(errors.BadInput, match="cannot be breached now"):
            judge(asking.node, asking.who("alfa-release"), "breached", DOUBT)
        with pytest.raises(errors.BadInput, match="assures nothing to itself"):
            judge(asking.node, asking.who("charlie-release"), "doubted", DOUBT)
    no(promise(asking.node, asking.who("charlie-legal"), "accepted", WANTED))


def test_an_unknown_kind_or_an_end_before_the_beginning_is_refused(asking: Tiny) -> None:
    with asking.logged():
        with pytest.raises(errors.UnknownCode, match="no such kind of assurance"):
            says(asking, "accepted", kind="goodwill")
        with pytest.raises(errors.BadInput, match="ends before it begins"):
            says(asking, "accepted", expires_ms=START_MS)
        with pytest.raises(errors.UnknownCode):
            agreed(asking, terms(id="x", assurances=("goodwill",)))
    asking.clock.at_ms += MINUTE_MS
