"""XML read safely: a small tree of elements, with nothing in it that could reach out or grow.

1. No document type, no entity of its own, no processing instruction, no comment that hides something: each is refused.
2. Size, depth and number of elements are bounded; bytes must be UTF-8.
3. Names carry their namespace: `{urn:...}Name`.
"""

from __future__ import annotations

import xml.parsers.expat as expat
from typing import Final, NoReturn

from fairlead.errors import BadInput

DECLARED: Final = "EntityDeclHandler"  # as the parser calls it
BYTES_MAX: Final = 65_536
DEPTH_MAX: Final = 8
ELEMENTS_MAX: Final = 4_096


class Element:
    """One element: its name, attributes, children in order, and the text directly inside it."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name, self.attributes = name, attributes
        self.children: list[Element] = []
        self.text = ""


class _Builder:
    """Builds the tree while the parser reads; refuses what rule 1 and 2 refuse."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) >= DEPTH_MAX or self.count > ELEMENTS_MAX:
            raise BadInput(
                "an XML text is nested too deeply or has too many elements", why=f"{DEPTH_MAX} levels, {ELEMENTS_MAX} elements"
            )
        element = Element(_named(name), {_named(key): value for key, value in attributes.items()})
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, _name: str) -> None:
        self.open.pop()

    def words(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text


def read_xml(text: str, what: str) -> Element:
    """The root element of this text. Raises BadInput."""
    try:
        raw = text.encode("utf-8")
    except UnicodeError as error:
        raise BadInput(f"{what} is not text", why="a character has no UTF-8 form") from error
    if len(raw) > BYTES_MAX:
        raise BadInput(f"{what} is too long", why=f"{len(raw)} bytes, more than {BYTES_MAX}")
    built = _Builder()
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = built.start
    parser.EndElementHandler = built.end
    parser.CharacterDataHandler = built.words
    parser.StartDoctypeDeclHandler = _refuse_doctype
    setattr(parser, DECLARED, _refuse_doctype)
    parser.ProcessingInstructionHandler = _refuse_instruction
    parser.CommentHandler = _refuse_comment
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise BadInput(f"{what} is not well-formed XML", why=str(error)) from error
    if built.root is None:
        raise BadInput(f"{what} holds no element")
    return built.root


def _named(name: str) -> str:
    space, _, local = name.rpartition(" ")
    return f"{{{space}}}{local}" if space else local


def _refuse_doctype(*_: object) -> NoReturn:
    raise BadInput("an XML text declares a document type or an entity", do="send it without")


def _refuse_instruction(*_: object) -> NoReturn:
    raise BadInput("an XML text holds a processing instruction", do="send it without")


def _refuse_comment(_text: str) -> NoReturn:
    raise BadInput("an XML text holds a comment", do="send it without")
