"""P3: what came from what decides what it counts for: copies of one observation never make it two (circular reporting)."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.errors import BadInput
from fairlead.report.derivation import PARTIES_TRIED_MAX, Source, fewest, observations, observed_keys, roots, tally
from fairlead.report.detection import COLUMNS, Detections

PARTIES = ("alfa", "bravo", "charlie", "delta")


def source(*parties: str, seen: tuple[int, ...] = ()) -> Source:
    return Source(parties=frozenset(parties), seen=np.array(sorted(set(seen)), np.uint64))


SOURCES = {
    "radar": source("alfa", seen=(1, 2, 3)),
    "relay": source("bravo", seen=(3, 4)),  # another feed that carries one of the same detections
    "air": source("bravo", seen=(9,)),
    "ais": source("charlie", seen=(7, 8)),
}
ABOVE = {
    "lead": ("radar",),
    "quoting": ("lead",),  # a report that quotes the lead
    "tear": ("radar",),  # a tear line of the same source
    "joint": ("radar", "air"),
}


@pytest.mark.parametrize(
    ("reports", "reported", "originators"),
    [
        (("lead", "quoting", "tear"), 3, 1),
        (("radar", "relay"), 2, 1),
        (("radar", "relay", "quoting", "tear"), 4, 1),
        (("radar", "air"), 2, 2),
        (("relay", "air"), 2, 1),  # both bravo's
        (("joint",), 1, 2),
        (("joint", "ais"), 2, 3),
        (("radar", "relay", "air"), 3, 1),  # the relayed observation may be bravo's own, like the air report
        ((), 0, 0),
    ],
)
def test_p3_independent_originators_are_counted_and_not_copies(reports, reported, originators):
    found = tally(reports, ABOVE, SOURCES)
    assert (found.reports, found.originators) == (reported, originators)


def test_p3_reports_of_one_observation_are_named_together_and_said_in_words():
    found = tally(("lead", "quoting", "relay", "ais"), ABOVE, SOURCES)
    assert found.alike == (("lead", "quoting", "relay"),)
    assert found.words == "4 reports, 2 independent originators"
    assert tally(("ais",), ABOVE, SOURCES).words == "1 report, 1 independent originator"


def test_p3_a_report_that_leads_nowhere_is_refused_and_a_circle_of_quotes_ends():
    with pytest.raises(BadInput, match="no known source"):
        tally(("other",), {}, SOURCES)
    circle = {"one": ("two",), "two": ("one",)}
    assert roots("one", circle) == {"one", "two"}
    assert roots("out", {"out": ("one", "radar"), **circle}) == {"radar"}


SETS = st.lists(st.frozensets(st.sampled_from(PARTIES), min_size=1, max_size=3), max_size=6)


@given(SETS)
def test_p3_the_count_is_the_least_over_every_way_to_say_who_had_it_first(observed):
    ways = itertools.product(*observed)
    assert fewest(observed) == min(len(set(way)) for way in ways)


@given(SETS, st.integers(min_value=0, max_value=5))
def test_p3_with_many_parties_the_count_is_still_never_too_high(observed, spread):
    many = [frozenset({f"party-{index}", f"party-{index + 1}"}) for index in range(PARTIES_TRIED_MAX + spread)]
    assert 1 <= fewest([*observed, *many]) <= len(many) + 4
    apart = [frozenset({f"a-{index}", f"b-{index}"}) for index in range(PARTIES_TRIED_MAX + spread)]
    assert fewest(apart) == len(apart)


KEYS = st.lists(st.frozensets(st.integers(min_value=0, max_value=12), max_size=3), max_size=7)


@given(KEYS)
def test_p3_sources_are_one_observation_exactly_when_a_chain_of_shared_detections_joins_them(seen):
    group = observations([np.array(sorted(one), np.uint64) for one in seen])
    reach = [{index} for index in range(len(seen))]
    for _ in seen:
        for one, other in itertools.combinations(range(len(seen)), 2):
            if any(seen[a] & seen[b] for a in reach[one] for b in reach[other]) or reach[one] & reach[other]:
                reach[one] = reach[other] = reach[one] | reach[other]
    for one, other in itertools.combinations(range(len(seen)), 2):
        assert (group[one] == group[other]) == (other in reach[one])


@given(st.data())
def test_p3_a_copy_never_adds_an_originator_and_one_more_source_adds_one_at_most(data):
    reports = data.draw(st.lists(st.sampled_from(sorted({*SOURCES, *ABOVE})), min_size=1, max_size=4, unique=True))
    quoted = data.draw(st.lists(st.sampled_from(reports), min_size=1, max_size=2))
    before = tally(reports, ABOVE, SOURCES).originators
    assert tally([*reports, "copy"], {**ABOVE, "copy": quoted}, SOURCES).originators == before
    assert before <= tally([*reports, "ais"], ABOVE, SOURCES).originators <= before + 1


def detections(status: int, **changed: int) -> Detections:
    columns = {name: np.zeros(2, dtype=dtype) for name, dtype in COLUMNS.items()}
    columns["t_ms"] = np.array([1_593_483_000_000, 1_593_483_060_000])
    columns["status"] += np.int8(status)
    for name, value in changed.items():
        columns[name] = columns[name] + np.array([0, value], dtype=columns[name].dtype)
    return Detections(**columns)


@pytest.mark.parametrize("column", ["t_ms", "lat_e7", "lon_e7", "mmsi"])
def test_p3_a_detection_has_one_key_in_every_feed_and_another_when_time_place_or_vessel_differ(column):
    one, relayed, other = observed_keys(detections(1)), observed_keys(detections(2)), observed_keys(detections(1, **{column: 1}))
    assert np.array_equal(one, relayed)
    assert len(np.intersect1d(one, other)) == 1
    assert len(one) == len(other) == 2
