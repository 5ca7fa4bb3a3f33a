"""What the articles say about a claim that somebody made elsewhere: their nearest sentence.

There is no verdict; a claim that is a whole sentence of an article, word for word, is marked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.answer import Answer, Citation, Statement
from bot.answering.injection import is_order
from bot.answering.refusal import decide_on_claim, least_sure, refusal_of
from bot.answering.topic import shares_subject
from index.findings import Findings
from index.text.antecedents import find_leads
from index.text.language import detect
from index.text.sentences import sentence_spans

MAX_CLAIMS = 3  # sentences of a message
_PASSAGES = 5  # searched for each claim
_MIN_WORDS = 3
_TYPOGRAPHY = str.maketrans("’‘“”«»–—", '\'\'""""--')


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """A claim and what the articles say about it; `is_verbatim` if it is the quote itself."""

    claim: str
    answer: Answer
    is_verbatim: bool = False


def find_claims(text: str) -> list[str]:
    """Find the first sentences of a message that state something."""
    spans = sentence_spans(text, detect(text))
    sentences = (" ".join(text[start:end].split()) for start, end in spans)
    claims = [
        sentence
        for sentence in sentences
        if len(sentence.split()) >= _MIN_WORDS and sentence[-1] != "?"
    ]
    return claims[:MAX_CLAIMS]


def answer_claims(
    claims: Sequence[str], search: Callable[[str, int], Findings]
) -> list[ClaimAnswer]:
    """Quote what is nearest to each claim; citations are numbered consecutively.

    Raises IndexingError.
    """
    answers: list[ClaimAnswer] = []
    for claim in claims:
        number = 1 + sum(len(other.answer.citations) for other in answers)
        answers.append(_answer_claim(claim, number, search(claim, _PASSAGES)))
    return answers


def join_claims(text: str, answers: Sequence[ClaimAnswer]) -> Answer:
    """Join the answers to the claims of a text (at least one); no surer than the least sure."""
    with_quotes = [claim.answer for claim in answers if claim.answer.citations]
    if not with_quotes:
        return replace(answers[0].answer, question=text)
    return replace(
        with_quotes[0],
        question=text,
        outcome=least_sure(answer.outcome for answer in with_quotes),
        statements=tuple(statement for answer in with_quotes for statement in answer.statements),
        citations=tuple(citation for answer in with_quotes for citation in answer.citations),
    )


def _answer_claim(claim: str, number: int, findings: Findings) -> ClaimAnswer:
    candidates = [
        (_wording(ranked.sentence.text) == _wording(claim), ranked.score, hit, place)
        for hit in findings.hits
        if shares_subject(hit)
        for place, ranked in enumerate(hit.sentences)
    ]
    candidates.sort(key=lambda candidate: candidate[:2], reverse=True)
    # Lazy: judges only as many sentences as it must.
    best = next(
        (row for row in candidates if not is_order(row[2].sentences[row[3]].sentence.text)), None
    )
    if best is None:
        refusal = refusal_of(claim, decide_on_claim(is_verbatim=None), language=findings.language)
        return ClaimAnswer(claim, refusal)
    is_verbatim, _, hit, place = best
    sentence = hit.sentences[place].sentence
    lead = find_leads(hit.passage, hit.article.language)[place]
    answer = Answer(
        question=claim,
        language=findings.language,
        outcome=decide_on_claim(is_verbatim=is_verbatim).outcome,
        confidence=findings.confidence,
        statements=(Statement(sentence.text, (number,)),),
        citations=(Citation.of(number, sentence, hit.passage, hit.article, lead),),
    )
    return ClaimAnswer(claim, answer, is_verbatim)


def _wording(text: str) -> str:
    """The text without case, spaces and final stop, in plain typography."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_TYPOGRAPHY)
    return "".join(plain.split()).rstrip(".!")
