"""Who is signed in: a link is good once and for ten minutes, and a cookie is one person's for one unit."""

from __future__ import annotations

import msgspec
import pytest

from fairlead.desk.session import SESSION_LIFE_MS, TOKEN_LIFE_MS, issue_token, session_of, sign_in
from fairlead.errors import BadInput, BadSignature, UnknownCode
from tests.rooms.door.conftest import ORIGIN, Site


def post(site: Site, token: str) -> int:
    return site.client.post("/sign-in", data={"token": token}, headers={"origin": ORIGIN}).status_code


def test_a_link_is_good_once(site: Site) -> None:
    token = site.token("cutter-watch")
    assert [post(site, token), post(site, token)] == [200, 401]


def test_a_link_stays_used_after_a_restart(site: Site) -> None:
    token = site.token("cutter-watch")
    assert post(site, token) == 200
    node = site.open()
    assert sign_in(node, token, now_ms=site.wall.now_ms()) is None
    node.close()


def test_a_link_is_good_for_ten_minutes_and_not_one_millisecond_more(site: Site) -> None:
    early, late = site.token("cutter-watch"), site.token("cutter-watch")
    site.wall.at_ms += TOKEN_LIFE_MS - 1
    assert post(site, early) == 200
    site.wall.at_ms += 1
    assert post(site, late) == 401


@pytest.mark.parametrize("token", ["", "x", "x" * 4000, "\x00", "🛥"])
def test_what_is_no_link_signs_nobody_in(site: Site, token: str) -> None:
    assert post(site, token) in (401, 413)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_paths(site: Site) -> None:
    answer = site.client.post("/sign-in", data={"token": site.token("cutter-watch")}, headers={"origin": ORIGIN})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "Path=/as/cutter-watch/" in cookie
    assert answer.json() == {"to": "/as/cutter-watch/start"}


def test_a_cookie_moved_to_another_persons_path_is_nobodys(site: Site) -> None:
    site.sign_in("cutter-watch")
    secret = next(cookie.value for cookie in site.client.cookies.jar if cookie.name == "fairlead")
    stranger = site.browser()
    with stranger:
        for path in ("picture", "picture.json", "leads", "receipts.json", "events?watch=log"):
            mine = stranger.get(f"/as/cutter-watch/{path}", headers={"cookie": f"fairlead={secret}"}) if "events" not in path else None
            moved = stranger.get(f"/as/isla-release/{path}", headers={"cookie": f"fairlead={secret}"})
            none = stranger.get(f"/as/isla-release/{path}")
            assert mine is None or mine.status_code in (200, 403)
            assert moved.status_code == none.status_code == 401
            assert moved.content == none.content


def test_a_session_is_bound_to_the_unit_the_link_was_made_for(site: Site) -> None:
    site.sign_in("isla-liaison", "fusion-cell")
    assert b"Fusion cell of the Joint Task Force" in site.client.get("/as/isla-liaison/picture").content


def test_a_session_ends_after_a_watch(site: Site) -> None:
    site.sign_in("cutter-watch")
    site.wall.at_ms += SESSION_LIFE_MS - 1
    assert site.client.get("/as/cutter-watch/leads").status_code == 200
    site.wall.at_ms += 1
    assert site.client.get("/as/cutter-watch/leads").status_code == 401


def test_signing_out_ends_the_session_for_every_copy_of_its_cookie(site: Site) -> None:
    site.sign_in("cutter-watch")
    secret = next(cookie.value for cookie in site.client.cookies.jar if cookie.name == "fairlead")
    assert site.client.post("/as/cutter-watch/sign-out", headers={"origin": ORIGIN}).status_code == 200
    node = site.open()
    assert session_of(node, secret, person="cutter-watch", now_ms=site.wall.now_ms()) is None
    node.close()


def test_links_are_made_for_a_demo_and_for_people_of_the_coalition_only(site: Site) -> None:
    node = site.open()
    now_ms = site.wall.now_ms()
    with pytest.raises(UnknownCode):
        issue_token(node, person="nobody", unit="cutter-halcyon", now_ms=now_ms)
    with pytest.raises(BadInput):
        issue_token(node, person="cutter-watch", unit="fusion-cell", now_ms=now_ms)
    node.config = msgspec.structs.replace(node.config, demo=False)
    with pytest.raises(BadSignature, match="demonstrations only"):
        issue_token(node, person="cutter-watch", unit="cutter-halcyon", now_ms=now_ms)
    node.close()
