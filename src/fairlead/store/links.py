"""What only some may know of a holding: what a sanitised release was made from, which lead it replaces, what a case cleared.

The caller has asked who wants to know: an originator, oversight, or a reader of both ends. Nothing here is shown to anyone else (P7).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, insert, select

from fairlead.agreement.lists import Row
from fairlead.agreement.proof import Release
from fairlead.envelope import Envelope, envelope_from_json
from fairlead.store.holdings import by_nums
from fairlead.store.schema import cleared, holdings, parents, releases, replaced

CHAIN_MAX = 10_000  # leads in one chain of replacements


def add_release(tx: Connection, num: int, *, salt: str) -> None:
    """Keep what opens the commitment of a sanitised release to its parents."""
    tx.execute(insert(releases).values(num=num, salt=salt))


def salt_of(tx: Connection, num: int) -> str | None:
    """The salt of a sanitised release; none for a holding that is no such thing."""
    found = tx.execute(select(releases.c.salt).where(releases.c.num == num)).scalar_one_or_none()
    return None if found is None else str(found)


def salts_of(tx: Connection, nums: Sequence[int]) -> dict[int, str]:
    """The salts of those of these holdings that are sanitised releases."""
    return {row.num: row.salt for row in tx.execute(select(releases).where(releases.c.num.in_(nums)))} if nums else {}


def envelope_of(tx: Connection, num: int) -> Envelope:
    """What a holding was signed in with."""
    return envelope_from_json(bytes(tx.execute(select(holdings.c.envelope).where(holdings.c.num == num)).scalar_one()))


def all_releases(tx: Connection) -> list[Row]:
    """Every sanitised release, oldest first."""
    return by_nums(tx, list(tx.execute(select(releases.c.num).order_by(releases.c.num)).scalars()))


def releases_made(tx: Connection) -> tuple[Release, ...]:
    """Every sanitised release as a proof looks at it: what it was made of, and the label it stands under from then on."""
    made = all_releases(tx)
    above = parents_of(tx, [row.num for row in made], restricted=(1,))
    pairs = {row.num: row.holding.label.originators for row in by_nums(tx, sorted({one for nums in above.values() for one in nums}))}
    return tuple(
        Release(
            id=row.holding.id,
            sources=tuple(sorted({pair for num in above.get(row.num, ()) for pair in pairs[num]})),
            label=row.holding.label,
            not_before_ms=row.holding.not_before_ms,
            expires_ms=row.holding.expires_ms,
            digest=row.holding.digest,
        )
        for row in made
    )


def released_from(tx: Connection, num: int) -> list[Row]:
    """What a sanitised release was made from."""
    wanted = select(parents.c.parent).where(parents.c.child == num, parents.c.restricted == 1).order_by(parents.c.parent)
    return by_nums(tx, list(tx.execute(wanted).scalars()))


def parents_of(tx: Connection, nums: Sequence[int], *, restricted: Sequence[int]) -> dict[int, list[int]]:
    """The numbers each of these came from: by links of these kinds, 0 open and 1 restricted."""
    found: dict[int, list[int]] = {}
    wanted = select(parents.c.child, parents.c.parent).where(parents.c.child.in_(nums), parents.c.restricted.in_(restricted))
    for row in tx.execute(wanted.order_by(parents.c.child, parents.c.parent)):
        found.setdefault(row.child, []).append(row.parent)
    return found


def add_replaced(tx: Connection, num: int, *, old: int) -> None:
    """The lead of this number stands for an older one from now on."""
    tx.execute(insert(replaced).values(num=num, old=old))


def replaces(tx: Connection, num: int) -> list[Row]:
    """The lead that this one stands for, if it does."""
    return by_nums(tx, list(tx.execute(select(replaced.c.old).where(replaced.c.num == num)).scalars()))


def replaced_by(tx: Connection, num: int) -> list[Row]:
    """The leads that stand for this one, oldest first."""
    return by_nums(tx, list(tx.execute(select(replaced.c.num).where(replaced.c.old == num).order_by(replaced.c.num)).scalars()))


def same_finding(tx: Connection, num: int) -> list[Row]:
    """The lead and every lead it replaces or is replaced by, however often."""
    met, waiting = {num}, [num]
    while waiting and len(met) < CHAIN_MAX:
        one = waiting.pop()
        older = set(tx.execute(select(replaced.c.old).where(replaced.c.num == one)).scalars())
        newer = set(tx.execute(select(replaced.c.num).where(replaced.c.old == one)).scalars())
        fresh = (older | newer) - met
        met |= fresh
        waiting += fresh
    return by_nums(tx, sorted(met))


def clear(tx: Connection, digests: Iterable[str], case_id: str) -> None:
    """A case found nothing behind these leads (red line 8)."""
    known = set(tx.execute(select(cleared.c.digest).where(cleared.c.case_id == case_id)).scalars().all())
    fresh = sorted(set(digests) - known)
    if fresh:
        tx.execute(insert(cleared), [{"digest": digest, "case_id": case_id} for digest in fresh])


def clear_alike(tx: Connection, digest: str, *, like: str) -> None:
    """What stands for a cleared lead is cleared by the same cases."""
    for case_id in tx.execute(select(cleared.c.case_id).where(cleared.c.digest == like)).scalars().all():
        clear(tx, [digest], case_id)


def cleared_of(tx: Connection, digests: Sequence[str]) -> set[str]:
    """Those of the digests that some case cleared."""
    return set(tx.execute(select(cleared.c.digest).where(cleared.c.digest.in_(digests))).scalars()) if digests else set()
