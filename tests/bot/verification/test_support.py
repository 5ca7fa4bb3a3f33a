"""What a claim and its evidence are measured by, and how the measures are weighed."""

from __future__ import annotations

import numpy as np
import pytest

from bot.verification.support import Measures, is_supported, measure
from tests.bot.verification.made import HashReader, align

BRIDGE = (
    "Le pont de Vauclair a rouvert lundi. Sa réfection a coûté 300 euros, mais la passerelle "
    "voisine n’a pas été repeinte."
)


class Unconvinced(HashReader):
    """A reader that takes no claim for supported."""

    def compare(self, claim: str, evidence: str) -> Measures:
        return super().compare(claim, evidence) * np.float32(-1)


class Listening(HashReader):
    """A reader that keeps what it was given to read."""

    evidence = ""

    def compare(self, claim: str, evidence: str) -> Measures:
        self.evidence = evidence
        return super().compare(claim, evidence)


def test_a_reader_that_sees_no_support_is_heeded() -> None:
    alignment = align("Le pont de Vauclair a rouvert lundi.", BRIDGE)
    assert is_supported(alignment, HashReader())
    assert not is_supported(alignment, Unconvinced())


def test_a_word_that_stands_nowhere_shows() -> None:
    near = measure(align("Le pont de Vauclair a rouvert lundi.", BRIDGE), HashReader())
    far = measure(align("Le tunnel de Vauclair a rouvert lundi.", BRIDGE), HashReader())
    assert near[:2] == pytest.approx([1.0, 1.0])
    assert far[0] < 1.0
    assert far[1] < 0.6


def test_the_reader_is_given_the_best_sentence_and_those_beside_it() -> None:
    reader = Listening()
    measure(align("Le quai a été lavé.", f"{BRIDGE} Le quai a été lavé. Il a plu. Rien."), reader)
    assert reader.evidence.endswith("Le quai a été lavé. Il a plu.")
    assert "rouvert" not in reader.evidence
