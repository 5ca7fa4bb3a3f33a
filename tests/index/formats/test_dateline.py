"""The words that say where and when an article was written are its date, and no sentence."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from index.article import Article
from index.build.passages import cut
from index.formats.base import Block, Metadata, Skipped, Source
from index.formats.byline import parse_dateline, split_dateline
from index.formats.conversion import read_source

FIRST = "Le conseil municipal a voté hier le budget de la ville, en hausse de trois pour cent."
SECOND = "Les élus de l'opposition ont quitté la salle avant la fin de la séance."


def read(tmp_path: Path, name: str, text: str) -> Article:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    (article,) = read_source(Source(path, name, name))
    assert not isinstance(article, Skipped)
    return article


@pytest.mark.parametrize(
    ("line", "published", "agency"),
    [
        ("22 mai 2012. – ", date(2012, 5, 22), None),
        ("1er janvier 2016, 14h30 . – ", datetime(2016, 1, 1, 14, 30), None),
        ("7 janvier 2016, 11 h 40 UTC . –", datetime(2016, 1, 7, 11, 40, tzinfo=UTC), None),
        ("4 août 2016, Bolivie, cratère de Maragua . – ", date(2016, 8, 4), None),
        ("PARIS, 12 mars 2019 (AFP) – ", date(2019, 3, 12), "AFP"),
        ("Paris, le 12 mars 2019 – ", date(2019, 3, 12), None),
        ("Fort-de-France – 12 mars 2019 – ", date(2019, 3, 12), None),
        ("LONDON (Reuters) — ", None, "Reuters"),
        ("LONDON (Reuters) - ", None, "Reuters"),
        ("SANTA FE, N.M. (AP) — ", None, "AP"),
        ("LONDON, March 12, 2019 (Reuters) - ", date(2019, 3, 12), "Reuters"),
        ("BRUXELLES, 12 mars (Belga) – ", None, "Belga"),
    ],
)
def test_a_dateline_tells_when_and_who(
    line: str, published: date | None, agency: str | None
) -> None:
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
        "12 mars 2019 – Jeanne Petit",
        "En 2019 – année de la réforme – Le Mans a voté un budget en hausse de trois pour cent.",
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
def test_an_article_takes_its_date_and_none_of_its_sentences(
    tmp_path: Path, name: str, text: str
) -> None:
    article = read(tmp_path, name, text)
    assert article.published == date(2019, 3, 12)
    assert dict(article.origins)["published"] == "text"
    sentences = [each for passage in cut(article) for each in passage.sentences]
    assert FIRST in [each.text for each in sentences]
    assert all(article.text[each.start : each.end] == each.text for each in sentences)
    assert "2019" not in article.text


def test_what_the_metadata_says_counts_more(tmp_path: Path) -> None:
    head = "---\ntitle: Budget\ndate: 2020-01-02\nauthor: Jeanne Petit\n---\n"
    article = read(tmp_path, "page.md", f"{head}LYON, 12 mars 2019 (AFP) – {FIRST} {SECOND}")
    assert (article.published, article.author) == (date(2020, 1, 2), "Jeanne Petit")
    assert article.text == f"{FIRST} {SECOND}"


def test_what_stands_far_below_is_no_dateline() -> None:
    prose = Block(f"{FIRST} {SECOND}")
    blocks = (prose, prose, prose, Block(f"12 mars 2019 – {FIRST}"))
    assert split_dateline(blocks) == (Metadata(), blocks)


@pytest.mark.parametrize(
    "piece", ["A – ", "(AFP) - ", "12 mars 2019 –", "A 2019 – – – –\n", "(((("]
)
def test_a_hostile_text_takes_no_time(piece: str) -> None:
    began = time.process_time()
    split_dateline((Block(piece * (1_000_000 // len(piece))),))
    assert time.process_time() - began < 1
