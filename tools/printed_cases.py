"""The pages of a case, printed from its tables and acts: lawful steps with diagrams and rows, and every act with its fields."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable
from typing import Any, Final, get_args, get_origin

import msgspec

from fairlead.case import ACT_TYPES, CASE, EXHIBIT, PERSON, Scope, diagram
from fairlead.case.act import BaseAct
from fairlead.case.acts import CUSTODY_ACTS
from fairlead.case.needs import ACT_NEEDS, REMEDIES, STATE_NEEDS
from fairlead.case.steps import PREVIOUS, START, Step, Table

# What each need asks, in words for people; a key without words here is an error.
NEEDS: Final[dict[str, str]] = {
    "has_basis": "a legal basis was signed at some time",
    "basis_valid": "a signed legal basis stands at this instant: not void, not expired",
    "covers_vessel": "the basis says `covered` for the vessel",
    "covers_cargo": "the basis says `covered` for the cargo",
    "covers_persons": "the basis says `covered` for persons; consent to the ship is not consent to the people aboard",
    "vessel_boarded": "the vessel is boarded: from `boarded` to `held_pending_instruction`",
    "contact_made": "the case is past the stage in which nobody can have been met",
    "may_be_detained": "the person was met as crew or minor; nobody rescued, no survivor and no witness can be detained",
    "all_accounted": "every person met and every exhibit has come to an end of its own table, or was handed over",
    "in_time": "the act is not dated before the act it follows",
    "adviser_signed": "the legal adviser it names is its author and signed it in that role",
    "adviser_not_seeker": "who seeks a basis does not sign it",
    "basis_ahead": "the basis ends later than it begins",
    "grounds_stand": "what it cites stands now; after a withdrawal it cites a lead the acting unit can read, or a later `sight`",
    "own_eyes": "the acting unit saw it, not another",
    "cites_basis": "it cites, by digest, the basis in force",
    "enforcement_unit": "the case is handed to a unit of law enforcement, by its regime and its command's",
    "unit_handed_to": "the acting unit is the one the case was handed to",
    "cites_own_leads": "the leads it names are among those of the case",
    "cites_order": "the order it names reached this case",
    "cites_act": "the act it corrects is in this case",
    "both_sign": "two different people sign, the one who gives and the one who takes, each in a role that may hold it",
    "to_unit_signed": "who takes over signs for the unit named",
    "same_unit": "who takes over is of the unit that already holds the person",
    "from_custodian": "who gives is the custodian on record, and signs",
    "custodian_signs": "the custodian on record signs, for the custodian's own unit",
    "holding_unit": "the acting unit is the one that holds the person",
    "holding_or_adviser": "the unit that holds the person, or any legal adviser",
    "not_met_detained": "nobody is met as detained: first a record as crew, then a detention on a basis",
    "adviser_for_minor": "for a minor, a legal adviser signs too",
    "liberty_known": "liberty was not taken later than the act that records it",
    "number_new": "the seizure number is no other of the party, however it is spelt",
    "weights_sound": "net is not above gross",
    "seal_matches": "the seal is the one on record; otherwise `seal_broken` comes first",
    "two_signers": "a second person saw it and signs",
}
KINDS: Final[dict[str, str]] = {
    "main": "the trade's own order",
    "care": "care and notices: the state stays, and what waits goes on waiting",
    "exit": "out of the ordinary order",
    "append": "words and facts that are added and move nothing",
}
STEPS_HEAD: Final = """# Lawful steps

A case, each person met and each exhibit moves only along these rows (promise P8). A row says: in this state, this act leads there,
if one of these roles is its author and everything in the last column holds. What has no row is refused, with the reason and with the
acts that are lawful now. What each act carries is on [the page of acts](acts.md).

`{start}` is the state before anything was recorded; `{previous}` is the state the case was in before a review. No row edits or deletes
(P9). The tables are the project's reading of the trade: no lawyer has verified them, and a signed legal basis here is a finding that
a named adviser signed, not law checked by an engine.

"""
ACTS_HEAD: Final = """# Acts of a case

An act is a JSON object, signed by its author and by whoever else it takes. `fairlead case act CASE NAME --fields '{{...}}'` sends one:
the fields below go into `--fields`, and the node adds `act`, `case`, `person`, `unit`, and, unless the fields say otherwise, `at_ms`
(now) and `clock` (`node`). A field that is not listed is refused; an absent field is absent, never null; there are no floats.

Any act may also carry `at_ms`, `clock` (`node`, `gnss`, `device` or `stated`), `lat_e7`, `lon_e7` and `note`. An act of the past names
a clock other than the node's and is at most 72 hours old. Acts on a person carry `subject`, acts on an exhibit carry `exhibit`: codes
inside the case, not names. A digest is 64 hexadecimal digits; documents and photographs travel as digests, never inside an act.

Which act is lawful when, and for whom, is on [the page of lawful steps](lawful-steps.md).

"""


def steps_page() -> str:
    """The three tables. Raises KeyError for a need without words."""
    tables = (("Case", CASE), ("Person", PERSON), ("Exhibit", EXHIBIT))
    parts = [STEPS_HEAD.format(start=START, previous=PREVIOUS)]
    parts += [_table(title, table) for title, table in tables]
    parts.append("## What a step may need\n\n")
    lines = ["| need | what has to hold | looks at | where it does not hold, first |", "|---|---|---|---|"]
    for key in sorted({*STATE_NEEDS, *ACT_NEEDS}):
        looks = "the case and the instant" if key in STATE_NEEDS else "the act and its signers"
        lines.append(f"| `{key}` | {NEEDS[key]} | {looks} | {_codes(REMEDIES.get(key, ()))} |")
    return "".join(parts) + "\n".join(lines) + "\n"


def _table(title: str, table: Table) -> str:
    text = f"## {title}\n\n"
    text += f"Ends: {_codes(sorted(table.terminal))}.\n\n```mermaid\n{diagram(table)}```\n\n"
    for kind, about in KINDS.items():
        rows = [step for step in table.steps if step.kind == kind]
        if not rows:
            continue
        text += f"### {title}: {about}\n\n| in state | act | next state | who | needs |\n|---|---|---|---|---|\n"
        for froms, step in _grouped(rows):
            to = "the same" if step.from_state == step.to_state else f"`{step.to_state}`"
            text += f"| {_codes(froms)} | `{step.act}` | {to} | {_codes(step.roles)} | {_codes(step.needs)} |\n"
        text += "\n"
    return text


def _grouped(rows: Iterable[Step]) -> list[tuple[list[str], Step]]:
    """Rows that differ only in the state they start from, as one."""
    found: dict[tuple[object, ...], tuple[list[str], Step]] = {}
    for step in rows:
        stays = step.from_state == step.to_state
        key = (step.act, "" if stays else step.to_state, step.roles, step.needs)
        found.setdefault(key, ([], step))[0].append(step.from_state)
    return list(found.values())


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in names)


def acts_page() -> str:
    """Every act with what it says and its own fields."""
    groups = (("On the case and its vessel", CASE), ("On a person", PERSON), ("On an exhibit", EXHIBIT))
    text = ACTS_HEAD.replace("{{", "{").replace("}}", "}")
    told: set[str] = set()
    for title, table in groups:
        verbs = {verb.partition(":")[0] for verb in table.verbs}
        text += f"## {title}\n\n| act | what it says | its fields |\n|---|---|---|\n"
        for name, kind in ACT_TYPES.items():
            if name not in verbs or name in told:
                continue
            told.add(name)
            said = _said(kind)
            both = " Both sides sign." if name in CUSTODY_ACTS and "sign" not in said else ""
            text += f"| `{name}` | {said}{both} | {_fields(kind)} |\n"
        text += "\n"
    missing = set(ACT_TYPES) - told
    if missing:
        raise KeyError(f"acts in no table: {sorted(missing)}")
    return (
        text
        + "`scope` is an object: "
        + ", ".join(f"`{one.name}`" for one in msgspec.structs.fields(Scope))
        + (", each `covered` or `not_covered`, none left out.\n")
    )


def _said(kind: type[BaseAct]) -> str:
    return " ".join((kind.__doc__ or "").split()).replace("|", "\\|")


def _fields(kind: type[BaseAct]) -> str:
    common = {one.name for one in msgspec.structs.fields(BaseAct)}
    own = [one for one in msgspec.structs.fields(kind) if one.name not in common]
    hints = typing.get_type_hints(kind, include_extras=True)
    needed = [f"`{one.name}` ({_kind(hints[one.name])})" for one in own if one.required]
    may = [f"`{one.name}` ({_kind(hints[one.name])})" for one in own if not one.required]
    return "; ".join(filter(None, [", ".join(needed), f"may: {', '.join(may)}" if may else ""])) or "none"


def _kind(hint: Any) -> str:
    """A field's type in a few words."""
    if get_origin(hint) is typing.Annotated:
        inner, *metas = get_args(hint)
        meta = next((one for one in metas if isinstance(one, msgspec.Meta)), msgspec.Meta())
        if meta.pattern and "64" in meta.pattern:
            return "digest"
        if get_origin(inner) is tuple:
            return f"{'one or more' if meta.min_length else 'list of'} {_kind(get_args(inner)[0])}s"
        if inner is int:
            return {10**10: "grams", 10**6: "number", 2**53 - 1: "ms"}.get(int(meta.le or 0), "integer")
        return "code" if meta.max_length == 128 else "text"
    if get_origin(hint) is typing.Literal:
        return " or ".join(f"`{one}`" for one in get_args(hint))
    alternatives = [one for one in get_args(hint) if one is not type(None)]
    if alternatives:
        return _kind(alternatives[0])
    return re.sub(r"(?<!^)(?=[A-Z])", " ", getattr(hint, "__name__", "text")).lower()
