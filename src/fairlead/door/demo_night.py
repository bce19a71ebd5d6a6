"""The first half of the night: feeds come in, a lead is made, five people ask, one use is halted and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from fairlead.desk import audit, halt, lead, look, read
from fairlead.desk.answer import Outcome
from fairlead.desk.observe import Count, observe
from fairlead.door.demo import WITHOUT, Story, at, given, need, no
from fairlead.envelope import sha256_hex
from fairlead.errors import NodeError
from fairlead.intake.read import read_detections
from fairlead.intake.scenario import shipped_traffic
from fairlead.intake.synthetic import between, smuggling_run
from fairlead.receipt.receipt import UseReceipt
from fairlead.report.detection import stack
from fairlead.store import ledger
from fairlead.store.files import write_durably

MONITOR = "detection_and_monitoring/interdiction"
EXCLUDED = "use_of_force_targeting"
OWNERS = ("isla", "kestrel")
LATER = ("02:31", "02:55", "03:10", "03:30")
COARSE_FIELDS = {"window", "cells", "note"}
CELL_FIELDS = {"lat_e7", "lon_e7", "contacts", "newest_ms"}
COMMAND_TIMEOUT_S = 120


def tell(story: Story, *, ais: Path | None, seed: int) -> None:
    traffic = ais or write_shipped(story)
    files = smuggling(story, seed, traffic)
    story.step("02:10", "Feeds in: AIS, ISLA radar, KESTREL aircraft", "YES", lambda: feeds_in(story, traffic, files))
    story.step(
        "02:10", "ISLA radar + KESTREL aircraft: fast boat, no AIS, meets ship -> lead, both own it", "YES", lambda: lead_made(story)
    )
    story.step("02:12", "Cutter asks for the lead, to board", "YES", lambda: cutter_reads(story))
    story.step("02:13", "Support unit asks, to monitor the area", "YES", lambda: support_monitors(story))
    story.step("02:14", "Support unit asks for the lead, to aim", "NO", lambda: support_aims(story))
    story.step("02:15", 'Support unit asks, as "interdiction"', "NO", lambda: support_pretends(story))
    more_in(story, files, "02:10", "02:31")
    story.step("02:31", "ISLA halts ONE thing: monitoring by the support unit", "", lambda: one_halt(story))
    story.step(
        "02:31",
        "Support unit: as if ISLA's radar never existed. Cutter: not one byte changed",
        "",
        lambda: as_if_never(story, traffic),
    )


def write_shipped(story: Story) -> Path:
    """The shipped traffic extract as a file of this node, with its source beside it."""
    path = story.root / "story" / "traffic.csv.gz"
    write_durably(path, shipped_traffic())
    return path


def smuggling(story: Story, seed: int, traffic: Path) -> dict[str, str]:
    """The synthetic run's files as text; its radar also sees the traffic that was really there."""
    feeds = story.node.coalition.feeds
    there = stack([chunk.detections for chunk in read_detections(traffic, layout="marinecadastre", feed=feeds["kestrel-ais"].facts)])
    run = smuggling_run(seed, there, feeds["isla-radar"].facts)
    return {"kestrel-ais": run.ais_csv, "isla-radar": run.radar_csv, "kestrel-air": run.sighting_json}


def feeds_in(story: Story, traffic: Path, files: Mapping[str, str]) -> str:
    counts = [ingest(story, "kestrel-ais", traffic)]
    for feed in ("kestrel-ais", "isla-radar", "kestrel-air"):
        text = files[feed] if feed == "kestrel-air" else between(files[feed], at("00:00"), at("02:10"))
        counts.append(ingest(story, feed, text_file(story, feed, "0210", text)))
    need(all(count.adds_up for count in counts), "the counts of a file do not add up to its lines")
    lines, kept = sum(count.lines for count in counts), sum(count.kept for count in counts)
    return f"{lines} lines accounted for, {kept} kept"


def more_in(story: Story, files: Mapping[str, str], begin: str, end: str) -> None:
    """What the sensors saw since; part of the next step's evidence, not a step."""
    for feed in ("kestrel-ais", "isla-radar"):
        ingest(story, feed, text_file(story, feed, end.replace(":", ""), between(files[feed], at(begin), at(end))))


def text_file(story: Story, feed: str, name: str, text: str) -> Path:
    path = story.root / "story" / f"{feed}-{name}.{'json' if feed == 'kestrel-air' else 'csv'}"
    write_durably(path, text.encode())
    return path


def ingest(story: Story, feed: str, path: Path) -> Count:
    unit = story.node.coalition.feeds[feed].unit
    people = story.node.coalition.people
    officer = next(code for code, one in sorted(people.items()) if unit in one.units and "sensor_officer" in one.roles)
    count = observe(story.node, story.who(officer), path, feed)
    if not isinstance(count, Count):
        raise NodeError("a sensor officer was refused", where=officer)
    return count


def lead_made(story: Story) -> str:
    who = story.who("cell-analyst", MONITOR)
    shown: Any = given(look.look(story.node, who))
    cards = [card for card in shown["picture"]["cards"] if card["status"] == "open" and card["rule"] == "B1"]
    dark = {track["id"] for track in shown["picture"]["tracks"] if track["kind"] == "radar" and "match" not in track}
    cards = [card for card in cards if dark.intersection(card["tracks"])]
    need(len(cards) == 1, f"{len(cards)} open cards of a slow transfer with a boat without AIS, not one")
    story.card_id = cards[0]["id"]
    draft = lead.Draft(card=story.card_id, note="fast boat without AIS alongside a ship, seen from the air as well")
    before: Any = given(lead.preview_lead(story.node, who, draft))
    need("cutter-halcyon" in before["readable_by"], "the preview does not say that the cutter could read it")
    made: Any = given(lead.make_lead(story.node, who, draft))
    story.lead_id = made["id"]
    need(tuple(made["banner"]["originators"]) == OWNERS, f"it is owned by {made['banner']['originators']}")
    return f"lead {story.lead_id[:8]}, {cards[0]['sentence']}"


def cutter_reads(story: Story) -> str:
    outcome = read.read(story.node, story.who("cutter-watch", "interdiction"), story.lead_id)
    given(outcome)
    story.keep("0212-cutter-lead.json", outcome)
    need(receipt_parties(story, outcome) == list(OWNERS), "the receipts are not in both owners' logs")
    return "receipts sent to both"


def receipt_parties(story: Story, outcome: Outcome) -> list[str]:
    """The parties whose newest receipt is for exactly these bytes, and is delivered."""
    found = []
    for party in sorted(story.node.logs):
        with story.node.db.read() as tx:
            newest = ledger.receipts(tx, party, newest=1, skip=0)
        fits = bool(newest) and isinstance(newest[0], UseReceipt) and newest[0].output == sha256_hex(outcome.body)
        if fits and ledger.receipt_path(story.root, party, newest[0].index).is_file():
            found.append(party)
    return found


def support_monitors(story: Story) -> str:
    outcome = look.look(story.node, story.who("support-watch", MONITOR))
    shown: Any = given(outcome)
    story.keep("0213-support-picture.json", outcome)
    check_coarse(shown["picture"], at("02:13"))
    return f"hour-old, 10 km cells ({len(shown['picture']['cells'])} of them)"


def check_coarse(picture: Mapping[str, Any], now_ms: int) -> None:
    need(set(picture) == COARSE_FIELDS, f"it says more than cells: {sorted(picture)}")
    need(bool(picture["cells"]), "there is no cell")
    for cell in picture["cells"]:
        need(set(cell) == CELL_FIELDS, f"a cell says more than it may: {sorted(cell)}")
        need(cell["newest_ms"] <= now_ms - 3_600_000, "a position is younger than an hour")


def support_aims(story: Story) -> str:
    outcome = read.read(story.node, story.who("support-watch", EXCLUDED), story.lead_id)
    reasons: Any = no(outcome)
    story.keep("0214-support-refusal.json", outcome)
    need("nobody can grant it" in reasons["reasons"][0], f"it was refused as {reasons['reasons']}")
    for party in OWNERS:
        told: Any = given(audit.inbox(story.node, story.who(f"{party}-release")))
        need(bool(told["items"]) and told["items"][0].get("excluded") == EXCLUDED, f"{party} was not told")
    return "nobody can grant this; owners told"


def support_pretends(story: Story) -> str:
    outcome = read.read(story.node, story.who("support-watch", "interdiction"), story.lead_id)
    no(outcome)
    story.keep("0215-support-refusal.json", outcome)
    told: Any = given(audit.inbox(story.node, story.who("isla-release")))
    newest = max(told["items"], key=lambda item: item["index"])
    words = " ".join(newest["reason"])
    need("no agreement of isla gives radar to support-group for interdiction" in words, f"ISLA was told {words}")
    return "not a unit they named"


def pictures(story: Story) -> dict[str, Outcome]:
    """The support unit's and the cutter's picture of one fixed window, asked now."""
    end = at("02:30")
    support = look.look(story.node, story.who("support-watch", MONITOR), from_ms=at("00:00"), to_ms=at("01:30"))
    cutter = look.look(story.node, story.who("cutter-watch", "interdiction"), from_ms=at("00:00"), to_ms=end)
    return {"support": support, "cutter": cutter}


def one_halt(story: Story) -> str:
    before = pictures(story)
    for name, outcome in before.items():
        given(outcome)
        story.keep(f"0231-{name}-before.json", outcome)
    who = story.who("isla-release")
    wish = halt.Wish(units=("support-group",), purposes=(MONITOR,), fears="selecting boats for strikes")
    reach: Any = given(halt.preview_order(story.node, who, wish))
    need(list(reach["closes"]["units"]) == ["support-group"], f"it would close {list(reach['closes']['units'])}")
    need("cutter-halcyon" in reach["goes_on"]["units"], "it would not leave the cutter's use alone")
    seen = reach["order"]
    same = msgspec.structs.replace(wish, ordered_at_ms=seen["ordered_at_ms"], answer_by_ms=seen.get("answer_by_ms", 0))
    done: Any = given(halt.halt(story.node, who, same))
    story.order_ids.append(done["order"])
    need(done["words"] == reach["words"], "what was signed is not what the preview said")
    need(any(one["unit"] == "support-group" for one in done["earlier_readers"]), "02:13 is not on the exposure list")
    return f"in force; {len(done['goes_on']['units'])} units go on"


def as_if_never(story: Story, traffic: Path) -> str:
    after = pictures(story)
    for name, outcome in after.items():
        given(outcome)
        story.keep(f"0231-{name}-after.json", outcome)
    before = {name: (story.root / "story" / f"0231-{name}-before.json").read_bytes() for name in after}
    never = world_without(story, traffic)
    need(after["support"].body == never, "the support unit's picture is not that of a world without ISLA's radar")
    need(after["support"].body != before["support"], "the halt changed nothing, so it shows nothing")
    need(after["cutter"].body == before["cutter"], "the cutter's picture changed")
    return f"equal to a second node that never had it, {len(never)} bytes; cutter {len(before['cutter'])} bytes unchanged"


def world_without(story: Story, traffic: Path) -> bytes:
    """The support unit's picture on a second node without the radar: other process, other ingest order."""
    root = story.root / "story" / "never"
    run(["init", str(root), "--scenario", "caribbean", "--without-feed", WITHOUT])
    sets = sorted(path for path in (story.root / "story").iterdir() if path.name.startswith("kestrel-"))
    for path in [*reversed(sets), traffic]:
        feed = next(feed for feed in ("kestrel-ais", "kestrel-air") if path.name.startswith(feed) or path == traffic)
        run(["ingest", str(path), "--feed", feed, "--node", str(root)])
    shift(root, at("02:31"))
    asked = ["--as", "support-watch", "--purpose", MONITOR, "--from", "2020-06-30T00:00:00Z", "--to", "2020-06-30T01:30:00Z"]
    return run(["picture", "--node", str(root), "--operation", "fairwind", *asked, "--json"]).removesuffix(b"\n")


def shift(root: Path, now_ms: int) -> None:
    from fairlead.desk.clock import StoryClock

    StoryClock(root / "clock.json").set(now_ms)


def run(arguments: Sequence[str]) -> bytes:
    """One command of this program in its own process; its standard output. Raises NodeError."""
    command = [sys.executable, "-m", "fairlead", *arguments]
    done = subprocess.run(command, capture_output=True, timeout=COMMAND_TIMEOUT_S, check=False)
    if done.returncode:
        raise NodeError("a command failed", where=" ".join(arguments[:2]), why=done.stderr.decode("utf-8", "replace").strip())
    return done.stdout
