"""What people type wrongly, and files that are not what they should be: a message, the documented exit code, and nothing lost.

Every error says what, where, why and what to do; no traceback reaches a person; afterwards every log verifies and holds what it held.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead.desk.node import serving
from fairlead.errors import NodeBusy
from tests.faults.stage import Copies, Ended, Night, Zygote, make_night, sizes_stored, verified

PATROL = ("--operation", "patrol", "--purpose", "interdiction")
CUTTER = ("--as", "cutter-watch", *PATROL)
TINY = Path(__file__).resolve().parents[3] / "src/fairlead/scenarios/tiny.toml"
REFUSED, USAGE, BAD_INPUT, NOT_IN_ORDER = 1, 2, 3, 4


class Bench:
    """A node for one test, and the command line at it."""

    def __init__(self, night: Night, root: Path, zygote: Zygote) -> None:
        self.night, self.root, self._zygote = night, root, zygote
        self.before = sizes_stored(root)

    def run(self, *argv: str) -> Ended:
        """A command that opens the node."""
        return self.plain(*argv, "--node", str(self.root))

    def plain(self, *argv: str) -> Ended:
        ended = self._zygote.run(*argv)
        assert "Traceback" not in ended.err, ended.err
        return ended

    def grown(self) -> dict[str, int]:
        """Entries each log gained; every log verifies and none lost any."""
        if (self.root / "node.sqlite").is_file():
            verified(self.root)
        return {log: size - self.before[log] for log, size in sizes_stored(self.root).items()}


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    one = Zygote()
    yield one
    one.stop()


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    one = Copies(make_night(tmp_path_factory.mktemp("bad") / "node"))
    yield one
    one.clear()


@pytest.fixture
def bench(copies: Copies, zygote: Zygote) -> Bench:
    return Bench(copies.night, copies.fresh(), zygote)


def says(ended: Ended, code: int, *words: str) -> None:
    """The exit code, and a message with these words."""
    assert ended.code == code, (ended.code, ended.err, ended.out)
    told = " ".join(ended.err.split())
    for word in words:
        assert word in told, (word, told)


# Codes nobody declared


@pytest.mark.parametrize(
    "argv",
    [
        ("--as", "cutter-watch", "--unit", "nowhere", *PATROL),
        ("--as", "cutter-watch", "--operation", "patrol", "--purpose", "nowhere"),
        ("--as", "cutter-watch", "--operation", "nowhere", "--purpose", "interdiction"),
        ("--as", "cutter-watch", "--operation", "patrol", "--purpose", "use_of_force_targeting"),
        ("--as", "cutter-watch", "--unit", "support", *PATROL),
        ("--as", "keeper", *PATROL),
    ],
)
def test_an_unknown_unit_purpose_or_operation_is_refused_and_the_refusal_is_in_every_log(bench, argv):
    ended = bench.run("read", bench.night.lead, *argv)
    says(ended, REFUSED, "refused:")
    assert ended.out == ""
    assert bench.grown() == {"alfa": 1, "bravo": 1, "charlie": 1}


def test_with_json_a_refusal_is_one_object_on_standard_output(bench):
    ended = bench.run("read", bench.night.lead, "--as", "cutter-watch", "--operation", "patrol", "--purpose", "nowhere", "--json")
    assert (ended.code, bool(json.loads(ended.out)["reasons"])) == (REFUSED, True)


@pytest.mark.parametrize("person", ["nobody", "", "../alfa/people/alfa-release", "x" * 300])
def test_somebody_whose_key_is_not_here_is_told_so(bench, person):
    says(bench.run("read", bench.night.lead, "--as", person, *PATROL), BAD_INPUT, "no such person", "name one of its people")
    assert set(bench.grown().values()) == {0}


@pytest.mark.parametrize(
    ("axis", "code"),
    [
        ("--for-partner", BAD_INPUT),
        ("--for-unit", BAD_INPUT),
        ("--for-purpose", BAD_INPUT),
        ("--in-operation", BAD_INPUT),
        ("--category", BAD_INPUT),
        ("--feed", BAD_INPUT),
        ("--carve-out", BAD_INPUT),
        ("--until", BAD_INPUT),
    ],
)
def test_an_order_that_names_something_unknown_is_an_error_that_names_it(bench, axis, code):
    more = ("--feed", "bravo-ais") if axis == "--carve-out" else ()
    says(bench.run("suspend", "--as", "bravo-release", axis, "nowhere", *more), code, "nowhere")
    assert set(bench.grown().values()) == {0}
    assert json.loads(bench.run("orders", "--as", "bravo-release", "--json").out)["orders"] == []


def test_an_order_over_somebody_elses_feed_or_for_ones_own_unit_is_an_error(bench):
    says(bench.run("suspend", "--as", "bravo-release", "--feed", "alfa-radar"), BAD_INPUT, "feed of somebody else")
    says(bench.run("suspend", "--as", "bravo-release", "--for-unit", "bravo-patrol"), BAD_INPUT, "own units")
    assert set(bench.grown().values()) == {0}


def test_an_order_by_somebody_without_the_role_is_refused_and_logged(bench):
    says(bench.run("suspend", "--as", "bravo-air", "--feed", "bravo-ais"), REFUSED, "refused:")
    assert bench.grown() == {"alfa": 1, "bravo": 1, "charlie": 1}


def test_an_unknown_order_an_expired_one_and_one_of_somebody_else_cannot_be_lifted(bench):
    says(bench.run("resume", "nowhere", "--as", "bravo-release"), REFUSED, "no such order")
    says(bench.run("exposure", "nowhere", "--as", "bravo-release"), REFUSED, "no such order")
    made = json.loads(bench.run("suspend", "--as", "bravo-release", "--for-unit", "cutter", "--json").out)
    says(bench.run("resume", made["order"], "--as", "alfa-release"), REFUSED)
    assert bench.run("resume", made["order"], "--as", "bravo-release").code == 0
    says(bench.run("resume", made["order"], "--as", "bravo-release"), REFUSED)
    assert bench.grown()["bravo"] == 2 + 4, "each refusal is in the logs"
    says(bench.run("suspend", "--as", "bravo-release", "--for-unit", "cutter", "--until", "2001-01-01"), BAD_INPUT, "before it begins")


# Scenario files


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'originator = "alfa"\nrecipients = ["alfa"]',
            'originator = "nowhere"\nrecipients = ["alfa"]',
            ("nowhere", "agreements.alfa-own"),
        ),
        ('recipients = ["support"]', 'recipients = ["nowhere"]', ("nowhere",)),
        ('purposes = ["search_and_rescue"]', 'purposes = ["nowhere"]', ("nowhere",)),
        ('operations = ["lifeline"]\ncat', 'operations = ["nowhere"]\ncat', ("nowhere",)),
        ('handling = ["report_back"]\nlease_s = 3600', 'handling = ["nowhere"]\nlease_s = 3600', ("nowhere",)),
        ('categories = ["case"]', 'categories = ["nowhere"]', ("nowhere",)),
        (
            'purposes = ["search_and_rescue"]',
            'purposes = ["use_of_force_targeting"]',
            ("agreements.bravo-rescue", "use_of_force_targeting"),
        ),
        ('purposes = ["search_and_rescue"]', 'purposes = ["commercial"]', ("agreements.bravo-rescue", "commercial")),
        ('recipients = ["alfa", "bravo", "cell", "cutter", "support"]', "recipients = []", ("feeds.bravo-air",)),
        ("[scenario]", "[scenario]\nsurprise = 1", ("surprise",)),
        ("[scenario]", "[scenario", ("toml",)),
    ],
)
def test_a_scenario_with_an_unknown_code_or_an_excluded_use_founds_nothing(bench, tmp_path, old, new, words):
    text = TINY.read_text()
    assert old in text
    (tmp_path / "s.toml").write_text(text.replace(old, new))
    ended = bench.plain("init", str(tmp_path / "new"), "--scenario", str(tmp_path / "s.toml"))
    says(ended, BAD_INPUT, "s.toml", *[word for word in words if word != "toml"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.toml"]


@pytest.mark.parametrize("content", [None, b"", b"\x00\x01", b"\xff\xfe"])
def test_a_scenario_that_is_absent_empty_or_binary_founds_nothing(bench, tmp_path, content):
    path = tmp_path / "s.toml"
    if content is not None:
        path.write_bytes(content)
    says(bench.plain("init", str(tmp_path / "new"), "--scenario", str(path)), BAD_INPUT, "s.toml")
    assert not (tmp_path / "new").exists()


def test_init_leaves_what_is_there_alone(bench, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("x")
    (tmp_path / "file").write_text("x")
    for place in ("full", "file"):
        says(bench.plain("init", str(tmp_path / place), "--scenario", "tiny"), NOT_IN_ORDER, place, "name a new folder")
    says(bench.plain("init", str(tmp_path / "file" / "below"), "--scenario", "tiny"), NOT_IN_ORDER, "file")
    says(bench.plain("init", str(bench.root), "--scenario", "tiny"), NOT_IN_ORDER, "something in the folder already")
    assert (tmp_path / "full" / "mine").read_text() == "x"
    (tmp_path / "half.founding").mkdir()
    (tmp_path / "half.founding" / "mine").write_text("x")
    says(bench.plain("init", str(tmp_path / "half"), "--scenario", "tiny"), NOT_IN_ORDER, "in the way", "move that folder away")
    (tmp_path / "empty").mkdir()
    assert bench.plain("init", str(tmp_path / "empty"), "--scenario", "tiny").code == 0


# Reports, labels, leads


def sighting(tmp_path: Path, **fields: object) -> str:
    said = {
        "time": "2020-06-30T01:40:00Z",
        "reporter": "patrol",
        "sensor": "eye",
        "activity": "drifting",
        "lat_deg": 22.6,
        "lon_deg": -77.9,
        "error": {"major_m": 500, "minor_m": 200},
        "vessel_type": "go-fast",
        "grade": "B2",
        "label": "feed",
        **fields,
    }
    path = tmp_path / "report.json"
    path.write_text(json.dumps({name: value for name, value in said.items() if value is not None}))
    return str(path)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"label": None}, ("no label", '"label": "feed"')),
        ({"label": {"recipients": ["nowhere"]}}, ("nowhere",)),
        ({"label": {"purposes": ["use_of_force_targeting"]}}, ("use_of_force_targeting",)),
        ({"label": {"handling": ["nowhere"]}}, ("nowhere",)),
        ({"label": {"operations": ["nowhere"]}}, ("nowhere",)),
        ({"surprise": 1}, ("surprise", "docs/reference/sighting.md")),
        ({"grade": "Z9"}, ("grade",)),
        ({"lat_deg": 95}, ("latitude",)),
    ],
)
def test_a_sighting_without_a_usable_label_or_field_is_an_error_and_is_not_kept(bench, tmp_path, fields, words):
    says(bench.run("ingest", sighting(tmp_path, **fields), "--feed", "bravo-air"), BAD_INPUT, *words)
    assert set(bench.grown().values()) == {0}


def test_a_report_nobody_could_read_wants_a_reason(bench, tmp_path):
    path = sighting(tmp_path, label={"recipients": []})
    says(bench.run("ingest", path, "--feed", "bravo-air"), BAD_INPUT, "nobody could read", "confirm it")
    assert bench.run("ingest", path, "--feed", "bravo-air", "--confirm-unreadable", "for the court").code == 0
    assert bench.grown()["bravo"] == 1


def test_a_lead_from_a_card_that_is_not_there_is_an_error(bench):
    says(bench.run("lead", "f" * 32, "--as", "cell-analyst", *PATROL), BAD_INPUT, "no such card", "look at the picture")


def test_an_unknown_feed_is_an_error(bench, tmp_path):
    says(bench.run("ingest", sighting(tmp_path), "--feed", "nowhere"), BAD_INPUT, "nowhere")


# Ids, cases, fields


@pytest.mark.parametrize("holding", ["0" * 32, "", "nowhere", "'; DROP TABLE holdings; --", "x" * 100_000, "ü"])
def test_an_id_that_does_not_exist_is_refused_like_one_that_is_hidden(bench, holding):
    assert bench.run("suspend", "--as", "bravo-release", "--for-unit", "cutter").code == 0
    before = bench.grown()
    absent, hidden = (bench.run("read", one, *CUTTER, "--json") for one in (holding, bench.night.lead))
    assert (absent.code, hidden.code) == (REFUSED, REFUSED)
    assert absent.out == hidden.out
    assert {size - before[log] for log, size in bench.grown().items()} == {2}


@pytest.mark.parametrize("fields", ["{", "[]", "1", '{"a": NaN}', '{"a": 1.5}', "", '{"act": "stop", "act": "stop"}', "{" * 100_000])
def test_fields_that_are_no_json_object_are_an_error(bench, fields):
    argv = ("case", "act", bench.night.case, "seek_basis", "--as", "cutter-boarding", "--operation", "patrol")
    says(bench.run(*argv, "--fields", fields), BAD_INPUT)
    assert set(bench.grown().values()) == {0}


def test_an_unknown_act_a_wrong_field_and_a_signer_who_is_none(bench):
    argv = ("case", "act", bench.night.case)
    who = ("--as", "cutter-boarding", "--operation", "patrol")
    says(bench.run(*argv, "fly_away", *who), BAD_INPUT, "fly_away")
    says(bench.run(*argv, "seek_basis", *who, "--fields", '{"surprise": 1}'), BAD_INPUT, "surprise")
    says(bench.run(*argv, "seek_basis", *who, "--signed-also-by", "port-custody"), BAD_INPUT, "PERSON:UNIT")
    assert set(bench.grown().values()) == {0}


def test_a_time_that_is_none_is_an_error(bench):
    says(bench.run("picture", *CUTTER, "--from", "yesterday"), BAD_INPUT, "yesterday", "2020-06-30T02:10:00Z")


def test_what_is_typed_wrongly_ends_with_two(bench):
    for argv in (("fly",), ("read",), ("read", "x", "--surprise"), ("leads", *CUTTER, "--page", "many")):
        assert bench.plain(*argv).code == USAGE


# Folders


@pytest.mark.parametrize(
    "what", ["absent", "empty", "file", "no database", "no coalition", "garbled settings", "garbled database", "empty database"]
)
def test_a_folder_that_is_no_node_is_said_to_be_none_and_left_as_it_is(bench, what):
    root = bench.root
    if what == "absent":
        shutil.rmtree(root)
    elif what in ("empty", "file"):
        shutil.rmtree(root)
        root.mkdir() if what == "empty" else root.write_text("x")
    elif what.startswith("no "):
        (root / {"no database": "node.sqlite", "no coalition": "coalition.json"}[what]).unlink()
    elif what == "garbled settings":
        (root / "node.toml").write_text("node = ")
    else:
        (root / "node.sqlite").write_bytes(b"x" * 8192 if what == "garbled database" else b"")
    before = sorted(root.rglob("*")) if root.is_dir() else []
    says(bench.run("read", bench.night.lead, *CUTTER), NOT_IN_ORDER, "fairlead: ")
    assert [path for path in sorted(root.rglob("*")) if path not in before and not path.name.endswith(".lock")] == []


def test_verify_of_something_else_is_said_so(bench, tmp_path):
    says(bench.plain("verify", str(tmp_path)), NOT_IN_ORDER, "nothing to verify", "name a node folder")
    says(bench.plain("verify", str(bench.root), "--party", "nowhere"), NOT_IN_ORDER, "no such home")


def test_a_second_server_of_one_node_is_told_that_one_runs(bench):
    with serving(bench.root), pytest.raises(NodeBusy, match="another process serves this node"), serving(bench.root):
        pass
    with serving(bench.root):
        ended = bench.run("serve", "--port", "1")
    says(ended, NOT_IN_ORDER, "another process serves this node", "stop it")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_answer_that_cannot_be_printed_is_no_traceback(bench):
    argv = [sys.executable, "-m", "fairlead", "leads", *CUTTER, "--node", str(bench.root)]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == NOT_IN_ORDER
    assert ended.stderr.startswith("fairlead: the machine refused: No space left")
    assert "Traceback" not in ended.stderr
    assert set(bench.grown().values()) == {0, 1}  # the receipt of what was answered stands


# What nobody types by mistake


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (("receipts", "--as", "alfa-release", "--page", "9" * 30), USAGE, "--page"),
        (("leads", *CUTTER, "--page", "9" * 30), USAGE, "--page"),
        (("picture", *CUTTER, "--to", "0001-01-01T00:00:00+14:00"), BAD_INPUT, "1970"),
        (("picture", *CUTTER, "--to", "0001-01-01"), BAD_INPUT, "1970"),
    ],
)
def test_a_number_or_date_out_of_reach_is_told(bench: Bench, argv: tuple[str, ...], code: int, words: str):
    says(bench.run(*argv), code, words)
    assert set(bench.grown().values()) == {0}


@pytest.mark.parametrize("trust", ["[]", '{"logs": []}', '{"logs": [1]}', '{"logs": {"a/alfa": 1}}', "[" * 100_000, "\x00"])
def test_a_home_whose_trust_does_not_read_is_told(bench: Bench, trust: str):
    (bench.root / "homes" / "alfa" / "trust.json").write_text(trust)
    says(bench.plain("verify", str(bench.root), "--party", "alfa"), 6, "trusts no key for its log")


def test_a_scenario_nested_without_end_is_told(bench: Bench, tmp_path: Path):
    deep = tmp_path / "deep.toml"
    deep.write_text("a = " + "[" * 5000 + "]" * 5000)
    says(bench.plain("init", str(tmp_path / "new"), "--scenario", str(deep)), BAD_INPUT, "nested too deeply")
    assert not (tmp_path / "new").exists()
