"""What templates put beside an article's text, and whole pages beside what a person would copy."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lxml.html import document_fromstring

from index.article import Article
from index.formats.base import FACTS, Block, Content
from index.formats.conversion import article_of
from index.formats.html.gaps import fill_gaps
from index.formats.html.parser import read
from tests.index.formats.articles import OTHER, PROSE

LAST = "Le bac ne passera pas dimanche, a dit la capitaine, et le pont restera ouvert la nuit."
FOLDER = Path(__file__).parents[2] / "data" / "pages"


def test_the_hour_of_a_live_entry_stands_before_its_heading() -> None:
    entry = "<div><time datetime='{0}'>{0}</time><h2>{1}</h2><p>{2}</p></div>"
    first = entry.format("19:40", "Le <b>pont</b> rouvre", PROSE)
    second = entry.format("3 mars 2025", "Le pont ferme", f"Avant. {PROSE}")
    page = f"<html><head><title>Le bac</title></head><body><h1>Le bac</h1>{first}{second}"
    (parsed,) = read(Content.of_bytes(page.encode(), "page.html"))
    headings = [block.text for block in parsed.blocks if block.heading]
    assert headings == ["19:40 – Le pont rouvre", "Le pont ferme"]


def blocks_of(body: str) -> list[str]:
    page = f"<html><head><title>Le bac</title></head><body>{body}</body></html>"
    (parsed,) = read(Content.of_bytes(page.encode(), "page.html"))
    return [block.text for block in parsed.blocks]


@pytest.mark.parametrize("wrap", ["{}", "<div class=texte>{}</div>", "<main><div>{}</div></main>"])
def test_a_list_a_table_and_a_short_line_between_paragraphs_stay(wrap: str) -> None:
    inner = (
        f"<p>{PROSE}</p><ul><li>Le bac de Port-Lannec</li><li>Le bac de Vaubrey</li></ul>"
        f"<p>{OTHER}</p><table><tr><td>Lundi</td><td>8 h</td></tr><tr><td>Mardi</td><td>9 h</td>"
        f"</tr></table><p>À suivre :</p><p>{LAST}</p><ul><li>Horaires d'hiver</li></ul>"
    )
    links = (
        "<ul><li><a href=/a>Un autre article</a></li><li><a href=/b>Encore un autre</a></li></ul>"
    )
    blocks = blocks_of(wrap.format(inner) + links)
    assert "Le bac de Port-Lannec\nLe bac de Vaubrey" in blocks
    assert blocks.index("À suivre :") == len(blocks) - 3
    assert blocks[-1] == "Horaires d'hiver"
    assert blocks[3] == "Lundi | 8 h\nMardi | 9 h"
    assert len(blocks) == 7


def test_hundreds_of_links_are_not_taken_for_the_article() -> None:
    names = ", ".join(f"<a href=/{n}>lectrice_{n}</a>" for n in range(600))
    work = f"<div class=work><div><p>{PROSE}</p></div><div><p>{OTHER}</p></div></div>"
    blocks = blocks_of(f"{work}<div class=feedback><div class=kudos>{names}</div></div>")
    assert blocks == [PROSE, OTHER]


def test_the_data_of_a_template_does_not_swallow_what_follows() -> None:
    data = '<script type="text/template"><![CDATA[{"a": "<script>b"}]]></script>'
    assert blocks_of(f"<article><p>{PROSE}</p>{data}<p>{OTHER}</p></article>") == [PROSE, OTHER]


def test_a_page_of_which_much_is_left_out_is_named(caplog: pytest.LogCaptureFixture) -> None:
    tree = document_fromstring(f"<body><p>{PROSE}</p><section><p>{OTHER}</p></section></body>")
    assert fill_gaps([Block(PROSE), Block(OTHER)], tree, "page.html") == (
        Block(PROSE),
        Block(OTHER),
    )
    assert caplog.text == ""
    assert fill_gaps([Block(PROSE)], tree, "page.html") == (Block(PROSE),)
    assert "page.html: 23 words of its paragraphs are not in the article" in caplog.text


@pytest.fixture(
    scope="module", params=sorted(FOLDER.glob("gold/*.txt")), ids=lambda gold: gold.stem
)
def page(request: pytest.FixtureRequest) -> tuple[Article, Path]:
    """The article of an awkward page, and what a person would copy from it."""
    gold: Path = request.param
    content = Content.of_file(FOLDER / f"{gold.stem}.html", f"{gold.stem}.html")
    (parsed,) = read(content)
    return article_of(parsed, content, content.name), gold


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
