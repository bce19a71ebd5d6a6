"""An officer's first page: what waits for their own signature and nobody else's, what is overdue, what stands; the verb's own bytes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from fairlead.desk.ask import Asker
from fairlead.desk.waiting import waiting
from tests.rooms.door.conftest import Site
from tests.rooms.door.test_pages_core import post, words_of

DRAFT = {
    "id": "isla-customs",
    "recipients": ["cutter-halcyon"],
    "purposes": ["customs_border"],
    "operations": ["fairwind"],
    "categories": ["radar"],
    "not_before": "2020-06-30T00:00",
    "expires": "2020-07-30T00:00",
}
FREEZE = {"units": ["cutter-halcyon"], "freeze_hours": "4", "fears": "boarding without a basis"}


def said(site: Site, person: str) -> Any:
    answer = site.client.get(f"/as/{person}/waiting.json")
    assert answer.status_code == 200, answer.text
    return answer.json()


def whats(site: Site, person: str) -> list[tuple[str, str]]:
    return [(one["what"], one["id"]) for one in said(site, person)["waits"]]


def test_an_officer_starts_with_what_waits_and_its_bytes_are_the_verbs(site: Site) -> None:
    site.sign_in("isla-release")
    page = words_of(site.client.get("/as/isla-release/start").text)
    assert "Nothing waits for your signature" in page
    assert "What stands for" in page
    assert 'href="/as/isla-release/waiting?' in site.client.get("/as/isla-release/leads").text
    answer = site.client.get("/as/isla-release/waiting.json")
    node = site.open()
    try:
        who = Asker(person="isla-release", unit="isla-radar-station", purpose="", operation="")
        assert answer.content == waiting(node, who).body
    finally:
        node.close()
    assert json.loads(answer.content)["given"]["in_force"] >= 1


def test_a_draft_waits_for_another_officer_and_never_for_who_drafted_it(own: Site) -> None:
    for person in ("isla-release", "isla-second", "kestrel-release"):
        own.sign_in(person)
    assert post(own, "isla-release", "terms-draft", DRAFT).status_code == 200
    assert ("draft", "isla-customs") not in whats(own, "isla-release")
    assert ("draft", "isla-customs") in whats(own, "isla-second")
    assert "isla-customs" not in own.client.get("/as/kestrel-release/waiting.json").text  # a draft is its originator's alone
    page = own.client.get("/as/isla-second/waiting").text
    assert "Review, then put in force" in words_of(page)
    link = re.search(r'href="(/as/isla-second/terms/isla-customs[^"]*)"', page)
    assert link
    assert own.client.get(link[1].replace("&amp;", "&")).status_code == 200


def test_a_freeze_waits_for_a_second_officer_and_a_recall_for_whom_it_asks_until_it_is_overdue(own: Site) -> None:
    for person in ("isla-release", "isla-second", "kestrel-release"):
        own.sign_in(person)
    signed = post(own, "isla-release", "suspend-sign", FREEZE)
    assert signed.status_code == 200, signed.text
    assert not [what for what, _ in whats(own, "isla-release") if what == "confirm_freeze"]
    waits = [name for what, name in whats(own, "isla-second") if what == "confirm_freeze"]
    assert len(waits) == 1
    order = waits[0]
    assert order not in own.client.get("/as/kestrel-release/waiting.json").text
    assert post(own, "isla-second", "freeze-confirm", {"order": order}).status_code == 200
    assert not [what for what, _ in whats(own, "isla-second") if what == "confirm_freeze"]
    listed = own.client.get("/as/isla-second/recalls.json").json()["of_ours"]
    assert listed
    party = listed[0]["party"]
    officer = f"{party}-release"
    own.sign_in(officer)
    assert ("recall", order) in whats(own, officer)
    assert not said(own, officer)["recalls"]["overdue"]
    own.clock.at_ms = max(one["answer_by_ms"] for one in listed) + 60_000
    assert [late["party"] for late in said(own, officer)["recalls"]["overdue"]] == [party]
    assert "overdue" in words_of(own.client.get("/as/isla-second/waiting").text)
    for words in ({"said": "acknowledged"}, {"said": "complied", "statement": "burnt"}):
        assert post(own, officer, "recall-answer", {"order": order, **words}).status_code == 200
    assert ("recall", order) not in whats(own, officer)
    assert not said(own, officer)["recalls"]["overdue"]


@pytest.mark.parametrize("person", ["cutter-watch", "cell-keeper"])
def test_who_signs_nothing_has_no_such_page(site: Site, person: str) -> None:
    site.sign_in(person)
    for path in ("waiting", "waiting.json"):
        assert site.client.get(f"/as/{person}/{path}").status_code == 403
    assert "/waiting" not in site.client.get(f"/as/{person}/start").text


def test_an_inspector_sees_what_is_late_and_is_asked_to_sign_no_order(site: Site) -> None:
    site.sign_in("auditor-inspector")
    value = said(site, "auditor-inspector")
    assert value["recalls"]["overdue"] == []
    assert not {one["what"] for one in value["waits"]} & {"confirm_freeze", "take_up", "recall", "sign_anew"}


def test_a_strangers_address_is_answered_as_if_nobody_were_there(site: Site) -> None:
    site.sign_in("isla-release")
    assert site.client.get("/as/kestrel-release/waiting.json").status_code == 401
    assert site.client.get("/as/nobody/waiting.json").content == site.client.get("/as/kestrel-release/waiting.json").content
