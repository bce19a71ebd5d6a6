"""Faults of the verbs: caches that outlive an event, receipts that are late or missing, answers that tell (P4, P6, P7)."""

from __future__ import annotations

from tests.seeded.fault import Fault

NODE = "desk/node.py"
READ = "desk/read.py"
RECORD = "desk/record.py"
EXPLAIN = "desk/explain.py"
HALT = "tests/rooms/desk/test_halt.py"
READING = "tests/rooms/desk/test_read.py"
EXPLAINED = "tests/rooms/desk/test_explain.py"
NEXT = f"{HALT}::test_p4_the_next_request_after_a_halt_is_refused_and_after_a_resume_is_not"
RECEIPTS = f"{READING}::test_p6_every_originator_of_what_was_read_has_its_receipt_before_the_answer"
HIDDEN = f"{READING}::test_p7_hidden_and_absent_get_the_same_bytes_and_leave_the_same_leaves"
AUTHORITY = "tests/rooms/desk/test_authority.py"
ENTITLED = f"{AUTHORITY}::test_who_is_not_entitled_is_refused_and_every_log_says_so"

FAULTS = (
    # What a node remembers.
    Fault(
        "cached-slice-without-epoch", NODE, "known is None or known.slice.epoch != standing.epoch or not", "known is None or not", NEXT
    ),
    Fault(
        "cached-slice-without-time",
        NODE,
        "known.slice.epoch != standing.epoch or not known.slice.from_ms <= at_ms < known.slice.to_ms:",
        "known.slice.epoch != standing.epoch:",
        f"{HALT}::test_p4_an_order_with_an_end_ends_there_for_a_node_that_stayed_open",
    ),
    Fault(
        "cached-standing-without-epoch",
        NODE,
        "if known is None or known[0] != last:",
        "if known is None:",
        f"{HALT}::test_p4_a_halt_by_another_process_is_seen_at_once",
    ),
    Fault(
        "unsigned-events-are-believed",
        NODE,
        "                self._check_stored(tx, one, folding)\n",
        "",
        f"{HALT}::test_an_event_nobody_entitled_signed_stops_the_node_and_opens_nothing",
    ),
    Fault(
        "any-person-of-the-party-signs",
        "agreement/signing.py",
        "if one.party == party and not set(one.roles).isdisjoint(roles))",
        "if one.party == party)",
        f"{HALT}::test_an_event_nobody_entitled_signed_stops_the_node_and_opens_nothing",
    ),
    Fault(
        "picture-not-decided-again",
        "desk/look.py",
        "if [row.holding.id for row in now_seen] != [row.holding.id for row in rows]:",
        "if False:",
        f"{HALT}::test_p4_a_halt_that_comes_while_a_picture_is_drawn_is_in_the_picture",
    ),
    # Receipts.
    Fault(
        "read-without-receipt",
        READ,
        "    record.use(node, tx, asked, house=house, rows=[row], output=given.body)\n",
        "",
        RECEIPTS,
    ),
    Fault(
        "answer-before-its-receipt-is-published",
        READ,
        "        outcome = _read(node, tx, house, asked, holding_id)\n    node.publish()\n",
        "        outcome = _read(node, tx, house, asked, holding_id)\n",
        RECEIPTS,
    ),
    Fault(
        "receipt-for-one-originator-only",
        RECORD,
        "for party in sorted(shares or {node.config.operating_party: []}):",
        "for party in sorted(shares or {node.config.operating_party: []})[:1]:",
        RECEIPTS,
    ),
    Fault(
        "receipt-names-others-agreements",
        RECORD,
        "sorted(agreements.get(party, set()) & own_word(house, party))",
        "sorted(agreements.get(party, set()))",
        RECEIPTS,
    ),
    Fault(
        "receipt-names-others-holdings",
        RECORD,
        "held = tuple(shares.get(party, ()))",
        "held = tuple(map(_ref, rows))",
        f"{READING}::test_p6_each_originator_sees_its_own_share_of_a_picture_and_no_other",
    ),
    Fault(
        "picture-without-receipt",
        "desk/look.py",
        "            record.use(node, tx, asked, house=house, rows=rows, output=given.body, given_to=given_to, recipe=keep(node, made))\n",
        "",
        f"{READING}::test_p6_each_originator_sees_its_own_share_of_a_picture_and_no_other",
    ),
    Fault(
        "preview-without-receipt",
        "desk/lead.py",
        "    record.use(node, tx, asked, house=house, rows=rows, output=given.body)\n    return given\n",
        "    return given\n",
        "tests/rooms/desk/test_lead.py::test_p6_a_preview_is_a_read_with_a_receipt_to_each_originator",
    ),
    # Refusals, hidden and absent.
    Fault(
        "refusal-only-in-concerned-logs",
        RECORD,
        "        ledger.append(tx, log, _refusal_maker(",
        "        concerned and ledger.append(tx, log, _refusal_maker(",
        HIDDEN,
    ),
    Fault(
        "refusal-tells-everybody",
        RECORD,
        "knows = bool(concerned) or told or bool(excluded) or party == node.config.operating_party",
        "knows = True",
        f"{READING}::test_p6_a_refusal_is_told_in_full_to_its_originators_and_as_a_cover_to_the_others",
    ),
    Fault(
        "redacted-reason-tells-hidden-from-absent",
        READ,
        "rows=found)\n        return refused(redacted(admitted))",
        'rows=found)\n        return refused(redacted(admitted) if row else {"answer": "refused", "reasons": ["no such holding"]})',
        HIDDEN,
    ),
    Fault(
        "explanation-tells-hidden-from-absent",
        EXPLAIN,
        '"reasons": said["reasons"], "form"',
        '"reasons": said["reasons"] if found else [], "form"',
        f"{EXPLAINED}::test_p7_anyone_else_gets_one_redacted_form_for_hidden_and_absent",
    ),
    Fault(
        "absent-ids-leave-no-leaf",
        READ,
        "        record.refusal(node, tx, asked, house=house, rows=found)\n        return refused(",
        "        row and record.refusal(node, tx, asked, house=house, rows=found)\n        return refused(",
        HIDDEN,
    ),
    Fault(
        "list-counts-the-hidden",
        "store/listed.py",
        "    where = _predicate(tx, sight, wish).where(_among(tx, free))\n",
        "    where = _predicate(tx, sight, wish).where(_among(tx, list(sight.known)))\n",
        f"{READING}::test_p7_a_list_counts_and_shows_only_what_its_reader_may_see",
    ),
    Fault(
        "explain-tells-everybody-in-full",
        EXPLAIN,
        "    if found and (oversees or owns):\n",
        "    if found:\n",
        f"{EXPLAINED}::test_p7_anyone_else_gets_one_redacted_form_for_hidden_and_absent",
    ),
    Fault(
        "explain-asks-for-anybody",
        EXPLAIN,
        "question if (oversees or owns) else None",
        "question",
        f"{EXPLAINED}::test_p7_anyone_else_asks_for_themselves_only",
    ),
    Fault(
        "oversight-by-claiming-its-unit",
        EXPLAIN,
        'person is not None and asker.unit in person.units and person.may("explain")',
        "asker.unit in house.book.units",
        f"{EXPLAINED}::test_p7_who_claims_a_unit_of_oversight_or_of_the_originator_is_told_nothing",
    ),
    Fault(
        "originators-see-each-others-terms",
        EXPLAIN,
        "full(decision) if oversees else full_for(decision, party)",
        "full(decision)",
        f"{EXPLAINED}::test_an_originator_gets_its_own_word_in_full_and_that_of_others_by_conjunct",
    ),
    # Leads, authority.
    Fault(
        "preview-reads-for-everybody",
        "desk/lead.py",
        "readable = tuple(unit for unit in units if _could_read(",
        "readable = tuple(unit for unit in units if True or _could_read(",
        "tests/rooms/desk/test_lead.py::test_a_preview_names_the_readers_and_what_to_drop_for_the_others_and_makes_nothing",
    ),
    Fault(
        "unreadable-lead-unconfirmed",
        "desk/lead.py",
        "if label.readable_by_nobody and not making:",
        "if False:",
        "tests/rooms/desk/test_lead.py::test_a_lead_nobody_could_read_is_made_only_when_confirmed",
    ),
    Fault("authority-without-role", "desk/authority.py", "if not person.may(act):", "if False:", ENTITLED),
    Fault(
        "authority-for-any-unit",
        "desk/authority.py",
        "or asker.unit not in person.units:",
        "or False:",
        ENTITLED,
    ),
    Fault(
        "refused-act-not-recorded",
        "desk/authority.py",
        "        record.refusal(node, tx, asked, house=node.house(tx, at_ms), rows=())\n",
        "        pass\n",
        ENTITLED,
    ),
    Fault(
        "anybody-reads-anybodys-log",
        "desk/audit.py",
        "party if party in node.logs and oversees else own",
        "party if party in node.logs else own",
        f"{AUTHORITY}::test_an_originator_reads_its_own_log_whatever_it_asks_for",
    ),
    Fault(
        "a-request-signed-by-any-key",
        "desk/ask.py",
        "    verify(envelope, [certified], kind=kind)\n",
        "",
        f"{AUTHORITY}::test_a_key_that_is_not_the_certified_one_asks_nothing",
    ),
)
