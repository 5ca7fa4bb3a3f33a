"""Judge the answer to a question whose answer is known."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.answer import Answer, Citation, Outcome, Statement
from bot.evaluation.questions import GoldQuestion
from index.article import Article, Passage
from index.findings import Findings

_ARTICLES = {
    "en": re.compile(r"\b(?:an?|the)\b"),
    "fr": re.compile(r"\b(?:les?|la|une?|des|du)\b"),
    "es": re.compile(r"\b(?:el|las?|los?|un[ao]s?|un)\b"),
}

_ELIDED = re.compile(r"\bl['’]")
_SYMBOLS = frozenset("$+<=>^`|~")  # in ASCII's punctuation though not in Unicode's


def _plain(text: str) -> str:
    """Lower case, with single spaces where space and punctuation stood."""
    lower = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(" " if _punctuation(c) else c for c in lower).split())


def holds_answer(text: str, answer: str) -> bool:
    """True if the words of the answer stand in the text, ignoring case and punctuation."""
    words = _plain(answer)
    return bool(words) and f" {words} " in f" {_plain(text)} "


def squad_normal(text: str, language: str) -> str:
    """Normalise as SQuAD's official scorer: no case, punctuation or grammatical articles.

    The official one knows English only; French articles follow FQuAD (d'Hoffschmidt et al., 2020),
    Spanish ones MLQA (Lewis et al., 2020).
    """
    normal = unicodedata.normalize("NFC", text).lower()
    if language == "fr":
        normal = _ELIDED.sub(" ", normal)
    normal = "".join(character for character in normal if not _punctuation(character))
    if language in _ARTICLES:
        normal = _ARTICLES[language].sub(" ", normal)
    return " ".join(normal.split())


def exact_match(text: str, golds: Iterable[str], language: str) -> float:
    """1.0 if the text is one of the answers, else 0.0."""
    normal = squad_normal(text, language)
    return float(any(normal == squad_normal(gold, language) for gold in golds))


def f1(text: str, golds: Iterable[str], language: str) -> float:
    """The best word F1 against one of the answers."""
    words = squad_normal(text, language).split()
    best = 0.0
    for gold in golds:
        gold_words = squad_normal(gold, language).split()
        if words and gold_words:
            overlap = (Counter(words) & Counter(gold_words)).total()
            best = max(best, 2 * overlap / (len(words) + len(gold_words)))
        else:
            best = max(best, float(words == gold_words))
    return best


def _punctuation(character: str) -> bool:
    return character in _SYMBOLS or unicodedata.category(character).startswith("P")


OutcomeFault = Literal["wrong passage", "wrong sentence", "wrongly refused", "wrongly answered"]


@dataclass(frozen=True, slots=True)
class GoldOutcome:
    """One question with its judged answer.

    `rank` is that of the first hit that holds an answer, from 1; None if there is none. `text` is
    the answer as a person sees it, without markers; `highlight` its highlighted words, in
    `language`. `is_in_citations` is True if a cited passage holds the answer, `right` if the shown
    text does, `right_first` if the first statement shown does.
    """

    question: GoldQuestion
    rank: int | None
    outcome: Outcome
    confidence: float
    text: str
    highlight: str | None
    language: str
    is_in_citations: bool
    right: bool
    right_first: bool
    milliseconds: float

    @property
    def is_answer(self) -> bool:
        """True if anything was answered, sure or not."""
        return self.outcome != "no"

    @property
    def sure(self) -> bool:
        return self.outcome == "sure"

    @property
    def fault(self) -> OutcomeFault | None:
        """What went wrong, if it is known."""
        if not self.question.answerable:
            return "wrongly answered" if self.sure else None
        if not self.is_answer:
            return "wrongly refused"
        if self.right or not self.question.golds:
            return None
        return "wrong sentence" if self.is_in_citations else "wrong passage"


def judge_answer(
    question: GoldQuestion, findings: Findings, answer: Answer, milliseconds: float
) -> GoldOutcome:
    """Judge one answer and its findings."""
    text = shown_text(answer)
    highlight, language = _first_highlight(answer)
    ranks = (
        rank
        for rank, hit in enumerate(findings.hits, start=1)
        if question.has_articles and holds(question, hit.article, hit.passage)
    )
    return GoldOutcome(
        question=question,
        rank=next(ranks, None),
        outcome=answer.outcome,
        confidence=answer.confidence,
        text=text,
        highlight=highlight,
        language=language,
        is_in_citations=any(
            holds(question, citation.article, citation.passage) for citation in answer.citations
        ),
        right=_right(question, answer, answer.statements),
        right_first=_right(question, answer, answer.statements[:1]),
        milliseconds=milliseconds,
    )


def holds(question: GoldQuestion, article: Article, passage: Passage) -> bool:
    """True if an answer lies entirely inside this passage of its own article.

    Compares the position of the answer if it is known, else its words; for a question with an
    article and no answer, every passage of the article is right.
    """
    if question.articles and article.id not in question.articles:
        return False
    if not question.golds:
        return bool(question.articles)
    for gold in question.golds:
        if gold.start is None:
            if holds_answer(passage.text, gold.text):
                return True
        elif passage.start <= gold.start and gold.start + len(gold.text) <= passage.end:
            return True
    return False


def shown_text(answer: Answer) -> str:
    """The statements with the sentences they lean on, each once, in the order shown."""
    return _text_of(answer.statements, _by_number(answer))


def _text_of(statements: Sequence[Statement], citations: Mapping[int, Citation]) -> str:
    parts: list[str] = []
    for statement in statements:
        leads = (citations[number].lead for number in statement.citations)
        parts += [lead.text for lead in leads if lead is not None]
        parts.append(statement.text)
    return " ".join(dict.fromkeys(parts))


def _right(question: GoldQuestion, answer: Answer, statements: Sequence[Statement]) -> bool:
    """True if these statements hold an answer: its very place in the article, or its words."""
    by_number = _by_number(answer)
    text = _text_of(statements, by_number)
    source_citations = (
        by_number[number] for statement in statements for number in statement.citations
    )
    citations = [
        citation for citation in source_citations if citation.article.id in question.articles
    ]
    for gold in question.golds:
        if holds_answer(text, gold.text):
            return True
        if gold.start is not None:
            start, end = gold.start, gold.start + len(gold.text)
            if any(citation.start <= start and end <= citation.end for citation in citations):
                return True
    return False


def _first_highlight(answer: Answer) -> tuple[str | None, str]:
    """The first highlighted words, and their language."""
    citations = _by_number(answer)
    for statement in answer.statements:
        if statement.highlight is not None and statement.citations:
            article = citations[statement.citations[0]].article
            return statement.text[slice(*statement.highlight)], article.language
    return None, answer.language


def _by_number(answer: Answer) -> dict[int, Citation]:
    return {citation.number: citation for citation in answer.citations}
