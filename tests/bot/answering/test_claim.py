"""Claims from elsewhere beside the articles: quoted, never judged."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.answering.claim import ClaimAnswer, answer_claims, find_claims, join_claims
from bot.assembly import open_index
from bot.settings import Settings
from index.search.live import LiveIndex

CLAIMS = Path(__file__).resolve().parents[2] / "data" / "claims_beside_corpus.tsv"
STONE = (
    "La pierre de Rosette, un fragment de granodiorite de quelque 760\u00a0kg, est exposée depuis "
    "1802 au British Museum."
)


@pytest.fixture(scope="module")
def index(sample_index: Path) -> LiveIndex:
    return open_index(Settings(data_dir=sample_index))


def answered(index: LiveIndex, claim: str) -> ClaimAnswer:
    (answer,) = answer_claims([claim], index.search)
    return answer


def test_sentences_that_state_something_are_claims() -> None:
    text = "Incroyable ! Le pont mesure 30 m. Qui le savait ? Il date de 1901."
    assert find_claims(text) == ["Le pont mesure 30 m.", "Il date de 1901."]


def test_claims_are_quoted_and_never_sure(index: LiveIndex) -> None:
    """Every second claim beside corpus/: true, with a fact changed, or of no article's subject."""
    rows = [line.split("\t") for line in CLAIMS.read_text("utf-8").splitlines()[::2]]
    outcomes = Counter((kind, answered(index, claim).answer.outcome) for kind, claim in rows)
    assert outcomes["true", "perhaps"] >= 16
    assert outcomes["changed", "perhaps"] >= 15
    assert outcomes["unsaid", "no"] >= 15
    assert not any(outcome == "sure" for _, outcome in outcomes)


@pytest.mark.parametrize("claim", [STONE, STONE.replace("\u00a0", " ").upper().rstrip(".") + " !"])
def test_a_sentence_of_an_article_is_word_for_word(index: LiveIndex, claim: str) -> None:
    answer = answered(index, claim)
    assert (answer.is_verbatim, answer.answer.outcome) == (True, "sure")
    assert answer.answer.citations[0].quote == STONE


@pytest.mark.parametrize(
    "claim",
    [
        STONE.replace("1802", "1902"),
        STONE.replace("est exposée", "n’est pas exposée"),
        "La pierre de Rosette est exposée depuis 1802 au British Museum.",
        "exposée depuis 1802 au British Museum.",
    ],
)
def test_less_than_the_whole_sentence_is_only_near(index: LiveIndex, claim: str) -> None:
    answer = answered(index, claim)
    assert (answer.is_verbatim, answer.answer.outcome) == (False, "perhaps")
    assert answer.answer.citations[0].quote == STONE


def test_claims_of_one_message_share_their_numbers(index: LiveIndex) -> None:
    claims = [STONE, "Le prix du tabac a augmenté.", "Victor Hugo est mort à Guernesey en 1885."]
    answers = answer_claims(claims, index.search)
    joint = join_claims(" ".join(claims), answers)
    assert [citation.number for citation in joint.citations] == [1, 2]
    assert joint.outcome == "perhaps"
    assert join_claims("x", answers[1:2]).outcome == "no"
