"""Addresses and forms that no page makes: a clear answer with a status below 500, and a plain page for what nobody foresaw."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fairlead.desk import audit
from fairlead.door.forms import time_ms
from fairlead.door.guard import Guard
from fairlead.errors import BadInput
from tests.rooms.door.conftest import ORIGIN, Site

ODD_TIMES = ("²", "٣", "0001-01-01T00:00", "9999-12-31T23:59", "9" * 16, "-1", "2020-06-30T02:10+14:00", "1e9", "NaN")


@pytest.mark.parametrize("text", ODD_TIMES)
def test_a_time_that_is_none_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        time_ms(text)


def test_an_odd_address_is_answered_and_nothing_fails(site: Site) -> None:
    site.sign_in("cutter-watch")
    site.sign_in("isla-release")
    for ending in ("", ".json"):
        for text in ODD_TIMES:
            for name in ("from", "to"):
                answer = site.client.get(f"/as/cutter-watch/picture{ending}", params={"purpose": "interdiction", name: text})
                assert answer.status_code == 400, (name, text)
        for page in ("²", "-1", "9" * 30, "1.5", "x"):
            assert site.client.get(f"/as/isla-release/receipts{ending}", params={"page": page}).status_code == 200, page
            assert site.client.get(f"/as/cutter-watch/leads{ending}", params={"page": page}).status_code == 200, page


@pytest.mark.parametrize("path", ["/static/x%00", "/static/x%0a", "/as/%00/picture", "/as/cutter-watch/lead/%00", "/%7f"])
def test_a_path_with_control_characters_names_nothing(site: Site, path: str) -> None:
    answer = site.client.get(path)
    assert answer.status_code == 400
    assert answer.headers["content-security-policy"]


@pytest.mark.parametrize("number", ["²", "--1", "1" * 17, "٣"])
def test_a_number_in_a_form_that_is_none_is_bad_input(site: Site, number: str) -> None:
    site.sign_in("cutter-boarding")
    form = {"case": site.case, "act": "board", "team": number, "basis": "0" * 64}
    answer = site.client.post("/as/cutter-boarding/case-act?purpose=interdiction", data=form, headers={"origin": ORIGIN})
    assert answer.status_code == 400


def test_what_nobody_foresaw_is_a_plain_page_that_says_nothing_of_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(audit, "receipts", broken)
    site.sign_in("isla-release")
    for ending in ("", ".json"):
        answer = site.client.get(f"/as/isla-release/receipts{ending}")
        assert answer.status_code == 500
        assert "nothing was answered" in answer.text
        assert "secret" not in answer.text
        assert "ZeroDivision" not in answer.text


def test_what_fails_outside_every_handler_is_one_plain_line() -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("embedded null byte")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"here")]}
    asyncio.run(Guard(app, ["here"])(scope, None, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 500
    assert sent[1]["body"] == b"the console failed; nothing was answered"
