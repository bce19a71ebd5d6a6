"""The second barrier, where the node stands on PostgreSQL: rows are shown to the reader's role by what was set for one transaction.

1. Lists are asked for in the role `fairlead_reader`, which sees a row of `holdings` only when its label is among those set, its time
   holds at the instant set, and no hold set lies on it; or when an override lets it through. A query that forgot to filter gets the
   same rows as one that did not.
2. Nothing set means no rows: an unset setting is NULL, and NULL is never true.
3. The role may read `holdings` and nothing else. It owns nothing, so the table's owner is not bypassed by mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np
from pyroaring import BitMap
from sqlalchemy import Connection, text

from fairlead.store.bitmaps import numbers

ROLE: Final = "fairlead_reader"
SETTINGS: Final = ("labels", "at", "held", "through")

MAKE: Final = (
    f"""DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN CREATE ROLE {ROLE} NOLOGIN NOINHERIT; END IF;
    EXCEPTION WHEN duplicate_object THEN NULL; END $$""",
    f"GRANT {ROLE} TO CURRENT_USER",
    f"GRANT SELECT ON holdings TO {ROLE}",
    "ALTER TABLE holdings ENABLE ROW LEVEL SECURITY",
    f"""CREATE POLICY shown ON holdings FOR SELECT TO {ROLE} USING (
      not_before_ms <= (SELECT NULLIF(current_setting('fairlead.at', true), '')::bigint)
      AND expires_ms > (SELECT NULLIF(current_setting('fairlead.at', true), '')::bigint)
      AND ((label IN (SELECT unnest(string_to_array(current_setting('fairlead.labels', true), ',')::int[]))
            AND NOT num <@ (SELECT NULLIF(current_setting('fairlead.held', true), '')::int8multirange))
           OR num IN (SELECT unnest(string_to_array(current_setting('fairlead.through', true), ',')::bigint[]))))""",
)


def make(tx: Connection) -> None:
    """The role and its rule. Needs a user that may make roles, or a role that is there."""
    for statement in MAKE:
        tx.exec_driver_sql(statement)


@contextmanager
def reading(tx: Connection, *, labels: list[int], at_ms: int, held: BitMap, through: tuple[int, ...] = ()) -> Iterator[None]:
    """Inside, everything is asked in the reader's role and for this sight; where there are no roles, nothing changes."""
    if tx.dialect.name != "postgresql":
        yield
        return
    given = {
        "labels": ",".join(map(str, labels)),
        "at": str(at_ms),
        "held": ranges(held),
        "through": ",".join(map(str, through)),
    }
    _set(tx, given)
    tx.exec_driver_sql(f"SET LOCAL ROLE {ROLE}")
    yield  # an error leaves the transaction unusable, and with it role and settings
    tx.exec_driver_sql("RESET ROLE")
    _set(tx, dict.fromkeys(SETTINGS, ""))


def _set(tx: Connection, given: dict[str, str]) -> None:
    for name, value in given.items():
        tx.execute(text("SELECT set_config('fairlead.' || :name, :value, true)"), {"name": name, "value": value})


def ranges(held: BitMap) -> str:
    """Numbers as a multirange: runs of them, half-open."""
    nums = numbers(held).astype(np.int64)
    if not len(nums):
        return "{}"
    breaks = np.flatnonzero(np.diff(nums) != 1)
    first = nums[np.concatenate([[0], breaks + 1])]
    last = nums[np.concatenate([breaks, [len(nums) - 1]])] + 1
    return "{" + ",".join(f"[{begin},{end})" for begin, end in zip(first.tolist(), last.tolist(), strict=True)) + "}"
