"""Decide the outcome of every answer (but numbers to call), whoever composes it.

Every `Answer` gets its outcome from a `Decision` of this module, and can then only become less
sure, by `lower` or `remaining_outcome`. The confidence comes from `index/reading/evidence.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.answer import Answer, Outcome, Refusal, Statement
from bot.answering.topic import shares_subject
from index.article import Article, Period
from index.findings import Findings, Hit
from index.reading.extracts import rank_extracts
from index.reading.namesakes import is_of_namesake
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


@dataclass(frozen=True, slots=True)
class ModelVote:
    """A chat model's choice, beside the sentence that is quoted first without it.

    `agrees` is True if it chose that one first, or one beside it, None if it chose none. `odds` is
    how much likelier such a vote is where that sentence is right than where it is not; None without
    proof. `displaces` is True if, where the two differ, the model is right more often.
    """

    agrees: bool | None
    odds: float | None = None
    displaces: bool = False


PROMISED_CONFIDENCE = 0.9  # of what is sure, by what it promises
_LEAST_DOUBT = 1e-6


def outcome_of(confidence: float, thresholds: Thresholds) -> Outcome:
    """Whether the corpus has an answer, by its probability (0..1)."""
    if confidence >= thresholds.sure:
        return "sure"
    return "perhaps" if confidence >= thresholds.perhaps else "no"


def decide_by_evidence(findings: Findings, thresholds: Thresholds) -> Decision:
    """Decide for the articles' own sentences, also as the fallback of a chat model."""
    if not findings.hits:
        return Decision("no", _absence(findings.hits, findings.period))
    outcome = outcome_of(findings.confidence, thresholds)
    if outcome == "no" or not rank_extracts(rank_sentences(findings.hits)):
        return Decision("no", "unsaid", _articles_to_offer(findings.hits))
    if outcome == "sure" and _names_another(findings):
        outcome = "perhaps"
    return Decision(outcome)


def _names_another(findings: Findings) -> bool:
    """True if the first sentence is about a namesake of somebody in the question."""
    first = best_sentence(rank_sentences(findings.hits)[0])
    return is_of_namesake(findings.question, first.text)


def decide_by_vote(
    findings: Findings, outcome: Outcome, vote: ModelVote, thresholds: Thresholds
) -> Decision:
    """Adjust the `outcome` by the evidence to a chat model's vote.

    Without proof a vote can only lower it. With proof it is weighed with the confidence (Bayes'
    rule in odds), and a promoted answer must be as likely as *sure* promises.
    """
    if vote.odds is None:
        if not vote.agrees:
            lower_outcome: Outcome = "perhaps" if vote.agrees is False else "no"
            outcome = "perhaps" if outcome == "sure" else least_sure((outcome, lower_outcome))
    else:
        prior = min(max(findings.confidence, _LEAST_DOUBT), 1 - _LEAST_DOUBT)
        odds = vote.odds * prior / (1 - prior)
        confidence = odds / (1 + odds)
        weighed = outcome_of(confidence, thresholds)
        if vote.agrees:
            if outcome == "perhaps" and confidence >= PROMISED_CONFIDENCE:
                first = rank_sentences(findings.hits)[0]
                is_other_year = is_of_other_years(findings.question, first, best_sentence(first))
                if not is_other_year and not _names_another(findings):
                    outcome = "sure"
            elif outcome == "no" and weighed != "no":
                outcome = "perhaps"
        elif vote.agrees is None:
            outcome = least_sure((outcome, weighed))
        elif outcome != "sure" or weighed != "sure":
            outcome = "no" if outcome == "no" and not vote.displaces else "perhaps"
    if outcome == "no":
        return Decision("no", "unsaid", _articles_to_offer(findings.hits))
    return Decision(outcome)


def decide_on_claim(*, is_verbatim: bool | None) -> Decision:
    """Decide on the sentence nearest to a claim: sure if it is the claim itself, word for word.

    `is_verbatim` is None if no passage is on the claim's subject.
    """
    if is_verbatim is None:
        return Decision("no", "unsaid")
    return Decision("sure" if is_verbatim else "perhaps")


def decide_by_articles(
    articles: Sequence[Article],
    hits: Sequence[Hit] = (),
    period: Period | None = None,
    *,
    is_about_one: bool = False,
    is_near: bool = False,
    is_complete: bool = True,
) -> Decision:
    """Decide for a message that means articles: by their address, title, author, date or subject.

    They must be a single one if `is_about_one`; `is_near` if one is merely close in meaning to what
    was asked for; not `is_complete` if there are too many to find all. `hits` are those that the
    articles were chosen from, if any.
    """
    if not is_complete:
        return Decision("no", "unclear")
    if not articles:
        return Decision("no", _absence(hits, period), _articles_to_offer(hits))
    if is_about_one and len(articles) > 1:
        return Decision("no", "unclear", tuple(articles[:NEAREST]))
    return Decision("perhaps" if is_near else "sure")


def decide_on_absence(refusal: Refusal, articles: Sequence[Article]) -> Decision:
    """Refuse what the articles that are meant do not have, and offer them."""
    return Decision("no", refusal, tuple(articles[:NEAREST]))


def least_sure(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of an answer composed of several."""
    return max(outcomes, key=("sure", "perhaps", "no").index)


def lower(answer: Answer) -> Answer:
    """Make a sure answer *perhaps*, without highlights; leave any other as it is."""
    if answer.outcome != "sure":
        return answer
    plain = tuple(replace(statement, highlight=None) for statement in answer.statements)
    return replace(answer, outcome="perhaps", statements=plain)


def remaining_outcome(outcome: Outcome, statements: Sequence[Statement]) -> Outcome:
    """The outcome of an answer of which only these statements remain."""
    return outcome if statements else "no"


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
        outcome=decision.outcome,
        confidence=confidence,
        nearest=decision.nearest,
        period=period,
        refusal=decision.refusal or "unsaid",
    )


def refuse(findings: Findings, decision: Decision) -> Answer:
    """Build the refusal of a question that was searched."""
    return refusal_of(
        findings.question,
        decision,
        confidence=findings.confidence,
        language=findings.language,
        period=findings.period,
    )


def reply_with(message: str, text: str, language: str, intent: str = "") -> Answer:
    """Build what Selon says itself, to a message that asks the articles nothing."""
    return Answer(message, language, "reply", 1.0, reply=text, intent=intent)


def _absence(hits: Sequence[Hit], period: Period | None) -> Refusal:
    """Without any hits, the period asked for is the reason, if there is one."""
    return "unsaid" if hits or period is None else "period"


def _articles_to_offer(hits: Sequence[Hit]) -> tuple[Article, ...]:
    articles = {hit.article.id: hit.article for hit in hits if shares_subject(hit)}
    return tuple(articles.values())[:NEAREST]
