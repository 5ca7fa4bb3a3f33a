"""Answers to claims: what the articles of an index conclude on each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.answer import Answer, Citation, Statement
from bot.answering.refusal import decide_by_choice, refusal_of
from bot.verification.claim import NumberedPassage
from bot.verification.fact_check import Conclusion, FactCheck
from index.findings import Findings
from index.text.language import detect
from index.text.sentences import sentence_spans

MAX_CLAIMS = 3  # sentences of a message
_PASSAGES = 5  # checked for each claim
_MIN_WORDS = 3


class ClaimFinder(Protocol):
    """Checks a claim against passages; called on a worker thread."""

    def check_fact(self, text: str, passages: Sequence[NumberedPassage]) -> FactCheck | None: ...


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """A claim, the conclusion (None: the articles do not mention it), and their own words."""

    claim: str
    conclusion: Conclusion | None
    answer: Answer


def find_claims(text: str) -> list[str]:
    """Find the first sentences of a message that state something."""
    spans = sentence_spans(text, detect(text))
    sentences = (" ".join(text[start:end].split()) for start, end in spans)
    claims = [each for each in sentences if len(each.split()) >= _MIN_WORDS and each[-1] != "?"]
    return claims[:MAX_CLAIMS]


def answer_claims(
    claims: Sequence[str], search: Callable[[str, int], Findings], checker: ClaimFinder
) -> list[ClaimAnswer]:
    """Check each claim against the passages nearest to it; citations are numbered consecutively.

    Raises IndexingError.
    """
    answers: list[ClaimAnswer] = []
    for claim in claims:
        number = 1 + sum(len(each.answer.citations) for each in answers)
        answers.append(_answer_claim(claim, number, search, checker))
    return answers


def join_claims(text: str, answers: Sequence[ClaimAnswer]) -> Answer:
    """Join the answers to the claims of a text (at least one); doubtful if one is."""
    answers_with_quotes = [each.answer for each in answers if each.conclusion is not None]
    if not answers_with_quotes:
        return replace(answers[0].answer, question=text)
    return replace(
        answers_with_quotes[0],
        question=text,
        statements=tuple(each for answer in answers_with_quotes for each in answer.statements),
        citations=tuple(each for answer in answers_with_quotes for each in answer.citations),
        doubtful=any(answer.doubtful for answer in answers_with_quotes),
    )


def _answer_claim(
    claim: str, number: int, search: Callable[[str, int], Findings], checker: ClaimFinder
) -> ClaimAnswer:
    findings = search(claim, _PASSAGES)
    passages = [
        NumberedPassage(at, hit.article, hit.passage, hit.passage.sentences)
        for at, hit in enumerate(findings.hits[:_PASSAGES], 1)
    ]
    check = checker.check_fact(claim, passages)
    if check is None:
        return ClaimAnswer(claim, None, refusal_of(claim, decide_by_choice(findings, "no", None)))
    passage, sentence = check.passage, check.sentence
    lead = passage.lead_of(sentence)
    answer = Answer(
        question=claim,
        language=findings.language,
        confidence=findings.confidence,
        statements=(Statement(sentence.text, (number,)),),
        citations=(Citation.of(number, sentence, passage.passage, passage.article, lead),),
        doubtful=check.conclusion == "near",
    )
    return ClaimAnswer(claim, check.conclusion, answer)
