from __future__ import annotations

import pytest

from index.formats.text import read_text
from tests.index.formats.articles import PROSE


def _headings(text: str) -> list[str]:
    return [block.text for block in read_text(text).blocks if block.heading]


def test_titles_addresses_and_wrapped_lines_are_read_once() -> None:
    draft = read_text(f"Le budget est voté\n\nLe budget est voté\n\n{PROSE}")
    assert [block.text for block in draft.blocks] == ["Le budget est voté", PROSE]
    assert draft.blocks[0].heading
    draft = read_text(f"Le budget est voté\nSource : https://exemple.fr/budget\n\n{PROSE}")
    assert draft.metadata.url == "https://exemple.fr/budget"
    wrapped = (
        "Le conseil a voté le budget de la ville, qui\n"
        "augmente de trois pour cent cette année.\nFin."
    )
    draft = read_text(f"Le budget\n\n{PROSE}\n\n{wrapped}")
    assert draft.blocks[-1].text == wrapped.replace("\n", " ")


@pytest.mark.parametrize("line", ["Il est parti.", "suite du texte", "Trois villes :", "« Non »"])
def test_a_bare_short_line_is_a_heading_and_a_short_paragraph_is_none(line: str) -> None:
    text = f"Le budget est voté\n\n{PROSE}\n\nUne salle vide\n\n{PROSE}\n\nEt après ?\n\n{PROSE}"
    headings = ["Le budget est voté", "Une salle vide", "Et après ?"]
    assert _headings(f"{text}\n\n{line}\n\n{PROSE}") == headings
