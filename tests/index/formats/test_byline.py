"""Lines under the title tell people and days; sentences that begin like them stay."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from index.formats.base import Block
from index.formats.byline import parse_head_line, split_head_lines
from tests.index.formats.articles import PROSE


@pytest.mark.parametrize(
    ("line", "author", "published", "updated"),
    [
        ("Publié le 29 août 2025 à 10h30", None, datetime(2025, 8, 29, 10, 30), None),
        ("Publié le 29 août 2025 à 10h30 – Mis à jour le 30 août 2025 à 8h05", None,
         datetime(2025, 8, 29, 10, 30), datetime(2025, 8, 30, 8, 5)),
        ("Mis à jour le 30/08/2025 à 08:05", None, None, datetime(2025, 8, 30, 8, 5)),
        ("Par Jeanne Petit, publié le 3 mars 2024, mis à jour le 5 mars 2024", "Jeanne Petit",
         date(2024, 3, 3), date(2024, 3, 5)),
        ("Par Jeanne Petit avec AFP", "Jeanne Petit", None, None),
        ("Publié le 3 mars 2024 dans Vie locale", None, date(2024, 3, 3), None),
        ("Published on August 29, 2025 at 5 p.m.", None, datetime(2025, 8, 29, 17), None),
        ("Last updated: 29 August 2025", None, None, date(2025, 8, 29)),
        ("Le 3 mars 2024", None, date(2024, 3, 3), None),
    ],
)  # fmt: skip
def test_a_line_about_the_article(
    line: str, author: str | None, published: date | None, updated: date | None
) -> None:
    metadata = parse_head_line(line)
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
    assert parse_head_line(line) is None


def test_only_the_first_lines_are_read() -> None:
    head, late = Block("Par Jeanne Petit"), Block("Publié le 3 mars 2024")
    metadata, blocks = split_head_lines([head, Block(PROSE), late])
    assert (metadata.author, metadata.published) == ("Jeanne Petit", None)
    assert blocks == (Block(PROSE), late)
    short = [Block(f"Oui, dit-elle {number}.") for number in range(20)]
    assert split_head_lines([*short, late])[1][-1] == late
