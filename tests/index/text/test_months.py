"""The names of the months, as texts and as dates need them."""

from __future__ import annotations

import re

import pytest

from index.text.months import MONTH_NUMBERS, month_names, month_pattern


@pytest.mark.parametrize(
    ("name", "number"),
    [("fevrier", 2), ("marz", 3), ("marco", 3), ("maart", 3), ("august", 8), ("dicembre", 12)],
)
def test_a_name_has_its_number_in_every_language(name: str, number: int) -> None:
    assert MONTH_NUMBERS[name] == number


@pytest.mark.parametrize("language", ["fr", "en", "es", "de", "it", "pt", "nl"])
def test_every_language_has_twelve(language: str) -> None:
    assert {MONTH_NUMBERS.get(name, 0) for name in month_names(language)} - {0} == set(range(1, 13))


def test_names_are_found_with_and_without_their_accents() -> None:
    pattern = re.compile(month_pattern("fr", "en"))
    assert pattern.findall("août, aout, may, mai, enero") == ["août", "aout", "may", "mai"]
