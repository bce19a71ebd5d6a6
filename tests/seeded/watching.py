"""Faults of group commit, of the stored log's own check, of restoring, of the monitor, of bundles and of the dissent register (P6)."""

from __future__ import annotations

from tests.seeded.fault import Fault

GROUP = "tests/rooms/store/test_group.py"
STORED = "tests/faults/test_fsck.py"
PUT_BACK = "tests/faults/test_log_simulation.py::test_every_stale_snapshot_put_back_signs_nothing_that_contradicts"
WATCHED = "tests/rooms/desk/test_monitor.py"
BUNDLED = "tests/rooms/desk/test_bundle.py"
KEYED = "tests/rooms/desk/test_log_key.py"

FAULTS = (
    Fault(
        "a-verb-is-told-before-its-batch-is-committed",
        "store/group.py",
        "        batch.done.wait()\n        if batch.error is not None:\n            raise batch.error\n",
        "",
        f"{GROUP}::test_when_the_commit_fails_every_verb_of_the_batch_failed_and_nothing_is_there",
    ),
    Fault(
        "a-failed-verb-leaves-its-entry",
        "store/group.py",
        "                pending.undo(batch.tx, before)\n",
        "",
        f"{GROUP}::test_a_verb_that_fails_takes_its_own_entry_with_it_and_no_other",
    ),
    Fault(
        "nodes-of-the-tree-are-not-stored",
        "store/ledger.py",
        "        if nodes:\n",
        "        if not nodes:\n",
        f"{STORED}::test_every_kind_of_file_is_held_against_the_database",
    ),
    Fault(
        "a-stored-hash-is-believed",
        "store/check.py",
        "        if leaf_hash(leaf) != hashed:\n",
        "        if False:\n",
        f"{STORED}::test_a_byte_of_an_entry_is_named_by_log_and_entry",
    ),
    Fault(
        "a-stored-receipt-is-believed",
        "store/check.py",
        "            if again != leaf:\n",
        "            if False:\n",
        f"{STORED}::test_a_byte_of_an_entry_is_named_by_log_and_entry",
    ),
    Fault(
        "a-start-looks-at-nothing",
        "desk/node.py",
        "                for found in check.newest_part(tx, party, self.keys_of(tx, party)):\n",
        "                for found in ():\n",
        f"{STORED}::test_a_start_signs_nothing_on_top_of_damage_in_the_newest_part",
    ),
    Fault(
        "the-silence-of-witnesses-is-enough",
        "desk/restored.py",
        "        if not any(one.cosigned for one in asked):\n",
        "        if False:\n",
        PUT_BACK,
    ),
    Fault(
        "a-larger-tree-elsewhere-is-passed-over",
        "desk/witnessing.py",
        "        if theirs > size:\n",
        "        if False:\n",
        PUT_BACK,
    ),
    Fault(
        "a-refilled-node-forgets-the-orders",
        "desk/fsck.py",
        "        events.add_event(tx, event, envelope, at_ms=use.at_ms, clock=use.clock)\n        entered += 1\n",
        "        entered += 1\n",
        PUT_BACK,
    ),
    Fault(
        "a-use-that-rests-on-nothing-is-passed-over",
        "receipt/alarms.py",
        "    if not use.agreements:\n",
        "    if not use.agreements:\n        return\n    if not use.agreements:\n",
        f"{WATCHED}::test_a_use_that_rests_on_nothing_or_on_what_was_not_agreed_raises_an_alarm",
    ),
    Fault(
        "any-unit-is-in-the-terms",
        "receipt/alarms.py",
        "    if use.unit not in grant.recipients:\n",
        "    if False:\n",
        f"{WATCHED}::test_a_use_that_rests_on_nothing_or_on_what_was_not_agreed_raises_an_alarm",
    ),
    Fault(
        "a-clock-may-run-back",
        "receipt/alarms.py",
        "        if one.at_ms < latest - BACK_MS:\n",
        "        if False:\n",
        f"{WATCHED}::test_a_clock_two_hours_off_is_told_in_either_direction",
    ),
    Fault(
        "a-shorter-log-takes-the-mirrors-place",
        "desk/monitor.py",
        "    if before is not None and (head.size < old or (head.size == old and head.root != before.root)):\n",
        "    if before is not None and head.size == old and head.root != before.root:\n",
        f"{WATCHED}::test_a_shorter_log_and_another_history_are_kept_as_evidence",
    ),
    Fault(
        "any-secret-opens-a-log",
        "desk/served.py",
        '    if log is None or not hmac.compare_digest(own.encode(), secret.encode("utf-8", "replace")) or len(path) > PATH_MAX:\n',
        "    if log is None or len(path) > PATH_MAX:\n",
        f"{WATCHED}::test_nothing_but_the_log_is_served_and_every_wrong_address_is_the_same",
    ),
    Fault(
        "a-bundle-vouches-for-itself",
        "receipt/bundle.py",
        'return f"the log\'s first key {first.keyid[:16]}" if first in anchors.log_keys else ""',
        'return f"the log\'s first key {first.keyid[:16]}"',
        f"{BUNDLED}::test_no_key_the_reader_trusts_means_that_nobody_vouches_for_it",
    ),
    Fault(
        "a-proof-under-another-head-will-do",
        "receipt/bundle.py",
        "    if proof.index != shown.index or proof.checkpoint != bundle.checkpoint.encode():\n",
        "    if False:\n",
        f"{BUNDLED}::test_a_forged_bundle_does_not_hold",
    ),
    Fault(
        "the-old-key-goes-on-signing",
        "desk/log_key.py",
        "        ledger.rekey(tx, msgspec.structs.replace(log, key=fresh))\n",
        "",
        f"{KEYED}::test_after_a_change_the_new_key_signs_and_every_log_verifies",
    ),
    Fault(
        "a-register-that-lacks-a-leaf-shows-absence",
        "receipt/dissent.py",
        "    return same and all(",
        "    return all(",
        "tests/rooms/desk/test_dissent.py::test_a_dissent_is_signed_logged_and_provable_and_others_have_none",
    ),
)
