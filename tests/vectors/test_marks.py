"""Frozen marks and carriers: what was written once for this label is written so, and read so, from now on."""

from __future__ import annotations

import hashlib

import pytest

from fairlead.label import label_hash
from fairlead.label.marking import stix
from fairlead.label.marking.carriers import CARRIERS
from tests.rooms.label.outgoings import CODES, FULL

LABEL = "ab63fa2ae071c957f3928d990f476b96f3a97b249e041a0166d79af25b0b6980"
TEXTS = {
    "banner": "CONFIDENTIAL//FGI BRV//ORCON/REL TO ALF, CHA, BRV//LES\nORIGINATOR CONTROL: ALF BRV\n",
    "tlp": "TLP:AMBER\n",
    "cise": (
        '{"EnsureEncryption":true,"InformationSecurityLevel":"EURestricted","InformationSensitivity":"Amber","IsPersonalData":true,'
        '"Purpose":"LawEnforcementOperation","RetentionPeriod":"2020-07-01T02:10:00.000Z"}'
    ),
}
DIGESTS = {
    "banner": "04dac5740a40639d9ec3370a3cbca9a41450cf1f9839925a372368d5df85c541",
    "tlp": "b7dc085e6cb0a1db4a1d28b0a788ca6ab8bbee02c3da30fa3fca81e10b4af927",
    "stanag4774": "9d6fdfe23873b27d58b96c4fdb42b040de4969e95308077be2481f75a8dd012d",
    "stix": "d5c2dcae9da97f1e440a0baf284938f2ab18beba20c7a66a88f0c990b37ecb03",
    "odrl": "ca547ab913daedc26f7d592d3738990b15feeb2c89b284dc7207e720650d183d",
    "cise": "503c358bc212ccb8111f719d91ee81623f78cf0fefcce1ac53cbad5736000fe7",
    "europol": "28245601dce6378cb07cc32539253a7cbc16cfecd50291713f1eadda7c70284f",
}


def test_the_label_and_the_extension_have_the_names_they_had():
    assert label_hash(FULL.label) == LABEL
    assert stix.EXTENSION_ID == "extension-definition--cdbe653e-5c82-5534-b8a7-e2b8fbcdda70"
    assert stix.IDENTITY_ID == "identity--c7cb87da-2cf5-56f1-a153-e8c07653bc0c"


def test_every_carrier_is_frozen():
    assert DIGESTS.keys() == CARRIERS.keys()


@pytest.mark.parametrize("name", CARRIERS)
def test_a_carrier_is_written_and_read_as_it_was(name):
    text = CARRIERS[name].write(FULL)
    assert text == TEXTS.get(name, text)
    assert hashlib.sha256(text.encode()).hexdigest() == DIGESTS[name]
    assert CARRIERS[name].read(text, CODES.vocabulary) == CARRIERS[name].carried(FULL)
