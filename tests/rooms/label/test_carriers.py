"""Every carrier: what is read is what was written, what it carries whole is whole, what it loses is said, and bad text is bad input."""

from __future__ import annotations

import json
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.envelope import encode
from fairlead.errors import BadInput, UnknownCode
from fairlead.label import Label, Level, label_hash
from fairlead.label.marking import national, odrl, stanag4774, stix
from fairlead.label.marking.carriers import CARRIERS, carrier_of
from fairlead.label.marking.given import CONDITIONS, FIELDS, TEXT_MAX, Codes, lost
from fairlead.label.marking.grammar import Vocabulary
from tests.house.tree import ROOT
from tests.rooms.label.outgoings import AT_MS, CODES, FULL, outgoings

CARRIER = pytest.mark.parametrize("name", CARRIERS)
PAGE = ROOT / "docs" / "reference" / "markings.md"


def replaced(out, **changed):
    """The same with another label, the fields named changed."""
    return msgspec.structs.replace(out, label=msgspec.structs.replace(out.label, **changed))


@CARRIER
@given(out=outgoings())
@settings(max_examples=70)
def test_what_is_read_is_what_was_written(name, out):
    carrier = CARRIERS[name]
    try:
        carried = carrier.carried(out)
    except BadInput:
        assert name == "banner"
        assert "alfa" not in {out.book.units[unit].party for unit in out.label.recipients}
        return
    text = carrier.write(out)
    assert carrier.read(text, CODES.vocabulary) == carried
    assert carrier.write(out) == text


@given(outgoings())
@settings(max_examples=80)
def test_stix_and_odrl_carry_the_whole_label(out):
    assert stix.parse(stix.write(stix.carried(out))).label == out.label
    assert odrl.parse(odrl.write(out.label)) == out.label


@given(outgoings())
@settings(max_examples=60)
def test_stanag_carries_all_but_the_lease(out):
    back = msgspec.to_builtins(stanag4774.parse(CARRIERS["stanag4774"].write(out)))
    whole = msgspec.to_builtins(out.label)
    assert {name: back[name] for name in FIELDS if name != "lease_s"} == {name: whole[name] for name in FIELDS if name != "lease_s"}
    assert "lease_s" not in back


@CARRIER
@given(out=outgoings())
@settings(max_examples=50)
def test_the_loss_is_of_this_label(name, out):
    carrier = CARRIERS[name]
    try:
        losses = carrier.loss(out)
    except BadInput:
        assert name == "banner"
        return
    fields = [loss.field for loss in losses]
    assert fields == [one for one in (*FIELDS, *CONDITIONS) if one in fields], "each once, in one order"
    assert all(loss.why and loss.fate != "kept" for loss in losses)
    assert ("handling" in fields) <= bool(out.label.handling), "what a label does not have cannot be lost"
    assert {"suspension", "receipts", "derivation"} <= set(fields)


def test_a_field_that_no_carrier_speaks_of_is_lost():
    assert {loss.field: loss.fate for loss in lost(FULL.label, {})} == dict.fromkeys((*FIELDS, *CONDITIONS), "lost")


def test_the_banner_says_more_of_what_it_loses_as_the_label_changes():
    def fates(out):
        return {loss.field: loss.fate for loss in national.loss(out)}

    assert fates(FULL)["level"] == "coarser", "the own country has no RESTRICTED"
    assert "level" not in fates(replaced(FULL, level=Level("secret")))
    assert fates(replaced(FULL, handling=("quiet",)))["handling"] == "coarser"
    assert fates(FULL)["handling"] == "lost"
    unclassified = {loss.field: loss.why for loss in national.loss(replaced(FULL, level=Level("open")))}
    assert "ORCON is not legal" in unclassified["originators"]


# --- the table in the docs ---


def survival() -> list[list[str]]:
    """One row a field, one column a carrier, as the full label of these tests comes out."""
    fates = {name: {loss.field: loss.fate for loss in carrier.loss(FULL)} for name, carrier in CARRIERS.items()}
    return [[field, *[fates[name].get(field, "kept") for name in CARRIERS]] for field in (*FIELDS, *CONDITIONS)]


def test_the_survival_table_in_the_docs_is_true():
    rows = [
        [cell.strip().strip("`") for cell in row.split("|")[1:-1]]
        for row in re.findall(r"^\|.*\|$", PAGE.read_text(), re.MULTILINE)
        if row.count("|") == len(CARRIERS) + 2
    ]
    assert rows[0] == ["field", *CARRIERS]
    assert rows[2:] == survival()


def test_what_the_table_calls_kept_or_words_is_there_to_be_read():
    """A field said to be in the text must be able to change the text; one said to be lost must not."""
    other = {
        "originators": (("alfa", "radar"), ("charlie", "ais")),
        "level": Level("secret"),
        "recipients": ("a1", "b1", "b2"),
        "purposes": ("search_and_rescue",),
        "operations": ("north",),
        "handling": ("care",),
        "lease_s": 60,
    }
    for name, carrier in CARRIERS.items():
        fates = {loss.field: loss.fate for loss in carrier.loss(FULL)}
        for field, value in other.items():
            changed = carrier.write(replaced(FULL, **{field: value})) != carrier.write(FULL)
            if fates.get(field, "kept") in ("kept", "words"):
                assert changed, (name, field)
            if fates.get(field) == "lost" and (name, field) not in MAY_SHOW:
                assert not changed, (name, field)


# A colour knows whether it is secret, and a control of the register may stand for an obligation.
MAY_SHOW = {("tlp", "level"), ("banner", "handling")}


# --- what is not what it should be ---


@pytest.mark.parametrize("out", [msgspec.structs.replace(FULL, codes=None), replaced(FULL, recipients=("b1",))])
def test_a_national_mark_needs_codes_and_a_reader_of_its_own(out):
    with pytest.raises(BadInput):
        CARRIERS["banner"].write(out)


def test_codes_of_countries_are_checked_where_they_are_given():
    with pytest.raises(UnknownCode):
        Codes(vocabulary=Vocabulary(own="USA", countries=("USA",)), parties={"alfa": "GBR"})
    with pytest.raises(UnknownCode):
        Codes(vocabulary=Vocabulary(own="USA"), handling={"care": "NF"})


@pytest.mark.parametrize("name", ["stanag4774", "stix", "odrl", "europol"])
@pytest.mark.parametrize("code", ["<b>", "a&b", 'a"b', "a b", "", "\ud800", "\x00", "x" * 200])
def test_a_code_that_a_format_cannot_hold_is_refused_when_written(name, code):
    with pytest.raises(BadInput):
        CARRIERS[name].write(replaced(FULL, operations=(code,)))


def test_an_instant_out_of_range_is_refused():
    for at_ms in (-1, 253_402_300_800_000, 2**53):
        with pytest.raises(BadInput):
            CARRIERS["stix"].write(msgspec.structs.replace(FULL, at_ms=at_ms))


def test_an_unknown_carrier_is_refused():
    with pytest.raises(UnknownCode, match="no such carrier"):
        carrier_of("telegram")


def changes(value, path=()):
    """Every way to change one leaf, leave out one key, or add one, of a JSON value."""
    if isinstance(value, dict):
        yield {**value, "extra": "x"}
        for key, inner in value.items():
            yield {one: kept for one, kept in value.items() if one != key}
            for changed in changes(inner):
                yield {**value, key: changed}
    elif isinstance(value, list):
        yield [*value, "extra"]
        for index, inner in enumerate(value):
            yield [*value[:index], *value[index + 1 :]]
            for changed in changes(inner):
                yield [*value[:index], changed, *value[index + 1 :]]
    elif isinstance(value, bool):
        yield int(value)
        yield not value
    else:
        yield f"{value}x"
        yield 7
        yield None


@pytest.mark.parametrize("name", ["stix", "odrl", "cise", "europol"])
def test_whatever_is_changed_in_a_json_carrier_is_seen_or_says_another_thing(name):
    """Add, drop or change anything: it is bad input, or it is read as what that text now says and nothing else."""
    carrier, accepted, tried = CARRIERS[name], 0, 0
    original = json.loads(carrier.write(FULL))
    before = carrier.carried(FULL)
    for changed in changes(original):
        tried += 1
        try:
            read = carrier.read(json.dumps(changed), CODES.vocabulary)
        except BadInput:
            continue
        accepted += 1
        assert read != before, changed
        assert name in ("cise", "europol"), "what carries the whole label is bound to it"
    assert tried > 18
    assert accepted <= tried // 3


def test_a_stix_marking_alone_reads_as_in_its_bundle_and_a_statement_alone_does_not():
    bundle = json.loads(CARRIERS["stix"].write(FULL))
    marking = bundle["objects"][2]
    assert stix.parse(json.dumps(marking)) == stix.parse(json.dumps(bundle))
    assert marking["definition_type"] == "statement"
    assert marking["extensions"][stix.EXTENSION_ID]["label_sha256"] == label_hash(FULL.label)
    with pytest.raises(BadInput, match="does not say what its label says"):
        stix.parse(json.dumps({**marking, "definition": {"statement": "Use it as you like."}}))
    with pytest.raises(BadInput, match="statement alone"):
        stix.parse(json.dumps({key: value for key, value in marking.items() if key != "extensions"}))


def test_stix_identifiers_and_times_are_of_the_form_the_standard_asks():
    for one in json.loads(CARRIERS["stix"].write(FULL))["objects"]:
        assert re.fullmatch(rf"{one['type']}--[0-9a-f]{{8}}-[0-9a-f]{{4}}-5[0-9a-f]{{3}}-[89ab][0-9a-f]{{3}}-[0-9a-f]{{12}}", one["id"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["created"])
        assert one["spec_version"] == "2.1"


@CARRIER
@given(text=st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
@settings(max_examples=70)
def test_any_text_is_read_or_bad_input(name, text):
    try:
        CARRIERS[name].read(text, CODES.vocabulary)
    except BadInput:
        return
    assert text.strip().startswith(("TLP:", "{", "<", "UN", "CON", "SECRET", "//"))


@CARRIER
@given(
    at=st.integers(0, 5_000),
    cut=st.integers(0, 40),
    put=st.text(max_size=6) | st.sampled_from(["[" * 3000, "9" * 5000, "\ud800", "\x00"]),
)
@settings(max_examples=80)
def test_a_written_text_with_something_cut_or_put_in_is_read_or_bad_input(name, at, cut, put):
    text = CARRIERS[name].write(FULL)
    at %= len(text) + 1
    try:
        read = CARRIERS[name].read(text[:at] + put + text[at + cut :], CODES.vocabulary)
    except BadInput:
        return
    assert type(read) is type(CARRIERS[name].carried(FULL))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("name", ["stix", "odrl", "cise", "europol"])
@given(key=st.integers(0, 100), value=json_values)
@settings(max_examples=60)
def test_any_json_in_place_of_a_part_is_read_or_bad_input(name, key, value):
    whole = json.loads(CARRIERS[name].write(FULL))
    part = whole["objects"][2] if name == "stix" else whole
    names = sorted(part)
    part[names[key % len(names)]] = value
    try:
        CARRIERS[name].read(json.dumps(whole), CODES.vocabulary)
    except BadInput:
        return
    assert name == "cise"


@pytest.mark.parametrize("text", ["[]", "null", '{"a":1,"a":1}', "{", "NaN", "[" * 200_000, '{"a":1.5}', " " * (TEXT_MAX + 1)])
@pytest.mark.parametrize("name", ["stix", "odrl", "cise", "europol"])
def test_json_that_is_none_of_these_is_refused(name, text):
    with pytest.raises(BadInput):
        CARRIERS[name].read(text, CODES.vocabulary)


def test_the_written_json_is_canonical():
    for name in ("stix", "odrl", "cise", "europol"):
        text = CARRIERS[name].write(FULL)
        assert encode(json.loads(text)).decode() == text


def test_back_from_a_mark_as_far_as_it_goes():
    terms = national.terms_of(national.national_mark(FULL), CODES)
    assert (terms.level, terms.originators, terms.recipients) == ("confidential", ("alfa", "bravo"), ("alfa", "bravo", "charlie"))
    with pytest.raises(UnknownCode):
        national.terms_of(national.parse("TOP SECRET\nORIGINATOR CONTROL: ALF\n", CODES.vocabulary), CODES)


def test_a_label_readable_by_nobody_is_released_to_nobody():
    nobody = replaced(FULL, recipients=())
    assert national.write(national.national_mark(nobody)) == "CONFIDENTIAL//FGI BRV//ORCON/NOFORN//LES\nORIGINATOR CONTROL: ALF BRV\n"
    assert CARRIERS["tlp"].write(nobody) == "TLP:RED\n"
    assert "<slab:GenericValue>NONE</slab:GenericValue>" in CARRIERS["stanag4774"].write(nobody)


def test_the_full_label_is_one_with_something_in_every_field():
    assert all(getattr(FULL.label, name) for name in FIELDS)
    assert isinstance(FULL.label, Label)
    assert FULL.at_ms == AT_MS
