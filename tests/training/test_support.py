"""Claims to learn from: balanced, so that shared words do not tell which hold."""

from __future__ import annotations

from random import Random

import pytest

from training.dataset import Sample
from training.support import balanced, shared_words


def claim(asked: str, text: str, holds: bool) -> Sample:
    return Sample("support", "made", "fr", asked, text, holds)


@pytest.mark.parametrize(
    ("asked", "share"),
    [
        ("Le pont fermera en 1998.", 2 / 3),
        ("Le canal ouvre.", 0),
        ("Les ponts ont fermé.", 0.5),
        ("Il y va.", 0),
    ],
)
def test_words_are_shared_by_their_beginnings(asked: str, share: float) -> None:
    assert shared_words(asked, "Le pont a été fermé en 1998.") == pytest.approx(share)


def test_copies_do_not_hold_more_often_than_they_do_not() -> None:
    text = "Le pont de Lyon a été fermé par le maire."
    copies = [claim(text, text, True)] * 30 + [claim(text, text, False)] * 10
    others = [claim("Voici autre chose.", text, True)] * 2
    others += [claim("Voici autre chose.", text, False)] * 20
    kept = balanced([*copies, *others], Random(1))
    for asked, count in ((text, 10), ("Voici autre chose.", 2)):
        for holds in (True, False):
            assert sum(each.asked == asked and each.holds == holds for each in kept) == count
