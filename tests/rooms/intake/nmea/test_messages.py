"""All messages of a log, one by one: what the kernels decode and what pyais decodes, counted by type and by reason."""

from __future__ import annotations

import builtins
import json

import numpy as np
import pyais
import pytest
from typer.testing import CliRunner

from fairlead.door.cli import app
from fairlead.errors import BadInput
from fairlead.intake.nmea.others import OTHERS, Others, lines_of
from fairlead.report.statement import COLUMNS, HOUR_MS, STATED, Statements, hourly
from tests.rooms.intake.nmea.logs import SHIP, position, published, sentence
from tests.rooms.intake.nmea.test_decode import summed

BINARY = {"type": 8, "dac": 200, "fid": 99, "data": b"\x12\x34\x56"}


def shown(path, *options):
    done = CliRunner().invoke(app, ["messages", str(path), "--date", "2020-06-30", *options])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_message_is_a_line_of_json_and_the_counts_come_last(tmp_path):
    log = position() + sentence(type=5, shipname="BOAT ONE") + sentence(**BINARY) + sentence(type=19, lat=24.0, lon=-82.0) + b"noise\n"
    (tmp_path / "log").write_bytes(log)
    *told, counts = shown(tmp_path / "log", "--json")
    assert [one["type"] for one in told] == [1, 19, 5, 19, 8]
    assert told[0]["lat_e7"] == 245_000_000
    assert told[2]["name"] == "BOAT ONE"
    assert told[4]["data"] == "123456"
    assert {one["mmsi"] for one in told} == {SHIP}
    assert counts["types"] == {"1": 1, "5": 1, "8": 1, "19": 2}
    assert counts["rejected"] == {"there is no sentence in it": 1}
    assert counts["records"] == 6


def test_one_type_may_be_asked_for(tmp_path):
    (tmp_path / "log").write_bytes(position() + sentence(**BINARY) + sentence(type=18, lat=24.0, lon=-82.0))
    assert [one["type"] for one in shown(tmp_path / "log", "--type", "18")] == [18]
    assert [one["type"] for one in shown(tmp_path / "log", "--type", "8")] == [8]


def test_a_log_that_is_not_there_is_an_error_with_its_exit_code(tmp_path):
    done = CliRunner().invoke(app, ["messages", str(tmp_path / "none")])
    assert done.exit_code != 0
    assert not isinstance(done.exception, SystemExit) or done.exception.code == 3


def test_malformed_messages_of_other_types_are_counted_by_reason():
    reader = Others()
    bad = summed(b"!AIVDM,1,1,,A,80000003,0*00")
    assert list(reader([bad, sentence(**BINARY).strip()])) != []
    assert (reader.types, reader.malformed) == ({8: 1}, {"type 8: the number is none": 1})


def test_parts_of_other_types_are_joined_whatever_comes_between():
    long = {**BINARY, "data": bytes(range(60))}
    one, two = sentence(**long, seq_id=3).split(b"\n")[:2]
    (told,) = Others()([two, one, position().strip(), two])
    assert str(told["data"]).startswith(bytes(range(60)).hex()[:100])


def test_without_pyais_it_is_said_how_to_install_it(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "pyais":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(BadInput, match=r"fairlead\[nmea\]"):
        Others()


@pytest.mark.parametrize("name", ["gpsd_sample.aivdm", "dma_stream_example.txt.gz"])
def test_other_types_of_a_published_log_are_as_many_as_pyais_reads(name, tmp_path):
    (tmp_path / "log").write_bytes(published(name))
    reader = Others()
    told = list(reader(lines_of(tmp_path / "log")))
    with pyais.FileReaderStream(str(tmp_path / "log")) as stream:
        theirs = [one.ais_id for one in stream if one.is_valid and one.ais_id in OTHERS]
    assert len(told) + reader.malformed.total() >= len(theirs) > 5


def test_statements_in_any_order_give_the_rows_of_a_full_sort():
    rng = np.random.default_rng(3)
    count = 4000
    first = rng.integers(0, 5, count) * HOUR_MS + rng.integers(0, HOUR_MS, count)
    columns = {name: rng.integers(0, 2, count).astype(dtype) for name, dtype in COLUMNS.items()}
    columns |= {
        "mmsi": rng.integers(1, 40, count),
        "part": rng.integers(0, 3, count).astype(np.int8),
        "first_ms": first,
        "last_ms": first,
    }
    rows = Statements(**columns)
    order = np.lexsort((*(columns[name] for name in reversed(STATED)), columns["part"], first // HOUR_MS, columns["mmsi"]))
    seen: dict[tuple[object, ...], list[int]] = {}
    for row in order.tolist():
        key = tuple(columns[name][row] for name in ("mmsi", "part", *STATED))
        seen.setdefault((int(first[row]) // HOUR_MS, *key), []).append(int(first[row]))
    got = hourly([rows.rows(rng.permutation(count))])
    assert got.first_ms.tolist() == [min(times) for times in seen.values()]
    assert got.last_ms.tolist() == [max(times) for times in seen.values()]
    assert [tuple(getattr(got, name)[row] for name in STATED) for row in range(len(got))] == [key[3:] for key in seen]
