from __future__ import annotations

import pytest

from index.text.numbers import plain_numbers, roman_value
from index.text.quantities import find_quantities


def read(text: str, language: str = "fr") -> list[tuple[float, str]]:
    """Each number of a text with its unit, where it can be read in one way only."""
    return [
        (value, quantity.unit)
        for quantity in find_quantities(text, language)
        for value in quantity.values
    ]


@pytest.mark.parametrize(
    "number",
    ["15 000", "15\u00a0000", "15\u202f000", "15000", "quinze mille", "15k", "15 milliers de"],
)
def test_a_number_is_the_same_however_it_is_written(number: str) -> None:
    assert read(f"{number} puces")[0][0] == 15_000


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("1,5 million", "fr", 1_500_000),
        ("deux millions et demi", "fr", 2_500_000),
        ("1,5 Md€", "fr", 1_500_000_000),
        ("$2bn", "en", 2_000_000_000),
        ("vingt-cinq", "fr", 25),
        ("soixante-quatre", "fr", 64),
        ("une quarantaine", "fr", 40),
        ("deux douzaines", "fr", 24),
        ("les deux tiers", "fr", 2 / 3),
        ("la moitié", "fr", 0.5),
        ("−271,3", "fr", -271.3),
    ],
)
def test_words_scales_and_fractions(text: str, language: str, value: float) -> None:
    assert [number for number, _ in read(text, language)] == [pytest.approx(value)]


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("20 %", "un cinquième", True),
        ("25 pour cent", "un quart", True),
        ("deux heures", "120 minutes", True),
        ("1,5 km", "1500 mètres", True),
        ("2 tonnes", "2000 kg", True),
        ("un an et demi", "18 mois", True),
        ("une heure et demie", "90 minutes", True),
        ("95 %", "94,1 %", False),
        ("760 kg", "760 tonnes", False),
        ("846 millions d’euros", "846 milliards d’euros", False),
        ("5 %", "5 euros", False),
        ("1 900", "19 000", False),
        ("un tiers", "un quart", False),
    ],
)
def test_only_what_is_equal_bears_each_other(one: str, other: str, equal: bool) -> None:
    (first,), (second,) = find_quantities(one, "fr"), find_quantities(other, "fr")
    assert first.supports(second) is second.supports(first) is equal


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("de 7,4 à 11,9 millions d’euros", [(7_400_000, "€"), (11_900_000, "€")]),
        ("entre 70 et 80 %", [(70, "%"), (80, "%")]),
        ("2-3 km", [(2, "km"), (3, "km")]),
    ],
)
def test_a_range_shares_what_follows_it(text: str, told: list[tuple[float, str]]) -> None:
    assert read(text) == told


def test_a_figure_with_a_comma_is_read_in_both_ways() -> None:
    (number,) = find_quantities("13,200 houses", "en")
    assert number.values == {13.2, 13_200}


def test_dates_are_no_numbers() -> None:
    assert not find_quantities("Le 4 juillet 1934, puis en mai 2012.", "fr")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("7 K, 12 km et 3 m", [(7, "K"), (12, "km"), (3, "m")]),
        ("30 km/h, 8 %", [(30, "km/h"), (8, "%")]),
        ("7 per cent of 4 light years", [(7, "%"), (4, "light-year")]),
        ("7 M d’euros à 20 degrés Celsius", [(7e6, "€"), (20, "°C")]),
        ("It cost £9", [(9, "£")]),
        ("le 7 Mars", []),
        ("article 12,3.4.5", [(12, "")]),
    ],
)
def test_a_unit_has_one_name_and_is_no_scale(text: str, told: list[tuple[float, str]]) -> None:
    assert read(text) == told


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("15\u202f000 euros et 1,5 %", "15000 euros et 1.5 %"),
        ("13,200 people", "13200 people"),
        ("1.234.567", "1234567"),
        ("en 2012, 300 personnes", "en 2012, 300 personnes"),
    ],
)
def test_groups_of_digits_are_joined(written: str, plain: str) -> None:
    assert plain_numbers(written) == plain


@pytest.mark.parametrize(("letters", "value"), [("XIX", 19), ("xl", 40), ("iv", 4), ("MCM", 1900)])
def test_roman_digits_are_read(letters: str, value: int) -> None:
    assert roman_value(letters) == value
