"""The page of agreements: states, who signs what, assurances and the files, printed from the tables that the node judges by."""

from __future__ import annotations

from typing import Final

from fairlead.agreement import assured
from fairlead.agreement.lawful import AHEAD_MAX_MS
from fairlead.agreement.states import MEANING, START, STEPS, TERMINAL, diagram
from fairlead.agreement.terms import ASSURANCES
from fairlead.label.change import TABLES

HEAD: Final = """# Agreements, assurances, code-book

An agreement gives one originator's categories to units of others, for purposes, inside operations, for an interval. Nothing is given
that was not drafted by one officer, reviewed by another person of the party, and signed by a second officer.

## Who signs

| event | signed by |
|---|---|
| draft | a releasing officer of the originator; it gives nothing |
| review | another person of the originator: releasing officer, legal adviser or inspector |
| putting in force | a second officer of the originator, never the drafter, over exactly the terms drafted and approved |
| amendment that gives nothing more | one releasing officer, at once |
| any other amendment | drafted, reviewed and signed like a new agreement |
| end (`denounce`) | one releasing officer. Taking it up again is reviewed anew |
| assurance | a releasing officer of the party that gives it; doubt, breach and restoring by one of the originator |
| code-book | the operating party and every party whose units or commands it changes; a higher clearance by every party |

A review says question, findings, mitigations, decision and dissent; nothing of it is ever dropped. The drafter's signature stands
under the draft, the second officer's under the same terms: so two people stand behind every agreement. The second is another releasing
officer, or, where the party has one only, its legal adviser or inspector. Where a party has no releasing officer, these sign a
code-book for it.

The first agreements and the first code-book are those of the scenario; the agreements are signed by one officer each, the code-book by
every party that has somebody to sign it. Every event is in the log and home of the parties it concerns.

Terms *widen* when they name a unit, purpose, operation, category or carrier the old ones did not, begin earlier, end later, lease
longer, ask for an assurance less, or are bound to a unit or operation that has changed.

Before an agreement is put in force it is held against every declared invariant (`fairlead prove`) and refused, with the path, when one
would break. An event is refused, and changes nothing, when a needed signature is missing, when it was signed in before, when it
comes before what it follows, when it is dated more than {minutes} minutes ahead of the node's clock, when it names a code the
code-book has not, or an excluded use.

## States of an agreement

Nothing stores a state: it follows from signed events and dates, so `fairlead agreements --at TIME` can tell what was in force then.

"""


def page() -> str:
    """The page."""
    parts = [HEAD.format(minutes=AHEAD_MAX_MS // 60_000), f"```mermaid\n{diagram()}```\n", _states(), _steps(), _assurances(), FILES]
    return "\n".join(parts)


def _states() -> str:
    rows = [f"| `{state}` | {words}{' (an end)' if state in TERMINAL else ''} |" for state, words in MEANING.items()]
    return "\n".join(["| state | meaning |", "|---|---|", *rows, ""])


def _steps() -> str:
    rows = [
        f"| {'' if step.from_state == START else f'`{step.from_state}`'} | {step.happening} | `{step.to_state}` |" for step in STEPS
    ]
    return "\n".join(["| from | what happens | to |", "|---|---|---|", *rows, ""])


def _assurances() -> str:
    kinds = [f"| `{kind}` | {words} |" for kind, words in ASSURANCES.items()]
    steps = [
        f"| {'' if was == 'none' else f'`{was}`'} | {status} | {_who(status)} | `{to}` |" for (was, status), to in assured.STEPS.items()
    ]
    return "\n".join(
        [
            "## Assurances\n",
            "What an agreement can ask a recipient for. Without it the agreement gives nothing to units of that party.\n",
            "| kind | the recipient's word |",
            "|---|---|",
            *kinds,
            "",
            "Given is an assurance that is accepted, or accepted and doubted since, in date, and not breached towards this",
            "originator. A breach shuts by itself. A doubt shuts nothing: like a breach, it comes with an order to edit and sign.",
            "`expired` follows from the date.\n",
            "| it is | what is signed | by | then it is |",
            "|---|---|---|---|",
            *steps,
            "",
        ]
    )


def _who(status: str) -> str:
    return "originator" if status in assured.ORIGINATOR_SAYS else "recipient"


FILES: Final = f"""## The file of an agreement

For `fairlead agreement draft FILE` and `amend FILE`; `fairlead agreement show ID --toml` prints one to edit. Keys and meaning are
those of [`[agreements.CODE]`](scenario.md#agreementscode) in a scenario, without `signer` and `originator`: those are whoever brings
the file in, and their party. `id` left out draws a new one; the id of an agreement of one's own makes its next version.

```toml
[agreement]
id = "isla-customs"
recipients = ["fusion-cell"]
purposes = ["customs_border"]
operations = ["fairwind"]
categories = ["radar"]
not_before = 2020-06-30T00:00:00Z
expires = 2020-12-31T00:00:00Z
lease_s = 900
assurances = ["no_onward", "report_back"]
```

## The code-book and its file of changes

A version holds {", ".join(TABLES)}. Each change is a new version, an event like any other; earlier versions are kept, and
`fairlead codebook show --version N` shows them. A label keeps the version it was made under, and `fairlead explain` says it. What a
label names and the newest version has not opens nothing.

A file for `fairlead codebook change FILE` holds whole entries, with the keys of the [scenario file](scenario.md): an entry that is
there is replaced, a new one is added. `[drop]` lists codes by table. Parties neither join nor leave by it, a unit or command never
passes to another party, and a dropped code is never used again. What a feed or an open case stands on cannot be dropped.

```toml
[units.cutter-halcyon]
name = "Cutter Halcyon"
party = "meridia"
regime = "law_enforcement"
command = "meridia-coast-guard"
mission = "escort"
clearance = "confidential"
handling = ["report_back", "source_protection"]

[drop]
regions = ["windward-passage"]
```

A changed regime, command, command's regime or mission of a unit, or units or mission of an operation, voids every agreement for it
until that is signed anew. `--preview` says which, before anybody signs. When others have to sign too, `--out FILE` writes the signed
change; each further officer adds a signature with `fairlead codebook sign FILE --out FILE`, and any of them puts it in force with
`fairlead codebook put FILE`. A change is dated when it is first written, and in force only as the version after the newest.
"""
