"""A page saved as text gives its title, its people, its day and its headings."""

from __future__ import annotations

import pytest

from index.formats.text import read_text
from tests.index.formats.articles import PROSE


def _headings(text: str) -> list[str]:
    return [block.text for block in read_text(text).blocks if block.heading]


def test_a_repeated_title_is_read_once() -> None:
    draft = read_text(f"Le budget est voté\n\nLe budget est voté\n\n{PROSE}")
    assert [block.text for block in draft.blocks] == ["Le budget est voté", PROSE]
    assert draft.blocks[0].heading


def test_a_bare_short_line_between_paragraphs_is_a_heading() -> None:
    text = f"Le budget est voté\n\n{PROSE}\n\nUne salle vide\n\n{PROSE}\n\nEt après ?\n\n{PROSE}"
    assert _headings(text) == ["Le budget est voté", "Une salle vide", "Et après ?"]


@pytest.mark.parametrize("line", ["Il est parti.", "suite du texte", "Trois villes :", "« Non »"])
def test_a_short_paragraph_is_no_heading(line: str) -> None:
    assert _headings(f"Le budget est voté\n\n{PROSE}\n\n{line}\n\n{PROSE}") == [
        "Le budget est voté"
    ]


def test_an_address_under_the_title_is_the_article_s() -> None:
    draft = read_text(f"Le budget est voté\nSource : https://exemple.fr/budget\n\n{PROSE}")
    assert draft.metadata.url == "https://exemple.fr/budget"


def test_lines_of_a_fixed_width_are_one_paragraph() -> None:
    wrapped = (
        "Le conseil a voté le budget de la ville, qui\n"
        "augmente de trois pour cent cette année.\nFin."
    )
    draft = read_text(f"Le budget\n\n{PROSE}\n\n{wrapped}")
    assert draft.blocks[-1].text == wrapped.replace("\n", " ")
