"""A file as numbered lines: whole, cut, binary, absent, and lines that are too long."""

from __future__ import annotations

import gzip
import zlib

import pytest

from fairlead.errors import BadFile
from fairlead.intake.lines import LINE_BYTES_MAX, Line, read_lines
from tests.rooms.intake.sources import written

TEXT = "".join(f"line {number} of a log with some words in it\n" for number in range(1, 5001))


def _until_broken(path, encoding="utf-8") -> tuple[list[Line], str]:
    lines: list[Line] = []
    try:
        for line in read_lines(path, encoding):
            lines.append(line)  # noqa: PERF402
    except BadFile as error:
        return lines, str(error)
    return lines, ""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_are_numbered_from_one_without_their_ends(tmp_path, end):
    path = written(tmp_path, f"a{end}{end}b")
    assert [(line.number, line.text, line.fault) for line in read_lines(path, "utf-8")] == [(1, "a", ""), (2, "", ""), (3, "b", "")]


@pytest.mark.parametrize("name", ["log.gz", "log.txt"])
def test_gzip_is_known_by_its_content_whatever_the_name(tmp_path, name):
    packed, plain = written(tmp_path, gzip.compress(TEXT.encode()), name), written(tmp_path, TEXT, "plain.gz")
    assert list(read_lines(packed, "utf-8")) == list(read_lines(plain, "utf-8"))


def test_latin_1_is_read_as_such(tmp_path):
    assert next(read_lines(written(tmp_path, b"Se\xf1or\n"), "latin-1")).text == "Señor"


def test_a_line_that_is_not_utf_8_is_marked_and_the_next_is_read(tmp_path):
    first, second = read_lines(written(tmp_path, b"Se\xf1or\nb\n"), "utf-8")
    assert "utf-8" in first.fault
    assert second == Line(number=2, text="b")


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.9, 0.999])
def test_a_cut_gzip_yields_every_whole_line_before_the_cut_and_then_names_file_and_line(tmp_path, share):
    raw = gzip.compress(TEXT.encode())
    cut = raw[: int(len(raw) * share)]
    before = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(cut).decode().count("\n")
    lines, said = _until_broken(written(tmp_path, cut, "log.gz"))
    assert [line.text for line in lines] == TEXT.splitlines()[:before]
    assert f"log.gz after line {before}" in said
    assert "cut or damaged" in said


def test_a_gzip_cut_in_its_head_is_an_error(tmp_path):
    lines, said = _until_broken(written(tmp_path, gzip.compress(b"a\n", mtime=0)[:5], "log.gz"))
    assert (lines, "log.gz" in said) == ([], True)


def test_a_gzip_whose_content_does_not_match_its_checksum_is_an_error(tmp_path):
    raw = bytearray(gzip.compress(TEXT.encode()))
    raw[-8] ^= 1
    lines, said = _until_broken(written(tmp_path, bytes(raw), "log.gz"))
    assert len(lines) == 5000
    assert "after line 5000" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
        (b"\x00\x01\x02", "not text"),
        (gzip.compress(b"ab\x00", mtime=0), "not text"),
        ("a\n".encode("utf-16"), "not text"),
    ],
)
def test_what_is_no_text_is_an_error_before_the_first_line(tmp_path, content, said):
    with pytest.raises(BadFile, match=said):
        next(read_lines(written(tmp_path, content), "utf-8"))


def test_an_absent_file_and_a_folder_are_errors(tmp_path):
    for path in (tmp_path / "nothing.csv", tmp_path):
        with pytest.raises(BadFile, match="cannot be opened"):
            next(read_lines(path, "utf-8"))


def test_a_line_that_is_too_long_is_marked_and_nothing_else_is_lost(tmp_path):
    path = written(tmp_path, "a\n" + "x" * (3 * LINE_BYTES_MAX) + "\nb\n" + "y" * (LINE_BYTES_MAX - 1) + "\nc")
    lines = list(read_lines(path, "utf-8"))
    assert [bool(line.fault) for line in lines] == [False, True, False, False, False]
    assert [line.number for line in lines] == [1, 2, 3, 4, 5]
    assert (lines[2].text, lines[4].text, len(lines[3].text)) == ("b", "c", LINE_BYTES_MAX - 1)
    assert len(lines[1].text) <= 500


def test_nul_bytes_past_the_first_page_mark_their_line_only(tmp_path):
    lines = list(read_lines(written(tmp_path, b"a\n" * 4000 + b"b\x00c\nd\n"), "utf-8"))
    assert [line.number for line in lines if line.fault] == [4001]
    assert lines[-1].text == "d"
