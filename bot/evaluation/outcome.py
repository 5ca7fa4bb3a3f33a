"""What became of one question: how it was answered, and whether rightly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.answer import Answer, Citation, Statement
from bot.evaluation import outcome_evaluation_wording
from bot.evaluation.questions import Question
from index.article import Article
from index.build.passages import Passage
from index.search.searcher import Findings

Fault = Literal["wrong passage", "wrong sentence", "wrongly refused", "wrongly answered"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question asked.

    `rank` is that of the first passage found that holds an answer, from 1; None is nowhere among
    those found. `shown` is the answer as a person sees it, without markers; `highlight` the words
    of it that stand out, in `language`. `held` says that a cited passage holds the answer, `right`
    that what is shown does.
    """

    question: Question
    rank: int | None
    answered: bool
    confidence: float
    shown: str
    highlight: str | None
    language: str
    held: bool
    right: bool
    milliseconds: float

    @property
    def fault(self) -> Fault | None:
        """What went wrong, if anything did and enough is known to tell."""
        if not self.question.answerable:
            return "wrongly answered" if self.answered else None
        if not self.answered:
            return "wrongly refused"
        if self.right or not self.question.golds:
            return None
        return "wrong sentence" if self.held else "wrong passage"


def outcome(question: Question, findings: Findings, answer: Answer, milliseconds: float) -> Outcome:
    """Judge one answer and what it was made from."""
    shown = shown_text(answer)
    highlighted = _highlighted(answer)
    return Outcome(
        question=question,
        rank=_rank(question, findings) if question.judged else None,
        answered=answer.answered,
        confidence=answer.confidence,
        shown=shown,
        highlight=highlighted.text if highlighted else None,
        language=highlighted.language if highlighted else answer.language,
        held=any(holds(question, each.article, each.passage) for each in answer.citations),
        right=_right(question, answer, shown),
        milliseconds=milliseconds,
    )


def holds(question: Question, article: Article, passage: Passage) -> bool:
    """Whether an answer lies wholly inside this passage of its own article.

    Where the answer stands is compared if it is known, its words if not; of a question with an
    article and no answer, every passage of the article is right.
    """
    if question.articles and article.id not in question.articles:
        return False
    if not question.golds:
        return bool(question.articles)
    for gold in question.golds:
        if gold.start is None:
            if outcome_evaluation_wording.holds(passage.text, gold.text):
                return True
        elif passage.start <= gold.start and gold.start + len(gold.text) <= passage.end:
            return True
    return False


def shown_text(answer: Answer) -> str:
    """The statements with the sentences they lean on, each once, in the order shown."""
    return " ".join(dict.fromkeys(_shown_parts(answer)))


def _shown_parts(answer: Answer) -> Iterator[str]:
    citations = _by_number(answer)
    for statement in answer.statements:
        for number in statement.citations:
            lead = citations[number].lead
            if lead is not None:
                yield lead.text
        yield statement.text


def _rank(question: Question, findings: Findings) -> int | None:
    return next(
        (
            rank
            for rank, hit in enumerate(findings.hits, start=1)
            if holds(question, hit.article, hit.passage)
        ),
        None,
    )


def _right(question: Question, answer: Answer, shown: str) -> bool:
    """Whether what is shown holds an answer: the very place in its article, or the same words."""
    return any(
        outcome_evaluation_wording.holds(shown, gold.text)
        or any(
            _covers(citation, question, gold.start, len(gold.text)) for citation in answer.citations
        )
        for gold in question.golds
    )


def _covers(citation: Citation, question: Question, start: int | None, length: int) -> bool:
    if start is None or citation.article.id not in question.articles:
        return False
    return citation.start <= start and start + length <= citation.end


@dataclass(frozen=True, slots=True)
class _Highlight:
    text: str
    language: str


def _highlighted(answer: Answer) -> _Highlight | None:
    """The first words that the answer makes stand out."""
    citations = _by_number(answer)
    for statement in answer.statements:
        span = _span(statement)
        if span is not None and statement.citations:
            article = citations[statement.citations[0]].article
            return _Highlight(statement.text[slice(*span)], article.language)
    return None


def _span(statement: Statement) -> tuple[int, int] | None:
    """Where a statement's highlight stands in its text; statements that know of none have none."""
    span: tuple[int, int] | None = getattr(statement, "highlight", None)
    return span


def _by_number(answer: Answer) -> dict[int, Citation]:
    return {citation.number: citation for citation in answer.citations}
