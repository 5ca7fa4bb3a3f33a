from __future__ import annotations

import pytest

from index.lexical import LexicalIndex
from index.mending import Mender

KNOWN = {"fr:grott": 9, "fr:grotte": 2, "fr:moulin": 3, "fr:moulins": 5, "en:mouldy": 9, "1850": 4}


@pytest.mark.parametrize(
    ("term", "meant"),
    [
        ("fr:moulim", "fr:moulin"),  # another letter
        ("fr:moulinn", "fr:moulins"),  # two are as near: the more frequent
        ("fr:muolin", "fr:moulin"),  # swapped
        ("fr:mouln", "fr:moulin"),  # one less
        ("fr:mauluns", None),  # two slips
        ("fr:grot", None),  # too short to tell
        ("1851", None),  # a number is never another
        ("en:moulin", None),  # of another language
    ],
)
def test_a_slip_is_mended_and_nothing_else(term: str, meant: str | None) -> None:
    assert Mender(KNOWN, KNOWN.__getitem__).mended(term) == meant


def test_a_misspelt_question_meets_the_articles_words() -> None:
    index = LexicalIndex.build([("fr", "Le phare de Cordouan."), ("fr", "Le moulin de Valmy.")])
    scores = index.match("Où est le phare de Crodouan ?", "fr").scores
    assert scores[0] > scores[1]
    assert index.match("Crodouan", "fr").known == 1
