"""The second half of the night: the boarding on a signed basis, the halt of a whole feed, and the proof from files alone."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairlead.desk import halt, interdict, read
from fairlead.desk.verify import verify_folder, watch
from fairlead.door.demo import Story, at, given, need, no
from fairlead.envelope import JsonValue, sha256_hex

BOARD = "interdiction"
CREW = ("P1", "P2", "P3", "P4")
HELD = CREW[:2]
PAPER = sha256_hex(b"fictional document of the demo")
SCOPE = {"vessel": "covered", "cargo": "covered", "persons": "covered", "force": "not_covered"}


def tell(story: Story) -> None:
    boards = "Cutter boards on signed basis: 4 recorded, 2 detained, rights read, 412 kg sealed"
    story.step("02:55", boards, "", lambda: boarding(story))
    closed = "ISLA halts its radar for all: lead shut for everyone but its owners, people's records stay, case under legal review"
    story.step("03:10", closed, "", lambda: radar_halted(story))
    offline = "ISLA, offline: every use listed, 0 after each halt; a flipped byte is found and named"
    story.step("03:30", offline, "", lambda: verified(story))


def act(story: Story, person: str, name: str, also: tuple[str, ...] = (), **fields: JsonValue) -> Mapping[str, Any]:
    """One act, signed by whom it takes. Raises NotAsTold when it is refused."""
    people = story.node.coalition.people
    others = [(code, people[code].units[0]) for code in also]
    outcome = interdict.act(story.node, story.who(person, BOARD), story.case_id, {**fields, "act": name}, also_signed_by=others)
    return given(outcome)


def refused_act(story: Story, person: str, name: str, **fields: JsonValue) -> str:
    outcome = interdict.act(story.node, story.who(person, BOARD), story.case_id, {**fields, "act": name})
    said: Any = no(outcome)
    return str(said["reasons"][0])


def boarding(story: Story) -> str:
    basis = to_alongside(story)
    seized(story, basis)
    met(story, basis)
    case = shown_case(story)
    people, things = case["people"], case["exhibits"]
    held = [one for one in people if one.get("deprived_of_liberty_ms")]
    need(len(people) == len(CREW) and len(held) == len(HELD), f"{len(people)} met, {len(held)} detained")
    need(all(one.get("rights_ms") and one.get("consul_ms") for one in held), "rights or consul are not recorded")
    need(things[0]["net_g"] == 412_000 and bool(things[0]["seal"]), f"sealed: {things[0]}")
    return f"state {case['state'].replace('_', ' ')}, seizure {things[0]['seizure_number']}"


def to_alongside(story: Story) -> str:
    """From the lead to a team aboard; what is out of order on the way is refused. The digest of the signed basis."""
    opened: Any = given(
        interdict.open_case(story.node, story.who("cutter-watch", BOARD), lead=story.lead_id, vessel="go-fast, three engines, no marks")
    )
    story.case_id = opened["case"]
    act(story, "cutter-watch", "detect", by="own radar")
    act(story, "cutter-watch", "sort", grounds="no AIS, alongside a ship at night, bales passed across")
    act(story, "cutter-watch", "monitor")
    early = refused_act(story, "cutter-boarding", "board", basis=PAPER, team=6)
    need("not lawful" in early, f"boarding without a basis was refused as {early}")
    act(story, "cutter-watch", "seek_basis", grounds="suspicion of smuggling; vessel shows no flag")
    signed = act(
        story,
        "meridia-legal",
        "sign_basis",
        adviser="meridia-legal",
        citation="fictional convention on boarding, article 4; a person of the demo signed it, no lawyer verified it",
        scope=SCOPE,
        valid_until_ms=at("12:00"),
    )
    act(story, "cutter-watch", "hand_off", to_unit="cutter-halcyon")
    act(story, "cutter-boarding", "intercept")
    act(story, "cutter-boarding", "signal", means="loudhailer, light, radio")
    act(story, "cutter-boarding", "stop")
    act(story, "cutter-boarding", "board", basis=signed["digest"], team=6)
    act(story, "cutter-boarding", "search", spaces=["cockpit", "forepeak"])
    return str(signed["digest"])


def seized(story: Story, basis: str) -> None:
    """The exhibit: found, photographed, seized under its number, sealed, weighed, stored, handed to the custodian."""
    who = "cutter-boarding"
    act(story, who, "find", exhibit="E1", item="bales wrapped in plastic", place="forepeak")
    act(story, who, "photograph", exhibit="E1", photos=[PAPER])
    act(story, who, "seize", exhibit="E1", basis=basis, seizure_number="MER-2020-0630-1", item="bales, white powder", packages=20)
    act(story, who, "seal", exhibit="E1", seal="MER-4471", photo=PAPER)
    act(story, who, "weigh", exhibit="E1", gross_g=421_500, net_g=412_000, scale="deck scale 2")
    act(story, who, "store", exhibit="E1", place="evidence locker")
    act(
        story,
        who,
        "transfer",
        ("meridia-custody",),
        exhibit="E1",
        from_person=who,
        to_person="meridia-custody",
        to_unit="cutter-halcyon",
        seal_before="MER-4471",
        place="evidence locker",
        condition="seal intact",
    )
    act(story, "meridia-custody", "store", exhibit="E1", place="evidence locker")


def met(story: Story, basis: str) -> None:
    """Four people: each gets a record; two are detained because the basis covers persons; both custodians sign the handing over."""
    who = "cutter-boarding"
    for number in CREW:
        act(story, who, "encounter", subject=number, category="crew", identity="as claimed", nationality="claimed", language="es")
    for number in HELD:
        since = story.node.clock.now_ms()
        act(story, who, "detain", subject=number, basis=basis, deprived_of_liberty_ms=since, reason="found beside the bales")
        told = "carriage of drugs; nothing else"
        act(story, who, "inform_rights", subject=number, language="es", rights="silence, counsel, consul, doctor", reason_told=told)
        act(story, who, "screen", subject=number, medical="well", protection="none claimed")
        act(story, who, "notify_consul", subject=number, outcome="notified", consul="by radio through the legal office")
        act(story, who, "hold", subject=number, place="cutter, shaded deck", conditions="water, food, unrestrained, watched")
        act(story, who, "take_custody", ("meridia-custody",), subject=number, from_person=who, to_person="meridia-custody")
    for number in CREW[2:]:
        act(story, who, "free", subject=number)


def shown_case(story: Story, name: str = "") -> Mapping[str, Any]:
    outcome = interdict.show_case(story.node, story.who("cutter-watch", BOARD), story.case_id)
    if name:
        story.keep(name, outcome)
    case: Mapping[str, Any] = given(outcome)["case"]  # type: ignore[assignment]  # an object by the verb's own shape
    return case


def radar_halted(story: Story) -> str:
    before = shown_case(story, "0310-case-before.json")
    who = story.who("isla-release")
    wish = halt.Wish(feeds=("isla-radar",), carve_outs=("co_originators",), fears="selecting boats for strikes")
    done: Any = given(halt.halt(story.node, who, wish))
    story.order_ids.append(done["order"])
    for person in ("cutter-watch", "cell-watch", "meridia-legal"):
        no(read.read(story.node, story.who(person, BOARD), story.lead_id))
    for person in ("isla-release", "kestrel-release"):
        given(read.read(story.node, story.who(person, BOARD), story.lead_id))
    after = shown_case(story, "0310-case-after.json")
    need(after["state"] == "under_legal_review", f"the case is {after['state']}")
    same = all(settled(one) == settled(two) for one, two in zip(before["people"], after["people"], strict=True))
    need(same and len(after["people"]) == len(CREW), "a record of a person changed or went")
    need(bool(done["earlier_readers"]), "nobody is on the exposure list")
    return f"{done['closes']['holdings']} holdings, {len(done['earlier_readers'])} earlier readers listed"


def settled(person: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record of a person without what is lawful next, which the state of the case decides."""
    return {name: value for name, value in person.items() if name != "next"}


def verified(story: Story) -> str:
    """A copy of ISLA's home and log, away from node and database: verified, watched, then flipped."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place)
        shutil.copytree(story.root / "log", copy / "log")
        shutil.copytree(story.root / "homes" / "isla", copy / "homes" / "isla")
        (verdict,) = verify_folder(copy, only="isla")
        need(verdict.report.holds, "; ".join(str(one) for one in verdict.report.findings))
        orders = watch(copy, verdict)
        need(len(orders) == len(story.order_ids), f"{len(orders)} orders in the log, {len(story.order_ids)} given")
        need(all(not one.after for one in orders), "a use came after a halt")
        need(all(one.before for one in orders), "no use came before a halt, so the zero after it says nothing")
        flipped = copy / "log" / "isla" / "tile" / "entries"
        name = flip(next(path for path in sorted(flipped.rglob("*")) if path.is_file()), copy / "log" / "isla")
        (broken,) = verify_folder(copy, only="isla")
        named = [one for one in broken.report.findings if one.file == name and one.entry is not None]
        need(bool(named), f"the flipped byte in {name} was not named")
    uses = sum(1 for one in verdict.report.uses if one.act in ("picture", "list", "read", "lead"))
    return f"{uses} uses listed; {named[0].file}, entry {named[0].entry} found"


def flip(path: Path, folder: Path) -> str:
    """Flip one bit in the middle of a file; its name within the log."""
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))
    return path.relative_to(folder).as_posix()
