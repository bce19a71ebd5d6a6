"""The verbs of a tear line: who writes and who releases it, what it may carry, who learns what it was made from, what reaches it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from fairlead import errors
from fairlead.agreement.tear_line import Sheet, Signed, Terms, body_of, check_label, commitment, lacking, sheet_bytes, sheet_from
from fairlead.desk.halt import Wish, halt, resume
from fairlead.desk.prove import Wanted, declare
from fairlead.desk.read import list_holdings, read
from fairlead.desk.sanitise import draft, made_from, release, sign_sheet
from fairlead.envelope import encode, sign
from fairlead.store import holdings
from tests.rooms.desk.tiny import MINUTE_MS, MONITOR, Tiny, no, value

TEXT = "an unlit boat is expected off the north cape before dawn"


@pytest.fixture
def seen(tiny: Tiny) -> Tiny:
    """All three feeds, a lead on both originators, and the radar's own segment, which the port may not read."""
    tiny.see()
    tiny.both = tiny.lead()  # type: ignore[attr-defined]
    with tiny.node.db.read() as tx:
        rows = holdings.of_kind(tx, ["segment"], from_ms=0, to_ms=2**53)
    tiny.segment = next(row.holding for row in rows if row.holding.feed == "alfa-radar")  # type: ignore[attr-defined]
    return tiny


def terms(*records: str, **changed: Any) -> Terms:
    whole: dict[str, Any] = {
        "text": TEXT,
        "level": "restricted",
        "recipients": ("port", "cutter"),
        "purposes": ("interdiction",),
        "operations": ("patrol",),
        "handling": (),
    }
    return Terms(records=records, **{**whole, **changed})


def drafted(tiny: Any, *records: str, author: str = "alfa-sensor", **changed: Any) -> Sheet:
    said = value(draft(tiny.node, tiny.who(author), terms(*(records or (tiny.segment.digest,)), **changed)))
    return sheet_from(encode(said["sheet"]))


def signed(tiny: Any, sheet: Sheet, *officers: str) -> Sheet:
    for officer in officers:
        sheet = sheet_from(encode(value(sign_sheet(tiny.node, tiny.who(officer), sheet))["sheet"]))
    return sheet


def released(tiny: Any, **changed: Any) -> str:
    return str(value(release(tiny.node, tiny.who("alfa-release"), drafted(tiny, **changed)))["id"])


def port(tiny: Any, purpose: str = "interdiction") -> Any:
    return tiny.who("port-custody", purpose)


def listed(tiny: Any, asker: Any) -> list[str]:
    return [one["id"] for one in value(list_holdings(tiny.node, asker, kind="report"))["items"]]


def test_two_signatures_of_its_one_originator_give_a_wider_reader_the_text_and_nothing_of_what_it_was_made_from(seen: Any) -> None:
    no(read(seen.node, port(seen), seen.segment.id))
    with seen.logged(alfa=1):
        sheet = drafted(seen)
    with seen.logged(alfa=1):
        made = value(release(seen.node, seen.who("alfa-release"), sheet))
    assert made["signed_by"] == ["alfa-sensor", "alfa-release"]
    with seen.logged(alfa=1):
        outcome = read(seen.node, port(seen), made["id"])
    assert value(outcome)["body"] == {"title": "tear line", "tear_line": TEXT}
    for name in (seen.segment.id, seen.segment.digest, sheet.salt):
        assert name.encode() not in outcome.body
    assert listed(seen, port(seen)) == [made["id"]]
    no(read(seen.node, port(seen), seen.segment.id))
    no(read(seen.node, seen.who("cell-analyst"), made["id"]))


def test_what_it_was_made_from_is_told_to_its_originator_and_to_oversight_and_to_nobody_else(seen: Any) -> None:
    made = released(seen)
    for person in ("alfa-release", "inspector"):
        said = value(made_from(seen.node, seen.who(person), made))
        assert [one["id"] for one in said["made_from"]] == [seen.segment.id]
        assert said["author"] == "alfa-sensor"
    refusals = [made_from(seen.node, seen.who("bravo-release"), name).body for name in (made, seen.both, "f" * 32)]
    assert len(set(refusals)) == 1
    no(made_from(seen.node, port(seen), made))


def test_what_two_originators_share_takes_an_officer_of_each_and_keeps_both_vetoes(seen: Any) -> None:
    sheet = drafted(seen, seen.both, category="radar")
    assert {party for party, _ in sheet.label.originators} == {"alfa", "bravo"}
    with seen.logged(alfa=1, bravo=1, charlie=1):
        said = no(release(seen.node, seen.who("alfa-release"), sheet))
    assert said["reasons"] == ["1 different persons of bravo who are releasing_officer must sign; 0 did"]
    sheet = signed(seen, sheet, "bravo-release")
    with seen.logged(alfa=1, bravo=1):
        value(release(seen.node, seen.who("alfa-release"), sheet))


def test_the_author_does_not_release_it(seen: Any) -> None:
    sheet = drafted(seen)
    forged = msgspec.structs.replace(
        sheet,
        envelope=sign("sanitised-release", msgspec.json.decode(sheet.envelope.payload_bytes), [seen.node.person_key("alfa-release")]),
    )
    said = no(release(seen.node, seen.who("alfa-release"), forged))
    assert "its author has not signed it" in said["reasons"]
    for verb in (sign_sheet, release):
        for person in ("alfa-sensor", "cutter-watch", "inspector"):
            with seen.logged(alfa=1, bravo=1, charlie=1):
                no(verb(seen.node, seen.who(person), sheet))
    assert no(release(seen.node, seen.who("bravo-release"), sheet))["reasons"] == ["only its originators can release it"]


def test_an_officer_who_wrote_it_does_not_count_as_the_officer_who_released_it(seen: Any) -> None:
    sheet = drafted(seen)
    said: Any = msgspec.json.decode(sheet.envelope.payload_bytes)
    own = sign("sanitised-release", {**said, "author": "alfa-release"}, [seen.node.person_key("alfa-release")])
    sheet = msgspec.structs.replace(sheet, envelope=own)
    assert no(release(seen.node, seen.who("alfa-release"), sheet))["reasons"] == [
        "alfa-release is its author, and somebody else releases it"
    ]
    value(release(seen.node, seen.who("alfa-second"), sheet))


@pytest.mark.parametrize(
    ("changed", "error", "says"),
    [
        ({"purposes": ("use_of_force_targeting",)}, errors.ExcludedUse, "excluded use"),
        ({"purposes": ("curiosity",)}, errors.UnknownCode, "no such purpose"),
        ({"recipients": ("nobody",)}, errors.UnknownCode, "no such unit"),
        ({"recipients": ()}, errors.LabelFault, "nobody could read"),
        ({"operations": ("nowhere",)}, errors.UnknownCode, "no such operation"),
        ({"level": "cosmic"}, errors.UnknownCode, "no such level"),
        ({"category": "gossip"}, errors.UnknownCode, "no such category"),
        ({"handling": ("wink",)}, errors.UnknownCode, "no such handling template"),
        ({"lease_s": 1}, errors.LabelFault, "lease"),
        ({"text": " "}, errors.BadInput, "no text"),
        ({"text": "x" * 20_001}, errors.BadInput, "no text"),
        ({"title": ""}, errors.BadInput, "no text"),
    ],
)
def test_a_tear_line_says_something_under_codes_of_the_code_book(seen: Any, changed: Any, error: Any, says: str) -> None:
    with seen.logged(), pytest.raises(error, match=says):
        drafted(seen, **changed)


def test_the_text_may_not_name_what_it_was_made_from_nor_what_that_came_from(seen: Any) -> None:
    for name in (seen.both, seen.segment.id, seen.segment.digest.upper()):
        with pytest.raises(errors.BadInput, match="names what it was made from"):
            drafted(seen, seen.both, text=f"see {name}")


def test_a_changed_sheet_is_not_what_was_signed(seen: Any) -> None:
    sheet = signed(seen, drafted(seen), "alfa-release")
    wider = msgspec.structs.replace(sheet.label, recipients=(*sheet.label.recipients, "support"))
    for changed in (
        {"text": "go"},
        {"title": "other"},
        {"label": wider},
        {"salt": "0" * 64},
        {"made_from": ("f" * 64,)},
        {"made_from": ()},
    ):
        with seen.logged(), pytest.raises(errors.BadInput, match="not what was signed"):
            release(seen.node, seen.who("alfa-second"), msgspec.structs.replace(sheet, **changed))
    with pytest.raises(errors.MalformedBytes):
        sheet_from(b'{"a":1}')
    with pytest.raises(errors.MalformedBytes):
        sheet_from(sheet_bytes(sheet)[:-1] + b" }")


def test_p7_a_sheet_that_names_a_record_of_somebody_else_and_one_that_names_none_are_refused_alike(seen: Any) -> None:
    bravos = seen.lead("alfa-radar")
    with seen.node.db.read() as tx:
        (row,) = holdings.by_ids(tx, [bravos])
    said = []
    for name in (row.holding.digest, "f" * 64):
        sheet = drafted(seen)
        old: Any = msgspec.json.decode(sheet.envelope.payload_bytes)
        keys = [seen.node.person_key(one) for one in ("alfa-sensor", "alfa-release")]
        new = sign("sanitised-release", {**old, "made_from": commitment([name], sheet.salt)}, keys)
        with seen.logged(), pytest.raises(errors.BadInput) as error:
            release(seen.node, seen.who("alfa-second"), msgspec.structs.replace(sheet, envelope=new, made_from=(name,)))
        said.append(str(error.value))
    assert said[0] == said[1]
    refusals = []
    for name in (bravos, "f" * 32):
        with seen.logged(alfa=1, bravo=1, charlie=1):
            refusals.append(draft(seen.node, seen.who("alfa-sensor"), terms(name)).body)
    assert refusals[0] == refusals[1]


def test_who_may_not_use_the_record_for_that_purpose_may_not_write_of_it(seen: Any) -> None:
    for person, purpose in (
        ("alfa-sensor", "prosecution"),
        ("alfa-sensor", "use_of_force_targeting"),
        ("alfa-release", "interdiction"),
    ):
        with seen.logged(alfa=1, bravo=1, charlie=1):
            no(draft(seen.node, seen.who(person, purpose), terms(seen.segment.digest)))


def test_it_is_released_once(seen: Any) -> None:
    sheet = drafted(seen)
    value(release(seen.node, seen.who("alfa-release"), sheet))
    with seen.logged(), pytest.raises(errors.BadInput, match="released already"):
        release(seen.node, seen.who("alfa-release"), sheet)


def test_p4_a_hold_on_what_it_was_made_from_reaches_it_whether_it_came_before_or_after(seen: Any) -> None:
    before = released(seen)
    order = value(halt(seen.node, seen.who("alfa-release"), Wish(feeds=("alfa-radar",))))["order"]
    no(read(seen.node, port(seen), before))
    seen.clock.at_ms += MINUTE_MS
    after = released(seen, text="another line")
    no(read(seen.node, port(seen), after))
    assert listed(seen, port(seen)) == []
    value(resume(seen.node, seen.who("alfa-release"), order))
    assert listed(seen, port(seen)) == sorted([before, after], key=[after, before].index)


def test_p4_an_order_may_name_the_tear_line_itself_and_leave_what_it_was_made_from(seen: Any) -> None:
    made = released(seen)
    with seen.node.db.read() as tx:
        (row,) = holdings.by_ids(tx, [made])
    value(halt(seen.node, seen.who("alfa-release"), Wish(objects=(row.holding.digest,))))
    no(read(seen.node, port(seen), made))
    value(read(seen.node, seen.who("cutter-watch"), seen.both))


def test_p4_an_order_that_reaches_only_what_is_shared_already_or_only_what_was_derived(seen: Any) -> None:
    made = released(seen)
    value(halt(seen.node, seen.who("alfa-release"), Wish(feeds=("alfa-radar",), reach=("derived",))))
    no(read(seen.node, port(seen), made))
    value(read(seen.node, seen.who("cutter-watch"), seen.segment.id))


def test_a_declared_invariant_blocks_it_and_shows_the_path(seen: Any) -> None:
    with seen.node.db.read() as tx:
        (sighting,) = [row for row in holdings.of_kind(tx, ["report"], from_ms=0, to_ms=2**53) if row.holding.feed == "bravo-air"]
    beyond = {"recipients": ("rescue",), "purposes": ("search_and_rescue",), "operations": ("lifeline",), "category": "ais"}
    first, second = (drafted(seen, sighting.holding.id, author="bravo-air", text=words, **beyond) for words in ("one", "two"))
    value(release(seen.node, seen.who("bravo-release"), first))
    value(declare(seen.node, seen.who("bravo-release"), Wanted(categories=("air",), never_units=("rescue",))))
    with seen.logged(), pytest.raises(errors.BadInput, match="break an invariant of bravo"):
        release(seen.node, seen.who("bravo-release"), second)


@pytest.mark.parametrize(
    "sabotage",
    [
        "UPDATE holdings SET envelope = (SELECT envelope FROM holdings WHERE feed = 'alfa-radar') WHERE id = :id",
        "UPDATE holdings SET label = (SELECT label FROM holdings WHERE feed = 'bravo-ais') WHERE id = :id",
        "UPDATE holdings SET expires_ms = expires_ms + 1 WHERE id = :id",
        "UPDATE releases SET salt = 'other'",
        "UPDATE parents SET parent = (SELECT num FROM holdings WHERE feed = 'bravo-ais') WHERE restricted = 1",
        "DELETE FROM parents WHERE restricted = 1",
    ],
)
def test_one_that_does_not_stand_as_it_was_signed_is_given_to_nobody(seen: Any, sabotage: str) -> None:
    made = released(seen, recipients=("port", "cutter", "alfa", "bravo"))
    with seen.node.db.write() as tx:
        tx.execute(text(sabotage), {"id": made} if ":id" in sabotage else {})
    reader = seen.who("alfa-sensor") if "bravo-ais') WHERE id" not in sabotage else seen.who("bravo-air")
    for verb in (lambda node: read(node, reader, made), lambda node: list_holdings(node, reader, kind="report")):
        with seen.logged(), pytest.raises(errors.BadSignature, match="tear line"):
            verb(seen.opened())


def test_what_it_says_is_what_was_signed(seen: Any) -> None:
    made = released(seen)
    assert value(read(seen.node, port(seen), made))["digest"] == msgspec.json.decode(drafted(seen).envelope.payload_bytes)["body"]
    assert body_of("tear line", TEXT) == {"title": "tear line", "tear_line": TEXT}
    no(read(seen.node, port(seen, MONITOR), made))


def test_every_originator_keeps_its_veto_on_a_tear_line(seen: Any) -> None:
    made = drafted(seen, seen.both, category="radar").label
    pairs = (("alfa", "radar"), ("bravo", "ais"))
    assert check_label(seen.node.coalition.book, made, pairs=pairs) == made
    for alone in ((("alfa", "radar"),), (("charlie", "radar"), ("alfa", "radar"), ("bravo", "radar"))):
        with pytest.raises(errors.LabelFault, match="all of them and nobody else"):
            check_label(seen.node.coalition.book, msgspec.structs.replace(made, originators=tuple(sorted(alone))), pairs=pairs)


def test_an_author_who_is_an_officer_is_not_the_officer_who_releases(seen: Any) -> None:
    said = msgspec.convert(msgspec.json.decode(drafted(seen).envelope.payload_bytes), Signed)
    said = msgspec.structs.replace(said, author="alfa-release")
    people = seen.node.coalition.people
    assert lacking(said, ["alfa"], [people["alfa-release"]])
    assert lacking(said, ["alfa"], [people["alfa-second"]])
    assert not lacking(said, ["alfa"], [people["alfa-release"], people["alfa-second"]])
