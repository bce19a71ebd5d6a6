"""What weighs and what is carried from officer to officer, over HTTP: the same verbs, the same bytes, the session's person alone."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from fairlead.desk import codebook, override, simulate
from fairlead.desk.ask import Asker
from fairlead.desk.halt import Wish
from tests.rooms.door.conftest import ORIGIN, Site
from tests.rooms.door.test_pages_core import ABSENT, READS, post, words_of

MONITORS = "purpose=detection_and_monitoring/interdiction&operation=fairwind"
OVERRIDE = {
    "purpose": "search_and_rescue",
    "operation": "lifeline",
    "reason": "a boat takes water",
    "legal_basis": "duty to render assistance at sea",
    "requester": "haven-watch",
    "hours": "6",
    "units": ["haven-rcc"],
}


def paper_of(page: str) -> str:
    found = re.search(r'<textarea name="paper"[^>]*>(.*?)</textarea>', page, re.S)
    assert found, page[:2000]
    return html.unescape(found.group(1))


def bytes_of(site: Site, verb: Any) -> bytes:
    node = site.open()
    try:
        return bytes(verb(node).body)
    finally:
        node.close()


def test_what_a_suspension_would_close_is_the_verbs_own_answer_and_drawn_beside_what_goes_on(own: Site) -> None:
    own.sign_in("isla-release")
    asked = "party=isla&units=support-group&categories=radar"
    page = own.client.get(f"/as/isla-release/simulate?{asked}")
    assert page.status_code == 200
    assert "Closes Support group of Southern Command" in words_of(page.text)
    assert "Goes on Cutter Halcyon" in words_of(page.text)
    told = own.client.get(f"/as/isla-release/simulate.json?{asked}")
    who = Asker(person="isla-release", unit="isla-radar-station", purpose="", operation="")
    wish = Wish(units=("support-group",), categories=("radar",))
    assert told.content == bytes_of(own, lambda node: simulate.simulate(node, who, "isla", wish))
    assert json.loads(told.content)["signed"] == "nothing"


def test_a_party_that_is_not_asked_about_ones_own_is_refused_and_a_wrong_code_says_what_to_do(site: Site) -> None:
    site.sign_in("kestrel-release")
    assert site.client.get("/as/kestrel-release/simulate?party=isla").status_code == 403
    wrong = site.client.get("/as/kestrel-release/simulate?party=nobody")
    assert wrong.status_code == 400
    assert "No such party" in wrong.text
    assert "isla" in wrong.text
    assert "What would close" in site.client.get("/as/kestrel-release/simulate").text


def test_a_certificate_of_separation_is_drawn_and_its_bytes_are_the_verbs(own: Site) -> None:
    own.sign_in("isla-release")
    form = {"one": "fairwind", "other": "lifeline", "party": "isla"}
    page = post(own, "isla-release", "separate", form)
    assert page.status_code == 200
    assert "kept apart" in words_of(page.text)
    told = own.client.post("/as/isla-release/separate.json", data=form, headers={"origin": ORIGIN}).json()
    assert told["statement"]["operations"]["fairwind"]["uses_by_unit"]
    assert "Only in Operation Fairwind" in words_of(page.text)
    assert "In both no unit" in words_of(page.text)
    assert told["certificate"]["payloadType"].startswith("application/vnd.fairlead.separation-certificate")
    assert post(own, "isla-release", "separate", {**form, "other": "fairwind"}).status_code == 400


def test_p7_who_stands_behind_a_hidden_record_and_an_absent_one_is_refused_alike(site: Site) -> None:
    site.sign_in("haven-watch")
    asked = "purpose=search_and_rescue&operation=lifeline"
    found = [site.client.get(f"/as/haven-watch/origins.json?record={name}&{asked}") for name in (site.lead, ABSENT)]
    assert [one.status_code for one in found] == [403, 403]
    assert found[0].content == found[1].content
    assert {k: v for k, v in found[0].headers.items() if k != "date"} == {k: v for k, v in found[1].headers.items() if k != "date"}


def test_a_lead_says_who_stands_behind_it_and_is_made_again_without_a_source(own: Site) -> None:
    own.sign_in("cell-analyst")
    lead = own.client.get(f"/as/cell-analyst/lead/{own.lead}?{MONITORS}").text
    assert "Who stands behind it" in lead
    feeds = re.findall(r'name="without" value="([^"]+)"', lead)
    assert feeds
    page = own.client.get(f"/as/cell-analyst/origins?record={own.lead}&{MONITORS}").text
    assert re.search(r'Who stands behind it <span class="count">[1-9]', page)
    assert "independent" in words_of(page)
    said = post(own, "cell-analyst", f"rederive?{MONITORS}", {"lead": own.lead, "without": feeds})
    assert "It does not stand without" in words_of(said.text)
    said = post(own, "cell-analyst", f"rederive?{MONITORS}", {"lead": own.lead, "without": "no-feed"})
    assert said.status_code == 400
    assert "does not rest on this feed" in said.text


def test_an_export_nobody_let_out_is_refused_and_a_wrong_carrier_is_told(site: Site) -> None:
    site.sign_in("isla-release")
    form = {"holding": site.lead, "carrier": "stix", "to": "records"}
    assert post(site, "isla-release", f"export?{READS}", form).status_code == 403
    wrong = post(site, "isla-release", f"export?{READS}", {**form, "carrier": "pigeon"})
    assert (wrong.status_code, "o such carrier" in wrong.text) == (400, True)
    wrong = post(site, "isla-release", f"export?{READS}", {**form, "countries": "isla"})
    assert (wrong.status_code, "CODE=CODE" in wrong.text) == (400, True)


def test_an_override_goes_from_officer_to_officer_and_opens_with_the_last_signature(own: Site) -> None:
    asked = "purpose=search_and_rescue&operation=lifeline"
    own.sign_in("haven-watch")
    assert own.client.get(f"/as/haven-watch/lead/{own.lead}?{asked}").status_code == 403
    own.sign_in("isla-release")
    own.sign_in("isla-second")
    own.sign_in("kestrel-release")
    own.sign_in("kestrel-second")
    page = post(own, "isla-release", "override-draft", {**OVERRIDE, "records": own.lead})
    assert page.status_code == 200, page.text
    assert "nobody yet" in page.text
    paper, early = paper_of(page.text), post(own, "isla-release", "paper", {"paper": paper_of(page.text), "step": "enact"})
    assert early.status_code == 403
    for person in ("isla-release", "isla-second", "kestrel-release", "kestrel-second"):
        page = post(own, person, "paper", {"paper": paper, "step": "sign"})
        assert page.status_code == 200, page.text
        paper = paper_of(page.text)
        assert person in page.text
    twice = post(own, "isla-release", "paper", {"paper": paper, "step": "sign"})
    assert (twice.status_code, "signed it already" in twice.text) == (400, True)
    assert "every signature is there" in page.text
    done = post(own, "kestrel-second", "paper", {"paper": paper, "step": "enact"})
    assert "In force." in words_of(done.text)
    assert own.client.get(f"/as/haven-watch/lead/{own.lead}?{asked}").status_code == 200
    listed = own.client.get("/as/isla-release/papers.json")
    who = Asker(person="isla-release", unit="isla-radar-station", purpose="", operation="")
    assert listed.content == bytes_of(own, lambda node: override.overrides(node, who))
    assert listed.json()["items"][0]["uses"][0]["person"] == "haven-watch"
    assert "in force" in words_of(own.client.get("/as/isla-release/papers").text)


def test_a_tear_line_is_read_by_each_officer_before_it_is_signed_and_only_its_originators_learn_where_it_comes_from(own: Site) -> None:
    for person in ("isla-sensor", "isla-release", "kestrel-release", "cutter-watch"):
        own.sign_in(person)
    form = {
        "records": own.lead,
        "text": "a fast boat stays near a ship at night",
        "level": "restricted",
        "units": ["cutter-halcyon"],
        "purposes": ["interdiction"],
        "operations": ["fairwind"],
    }
    page = post(own, "isla-sensor", f"tear-draft?{MONITORS}", form)
    assert page.status_code == 200, page.text
    sheet = paper_of(page.text)
    assert post(own, "cutter-watch", "paper", {"paper": sheet, "step": "show"}).status_code == 403
    seen = post(own, "kestrel-release", "paper", {"paper": sheet, "step": "show"})
    assert "a fast boat stays near a ship at night" in seen.text
    assert paper_of(seen.text) == sheet
    early = post(own, "kestrel-release", "paper", {"paper": sheet, "step": "enact"})
    assert early.status_code == 403
    for person in ("kestrel-release", "isla-release"):
        sheet = paper_of(post(own, person, "paper", {"paper": sheet, "step": "sign"}).text)
    done = post(own, "isla-release", "paper", {"paper": sheet, "step": "enact"})
    found = re.search(r"Released as <code>(\w+)</code>", done.text)
    assert found, done.text
    assert own.lead in own.client.get(f"/as/isla-release/tear-origin?record={found[1]}").text
    hidden, absent = (own.client.get(f"/as/haven-release/tear-origin.json?record={name}") for name in (found[1], ABSENT))
    assert hidden.status_code == absent.status_code == 401
    own.sign_in("haven-release")
    hidden, absent = (own.client.get(f"/as/haven-release/tear-origin.json?record={name}") for name in (found[1], ABSENT))
    assert (hidden.status_code, hidden.content) == (403, absent.content)


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "not JSON"), ("{}", ""), ("[1]", ""), ('{"envelope":1}', "tear line"), ("{" * 5000, "")],
)
def test_a_paper_that_is_none_is_told_and_signs_nothing(site: Site, text: str, said: str) -> None:
    site.sign_in("isla-release")
    answer = post(site, "isla-release", "paper", {"paper": text, "step": "sign"})
    assert answer.status_code == 400
    assert said in answer.text


def test_who_may_not_draft_is_refused_and_a_hidden_record_is_an_absent_one(site: Site) -> None:
    site.sign_in("cutter-watch")
    assert post(site, "cutter-watch", "override-draft", {**OVERRIDE, "records": site.lead}).status_code == 403
    site.sign_in("haven-release")
    found = [post(site, "haven-release", "override-draft", {**OVERRIDE, "records": name}) for name in (site.lead, ABSENT)]
    assert [one.status_code for one in found] == [400, 400]
    assert found[0].text.replace(site.lead, ABSENT) == found[1].text


def test_the_code_book_is_shown_with_what_a_change_would_void(own: Site) -> None:
    own.sign_in("isla-release")
    page = words_of(own.client.get("/as/isla-release/codebook").text)
    assert "version 1, in force" in page
    assert "Cutter Halcyon" in page
    who = Asker(person="isla-release", unit="isla-radar-station", purpose="", operation="")
    assert own.client.get("/as/isla-release/codebook.json").content == bytes_of(own, lambda node: codebook.show_book(node, who))
    for version in ("7", "x"):
        wrong = own.client.get(f"/as/isla-release/codebook?version={version}")
        assert (wrong.status_code, "no such version" in wrong.text) == (400, True)
    change = '[operations.lifeline]\nname = "Lifeline"\nmission = "rescue"\nunits = ["haven-rcc"]\n'
    said = post(own, "isla-release", "codebook-preview", {"change": change, "why": "smaller"})
    assert said.status_code == 200, said.text
    assert "isla-rescue" in said.text
    assert "Must sign" in said.text
    for text in ("[units", "a=" + "[" * 5000, "\0"):
        assert post(own, "isla-release", "codebook-preview", {"change": text, "why": ""}).status_code == 400
