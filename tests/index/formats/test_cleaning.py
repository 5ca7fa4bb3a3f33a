"""Drafts of every format lose what is no news, and keep every word that is."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.formats.base import ArticleDraft, Block, Metadata
from index.formats.boilerplate import clean_draft, drop_boilerplate, mend_letters

PROSE = "Le conseil a voté hier le budget de la ville, qui augmente de trois pour cent."


def _kept(*texts: str) -> list[str]:
    return [block.text for block in drop_boilerplate(tuple(Block(text) for text in texts))]


def test_lines_that_are_no_news_go_and_the_rest_of_their_paragraph_stays() -> None:
    assert _kept(f"Publicité\n{PROSE}\n3 min de lecture", "Partager") == [PROSE]


def test_headings_that_are_no_news_go() -> None:
    blocks = (Block("Sur le même sujet", heading=True), Block(PROSE))
    assert drop_boilerplate(blocks) == (Block(PROSE),)


def test_what_sells_the_rest_of_an_article_goes() -> None:
    sold = "Il vous reste 82 % de cet article à lire. La suite est réservée aux abonnés."
    offers = ["Profitez de tous nos contenus", "Sans engagement\nLe journal dès 22 heures"]
    assert _kept(PROSE, sold, *offers) == [PROSE]
    assert _kept("Réservé aux abonnés", PROSE) == [PROSE]
    assert _kept(PROSE, "Réservé aux abonnés", *[PROSE] * 30) == [PROSE] * 31


def test_the_counters_of_a_gallery_go_and_a_mark_stays() -> None:
    assert _kept("1/3", PROSE, "2/3", "3/3") == [PROSE]
    assert _kept(PROSE, "4/5") == [PROSE, "4/5"]


@pytest.mark.parametrize(
    ("broken", "read"),
    [
        ("Lâ€™Ã©tÃ© Ã\u00a0 BrÃ©ganÃ§on", "L’été à Brégançon"),
        ("Â« Câ€™est vrai Â»", "« C’est vrai »"),
        ("24,8Â\u00a0Â°C", "24,8\u00a0°C"),
        ("cœur e\u0301tait", "cœur était"),
        ("in\u00addé\u200bpen\u2060dance\ufeff", "indépendance"),
        ("jour\u200cnal", "journal"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)  # fmt: skip
def test_letters_are_mended(broken: str, read: str) -> None:
    assert mend_letters(broken) == read


@pytest.mark.parametrize(
    "text",
    [
        "« Voilà », dit-elle… L’« été » – ou l'hiver — à 15 000 km",
        "«\u00a0Rien\u202f!\u00a0»",
        "ﬁn, ① ½ Ａ x² H₂O &amp; &lt;b&gt;",
        "SÃO PAULO, Ângela, Äänekoski, Åland, naïf, à bâbord",
        "Ελλάδα, Привет, 日本語, 👩‍🚀",
        "un\nsaut\tde ligne",
    ],
)
def test_nothing_else_is_changed(text: str) -> None:
    assert mend_letters(text) == text


def test_the_title_and_the_people_are_mended_too() -> None:
    told = Metadata.of("html", title="Ã‰crit en Ã©tÃ©", author="ZoÃ© LemaÃ®tre")
    draft = clean_draft(ArticleDraft((Block("Ã©tÃ©"),), told))
    assert draft.metadata == Metadata(title="Écrit en été", author="Zoé Lemaître")
    assert draft.blocks == (Block("été"),)
    assert draft.metadata.origins == told.origins


@given(st.lists(st.text(max_size=80), max_size=6))
@example(["Â\x1f\xa0"])
def test_cleaning_twice_is_cleaning_once(texts: list[str]) -> None:
    once = clean_draft(ArticleDraft(tuple(Block(text) for text in texts)))
    assert clean_draft(once) == once
