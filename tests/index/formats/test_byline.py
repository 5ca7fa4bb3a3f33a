"""Lines under the title tell people and days; sentences that begin like them stay."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from index.formats.base import Block
from index.formats.byline import told_in_heads, without_head_lines

PROSE = (
    "Le conseil a voté hier le budget de la ville, qui augmente de trois pour cent. Les élus de "
    "l'opposition ont quitté la salle avant la fin de la séance."
)


@pytest.mark.parametrize(
    ("line", "author", "published", "updated"),
    [
        ("Publié le 29 août 2025 à 10h30", None, datetime(2025, 8, 29, 10, 30), None),
        ("Mis à jour le 30/08/2025 à 08:05", None, None, datetime(2025, 8, 30, 8, 5)),
        ("Par Jeanne Petit avec AFP", "Jeanne Petit", None, None),
        ("Published on August 29, 2025 at 5 p.m.", None, datetime(2025, 8, 29, 17), None),
        ("Le 3 mars 2024", None, date(2024, 3, 3), None),
    ],
)  # fmt: skip
def test_a_line_about_the_article(
    line: str, author: str | None, published: date | None, updated: date | None
) -> None:
    metadata = told_in_heads(line)
    assert metadata is not None
    found = (metadata.author, metadata.published, metadata.updated)
    assert found == (author, published, updated)
    assert set(metadata.origins.values()) == {"text"}


@pytest.mark.parametrize(
    "line",
    [
        "Publié le 3 mars 2024, le rapport conclut que la ville doit vendre le stade.",
        "Publié en 1862, le roman connaît un succès immédiat",
        "Le 3 mars 2024, le conseil a voté.",
        "Mis à jour chaque matin",
        "Le rapport publié le 3 mars 2024",
        "Par ailleurs, il pleut",
    ],
)
def test_a_sentence_is_not_about_the_article(line: str) -> None:
    assert told_in_heads(line) is None


def test_only_the_first_lines_are_read() -> None:
    head, late = Block("Par Jeanne Petit"), Block("Publié le 3 mars 2024")
    metadata, blocks = without_head_lines([head, Block(PROSE), late])
    assert (metadata.author, metadata.published) == ("Jeanne Petit", None)
    assert blocks == (Block(PROSE), late)
    short = [Block(f"Oui, dit-elle {number}.") for number in range(20)]
    assert without_head_lines([*short, late])[1][-1] == late
