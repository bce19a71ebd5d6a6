"""The structural checker of STANAG 4774 labels: what stands where, of whatever scheme, before any word is given a meaning.

Source: STANAG 4774 / ADatP-4774 Edition A Version 1, "Confidentiality Metadata Label Syntax", December 2017; namespace
`urn:nato:stanag:4774:confidentialitymetadatalabel:1:0`. The schema itself is not copied here.

1. The root is an originator's label: confidentiality information, then at most one originator id and one creation time.
2. The information is a scheme, a classification, at most one privacy mark, then categories.
3. A category has a type of three, a tag name, and one or more values in words; bit strings and values of other kinds are refused.
4. Elements of elements hold no text, elements of text hold no elements; an unknown element or attribute is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from fairlead.errors import BadInput
from fairlead.label.marking.safe_xml import Element, read_xml

NAMESPACE: Final = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
WHAT: Final = "a STANAG 4774 label"
TYPES: Final = ("RESTRICTIVE", "PERMISSIVE", "INFORMATIVE")
_Q: Final = f"{{{NAMESPACE}}}"


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """One category: what kind of limit, under which name, and its values."""

    type: str
    tag: str
    values: tuple[str, ...]


class Structure(msgspec.Struct, frozen=True, kw_only=True):
    """A label by its parts, none of them interpreted."""

    scheme: str
    classification: str
    categories: tuple[Category, ...] = ()
    privacy_mark: str = ""
    originator_id: str = ""
    created: str = ""


def structure_of(text: str) -> Structure:
    """The parts of a well-built label. Raises BadInput."""
    root = read_xml(text, WHAT)
    if root.name != _Q + "originatorConfidentialityLabel":
        raise _bad("its root is another element", root.name)
    _attributes(root, ("ReviewDateTime",))
    # 1. What is said of the label as a whole.
    parts = _sequence(root, first=("ConfidentialityInformation",), then=("OriginatorID", "CreationDateTime"))
    information = parts["ConfidentialityInformation"]
    _attributes(information, ())
    # 2. What is said of the information: two parts needed, one allowed, then categories.
    cut = next((at for at, child in enumerate(information.children) if child.name == _Q + "Category"), len(information.children))
    head = Element(information.name, {})
    head.text, head.children = information.text, information.children[:cut]
    inner = _sequence(head, first=("PolicyIdentifier", "Classification"), then=("PrivacyMark",))
    return Structure(
        scheme=_words(inner["PolicyIdentifier"], ("URI",)),
        classification=_words(inner["Classification"], ("URI",)),
        categories=tuple(_category(child) for child in information.children[cut:]),
        privacy_mark=_words(inner["PrivacyMark"], ()) if "PrivacyMark" in inner else "",
        originator_id=_words(parts["OriginatorID"], ("IDType",)) if "OriginatorID" in parts else "",
        created=_words(parts["CreationDateTime"], ()) if "CreationDateTime" in parts else "",
    )


def _category(element: Element) -> Category:
    # 3. A type of three, a name, values in words.
    if element.name != _Q + "Category":
        raise _bad("something stands among its categories", element.name)
    _attributes(element, ("TagName", "Type", "URI"))
    kind, tag = element.attributes.get("Type", ""), element.attributes.get("TagName", "")
    if kind not in TYPES or not tag.strip():
        raise _bad("a category has no name or no type of the three", f"{tag} {kind}")
    _no_text(element)
    for child in element.children:
        if child.name != _Q + "GenericValue":
            raise _bad("a category holds another kind of value", child.name)
    if not element.children:
        raise _bad("a category has no value", tag)
    return Category(type=kind, tag=tag, values=tuple(_words(child, ()) for child in element.children))


def _sequence(element: Element, *, first: Sequence[str], then: Sequence[str]) -> dict[str, Element]:
    """The children by name: all of `first`, then any of `then`, each once, in that order."""
    _no_text(element)
    found: dict[str, Element] = {}
    waiting = [*first, *then]
    for child in element.children:
        name = child.name.removeprefix(_Q)
        if name not in waiting or child.name == name:
            raise _bad("an element is unknown, repeated or out of place", child.name)
        del waiting[: waiting.index(name) + 1]
        found[name] = child
    missing = [name for name in first if name not in found]
    if missing:
        raise _bad("an element is missing", missing[0])
    return found


def _attributes(element: Element, known: Sequence[str]) -> None:
    for name in element.attributes:
        if name not in known:
            raise _bad("an attribute is unknown", name)


def _no_text(element: Element) -> None:
    if element.text.strip():
        raise _bad("text stands between its elements", element.name)


def _words(element: Element, known: Sequence[str]) -> str:
    _attributes(element, known)
    if element.children or not element.text.strip():
        raise _bad("an element of words is empty or holds elements", element.name)
    return element.text.strip()


def _bad(why: str, where: str) -> BadInput:
    return BadInput(f"{WHAT} is not built as one", where=ascii(where.removeprefix(_Q)[:80]), why=why)
