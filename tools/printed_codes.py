"""The pages of codes and of thresholds: closed lists printed from the label and agreement rooms, parameters from the picture room."""

from __future__ import annotations

import ast
import inspect
import re
from typing import Final

import msgspec

from fairlead.agreement import gate, people
from fairlead.agreement.order import CARVE_OUTS
from fairlead.agreement.render import ABOUT_THE_REQUEST
from fairlead.label import codebook, label, level, purpose
from fairlead.picture import parameters

CODES_HEAD: Final = """# Codes

Closed lists: what is not on them is refused, by a scenario, a label, a grant and a request alike. Parties, units, operations, people,
feeds, categories and handling templates are not here: each coalition declares its own ([scenario files](scenario.md)).

"""
PARAMETERS_HEAD: Final = """# Thresholds of the picture

What tracks and cards are computed with. A scenario may set any of them under `[picture]`; the digest of the whole set stands in every
picture, so two pictures with other thresholds cannot pass for one. The unit is the end of the name: `_dkn` tenths of a knot, `_m`
metres, `_s` seconds, `_ms` milliseconds, `_percent` per cent, `_min` a count.

"""
PURPOSES_HEAD: Final = """## Purposes

A request names exactly one. Where a label or a grant is made, what a purpose implies is added to it; a request is never widened.
`detection_and_monitoring` is no code by itself: it names the end it serves, and what it yields serves that end (and what the end
implies) and nothing else.

| purpose | with monitoring for it | implies |
|---|---|---|
"""
EXCLUDED_HEAD: Final = """## Excluded uses

Another type than a purpose. No label, grant, order, person, setting or scenario can carry one (P2). A request may name one, also as
the end of a monitoring request: it is refused before anything is looked up, logged, and its originators are told.

| excluded use |
|---|
"""
REGIMES_HEAD: Final = """## Regimes

Of a unit and of the command it answers to. Where either is below the ceiling, the unit gets the coarse picture whatever was granted:
positions at least an hour old, in cells of ten kilometres or more, as counts. No setting changes that.

| regime | who | gets |
|---|---|---|
"""
CARVE_OUTS_HEAD: Final = """## Carve-outs of an order

What an order may leave open; the first only if its originator says so, the other on every order that does not say why not
([orders](orders.md#carve-outs)).

| carve-out | meaning |
|---|---|
"""
CONJUNCTS_HEAD: Final = """## What the gate asks

All are judged, and every one that does not hold is a reason. Those about the request alone are told to anybody: they are the same for
every id. Of the others the originator and oversight learn each reason, anyone else one sentence that is the same for what is hidden
and what does not exist (P7). What cannot be judged is refused as a fault, `types` (a set, a number or nothing where one value is
required) or `error`; faults are counted apart (`fairlead status`).

| | conjunct | holds when | told to the asker |
|---|---|---|---|
"""
THRESHOLDS_HEAD: Final = "| threshold | default | what it bounds, and where it is from |\n|---|---|---|\n"
ACT_WORDS: Final[dict[str, str]] = {
    "picture": "look at the picture",
    "list": "list leads, reports, cases",
    "read": "read one holding or case",
    "lead": "make a lead, or preview one",
    "explain": "ask why something may or may not be read",
    "audit": "read receipts, inbox, orders and agreements",
    "observe": "file what a sensor of one's own unit measured",
    "report": "file a typed sighting",
    "order": "suspend and resume, and sign grants for one's party",
    "case": "open a case and take acts of it that the tables give the role",
    "exposure": "list who had used what an order closes",
    "terms": "look at agreements, assurances and the code-book",
    "review": "review the risk of a draft, and sign it second",
    "agree": "draft, amend and denounce agreements, give assurances, change the code-book",
    "export": "give a lead or report, in a carrier, to a system outside",
    "dissent": "put one's disagreement on record; every role may",
}
REGIME_WORDS: Final[dict[str, str]] = {
    "law_enforcement": "police, coast guard, customs, prosecution",
    "rescue": "search and rescue",
    "oversight": "inspects; reads receipts, refusals and orders of every party without a grant, content only with one",
    "military": "armed forces, also when they lend their sensors to law enforcement",
    "intelligence": "intelligence services",
    "civil": "port, fisheries or other civil administration without powers of arrest",
    "unknown": "nobody has said",
}


def codes_page() -> str:
    """Purposes, excluded uses, levels, regimes, roles, acts, carve-outs, conjuncts. Raises KeyError for a code without words."""
    return CODES_HEAD + "\n".join(
        [
            _purposes(),
            _excluded(),
            _levels(),
            _regimes(),
            _roles(),
            _carve_outs(),
            _conjuncts(),
        ]
    )


def _purposes() -> str:
    text = PURPOSES_HEAD
    for one in sorted(code for code in purpose.PURPOSES if "/" not in code):
        implied = ", ".join(f"`{code}`" for code in sorted(purpose.IMPLIES.get(one, ())))
        text += f"| `{one}` | `{purpose.MONITORING}/{one}` | {implied} |\n"
    return text


def _excluded() -> str:
    return EXCLUDED_HEAD + "".join(f"| `{one}` |\n" for one in sorted(purpose.EXCLUDED_USES))


def _levels() -> str:
    rows = "\n".join(f"| {number} | `{one}` |" for number, one in enumerate(level.LEVELS))
    lease = (
        f"A label also says how long an offline copy stays readable, `lease_s`: {label.LEASE_MIN_S} to {label.LEASE_MAX_S} seconds, "
    )
    lease += f"{label.LEASE_DEFAULT_S} unless said.\nLeases are written and joined, and not enforced yet."
    return (
        f"## Levels\n\nA join takes the highest; a unit reads up to its clearance.\n\n| order | level |\n|---|---|\n{rows}\n\n{lease}\n"
    )


def _regimes() -> str:
    text = REGIMES_HEAD
    for one in sorted(codebook.REGIMES):
        gets = "what its labels and grants allow" if one in gate.LAWFUL_REGIMES else "the coarse picture at most"
        text += f"| `{one}` | {REGIME_WORDS[one]} | {gets} |\n"
    return text


def _roles() -> str:
    order = [one for one in ACT_WORDS if one in people.ACTS]
    if set(order) != people.ACTS or set(people.ROLE_ACTS) != people.ROLES:
        raise KeyError("an act or a role has no words on the page of codes")
    text = "## Roles and acts\n\nA person brings roles and nothing else; clearance and accepted handling belong to the unit.\n\n"
    text += "| act | means |\n|---|---|\n" + "".join(f"| `{one}` | {ACT_WORDS[one]} |\n" for one in order)
    text += "\n| role | may |\n|---|---|\n"
    for role, acts in people.ROLE_ACTS.items():
        may = ", ".join(f"`{one}`" for one in order if one in acts)
        text += f"| `{role}` | {may or 'nothing with content: keeps the node running'} |\n"
    return text


def _carve_outs() -> str:
    return CARVE_OUTS_HEAD + "".join(f"| `{code}` | {words} |\n" for code, words in sorted(CARVE_OUTS.items()))


def conjuncts() -> list[tuple[int, str, str]]:
    """Number, name and words of each conjunct, as the gate's own opening lists them."""
    found = re.findall(
        r"(?<![\d-])(\d{1,2}) ([a-z]+) {2,}(.+?)(?= {2,}\d{1,2} [a-z]+ | {2,}\d{1,2} [a-z]+$|$)", gate.__doc__ or "", re.MULTILINE
    )
    rows = sorted({(int(number), name, " ".join(words.split())) for number, name, words in found})
    if [number for number, _, _ in rows] != list(range(1, len(rows) + 1)) or len(rows) < 16:
        raise KeyError("the gate's opening does not list its conjuncts as this page reads them")
    return rows


def _conjuncts() -> str:
    text = CONJUNCTS_HEAD
    for number, name, words in conjuncts():
        told = "yes" if name in ABOUT_THE_REQUEST else "no"
        text += f"| {number} | `{name}` | {HOLDS_WHEN.get(name, words)} | {told} |\n"
    return text


HOLDS_WHEN: Final[dict[str, str]] = {
    "excluded": "the request names no excluded use (P2)",
    "ceiling": "the unit and its command are law enforcement, rescue or oversight, or the request is for the coarse picture",
    "operation": "the unit is part of the operation it names",
    "purposes": "the one purpose is among those its label permits (P1)",
    "operations": "its label lets it be used inside this operation",
    "assurances": "each assurance that the covering grants require is accepted and in date",
}


def parameters_page() -> str:
    """Every threshold with its default and the comment beside it."""
    text = PARAMETERS_HEAD + (parameters.__doc__ or "").partition("\n\n")[2].strip() + "\n"
    comments = _comments()
    for field in msgspec.structs.fields(parameters.Parameters):
        heading, words = comments[field.name]
        if heading:
            text += f"\n## {heading[:1].upper()}{heading[1:]}\n\n" + THRESHOLDS_HEAD
        text += f"| `{field.name}` | {field.default} | {words} |\n"
    return text


def _comments() -> dict[str, tuple[str, str]]:
    """Of each field: the comment line above it, if it begins a section, and the comment beside it."""
    lines = inspect.getsource(parameters.Parameters).splitlines()
    tree = ast.parse("\n".join(lines))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    found = {}
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            above = lines[node.lineno - 2].strip()
            heading = above.removeprefix("# ") if above.startswith("# ") else ""
            found[node.target.id] = (heading, lines[node.lineno - 1].partition("#")[2].strip())
    return found
