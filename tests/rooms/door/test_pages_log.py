"""The log over HTTP: files under a secret address, the witness for programs, the monitor's page; nobody else gets anything."""

from __future__ import annotations

import json

import pytest

from fairlead.desk import witnessing
from fairlead.desk.ask import Asker
from fairlead.desk.monitor import fetch_log, look, watched
from fairlead.desk.served import address
from fairlead.errors import BadInput
from fairlead.receipt.note import open_note, verifier_of, vkey
from fairlead.receipt.tiles import parse_bundle
from fairlead.receipt.witness import request_bytes
from tests.rooms.door.conftest import Site
from tests.rooms.door.test_pages_core import words_of


def isla_address(site: Site) -> str:
    node = site.open()
    try:
        return address(node, "isla")
    finally:
        node.close()


def test_a_log_is_served_as_tiles_to_whoever_has_its_address_and_needs_no_session(own: Site, tmp_path) -> None:
    at = isla_address(own)
    assert (own.root / "homes/isla/log.address").read_text().strip() == at
    head = own.client.get(at + "checkpoint")
    assert head.status_code == 200
    assert head.headers["content-type"] == "text/plain; charset=utf-8"
    size = int(head.text.split("\n")[1])
    bundle = own.client.get(f"{at}tile/entries/000.p/{size}")
    assert len(parse_bundle(bundle.content, size)) == size

    def fetch(path: str) -> bytes:
        answer = own.client.get(at + path)
        if answer.status_code != 200:
            raise BadInput("it is not there", where=path)
        return bytes(answer.content)

    home = tmp_path / "mirror/homes/isla"
    home.mkdir(parents=True)
    (home / "trust.json").write_bytes((own.root / "homes/isla/trust.json").read_bytes())
    assert fetch_log(tmp_path / "mirror", "isla", fetch) == size
    assert look(tmp_path / "mirror", "isla", now_ms=0).holds


@pytest.mark.parametrize("change", ["secret", "party", "path", "climb", "double", "long", "query"])
def test_every_other_address_is_the_same_404(own: Site, change: str) -> None:
    at = isla_address(own)
    secret = at.split("/")[2]
    tried = {
        "secret": f"/log/{'0' * 32}/isla/checkpoint",
        "party": f"/log/{secret}/kestrel/checkpoint",
        "path": f"{at}checkpoints",
        "climb": f"{at}..%2F..%2Fnode.toml",
        "double": f"{at}tile//0/000",
        "long": at + "x" * 5000,
        "query": f"{at}tile/0/000.p/9999?width=9999",
    }[change]
    answer = own.client.get(tried)
    assert (answer.status_code, answer.text) == (404, "there is nothing at this address\n")
    assert "cache-control" in answer.headers


def test_a_witness_answers_programs_and_cosigns_what_it_watches(own: Site) -> None:
    node = own.open()
    try:
        log = node.logs["isla"]
        note = (own.root / "log/isla/checkpoint").read_bytes()
        body = request_bytes(old=0, proof=(), note=note)
        assert own.client.post("/witness/add-checkpoint", content=body).status_code == 404, "a log it does not watch"
        witnessing.watch_log(node, vkey(log.origin, log.key.public))
        answer = own.client.post("/witness/add-checkpoint", content=body)
        assert answer.status_code == 200
        verifier = verifier_of(witnessing.witness_vkey(node))
        assert [one.name for one in open_note(note + answer.content, [verifier]).cosigned] == ["fairlead/jtf/witness"]
        again = own.client.post("/witness/add-checkpoint", content=body)
        assert (again.status_code, again.headers["content-type"]) == (409, "text/x.tlog.size")
        assert again.text == note.decode().split("\n")[1] + "\n"
        for wrong, status in ((b"", 400), (b"old 0\n\nrubbish", 400), (body.replace(b"old 0", b"old 00"), 400), (b"x" * 10**6, 413)):
            assert own.client.post("/witness/add-checkpoint", content=wrong).status_code == status
        forged = own.client.post("/witness/add-checkpoint", content=body, headers={"origin": "http://elsewhere"})
        assert forged.status_code == 403, "a page of another site asks nothing here"
    finally:
        node.close()


def test_the_monitors_page_shows_the_verbs_own_answer_and_draws_it(own: Site) -> None:
    own.sign_in("isla-release")
    told = own.client.get("/as/isla-release/monitor.json")
    node = own.open()
    try:
        who = Asker(person="isla-release", unit="isla-radar-station", purpose="", operation="")
        assert told.content == watched(node, who).body
    finally:
        node.close()
    value = json.loads(told.content)
    assert value["holds"] is True
    page = own.client.get("/as/isla-release/monitor").text
    words = words_of(page)
    assert f"{value['size']} entries verified, none missing" in words
    assert page.count('<rect class="use') >= len(value["steps"]) > 0
    for line in value["uses"]:
        assert f'<td class="num">{line["uses"]}</td>' in page
    assert "No witness has seen this log" in words
    assert "/log/" in page, "its own people are told where it is fetched"
    own.sign_in("auditor-inspector")
    others = own.client.get("/as/auditor-inspector/monitor?party=isla")
    assert others.status_code == 200
    assert "/log/" not in others.text, "an address is its party's alone"
    own.sign_in("cell-analyst")
    assert own.client.get("/as/cell-analyst/monitor").status_code == 403
    assert own.client.get("/as/nobody/monitor").status_code == 401
