"""P6: every use and every refusal is in a tamper-evident log before it is answered, and its originator can check that log whole."""

from __future__ import annotations

import shutil

import pytest

from fairlead.desk import audit, explain, halt, interdict, lead, look, read
from fairlead.desk.answer import Answer
from fairlead.desk.verify import verify_folder
from fairlead.envelope import SigningKey, sha256_hex
from fairlead.receipt.audit import audit_log
from fairlead.receipt.receipt import UseReceipt
from fairlead.store import ledger
from tests import nodes


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    one = nodes.night(tmp_path_factory.mktemp("logged") / "n")
    who = nodes.who(one, "cell-analyst", nodes.MONITOR)
    card = next(card for card in nodes.value(look.look(one, who))["picture"]["cards"] if card["status"] == "open")
    one.card = card["id"]
    one.lead = nodes.value(lead.make_lead(one, who, lead.Draft(card=one.card)))["id"]
    return one


def asked(node, person, purpose="interdiction"):
    return nodes.who(node, person, purpose)


VERBS = {
    "picture": lambda n: look.look(n, asked(n, "cutter-watch")),
    "coarse picture": lambda n: look.look(n, asked(n, "support-watch", nodes.MONITOR)),
    "list": lambda n: read.list_holdings(n, asked(n, "cutter-watch")),
    "read": lambda n: read.read(n, asked(n, "cutter-watch"), n.lead),
    "read refused": lambda n: read.read(n, asked(n, "support-watch"), n.lead),
    "read excluded": lambda n: read.read(n, asked(n, "cutter-watch", "use_of_force_targeting"), n.lead),
    "read absent": lambda n: read.read(n, asked(n, "cutter-watch"), "0" * 32),
    "lead preview": lambda n: lead.preview_lead(n, asked(n, "cell-analyst", nodes.MONITOR), lead.Draft(card=n.card)),
    "lead refused": lambda n: lead.preview_lead(n, asked(n, "cutter-watch"), lead.Draft(card=n.card)),
    "explain": lambda n: explain.explain(n, asked(n, "isla-release"), n.lead),
    "cases": lambda n: interdict.list_cases(n, asked(n, "cutter-watch")),
    "case absent": lambda n: interdict.show_case(n, asked(n, "cutter-watch"), "0" * 32),
    "case act refused": lambda n: interdict.act(n, asked(n, "cutter-watch"), "0" * 32, {"act": "detect"}),
    "order refused": lambda n: halt.halt(n, asked(n, "cutter-watch"), halt.Wish()),
    "receipts refused": lambda n: audit.receipts(n, asked(n, "cutter-watch")),
}


@pytest.mark.parametrize("name", VERBS)
def test_p6_every_use_and_every_refusal_is_in_a_verified_log_before_it_is_answered(node, name):
    before = nodes.sizes(node)
    outcome = VERBS[name](node)
    after = nodes.sizes(node)
    grown = {party for party in after if after[party] > before[party]}
    verdicts = verify_folder(node.root)
    assert all(verdict.report.holds for verdict in verdicts), [str(one) for v in verdicts for one in v.report.findings]
    if isinstance(outcome, Answer):
        with node.db.read() as tx:
            newest = [ledger.receipts(tx, party, newest=1, skip=0)[0] for party in grown]
        assert newest
        assert all(isinstance(one, UseReceipt) and one.output == sha256_hex(outcome.body) for one in newest)
    else:
        assert grown == set(node.logs), "a refusal leaves one leaf in every log"
        assert {after[party] - before[party] for party in grown} == {1}


def test_p6_what_is_read_is_receipted_to_every_originator_of_it_and_to_nobody_else(node):
    before = nodes.sizes(node)
    read.read(node, asked(node, "cutter-watch"), node.lead)
    after = nodes.sizes(node)
    assert {party for party in after if after[party] > before[party]} == {"isla", "kestrel"}


def parts(node, party):
    folder = node.root / "log" / party
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    receipts = [(path.name, path.read_bytes()) for path in sorted((node.root / "homes" / party / "receipts" / party).glob("*"))]
    log = node.logs[party]
    kept = (node.root / "homes" / party / "kept" / f"{party}.checkpoint").read_bytes()
    return {"files": files, "origin": log.origin, "key": log.key.public, "kept": kept, "receipts": receipts}


def test_p6_a_receipt_that_was_never_delivered_a_wrong_key_and_a_shorter_log_are_found(node):
    whole = parts(node, "isla")
    missing = audit_log(**{**whole, "receipts": whole["receipts"][:3] + whole["receipts"][4:]})
    assert any(one.entry == 3 for one in missing.findings)
    assert not audit_log(**{**whole, "key": SigningKey(bytes(32)).public}).holds
    assert not audit_log(**{**whole, "kept": parts(node, "kestrel")["kept"]}).holds


def test_p6_a_log_that_forgets_what_its_originator_kept_is_found(node, tmp_path):
    shutil.copytree(node.root / "log", tmp_path / "log")
    shutil.copytree(node.root / "homes", tmp_path / "homes")
    node.home("isla").keep("isla", (node.root / "log" / "isla" / "checkpoint").read_bytes())
    read.read(node, asked(node, "cutter-watch"), node.lead)
    newer = (node.root / "log" / "isla" / "checkpoint").read_bytes()
    (tmp_path / "homes" / "isla" / "kept" / "isla.checkpoint").write_bytes(newer)
    (verdict,) = verify_folder(tmp_path, only="isla")
    assert any("kept" in str(one) for one in verdict.report.findings)
