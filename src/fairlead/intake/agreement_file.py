"""Terms of an agreement as a file writes them: TOML with the keys of a scenario's `[agreements.CODE]`, without signer and originator.

Who signs and whose data it gives follow from who brings the file in. `id` names the agreement; left out, a new one is drawn.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import msgspec

from fairlead.intake.scenario_file import Tables, ms_of
from fairlead.label.label import LEASE_DEFAULT_S

TABLE: Final = "agreement"


class TermsTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one table of the file, `[agreement]`."""

    recipients: tuple[str, ...]
    purposes: tuple[str, ...]
    operations: tuple[str, ...]
    categories: tuple[str, ...]
    not_before: dt.datetime
    expires: dt.datetime
    lease_s: int = LEASE_DEFAULT_S
    assurances: tuple[str, ...] = ()
    export_to: tuple[str, ...] = ()
    id: str = ""


def terms_in(raw: bytes, where: str) -> Mapping[str, object]:
    """The fields of desk.agree.Terms that the file says. Raises BadScenario."""
    tables = Tables(raw, where, known=(TABLE,), must=(TABLE,))
    table = tables.one(TABLE, TermsTable)
    given = msgspec.structs.asdict(table)
    given["not_before_ms"] = ms_of(given.pop("not_before"), tables.at(f"{TABLE}.not_before"))
    given["expires_ms"] = ms_of(given.pop("expires"), tables.at(f"{TABLE}.expires"))
    return given


def terms_file(terms: Mapping[str, object]) -> str:
    """The file that says these terms, as the desk shows them; `terms_in` reads it back."""
    lines = ["[agreement]", f'id = "{terms["id"]}"']
    lines += [f"{key} = {_list(terms[key])}" for key in ("recipients", "purposes", "operations", "categories")]
    lines += [
        f"not_before = {_time(terms['not_before_ms'])}",
        f"expires = {_time(terms['expires_ms'])}",
        f"lease_s = {terms['lease_s']}",
    ]
    lines += [f"{key} = {_list(terms[key])}" for key in ("assurances", "export_to") if terms.get(key)]
    return "\n".join(lines) + "\n"


def _list(codes: object) -> str:
    assert isinstance(codes, list | tuple)  # as the desk shows it
    return "[" + ", ".join(f'"{code}"' for code in codes) + "]"


def _time(ms: object) -> str:
    assert isinstance(ms, int)
    return dt.datetime.fromtimestamp(ms / 1000, tz=dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
