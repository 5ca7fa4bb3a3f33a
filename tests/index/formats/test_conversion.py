from __future__ import annotations

from datetime import date, datetime

import pytest

from index.article import Article
from index.formats.base import Block, Content, Metadata, ParsedArticle
from index.formats.conversion import (
    article_of,
    date_in_address,
)
from tests.index.formats.articles import PROSE

TITLE = Block("Le budget", heading=True)


def _article(
    *blocks: Block,
    name: str = "a.md",
    shown: str | None = None,
    key: str = "",
    url: str | None = None,
    told: Metadata | None = None,
) -> Article:
    content = Content.of_bytes(b"", name, shown, url=url)
    return article_of(ParsedArticle(blocks, told or Metadata(), key), content, shown or name)


def test_the_lines_under_the_title_are_read_and_what_the_source_says_wins() -> None:
    lines = Block("Par Jeanne Petit\nPublié le 29 août 2025 à 10h30 – Mis à jour le 30 août 2025")
    article = _article(TITLE, lines, Block(PROSE))
    assert (article.author, article.published_at) == ("Jeanne Petit", datetime(2025, 8, 29, 10, 30))
    assert (article.published, article.updated) == (date(2025, 8, 29), date(2025, 8, 30))
    assert article.updated_at is None
    assert (article.title, article.text) == ("Le budget", PROSE)
    assert dict(article.origins)["published"] == "text"
    told = Metadata.of("front matter", author="Luc Roy", published=date(2024, 1, 1))
    head, signature = Block("Par Jeanne Petit, le 3 mars 2024"), Block("Jeanne Petit")
    article = _article(TITLE, head, Block(PROSE), Block(PROSE), signature, told=told)
    assert (article.author, article.published) == ("Luc Roy", date(2024, 1, 1))


@pytest.mark.parametrize("around", [(Block("Par Jeanne Petit"),), ()])
def test_a_printed_name_wins_over_that_of_whoever_saved_the_document(
    around: tuple[Block, ...],
) -> None:
    told, signature = Metadata.of("docx", author="Luc Roy"), Block("Jeanne Petit")
    article = _article(TITLE, *around, *[Block(PROSE)] * 2, *[signature][len(around) :], told=told)
    assert (article.author, dict(article.origins)["author"]) == ("Jeanne Petit", "text")


def test_a_title_from_the_name_of_the_file_says_so() -> None:
    article = _article(Block(PROSE), name="2025-08-29-le-budget.md")
    assert (article.title, dict(article.origins)["title"]) == ("Le budget", "file name")
    assert "title" not in dict(_article(TITLE, Block(PROSE)).origins)
    told = Metadata.of("front matter", title="Le stade")
    assert dict(_article(Block(PROSE), told=told).origins)["title"] == "front matter"


def test_a_biography_under_headings_alone_is_the_text() -> None:
    heading, about = Block("Un portrait", heading=True), Block("À propos de l’auteur")
    article = _article(TITLE, heading, about, Block(PROSE))
    assert article.text == f"Un portrait\n\nÀ propos de l’auteur\n\n{PROSE}"


def test_neither_a_byline_nor_a_dateline_above_the_text_is_a_title() -> None:
    for line, author, day in (
        ("Par Jeanne Petit", "Jeanne Petit", None),
        ("LYON, 12 mars 2019 (AFP) –", "AFP", date(2019, 3, 12)),
    ):
        article = _article(Block(line), Block(PROSE), Block(PROSE), name="le-budget.md")
        assert (article.title, article.author, article.published) == ("Le budget", author, day)


def test_an_author_known_by_a_slug_has_a_name() -> None:
    told = Metadata.of("front matter", author="claire.legoff")
    assert _article(TITLE, Block(PROSE), told=told).author == "Claire Legoff"


@pytest.mark.parametrize(
    ("shown", "key", "url", "day", "origin"),
    [
        ("ici/2025-08-29-le-budget.md", "", None, date(2025, 8, 29), "file name"),
        ("2025-08-29-export.csv", "ligne-12", None, None, None),
        ("presse.zip", "2025-08-29-a.pdf", None, date(2025, 8, 29), "file name"),
        ("20250829123.txt", "", None, None, None),
        ("1234567/08/29/a.md", "", None, None, None),
        ("2024-01-01-a.md", "", "https://exemple.fr/2025/08/29/b", date(2024, 1, 1), "file name"),
    ],
)
def test_the_day_in_a_name(
    shown: str, key: str, url: str | None, day: date | None, origin: str | None
) -> None:
    name = shown.rpartition("/")[2]
    article = _article(TITLE, Block(PROSE), name=name, shown=shown, key=key, url=url)
    assert article.published == day
    assert article.published_at is None
    assert dict(article.origins).get("published") == origin


DAY = date(2025, 8, 29)


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://exemple.fr/politique/2025/08/29/le-budget", DAY),
        ("https://exemple.fr/le-budget-2025-08-29", None),
        ("https://exemple.fr/budget?jour=/2025/08/29/", None),
        ("https://[exemple/2025/08/29/x", None),
    ],
)
def test_the_day_in_an_address(url: str, day: date | None) -> None:
    assert date_in_address(url) == day
