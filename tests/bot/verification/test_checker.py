"""The whole verdict: citations, evidence, and what must hold for any text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given as property_of
from hypothesis import settings, strategies

from bot.verification.checker import FactChecker
from bot.verification.claim import Claim, NumberedPassage
from index.build.passages import cut
from tests.bot.verification.made import credulous, given
from tests.faithfulness import read_articles

ROOT = Path(__file__).resolve().parents[3]
PASSAGES = [
    NumberedPassage(1, article, passage, passage.sentences)
    for article in read_articles(ROOT / "corpus")
    for passage in cut(article)
]
PIECES = strategies.sampled_from(
    (
        *("le", "12", "mai", "1999", "«", "ne", "…", "pas", "»", "n’a", "15", "000", "k€", "3,5"),
        *("%", "XIXe", "1/2", "0/0", "d’Élise", "Marchand", "[1]", "−7", "et", "demi", "de", "à"),
        *("selon", "M.", "Hugo", "1.2.3", "12/34/5678", "𝟙𝟚", "½", "①", "﷽", "İ", "ß", "Ǆ"),
        *("\u202e", "\u200b", "deux", "tiers", "un an et demi", "entre 7 et 8 %", ";", " : "),
    )
)
TEXTS = strategies.one_of(
    strategies.text(max_size=80), strategies.lists(PIECES, max_size=14).map(" ".join)
)
MILL = "Le moulin broie du grain depuis 1850. Sa roue fut refaite par Paul Meunier."
BRIDGE = "Le pont fut construit en 1901 par Élise Marchand. Il mesure trente mètres."


def test_a_sentence_must_cite(checker: FactChecker) -> None:
    verdict = checker.check(Claim("Le pont fut construit en 1901.", ()), [given(BRIDGE)], "Quand ?")
    assert (verdict.supported, verdict.fault) == (False, "uncited")


def test_and_cite_what_it_was_given(checker: FactChecker) -> None:
    claim = Claim("Le pont fut construit en 1901.", (7,))
    verdict = checker.check(claim, [given(BRIDGE)], "Quand ?")
    assert (verdict.supported, verdict.fault) == (False, "uncited")


def test_the_sentence_that_bears_it_is_quoted(checker: FactChecker) -> None:
    passages = [given(BRIDGE), given(MILL, 2)]
    verdict = checker.check(Claim("Le pont mesure 30 mètres.", (1,)), passages, "Combien ?")
    quoted = [(number, sentence.text) for number, sentence in verdict.evidence]
    assert quoted == [(1, "Il mesure trente mètres.")]


def test_a_second_sentence_is_quoted_where_one_does_not_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.verification.checker.is_supported", lambda *_: True)
    claim = Claim("Le pont, construit en 1901 par Élise Marchand, mesure trente mètres.", (1,))
    verdict = credulous().check(claim, [given(BRIDGE)], "Combien ?")
    assert [sentence.text for _, sentence in verdict.evidence] == BRIDGE.replace(". ", ".|").split(
        "|"
    )


def test_a_citation_that_adds_nothing_is_left_out(checker: FactChecker) -> None:
    passages = [given(BRIDGE), given(MILL, 2)]
    verdict = checker.check(Claim("Le pont mesure 30 mètres.", (1, 2)), passages, "Combien ?")
    assert [number for number, _ in verdict.evidence] == [1]


def test_a_fault_has_the_sentence_nearest_to_it(checker: FactChecker) -> None:
    verdict = checker.check(Claim("Le pont mesure 40 mètres.", (1,)), [given(BRIDGE)], "Combien ?")
    assert (verdict.supported, verdict.fault) == (False, "number")
    assert [sentence.text for _, sentence in verdict.evidence] == ["Il mesure trente mètres."]


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda each: each.passage.text[:20])
def test_the_articles_own_sentences_are_kept(
    checker: FactChecker, passage: NumberedPassage
) -> None:
    for sentence in passage.sentences:
        claim = Claim(sentence.text, (1,))
        verdict = checker.check(claim, [passage], passage.article.title)
        assert verdict.supported, f"{verdict.fault}: {sentence.text}"
        assert sentence in [quoted for _, quoted in verdict.evidence]


@settings(max_examples=300)
@property_of(claim=TEXTS, source=TEXTS, question=TEXTS)
def test_nothing_makes_it_stumble(claim: str, source: str, question: str) -> None:
    passage = given(source + " Le pont fut construit en 1901.")
    verdict = credulous().check(Claim(claim, (1,)), [passage], question)
    assert verdict.supported == (verdict.fault is None)
    assert verdict.evidence or not verdict.supported


def test_what_is_not_supported_comes_with_the_sentence_nearest_to_it(
    checker: FactChecker,
) -> None:
    passage = given("Le pont fut construit en 1901. Il mesure trente mètres de long.")
    wrong = checker.check(Claim("Le pont fut construit en 1999.", (1,)), [passage], "Quand ?")
    assert not wrong.supported
    assert [sentence for _, sentence in wrong.evidence] == [passage.sentences[0]]
    far = checker.check(Claim("La reine aime les girafes.", (1,)), [passage], "Quand ?")
    assert (far.supported, far.evidence) == (False, ())


@settings(max_examples=100)
@property_of(text=TEXTS, numbers=strategies.lists(strategies.integers(2, 99), max_size=4))
def test_what_cites_nothing_that_was_given_is_never_kept(text: str, numbers: list[int]) -> None:
    passage = given(f"{text} Le pont fut construit en 1901.")
    claims = [text, *(sentence.text for sentence in passage.sentences)]
    for claim in claims:
        verdict = credulous().check(Claim(claim, tuple(numbers)), [passage], text)
        assert (verdict.supported, verdict.fault) == (False, "uncited")
