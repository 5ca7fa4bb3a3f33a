"""Whether an answer is given, and whether it is sure: the only place that decides it.

Everybody who answers asks here: the articles' own sentences `decide_by_evidence`, also where they
stand behind a chat model; a model that finds no answer `decide_by_model`; questions about the
articles themselves `decide_by_articles`; and the conversation `decide_small_talk`. All are pure
functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answer import SMALL_TALK, Answer, Outcome, Refusal
from bot.answering.topic import on_subject
from index.article import Article, Period
from index.findings import Findings, Hit
from index.reading.constraints import is_of_other_years, takes_for_granted
from index.reading.sentences import best_sentence, rank_sentences
from index.search.confidence import Thresholds
from index.text.language import detect

NEAREST = 3
"""Articles offered with a refusal."""

DISBELIEF_CONFIDENCE = 0.9
"""From which on, although a chat model finds no answer, what comes nearest is shown as such."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an answer is given; where it is not, why, and the articles to offer instead."""

    outcome: Outcome
    refusal: Refusal | None = None
    nearest: tuple[Article, ...] = ()

    @property
    def may_answer(self) -> bool:
        return self.outcome != "no"

    @property
    def doubtful(self) -> bool:
        """Whether what is answered is to be told from what is sure."""
        return self.outcome == "perhaps"


ANSWER_IT = Decision("sure")


def outcome_of(confidence: float, thresholds: Thresholds) -> Outcome:
    """Whether the corpus is taken to hold what was searched, by how probable it is (0..1)."""
    if confidence >= thresholds.sure:
        return "sure"
    return "perhaps" if confidence >= thresholds.perhaps else "no"


def decide_by_evidence(findings: Findings, thresholds: Thresholds) -> Decision:
    """Whether the passages found answer the question."""
    if not findings.hits:
        return Decision("no", _absence(findings.hits, findings.period))
    outcome = outcome_of(findings.confidence, thresholds)
    if outcome == "no":
        return Decision("no", "unsaid", _offered(on_subject(findings.hits)))
    question, first = findings.question, rank_sentences(findings.hits)[0]
    if takes_for_granted(question, first) or is_of_other_years(
        question, first, best_sentence(first)
    ):
        return Decision("perhaps")
    return Decision(outcome)


def decide_by_model(findings: Findings) -> Decision:
    """Whether the passages may answer although a chat model says they do not: never surely."""
    if findings.confidence >= DISBELIEF_CONFIDENCE:
        return Decision("perhaps")
    return Decision("no", "unsaid", _offered(findings.hits))


def decide_by_articles(
    chosen: Sequence[Article],
    hits: Sequence[Hit] = (),
    period: Period | None = None,
    *,
    one_is_meant: bool = False,
) -> Decision:
    """Whether a question about articles themselves can be answered from these.

    `hits` are what they were chosen from, where they were searched; `one_is_meant` tells that
    several leave it open which.
    """
    if not chosen:
        return Decision("no", _absence(hits, period), _offered(hits))
    if one_is_meant and len(chosen) > 1:
        return Decision("no", "unclear", tuple(chosen[:NEAREST]))
    return ANSWER_IT


def decide_small_talk(said: str) -> Decision:
    """Nothing is looked up for what is no question to the articles; `said` is its kind."""
    kind = next((kind for kind in SMALL_TALK if kind == said), None)
    return Decision("no", kind) if kind else ANSWER_IT


def refusal_of(
    question: str,
    decision: Decision,
    *,
    confidence: float = 0.0,
    language: str | None = None,
    period: Period | None = None,
) -> Answer:
    """The answer that a refusal is; `language` is told from the question where it is not given."""
    return Answer(
        question=question,
        language=language or detect(question),
        confidence=confidence,
        statements=(),
        citations=(),
        nearest=decision.nearest,
        elapsed_ms=0.0,
        period=period,
        refusal=decision.refusal or "unsaid",
    )


def _absence(hits: Sequence[Hit], period: Period | None) -> Refusal:
    """Where nothing at all was found, the time asked for is why."""
    return "unsaid" if hits or period is None else "period"


def _offered(hits: Sequence[Hit]) -> tuple[Article, ...]:
    articles = {hit.article.id: hit.article for hit in hits}
    return tuple(articles.values())[:NEAREST]
