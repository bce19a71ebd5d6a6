"""What a sensor can say of itself."""

from __future__ import annotations

import pytest

from fairlead.errors import BadInput
from fairlead.report.characteristics import Characteristics


def test_everything_may_be_unknown() -> None:
    assert Characteristics().turn_ms == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("detection_permille", 1000), ("turn_ms", -1), ("clutter_per_kkm2", -5), ("bias_range_m", 20_001), ("sector_to_ddeg", 3600)],
)
def test_a_number_that_no_sensor_has_is_refused_by_name(name: str, value: int) -> None:
    with pytest.raises(BadInput, match="out of range") as told:
        Characteristics(**{name: value})
    assert told.value.where == name


def test_an_error_of_the_range_without_one_of_the_bearing_is_refused() -> None:
    with pytest.raises(BadInput, match="alone"):
        Characteristics(range_sigma_m=20)
    assert Characteristics(range_sigma_m=20, bearing_sigma_mdeg=100).range_sigma_m == 20
