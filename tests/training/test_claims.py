from __future__ import annotations

from random import Random

import pytest

from training.claims import ClaimMaker, FaithfulPair, JudgedClaim
from training.lexicon import Lexicon
from training.near_misses import Names

NAMES = Names(
    ("fr", f"Le maire de {place}.") for place in ("Lyon", "Turin", "Gand", "Brest", "Metz", "Nice")
)
LEXICON = Lexicon({("fr", "pont"): ["canal"], ("fr", "fermé"): ["repeint"]})
SEGMENTS = {"fr": ["après trois ans de travaux"], "en": ["after three years of work"]}
PAIR = FaithfulPair(
    "fr",
    "Le pont de Lyon a été fermé en 1998 par le maire, faute d’argent. Anne Roy voulait le garder.",
    "En 1998, le pont de Lyon a été fermé par manque d’argent.",
    "made",
    "bridge",
)


def make(pair: FaithfulPair = PAIR, times: int = 80) -> list[JudgedClaim]:
    maker = ClaimMaker(NAMES, LEXICON, SEGMENTS, Random(1))
    return [each for _ in range(times) for each in maker.make(pair)]


def of_kind(kind: str, holds: bool) -> list[JudgedClaim]:
    return [each for each in make() if each.kind == kind and each.holds == holds]


@pytest.mark.parametrize(
    ("kind", "claim"),
    [
        ("word", "En 1998, le canal de Lyon a été fermé par manque d’argent."),
        ("negation", "En 1998, le pont de Lyon n’a pas été fermé par manque d’argent."),
        ("tense", "En 1998, le pont de Lyon sera fermé par manque d’argent."),
    ],
)
def test_one_thing_of_the_claim_is_exchanged(kind: str, claim: str) -> None:
    assert claim in {each.claim for each in of_kind(kind, holds=False)}


@pytest.mark.parametrize("kind", ["number", "name", "word"])
def test_the_fault_is_where_claim_and_evidence_part(kind: str) -> None:
    made = of_kind(kind, holds=False)
    assert made
    for each in made:
        assert each.claim[each.start : each.end].strip() not in ("", each.claim)
        assert each.claim[each.start : each.end] not in each.evidence
