from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from index.formats.base import Block, Metadata
from index.formats.byline import parse_dateline, parse_head_line, split_dateline, split_head_lines
from index.ingestion.passages import cut
from tests.index.formats.articles import PROSE, read_data


@pytest.mark.parametrize(
    ("line", "author", "published", "updated"),
    [
        ("Publié le 29 août 2025 à 10h30 – Mis à jour le 30 août 2025 à 8h05", None,
         datetime(2025, 8, 29, 10, 30), datetime(2025, 8, 30, 8, 5)),
        ("Mis à jour le 30/08/2025 à 08:05", None, None, datetime(2025, 8, 30, 8, 5)),
        ("Par Jeanne Petit, publié le 3 mars 2024, mis à jour le 5 mars 2024", "Jeanne Petit",
         date(2024, 3, 3), date(2024, 3, 5)),
        ("Publié le 3 mars 2024 dans Vie locale", None, date(2024, 3, 3), None),
        ("Published on August 29, 2025 at 5 p.m.", None, datetime(2025, 8, 29, 17), None),
        ("Le 3 mars 2024", None, date(2024, 3, 3), None),
        ("Par Jeanne Petit et Luc de la Tour | 3 mars 2024", "Jeanne Petit et Luc de la Tour",
         date(2024, 3, 3), None),
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
        "Par ailleurs, il pleut",
        "Par Toutatis, quel titre a donc choisi ce journal hier !",
        "By the river",
        "— Oui, dit-il",
    ],
)
def test_a_sentence_is_not_about_the_article(line: str) -> None:
    assert parse_head_line(line) is None


FIRST = "Le conseil municipal a voté hier le budget de la ville, en hausse de trois pour cent."
SECOND = "Les élus de l'opposition ont quitté la salle avant la fin de la séance."


@pytest.mark.parametrize(
    ("line", "published", "agency"),
    [
        ("22 mai 2012. – ", date(2012, 5, 22), None),
        ("1er janvier 2016, 14h30 . – ", datetime(2016, 1, 1, 14, 30), None),
        ("7 janvier 2016, 11 h 40 UTC . –", datetime(2016, 1, 7, 11, 40, tzinfo=UTC), None),
        ("4 août 2016, Bolivie, cratère de Maragua . – ", date(2016, 8, 4), None),
        ("PARIS, 12 mars 2019 (AFP) – ", date(2019, 3, 12), "AFP"),
        ("Fort-de-France – 12 mars 2019 – ", date(2019, 3, 12), None),
        ("LONDON (Reuters) — ", None, "Reuters"),
        ("LONDON, March 12, 2019 (Reuters) - ", date(2019, 3, 12), "Reuters"),
        ("BRUXELLES, 12 mars (Belga) – ", None, "Belga"),
    ],
)
def test_datelines_tell_when_and_who(line: str, published: date | None, agency: str | None) -> None:
    told = parse_dateline(line + FIRST)
    assert told is not None
    assert (told.published, told.agency) == (published, agency)
    assert (line + FIRST)[told.end :].startswith("Le conseil")


@pytest.mark.parametrize(
    "line",
    [
        "Le 12 mars 2019 – un mardi – le conseil municipal a voté le budget de la ville entière.",
        "Le maire – élu le 12 mars 2019 – a présenté hier le budget de la ville entière.",
        "12 mars 2019 – 15 mars 2019 : quatre jours de fête dans les rues du centre de la ville.",
        "Marseille (PS) – Le maire a présenté hier le budget de la ville devant son conseil.",
        "La hausse – trois pour cent – A surpris les élus du 12 mars 2019, dit le maire adjoint.",
        FIRST,
    ],
)
def test_a_sentence_is_no_dateline(line: str) -> None:
    assert parse_dateline(line) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.txt", f"Budget voté\n\n12 mars 2019. – {FIRST} {SECOND}\n\n{FIRST} {SECOND}"),
        ("page.txt", f"Budget voté\n\n12 mars 2019, Lyon. –\n\n{FIRST} {SECOND}"),
        ("page.md", f"# Budget voté\n\n**Lyon, 12 mars 2019 (AFP) –** {FIRST} {SECOND}"),
        (
            "page.html",
            "<html><body><article><h1>Budget voté</h1><p>L'hôtel de ville de Lyon.</p>"
            f"<p><strong>12 mars 2019. –</strong> {FIRST} {SECOND}</p>"
            f"<p>{SECOND} {FIRST} {SECOND}</p></article></body></html>",
        ),
    ],
)
def test_an_article_takes_its_date_and_none_of_its_sentences(name: str, text: str) -> None:
    (article,), _ = read_data(name, text)
    assert article.published == date(2019, 3, 12)
    assert dict(article.origins)["published"] == "text"
    sentences = [sentence for passage in cut(article) for sentence in passage.sentences]
    assert FIRST in [sentence.text for sentence in sentences]
    assert all(
        article.text[sentence.start : sentence.end] == sentence.text for sentence in sentences
    )
    assert "2019" not in article.text


def test_only_the_first_lines_and_paragraphs_are_looked_at() -> None:
    prose = Block(f"{FIRST} {SECOND}")
    blocks = (prose, prose, prose, Block(f"12 mars 2019 – {FIRST}"))
    assert split_dateline(blocks) == (Metadata(), blocks)
    head, late = Block("Par Jeanne Petit"), Block("Publié le 3 mars 2024")
    metadata, blocks = split_head_lines([head, Block(PROSE), late])
    assert (metadata.author, metadata.published) == ("Jeanne Petit", None)
    assert blocks == (Block(PROSE), late)
    short = [Block(f"Oui, dit-elle {number}.") for number in range(20)]
    assert split_head_lines([*short, late])[1][-1] == late
