"""The tables of a node, the same in SQLite and PostgreSQL.

1. Rows are added, never changed, but for five: a log's head and its cosigned one, the newest head witnessed of another log, a
   one-time token's use, and `meta`. The set of a hold leaves with its order: it is an index, and the signed rule can make it again.
2. Times are Unix milliseconds UTC. Bodies are canonical JSON bytes (RFC 8785). The epoch is the `seq` of the last row of `events`.
3. `holdings.num` counts up in the order of writes, so a parent's number is smaller than its child's. It is never shown to a reader:
   a counter would tell how much a reader does not see (P7). Ids sort by their bytes, whatever the database's language.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

VERSION: Final = "3"  # of the tables; a node made with another is not opened

metadata = MetaData()
Number = BigInteger().with_variant(Integer(), "sqlite")  # 64 bits in both
Id = Text().with_variant(Text(collation="C"), "postgresql")

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("originator", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),  # of the event itself: it is signed in once
    Column("envelope", LargeBinary, nullable=False),
    Column("durable_at_ms", Number, nullable=False),
    Column("clock", Text, nullable=False),
)

Index("events_kind", events.c.kind, events.c.seq)
Index("events_subject", events.c.subject, events.c.seq)

certificates = Table(
    "certificates",
    metadata,
    Column("person", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
)

# One row for each label, set of feeds behind it, and whether it states distress: all that the gate judges of a holding but its times,
# its holds and the overrides that name it. So each row is judged once.
labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("feeds", Text, nullable=False),  # every feed in the ancestry, as a canonical list
    Column("distress", Integer, nullable=False),
    Column("book", Integer, nullable=False, server_default="0"),  # the version of the code-book it was first made under
    Column("body", LargeBinary, nullable=False),
)
Index("labels_once", labels.c.hash, labels.c.feeds, labels.c.distress, unique=True)

holdings = Table(
    "holdings",
    metadata,
    Column("num", Number, primary_key=True),
    Column("id", Id, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("label", Integer, ForeignKey("labels.id"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("t_min_ms", Number, nullable=False),
    Column("t_max_ms", Number, nullable=False),
    Column("not_before_ms", Number, nullable=False),
    Column("expires_ms", Number, nullable=False),
    Column("created_ms", Number, nullable=False),
    Column("feed", Text, nullable=False),
    Column("depth", Integer, nullable=False),  # steps down from the farthest source: 0 for a source
    Column("title", Text, nullable=False),
    Column("words", Text, nullable=False),  # what a search looks through, case folded
    Column("source", LargeBinary, nullable=False),  # what rules of holds judge of a source; empty for what was derived
    Column("body", LargeBinary, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
# A page is read label by label from here, newest first: its cost does not grow with what the reader may not see (P7).
Index(
    "holdings_listed",
    holdings.c.kind,
    holdings.c.label,
    holdings.c.t_max_ms.desc(),
    holdings.c.id,
    holdings.c.not_before_ms,
    holdings.c.expires_ms,
    postgresql_include=["num"],
)
Index("holdings_newest", holdings.c.kind, holdings.c.t_max_ms.desc())
Index("holdings_feed", holdings.c.feed, holdings.c.label, holdings.c.depth)
Index("holdings_digest", holdings.c.digest)

parents = Table(
    "parents",
    metadata,
    Column("child", Number, ForeignKey("holdings.num"), primary_key=True),
    Column("parent", Number, ForeignKey("holdings.num"), primary_key=True),
    Column("depth", Integer, nullable=False),  # the child's
    # 1: a sanitised release and what it was made from. It counts for holds and not for the label; readers are never told of it.
    Column("restricted", Integer, nullable=False, server_default="0"),
    CheckConstraint("parent < child", name="parents_first"),
    sqlite_with_rowid=False,
)

# What only some may know of a holding: the salt of a sanitised release's commitment to its parents, the lead another one replaces.
releases = Table(
    "releases",
    metadata,
    Column("num", Number, ForeignKey("holdings.num"), primary_key=True),
    Column("salt", Text, nullable=False),
)

replaced = Table(
    "replaced",
    metadata,
    Column("num", Number, ForeignKey("holdings.num"), primary_key=True),
    Column("old", Number, ForeignKey("holdings.num"), nullable=False),
)
Index("replaced_old", replaced.c.old)

# Leads that a case found nothing behind (red line 8), by digest: an index of signed acts.
cleared = Table(
    "cleared",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
)

# The sets of each hold in force (agreement/selector.py names them), each a compressed bitmap of numbers, closed under descent.
holds = Table(
    "holds",
    metadata,
    Column("name", Text, primary_key=True),
    Column("order_id", Text, nullable=False),
    Column("rule", LargeBinary, nullable=False),  # the order's signed value
    Column("nums", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),  # of `nums`
)

# What came into such a set after it was placed.
held_later = Table(
    "held_later",
    metadata,
    Column("num", Number, ForeignKey("holdings.num"), primary_key=True),
    Column("name", Text, primary_key=True),
    sqlite_with_rowid=False,
)

seen = Table(
    "seen",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)

log_entries = Table(
    "log_entries",
    metadata,
    Column("log", Text, primary_key=True),
    Column("idx", Integer, primary_key=True),
    Column("leaf", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
)

# The hash of each full tile, by the level it stands on (1 and up) and its place there: what a tile of that level is written from.
log_nodes = Table(
    "log_nodes",
    metadata,
    Column("log", Text, primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
)

log_heads = Table(
    "log_heads",
    metadata,
    Column("log", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("keyid", Text, nullable=False),  # of the key that signs what comes next
    Column("frontier", LargeBinary, nullable=False),
    Column("checkpoint", LargeBinary, nullable=False),
)

# Each change of a log's key, with the signed event that says it (receipt/log_keys.py).
log_keys = Table(
    "log_keys",
    metadata,
    Column("log", Text, primary_key=True),
    Column("from_size", Integer, primary_key=True),
    Column("envelope", LargeBinary, nullable=False),
)

# The newest head of each own log that enough witnesses cosigned, and when; and what this node has cosigned for others as a witness.
# What somebody disagreed with, in the order it was said, by party: the leaves of its dissent register (receipt/dissent.py).
dissents = Table(
    "dissents",
    metadata,
    Column("party", Text, primary_key=True),
    Column("idx", Integer, primary_key=True),
    Column("about", Text, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
)

cosigned = Table(
    "cosigned",
    metadata,
    Column("log", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("note", LargeBinary, nullable=False),
)

witnessed = Table(
    "witnessed",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("note", LargeBinary, nullable=False),
)

# Two heads of one size that a log signed: the proof that it lied.
splits = Table(
    "splits",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", Integer, primary_key=True),
    Column("one", LargeBinary, nullable=False),
    Column("other", LargeBinary, nullable=False),
    Column("at_ms", Number, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("lead", Text, nullable=False),
    Column("opened_ms", Number, nullable=False),
)

case_acts = Table(
    "case_acts",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("idx", Integer, primary_key=True),
    Column("holding", Text, ForeignKey("holdings.id"), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("signers", LargeBinary, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("expires_ms", Number, nullable=False),
    Column("used_ms", Number, nullable=False),
    Column("session", Text, nullable=False),
)
