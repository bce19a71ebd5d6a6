"""Circular reporting: how many originators stand behind some reports once copies are taken for what they are.

1. A report counts for what it came from: its parents, what it quotes, what it was sanitised from. What came from nothing is a source.
2. Two sources are one observation when they share a detection: same time, place and vessel number, whatever feed carried it.
3. The count is the least that fits: the fewest parties of which each observation has one. Of an observation that several parties
   carry nobody can say who had it from whom, so it counts for one of them at most. It may say too few, never too many.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from fairlead.errors import BadInput
from fairlead.report.detection import Detections

Keys: TypeAlias = npt.NDArray[np.uint64]
PARTIES_TRIED_MAX: Final = 16  # beyond these the count is of the groups that share a party, which is never more
MIX: Final = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)  # the finalizer of splitmix64


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What came from nothing else: whose it is, and the keys of what it saw."""

    parties: frozenset[str]
    seen: Keys


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Some reports, and how many originators they have at least; `alike` are groups of reports that rest on the same observation."""

    reports: int
    originators: int
    alike: tuple[tuple[str, ...], ...] = ()

    @property
    def words(self) -> str:
        """`3 reports, 1 independent originator`."""
        return f"{_plural(self.reports, 'report')}, {_plural(self.originators, 'independent originator')}"


def tally(reports: Iterable[str], above: Mapping[str, Iterable[str]], sources: Mapping[str, Source]) -> Tally:
    """Count independent originators. `above`: what each record came from. Raises BadInput for one that leads to no known source."""
    wanted = sorted(set(reports))
    behind = {report: roots(report, above) for report in wanted}
    used = sorted(frozenset[str]().union(*behind.values()))
    unknown = [name for name in used if name not in sources]
    if unknown:
        raise BadInput("a report leads to no known source", where=unknown[0])
    group_of = observations([sources[name].seen for name in used])
    observed = dict(zip(used, group_of, strict=True))
    parties: dict[int, set[str]] = {}
    for name in used:
        parties.setdefault(observed[name], set()).update(sources[name].parties)
    resting: dict[int, list[str]] = {}
    for report in wanted:
        for group in sorted({observed[name] for name in behind[report]}):
            resting.setdefault(group, []).append(report)
    alike = sorted({tuple(names) for names in resting.values() if len(names) > 1})
    return Tally(reports=len(wanted), originators=fewest(parties.values()), alike=tuple(alike))


def roots(report: str, above: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The sources a record came from, itself when it came from nothing; a circle of quotes has its own members for sources."""
    found, waiting, met = set(), [report], {report}
    while waiting:
        name = waiting.pop()
        higher = tuple(above.get(name, ()))
        if not higher:
            found.add(name)
        fresh = set(higher) - met
        met |= fresh
        waiting += fresh
    return frozenset(found or met)


def observations(seen: Sequence[Keys]) -> list[int]:
    """For each list of keys the number of its group; lists that share a key, directly or through others, are in one group."""
    group = list(range(len(seen)))

    def head(one: int) -> int:
        while group[one] != one:
            group[one] = group[group[one]]
            one = group[one]
        return one

    if seen:
        keys = np.concatenate(seen)
        owner = np.repeat(np.arange(len(seen)), [len(one) for one in seen])
        order = np.argsort(keys, kind="stable")
        keys, owner = keys[order], owner[order]
        shared = np.flatnonzero((keys[1:] == keys[:-1]) & (owner[1:] != owner[:-1]))
        pairs = np.unique(np.stack([owner[shared], owner[shared + 1]], axis=1), axis=0)
        for one, other in pairs.tolist():
            group[head(one)] = head(other)
    return [head(one) for one in range(len(seen))]


def fewest(observed_by: Iterable[Iterable[str]]) -> int:
    """The smallest number of parties of which every observation has at least one."""
    open_sets = {frozenset(parties) for parties in observed_by}
    alone = frozenset[str]().union(*(parties for parties in open_sets if len(parties) == 1))
    left = {parties for parties in open_sets if not parties & alone}
    names = sorted(frozenset[str]().union(*left))
    if len(names) > PARTIES_TRIED_MAX:
        return len(alone) + _apart(left)
    for size in range(len(names) + 1):
        if any(all(parties & set(chosen) for parties in left) for chosen in itertools.combinations(names, size)):
            return len(alone) + size
    return len(alone)  # pragma: no cover  # all names together are of every observation


def _apart(sets: Iterable[frozenset[str]]) -> int:
    """How many groups of sets share no party with each other."""
    groups: list[set[str]] = []
    for parties in sets:
        touching = [group for group in groups if group & parties]
        groups = [group for group in groups if not group & parties]
        groups.append(set(parties).union(*touching))
    return len(groups)


def observed_keys(detections: Detections) -> Keys:
    """A key for each detection that is the same in whatever feed it came: of time, place and vessel number."""
    key = np.zeros(len(detections), np.uint64)
    for column in (detections.t_ms, detections.lat_e7, detections.lon_e7, detections.mmsi):
        key = mixed(key ^ mixed(column.astype(np.int64).view(np.uint64)) + np.uint64(0x9E3779B97F4A7C15))
    found: Keys = np.unique(key)
    return found


def mixed(key: Keys) -> Keys:
    """Each key turned into another that has nothing of its order."""
    key = (key ^ (key >> np.uint64(30))) * np.uint64(MIX[0])
    key = (key ^ (key >> np.uint64(27))) * np.uint64(MIX[1])
    mixed: Keys = key ^ (key >> np.uint64(31))
    return mixed


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
