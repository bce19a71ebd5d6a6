"""Evidence cards on paper: one card a sheet, the label at the head and foot of every page, the whole answer attached.

Nothing is fetched while a page is set: drawings stand in it, styles lie beside it, and every other address is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from fairlead.desk.answer import Answer
from fairlead.door.drawn import strip_svg
from fairlead.door.plotted import plot_svg
from fairlead.door.render import ENVIRONMENT
from fairlead.errors import BadInput

STYLE: Final = Path(__file__).parent / "static" / "paper.css"
INK: Final = (Path(__file__).parent / "static" / "ink.css").read_text()  # a page's style does not reach into a drawing


def pdf_bytes(value: Mapping[str, Any], given: Answer) -> bytes:
    """The sheets of an answer of `file_cards`. Raises BadInput when the extra `pdf` is not there."""
    try:
        from weasyprint import CSS, HTML, Attachment
    except (ImportError, OSError) as error:  # its own libraries may be missing beside it
        raise BadInput(
            "a card cannot be set as PDF here", why=str(error)[:120], do="pip install fairlead[pdf], and apt-get install libpango-1.0-0"
        ) from error
    html = ENVIRONMENT.get_template("paper.html").render(a=value, sheets=_sheets(value), digest=given.etag)
    attached = Attachment(string=given.body, name="answer.json", description="What was given; its SHA-256 stands in the receipts")
    made = HTML(string=html, url_fetcher=_refused).write_pdf(stylesheets=[CSS(filename=str(STYLE))], attachments=[attached])
    return bytes(made)


def _sheets(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    by_id = {track["id"]: track for track in value["tracks"]}
    sheets = []
    for card in value["cards"]:
        pairs = zip(card["tracks"], card["drawn"], strict=True)
        tracks = [{**by_id.get(id, {"id": id, "kind": "ais"}), "points": points} for id, points in pairs]
        excerpt = {"card": card, "tracks": tracks}
        sheets.append(
            {"card": card, "tracks": tracks, "strip": _inked(strip_svg(excerpt, "Strip map")), "plot": _inked(plot_svg(excerpt))}
        )
    return sheets


def _inked(drawing: Markup) -> Markup:
    opening, mark, rest = drawing.partition(">")
    return Markup(f"{opening}{mark}<style>{INK}</style>{rest}") if mark else drawing


def _refused(url: str, *args: object, **kwargs: object) -> dict[str, object]:
    raise ValueError(f"nothing is fetched for a sheet: {url[:80]}")
