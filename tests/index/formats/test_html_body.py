"""What templates put beside an article's text, and whole pages beside what a person would copy."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from index.article import Article
from index.formats.base import FACTS, Content
from index.formats.conversion import article_of_draft
from index.formats.html.parser import read
from tests.index.formats.articles import PROSE

FOLDER = Path(__file__).parents[2] / "data" / "pages"


def test_the_hour_of_a_live_entry_stands_before_its_heading() -> None:
    entry = "<div><time datetime='{0}'>{0}</time><h2>{1}</h2><p>{2}</p></div>"
    first = entry.format("19:40", "Le <b>pont</b> rouvre", PROSE)
    second = entry.format("3 mars 2025", "Le pont ferme", f"Avant. {PROSE}")
    page = f"<html><head><title>Le bac</title></head><body><h1>Le bac</h1>{first}{second}"
    (draft,) = read(Content.of_bytes(page.encode(), "page.html"))
    headings = [block.text for block in draft.blocks if block.heading]
    assert headings == ["19:40 – Le pont rouvre", "Le pont ferme"]


@pytest.fixture(
    scope="module", params=sorted(FOLDER.glob("gold/*.txt")), ids=lambda gold: gold.stem
)
def page(request: pytest.FixtureRequest) -> tuple[Article, Path]:
    """The article of an awkward page, and what a person would copy from it."""
    gold: Path = request.param
    content = Content.of_file(FOLDER / f"{gold.stem}.html", f"{gold.stem}.html")
    (draft,) = read(content)
    return article_of_draft(draft, content, content.name), gold


def test_a_page_gives_its_facts_and_what_a_person_would_copy(page: tuple[Article, Path]) -> None:
    article, gold = page
    # `GOLDENS=update` writes the JSON file beside the gold: read the difference before a commit.
    given = Counter(re.findall(r"\w+", article.text))
    wanted = Counter(re.findall(r"\w+", gold.read_text(encoding="utf-8")))
    assert (wanted - given).total() <= 0.06 * wanted.total()
    assert (given - wanted).total() <= 0.20 * given.total()
    moments = {"published": article.published_at, "updated": article.updated_at}
    facts = {name: moments.get(name) or getattr(article, name) for name in FACTS}
    record: dict[str, Any] = {
        name: [str(fact), dict(article.origins)[name]] for name, fact in facts.items() if fact
    }
    record["headings"] = [section.heading for section in article.sections]
    record["text"] = article.text.split("\n\n")
    expected = gold.with_suffix(".json")
    if os.environ.get("GOLDENS") == "update":
        text = json.dumps(record, ensure_ascii=False, indent=1)
        expected.write_text(f"{text}\n", encoding="utf-8")
    assert record == json.loads(expected.read_text(encoding="utf-8"))
