"""An order in one sentence: every field it uses, and nothing it does not. A test reads the sentence back into the order.

1. Each field has its own fixed words, in a fixed order; clauses are parted by "; ". Values are codes; parties and units have their
   name before the code. What somebody wrote in words stands as a JSON string, so that no text can pass for a clause.
2. What a rule does beyond what it names (records that overlap fall under it whole, records that name no place) is said too.
"""

from __future__ import annotations

from collections.abc import Iterable

from fairlead.agreement.area import Area
from fairlead.agreement.order import CARVE_OUTS, REACHES, Order
from fairlead.envelope import encode
from fairlead.label import CodeBook

VESSEL_DIGITS_MAX = 10


def words(order: Order, book: CodeBook) -> str:
    """The order as one exact sentence."""
    clauses = [
        f"{_party(book, order.originator)} halts {_what(order)}",
        f"for {_listed(_who(order, book)) or 'every reader but its own units'}",
        f"for the purpose {_listed(order.purposes)}" if order.purposes else "for every purpose",
        f"in operation {_listed(order.operations)}" if order.operations else "in every operation",
        _until(order, book),
    ]
    return ", ".join(clauses) + "".join(f"; {clause}" for clause in _more(order, book)) + "."


def _what(order: Order) -> str:
    axes = [
        ("feed", order.feeds),
        ("sensor", order.sensors),
        ("category", order.categories),
        ("region", [_region(area) for area in order.regions]),
        ("channel", order.channels),
        ("asset", order.assets),
        ("object", [_object(one) for one in order.objects]),
    ]
    own = " and ".join(f"{name} {_listed(values)}" for name, values in axes if values)
    return f"{own or 'everything'} it originated{_window(order)}, and what was derived from it"


def _window(order: Order) -> str:
    if not order.window_from_ms and not order.window_to_ms:
        return ""
    begin = f" from {utc(order.window_from_ms)}" if order.window_from_ms else ""
    end = f" until {utc(order.window_to_ms)}" if order.window_to_ms else ""
    return f" and observed{begin}{end}"


def _who(order: Order, book: CodeBook) -> list[str]:
    whole = [f"every unit of {_party(book, code)}" for code in order.partners]
    return whole + [f"{book.units[code].name} ({code})" for code in order.units]


def _until(order: Order, book: CodeBook) -> str:
    if order.until_ms:
        return f"until {utc(order.until_ms)}"
    if order.condition:
        verifier = _party(book, order.verified_by)
        return f"until it is lifted, which is reviewed when {verifier} reports that {_quoted(order.condition)}"
    return "until it is lifted"


def _more(order: Order, book: CodeBook) -> Iterable[str]:
    if order.regions or order.objects or order.window_from_ms or order.window_to_ms:
        yield "a record that overlaps falls under it whole" + (", and so does one that names no place" if order.regions else "")
    if order.reach:
        yield f"of this it reaches only {_listed(REACHES[code] for code in order.reach)}"
    if order.carve_outs:
        yield "except that " + " and that ".join(CARVE_OUTS[code] for code in order.carve_outs)
    if order.no_rescue_because:
        yield f"it leaves nothing to rescue centres, because {_quoted(order.no_rescue_because)}"
    if order.freeze_until_ms:
        end = utc(order.freeze_until_ms)
        yield f"it is an emergency freeze of one officer: not confirmed by a second until {end}, it stays closed and is reviewed"
    if order.recalls:
        asked = _listed(_party(book, code) for code in order.recalls)
        yield f"copies are recalled from {asked}, to be answered by {utc(order.answer_by_ms)}"
    if order.confidential:
        yield "it is confidential: those it stops are not told of it"
    if order.replaces:
        yield f"it stands in place of order {order.replaces}"
    if order.fears:
        yield f"the use it fears is {_quoted(order.fears)}"
    yield f"ordered at {utc(order.ordered_at_ms)}" + (f" by {order.officer}" if order.officer else "")


def recall_words(order: Order, book: CodeBook, party: str) -> str:
    """The notice to one recipient: what concerns its own units, and nothing of the order besides (P7)."""
    return (
        f"{_party(book, order.originator)} has ended the use of records listed here by units of {_party(book, party)}, "
        f"order {order.id}: give back or destroy copies, and answer by {utc(order.answer_by_ms)}."
    )


def _party(book: CodeBook, code: str) -> str:
    return f"{book.parties[code].name} ({code})"


def _region(area: Area) -> str:
    south, west, north, east = (_degrees(value) for value in area.box)
    return f"{area.code} (latitude {south} to {north}, longitude {west} to {east})"


def _degrees(e7: int) -> str:
    whole, part = divmod(abs(e7), 10_000_000)
    return f"{'-' if e7 < 0 else ''}{whole}.{part:07d}"


def _object(one: str) -> str:
    return f"vessel {one}" if len(one) <= VESSEL_DIGITS_MAX else f"record {one}"


def _quoted(text: str) -> str:
    return encode(text).decode()


def _listed(items: Iterable[str]) -> str:
    return " or ".join(items)


def utc(ms: int) -> str:
    """ISO 8601 UTC to the second, or to the millisecond where there is one (days to civil date: Hinnant's algorithm)."""
    days, rest = divmod(ms // 1000, 86_400)
    z = days + 719_468
    era = z // 146_097
    doe = z - era * 146_097
    yoe = (doe - doe // 1460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    day, month = doy - (153 * mp + 2) // 5 + 1, mp + 3 if mp < 10 else mp - 9
    year = yoe + era * 400 + (1 if month <= 2 else 0)
    part = f".{ms % 1000:03d}" if ms % 1000 else ""
    return f"{year:04d}-{month:02d}-{day:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}{part}Z"
