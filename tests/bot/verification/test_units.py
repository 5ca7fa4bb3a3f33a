from __future__ import annotations

import pytest

from bot.verification.quantities import scale_after, unit_after, unit_before


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (" km/h", "km/h"),
        (" %", "%"),
        (" per cent", "%"),
        (" d’euros", "€"),
        (" light years", "light-year"),
        (" degrés Celsius", "°C"),
        (" mille-pattes", ""),
    ],
)
def test_a_unit_has_one_name(text: str, unit: str) -> None:
    assert unit_after(f"7{text}", 1)[0] == unit


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        (" mille", 1e3),
        (" milliards", 1e9),
        ("k", 1e3),
        (" M d’euros", 1e6),
        (" Mars", 1),
    ],
)
def test_a_scale_stands_behind_its_number(text: str, scale: float) -> None:
    assert scale_after(f"7{text}", 1)[0] == scale


def test_a_currency_may_stand_before() -> None:
    assert unit_before("It cost £", 9) == "£"
