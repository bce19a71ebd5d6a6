"""Commands of what a node keeps of its feeds: purge and compact."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from fairlead.desk import compact as compacting
from fairlead.desk import purge as purging
from fairlead.door.shell import DEFAULT_NODE, OUT, AsOption, JsonOption, NodeOption, UnitOption, asker, opened, show, utc

FeedOption = Annotated[str, typer.Option("--feed", help="Only this feed; by default all that the asker may bring in.")]


def purge(
    person: AsOption,
    feed: FeedOption = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would go, and change nothing.")] = False,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Take away the bytes of segments whose retention has passed; manifests, receipts and a signed tombstone stay."""
    with opened(node) as one:
        verb = purging.purge_preview if dry_run else purging.purge
        show(verb(one, asker(one, person, unit), feed=feed), as_json=as_json, human=_purged)


def _purged(value: dict[str, Any]) -> None:
    word = "gone" if value["purged"] else "would go"
    for one in value["feeds"]:
        OUT.print(f"{one['feed']}: {len(one['segments'])} segments {word}, {one['bytes']} bytes", markup=False)
        for segment in one["segments"]:
            times = f"{utc(segment['from_ms'])} to {utc(segment['to_ms'])}, ended {utc(segment['expires_ms'])}"
            OUT.print(f"  {segment['digest'][:16]} {times}", markup=False)


def compact(
    feed: Annotated[str, typer.Option("--feed", help="Only the segments of this feed.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be packed, and change nothing.")] = False,
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Put the files of many small segments of one feed and label into one; digests, labels, receipts and answers stay as they are."""
    with opened(node) as one:
        verb = compacting.compact_preview if dry_run else compacting.compact
        show(verb(one, feed=feed), as_json=as_json, human=_compacted)


def _compacted(value: dict[str, Any]) -> None:
    for one in value["packs"]:
        after = f", now {one['bytes_after']}" if "bytes_after" in one else ""
        OUT.print(f"{one['feed']}: {one['segments']} segments in one file, {one['bytes']} bytes{after}", markup=False)
    if not value["packs"]:
        OUT.print("nothing to pack")


def add_to(app: typer.Typer) -> None:
    app.command("compact")(compact)
    app.command("purge")(purge)
