"""Turns of a conversation, written by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.followups.turn import Cited, Turn

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
        cited=tuple(Cited(article, title, each, 0, 100) for each in answers),
    )
