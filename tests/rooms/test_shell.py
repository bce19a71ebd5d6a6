"""How a command ends: the documented code for what somebody foresaw, another one, with its place, for what nobody did."""

from __future__ import annotations

import pytest

from fairlead.door.shell import guarded, instant
from fairlead.errors import BadInput, FairleadError, Unforeseen


def raising(error: BaseException) -> object:
    raise error


@pytest.mark.parametrize(
    "error", [OverflowError("too large"), KeyError("x"), AttributeError("no"), AssertionError(), ZeroDivisionError()]
)
def test_what_nobody_foresaw_ends_with_a_code_of_its_own_and_says_where(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(lambda: raising(error)) == Unforeseen.exit_code == 7
    said = capsys.readouterr().err
    assert "nobody foresaw" in said
    assert type(error).__name__ in said
    assert "door/shell.py:" in said
    assert "Traceback" not in said


def test_what_is_nested_too_deeply_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(lambda: raising(RecursionError())) == BadInput.exit_code
    assert "nested too deeply" in capsys.readouterr().err


def test_no_error_shares_its_code_with_a_refusal_but_the_demos() -> None:
    below = {one for one in FairleadError.__subclasses__() if one.exit_code == 1}
    assert {one.__name__ for one in below} == {"NotAsTold"}


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "0001-01-01", "9999-12-31T23:59:59-14:00", "²", "2200-01-01T00:00:00Z"])
def test_an_instant_out_of_reach_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        instant(text)


def test_an_instant_within_reach_is_milliseconds() -> None:
    assert instant("1970-01-01T00:00:01Z") == 1000
    assert instant("") is None
