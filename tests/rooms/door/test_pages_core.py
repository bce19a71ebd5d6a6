"""Agreements, orders, explanations and proofs as pages: they show what the verb says; the session's person signs what they sign."""

from __future__ import annotations

import re

import pytest

from fairlead.desk.ask import Asker
from fairlead.desk.explain import explain
from fairlead.door.drawn_path import path_svg
from tests.rooms.door.conftest import ORIGIN, Site

ABSENT = "0123456789abcdef0123456789abcdef"
READS = "purpose=interdiction&operation=fairwind"
SUPPORT = "for_person=support-watch&for_unit=support-group&for_purpose=interdiction&for_operation=fairwind"


def words_of(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def post(site: Site, person: str, path: str, form: dict[str, object]):
    return site.client.post(f"/as/{person}/{path}", data=form, headers={"origin": ORIGIN, "hx-request": "true"})


def test_an_originator_sees_every_condition_and_whose_word_failed(site: Site) -> None:
    site.sign_in("isla-release")
    page = site.client.get(f"/as/isla-release/explain?holding={site.lead}&{SUPPORT}").text
    assert "It may not be read" in page
    assert page.count('<li class="no">') == 2  # the ceiling, and no grant for interdiction
    assert page.count('<li class="yes">') == 14
    assert "no agreement of isla gives radar to support-group for interdiction" in page


def test_p7_anyone_else_gets_the_same_page_for_hidden_and_absent_and_no_ladder(site: Site) -> None:
    site.sign_in("haven-watch")
    asked = "purpose=search_and_rescue&operation=lifeline"
    found = [site.client.get(f"/as/haven-watch/explain?holding={name}&{asked}").text for name in (site.lead, ABSENT)]
    assert found[0].replace(site.lead, ABSENT) == found[1]
    assert "not available to this unit" in found[1]
    assert 'class="ladder"' not in found[1]


def test_a_question_for_another_is_not_answered_to_one_who_may_not_ask_it(site: Site) -> None:
    site.sign_in("cutter-watch")
    page = site.client.get(f"/as/cutter-watch/explain?holding={site.lead}&{READS}&{SUPPORT}").text
    assert "This is the answer for yourself" in page
    assert "It may be read" in page


def test_the_explanations_bytes_are_the_verbs(site: Site) -> None:
    site.sign_in("isla-release")
    node = site.open()
    who = Asker(person="isla-release", unit="isla-radar-station", purpose="interdiction", operation="fairwind")
    expected = explain(node, who, site.lead)
    node.close()
    assert site.client.get(f"/as/isla-release/explain.json?holding={site.lead}&{READS}").content == expected.body


def test_an_invariant_is_checked_declared_drawn_and_withdrawn(site: Site) -> None:
    site.sign_in("isla-release")
    form = {"never_units": "cutter-halcyon", "words": "not the cutter"}
    before = post(site, "isla-release", "prove-preview", form)
    assert before.status_code == 200
    assert "does not hold" in before.text
    assert 'class="path-box reached"' in before.text
    assert "No invariant is declared" in site.client.get("/as/isla-release/prove").text
    assert "Declared" in post(site, "isla-release", "prove-declare", form).text
    page = site.client.get("/as/isla-release/prove").text
    assert "Cutter Halcyon" in words_of(page)
    assert "isla-fairwind" in page
    assert page.count("<svg") > 1  # the path, besides the mark
    named = re.search(r'hx-vals=\'{"invariant": "(\w+)"}', page)
    assert named
    assert "Withdrawn" in post(site, "isla-release", "prove-withdraw", {"invariant": named[1]}).text
    assert "No invariant is declared" in site.client.get("/as/isla-release/prove").text


def test_p7_a_step_that_may_not_be_seen_is_drawn_closed() -> None:
    drawn = path_svg([{"kind": "redacted", "words": "a step"}], {"secret-unit": "Secret unit"})
    assert "others&#39; word" in drawn
    assert "path-box redacted" in drawn
    assert "path-when" not in drawn


def test_an_agreement_is_drafted_reviewed_by_another_and_put_in_force_by_a_second_officer(site: Site) -> None:
    terms = {
        "id": "isla-customs",
        "recipients": ["cutter-halcyon"],
        "purposes": ["customs_border"],
        "operations": ["fairwind"],
        "categories": ["radar"],
        "not_before": "2020-06-30T00:00",
        "expires": "2020-07-30T00:00",
    }
    site.sign_in("isla-release")
    assert "customs_border" in post(site, "isla-release", "terms-preview", terms).text
    assert "now draft" in words_of(post(site, "isla-release", "terms-draft", terms).text)
    alone = post(site, "isla-release", "terms-activate", {"agreement": "isla-customs"})
    assert alone.status_code == 403
    own = post(site, "isla-release", "terms-review", {"agreement": "isla-customs", "question": "?", "decision": "approved"})
    assert own.status_code == 403
    page = site.client.get("/as/isla-release/terms/isla-customs").text
    assert "Draft of version 1" in page
    assert "Sign the review" not in page  # who drafted does not review


def test_a_shut_instant_shows_what_was_in_force_then(site: Site) -> None:
    site.sign_in("isla-release")
    assert "isla-fairwind" in site.client.get("/as/isla-release/terms").text
    early = site.client.get("/as/isla-release/terms?at=2020-06-29T00:00")
    assert early.status_code == 200
    assert "isla-fairwind" not in early.text
    assert site.client.get("/as/isla-release/terms?at=2031-01-01T00:00").status_code == 400


def test_words_of_fear_become_a_proposal_and_sign_nothing(site: Site) -> None:
    site.sign_in("isla-release")
    before = site.client.get("/as/isla-release/agreements.json").json()["orders"]
    answer = post(site, "isla-release", "suspend-propose", {"fears": "targeting by the support group"})
    assert answer.status_code == 200
    assert "not signed" in answer.text
    assert 'name="units" value="support-group"' in answer.text
    assert site.client.get("/as/isla-release/agreements.json").json()["orders"] == before


def test_every_axis_of_the_form_reaches_the_words_that_would_be_signed(site: Site) -> None:
    site.sign_in("isla-release")
    form = {
        "units": "support-group", "feeds": "isla-radar", "objects": "367000001\n367000002", "window_from": "2020-06-30T00:00",
        "window_to": "2020-06-30T03:00", "reach": "new", "condition": "an assurance is given", "verified_by": "assize",
        "freeze_hours": "12", "confidential": "yes",
    }  # fmt: skip
    said = words_of(post(site, "isla-release", "suspend-preview", form).text)
    for part in ("367000001", "367000002", "2020-06-30T03:00", "isla-radar", "an assurance is given"):
        assert part in said, part
    assert post(site, "isla-release", "suspend-preview", {**form, "freeze_hours": "soon"}).status_code == 400


@pytest.mark.parametrize("path", ["explain", "prove", "terms", "assurances", "recalls", "suspend"])
def test_pages_of_agreements_open_for_an_originator_and_refuse_a_boarding_officer(site: Site, path: str) -> None:
    site.sign_in("isla-release")
    assert site.client.get(f"/as/isla-release/{path}").status_code == 200
    site.sign_in("cutter-boarding")
    assert site.client.get(f"/as/cutter-boarding/{path}").status_code == (200 if path == "explain" else 403)
