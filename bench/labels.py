"""How fast is a label written, and how many distinct ones are there?

1. A write is what storing a derived record takes of labels: intern the source labels it came from (as read anew, equal but not the same
   objects), join them, and name the result by its hash. The peer is the plain `join` and hash, nothing kept.
2. Every joined label is compared with the plain one first.
3. The reference mix: 50 feeds of 8 parties, each feed with one label a season; 200,000 records, nine in ten from a feed, one in ten a
   lead made by one of 40 readers from every feed it may read. What counts is distinct labels over records; above 1 in 100 is the alarm.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Final

import msgspec

from bench.figure import figure
from bench.gate import CATEGORIES, PURPOSES, book_of
from fairlead.label import CodeBook, Interner, Label, join, label_alarm, label_hash, make_label

FEEDS, READERS, SEASONS = 50, 40, 4
LEAD_SHARE: Final = 0.1


def feeds_of(rng: random.Random, book: CodeBook) -> list[list[Label]]:
    """The labels of each feed, one a season."""
    made = []
    for feed in range(FEEDS):
        terms = {
            "originator": f"p{feed % 8}",
            "category": rng.choice(CATEGORIES),
            "level": rng.choice(["open", "restricted", "restricted", "confidential"]),
            "recipients": rng.sample(sorted(book.units), 40),
            "purposes": rng.sample(PURPOSES, 4),
            "operations": rng.sample(sorted(book.operations), 4),
        }
        first = make_label(book, **terms)
        later = [make_label(book, **{**terms, "recipients": rng.sample(sorted(book.units), 40)}) for _ in range(SEASONS - 1)]
        made.append([first, *later])
    return made


def mix(rng: random.Random, book: CodeBook, count: int) -> list[list[Label]]:
    """What each record was made from: one label for a source, those of every feed that a reader may see for a lead."""
    feeds = feeds_of(rng, book)
    readers = [(rng.choice(sorted(book.units)), rng.choice(PURPOSES), rng.choice(sorted(book.operations))) for _ in range(READERS)]
    made = []
    for number in range(count):
        season = number * SEASONS // count
        now = [labels[season] for labels in feeds]
        if rng.random() >= LEAD_SHARE:
            made.append([rng.choice(now)])
            continue
        unit, purpose, operation = rng.choice(readers)
        seen = [one for one in now if unit in one.recipients and purpose in one.purposes and operation in one.operations]
        made.append(seen or [rng.choice(now)])
    return made


def anew(parts: Sequence[Sequence[Label]]) -> list[list[Label]]:
    """The same labels as other objects: nothing is gained by having seen this very one."""
    known: dict[Label, list[Label]] = {}
    for label in {label for part in parts for label in part}:
        known[label] = [msgspec.structs.replace(label) for _ in range(4)]
    return [[known[label][number % 4] for label in part] for number, part in enumerate(parts)]


def main() -> None:
    rng, book = random.Random(7), book_of()
    parts = mix(rng, book, 200_000)
    interner, plain = Interner(), {}
    for part in parts[:: max(1, len(parts) // 2_000)]:
        assert interner.joined(part) == join(part)
        assert label_hash(interner.joined(part)) == label_hash(join(part))
    writes = anew(parts)

    kept = Interner()
    start_s = time.perf_counter()
    for part in writes:
        kept.hash(kept.join(map(kept.intern, part)))
    ours_s = (time.perf_counter() - start_s) / len(writes)

    fewer = writes[:: max(1, len(writes) // 5_000)]
    start_s = time.perf_counter()
    for part in fewer:
        plain[label_hash(join(part))] = True
    plain_s = (time.perf_counter() - start_s) / len(fewer)

    joins = [part for part in writes if len(part) > 1]
    start_s = time.perf_counter()
    for part in joins:
        kept.join(map(kept.intern, part))
    many_s = (time.perf_counter() - start_s) / max(1, sum(map(len, joins)))

    counted = label_alarm(len({kept.join(map(kept.intern, part)) for part in parts}), len(parts))
    details = {"records": len(parts), "labels_a_lead": sum(map(len, joins)) / max(1, len(joins)), "of_plain_join": plain_s / ours_s}
    figure("label_write", 1 / ours_s, "a second", peer="plain join and hash", goal=">=100000", **details)
    figure("label_join_each_parent", 1 / many_s, "parents a second", peer="none", goal="shown", **details)
    share = 100 * counted.distinct / counted.records
    figure("labels_distinct", share, "% of records", peer="none", goal="<=1", distinct=counted.distinct, alarm=counted.alarm, **details)


if __name__ == "__main__":
    main()
