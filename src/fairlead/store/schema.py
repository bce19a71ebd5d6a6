"""The tables of a node. Rows are added, never changed, but for three: a log's head, a one-time token's use, and `meta`.

Times are Unix milliseconds UTC. Bodies are canonical JSON bytes (RFC 8785). The epoch is the `seq` of the last row of `events`.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("originator", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("durable_at_ms", Integer, nullable=False),
    Column("clock", Text, nullable=False),
)

certificates = Table(
    "certificates",
    metadata,
    Column("person", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
)

labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
)

holdings = Table(
    "holdings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("label", Integer, ForeignKey("labels.id"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("t_min_ms", Integer, nullable=False),
    Column("t_max_ms", Integer, nullable=False),
    Column("not_before_ms", Integer, nullable=False),
    Column("expires_ms", Integer, nullable=False),
    Column("created_ms", Integer, nullable=False),
    Column("feed", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
)
Index("holdings_newest", holdings.c.kind, holdings.c.t_max_ms.desc(), holdings.c.id)

parents = Table(
    "parents",
    metadata,
    Column("child", Text, ForeignKey("holdings.id"), primary_key=True),
    Column("parent", Text, ForeignKey("holdings.id"), primary_key=True),
)

ancestry = Table(
    "ancestry",
    metadata,
    Column("holding", Text, ForeignKey("holdings.id"), primary_key=True),
    Column("feed", Text, primary_key=True),
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

log_heads = Table(
    "log_heads",
    metadata,
    Column("log", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("checkpoint", LargeBinary, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("lead", Text, nullable=False),
    Column("opened_ms", Integer, nullable=False),
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
    Column("expires_ms", Integer, nullable=False),
    Column("used_ms", Integer, nullable=False),
    Column("session", Text, nullable=False),
)
