from __future__ import annotations

import pytest

from index.text.moments import find_moments


def read(text: str) -> list[tuple[int | None, int | None, int | None]]:
    return [(moment.year, moment.month, moment.day) for moment in find_moments(text)]


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
