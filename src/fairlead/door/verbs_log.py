"""Commands around the log: monitor, bundle, timestamps, fsck, keys, witnesses, single proofs, dissent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from fairlead.desk import bundle as bundles
from fairlead.desk import dissent as dissents
from fairlead.desk import replay as replays
from fairlead.desk import stamp as stamps
from fairlead.desk import witnessing
from fairlead.desk.clock import WallClock
from fairlead.desk.fsck import fsck as checked
from fairlead.desk.fsck import refill
from fairlead.desk.log_key import change_key
from fairlead.desk.monitor import Watched, as_value, fetch_log, http_fetch, keep, look
from fairlead.desk.node import Node
from fairlead.desk.receipts import processes_here
from fairlead.door.shell import DEFAULT_NODE, ERR, OUT, AsOption, JsonOption, NodeOption, UnitOption, asker, dump, opened, show, utc
from fairlead.errors import BadInput, ProofFailed
from fairlead.receipt.note import vkey
from fairlead.store import heads
from fairlead.store.files import write_durably

witness = typer.Typer(help="Cosign partners' logs, and have the own ones cosigned.", no_args_is_help=True)
stamp = typer.Typer(help="RFC 3161 timestamps over the head of a log.", no_args_is_help=True)

PartyOption = Annotated[str, typer.Option("--party", help="Whose log; by default the asker's own. Another's only for oversight.")]


def monitor(
    folder: Annotated[Path, typer.Argument(help="A folder with log/PARTY and homes/PARTY: a node's, or a mirror of your own.")],
    party: Annotated[str, typer.Option(help="Your party.")],
    address: Annotated[
        str, typer.Option("--from", help="Fetch first from this address: the server, and what homes/PARTY/log.address says.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Watch your own log: fetch, verify, hold every use against your terms, keep the checkpoint. Ends with 6 if not all is well."""
    fetched = 0
    if address:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=ERR, transient=True, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("fetching entries", total=None)
            fetched = fetch_log(
                folder, party, http_fetch(address), progress=lambda done, size: bar.update(task, completed=done, total=size)
            )
    seen = look(folder, party, now_ms=WallClock().now_ms(), fetched=fetched, processes=processes_here())
    if as_json:
        sys.stdout.write(dump(as_value(seen)) + "\n")
    else:
        _monitored(seen)
    wrong = [str(finding) for finding in seen.verdict.report.findings]
    wrong += [f"entry {alarm.entry}: {alarm.what}" for alarm in seen.alarms if alarm.kind in ("no_grant", "outside_grant")]
    if wrong:
        raise ProofFailed(f"{len(wrong)} things are wrong", where=f"{folder}, {party}", why="; ".join(wrong[:5]))
    keep(folder, seen)


def _monitored(seen: Watched) -> None:
    report = seen.verdict.report
    state = "verified" if report.holds else "DOES NOT HOLD"
    new = f", {seen.fetched} new" if seen.fetched else ""
    by = f", cosigned to {report.cosigned_size} by {', '.join(report.cosigned_by)}" if report.cosigned_by else ", no witness"
    OUT.print(f"{report.origin}: {state}: {report.size} entries{new}{by}", markup=False)
    for finding in report.findings:
        OUT.print(f"  {finding}", style="bold red", markup=False)
    for line in seen.lines:
        OUT.print(
            f"  {line.unit} for {line.purpose} in {line.operation}: {line.uses} uses of {line.holdings} records", end="", markup=False
        )
        OUT.print(f", {utc(line.first_ms)} to {utc(line.last_ms)}", markup=False)
    for alarm in seen.alarms[:40]:
        style = "bold red" if alarm.kind in ("no_grant", "outside_grant", "excluded_use") else "yellow"
        OUT.print(f"  {alarm.kind.replace('_', ' ')}, entry {alarm.entry}: {alarm.what}", style=style, markup=False)
    if len(seen.alarms) > 40:
        OUT.print(f"  and {len(seen.alarms) - 40} more to look at: --json has them", style="yellow")
    if not seen.alarms and report.holds:
        OUT.print("  nothing to look at: every use rests on what you agreed, nobody was refused")


def bundle(
    entries: Annotated[str, typer.Argument(help="Which entries: 3,7-9 or all.")],
    person: AsOption,
    out: Annotated[Path, typer.Option(help="The file to write.")],
    unit: UnitOption = "",
    party: PartyOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """One file that proves receipts to whoever has never seen the node; check it with fairlead verify FILE."""

    def written(value: dict[str, Any]) -> None:
        write_durably(out, value["bundle"].encode("utf-8"))
        OUT.print(f"{out}: {value['log']}, digest {value['digest']}", markup=False)

    with opened(node) as one:
        outcome = bundles.make_bundle(one, asker(one, person, unit), entries=entries, party=party)
        if as_json and outcome.__class__.__name__ == "Answer":
            write_durably(out, _body(outcome.body)["bundle"].encode("utf-8"))
        show(outcome, as_json=as_json, human=written)


def _body(raw: bytes) -> dict[str, Any]:
    from fairlead.envelope import decode

    value = decode(raw)
    assert isinstance(value, dict)
    return value


def replay(
    receipt: Annotated[str, typer.Argument(help="The entry in the log, or the file of a receipt.")],
    person: AsOption,
    unit: UnitOption = "",
    party: PartyOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Compute a picture that was given again, from the log alone, and compare it with its receipt. Ends with 6 when it is another."""

    def told(value: dict[str, Any]) -> None:
        shown = {"the same": "the same, to the byte", "another": "ANOTHER PICTURE", "cannot tell": "cannot tell"}[value["result"]]
        style = {"the same": "green", "another": "bold red"}.get(value["result"], "yellow")
        OUT.print(f"{value['log']}, entry {value['entry']}: {shown}", style=style, markup=False)
        OUT.print(f"  window {utc(value['window']['from_ms'])} to {utc(value['window']['to_ms'])}, {value['form']} form", markup=False)
        OUT.print(f"  receipt says {value['picture'][:16]}, computed {value['computed'][:16] or 'nothing'}", markup=False)
        for why in value["why"]:
            OUT.print(f"  {why}", markup=False)
        for source in value["sources"]:
            OUT.print(f"  {source['feed']} {source['digest'][:16]}", markup=False)

    with opened(node) as one:
        said, entry = replays.named(receipt)
        outcome = replays.replay(one, asker(one, person, unit), entry, party=party or said)
        show(outcome, as_json=as_json, human=told)
        value = _body(outcome.body)
        if value.get("result") == "another":
            raise ProofFailed("the picture is another", where=f"{value['log']}, entry {entry}", why="; ".join(value["why"]))


def tlog_proof(
    entry: Annotated[int, typer.Argument(help="The entry.")],
    party: Annotated[str, typer.Option("--party", help="Whose log.")],
    node: NodeOption = DEFAULT_NODE,
) -> None:
    """The C2SP tlog-proof of one entry, as a file on standard output: index, path, checkpoint. It tells nothing of what was used."""
    with opened(node) as one:
        sys.stdout.buffer.write(bundles.proof_of(one, party, entry))


def fsck(
    node: NodeOption = DEFAULT_NODE,
    from_mirror: Annotated[
        Path | None, typer.Option("--refill", help="Make a log that was put back from an older copy whole again from this mirror.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Recompute every log from its stored bytes and hold the files against it. Changes nothing unless told to refill."""
    one = Node(node)
    try:
        if from_mirror is not None:
            back = refill(one, from_mirror)
            for party, count in sorted(back.entries.items()):
                OUT.print(f"{party}: {count} entries came back", markup=False)
            OUT.print(f"{back.events} signed events entered again")
            for kind, count in sorted(back.lost.items()):
                OUT.print(f"not in any log, so not back: {count} of kind {kind}", style="yellow", markup=False)
        found = checked(one)
    finally:
        one.close()
    if as_json:
        sys.stdout.write(dump({"findings": [str(finding) for finding in found], "holds": not found}) + "\n")
    if found:
        raise ProofFailed(f"{len(found)} findings", where=str(node), why="; ".join(str(finding) for finding in found[:5]))
    if not as_json:
        OUT.print("every log holds together: leaves, nodes, heads and files")


def log_key(
    party: Annotated[str, typer.Argument(help="Whose log.")],
    person: AsOption,
    why: Annotated[str, typer.Option(help="Why, in a few words.")],
    compromise: Annotated[bool, typer.Option("--compromise", help="The old key is or may be in other hands.")] = False,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Give a log a new key. What the old one signed before keeps verifying; a releasing officer of the operating party does it."""
    with opened(node) as one:
        outcome = change_key(one, asker(one, person, unit), party, reason="compromise" if compromise else "rotation", why=why)
        show(
            outcome,
            as_json=as_json,
            human=lambda value: OUT.print(f"{value['log']}: a new key from size {value['from_size']}", markup=False),
        )


@witness.command("key")
def witness_key(node: NodeOption = DEFAULT_NODE) -> None:
    """This node's witness key and its logs' keys, as lines for a partner's quorum files (C2SP tlog-policy)."""
    with opened(node) as one:
        OUT.print(f"witness {witnessing.witness_name(one)} {witnessing.witness_vkey(one)}", markup=False)
        for log in one.logs.values():
            OUT.print(f"log {vkey(log.origin, log.key.public)}", markup=False)


@witness.command("watch")
def witness_watch(
    line: Annotated[str, typer.Argument(help="The log's key as NAME+ID+KEY, as its node prints it.")], node: NodeOption = DEFAULT_NODE
) -> None:
    """Witness one more log: its heads are cosigned from now on."""
    with opened(node) as one:
        witnessing.watch_log(one, line.removeprefix("log ").strip())
    OUT.print("watched")


@witness.command("ask")
def witness_ask(node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False) -> None:
    """Bring the newest head of every own log to the witnesses of witnesses.quorum, and keep what enough of them cosigned."""
    with opened(node) as one:
        asked = witnessing.ask_witnesses(one)
    if as_json:
        import msgspec

        sys.stdout.write(dump([msgspec.to_builtins(came) for came in asked]) + "\n")
        return
    for came in asked:
        said = "cosigned" if came.cosigned else f"not cosigned: {came.said}"
        OUT.print(f"{came.log} at {came.size}, {came.witness}: {said}", style=None if came.cosigned else "yellow", markup=False)
    if not asked:
        OUT.print("this node asks no witness: write witnesses.quorum into its folder")


@witness.command("answer")
def witness_answer(
    request: Annotated[Path, typer.Argument(help="The request's body in a file, - for standard input.")],
    node: NodeOption = DEFAULT_NODE,
) -> None:
    """Answer a partner's request that came by hand: the cosignature on standard output. Ends with 6 when it is not cosigned."""
    body = sys.stdin.buffer.read() if str(request) == "-" else request.read_bytes()
    with opened(node) as one:
        reply = witnessing.cosign_for(one, body)
    if reply.status != 200:
        raise ProofFailed("not cosigned", why=f"{reply.status} {reply.body.decode('utf-8', 'replace').strip()}")
    sys.stdout.buffer.write(reply.body)


@witness.command("splits")
def witness_splits(
    node: NodeOption = DEFAULT_NODE,
    out: Annotated[Path | None, typer.Option(help="Write each pair of heads into this folder.")] = None,
) -> None:
    """Logs that showed two histories, each proved by two heads they signed. Ends with 6 when there is one."""
    with opened(node) as one, one.db.read() as tx:
        found = heads.all_splits(tx)
    for at, split in enumerate(found):
        OUT.print(f"{split.origin}: two heads of {split.size} entries", style="bold red", markup=False)
        if out is not None:
            write_durably(out / f"{at:03d}-one.checkpoint", split.one)
            write_durably(out / f"{at:03d}-other.checkpoint", split.other)
    if found:
        raise ProofFailed(f"{len(found)} logs showed two histories", why="both heads are signed by the log itself")
    OUT.print("no log that is witnessed here has shown two histories")


@stamp.command("query")
def stamp_query(
    party: Annotated[str, typer.Argument(help="Whose log.")],
    out: Annotated[Path, typer.Option(help="Where the query goes; the head it is over is put beside it as .note.")],
    node: NodeOption = DEFAULT_NODE,
) -> None:
    """The query for a timestamp over the newest head, to send to any RFC 3161 authority."""
    with opened(node) as one:
        stamped = bundles.to_stamp(one.root, party)
    write_durably(out, stamps.query(stamped))
    write_durably(out.with_suffix(out.suffix + ".note"), stamped)
    OUT.print(f"{out}: send it to an authority, then fairlead stamp keep {party} ANSWER --over {out}.note", markup=False)


@stamp.command("keep")
def stamp_keep(
    party: Annotated[str, typer.Argument(help="Whose log.")],
    response: Annotated[Path, typer.Argument(help="The authority's answer.")],
    over: Annotated[Path, typer.Option(help="The head it is over, as the query wrote it.")],
    roots: Annotated[Path, typer.Option("--tsa-root", help="PEM of the authority's root; what does not hold is not kept.")],
    node: NodeOption = DEFAULT_NODE,
) -> None:
    """Keep an authority's timestamp with the head it is over; bundles under that head carry it."""
    stamped, raw = over.read_bytes(), response.read_bytes()
    at = stamps.check(raw, stamped, roots.read_bytes())
    with opened(node) as one:
        path = bundles.keep_stamp(one.root, party, stamped, raw)
    OUT.print(f"kept: there at {at}; {path.name}", markup=False)


def dissent(
    about: Annotated[str, typer.Argument(help="The id of what it is about.")],
    words: Annotated[str, typer.Argument(help="The disagreement, in words.")],
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Put one's disagreement on record: signed, in the party's dissent register, never dropped."""
    with opened(node) as one:
        outcome = dissents.dissent(one, asker(one, person, unit), about=about, words=words)
        show(
            outcome, as_json=as_json, human=lambda value: OUT.print(f"dissent {value['dissent']}; the register holds {value['count']}")
        )


def dissent_proof(
    about: Annotated[str, typer.Argument(help="The id of what it is about.")],
    person: AsOption,
    unit: UnitOption = "",
    party: PartyOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Who dissented about something, with proofs; or all leaves of the register, which show that nobody did."""
    with opened(node) as one:
        show(dissents.prove_dissent(one, asker(one, person, unit), about=about, party=party), as_json=as_json, human=_dissents)


def _dissents(value: dict[str, Any]) -> None:
    import json

    from fairlead.envelope import envelope_from_json

    for one in value["dissents"]:
        said = json.loads(envelope_from_json(one["record"].encode()).payload_bytes)
        OUT.print(
            f"entry {one['index']}: {said.get('person') or said.get('reviewer')}: {said.get('words') or said.get('dissent')}",
            markup=False,
        )
    if not value["dissents"]:
        OUT.print("nobody of this party has dissented about it")
    OUT.print(f"the register of {value['party']} holds {value['count']}, root {value['root']}", markup=False)


def check_file(
    file: Path, *, key: str, trust: Path | None, anchor: Path | None, rule: Path | None, roots: Path | None, as_json: bool
) -> None:
    """The command verify on a bundle. Raises ProofFailed, BadInput."""
    from fairlead.desk.bundle_check import anchors_of, check_bundle_file

    anchors = anchors_of(key=key, trust=trust, rule=rule, anchor=anchor, now_ms=WallClock().now_ms())
    checked_bundle, stamped = check_bundle_file(file, anchors, roots)
    size = checked_bundle.head.checkpoint.size if checked_bundle.head else 0
    if as_json:
        from fairlead.desk.bundle_check import checked_value

        sys.stdout.write(dump(checked_value(checked_bundle, stamped)) + "\n")
    else:
        OUT.print(f"{checked_bundle.log}: {len(checked_bundle.receipts)} receipts under a head of {size} entries", markup=False)
        OUT.print(
            f"  trusted by {checked_bundle.anchored or 'NO KEY YOU NAMED: it holds together, and nothing says who made it'}",
            markup=False,
        )
        cosigned = checked_bundle.head.cosigned if checked_bundle.head else ()
        for one in cosigned:
            OUT.print(f"  cosigned by {one.name} at {utc(one.at_s * 1000)}", markup=False)
        for told in stamped:
            OUT.print(f"  timestamp: {told}", markup=False)
        for receipt in checked_bundle.receipts[:200]:
            what = f"{receipt.outcome} {receipt.act} to {receipt.unit} for {receipt.purpose or '-'}"
            OUT.print(f"  entry {receipt.index}: {what}, {utc(receipt.at_ms)}", markup=False)
    bad = [str(finding) for finding in checked_bundle.findings]
    if not checked_bundle.anchored:
        bad.append("no key that you trust vouches for this log: name one with --key or --trust")
    if bad:
        raise ProofFailed(f"{len(bad)} findings", where=str(file), why="; ".join(bad[:5]))


def need_file(path: Path) -> bytes:
    """The bytes of a file somebody named. Raises BadInput."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput("the file does not read", where=str(path), why=error.strerror or str(error)) from error


def add_to(app: typer.Typer) -> None:
    app.command("monitor")(monitor)
    app.command("replay")(replay)
    app.command("bundle")(bundle)
    app.command("tlog-proof")(tlog_proof)
    app.command("fsck")(fsck)
    app.command("log-key")(log_key)
    app.command("dissent")(dissent)
    app.command("dissent-proof")(dissent_proof)
    app.add_typer(witness, name="witness")
    app.add_typer(stamp, name="stamp")
