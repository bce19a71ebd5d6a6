"""The carriers a label can leave the house in, as one table: how each is written and read, and what it loses.

1. None of them enforces all of a label: whoever gives a holding to a system outside needs the originators' word for that carrier
   (agreement/export.py). There is no carrier for which that is left out.
2. `write` gives text; `read` of that text gives back exactly what `carried` says the carrier holds.
3. `loss` is computed for one label: what a system that reads only this carrier cannot enforce of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from fairlead.label.codebook import need
from fairlead.label.marking import cise, europol, national, odrl, stanag4774, stix, tlp
from fairlead.label.marking.given import Fates, Loss, Outgoing, lost
from fairlead.label.marking.grammar import Vocabulary


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """One way out: its name, the kind of text, and its three functions."""

    name: str
    title: str
    media_type: str
    fates: Fates
    carried: Callable[[Outgoing], object]
    write: Callable[[Outgoing], str]
    read: Callable[[str, Vocabulary], object]  # whose marks they are; only the banner asks
    loss: Callable[[Outgoing], tuple[Loss, ...]]


def _plain_loss(fates: Fates) -> Callable[[Outgoing], tuple[Loss, ...]]:
    return lambda out: lost(out.label, fates)


_ALL: Final = (
    Carrier(
        name="banner",
        title="banner of the public grammar",
        media_type="text/plain",
        fates=national.FATES,
        carried=national.national_mark,
        write=lambda out: national.write(national.national_mark(out)),
        read=national.parse,
        loss=national.loss,
    ),
    Carrier(
        name="tlp",
        title="TLP 2.0 (a view)",
        media_type="text/plain",
        fates=tlp.FATES,
        carried=tlp.tlp_of,
        write=lambda out: tlp.write(tlp.tlp_of(out)),
        read=lambda text, _: tlp.parse(text),
        loss=_plain_loss(tlp.FATES),
    ),
    Carrier(
        name="stanag4774",
        title="STANAG 4774 label",
        media_type="application/xml",
        fates=stanag4774.FATES,
        carried=stanag4774.carried,
        write=lambda out: stanag4774.write(stanag4774.carried(out)),
        read=lambda text, _: stanag4774.parse(text),
        loss=_plain_loss(stanag4774.FATES),
    ),
    Carrier(
        name="stix",
        title="STIX 2.1 marking",
        media_type="application/stix+json;version=2.1",
        fates=stix.FATES,
        carried=stix.carried,
        write=lambda out: stix.write(stix.carried(out)),
        read=lambda text, _: stix.parse(text),
        loss=_plain_loss(stix.FATES),
    ),
    Carrier(
        name="odrl",
        title="ODRL 2.2",
        media_type="application/ld+json",
        fates=odrl.FATES,
        carried=odrl.carried,
        write=lambda out: odrl.write(odrl.carried(out)),
        read=lambda text, _: odrl.parse(text),
        loss=_plain_loss(odrl.FATES),
    ),
    Carrier(
        name="cise",
        title="CISE header fields",
        media_type="application/json",
        fates=cise.FATES,
        carried=cise.carried,
        write=lambda out: cise.write(cise.carried(out)),
        read=lambda text, _: cise.parse(text),
        loss=_plain_loss(cise.FATES),
    ),
    Carrier(
        name="europol",
        title="Europol 4x4 and 3x5x2",
        media_type="application/json",
        fates=europol.FATES,
        carried=europol.carried,
        write=lambda out: europol.write(europol.carried(out)),
        read=lambda text, _: europol.parse(text),
        loss=_plain_loss(europol.FATES),
    ),
)
CARRIERS: Final[Mapping[str, Carrier]] = {one.name: one for one in _ALL}


def carrier_of(name: str, where: str = "") -> Carrier:
    """The carrier of this name. Raises UnknownCode."""
    return CARRIERS[need(CARRIERS, name, what="carrier", where=where)]
