from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.article import Article, article_id
from index.errors import ReadError
from index.formats.base import Source
from index.formats.conversion import read_source
from tests.index.formats.articles import PROSE, read_data, refusal

BIOGRAPHY = (
    "Journaliste depuis vingt ans, elle suit la vie des communes et s'efforce de rendre leurs "
    "comptes lisibles à tous."
)


def _read(name: str, data: str | bytes) -> Article:
    (article,), _ = read_data(name, data)
    return article


def test_front_matter_tells_everything() -> None:
    article = _read(
        "budget.md",
        "---\ntitle: Le budget\nauthor: Jeanne Petit\npublished: 2024-03-03\n"
        f"url: https://exemple.fr/budget\nlanguage: fr\n---\n"
        f"# Le budget\n\n{PROSE}\n\n## Suite\n\nFin.\n",
    )
    assert (article.id, article.path) == (article_id("corpus/budget.md"), "budget.md")
    assert (article.title, article.text) == ("Le budget", f"{PROSE}\n\nSuite\n\nFin.")
    assert (article.author, article.published) == ("Jeanne Petit", date(2024, 3, 3))
    assert (article.url, article.language) == ("https://exemple.fr/budget", "fr")
    assert set(dict(article.origins).values()) == {"front matter"}
    (section,) = article.sections
    assert article.text[section.heading_start : section.heading_end] == section.heading == "Suite"


@pytest.mark.parametrize(
    ("matter", "field", "value"),
    [
        ("titre: Été", "title", "Été"),
        ("title: Piscine : l’ouverture\nauthor: x", "title", "Piscine : l’ouverture"),
        ("auteur: Luc Roy\ntitre: Foot : « Enfin 🏆 ! »", "title", "Foot : « Enfin 🏆 ! »"),
        ("authors:\n  - name: Jeanne Petit\n  - Luc Roy", "author", "Jeanne Petit, Luc Roy"),
        ("date: 2024-03-03T10:00:00", "published", date(2024, 3, 3)),
        ("published: hier", "published", None),
        ("date: 12/04/2026", "published", date(2026, 4, 12)),
        ("date: 04/29/2026 10:30", "published", date(2026, 4, 29)),
        ("date: 12/04/2026\nlang: en", "published", None),
        ("lien: https://exemple.fr/a", "url", "https://exemple.fr/a"),
        ("langue: en-GB", "language", "en"),
    ],
)
def test_keys_and_values_as_people_write_them(matter: str, field: str, value: object) -> None:
    assert getattr(_read("a.md", f"---\n{matter}\n---\n{PROSE}"), field) == value


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("---\ntitle: [a\nauthor: x\n---\nb", "front-matter-invalid-line"),
        ("---\nauthor: x\ntitle: a : b\nurl: [a\n---\nb", "front-matter-invalid-line (line=5"),
        ("---\ntitle: true\n---\nb", "front-matter-not-text (key=title)"),
        ("---\nurl: [a]\n---\nb", "front-matter-not-text (key=url)"),
        ("---\ndate: 2024-02-31\n---\nb", "front-matter-unreadable"),
        ("---\ntitle: !!python/object:os.system x\n---\nb", "front-matter-invalid-line (line=2"),
        ("# Seulement un titre\n", "article-no-text"),
        ("", "empty"),
        (b"\x89PNG\x00", "file-binary"),
    ],
)
def test_a_file_that_is_no_article_says_why(content: str | bytes, reason: str) -> None:
    assert reason in refusal("a.md", content)


def test_a_missing_file_says_why(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"ici/a\.md: file-gone"):
        list(read_source(Source(tmp_path / "a.md", "ici/a.md", "a.md")))


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("a.md", f"{PROSE}\n\n## Le vote\n\n{PROSE}", "Le vote"),
        ("a.txt", f"Le budget est voté\n\n{PROSE}", "Le budget est voté"),
        ("a.md", "Bonjour à tous.\n\nFin.", "Bonjour à tous"),
        ("le-budget_2024.md", f"{PROSE} {PROSE}", "Le budget 2024"),
    ],
)
def test_a_title_is_found_where_there_is_one(name: str, content: str, title: str) -> None:
    assert _read(name, content).title == title


@pytest.mark.parametrize(
    ("tail", "author"),
    [
        (f"Jeanne Petit\n\nA propos de l'auteur\n\nJeanne Petit\n\n{BIOGRAPHY}", "Jeanne Petit"),
        (f"À propos de l’autrice\n\nJeanne Petit\n\n{BIOGRAPHY}", "Jeanne Petit"),
        (f"About the author\n\n{BIOGRAPHY}", None),
        ("— Jeanne Petit", "Jeanne Petit"),
        ("Jeanne de La Tour", "Jeanne de La Tour"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_the_author_s_biography_is_no_news(name: str, tail: str, author: str | None) -> None:
    article = _read(name, f"# Le budget\n\n{PROSE}\n\n{PROSE}\n\n{tail}")
    assert article.text == f"{PROSE}\n\n{PROSE}"
    assert article.author == author
