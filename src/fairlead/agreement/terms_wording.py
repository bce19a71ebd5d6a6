"""An agreement in one sentence: who gives what to whom, what for, where, how long and on what assurances.

A code that the code-book has dropped since stands for itself, so that old terms stay readable.
"""

from __future__ import annotations

from collections.abc import Iterable

from fairlead.agreement.terms import ASSURANCES, Grant
from fairlead.agreement.wording import utc
from fairlead.label import CodeBook


def terms_words(grant: Grant, book: CodeBook) -> str:
    """The sentence; it says neither more nor less than the terms."""
    minutes, seconds = divmod(grant.lease_s, 60)
    lease = f"{minutes} min" + (f" {seconds} s" if seconds else "")
    text = (
        f"{party_name(book, grant.originator)} gives {_listed(grant.categories)} it originated to "
        f"{_listed(unit_name(book, unit) for unit in grant.recipients)}, for {_listed(grant.purposes)}, in operation "
        f"{_listed(grant.operations)}, from {utc(grant.not_before_ms)} until {utc(grant.expires_ms)}; "
        f"an offline copy is readable {lease}"
    )
    if grant.assurances:
        text += f"; on the assurance that {' and that '.join(ASSURANCES.get(code, code) for code in sorted(grant.assurances))}"
    if grant.export_to:
        text += f"; it may go out as {_listed(grant.export_to)} to systems that cannot enforce a label"
    return text + "."


def wider(old: Grant, new: Grant) -> tuple[str, ...]:
    """What the new terms give that the old did not, in words; nothing exactly when they do not widen."""
    found = [f"{what} {', '.join(more)}" for what, more in _more(old, new) if more]
    found += [words for words, gives_more in _moved(old, new) if gives_more]
    dropped = sorted(set(old.assurances) - set(new.assurances))
    if dropped:
        found.append(f"without the assurance {', '.join(dropped)}")
    if new.originator != old.originator:
        found.append(f"of {new.originator}")
    return tuple(found)


def narrower(old: Grant, new: Grant) -> tuple[str, ...]:
    """What the old terms gave that the new do not, in words."""
    found = [f"not {what} {', '.join(less)}" for what, less in _more(new, old) if less]
    found += [words for words, gives_more in _moved(old, new) if not gives_more]
    added = sorted(set(new.assurances) - set(old.assurances))
    return (*found, f"on the assurance {', '.join(added)}") if added else tuple(found)


def _moved(old: Grant, new: Grant) -> Iterable[tuple[str, bool]]:
    """Dates and lease that differ, and whether that gives more."""
    if new.not_before_ms != old.not_before_ms:
        yield f"from {utc(new.not_before_ms)} instead of {utc(old.not_before_ms)}", new.not_before_ms < old.not_before_ms
    if new.expires_ms != old.expires_ms:
        yield f"until {utc(new.expires_ms)} instead of {utc(old.expires_ms)}", new.expires_ms > old.expires_ms
    if new.lease_s != old.lease_s:
        yield f"copies readable {new.lease_s} s instead of {old.lease_s} s", new.lease_s > old.lease_s


def _more(old: Grant, new: Grant) -> Iterable[tuple[str, list[str]]]:
    yield (
        "to",
        [unit for unit in new.recipients if unit not in old.recipients or new.unit_prints.get(unit) != old.unit_prints.get(unit)],
    )
    yield "for", sorted(set(new.purposes) - set(old.purposes))
    yield (
        "in",
        [
            code
            for code in new.operations
            if code not in old.operations or new.operation_prints.get(code) != old.operation_prints.get(code)
        ],
    )
    yield "out as", sorted(set(new.export_to) - set(old.export_to))
    yield "of", sorted(set(new.categories) - set(old.categories))


def party_name(book: CodeBook, code: str) -> str:
    return f"{book.parties[code].name} ({code})" if code in book.parties else code


def unit_name(book: CodeBook, code: str) -> str:
    return f"{book.units[code].name} ({code})" if code in book.units else code


def _listed(items: Iterable[str]) -> str:
    *rest, last = items
    return f"{', '.join(rest)} and {last}" if rest else last
