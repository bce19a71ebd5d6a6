"""The structural checker of STANAG 4774 labels, and XML that tries to be more than a label."""

from __future__ import annotations

import pytest

from fairlead.errors import BadInput
from fairlead.label.marking import stanag4774
from fairlead.label.marking.safe_xml import BYTES_MAX, ELEMENTS_MAX, read_xml
from fairlead.label.marking.stanag_structure import NAMESPACE, structure_of
from tests.rooms.label.outgoings import FULL

GOOD = (
    f'<s:originatorConfidentialityLabel xmlns:s="{NAMESPACE}" ReviewDateTime="2031-01-01T00:00:00Z"><s:ConfidentialityInformation>'
    '<s:PolicyIdentifier URI="urn:oid:1.2">Other</s:PolicyIdentifier><s:Classification>SECRET</s:Classification>'
    '<s:Category Type="PERMISSIVE" TagName="Releasable To" URI="urn:oid:1.2.3"><s:GenericValue>XAA</s:GenericValue></s:Category>'
    '</s:ConfidentialityInformation><s:OriginatorID IDType="rfc822Name">a@b</s:OriginatorID>'
    "<s:CreationDateTime>2020-06-30T02:10:00Z</s:CreationDateTime></s:originatorConfidentialityLabel>"
)


def test_a_label_of_another_scheme_has_the_structure_and_is_not_read_as_ours():
    built = structure_of(GOOD)
    assert (built.scheme, built.classification, built.originator_id) == ("Other", "SECRET", "a@b")
    assert [(one.tag, one.type, one.values) for one in built.categories] == [("Releasable To", "PERMISSIVE", ("XAA",))]
    with pytest.raises(BadInput, match="another scheme"):
        stanag4774.parse(GOOD)


@pytest.mark.parametrize("prefix", ["slab", "x"])
def test_prefix_and_white_space_are_free(prefix):
    ours = stanag4774.write(stanag4774.carried(FULL))
    text = ours.replace("slab", prefix).replace("><", ">\n  <")
    assert stanag4774.parse('<?xml version="1.0" encoding="UTF-8"?>\n' + text) == stanag4774.carried(FULL)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("originatorConfidentialityLabel", "alternativeConfidentialityLabel", "root is another"),
        (NAMESPACE, NAMESPACE.replace("1:0", "2:0"), "root is another"),
        (" ReviewDateTime=", " Reviewed=", "attribute is unknown"),
        ('<s:PolicyIdentifier URI="urn:oid:1.2">Other</s:PolicyIdentifier>', "", "missing"),
        ('<s:PolicyIdentifier URI="urn:oid:1.2">Other<', '<s:PolicyIdentifier URI="urn:oid:1.2"> <', "empty"),
        ("<s:Classification>SECRET</s:Classification>", "", "missing"),
        ("<s:Classification>SECRET<", "<s:Classification><s:b/>SECRET<", "holds elements"),
        ("SECRET</s:Classification>", "SECRET</s:Classification><s:Classification>U</s:Classification>", "repeated"),
        ('Type="PERMISSIVE"', 'Type="SECRETIVE"', "no type of the three"),
        ('Type="PERMISSIVE" ', "", "no type of the three"),
        ('TagName="Releasable To"', 'TagName=""', "no name"),
        ("s:GenericValue>", "s:BitStringValue>", "another kind of value"),
        ("<s:GenericValue>XAA</s:GenericValue>", "", "no value"),
        ("<s:GenericValue>XAA", "words<s:GenericValue>XAA", "text stands between"),
        ("</s:Category>", "</s:Category><s:PrivacyMark>x</s:PrivacyMark>", "among its categories"),
        ("</s:OriginatorID>", "</s:OriginatorID><s:SuccessionHandling/>", "out of place"),
        ("s:CreationDateTime>", "CreationDateTime>", "out of place"),
    ],
)
def test_each_rule_of_the_structure(old, new, said):
    assert old in GOOD
    with pytest.raises(BadInput, match=said):
        structure_of(GOOD.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (">CONFIDENTIAL<", ">COSMIC<"),
        (">RESTRICTED<", ">SECRET SQUIRREL<"),
        ('TagName="Purpose"', 'TagName="Colour"'),
        ('TagName="Operation"', 'TagName="Purpose"'),
        ('Type="PERMISSIVE" TagName="Purpose"', 'Type="INFORMATIVE" TagName="Purpose"'),
        (">interdiction<", ">use_of_force_targeting<"),
        (">interdiction<", ">NONE<"),
        ("2020-06-30T02:10:00.000Z", "2020-06-31T02:10:00.000Z"),
        ("2020-06-30T02:10:00.000Z", "yesterday"),
        (">alfa radar<", ">alfa<"),
        (">alfa radar<", ">bravo z<"),
    ],
)
def test_a_label_of_our_scheme_with_other_words_is_refused(old, new):
    text = stanag4774.write(stanag4774.carried(FULL))
    if old == ">CONFIDENTIAL<":
        text = text.replace(">RESTRICTED<", old)
    assert old in text
    with pytest.raises(BadInput):
        stanag4774.parse(text.replace(old, new))


@pytest.mark.parametrize("tag", ["Releasable To", "Purpose", "Operation"])
def test_a_permissive_list_left_out_is_refused_because_it_would_permit_anything(tag):
    text = stanag4774.write(stanag4774.carried(FULL))
    begin = text.index(f'<slab:Category Type="PERMISSIVE" TagName="{tag}"')
    end = text.index("</slab:Category>", begin) + len("</slab:Category>")
    with pytest.raises(BadInput, match="leaves out"):
        stanag4774.parse(text[:begin] + text[end:])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        ("<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://x/'> %p;]><a/>", "document type"),
        ("<?php x ?><a/>", "processing instruction"),
        ("<a><!-- x --></a>", "comment"),
        ("<a>&x;</a>", "not well-formed"),
        ("<a>", "not well-formed"),
        ("<a/><b/>", "not well-formed"),
        ('<a b="1" b="2"/>', "not well-formed"),
        ("", "not well-formed"),
        ("<a>\x00</a>", "not well-formed"),
        ("<a>\ud800</a>", "no UTF-8 form"),
        ("<a>" * 9 + "</a>" * 9, "nested too deeply"),
        ("<a>" + "<b/>" * ELEMENTS_MAX + "</a>", "too many elements"),
        ("<a>" + "x" * BYTES_MAX + "</a>", "too long"),
    ],
)
def test_xml_that_is_more_than_a_small_tree_is_refused(text, said):
    with pytest.raises(BadInput, match=said):
        read_xml(text, "a text")
