"""The verbs of an override: a file that goes from officer to officer, what stops it, what it opens, who is told."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from fairlead import errors
from fairlead.agreement.events import OVERRIDE_MAX_MS
from fairlead.desk import audit, override
from fairlead.desk.halt import Wish as OrderWish
from fairlead.desk.halt import halt, resume
from fairlead.desk.look import look
from fairlead.desk.override import Wish, activate, draft, overrides, show, sign_draft
from fairlead.desk.read import list_holdings, read
from fairlead.envelope import Envelope, decode, encode, envelope_from_json, sign
from fairlead.store import events, holdings
from tests.rooms.desk.tiny import MINUTE_MS, MONITOR, START_MS, Tiny, no, value

RESCUE = "search_and_rescue"
OFFICERS = ("alfa-release", "alfa-second", "bravo-release", "bravo-second")
HOUR_MS = 60 * MINUTE_MS


@pytest.fixture
def seen(tiny: Tiny) -> Tiny:
    """All three feeds, and a lead that rests on both originators: nobody may use it for a rescue."""
    tiny.see()
    tiny.made = tiny.lead()  # type: ignore[attr-defined]
    return tiny


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The same, for questions that change nothing."""
    tiny: Any = Tiny(tmp_path_factory.mktemp("still") / "node").see()
    tiny.made = tiny.lead()
    return tiny


def wish(tiny: Any, **changed: Any) -> Wish:
    whole: dict[str, Any] = {
        "records": (tiny.made,),
        "units": ("cutter",),
        "purpose": RESCUE,
        "operation": "patrol",
        "reason": "a boat with people aboard takes water",
        "legal_basis": "duty to render assistance at sea",
        "requester": "cutter-watch",
        "hours": 6,
    }
    return Wish(**{**whole, **changed})


def drafted(tiny: Any, **changed: Any) -> Envelope:
    said = value(draft(tiny.node, tiny.who("alfa-release"), wish(tiny, **changed)))
    return envelope_from_json(encode(said["envelope"]))


def signed(tiny: Any, envelope: Envelope, officers: Sequence[str] = OFFICERS) -> Envelope:
    for officer in officers:
        envelope = envelope_from_json(encode(value(sign_draft(tiny.node, tiny.who(officer), envelope))["envelope"]))
    return envelope


def in_force(tiny: Any, **changed: Any) -> str:
    return str(value(activate(tiny.node, tiny.who("bravo-second"), signed(tiny, drafted(tiny, **changed))))["override"])


def cutter(tiny: Any, purpose: str = RESCUE) -> Any:
    return tiny.who("cutter-watch", purpose)


def test_four_signatures_open_the_record_to_that_unit_for_that_purpose_and_every_originator_has_it_in_its_log(seen: Any) -> None:
    no(read(seen.node, cutter(seen), seen.made))
    envelope = signed(seen, drafted(seen))
    with seen.logged(alfa=1, bravo=1):
        put = value(activate(seen.node, seen.who("bravo-second"), envelope))
    assert put["until_ms"] == START_MS + 6 * HOUR_MS
    assert "Alfa and Bravo let Charlie's cutter use 1 record" in put["words"]
    with seen.logged(alfa=1, bravo=1):
        assert value(read(seen.node, cutter(seen), seen.made))["id"] == seen.made
    for party in ("alfa", "bravo"):
        assert put["override"] in seen.newest(party).agreements, "each use is receipted to every originator, with the override's id"
        told = value(audit.inbox(seen.node, seen.who(f"{party}-release")))
        assert [one["unit"] for one in told["under_overrides"]] == ["cutter"], "and told without being asked for"
    no(read(seen.node, seen.who("cell-analyst", RESCUE), seen.made))
    no(read(seen.node, cutter(seen, "prosecution"), seen.made))


def test_the_list_and_the_read_agree_and_the_picture_has_the_segment(seen: Any) -> None:
    with seen.node.db.read() as tx:
        segment = next(
            row.holding for row in holdings.of_kind(tx, ["segment"], from_ms=0, to_ms=2**53) if row.holding.feed == "alfa-radar"
        )
    assert value(list_holdings(seen.node, cutter(seen)))["items"] == []
    assert value(look(seen.node, cutter(seen)))["picture"]["tracks"] == []
    in_force(seen, records=(seen.made, segment.digest))
    assert [one["id"] for one in value(list_holdings(seen.node, cutter(seen)))["items"]] == [seen.made]
    assert value(list_holdings(seen.node, cutter(seen)))["count"] == 1
    assert {track["kind"] for track in value(look(seen.node, cutter(seen)))["picture"]["tracks"]} == {"radar"}
    assert seen.newest("alfa").agreements


def test_an_override_of_one_originators_record_needs_nobody_else(seen: Any) -> None:
    bravos = seen.lead("alfa-radar")
    envelope = signed(seen, envelope_of(draft(seen.node, seen.who("bravo-release"), wish(seen, records=(bravos,)))), OFFICERS[2:])
    with seen.logged(bravo=1):
        value(activate(seen.node, seen.who("bravo-release"), envelope))
    with seen.logged(bravo=1):
        value(read(seen.node, cutter(seen), bravos))
    no(read(seen.node, cutter(seen), seen.made))


def envelope_of(outcome: Any) -> Envelope:
    return envelope_from_json(encode(value(outcome)["envelope"]))


@pytest.mark.parametrize(
    ("officers", "says"),
    [
        ((), "2 different persons of alfa who are releasing_officer must sign; 0 did"),
        (("alfa-release", "bravo-release"), "2 different persons of alfa who are releasing_officer must sign; 1 did"),
        (("alfa-release", "alfa-second"), "2 different persons of bravo who are releasing_officer must sign; 0 did"),
        (("alfa-release", "alfa-second", "bravo-release"), "2 different persons of bravo who are releasing_officer must sign; 1 did"),
    ],
)
def test_too_few_signatures_are_refused_in_every_log_and_change_nothing(seen: Any, officers: Sequence[str], says: str) -> None:
    envelope = signed(seen, drafted(seen), officers)
    with seen.logged(alfa=1, bravo=1, charlie=1):
        said = no(activate(seen.node, seen.who("alfa-release"), envelope))
    assert says in said["reasons"]
    assert {seen.newest(party).outcome for party in ("alfa", "bravo")} == {"refused"}, "both originators are told that somebody tried"
    no(read(seen.node, cutter(seen), seen.made))
    assert value(overrides(seen.node, seen.who("alfa-release")))["items"] == []


def test_one_officer_twice_is_one_officer(seen: Any) -> None:
    once = signed(seen, drafted(seen), ("alfa-release", "bravo-release", "bravo-second"))
    with pytest.raises(errors.BadInput, match="signed it already"):
        sign_draft(seen.node, seen.who("alfa-release"), once)
    again = msgspec.structs.replace(once, signatures=(*once.signatures, once.signatures[0]))
    said = no(activate(seen.node, seen.who("alfa-release"), again))
    assert "alfa-release signed more than once" in said["reasons"]


def test_who_asked_for_it_or_gains_by_it_cannot_sign_and_does_not_count_when_they_did(seen: Any) -> None:
    for changed in ({"requester": "alfa-second"}, {"units": ("alfa-radar",)}):
        envelope = drafted(seen, **changed)
        said = no(sign_draft(seen.node, seen.who("alfa-second"), envelope))
        assert said["reasons"] == ["alfa-second asked for it or gains by it, and cannot sign it"]
        forged = signed_outside(seen, envelope, OFFICERS)
        reasons = " ".join(no(activate(seen.node, seen.who("bravo-release"), forged))["reasons"])
        assert "of alfa who are releasing_officer must sign" in reasons
        assert "alfa-second asked for it or gains by it" in reasons or "alfa-second acts for alfa-radar" in reasons


def signed_outside(tiny: Any, envelope: Envelope, officers: Sequence[str]) -> Envelope:
    """Signed with the officers' keys by something that is not Fairlead."""
    made = sign("override", decode(envelope.payload_bytes), [tiny.node.person_key(one) for one in officers])
    return msgspec.structs.replace(made, payload=envelope.payload)


def test_a_stored_override_that_too_few_signed_stops_the_node(seen: Any) -> None:
    envelope = signed_outside(seen, drafted(seen, requester="alfa-second"), OFFICERS)
    made = override._opened(seen.node, envelope)
    with seen.node.db.write() as tx:
        events.add_event(tx, made, envelope, at_ms=START_MS, clock="test")
    with pytest.raises(errors.BadSignature, match="not signed by alfa"):
        read(seen.opened(), cutter(seen), seen.made)


def test_a_changed_payload_carries_no_signature(seen: Any) -> None:
    envelope = signed(seen, drafted(seen))
    terms: Any = decode(envelope.payload_bytes)
    for changed in ({"units": ["cell"]}, {"purpose": "interdiction"}, {"expires_ms": terms["expires_ms"] + 1}, {"reason": "another"}):
        forged = msgspec.structs.replace(envelope, payload=base64.b64encode(encode({**terms, **changed})).decode())
        said = no(activate(seen.node, seen.who("alfa-release"), forged))
        assert "2 different persons of alfa who are releasing_officer must sign; 0 did" in said["reasons"]


@pytest.mark.parametrize(
    ("changed", "error", "says"),
    [
        ({"purpose": "use_of_force_targeting"}, errors.ExcludedUse, "excluded use"),
        ({"purpose": "detection_and_monitoring/commercial"}, errors.ExcludedUse, "excluded use"),
        ({"purpose": "curiosity"}, errors.UnknownCode, "no such purpose"),
        ({"units": ["nobody"]}, errors.UnknownCode, "no such unit"),
        ({"units": []}, errors.BadInput, "lets nobody do anything"),
        ({"units": ["support"]}, errors.BadInput, "below the ceiling"),
        ({"units": ["rescue"]}, errors.BadInput, "not part of the operation"),
        ({"operation": "nowhere"}, errors.UnknownCode, "no such operation"),
        ({"holdings": ["f" * 63]}, errors.BadInput, "something else than its digest"),
        ({"holdings": ["f" * 64]}, errors.BadInput, "no such record"),
        ({"originators": ["alfa"]}, errors.BadInput, "no such record of these originators alone"),
        ({"originators": ["bravo", "alfa"]}, errors.BadInput, "one form"),
        ({"reason": " "}, errors.BadInput, "does not state its reason"),
        ({"legal_basis": ""}, errors.BadInput, "does not state its legal basis"),
        ({"requester": "nobody"}, errors.UnknownCode, "no such person"),
        ({"expires_ms": START_MS + OVERRIDE_MAX_MS + 1}, errors.BadInput, "72 hours"),
        ({"expires_ms": START_MS}, errors.BadInput, "72 hours"),
        ({"not_before_ms": START_MS - 1}, errors.BadInput, "72 hours"),
        ({"more": 1}, errors.MalformedBytes, "one form"),
        ({"id": None}, errors.MalformedBytes, "does not read"),
    ],
)
def test_terms_nobody_may_sign_are_refused_however_many_did(still: Any, changed: dict[str, Any], error: Any, says: str) -> None:
    terms: Any = decode(drafted(still).payload_bytes)
    terms = {key: one for key, one in {**terms, **changed}.items() if one is not None}
    forged = sign("override", terms, [still.node.person_key(one) for one in OFFICERS])
    with still.logged(), pytest.raises(error, match=says):
        activate(still.node, still.who("alfa-release"), forged)


def test_an_envelope_of_another_kind_is_no_override(seen: Any) -> None:
    terms: Any = decode(drafted(seen).payload_bytes)
    with pytest.raises(errors.MalformedBytes, match="holds no override"):
        activate(seen.node, seen.who("alfa-release"), sign("grant", terms, [seen.node.person_key("alfa-release")]))


def test_it_ends_by_the_hour_and_is_not_put_in_force_afterwards_nor_twice(seen: Any) -> None:
    envelope = signed(seen, drafted(seen))
    value(activate(seen.node, seen.who("alfa-release"), envelope))
    with seen.logged(), pytest.raises(errors.BadInput, match="signed already"):
        activate(seen.node, seen.who("alfa-release"), envelope)
    seen.clock.at_ms = START_MS + 6 * HOUR_MS - 1
    value(read(seen.node, cutter(seen), seen.made))
    seen.clock.at_ms += 1
    no(read(seen.node, cutter(seen), seen.made))
    with seen.logged(), pytest.raises(errors.BadInput, match="hours are over"):
        activate(seen.node, seen.who("alfa-release"), envelope)
    with seen.logged(), pytest.raises(errors.BadInput, match="hours are over"):
        sign_draft(seen.node, seen.who("alfa-release"), envelope)


@pytest.mark.parametrize("halting", ["alfa", "bravo"])
def test_any_later_order_of_one_of_its_originators_ends_it_for_good(seen: Any, halting: str) -> None:
    in_force(seen)
    value(read(seen.node, cutter(seen), seen.made))
    seen.clock.at_ms += MINUTE_MS
    order = value(halt(seen.node, seen.who(f"{halting}-release"), OrderWish(units=("port",))))["order"]
    no(read(seen.node, cutter(seen), seen.made))
    value(resume(seen.node, seen.who(f"{halting}-release"), order))
    no(read(seen.node, cutter(seen), seen.made))
    (item,) = value(overrides(seen.node, seen.who("alfa-release")))["items"]
    assert item["state"] == "voided"


def test_an_order_of_somebody_else_does_not_end_it(seen: Any) -> None:
    in_force(seen)
    seen.clock.at_ms += MINUTE_MS
    value(halt(seen.node, seen.who("charlie-release"), OrderWish(units=("bravo-patrol",))))
    value(read(seen.node, cutter(seen), seen.made))


def test_an_order_that_came_between_drafting_and_activation_ends_it_too(seen: Any) -> None:
    envelope = signed(seen, drafted(seen))
    seen.clock.at_ms += MINUTE_MS
    order = value(halt(seen.node, seen.who("bravo-release"), OrderWish(units=("port",))))["order"]
    value(resume(seen.node, seen.who("bravo-release"), order))
    with seen.logged(), pytest.raises(errors.BadInput, match="void"):
        activate(seen.node, seen.who("alfa-release"), envelope)


def test_it_goes_past_an_earlier_order_because_every_originator_signed_after_it(seen: Any) -> None:
    value(halt(seen.node, seen.who("alfa-release"), OrderWish(feeds=("alfa-radar",))))
    seen.clock.at_ms += MINUTE_MS
    in_force(seen)
    value(read(seen.node, cutter(seen), seen.made))


def test_it_never_goes_past_clearance_obligations_retention_or_the_ceiling(seen: Any) -> None:
    said = value(draft(seen.node, seen.who("alfa-release"), wish(seen, units=("port",))))
    assert said["still_shut"][0]["reasons"] == ["port has not accepted source_protection"]
    in_force(seen, units=("port",))
    no(read(seen.node, seen.who("port-custody", RESCUE), seen.made))


def test_an_excluded_use_stays_refused_while_an_override_stands(seen: Any) -> None:
    in_force(seen)
    said = no(read(seen.node, cutter(seen, "use_of_force_targeting"), seen.made))
    assert "excluded use" in said["reasons"][0]


def test_who_is_no_officer_of_an_originator_can_neither_draft_nor_sign_nor_activate(seen: Any) -> None:
    envelope = signed(seen, drafted(seen))
    for person in ("cutter-watch", "alfa-sensor", "inspector"):
        with seen.logged(alfa=1, bravo=1, charlie=1):
            no(draft(seen.node, seen.who(person), wish(seen)))
        for verb in (sign_draft, activate):
            with seen.logged(alfa=1, bravo=1, charlie=1):
                no(verb(seen.node, seen.who(person), envelope))
    said = no(activate(seen.node, seen.who("charlie-release"), envelope))
    assert said["reasons"] == ["only alfa and bravo can do this with what they originated"]


def test_p7_a_record_of_somebody_else_and_one_that_never_was_cannot_be_told_apart(seen: Any) -> None:
    bravos = seen.lead("alfa-radar")
    said = []
    for name in (bravos, "f" * 32):
        with seen.logged(), pytest.raises(errors.BadInput) as error:
            draft(seen.node, seen.who("alfa-release"), wish(seen, records=(name,)))
        said.append(str(error.value).replace(name, "ID"))
    assert said[0] == said[1]


def test_the_file_says_who_signed_and_who_is_missing(seen: Any) -> None:
    envelope = signed(seen, drafted(seen), ("alfa-release",))
    said = value(show(seen.node, seen.who("bravo-release"), envelope))
    assert said["signed_by"] == ["alfa-release"]
    assert said["missing"][0].endswith("must sign; 1 did")
    assert "duty to render assistance at sea" in said["words"]


def test_the_list_shows_an_originator_its_uses_a_unit_what_it_was_given_and_others_nothing(seen: Any) -> None:
    in_force(seen)
    value(read(seen.node, cutter(seen), seen.made))
    for officer in ("alfa-release", "bravo-release", "inspector"):
        (item,) = value(overrides(seen.node, seen.who(officer)))["items"]
        assert [use["unit"] for use in item["uses"]] == ["cutter"]
        assert sorted(item["signed_by"]) == sorted(OFFICERS)
    (given,) = value(overrides(seen.node, cutter(seen)))["items"]
    assert given["state"] == "in force"
    assert "uses" not in given
    assert value(overrides(seen.node, seen.who("port-custody")))["count"] == 0
    assert value(overrides(seen.node, seen.who("cell-analyst", MONITOR)))["count"] == 0


def test_a_crash_after_the_commit_still_brings_it_to_every_originators_home(seen: Any) -> None:
    in_force(seen)
    records = [seen.root / "homes" / party / "records" / "override" for party in ("alfa", "bravo")]
    for folder in records:
        (path,) = folder.glob("*.json")
        path.unlink()
    seen.opened().recover()
    assert all(len(list(folder.glob("*.json"))) == 1 for folder in records)
