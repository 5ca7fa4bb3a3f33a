"""The whole verdict on a sentence; `tests/fuzz` has what must hold for any text."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.verification.checker import FactChecker
from bot.verification.claim import Claim, NumberedPassage
from index.ingestion.passages import cut
from tests.bot.verification.made import credulous, exact_fault, given
from tests.faithfulness import read_articles

ROOT = Path(__file__).resolve().parents[3]
PASSAGES = [
    NumberedPassage(1, article, passage, passage.sentences)
    for article in read_articles(ROOT / "corpus")
    for passage in cut(article)
]
MILL = "Le moulin broie du grain depuis 1850. Sa roue fut refaite par Paul Meunier."
BRIDGE = "Le pont fut construit en 1901 par Élise Marchand. Il mesure trente mètres."


@pytest.mark.parametrize("citations", [(), (7,)])
def test_sentences_must_cite_passages(checker: FactChecker, citations: tuple[int, ...]) -> None:
    claim = Claim("Le pont fut construit en 1901.", citations)
    verdict = checker.check(claim, [given(BRIDGE)], "Quand ?")
    assert (verdict.supported, verdict.fault) == (False, "uncited")


@pytest.mark.parametrize("citations", [(1,), (1, 2)], ids=["one", "one that adds nothing"])
def test_the_sentence_behind_it_is_quoted(checker: FactChecker, citations: tuple[int, ...]) -> None:
    passages = [given(BRIDGE), given(MILL, 2)]
    verdict = checker.check(Claim("Le pont mesure 30 mètres.", citations), passages, "Combien ?")
    quoted = [(number, sentence.text) for number, sentence in verdict.evidence]
    assert quoted == [(1, "Il mesure trente mètres.")]


def test_a_second_sentence_is_quoted_where_one_does_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.verification.checker.is_supported", lambda *_: True)
    claim = Claim("Le pont, construit en 1901 par Élise Marchand, mesure trente mètres.", (1,))
    verdict = credulous().check(claim, [given(BRIDGE)], "Combien ?")
    assert " ".join(sentence.text for _, sentence in verdict.evidence) == BRIDGE


def test_a_fault_has_the_sentence_nearest_to_it(checker: FactChecker) -> None:
    verdict = checker.check(Claim("Le pont mesure 40 mètres.", (1,)), [given(BRIDGE)], "Combien ?")
    assert (verdict.supported, verdict.fault) == (False, "number")
    assert [sentence.text for _, sentence in verdict.evidence] == ["Il mesure trente mètres."]
    far = checker.check(Claim("La reine aime les girafes.", (1,)), [given(BRIDGE)], "Quand ?")
    assert (far.supported, far.evidence) == (False, ())


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda each: each.passage.text[:20])
def test_articles_own_sentences_are_kept(checker: FactChecker, passage: NumberedPassage) -> None:
    for sentence in passage.sentences:
        claim = Claim(sentence.text, (1,))
        verdict = checker.check(claim, [passage], passage.article.title)
        assert verdict.supported, f"{verdict.fault}: {sentence.text}"
        assert sentence in [quoted for _, quoted in verdict.evidence]


WORKS = (
    "Le pont de Vauclair a rouvert le 12 mai 2019. Les travaux ont coûté 2,3 millions d’euros et "
    "duré quatorze mois. « Nous avons tenu parole », a dit la maire. 15 000 personnes ont signé."
)


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("Les travaux ont coûté 2,3 millions d’euros.", None),
        ("Les travaux ont coûté 2 300 000 euros.", None),
        ("Les travaux ont duré 14 mois.", None),
        ("Quinze mille personnes ont signé.", None),
        ("15k personnes ont signé.", None),
        ("Le pont de Vauclair a rouvert en mai 2019.", None),
        ("Le pont a rouvert le 12/05/2019.", None),
        ("« Nous avons tenu parole », a dit la maire.", None),
        ("La maire a dit : « Nous avons tenu parole ».", None),
        ("La maire a dit qu’ils avaient “tenu parole”.", None),
        ("Les travaux ont coûté 3,2 millions d’euros.", "number"),
        ("Les travaux ont coûté 2,3 milliards d’euros.", "number"),
        ("Les travaux ont coûté 2,3 millions de dollars.", "number"),
        ("Les travaux ont duré quatorze semaines.", "number"),
        ("Un millier et demi de personnes ont signé, soit 1 500.", "number"),
        ("Le pont de Vauclair a rouvert le 12 mai 2018.", "date"),
        ("Le pont de Vauclair a rouvert le 21 mai 2019.", "date"),
        ("Le pont de Vauclair a rouvert en mars 2019.", "date"),
        ("« Nous avons tenu nos délais », a dit la maire.", "quote"),
        ("« Nous n’avons pas tenu parole », a dit la maire.", "quote"),
        ("Le pont de Vauclair a été inauguré par Paul Meunier.", "name"),
    ],
)
def test_what_a_passage_says_is_found_in_any_form(claim: str, wrong: str | None) -> None:
    assert exact_fault(claim, WORKS) == wrong
