"""What a claim and its evidence are measured by, and the trees that weigh the measures."""

from __future__ import annotations

import pytest

from bot.verification.support import is_supported, measure
from tests.bot.verification.made import HashReader, align

BRIDGE = (
    "Le pont de Vauclair a rouvert lundi. Sa réfection a coûté 300 euros, mais la passerelle "
    "voisine n’a pas été repeinte."
)


class Unconvinced(HashReader):
    """A reader that takes no claim for supported."""

    def support(self, claim: str, evidence: str) -> float:
        return -9.0


def test_a_reader_that_sees_no_support_is_heeded() -> None:
    alignment = align("Le pont de Vauclair a rouvert lundi.", BRIDGE)
    assert is_supported(alignment, HashReader())
    assert not is_supported(alignment, Unconvinced())


def test_a_word_that_stands_nowhere_shows() -> None:
    near = measure(align("Le pont de Vauclair a rouvert lundi.", BRIDGE), HashReader())
    far = measure(align("Le tunnel de Vauclair a rouvert lundi.", BRIDGE), HashReader())
    assert near["same"] == near["least anywhere"] == pytest.approx(1.0)
    assert far["same"] < 1.0
    assert far["least anywhere"] < 0.6


def test_a_figure_among_other_words_shows() -> None:
    right = measure(align("Sa réfection a coûté 300 euros.", BRIDGE), HashReader())
    moved = measure(align("Vauclair a rouvert à 300 euros.", BRIDGE), HashReader())
    assert moved["beside figures"] < right["beside figures"]
