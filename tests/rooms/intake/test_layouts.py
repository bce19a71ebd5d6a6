"""Each layout line by line: what is kept, set aside, rejected, and that no line is ever lost or raises."""

from __future__ import annotations

import datetime
import gzip
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.errors import BadFile
from fairlead.intake.layout import marinecadastre, radar_plot, santa_barbara
from fairlead.intake.parsed import AIS_ERROR_HIGH_M, AIS_ERROR_LOW_M, Row
from fairlead.intake.read import read_detections
from fairlead.report.detection import COLUMNS, detection_digest, digests_of, once
from tests.rooms.intake.sources import AIS, DAY, DAY_MS, RADAR, read_all, written

HEAD = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass"
LINE = "217000001,2020-06-30T00:00:00,24.5,-82.1,10.5,90.0,511,BOAT ONE,,,70.0,0.0,112.0,,,,A"
SB_A = "00:00:00:633;BOAT ONE;80;980.6;148.1;1;0;217000001;0;253;18;1;-111.922780;21.958637;298.1;300;14;0;0;0;0;0;22"
SB_B = "00:00:06:720;BOAT TWO;0;30.82;116.4;18;0;217000002;0;0;0;-119.223383;34.178033;0;511;12;0;1;0;1;1;1;0;0;1"
POLAR = "time,range_m,bearing_deg,range_error_m,bearing_error_deg"
PLAIN = "time,lat_deg,lon_deg,error_m,speed_kn,course_deg"

E7 = st.integers(-900_000_000, 900_000_000)
LON_E7 = st.integers(-1_800_000_000, 1_800_000_000)
SPEED = st.integers(0, 1022)
COURSE = st.integers(0, 3599)
MMSI = st.integers(1, 999_999_999)
DAY_INSTANTS = st.integers(0, 86_399_999)
JUNK_LINE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=120)


def _scaled(value: int, digits: int) -> str:
    return f"{Decimal(value).scaleb(-digits):f}"


# MarineCadastre ----------------------------------------------------------------------------------------------------------------------


def _cadastre(head: str = HEAD):
    return marinecadastre.parser(marinecadastre.header(head, "file.csv"), len(head.split(",")))


def test_a_marinecadastre_line():
    assert _cadastre()(LINE) == Row(
        t_ms=1_593_475_200_000,
        lat_e7=245_000_000,
        lon_e7=-821_000_000,
        sog_dkn=105,
        cog_ddeg=900,
        mmsi=217_000_001,
        err_m=AIS_ERROR_LOW_M,
        ship_type=70,
        length_m=112,
        status=0,
        name="BOAT ONE",
    )


@given(E7, LON_E7, SPEED, COURSE, MMSI, st.permutations(HEAD.split(",")))
def test_a_marinecadastre_line_comes_back_in_any_order_of_columns(lat, lon, sog, cog, mmsi, order):
    cells = dict(zip(HEAD.split(","), LINE.split(","), strict=True))
    cells |= {"LAT": _scaled(lat, 7), "LON": _scaled(lon, 7), "SOG": _scaled(sog, 1), "COG": _scaled(cog, 1), "MMSI": str(mmsi)}
    row = _cadastre(",".join(order))(",".join(cells[name] for name in order))
    assert isinstance(row, Row)
    assert (row.lat_e7, row.lon_e7, row.sog_dkn, row.cog_ddeg, row.mmsi) == (lat, lon, sog, cog, mmsi)


def test_the_lower_case_names_of_2025_are_known(tmp_path):
    text = "mmsi,base_date_time,longitude,latitude,sog,cog,vessel_name\n217000001,2025-01-01 00:00:00,-82.1,24.5,10.5,90,X\n"
    read = read_all(written(tmp_path, text), "marinecadastre")
    assert (read.detections.lat_e7[0], read.detections.lon_e7[0], read.statements.name[0]) == (245_000_000, -821_000_000, b"X")


@pytest.mark.parametrize(
    ("said", "course_ddeg"), [("-60.6", 3490), ("-204.8", 2048), ("-49.6", -1), ("-49.7", 3599), ("204.7", 2047), ("360.0", -1)]
)
def test_courses_stored_as_signed_twelve_bits_are_unfolded(said, course_ddeg):
    row = _cadastre()(LINE.replace(",90.0,", f",{said},"))
    assert isinstance(row, Row)
    assert row.cog_ddeg == course_ddeg


@pytest.mark.parametrize("name", ['"BOAT, ONE"', '"BOAT ""ONE"""'])
def test_quoted_cells_are_read(name):
    row = _cadastre()(LINE.replace("BOAT ONE", name))
    assert isinstance(row, Row)
    assert row.name == name[1:-1].replace('""', '"')


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("24.5,", "91.5,", "latitude is out of range"),
        ("-82.1", "-182.1", "longitude is out of range"),
        ("24.5,", "nan,", "latitude is not a decimal number"),
        ("24.5,", "2.45e1,", "latitude is not a decimal number"),
        ("24.5,", ",", "latitude is not a decimal number"),
        ("2020-06-30", "1970-01-01", "time is not between 1990 and 2100"),
        ("2020-06-30", "30/06/2020", "time is not ISO 8601"),
        ("217000001", "0", "MMSI is not 1 to 9 digits"),
        ("217000001", "2170000010", "MMSI is not 1 to 9 digits"),
        (",90.0,", ",410.0,", "course is out of range"),
        (",90.0,", ",-204.9,", "course is out of range"),
        (",10.5,", ",-1.0,", "speed is out of range"),
        (",70.0,", ",7000,", "vessel type is out of range"),
        (",0.0,112", ",16,112", "status is out of range"),
        (",A", ",A,B", "18 columns where the header has 17"),
        (",,,,A", "", "13 columns where the header has 17"),
        ("BOAT ONE", '"BOAT ONE', "the quotes do not match"),
        ("BOAT ONE", '"BOAT" ONE', "the quotes do not match"),
        ("BOAT ONE", '"BOAT",a\rb"', "the quotes do not match"),
    ],
)
def test_a_bad_marinecadastre_line_is_rejected_with_its_reason_and_the_next_is_kept(tmp_path, old, new, reason):
    bad = LINE.replace(old, new, 1)
    read = read_all(written(tmp_path, f"{HEAD}\n{bad}\n\n{LINE}\n"), "marinecadastre")
    assert (read.lines, len(read.detections), read.set_aside) == (4, 1, {"header": 1, "blank": 1})
    (reject,) = read.rejected
    assert (reject.line, reject.text) == (2, bad)
    assert reject.reason.startswith(reason)


def test_what_ais_calls_unknown_is_unknown():
    row = _cadastre()(LINE.replace(",10.5,90.0,", ",102.3,360.0,").replace(",70.0,0.0,112.0,", ",,,,"))
    assert isinstance(row, Row)
    assert (row.sog_dkn, row.cog_ddeg, row.ship_type, row.status, row.length_m) == (-1, -1, -1, -1, -1)


def test_a_line_without_a_position_is_set_aside(tmp_path):
    read = read_all(written(tmp_path, f"{HEAD}\n{LINE.replace('24.5,-82.1', '91.0,181.0')}\n"), "marinecadastre")
    assert (read.set_aside, len(read.rejected)) == ({"header": 1, "no position": 1}, 0)


@pytest.mark.parametrize("head", ["MMSI,LAT,LON", "a,b", LINE, '"MMSI,BaseDateTime,LAT,LON'])
def test_a_file_with_another_header_is_an_error_of_the_file(tmp_path, head):
    with pytest.raises(BadFile, match="not a MarineCadastre file"):
        read_all(written(tmp_path, f"{head}\n{LINE}\n"), "marinecadastre")


def test_a_header_in_quotes_and_behind_a_byte_order_mark_is_known(tmp_path):
    head = ",".join(f'"{name}"' for name in HEAD.split(","))
    assert len(read_all(written(tmp_path, f"\ufeff{head}\n{LINE}\n"), "marinecadastre").detections) == 1


# Santa Barbara -----------------------------------------------------------------------------------------------------------------------


def test_position_reports_of_both_classes():
    parse = santa_barbara.parser(DAY)
    assert parse(SB_A) == Row(
        t_ms=DAY_MS + 633,
        lat_e7=219_586_370,
        lon_e7=-1_119_227_800,
        sog_dkn=180,
        cog_ddeg=2981,
        mmsi=217_000_001,
        err_m=AIS_ERROR_HIGH_M,
        ship_type=80,
        status=0,
        station=1,
        name="BOAT ONE",
    )
    assert parse(SB_B) == Row(
        t_ms=DAY_MS + 6720,
        lat_e7=341_780_330,
        lon_e7=-1_192_233_830,
        sog_dkn=0,
        cog_ddeg=0,
        mmsi=217_000_002,
        err_m=AIS_ERROR_LOW_M,
        ship_type=0,
        station=2,
        name="BOAT TWO",
    )


def test_a_vessel_not_named_and_without_a_type_has_neither():
    row = santa_barbara.parser(DAY)(SB_A.replace("BOAT ONE;80", "NOT NAMED;"))
    assert isinstance(row, Row)
    assert (row.name, row.ship_type) == ("", -1)


@given(DAY_INSTANTS, E7, LON_E7, SPEED, COURSE, MMSI, st.sampled_from(["1", "2", "3"]))
def test_a_class_a_report_written_out_comes_back(t_ms, lat, lon, sog, cog, mmsi, kind):
    cells = SB_A.split(";")
    cells[0] = _clock(t_ms)
    cells[5], cells[7] = kind, str(mmsi)
    cells[10], cells[12], cells[13], cells[14] = _scaled(sog, 1), _scaled(lon, 7), _scaled(lat, 7), _scaled(cog, 1)
    row = santa_barbara.parser(DAY)(";".join(cells))
    assert isinstance(row, Row)
    assert (row.t_ms - DAY_MS, row.lat_e7, row.lon_e7, row.sog_dkn, row.cog_ddeg, row.mmsi) == (t_ms, lat, lon, sog, cog, mmsi)


def _clock(t_ms: int) -> str:
    seconds, ms = divmod(t_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{ms:03}"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("00:00:06:757;24;0;217000003;0;BOAT;0;;;0;0;0;0;0", "type 24"),
        ("00:58:53:800;5;0;217000003;0;9198472;SIGN;BOAT;40;20;21;6;5;1;1596;30;A PORT; ANOTHER;0", "type 5"),
        ("00:00:00:000;4;0;217000003;0;0;0;0", "type 4"),
        (SB_A.replace("-111.922780;21.958637", "181.000000;91.000000"), "no position"),
    ],
)
def test_what_is_recognised_and_not_used_is_set_aside_by_type(tmp_path, line, kind):
    read = read_all(written(tmp_path, f"{line}\n{SB_A}\n"), "sbarc")
    assert (read.set_aside, len(read.detections), read.rejected) == ({kind: 1}, 1, ())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("hello", "1 columns"),
        (SB_A.replace("00:00:00:633", "24:00:00:633"), "time is not HH:MM:SS:mmm"),
        (SB_A.replace("00:00:00:633", "00:00:00"), "time is not HH:MM:SS:mmm"),
        (SB_A.replace("217000001", "1038628300"), "MMSI is not 1 to 9 digits"),
        (SB_A.replace("21.958637", "-97.784833"), "latitude is out of range"),
        (SB_A.replace(";18;1;", ";1e1;1;"), "speed is not a decimal number"),
        (SB_A.replace("298.1", "-60.6"), "course is out of range"),
        (SB_A.replace(";1;0;2170", ";99;0;2170"), "no message type of 1 to 27"),
        (";".join(SB_A.split(";")[:12]), "no message type of 1 to 27"),
        (SB_A.replace("BOAT ONE", "BOAT;ONE"), "no message type of 1 to 27"),
    ],
)
def test_a_bad_line_of_the_receiver_is_rejected_with_its_reason(tmp_path, line, reason):
    read = read_all(written(tmp_path, f"{line}\n{SB_B}\n"), "sbarc")
    assert (len(read.detections), read.set_aside) == (1, {})
    assert read.rejected[0].reason.startswith(reason)


def test_the_date_is_in_the_files_name_or_given(tmp_path):
    undated = written(tmp_path, SB_A, "log.txt")
    with pytest.raises(BadFile, match="--date"):
        read_all(undated, "sbarc")
    assert read_all(undated, "sbarc", date=datetime.date(2018, 6, 4)).detections.t_ms[0] == DAY_MS + 633
    assert read_all(written(tmp_path, SB_A, "AIS_SBARC_180604-07.txt"), "sbarc").detections.t_ms[0] == DAY_MS + 633


@pytest.mark.parametrize("name", ["AIS_SBARC.txt", "AIS_181301.txt", "AIS_20180604.txt", "180604.txt"])
def test_a_name_without_a_date_is_said(name):
    with pytest.raises(BadFile, match="no date"):
        santa_barbara.date_of(name)


# Radar plots -------------------------------------------------------------------------------------------------------------------------


def _plot(line: str, head: str = POLAR):
    return radar_plot.parser(radar_plot.header(head, RADAR, "plots.csv"), RADAR)(line)


@given(st.floats(10, 60_000), st.floats(0, 359.99))
def test_a_plot_by_range_and_bearing_lies_at_that_range_and_bearing_from_the_station(range_m, bearing_deg):
    row = _plot(f"2020-06-30T00:00:00Z,{range_m:.3f},{bearing_deg:.6f},20,0.05")
    assert isinstance(row, Row)
    lat_a, lat_b = math.radians(24.575), math.radians(row.lat_e7 / 1e7)
    turn = math.radians(row.lon_e7 / 1e7 + 82.13)
    chord = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(turn / 2) ** 2
    assert 2 * radar_plot.EARTH_M * math.asin(math.sqrt(chord)) == pytest.approx(range_m, abs=0.02)
    towards = math.atan2(
        math.sin(turn) * math.cos(lat_b), math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(turn)
    )
    across_m = math.radians((math.degrees(towards) - bearing_deg + 180) % 360 - 180) * range_m
    assert across_m == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(
    ("range_m", "range_error", "bearing_error", "err_m"),
    [(1000, "20", "0.05", 20), (60_000, "20", "0.05", 53), (60_000, "20.001", "0", 21), (1000, "0.5", "0.0", 1)],
)
def test_the_error_of_a_plot_is_the_larger_of_its_two_directions_rounded_up(range_m, range_error, bearing_error, err_m):
    row = _plot(f"2020-06-30T00:00:00Z,{range_m},360,{range_error},{bearing_error}")
    assert isinstance(row, Row)
    assert (row.err_m, row.lon_e7, row.mmsi) == (err_m, -821_300_000, 0)


def test_a_plot_across_the_date_line_stays_on_the_earth():
    station = {"station_lat_e7": 0, "station_lon_e7": 1_799_999_000}
    feed = type(RADAR)(name="r", kind="radar", originator="isla", category="radar", gaps_meaningful=False, **station)
    parse = radar_plot.parser(radar_plot.header(POLAR, feed, "plots.csv"), feed)
    row = parse("2020-06-30T00:00:00Z,50000,90,20,0.05")
    assert isinstance(row, Row)
    assert -1_800_000_000 <= row.lon_e7 < -1_790_000_000


@given(E7, LON_E7, SPEED, COURSE, st.integers(1, 100_000))
def test_a_plot_by_position_written_out_comes_back(lat, lon, sog, cog, err):
    row = _plot(f"2020-06-30T00:00:00.250Z,{_scaled(lat, 7)},{_scaled(lon, 7)},{err},{_scaled(sog, 1)},{_scaled(cog, 1)}", PLAIN)
    assert row == Row(t_ms=1_593_475_200_250, lat_e7=lat, lon_e7=lon, sog_dkn=sog, cog_ddeg=cog, err_m=err)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2020-06-30T00:00:00Z,0,90,20,0.05", "range is out of range"),
        ("2020-06-30T00:00:00Z,1000001,90,20,0.05", "range is out of range"),
        ("2020-06-30T00:00:00Z,100,360.1,20,0.05", "bearing is out of range"),
        ("2020-06-30T00:00:00Z,100,-1,20,0.05", "bearing is out of range"),
        ("2020-06-30T00:00:00Z,100,90,0,0.05", "range error is out of range"),
        ("2020-06-30T00:00:00Z,100,90,20,90", "bearing error is out of range"),
        ("2020-06-30T00:00:00Z,inf,90,20,0.05", "range is not a decimal number"),
        ("2020-06-30T00:00:00Z,100,90,20", "4 columns where the header has 5"),
        ("noon,100,90,20,0.05", "time is not ISO 8601"),
    ],
)
def test_a_bad_plot_is_rejected_with_its_reason(tmp_path, line, reason):
    good = "2020-06-30T00:00:00Z,100,90,20,0.05"
    read = read_all(written(tmp_path, f"{POLAR}\n{line}\n{good}\n", "plots.csv"), "radar", RADAR)
    assert (len(read.detections), read.set_aside) == (1, {"header": 1})
    assert read.rejected[0].reason.startswith(reason)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("time,range_m", "needs time"),
        (POLAR + ",shape", "unknown column shape"),
        (POLAR + ",time", "named twice"),
        ("time,lat_deg,lon_deg", "needs time"),
    ],
)
def test_another_header_is_an_error_of_the_file(head, why):
    with pytest.raises(BadFile, match=why):
        radar_plot.header(head, RADAR, "plots.csv")


def test_plots_by_range_need_a_station():
    with pytest.raises(BadFile, match="need a station"):
        radar_plot.header(POLAR, AIS, "plots.csv")


# Every layout ------------------------------------------------------------------------------------------------------------------------

FIRST = {"marinecadastre": HEAD, "sbarc": SB_A, "radar": POLAR}


@given(st.sampled_from(sorted(FIRST)), st.lists(JUNK_LINE, max_size=8), st.data())
def test_junk_never_raises_and_every_line_ends_once(tmp_path_factory, layout, lines, more):
    good = {"marinecadastre": LINE, "sbarc": SB_A, "radar": "2020-06-30T00:00:00Z,100,90,20,0.05"}[layout]
    cut = more.draw(st.integers(0, len(good)))
    insert = more.draw(JUNK_LINE)
    text = "\n".join([FIRST[layout], *lines, good[:cut] + insert + good[cut:], good])
    read = read_all(written(tmp_path_factory.mktemp("junk"), text), layout, RADAR, chunk=more.draw(st.integers(1, 5)))
    assert read.adds_up
    assert read.lines == len(lines) + 3
    assert len(read.detections) >= 1


def test_chunks_are_bounded_and_change_nothing(tmp_path):
    text = "\n".join([HEAD, *(LINE.replace("00:00:00", f"00:{n // 60:02}:{n % 60:02}") for n in range(250)), "bad"])
    path = written(tmp_path, text)
    whole, parts = read_all(path, "marinecadastre"), read_all(path, "marinecadastre", chunk=10)
    assert (whole.chunks, parts.chunks) == (1, 26)
    assert all(np.array_equal(getattr(whole.detections, name), getattr(parts.detections, name)) for name in COLUMNS)
    assert (whole.rejected, whole.set_aside, whole.lines) == (parts.rejected, parts.set_aside, parts.lines)


def test_a_file_that_breaks_off_gives_what_came_before_and_then_says_so(tmp_path):
    raw = gzip.compress("\n".join([HEAD, *[LINE] * 5000]).encode())
    chunks = read_detections(written(tmp_path, raw[:-20], "cut.csv.gz"), layout="marinecadastre", feed=AIS, chunk=1000)
    first = next(chunks)
    rest: list[int] = []
    with pytest.raises(BadFile, match=r"cut\.csv\.gz after line [0-9]+: the gzip file is cut"):
        rest.extend(chunk.lines for chunk in chunks)
    assert (first.lines, first.set_aside, first.rejected) == (1000, {"header": 1}, ())


def test_a_layout_nobody_reads_is_an_error(tmp_path):
    with pytest.raises(BadFile, match="no reader for this layout"):
        read_all(written(tmp_path, "x\n"), "nmea")


def test_the_text_of_a_reject_is_cut_to_five_hundred_characters(tmp_path):
    (reject,) = read_all(written(tmp_path, "x" * 3000 + "\n"), "sbarc").rejected
    assert reject.text == "x" * 500


def test_each_detection_carries_its_digest_and_repeats_are_seen(tmp_path):
    read = read_all(
        written(tmp_path, "\n".join([HEAD, LINE, LINE.replace("BOAT", "SHIP"), LINE.replace("24.5", "24.6")])), "marinecadastre"
    )
    rows = read.detections
    names = digests_of(AIS.name, rows)
    assert names[0] == detection_digest(AIS.name, 1_593_475_200_000, 245_000_000, -821_000_000, 105, 900, 217_000_001, 30)
    assert [name == names[0] for name in names] == [True, True, False]
    assert len(once(rows)) == 2
    assert sorted(bytes(name) for name in read.statements.name) == [b"BOAT ONE", b"SHIP ONE"]
