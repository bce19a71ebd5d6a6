"""What stands before every handler: the address, the origin, the headers; and the declared act of every route."""

from __future__ import annotations

from typing import get_args

import pytest
from litestar import Litestar

from fairlead.agreement.people import ACTS
from fairlead.door.guard import CONTENT_SECURITY
from fairlead.door.pages import Names
from fairlead.door.web import make_inner
from tests.rooms.door.conftest import ORIGIN, Site

PAGES = ("picture", "leads", "cases", "agreements", "receipts", "inbox")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:8421", "localhost:8420.evil.example", ""])
def test_a_forged_host_opens_nothing(site: Site, host: str) -> None:
    site.sign_in("cutter-watch")
    for path in ("/", "/sign-in", "/as/cutter-watch/picture.json", "/static/console.css"):
        assert site.client.get(path, headers={"host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:8420", "http://127.0.0.1:8421"])
def test_a_forged_origin_changes_nothing_and_reads_nothing(site: Site, origin: str) -> None:
    site.sign_in("isla-release")
    assert (
        site.client.post("/as/isla-release/suspend-sign", data={"units": "support-group"}, headers={"origin": origin}).status_code
        == 403
    )
    assert site.client.get("/as/isla-release/receipts.json", headers={"origin": origin}).status_code == 403
    assert site.client.get("/as/isla-release/agreements.json").json()["orders"] == []


def test_a_change_without_an_origin_is_refused(site: Site) -> None:
    token = site.token("cutter-watch")
    assert site.client.post("/sign-in", data={"token": token}).status_code == 403
    assert site.client.post("/sign-in", data={"token": token}, headers={"origin": ORIGIN}).status_code == 200


def test_every_answer_carries_the_strict_headers_and_is_not_stored(site: Site) -> None:
    site.sign_in("isla-release")
    paths = ["/", "/sign-in", "/nothing", "/static/console.js", "/as/stranger/picture"]
    paths += [f"/as/isla-release/{page}{ending}" for page in PAGES for ending in ("", ".json")]
    for path in paths:
        headers = site.client.get(path).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY, path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["cross-origin-opener-policy"] == "same-origin", path
        assert headers["cache-control"] == "no-store", path


def test_every_page_names_its_character_set_once(site: Site) -> None:
    site.sign_in("isla-release")
    for path in ("/", "/sign-in", "/nothing", "/as/stranger/picture", *(f"/as/isla-release/{page}" for page in PAGES)):
        assert site.client.get(path).headers["content-type"] == "text/html; charset=utf-8", path


def test_no_page_holds_an_inline_script_style_or_handler(site: Site) -> None:
    site.sign_in("isla-release")
    for page in (*PAGES, "suspend"):
        text = site.client.get(f"/as/isla-release/{page}").text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert all("src=" in tag or "application/json" in tag for tag in text.split("<script")[1:])
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text


def undeclared(app: Litestar) -> list[str]:
    """Routes that do not say what act they are and whether a purpose goes with it."""
    found = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if handler.http_methods == {"OPTIONS"}:  # the framework's own answer, without a handler of ours
                continue
            act, names = handler.opt.get("act"), handler.opt.get("names")
            if act not in ACTS | {"none"} or names not in get_args(Names):
                found.append(route.path)
    return found


def test_every_route_declares_its_act_and_whether_it_names_a_purpose(site: Site) -> None:
    app = make_inner(site.open)
    assert len(app.routes) > 20
    assert undeclared(app) == []


def test_the_walk_would_find_a_route_that_declares_nothing() -> None:
    from litestar import get

    @get("/quiet", sync_to_thread=False)
    def quiet() -> str:
        return "something"

    assert undeclared(Litestar([quiet], openapi_config=None)) == ["/quiet"]


def test_routes_of_acts_that_read_holdings_name_a_purpose(site: Site) -> None:
    for route in make_inner(site.open).routes:
        for handler in getattr(route, "route_handlers", []):
            if handler.opt.get("act") in {"picture", "list", "read", "lead", "case", "explain"}:
                assert handler.opt["names"] == "purpose", route.path
