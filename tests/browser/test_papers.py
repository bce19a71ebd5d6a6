"""Papers, what-if and agreements in a real browser: the buttons do what the pages say, and nothing spills over a narrow screen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.watched import Watched

PAGES = ("terms", "papers", "codebook", "simulate?party=isla&units=support-group", "assurances", "prove", "suspend")


@pytest.fixture(scope="module")
def officers(watched: Watched) -> dict[str, Page]:
    names = {"isla-release": "Releasing officer of Isla", "isla-second": "Second releasing officer of Isla"}
    return {code: watched.screen(name) for code, name in names.items()}


def at(watched: Watched, page: Page, person: str, path: str) -> Page:
    page.goto(f"{watched.served.address}/as/{person}/{path}")
    return page


def test_what_if_says_what_would_close_beside_what_goes_on_and_signs_nothing(watched: Watched, officers: dict[str, Page]) -> None:
    page = at(watched, officers["isla-release"], "isla-release", "prove")
    page.get_by_role("link", name="What would a suspension close").click()
    page.get_by_label("Support group of Southern Command").check()
    page.get_by_role("button", name="Show what it would close").click()
    expect(page.locator(".reach li.no")).to_contain_text("Support group of Southern Command")
    expect(page.locator(".reach li.yes").first).to_be_visible()
    row = page.locator(".matrix tbody tr", has_text="Support group of Southern Command")
    expect(row.locator("td.lost").first).to_have_text("✕")
    expect(row.locator("td.kept")).to_have_count(0)
    page.get_by_role("button", name="Sign a certificate").click()
    expect(page.locator("#apart h3").first).to_contain_text("kept apart")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    assert saved.value.suggested_filename.startswith("separation-")
    assert saved.value.path().read_text() == page.locator("#apart textarea").input_value()
    at(watched, page, "isla-release", "agreements")
    expect(page.locator("main")).to_contain_text("No order")


def test_the_table_of_agreements_strikes_out_what_an_order_shuts(watched: Watched, officers: dict[str, Page]) -> None:
    page = at(watched, officers["isla-release"], "isla-release", "suspend")
    page.get_by_label("Support group of Southern Command").check()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Sign and put in force").click()
    expect(page.locator("#preview")).to_contain_text("In force")
    at(watched, page, "isla-release", "terms")
    row = page.locator(".matrix tr", has_text="Support group of Southern Command")
    expect(row.locator(".chip.shut")).to_have_text("radar")
    assert page.locator(".matrix .chip.given").count() > 5


def test_an_override_is_handed_from_one_officer_to_the_next(watched: Watched, officers: dict[str, Page]) -> None:
    first = at(watched, officers["isla-release"], "isla-release", "papers")
    second = at(watched, officers["isla-second"], "isla-second", "papers")
    first.get_by_text("Draft an override").click()
    lead = watched_lead(watched)
    first.fill('textarea[name="records"]', lead)
    first.locator("form.axes").get_by_label("Rescue coordination centre of Haven").first.check()
    first.select_option('select[name="purpose"]', "search_and_rescue")
    first.select_option('select[name="operation"]', "lifeline")
    for name, text in (("reason", "a boat takes water"), ("legal_basis", "duty to assist"), ("requester", "haven-watch")):
        first.fill(f'input[name="{name}"]', text)
    first.get_by_role("button", name="Draft it").click()
    box = first.locator("#override")
    expect(box).to_contain_text("Signed by nobody yet")
    box.get_by_role("button", name="Sign it").click()
    expect(box).to_contain_text("Signed by isla-release")
    second.fill('textarea[name="paper"]', box.locator('textarea[name="paper"]').input_value())
    second.get_by_role("button", name="Read it").click()
    expect(second.locator("#paper")).to_contain_text("Signed by isla-release.")
    second.locator("#paper").get_by_role("button", name="Sign it").click()
    expect(second.locator("#paper")).to_contain_text("isla-release, isla-second")
    second.on("dialog", lambda asked: asked.accept())
    second.locator("#paper").get_by_role("button", name="Put it in force").click()
    expect(second.locator("#paper")).to_contain_text("Refused")
    expect(second.locator("#paper")).to_contain_text("kestrel")


def watched_lead(watched: Watched) -> str:
    page: Any = watched.screen("Analyst of the fusion cell")
    page.goto(f"{watched.served.address}/as/cell-analyst/leads?purpose=detection_and_monitoring/interdiction&operation=fairwind")
    return str(page.locator("a[href*='/lead/']").first.get_attribute("href")).split("/lead/")[1].partition("?")[0]


@pytest.mark.parametrize("width", [1360, 800])
def test_no_page_spills_over_its_screen(watched: Watched, officers: dict[str, Page], width: int) -> None:
    page = officers["isla-release"]
    page.set_viewport_size({"width": width, "height": 900})
    for path in PAGES:
        at(watched, page, "isla-release", path)
        spill = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert spill <= 0, (path, spill)


def test_no_policy_was_violated(watched: Watched) -> None:
    assert watched.off_host() == []
    assert watched.violations() == []
