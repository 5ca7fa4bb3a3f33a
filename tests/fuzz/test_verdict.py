"""Whatever a chat model writes, what no article says is not borne out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.answer import Citation
from bot.errors import QuoteError
from bot.verification.claim import Claim
from tests.bot.verification.made import credulous
from tests.bot.verification.made import given as passage_of
from tests.fuzz import PROSE, TEXTS, fuzzed

SOURCE = (
    "Le pont fut construit en 1901 par Élise Marchand. Il mesure trente mètres. "
    "Le moulin broie du grain depuis 1850 et emploie 12 personnes."
)
FALSE = (
    "Le pont fut construit en 1902 par Élise Marchand.",
    "Le pont fut construit en 1901 par Paul Meunier.",
    "Le moulin broie du grain depuis 1850 et emploie 13 personnes.",
)
TRUE = ("Le pont fut construit en 1901 par Élise Marchand.", "Il mesure trente mètres.")


def is_supported(claim: str) -> bool:
    passages = [passage_of(SOURCE)]
    return credulous().check(Claim(claim, (1,)), passages, "Que s’est-il passé ?").supported


@given(start=st.integers(-5, 400), length=st.integers(-5, 400), quote=TEXTS)
@fuzzed(150)
def test_a_citation_that_is_not_verbatim_cannot_exist(start: int, length: int, quote: str) -> None:
    source = passage_of(SOURCE)
    article, passage = source.article, source.passage
    sentence = passage.sentences[0]
    whole = Citation(1, sentence.text, sentence.start, sentence.end, passage, article)
    try:
        replace(whole, quote=quote, start=start, end=start + length)
    except QuoteError:
        assert not (
            quote
            and passage.start <= start
            and start + length <= passage.end
            and article.text[start : start + length] == quote
        )
    else:
        assert quote == article.text[start : start + length] != ""
        assert passage.start <= start <= start + length <= passage.end


@given(number=st.integers(20, 10**12), words=st.sampled_from(TRUE), before=PROSE)
@fuzzed(100)
def test_a_number_that_stands_nowhere_is_never_borne_out(
    number: int, words: str, before: str
) -> None:
    assume(str(number) not in SOURCE)
    told = f"{words.rstrip('.')} avec {number} ouvriers."
    assert not is_supported(told)
    assert not is_supported(f"{before} {told}")


@pytest.mark.parametrize("claim", FALSE)
@given(before=TEXTS)
@fuzzed(60)
def test_nothing_put_before_it_makes_what_is_false_true(claim: str, before: str) -> None:
    assert not is_supported(claim)
    assert not is_supported(f"{before} {claim}")


@given(claim=TEXTS, source=TEXTS)
@fuzzed(100)
def test_a_verdict_has_evidence_or_a_fault(claim: str, source: str) -> None:
    passage = passage_of(f"{source} Le pont fut construit en 1901.")
    told = credulous().check(Claim(claim, (1,)), [passage], source)
    assert told.supported == (told.fault is None)
    assert told.evidence or not told.supported
    for _, sentence in told.evidence:
        assert passage.article.text[sentence.start : sentence.end] == sentence.text
