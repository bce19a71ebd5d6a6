"""Faults of canonical bytes, signatures, the tree, the ledger and the offline check (P6)."""

from __future__ import annotations

from tests.seeded.fault import Fault

LEDGER = "store/ledger.py"
AUDIT = "receipt/audit.py"
STORED = "tests/rooms/store/test_ledger.py"
AUDITED = "tests/rooms/receipt/test_audit.py"
WATCHED = "tests/rooms/receipt/test_watch.py"

FAULTS = (
    Fault(
        "decoder-takes-other-key-orders",
        "envelope/canonical.py",
        "    if again != raw:\n",
        "    if False:\n",
        "tests/rooms/envelope/test_canonical.py::test_bytes_in_another_form_are_refused",
    ),
    Fault(
        "base64-padding-bits-accepted",
        "envelope/base64.py",
        'if base64.b64encode(raw).decode("ascii") != text:',
        "if False:",
        "tests/rooms/envelope/test_dsse.py::test_base64_has_one_spelling",
    ),
    Fault(
        "threshold-counts-signatures",
        "envelope/dsse.py",
        "if len(signers) < threshold:",
        "if not signers or len(envelope.signatures) < threshold:",
        "tests/rooms/envelope/test_dsse.py::test_a_threshold_counts_distinct_keys",
    ),
    Fault(
        "leaf-hash-without-prefix",
        "receipt/tree.py",
        'hashlib.sha256(b"\\x00" + entry)',
        "hashlib.sha256(entry)",
        "tests/vectors/test_rfc6962.py::test_the_published_root_of_each_size",
    ),
    Fault(
        "node-hash-with-the-leafs-prefix",
        "receipt/tree.py",
        'b"\\x01" + left + right',
        'b"\\x00" + left + right',
        "tests/vectors/test_rfc6962.py::test_the_published_root_of_each_size",
    ),
    Fault(
        "checkpoint-without-the-last-entry",
        LEDGER,
        "checkpoint=grows.sign(grown)",
        "checkpoint=grows.sign(grows.frontier)",
        f"{STORED}::test_p6_the_checkpoint_covers_the_entry_just_appended",
    ),
    Fault(
        "head-written-without-compare",
        LEDGER,
        ".where(log_heads.c.log == party, log_heads.c.size == start)",
        ".where(log_heads.c.log == party)",
        f"{STORED}::test_p6_a_head_that_moved_inside_the_transaction_stops_the_append_and_everything_with_it",
    ),
    Fault(
        "a-shorter-log-is-published",
        LEDGER,
        "    if done > size:\n",
        "    if False:\n",
        f"{STORED}::test_p6_a_database_put_back_to_an_older_copy_publishes_no_shorter_log",
    ),
    Fault(
        "receipts-not-delivered",
        LEDGER,
        "    files += [(receipt_path(root, log.party, index), raw) for index, raw in delivered]\n",
        "",
        f"{STORED}::test_a_receipt_is_delivered_to_its_originators_home_as_it_was_signed",
    ),
    Fault(
        "audit-without-completeness",
        AUDIT,
        "for index in range(size) if index not in there]",
        "for index in range(0) if index not in there]",
        f"{AUDITED}::test_p6_a_missing_receipt_is_named",
    ),
    Fault(
        "receipt-not-held-against-the-log",
        AUDIT,
        "if log.leaf_hashes is not None and leaf != log.leaf_hashes[receipt.index]:",
        "if False:",
        f"{AUDITED}::test_p6_a_receipt_that_was_never_logged_is_named",
    ),
    Fault(
        "receipt-signature-not-checked",
        "receipt/receipt.py",
        "    verify(envelope, [key], kind=envelope.kind)\n",
        "",
        "tests/rooms/receipt/test_receipt.py::test_kind_and_key_must_fit",
    ),
    Fault(
        "signatures-left-out-without-a-root",
        AUDIT,
        "    if log.leaf_hashes is None or log.checkpoint is None:\n",
        "    if log.checkpoint is None:\n",
        f"{AUDITED}::test_without_signatures_only_one_the_log_itself_holds_false_gets_past",
    ),
    Fault(
        "a-part-is-lost",
        "desk/receipts.py",
        "            begin(1)\n",
        "",
        "tests/rooms/desk/test_receipts.py::test_p6_a_part_that_waits_its_turn_is_read_too",
    ),
    Fault(
        "consistency-not-checked",
        "receipt/rebuild.py",
        "        findings += _consistent(before, head, tree)\n",
        "        pass\n",
        f"{AUDITED}::test_p6_a_forked_log_is_found_against_the_kept_checkpoint",
    ),
    Fault(
        "refusals-are-as-long-as-they-say",
        "receipt/receipt.py",
        'pad="0" * room)',
        'pad="0")',
        "tests/rooms/receipt/test_receipt.py::test_p7_a_refusal_told_and_a_cover_have_the_same_length",
    ),
    Fault(
        "uses-after-a-halt-are-not-told",
        "receipt/watch.py",
        "if entry < use.index < end and",
        "if end < use.index and",
        f"{WATCHED}::test_p4_a_use_after_the_halt_is_told_and_one_before_it_or_after_the_resume_is_not_after",
    ),
    Fault(
        "leads-count-as-untouched-by-a-hold",
        "receipt/watch.py",
        'return "unsure" if order.categories or order.selects_sources',
        'return "free" if order.categories or order.selects_sources',
        f"{WATCHED}::test_p4_only_what_and_whom_the_order_names_is_a_breach_and_what_cannot_be_judged_is_shown",
    ),
    Fault(
        "an-order-waits-its-turn",
        "store/database.py",
        "with self._group.ahead(), ahead(self.path.parent,",
        "with in_turn(self.path.parent,",
        "tests/rooms/store/test_turns.py::test_p4_an_order_is_written_next_whoever_waits",
    ),
    Fault(
        "requests-begin-while-an-order-waits",
        "door/lanes.py",
        "while not self._ordering and self._running.total() < EACH:",
        "while self._running.total() < EACH:",
        "tests/rooms/test_lanes.py::test_while_an_order_runs_nothing_else_begins",
    ),
    Fault(
        "one-session-takes-every-thread",
        "door/lanes.py",
        "lambda one: self._running[one] < OWN",
        "lambda one: True",
        "tests/rooms/test_lanes.py::test_a_session_that_asks_and_asks_holds_up_itself_alone",
    ),
)
