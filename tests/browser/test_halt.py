"""The halt, on screens: the originator signs, the support unit's screen loses the data within a second, the cutter's does not stir.

One story told in order on one node; every page of it is listened to for requests off the host and for policy violations.
"""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.watched import NOTE_CHANGES, Watched, drawn

MONITOR = "detection_and_monitoring/interdiction"
WINDOW = "from=2020-06-30T00:00&to=2020-06-30T01:30"
LATER = "from=2020-06-30T00:00&to=2020-06-30T02:30"


class Screens:
    """The three screens of the story."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.support = watched.screen("Watch officer of the support group")
        self.cutter = watched.screen("Watch officer of the cutter")
        self.isla = watched.screen("Releasing officer of Isla")


@pytest.fixture(scope="module")
def screens(watched: Watched) -> Screens:
    found = Screens(watched)
    address = watched.served.address
    found.support.goto(f"{address}/as/support-watch/picture?purpose={MONITOR}&operation=fairwind&{WINDOW}")
    found.cutter.goto(f"{address}/as/cutter-watch/picture?purpose=interdiction&operation=fairwind&{LATER}")
    for page in (found.support, found.cutter):
        drawn(page)
        page.wait_for_selector("body[data-stream=open]")
    return found


def cells(page: Page) -> list[str]:
    return page.locator("#table tbody tr").all_inner_texts()


def test_a_link_signs_in_and_is_wiped_from_the_address(screens: Screens) -> None:
    assert "/as/isla-release/" in screens.isla.url
    assert "#" not in screens.isla.url
    expect(screens.isla.locator(".who")).to_contain_text("Radar station of Isla Serena")


def test_the_picture_is_on_the_map_and_in_its_table(screens: Screens) -> None:
    assert int(drawn(screens.cutter)) > 3
    assert screens.cutter.locator("#table tbody tr[data-track]").count() > 3
    meetings = screens.cutter.locator("article.card.open").filter(has_text="Slow transfer")
    assert meetings.count() == 1
    assert len(cells(screens.support)) == int(drawn(screens.support))
    assert screens.support.locator("article.card").count() == 0


def test_the_time_bar_replays_and_the_address_keeps_it(screens: Screens, watched: Watched) -> None:
    page = watched.screen("Watch officer of the rescue")
    page.goto(
        screens.cutter.url.replace("cutter-watch", "haven-watch")
        .replace("interdiction", "search_and_rescue")
        .replace("fairwind", "lifeline")
    )
    before = drawn(page)
    page.locator("#time").focus()
    page.keyboard.press("Home")
    page.wait_for_function("before => document.body.dataset.drawn !== before", arg=before)
    assert "00:00:00" in page.locator("#shown").inner_text()
    assert "at=" in page.url


def test_p4_the_halt_reaches_the_support_units_screen_within_a_second_and_no_other(screens: Screens) -> None:
    before, before_drawn = cells(screens.support), drawn(screens.support)
    screens.cutter.evaluate(NOTE_CHANGES)
    cutter_html = screens.cutter.locator("#main").inner_html()
    page = screens.isla
    page.goto(f"{screens.watched.served.address}/as/isla-release/suspend")
    page.check('input[name="units"][value="support-group"]')
    page.check(f'input[name="purposes"][value="{MONITOR}"]')
    page.fill('textarea[name="fears"]', "selecting boats for strikes")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview .words")).to_contain_text("for Support group of Southern Command")
    expect(page.locator("#preview .reach .yes").first).to_contain_text("Cutter Halcyon")
    assert cells(screens.support) == before  # a preview changes nothing
    page.get_by_role("button", name="Sign and put in force").click()
    expect(page.locator("#preview")).to_contain_text("In force")
    signed = time.monotonic()
    screens.support.wait_for_function(
        "before => document.body.dataset.drawn !== before && document.querySelectorAll('#table tbody tr').length > 0", arg=before_drawn
    )
    assert time.monotonic() - signed < 1.0
    assert len(cells(screens.support)) < len(before)
    assert len(cells(screens.support)) == int(drawn(screens.support))
    expect(screens.support.locator("#banner")).not_to_contain_text("isla")
    time.sleep(1.2)
    assert screens.cutter.evaluate("window.changes") == 0
    assert screens.cutter.locator("#main").inner_html() == cutter_html
    assert screens.cutter.evaluate("document.body.dataset.looks ?? '0'") == "0"


def test_p5_the_support_units_new_screen_is_that_of_its_next_look(screens: Screens) -> None:
    after = cells(screens.support)
    screens.support.reload()
    drawn(screens.support)
    assert cells(screens.support) == after


def test_p6_receipts_appear_on_the_originators_screen_by_themselves(screens: Screens) -> None:
    page = screens.isla
    page.goto(f"{screens.watched.served.address}/as/isla-release/receipts")
    page.wait_for_selector("body[data-stream=open]")
    expect(page.locator(".verified")).to_contain_text("nothing is missing")
    rows = page.locator("table.log tbody tr").count()
    screens.cutter.reload()
    drawn(screens.cutter)
    page.wait_for_function("rows => document.querySelectorAll('table.log tbody tr').length > rows", arg=rows)
    expect(page.locator("table.log tbody tr").first).to_contain_text("Cutter Halcyon")
    expect(page.locator(".verified")).to_contain_text("nothing is missing")


def test_lifting_the_order_gives_the_screen_back(screens: Screens) -> None:
    lost = drawn(screens.support)
    page = screens.isla
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{screens.watched.served.address}/as/isla-release/agreements")
    page.get_by_role("button", name="Resume the use").click()
    expect(page.locator("#sheet")).to_contain_text("No order is in force")
    screens.support.wait_for_function("lost => Number(document.body.dataset.drawn) > Number(lost)", arg=lost)


def test_an_analyst_makes_a_lead_from_a_card_and_the_cutter_hears_of_it_only_when_it_looks(screens: Screens) -> None:
    page = screens.watched.screen("Analyst of the fusion cell")
    drawn(page)
    page.get_by_role("button", name="Make a lead").first.click()
    expect(page.locator("dialog[open]")).to_contain_text("Cutter Halcyon")
    page.fill('dialog textarea[name="note"]', "seen again")
    page.get_by_role("button", name="Sign and make the lead").click()
    expect(page.locator("dialog[open]")).to_contain_text("The lead stands")
    page.get_by_role("link", name="Open it").click()
    expect(page.locator(".note")).to_have_text("seen again")
    assert page.locator(".strip svg .way").count() >= 2


@pytest.mark.parametrize("name", ["Releasing officer of Kestrel", "Boarding officer", "Inspector", "Administrator"])
def test_every_page_of_every_role_opens_dark_in_the_dark(screens: Screens, name: str) -> None:
    page, address = screens.watched.screen(name, palette="dusk"), screens.watched.served.address
    for palette in ("dusk", "night"):
        page.context.add_cookies([{"name": "palette", "value": palette, "url": address}])
        for href in [str(link.get_attribute("href")) for link in page.locator("header nav a").all()]:
            answer = page.goto(address + href)
            assert answer is not None
            assert answer.status == 200, href
            assert page.evaluate("document.documentElement.dataset.palette") == palette
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert max(int(value) for value in re.findall(r"\d+", ground)[:3]) < 60


def test_nothing_was_asked_of_another_host_and_no_policy_was_violated(watched: Watched) -> None:
    assert len(watched.requests) > 50
    assert watched.off_host() == []
    assert watched.violations() == []
