"""P3 in marks: the banner of a page is never wider than a portion on it, and a view of a joined label is never milder."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.errors import BadInput
from fairlead.label import join
from fairlead.label.marking.carriers import CARRIERS
from fairlead.label.marking.given import Outgoing
from fairlead.label.marking.grammar import CONCEALED, LEVELS
from fairlead.label.marking.national import national_mark
from fairlead.label.marking.rollup import roll_up
from fairlead.label.marking.tlp import COLOURS, tlp_of
from tests.rooms.label.outgoings import AT_MS, BOOK, CODES, VOCABULARY, labels, marks


def may_see(mark) -> frozenset[str] | None:
    """The countries a mark releases to; none said (nothing) is not a release."""
    if "NF" in mark.dissemination:
        return frozenset({VOCABULARY.own})
    return VOCABULARY.members(mark.rel_to) if mark.rel_to else None


def foreign(mark) -> set[str]:
    return set(mark.fgi) | (set(mark.owners) - {VOCABULARY.own} if mark.classified else set())


def test_p3_a_banner_is_never_wider_than_a_portion():
    seen = {"narrowed": 0, "released": 0, "all": 0}

    @given(st.lists(marks(), min_size=2, max_size=4))
    @settings(max_examples=250)
    def law(portions):
        banner = roll_up(portions, VOCABULARY)
        for portion in portions:
            assert LEVELS.index(banner.level) >= LEVELS.index(portion.level)
            assert {"OC", "NF", "PR"} & set(portion.dissemination) <= set(banner.dissemination)
            assert set(portion.non_ic) <= set(banner.non_ic)
            if banner.owners == () and banner.fgi != (CONCEALED,):
                assert foreign(portion) <= set(banner.fgi)
            if banner.rel_to and (portion.classified or portion.rel_to):
                assert may_see(portion) is not None
                assert may_see(banner) <= may_see(portion)
        seen["all"] += 1
        seen["released"] += bool(banner.rel_to)
        seen["narrowed"] += any(may_see(portion) != may_see(banner) for portion in portions if portion.rel_to)

    law()
    assert seen["all"] >= 100
    assert seen["released"] >= seen["all"] // 20, seen
    assert seen["narrowed"] >= seen["all"] // 10, seen


def out_of(label) -> Outgoing:
    return Outgoing(label=label, book=BOOK, at_ms=AT_MS, purpose="interdiction", expires_ms=AT_MS, codes=CODES)


@given(labels, labels)
@settings(max_examples=200)
def test_p3_the_view_of_a_joined_label_is_never_milder(one, other):
    both = join([one, other])
    for part in (one, other):
        assert COLOURS.index(tlp_of(out_of(both))) <= COLOURS.index(tlp_of(out_of(part)))
        try:
            joined, alone = national_mark(out_of(both)).mark, national_mark(out_of(part)).mark
        except BadInput:  # the own country cannot read it, so it does not mark it
            continue
        order = LEVELS.index
        assert order(joined.level) >= order(alone.level)
        assert set(joined.rel_to) - set(alone.owners) <= set(alone.rel_to) | {CODES.vocabulary.own}
        assert not set(alone.non_ic) - set(joined.non_ic)


@given(labels)
@settings(max_examples=200)
def test_p3_no_carrier_says_that_it_keeps_all_of_a_label(label):
    for carrier in CARRIERS.values():
        try:
            lost = {loss.field for loss in carrier.loss(out_of(label))}
        except BadInput:
            assert carrier.name == "banner"
            continue
        assert {"originators", "suspension", "receipts"} <= lost, carrier.name
