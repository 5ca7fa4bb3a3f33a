"""What templates put beside an article's text, and whole pages beside what a person would copy."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from index.formats.base import Block, Content
from index.formats.conversion import article_of_draft
from index.formats.html.parser import read
from tests.index.formats.articles import PROSE
from tests.index.formats.pages import FOLDER

LEAD, END = "Un bac relie les deux rives depuis 1824.", "La fête aura lieu le samedi 29 juin."


def _blocks(body: str) -> tuple[Block, ...]:
    page = f"<html><head><title>Le bac</title></head><body><h1>Le bac</h1>{body}</body></html>"
    (draft,) = read(Content.of_bytes(page.encode(), "page.html"))
    return draft.blocks


def _texts(body: str) -> list[str]:
    return [block.text for block in _blocks(body)]


def test_a_lead_and_a_postscript_beside_the_text_are_its_own() -> None:
    assert _texts(
        f'<div class="content"><div class="crayon chapo"><p>{LEAD}</p></div>'
        f'<div class="texte entry-content"><p>{PROSE}</p></div>'
        f'<div class="ps"><h2>P.-S.</h2><p>{END}</p></div></div>'
    ) == [LEAD, PROSE, "P.-S.", END]


def test_headings_above_paragraphs_that_nothing_marks_are_kept() -> None:
    assert _blocks(
        f"<div class=su-x><p>{PROSE}</p><h2>Des seaux et des draps</h2><p>Onze. {PROSE}</p></div>"
        "<div><h2>Les plus lus</h2><a href=/a>Bayonne</a></div>"
    ) == (
        Block(PROSE),
        Block("Des seaux et des draps", heading=True),
        Block(f"Onze. {PROSE}"),
    )


def test_the_hour_of_a_live_entry_stands_before_its_heading() -> None:
    entry = "<div><time datetime='{0}'>{0}</time><h2>{1}</h2><p>{2}</p></div>"
    blocks = _blocks(
        entry.format("19:40", "Le <b>pont</b> rouvre", PROSE)
        + entry.format("3 mars 2025", "Le pont ferme", f"Avant. {PROSE}")
    )
    assert [block.text for block in blocks if block.heading] == [
        "19:40 – Le pont rouvre",
        "Le pont ferme",
    ]


@pytest.mark.parametrize("gold", sorted(FOLDER.glob("gold/*.txt")), ids=lambda path: path.stem)
def test_a_page_gives_the_words_that_a_person_would_copy(gold: Path) -> None:
    page = FOLDER / f"{gold.stem}.html"
    content = Content.of_file(page, page.name)
    (draft,) = read(content)
    given = Counter(re.findall(r"\w+", article_of_draft(draft, content, page.name).text))
    wanted = Counter(re.findall(r"\w+", gold.read_text(encoding="utf-8")))
    assert (wanted - given).total() <= 0.06 * wanted.total()
    assert (given - wanted).total() <= 0.20 * given.total()
