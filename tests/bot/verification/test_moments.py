from __future__ import annotations

import pytest

from bot.verification.moments import find_moments, find_relative_moments


def read(text: str) -> list[tuple[int | None, int | None, int | None]]:
    return [(each.year, each.month, each.day) for each in find_moments(text)]


@pytest.mark.parametrize(
    "text",
    ["le 4 juillet 1934", "July 4, 1934", "4 July 1934", "July 4th, 1934", "1934-07-04",
     "04/07/1934", "4 de julio de 1934"],
)  # fmt: skip
def test_a_day_is_the_same_however_it_is_written(text: str) -> None:
    assert read(text) == [(1934, 7, 4)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("en septembre 1928", [(1928, 9, None)]),
        ("le 1er juin", [(None, 6, 1)]),
        ("le 12 mars et en mai 2012", [(None, 3, 12), (2012, 5, None)]),
        ("2 000 chênes", []),
    ],
)
def test_parts_of_a_date(text: str, told: list[tuple[int | None, int | None, int | None]]) -> None:
    assert read(text) == told


@pytest.mark.parametrize(
    ("known", "told", "borne"),
    [
        ("le 4 juillet 1934", "en juillet 1934", True),
        ("le 4 juillet 1934", "en 1934", True),
        ("en 1934", "le 4 juillet 1934", False),
        ("le 4 juillet 1934", "le 4 juillet 1943", False),
        ("le 4 juillet 1934", "le 14 juillet 1934", False),
        ("en avril 1963", "en août 1963", False),
        ("en 1984", "dans les années 1980", True),
        ("en 1994", "dans les années 1980", False),
    ],
)
def test_a_date_bears_what_is_less_exact(known: str, told: str, borne: bool) -> None:
    (source,), (claim,) = find_moments(known), find_moments(told)
    assert source.supports(claim) is borne


def test_the_next_day_is_told_by_the_day_before() -> None:
    text = "Le 31 décembre 1999, on attend ; le lendemain, tout marche."
    (day,) = find_relative_moments(text, find_moments(text))
    assert (day.year, day.month, day.day) == (2000, 1, 1)


def test_the_last_day_of_all_has_no_next_one() -> None:
    text = "Il vaut jusqu’au 31/12/9999 ; le lendemain, il ne vaut plus."
    assert find_relative_moments(text, find_moments(text)) == []
