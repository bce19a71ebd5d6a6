"""Every message of a log as JSON: kernel types and others, each record counted once, and the others as pyais has them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from fairlead.intake.nmea.messages import Account, messages
from tests.rooms.picture.worlds import SHARED

pyais = pytest.importorskip("pyais", reason="pyais is not installed: pip install fairlead[nmea]")


def sentences(*payloads: dict[str, object]) -> bytes:
    """Sentences of the encoder of pyais, each with a time behind its checksum."""
    from pyais.encode import encode_dict

    lines = (line for one in payloads for line in encode_dict(one, talker_id="AI", sentence_type="VDM"))
    return b"".join(line.encode() + b",1593475200\r\n" for line in lines)


def told(path: Path, kind: int = 0) -> tuple[list[dict[str, object]], Account]:
    account = Account(types=Counter(), records=0, set_aside=Counter(), rejected=Counter())
    return list(messages(path, account, kind=kind)), account


def test_a_position_a_statement_and_another_type_are_each_told(tmp_path: Path) -> None:
    log = tmp_path / "log.nmea"
    log.write_bytes(
        sentences(
            {"type": 1, "mmsi": 290_000_001, "lat": 10.5, "lon": -70.25, "speed": 12.3, "course": 90.0},
            {"type": 5, "mmsi": 290_000_001, "shipname": "GREY HERON", "callsign": "XX4A", "imo": 9_074_729},
            {"type": 14, "mmsi": 290_000_002, "text": "MAYDAY"},
        )
        + b"$GPGGA,1*00\r\n!AIVDM,1,1,,A,broken*00\r\n"
    )
    found, account = told(log)
    by_type = {one["type"]: one for one in found}
    assert set(by_type) == {1, 5, 14}
    assert (by_type[1]["lat_e7"], by_type[1]["lon_e7"], by_type[1]["sog_dkn"]) == (105_000_000, -702_500_000, 123)
    assert (by_type[5]["name"], by_type[5]["call_sign"], by_type[5]["imo"]) == ("GREY HERON", "XX4A", 9_074_729)
    assert by_type[14]["mmsi"] == 290_000_002
    assert "MAYDAY" in json.dumps(by_type[14])
    assert account.types == {1: 1, 5: 1, 14: 1}
    assert sum(account.rejected.values()) >= 1


def test_one_type_can_be_asked_for(tmp_path: Path) -> None:
    log = tmp_path / "log.nmea"
    log.write_bytes(sentences({"type": 1, "mmsi": 290_000_001, "lat": 1, "lon": 1}, {"type": 14, "mmsi": 290_000_002, "text": "TEST"}))
    assert [one["type"] for one in told(log, 14)[0]] == [14]
    assert [one["type"] for one in told(log, 1)[0]] == [1]


def test_the_command_prints_json_lines_and_counts(tmp_path: Path) -> None:
    log = tmp_path / "log.nmea"
    log.write_bytes(sentences({"type": 1, "mmsi": 290_000_001, "lat": 1, "lon": 1}) * 3)
    done = subprocess.run([sys.executable, "-m", "fairlead", "messages", str(log)], capture_output=True, check=True)
    assert [json.loads(line)["mmsi"] for line in done.stdout.splitlines()] == [290_000_001]
    assert b"3 records" in done.stderr


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared real files")
def test_the_example_of_each_type_is_told() -> None:
    found, _ = told(SHARED / "nmea" / "gpsd_sample.aivdm")
    assert len({one["type"] for one in found}) >= 15
