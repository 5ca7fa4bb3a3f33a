"""What became of one question: how it was answered, and whether rightly."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
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
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(" " if _punctuation(c) else c for c in folded).split())


def holds_answer(text: str, answer: str) -> bool:
    """Whether the words of the answer follow each other in the text, whatever case and marks."""
    wanted = _plain(answer)
    return bool(wanted) and f" {wanted} " in f" {_plain(text)} "


def squad_normal(text: str, language: str) -> str:
    """What SQuAD's official scorer compares: no case, no punctuation, no article of speech.

    The official one knows English articles only; those of French follow FQuAD's (d'Hoffschmidt et
    al., 2020), those of Spanish MLQA's (Lewis et al., 2020).
    """
    lowered = unicodedata.normalize("NFC", text).lower()
    if language == "fr":
        lowered = _ELIDED.sub(" ", lowered)
    lowered = "".join(character for character in lowered if not _punctuation(character))
    if language in _ARTICLES:
        lowered = _ARTICLES[language].sub(" ", lowered)
    return " ".join(lowered.split())


def exact_match(shown: str, golds: Iterable[str], language: str) -> float:
    """1.0 when what is shown is one of the answers, else 0.0."""
    normal = squad_normal(shown, language)
    return float(any(normal == squad_normal(gold, language) for gold in golds))


def f1(shown: str, golds: Iterable[str], language: str) -> float:
    """The best harmonic mean of precision and recall in words against one of the answers."""
    return max((_overlap(shown, gold, language) for gold in golds), default=0.0)


def _overlap(shown: str, gold: str, language: str) -> float:
    words = squad_normal(shown, language).split()
    wanted = squad_normal(gold, language).split()
    if not words or not wanted:
        return float(words == wanted)
    shared = (Counter(words) & Counter(wanted)).total()
    return 2 * shared / (len(words) + len(wanted))


def _punctuation(character: str) -> bool:
    return character in _SYMBOLS or unicodedata.category(character).startswith("P")


OutcomeFault = Literal["wrong passage", "wrong sentence", "wrongly refused", "wrongly answered"]


@dataclass(frozen=True, slots=True)
class GoldOutcome:
    """One question asked.

    `rank` is that of the first passage found that holds an answer, from 1; None is nowhere among
    those found. `shown` is the answer as a person sees it, without markers; `highlight` the words
    of it that stand out, in `language`. `outcome` tells whether it is sure. `held` says that a
    cited passage holds the answer, `right` that what is shown does.
    """

    question: GoldQuestion
    rank: int | None
    outcome: Outcome
    confidence: float
    shown: str
    highlight: str | None
    language: str
    held: bool
    right: bool
    milliseconds: float

    @property
    def kept(self) -> bool:
        """Whether anything was answered, sure or not."""
        return self.outcome != "no"

    @property
    def sure(self) -> bool:
        return self.outcome == "sure"

    @property
    def fault(self) -> OutcomeFault | None:
        """What went wrong, if anything did and enough is known to tell."""
        if not self.question.answerable:
            return "wrongly answered" if self.sure else None
        if not self.kept:
            return "wrongly refused"
        if self.right or not self.question.golds:
            return None
        return "wrong sentence" if self.held else "wrong passage"


def outcome(
    question: GoldQuestion, findings: Findings, answer: Answer, milliseconds: float
) -> GoldOutcome:
    """Judge one answer and what it was made from."""
    shown = shown_text(answer)
    highlighted = _highlighted(answer)
    return GoldOutcome(
        question=question,
        rank=_rank(question, findings) if question.judged else None,
        outcome=answer.outcome,
        confidence=answer.confidence,
        shown=shown,
        highlight=highlighted.text if highlighted else None,
        language=highlighted.language if highlighted else answer.language,
        held=any(holds(question, each.article, each.passage) for each in answer.citations),
        right=_right(question, answer, shown),
        milliseconds=milliseconds,
    )


def holds(question: GoldQuestion, article: Article, passage: Passage) -> bool:
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
            if holds_answer(passage.text, gold.text):
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


def _rank(question: GoldQuestion, findings: Findings) -> int | None:
    return next(
        (
            rank
            for rank, hit in enumerate(findings.hits, start=1)
            if holds(question, hit.article, hit.passage)
        ),
        None,
    )


def _right(question: GoldQuestion, answer: Answer, shown: str) -> bool:
    """Whether what is shown holds an answer: the very place in its article, or the same words."""
    return any(
        holds_answer(shown, gold.text)
        or any(
            _covers(citation, question, gold.start, len(gold.text)) for citation in answer.citations
        )
        for gold in question.golds
    )


def _covers(citation: Citation, question: GoldQuestion, start: int | None, length: int) -> bool:
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
