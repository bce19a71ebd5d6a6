"""Fast and slow reading of a line agree, whatever the line is, and however the file is cut."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairlead.intake.layout import marinecadastre, santa_barbara
from fairlead.intake.table import danish, mapped
from tests.rooms.intake.table.sources import as_tuples, read_all, same, slowly

HEADER = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass"
LINE = "338000001,2023-06-30T00:00:01,25.123456789,-80.5,12.34,359.96,511.0,LADY ANN,IMO9000001,WDA1234,70,0,94,21,6.1,70,A"
DAY = datetime.date(2018, 6, 4)
A_LINE = "00:00:00:633;SM SEA;80;980.6;148.1;1;0;355658000;0;253;18.05;0;-111.922780;21.958637;298.1;300;14;0;0;0;0;0;22"
B_LINE = "00:00:06:720;KODIAK;0;30.82;116.4;18;0;367640780;0;0.25;1;-119.223383;34.178033;0;511;12;0;1;0;1;1;1;0;0;1"
S_LINE = "00:03:24:011;5;0;303422000;0;9347413;WDC5952;SEA VENTURE;90;17;99;8;16;1;388047;63;PORT HUENEME;0"
D_HEADER = (
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,Ship type,Cargo type,"
    "Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,A,B,C,D"
)
D_LINE = (
    "15/02/2023 00:00:00,Class A,219063000,57.1152,8.33121,Under way using engine,0.0,6.4,216.9,217,9123456,OXQX2,HAVFRUEN,Fishing,,"
    "6,18,GPS,2.7,HANSTHOLM,29/10/2023 07:00:00,AIS,5,13,3,3"
)

LONG = ("1." + "0" * 20, "1." + "0" * 21, "A" * 40)
odd = st.sampled_from(
    [
        *LONG,
        "",
        " ",
        "-",
        "+1",
        "-0.0",
        "-0.1",
        "91",
        "91.0",
        "181",
        "102.3",
        "102.25",
        "360",
        "409.5",
        "1e3",
        "NaN",
        "٣",
        "é",
        '"',
        '"a,b"',
        "\t",
        "\x00",
        "0.00000005",
        "0.00000015",
        "25.12345675",
        "25.123456750000000001",
        "999999999999",
        "1000000000000",
        "2023-02-29T00:00:00",
        "2023-06-30 23:59:59.999999Z",
        "2023-06-30T12:00:00+02:00",
        "1989-01-01T00:00:00",
        "2023-06-30T24:00:00",
        "0",
        "A",
        "B",
        "Unknown",
        "Moored",
        "Class B",
        "31/12/2023 23:59:59",
        "1/2/2023 3:4:5",
        "x@y",
        "IMO1234567",
        "1234567890",
        "\r",
        "18",
        "2",
        "25:00:00:000",
    ]
)
piece = st.one_of(
    odd,
    st.decimals(-200, 200, places=5).map(str),
    st.integers(-5, 10**10).map(str),
    st.text(max_size=6).filter(lambda text: "\n" not in text),
)


@st.composite
def lines(draw, line: str, delimiter: str, most: int = 12):
    made = []
    for _ in range(draw(st.integers(1, most))):
        cells = line.split(delimiter)
        for _ in range(draw(st.integers(0, 2))):
            cells[draw(st.integers(0, len(cells) - 1))] = draw(piece)
        text = delimiter.join(cells)
        if draw(st.integers(0, 9)) == 0:
            at = draw(st.integers(0, len(text)))
            text = draw(st.sampled_from([text[:at], text[:at] + delimiter + text[at:], text + "\r", "", text + delimiter]))
        made.append(text)
    return made


def check(layout: str, header: str | None, text: list[str], encoding: str, parse, chunk_bytes: int, **more) -> None:
    body = "\n".join([*([header] if header else ["x"]), *text])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "AIS_SBARC_180604.txt"
        path.write_bytes(body.encode("utf-8") + b"\n")
        if b"\x00" in path.read_bytes()[:4096]:
            return
        read = read_all(path, layout, chunk_bytes=chunk_bytes, **more)
        rows, rejects, aside = slowly(path, encoding, parse, header=1 if header else 0)
        assert as_tuples(read.detections) == rows
        assert [(one.line, one.reason) for one in read.rejected] == rejects
        assert read.set_aside == aside
        assert same(read, read_all(path, layout, chunk_bytes=1 << 20, workers=2, **more))


many = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@many
@given(lines(LINE, ","), st.integers(1, 400))
def test_a_marinecadastre_line_reads_as_its_own_parser_reads_it(text, chunk_bytes):
    parse = marinecadastre.parser(marinecadastre.header(HEADER, ""), 17)
    check("marinecadastre", HEADER, text, "utf-8", parse, chunk_bytes)


@many
@given(st.sampled_from([A_LINE, B_LINE, S_LINE]).flatmap(lambda line: lines(line, ";")), st.integers(1, 400))
def test_a_santa_barbara_line_reads_as_its_own_parser_reads_it(text, chunk_bytes):
    check("sbarc", None, text, "latin-1", santa_barbara.parser(DAY), chunk_bytes)


@many
@given(lines(D_LINE, ","), st.integers(1, 400))
def test_a_danish_line_reads_the_same_fast_and_slow(text, chunk_bytes):
    check("danish", D_HEADER, text, "utf-8", danish.layout(D_HEADER, "").parse, chunk_bytes)


MAP = {"columns": {"time": "t", "lat": "y", "lon": "x", "mmsi": "id", "speed": "v", "error_m": "e", "name": "n"}, "units": {}}


@many
@given(
    lines("1688083201.5;25.5;-80.25;338000001;6.17;12.5;LADY", ";"),
    st.sampled_from(["kn", "m/s", "km/h"]),
    st.sampled_from(["epoch-s", "epoch-ms"]),
)
def test_a_mapped_line_reads_the_same_fast_and_slow(text, speed, time):
    units = f'[units]\nspeed = "{speed}"\ntime = "{time}"\n'
    toml = 'delimiter = ";"\n[columns]\ntime = "t"\nlat = "y"\nlon = "x"\nmmsi = "id"\nspeed = "v"\nerror_m = "e"\nname = "n"\n' + units
    value = {**MAP, "delimiter": ";", "units": {"speed": speed, "time": time}}
    with tempfile.TemporaryDirectory() as folder:
        mapping = Path(folder) / "m.toml"
        mapping.write_text(toml)
        parse = mapped.mapping_of(value, "m").layout("t;y;x;id;v;e;n", "").parse
        check("mapped", "t;y;x;id;v;e;n", text, "utf-8", parse, 64, mapping=mapping)


@many
@given(st.lists(piece.filter(lambda text: "," not in text), min_size=7, max_size=7))
def test_what_a_line_says_of_its_number_does_not_depend_on_the_way_it_was_read(cells):
    line = LINE.split(",")
    line[7:11], line[12:15] = cells[:4], cells[4:]
    plain = ",".join(line)
    quoted = plain.replace("WDA1234", "WDA1234").replace(",70,A", ',"70",A')  # a quote sends it to the parser of one line
    if '"' in plain or "\x00" in plain or "\r" in plain:
        return
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for text in (plain, quoted):
            path = Path(folder) / "day.csv"
            path.write_bytes(f"{HEADER}\n{text}\n".encode())
            found.append(read_all(path, "marinecadastre"))
        assert all(
            (getattr(found[0].statements, name) == getattr(found[1].statements, name)).all() for name in found[0].statements.__slots__
        )


def test_statements_are_joined_by_the_hour_and_a_new_name_is_a_new_row(tmp_path):
    rows = [LINE.replace("00:00:01", f"{hour:02}:{minute:02}:00") for hour in (0, 1) for minute in range(60)]
    rows[30] = rows[30].replace("LADY ANN", "LADY EVE")
    path = tmp_path / "day.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    said = read_all(path, "marinecadastre").statements
    assert said.name.tolist() == [b"LADY ANN", b"LADY EVE", b"LADY ANN"]
    assert ((said.last_ms - said.first_ms) // 60_000).tolist() == [59, 0, 59]
    assert (said.imo[0], said.call_sign[0], said.length_m[0], said.beam_m[0], said.draught_dm[0]) == (9000001, b"WDA1234", 94, 21, 61)


def test_a_danish_line_gives_codes_and_a_voyage(tmp_path):
    path = tmp_path / "aisdk.csv"
    path.write_text(f"{D_HEADER}\n{D_LINE}\n" + D_LINE.replace("57.1152", "91.0") + "\n")
    read = read_all(path, "danish")
    assert (read.detections.ship_type[0], read.detections.status[0], read.detections.station[0]) == (30, 0, 1)
    assert read.set_aside == {"header": 1, "no position": 1}
    days = (datetime.date(2023, 10, 29) - datetime.date(2023, 1, 1)).days
    assert (read.statements.destination[0], read.statements.eta[0]) == (b"HANSTHOLM", days * 1440 + 420)


def test_static_lines_of_santa_barbara_become_statements(tmp_path):
    path = tmp_path / "AIS_SBARC_180604.txt"
    path.write_text(
        S_LINE + "\n00:00:06:757;24;0;366948820;0;M/Y BESO;0;;;0;0;0;0;0\n00:00:06:760;24;0;366948820;1;;37;;WDB7855;6;6;3;2;0\n"
    )
    read = read_all(path, "sbarc")
    assert read.set_aside == {"type 5": 1, "type 24": 2}
    assert read.statements.part.tolist() == [0, 1, 2]
    assert (read.statements.length_m[0], read.statements.beam_m[0], read.statements.draught_dm[0]) == (116, 24, 63)
    assert (read.statements.name[1], read.statements.call_sign[2], read.statements.length_m[2]) == (b"M/Y BESO", b"WDB7855", 12)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_line_ends_of_both_kinds_read_the_same(tmp_path, ends):
    path = tmp_path / "day.csv"
    path.write_bytes(ends.join([HEADER, LINE, LINE]).encode())
    assert len(read_all(path, "marinecadastre").detections) == 2
