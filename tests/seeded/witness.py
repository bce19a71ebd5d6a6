"""Faults of batches, proofs out of tiles, cosignatures, the keys of a log, witnesses and the rules about them (P6)."""

from __future__ import annotations

from tests.seeded.fault import Fault

TREE = "receipt/tree.py"
PROVE = "receipt/prove.py"
NOTE = "receipt/note.py"
KEYS = "receipt/log_keys.py"
CHECKPOINT = "receipt/checkpoint.py"
QUORUM = "receipt/quorum.py"
PROOF = "receipt/proof.py"
WITNESS = "receipt/witness.py"
GROWN = "tests/rooms/receipt/test_grow.py"
PROVED = "tests/rooms/receipt/test_prove.py"
COSIGNED = "tests/vectors/test_cosignature.py"
KEYED = "tests/rooms/receipt/test_log_keys.py"
RULED = "tests/vectors/test_tlog_quorum.py"
FILED = "tests/vectors/test_tlog_proof.py"
ANSWERED = "tests/rooms/receipt/test_witness.py"
MODELLED = "tests/rooms/receipt/test_witness_model.py"
PLACES = f"{KEYED}::test_each_entry_and_each_head_has_the_key_of_its_place"
LINKS = f"{KEYED}::test_a_chain_with_a_link_that_does_not_fit_is_none"

FAULTS = (
    Fault(
        "a-batchs-nodes-count-from-the-left",
        TREE,
        "made += [Node(height=height, place=first + at, hashed=one)",
        "made += [Node(height=height, place=at, hashed=one)",
        f"{GROWN}::test_the_step_over_an_edge_completes_just_the_nodes_there",
    ),
    Fault(
        "what-was-left-over-stands-right-of-the-batch",
        TREE,
        "row.insert(0, peaks.pop())",
        "row.append(peaks.pop())",
        f"{GROWN}::test_any_batches_give_the_reference_and_every_node_once",
    ),
    Fault(
        "a-short-tile-is-proved-from",
        PROVE,
        "    if len(own) != count * HASH_BYTES:\n",
        "    if not own:\n",
        f"{PROVED}::test_a_tile_that_lacks_what_is_asked_of_it_is_refused",
    ),
    Fault(
        "the-old-trees-last-part-is-not-told",
        PROVE,
        "    if start:  # the old tree",
        "    if False:  # the old tree",
        f"{PROVED}::test_any_place_and_any_growth_is_proved_as_by_the_reference",
    ),
    Fault(
        "tiles-are-asked-for-at-full-width",
        PROVE,
        "width = min(WIDTH, (size >> WIDTH_BITS * level) - number * WIDTH)",
        "width = WIDTH",
        f"{PROVED}::test_every_kind_of_place_is_proved_as_by_the_reference",
    ),
    Fault(
        "a-cosignature-leaves-out-its-instant",
        NOTE,
        'f"cosignature/v1\\ntime {at_s}\\n{text}"',
        'f"cosignature/v1\\n{text}"',
        f"{COSIGNED}::test_our_own_line_and_key_byte_for_byte_made_a_second_way",
    ),
    Fault(
        "a-false-cosignature-is-passed-over",
        NOTE,
        'raise BadSignature("a witness\'s cosignature does not hold", where=name)',
        "continue",
        f"{COSIGNED}::test_a_cosignature_that_does_not_hold_spoils_the_note",
    ),
    Fault(
        "an-instant-without-end",
        NOTE,
        "if at_s > TIME_MAX or not verifier.key.says(",
        "if not verifier.key.says(",
        f"{COSIGNED}::test_a_cosignature_that_does_not_hold_spoils_the_note",
    ),
    Fault(
        "a-cosignature-is-the-logs-signature",
        NOTE,
        "            cosigned.append(Cosigned(name=name, key=verifier.key, at_s=at_s))\n",
        "            cosigned.append(Cosigned(name=name, key=verifier.key, at_s=at_s))\n            keys.append(verifier.key)\n",
        f"{COSIGNED}::test_the_two_kinds_of_one_key_are_two_verifiers_and_neither_stands_for_the_other",
    ),
    Fault(
        "a-key-name-that-is-no-text",
        NOTE,
        ' or "\\ud800" <= letter <= "\\udfff"',
        "",
        f"{RULED}::test_bytes_that_are_no_text_are_refused_where_a_key_should_be_and_the_reason_can_be_printed",
    ),
    Fault(
        "one-signature-changes-a-logs-key",
        KEYS,
        "verify(envelope, signers, kind=KIND, threshold=2)",
        "verify(envelope, signers, kind=KIND, threshold=1)",
        f"{KEYED}::test_the_old_key_alone_or_twice_or_with_a_stranger_changes_nothing",
    ),
    Fault(
        "a-compromised-key-names-its-follower",
        KEYS,
        'by = last.key if event.reason == "rotation" else None if operator in used else operator',
        "by = last.key",
        f"{KEYED}::test_of_a_compromise_the_old_keys_word_counts_for_nothing",
    ),
    Fault(
        "an-operator-that-signs-the-log-speaks-twice",
        KEYS,
        "else None if operator in used else operator",
        "else operator",
        f"{KEYED}::test_an_operator_whose_key_signs_the_log_is_no_second_voice",
    ),
    Fault("another-logs-key-event", KEYS, "        if event.log != origin:\n", "        if False:\n", LINKS),
    Fault("a-key-comes-back", KEYS, " or new in used:", ":", LINKS),
    Fault("believed-for-what-the-next-key-signs", KEYS, "if event.trusted_size >= event.from_size:", "if False:", LINKS),
    Fault(
        "key-events-as-they-come",
        KEYS,
        "sorted(events, key=lambda pair: pair[0].from_size)",
        "events",
        f"{KEYED}::test_the_events_may_come_in_any_order",
    ),
    Fault(
        "a-key-signs-one-head-early",
        KEYS,
        "if one.from_size <= size or one is self.held[0]",
        "if one.from_size <= size + 1 or one is self.held[0]",
        PLACES,
    ),
    Fault("any-key-of-the-log-signs-any-head", CHECKPOINT, "if held.key not in note.keys:", "if not note.keys:", PLACES),
    Fault(
        "a-given-up-key-is-believed",
        CHECKPOINT,
        "if held.believed is not None and checkpoint.size > held.believed:",
        "if False:",
        f"{KEYED}::test_a_given_up_keys_later_heads_are_refused_and_what_it_signed_before_is_believed",
    ),
    Fault(
        "a-given-up-key-is-believed-for-any-root",
        CHECKPOINT,
        "if checkpoint.size == held.believed and",
        "if False and",
        f"{KEYED}::test_of_the_size_a_given_up_key_is_believed_for_only_the_root_told_is_believed",
    ),
    Fault(
        "one-of-a-group-is-enough",
        QUORUM,
        ">= group.needs",
        ">= 1",
        "tests/rooms/receipt/test_quorum.py::test_any_rule_is_met_by_just_the_witnesses_a_count_finds_enough",
    ),
    Fault(
        "a-witness-is-in-two-groups",
        QUORUM,
        "            if one in self.used:\n",
        "            if False:\n",
        "tests/rooms/receipt/test_quorum.py::test_a_name_counts_in_one_group_only",
    ),
    Fault(
        "one-key-is-two-witnesses",
        QUORUM,
        "if found.kind != COSIGNATURE or found.key in {one.verifier.key for one in self.witnesses.values()}:",
        "if found.kind != COSIGNATURE:",
        f"{RULED}::test_what_is_not_a_rule_is_refused",
    ),
    Fault(
        "a-rule-about-other-logs-will-do",
        PROOF,
        "    if not quorum.names(",
        "    if False and not quorum.names(",
        f"{FILED}::test_a_rule_that_lists_logs_and_not_this_one_is_not_met",
    ),
    Fault(
        "a-proof-without-its-witnesses",
        PROOF,
        "    _enough(head, quorum)\n",
        "",
        f"{FILED}::test_too_few_witnesses_are_not_enough_and_a_strangers_is_none",
    ),
    Fault(
        "a-proof-of-another-entry",
        PROOF,
        "    if not check_inclusion(",
        "    if False and not check_inclusion(",
        f"{FILED}::test_every_entry_of_a_small_log_is_proved_and_no_other_in_its_place",
    ),
    Fault(
        "a-witness-cosigns-for-a-stranger",
        WITNESS,
        "        head = open_head(asked.note, keys).checkpoint\n",
        "        head = said\n",
        f"{ANSWERED}::test_403_for_a_head_that_no_key_of_the_log_signed",
    ),
    Fault(
        "a-witness-begins-anew-when-asked",
        WITNESS,
        "known = last.checkpoint if last else Checkpoint",
        "known = last.checkpoint if last and asked.old else Checkpoint",
        f"{ANSWERED}::test_409_tells_the_size_cosigned_last_in_its_own_type",
    ),
    Fault(
        "a-witness-asks-for-no-proof",
        WITNESS,
        "    if not check_consistency(",
        "    if False and not check_consistency(",
        f"{MODELLED}::test_a_forked_log_gets_no_further_with_a_witness_that_knows_the_other_history",
    ),
    Fault(
        "a-witness-forgets-what-it-cosigned",
        WITNESS,
        "body=line, record=Seen(checkpoint=head, note=asked.note))",
        "body=line)",
        f"{ANSWERED}::test_200_is_one_line_that_cosigns_this_head_and_what_to_keep_is_the_head",
    ),
    Fault(
        "a-logs-two-histories-are-not-kept",
        WITNESS,
        "content_type=SIZE_TYPE, split=split)",
        "content_type=SIZE_TYPE)",
        f"{ANSWERED}::test_409_and_both_heads_for_a_second_root_of_the_size_cosigned_last",
    ),
    Fault(
        "a-witness-tells-the-size-as-plain-text",
        WITNESS,
        'SIZE_TYPE: Final = "text/x.tlog.size"',
        "SIZE_TYPE: Final = TEXT",
        f"{ANSWERED}::test_409_tells_the_size_cosigned_last_in_its_own_type",
    ),
)
