"""What the articles say about a claim that somebody made elsewhere: their nearest sentence.

There is no verdict; a claim that is a whole sentence of an article, word for word, is marked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answer import Answer, Citation, Statement
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


@dataclass(frozen=True, slots=True)
class NearSentence:
    """A sentence of an article near a claim, by its search score; `is_verbatim` if it is the claim
    itself."""

    citation: Citation
    is_verbatim: bool
    score: float


def claim_spans(text: str) -> list[tuple[int, int]]:
    """Find the sentences of a text that state something."""
    return [
        (start, end)
        for start, end in sentence_spans(text, detect(text))
        if len(text[start:end].split()) >= _MIN_WORDS and not text[start:end].endswith("?")
    ]


def find_claims(text: str) -> list[str]:
    """Find the first sentences of a message that state something."""
    return [" ".join(text[start:end].split()) for start, end in claim_spans(text)[:MAX_CLAIMS]]


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


def near_sentences(claim: str, findings: Findings) -> Iterator[NearSentence]:
    """Yield the sentences on the subject of a claim, the nearest first."""
    candidates = [
        (_wording(ranked.sentence.text) == _wording(claim), ranked.score, hit, place)
        for hit in findings.hits
        if shares_subject(hit)
        for place, ranked in enumerate(hit.sentences)
    ]
    candidates.sort(key=lambda candidate: candidate[:2], reverse=True)
    for is_verbatim, score, hit, place in candidates:
        sentence = hit.sentences[place].sentence
        lead = find_leads(hit.passage, hit.article.language)[place]
        citation = Citation.of(1, sentence, hit.passage, hit.article, lead)
        yield NearSentence(citation, is_verbatim, score)


def _answer_claim(claim: str, number: int, findings: Findings) -> ClaimAnswer:
    near = next(near_sentences(claim, findings), None)
    if near is None:
        refusal = refusal_of(claim, decide_on_claim(is_verbatim=None), language=findings.language)
        return ClaimAnswer(claim, refusal)
    answer = Answer(
        question=claim,
        language=findings.language,
        outcome=decide_on_claim(is_verbatim=near.is_verbatim).outcome,
        confidence=findings.confidence,
        statements=(Statement(near.citation.quote, (number,)),),
        citations=(replace(near.citation, number=number),),
    )
    return ClaimAnswer(claim, answer, near.is_verbatim)


def _wording(text: str) -> str:
    """The text without case, spaces and final stop, in plain typography."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_TYPOGRAPHY)
    return "".join(plain.split()).rstrip(".!")
