"""Commands of the trust root: key, init, publish, rotate, sign for officers whose keys are offline; show for whoever has to trust."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from fairlead.desk import trust_folder, trust_root
from fairlead.desk.clock import WallClock
from fairlead.desk.trust_folder import Step
from fairlead.desk.trust_format import Tally
from fairlead.desk.trust_root import TrustedKeys
from fairlead.door.shell import OUT, JsonOption, dump, utc
from fairlead.envelope import JsonValue

DAY_MS: Final = 86_400_000
DAYS_MAX: Final = 3660

app = typer.Typer(
    help="Which keys everybody trusts: offline officers, a threshold, rotation, expiry.", no_args_is_help=True, rich_markup_mode=None
)
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The trust folder.")]
Signers = Annotated[list[Path], typer.Option("--key", help="A key file of an officer who signs here; may be given again.")]
Officers = Annotated[list[Path], typer.Option("--officer", help="The .pub file of an officer who signs elsewhere; may be given again.")]
Threshold = Annotated[int, typer.Option("--threshold", min=1, help="How many officers must sign from then on.")]
Days = Annotated[int, typer.Option("--days", min=1, max=DAYS_MAX, help="How long it is valid from now.")]


@app.command("key")
def key(file: Annotated[Path, typer.Argument(help="The new file, e.g. mine.key; readable by its owner alone.")]) -> None:
    """Make an officer's key on a machine that stays offline, and its public half in a .pub file beside it."""
    public = trust_folder.make_key(file)
    OUT.print(f"{file}: keep it offline; others get {trust_folder.public_path(file)}", markup=False)
    OUT.print(f"  key id {public.keyid}")


@app.command("init")
def init(folder: Folder, key: Signers, threshold: Threshold, officer: Officers = [], days: Days = 365) -> None:  # noqa: B006
    """Begin a trust root: its officers, and how many of them must sign."""
    keys = [trust_folder.secret_key(one) for one in key]
    named = [trust_folder.public_key(one) for one in officer]
    _told(trust_folder.begin(folder, keys, named, threshold=threshold, expires_ms=_in_days(days)))


@app.command("rotate")
def rotate(
    folder: Folder,
    threshold: Threshold,
    old: Annotated[list[Path], typer.Option("--old", help="A key file of an officer before, who signs here.")] = [],  # noqa: B006
    new: Annotated[list[Path], typer.Option("--new", help="A key file of an officer from then on, who signs here.")] = [],  # noqa: B006
    officer: Officers = [],  # noqa: B006
    days: Days = 365,
) -> None:
    """Draft the next root: all officers from then on, signed by the threshold of those before and of their own."""
    step = trust_folder.rotate(
        folder,
        [trust_folder.secret_key(one) for one in old],
        [trust_folder.secret_key(one) for one in new],
        [trust_folder.public_key(one) for one in officer],
        threshold=threshold,
        expires_ms=_in_days(days),
    )
    _told(step)
    if step.in_force:
        OUT.print(
            "  if the officers of the key list are not enough any more, publish it again now: fairlead trust publish", markup=False
        )


@app.command("publish")
def publish(
    folder: Folder,
    keys: Annotated[Path, typer.Option("--keys", help="The keys of logs, witnesses and parties, as JSON.")],
    key: Signers,
    days: Days = 180,
) -> None:
    """Draft the next key list over a keys.json and sign it."""
    signers = [trust_folder.secret_key(one) for one in key]
    _told(trust_folder.publish(folder, trust_folder.read_file(keys), signers, expires_ms=_in_days(days)))


@app.command("sign")
def sign(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="The drafted file; a key list has its keys.json beside it.")],
    key: Signers = [],  # noqa: B006
) -> None:
    """Add a signature to a draft; without --key, say what it is and who signed. With enough of them it goes in force."""
    if not key:
        _told(trust_folder.look(folder, file))
        return
    _told(trust_folder.add_signatures(folder, file, [trust_folder.secret_key(one) for one in key]))


@app.command("show")
def show(
    folder: Folder,
    anchor: Annotated[Path, typer.Option("--anchor", help="A root this reader already trusts, kept outside the folder.")],
    kept: Annotated[
        Path | None,
        typer.Option("--kept", help="What this reader kept: nothing older is taken; written when all holds.", show_default="none"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a trust folder from a root one trusts, and print the keys in force, versions, dates, and who signed."""
    found = trust_root.trusted_keys(
        trust_folder.read_folder(folder),
        anchor=trust_folder.read_file(anchor),
        now_ms=WallClock().now_ms(),
        kept_versions=trust_folder.kept_versions(kept) if kept else None,
    )
    if kept:
        trust_folder.keep_versions(kept, found.versions)
    if as_json:
        sys.stdout.write(dump(_value(found)) + "\n")
        return
    _side("root", found.versions.root, found.root_expires_ms, found.root_tally)
    _side("key list", found.versions.key_list, found.key_list_expires_ms, found.key_list_tally)
    for origin, rows in sorted(found.keys.logs.items()):
        for row in rows:
            OUT.print(f"log {origin} from size {row.first_size}: {row.key.text()}", markup=False)
    for kind, keys in (("witness", found.keys.witnesses), ("party", found.keys.parties)):
        for name, public in sorted(keys.items()):
            OUT.print(f"{kind} {name}: {public.text()}", markup=False)


def _side(what: str, version: int, expires_ms: int, tally: Tally) -> None:
    OUT.print(f"{what} version {version}, until {utc(expires_ms)}, signed by {len(tally.signed)}, {tally.needed} needed")
    for keyid in tally.signed:
        OUT.print(f"  {keyid}")


def _told(step: Step) -> None:
    said = step.standing
    _side(said.name, said.version, said.expires_ms, said.own)
    for keyid in said.own.unsigned:
        OUT.print(f"  {keyid} (has not signed)")
    if said.before:
        OUT.print(f"  of the officers before: signed by {len(said.before.signed)}, {said.before.needed} needed")
    if step.in_force:
        OUT.print(f"{step.path}: has its signatures", markup=False)
    else:
        OUT.print(
            f"{step.path}: a draft that lacks {said.missing}; the next officer: fairlead trust sign DIR FILE --key FILE", markup=False
        )


def _value(found: TrustedKeys) -> JsonValue:
    def side(version: int, expires_ms: int, tally: Tally) -> JsonValue:
        return {"version": version, "expires_ms": expires_ms, "threshold": tally.needed, "signed": list(tally.signed)}

    return {
        "root": side(found.versions.root, found.root_expires_ms, found.root_tally),
        "key_list": side(found.versions.key_list, found.key_list_expires_ms, found.key_list_tally),
        "officers": {keyid: public.text() for keyid, public in found.officers.items()},
        "logs": {origin: [{"from": row.first_size, "key": row.key.text()} for row in rows] for origin, rows in found.keys.logs.items()},
        "witnesses": {name: public.text() for name, public in found.keys.witnesses.items()},
        "parties": {name: public.text() for name, public in found.keys.parties.items()},
    }


def _in_days(days: int) -> int:
    return WallClock().now_ms() + days * DAY_MS
