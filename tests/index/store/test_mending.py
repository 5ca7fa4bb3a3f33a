from __future__ import annotations

import random

import pytest
from rapidfuzz.distance import OSA

from index.store.files.word_index import LexicalIndex, Mender

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


def test_what_is_mended_is_what_comparing_every_word_would_find() -> None:
    chance = random.Random(4)
    words = {"".join(chance.choices("abcé", k=chance.randint(4, 7))) for _ in range(300)}
    known = {f"fr:{word}": len(word) for word in words}
    mender = Mender(known, known.__getitem__)
    for _ in range(300):
        term = f"fr:{''.join(chance.choices('abcé', k=6))}"
        near = {other for other in known if OSA.distance(term, other) == 1}
        expected = max(near, key=lambda other: (known[other], other), default=None)
        if term not in known:
            assert mender.mended(term) == expected
