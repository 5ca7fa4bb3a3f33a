"""Turns of a conversation, written by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.followups.turn import CitedSource, Turn
from index.article import Article, Passage, Sentence
from index.findings import Findings, Hit, RankedSentence, Scores

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def turn(
    question: str,
    *answers: str,
    language: str = "fr",
    understood: str | None = None,
    title: str = "Marie Curie, deux prix Nobel",
    article: str = "curie",
    found: str = "",
) -> Turn:
    """A turn whose answers are sentences of one article; without any it was a refusal."""
    return Turn(
        question=question,
        understood=understood or question,
        language=language,
        when=NOW,
        answer="\n".join(answers),
        found=found,
        cited=tuple(CitedSource(article, title, answer, 0, 100) for answer in answers),
    )


def findings(
    question: str, confidence: float, text: str = "Texte.", article_id: str = "curie"
) -> Findings:
    """What a search finds: one sentence, which is a passage and an article."""
    article = Article(article_id, text, "Marie Curie", "curie.md", "fr")
    sentence = Sentence(0, len(text), text)
    passage = Passage(0, len(text), text, "", (sentence,))
    hit = Hit(article, passage, Scores(0.0, 0.0, 0.0, 1.0), (RankedSentence(sentence, 1.0),))
    return Findings(question, "fr", (hit,), confidence)
