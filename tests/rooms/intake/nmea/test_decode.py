"""NMEA logs: what is sent is what is read, every line ends in one place, and bad input costs nothing but itself."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pyais
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.errors import BadFile
from fairlead.intake.nmea.decode import LOST, read_nmea
from fairlead.intake.read import Chunk
from fairlead.report.detection import CLOCKS, STATIONS
from tests.rooms.intake.nmea.logs import NOON_MS, SHIP, adds_up, position, published, read, same, sentence, tagged

LOGS = [
    "dma_ais-sample.txt.gz",
    "dma_538004030_drift_1.ais.gz",
    "dma_stream_example.txt.gz",
    "gpsd_sample.aivdm",
    "gpsd_ais-nmea.log",
    "libais_test.aivdm",
    "libais_typeexamples.nmea",
    "libais_tagblock.nmea",
    "pyais_nmea_data_sample.txt",
]


@settings(max_examples=150, deadline=None)
@given(
    lat=st.integers(-54_000_000, 54_000_000),
    lon=st.integers(-108_000_000, 108_000_000),
    sog=st.integers(0, 1022),
    cog=st.integers(0, 3599),
    kind=st.sampled_from([1, 2, 3, 9, 18, 19, 21, 27, 4]),
)
def test_a_position_comes_back_as_it_was_sent(lat, lon, sog, cog, kind):
    made = {"type": kind, "lat": lat / 600_000, "lon": lon / 600_000, "speed": sog / 10, "course": cog / 10}
    if kind == 9:
        made["speed"] = sog // 10
    if kind == 27:
        made |= {"speed": sog // 20, "course": cog // 10}
    got = read(sentence(**made))
    assert (len(got.detections), got.rejected) == (1, ())
    rows = got.detections
    per = 1 / 600 if kind == 27 else 1 / 600_000
    assert abs(int(rows.lat_e7[0]) / 1e7 - lat / 600_000) <= per
    assert abs(int(rows.lon_e7[0]) / 1e7 - lon / 600_000) <= per
    decoded = pyais.decode(sentence(**made).split(b"\n")[0]) if kind not in (19, 21) else None
    if decoded is not None and kind != 4:
        assert rows.sog_dkn[0] == round(float(decoded.speed) * 10)
        assert rows.cog_ddeg[0] == round(float(decoded.course) * 10)
    assert rows.mmsi[0] == SHIP


def test_what_a_vessel_says_of_itself_comes_back():
    said = {"shipname": "BOAT ONE", "callsign": "XY12", "imo": 9_074_729, "ship_type": 70, "destination": "PORT SERENA", "draught": 7.5}
    size = {"to_bow": 100, "to_stern": 20, "to_port": 8, "to_starboard": 9, "month": 7, "day": 2, "hour": 13, "minute": 5}
    told = read(sentence(type=5, **said, **size)).statements
    assert len(told) == 1
    assert (told.name[0], told.call_sign[0], told.destination[0]) == (b"BOAT ONE", b"XY12", b"PORT SERENA")
    assert (told.imo[0], told.ship_type[0], told.length_m[0], told.beam_m[0], told.draught_dm[0]) == (9_074_729, 70, 120, 17, 75)
    assert told.eta[0] == (((31 + 29 + 31 + 30 + 31 + 30) + 1) * 24 + 13) * 60 + 5


def test_both_parts_of_a_class_b_statement_and_the_parent_of_a_craft():
    log = sentence(type=24, partno=0, shipname="SMALL BOAT") + sentence(
        type=24, partno=1, ship_type=37, callsign="AB1", to_bow=5, to_stern=4
    )
    told = read(log).statements
    assert sorted(told.part.tolist()) == [1, 2]
    assert {bytes(name) for name in told.name} == {b"", b"SMALL BOAT"}
    assert int(told.length_m.max()) == 9


def test_a_time_that_comes_with_a_message_is_stated_and_then_carried_over():
    log = (
        tagged(position(), NOON_MS)
        + position(lat=24.6)
        + position(lat=24.7).rstrip(b"\n")
        + b",r003669945,%d\n" % (NOON_MS // 1000 + 60)
    )
    rows = read(log, at_ms=None).detections
    assert rows.t_ms.tolist() == [NOON_MS, NOON_MS, NOON_MS + 60_000]
    assert [CLOCKS[number] for number in rows.clock] == ["stated", "carried over", "stated"]


def test_a_proprietary_time_line_speaks_of_the_next_message_only():
    line = b"PGHP,1,2020,6,30,12,0,7,250,219,,2190047,1,2C"
    total = 0
    for one in line:
        total ^= one
    log = b"$" + line + b"*%02X\n" % total + position() + position(lat=24.6)
    rows = read(log, at_ms=None).detections
    assert rows.t_ms.tolist() == [NOON_MS + 7250, NOON_MS + 7250]
    assert [CLOCKS[number] for number in rows.clock] == ["stated", "carried over"]


def test_without_any_clock_a_message_has_no_time_and_with_an_assumed_one_it_says_so():
    assert read(position(), at_ms=None).set_aside == {"no time": 1}
    rows = read(position()).detections
    assert (rows.t_ms[0], CLOCKS[rows.clock[0]]) == (NOON_MS, "assumed")
    base = sentence(type=4, year=2020, month=6, day=30, hour=12, minute=0, second=5, lat=24.0, lon=-82.0)
    rows = read(base + position(), at_ms=None).detections
    assert rows.t_ms.tolist() == [NOON_MS + 5000, NOON_MS + 5000]
    assert [STATIONS[number] for number in rows.station] == ["base station", "class A"]


def test_a_message_in_parts_is_read_whatever_comes_between():
    one, two = sentence(type=5, shipname="IN TWO PARTS", seq_id=1).splitlines(keepends=True)
    got = read(one + position() + two)
    assert (len(got.detections), len(got.statements)) == (1, 1)
    assert got.set_aside == {"part of a message": 1, "statement of type 5": 1}


def test_a_missing_part_is_told_at_the_end():
    one, _ = sentence(type=5, shipname="HALF").splitlines(keepends=True)
    got = read(one + position())
    assert got.set_aside == {LOST: 1}
    assert adds_up(got)


def test_the_same_payload_from_a_second_receiver_counts_once():
    log = tagged(position(), NOON_MS) + tagged(position(), NOON_MS + 2000) + tagged(position(), NOON_MS + 60_000)
    got = read(log, at_ms=None)
    assert got.set_aside == {"heard again": 1}
    assert got.detections.t_ms.tolist() == [NOON_MS, NOON_MS + 60_000]


GOOD = position().rstrip(b"\n")
BAD = {
    GOOD[:-1] + (b"0" if GOOD[-1:] != b"0" else b"1"): "the checksum is wrong",
    GOOD[: GOOD.index(b"*")]: "there is no checksum",
    GOOD[:20]: "there is no checksum",
    b"binary \x01\x02\xff noise": "there is no sentence in it",
    b"!AIVDM,1,1,,A,~~~,0*24": "the payload holds a character that none can",
    b"!AIVDM,1,1,,A,,0*26": "the message is too short for its type",
    b"!AIVDM,9,,A,1,0*21": "the sentence is cut or has other fields",
}


def summed(line: bytes) -> bytes:
    """The line with the checksum that its body has, for faults of the body."""
    body = line[1 : line.index(b"*")]
    total = 0
    for one in body:
        total ^= one
    return line[: line.index(b"*")] + b"*%02X" % total


@pytest.mark.parametrize(("line", "reason"), list(BAD.items()))
def test_a_bad_line_is_rejected_with_its_reason_and_loses_nothing_else(line, reason):
    bad = summed(line) if b"*" in line and "checksum" not in reason else line
    got = read(position() + bad + b"\n" + position(lat=25.0))
    assert len(got.detections) == 2
    assert [(one.line, one.reason) for one in got.rejected] == [(2, reason)]


def test_positions_that_are_none_or_cannot_be_are_told_apart():
    assert read(position(lat=91.0, lon=181.0)).set_aside == {"no position": 1}
    assert [one.reason for one in read(position(lat=95.0)).rejected] == ["the position is out of range"]
    assert [one.reason for one in read(position(mmsi=0)).rejected] == ["the number is none"]


@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\n"])
def test_line_ends_are_whatever_the_log_has(end):
    log = position().replace(b"\n", end) + position(lat=25.0).replace(b"\n", end)
    got = read(log)
    assert (got.lines, len(got.detections)) == (2, 2)


def test_sentences_glued_on_one_line_are_both_read():
    got = read(GOOD + position(lat=25.0))
    assert len(got.detections) == 2


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(1, 7))
def test_noise_is_accounted_for_in_any_pieces(noise, pieces):
    raw = position() + noise + b"\n" + position(lat=25.0)
    whole = read(raw)
    assert adds_up(whole)
    assert same(whole, read(raw, pieces=pieces))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_changed_sentence_is_read_as_pyais_reads_it_or_rejected(data):
    line = bytearray(position(lat=data.draw(st.integers(-80, 80)), lon=data.draw(st.integers(-170, 170))).rstrip(b"\n"))
    for _ in range(data.draw(st.integers(1, 3))):
        line[data.draw(st.integers(14, len(line) - 4))] = data.draw(st.integers(33, 119))
    if b"*" not in line:
        return
    raw = summed(bytes(line))
    got = read(raw + b"\n")
    assert adds_up(got)
    if len(got.detections):
        theirs = pyais.decode(raw)
        assert theirs.mmsi == got.detections.mmsi[0]
        assert abs(float(theirs.lat) - int(got.detections.lat_e7[0]) / 1e7) < 1e-6
        assert abs(float(theirs.lon) - int(got.detections.lon_e7[0]) / 1e7) < 1e-6


@pytest.mark.parametrize("name", LOGS)
def test_a_published_log_is_accounted_for_and_the_same_in_pieces(name):
    raw = published(name)
    whole = read(raw)
    assert adds_up(whole)
    assert same(whole, read(raw, pieces=13))


@pytest.mark.parametrize("name", ["dma_ais-sample.txt.gz", "dma_stream_example.txt.gz", "gpsd_sample.aivdm", "gpsd_ais-nmea.log"])
def test_positions_and_names_of_a_published_log_are_those_of_pyais(name):
    raw = published(name)
    got = read(raw)
    rows = got.detections
    ours = {
        (int(mmsi), round(int(lat) / 10), round(int(lon) / 10))
        for mmsi, lat, lon in zip(rows.mmsi, rows.lat_e7, rows.lon_e7, strict=True)
    }
    names = {(int(mmsi), bytes(text).decode()) for mmsi, text in zip(got.statements.mmsi, got.statements.name, strict=True)}
    compared = 0
    for heard in pyais.stream.BinaryIOStream(io.BytesIO(raw)):
        try:
            theirs = heard.decode()
        except pyais.exceptions.AISBaseException:
            continue
        if not heard.is_valid or not theirs.mmsi:
            continue
        if theirs.msg_type in (1, 2, 3, 4, 9, 11, 18, 19, 21, 27) and abs(theirs.lat) <= 90 and abs(theirs.lon) <= 180:
            spot = round(float(theirs.lat) * 1e6), round(float(theirs.lon) * 1e6)
            near = {(theirs.mmsi, spot[0] + north, spot[1] + east) for north in (-1, 0, 1) for east in (-1, 0, 1)}
            assert near & ours, (theirs.msg_type, spot)
            compared += 1
        elif theirs.msg_type == 5:
            assert (theirs.mmsi, theirs.shipname.strip()) in names
            compared += 1
    assert compared > 15


def test_a_file_that_is_absent_empty_or_cut_is_an_error_and_keeps_what_came_before(tmp_path):
    with pytest.raises(BadFile, match="cannot be opened"):
        list(read_nmea(tmp_path / "none"))
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(BadFile, match="empty"):
        list(read_nmea(tmp_path / "empty"))
    packed = gzip.compress(position() * 4000)
    (tmp_path / "cut.gz").write_bytes(packed[:-12])
    chunks: list[Chunk] = []
    with pytest.raises(BadFile, match="cut or damaged"):
        chunks.extend(read_nmea(tmp_path / "cut.gz", at_ms=NOON_MS, piece_bytes=4096))
    assert sum(len(chunk.detections) for chunk in chunks) == 1
    assert np.sum([chunk.set_aside.get("heard again", 0) for chunk in chunks]) > 1000
