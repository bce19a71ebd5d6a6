"""Re-derives every step of the demo from its node folder alone. Imports nothing of Fairlead: sqlite3, json, hashlib, cryptography.

`python recount.py DIR` prints one line a step and ends with 1 when a step it derives differs from what summary.json says.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import sqlite3
import struct
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MONITOR = "detection_and_monitoring/interdiction"
AIM = "use_of_force_" + "targeting"
MIDNIGHT = 1_593_475_200_000
READS = {"picture", "list", "read", "lead"}


def at(clock: str) -> int:
    return MIDNIGHT + (int(clock[:2]) * 60 + int(clock[3:])) * 60_000


def sha(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def says(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


class Envelope:
    def __init__(self, raw: bytes) -> None:
        self.raw, value = raw, json.loads(raw)
        self.type, self.payload = value["payloadType"], base64.b64decode(value["payload"])
        self.signatures = [base64.b64decode(one["sig"]) for one in value["signatures"]]
        self.value = json.loads(self.payload)
        self.pae = b"DSSEv1 %d %b %d %b" % (len(self.type), self.type.encode(), len(self.payload), self.payload)

    def by(self, keys: list[bytes]) -> int:
        """How many distinct keys signed."""
        return len({key for key in keys for signature in self.signatures if says(key, self.pae, signature)})


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def root(hashes: list[bytes]) -> bytes:
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(hashes[:half]) + root(hashes[half:])).digest()


class Folder:
    """A node folder: its logs proved, its receipts opened, its events and acts with their signatures checked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.coalition = json.loads((path / "coalition.json").read_bytes())
        self.db = sqlite3.connect(f"file:{path / 'node.sqlite'}?mode=ro", uri=True)
        self.keys = {person: base64.b64decode(key) for person, key in self.db.execute("select person, public_key from certificates")}
        self.receipts = {home.name: self._log(home.name) for home in sorted((path / "homes").iterdir())}
        self._check_certificates()

    def _check_certificates(self) -> None:
        for party, raw in self.db.execute("select party, envelope from certificates"):
            key = base64.b64decode((self.path / "homes" / party / "party.pub").read_text().strip())
            assert Envelope(raw).by([key]) == 1, "a certificate is not signed by its party"

    def _log(self, party: str) -> list[dict]:
        """The receipts of a log in order, once checkpoint, entries and every receipt held."""
        trust = json.loads((self.path / "homes" / party / "trust.json").read_text())["logs"]
        origin = next(name for name in trust if name.endswith("/" + party))
        key = base64.b64decode(trust[origin])
        folder = self.path / "log" / party
        text, _, signed = (folder / "checkpoint").read_text().partition("\n\n")
        said_origin, size, said_root = text.split("\n")
        blob = base64.b64decode(signed.split(" ")[2])
        assert said_origin == origin, "the checkpoint is of another log"
        assert says(key, text.encode() + b"\n", blob[4:]), "the checkpoint is not signed by the key its home trusts"
        leaves = self._leaves(folder, int(size))
        assert base64.b64encode(root([leaf_hash(leaf) for leaf in leaves])).decode() == said_root, "the root is another"
        found = []
        for index, leaf in enumerate(leaves):
            envelope = Envelope((self.path / "homes" / party / "receipts" / party / f"{index:09d}.json").read_bytes())
            digest = json.loads(leaf)["spec"]["hashedRekordV002"]["data"]["digest"]
            assert envelope.by([key]) == 1, "a receipt is not signed by the log"
            assert base64.b64decode(digest) == hashlib.sha256(envelope.pae).digest(), "an entry is not its receipt's"
            assert (envelope.value["index"], envelope.value["log"]) == (index, origin), "a receipt stands in another place"
            found.append(envelope.value)
        return found

    def _leaves(self, folder: Path, size: int) -> list[bytes]:
        leaves: list[bytes] = []
        for number in range(-(-size // 256)):
            width = min(256, size - 256 * number)
            name = f"{number:03d}" if width == 256 else f"{number:03d}.p/{width}"
            raw = (folder / "tile" / "entries" / name).read_bytes()
            while raw:
                (length,) = struct.unpack(">H", raw[:2])
                leaves.append(raw[2 : 2 + length])
                raw = raw[2 + length :]
        assert len(leaves) == size, "the entries are not as many as the checkpoint says"
        return leaves

    def story(self, name: str) -> bytes:
        return (self.path / "story" / name).read_bytes()

    def uses(self, party: str, **wanted: str) -> list[dict]:
        return [one for one in self.receipts[party] if all(one.get(key) == value for key, value in wanted.items())]

    def orders(self) -> list[tuple[dict, str, int]]:
        """Each order with its digest and time, its signature checked against a releasing officer of its originator."""
        found = []
        for raw, durable in self.db.execute("select envelope, durable_at_ms from events where kind='order' order by seq"):
            one = Envelope(raw)
            officers = [
                self.keys[code]
                for code, person in self.coalition["people"].items()
                if person["party"] == one.value["originator"] and "releasing_officer" in person["roles"]
            ]
            assert one.by(officers) >= 1, "an order is not signed by its originator"
            found.append((one.value, sha(raw), durable))
        return found

    def acts(self) -> list[dict]:
        """The acts of the one case, each with the certified people who signed it."""
        found = []
        for (raw,) in self.db.execute("select envelope from case_acts order by case_id, idx"):
            one = Envelope(raw)
            signers = {person for person, key in self.keys.items() if one.by([key])}
            assert one.value["person"] in signers, "an act is not signed by its author"
            found.append({**one.value, "signers": signers, "digest": sha(one.payload)})
        return found


def feeds_in(node: Folder) -> bool:
    rows = node.db.execute("select feed, count(*) from holdings where feed != '' group by feed")
    there = dict(rows)
    told = {one["holdings"][0]["kind"] for party in ("isla", "kestrel") for one in node.uses(party, act="observe")}
    return set(there) == {"isla-radar", "kestrel-ais", "kestrel-air"} and told == {"segment-manifest"}


def lead_made(node: Folder) -> bool:
    leads = "select h.num, l.body, h.body from holdings h join labels l on l.id = h.label where h.kind='lead'"
    ((holding, label, body),) = node.db.execute(leads).fetchall()
    above = """with recursive up(num) as (select ? union select parent from parents join up on child = up.num)
        select feed from holdings join up using (num) where feed != ''"""
    feeds = {feed for (feed,) in node.db.execute(above, (holding,))}
    shown = json.loads(body)
    dark = [track for track in shown["tracks"] if track["kind"] == "radar" and "match" not in track]
    owners = {pair[0] for pair in json.loads(label)["originators"]}
    return owners == {"isla", "kestrel"} and {"isla-radar", "kestrel-air"} <= feeds and bool(dark) and shown["card"]["status"] == "open"


def cutter_read(node: Folder) -> bool:
    output = sha(node.story("0212-cutter-lead.json"))
    wanted = {"act": "read", "unit": "cutter-halcyon", "purpose": "interdiction", "output": output}
    return all(len(node.uses(party, **wanted)) == 1 for party in ("isla", "kestrel"))


def support_coarse(node: Folder) -> bool:
    raw = node.story("0213-support-picture.json")
    cells = json.loads(raw)["picture"]["cells"]
    old = all(
        cell["newest_ms"] <= at("02:13") - 3_600_000 and set(cell) == {"lat_e7", "lon_e7", "contacts", "newest_ms"} for cell in cells
    )
    receipts = node.uses("isla", act="picture", unit="support-group", form="coarse", output=sha(raw))
    return bool(cells) and old and apart(cells) and len(receipts) == 1


def apart(cells: list[dict]) -> bool:
    """No two cell centres nearer than 10 km (with half a per cent for the shape of the Earth)."""
    for number, one in enumerate(cells):
        for other in cells[:number]:
            north = (one["lat_e7"] - other["lat_e7"]) / 1e7 * 111.2
            east = (one["lon_e7"] - other["lon_e7"]) / 1e7 * 111.2 * math.cos(math.radians(one["lat_e7"] / 1e7))
            if math.hypot(north, east) < 9.95:
                return False
    return True


def support_aims(node: Folder) -> bool:
    said = b"nobody can grant it" in node.story("0214-support-refusal.json")
    told = all(node.uses(party, outcome="refused", unit="support-group", excluded=AIM, act="read") for party in ("isla", "kestrel"))
    return (
        said
        and told
        and not any(one.get("purpose") == AIM and one["outcome"] == "given" for log in node.receipts.values() for one in log)
    )


def support_pretends(node: Folder) -> bool:
    refused = node.uses("isla", outcome="refused", unit="support-group", purpose="interdiction", act="read")
    given = node.uses("isla", outcome="given", unit="support-group", purpose="interdiction")
    return len(refused) >= 1 and not given and any("no agreement of isla" in line for one in refused for line in one["reason"])


def one_halt(node: Folder) -> bool:
    order, digest, durable = node.orders()[0]
    entered = [one for one in node.uses("isla", act="order") if one["holdings"][0]["digest"] == digest]
    named = (
        order["units"] == ["support-group"] and order["purposes"] == [MONITOR] and "feeds" not in order and "categories" not in order
    )
    return named and len(entered) == 1 and at("02:31") <= durable < at("02:55")


def as_if_never(node: Folder) -> bool:
    before, after = node.story("0231-support-before.json"), node.story("0231-support-after.json")
    other = Folder(node.path / "story" / "never")
    there = other.uses("kestrel", act="picture", unit="support-group", output=sha(after))
    never_had = "isla-radar" not in other.coalition["feeds"]
    cutter = node.story("0231-cutter-before.json") == node.story("0231-cutter-after.json")
    receipted = len(node.uses("isla", act="picture", unit="cutter-halcyon", output=sha(node.story("0231-cutter-after.json")))) == 2
    return before != after and bool(there) and never_had and cutter and receipted


def boarding(node: Folder) -> bool:
    acts = node.acts()
    names = [one["act"] for one in acts]
    basis = next(one for one in acts if one["act"] == "sign_basis")
    held = [one for one in acts if one["act"] == "detain"]
    weighed = next(one for one in acts if one["act"] == "weigh")
    both = [one for one in acts if one["act"] in ("transfer", "take_custody")]
    return (
        names.index("sign_basis") < names.index("board") < names.index("search") < names.index("detain")
        and "legal_adviser" in node.coalition["people"][basis["person"]]["roles"]
        and basis["scope"]["persons"] == "covered"
        and all(one["basis"] == basis["digest"] for one in acts if one["act"] in ("board", "detain", "seize"))
        and (names.count("encounter"), len(held)) == (4, 2)
        and {one["subject"] for one in acts if one["act"] == "inform_rights"} == {one["subject"] for one in held}
        and {one["subject"] for one in acts if one["act"] == "notify_consul"} == {one["subject"] for one in held}
        and weighed["net_g"] == 412_000
        and names.index("seal") < names.index("weigh")
        and len(both) == 3
        and all({one["from_person"], one["to_person"]} <= one["signers"] for one in both)
    )


def radar_halted(node: Folder) -> bool:
    order, digest, durable = node.orders()[1]
    (lead,) = [one for (one,) in node.db.execute("select digest from holdings where kind='lead'")]
    later = [
        one
        for one in node.receipts["isla"]
        if one["at_ms"] >= durable and any(held["digest"] == lead for held in one.get("holdings", []))
    ]
    given = {one["unit"] for one in later if one["outcome"] == "given" and one["act"] == "read"}
    refused = {one["unit"] for one in later if one["outcome"] == "refused"}
    people = [json.loads(node.story(f"0310-case-{when}.json"))["case"]["people"] for when in ("before", "after")]
    same = [[{key: value for key, value in one.items() if key != "next"} for one in side] for side in people]
    last = node.acts()[-1]
    return (
        order["feeds"] == ["isla-radar"]
        and given == {"isla-radar-station", "kestrel-maritime-patrol"}
        and refused == {"cutter-halcyon", "fusion-cell", "meridia-legal-office"}
        and same[0] == same[1]
        and len(same[0]) == 4
        and (last["act"], last["order"]) == ("grounds_withdrawn", digest)
        and json.loads(node.story("0310-case-after.json"))["case"]["state"] == "under_legal_review"
    )


def nothing_after(node: Folder) -> bool:
    """By place in ISLA's log: no use of its radar, or of what was derived, by a reader a halt stopped."""
    log = node.receipts["isla"]
    units = {code: unit["party"] for code, unit in node.coalition["book"]["units"].items()}
    radar = {one for (one,) in node.db.execute("select digest from holdings where feed='isla-radar'")}
    uses = [entry for entry in log if entry["outcome"] == "given" and entry["act"] in READS]
    for order, digest, _ in node.orders():
        place = next(one["index"] for one in log if one.get("act") == "order" and one["holdings"][0]["digest"] == digest)
        for use in uses:
            touched = use["index"] > place and any(held["digest"] in radar for held in use.get("holdings", []))
            stopped = units[use["unit"]] != "isla" and (not order.get("units") or use["unit"] in order["units"])
            if touched and stopped and (not order.get("purposes") or use["purpose"] in order["purposes"]):
                return False
    return len(uses) > 5


STEPS = (
    feeds_in,
    lead_made,
    cutter_read,
    support_coarse,
    support_aims,
    support_pretends,
    one_halt,
    as_if_never,
    boarding,
    radar_halted,
    nothing_after,
)


def recount(path: Path) -> list[bool]:
    """Each step's `ok` as the folder shows it; all false when the folder itself does not hold."""
    try:
        node = Folder(path)
    except (AssertionError, OSError, KeyError, ValueError, StopIteration) as error:
        print(f"the folder does not hold: {error}", file=sys.stderr)
        return [False] * len(STEPS)
    found = []
    for step in STEPS:
        try:
            found.append(bool(step(node)))
        except (AssertionError, OSError, KeyError, ValueError, IndexError, StopIteration) as error:
            print(f"{step.__name__}: {type(error).__name__} {error}", file=sys.stderr)
            found.append(False)
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    told = json.loads((folder / "summary.json").read_text())
    derived = recount(folder)
    for step, ok in zip(told, derived, strict=True):
        print(f"{'same' if step['ok'] == ok else 'DIFFERS'}  told {step['ok']}  derived {ok}  {step['name']}")
    sys.exit(any(step["ok"] != ok for step, ok in zip(told, derived, strict=True)))
