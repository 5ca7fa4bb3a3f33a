"""Whether to answer, and whether the answer is sure: the only place that decides it.

Pure functions: `decide_by_evidence` for the articles' own sentences, also behind a chat model;
`decide_by_choice` for a chat model that chooses sentences, or finds no answer;
`decide_by_articles` for questions about the articles themselves; `decide_small_talk` for the
conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answer import SMALL_TALK, Answer, Outcome, Refusal
from bot.answering.topic import shares_subject
from index.article import Article, Period
from index.findings import Findings, Hit
from index.reading.sentences import best_sentence, rank_sentences
from index.reading.years import is_of_other_years
from index.search.confidence import Thresholds
from index.text.language import detect

NEAREST = 3  # articles offered with a refusal


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to answer; if not, why, and the articles to offer instead."""

    outcome: Outcome
    refusal: Refusal | None = None
    nearest: tuple[Article, ...] = ()

    @property
    def may_answer(self) -> bool:
        return self.outcome != "no"

    @property
    def doubtful(self) -> bool:
        return self.outcome == "perhaps"


ANSWER_IT = Decision("sure")


def outcome_of(confidence: float, thresholds: Thresholds) -> Outcome:
    """Whether the corpus holds an answer, by its probability (0..1)."""
    if confidence >= thresholds.sure:
        return "sure"
    return "perhaps" if confidence >= thresholds.perhaps else "no"


def decide_by_evidence(findings: Findings, thresholds: Thresholds) -> Decision:
    """Decide whether the hits answer the question."""
    if not findings.hits:
        return Decision("no", _absence(findings.hits, findings.period))
    outcome = outcome_of(findings.confidence, thresholds)
    if outcome == "no":
        return Decision("no", "unsaid", _offered(findings.hits))
    return Decision(outcome)


def decide_by_choice(findings: Findings, outcome: Outcome, agrees: bool | None) -> Decision:
    """Decide what a chat model's choice of sentences makes of the `outcome` by the evidence.

    `agrees` is True if it chose first what is quoted first, None if it chose nothing.
    """
    if agrees is None:
        if outcome == "sure":
            return Decision("perhaps")
        return Decision("no", "unsaid", _offered(findings.hits))
    first = rank_sentences(findings.hits)[0]
    dated = is_of_other_years(findings.question, first, best_sentence(first))
    return Decision("sure" if agrees and outcome != "no" and not dated else "perhaps")


def decide_by_articles(
    chosen: Sequence[Article],
    hits: Sequence[Hit] = (),
    period: Period | None = None,
    *,
    one_is_meant: bool = False,
) -> Decision:
    """Decide whether a question about articles can be answered from these.

    `hits` are what they were chosen from, if they were searched; `one_is_meant` makes several
    unclear.
    """
    if not chosen:
        return Decision("no", _absence(hits, period), _offered(hits))
    if one_is_meant and len(chosen) > 1:
        return Decision("no", "unclear", tuple(chosen[:NEAREST]))
    return ANSWER_IT


def decide_small_talk(kind: str) -> Decision:
    """Refuse small talk of this kind, for which nothing is searched."""
    refusal = next((each for each in SMALL_TALK if each == kind), None)
    return Decision("no", refusal) if refusal else ANSWER_IT


def refusal_of(
    question: str,
    decision: Decision,
    *,
    confidence: float = 0.0,
    language: str | None = None,
    period: Period | None = None,
) -> Answer:
    """Build the answer of a refusal; `language` defaults to the question's."""
    return Answer(
        question=question,
        language=language or detect(question),
        confidence=confidence,
        nearest=decision.nearest,
        period=period,
        refusal=decision.refusal or "unsaid",
    )


def _absence(hits: Sequence[Hit], period: Period | None) -> Refusal:
    """The reason for no hits at all is the period asked for, if any."""
    return "unsaid" if hits or period is None else "period"


def _offered(hits: Sequence[Hit]) -> tuple[Article, ...]:
    articles = {hit.article.id: hit.article for hit in hits if shares_subject(hit)}
    return tuple(articles.values())[:NEAREST]
