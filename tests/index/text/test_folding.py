from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.folding import fold_phrase
from index.text.language import mend_phrase


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold_phrase(text)) == len(text)


def test_folding_drops_case_accents_and_typography() -> None:
    assert fold_phrase("L’ÉTÉ\u00a0: où ?") == "l'ete : ou ?"


@pytest.mark.parametrize("slip", ["artcile", "aricle", "articcle", "artikle", "articel"])
def test_one_slip_in_a_known_word_is_put_right(slip: str) -> None:
    assert mend_phrase(f"cet {slip} ?") == "cet article ?"


@pytest.mark.parametrize(
    "word", ["hauteur", "particule", "articles", "auteurs", "Articles", "artiste", "written"]
)
def test_other_words_stay_as_they_are(word: str) -> None:
    assert mend_phrase(word) == word
